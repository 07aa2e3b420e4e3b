"""What a command line of Snakemake lays over config.yaml: --configfile and --config, each read as config.yaml is.

Snakemake reads them itself before it reads the Snakefile, by rules of its own: epochs=010 is 10 to it in --config and 8
in a file. So it is asked for the names of the files and the entries as they were given.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from pipeline.config.load import merge
from pipeline.config.schema import show
from pipeline.errors import InputError, shown
from pipeline.files.yamlfile import parse_yaml, read_yaml


def read(files: Iterable[Path], entries: Iterable[str]) -> Mapping[str, Any]:
    """The settings of files, a later one laid over an earlier one, and over them those of entries, name=value.

    Raises InputError.
    """
    settings: Mapping[str, Any] = {}
    for path in files:
        settings = merge(settings, _settings(path))
    for entry in entries:
        name, _, value = entry.partition("=")
        settings = merge(settings, {name: parse_yaml(value, f"--config {shown(name)}")})
    return settings


def of_options(options: Sequence[str]) -> Mapping[str, Any]:
    """The settings that options of Snakemake lay over config.yaml, those of a profile among them. Raises InputError."""
    given = arguments(options)
    return read(given.configfile, given.config or [])


def arguments(options: Sequence[str]) -> Any:
    """Options of Snakemake, as it reads them and its profiles: `config`, `dryrun` and so on. Raises InputError."""
    from snakemake import cli, exceptions  # noqa: PLC0415 - takes a second

    said = io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            return cli.parse_args(list(options))[1]
    except exceptions.CliException as error:
        raise _no_options(str(error)) from None
    except SystemExit as end:  # with the usage before the error
        raise _no_options(said.getvalue() if end.code else "--help or --version") from None


def problem(options: Sequence[str]) -> str | None:
    """What is wrong with --config or --configfile that Snakemake itself does not say in a line; None if nothing is."""
    from snakemake.cli import parse_config  # noqa: PLC0415 - takes a second

    try:
        given = arguments(options)
    except InputError:  # Snakemake says what is wrong with its options
        return None
    entries = given.config or []
    for entry in entries:
        try:
            parse_config([entry])
        except (ValueError, AssertionError):
            return (
                f"--config: expected name=value with a name of config.yaml's top level, found {show(entry)}. "
                "Hint: 'split={seed: 3}' sets a value below it."
            )
    try:
        read(given.configfile, entries)
    except InputError as error:
        return error.problems[0]
    return None


def _settings(path: Path) -> Mapping[str, Any]:
    tree = read_yaml(path)
    if not isinstance(tree, Mapping):
        raise InputError(f"{shown(path)}: expected settings as in config.yaml, found {show(tree)}.")
    return tree


def _no_options(found: str) -> InputError:
    last = found.strip().rpartition("\n")[2].rpartition("rror: ")[2]
    return InputError(f"SNAKEMAKE_OPTIONS: expected options of Snakemake, found: {shown(last).rstrip('.')}.")
