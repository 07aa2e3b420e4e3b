"""What the tests of claims measure, on courses small enough to work every number out by hand."""

import numpy as np
import pytest
from scipy import stats

from pipeline.config.settings import Configuration
from pipeline.evidence import measures
from pipeline.evidence.archive import COURSES, Courses
from pipeline.evidence.measures import Measure

# Validation accuracies of three seeds after eight epochs. The best epochs are the sixth, the third (with a tie in the
# seventh), and the fifth; none is the first or the last. All other columns hold other numbers.
ACCURACIES = (
    (0.50, 0.60, 0.70, 0.80, 0.84, 0.90, 0.88, 0.86),
    (0.40, 0.55, 0.91, 0.70, 0.90, 0.85, 0.91, 0.83),
    (0.30, 0.50, 0.60, 0.75, 0.95, 0.945, 0.80, 0.70),
)
CHOSEN = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=8)


def courses(rows: tuple[tuple[float, ...], ...] = ACCURACIES, *, first_seed: int = 1, batch_size: int = 64) -> Courses:
    """Training accuracy is 0.05 above, halved in the last epoch; losses and norms are numbers of their own."""
    accuracy = np.array(rows)
    training = accuracy + 0.05
    training[:, -1] /= 2
    columns = {name: 10.0 * k + accuracy for k, name in enumerate(COURSES, start=1)}
    columns |= {"validation_accuracy": accuracy, "training_accuracy": training}
    columns["gradient_norm"] = np.array([[2.0 ** (n - k) for n in range(accuracy.shape[1])] for k in range(len(rows))])
    chosen = Configuration(**vars(CHOSEN) | {"epochs": accuracy.shape[1], "batch_size": batch_size})
    return Courses(chosen, tuple(range(first_seed, first_seed + len(rows))), columns)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # of the last three epochs: (0.90 + 0.88 + 0.86) / 3 and so on
        (measures.late("validation_accuracy"), (0.88, 2.59 / 3, 2.445 / 3)),
        # (0.95 + 0.93 + 0.455) / 3, (0.90 + 0.96 + 0.44) / 3, (0.995 + 0.85 + 0.375) / 3
        (measures.late("training_accuracy"), (2.335 / 3, 2.3 / 3, 2.22 / 3)),
        # against epochs 3 to 5: (0.70 + 0.80 + 0.84) / 3, (0.91 + 0.70 + 0.90) / 3, (0.60 + 0.75 + 0.95) / 3
        (measures.since(5, measures.late("validation_accuracy")), (0.88 - 0.78, 0.08 / 3, 0.145 / 3)),
        (measures.since(2, measures.at_end("validation_accuracy")), (0.86 - 0.60, 0.83 - 0.55, 0.70 - 0.50)),
        (measures.at_end("validation_accuracy"), (0.86, 0.83, 0.70)),
        (measures.at_end("training_accuracy"), (0.455, 0.44, 0.375)),
        (measures.best_accuracy, (0.90, 0.91, 0.95)),
        # training minus validation
        (measures.gap(3), ((2.335 - 2.64) / 3, (2.3 - 2.59) / 3, (2.22 - 2.445) / 3)),
        # against epochs 3 to 5, where it is 0.05
        (measures.since(5, measures.gap(3)), ((2.335 - 2.64) / 3 - 0.05, -0.29 / 3 - 0.05, -0.225 / 3 - 0.05)),
        (measures.gap(1), (-0.405, -0.39, -0.325)),
        # of epochs 5 to 8: |0.84 - 2 × 0.90 + 0.88|, |0.90 - 2 × 0.88 + 0.86|; |0.90 - 1.70 + 0.91|,
        # |0.85 - 1.82 + 0.83|; |0.95 - 1.89 + 0.80|, |0.945 - 1.60 + 0.70|
        (measures.roughness(4), (0.04, 0.125, 0.0925)),
        # after the sixth; the third, fifth and seventh; the fifth
        (measures.drops(8), (2, 3, 3)),
        (measures.drops(3), (2, 1, 2)),
        # at least 0.855, 0.8645, 0.9025
        (measures.epochs_to_share(0.95), (6, 3, 5)),
        (measures.epochs_to_share(0.5), (1, 2, 2)),  # 0.45, 0.455, 0.475
        (measures.epochs_to(0.9), (6, 3, 5)),
        (measures.epochs_to(0.91), (9, 3, 5)),  # one more than there are where none is
        (measures.epochs_to(0.3), (1, 1, 1)),
        # 100 images in batches of 64 are two updates an epoch, 128 are two, 129 three
        (measures.updates_to(0.9, 100), (0.012, 0.006, 0.010)),
        (measures.updates_to(0.9, 128), (0.012, 0.006, 0.010)),
        (measures.updates_to(0.9, 129), (0.018, 0.009, 0.015)),
        # it doubles with each epoch
        (measures.gradient_against_end(3), (1 / 32, 1 / 32, 1 / 32)),
        (measures.gradient_against_end(8), (1, 1, 1)),
    ],
    ids=lambda value: getattr(value, "__qualname__", ""),
)
def test_a_number_of_each_seeds_course(measure: measures.PerSeed, expected: tuple[float, ...]) -> None:
    assert measure(courses()).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rows", "rough"),
    [
        (((0.1, 0.9, 0.2, 0.4, 0.6),), 0),  # the last three are a straight line
        (((0.1, 0.9, 0.2, 0.6, 0.4),), 0.6),  # |0.2 - 1.2 + 0.4|
    ],
)
def test_a_straight_line_is_not_rough_however_steep_and_what_was_before_does_not_count(
    rows: tuple[tuple[float, ...], ...], rough: float
) -> None:
    assert measures.roughness(3)(courses(rows)).tolist() == pytest.approx([rough])


def test_the_share_to_reach_is_one_of_each_courses_own_best() -> None:
    """0.855, 0.8645 and 0.9025, as 0.95 of 0.90, 0.91 and 0.95."""
    assert measures.epochs_to_share(0.95)(courses()).tolist() == [6, 3, 5]


def test_a_count_that_is_the_same_on_every_seed_tells_nothing_of_others() -> None:
    same = courses(((0.5, 0.6, 0.7),) * 3)
    assert Measure("drops", (3,)).of(same) is None
    assert Measure("best_accuracy").of(same) is not None
    assert Measure("drops", (8,)).of(courses()) is not None


def test_a_curve_that_stays_as_it_is_has_not_fallen() -> None:
    assert measures.drops(4)(courses(((0.9, 0.5, 0.5, 0.6, 0.6),))).tolist() == [0]


def test_curves_cross_where_they_change_sides_within_the_last_epochs() -> None:
    given = courses(((0.5, 0.5, 0.5, 0.5, 0.5, 0.5),) * 2)
    given.columns["training_accuracy"][:] = [[0.4, 0.6, 0.4, 0.4, 0.6, 0.6], [0.4, 0.4, 0.4, 0.4, 0.4, 0.4]]
    assert measures.crossings(6)(given).tolist() == [3, 0]
    assert measures.crossings(3)(given).tolist() == [1, 0]
    assert measures.crossings(2)(given).tolist() == [0, 0]


AT_END = measures.at_end("validation_accuracy")


def test_runs_that_saw_the_same_batches_are_compared_seed_by_seed() -> None:
    """Seeds 2 and 3 are common: 0.83 - 0.86 and 0.70 - 0.83."""
    found = measures.first_minus_second(AT_END, courses(), courses(ACCURACIES[:2], first_seed=2))
    low, high = stats.t.interval(0.95, 1, -0.08, stats.sem([-0.03, -0.13]))
    assert (found.value, found.seeds) == (pytest.approx(-0.08), 2)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "second",
    [
        courses(ACCURACIES[:2], batch_size=32),
        courses(tuple(row[1:] for row in ACCURACIES[:2])),
        courses(ACCURACIES[:2], first_seed=3),
    ],
    ids=["other batches", "other epochs", "one common seed"],
)
def test_runs_that_saw_others_are_two_samples(second: Courses) -> None:
    found = measures.first_minus_second(AT_END, courses(), second)
    welch = stats.ttest_ind([0.86, 0.83, 0.70], [0.86, 0.83], equal_var=False)
    assert found.value == pytest.approx((0.86 + 0.83 + 0.70) / 3 - (0.86 + 0.83) / 2)
    assert (found.freedom, found.seeds) == (pytest.approx(welch.df), 2)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(welch.confidence_interval()))


def test_the_unit_of_a_number_follows_from_what_it_is() -> None:
    units = {
        Measure("late", ("validation_loss",)): "nats",
        Measure("at_end", ("training_accuracy",)): "percentage points",
        Measure("gap", (5,)): "percentage points",
        Measure("drops", (5,)): "falls",
        Measure("epochs_to_share", (0.9,)): "epochs",
        Measure("best_accuracy"): "percentage points",
    }
    assert {each: each.unit.name for each in units} == units


def test_the_gradient_of_an_epoch_is_held_against_the_last_one() -> None:
    rising = courses()
    rising.columns["gradient_norm"][:] = [[8, 4, 2, 6, 7, 5, 3, 4]] * 3
    assert measures.gradient_against_end(2)(rising).tolist() == [1, 1, 1]
    assert measures.gradient_against_end(4)(rising).tolist() == [1.5, 1.5, 1.5]


def test_what_is_no_number_is_not_measured() -> None:
    settled = courses(ACCURACIES)
    settled.columns["gradient_norm"][:, -1] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        assert Measure("gradient_against_end", (2,)).of(settled) is None
    assert Measure("gap", (3,)).of(settled) is not None
