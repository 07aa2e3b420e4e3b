"""The linear flow near zero against the network itself: the Jacobian of its gradients, and its own descent."""

import json
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.analysis import linearisation
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.training.network import Weights, descend, gradients

PIXELS, CLASSES, IMAGES = 6, 3, 40
RANDOM = np.random.default_rng(5)
LABELS = RANDOM.choice(CLASSES, IMAGES, p=[0.5, 0.3, 0.2]).astype(np.uint8)
BYTES = (RANDOM.integers(0, 120, (IMAGES, PIXELS)) + 60 * (LABELS[:, None] == np.arange(PIXELS) % CLASSES)).astype(
    np.uint8
)
X = BYTES / 255
SHARES = np.bincount(LABELS) / IMAGES
LINEAR = linearisation.linearise(BYTES, LABELS, CLASSES)


def unpacked(flat: npt.NDArray[np.complex128], hidden: int) -> Weights:
    shapes = [(PIXELS, hidden), (hidden,), (hidden, CLASSES), (CLASSES,)]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return Weights(*(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)))


def jacobian(reg: float, hidden: int) -> npt.NDArray[np.float64]:
    """Of the flow -gradient, with respect to W1, b1, W2 and b2 in this order, at zero weights and the biases at rest.

    By complex steps, which are exact to rounding.
    """
    count = PIXELS * hidden + hidden + hidden * CLASSES + CLASSES
    rest = np.zeros(count, complex)
    rest[-CLASSES:] = np.log(SHARES)
    columns = []
    for k in range(count):
        moved = rest.copy()
        moved[k] += 1e-30j
        flow = gradients(unpacked(moved, hidden), X.astype(complex), LABELS, reg)
        columns.append(-np.concatenate([part.ravel() for part in vars(flow).values()]).imag / 1e-30)
    return np.array(columns).T


def of_weights(matrix: npt.NDArray[np.float64], hidden: int) -> npt.NDArray[np.float64]:
    """The rows and columns of W1 and W2."""
    first, second = PIXELS * hidden, PIXELS * hidden + hidden
    kept = np.r_[:first, second : second + hidden * CLASSES]
    return matrix[np.ix_(kept, kept)]


def test_the_weights_rest_at_zero() -> None:
    flat = np.zeros(PIXELS * 4 + 4 + 4 * CLASSES + CLASSES)
    flat[-CLASSES:] = np.log(SHARES)
    flow = gradients(unpacked(flat, 4), X, LABELS, 0.3)
    assert max(abs(part).max() for part in vars(flow).values()) < 1e-16


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, 1.01, 3.0])
def test_the_largest_growth_rate_is_the_critical_coefficient_minus_the_penalty(share: float) -> None:
    reg = share * LINEAR.critical
    whole = jacobian(reg, hidden=4)
    assert abs(whole - whole.T).max() < 1e-15  # a gradient flow
    of_all, of_the_weights = (np.linalg.eigvalsh(each).max() for each in (whole, of_weights(whole, 4)))
    assert of_the_weights == pytest.approx(LINEAR.critical - reg, abs=1e-12)
    # above the critical coefficient only the biases are left: directions in which nothing changes
    assert of_all == pytest.approx(max(LINEAR.critical - reg, 0), abs=1e-12)


def test_every_growth_rate_is_one_of_the_differences_between_hidden_units() -> None:
    hidden, reg = 4, 0.01
    eigenvalues = np.linalg.eigvalsh(jacobian(reg, hidden))
    for rate in LINEAR.growth_rates:
        for expected in (rate - reg, -rate - reg):
            # one direction for each way in which the hidden units can differ
            assert (abs(eigenvalues - expected) < 1e-12).sum() >= hidden - 1


def test_what_all_hidden_units_have_in_common_is_damped() -> None:
    assert np.linalg.eigvalsh(jacobian(0, hidden=1)).max() < 0.9 * LINEAR.critical


@pytest.mark.parametrize("reg", [0.5, 1.5])
def test_differences_between_hidden_units_grow_and_shrink_at_that_rate(reg: float) -> None:
    """Descent on all images, from weights that are near zero."""
    reg *= LINEAR.critical
    rate, hidden = 0.5, 4
    weights = Weights(
        *(3e-8 * RANDOM.standard_normal(shape) for shape in ((PIXELS, hidden), (hidden,), (hidden, CLASSES))),
        np.log(SHARES),
    )
    spreads = []
    for step in range(2001):
        if step in (1000, 2000):
            spreads.append(np.linalg.norm(weights.w1 - weights.w1.mean(axis=1, keepdims=True)))
        weights = descend(weights, gradients(weights, X, LABELS, reg), rate)
    measured = np.log(spreads[1] / spreads[0]) / (rate * 1000)
    assert measured == pytest.approx(LINEAR.critical - reg, rel=0.02)


def test_the_covariance_is_that_of_pixels_and_labels() -> None:
    onehot = np.eye(CLASSES)[LABELS]
    expected = np.cov(X.T, onehot.T, bias=True)[:PIXELS, PIXELS:]
    assert linearisation.covariance(BYTES, LABELS, CLASSES) == pytest.approx(expected, abs=1e-16)


def test_the_growth_rates_of_four_images_are_those_worked_out_by_hand() -> None:
    """Two pixels, of which the first is bright for class 0 alone, and three classes, the last of which has no image.

    Half of the images are of class 0 and half of class 1: C has 1/4 and -1/4 for the first pixel, as the mean image
    is 1/2 there, and nothing else. Its singular value is √2/4, and the critical coefficient a quarter of that.
    """
    images = np.array([[255, 9], [255, 9], [0, 9], [0, 9]], np.uint8)
    labels = np.array([0, 0, 1, 1], np.uint8)
    expected = [[0.25, -0.25, 0], [0, 0, 0]]
    assert linearisation.covariance(images, labels, 3) == pytest.approx(np.array(expected), abs=1e-15)
    found = linearisation.linearise(images, labels, 3)
    assert found.critical == float(f"{math.sqrt(2) / 16:.12g}")
    assert found.growth_rates == (found.critical, 0.0)
    assert (found.images, found.pixels, found.classes, found.largest_class) == (4, 2, 3, 0.5)


def test_twelve_digits_of_a_growth_rate_are_kept_and_rounding_is_no_rate() -> None:
    found = linearisation.linearise(BYTES, LABELS, CLASSES)
    assert found == LINEAR
    singular = np.linalg.svd(linearisation.covariance(BYTES, LABELS, CLASSES), compute_uv=False)
    assert found.growth_rates[:2] == pytest.approx(singular[:2] / 4, rel=1e-11)
    assert found.growth_rates[2] == 0
    assert all(rate == float(f"{rate:.12g}") for rate in found.growth_rates)


def test_what_is_told_of_the_images() -> None:
    assert (LINEAR.images, LINEAR.pixels, LINEAR.classes) == (IMAGES, PIXELS, CLASSES)
    assert LINEAR.largest_class == max(SHARES)
    assert LINEAR.growth_rates[0] == LINEAR.critical
    assert list(LINEAR.growth_rates) == sorted(LINEAR.growth_rates, reverse=True)
    assert LINEAR.growth_rates[-1] == 0  # deviations from the mean label sum to zero


def test_images_that_are_all_the_same_have_no_critical_coefficient() -> None:
    same = linearisation.linearise(np.full((6, 2), 9, np.uint8), np.arange(6, dtype=np.uint8) % 3, 3)
    assert same.critical == 0


def test_the_file_holds_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "collapse/collapse.json"
    linearisation.save(path, LINEAR)
    assert linearisation.read(path) == LINEAR


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"critical": 1, "growth_rates": 3})])
def test_another_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "collapse/collapse.json"
    sealed.write_text(path, content)
    with pytest.raises(InputError, match=r"collapse\.json: expected what an earlier step wrote, found other JSON: "):
        linearisation.read(path)
