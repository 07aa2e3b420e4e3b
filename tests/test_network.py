"""The reference network against finite differences and scikit-learn; softmax and sigmoid at extremes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from pipeline import network
from pipeline.network import Weights


def problem(seed: int, pixels: int = 7, hidden: int = 5, classes: int = 4, images: int = 9):
    rng = np.random.default_rng(seed)
    weights = Weights(
        rng.standard_normal((pixels, hidden)),
        rng.standard_normal(hidden),
        rng.standard_normal((hidden, classes)),
        rng.standard_normal(classes),
    )
    return weights, rng.random((images, pixels)), rng.integers(0, classes, images)


def objective(weights: Weights, x, y, reg: float) -> float:
    return network.cross_entropy(network.forward(weights, x)[1], y) + network.penalty(weights, reg)


@given(seed=st.integers(0, 10_000), reg=st.sampled_from([0.0, 0.01, 1.0]))
def test_gradients_match_central_differences(seed, reg):
    weights, x, y = problem(seed)
    gradient = network.gradients(weights, x, y, reg)
    rng = np.random.default_rng(seed)
    step = 1e-5
    for name in ("w1", "b1", "w2", "b2"):
        array = getattr(weights, name)
        index = tuple(rng.integers(0, size) for size in array.shape)
        original = array[index]
        array[index] = original + step
        above = objective(weights, x, y, reg)
        array[index] = original - step
        below = objective(weights, x, y, reg)
        array[index] = original
        assert getattr(gradient, name)[index] == pytest.approx((above - below) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("reg", [0.0, 0.05])
def test_one_step_equals_scikit_learns(reg):
    weights, x, y = problem(1, images=20)
    y[:4] = [0, 1, 2, 3]  # scikit-learn learns the classes from the labels
    learning_rate = 0.3
    oracle = MLPClassifier(
        (5,),
        activation="logistic",
        solver="sgd",
        alpha=reg * len(y),  # scikit-learn divides the penalty by the size of the batch
        batch_size=len(y),
        learning_rate_init=learning_rate,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=False,
    )
    oracle.partial_fit(x, y, classes=[0, 1, 2, 3])
    for mine, theirs in zip(
        (weights.w1, weights.w2, weights.b1, weights.b2), (*oracle.coefs_, *oracle.intercepts_), strict=True
    ):
        theirs[...] = mine
    oracle.partial_fit(x, y)
    after = network.descend(weights, network.gradients(weights, x, y, reg), learning_rate)
    for mine, theirs in zip(
        (after.w1, after.w2, after.b1, after.b2), (*oracle.coefs_, *oracle.intercepts_), strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=6))
def test_softmax_and_its_logarithm_are_finite_for_every_finite_input(z):
    with np.errstate(over="ignore", under="ignore"):
        p, log_p = network.softmax(np.array(z)), network.log_softmax(np.array(z))
    assert np.isfinite(p).all()
    assert p.sum() == pytest.approx(1)
    assert not np.isnan(log_p).any()


def test_sigmoid_saturates_without_warning():
    np.testing.assert_array_equal(network.sigmoid(np.array([-1e4, 0.0, 1e4])), [0.0, 0.5, 1.0])


def test_initial_weights_follow_the_starter_code():
    weights = network.initial_weights(784, 128, 10, 0.001, 1024)
    np.random.seed(1024)
    np.testing.assert_array_equal(weights.w1, 0.001 * np.random.randn(784, 128))
    np.random.seed(1024)
    np.testing.assert_array_equal(weights.w2, 0.001 * np.random.randn(128, 10))
    assert not weights.b1.any()
    assert not weights.b2.any()
