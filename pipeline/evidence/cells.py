"""Printed numbers against runs: a verdict for each cell, by one rule.

The rule: of the runs with the cell's configuration, one for each shuffle seed, a prediction interval says where one
more run would fall with probability LEVEL. The cell is reproduced if the printed number, as far as its digits tell,
lies inside. Of the cells of runs that are the same in truth, one in twenty falls outside by chance. With fewer than two
finished runs nothing is known about the spread, and the cell is not judged; nor is it if a seed diverged, since those
that finished would tell of the lucky ones only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, stdev
from typing import Literal

import pandas as pd
from scipy.special import bdtrc

from pipeline.analysis import intervals
from pipeline.analysis.intervals import LEVEL, Interval
from pipeline.config.metrics import SUMMARISED
from pipeline.config.settings import Configuration
from pipeline.experiments.tidy import trained_with
from pipeline.writeup.published import Cell, Published, column_label

CellVerdict = Literal["reproduced", "not reproduced", "not judged"]
OTHER_EPOCH = {
    "validation_accuracy": "best_validation_accuracy",
    "best_validation_accuracy": "validation_accuracy",
    "testing_accuracy": "last_testing_accuracy",
    "last_testing_accuracy": "testing_accuracy",
}
COLUMNS = ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]


@dataclass(frozen=True)
class Reading:
    """What the finished runs of a configuration give for one metric: a value for each seed.

    `interval` is None where they are too few.
    """

    metric: str
    values: tuple[float, ...]

    @cached_property
    def interval(self) -> Interval | None:
        """Where one more run would fall."""
        if len(self.values) < intervals.FEWEST:
            return None
        predicted = intervals.prediction(self.values)
        return predicted.within(0, 1) if self.metric.endswith("accuracy") else predicted

    @property
    def mean(self) -> float | None:
        """The mean over the seeds."""
        return fmean(self.values) if self.values else None

    def fits(self, cell: Cell) -> bool | None:
        """Whether the printed number lies inside the interval; None where there is none."""
        return self.interval.contains(cell.printed, cell.rounding) if self.interval else None

    def distance(self, cell: Cell) -> float:
        """How far the printed number is from the middle, in half widths; ties and single points count as zero width."""
        if self.interval is None or self.mean is None:
            return 0.0
        half = self.interval.width / 2 + cell.rounding
        return abs(cell.printed - self.mean) / half if half else float(cell.printed != self.mean)


@dataclass(frozen=True)
class JudgedCell:
    """A printed number with what the finished runs of its configuration give for `metric`, a value for each seed.

    `named` are the parameters that the head of its column names, as written there. One more run would fall from `low`
    to `high`; None where the runs are too few. `instead` is the same metric at another epoch, if the printed number
    fits that and not the one it should be.
    """

    table: str
    named: Mapping[str, str]
    configuration: Configuration
    metric: str
    printed: str
    values: tuple[float, ...]
    low: float | None
    high: float | None
    diverged: int
    verdict: CellVerdict
    instead: str | None

    @property
    def column(self) -> str:
        """What identifies its column: 'learning_rate e^-1'."""
        return column_label(self.named)

    @property
    def n(self) -> int:
        """The number of finished runs."""
        return len(self.values)

    @property
    def mean(self) -> float | None:
        """The mean over the seeds."""
        return fmean(self.values) if self.values else None

    @property
    def sd(self) -> float | None:
        """The standard deviation of a sample."""
        return stdev(self.values) if self.n >= intervals.FEWEST else None

    @property
    def interval(self) -> Interval | None:
        """Where one more run would fall."""
        return None if self.low is None or self.high is None else Interval(self.low, self.high)

    @property
    def beyond_all(self) -> bool:
        """Whether the printed number is above, or below, every one of the runs."""
        return bool(self.values) and not min(self.values) <= float(self.printed) <= max(self.values)

    @property
    def difference(self) -> float | None:
        """The printed number minus the mean of the runs."""
        return None if self.mean is None else float(self.printed) - self.mean


@dataclass(frozen=True)
class Tally:
    """How the cells of a file fared. Among `judged` cells, `by_chance` fall outside on average if all are the same
    in truth, and as many as did, or more, with probability `luck`.

    The cells of one run depend on each other, so that the probability is a guide and no more.
    """

    reproduced: int
    failed: int
    unjudged: int

    @property
    def judged(self) -> int:
        """All that have a verdict."""
        return self.reproduced + self.failed

    @property
    def by_chance(self) -> float:
        """The expected number outside."""
        return self.judged * (1 - LEVEL)

    @property
    def luck(self) -> float:
        """The probability of so many or more outside by chance."""
        return float(bdtrc(self.failed - 1, self.judged, 1 - LEVEL))


def judge(published: Published, runs: pd.DataFrame) -> tuple[JudgedCell, ...]:
    """Hold every printed number against the runs of its configuration, in the order of the file.

    `runs` has the columns of runs.csv; a run that several experiments share counts once. Where a table does not say
    which metric it shows, the one that fits best counts.
    """
    distinct = runs.drop_duplicates("key")
    of = {configuration: _read(trained_with(distinct, configuration)) for configuration in published.configurations}
    return tuple(_closest(cell, *of[cell.column.configuration]) for cell in published.cells)


def tally(judged: Iterable[JudgedCell]) -> Tally:
    """How many printed numbers have each verdict."""
    verdicts = [each.verdict for each in judged]
    return Tally(*(verdicts.count(verdict) for verdict in ("reproduced", "not reproduced", "not judged")))


def to_frame(judged: Sequence[JudgedCell]) -> pd.DataFrame:
    """cells.csv: COLUMNS. `row` is the metric that was judged; numbers that there are not are empty."""
    rows = [
        (
            *(each.table, each.metric, each.column, each.printed),
            *(each.mean, each.sd, each.n, each.low, each.high, each.verdict),
        )
        for each in judged
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _read(runs: pd.DataFrame) -> tuple[dict[str, Reading], int]:
    """What the runs of one configuration give, by metric, and how many diverged."""
    finished = runs[runs["status"] == "ok"].sort_values("seed")
    readings = {name: Reading(name, tuple(finished[name])) for name in SUMMARISED}
    return readings, len(runs) - len(finished)


def _closest(cell: Cell, readings: Mapping[str, Reading], diverged: int) -> JudgedCell:
    best = min((readings[metric] for metric in cell.metrics), key=lambda reading: reading.distance(cell))
    sibling = OTHER_EPOCH.get(best.metric)
    instead = readings[sibling] if sibling and not best.fits(cell) and readings[sibling].fits(cell) else None
    return judged(cell, best, diverged, instead)


def judged(cell: Cell, reading: Reading, diverged: int = 0, instead: Reading | None = None) -> JudgedCell:
    """The verdict on a cell: reproduced if its number lies in the interval; not judged where a run diverged."""
    fits = None if diverged else reading.fits(cell)
    return JudgedCell(
        table=cell.table,
        named=cell.column.texts,
        configuration=cell.column.configuration,
        metric=reading.metric,
        printed=cell.printed.text,
        values=reading.values,
        low=reading.interval.low if reading.interval else None,
        high=reading.interval.high if reading.interval else None,
        diverged=diverged,
        verdict="not judged" if fits is None else "reproduced" if fits else "not reproduced",
        instead=instead.metric if instead else None,
    )
