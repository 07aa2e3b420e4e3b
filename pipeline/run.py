"""One run: from its specification and the data in memory to its history and metrics.

With pipeline.network, sgd, examples and metrics this is all that a run's numbers come from, and what its
key is made of (pipeline.keys): no files and no messages here, since every change retrains every run.
"""

from dataclasses import dataclass
from typing import Any

from pipeline import sgd
from pipeline.examples import Prepared, Sorted
from pipeline.metrics import METRICS
from pipeline.network import Weights, initial_weights


@dataclass(frozen=True)
class Result:
    """A trained run: its finite epochs, and METRICS (all None if it diverged)."""

    epochs: tuple[sgd.Epoch, ...]
    diverged: bool
    metrics: dict[str, float | int | None]


def train(specification: dict[str, Any], data: Prepared, classes: int) -> Result:
    """Train the run that the specification (pipeline.keys) describes.

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
    epochs: list[sgd.Epoch] = []
    best_weights = trainer.weights
    for epoch in sgd.train(trainer, data.validation, specification["epochs"], specification["seed"]):
        if not epoch.finite:
            return Result(tuple(epochs), diverged=True, metrics=dict.fromkeys(METRICS))
        if not epochs or epoch.validation_accuracy > max(e.validation_accuracy for e in epochs):
            best_weights = trainer.weights.copy()
        epochs.append(epoch)
    return Result(tuple(epochs), diverged=False, metrics=_metrics(epochs, best_weights, trainer.weights, data.testing))


def _metrics(epochs: list[sgd.Epoch], best: Weights, last: Weights, testing: Sorted) -> dict[str, float | int | None]:
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
