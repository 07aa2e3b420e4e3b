"""How the verdict of each deciding test moves with its threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.analysis.intervals import Interval
from pipeline.evidence.claims import Claim, ClaimVerdict, JudgedClaim, Tested
from pipeline.evidence.measures import POINTS


@dataclass(frozen=True)
class Row:
    """A test as a row: where its threshold is, and the thresholds that would leave it open, both in its unit."""

    name: str
    points: bool
    threshold: float
    open: Interval
    above: bool
    verdict: ClaimVerdict


def rows(judged: Sequence[JudgedClaim]) -> list[Row]:
    """The deciding tests that were measured: those in percentage points, then the others."""
    found = [
        _row(each, number, tested, tested.open)
        for each in judged
        for number, tested in enumerate(each.deciding, start=1)
        if tested.open
    ]
    return sorted(found, key=lambda row: not row.points)


def title(claim: Claim) -> str:
    """The short name of a claim: 'local minimum'."""
    return claim.name.replace("-", " ")


def _row(claim: JudgedClaim, number: int, tested: Tested, undecided: Interval) -> Row:
    test, scale = tested.test, tested.test.unit.scale
    name = title(claim.claim) + (f", {number}" if len(claim.deciding) > 1 else "")
    return Row(
        name=name if test.unit == POINTS else f"{name} ({test.unit.name})",
        points=test.unit == POINTS,
        threshold=test.bound * scale,
        open=Interval(undecided.low * scale, undecided.high * scale),
        above=test.predicts == "above",
        verdict=tested.verdict,
    )
