"""The same run twice: with the fast loop, and with the readable mathematics in double precision."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.data.examples import by_length, by_use, sort_pixels
from pipeline.training import descent, network, sgd
from pipeline.training.network import Weights


def trained(weights, training, validation, learning_rate, reg, batch_size, epochs, seed) -> tuple[list, Weights]:
    """What the fast loop finds, with the rows of W1 in their original order."""
    pixels = by_use(training.images)
    trainer = sgd.Trainer(weights.reordered(pixels), sort_pixels(training, pixels), learning_rate, reg, batch_size)
    found = list(descent.epochs(trainer, by_length(sort_pixels(validation, pixels)), epochs, seed))
    w1 = np.empty_like(trainer.weights.w1)
    w1[pixels] = trainer.weights.w1
    return found, replace(trainer.weights, w1=w1)


def reference(weights, training, validation, learning_rate, reg, batch_size, epochs, seed) -> tuple[list, Weights]:
    """Epochs by pipeline.training.network, in float64: (losses, accuracies and near ties of each epoch, weights)."""
    shuffle = np.random.default_rng(seed)
    found = []
    for _ in range(epochs):
        order = shuffle.permutation(len(training))
        loss = correct = ties = 0.0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            x, y = training.images[rows] / 255, training.labels[rows]
            _, logits = network.forward(weights, x)
            loss += network.cross_entropy(logits, y) * len(y)
            correct += network.accuracy(logits, y) * len(y)
            ties += near_ties(logits)
            weights = network.descend(weights, network.gradients(weights, x, y, reg), learning_rate)
        _, logits = network.forward(weights, validation.images / 255)
        of_validation = network.cross_entropy(logits, validation.labels), network.accuracy(logits, validation.labels)
        slack = ties / len(order), near_ties(logits) / len(validation)
        found.append(((loss / len(order), correct / len(order)), of_validation, slack))
    return found, weights


def near_ties(logits) -> int:
    """How many images have two largest logits that single precision may put in another order."""
    first, second = np.sort(logits, axis=1)[:, [-1, -2]].T
    return int((first - second < 1e-4).sum())


def compare(found, expected, of_weights: float = 1e-4) -> None:
    """Losses to 1e-5, accuracies exactly where no two logits are nearly equal, and the weights."""
    (epochs, weights), (expected_epochs, expected_weights) = found, expected
    for epoch, (training, validation, slack) in zip(epochs, expected_epochs, strict=True):
        assert epoch.training_loss == pytest.approx(training[0], abs=1e-5)
        assert epoch.validation_loss == pytest.approx(validation[0], abs=1e-5)
        assert epoch.training_accuracy == pytest.approx(training[1], abs=slack[0] + 1e-12)
        assert epoch.validation_accuracy == pytest.approx(validation[1], abs=slack[1] + 1e-12)
    for name in ("w1", "b1", "w2", "b2"):
        np.testing.assert_allclose(getattr(weights, name), getattr(expected_weights, name), atol=of_weights)
