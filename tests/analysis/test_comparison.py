"""Differences, rankings and courses of configurations whose truth is known."""

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from found import BASE, Epochs, flat, of_rates, points, rates, results, single, sweep_of

from pipeline.analysis import comparison
from pipeline.analysis.comparison import Estimate
from pipeline.analysis.tables import SUMMARISED
from pipeline.config.settings import Experiment
from pipeline.report.views import typography

# --- A difference is clear if its confidence interval leaves out zero


@pytest.mark.parametrize(
    ("gap", "clear"),
    # both standard errors are 0.001, with 20.87 degrees of freedom: the bound is 2.0803 * 0.001 * √2 = 0.002942
    [(0.00294, False), (0.00295, True), (-0.00294, False), (-0.00295, True), (0.0, False)],
)
def test_the_bound_of_a_clear_difference(gap: float, clear: bool) -> None:
    found = comparison.difference(Estimate(0.5 + gap, 0.003, 9, 0), Estimate(0.5, 0.004, 16, 0))
    assert found.value == pytest.approx(gap)
    assert found.clear is clear


def test_with_one_seed_on_either_side_nothing_is_known() -> None:
    one, several = Estimate(0.9, None, 1, 0), Estimate(0.1, 0.001, 5, 0)
    assert comparison.difference(one, several).clear is None
    assert comparison.difference(several, one).clear is None
    assert comparison.difference(one, one).clear is None


def test_equal_seeds_leave_no_doubt_about_a_difference() -> None:
    assert comparison.difference(Estimate(0.9, 0.0, 5, 0), Estimate(0.8, 0.0, 5, 0)).clear is True
    assert comparison.difference(Estimate(0.9, 0.0, 5, 0), Estimate(0.9, 0.0, 5, 0)).clear is False


@pytest.mark.parametrize(("gap", "clear"), [(0.0042, False), (0.0044, True)])
def test_two_seeds_of_each_are_enough_for_a_difference(gap: float, clear: bool) -> None:
    # both standard errors are 0.001 / √2, with two degrees of freedom: the bound is 4.3027 × 0.001 = 0.0043
    assert comparison.difference(Estimate(0.9 + gap, 0.001, 2, 0), Estimate(0.9, 0.001, 2, 0)).clear is clear


# --- Rankings


def test_close_and_apart_divide_the_finished_ones() -> None:
    found = of_rates((0.90, 0.001), (0.95, 0.001), (None, None, 0, 5), (0.9501, 0.001))
    assert found is not None
    sweep = found.sweep
    assert rates(sweep.ranked) == [4, 2, 1]
    assert rates(sweep.close) == [4, 2]
    assert rates(sweep.apart) == [1]
    assert rates(sweep.diverged) == [3]
    assert rates(sweep.trained) == [1, 2, 3, 4]
    assert (sweep.best.configuration.learning_rate, sweep.worst.configuration.learning_rate) == (4, 1)


def test_the_first_of_equals_is_best() -> None:
    found = of_rates((0.8, 0.001), (0.9, 0.001), (0.9, 0.001), (0.7, 0.001))
    assert found is not None
    assert rates(found.sweep.ranked) == [2, 3, 1, 4]
    assert (rates((found.sweep.best,)), rates((found.sweep.worst,))) == ([2], [4])
    labels = map(typography.label, found.sweep.trained)
    names = [re.sub("<[^>]+>", "", label).replace("\N{NO-BREAK SPACE}", " ") for label in labels]
    assert names == ["η = 1", "η = 2", "η = 3", "η = 4"]


def test_validation_accuracy_ranks_whatever_the_testing_images_say() -> None:
    experiment = sweep_of("learning_rate", 1, 2)
    data = results(*points(experiment, (0.90, 0.001), (0.92, 0.001)))
    others = data.summary.table["metric"] != "best_validation_accuracy"
    data.summary.table.loc[others, "mean"] = 1 - data.summary.table.loc[others, "mean"]
    assert rates(comparison.sweep(experiment, data).ranked) == [2, 1]


def test_the_smallest_and_largest_finished_rates_are_compared() -> None:
    found = of_rates((None, None, 0, 5), (0.95, 0.001), (0.91, 0.001), (0.94, 0.001), rates=(9, 3, 0.1, 0.5))
    assert found is not None
    assert found.smallest.configuration.learning_rate == 0.1
    assert found.largest.configuration.learning_rate == 3
    assert found.smallest_against_best.value == pytest.approx(-0.04)
    assert found.smallest_against_best.clear is True


def test_the_spread_is_that_of_the_close_ones_testing_accuracies() -> None:
    found = of_rates((0.950, 0.01), (0.948, 0.01), (0.5, 0.01))
    assert found is not None
    assert found.spread_close == pytest.approx(0.002)


@pytest.mark.parametrize("seeds", [1, 5])
def test_nothing_is_apart_with_one_seed_each(seeds: int) -> None:
    found = of_rates(*((mean, None if seeds == 1 else 0.001, seeds, 0) for mean in (0.9, 0.1)))
    assert found is not None
    assert (found.smallest_against_best.clear, len(found.sweep.apart)) == ((None, 0) if seeds == 1 else (False, 1))


@pytest.mark.parametrize(
    ("numbers", "undecided"),
    [
        (((0.9, 0.001), (0.8, 0.001)), False),
        (((0.9, 0.001), (0.8, None, 1, 0)), True),
        (((0.9, None, 1, 0), (0.8, 0.001)), True),
        (((0.9, 0.001), (0.8, 0.001), (0.7, None, 1, 0)), True),
        (((0.9, None, 1, 0),), False),  # nothing to compare with
        (((0.9, None, 1, 0), (None, None, 0, 5)), False),
    ],
)
def test_a_single_run_leaves_a_comparison_undecided(numbers: tuple[tuple[Any, ...], ...], undecided: bool) -> None:
    found = of_rates(*numbers)
    assert found is not None
    assert found.sweep.undecided is undecided


def test_what_is_apart_is_below_the_best_and_the_worst_is_lowest() -> None:
    found = of_rates((0.90, 0.001), (0.95, 0.001, 4, 1), (0.85, 0.001))
    assert found is not None
    best = found.sweep.best["best_validation_accuracy"].mean
    assert all(each["best_validation_accuracy"].mean < best for each in found.sweep.apart)
    assert rates(found.sweep.ranked) == [1, 3]
    assert rates(found.sweep.diverged) == [2]  # one of its seeds


@pytest.mark.parametrize(("mean", "expected"), [(0.149, "chance"), (0.151, "level")])
def test_a_smallest_rate_at_chance_has_no_other_ending(mean: float, expected: str) -> None:
    found = of_rates((mean, 0.001), (0.9, 0.001))
    assert found is not None
    assert found.smallest_ending == expected


# --- Courses


def test_the_best_epoch_in_the_middle_of_a_course_and_the_first_of_equals_count() -> None:
    accuracies, losses = (0.5, 0.86, 0.9, 0.9, 0.7), (3.0, 2.0, 1.0, 1.0, 2.0)
    found = course([(1.0, 0.75, loss, each) for loss, each in zip(losses, accuracies, strict=True)])
    assert (found.settled_epoch, found.lowest_validation_loss_epoch) == (3, 3)
    assert found.late_gain == pytest.approx(0.7 - 0.86)
    assert found.gap == pytest.approx(0.05)


def course(*seeds: Epochs, epochs: int = BASE.epochs) -> comparison.Course:
    configuration = replace(BASE, epochs=epochs)
    experiment = single("only", configuration)
    point = (experiment, configuration, 0.5, 0.1, sum(len(seed) == epochs for seed in seeds), 0)
    (trained,) = comparison.sweep(experiment, results(point, courses={configuration: list(seeds)})).trained
    assert trained.course is not None
    return trained.course


def test_a_course_by_hand() -> None:
    first = [
        (2.0, 0.5, 3.0, 0.40),
        (1.5, 0.6, 2.0, 0.60),
        (1.0, 0.7, 1.0, 0.50),
        (0.8, 0.8, 2.0, 0.70),
        (0.4, 0.95, 2.5, 0.71),
    ]
    second = [
        (2.0, 0.5, 3.0, 0.40),
        (1.5, 0.6, 2.0, 0.50),
        (1.0, 0.7, 1.5, 0.60),
        (0.8, 0.8, 1.1, 0.70),
        (0.6, 0.85, 2.5, 0.69),
    ]
    found = course(first, second)
    assert found.falls == pytest.approx(1.0)  # one in the first, one in the second
    assert found.late_gain == pytest.approx(0.15)  # 0.70 - 0.55
    assert (found.epochs, found.late_epochs, found.ending) == (5, 3, "rising")
    assert found.late_loss_fall == pytest.approx((1 - 0.4 / 0.8 + 1 - 0.6 / 0.8) / 2)
    assert found.gap == pytest.approx((0.95 - 0.71 + 0.85 - 0.69) / 2)
    assert found.settled_epoch == 4  # means 0.40, 0.55, 0.55, 0.70, 0.70
    assert found.lowest_validation_loss_epoch == 3  # means 3.0, 2.0, 1.25, 1.55, 2.5
    assert found.validation_loss_rises is False  # by 1.5 and 1.0: 1.25 ± 12.7 × 0.25 with two seeds


def test_a_curve_settles_at_the_first_epoch_within_a_hundredth() -> None:
    accuracies = (0.5, 0.8905, 0.85, 0.895, 0.9)
    assert course([(1.0, 0.5, 1.0, accuracy) for accuracy in accuracies]).settled_epoch == 2
    assert course([(1.0, 0.5, 1.0, accuracy) for accuracy in (0.5, 0.6, 0.75 - 0.01, 0.745, 0.75)]).settled_epoch == 3


def test_a_seed_that_diverged_half_way_is_not_in_the_course() -> None:
    whole = [(1.0, 0.5, 1.0, 0.1 * n) for n in range(1, 6)]
    assert course(whole, flat(0.9, 3)) == course(whole)


def crossing(training: tuple[float, ...], validation: tuple[float, ...]) -> Epochs:
    return [(1.0, first, 1.0, second) for first, second in zip(training, validation, strict=True)]


def test_two_curves_cross_where_the_one_ahead_changes_and_touching_is_not_being_ahead() -> None:
    often = crossing((0.1, 0.6, 0.3, 0.6, 0.9), (0.2, 0.5, 0.4, 0.7, 0.8))  # behind, ahead, behind, behind, ahead
    never = crossing((0.2, 0.3, 0.5, 0.6, 0.8), (0.2, 0.4, 0.5, 0.7, 0.8))  # level, behind, level, behind, level
    assert course(often, never).crossings == pytest.approx((3 + 0) / 2)


def test_a_run_is_near_its_best_from_the_first_epoch_with_95_hundredths_of_it() -> None:
    slow = flat(0.5, 2) + flat(0.76, 1) + flat(0.79, 1) + flat(0.8, 1)  # 0.95 x 0.8 = 0.76, reached in epoch 3
    quick = flat(0.4, 1) + flat(0.85, 4)  # in epoch 2
    assert course(slow, quick).near_epoch == pytest.approx((3 + 2) / 2)
    assert course(quick, flat(0.7, 5), flat(0.7, 5)).near_epoch == pytest.approx((2 + 1 + 1) / 3)


def test_a_single_epoch_gains_and_falls_nothing() -> None:
    found = course([(2.0, 0.4, 1.5, 0.6)], epochs=1)
    assert (found.falls, found.late_gain, found.late_loss_fall) == (0, 0, 0)
    assert (found.epochs, found.late_epochs, found.ending) == (1, 0, "unknown")
    assert (found.settled_epoch, found.lowest_validation_loss_epoch) == (1, 1)
    assert found.gap == pytest.approx(-0.2)


def test_with_few_epochs_the_gain_is_over_all_of_them() -> None:
    found = course([(2.0, 0.4, 1.5, 0.6), (1.0, 0.4, 1.5, 0.8)], epochs=2)
    assert found.late_gain == pytest.approx(0.2)
    assert found.late_epochs == 1
    assert course(flat(0.5, 4), epochs=4).late_epochs == 3
    assert course(flat(0.5, 30), epochs=30).late_epochs == 3


def ending(gain: float, fall: float) -> str:
    """How a run ends whose accuracy wins `gain` over the last three epochs and whose loss `fall` over the last."""
    accuracies = (0.7, 0.7, 0.7, 0.7, 0.7 + gain)
    losses = (1.0, 1.0, 1.0, 1.0, 1.0 - fall)
    return course([(loss, 0.7, 1.0, accuracy) for loss, accuracy in zip(losses, accuracies, strict=True)]).ending


@pytest.mark.parametrize(
    ("gain", "fall", "expected"),
    [
        (0.0021, 0.001, "rising"),
        (0.0021, 0.2, "rising"),
        (-0.0021, 0.2, "falling"),
        (-0.0021, -0.2, "falling"),
        (0.0019, 0.011, "slow"),
        (-0.0019, 0.011, "slow"),
        (0.0019, 0.009, "level"),
        (-0.0019, 0.009, "level"),
        (0.0, -0.2, "level"),
    ],
)
def test_how_the_last_epochs_look(gain: float, fall: float, expected: str) -> None:
    assert ending(gain, fall) == expected


def test_an_accuracy_that_rises_while_the_loss_does_is_not_level() -> None:
    assert ending(0.05, -0.001) != "level"


def with_losses(*losses: float) -> Epochs:
    return [(1.0, 0.5, loss, 0.5) for loss in losses]


@pytest.mark.parametrize(
    ("seeds", "rises"),
    [
        ([(1, 0.5, 0.6), (1, 0.5, 0.61)], True),  # 0.105 ± 12.7 × 0.005
        ([(1, 0.5, 0.6), (1, 0.5, 0.7)], False),  # 0.15 ± 12.7 × 0.05
        ([(1, 0.5, 0.6), (1, 0.5, 0.6)], True),
        ([(1, 0.6, 0.5), (1, 0.6, 0.4)], False),  # lowest in the end
        ([(1, 0.5, 0.5), (1, 0.5, 0.5)], False),
        ([(1, 0.5, 0.9)], None),
    ],
)
def test_a_validation_loss_clearly_rises_or_not(seeds: list[tuple[float, ...]], rises: bool | None) -> None:
    assert course(*(with_losses(*each) for each in seeds), epochs=3).validation_loss_rises is rises


def test_runs_of_another_length_in_the_same_experiment_are_another_configuration() -> None:
    long = replace(BASE, epochs=7)
    experiment = Experiment("lengths", "sweep", ("epochs",), (BASE, long), 2)
    courses = {BASE: [flat(0.7), flat(0.7)], long: [flat(0.9, 6) + flat(0.8, 1)] * 2}
    data = results(*points(experiment, (0.7, 0.01, 2, 0), (0.9, 0.01, 2, 0)), courses=courses)
    short, longer = comparison.sweep(experiment, data).trained
    assert (short.finished.epochs, longer.finished.epochs) == (5, 7)
    assert (short.finished.falls, longer.finished.falls) == (0, 1)
    assert (short.finished.late_gain, longer.finished.late_gain) == (0, pytest.approx(-0.1))
    assert (short["testing_accuracy"].mean, longer["testing_accuracy"].mean) == (0.7, 0.9)


def test_one_configuration_is_best_and_worst() -> None:
    found = of_rates((0.9, 0.01))
    assert found is not None
    assert found.sweep.best is found.sweep.worst
    assert found.smallest is found.largest
    assert found.sweep.apart == ()


def test_an_empty_deviation_is_unknown_not_zero() -> None:
    row = {"mean": 0.9, "sd": math.nan, "n": 1, "diverged": 4}
    assert comparison.estimate(row) == Estimate(0.9, None, 1, 4)


@pytest.mark.parametrize(
    ("value", "clear", "better"), [(0.1, True, True), (-0.1, True, False), (0.1, False, False), (0.1, None, False)]
)
def test_better_is_clearly_above(value: float, clear: bool | None, better: bool) -> None:
    assert comparison.Difference(value, clear).better is better


def test_an_estimate_knows_its_metric() -> None:
    found = of_rates((0.5, 0.1))
    assert found is not None
    assert {name: each.metric for name, each in found.smallest.estimates.items()} == {n: n for n in SUMMARISED}
