"""The gate before the report is published: every check of section 1 passed, and was of what is printed."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.cli.command_line import command
from pipeline.errors import InputError, RunError
from pipeline.files.atomic import write_text
from pipeline.report import formulas
from pipeline.theory import proof
from pipeline.theory.proof import Theory


def verify(theory: Path, template: Path) -> None:
    """Raise RunError with a line for each equation that failed, by the number that the report prints.

    `theory` is theory.json, `template` the template of section 1.
    """
    try:
        source = template.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{template}: expected a template in UTF-8, found: {error.reason}.") from error
    numbers = formulas.equation_numbers(source)
    problems = list(_problems(proof.read(theory), formulas.equations(source)))
    if problems:
        raise RunError(*(f"equation ({numbers.get(label, label)}): {problem}" for label, problem in problems))


def _problems(theory: Theory, printed: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield from theory.failures()
    for label, derivation in theory.derivations.items():
        if printed.get(label) != derivation.tex:
            yield (
                label,
                (
                    f"expected what was checked, {derivation.tex}, found {printed.get(label, 'nothing')}. "
                    "Hint: bring the template and pipeline/theory/jacobian.py into agreement"
                ),
            )


def write(theory: Path, template: Path, output: Path) -> None:
    """Write an empty file if every check of section 1 passed, and was of what the template prints."""
    verify(theory, template)
    write_text(output, "")


main = command(write)

if __name__ == "__main__":
    main()
