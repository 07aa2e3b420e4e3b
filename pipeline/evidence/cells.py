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
from pipeline.experiments.tidy import trained_with
from pipeline.writeup.published import Cell, Published

Verdict = Literal["reproduced", "not reproduced", "not judged"]
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

    @property
    def sd(self) -> float | None:
        """The standard deviation of a sample."""
        return stdev(self.values) if len(self.values) >= intervals.FEWEST else None

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
class Judged:
    """A cell with what the runs give for it.

    `instead` is the same metric at another epoch, if the printed number fits that and not the one it should be.
    """

    cell: Cell
    reading: Reading
    diverged: int
    instead: Reading | None = None

    @property
    def verdict(self) -> Verdict:
        """Reproduced if the printed number lies in the interval of one more run; not judged where a run diverged."""
        fits = None if self.diverged else self.reading.fits(self.cell)
        return "not judged" if fits is None else "reproduced" if fits else "not reproduced"

    @property
    def metric(self) -> str:
        """The metric that the printed number was held against."""
        return self.reading.metric

    @property
    def n(self) -> int:
        """The number of finished runs."""
        return len(self.reading.values)

    @property
    def beyond_all(self) -> bool:
        """Whether the printed number is above, or below, every one of the runs."""
        values = self.reading.values
        return bool(values) and not min(values) <= self.cell.printed <= max(values)

    @property
    def difference(self) -> float | None:
        """The printed number minus the mean of the runs."""
        return None if self.reading.mean is None else self.cell.printed - self.reading.mean


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


def judge(published: Published, runs: pd.DataFrame) -> tuple[Judged, ...]:
    """Hold every printed number against the runs of its configuration, in the order of the file.

    `runs` has the columns of runs.csv; a run that several experiments share counts once. Where a table does not say
    which metric it shows, the one that fits best counts.
    """
    distinct = runs.drop_duplicates("key")
    of = {configuration: _read(trained_with(distinct, configuration)) for configuration in published.configurations}
    return tuple(_judged(cell, *of[cell.column.configuration]) for cell in published.cells)


def tally(judged: Iterable[Judged]) -> Tally:
    """How many printed numbers have each verdict."""
    verdicts = [each.verdict for each in judged]
    return Tally(*(verdicts.count(verdict) for verdict in ("reproduced", "not reproduced", "not judged")))


def to_frame(judged: Sequence[Judged]) -> pd.DataFrame:
    """cells.csv: COLUMNS. `row` is the metric that was judged; numbers that there are not are empty."""
    rows = [
        {
            "table": each.cell.table,
            "row": each.metric,
            "column": each.cell.column.label,
            "published": each.cell.printed.text,
            "mean": each.reading.mean,
            "sd": each.reading.sd,
            "n": each.n,
            "low": each.reading.interval.low if each.reading.interval else None,
            "high": each.reading.interval.high if each.reading.interval else None,
            "verdict": each.verdict,
        }
        for each in judged
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _read(runs: pd.DataFrame) -> tuple[dict[str, Reading], int]:
    """What the runs of one configuration give, by metric, and how many diverged."""
    finished = runs[runs["status"] == "ok"].sort_values("seed")
    readings = {name: Reading(name, tuple(finished[name])) for name in SUMMARISED}
    return readings, len(runs) - len(finished)


def _judged(cell: Cell, readings: Mapping[str, Reading], diverged: int) -> Judged:
    best = min((readings[metric] for metric in cell.metrics), key=lambda reading: reading.distance(cell))
    sibling = OTHER_EPOCH.get(best.metric)
    instead = readings[sibling] if sibling and not best.fits(cell) and readings[sibling].fits(cell) else None
    return Judged(cell, best, diverged, instead)
