"""One run: from its specification and the data in memory to its history and metrics.

With pipeline.training.network, sgd and pipeline.data.examples this is all that a run's numbers come from, and what its
key is made of (pipeline.experiments.keys): no files and no messages here, since every change retrains every run.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.data.examples import Prepared, Sorted
from pipeline.training import sgd
from pipeline.training.network import Array, Weights, initial_weights


@dataclass(frozen=True)
class Norms:
    """What an epoch did to the weights: the Frobenius norms of W1 and W2 at its end, and of its mean gradient.

    The steps of an epoch add up to learning_rate × the sum of its batches' gradients, all weights and biases taken
    together. Each image is in one batch, so that sum over the number of batches is the gradient on the whole training
    set, averaged along the way.
    """

    w1_norm: float
    w2_norm: float
    gradient_norm: float


@dataclass(frozen=True)
class Result:
    """A trained run: its finite epochs with their norms, and its metrics (none if it diverged)."""

    epochs: tuple[sgd.Epoch, ...]
    norms: tuple[Norms, ...]
    diverged: bool
    metrics: dict[str, float | int]


def train(specification: Mapping[str, Any], data: Prepared, classes: int) -> Result:
    """Train the run that the specification (pipeline.experiments.keys) describes.

    The best epoch is the first with the highest validation accuracy; the testing accuracy is that
    of its model.
    """
    initial = initial_weights(
        len(data.pixels),
        specification["hidden"],
        classes,
        specification["initial_scale"],
        specification["initial_seed"],
    )
    learning_rate, reg, batch_size = (specification[name] for name in ("learning_rate", "reg", "batch_size"))
    trainer = sgd.Trainer(initial.reordered(data.pixels), data.training, learning_rate, reg, batch_size)
    step = learning_rate * math.ceil(len(data.training) / batch_size)
    epochs: list[sgd.Epoch] = []
    norms: list[Norms] = []
    before = best_weights = trainer.weights.copy()
    for epoch in sgd.train(trainer, data.validation, specification["epochs"], specification["seed"]):
        if not epoch.finite:
            return Result(tuple(epochs), tuple(norms), diverged=True, metrics={})
        after = trainer.weights.copy()
        if not epochs or epoch.validation_accuracy > max(e.validation_accuracy for e in epochs):
            best_weights = after
        norms.append(_norms(before, after, step))
        epochs.append(epoch)
        before = after
    metrics = _metrics(epochs, best_weights, trainer.weights, data.testing)
    return Result(tuple(epochs), tuple(norms), diverged=False, metrics=metrics)


def _norms(before: Weights, after: Weights, step: float) -> Norms:
    pairs = zip(vars(before).values(), vars(after).values(), strict=True)
    moved = math.hypot(*(_norm(new - old) for old, new in pairs))
    return Norms(_norm(after.w1), _norm(after.w2), moved / step)


def _norm(array: Array) -> float:
    """The Frobenius norm, summed in double precision, in which the square of a large single one is finite."""
    return math.sqrt(np.square(array, dtype=np.float64).sum())


def _metrics(epochs: list[sgd.Epoch], best: Weights, last: Weights, testing: Sorted) -> dict[str, float | int]:
    accuracies = [epoch.validation_accuracy for epoch in epochs]
    return {
        "training_accuracy": epochs[-1].training_accuracy,
        "training_loss": epochs[-1].training_loss,
        "validation_accuracy": accuracies[-1],
        "best_validation_accuracy": max(accuracies),
        "best_epoch": accuracies.index(max(accuracies)) + 1,
        "testing_accuracy": sgd.evaluate(best, testing)[1],
        "last_testing_accuracy": sgd.evaluate(last, testing)[1],
    }
