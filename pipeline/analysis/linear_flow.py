r"""The equations of the linear flow (section 3.2), held against the gradient of the network itself.

The right side of an equation is computed for random weights; the left side is the derivative of -gradient, as
pipeline.training.network has it, at zero weights in the direction of these weights. Complex steps find it without
cancellation, as in pipeline.theory.jacobian. The biases move with the weights, and both sides are taken between hidden
units, which is less their mean over the units.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.data.examples import Bytes
from pipeline.training.network import Array, Weights, gradients

TOLERANCE = 1e-12
HIDDEN = 4
REG = 0.1
SEED = 1
STEP = 1e-30
BATCH = 4096  # images at a time, which are complex numbers here


@dataclass(frozen=True)
class FlowEquation:
    """An equation as the template prints it, and its right side as a function of C, W1, W2 and the coefficient."""

    tex: str
    right: Callable[[Array, Array, Array, float], Array]


EQUATIONS = {
    "first-layer-flow": FlowEquation(
        r"\frac{d\tilde W_1}{dt} = \tfrac14\, C\, \tilde W_2^\top - \lambda \tilde W_1",
        lambda c, w1, w2, reg: c @ w2.T / 4 - reg * w1,
    ),
    "second-layer-flow": FlowEquation(
        r"\frac{d\tilde W_2}{dt} = \tfrac14\, \tilde W_1^\top C - \lambda \tilde W_2",
        lambda c, w1, w2, reg: w1.T @ c / 4 - reg * w2,
    ),
}


@dataclass(frozen=True)
class FlowCheck:
    """How one equation fared: the largest difference of its sides, relative to the largest entry."""

    difference: float

    @property
    def holds(self) -> bool:
        """Whether the sides are equal but for rounding."""
        return self.difference <= TOLERANCE


def check(covariance: Array, images: Bytes, labels: Bytes) -> dict[str, FlowCheck]:
    """Every equation by its label; `covariance` (pixels, classes) is that of images (n, pixels) with labels (n,)."""
    pixels, classes = covariance.shape
    generator = np.random.default_rng(SEED)
    shapes = ((pixels, HIDDEN), (HIDDEN,), (HIDDEN, classes), (classes,))
    direction = Weights(*(generator.standard_normal(shape) for shape in shapes))
    left = dict(zip(EQUATIONS, _between_units(_flow(direction, images, labels)), strict=True))
    right = {label: each.right(covariance, *_between_units(direction), REG) for label, each in EQUATIONS.items()}
    return {label: FlowCheck(float(abs(left[label] - side).max() / abs(side).max())) for label, side in right.items()}


def _between_units(weights: Weights) -> tuple[Array, Array]:
    """W1 and W2 less their means over the hidden units."""
    return weights.w1 - weights.w1.mean(axis=1, keepdims=True), weights.w2 - weights.w2.mean(axis=0)


def _flow(direction: Weights, images: Bytes, labels: Bytes) -> Weights:
    """The derivative of -gradient in this direction, at zero weights and output biases that give the class shares."""
    moved: Any = [1j * STEP * part for part in vars(direction).values()]
    with np.errstate(divide="ignore"):  # a class without images has the bias -inf
        moved[-1] = np.log(np.bincount(labels, minlength=len(direction.b2)) / len(labels)) + moved[-1]
    total: Any = [0.0] * len(moved)
    for start in range(0, len(labels), BATCH):
        x = images[start : start + BATCH] / np.iinfo(np.uint8).max
        y = labels[start : start + BATCH]
        parts = vars(gradients(Weights(*moved), x, y, REG)).values()
        total = [whole + len(y) / len(labels) * part.imag for whole, part in zip(total, parts, strict=True)]
    return Weights(*(-whole / STEP for whole in total))
