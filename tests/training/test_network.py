"""The reference network against finite differences and scikit-learn; softmax and sigmoid at extremes."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from pipeline.training import network
from pipeline.training.network import Weights


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


def test_softmax_is_that_of_each_row_whatever_the_others_are():
    """Shares of 1 : 3, and rows that are millions apart: e^0 and e^-1000, which is nothing beside it."""
    z = np.array([[0.0, np.log(3)], [1e6, 1e6 - 1000], [-1e6, -1e6 + np.log(3)]])
    np.testing.assert_allclose(network.softmax(z), [[0.25, 0.75], [1, 0], [0.25, 0.75]], rtol=1e-9)
    expected = [[np.log(0.25), np.log(0.75)], [0, -1000], [np.log(0.25), np.log(0.75)]]
    np.testing.assert_allclose(network.log_softmax(z), expected, rtol=1e-9)


def test_loss_accuracy_and_penalty_are_those_worked_out_by_hand():
    """Right answers with 3/4 and 1/4, and equal logits, of which the first counts: (log 4/3 + log 4 + log 2) / 3."""
    logits, y = np.array([[0.0, np.log(3)], [0.0, np.log(3)], [5.0, 5.0]]), np.array([1, 0, 0])
    assert network.cross_entropy(logits, y) == pytest.approx(np.log(4 / 3 * 4 * 2) / 3)
    assert network.accuracy(logits, y) == 2 / 3
    assert network.accuracy(logits, np.array([1, 0, 1])) == 1 / 3
    weights = Weights(np.array([[1.0, 2.0]]), np.full(2, 9.0), np.array([[3.0], [0.0]]), np.full(1, 9.0))
    assert network.penalty(weights, 0.5) == 0.25 * (1 + 4 + 9), "half of 0.5, and no biases"


@pytest.mark.parametrize("name", ["w1", "b1", "w2", "b2"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_found_in_any_part(name, value):
    weights, _, _ = problem(0)
    assert weights.finite()
    getattr(weights, name).flat[-1] = value
    assert not weights.finite()


def test_sigmoid_saturates_without_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(network.sigmoid(np.array([-1e4, 0.0, 1e4])), [0.0, 0.5, 1.0])


def test_initial_weights_follow_the_starter_code():
    weights = network.initial_weights(784, 128, 10, 0.001, 1024)
    np.random.seed(1024)
    np.testing.assert_array_equal(weights.w1, 0.001 * np.random.randn(784, 128))
    np.random.seed(1024)
    np.testing.assert_array_equal(weights.w2, 0.001 * np.random.randn(128, 10))
    assert not weights.b1.any()
    assert not weights.b2.any()
