"""What the tests of claims measure, worked by hand on three seeds of ten epochs; intervals as scipy.stats has them."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from scipy import stats

from pipeline import measures
from pipeline.archive import COURSES, Courses
from pipeline.claims import Measured
from pipeline.settings import Configuration

# the best epoch is the sixth (and eighth), the ninth and the seventh, never the last
VALIDATION = [
    [0.50, 0.60, 0.71, 0.80, 0.79, 0.900, 0.88, 0.90, 0.87, 0.86],
    [0.40, 0.55, 0.66, 0.70, 0.81, 0.832, 0.82, 0.80, 0.84, 0.83],
    [0.30, 0.45, 0.52, 0.64, 0.75, 0.760, 0.78, 0.77, 0.74, 0.76],
]
TRAINING = [
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.93, 0.95, 0.97],
    [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.91, 0.92, 0.96],
    [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.85, 0.88, 0.91],
]
GRADIENT = [
    [9.0, 8.0, 6.0, 5.0, 4.0, 4.0, 4.0, 3.0, 3.0, 2.0],
    [7.0, 6.0, 5.0, 4.0, 4.0, 4.0, 3.0, 3.0, 2.0, 1.0],
    [8.0, 7.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 4.0],
]
END = [0.86, 0.83, 0.76]
LATE = [2.63 / 3, 2.47 / 3, 2.27 / 3]  # the mean of epochs 8, 9 and 10


def courses(accuracies: Sequence[Sequence[float]] = VALIDATION, seeds: Sequence[int] = (), batch: int = 16) -> Courses:
    """Runs with these validation accuracies; every other column has values of its own."""
    table = np.array(accuracies)
    columns = {name: np.full_like(table, -1.0 - place) for place, name in enumerate(COURSES)}
    columns["validation_accuracy"] = table
    if accuracies is VALIDATION:
        columns |= {"training_accuracy": np.array(TRAINING), "gradient_norm": np.array(GRADIENT)}
    configuration = Configuration(learning_rate=0.1, reg=0.001, batch_size=batch, hidden=128, epochs=table.shape[1])
    return Courses(configuration, tuple(seeds) or tuple(range(1, len(table) + 1)), columns)


PER_SEED = {
    "accuracy after the last epoch": (lambda: measures.accuracy_at_end, END),
    "best accuracy": (lambda: measures.best_accuracy, [0.90, 0.84, 0.78]),
    "accuracy over the last three epochs": (lambda: measures.late("validation_accuracy"), LATE),
    "training accuracy over the last three epochs": (lambda: measures.late("training_accuracy"), [0.95, 0.93, 0.88]),
    "gradient over the last three epochs": (lambda: measures.late("gradient_norm"), [8 / 3, 2, 10 / 3]),
    "training minus validation accuracy": (lambda: measures.gap, [0.22 / 3, 0.32 / 3, 0.37 / 3]),
    # epochs 5 to 7: 2.57, 2.462 and 2.29 in sum
    "gain since epoch 7": (
        lambda: measures.since(7, measures.late("validation_accuracy")),
        [0.02, 0.008 / 3, -0.02 / 3],
    ),
    "gain since epoch 4": (lambda: measures.since(4, measures.accuracy_at_end), [0.06, 0.13, 0.12]),
    # second differences of epochs 6 to 10: 0.04, -0.05, 0.02; -0.008, 0.06, -0.05; -0.03, -0.02, 0.05
    "roughness of the second half": (lambda: measures.roughness, [0.11 / 3, 0.118 / 3, 0.10 / 3]),
    "epochs to 0.79": (lambda: measures.epochs_to(0.79), [4, 5, 11]),  # the third never
    "epochs to 0.80, which is reached exactly": (lambda: measures.epochs_to(0.80), [4, 5, 11]),
    "epochs to 0.50": (lambda: measures.epochs_to(0.50), [1, 2, 3]),
    "epochs to within a point of the best": (lambda: measures.epochs_to_converge, [6, 6, 7]),
    "updates to 0.79, seven an epoch": (
        lambda: measures.updates_to(0.79, 100),
        [0.028, 0.035, 0.077],
    ),  # 100 / 16 = 6.25
    "updates to 0.79, six an epoch": (lambda: measures.updates_to(0.79, 96), [0.024, 0.030, 0.066]),
    "gradient of epoch 3 over the last": (lambda: measures.gradient_against_end(3), [3, 5, 0.25]),
    "gradient of epoch 1 over the last": (lambda: measures.gradient_against_end(1), [4.5, 7, 2]),
}


@pytest.mark.parametrize("what", PER_SEED)
def test_each_seed_gives_the_number_worked_by_hand(what: str) -> None:
    measure, expected = PER_SEED[what]
    assert measure()(courses()).tolist() == pytest.approx(expected, abs=1e-12), what


def test_of_nine_epochs_the_last_five_are_the_second_half() -> None:
    rough = [[0.1, 0.9, 0.1, 0.9, 0.5, 0.6, 0.8, 0.9, 0.9]]  # 0.1, -0.1, -0.1
    assert measures.roughness(courses(rough)).tolist() == pytest.approx([0.1])


def test_a_straight_rise_is_smooth() -> None:
    rising = [[0.1 * epoch for epoch in range(1, 11)]]
    assert measures.roughness(courses(rising)).tolist() == pytest.approx([0.0])


def is_the_mean(found: Measured | None, value: float, oracle: Iterable[float], seeds: int) -> None:
    assert found is not None
    assert found.value == pytest.approx(value, abs=1e-12)
    ends = (found.interval.low, found.interval.high)
    assert ends == pytest.approx(tuple(oracle), abs=1e-12)
    assert found.seeds == seeds


def test_a_mean_of_seeds_has_the_t_interval() -> None:
    oracle = stats.ttest_1samp(END, 0).confidence_interval(0.95)
    is_the_mean(measures.of_each(measures.accuracy_at_end)(courses()), 2.45 / 3, oracle, 3)


def test_a_difference_of_means_has_welchs_interval_and_the_fewer_seeds() -> None:
    other = [[0.2, 0.91], [0.3, 0.72]]
    oracle = stats.ttest_ind(END, [0.91, 0.72], equal_var=False).confidence_interval(0.95)
    measure = measures.first_minus_second(measures.accuracy_at_end)
    is_the_mean(measure(courses(), courses(other)), 2.45 / 3 - 0.815, oracle, 2)
    is_the_mean(measure(courses(other), courses()), 0.815 - 2.45 / 3, (-oracle.high, -oracle.low), 2)


# --- The lead over the nearest rival: the best accuracies are those of the first epoch, the last ones mislead

OWN = [0.970, 0.974, 0.975, 0.971]
RIVALS = [[0.95, 0.955, 0.951, 0.957], [0.966, 0.969, 0.968, 0.963], [0.93, 0.99, 0.90, 0.95]]
SEEDS = (3, 4, 6, 9)


def best(accuracies: Sequence[float], seeds: Sequence[int] = SEEDS, chose: Sequence[float] = ()) -> Courses:
    """Runs with these best accuracies, those of the seeds 1, 2, ... that chose first."""
    rows = [[accuracy, 0.1 * place] for place, accuracy in enumerate((*chose, *accuracies), start=1)]
    return courses(rows, (*range(1, len(chose) + 1), *seeds))


@pytest.mark.parametrize("rivals", [1, 2, 3])
def test_the_lead_over_several_rivals_holds_for_all_of_them_at_once(rivals: int) -> None:
    """Bonferroni: with three rivals each interval is one of 1 - 0.05 / 3."""
    level = {1: 0.95, 2: 0.975, 3: 1 - 0.05 / 3}[rivals]
    ends = [stats.ttest_ind(OWN, each, equal_var=False).confidence_interval(level) for each in RIVALS[:rivals]]
    oracle = min(end.low for end in ends), min(end.high for end in ends)
    leads = [0.9725 - 0.95325, 0.9725 - 0.9665, 0.9725 - 0.9425]
    found = measures.smallest_lead(0)(best(OWN), *map(best, RIVALS[:rivals]))
    is_the_mean(found, min(leads[:rivals]), oracle, 4)


def test_seeds_that_chose_have_no_say_in_the_lead() -> None:
    own, rival = best(OWN, chose=(0.1, 0.2)), best(RIVALS[1], chose=(0.99, 0.98))
    oracle = stats.ttest_ind(OWN, RIVALS[1], equal_var=False).confidence_interval(0.95)
    is_the_mean(measures.smallest_lead(2)(own, rival), 0.006, oracle, 4)
    fewer = stats.ttest_ind(OWN[1:], RIVALS[1][1:], equal_var=False).confidence_interval(0.95)
    is_the_mean(measures.smallest_lead(3)(own, rival), 2.920 / 3 - 2.900 / 3, fewer, 3)


def test_the_seeds_of_a_lead_are_the_fewest() -> None:
    found = measures.smallest_lead(0)(best(OWN), best(RIVALS[0]), best(RIVALS[1][:2], SEEDS[:2]))
    assert found is not None
    assert found.seeds == 2


def test_without_two_new_seeds_of_each_or_without_a_rival_there_is_no_lead() -> None:
    own, rival = best(OWN), best(RIVALS[0])
    assert measures.smallest_lead(4)(own, rival) is not None  # seeds 6 and 9
    for chosen_by in (6, 9):
        assert measures.smallest_lead(chosen_by)(own, rival) is None
    assert measures.smallest_lead(0)(own, rival, best(RIVALS[1][:1], SEEDS[:1])) is None
    assert measures.smallest_lead(0)(own) is None
