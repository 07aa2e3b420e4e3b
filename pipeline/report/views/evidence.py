"""The evidence as the page shows it: the printed numbers with their verdicts, and the write-up's own arithmetic."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from markupsafe import Markup, escape

from pipeline.analysis.intervals import LEVEL
from pipeline.config.metrics import METRICS, OTHER_EPOCH
from pipeline.config.quantity import Quantity
from pipeline.evidence import shift
from pipeline.evidence.cells import JudgedCell, Tally
from pipeline.evidence.shift import Shift
from pipeline.evidence.step import Evidence, Obstacle
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import audit, printed, typography
from pipeline.report.views.audit import Audit
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Table, Value
from pipeline.report.views.provenance import Provenance
from pipeline.writeup.published import RATE

CELLS = "results/evidence/cells.csv"
SMALLEST = 0.01  # of a probability that is told
LARGEST = 10_000  # of a ratio
TABLES = (
    "Numbers",
    "Reproduced",
    "Unusual",
    "Not reproduced",
    "Swaps noticed",
    "Above the runs",
    "Mean distance, sd",
)
Finding = Literal["holds", "many outside", "fails"]
RARE = 1 - LEVEL  # a probability of chance that is no chance any more
WIDE = "its interval fits most of its row"
BROAD = 5  # percentage points, half of what a constant answer gets: an interval wider than this tells little


@dataclass(frozen=True)
class CellRow:
    """A printed number as a row of the table: the runs, two intervals, the difference, and the verdict.

    `remark` is what else there is to say of the verdict, `style` tells a number that is unusual or not reproduced, and
    `anchor` is the id by which the number's own table links to it.
    """

    name: Markup
    printed: str
    runs: str
    one_more: str
    together: str
    difference: str
    verdict: str
    remark: str
    style: str
    anchor: str = ""


@dataclass(frozen=True)
class CellGroup:
    """The numbers of one of the write-up's tables."""

    table: str
    rows: tuple[CellRow, ...]


@dataclass(frozen=True)
class Outside:
    """A printed number outside the interval of its cell. `away` is how far it is from the mean of `runs` runs.

    `rate` is the size of that for a rate of change, which has no unit; else empty. `anchor` is what its row is called.
    """

    anchor: str
    name: Markup
    printed: str
    away: float
    rate: str
    runs: int
    beyond_all: bool
    failed: bool
    instead: str | None


@dataclass(frozen=True)
class EpochChoice:
    """A row whose table does not say of which epoch its numbers are.

    All its numbers together are `ratio` times as likely at the epoch `taken` as at the `other` one.
    """

    table: str
    taken: str
    other: str
    ratio: str


@dataclass(frozen=True)
class EvidenceText:
    """What the sections on the printed numbers show.

    `wide` cells have an interval that most other numbers of their row fit as well, `broad` ones one of more than BROAD
    percentage points.
    """

    title: str
    obstacles: tuple[Obstacle, ...]
    tally: Tally
    finding: Finding
    by_chance: str
    luck: str
    level: str
    shift: Shift | None
    shift_size: str
    shift_chance: str
    groups: tuple[CellGroup, ...]
    source: Source
    tables: Table
    plot: Plot
    outside: tuple[Outside, ...]
    wide: int
    broad: int
    choices: tuple[EpochChoice, ...]
    audit: Audit


def build(evidence: Evidence, provenance: Provenance, figures: Path) -> EvidenceText:
    """Put the evidence into words; `figures` is the folder of the figures."""
    tally, placed = evidence.tally, evidence.shift
    judged = [each for each in evidence.cells if each.judged]
    shown = [configuration for each in evidence.cells for configuration in each.configurations]
    source = provenance.configurations(CELLS, "pipeline.evidence.step", shown)
    return EvidenceText(
        title=evidence.title,
        obstacles=evidence.obstacles,
        tally=tally,
        finding=_finding(tally),
        by_chance=f"{tally.by_chance:.1f}",
        luck=_probability(tally.luck),
        level=f"{LEVEL:.0%}",
        shift=placed,
        shift_size=f"{abs(placed.mean):.2f}" if placed else "",
        shift_chance=_probability(placed.p) if placed else "",
        groups=tuple(
            CellGroup(name, tuple(map(_row, own))) for name, own in groupby(evidence.cells, lambda each: each.table)
        ),
        source=source,
        tables=Table(
            corner=Markup("Of the write-up"),
            columns=tuple(map(escape, TABLES)),
            rows=tuple((escape(name), _tallied(list(own))) for name, own in groupby(judged, lambda each: each.table)),
            source=source,
        ),
        plot=Plot(
            name=catalogue.CELLS,
            svg=read_text(figures / catalogue.drawing(catalogue.CELLS)),
            description=_description(judged),
            data=_data(judged),
            source=replace(source, module="pipeline.figures.cells"),
        ),
        outside=tuple(_outside(each) for each in judged if each.verdict != "reproduced"),
        wide=sum(each.wide for each in judged),
        broad=sum(_widths(each) is not None and each.verdict != "not reproduced" for each in judged),
        choices=tuple(_choices(judged)),
        audit=audit.build(evidence.audit),
    )


def _finding(tally: Tally) -> Finding:
    """What the verdicts come to: none fails, more are unusual than chance makes, or some fail."""
    if tally.failed:
        return "fails"
    return "many outside" if tally.outside and tally.luck < RARE else "holds"


def _probability(chance: float) -> str:
    return f"{chance:.2f}" if chance >= SMALLEST else f"less than {SMALLEST}"


def _name(judged: JudgedCell) -> Markup:
    """Table 4, testing accuracy, η = e^-1."""
    return Markup("{}, {}, {}").format(judged.table, _metric(judged.metric), _column(judged))


def _short(judged: JudgedCell) -> Markup:
    """The same within its table: testing, η = e^-1."""
    return Markup("{}, {}").format(_metric(judged.metric).replace(" accuracy", ""), _column(judged))


def _column(judged: JudgedCell) -> Markup:
    return Markup(", ").join(_setting(name, text) for name, text in judged.named.items()) or Markup("defaults")


def _setting(name: str, text: str) -> Markup:
    """η = e^-1; of a rate of change, η = e^-2 to 1."""
    first, to, second = text.partition(" to ")
    return typography.setting(name, Quantity(first)) + to + (typography.value(Quantity(second)) if to else "")


def _metric(metric: str) -> str:
    """'training accuracy', or 'validation accuracy (best)' with the epoch where there are two."""
    of_rate = metric.endswith(RATE)
    name, _, epoch = METRICS[metric.removesuffix(RATE)].title.partition(", ")
    told = f"{name.lower()} ({epoch.removesuffix(' epoch')})" if epoch else name.lower()
    return f"rate of change of {told}" if of_rate else told


def _row(judged: JudgedCell) -> CellRow:
    row = CellRow(_short(judged), judged.printed, *("–",) * 4, judged.verdict, "", "")
    if judged.mean is None or judged.sd is None or judged.difference is None or not judged.judged:
        return replace(row, remark=f"{judged.diverged} diverged" if judged.diverged else "")
    of_rate = judged.metric.endswith(RATE)  # per unit of the learning rate
    return replace(
        row,
        runs=f"{judged.mean:.4f}\u00a0±\u00a0{judged.sd:.4f}",
        one_more=_interval(judged, judged.low, judged.high),
        together=_interval(judged, judged.file_low, judged.file_high),
        difference=_signed(judged.difference, 3) if of_rate else _signed(judged.difference * 100),
        remark="; ".join(_remarks(judged)),
        style={"unusual": "unusual", "not reproduced": "failed"}.get(judged.verdict, ""),
        anchor=printed.anchor(judged) if judged.verdict != "reproduced" else "",
    )


def _remarks(judged: JudgedCell) -> Iterator[str]:
    """Why a verdict says little: where its intervals are wide."""
    if judged.verdict == "not reproduced":
        return
    if judged.wide:
        yield WIDE
    if widths := _widths(judged):
        narrow, all_together = widths
        yield f"its intervals are {narrow:.0f} and {all_together:.0f} points wide"


def _widths(judged: JudgedCell) -> tuple[float, float] | None:
    """Those of one more run and of all numbers together, in percentage points, where the first is BROAD or wider."""
    ends = (judged.low, judged.high, judged.file_low, judged.file_high)
    if judged.discrete or not judged.judged or judged.metric.endswith(RATE):
        return None
    low, high, file_low, file_high = (100 * (end or 0) for end in ends)
    return (high - low, file_high - file_low) if high - low > BROAD else None


def _interval(judged: JudgedCell, low: float | None, high: float | None) -> str:
    return "a class share" if judged.discrete else labels.minus(f"{low:.4f} to {high:.4f}")


def _tallied(own: list[JudgedCell]) -> tuple[Markup, ...]:
    """How the numbers of one table fared."""
    verdicts = [each.verdict for each in own]
    counts = [verdicts.count(verdict) for verdict in ("reproduced", "unusual", "not reproduced")]
    refused, others = sum(each.refused for each in own), sum(each.others for each in own)
    placed = shift.of(own)
    sides = (f"{placed.above} of {placed.cells}", _signed(placed.mean)) if placed else ("–", "–")
    return (*map(escape, (len(own), *counts)), escape(f"{refused} of {others}" if others else "–"), *map(escape, sides))


def _choices(judged: Iterable[JudgedCell]) -> Iterator[EpochChoice]:
    left_open = [each for each in judged if each.open]
    for (table, metric), cells in groupby(left_open, lambda each: (each.table, each.metric)):
        advantage = sum(cell.open.advantage for cell in cells if cell.open)
        taken, other = (METRICS[name].title.partition(", ")[2] for name in (metric, OTHER_EPOCH[metric]))
        yield EpochChoice(table=table, taken=taken, other=other, ratio=_times(math.exp(min(700, advantage))))


def _times(ratio: float) -> str:
    """To two digits, as far as a ratio can be imagined."""
    return f"more than {LARGEST:,}" if ratio > LARGEST else f"{float(f'{ratio:.1e}'):,.4g}"


def _signed(value: float, digits: int = 2) -> str:
    """+0.21, −0.21; nothing has no sign."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else labels.minus(text)


def _outside(judged: JudgedCell) -> Outside:
    away = judged.difference or 0.0
    return Outside(
        anchor=printed.anchor(judged),
        name=_name(judged),
        printed=judged.printed,
        away=away,
        rate=f"{abs(away):.3f}" if judged.metric.endswith(RATE) else "",
        runs=judged.n,
        beyond_all=judged.beyond_all,
        failed=judged.verdict == "not reproduced",
        instead=METRICS[judged.instead].title.lower() if judged.instead else None,
    )


def _description(judged: list[JudgedCell]) -> str:
    outside = [each for each in judged if each.verdict != "reproduced"]
    named = "; ".join(f"{_name(each).striptags()} ({each.verdict})" for each in outside)
    told = f"Outside: {named}." if outside else "All of them lie inside." if judged else ""
    return f"Every printed number on the prediction interval of its runs: {len(judged)} cells. {told}".strip()


def _data(judged: list[JudgedCell]) -> Data:
    """A row per judged cell, each a panel of its own."""
    heads = (Markup("Cell of the write-up"),)
    columns = tuple(map(escape, ("Printed", "Mean of the runs", "Low", "High")))
    rows = []
    for number, each in enumerate(judged):
        if each.interval is None or each.mean is None:
            continue
        values = (float(each.printed), each.mean, each.interval.low, each.interval.high)
        texts = (each.printed, *(labels.minus(f"{value:.4f}") for value in values[1:]))
        shown = tuple(Value(escape(text), value) for text, value in zip(texts, values, strict=True))
        rows.append(DataRow(number, (Value(_name(each), number),), shown))
    return Data(heads, columns, tuple(rows))
