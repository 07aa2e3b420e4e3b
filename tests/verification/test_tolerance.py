"""By how much a rebuild elsewhere may differ: each number is held at the edge of what is allowed, and no text may."""

import math

import pytest

from pipeline.verification import tolerance
from pipeline.verification.differences import Change, Value

# column, the rest of its row, its value, by how much it may differ. Accuracies by 0.0005, those of testing by 0.002;
# bounds of intervals by four times as much; other numbers by a thousandth of themselves, a standard deviation of its
# mean, but losses of the best epoch by a twentieth, as another one may be the best; percentage points are hundredths,
# and nats a thousandth; of counts one seed in five may have one more.
ALLOWED: dict[str, tuple[str, dict[str, Value], float, float]] = {
    "training accuracy": ("training_accuracy", {}, 0.93, 0.0005),
    "validation accuracy": ("validation_accuracy", {}, 0.93, 0.0005),
    "best validation accuracy": ("best_validation_accuracy", {}, 0.93, 0.0005),
    "testing accuracy": ("testing_accuracy", {}, 0.93, 0.002),
    "last testing accuracy": ("last_testing_accuracy", {}, 0.93, 0.002),
    "loss": ("training_loss", {"training_loss": 0.25}, 0.25, 0.00025),
    "best validation loss": ("best_validation_loss", {"best_validation_loss": 0.25}, 0.25, 0.0125),
    "testing loss": ("testing_loss", {"testing_loss": 0.25}, 0.25, 0.0125),
    "validation loss": ("validation_loss", {"validation_loss": 0.25}, 0.25, 0.00025),
    "last testing loss": ("last_testing_loss", {"last_testing_loss": 0.25}, 0.25, 0.00025),
    "final training accuracy": ("final_training_accuracy", {}, 0.93, 0.0005),
    "norm": ("w1_norm", {"w1_norm": 20.0}, 20.0, 0.02),
    "negative rate": ("rate_mean", {"rate_mean": -0.5}, -0.5, 0.0005),
    "mean accuracy": ("mean", {"metric": "validation_accuracy", "mean": 0.9}, 0.9, 0.0005),
    "mean testing accuracy": ("mean", {"metric": "testing_accuracy", "mean": 0.9}, 0.9, 0.002),
    "mean loss": ("mean", {"metric": "training_loss", "mean": 0.4}, 0.4, 0.0004),
    "mean testing loss": ("mean", {"metric": "testing_loss", "mean": 0.4}, 0.4, 0.02),
    "spread of an accuracy": ("sd", {"metric": "training_accuracy", "mean": 0.9, "sd": 0.001}, 0.001, 0.0005),
    "spread of a loss": ("sd", {"metric": "training_loss", "mean": 0.4, "sd": 0.01}, 0.01, 0.0004),
    "spread of a norm": ("w1_sd", {"w1_mean": 10.0, "w1_sd": 0.02}, 0.02, 0.01),
    "spread without a mean": ("sd", {"value": 5.0, "sd": 0.02}, 0.02, 0.005),
    "lower bound of an accuracy": ("low", {"row": "training_accuracy", "mean": 0.9, "low": 0.89}, 0.89, 0.002),
    "upper bound of a testing accuracy": ("high", {"row": "testing_accuracy", "mean": 0.9, "high": 0.91}, 0.91, 0.008),
    "lower bound of a loss": ("low", {"row": "training_loss", "mean": 0.4, "low": 0.3}, 0.3, 0.0016),
    "upper bound of another number": ("high", {"value": 2.0, "high": 3.0}, 3.0, 0.008),
    "difference of accuracies": ("value", {"unit": "percentage points", "value": 0.29}, 0.29, 0.05),
    "its upper bound": ("high", {"unit": "percentage points", "value": 0.29}, 0.75, 0.2),
    "difference of losses": ("value", {"unit": "nats", "value": 2.0}, 2.0, 0.001),
    "its lower bound": ("low", {"unit": "nats", "value": 2.0}, 1.5, 0.004),
    "the thresholds it leaves open": ("open_to", {"unit": "percentage points", "value": 0.29}, 0.75, 0.2),
    "mean number of falls": ("value", {"unit": "falls", "value": 1.4}, 1.4, 0.2),
    "lower bound of crossings": ("low", {"unit": "crossings", "value": 1.4}, -0.5, 0.8),
    "epochs until a test is fitted": ("epochs_to_fit", {"epochs_to_fit": 100.0}, 100.0, 2),
}


@pytest.mark.parametrize(("column", "row", "value", "most"), ALLOWED.values(), ids=ALLOWED)
def test_a_number_may_differ_by_so_much_in_either_direction_and_no_more(
    column: str, row: dict[str, Value], value: float, most: float
) -> None:
    for sign in (1, -1):
        inside, outside = (Change("", column, value, value + sign * most * by, row) for by in (0.999, 1.001))
        assert tolerance.within(inside), f"{column} may go from {value} to {inside.new}"
        assert not tolerance.within(outside), f"{column} may not go from {value} to {outside.new}"


def test_two_epochs_more_are_still_allowed_and_three_are_not() -> None:
    assert tolerance.within(Change("", "epochs_to_fit", 100.0, 102.0, {}))
    assert not tolerance.within(Change("", "epochs_to_fit", 100.0, 103.0, {}))


@pytest.mark.parametrize("column", ["n", "seeds", "diverged", "as_predicted", "images", "threshold"])
@pytest.mark.parametrize("unit", ["percentage points", "nats", None])
def test_what_is_counted_and_a_threshold_is_the_same_on_every_machine(column: str, unit: str | None) -> None:
    assert not tolerance.within(Change("", column, 5.0, 5.0001, {"unit": unit, "metric": "testing_accuracy"}))


@pytest.mark.parametrize(
    ("column", "row"), [("best_epoch", {}), ("mean", {"metric": "best_epoch"}), ("sd", {"metric": "best_epoch"})]
)
def test_another_epoch_may_be_the_best_one(column: str, row: dict[str, Value]) -> None:
    assert tolerance.within(Change("", column, 2.0, 74.0, row))
    assert not tolerance.within(Change("", column, 2.0, None, row))


@pytest.mark.parametrize(
    ("column", "old", "new"),
    [
        ("verdict", "supported", "undetermined"),
        ("sentence", "It gains 0.29 points.", "It gains 0.28 points."),  # a number in a text is not one in a statistic
        ("training_loss", 0.25, None),
        ("training_loss", None, 0.25),
        ("training_loss", 0.25, "0.25"),
        ("training_loss", 0.25, math.nan),
        ("statistic", "0.29 percentage points", "0.29 nats"),
        ("statistic", "0.29 (0.1 to 0.4)", "0.29"),
        ("", "a row", "no row"),
    ],
)
def test_a_text_and_a_gap_may_not_differ(column: str, old: Value, new: Value) -> None:
    assert not tolerance.within(Change("", column, old, new, {"training_loss": 0.25}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.29 percentage points (-0.17 to 0.75)", "0.31 percentage points (0.01 to 0.7)"),
        ("12 of 12 seeds", "9 of 10 seeds"),
    ],
)
def test_the_numbers_of_a_statistic_are_judged_where_they_stand_in_full(old: str, new: str) -> None:
    assert tolerance.within(Change("", "statistic", old, new, {}))


def test_a_number_of_no_size_may_not_differ() -> None:
    assert not tolerance.within(Change("", "sd", 0.0, 1e-9, {"mean": None, "value": 8.0}))
    assert not tolerance.within(Change("", "w1_norm", 0.0, 1e-9, {"w1_norm": 0.0}))


def test_what_follows_from_a_statistic_is_judged_there_and_by_its_verdict() -> None:
    for column, old, new in (("p_supported", 0.04, 0.02), ("p_contradicted", 0.9, 0.3), ("seeds_wanted", 32.0, 40.0)):
        assert tolerance.within(Change("", column, old, new, {}))
