"""What a run reports: numbers of its last epoch and of its best one, the first of equals, each of the right images."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.training import run
from pipeline.training.network import Weights
from pipeline.training.sgd import Epoch

# training loss and accuracy, validation loss and accuracy; the testing accuracy of the model after the epoch.
# The best is the second of five and the fourth is as good; every column has its largest and smallest elsewhere.
COURSE = (
    (0.95, 0.51, 1.10, 0.60, 0.61),
    (0.80, 0.72, 0.91, 0.80, 0.74),
    (0.90, 0.69, 0.85, 0.70, 0.81),
    (0.55, 0.78, 0.75, 0.80, 0.77),
    (0.60, 0.76, 0.88, 0.65, 0.69),
)
SPECIFICATION = {
    **{"learning_rate": 0.5, "reg": 0.0, "batch_size": 4, "hidden": 1, "epochs": 5, "seed": 1},
    **{"initial_scale": 0.0, "initial_seed": 1},
}
TRAINING, VALIDATION, TESTING = ([None] * count for count in (10, 3, 2))  # 10 images in batches of 4: three steps
DATA: Any = SimpleNamespace(pixels=np.arange(1), training=TRAINING, validation=VALIDATION, testing=TESTING)


class Trainer:
    """Its weights are the number of the epoch; the arrays change with the next one, as the real ones do."""

    def __init__(self, weights: Weights, training: object, learning_rate: float, reg: float, batch_size: int) -> None:
        assert training is TRAINING
        assert (learning_rate, reg, batch_size) == (0.5, 0.0, 4)
        self.weights = weights


def trained(monkeypatch: pytest.MonkeyPatch, course: tuple[tuple[float, ...], ...], diverges: int = 0) -> run.Result:
    """A run of this course; it `diverges` in the epoch of this number."""

    def train(trainer: Trainer, validation: object, epochs: int, seed: int) -> Any:
        assert validation is VALIDATION
        assert (epochs, seed) == (5, 1)
        for number, (*measured, _) in enumerate(course, start=1):
            trainer.weights.w1[:], trainer.weights.w2[:] = number, 2 * number
            yield Epoch(*measured, seconds=9.0, finite=number != diverges)

    def evaluate(weights: Weights, examples: object) -> tuple[float, float]:
        assert examples is TESTING
        return 7.0, course[int(weights.w1[0, 0]) - 1][-1]

    monkeypatch.setattr(run.sgd, "Trainer", Trainer)
    monkeypatch.setattr(run.sgd, "train", train)
    monkeypatch.setattr(run.sgd, "evaluate", evaluate)
    return run.train(SPECIFICATION, DATA, 1)


def test_the_testing_accuracy_is_that_of_the_first_best_epoch_and_all_others_are_of_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert trained(monkeypatch, COURSE).metrics == {
        "training_accuracy": 0.76,
        "training_loss": 0.60,
        "validation_accuracy": 0.65,
        "best_validation_accuracy": 0.80,
        "best_epoch": 2,
        "testing_accuracy": 0.74,
        "last_testing_accuracy": 0.69,
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
    monkeypatch: pytest.MonkeyPatch, accuracies: tuple[float, ...], best: int
) -> None:
    course = tuple((1.0, 0.9 - n / 10, 1.0, each, 0.01 * n) for n, each in enumerate(accuracies, start=1))
    found = trained(monkeypatch, course).metrics
    assert (found["best_epoch"], found["best_validation_accuracy"]) == (best, max(accuracies))
    assert found["testing_accuracy"] == 0.01 * best
    assert found["last_testing_accuracy"] == 0.01 * len(accuracies)


def test_the_norms_of_an_epoch_are_those_at_its_end_and_of_what_it_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    """One weight in each matrix, which moves by 1 and by 2: √5, over 0.5 × 3 steps."""
    norms = trained(monkeypatch, COURSE).norms
    assert [(each.w1_norm, each.w2_norm) for each in norms] == [(n, 2 * n) for n in (1, 2, 3, 4, 5)]
    assert [each.gradient_norm for each in norms] == pytest.approx([math.sqrt(5) / 1.5] * 5)


@pytest.mark.parametrize("diverges", [1, 3])
def test_a_run_that_diverges_keeps_its_finite_epochs_and_has_no_number(
    monkeypatch: pytest.MonkeyPatch, diverges: int
) -> None:
    found = trained(monkeypatch, COURSE, diverges)
    assert found.diverged
    assert [epoch.training_loss for epoch in found.epochs] == [row[0] for row in COURSE[: diverges - 1]]
    assert len(found.norms) == diverges - 1
    assert found.metrics == {}
    assert not trained(monkeypatch, COURSE).diverged


def test_a_large_norm_is_summed_in_double_precision() -> None:
    """The square of 1e30 is no single-precision number: 2e30 is the norm of four."""
    large = Weights(*(np.full(shape, 1e30, np.float32) for shape in ((2, 2), 2, (1, 1), 1)))
    found = run._norms(replace(large, w1=np.zeros((2, 2)), b1=np.zeros(2), w2=np.zeros((1, 1))), large, 2.0)
    assert (found.w1_norm, found.w2_norm) == pytest.approx((2e30, 1e30), rel=1e-6)
    assert found.gradient_norm == pytest.approx(math.sqrt(4 + 2 + 1) * 1e30 / 2, rel=1e-6)
