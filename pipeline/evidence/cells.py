"""Printed numbers against runs: a verdict for each cell, by a rule that holds for a whole file.

Of the runs with a cell's configuration, one for each shuffle seed, a prediction interval says where one more run would
fall with probability LEVEL; the spread is moderated by configurations of like accuracy (pipeline.evidence.spread). A
printed number outside, as far as its digits tell, is unusual: of sound cells, one in twenty is. It is not reproduced if
it lies outside the interval in which, with probability LEVEL, all cells of a sound file lie together (Šidák 1967). So
at most one sound file in twenty is accused. A network that gives every image the same answer has a class share as its
accuracy; where all runs are such, the shares are the outcomes. With fewer than two finished runs nothing is known about
the spread, and the cell is not judged; nor is it if a seed diverged, since those that finished would tell of the lucky
ones only.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Literal

import pandas as pd
from scipy.special import bdtrc

from pipeline.analysis import intervals
from pipeline.analysis.intervals import LEVEL, Interval
from pipeline.config.quantity import Quantity, written
from pipeline.config.settings import Configuration
from pipeline.evidence import spread
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.readings import NOTHING, Reading, Readings, Samples, read
from pipeline.evidence.spread import Spread
from pipeline.writeup.published import RATE, Cell, Published, column_label

CellVerdict = Literal["reproduced", "unusual", "not reproduced", "not judged"]
OTHER_EPOCH = {
    "validation_accuracy": "best_validation_accuracy",
    "best_validation_accuracy": "validation_accuracy",
    "testing_accuracy": "last_testing_accuracy",
    "last_testing_accuracy": "testing_accuracy",
}
COLUMNS = [
    *("table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"),
    *("spread", "freedom", "file_low", "file_high", "others", "refused"),
]


@dataclass(frozen=True)
class OtherEpoch:
    """What speaks for the other epoch of a cell that may be of either.

    `usual`: one more run may well give the number there. `advantage`: the logarithm of how much likelier it is for the
    epoch that was taken.
    """

    usual: bool
    advantage: float


@dataclass(frozen=True)
class JudgedCell:
    """A printed number with what the finished runs give for `metric`, a value for each seed.

    `named` are the parameters that the head of its column names, as written there, and `configurations` what was
    trained: two for a rate of change. One more run would fall from `low` to `high`, and all cells of a sound file from
    `file_low` to `file_high`; None where the runs are too few. `discrete`: the outcomes are class shares. `others` is
    how many different numbers its row has; of these, the latter interval excludes `refused`. `instead` is the same
    metric at another epoch, if the printed number fits that and not the one it should be. Where the file leaves open of
    which epoch it is, `open` says what speaks for the other one.
    """

    table: str
    named: Mapping[str, str]
    configurations: tuple[Configuration, ...]
    metric: str
    printed: str
    values: tuple[float, ...]
    spread: Spread | None
    discrete: bool
    low: float | None
    high: float | None
    file_low: float | None
    file_high: float | None
    others: int
    refused: int
    diverged: int
    verdict: CellVerdict
    instead: str | None
    open: OtherEpoch | None

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
    def judged(self) -> bool:
        """Whether it has a verdict."""
        return self.verdict != "not judged"

    @property
    def wide(self) -> bool:
        """Whether it is held against an interval that lets most of the row's other numbers pass for this one."""
        return self.judged and 2 * self.refused < self.others

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
    """How the cells of a file fared. Of the `with_interval` among them, `outside` lie outside that of their cell.

    The cells of one run depend on each other, so that the probability is a guide and no more.
    """

    reproduced: int
    unusual: int
    failed: int
    unjudged: int
    with_interval: int
    outside: int

    @property
    def judged(self) -> int:
        """All that have a verdict."""
        return self.reproduced + self.unusual + self.failed

    @property
    def by_chance(self) -> float:
        """How many lie outside on average if all are the same in truth."""
        return self.with_interval * (1 - LEVEL)

    @property
    def luck(self) -> float:
        """The probability of so many or more outside by chance."""
        return float(bdtrc(self.outside - 1, self.with_interval, 1 - LEVEL))


@dataclass(frozen=True)
class _Entry:
    """A printed number with what the runs give for it, before the file as a whole is known."""

    table: str
    named: Mapping[str, str]
    configurations: tuple[Configuration, ...]
    printed: Quantity
    reading: Reading
    diverged: int
    other: Reading | None  # the same metric at the other epoch
    left_open: bool = False

    @property
    def judged(self) -> bool:
        return self.reading.spread is not None and not self.diverged


def judge(
    published: Published, samples: Samples, shares: ClassShares | None = None, others: Samples = MappingProxyType({})
) -> tuple[JudgedCell, ...]:
    """Hold every printed number against the runs of its configuration, in the order of the file, rates of change last.

    All samples, and `others`, tell how much runs differ. Where a row does not say which metric it shows, the one that
    makes all its numbers likelier counts.
    """
    readings = read(samples, shares, others)
    entries = [*_entries(published, samples, readings)]
    entries += _rates(published, samples, {_row(each) for each in entries})
    continuous = sum(each.judged and not each.reading.outcomes for each in entries)
    level = LEVEL ** (1 / max(1, continuous))
    rows = {key: list(row) for key, row in groupby(sorted(entries, key=_row), key=_row)}
    return tuple(_judged(each, level, [other.printed for other in rows[_row(each)]]) for each in entries)


def _row(entry: _Entry) -> tuple[str, str]:
    return entry.table, entry.reading.metric


def tally(judged: Iterable[JudgedCell]) -> Tally:
    """How many printed numbers have each verdict."""
    every = list(judged)
    verdicts = [each.verdict for each in every]
    with_interval = [each for each in every if each.judged and not each.discrete]
    return Tally(
        reproduced=verdicts.count("reproduced"),
        unusual=verdicts.count("unusual"),
        failed=verdicts.count("not reproduced"),
        unjudged=verdicts.count("not judged"),
        with_interval=len(with_interval),
        outside=sum(each.verdict != "reproduced" for each in with_interval),
    )


def to_frame(judged: Sequence[JudgedCell]) -> pd.DataFrame:
    """cells.csv: COLUMNS. `row` is the metric that was judged; numbers that there are not are empty."""
    rows = [
        (
            *(each.table, each.metric, each.column, each.printed),
            *(each.mean, each.sd, each.n, each.low, each.high, each.verdict),
            *((each.spread.sd, each.spread.freedom) if each.spread and not each.discrete else (None, None)),
            *(each.file_low, each.file_high, each.others, each.refused),
        )
        for each in judged
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


# --- What the runs give


def _entries(published: Published, samples: Samples, readings: Readings) -> Iterator[_Entry]:
    for (_, metrics), row in groupby(published.cells, key=lambda cell: (cell.table, cell.metrics)):
        cells = list(row)
        metric = max(metrics, key=partial(_log_likelihood, readings, cells))
        for cell in cells:
            yield _Entry(
                table=cell.table,
                named=cell.column.texts,
                configurations=(cell.column.configuration,),
                printed=cell.printed,
                reading=_reading(readings, cell, metric),
                diverged=samples.get(cell.column.configuration, NOTHING).diverged,
                other=_reading(readings, cell, OTHER_EPOCH[metric]) if metric in OTHER_EPOCH else None,
                left_open=len(metrics) > 1,
            )


def _log_likelihood(readings: Readings, cells: Iterable[Cell], metric: str) -> float:
    return sum(_reading(readings, cell, metric).log_likelihood(cell.printed) for cell in cells)


def _reading(readings: Readings, cell: Cell, metric: str) -> Reading:
    return readings.get(cell.column.configuration, {}).get(metric, Reading(metric, (), None))


def _rates(published: Published, samples: Samples, rows: Collection[tuple[str, str]]) -> Iterator[_Entry]:
    """The printed rates of change whose two columns the file has; each seed of both gives one.

    `rows` are the tables and metrics that were judged: a row that left its epoch open has one of them.
    """
    change = published.rates_of_change
    if change is None:
        return
    other = OTHER_EPOCH.get(change.metric, change.metric)
    metric = change.metric if (change.table, change.metric) in rows else other
    row = published.row(change.table, change.metric).values()
    columns = {cell.column.configuration.learning_rate: cell.column.configuration for cell in row}
    for (first, second), printed in zip(change.pairs, change.printed, strict=True):
        if printed is None or first not in columns or second not in columns:
            continue
        pair = columns[first], columns[second]
        ends = [samples.get(configuration, NOTHING) for configuration in pair]
        of_first, of_second = (dict(zip(end.seeds, end.values[metric], strict=True)) for end in ends)
        both = sorted(of_first.keys() & of_second.keys())
        values = tuple((of_first[seed] - of_second[seed]) / (first - second) for seed in both)
        (own,) = spread.moderated([values], [1.0])
        yield _Entry(
            table=change.name,
            named={"learning_rate": f"{written(second)} to {written(first)}"},
            configurations=pair,
            printed=printed,
            reading=Reading(metric + RATE, values, own),
            diverged=sum(end.diverged for end in ends),
            other=None,
        )


# --- Verdicts


def _judged(entry: _Entry, level: float, row: Sequence[Quantity]) -> JudgedCell:
    """The verdict on a cell, where all cells of its file lie in their intervals of this level together."""
    reading, printed, other = entry.reading, entry.printed, entry.other
    interval, file_interval = reading.interval(), reading.interval(level)
    others = [each for each in row if each.text != printed.text] if entry.judged else []
    verdict = _verdict(entry, level)
    fits_other = other is not None and entry.judged and other.usual(printed)
    return JudgedCell(
        table=entry.table,
        named=entry.named,
        configurations=entry.configurations,
        metric=reading.metric,
        printed=printed.text,
        values=reading.values,
        spread=reading.spread,
        discrete=bool(reading.outcomes),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        file_low=file_interval.low if file_interval else None,
        file_high=file_interval.high if file_interval else None,
        others=len(others),
        refused=sum(not reading.possible(each, level) for each in others),
        diverged=entry.diverged,
        verdict=verdict,
        instead=other.metric if other and fits_other and verdict != "reproduced" else None,
        open=OtherEpoch(fits_other, reading.log_likelihood(printed) - other.log_likelihood(printed))
        if entry.left_open and other
        else None,
    )


def _verdict(entry: _Entry, level: float) -> CellVerdict:
    if not entry.judged:
        return "not judged"
    if entry.reading.usual(entry.printed):
        return "reproduced"
    return "unusual" if entry.reading.possible(entry.printed, level) else "not reproduced"
