"""The claims as the page shows them: each with its tests, the thresholds, the verdicts, and the curves they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis.comparison import LATE_EPOCHS
from pipeline.analysis.hypotheses import ALPHA, POWER
from pipeline.analysis.intervals import LEVEL
from pipeline.config.quantity import Quantity
from pipeline.evidence.claims import VERDICTS, JudgedClaim, Tested, Threshold
from pipeline.evidence.claims_curves import Curve
from pipeline.evidence.claims_thresholds import rows
from pipeline.evidence.measures import POINTS
from pipeline.evidence.step import Evidence
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Value
from pipeline.report.views.provenance import Provenance

CLAIMS, TESTS = "results/evidence/claims.csv", "results/evidence/tests.csv"
CURVES = (
    "Three line charts: validation accuracy of three learning rates against learning rate times epochs; of two batch "
    "sizes against the number of updates; and training and validation accuracy of the best configuration against the "
    "epoch, with and without a penalty."
)
SMALLEST_P = 0.001


@dataclass(frozen=True)
class Count:
    """How many claims have a verdict."""

    verdict: str
    number: int


@dataclass(frozen=True)
class ShownTest:
    """A row of the table: what was measured, where the claim puts it, what came out, p, and what follows."""

    what: str
    claimed: str
    measured: str
    p: str
    sentence: str
    background: bool


@dataclass(frozen=True)
class ShownClaim:
    """A claim with its rows."""

    name: str
    section: str
    text: str
    verdict: str
    tests: tuple[ShownTest, ...]


@dataclass(frozen=True)
class ShownThreshold:
    """A threshold with its value as it reads, and its reason."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True)
class ClaimsText:
    """What the section on the claims shows.

    `judged` is false where something keeps the runs from judging the write-up. The verdicts rest on `deciding` tests,
    each of which has a row in the figure of the thresholds. `margin` is that of accuracies.
    """

    judged: bool
    claims: tuple[ShownClaim, ...]
    thresholds: tuple[ShownThreshold, ...]
    source: Source
    curves: Plot
    figure: Plot
    counts: tuple[Count, ...]
    deciding: int
    margin: str = f"{POINTS.margin:g} points"
    level: str = f"{LEVEL:.0%}"
    error: str = f"{ALPHA:.0%}"
    power: str = f"{POWER:.0%}"
    late: int = LATE_EPOCHS


def build(evidence: Evidence, provenance: Provenance, figures: Path) -> ClaimsText:
    """Put the verdicts on the claims into words; `figures` is the folder of the figures."""
    verdicts = [each.verdict for each in evidence.claims]
    # what the archive finds runs of, or longer ones
    needed = {need for each in evidence.claims for tested in each.tests for need in tested.test.needs}
    drawn = [curve.configuration for curve in evidence.curves]
    decide = {need for each in evidence.claims for tested in each.deciding for need in tested.test.needs}
    return ClaimsText(
        judged=not evidence.obstacles,
        claims=tuple(map(_claim, evidence.claims)),
        thresholds=tuple(map(_threshold, evidence.thresholds)),
        source=provenance.configurations(CLAIMS, "pipeline.evidence.step", needed, "epochs"),
        curves=Plot(
            name=catalogue.CLAIMS,
            svg=read_text(figures / f"{catalogue.CLAIMS}.svg"),
            description=CURVES,
            data=_curves(evidence.curves),
            source=provenance.configurations("results/histories.csv", "pipeline.figures.claims", drawn),
        ),
        figure=Plot(
            name=catalogue.THRESHOLDS,
            svg=read_text(figures / f"{catalogue.THRESHOLDS}.svg"),
            description=_description(evidence.claims),
            data=_thresholds(evidence.claims),
            source=provenance.configurations(TESTS, "pipeline.figures.thresholds", decide, "epochs"),
        ),
        counts=tuple(Count(verdict, verdicts.count(verdict)) for verdict in VERDICTS),
        deciding=sum(tested.measured is not None for each in evidence.claims for tested in each.deciding),
    )


def _claim(judged: JudgedClaim) -> ShownClaim:
    claim = judged.claim
    return ShownClaim(claim.name, claim.section, claim.text, judged.verdict, tuple(map(_test, judged.tests)))


def _test(tested: Tested) -> ShownTest:
    return ShownTest(
        what=tested.test.what,
        claimed=tested.claimed,
        measured=tested.statistic or "–",
        p=_p(tested.p),
        sentence=tested.sentence + (f" It would take {tested.wanted} seeds." if tested.wanted else ""),
        background=not tested.test.decides,
    )


def _p(p: float | None) -> str:
    """0.031, or less than the smallest that is told."""
    if p is None:
        return "–"
    return f"< {SMALLEST_P:g}" if p < SMALLEST_P else f"{p:.3f}"


def _threshold(threshold: Threshold) -> ShownThreshold:
    unit = threshold.unit.replace("points", "point") if threshold.value == 1 else threshold.unit
    value = labels.minus(f"{threshold.value:g} {unit}".strip())
    return ShownThreshold(threshold.name.replace("-", " "), value, threshold.reason)


def _description(judged: Sequence[JudgedClaim]) -> str:
    """How many tests there are, and which of them are undetermined."""
    shown = rows(judged)
    undecided = [row.name for row in shown if row.verdict == "undetermined"]
    told = f" Undetermined: {'; '.join(undecided)}." if undecided else ""
    return f"For each of {len(shown)} tests, the thresholds for which it would be supported or contradicted.{told}"


def _thresholds(judged: Sequence[JudgedClaim]) -> Data:
    """A row for each test of the figure, each a panel of its own."""
    found = []
    for number, row in enumerate(rows(judged)):
        values = (row.threshold, row.open.low, row.open.high)
        shown = tuple(Value(escape(labels.minus(f"{value:.3g}")), value) for value in values)
        verdict = Value(escape(row.verdict), VERDICTS.index(row.verdict))
        found.append(DataRow(number, (Value(escape(row.name), number),), (*shown, verdict)))
    columns = ("Threshold", "Undetermined from", "to", "Verdict")
    return Data((Markup("Test"),), tuple(map(escape, columns)), tuple(found))


def _curves(shown: Sequence[Curve]) -> Data:
    """A row per mark, each a panel of its own; curves sort in their order."""
    marks: list[DataRow] = []
    for number, curve in enumerate(shown):
        label = typography.setting(curve.parameter, Quantity(curve.value))
        for epoch in curve.marked:
            accuracy = curve.validation[epoch - 1]
            heads = Value(label, number), Value(escape(epoch), epoch)
            marks.append(DataRow(len(marks), heads, (Value(escape(f"{accuracy:.4f}"), accuracy),)))
    return Data((Markup("Curve"), Markup("Epoch")), (Markup("Validation accuracy"),), tuple(marks))
