"""Single-precision training against the double-precision reference, epoch by epoch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import network, sgd
from pipeline.dataset import Examples


def examples(rng, count: int, pixels: int, classes: int) -> Examples:
    images = rng.integers(0, 256, (count, pixels)).astype(np.uint8)
    images[:, rng.random(pixels) < 0.3] = 0
    return Examples(images, rng.integers(0, classes, count).astype(np.uint8))


def reference(weights, training, validation, learning_rate, reg, batch_size, epochs, seed):
    """The same epochs with pipeline.network, float64: (losses and accuracies of each epoch, weights)."""
    shuffle = np.random.default_rng(seed)
    found = []
    for _ in range(epochs):
        order = shuffle.permutation(len(training))
        loss = correct = 0.0
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            x, y = training.images[rows] / 255, training.labels[rows]
            _, logits = network.forward(weights, x)
            loss += network.cross_entropy(logits, y) * len(y)
            correct += network.accuracy(logits, y) * len(y)
            weights = network.descend(weights, network.gradients(weights, x, y, reg), learning_rate)
        _, logits = network.forward(weights, validation.images / 255)
        of_validation = network.cross_entropy(logits, validation.labels), network.accuracy(logits, validation.labels)
        found.append((loss / len(order), correct / len(order), *of_validation))
    return found, weights


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 70),
    pixels=st.integers(1, 20),
    hidden=st.integers(1, 8),
    classes=st.integers(2, 10),
    batch_size=st.integers(1, 32),
    reg=st.sampled_from([0.0, 0.001, 0.1]),
    learning_rate=st.sampled_from([0.05, 0.5, 1.0]),
)
def test_training_follows_the_reference(seed, count, pixels, hidden, classes, batch_size, reg, learning_rate):
    rng = np.random.default_rng(seed)
    training, validation = examples(rng, count, pixels, classes), examples(rng, 25, pixels, classes)
    weights = network.initial_weights(pixels, hidden, classes, 0.5, seed)
    expected, expected_weights = reference(weights, training, validation, learning_rate, reg, batch_size, 2, seed)
    trainer = sgd.Trainer(weights, learning_rate, reg, batch_size)
    found = list(sgd.train(trainer, training, validation, 2, seed))
    for epoch, (training_loss, training_accuracy, validation_loss, validation_accuracy) in zip(
        found, expected, strict=True
    ):
        assert epoch.training_loss == pytest.approx(training_loss, abs=1e-5)
        assert epoch.validation_loss == pytest.approx(validation_loss, abs=1e-5)
        # a tie between two classes may fall either way in single precision
        assert epoch.training_accuracy == pytest.approx(training_accuracy, abs=1.01 / count)
        assert epoch.validation_accuracy == pytest.approx(validation_accuracy, abs=1.01 / 25)
    for name in ("w1", "b1", "w2", "b2"):
        np.testing.assert_allclose(getattr(trainer.weights, name), getattr(expected_weights, name), atol=1e-4)


def test_the_same_seed_gives_the_same_bytes():
    rng = np.random.default_rng(0)
    training, validation = examples(rng, 200, 30, 10), examples(rng, 50, 30, 10)

    def run(seed: int) -> bytes:
        trainer = sgd.Trainer(network.initial_weights(30, 16, 10, 0.1, 1), 0.5, 0.001, 16)
        list(sgd.train(trainer, training, validation, 3, seed))
        return trainer.weights.w1.tobytes() + trainer.weights.w2.tobytes()

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_diverging_run_ends_with_an_epoch_that_says_so():
    rng = np.random.default_rng(0)
    training, validation = examples(rng, 200, 30, 10), examples(rng, 50, 30, 10)
    trainer = sgd.Trainer(network.initial_weights(30, 16, 10, 0.1, 1), 100.0, 1.0, 16)
    epochs = list(sgd.train(trainer, training, validation, 30, 1))
    assert len(epochs) < 30
    assert not epochs[-1].finite
    assert all(epoch.finite for epoch in epochs[:-1])


def test_extreme_logits_give_a_finite_loss():
    weights = network.Weights(np.full((2, 3), 1e6), np.zeros(3), np.array([[1e6, -1e6]] * 3), np.zeros(2))
    single = sgd.Trainer(weights, 0.1, 0.0, 2).weights
    data = Examples(np.array([[255, 255], [0, 0]], np.uint8), np.array([1, 0], np.uint8))
    loss, accuracy = sgd.evaluate(single, data)
    assert np.isfinite(loss)
    assert accuracy == 0.5


def test_evaluation_in_chunks_counts_every_image_once(monkeypatch):
    rng = np.random.default_rng(3)
    data = examples(rng, 101, 12, 5)
    weights = sgd.Trainer(network.initial_weights(12, 6, 5, 0.5, 2), 0.1, 0, 8).weights
    whole = sgd.evaluate(weights, data)
    monkeypatch.setattr(sgd, "CHUNK", 7)
    assert sgd.evaluate(weights, data) == pytest.approx(whole, rel=1e-6)
