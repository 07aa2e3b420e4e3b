"""Minibatch gradient descent, whichever model it trains: its epochs, and what is measured in a run.

The arithmetic of a model is its trainer's (pipeline.training.engines).
"""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.data.examples import Indices, Prepared, Sorted
from pipeline.training.network import Array, Weights


class Trainer(Protocol):
    """A model that learns images."""

    @property
    def weights(self) -> Weights:
        """The weights after the last epoch; the arrays change with the next one."""

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""

    def evaluate(self, weights: Weights, examples: Sorted) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy of these weights on a set of examples."""

    def logits(self, weights: Weights, examples: Sorted) -> npt.NDArray[np.float32]:
        """The logits (n, classes) of a set of examples, which `evaluate` takes its numbers from."""


@dataclass(frozen=True)
class Epoch:
    """One epoch: running means over its batches, each taken before its update; then the validation set.

    `finite` is false if a loss or a weight is not a finite number: the run has diverged.
    """

    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    finite: bool


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
    """A trained run: its finite epochs with their norms, its metrics (none if it diverged), and its best weights.

    These are the ones after the best epoch; of a run that diverged, those that it started from.
    """

    epochs: tuple[Epoch, ...]
    norms: tuple[Norms, ...]
    diverged: bool
    metrics: dict[str, float | int]
    best: Weights


def train(trainer: Trainer, specification: Mapping[str, Any], data: Prepared) -> Result:
    """Train for as many epochs as the specification (pipeline.experiments.keys) says.

    The best epoch is the first with the highest validation accuracy.
    """
    step = specification["learning_rate"] * math.ceil(len(data.training) / specification["batch_size"])
    found: list[Epoch] = []
    norms: list[Norms] = []
    weights = best = initial = trainer.weights.copy()
    for epoch in epochs(trainer, data, specification["epochs"], specification["seed"]):
        if not epoch.finite:
            return Result(tuple(found), tuple(norms), diverged=True, metrics={}, best=initial)
        before, weights = weights, trainer.weights.copy()
        if not found or epoch.validation_accuracy > max(e.validation_accuracy for e in found):
            best = weights
        norms.append(_norms(before, weights, step))
        found.append(epoch)
    metrics = _metrics(trainer, found, best, weights, data)
    return Result(tuple(found), tuple(norms), diverged=False, metrics=metrics, best=best)


def epochs(trainer: Trainer, data: Prepared, count: int, seed: int) -> Iterator[Epoch]:
    """Yield each epoch; a new shuffle of the training set, drawn from default_rng(seed), before each.

    The trainer's weights are those after the epoch. Ends early with an epoch that is not finite.
    """
    shuffle = np.random.default_rng(seed)
    for _ in range(count):
        start = time.perf_counter()
        with np.errstate(all="ignore"):  # a diverging run is reported by its epoch, not by warnings
            training_loss, training_accuracy = trainer.epoch(shuffle.permutation(len(data.training)))
            validation_loss, validation_accuracy = trainer.evaluate(trainer.weights, data.validation)
        seconds = time.perf_counter() - start
        finite = math.isfinite(training_loss) and math.isfinite(validation_loss) and trainer.weights.finite()
        yield Epoch(training_loss, training_accuracy, validation_loss, validation_accuracy, seconds, finite)
        if not finite:
            return


def _norms(before: Weights, after: Weights, step: float) -> Norms:
    pairs = zip(vars(before).values(), vars(after).values(), strict=True)
    moved = math.sqrt(math.fsum(_norm(new - old) ** 2 for old, new in pairs))
    return Norms(_norm(after.w1), _norm(after.w2), moved / step)


def _norm(array: Array) -> float:
    """The Frobenius norm, summed in double precision, in which the square of a large single one is finite."""
    return math.sqrt(np.square(array, dtype=np.float64).sum())


def _metrics(
    trainer: Trainer, found: list[Epoch], best: Weights, last: Weights, data: Prepared
) -> dict[str, float | int]:
    """METRICS of the weights after the best and after the last epoch, which are the same object if that is the best."""
    accuracies = [epoch.validation_accuracy for epoch in found]
    best_epoch = accuracies.index(max(accuracies)) + 1
    testing = of_last = trainer.evaluate(last, data.testing)
    if best is not last:
        testing = trainer.evaluate(best, data.testing)
    return {
        "training_accuracy": found[-1].training_accuracy,
        "training_loss": found[-1].training_loss,
        "final_training_accuracy": trainer.evaluate(last, data.training)[1],
        "validation_accuracy": found[-1].validation_accuracy,
        "validation_loss": found[-1].validation_loss,
        "best_validation_accuracy": max(accuracies),
        "best_validation_loss": found[best_epoch - 1].validation_loss,
        "best_epoch": best_epoch,
        "testing_accuracy": testing[1],
        "testing_loss": testing[0],
        "last_testing_accuracy": of_last[1],
        "last_testing_loss": of_last[0],
    }
