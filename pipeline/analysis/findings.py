"""What the numbers say: the facts behind the prose of section 3, a group for each of its subsections."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.analysis import intervals, ratio
from pipeline.analysis.common_noise import CommonNoise, common_noise
from pipeline.analysis.comparison import (
    JUDGED_BY,
    Difference,
    Estimate,
    Results,
    Sweep,
    Trained,
    difference,
    sweep,
    trained_configuration,
)
from pipeline.analysis.neighbours import Neighbourhood, neighbourhood
from pipeline.analysis.penalty import WithoutPenalty, without_penalty
from pipeline.analysis.ratio import RatioFinding
from pipeline.analysis.trained_on import TrainedOn, trained_on
from pipeline.config.settings import Config, Experiment, SweepTable, TuningTable

CHANCE_MARGIN = 0.05  # accuracy above a constant answer's from which on a network counts as having learned something
MINIMUM_FOR_A_TREND = 3  # values
VISIBLE = 0.0005  # accuracy below which a difference between means over the grid is rounding


@dataclass(frozen=True)
class LearningRates:
    """Section 3.1: the smallest and the largest finished rate, and what sets them apart.

    `smallest_ending` is how the smallest rate's curve ends, or "chance" if it never left a constant answer.
    `smallest_gains_more`: it gains more over its last epochs than the best rate. `rougher` is the one of smallest and
    largest whose accuracy falls at least once more from an epoch to the next, seed for seed on average. `rising` are
    the finished rates by size. `crosses_anyway`: the smallest rate's training accuracy begins below validation accuracy
    and ends above it.
    """

    sweep: Sweep
    smallest: Trained
    largest: Trained
    spread_close: float
    smallest_against_best: Difference
    smallest_ending: str
    smallest_gains_more: bool
    rougher: Trained | None
    rising: tuple[Trained, ...]
    crosses_anyway: bool
    common_noise: CommonNoise | None


@dataclass(frozen=True)
class Step:
    """Two neighbours of a sweep in numerical order and how the validation accuracy changes from one to the other."""

    larger: Trained
    smaller: Trained
    difference: Difference


@dataclass(frozen=True)
class Regularization:
    """Section 3.2: which coefficients prevent learning, where the largest step lies, signs of overfitting.

    `collapsed` learned nothing; `penalty_collapses` tells whether they are the largest coefficients and a
    smaller one learned, so that the penalty explains it. `falls_clearly`: some step to a smaller
    coefficient clearly lowers the accuracy. `widest_gap` has its training accuracy farthest above validation accuracy;
    None if that is the smallest coefficient, or none is above. `falling` are the finished coefficients by size, largest
    first; `learned` are those that learned something, the default last if it has a smaller coefficient; `converges`:
    whether each comes near its best accuracy in fewer epochs than the one before it, or only the last in fewer than the
    first. `unpenalized` is the default without its penalty.
    """

    sweep: Sweep
    collapsed: tuple[Trained, ...]
    penalty_collapses: bool
    smallest: Trained
    falling: tuple[Trained, ...]
    steps: tuple[Step, ...]
    largest_step: Step | None
    monotone: bool
    falls_clearly: bool
    widest_gap: Trained | None
    default: Trained | None
    default_against_best: Difference | None
    learned: tuple[Trained, ...]
    converges: Literal["faster", "mostly", "no faster"]
    unpenalized: WithoutPenalty | None


@dataclass(frozen=True)
class Marginal:
    """One parameter of a grid: mean validation accuracy by value over the runs that finished.

    effect: the best value's mean minus the worst's. at_edge: the best value is an end of the range
    searched. direction: "larger" or "smaller" if three or more values rise steadily that way.
    """

    parameter: str
    means: tuple[tuple[float, float], ...]
    best: float
    effect: float
    at_edge: bool
    direction: str

    @property
    def visible(self) -> bool:
        """Whether the best and the worst value differ by more than rounding."""
        return self.effect >= VISIBLE


@dataclass(frozen=True)
class Tuning:
    """Section 3.3: the selected configuration against the default one and against its rivals of the grid.

    `fell_back`: over its seeds it does worse than in the grid. `lucky`: in the grid it beat the default, whatever it
    does over its seeds. `fits_closer`: its training accuracy is above validation accuracy, and farther than the
    default's. `ratio` is there where accuracy follows rate over batch size, and `marginals` has the other parameters
    then. `unpenalized` and `trained_on` are of the first row of Table 7 but the default one that was trained without
    its penalty, too, and for more epochs.
    """

    best: Trained
    default: Trained
    against_default: Difference
    against_default_testing: Difference
    grid: Sweep
    chosen_in_grid: Estimate
    ratio: RatioFinding | None
    marginals: tuple[Marginal, ...]
    unpenalized: WithoutPenalty | None
    trained_on: TrainedOn | None
    neighbourhood: Neighbourhood | None
    rivals: int | None
    fell_back: bool
    lucky: bool
    fits_closer: bool


@dataclass(frozen=True)
class Findings:
    """All facts of section 3; None where its subsection is left out or nothing finished."""

    learning_rates: LearningRates | None
    regularization: Regularization | None
    tuning: Tuning | None
    further: dict[str, Sweep]


def findings(config: Config, results: Results, further: list[Experiment]) -> Findings:
    """Every fact that the report states."""
    tables = config.tables
    return Findings(
        learning_rates=_learning_rates(tables.learning_rates, config, results) if tables.learning_rates else None,
        regularization=_regularization(tables.regularization, config, results) if tables.regularization else None,
        tuning=_tuning(tables.tuning, config, results) if tables.tuning else None,
        further={experiment.name: sweep(experiment, results) for experiment in further},
    )


def _learning_rates(table: SweepTable, config: Config, results: Results) -> LearningRates | None:
    found = sweep(config.experiments[table.experiment], results)
    if not found.ranked:
        return None
    by_rate = sorted(found.ranked, key=lambda t: t.configuration.learning_rate)
    smallest, largest = by_rate[0], by_rate[-1]
    testing = [t["testing_accuracy"].mean for t in found.close]
    return LearningRates(
        sweep=found,
        smallest=smallest,
        largest=largest,
        spread_close=max(testing) - min(testing),
        smallest_against_best=difference(smallest[JUDGED_BY], found.best[JUDGED_BY]),
        smallest_ending="chance" if _learned_nothing(smallest, results) else smallest.finished.ending,
        smallest_gains_more=smallest.finished.late_gain > found.best.finished.late_gain,
        rougher=_rougher(smallest, largest),
        rising=tuple(by_rate),
        crosses_anyway=smallest.finished.first_gap < 0 < smallest.finished.gap,
        common_noise=common_noise(found, config.experiments[table.experiment], results),
    )


def _rougher(one: Trained, other: Trained) -> Trained | None:
    more = round(other.finished.falls - one.finished.falls, 9)  # means over seeds, in floating point
    return None if abs(more) < 1 else other if more > 0 else one


def _regularization(table: SweepTable, config: Config, results: Results) -> Regularization | None:
    experiment = config.experiments[table.experiment]
    found = sweep(experiment, results)
    if not found.ranked:
        return None
    falling = sorted(found.ranked, key=lambda t: -t.configuration.reg)
    steps = tuple(
        Step(larger, smaller, difference(smaller[JUDGED_BY], larger[JUDGED_BY]))
        for larger, smaller in itertools.pairwise(falling)
    )
    default = _less_regularized(falling[-1], config, results)
    collapsed = tuple(t for t in falling if _learned_nothing(t, results))
    widest = max(found.ranked, key=lambda t: t.finished.gap)
    learned = tuple(t for t in falling if t not in collapsed) + ((default,) if default else ())
    return Regularization(
        sweep=found,
        collapsed=collapsed,
        penalty_collapses=0 < len(collapsed) < len(falling) and collapsed == tuple(falling[: len(collapsed)]),
        smallest=falling[-1],
        falling=tuple(falling),
        steps=steps,
        largest_step=max(steps, key=lambda step: abs(step.difference.value), default=None),
        monotone=all(step.difference.value >= 0 for step in steps),
        falls_clearly=any(step.difference.clear and step.difference.value < 0 for step in steps),
        widest_gap=widest if widest is not falling[-1] and widest.finished.gap > 0 else None,
        default=default,
        default_against_best=difference(default[JUDGED_BY], found.best[JUDGED_BY]) if default else None,
        learned=learned,
        converges=_converges(learned),
        unpenalized=without_penalty(config.experiments[config.tables.tuning.default], default, results)
        if default and config.tables.tuning
        else None,
    )


def _converges(learned: Sequence[Trained]) -> Literal["faster", "mostly", "no faster"]:
    epochs = [each.finished.near_epoch for each in learned]
    if len(epochs) < 2 or epochs[-1] >= epochs[0]:
        return "no faster"
    return "faster" if all(b < a for a, b in itertools.pairwise(epochs)) else "mostly"


def _learned_nothing(trained: Trained, results: Results) -> bool:
    return trained[JUDGED_BY].mean < results.chance + CHANCE_MARGIN


def _less_regularized(smallest: Trained, config: Config, results: Results) -> Trained | None:
    """The default experiment if it differs from the smallest coefficient of the sweep in that alone, and finished."""
    if not config.tables.tuning:
        return None
    experiment = config.experiments[config.tables.tuning.default]
    (configuration,) = experiment.configurations
    alike = {**vars(configuration), "reg": 0} == {**vars(smallest.configuration), "reg": 0}
    trained = trained_configuration(experiment, configuration, results)
    lower = configuration.reg < smallest.configuration.reg
    return trained if alike and lower and not trained.diverged else None


def _tuning(table: TuningTable, config: Config, results: Results) -> Tuning | None:
    rows = {name: sweep(config.experiments[name], results).trained[0] for name in table.rows}
    best, default = rows[table.best], rows[table.default]
    if config.searched is None:
        return None
    grid = sweep(config.searched, results)
    if best.diverged or default.diverged or not grid.ranked:
        return None
    chosen = next(t[JUDGED_BY] for t in grid.trained if t.configuration == best.configuration)
    governing = _governing_ratio(config.searched, grid)
    tuned = [(config.experiments[name], rows[name]) for name in (table.best, *table.others)]
    told_apart = [name for name in config.searched.varied if not (governing and name in ratio.PARAMETERS)]
    return Tuning(
        best=best,
        default=default,
        against_default=difference(best[JUDGED_BY], default[JUDGED_BY]),
        against_default_testing=difference(best["testing_accuracy"], default["testing_accuracy"]),
        grid=grid,
        chosen_in_grid=chosen,
        ratio=governing,
        marginals=tuple(_marginal(name, config.searched, grid) for name in told_apart),
        unpenalized=next(filter(None, (without_penalty(*each, results) for each in tuned)), None),
        trained_on=next(filter(None, (trained_on(*each, results) for each in tuned)), None),
        neighbourhood=neighbourhood(config.searched, grid, best.configuration),
        rivals=_rivals(best, grid),
        fell_back=chosen.mean > best[JUDGED_BY].mean,
        lucky=chosen.mean > default[JUDGED_BY].mean,
        fits_closer=best.finished.gap > max(default.finished.gap, 0),
    )


def _governing_ratio(searched: Experiment, grid: Sweep) -> RatioFinding | None:
    found = ratio.finding(searched, {t.configuration: t[JUDGED_BY].mean for t in grid.ranked})
    return found if found and found.governs else None


def _rivals(best: Trained, grid: Sweep) -> int | None:
    """How many other configurations come so near to the best that the seed could decide.

    The best one's standard deviation over its seeds stands for everybody's: two means of n runs
    each differ by chance with √(2/n) times that, times Student's t. None with a single seed.
    """
    spread = best[JUDGED_BY]
    if spread.sd is None:
        return None
    top = grid.best[JUDGED_BY]
    reach = top.mean - intervals.quantile(spread.n - 1) * math.sqrt(2 / top.n) * spread.sd
    return sum(t[JUDGED_BY].mean >= reach for t in grid.ranked) - 1


def _marginal(parameter: str, experiment: Experiment, grid: Sweep) -> Marginal:
    by_value = {
        value: [t[JUDGED_BY].mean for t in grid.ranked if t.configuration.value(parameter) == value]
        for value in sorted(experiment.values(parameter))
    }
    means = tuple((value, sum(found) / len(found)) for value, found in by_value.items() if found)
    best = max(means, key=lambda pair: pair[1])[0]
    accuracies = [mean for _, mean in means]
    effect = max(accuracies) - min(accuracies)
    rising = all(b > a for a, b in itertools.pairwise(accuracies))
    falling = all(b < a for a, b in itertools.pairwise(accuracies))
    steady = len(means) >= MINIMUM_FOR_A_TREND
    return Marginal(
        parameter=parameter,
        means=means,
        best=best,
        effect=effect,
        at_edge=effect > VISIBLE and best in _edges(parameter, experiment),
        direction="larger" if rising and steady else "smaller" if falling and steady else "neither",
    )


def _edges(parameter: str, experiment: Experiment) -> set[float]:
    """The smallest and largest value searched, but for the smallest that there can be."""
    values = experiment.values(parameter)
    least = 0 if parameter in ("learning_rate", "reg") else 1
    return {min(values), max(values)} - {least}
