"""Linear threshold neurons (sections 1.2 and 1.3): truth tables row by row, and what they ask of a neuron.

A neuron with weights w and bias b outputs 1 where w·x + b ≥ 0 and 0 elsewhere. All verdicts are
reached in exact arithmetic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Inputs = tuple[int, int]

INPUTS: tuple[Inputs, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
FUNCTIONS: Mapping[str, tuple[int, ...]] = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}
SYMBOLS = ("w_1", "w_2", "b")
MARGIN = -1  # what "< 0" is scaled to: the constraints stay true when w and b grow by a positive factor


@dataclass(frozen=True)
class TruthRow:
    """One row of a truth table: the neuron's exact sum w·x + b and output, and the output wanted."""

    inputs: Inputs
    sum: Fraction
    output: int
    expected: int

    @property
    def holds(self) -> bool:
        """Whether the neuron gives what the table asks for."""
        return self.output == self.expected


def exact(number: float) -> Fraction:
    """The number as it is written in decimals: 0.1 is 1/10, not the double nearest to it."""
    return Fraction(repr(float(number)))


def decimal(fraction: Fraction) -> str:
    """A fraction that decimals can express, in decimals: -0.5."""
    places = 0
    while (fraction * 10**places).denominator > 1:
        places += 1
    digits = f"{int(abs(fraction) * 10**places):0{places + 1}d}"
    whole, part = (digits[:-places], f".{digits[-places:]}") if places else (digits, "")
    return f"{'-' if fraction < 0 else ''}{whole}{part}"


def label(function: str, inputs: Inputs) -> str:
    """The label of the equation that verifies one row: and-01."""
    return f"{function}-{inputs[0]}{inputs[1]}"


def statement(weights: Sequence[Fraction], bias: Fraction, row: TruthRow) -> str:
    r"""A row's sum as TeX: 0.5 \cdot 0 + 0.5 \cdot 1 - 1 = -0.5 < 0."""
    (first, second), (x1, x2) = weights, row.inputs
    terms = rf"{decimal(first)} \cdot {x1} {_signed(second)} \cdot {x2} {_signed(bias)}"
    return f"{terms} = {decimal(row.sum)} {_relation(row.output)}"


def condition(inputs: Inputs, output: int) -> str:
    r"""What a row of a truth table asks of a neuron, as TeX: w_2 + b \geq 0."""
    return f"{linear((*inputs, 1))} {_relation(output)}"


def total(outputs: Sequence[int], output: int) -> tuple[int, ...]:
    """The sum of the left sides (coefficients of w₁, w₂, b) of all rows with this output."""
    rows = [(*inputs, 1) for inputs, found in zip(INPUTS, outputs, strict=True) if found == output]
    return tuple(map(sum, zip(*rows, strict=True)))


def linear(coefficients: Sequence[int]) -> str:
    """A sum of w₁, w₂ and b with whole coefficients, as TeX: w_1 + w_2 + 2b, or -w_1 - b."""
    text = ""
    for coefficient, symbol in zip(coefficients, SYMBOLS, strict=True):
        if coefficient:
            size = "" if abs(coefficient) == 1 else abs(coefficient)
            sign = "-" if coefficient < 0 else "+"
            text += f" {sign} {size}{symbol}" if text else f"{sign.replace('+', '')}{size}{symbol}"
    return text


def _relation(output: int) -> str:
    return r"\geq 0" if output else "< 0"


def _signed(number: Fraction) -> str:
    return f"{'-' if number < 0 else '+'} {decimal(abs(number))}"


def tables() -> dict[str, tuple[tuple[int, int, int], ...]]:
    """The truth tables by function, as rows x₁, x₂, output."""
    return {
        name: tuple((*inputs, output) for inputs, output in zip(INPUTS, outputs, strict=True))
        for name, outputs in FUNCTIONS.items()
    }


def rows(outputs: Sequence[int], weights: Sequence[Fraction], bias: Fraction) -> tuple[TruthRow, ...]:
    """The four rows of a function with these outputs, each with the neuron's answer."""
    found = []
    for inputs, expected in zip(INPUTS, outputs, strict=True):
        total = sum((w * x for w, x in zip(weights, inputs, strict=True)), start=bias)
        found.append(TruthRow(inputs, total, int(total >= 0), expected))
    return tuple(found)


@dataclass(frozen=True)
class Constraint:
    """What one row of a truth table asks of v = (w₁, w₂, b), as a·v ≤ c."""

    coefficients: tuple[int, int, int]
    bound: int

    @property
    def tex(self) -> str:
        r"""The constraint as TeX: -w_2 - b \leq 0."""
        return rf"{linear(self.coefficients)} \leq {self.bound}"


def constraints(outputs: Sequence[int]) -> tuple[Constraint, ...]:
    """One constraint per row: -(w·x + b) ≤ 0 for output 1, w·x + b ≤ -1 for output 0."""
    found = []
    for (x1, x2), expected in zip(INPUTS, outputs, strict=True):
        found.append(Constraint((-x1, -x2, -1), 0) if expected else Constraint((x1, x2, 1), MARGIN))
    return tuple(found)


def proves(multipliers: Sequence[int], of: Sequence[Constraint]) -> bool:
    """Whether the multipliers, none negative, add the constraints up to 0 ≤ a negative number."""
    columns = zip(*(constraint.coefficients for constraint in of), strict=True)
    return (
        all(y >= 0 for y in multipliers)
        and all(_weighted(multipliers, column) == 0 for column in columns)
        and bound(multipliers, of) < 0
    )


def bound(multipliers: Sequence[int], of: Sequence[Constraint]) -> int:
    """The right-hand side of the weighted sum of the constraints."""
    return _weighted(multipliers, [constraint.bound for constraint in of])


def _weighted(multipliers: Sequence[int], values: Sequence[int]) -> int:
    return sum(y * value for y, value in zip(multipliers, values, strict=True))
