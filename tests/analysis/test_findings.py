"""What the report says of numbers is true of numbers whose truth is known."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from configuration import CONFIG_YAML

from pipeline.analysis import comparison, findings
from pipeline.analysis.comparison import Estimate, Results
from pipeline.analysis.tables import SUMMARISED
from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration, Experiment, SweepTable, TuningTable
from pipeline.experiments.tidy import Rows
from pipeline.report.views import typography

BASE = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=5)
PROJECT = config.load(CONFIG_YAML)

Epochs = list[tuple[float, float, float, float]]  # training loss and accuracy, validation loss and accuracy
Point = tuple[Experiment, Configuration, float | None, float | None, int, int]


def sweep_of(parameter: str, *values: float, name: str = "sweep") -> Experiment:
    configurations = tuple(replace(BASE, **{parameter: value}) for value in values)
    return Experiment(name, "sweep", (parameter,), configurations, 2)


def single(name: str, configuration: Configuration = BASE) -> Experiment:
    return Experiment(name, "single", (), (configuration,), 2)


def flat(accuracy: float, epochs: int = BASE.epochs) -> Epochs:
    return [(1.0, accuracy, 1.0, accuracy)] * epochs


def results(
    *points: Point, courses: Mapping[Configuration, list[Epochs]] | None = None, chance: float = 0.1
) -> Results:
    """Tables with a mean, sd, number of finished and of diverged seeds for each point; every metric is the mean."""
    summary, histories = [], []
    for experiment, configuration, mean, sd, n, diverged in points:
        identity = {"experiment": experiment.name, **vars(configuration)}
        numbers = {"mean": mean, "sd": sd, "n": n, "diverged": diverged}
        summary += [identity | {"metric": metric} | numbers for metric in SUMMARISED]
        seeds = (courses or {}).get(configuration, [flat(mean or 0, configuration.epochs)] * n)
        for seed, course in enumerate(seeds, start=1):
            histories += [
                identity
                | {"seed": seed, "epoch": epoch}
                | dict(
                    zip(
                        ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy"),
                        row,
                        strict=True,
                    )
                )
                for epoch, row in enumerate(course, start=1)
            ]
    columns = ["experiment", *vars(BASE), "seed", "epoch", "training_loss", "training_accuracy", "validation_loss"]
    table = pd.DataFrame(histories, columns=[*columns, "validation_accuracy"])
    return Results(Rows(pd.DataFrame(summary).astype({"mean": float, "sd": float})), Rows(table), chance)


def points(experiment: Experiment, *numbers: tuple[Any, ...]) -> list[Point]:
    """(mean, sd, n, diverged) for each configuration, the last two 5 and 0 if left out."""
    return [
        (experiment, configuration, *(*given, *(5, 0)[len(given) - 2 :]))
        for configuration, given in zip(experiment.configurations, numbers, strict=True)
    ]


def settings(*experiments: Experiment, **tables: Any) -> Config:
    names = {experiment.name: experiment for experiment in experiments}
    shown = {"learning_rates": None, "regularization": None, "tuning": None} | tables
    return replace(PROJECT, experiments=names, tables=replace(PROJECT.tables, **shown))


def of_rates(*numbers: tuple[Any, ...], rates: tuple[float, ...] | None = None) -> findings.LearningRates | None:
    experiment = sweep_of("learning_rate", *(rates or range(1, len(numbers) + 1)))
    table = SweepTable(experiment.name, ("testing_accuracy",))
    return findings.findings(
        settings(experiment, learning_rates=table), results(*points(experiment, *numbers)), []
    ).learning_rates


def rates(trained: tuple[comparison.Trained, ...]) -> list[float]:
    return [each.configuration.learning_rate for each in trained]


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


# --- Regularization


def regularized(*numbers: tuple[Any, ...], default: tuple[Any, ...] | None = None, **changes: Any) -> Any:
    """Coefficients 8, 4, 2, 1 from the left; the default is BASE with `changes`."""
    experiment = sweep_of("reg", *(8 / 2**place for place in range(len(numbers))))
    data = points(experiment, *numbers)
    experiments = [experiment]
    tables: dict[str, Any] = {"regularization": SweepTable("sweep", ("testing_accuracy",))}
    if default:
        grid = Experiment("grid", "grid", ("batch_size",), (replace(BASE, batch_size=2),), 1)
        best = replace(single("best", grid.configurations[0]), best_of="grid")
        usual = single("default", replace(BASE, **changes))
        experiments += [grid, best, usual]
        tables["tuning"] = TuningTable("best", "default", (), ("testing_accuracy",))
        data += points(grid, (0.9, None, 1, 0)) + points(best, (0.9, 0.1)) + points(usual, default)
    chance = changes.pop("chance", 0.1) if not default else 0.1
    return findings.findings(settings(*experiments, **tables), results(*data, chance=chance), []).regularization


def test_networks_near_chance_have_collapsed_and_others_not() -> None:
    found = regularized((0.1135, 0.001), (0.149, 0.001), (0.151, 0.001), (0.9, 0.001))
    assert [each.configuration.reg for each in found.collapsed] == [8, 4]
    assert [each.configuration.reg for each in found.sweep.ranked] == [1, 2, 4, 8]
    assert regularized((0.5, 0.01), (0.9, 0.01)).collapsed == ()


def test_the_chance_level_is_that_of_a_constant_answer() -> None:
    assert len(regularized((0.149, 0.001), (0.091, 0.001), chance=0.04).collapsed) == 0
    assert len(regularized((0.149, 0.001), (0.089, 0.001), chance=0.04).collapsed) == 1
    assert len(regularized((0.551, 0.001), (0.549, 0.001), chance=0.5).collapsed) == 1


@pytest.mark.parametrize(
    ("means", "penalty"),
    [
        ((0.112, 0.112, 0.9), True),
        ((0.112, 0.9, 0.9), True),
        ((0.9, 0.9, 0.9), False),  # none collapsed
        ((0.112, 0.112, 0.112), False),  # all did, with whatever penalty
        ((0.9, 0.112, 0.9), False),  # a larger one learned
        ((0.112, 0.9, 0.112), False),  # the smallest did too
        ((None, 0.112, 0.9), True),  # the largest of those that finished
    ],
)
def test_the_penalty_explains_only_the_largest_coefficients(means: tuple[float | None, ...], penalty: bool) -> None:
    numbers = [(None, None, 0, 5) if mean is None else (mean, 0.001) for mean in means]
    assert regularized(*numbers).penalty_collapses is penalty


@pytest.mark.parametrize(
    ("numbers", "clearly"),
    [
        (((0.2, 0.01), (0.9, 0.01), (0.8, 0.01)), True),
        (((0.2, 0.01), (0.8, 0.01), (0.799, 0.01)), False),
        (((0.2, None, 1, 0), (0.9, None, 1, 0), (0.8, None, 1, 0)), False),
        (((0.2, 0.01), (0.8, 0.01), (0.9, 0.01)), False),
    ],
)
def test_a_step_falls_clearly_or_not(numbers: tuple[tuple[Any, ...], ...], clearly: bool) -> None:
    assert regularized(*numbers).falls_clearly is clearly


def test_the_largest_step_may_be_a_fall() -> None:
    found = regularized((0.8, 0.01), (0.9, 0.01), (0.5, 0.01))
    assert (found.largest_step.larger.configuration.reg, found.largest_step.smaller.configuration.reg) == (4, 2)
    assert found.largest_step.difference.value == pytest.approx(-0.4)
    assert found.largest_step.difference.clear is True


def test_a_monotone_sweep_and_its_largest_step() -> None:
    found = regularized((0.2, 0.01), (0.3, 0.01), (0.8, 0.01), (0.8, 0.01))
    assert found.monotone
    assert (found.largest_step.larger.configuration.reg, found.largest_step.smaller.configuration.reg) == (4, 2)
    assert found.largest_step.difference.value == pytest.approx(0.5)
    assert [step.difference.clear for step in found.steps] == [True, True, False]


def test_a_sweep_that_falls_once_is_not_monotone() -> None:
    found = regularized((0.2, 0.01), (0.9, 0.01), (0.8, 0.01))
    assert not found.monotone
    assert found.largest_step.larger.configuration.reg == 8


def test_a_diverged_coefficient_is_stepped_over() -> None:
    found = regularized((0.2, 0.01), (None, None, 0, 5), (0.8, 0.01))
    assert [(step.larger.configuration.reg, step.smaller.configuration.reg) for step in found.steps] == [(8, 2)]


def test_a_single_coefficient_has_no_step() -> None:
    found = regularized((0.2, 0.01))
    assert (found.steps, found.largest_step) == ((), None)
    assert found.widest_gap is None


def test_the_widest_gap_is_found_among_all_coefficients() -> None:
    experiment = sweep_of("reg", 4, 2, 1)
    gaps = dict(zip(experiment.configurations, (0.01, 0.08, 0.03), strict=True))
    courses = {each: [[(1.0, 0.8 + gap, 1.0, 0.8)] * BASE.epochs] for each, gap in gaps.items()}
    data = results(*points(experiment, *[(0.8, 0.01)] * 3), courses=courses)
    table = SweepTable("sweep", ("testing_accuracy",))
    found = findings.findings(settings(experiment, regularization=table), data, []).regularization
    assert found is not None
    assert found.widest_gap.configuration.reg == 2
    assert found.widest_gap.course is not None
    assert found.widest_gap.course.gap == pytest.approx(0.08)
    assert found.smallest.configuration.reg == 1


@pytest.mark.parametrize(
    ("default", "clear"),
    [((0.95, 0.001), True), ((0.85, 0.001), True), ((0.9001, 0.001), False), ((0.95, None, 1, 0), None)],
)
def test_a_default_with_less_regularization_is_compared_with_the_best(
    default: tuple[Any, ...], clear: bool | None
) -> None:
    found = regularized((0.9, 0.001), (0.5, 0.001), default=default)
    assert found.default.configuration.reg == 0.001
    assert found.default_against_best.value == pytest.approx(default[0] - 0.9)
    assert found.default_against_best.clear is clear


@pytest.mark.parametrize(
    "changes", [{"reg": 4}, {"reg": 5}, {"learning_rate": 0.2}, {"batch_size": 32}, {"hidden": 64}]
)
def test_a_default_that_differs_otherwise_is_not_compared(changes: dict[str, float]) -> None:
    found = regularized((0.9, 0.001), (0.5, 0.001), default=(0.95, 0.001), **changes)
    assert (found.default, found.default_against_best) == (None, None)


def test_a_diverged_default_is_not_compared() -> None:
    assert regularized((0.9, 0.001), default=(None, None, 0, 5)).default is None


# --- Tuning


GRID = {(rate, size): replace(BASE, learning_rate=rate, batch_size=size) for rate in (1, 2, 3) for size in (16, 20)}


def tuned(
    grid: Mapping[tuple[float, int], float | None],
    best: tuple[Any, ...] = (0.95, 0.001),
    default: tuple[Any, ...] = (0.9, 0.001),
    courses: Mapping[Configuration, list[Epochs]] | None = None,
    known: Mapping[tuple[float, int], Configuration] = GRID,
    also: Sequence[Experiment] = (),
) -> findings.Tuning | None:
    experiment = Experiment("grid", "grid", ("learning_rate", "batch_size"), tuple(known[each] for each in grid), 1)
    chosen = max(grid, key=lambda each: -1 if grid[each] is None else float(grid[each] or 0))
    selected = replace(single("best", known[chosen]), best_of="grid")
    usual = single("default")
    of_grid = [(mean, None, int(mean is not None), int(mean is None)) for mean in grid.values()]
    data = points(experiment, *of_grid) + points(selected, best) + points(usual, default)
    data += [point for each in also for point in points(each, (0.9, 0.001))]
    table = TuningTable("best", "default", (), ("testing_accuracy",))
    found = findings.findings(
        settings(experiment, selected, usual, *also, tuning=table), results(*data, courses=courses), []
    )
    return found.tuning


EVEN = {(rate, size): replace(BASE, learning_rate=rate, batch_size=size) for rate in (1, 2, 4) for size in (16, 32, 64)}


@pytest.mark.parametrize(("odd", "governs"), [(0.0039, True), (0.0041, False)])
def test_where_accuracy_follows_the_ratio_rate_and_batch_size_are_not_told_apart(odd: float, governs: bool) -> None:
    by_ratio = {1 / 64: 0.90, 1 / 32: 0.92, 1 / 16: 0.94, 1 / 8: 0.93, 1 / 4: 0.92}
    grid: dict[tuple[float, int], float | None] = {(rate, size): by_ratio[rate / size] for rate, size in EVEN}
    grid[2, 32] = by_ratio[1 / 16] - odd
    found = tuned(grid, known=EVEN)
    assert found is not None
    if governs:
        assert found.ratio is not None
        assert found.ratio.best == (1 / 16, 1 / 16)
        assert found.ratio.lines[0].overall == pytest.approx(0.04)
        assert found.marginals == ()
    else:
        assert found.ratio is None
        assert [each.parameter for each in found.marginals] == ["learning_rate", "batch_size"]


def test_the_first_row_that_was_also_trained_without_its_penalty_tells_what_that_gains() -> None:
    unpenalized = replace(GRID[3, 16], reg=0)
    courses = {GRID[3, 16]: [flat(0.90), flat(0.91), flat(0.92)], unpenalized: [flat(0.95), flat(0.97)]}
    found = tuned(RISING, courses=courses, also=(single("free", unpenalized),))
    assert found is not None
    assert found.unpenalized is not None
    assert (found.unpenalized.experiment.name, found.unpenalized.gain) == ("best", pytest.approx(0.05))
    assert (found.unpenalized.seeds, found.unpenalized.against) == (2, 3)


RISING = {(1, 16): 0.90, (1, 20): 0.88, (2, 16): 0.92, (2, 20): 0.90, (3, 16): 0.96, (3, 20): 0.94}


def test_marginal_means_directions_and_edges() -> None:
    found = tuned(RISING)
    assert found is not None
    rate, size = found.marginals
    assert (rate.parameter, size.parameter) == ("learning_rate", "batch_size")
    assert [each["best_validation_accuracy"].mean for each in found.grid.ranked] == sorted(
        RISING.values(), reverse=True
    )
    assert dict(rate.means) == pytest.approx({1: 0.89, 2: 0.91, 3: 0.95})
    assert (rate.best, rate.direction, rate.at_edge) == (3, "larger", True)
    assert rate.effect == pytest.approx(0.06)
    assert dict(size.means) == pytest.approx({16: (0.90 + 0.92 + 0.96) / 3, 20: (0.88 + 0.90 + 0.94) / 3})
    assert size.effect == pytest.approx(0.02)
    assert (size.best, size.direction, size.at_edge) == (16, "neither", True)  # two values are no trend
    assert found.chosen_in_grid.mean == 0.96


def test_a_best_value_inside_has_no_direction_and_no_edge() -> None:
    found = tuned(RISING | {(2, 16): 0.99, (2, 20): 0.98})
    assert found is not None
    assert (found.marginals[0].best, found.marginals[0].direction, found.marginals[0].at_edge) == (2, "neither", False)


def test_three_values_that_fall_steadily_point_to_the_smaller() -> None:
    found = tuned({(rate, size): 1.5 - RISING[rate, size] for rate, size in RISING})
    assert found is not None
    assert (found.marginals[0].best, found.marginals[0].direction) == (1, "smaller")


def test_a_step_without_change_is_not_steady() -> None:
    found = tuned(RISING | {(2, 16): RISING[1, 16], (2, 20): RISING[1, 20]})
    assert found is not None
    assert (found.marginals[0].direction, found.marginals[0].at_edge) == ("neither", True)


@pytest.mark.parametrize(("gain", "at_edge"), [(0.0004, False), (0.0006, True)])
def test_a_best_value_is_at_the_edge_only_where_it_shows(gain: float, at_edge: bool) -> None:
    found = tuned({(1, 16): 0.9, (2, 16): 0.9 + gain})
    assert found is not None
    assert found.marginals[0].effect == pytest.approx(gain)
    assert found.marginals[0].at_edge is at_edge


@pytest.mark.parametrize(
    ("parameter", "values", "at_edge"),
    [
        ("learning_rate", (1, 16), True),
        ("reg", (0, 0.1), False),
        ("reg", (1, 16), True),
        ("reg", (0.01, 0.1), True),
        ("batch_size", (1, 16), False),
        ("batch_size", (2, 16), True),
        ("hidden", (1, 16), False),
        ("hidden", (2, 16), True),
    ],
)
def test_nothing_lies_beyond_the_least_that_a_value_can_be(
    parameter: str, values: tuple[float, ...], at_edge: bool
) -> None:
    configurations = tuple(replace(BASE, **{parameter: value}) for value in values)
    grid = Experiment("grid", "grid", (parameter,), configurations, 1)
    selected = replace(single("best", configurations[0]), best_of="grid")
    data = points(grid, (0.95, None, 1, 0), (0.9, None, 1, 0)) + points(selected, (0.95, 0.001))
    data += points(single("default"), (0.9, 0.001))
    table = TuningTable("best", "default", (), ("testing_accuracy",))
    config_ = settings(grid, selected, single("default"), tuning=table)
    found = findings.findings(config_, results(*data), []).tuning
    assert found is not None
    assert found.marginals[0].best == values[0]
    assert found.marginals[0].at_edge is at_edge


def test_equal_values_have_no_direction() -> None:
    found = tuned(dict.fromkeys(RISING, 0.9))
    assert found is not None
    assert [(each.direction, each.effect, each.at_edge) for each in found.marginals] == [("neither", 0, False)] * 2


def test_one_value_has_no_edge() -> None:
    found = tuned({(1, 16): 0.90, (2, 16): 0.92})
    assert found is not None
    assert not found.marginals[1].at_edge


@pytest.mark.parametrize(("second", "rivals"), [(0.9562, 1), (0.9560, 0)])
def test_rivals_lie_within_the_spread_of_a_difference(second: float, rivals: int) -> None:
    # 0.96 - 2.7764 * √2 * 0.001 = 0.956074 with the four degrees of freedom of five seeds
    found = tuned(RISING | {(2, 16): second})
    assert found is not None
    assert found.rivals == rivals


def test_rivals_of_a_grid_with_several_seeds_are_as_near_as_means_of_so_many_can_be() -> None:
    """2.7764 √(2/4) × 0.001 = 0.001963 below 0.96, with four runs to each mean of the grid and five of the best."""
    near, far = (0.9581, 0.001, 4, 0), (0.9580, 0.001, 4, 0)
    grid = Experiment("grid", "grid", ("learning_rate",), tuple(GRID[rate, 16] for rate in (1, 2, 3)), 4)
    selected, usual = replace(single("best", GRID[2, 16]), best_of="grid"), single("default")
    data = points(grid, near, (0.96, 0.001, 4, 0), far) + points(selected, (0.95, 0.001)) + points(usual, (0.9, 0.001))
    table = TuningTable("best", "default", (), ("testing_accuracy",))
    found = findings.findings(settings(grid, selected, usual, tuning=table), results(*data), []).tuning
    assert found is not None
    assert found.rivals == 1


def test_with_one_seed_rivals_are_unknown() -> None:
    found = tuned(RISING, best=(0.95, None, 1, 0))
    assert found is not None
    assert found.rivals is None
    assert found.against_default.clear is None


@pytest.mark.parametrize(
    ("best", "value", "clear"),
    [((0.95, 0.001), 0.05, True), ((0.85, 0.001), -0.05, True), ((0.9001, 0.001), 0.0001, False)],
)
def test_the_selected_configuration_against_the_default(best: tuple[Any, ...], value: float, clear: bool) -> None:
    found = tuned(RISING, best=best)
    assert found is not None
    assert found.against_default.value == pytest.approx(value)
    assert found.against_default.clear is clear


def test_diverged_grid_points_are_left_out_of_the_means() -> None:
    found = tuned(RISING | {(1, 16): None, (3, 16): None})
    assert found is not None
    assert dict(found.marginals[0].means) == pytest.approx({1: 0.88, 2: 0.91, 3: 0.94})


@pytest.mark.parametrize("which", ["best", "default"])
def test_a_comparison_needs_both_to_finish(which: str) -> None:
    assert tuned(RISING, **{which: (None, None, 0, 5)}) is None


def test_a_best_value_beside_a_diverged_one_is_not_at_the_edge() -> None:
    found = tuned(RISING | {(1, 16): 0.5, (2, 16): 0.99, (3, 16): None, (3, 20): None})
    assert found is not None
    assert (found.marginals[0].best, found.marginals[0].at_edge) == (2, False)
    assert [value for value, _ in found.marginals[0].means] == [1, 2]


def test_two_values_that_finished_of_three_are_no_trend() -> None:
    found = tuned(RISING | {(3, 16): None, (3, 20): None})
    assert found is not None
    assert found.marginals[0].direction == "neither"


def test_a_grid_that_diverged_while_another_seed_of_its_choice_finished() -> None:
    assert tuned(dict.fromkeys(RISING, None), best=(0.9, 0.1, 4, 1)) is None


# --- Every metric has numbers of its own


def told_apart(data: Results, **accuracies: Mapping[float, float]) -> Results:
    """The same with the means of a metric by learning rate given."""
    table = data.summary.table
    for metric, means in accuracies.items():
        for rate, mean in means.items():
            table.loc[(table["metric"] == metric) & (table["learning_rate"] == rate), "mean"] = mean
    return data


def test_the_spread_is_of_testing_accuracies_and_the_ranking_of_the_best_validation_accuracies() -> None:
    experiment = sweep_of("learning_rate", 1, 2, 3)
    data = told_apart(
        results(*points(experiment, (0.5, 0.01), (0.5, 0.01), (0.5, 0.01))),
        best_validation_accuracy={1: 0.90, 2: 0.91, 3: 0.60},
        validation_accuracy={1: 0.70, 2: 0.40, 3: 0.95},
        testing_accuracy={1: 0.93, 2: 0.88, 3: 0.99},
        last_testing_accuracy={1: 0.10, 2: 0.20, 3: 0.30},
    )
    table = SweepTable(experiment.name, ("testing_accuracy",))
    found = findings.findings(settings(experiment, learning_rates=table), data, []).learning_rates
    assert found is not None
    assert rates(found.sweep.ranked) == [2, 1, 3]
    assert found.spread_close == pytest.approx(0.05)  # 0.93 - 0.88; the third is apart
    assert found.smallest_against_best.value == pytest.approx(-0.01)


def test_gains_over_the_default_are_told_by_their_own_metrics() -> None:
    grid = Experiment("grid", "grid", ("learning_rate",), (GRID[1, 16], GRID[2, 16]), 1)
    selected, usual = replace(single("best", GRID[2, 16]), best_of="grid"), single("default")
    data = told_apart(
        results(
            *points(grid, (0.5, None, 1, 0), (0.5, None, 1, 0)),
            *points(selected, (0.5, 0.001)),
            *points(usual, (0.5, 0.001)),
        ),
        best_validation_accuracy={1: 0.94, 2: 0.96, 0.1: 0.92},
        validation_accuracy={1: 0.95, 2: 0.70, 0.1: 0.60},
        testing_accuracy={1: 0.99, 2: 0.975, 0.1: 0.905},
        last_testing_accuracy={1: 0.30, 2: 0.40, 0.1: 0.20},
    )
    table = TuningTable("best", "default", (), ("testing_accuracy",))
    found = findings.findings(settings(grid, selected, usual, tuning=table), data, []).tuning
    assert found is not None
    assert found.best.configuration == GRID[2, 16]
    assert found.default.configuration == BASE
    assert found.against_default.value == pytest.approx(0.04)
    assert found.against_default_testing.value == pytest.approx(0.07)
    assert found.chosen_in_grid.mean == 0.96
    assert found.marginals[0].means == ((1, 0.94), (2, 0.96))


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


# --- Nothing finished


def test_where_everything_diverged_there_is_no_finding() -> None:
    experiment = sweep_of("learning_rate", 1, 2)
    table = SweepTable("sweep", ("testing_accuracy",))
    assert of_rates((None, None, 0, 5), (None, None, 0, 5)) is None
    assert regularized((None, None, 0, 5)) is None
    assert tuned(dict.fromkeys(RISING), best=(None, None, 0, 5)) is None
    empty = results(*points(experiment, (None, None, 0, 5), (None, None, 0, 5)))
    found = findings.findings(settings(experiment, learning_rates=table), empty, [experiment])
    assert found.learning_rates is None
    assert found.further["sweep"].ranked == ()
    assert len(found.further["sweep"].diverged) == 2


def test_what_is_not_asked_for_is_not_found() -> None:
    experiment = sweep_of("learning_rate", 1)
    found = findings.findings(settings(experiment), results(*points(experiment, (0.9, 0.1))), [])
    assert (found.learning_rates, found.regularization, found.tuning, found.further) == (None, None, None, {})


def test_one_configuration_is_best_and_worst() -> None:
    found = of_rates((0.9, 0.01))
    assert found is not None
    assert found.sweep.best is found.sweep.worst
    assert found.smallest is found.largest
    assert found.sweep.apart == ()


def test_an_empty_deviation_is_unknown_not_zero() -> None:
    row = {"mean": 0.9, "sd": math.nan, "n": 1, "diverged": 4}
    assert comparison.estimate(row) == Estimate(0.9, None, 1, 4)


# --- What the sentences say of courses


def test_rates_whose_curves_move_alike_share_their_noise() -> None:
    experiment = sweep_of("learning_rate", 1, 2)
    moves = [(0.8, 0.9, 0.85, 0.95, 0.9), (0.8, 0.85, 0.9, 0.88, 0.95), (0.8, 0.8, 0.82, 0.9, 0.91)]
    seeds = [[(1.0, 0.9, 1.0, accuracy) for accuracy in each] for each in moves]
    told = results(
        *points(experiment, (0.9, 0.01), (0.8, 0.01)), courses=dict.fromkeys(experiment.configurations, seeds)
    )
    table = SweepTable(experiment.name, ("testing_accuracy",))
    found = findings.findings(settings(experiment, learning_rates=table), told, []).learning_rates
    assert found is not None
    assert found.common_noise is not None
    assert found.common_noise.most.correlation == pytest.approx(1)


def falling(times: int) -> Epochs:
    """Eleven epochs of which so many end below the one before."""
    accuracies = [0.5]
    for epoch in range(10):
        accuracies.append(accuracies[-1] - 0.001 if epoch < times else accuracies[-1] + 0.001)
    return [(1.0, accuracy, 1.0, accuracy) for accuracy in accuracies]


@pytest.mark.parametrize(
    ("small", "large", "rougher"),
    [
        ((0, 1, 0, 1, 0), (1, 2, 1, 2, 1), "large"),  # means 0.4 and 1.4, which differ by less than 1 in floating point
        ((1, 2, 1, 2, 1), (0, 1, 0, 1, 0), "small"),
        ((0, 1, 0, 1, 0), (1, 2, 1, 1, 1), None),
        ((3, 3, 3, 3, 3), (3, 3, 3, 3, 3), None),
    ],
)
def test_the_rougher_rate_falls_once_more_seed_for_seed(
    small: tuple[int, ...], large: tuple[int, ...], rougher: str | None
) -> None:
    experiment = sweep_of("learning_rate", 0.1, 1.0)
    longer = replace(experiment, configurations=tuple(replace(each, epochs=11) for each in experiment.configurations))
    courses = {
        configuration: [falling(times) for times in counts]
        for configuration, counts in zip(longer.configurations, (small, large), strict=True)
    }
    data = results(*points(longer, (0.5, 0.1), (0.6, 0.1)), courses=courses)
    found = findings.findings(
        settings(longer, learning_rates=SweepTable("sweep", ("testing_accuracy",))), data, []
    ).learning_rates
    assert found is not None
    expected = {"large": found.largest, "small": found.smallest, None: None}[rougher]
    assert found.rougher is expected


def test_the_smallest_rate_gains_more_than_the_best_or_not() -> None:
    slow = [(1.0, each, 1.0, each) for each in (0.1, 0.2, 0.3, 0.4, 0.5)]
    experiment = sweep_of("learning_rate", 0.1, 1.0)
    for courses, more in (((slow, flat(0.9)), True), ((flat(0.5), slow), False), ((slow, slow), False)):
        given = dict(zip(experiment.configurations, ([each] * 5 for each in courses), strict=True))
        data = results(*points(experiment, (0.5, 0.1), (0.9, 0.1)), courses=given)
        table = SweepTable("sweep", ("testing_accuracy",))
        found = findings.findings(settings(experiment, learning_rates=table), data, []).learning_rates
        assert found is not None
        assert found.smallest_gains_more is more


@pytest.mark.parametrize(
    ("value", "clear", "better"), [(0.1, True, True), (-0.1, True, False), (0.1, False, False), (0.1, None, False)]
)
def test_better_is_clearly_above(value: float, clear: bool | None, better: bool) -> None:
    assert comparison.Difference(value, clear).better is better


@pytest.mark.parametrize(
    ("best", "default", "fell_back", "lucky"),
    [
        ((0.93, 0.001), (0.9, 0.001), True, True),
        ((0.96, 0.001), (0.9, 0.001), False, True),
        ((0.93, 0.001), (0.96, 0.001), True, False),
    ],
)
def test_the_choice_did_better_in_the_grid_than_over_its_seeds_and_than_the_default(
    best: tuple[float, float], default: tuple[float, float], fell_back: bool, lucky: bool
) -> None:
    found = tuned({(1, 16): 0.95, (2, 16): 0.9}, best, default)
    assert found is not None
    assert (found.fell_back, found.lucky) == (fell_back, lucky)


def ahead(gap: float) -> list[Epochs]:
    """Five seeds whose training accuracy ends so far above validation accuracy."""
    return [[(1.0, 0.5 + gap, 1.0, 0.5)] * BASE.epochs] * 5


@pytest.mark.parametrize(
    ("best", "default", "closer"),
    [(0.03, 0.01, True), (0.01, 0.03, False), (0.03, -0.01, True), (-0.01, -0.03, False)],
)
def test_the_tuned_network_fits_closer_where_its_gap_is_the_larger_one_and_above_zero(
    best: float, default: float, closer: bool
) -> None:
    found = tuned({(1, 16): 0.95, (2, 16): 0.9}, courses={GRID[1, 16]: ahead(best), BASE: ahead(default)})
    assert found is not None
    assert found.fits_closer is closer


@pytest.mark.parametrize(("gaps", "widest"), [((0.01, 0.08), None), ((0.08, 0.01), 2), ((-0.01, -0.02), None)])
def test_the_widest_gap_is_told_of_another_coefficient_than_the_smallest(
    gaps: tuple[float, float], widest: float | None
) -> None:
    experiment = sweep_of("reg", 2, 1)
    courses = {each: ahead(gap) for each, gap in zip(experiment.configurations, gaps, strict=True)}
    data = results(*points(experiment, (0.8, 0.01), (0.8, 0.01)), courses=courses)
    table = SweepTable("sweep", ("testing_accuracy",))
    found = findings.findings(settings(experiment, regularization=table), data, []).regularization
    assert found is not None
    assert (found.widest_gap and found.widest_gap.configuration.reg) == widest


def test_an_estimate_knows_its_metric() -> None:
    found = of_rates((0.5, 0.1))
    assert found is not None
    assert {name: each.metric for name, each in found.smallest.estimates.items()} == {n: n for n in SUMMARISED}
