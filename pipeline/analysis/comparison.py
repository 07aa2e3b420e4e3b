"""How configurations compare over their seeds: estimates, differences, rankings and the course of training.

Which configuration is better is judged by validation accuracy; the testing images decide nothing.
A difference of two means counts as clear if its confidence interval (pipeline.analysis.intervals) leaves out
zero; with one seed nothing is known about the spread, and nothing is called clear.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis import intervals
from pipeline.analysis.intervals import Moments
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments.tidy import Rows

SETTLED = 0.01  # accuracy within which a curve counts as having reached its best
LATE_EPOCHS = 3  # what "the last epochs" means, where there are as many
MOVING = 0.002  # accuracy over the last epochs from which on a curve counts as rising or falling
LOSS_MOVING = 0.01  # relative fall of the training loss over the last epoch that counts as progress
NEAR = 0.95  # share of its best validation accuracy from which on a run counts as near it
JUDGED_BY = "best_validation_accuracy"


@dataclass(frozen=True)
class Estimate:
    """A mean over n finished seeds, its standard deviation (None for fewer than two), and the diverged ones.

    `metric` is what was measured, None where the number is derived from what was.
    """

    mean: float
    sd: float | None
    n: int
    diverged: int
    metric: str | None = None


@dataclass(frozen=True)
class Difference:
    """The difference of two means; `clear` is None where one seed leaves it open."""

    value: float
    clear: bool | None

    @property
    def better(self) -> bool:
        """Whether the first is clearly larger."""
        return bool(self.clear) and self.value > 0


@dataclass(frozen=True)
class Course:
    """What the history of a configuration shows, as means over its finished seeds.

    late_epochs: how many epochs late_gain spans.
    falls: epochs whose validation accuracy is below the one before.
    late_gain: validation accuracy won over the last LATE_EPOCHS epochs.
    late_loss_fall: relative fall of the training loss over the last epoch.
    first_gap, gap: training minus validation accuracy of the first and of the last epoch.
    crossings: epochs after which the two have changed sides.
    near_epoch: the first epoch of a run with NEAR of its best validation accuracy.
    settled_epoch: first epoch within SETTLED of the best validation accuracy of the mean curve.
    lowest_validation_loss_epoch: where the mean validation loss is lowest.
    validation_loss_rises: whether it is clearly higher in the last epoch than there; None with one seed.
    """

    epochs: int
    late_epochs: int
    falls: float
    late_gain: float
    late_loss_fall: float
    first_gap: float
    gap: float
    crossings: float
    near_epoch: float
    settled_epoch: int
    lowest_validation_loss_epoch: int
    validation_loss_rises: bool | None

    @property
    def overfits(self) -> bool:
        """Whether training accuracy ends so far above validation accuracy that it counts."""
        return self.gap > SETTLED

    @property
    def lowest_at_end(self) -> bool:
        """Whether no epoch had a lower validation loss than the last of several."""
        return self.epochs > 1 and self.lowest_validation_loss_epoch == self.epochs

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
    """One configuration with its estimates by metric; `course` is None if no seed finished.

    `varied` are the parameters that tell it from the others of its experiment.
    """

    varied: tuple[str, ...]
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
            raise ValueError(f"{self.configuration} has no finished seed")
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
class Results:
    """The tables that facts are computed from: summary.csv, histories.csv, and the accuracy of a constant answer."""

    summary: Rows
    histories: Rows
    chance: float


def difference(first: Estimate, second: Estimate) -> Difference:
    """The first minus the second, and whether it is clear."""
    value = first.mean - second.mean
    if first.sd is None or second.sd is None or min(first.n, second.n) < intervals.FEWEST:
        return Difference(value, None)
    moments = Moments(first.mean, first.sd, first.n), Moments(second.mean, second.sd, second.n)
    return Difference(value, not intervals.difference_of_moments(*moments).contains(0.0))


def sweep(experiment: Experiment, results: Results) -> Sweep:
    """The configurations of one experiment, ranked by validation accuracy."""
    trained = tuple(
        trained_configuration(experiment, configuration, results) for configuration in experiment.configurations
    )
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


def trained_configuration(experiment: Experiment, configuration: Configuration, results: Results) -> Trained:
    """One configuration of an experiment, as it did."""
    histories = results.histories.of(experiment, configuration)
    estimates = _estimates(results.summary.of(experiment, configuration))
    return Trained(
        varied=experiment.varied,
        configuration=configuration,
        estimates=estimates,
        course=_course(histories, configuration.epochs) if estimates[JUDGED_BY].n else None,
    )


def _course(histories: pd.DataFrame, epochs: int) -> Course:
    recorded = histories["seed"].map(histories["seed"].value_counts())
    whole = histories[recorded == epochs].sort_values(["seed", "epoch"])
    accuracy, loss, training, validation_loss = (
        whole[column].to_numpy(float).reshape(-1, epochs).T  # (epochs, seeds)
        for column in ("validation_accuracy", "training_loss", "training_accuracy", "validation_loss")
    )
    curve = accuracy.mean(axis=1)
    lowest = int(validation_loss.mean(axis=1).argmin())
    gaps, ahead = training - accuracy, training > accuracy
    return Course(
        epochs=epochs,
        late_epochs=min(LATE_EPOCHS, epochs - 1),
        falls=float((np.diff(accuracy, axis=0) < 0).sum(axis=0).mean()),
        late_gain=float(curve[-1] - curve[max(0, epochs - 1 - LATE_EPOCHS)]),
        late_loss_fall=float((1 - loss[-1] / loss[max(0, epochs - 2)]).mean()),
        first_gap=float(gaps[0].mean()),
        gap=float(gaps[-1].mean()),
        crossings=float((ahead[1:] != ahead[:-1]).sum(axis=0).mean()),
        near_epoch=float((accuracy >= NEAR * accuracy.max(axis=0)).argmax(axis=0).mean()) + 1,
        settled_epoch=int((curve >= curve.max() - SETTLED).argmax()) + 1,
        lowest_validation_loss_epoch=lowest + 1,
        validation_loss_rises=_clearly_positive(validation_loss[-1] - validation_loss[lowest]),
    )


def _clearly_positive(differences: npt.NDArray[np.float64]) -> bool | None:
    """Whether the confidence interval of the mean over the seeds is above zero; None with one seed."""
    return None if len(differences) == 1 else intervals.mean(differences).low > 0


def _estimates(summary: pd.DataFrame) -> dict[str, Estimate]:
    return {str(row["metric"]): estimate(row, str(row["metric"])) for _, row in summary.iterrows()}


def estimate(row: Any, metric: str | None = None) -> Estimate:
    """The Estimate of one row of a table with the columns mean, sd, n and diverged."""
    sd = None if math.isnan(row["sd"]) else float(row["sd"])
    return Estimate(float(row["mean"]), sd, int(row["n"]), int(row["diverged"]), metric)
