"""What the report says of numbers is true of numbers whose truth is known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from found import BASE, Epochs, flat, of_rates, points, rates, results, settings, single, sweep_of

from pipeline.analysis import findings
from pipeline.analysis.comparison import Results
from pipeline.config.settings import Configuration, Experiment, SweepTable, TuningTable

# --- Regularization


def regularized(
    *numbers: tuple[Any, ...],
    default: tuple[Any, ...] | None = None,
    courses: Mapping[Configuration, list[Epochs]] | None = None,
    also: Sequence[Experiment] = (),
    **changes: Any,
) -> Any:
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
    data += [point for each in also for point in points(each, (0.9, 0.001, 2, 0))]
    chance = changes.pop("chance", 0.1) if not default else 0.1
    told = results(*data, chance=chance, courses=courses)
    return findings.findings(settings(*experiments, *also, **tables), told, []).regularization


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


def reaching(epoch: int, best: float = 0.8) -> list[Epochs]:
    """Two seeds that come near their best accuracy in this epoch."""
    return [flat(0.5 * best, epoch - 1) + flat(best, BASE.epochs - epoch + 1)] * 2


@pytest.mark.parametrize(
    ("epochs", "default", "converges"),
    [
        ((4, 3, 2), None, "faster"),
        ((4, 2, 3), None, "mostly"),
        ((4, 3, 3), None, "mostly"),
        ((3, 2, 3), None, "no faster"),
        ((2, 4, 3), None, "no faster"),
        ((2, 3), None, "no faster"),
        ((3, 2), None, "faster"),
        ((3,), None, "no faster"),
        ((4, 3), 2, "faster"),
        ((3, 2), 3, "no faster"),
    ],
)
def test_smaller_coefficients_converge_faster_if_each_comes_near_its_best_sooner(
    epochs: tuple[int, ...], default: int | None, converges: str
) -> None:
    coefficients = [8 / 2**place for place in range(len(epochs))]
    courses = {replace(BASE, reg=reg): reaching(epoch) for reg, epoch in zip(coefficients, epochs, strict=True)}
    if default:
        courses[BASE] = reaching(default)
        coefficients.append(BASE.reg)
    numbers = [(0.8, 0.01, 2, 0)] * len(epochs)
    found = regularized(*numbers, default=(0.8, 0.01, 2, 0) if default else None, courses=courses)
    assert found.converges == converges
    assert [each.configuration.reg for each in found.learned] == coefficients


def test_what_learned_nothing_does_not_converge() -> None:
    found = regularized((0.1, 0.001), (0.8, 0.01), (0.9, 0.01))
    assert [each.configuration.reg for each in found.learned] == [4, 2]


def test_the_default_is_compared_with_its_runs_without_a_penalty() -> None:
    free = replace(BASE, reg=0)
    without = Experiment("free", "single", (), (free,), 2)
    courses = {BASE: [flat(0.7)] * 2, free: [flat(0.75)] * 2}
    found = regularized((0.9, 0.001), default=(0.8, 0.001, 2, 0), courses=courses, also=[without])
    assert found.unpenalized is not None
    assert (found.unpenalized.trained.configuration, found.unpenalized.gain) == (BASE, pytest.approx(0.05))
    assert regularized((0.9, 0.001), default=(0.8, 0.001, 2, 0), courses=courses).unpenalized is None


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


def test_tuning_knows_the_longer_run_and_the_neighbours_of_the_configuration_that_was_selected() -> None:
    long = replace(GRID[2, 20], epochs=BASE.epochs + 4)
    courses = {GRID[2, 20]: [flat(0.9)] * 5, long: [flat(0.9) + flat(0.95, 4)] * 5}
    grid = {(1, 16): 0.90, (1, 20): 0.91, (2, 16): 0.92, (2, 20): 0.95, (3, 16): 0.93, (3, 20): 0.94}
    found = tuned(grid, courses=courses, also=(single("longer", long),))
    assert found is not None
    assert found.trained_on is not None
    assert (found.trained_on.epochs, found.trained_on.change) == (long.epochs, pytest.approx(0.05))
    assert found.neighbourhood is not None
    assert [each.trained.configuration for each in found.neighbourhood.neighbours] == [GRID[1, 20]]  # a smaller rate
    assert tuned(grid).trained_on is None


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


@pytest.mark.parametrize(
    ("first", "last", "crosses"),
    [(-0.1, 0.1, True), (0.0, 0.1, False), (0.1, 0.2, False), (-0.1, 0.0, False), (-0.2, -0.1, False)],
)
def test_the_curves_of_the_smallest_rate_cross_if_validation_is_ahead_at_first_and_behind_at_last(
    first: float, last: float, crosses: bool
) -> None:
    experiment = sweep_of("learning_rate", 0.1, 1.0)
    gaps = [first] * (BASE.epochs - 1) + [last]
    course = [[(1.0, 0.5 + gap, 1.0, 0.5) for gap in gaps]] * 2
    told = results(
        *points(experiment, (0.5, 0.1, 2, 0), (0.6, 0.1, 2, 0)), courses={experiment.configurations[0]: course}
    )
    table = SweepTable("sweep", ("testing_accuracy",))
    found = findings.findings(settings(experiment, learning_rates=table), told, []).learning_rates
    assert found is not None
    assert found.crosses_anyway is crosses


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
