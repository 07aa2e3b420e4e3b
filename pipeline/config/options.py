"""Options for Snakemake that a command hands on as one text, SNAKEMAKE_OPTIONS."""

import shlex

from pipeline.errors import InputError


def split(text: str) -> list[str]:
    """The options of a text, as a shell reads them. Raises InputError if it could not."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(
            f"SNAKEMAKE_OPTIONS: expected options as a shell reads them, found: {str(error).lower()}."
        ) from None
