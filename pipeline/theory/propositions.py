"""What section 1 of the write-up states, equation by equation: is each statement true as it is written?

Equations of 1.1 are decided by SymPy, neurons by all of their inputs, conclusions of 1.3 by certificates of a linear
program; all in exact arithmetic. A statement that fails comes with a correction, which is checked in the same way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from operator import and_, eq, ne, or_, xor
from typing import Any

import sympy

from pipeline.theory import farkas, threshold
from pipeline.theory.jacobian import Equation, Member, Terms, holds, symbols
from pipeline.theory.proof import Correction, Proposition
from pipeline.theory.threshold import Constraint, Inputs

BITS: set[object] = {0, 1}
TRUTH: dict[str, Callable[[int, int], int]] = {"and": and_, "or": or_, "xor": xor}
TABLES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}  # outputs as the write-up prints them


@dataclass(frozen=True)
class PrintedNeuron:
    """A solution that the write-up gives, the sums that it prints, and the rows it says are those of one sign.

    `first` is the number of the equation with the first sum.
    """

    weights: tuple[Fraction, Fraction]
    bias: Fraction
    first: int
    sums: tuple[str, ...]
    told: str
    rows: tuple[Inputs, ...]
    output: int


_HALF, _ONE = Fraction(1, 2), Fraction(1)
NEURONS = {
    "and": PrintedNeuron(
        (_HALF, _HALF), -_ONE, 11, ("-1", "-.5", "-.5", "0"), r"only \(x_1 = x_2 = 1\) activates it", ((1, 1),), 1
    ),
    "or": PrintedNeuron(
        (_ONE, _ONE), -_ONE, 15, ("-1", "0", "0", "1"), r"the sum is negative only for \(x_1 = x_2 = 0\)", ((0, 0),), 0
    ),
}


def propositions() -> tuple[Proposition, ...]:
    """Every proposition in the order of the write-up."""
    return (*_softmax(), *_neurons(), *_exclusive_or())


# --- 1.1: members of equations as the write-up prints them


def _quotient(t: Terms, i: int, j: int) -> Any:
    return (t.de[i][j] * t.total - t.e[i] * t.d_total[j]) / t.total**2


def _expanded(t: Terms, i: int, j: int) -> Any:
    return (t.e[i] * t.total - t.e[i] * t.e[i]) / t.total**2


def _product(t: Terms, i: int, j: int) -> Any:
    return t.e[i] / t.total * ((t.total - t.e[i]) / t.total)


def _crossed(t: Terms, i: int, j: int) -> Any:
    return -t.e[i] * t.e[j] / t.total**2


def _softmax() -> Iterator[Proposition]:
    yield Proposition(
        "(1)",
        "softmax: the exponential of an entry over the sum of all",
        _equal(lambda t, i, j: t.s[i], lambda t, i, j: t.e[i] / sum(t.e[k] for k in t.indices)),
    )
    yield Proposition(
        "below (1)",
        r"the \(k\) of (1) is the number of elements",
        _equal(lambda t, i, j: t.s[i], lambda t, i, j: t.e[i] / t.e[t.indices[-1]]),
        Correction(
            r"it is the index of the sum; the number of elements, the \(k\) of (8), needs another letter",
            _equal(lambda t, i, j: 1, lambda t, i, j: sum(t.e[k] / t.total for k in t.indices)),
        ),
    )
    yield Proposition("(2)", "its derivative by the quotient rule", _equal(lambda t, i, j: t.ds[i][j], _quotient))
    yield Proposition("(3)", r"the same for \(i = j\)", _equal(_quotient, _expanded, applies=eq))
    yield Proposition(
        "(4)",
        "the same as a product of fractions",
        _equal(_expanded, lambda t, i, j: t.e[i] * (t.total - t.e[i]) / t.total**2, _product, applies=eq),
    )
    yield Proposition(
        "(5)",
        r"the same as \(s_i (1 - s_i)\)",
        _equal(
            _product,
            lambda t, i, j: t.s[i] * (t.total / t.total - t.e[i] / t.total),
            lambda t, i, j: t.s[i] * (1 - t.s[i]),
            applies=eq,
        ),
    )
    yield Proposition(
        "(6)",
        r"the derivative for \(i \neq j\)",
        _equal(_quotient, lambda t, i, j: (0 * t.total - t.e[i] * t.e[j]) / t.total**2, _crossed, applies=ne),
    )
    yield Proposition(
        "(7)",
        r"the same as \((-s_i) (s_j)\)",
        _equal(
            _crossed,
            lambda t, i, j: (-t.e[i] / t.total) * (t.e[j] / t.total),
            lambda t, i, j: -t.s[i] * t.s[j],
            applies=ne,
        ),
    )
    yield Proposition("(8)", r"the Jacobian as a matrix, \(i = j\) in its middle", all(map(_is_jacobian, symbols())))
    square = all([len(row) for row in t.ds] == [len(t.e)] * len(t.e) for t in symbols())
    yield Proposition("below (8)", r"its size is \(k \times k\)", square)
    yield Proposition(
        "(9)",
        "its entries on the diagonal, and all others",
        _equal(
            lambda t, i, j: t.ds[i][j],
            lambda t, i, j: t.s[i] * (1 - t.s[j]) if i == j else -t.s[i] * t.s[j],
        ),
    )


def _equal(*members: Member, applies: Callable[[int, int], bool] = lambda i, j: True) -> bool:
    return holds(Equation("", members, applies))


def _is_jacobian(t: Terms) -> bool:
    """Whether the nine entries that (8) prints are derivatives, wherever on the diagonal its middle lies."""
    return all(
        sympy.cancel(entry - t.ds[row][column]) == 0
        for i in t.indices[1:-1]
        for (row, column), entry in zip(product((0, i, -1), repeat=2), _printed_matrix(t.s, i), strict=True)
    )


def _printed_matrix(s: Sequence[Any], i: int) -> tuple[Any, ...]:
    j, k = i, -1
    return (
        *(s[0] * (1 - s[0]), -s[0] * s[j], -s[0] * s[k]),
        *(-s[i] * s[0], s[i] * (1 - s[j]), -s[i] * s[k]),
        *(-s[k] * s[0], -s[k] * s[j], s[k] * (1 - s[k])),
    )


# --- 1.2


def _neurons() -> Iterator[Proposition]:
    solved = {name: _computes(neuron, TABLES[name]) for name, neuron in NEURONS.items()}
    yield Proposition(
        "(10)",
        r"AND and OR are one function, \(f_{\mathrm{AND}} = f_{\mathrm{OR}}\), that of a neuron",
        TABLES["and"] == TABLES["or"],
        Correction(r"each is that of a neuron, with \(\mathbf{w}\) and \(b\) of its own", all(solved.values())),
    )
    yield Proposition(
        "below (10)",
        r"the inputs are all \([x_1, x_2] \in \{0, 1\}\)",
        all(inputs in BITS for inputs in threshold.INPUTS),
        Correction(
            r"pairs lie in \(\{0, 1\}^2\)", set(threshold.INPUTS) == set(product(BITS, repeat=len(threshold.INPUTS[0])))
        ),
    )
    for number, (name, neuron) in enumerate(NEURONS.items(), start=1):
        yield _truth_table(number, name)
        first, second, bias = map(threshold.decimal, (*neuron.weights, neuron.bias))
        solution = rf"\(w_1 = {first}\), \(w_2 = {second}\) and \(b = {bias}\) give {name.upper()}"
        yield Proposition(f"below Table {number}", solution, solved[name])
        rows = threshold.rows(TABLES[name], neuron.weights, neuron.bias)
        for equation, (row, printed) in enumerate(zip(rows, neuron.sums, strict=True), start=neuron.first):
            x1, x2 = row.inputs
            says = rf"the sum for \(x_1 = {x1}\), \(x_2 = {x2}\) is \({threshold.decimal(Fraction(printed))}\)"
            yield Proposition(f"({equation})", says, row.sum == Fraction(printed))
        found = tuple(row.inputs for row in rows if row.output == neuron.output)
        yield Proposition(f"below ({equation})", neuron.told, found == neuron.rows)


def _truth_table(number: int, name: str) -> Proposition:
    true = tuple(TRUTH[name](*inputs) for inputs in threshold.INPUTS)
    return Proposition(f"Table {number}", f"the truth table of {name.upper()}", TABLES[name] == true)


def _computes(neuron: PrintedNeuron, outputs: Sequence[int]) -> bool:
    return all(row.holds for row in threshold.rows(outputs, neuron.weights, neuron.bias))


# --- 1.3: what the rows of XOR ask of a neuron, and what follows

W1, W2, B = sympy.symbols("w_1 w_2 b", real=True)
BELOW_ZERO = sympy.Symbol("b", negative=True)


def _exclusive_or() -> Iterator[Proposition]:
    asked = {inputs: _asked(inputs, output) for inputs, output in zip(threshold.INPUTS, TABLES["xor"], strict=True)}
    first_three = [asked[inputs] for inputs in threshold.INPUTS[:3]]  # (20) to (22)
    too_small = W1 + W2 < -B
    least = {W1: -BELOW_ZERO, W2: -BELOW_ZERO, B: BELOW_ZERO}
    attained = all(condition.subs(least) == sympy.true for condition in first_three)
    minimum = attained and _follow(first_three, W1 >= -B, W2 >= -B)

    yield Proposition("(19)", "no neuron computes XOR", _contradict(list(asked.values())))
    yield _truth_table(3, "xor")
    for number, (inputs, premise, conclusion, says) in enumerate(
        (
            ((0, 0), B < 0, B < 0, "b < 0"),
            ((0, 1), W2 + B >= 0, W2 >= -B, r"w_2 \geq -b"),
            ((1, 0), W1 + B >= 0, W1 >= -B, r"w_1 \geq -b"),
            ((1, 1), W1 + W2 + B < 0, too_small, "w_1 + w_2 < -b"),
        ),
        start=20,
    ):
        right = asked[inputs] == premise and _follow([asked[inputs]], conclusion)
        yield Proposition(f"({number})", rf"the row \({inputs[0]}, {inputs[1]}\) asks for \({says}\)", right)
    for says, right, *correction in (
        (r"\(b\) is negative", _follow(first_three, B < 0)),
        ("both weights are positive", _follow(first_three, W1 > 0, W2 > 0)),
        (
            r"both weights are larger than \(-b\)",
            _follow(first_three, W1 > -B, W2 > -B),
            Correction(r"they are at least \(-b\) and may equal it", minimum),
        ),
        (r"\(w_1 + w_2 < -b\) does not hold", _follow(first_three, sympy.Not(too_small))),
        (r"the least value of both weights is \(-b\)", minimum),
        (
            r"with it, (23) becomes \(-b - b < -b\), or \(-2b < -b\)",
            too_small.subs({W1: -B, W2: -B}) == (-2 * B < -B),
        ),
        (r"\(-2b\) and \(-b\) are positive", _follow([B < 0], -2 * B > 0, -B > 0)),
        (r"\(-2b\) has twice the magnitude of \(-b\)", abs(-2 * BELOW_ZERO) == 2 * abs(-BELOW_ZERO)),
        (r"\(-2b < -b\) cannot be", _follow([B < 0], sympy.Not(-2 * B < -B))),
    ):
        yield Proposition("below (23)", says, right, *correction)


def _asked(inputs: Inputs, output: int) -> Any:
    """What a row of a truth table asks of a neuron."""
    total = W1 * inputs[0] + W2 * inputs[1] + B
    return total >= 0 if output else total < 0


def _follow(premises: Sequence[Any], *conclusions: Any) -> bool:
    """Whether each conclusion is proved: the premises and its opposite contradict each other."""
    return all(_contradict([*premises, sympy.Not(conclusion)]) for conclusion in conclusions)


def _contradict(inequalities: Sequence[Any]) -> bool:
    constraints = [_constraint(inequality) for inequality in inequalities]
    multipliers = farkas.certificate(constraints)
    return multipliers is not None and threshold.proves(multipliers, constraints)


def _constraint(inequality: Any) -> Constraint:
    """An inequality in w₁, w₂ and b without constant terms: < 0 is scaled to ≤ -1."""
    difference = sympy.expand(inequality.lts - inequality.gts)
    first, second, bias = (int(difference.coeff(symbol)) for symbol in (W1, W2, B))
    strict = isinstance(inequality, sympy.StrictLessThan | sympy.StrictGreaterThan)
    return Constraint((first, second, bias), threshold.MARGIN if strict else 0)
