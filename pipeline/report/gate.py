"""The gate before the report is published: every check of section 1 passed, and was of what is printed."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from pipeline.cli.console import run_step
from pipeline.errors import InputError, RunError
from pipeline.files.sealed import write_text
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


def main() -> None:
    """Command line of the gate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theory", required=True, type=Path, help="theory.json")
    parser.add_argument("--template", required=True, type=Path, help="the template of section 1")
    parser.add_argument("--output", required=True, type=Path, help="an empty file, written if all is well")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()

    def step() -> None:
        verify(a.theory, a.template)
        write_text(a.output, "")

    run_step(step, a.log)


if __name__ == "__main__":
    main()
