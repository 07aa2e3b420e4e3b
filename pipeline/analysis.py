"""What the numbers say: the facts behind the report's prose, each computed from the tables.

Which configuration is better is judged by validation accuracy; the testing images decide nothing.
A difference of two means counts as clear if it exceeds CLEAR standard errors of that difference;
with one seed nothing is known about the error, and nothing is called clear.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from pipeline import labels
from pipeline.runs import rows_of
from pipeline.settings import Config, Configuration, Experiment, SweepTable, TuningTable

CLEAR = 2.0
CHANCE_MARGIN = 0.05  # accuracy above a constant answer's from which on a network counts as having learned something
SETTLED = 0.01  # accuracy within which a curve counts as having reached its best
LATE_EPOCHS = 3  # what "the last epochs" means, where there are as many
MOVING = 0.002  # accuracy over the last epochs from which on a curve counts as rising or falling
LOSS_MOVING = 0.01  # relative fall of the training loss over the last epoch that counts as progress
MINIMUM_FOR_A_TREND = 3  # values
VISIBLE = 0.0005  # accuracy below which a difference between means over the grid is rounding
JUDGED_BY = "best_validation_accuracy"


@dataclass(frozen=True)
class Estimate:
    """A mean over n finished seeds, its standard deviation (None for fewer than two), and the diverged ones."""

    mean: float
    sd: float | None
    n: int
    diverged: int

    @property
    def standard_error(self) -> float | None:
        """The standard error of the mean."""
        return None if self.sd is None else self.sd / math.sqrt(self.n)


@dataclass(frozen=True)
class Difference:
    """The difference of two means; `clear` is None where one seed leaves it open."""

    value: float
    clear: bool | None


@dataclass(frozen=True)
class Course:
    """What the history of a configuration shows, as means over its finished seeds.

    late_epochs: how many epochs late_gain spans.
    falls: epochs whose validation accuracy is below the one before.
    late_gain: validation accuracy won over the last LATE_EPOCHS epochs.
    late_loss_fall: relative fall of the training loss over the last epoch.
    gap: training minus validation accuracy of the last epoch.
    settled_epoch: first epoch within SETTLED of the best validation accuracy of the mean curve.
    lowest_validation_loss_epoch: where the mean validation loss is lowest.
    validation_loss_rises: whether it is clearly higher in the last epoch than there; None with one seed.
    """

    epochs: int
    late_epochs: int
    falls: float
    late_gain: float
    late_loss_fall: float
    gap: float
    settled_epoch: int
    lowest_validation_loss_epoch: int
    validation_loss_rises: bool | None

    @property
    def ending(self) -> Literal["unknown", "rising", "falling", "slow", "level"]:
        """How the last epochs look: accuracy rising, falling, standing while the loss falls (slow), or level."""
        if self.epochs == 1:
            return "unknown"
        if self.late_gain > MOVING:
            return "rising"
        if self.late_gain < -MOVING:
            return "falling"
        return "slow" if self.late_loss_fall > LOSS_MOVING else "level"


@dataclass(frozen=True)
class Trained:
    """One configuration with its estimates by metric; `course` is None if no seed finished."""

    label: Markup
    configuration: Configuration
    estimates: dict[str, Estimate]
    course: Course | None

    def __getitem__(self, metric: str) -> Estimate:
        return self.estimates[metric]

    @property
    def diverged(self) -> bool:
        """Whether a seed diverged; such a configuration is shown and not compared."""
        return self[JUDGED_BY].diverged > 0

    @property
    def finished(self) -> Course:
        """The course of a configuration of which a seed finished."""
        if self.course is None:
            raise ValueError(f"{self.label} has no finished seed")
        return self.course


@dataclass(frozen=True)
class Sweep:
    """The configurations of an experiment in file order, and the finished ones ranked, best first.

    `close` are the best and those not clearly below it; `undecided` tells whether one of the
    comparisons lacks a standard error.
    """

    trained: tuple[Trained, ...]
    ranked: tuple[Trained, ...]
    diverged: tuple[Trained, ...]
    close: tuple[Trained, ...]
    undecided: bool

    @property
    def best(self) -> Trained:
        """The highest validation accuracy; only where something finished."""
        return self.ranked[0]

    @property
    def worst(self) -> Trained:
        """The lowest validation accuracy; only where something finished."""
        return self.ranked[-1]

    @property
    def apart(self) -> tuple[Trained, ...]:
        """Finished configurations that are clearly below the best."""
        return tuple(t for t in self.ranked if t not in self.close)


@dataclass(frozen=True)
class LearningRates:
    """Section 3.1: the smallest and the largest finished rate, and what sets them apart.

    `smallest_ending` is how the smallest rate's curve ends, or "chance" if it never left a constant answer.
    """

    sweep: Sweep
    smallest: Trained
    largest: Trained
    spread_close: float
    smallest_against_best: Difference
    smallest_ending: str


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
    coefficient clearly lowers the accuracy.
    """

    sweep: Sweep
    collapsed: tuple[Trained, ...]
    penalty_collapses: bool
    smallest: Trained
    steps: tuple[Step, ...]
    largest_step: Step | None
    monotone: bool
    falls_clearly: bool
    widest_gap: Trained
    default: Trained | None
    default_against_best: Difference | None


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


@dataclass(frozen=True)
class Tuning:
    """Section 3.3: the selected configuration against the default one and against its rivals of the grid."""

    best: Trained
    default: Trained
    against_default: Difference
    against_default_testing: Difference
    grid: Sweep
    chosen_in_grid: Estimate
    marginals: tuple[Marginal, ...]
    rivals: int | None


@dataclass(frozen=True)
class Findings:
    """All facts of section 3; None where its subsection is left out or nothing finished."""

    learning_rates: LearningRates | None
    regularization: Regularization | None
    tuning: Tuning | None
    further: dict[str, Sweep]


@dataclass(frozen=True)
class Results:
    """The tables that facts are computed from: summary.csv, histories.csv, and the accuracy of a constant answer."""

    summary: pd.DataFrame
    histories: pd.DataFrame
    chance: float


def findings(config: Config, results: Results, further: list[Experiment]) -> Findings:
    """Every fact that the report states."""
    tables = config.tables
    return Findings(
        learning_rates=_learning_rates(tables.learning_rates, config, results) if tables.learning_rates else None,
        regularization=_regularization(tables.regularization, config, results) if tables.regularization else None,
        tuning=_tuning(tables.tuning, config, results) if tables.tuning else None,
        further={experiment.name: sweep(experiment, results) for experiment in further},
    )


def difference(first: Estimate, second: Estimate) -> Difference:
    """The first minus the second, and whether it is clear."""
    value = first.mean - second.mean
    if first.standard_error is None or second.standard_error is None:
        return Difference(value, None)
    return Difference(value, abs(value) > CLEAR * math.hypot(first.standard_error, second.standard_error))


def sweep(experiment: Experiment, results: Results) -> Sweep:
    """The configurations of one experiment, ranked by validation accuracy."""
    trained = tuple(_trained(experiment, configuration, results) for configuration in experiment.configurations)
    finished = [t for t in trained if not t.diverged]
    ranked = tuple(sorted(finished, key=lambda t: -t[JUDGED_BY].mean))
    clear = [difference(ranked[0][JUDGED_BY], t[JUDGED_BY]).clear for t in ranked]
    return Sweep(
        trained=trained,
        ranked=ranked,
        diverged=tuple(t for t in trained if t.diverged),
        close=tuple(t for t, is_clear in zip(ranked, clear, strict=True) if not is_clear),
        undecided=None in clear[1:],
    )


def _trained(experiment: Experiment, configuration: Configuration, results: Results) -> Trained:
    histories = rows_of(results.histories, experiment, configuration)
    estimates = _estimates(rows_of(results.summary, experiment, configuration))
    return Trained(
        label=labels.settings(experiment, configuration),
        configuration=configuration,
        estimates=estimates,
        course=_course(histories, configuration.epochs) if estimates[JUDGED_BY].n else None,
    )


def _course(histories: pd.DataFrame, epochs: int) -> Course:
    whole = histories.groupby("seed").filter(lambda seed: len(seed) == epochs)
    accuracy, loss, training, validation_loss = (
        whole.pivot(index="epoch", columns="seed", values=column).to_numpy(float)  # (epochs, seeds)
        for column in ("validation_accuracy", "training_loss", "training_accuracy", "validation_loss")
    )
    curve = accuracy.mean(axis=1)
    lowest = int(validation_loss.mean(axis=1).argmin())
    return Course(
        epochs=epochs,
        late_epochs=min(LATE_EPOCHS, epochs - 1),
        falls=float((np.diff(accuracy, axis=0) < 0).sum(axis=0).mean()),
        late_gain=float(curve[-1] - curve[max(0, epochs - 1 - LATE_EPOCHS)]),
        late_loss_fall=float((1 - loss[-1] / loss[max(0, epochs - 2)]).mean()),
        gap=float((training[-1] - accuracy[-1]).mean()),
        settled_epoch=int((curve >= curve.max() - SETTLED).argmax()) + 1,
        lowest_validation_loss_epoch=lowest + 1,
        validation_loss_rises=_clearly_positive(validation_loss[-1] - validation_loss[lowest]),
    )


def _clearly_positive(differences: npt.NDArray[np.float64]) -> bool | None:
    """Whether the mean over the seeds exceeds CLEAR standard errors; None with one seed."""
    if len(differences) == 1:
        return None
    return bool(differences.mean() > CLEAR * differences.std(ddof=1) / math.sqrt(len(differences)))


def _estimates(summary: pd.DataFrame) -> dict[str, Estimate]:
    return {str(row["metric"]): estimate(row) for _, row in summary.iterrows()}


def estimate(row: Any) -> Estimate:
    """The Estimate of one row of a table with the columns mean, sd, n and diverged."""
    sd = None if math.isnan(row["sd"]) else float(row["sd"])
    return Estimate(float(row["mean"]), sd, int(row["n"]), int(row["diverged"]))


def _learning_rates(table: SweepTable, config: Config, results: Results) -> LearningRates | None:
    found = sweep(config.experiments[table.experiment], results)
    if not found.ranked:
        return None
    by_rate = sorted(found.ranked, key=lambda t: t.configuration.learning_rate)
    testing = [t["testing_accuracy"].mean for t in found.close]
    return LearningRates(
        sweep=found,
        smallest=by_rate[0],
        largest=by_rate[-1],
        spread_close=max(testing) - min(testing),
        smallest_against_best=difference(by_rate[0][JUDGED_BY], found.best[JUDGED_BY]),
        smallest_ending="chance" if _learned_nothing(by_rate[0], results) else by_rate[0].finished.ending,
    )


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
    return Regularization(
        sweep=found,
        collapsed=collapsed,
        penalty_collapses=0 < len(collapsed) < len(falling) and collapsed == tuple(falling[: len(collapsed)]),
        smallest=falling[-1],
        steps=steps,
        largest_step=max(steps, key=lambda step: abs(step.difference.value), default=None),
        monotone=all(step.difference.value >= 0 for step in steps),
        falls_clearly=any(step.difference.clear and step.difference.value < 0 for step in steps),
        widest_gap=max(found.ranked, key=lambda t: t.finished.gap),
        default=default,
        default_against_best=difference(default[JUDGED_BY], found.best[JUDGED_BY]) if default else None,
    )


def _learned_nothing(trained: Trained, results: Results) -> bool:
    return trained[JUDGED_BY].mean < results.chance + CHANCE_MARGIN


def _less_regularized(smallest: Trained, config: Config, results: Results) -> Trained | None:
    """The default experiment if it differs from the smallest coefficient of the sweep in that alone, and finished."""
    if not config.tables.tuning:
        return None
    experiment = config.experiments[config.tables.tuning.default]
    (configuration,) = experiment.configurations
    alike = {**vars(configuration), "reg": 0} == {**vars(smallest.configuration), "reg": 0}
    trained = _trained(experiment, configuration, results)
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
    return Tuning(
        best=best,
        default=default,
        against_default=difference(best[JUDGED_BY], default[JUDGED_BY]),
        against_default_testing=difference(best["testing_accuracy"], default["testing_accuracy"]),
        grid=grid,
        chosen_in_grid=chosen,
        marginals=tuple(_marginal(name, config.searched, grid) for name in config.searched.varied),
        rivals=_rivals(best, grid),
    )


def _rivals(best: Trained, grid: Sweep) -> int | None:
    """How many other configurations come so near to the best that the seed could decide.

    The best one's standard deviation over its seeds stands for everybody's: two means of n runs
    each differ by chance with √(2/n) times that. None with a single seed.
    """
    sd = best[JUDGED_BY].sd
    if sd is None:
        return None
    top = grid.best[JUDGED_BY]
    reach = top.mean - CLEAR * math.sqrt(2 / top.n) * sd
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
