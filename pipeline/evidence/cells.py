"""Printed numbers against runs: a verdict for each cell, by a rule that holds for a whole file.

Of the runs with a cell's configuration, one for each shuffle seed, a prediction interval says where one more run would
fall with probability LEVEL, or the mean or the best of several more (pipeline.evidence.predictive); the spread is
moderated by configurations of like accuracy (pipeline.evidence.spread). A printed number outside, as far as its digits
tell, is unusual: of sound cells, one in twenty is. It is not reproduced if it lies outside the interval in which, with
probability LEVEL, all cells of a sound file lie together (Šidák 1967). So at most one sound file in twenty is accused.
A network that gives every image the same answer has a class share as its accuracy; where all runs are such, the shares
are the outcomes. With fewer than two finished runs nothing is known about the spread, and the cell is not judged; nor
is it if a seed diverged, since those that finished would tell of the lucky ones only.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Literal

import pandas as pd
from scipy.special import bdtrc

from pipeline.analysis import intervals
from pipeline.analysis.intervals import LEVEL, Interval
from pipeline.config.metrics import OTHER_EPOCH
from pipeline.config.quantity import Quantity, written
from pipeline.config.settings import Configuration
from pipeline.evidence import spread
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.readings import NOTHING, Reading, Readings, Samples, read
from pipeline.evidence.spread import Spread
from pipeline.writeup.published import RATE, Cell, Published, Summary, column_label

CellVerdict = Literal["reproduced", "unusual", "not reproduced", "not judged"]
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

    `printed` is a plain decimal number in the metric's unit, `text` what stands in the file, and `summary` whether it
    is of one run, the best of several or their mean; `chosen`: the best run is best by this number. `column` identifies
    its column, 'learning_rate e^-1', `named` are the parameters that the head of its column names, as written there,
    and `configurations` what was trained: two for a rate of change. A further number of its kind would fall from `low`
    to `high`, and all cells of a sound file from `file_low` to `file_high`; None where the runs are too few.
    `discrete`: the outcomes are class shares. `others` is how many different numbers of other configurations its row
    has; of these, the latter interval excludes `refused`. `instead` is the same metric at another epoch, if the printed
    number fits that and not the one it should be. Where the file leaves open of which epoch it is, `open` says what
    speaks for the other one. `reason` is why it is not judged, empty if it is.
    """

    table: str
    column: str
    named: Mapping[str, str]
    configurations: tuple[Configuration, ...]
    metric: str
    printed: str
    text: str
    summary: Summary
    chosen: bool
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
    reason: str
    instead: str | None
    open: OtherEpoch | None

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
        """Where a further number of its kind would fall."""
        return None if self.low is None or self.high is None else Interval(self.low, self.high)

    @property
    def deviate(self) -> float | None:
        """Where it lies among further numbers of its kind, as a standard normal deviate; None if nothing tells it."""
        reading = Reading(self.metric, self.values, self.spread, summary=self.summary, chosen=self.chosen)
        return reading.deviate(Quantity(self.printed)) if self.judged and not self.discrete else None

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
    column: str
    named: Mapping[str, str]
    configurations: tuple[Configuration, ...]
    printed: Quantity
    text: str
    reading: Reading
    diverged: int
    other: Reading | None  # the same metric at the other epoch
    left_open: bool = False
    beyond: str = ""

    @property
    def reason(self) -> str:
        """Why it is not judged, empty if it is."""
        runs = len(self.reading.values) + self.diverged
        if self.beyond:
            return self.beyond
        if self.diverged:
            return f"{self.diverged} of {runs} runs diverged"
        return "" if self.reading.spread else f"too few runs: {runs}"

    @property
    def judged(self) -> bool:
        return not self.reason


def judge(
    published: Published, samples: Samples, shares: ClassShares | None = None, others: Samples = MappingProxyType({})
) -> tuple[JudgedCell, ...]:
    """Hold every printed number against the runs of its configuration, in the order of the file, rates of change last.

    All samples, and `others`, tell how much runs differ. Where a row does not say which metric it shows, the one that
    makes all its numbers likelier counts.
    """
    shown = {metric for cell in published.cells for metric in cell.metrics}
    readings = read(samples, shares, others, shown | {OTHER_EPOCH.get(metric, metric) for metric in shown})
    entries = [*_entries(published, samples, readings)]
    entries += _rates(published, samples, {_row(each) for each in entries})
    continuous = sum(each.judged and not each.reading.outcomes for each in entries)
    level = LEVEL ** (1 / max(1, continuous))
    rows = {key: list(row) for key, row in groupby(sorted(entries, key=_row), key=_row)}
    return tuple(_judged(each, level, rows[_row(each)]) for each in entries)


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
    best = Counter(map(_place, (cell for cell in published.cells if cell.summary.kind == "best")))

    def reading(cell: Cell, metric: str) -> Reading:
        """The only best number of a column chose the run; where there are several, any of them may have."""
        found = readings.get(cell.column.configuration, {}).get(metric)
        if found is None or cell.column.beyond:
            return Reading(metric, (), None)
        return replace(found, summary=cell.summary, chosen=best[_place(cell)] < 2)

    for (_, metrics), row in groupby(published.cells, key=lambda cell: (cell.table, cell.metrics)):
        cells = list(row)
        found = {metric: [reading(cell, metric) for cell in cells] for metric in metrics}
        metric = max(metrics, key=lambda name: _log_likelihood(found[name], cells)) if len(metrics) > 1 else metrics[0]
        for cell, own in zip(cells, found[metric], strict=True):
            yield _Entry(
                table=cell.table,
                column=cell.column.label,
                named=cell.column.texts,
                configurations=(cell.column.configuration,),
                printed=cell.printed,
                text=cell.text,
                reading=own,
                diverged=len(samples.get(cell.column.configuration, NOTHING).diverged),
                other=reading(cell, OTHER_EPOCH[metric]) if metric in OTHER_EPOCH else None,
                left_open=len(metrics) > 1,
                beyond=cell.column.reason,
            )


def _place(cell: Cell) -> tuple[str, str]:
    return cell.table, cell.column.label


def _log_likelihood(readings: Iterable[Reading], cells: Iterable[Cell]) -> float:
    return sum(own.log_likelihood(cell.printed) for own, cell in zip(readings, cells, strict=True))


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
        (own,) = spread.moderated((values,), (1.0,))
        named = {"learning_rate": f"{written(second)} to {written(first)}"}
        yield _Entry(
            table=change.name,
            column=column_label(named),
            named=named,
            configurations=pair,
            printed=printed,
            text=printed.text,
            reading=Reading(metric + RATE, values, own),
            diverged=sum(len(end.diverged) for end in ends),
            other=None,
        )


# --- Verdicts


def _judged(entry: _Entry, level: float, row: Iterable[_Entry]) -> JudgedCell:
    """The verdict on a cell, where all cells of its file lie in their intervals of this level together."""
    reading, printed, other = entry.reading, entry.printed, entry.other
    interval, file_interval = reading.interval(), reading.interval(level)
    others = [
        each.printed
        for each in row
        if entry.judged and each.configurations != entry.configurations and each.printed.text != printed.text
    ]
    verdict = _verdict(entry, interval, file_interval)
    asked = entry.judged and (entry.left_open or verdict != "reproduced")
    fits_other = other is not None and asked and other.usual(printed)
    return JudgedCell(
        table=entry.table,
        column=entry.column,
        named=entry.named,
        configurations=entry.configurations,
        metric=reading.metric,
        printed=printed.text,
        text=entry.text,
        summary=reading.summary,
        chosen=reading.chosen,
        values=reading.values,
        spread=reading.spread,
        discrete=bool(reading.outcomes),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        file_low=file_interval.low if file_interval else None,
        file_high=file_interval.high if file_interval else None,
        others=len(others),
        refused=sum(not reading.possible(each, file_interval) for each in others),
        diverged=entry.diverged,
        verdict=verdict,
        reason=entry.reason,
        instead=other.metric if other and fits_other and verdict != "reproduced" else None,
        open=OtherEpoch(fits_other, reading.log_likelihood(printed) - other.log_likelihood(printed))
        if entry.left_open and other
        else None,
    )


def _verdict(entry: _Entry, interval: Interval | None, file_interval: Interval | None) -> CellVerdict:
    if not entry.judged:
        return "not judged"
    if entry.reading.possible(entry.printed, interval):
        return "reproduced"
    return "unusual" if entry.reading.possible(entry.printed, file_interval) else "not reproduced"
