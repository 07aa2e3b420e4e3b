"""What the checks of section 1 found: theory.json, and the gate that a report passes before it is published."""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import formulas, threshold
from pipeline.console import run_step
from pipeline.errors import InputError, RunError
from pipeline.files import write_text
from pipeline.threshold import Row

TEMPLATE = Path("templates/sections/theory.html.j2")
IMPOSSIBLE = "certificate"  # the label of the equation that shows XOR impossible
TOLERANCE = 1e-12  # for members of an equation that are of order one


@dataclass(frozen=True)
class Derivation:
    """How one equation fared: the largest difference of two members, and whether SymPy finds them equal.

    `symbolic` is None where there is nothing to derive.
    """

    difference: float
    symbolic: bool | None

    @property
    def holds(self) -> bool:
        """Whether every comparison came out equal."""
        return self.difference <= TOLERANCE and self.symbolic is not False


@dataclass(frozen=True)
class Solution:
    """A neuron of config.yaml and how it does on the four rows of its truth table."""

    weights: tuple[Fraction, Fraction]
    bias: Fraction
    rows: tuple[Row, ...]

    @property
    def holds(self) -> bool:
        """Whether every row comes out right."""
        return all(row.holds for row in self.rows)

    @property
    def formula(self) -> str:
        r"""The weights and the bias as TeX: w_1 = 0.5, w_2 = 0.5, b = -1."""
        first, second, bias = map(threshold.decimal, (*self.weights, self.bias))
        return f"w_1 = {first}, w_2 = {second}, b = {bias}"

    @property
    def statements(self) -> tuple[str, ...]:
        """What each row states, as TeX."""
        return tuple(threshold.statement(self.weights, self.bias, row) for row in self.rows)

    @property
    def on_boundary(self) -> tuple[Row, ...]:
        """The rows whose sum is exactly zero."""
        return tuple(row for row in self.rows if row.sum == 0)


@dataclass(frozen=True)
class Impossibility:
    """The certificate that no neuron computes XOR: multipliers of its four constraints, in order.

    `bound` is what the right-hand sides add up to; `holds` is the verdict in exact arithmetic.
    """

    multipliers: tuple[int, ...]
    bound: int
    holds: bool


@dataclass(frozen=True)
class Theory:
    """Every check of section 1."""

    derivations: Mapping[str, Derivation]
    solutions: Mapping[str, Solution]
    xor: Impossibility
    samples: int

    def failures(self) -> Iterator[tuple[str, str]]:
        """The equation's label and what is wrong, for each check that failed."""
        for label, derivation in self.derivations.items():
            if not derivation.holds:
                yield label, _disagreement(derivation, self.samples)
        for function, solution in self.solutions.items():
            for row in solution.rows:
                if not row.holds:
                    yield threshold.label(function, row.inputs), _wrong_output(function, row)
        if not self.xor.holds:
            yield (
                IMPOSSIBLE,
                f"expected a proof by the multipliers {self.xor.multipliers}, found that they prove nothing.",
            )


def _disagreement(derivation: Derivation, samples: int) -> str:
    symbols = "differ" if derivation.symbolic is False else "agree"
    return (
        f"expected equal members, found a difference of {derivation.difference:.1e} over {samples:,} random z, and "
        f"that the symbols {symbols}. Hint: correct it in {TEMPLATE.as_posix()} and pipeline/jacobian.py"
    )


def _wrong_output(function: str, row: Row) -> str:
    return (
        f"expected {row.expected} for {function.upper()} at {row.inputs}, found {row.output} from the sum "
        f"{threshold.decimal(row.sum)}. Hint: correct neurons.{function} in config.yaml"
    )


# --- theory.json


def to_json(theory: Theory) -> dict[str, Any]:
    """The checks as JSON, fractions as texts such as -1/2."""
    tree: dict[str, Any] = json.loads(json.dumps(asdict(theory), default=str))
    return tree


def read(path: Path) -> Theory:
    """Read what `check` wrote. Raises InputError if the file is missing or something else."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        return Theory(
            derivations={label: Derivation(**derivation) for label, derivation in tree["derivations"].items()},
            solutions={function: _read_solution(solution) for function, solution in tree["solutions"].items()},
            xor=Impossibility(**{**tree["xor"], "multipliers": tuple(tree["xor"]["multipliers"])}),
            samples=tree["samples"],
        )
    except OSError as error:
        raise InputError(
            f"{path}: expected the checks of section 1, found {error.strerror}. Hint: run `make report`"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: expected the checks of section 1, found {error!r}. Hint: delete it, then run `make report`"
        ) from None


def _read_solution(tree: Mapping[str, Any]) -> Solution:
    first, second = map(Fraction, tree["weights"])
    rows = tuple(
        Row((x1, x2), Fraction(total), output, expected)
        for (x1, x2), total, output, expected in map(dict.values, tree["rows"])
    )
    return Solution((first, second), Fraction(tree["bias"]), rows)


def verify(path: Path, template: Path) -> None:
    """Raise RunError with a line for each failed check of theory.json, naming the equation as the report numbers it."""
    numbers = formulas.equation_numbers(template.read_text(encoding="utf-8"))
    failures = list(read(path).failures())
    if failures:
        raise RunError(*(f"equation ({numbers[label]}): {problem}" for label, problem in failures))


def main() -> None:
    """Command line of the proof step."""
    parser = argparse.ArgumentParser(description="Fail if a check of section 1 failed.")
    parser.add_argument("--theory", required=True, type=Path, help="theory.json")
    parser.add_argument("--template", required=True, type=Path, help="the template of section 1")
    parser.add_argument("--output", required=True, type=Path, help="an empty file, written if all is well")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: _run(a.theory, a.template, a.output), a.log)


def _run(theory: Path, template: Path, output: Path) -> None:
    verify(theory, template)
    write_text(output, "")


if __name__ == "__main__":
    main()
