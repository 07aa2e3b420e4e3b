"""The network near zero weights, where training is linear: from which penalty on small weights stay there.

With W1 = W2 = 0 and the output biases at the logarithms of the class shares, every image gets the shares ȳ as its
probabilities. To first order in the weights, the gradients of pipeline.training.network are then those of

    dW1/dt = 1/4 C W2ᵀ - reg W1
    dW2/dt = 1/4 W1ᵀ C - reg W2 - 1/2 1 (S δ)ᵀ
    db2/dt = -S δ,                 δ = b2 - log ȳ + 1/2 W2ᵀ 1,  S = diag(ȳ) - ȳ ȳᵀ,

where t is learning_rate × updates, C = Xᵀ (Y - Ȳ) / n is the covariance (pixels, classes) of the images (0 .. 1) with
their labels as unit vectors, and 1 is a column of ones, an entry for each hidden unit. The 1/4 is σ'(0). The 1/2 is
σ(0), the constant part of the activations: with it the sums of W2 over the hidden units act as output biases. Its term
is minus the gradient of 1/2 δᵀ S δ, and S is positive semidefinite, so it can only lower the growth rates; and it
touches nothing but what all hidden units have in common. The hidden biases do not move to first order.

For each singular value s of C the differences between hidden units therefore have a direction that grows at the rate
s/4 - reg and one that decays at s/4 + reg; the rest of W1 decays at reg. With two hidden units or more, weights leave
zero exactly if reg < max s / 4, the critical coefficient. pipeline.analysis.linear_flow checks these equations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.analysis import linear_flow
from pipeline.analysis.linear_flow import FlowCheck
from pipeline.data.examples import Bytes
from pipeline.files.sealed import read_json, write_json
from pipeline.training.network import Array

DIGITS = 12  # significant ones that are kept: those beyond depend on the linear algebra library


@dataclass(frozen=True)
class Linearisation:
    """The linear flow of a training set: the growth rates s/4 without a penalty, largest first, and what it is of.

    `largest_class` is the largest share that a class has of the training labels. `flow` says
    whether the equations hold of the network.
    """

    critical: float
    growth_rates: tuple[float, ...]
    images: int
    pixels: int
    classes: int
    largest_class: float
    flow: Mapping[str, FlowCheck]


def linearise(images: Bytes, labels: Bytes, classes: int) -> Linearisation:
    """The linear flow of images (n, pixels) with labels (n,); rates per learning_rate × updates."""
    c = covariance(images, labels, classes)
    singular = np.linalg.svd(c, compute_uv=False)
    negligible = singular[0] * max(images.shape[1], classes) * np.finfo(np.float64).eps
    rates = tuple(float(f"{rate / 4:.{DIGITS}g}") for rate in np.where(singular > negligible, singular, 0.0))
    return Linearisation(
        critical=rates[0],
        growth_rates=rates,
        images=len(labels),
        pixels=images.shape[1],
        classes=classes,
        largest_class=float(np.bincount(labels).max() / len(labels)),
        flow=linear_flow.check(c, images, labels),
    )


def covariance(images: Bytes, labels: Bytes, classes: int) -> Array:
    """Xᵀ (Y - Ȳ) / n (pixels, classes) in double precision, from sums of bytes, which are exact."""
    sums = np.stack([images[labels == k].sum(axis=0, dtype=np.int64) for k in range(classes)], axis=1)
    shares = np.bincount(labels, minlength=classes) / len(labels)
    centred: Array = sums - sums.sum(axis=1, keepdims=True) * shares
    return centred / (np.iinfo(np.uint8).max * len(labels))


def save(path: Path, linearisation: Linearisation) -> None:
    """Write a linearisation as JSON."""
    write_json(path, linearisation)


def read(path: Path) -> Linearisation:
    """Read what `save` wrote. Raises InputError."""
    return read_json(path, Linearisation)
