"""What a run reports: numbers of its last epoch and of its best one, the first of equals, each of the right images."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from pipeline.data.examples import Examples, Prepared, Sorted, by_length, sort_pixels
from pipeline.training import descent
from pipeline.training.descent import Epoch
from pipeline.training.network import Weights

# training loss and accuracy, validation loss and accuracy; of the model after the epoch, the testing loss and accuracy,
# and the accuracy on the training images. The best is the second of five and the fourth is as good; every column has
# its largest and smallest elsewhere.
COURSE = (
    (0.95, 0.51, 1.10, 0.60, 1.30, 0.61, 0.55),
    (0.80, 0.72, 0.91, 0.80, 1.05, 0.74, 0.83),
    (0.90, 0.69, 0.85, 0.70, 0.97, 0.81, 0.71),
    (0.55, 0.78, 0.75, 0.80, 0.86, 0.77, 0.87),
    (0.60, 0.76, 0.88, 0.65, 1.01, 0.69, 0.79),
)
SPECIFICATION = {"learning_rate": 0.5, "reg": 0.0, "batch_size": 4, "hidden": 1, "epochs": 5, "seed": 1}


def images(count: int, seed: int) -> Sorted:
    shown = np.random.default_rng(seed).integers(0, 2, (count, 6), dtype=np.uint8)
    return sort_pixels(Examples(shown, np.arange(count, dtype=np.uint8)), np.arange(6))


# 10 images in batches of 4: three steps
DATA = Prepared(np.arange(6), images(10, 1), by_length(images(3, 2)), by_length(images(2, 3)))


class Follower:
    """A trainer whose epochs are those of a course; the arrays change with the next epoch, as the real ones do.

    The first weight is the number of the epoch, by which `evaluate` knows whose the weights are.
    """

    def __init__(self, course: tuple[tuple[float, ...], ...]) -> None:
        self.course, self.epochs = course, 0
        self.weights = Weights(*(np.zeros(shape) for shape in ((1, 1), 1, (1, 1), 1)))

    def epoch(self, order: np.ndarray) -> tuple[float, float]:
        assert sorted(order) == list(range(10))
        self.epochs += 1
        self.weights.w1[:], self.weights.w2[:] = self.epochs, 2 * self.epochs
        return self.course[self.epochs - 1][:2]

    def evaluate(self, weights: Weights, examples: Sorted) -> tuple[float, float]:
        row = self.course[int(weights.w1[0, 0]) - 1]
        if examples is DATA.validation:
            return row[2:4]
        if examples is DATA.testing:
            return row[4:6]
        assert examples is DATA.training
        return 9.0, row[6]


def trained(course: tuple[tuple[float, ...], ...]) -> descent.Result:
    return descent.train(Follower(course), SPECIFICATION | {"epochs": len(course)}, DATA)


def test_each_number_is_of_its_epoch_and_its_images() -> None:
    assert trained(COURSE).metrics == {
        "training_accuracy": 0.76,
        "training_loss": 0.60,
        "final_training_accuracy": 0.79,
        "validation_accuracy": 0.65,
        "validation_loss": 0.88,
        "best_validation_accuracy": 0.80,
        "best_validation_loss": 0.91,
        "best_epoch": 2,
        "testing_accuracy": 0.74,
        "testing_loss": 1.05,
        "last_testing_accuracy": 0.69,
        "last_testing_loss": 1.01,
    }


@pytest.mark.parametrize(
    ("accuracies", "best"),
    [
        ((0.5,), 1),
        ((0.3, 0.3), 1),
        ((0.4, 0.2, 0.3), 1),  # better than the epoch before is not best
        ((0.1, 0.4, 0.2, 0.4, 0.3), 2),
        ((0.1, 0.3, 0.2, 0.3, 0.4), 5),
        ((0.0, 0.0, 0.1), 3),
    ],
)
def test_the_best_epoch_is_the_first_of_the_highest_validation_accuracy(
    accuracies: tuple[float, ...], best: int
) -> None:
    course = tuple(
        (1.0, 0.9 - n / 10, 1 + n / 10, each, 2 + n / 10, 0.01 * n, 0.5) for n, each in enumerate(accuracies, start=1)
    )
    result, last = trained(course), len(accuracies)
    found = result.metrics
    assert (result.best.w1, result.best.w2) == (best, 2 * best), "the weights after that epoch"
    assert (found["best_epoch"], found["best_validation_accuracy"]) == (best, max(accuracies))
    assert (found["best_validation_loss"], found["validation_loss"]) == (1 + best / 10, 1 + last / 10)
    assert (found["testing_loss"], found["testing_accuracy"]) == (2 + best / 10, 0.01 * best)
    assert (found["last_testing_loss"], found["last_testing_accuracy"]) == (2 + last / 10, 0.01 * last)


def test_the_norms_of_an_epoch_are_those_at_its_end_and_of_what_it_moved() -> None:
    """One weight in each matrix, which moves by 1 and by 2: √5, over 0.5 × 3 steps."""
    norms = trained(COURSE).norms
    assert [(each.w1_norm, each.w2_norm) for each in norms] == [(n, 2 * n) for n in (1, 2, 3, 4, 5)]
    assert [each.gradient_norm for each in norms] == pytest.approx([math.sqrt(5) / 1.5] * 5)


@pytest.mark.parametrize("diverges", [1, 3])
def test_a_run_that_diverges_keeps_its_finite_epochs_and_has_no_number(diverges: int) -> None:
    row = COURSE[diverges - 1]
    found = trained((*COURSE[: diverges - 1], (math.nan, *row[1:]), *COURSE[diverges:]))
    assert found.diverged
    assert [epoch.training_loss for epoch in found.epochs] == [row[0] for row in COURSE[: diverges - 1]]
    assert len(found.norms) == diverges - 1
    assert found.metrics == {}
    assert (found.best.w1, found.best.w2) == (0, 0), "the weights that it started from"
    assert not trained(COURSE).diverged


def test_a_large_norm_is_summed_in_double_precision() -> None:
    """The square of 1e30 is no single-precision number: 2e30 is the norm of four."""
    large = Weights(*(np.full(shape, 1e30, np.float32) for shape in ((2, 2), 2, (1, 1), 1)))
    found = descent._norms(replace(large, w1=np.zeros((2, 2)), b1=np.zeros(2), w2=np.zeros((1, 1))), large, 2.0)
    assert (found.w1_norm, found.w2_norm) == pytest.approx((2e30, 1e30), rel=1e-6)
    assert found.gradient_norm == pytest.approx(math.sqrt(4 + 2 + 1) * 1e30 / 2, rel=1e-6)


# --- The epochs one by one


FIVE = replace(DATA, training=images(5, 1))


class Scripted:
    """A trainer of five images whose epochs are what a list says: training loss and accuracy, and a weight.

    The validation loss is of another list, and the validation accuracy a tenth of the weight.
    """

    def __init__(self, script: list[tuple[float, float, float]], losses: list[float]) -> None:
        self.script, self.losses, self.orders = script, losses, list[list[int]]()

    @property
    def weights(self) -> Weights:
        return Weights(*(np.full(1, self.script[len(self.orders) - 1][2]) for _ in range(4)))

    def epoch(self, order: np.ndarray) -> tuple[float, float]:
        self.orders.append(order.tolist())
        return self.script[len(self.orders) - 1][:2]

    def evaluate(self, weights: Weights, examples: Sorted) -> tuple[float, float]:
        assert examples is FIVE.validation
        return self.losses[len(self.orders) - 1], weights.w1[0] / 10


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    seconds = iter([10, 12, 20, 23, 30, 34, 40, 45])
    monkeypatch.setattr(descent.time, "perf_counter", lambda: next(seconds))
    return seconds


@pytest.mark.usefixtures("clock")
def test_each_epoch_has_a_shuffle_of_its_own_and_is_measured_at_its_end() -> None:
    trainer = Scripted([(0.9, 0.25, 1.0), (0.7, 0.5, 2.0), (0.8, 0.375, 3.0)], [1.5, 1.25, 1.75])
    epochs = list(descent.epochs(trainer, FIVE, 3, 7))
    shuffle = np.random.default_rng(7)
    assert trainer.orders == [shuffle.permutation(5).tolist() for _ in range(3)]
    assert epochs == [
        Epoch(0.9, 0.25, 1.5, 0.1, 2, finite=True),
        Epoch(0.7, 0.5, 1.25, 0.2, 3, finite=True),
        Epoch(0.8, 0.375, 1.75, pytest.approx(0.3), 4, finite=True),
    ]


@pytest.mark.parametrize(("place", "number"), [("training", np.nan), ("validation", np.inf), ("weight", -np.inf)])
def test_a_run_ends_with_the_first_loss_or_weight_that_is_not_finite(place: str, number: float) -> None:
    wrong = {"training": 0.5, "validation": 1.5, "weight": 2.0} | {place: number}
    script = [(0.5, 0.1, 1.0), (wrong["training"], 0.1, wrong["weight"]), (0.5, 0.1, 3.0), (0.5, 0.1, 4.0)]
    trainer = Scripted(script, [1.5, wrong["validation"], 1.5, 1.5])
    assert [epoch.finite for epoch in descent.epochs(trainer, FIVE, 4, 7)] == [True, False]
    assert len(trainer.orders) == 2
