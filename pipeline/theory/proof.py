"""What the checks of section 1 found, and theory.json, which holds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pipeline.files.sealed import read_json
from pipeline.theory import threshold
from pipeline.theory.threshold import TruthRow

PropositionVerdict = Literal["right", "slip", "wrong"]
TOLERANCE = 1e-12  # for members of an equation that are of order one


@dataclass(frozen=True)
class Derivation:
    """How one equation fared: the largest difference of two members, and whether SymPy finds them equal.

    `tex` is the equation as it was checked; `symbolic` is None where there is nothing to derive.
    """

    tex: str
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
    rows: tuple[TruthRow, ...]

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
    def on_boundary(self) -> tuple[TruthRow, ...]:
        """The rows whose sum is exactly zero."""
        return tuple(row for row in self.rows if row.sum == 0)


@dataclass(frozen=True)
class Impossibility:
    """That no neuron computes XOR, shown twice, both in exact arithmetic.

    `contradictory`: the constraints of the rows with output 1 and those with output 0 add up to the same
    left side. `proved`: the multipliers of the four constraints, in order, add them up to 0 ≤ `bound` < 0.
    """

    contradictory: bool
    multipliers: tuple[int, ...]
    bound: int
    proved: bool

    @property
    def conditions(self) -> tuple[str, ...]:
        """What each row of the truth table asks for, as TeX."""
        return tuple(map(threshold.condition, threshold.INPUTS, threshold.FUNCTIONS["xor"]))

    @property
    def sums(self) -> tuple[str, str]:
        """The left sides of the rows with output 1, added up, and those of the others, as TeX."""
        outputs = threshold.FUNCTIONS["xor"]
        return threshold.linear(threshold.total(outputs, 1)), threshold.linear(threshold.total(outputs, 0))

    @property
    def bounds(self) -> tuple[str, ...]:
        """The constraints as upper bounds, as TeX."""
        return tuple(constraint.tex for constraint in threshold.constraints(threshold.FUNCTIONS["xor"]))


@dataclass(frozen=True)
class Correction:
    """What would be right instead of a proposition that is not, and whether that holds."""

    says: str
    holds: bool


@dataclass(frozen=True)
class Proposition:
    r"""Something that section 1 of the write-up states, and whether it is true as it is written.

    `place` is an equation or a table of the write-up, or what stands below it. Formulas in `says` are TeX in \(...\).
    """

    place: str
    says: str
    holds: bool
    correction: Correction | None = None

    @property
    def verdict(self) -> PropositionVerdict:
        """A slip is what holds once it is corrected."""
        if self.holds:
            return "right"
        return "slip" if self.correction and self.correction.holds else "wrong"

    @property
    def remark(self) -> str:
        """What would be right; empty where the statement is."""
        return self.correction.says if self.correction and self.verdict == "slip" else ""


@dataclass(frozen=True)
class Theory:
    """Every check of section 1: over `samples` random z, in symbols for the smallest to the largest of the sizes.

    `tables` are the truth tables by function, as rows x₁, x₂, output; `propositions` are those of the
    write-up, which may be false.
    """

    derivations: Mapping[str, Derivation]
    solutions: Mapping[str, Solution]
    xor: Impossibility
    tables: Mapping[str, tuple[tuple[int, ...], ...]]
    samples: int
    symbolic_sizes: tuple[int, int]
    propositions: tuple[Proposition, ...]

    @property
    def checks(self) -> int:
        """The number of checks: an equation each, a row of a truth table each, and two of XOR."""
        return len(self.derivations) + sum(len(solution.rows) for solution in self.solutions.values()) + 2

    def failures(self) -> Iterator[tuple[str, str]]:
        """The equation's label and what is wrong, for each check that failed."""
        for label, derivation in self.derivations.items():
            if not derivation.holds:
                yield label, _disagreement(derivation, self.samples)
        for function, solution in self.solutions.items():
            for row in solution.rows:
                if not row.holds:
                    yield threshold.label(function, row.inputs), _wrong_output(function, row)
        if not self.xor.contradictory:
            yield "xor-outer", f"expected the left side {self.xor.sums[0]}, found {self.xor.sums[1]}."
        if not self.xor.proved:
            yield (
                "certificate",
                f"expected a proof by the multipliers {self.xor.multipliers}, found that they prove nothing.",
            )


def _disagreement(derivation: Derivation, samples: int) -> str:
    symbols = "differ" if derivation.symbolic is False else "agree"
    return (
        f"expected equal members, found a difference of {derivation.difference:.1e} over {samples:,} random z, and "
        f"that the symbols {symbols}. Hint: correct the equation, here and in pipeline/theory/jacobian.py"
    )


def _wrong_output(function: str, row: TruthRow) -> str:
    return (
        f"expected {row.expected} for {function.upper()} at {row.inputs}, found {row.output} from the sum "
        f"{threshold.decimal(row.sum)}. Hint: correct neurons.{function} in config.yaml; "
        "results/report/html/report.html shows the row"
    )


def read(path: Path) -> Theory:
    """Read theory.json, which the theory step wrote. Raises InputError if the file is missing or something else."""
    return read_json(path, Theory)
