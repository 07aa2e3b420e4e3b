"""What the tests of claims measure, on courses small enough to work every number out by hand."""

import math

import numpy as np
import pytest
from scipy import stats

from pipeline.config.settings import Configuration
from pipeline.evidence import measures
from pipeline.evidence.archive import COURSES, Courses
from pipeline.evidence.measures import Measured

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
        (measures.since(2, measures.accuracy_at_end), (0.86 - 0.60, 0.83 - 0.55, 0.70 - 0.50)),
        (measures.accuracy_at_end, (0.86, 0.83, 0.70)),
        (measures.best_accuracy, (0.90, 0.91, 0.95)),
        # training minus validation
        (measures.gap, ((2.335 - 2.64) / 3, (2.3 - 2.59) / 3, (2.22 - 2.445) / 3)),
        # of epochs 5 to 8: |0.84 - 2 × 0.90 + 0.88|, |0.90 - 2 × 0.88 + 0.86|; |0.90 - 1.70 + 0.91|,
        # |0.85 - 1.82 + 0.83|; |0.95 - 1.89 + 0.80|, |0.945 - 1.60 + 0.70|
        (measures.roughness, (0.04, 0.125, 0.0925)),
        # at least 0.89, 0.90, 0.94
        (measures.epochs_to_converge, (6, 3, 5)),
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
        (((0.1, 0.9, 0.2, 0.4, 0.6),), 0),  # of five epochs the last three are the second half: a straight line
        (((0.1, 0.9, 0.2, 0.6, 0.4),), 0.6),  # |0.2 - 1.2 + 0.4|
    ],
)
def test_a_straight_line_is_not_rough_however_steep_and_the_first_half_does_not_count(
    rows: tuple[tuple[float, ...], ...], rough: float
) -> None:
    assert measures.roughness(courses(rows)).tolist() == pytest.approx([rough])


def test_a_curve_has_converged_a_point_below_its_best_and_no_sooner() -> None:
    rows = ((0.9399, 0.9401, 0.93, 0.95, 0.90), (0.9401, 0.9, 0.95, 0.95, 0.95))
    assert measures.epochs_to_converge(courses(rows)).tolist() == [2, 1]


def test_the_mean_of_each_seeds_number_has_students_interval() -> None:
    found = measures.of_each(measures.best_accuracy, courses())
    low, high = stats.t.interval(0.95, 2, 0.92, stats.sem([0.90, 0.91, 0.95]))
    assert found.value == pytest.approx(0.92)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    assert found.seeds == 3


def welch(first: list[float], second: list[float], level: float = 0.95) -> tuple[float, float]:
    found = stats.ttest_ind(first, second, equal_var=False).confidence_interval(level)
    return found.low, found.high


def test_a_difference_is_the_first_minus_the_second_with_welchs_interval() -> None:
    found = measures.first_minus_second(measures.accuracy_at_end, courses(), courses(ACCURACIES[:2], first_seed=4))
    assert found.value == pytest.approx((0.86 + 0.83 + 0.70) / 3 - (0.86 + 0.83) / 2)
    assert (found.interval.low, found.interval.high) == pytest.approx(welch([0.86, 0.83, 0.70], [0.86, 0.83]))
    assert found.seeds == 2
    back = measures.first_minus_second(measures.accuracy_at_end, courses(ACCURACIES[:2]), courses())
    assert back.value == pytest.approx(-found.value)
    assert back.seeds == 2


def flat(*levels: float, first_seed: int = 1) -> Courses:
    """Seeds whose best accuracy is this, in the second of three epochs."""
    return courses(tuple((0.5, level, 0.6) for level in levels), first_seed=first_seed)


OWN, NEAR, FAR = (0.70, 0.96, 0.962, 0.967), (0.99, 0.951, 0.953, 0.958), (0.99, 0.90, 0.93, 0.90)


def test_the_lead_is_that_over_the_nearest_rival_at_a_level_that_holds_for_all_of_them() -> None:
    """On three of four seeds, since the first one chose; for two rivals each interval is at 97.5%."""
    found = measures.smallest_lead(1, flat(*OWN), flat(*FAR), flat(*NEAR))
    assert isinstance(found, Measured)
    assert found.value == pytest.approx((0.96 + 0.962 + 0.967 - 0.951 - 0.953 - 0.958) / 3)
    ends = [welch(list(OWN[1:]), list(rival[1:]), 1 - 0.05 / 2) for rival in (NEAR, FAR)]
    assert found.interval.low == pytest.approx(min(low for low, _ in ends))
    assert found.interval.high == pytest.approx(min(high for _, high in ends))
    # the ends are of different rivals: the farther one spreads so much that its lower end is the smaller
    assert ends[1][0] < ends[0][0]
    assert ends[0][1] < ends[1][1]
    assert found.seeds == 3


def test_with_one_rival_the_lead_is_at_the_usual_level() -> None:
    found = measures.smallest_lead(0, flat(*OWN), flat(*NEAR))
    assert found is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(welch(list(OWN), list(NEAR)))
    assert found.seeds == 4


@pytest.mark.parametrize(("chosen_by", "seeds"), [(0, 4), (1, 3), (2, 2), (3, None), (4, None)])
def test_seeds_that_chose_do_not_count_and_a_single_one_tells_nothing(chosen_by: int, seeds: int | None) -> None:
    found = measures.smallest_lead(chosen_by, flat(*OWN), flat(*NEAR))
    assert (found and found.seeds) == seeds


def test_without_a_rival_or_with_one_seed_of_a_rival_there_is_no_lead() -> None:
    assert measures.smallest_lead(1, flat(*OWN)) is None
    assert measures.smallest_lead(1, flat(*OWN), flat(0.9, 0.9, 0.9), flat(0.9, 0.9)) is None
    found = measures.smallest_lead(1, flat(*OWN), flat(*NEAR[:3]))
    assert found is not None
    assert found.seeds == 2


def test_the_gradient_of_an_epoch_is_held_against_the_last_one() -> None:
    rising = courses()
    rising.columns["gradient_norm"][:] = [[8, 4, 2, 6, 7, 5, 3, 4]] * 3
    found = measures.of_each(measures.gradient_against_end(2), rising)
    assert (found.value, found.interval.low, found.interval.high) == (1, 1, 1)
    assert math.isclose(measures.of_each(measures.gradient_against_end(4), rising).value, 1.5)


def test_what_is_no_number_is_not_measured() -> None:
    settled = courses(ACCURACIES)
    settled.columns["gradient_norm"][:, -1] = 0.0
    with np.errstate(divide="ignore"):
        assert measures.Measure("gradient_against_end", (2,)).of(settled) is None
    assert measures.Measure("gap").of(settled) is not None
