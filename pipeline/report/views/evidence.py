"""The evidence as the page shows it: the printed numbers with their verdicts, and the claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis.comparison import LATE_EPOCHS
from pipeline.analysis.intervals import LEVEL
from pipeline.config.metrics import METRICS
from pipeline.config.quantity import Quantity
from pipeline.evidence import claims
from pipeline.evidence.cells import JudgedCell, Tally
from pipeline.evidence.claims_curves import Curve
from pipeline.evidence.step import Evidence, Obstacle
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import audit, typography
from pipeline.report.views.audit import Audit
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Table, Value
from pipeline.report.views.provenance import Provenance

CELLS = "results/evidence/cells.csv"
CLAIMS = "results/evidence/claims.csv"
SMALLEST_LUCK = 0.01
WIDE = 0.1  # accuracy; an interval wider than this refutes little
CURVES = (
    "Three line charts: validation accuracy of three learning rates against learning rate times epochs; of two batch "
    "sizes against the number of updates; and training and validation accuracy of the best configuration against the "
    "epoch, with and without a penalty."
)
COLUMNS = ("Printed", "Mean of the runs", "Interval", "Difference, points", "Verdict")


@dataclass(frozen=True)
class Failure:
    """A printed number that does not reproduce. `away` is how far it is from the mean of `runs` runs, as a place."""

    name: Markup
    printed: str
    away: float
    runs: int
    beyond_all: bool
    instead: str | None


@dataclass(frozen=True)
class Count:
    """How many claims have a verdict."""

    verdict: str
    number: int


@dataclass(frozen=True)
class EvidenceText:
    """What the sections on the evidence show.

    `wide` cells have an interval wider than `widest`, so that hardly a number would be refuted. Of `deciding` tests,
    as many as `tests_by_chance` have an interval that misses the truth, on average.
    """

    title: str
    obstacles: tuple[Obstacle, ...]
    tally: Tally
    by_chance: str
    luck: str
    level: str
    table: Table
    plot: Plot
    failures: tuple[Failure, ...]
    wide: int
    widest: str
    audit: Audit
    claims: tuple[claims.JudgedClaim, ...]
    claims_source: Source
    curves: Plot
    counts: tuple[Count, ...]
    deciding: int
    tests_by_chance: str
    negligible: str
    late: int = LATE_EPOCHS


def build(evidence: Evidence, provenance: Provenance, figures: Path) -> EvidenceText:
    """Put the evidence into words; `figures` is the folder of the figures."""
    tally = evidence.tally
    judged = [each for each in evidence.cells if each.verdict != "not judged"]
    printed = [each.configuration for each in evidence.cells]
    source = provenance.configurations(CELLS, "pipeline.evidence.step", printed)
    verdicts = [each.verdict for each in evidence.claims]
    deciding = [tested for each in evidence.claims for tested in each.deciding if tested.measured]
    # what the archive finds runs of, or longer ones
    needed = {need for each in evidence.claims for tested in each.tests for need in tested.test.needs}
    drawn = [curve.configuration for curve in evidence.curves]
    return EvidenceText(
        title=evidence.title,
        obstacles=evidence.obstacles,
        tally=tally,
        by_chance=f"{tally.by_chance:.1f}",
        luck=f"{tally.luck:.2f}" if tally.luck >= SMALLEST_LUCK else f"less than {SMALLEST_LUCK}",
        level=f"{LEVEL:.0%}",
        table=Table(
            corner=Markup("Cell"),
            columns=tuple(map(escape, COLUMNS)),
            rows=tuple((_name(each), _row(each)) for each in evidence.cells),
            source=source,
        ),
        plot=Plot(
            name=catalogue.CELLS,
            svg=read_text(figures / f"{catalogue.CELLS}.svg"),
            description=_description(judged),
            data=_data(judged),
            source=replace(source, module="pipeline.figures.cells"),
        ),
        failures=tuple(_failure(each) for each in evidence.cells if each.verdict == "not reproduced"),
        wide=sum(each.interval.width > WIDE for each in judged if each.interval),
        widest=f"{WIDE * 100:g} points",
        audit=audit.build(evidence.audit),
        claims=evidence.claims,
        claims_source=provenance.configurations(CLAIMS, "pipeline.evidence.step", needed, "epochs"),
        curves=Plot(
            name=catalogue.CLAIMS,
            svg=read_text(figures / f"{catalogue.CLAIMS}.svg"),
            description=CURVES,
            data=_curves(evidence.curves),
            source=provenance.configurations("results/histories.csv", "pipeline.figures.claims", drawn),
        ),
        counts=tuple(Count(verdict, verdicts.count(verdict)) for verdict in claims.VERDICTS),
        negligible=f"{evidence.negligible:g} points",
        deciding=len(deciding),
        tests_by_chance=f"{len(deciding) * (1 - LEVEL):.1f}",
    )


def _name(judged: JudgedCell) -> Markup:
    """Table 4, testing accuracy, η = e^-1."""
    named = judged.named.items()
    setting = Markup(", ").join(typography.setting(name, Quantity(text)) for name, text in named)
    return Markup("{}, {}, {}").format(judged.table, _metric(judged.metric), setting or "defaults")


def _metric(metric: str) -> str:
    """'training accuracy', or 'validation accuracy (best)' with the epoch where there are two."""
    name, _, epoch = METRICS[metric].title.partition(", ")
    return f"{name.lower()} ({epoch.removesuffix(' epoch')})" if epoch else name.lower()


def _row(judged: JudgedCell) -> tuple[Markup, ...]:
    interval = judged.interval
    if judged.mean is None or interval is None or judged.sd is None or judged.difference is None:
        return (escape(judged.printed), *(Markup("–"),) * 3, escape(judged.verdict))
    verdict: str = judged.verdict
    if judged.verdict == "not reproduced":
        verdict = Markup("<b>{}</b>").format(verdict)
    elif judged.verdict == "reproduced" and interval.width > WIDE:
        verdict = "reproduced (wide)"
    diverged = f" ({judged.diverged} diverged)" if judged.diverged else ""
    return (
        escape(judged.printed),
        escape(f"{judged.mean:.4f}\u00a0±\u00a0{judged.sd:.4f}"),
        escape(labels.minus(f"{interval.low:.4f} to {interval.high:.4f}")),
        escape(_signed(judged.difference * 100)),
        escape(verdict) + diverged,
    )


def _signed(value: float) -> str:
    """+0.21, −0.21; nothing has no sign."""
    text = f"{value:+.2f}"
    return text[1:] if float(text) == 0 else labels.minus(text)


def _failure(judged: JudgedCell) -> Failure:
    return Failure(
        name=_name(judged),
        printed=judged.printed,
        away=judged.difference or 0.0,
        runs=judged.n,
        beyond_all=judged.beyond_all,
        instead=METRICS[judged.instead].title.lower() if judged.instead else None,
    )


def _description(judged: list[JudgedCell]) -> str:
    outside = [each for each in judged if each.verdict == "not reproduced"]
    named = "; ".join(_name(each).striptags() for each in outside)
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


def _curves(shown: Sequence[Curve]) -> Data:
    """A row per mark, each a panel of its own; curves sort in their order."""
    rows: list[DataRow] = []
    for number, curve in enumerate(shown):
        label = typography.setting(curve.parameter, Quantity(curve.value))
        for epoch in curve.marked:
            accuracy = curve.validation[epoch - 1]
            heads = Value(label, number), Value(escape(epoch), epoch)
            rows.append(DataRow(len(rows), heads, (Value(escape(f"{accuracy:.4f}"), accuracy),)))
    return Data((Markup("Curve"), Markup("Epoch")), (Markup("Validation accuracy"),), tuple(rows))
