"""Training by each engine against the double-precision reference, epoch by epoch, over many shapes."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle import compare, draw, on_each_engine, reference, trained

from pipeline.data.examples import Examples, by_use, sort_pixels
from pipeline.training import network, sgd
from pipeline.training.network import Weights


@on_each_engine
@settings(max_examples=150)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 150),
    pixels=st.integers(1, 40),
    hidden=st.integers(1, 8),
    classes=st.integers(2, 10),
    batch_size=st.integers(1, 80),
    reg=st.sampled_from([0.0, 0.001, 0.1]),
    learning_rate=st.sampled_from([0.05, 0.5, 1.0]),
)
@example(seed=1, count=97, pixels=30, hidden=1, classes=2, batch_size=16, reg=0.0, learning_rate=1.0)
@example(seed=2, count=150, pixels=40, hidden=8, classes=10, batch_size=8, reg=0.1, learning_rate=0.5)
@example(seed=3, count=149, pixels=40, hidden=5, classes=10, batch_size=32, reg=0.001, learning_rate=0.5)
@example(seed=4, count=5, pixels=1, hidden=1, classes=2, batch_size=80, reg=0.1, learning_rate=0.05)
def test_training_follows_the_reference(engine, seed, count, pixels, hidden, classes, batch_size, reg, learning_rate):
    rng = np.random.default_rng(seed)
    training, validation = draw(rng, count, pixels, classes), draw(rng, 25, pixels, classes)
    run = (
        network.initial_weights(pixels, hidden, classes, 0.5, seed),
        training,
        validation,
        learning_rate,
        reg,
        batch_size,
        2,
        seed,
    )
    compare(trained(engine, *run), reference(*run))


@on_each_engine
@pytest.mark.parametrize("reg", [0.99, 1.0, 1.5, 1.9])
@pytest.mark.parametrize("batch_size", [4, 32, 100])
def test_a_penalty_that_wipes_out_or_turns_the_weights_follows_the_reference(engine, reg, batch_size):
    """The factor of W1 gets small, is zero, or is negative: 1 - learning_rate × reg = 0.01, 0, -0.5, -0.9."""
    rng = np.random.default_rng(5)
    training, validation = draw(rng, 230, 20, 4), draw(rng, 30, 20, 4)
    run = (network.initial_weights(20, 6, 4, 0.5, 1), training, validation, 1.0, reg, batch_size, 2, 3)
    compare(trained(engine, *run), reference(*run))


@on_each_engine
def test_black_images_alone_teach_the_biases(engine):
    training = Examples(np.zeros((40, 9), np.uint8), np.ones(40, np.uint8))
    run = (network.initial_weights(9, 3, 3, 0.5, 1), training, training, 0.5, 0.01, 16, 2, 1)
    compare(trained(engine, *run), reference(*run))


@on_each_engine
def test_of_equal_logits_the_first_wins(engine):
    """Weights of zero and labels of the last class: every logit is the same until the first update."""
    training = Examples(np.full((8, 4), 9, np.uint8), np.full(8, 2, np.uint8))
    weights = network.initial_weights(4, 3, 3, 0.0, 1)
    (epoch,), _ = trained(engine, weights, training, training, 1e-9, 0.0, 8, 1, 1)
    assert epoch.training_accuracy == 0
    assert epoch.training_loss == pytest.approx(np.log(3))


@on_each_engine
def test_the_same_seed_gives_the_same_bytes(engine):
    rng = np.random.default_rng(0)
    training, validation = draw(rng, 200, 30, 10), draw(rng, 50, 30, 10)

    def run(seed: int) -> bytes:
        _, weights = trained(
            engine, network.initial_weights(30, 16, 10, 0.1, 1), training, validation, 0.5, 0.001, 16, 3, seed
        )
        return weights.w1.tobytes() + weights.w2.tobytes()

    assert run(1) == run(1)
    assert run(1) != run(2)


@on_each_engine
def test_a_diverging_run_ends_with_an_epoch_that_says_so(engine):
    rng = np.random.default_rng(0)
    training, validation = draw(rng, 200, 30, 10), draw(rng, 50, 30, 10)
    epochs, _ = trained(
        engine, network.initial_weights(30, 16, 10, 0.1, 1), training, validation, 100.0, 1.0, 16, 30, 1
    )
    assert len(epochs) < 30
    assert not epochs[-1].finite
    assert all(epoch.finite for epoch in epochs[:-1])


@on_each_engine
@pytest.mark.parametrize("batch_size", [1, 2, 16])
def test_extreme_activations_and_logits_give_a_finite_loss(engine, batch_size):
    """Sigmoids saturated on both sides and logits millions apart, in batches joined and alone: nothing overflows."""
    weights = Weights(
        np.array([[1e6, -1e6, 1e6]] * 2), np.zeros(3), np.array([[1e6, -1e6], [1e6, -1e6], [1e6, -1e6]]), np.zeros(2)
    )
    data = Examples(np.array([[255, 255], [0, 0]] * 8, np.uint8), np.array([1, 0] * 8, np.uint8))
    run = (weights, data, data, 1e-4, 0.0, batch_size, 1, 1)
    (epoch,), after = trained(engine, *run)
    with np.errstate(over="ignore"):
        ((training, _, _),), _ = reference(*run)
    assert epoch.finite
    assert after.finite()
    assert epoch.training_accuracy == epoch.validation_accuracy == 0.5
    assert epoch.training_loss == pytest.approx(training[0], rel=1e-4)
    # image 0: hidden 1, 0, 1, logits ±2e6, labelled by the smaller; image 1: hidden 1/2, logits ±1.5e6, by the larger
    assert epoch.validation_loss == pytest.approx(4e6 / 2, rel=1e-4)


@on_each_engine
@pytest.mark.parametrize(("batch_size", "learning_rate"), [(5, 0.6), (10, 0.3), (7, 0.6767), (64, 0.1)])
def test_a_certain_and_right_answer_costs_nothing(engine, batch_size, learning_rate):
    weights = Weights(np.zeros((2, 1)), np.zeros(1), np.array([[1e6, -1e6]]), np.zeros(2))
    data = Examples(np.full((70, 2), 9, np.uint8), np.zeros(70, np.uint8))
    (epoch,), after = trained(engine, weights, data, data, learning_rate, 0.0, batch_size, 1, 1)
    assert epoch.training_loss == epoch.validation_loss == 0
    assert not after.w1.any()


@on_each_engine
@pytest.mark.parametrize(("learning_rate", "reg"), [(1e10, 1e70), (1e30, 0.1), (1e-30, 0.0)])
def test_numbers_beyond_single_precision_end_no_run_with_an_exception(engine, learning_rate, reg):
    rng = np.random.default_rng(0)
    training = draw(rng, 100, 12, 5)
    weights = network.initial_weights(12, 4, 5, 0.5, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        epochs, _ = trained(engine, weights, training, training, learning_rate, reg, 16, 2, 1)
    assert epochs[-1].finite == (learning_rate < 1)


@on_each_engine
@pytest.mark.parametrize("batch_size", [16, 32, 64, 100])
def test_at_the_size_of_mnist_the_numbers_are_the_references(engine, batch_size):
    """784 pixels of which the outer ones are seldom used, so that there are several ranges; 128 hidden units."""
    rng = np.random.default_rng(7)
    use = np.linspace(0.9, 0.0, 784) ** 2
    images = (rng.integers(1, 256, (600, 784)) * (rng.random((600, 784)) < use * rng.random((600, 1)))).astype(np.uint8)
    labels = (images[:, :10].astype(int) @ np.arange(10) % 10).astype(np.uint8)
    training, validation = Examples(images[:450], labels[:450]), Examples(images[450:], labels[450:])
    lengths = sort_pixels(training, by_use(training.images)).lengths
    assert [len(sgd.ranges(lengths, most)) for most in (sgd.RANGES, sgd.RANGES_OF_JOINED)] == [3, 2]
    run = (network.initial_weights(784, 128, 10, 0.05, 1), training, validation, 0.3, 0.001, batch_size, 2, 1)
    compare(trained(engine, *run), reference(*run))
