r"""The equations of section 1.1, held against derivatives found in two other ways.

Every member of an equation is written once, as a function of the terms below, and evaluated twice:
with numbers, where complex steps give the derivatives, and with symbols, where SymPy does. `tex`
is the equation as the template prints it; pipeline/report/gate.py compares the two.

Complex step: for real-analytic f, ∂f/∂z ≈ Im f(z + ih)/h without cancellation (Squire and Trapp, 1998).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sympy

from pipeline.theory.proof import Derivation
from pipeline.training.network import softmax

SAMPLES = 1000
SIZES = range(2, 11)  # entries of the random z, standard normal
SYMBOLIC_SIZES = range(2, 5)
SEED = 1
STEP = 1e-30


@dataclass(frozen=True)
class Terms:
    """What the equations are written in, as numbers (arrays over samples) or as symbols.

    e[i] = e^{z_i}; total is S of the text, s[i] its s_i; d_total[j] = ∂S/∂z_j; de[i][j] = ∂e^{z_i}/∂z_j;
    ds[i][j] = ∂s_i/∂z_j.
    """

    e: list[Any]
    total: Any
    s: list[Any]
    d_total: list[Any]
    de: list[list[Any]]
    ds: list[list[Any]]

    @property
    def indices(self) -> range:
        """The indices of the entries, from 0."""
        return range(len(self.e))


Member = Callable[[Terms, int, int], Any]


@dataclass(frozen=True)
class Equation:
    """A chain of equal members, stated for every pair of indices that `applies` admits."""

    tex: str
    members: tuple[Member, ...]
    applies: Callable[[int, int], bool] = lambda i, j: True


def matrix(t: Terms) -> list[list[Any]]:
    """The Jacobian as it is printed: products of outputs with the diagonal written over them."""
    rows = [[-t.s[i] * t.s[j] for j in t.indices] for i in t.indices]
    for i in t.indices:
        rows[i][i] = t.s[i] * (1 - t.s[i])
    return rows


SOFTMAX = r"s_i = \frac{e^{z_i}}{S}"
EQUATIONS = {
    "denominator-derivative": Equation(
        r"\frac{\partial S}{\partial z_j} = e^{z_j}",
        (lambda t, i, j: t.d_total[j], lambda t, i, j: t.e[j]),
        applies=lambda i, j: i == j,
    ),
    "quotient": Equation(
        r"\frac{\partial s_i}{\partial z_j} = \frac{\dfrac{\partial e^{z_i}}{\partial z_j} \, S - e^{z_i} \,"
        r" \dfrac{\partial S}{\partial z_j}}{S^2}",
        (
            lambda t, i, j: t.ds[i][j],
            lambda t, i, j: (t.de[i][j] * t.total - t.e[i] * t.d_total[j]) / t.total**2,
        ),
    ),
    "equal": Equation(
        r"\frac{\partial s_i}{\partial z_i} = \frac{e^{z_i} S - e^{z_i} e^{z_i}}{S^2} = \frac{e^{z_i}}{S} \cdot"
        r" \frac{S - e^{z_i}}{S} = s_i (1 - s_i)",
        (
            lambda t, i, j: t.ds[i][i],
            lambda t, i, j: (t.e[i] * t.total - t.e[i] * t.e[i]) / t.total**2,
            lambda t, i, j: t.e[i] / t.total * ((t.total - t.e[i]) / t.total),
            lambda t, i, j: t.s[i] * (1 - t.s[i]),
        ),
        applies=lambda i, j: i == j,
    ),
    "different": Equation(
        r"\frac{\partial s_i}{\partial z_j} = \frac{0 \cdot S - e^{z_i} e^{z_j}}{S^2} = -\frac{e^{z_i}}{S} \cdot"
        r" \frac{e^{z_j}}{S} = -s_i s_j",
        (
            lambda t, i, j: t.ds[i][j],
            lambda t, i, j: (0 * t.total - t.e[i] * t.e[j]) / t.total**2,
            lambda t, i, j: -(t.e[i] / t.total) * (t.e[j] / t.total),
            lambda t, i, j: -t.s[i] * t.s[j],
        ),
        applies=lambda i, j: i != j,
    ),
    "jacobian": Equation(
        r"J = \begin{bmatrix} s_1 (1 - s_1) & -s_1 s_2 & \cdots & -s_1 s_n \\ -s_2 s_1 & s_2 (1 - s_2) & \cdots &"
        r" -s_2 s_n \\ \vdots & \vdots & \ddots & \vdots \\ -s_n s_1 & -s_n s_2 & \cdots & s_n (1 - s_n)"
        r" \end{bmatrix}",
        (lambda t, i, j: t.ds[i][j], lambda t, i, j: matrix(t)[i][j]),
    ),
    "jacobian-cases": Equation(
        r"J_{ij} = \begin{cases} s_i (1 - s_i) & \text{if } i = j \\ -s_i s_j & \text{if } i \neq j \end{cases}",
        (
            lambda t, i, j: t.ds[i][j],
            lambda t, i, j: t.s[i] * (1 - t.s[i]) if i == j else -t.s[i] * t.s[j],
        ),
    ),
    "jacobian-compact": Equation(
        r"J = \operatorname{diag}(\mathbf{s}) - \mathbf{s} \mathbf{s}^\top",
        (lambda t, i, j: t.ds[i][j], lambda t, i, j: (t.s[i] if i == j else 0) - t.s[i] * t.s[j]),
    ),
    "row-sum": Equation(
        r"\sum_{j=1}^{n} J_{ij} = s_i - s_i \sum_{j=1}^{n} s_j = s_i - s_i = 0",
        (
            lambda t, i, j: sum(t.ds[i]),
            lambda t, i, j: t.s[i] - t.s[i] * sum(t.s),
            lambda t, i, j: 0 * t.s[i],
        ),
        applies=lambda i, j: i == j,
    ),
}


def derivations() -> dict[str, Derivation]:
    """Every checked equation of section 1.1 by its label."""
    samples = list(_samples())
    numbers = [_numbers(z) for z in samples]
    checked = {
        label: Derivation(
            tex=equation.tex,
            difference=max(_difference(equation, t) for t in numbers),
            symbolic=holds(equation),
        )
        for label, equation in EQUATIONS.items()
    }
    return {"softmax": Derivation(SOFTMAX, _difference_of_softmax(samples, numbers), None), **checked}


def holds(equation: Equation) -> bool:
    """Whether SymPy finds the members equal, for vectors of 2 to 4 entries."""
    return all(_equal(equation, t) for t in symbols())


@cache
def symbols() -> tuple[Terms, ...]:
    """The terms as symbols, for each of SYMBOLIC_SIZES."""
    return tuple(_symbols(size) for size in SYMBOLIC_SIZES)


def _difference_of_softmax(samples: list[Any], numbers: list[Terms]) -> float:
    """How far the reference implementation is from the definition."""
    pairs = zip(samples, numbers, strict=True)
    return max(float(np.abs(softmax(z) - np.stack(t.s, axis=1)).max()) for z, t in pairs)


def _samples() -> Iterator[Any]:
    """Random z (m, n) for each size n, SAMPLES rows in all."""
    generator = np.random.default_rng(SEED)
    sizes = generator.choice(list(SIZES), size=SAMPLES)
    for size in SIZES:
        yield generator.normal(size=(int((sizes == size).sum()), size))


def _numbers(z: Any) -> Terms:
    """The terms at the rows of z (m, n), derivatives by complex steps along each input."""
    e, total = np.exp(z), np.exp(z).sum(axis=1)
    steps = [np.exp(z + 1j * STEP * np.eye(z.shape[1])[j]) for j in range(z.shape[1])]  # e^z with input j moved
    return Terms(
        e=list(e.T),
        total=total,
        s=list((e / total[:, None]).T),
        d_total=[step.sum(axis=1).imag / STEP for step in steps],
        de=[[step[:, i].imag / STEP for step in steps] for i in range(z.shape[1])],
        ds=[[(step[:, i] / step.sum(axis=1)).imag / STEP for step in steps] for i in range(z.shape[1])],
    )


def _symbols(size: int) -> Terms:
    """The terms of `size` real symbols, derivatives by SymPy."""
    z = sympy.symbols(f"z1:{size + 1}", real=True)
    e = [sympy.exp(entry) for entry in z]
    total = sum(e)
    s = [term / total for term in e]
    return Terms(
        e=e,
        total=total,
        s=s,
        d_total=[sympy.diff(total, entry) for entry in z],
        de=[[sympy.diff(term, entry) for entry in z] for term in e],
        ds=[[sympy.diff(output, entry) for entry in z] for output in s],
    )


def _instances(equation: Equation, t: Terms) -> Iterator[list[Any]]:
    """The members of the equation for every admitted pair of indices."""
    for i in t.indices:
        for j in t.indices:
            if equation.applies(i, j):
                yield [member(t, i, j) for member in equation.members]


def _difference(equation: Equation, t: Terms) -> float:
    return max(float(np.abs(other - first).max()) for first, *others in _instances(equation, t) for other in others)


def _equal(equation: Equation, t: Terms) -> bool:
    return all(sympy.cancel(other - first) == 0 for first, *others in _instances(equation, t) for other in others)
