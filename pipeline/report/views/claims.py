"""The claims as the page shows them: each with its tests, the thresholds, the verdicts, and the curves they rest on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis.comparison import LATE_EPOCHS
from pipeline.analysis.hypotheses import ALPHA, POWER
from pipeline.analysis.intervals import LEVEL
from pipeline.config.quantity import Quantity
from pipeline.evidence.claims import VERDICTS, ClaimVerdict, JudgedClaim, Tested, Threshold
from pipeline.evidence.claims_curves import Curve
from pipeline.evidence.claims_thresholds import rows, title
from pipeline.evidence.measures import POINTS
from pipeline.evidence.step import Evidence
from pipeline.experiments import labels
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Table, TableRow, Value
from pipeline.report.views.provenance import Provenance

CLAIMS, TESTS = "results/evidence/claims.csv", "results/evidence/tests.csv"
CURVES = (
    "Three line charts: validation accuracy of three learning rates against learning rate times epochs; of two batch "
    "sizes against the number of updates; and training and validation accuracy of the best configuration against the "
    "epoch, with and without a penalty."
)
SMALLEST_P = 0.001
# What the claims that matter most to whoever trains such a network come to.
LESSONS: Mapping[str, Mapping[ClaimVerdict, str]] = {
    "local-minimum": {
        "supported": "The smallest rate stays behind even at an equal learning rate × epochs, as in a local minimum.",
        "contradicted": "The smallest rate is not caught in a local minimum; it needs more epochs. Compare rates at an "
        "equal learning rate × epochs before you speak of minima.",
        "undetermined": "Whether the smallest rate is caught in a local minimum or needs more epochs cannot be told "
        "from these runs.",
    },
    "best-of-grid": {
        "supported": "The chosen configuration is ahead of batches of twice the size by more than is negligible.",
        "contradicted": "The chosen configuration does not win the grid by anything that counts: batches of twice the "
        "size do {}. Train the leaders of a grid with more seeds, and report ties.",
        "undetermined": "Whether the chosen configuration wins the grid cannot be told from these runs.",
    },
    "early-stopping": {
        "supported": "Early stopping pays: trained for three times as long, the best configuration loses accuracy.",
        "contradicted": "Early stopping is not needed: trained for three times as long, the best configuration {}.",
        "undetermined": "Whether the best configuration needs early stopping cannot be told from these runs.",
    },
}

# How the first number stands to the second where the claim is contradicted: no clear difference, or one the other way.
AGAINST: Mapping[str, tuple[str, str]] = {
    "best-of-grid": ("as well", "better"),
    "early-stopping": ("loses no accuracy that counts", "gains {} points of accuracy"),
}


@dataclass(frozen=True)
class Count:
    """How many claims have a verdict."""

    verdict: str
    number: int


@dataclass(frozen=True)
class Lesson:
    """What a claim comes to for a reader who trains such a network; `claim` and `title` name it."""

    claim: str
    title: str
    text: str


@dataclass(frozen=True)
class ShownTest:
    """A row of the table: what was measured, what the claim predicts, what came out, p, and what follows.

    `number` is that of a test among those that decide, as in the figure; empty where it is the only one.
    """

    number: str
    what: str
    predicted: str
    measured: str
    p: str
    sentence: str
    background: bool


@dataclass(frozen=True)
class ShownClaim:
    """A claim with its rows; `title` names it in the figure, too."""

    name: str
    title: str
    section: str
    text: str
    verdict: str
    tests: tuple[ShownTest, ...]


@dataclass(frozen=True)
class ClaimsText:
    """What the section on the claims shows.

    `judged` is false where something keeps the runs from judging the write-up. The verdicts rest on `deciding` tests,
    each of which has a row in the figure of the thresholds. `margin` is that of accuracies.
    """

    judged: bool
    claims: tuple[ShownClaim, ...]
    thresholds: Table
    source: Source
    curves: Plot
    figure: Plot
    counts: tuple[Count, ...]
    lessons: tuple[Lesson, ...]
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
        thresholds=Table(
            corner=Markup("Threshold"),
            columns=(Markup("Value"), Markup("Why")),
            rows=tuple(map(_threshold, evidence.thresholds)),
            source=Source("results/evidence/evidence.json", "pipeline.evidence.step"),
        ),
        source=provenance.configurations(CLAIMS, "pipeline.evidence.step", needed, "epochs"),
        curves=Plot(
            name=catalogue.CLAIMS,
            svg=read_text(figures / catalogue.drawing(catalogue.CLAIMS)),
            description=CURVES,
            data=_curves(evidence.curves),
            source=provenance.configurations("results/histories.csv", "pipeline.figures.claims", drawn),
        ),
        figure=Plot(
            name=catalogue.THRESHOLDS,
            svg=read_text(figures / catalogue.drawing(catalogue.THRESHOLDS)),
            description=_description(evidence.claims),
            data=_thresholds(evidence.claims),
            source=provenance.configurations(TESTS, "pipeline.figures.thresholds", decide, "epochs"),
        ),
        counts=tuple(Count(verdict, verdicts.count(verdict)) for verdict in VERDICTS),
        lessons=tuple(_lessons(evidence.claims)),
        deciding=sum(tested.measured is not None for each in evidence.claims for tested in each.deciding),
    )


def _lessons(judged: Sequence[JudgedClaim]) -> Iterator[Lesson]:
    verdicts = {each.claim.name: each for each in judged}
    for name, texts in LESSONS.items():
        if name in verdicts:
            text = texts[verdicts[name].verdict].format(_against(verdicts[name]))
            yield Lesson(name, title(verdicts[name].claim), text)


def _against(judged: JudgedClaim) -> str:
    """How far a contradicted claim of a difference is off: whether the interval lies beyond zero, on the other side."""
    within, beyond = AGAINST.get(judged.claim.name, ("", ""))
    for tested in judged.deciding:
        if tested.measured is None:
            continue
        interval, unit = tested.measured.interval, tested.test.unit
        if interval.low > 0 if tested.test.predicts == "below" else interval.high < 0:
            return beyond.format(unit.tell(abs(tested.measured.value)))
    return within


def _claim(judged: JudgedClaim) -> ShownClaim:
    claim, several = judged.claim, len(judged.deciding) > 1
    numbers = {id(tested): str(number) for number, tested in enumerate(judged.deciding, start=1) if several}
    tests = tuple(_test(tested, numbers.get(id(tested), "")) for tested in judged.tests)
    return ShownClaim(claim.name, title(claim), claim.section, claim.text, judged.verdict, tests)


def _test(tested: Tested, number: str) -> ShownTest:
    return ShownTest(
        number=number,
        what=tested.test.what,
        predicted=tested.claimed,
        measured=tested.statistic.replace(POINTS.name, "points") or "–",
        p=_p(tested.p if tested.test.decides else None),
        sentence=tested.sentence + (f" It would take {tested.wanted} seeds." if tested.wanted else ""),
        background=not tested.test.decides,
    )


def _p(p: float | None) -> str:
    """0.031, or less than the smallest that is told."""
    if p is None:
        return "–"
    return f"< {SMALLEST_P:g}" if p < SMALLEST_P else f"{p:.3f}"


def _threshold(threshold: Threshold) -> TableRow:
    """Its name, its value with the unit, and the reason for it; of a ratio it is a factor."""
    unit = threshold.unit.removesuffix("s") if threshold.value == 1 else threshold.unit
    value = labels.minus(f"{threshold.value:g} {unit}".strip())
    if threshold.unit == "times":
        value = f"factor {threshold.value:g}"
    return escape(threshold.name.replace("-", " ")), (escape(value), escape(threshold.reason))


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
