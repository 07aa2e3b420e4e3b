"""The evidence as the page shows it: the printed numbers with their verdicts, and the write-up's own arithmetic."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis.intervals import LEVEL
from pipeline.config.metrics import METRICS
from pipeline.config.quantity import Quantity
from pipeline.evidence import shift
from pipeline.evidence.cells import OTHER_EPOCH, JudgedCell, Tally
from pipeline.evidence.shift import Shift
from pipeline.evidence.step import Evidence, Obstacle
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import audit, typography
from pipeline.report.views.audit import Audit
from pipeline.report.views.blocks import Data, DataRow, Plot, Table, Value
from pipeline.report.views.provenance import Provenance
from pipeline.writeup.published import RATE

CELLS = "results/evidence/cells.csv"
SMALLEST = 0.01  # of a probability that is told
LARGEST = 10_000  # of a ratio
COLUMNS = ("Printed", "Mean of the runs", "One more run", "All of the file", "Difference, points", "Verdict")
TABLES = (
    "Numbers",
    "Reproduced",
    "Unusual",
    "Not reproduced",
    "Other columns’ numbers refused",
    "Above the runs",
    "By sd",
)


@dataclass(frozen=True)
class Outside:
    """A printed number outside the interval of its cell. `away` is how far it is from the mean of `runs` runs.

    `rate` is the size of that for a rate of change, which has no unit; else empty.
    """

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

    Of its `cells`, `usual` are usual for runs at the epoch `taken`, and `other_usual` at the `other` one. All of them
    together are `ratio` times as likely at the former.
    """

    table: str
    taken: str
    other: str
    cells: int
    usual: int
    other_usual: int
    ratio: str


@dataclass(frozen=True)
class EvidenceText:
    """What the sections on the printed numbers show.

    `wide` cells have an interval that most other numbers of their row fit as well.
    """

    title: str
    obstacles: tuple[Obstacle, ...]
    tally: Tally
    by_chance: str
    luck: str
    level: str
    shift: Shift | None
    shift_size: str
    shift_chance: str
    table: Table
    tables: Table
    plot: Plot
    outside: tuple[Outside, ...]
    wide: int
    choices: tuple[EpochChoice, ...]
    audit: Audit


def build(evidence: Evidence, provenance: Provenance, figures: Path) -> EvidenceText:
    """Put the evidence into words; `figures` is the folder of the figures."""
    tally, placed = evidence.tally, evidence.shift
    judged = [each for each in evidence.cells if each.judged]
    printed = [configuration for each in evidence.cells for configuration in each.configurations]
    source = provenance.configurations(CELLS, "pipeline.evidence.step", printed)
    return EvidenceText(
        title=evidence.title,
        obstacles=evidence.obstacles,
        tally=tally,
        by_chance=f"{tally.by_chance:.1f}",
        luck=_probability(tally.luck),
        level=f"{LEVEL:.0%}",
        shift=placed,
        shift_size=f"{abs(placed.mean):.2f}" if placed else "",
        shift_chance=_probability(placed.p) if placed else "",
        table=Table(
            corner=Markup("Cell"),
            columns=tuple(map(escape, COLUMNS)),
            rows=tuple((_name(each), _row(each)) for each in evidence.cells),
            source=source,
        ),
        tables=Table(
            corner=Markup("Table"),
            columns=tuple(map(escape, TABLES)),
            rows=tuple((escape(name), _tallied(list(own))) for name, own in groupby(judged, lambda each: each.table)),
            source=source,
        ),
        plot=Plot(
            name=catalogue.CELLS,
            svg=read_text(figures / f"{catalogue.CELLS}.svg"),
            description=_description(judged),
            data=_data(judged),
            source=replace(source, module="pipeline.figures.cells"),
        ),
        outside=tuple(_outside(each) for each in judged if each.verdict != "reproduced"),
        wide=sum(each.wide for each in judged),
        choices=tuple(_choices(judged)),
        audit=audit.build(evidence.audit),
    )


def _probability(chance: float) -> str:
    return f"{chance:.2f}" if chance >= SMALLEST else f"less than {SMALLEST}"


def _name(judged: JudgedCell) -> Markup:
    """Table 4, testing accuracy, η = e^-1."""
    settings = [_setting(name, text) for name, text in judged.named.items()]
    return Markup("{}, {}, {}").format(judged.table, _metric(judged.metric), Markup(", ").join(settings) or "defaults")


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


def _row(judged: JudgedCell) -> tuple[Markup, ...]:
    if judged.mean is None or judged.sd is None or judged.difference is None or not judged.judged:
        diverged = f" ({judged.diverged} diverged)" if judged.diverged else ""
        return (escape(judged.printed), *(Markup("–"),) * 4, escape(f"{judged.verdict}{diverged}"))
    of_rate = judged.metric.endswith(RATE)  # per unit of the learning rate
    verdict: str = judged.verdict
    if judged.verdict == "not reproduced":
        verdict = Markup("<b>{}</b>").format(verdict)
    elif judged.wide:
        verdict = f"{verdict} (wide)"
    return (
        escape(judged.printed),
        escape(f"{judged.mean:.4f}\u00a0±\u00a0{judged.sd:.4f}"),
        *(
            _interval(judged, low, high)
            for low, high in ((judged.low, judged.high), (judged.file_low, judged.file_high))
        ),
        escape(_signed(judged.difference, 3) if of_rate else _signed(judged.difference * 100)),
        escape(verdict),
    )


def _interval(judged: JudgedCell, low: float | None, high: float | None) -> Markup:
    return escape("a class share" if judged.discrete else labels.minus(f"{low:.4f} to {high:.4f}"))


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
        row = [(cell.verdict, cell.open) for cell in cells if cell.open]
        taken, other = (METRICS[name].title.partition(", ")[2] for name in (metric, OTHER_EPOCH[metric]))
        yield EpochChoice(
            table=table,
            taken=taken,
            other=other,
            cells=len(row),
            usual=sum(verdict == "reproduced" for verdict, _ in row),
            other_usual=sum(of.usual for _, of in row),
            ratio=_times(math.exp(min(700, sum(of.advantage for _, of in row)))),
        )


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
    heads = (Markup("Cell"),)
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
