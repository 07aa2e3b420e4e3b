"""The same run twice: by an engine, and with the readable mathematics in double precision."""

import shutil
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pipeline.data.examples import Examples, Prepared, by_length, by_use, sort_pixels
from pipeline.training import compiler, descent, engines, network
from pipeline.training.network import Weights

make = cache(engines.trainer)  # the compiled engine proves itself each time that it is asked for
needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, compiler.COMPILERS)), reason=f"no C compiler: {' or '.join(compiler.COMPILERS)}"
)
on_each_engine = pytest.mark.parametrize("engine", ["numpy", pytest.param("compiled", marks=needs_compiler)])


def draw(rng, count: int, pixels: int, classes: int) -> Examples:
    """Images with black, constant and rarely used pixels, some wholly black; labels that leave a class out."""
    images = rng.integers(1, 256, (count, pixels)).astype(np.uint8)
    images[rng.random((count, pixels)) < rng.random(pixels)] = 0
    images[:, rng.random(pixels) < 0.2] = 0
    images[:, rng.random(pixels) < 0.1] = 200
    images[rng.random(count) < 0.1] = 0
    return Examples(images, rng.integers(1 % classes, classes, count).astype(np.uint8))


def trained(
    engine, weights, training, validation, learning_rate, reg, batch_size, epochs, seed
) -> tuple[list, Weights]:
    """What an engine finds, with the rows of W1 in their original order."""
    pixels = by_use(training.images)
    learned, held_out = sort_pixels(training, pixels), by_length(sort_pixels(validation, pixels))
    hidden = weights.w2.shape[1]
    trainer = make(engine, int(hidden > 0))(weights.reordered(pixels), learned, learning_rate, reg, batch_size)
    found = list(descent.epochs(trainer, Prepared(pixels, learned, held_out, held_out), epochs, seed))
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
