"""Claims and the tests that would refute them: one rule for every verdict.

A test measures one number on the runs of every seed and says on which side of a threshold the claim puts it. Two
one-sided tests decide: if it lies beyond the threshold on the claim's side, the runs support the claim; if it lies
beyond it on the other, they contradict it; else the test is undetermined. For each verdict the threshold is moved
against it by the margin of the unit, so that none depends on the processor. Fewer than two seeds decide nothing.

A claim is supported if all its deciding tests are, so that its p is the largest of theirs, and contradicted by one of
them, so that its p is the smallest times their number. The claims are held together (Holm), once for either verdict:
with a probability of 95% no claim is called supported wrongly, and with the same none contradicted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from pipeline.analysis.hypotheses import ALPHA, MOST_SEEDS, Measured, held_with, seeds_to_decide
from pipeline.analysis.intervals import FEWEST, Interval
from pipeline.config.settings import Configuration
from pipeline.evidence.archive import Archive, Courses
from pipeline.evidence.measures import Measure, Unit

ClaimVerdict = Literal["supported", "contradicted", "undetermined"]
VERDICTS: tuple[ClaimVerdict, ...] = ("supported", "contradicted", "undetermined")
COLUMNS = ["claim", "test", "statistic", "verdict", "sentence"]
Side = Literal["above", "below", "within"]


@dataclass(frozen=True)
class Threshold:
    """A bound between what a claim predicts and its opposite: its value in a unit, and why it lies there.

    The unit is empty where the value is one of any unit.
    """

    name: str
    value: float
    unit: str
    reason: str


@dataclass(frozen=True)
class Wanted:
    """A configuration that a test looks at, and the seeds that count: those after `after`, which chose nothing."""

    configuration: Configuration
    after: int = 0


@dataclass(frozen=True)
class Test:
    """What is measured, on `runs` in their order, and where the claim puts it: on a side of `threshold`, or within it.

    Within means between the threshold and as far below zero. A test that does not `decide` shows what the claim starts
    from, or its background.
    """

    what: str
    runs: tuple[Wanted, ...]
    measure: Measure
    predicts: Side
    threshold: Threshold
    supported: str
    contradicted: str
    undetermined: str
    decides: bool = True

    @property
    def needs(self) -> tuple[Configuration, ...]:
        """The configurations of its runs."""
        return tuple(each.configuration for each in self.runs)

    @property
    def unit(self) -> Unit:
        """How its number is told."""
        return self.measure.unit

    @property
    def bound(self) -> float:
        """The threshold on the scale of what is measured."""
        return self.threshold.value / self.unit.scale

    @property
    def margin(self) -> float:
        """By how much the bound is moved against a verdict."""
        return self.unit.margin / self.unit.scale

    def p_supported(self, measured: Measured) -> float:
        """Of a number so far on the claim's side, were it at the bound."""
        if self.predicts == "within":
            return max(measured.p_below(self.bound - self.margin), measured.p_above(self.margin - self.bound))
        return _p(measured, self.bound, self.margin, above=self.predicts == "above")

    def p_contradicted(self, measured: Measured) -> float:
        """Of a number so far on the other side, were it at the bound."""
        if self.predicts == "within":
            outer = self.bound + self.margin
            return min(1.0, 2 * min(measured.p_above(outer), measured.p_below(-outer)))
        return _p(measured, self.bound, self.margin, above=self.predicts == "below")


def _p(measured: Measured, bound: float, margin: float, *, above: bool) -> float:
    return measured.p_above(bound + margin) if above else measured.p_below(bound - margin)


@dataclass(frozen=True)
class Claim:
    """What the write-up says, in short, where, and the tests of it."""

    name: str
    section: str
    text: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Tested:
    """A test with what was measured; None without enough runs. `missing` are runs without two seeds.

    The p-values are those that its claim would have if it rested on this test, adjusted for all claims; those of a
    background are its own. For thresholds in `open` the verdict would be undetermined. `seeds_wanted` would decide an
    undetermined test (see hypotheses.seeds_to_decide).
    """

    test: Test
    measured: Measured | None
    missing: tuple[Wanted, ...] = ()
    p_supported: float = 1.0
    p_contradicted: float = 1.0
    open: Interval | None = None
    seeds_wanted: int | None = None

    @property
    def verdict(self) -> ClaimVerdict:
        """What one of the two one-sided tests says; undetermined if neither does."""
        if self.p_supported <= ALPHA:
            return "supported"
        return "contradicted" if self.p_contradicted <= ALPHA else "undetermined"

    @property
    def p(self) -> float | None:
        """The smaller p-value, which is that of the verdict; None without runs."""
        return min(self.p_supported, self.p_contradicted) if self.measured else None

    @property
    def statistic(self) -> str:
        """The number with its interval: '0.52 percentage points (0.31 to 0.73)'; empty without runs."""
        if self.measured is None:
            return ""
        tell, interval = self.test.unit.tell, self.measured.interval
        return f"{tell(self.measured.value)} {self.test.unit.name} ({tell(interval.low)} to {tell(interval.high)})"

    @property
    def claimed(self) -> str:
        """Where the claim puts the number: 'above 0.20'."""
        return f"{self.test.predicts} {self.test.unit.tell(self.test.bound)}"

    @property
    def sentence(self) -> str:
        """What follows from the verdict."""
        if self.missing:
            return f"Two seeds or more, all finished, are wanted of {'; of '.join(map(_named, self.missing))}."
        if self.measured is None:
            return "The runs do not suffice to measure it."
        return {
            "supported": self.test.supported,
            "contradicted": self.test.contradicted,
            "undetermined": self.test.undetermined,
        }[self.verdict]

    @property
    def wanted(self) -> str:
        """How many seeds would decide it: '14', 'more than 1000'; empty if it is decided."""
        if self.seeds_wanted is None:
            return ""
        return str(self.seeds_wanted) if self.seeds_wanted <= MOST_SEEDS else f"more than {MOST_SEEDS}"


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its tests done."""

    claim: Claim
    tests: tuple[Tested, ...]

    @property
    def deciding(self) -> tuple[Tested, ...]:
        """The tests that the verdict rests on."""
        return tuple(each for each in self.tests if each.test.decides)

    @property
    def verdict(self) -> ClaimVerdict:
        """Contradicted by one deciding test, supported by all of them, else undetermined."""
        verdicts = {each.verdict for each in self.deciding}
        if "contradicted" in verdicts:
            return "contradicted"
        return "supported" if verdicts == {"supported"} else "undetermined"


def _named(wanted: Wanted) -> str:
    """learning_rate 0.6, reg 0.0001, batch_size 16, hidden 128, epochs 30 after seed 5."""
    named = ", ".join(f"{name} {value:.4g}" for name, value in vars(wanted.configuration).items())
    return f"{named} after seed {wanted.after}" if wanted.after else named


def judge(claims: Sequence[Claim], archive: Archive) -> tuple[JudgedClaim, ...]:
    """Do every test on the runs there are; those that decide are held together, each of the others is held alone."""
    judged = [JudgedClaim(claim, tuple(_tested(test, archive) for test in claim.tests)) for claim in claims]
    weights = [_weight(each) for each in judged]
    return tuple(
        replace(each, tests=tuple(_decided(tested, own, [*weights[:n], *weights[n + 1 :]]) for tested in each.tests))
        for n, (each, own) in enumerate(zip(judged, weights, strict=True))
    )


def _tested(test: Test, archive: Archive) -> Tested:
    found = [_courses(each, archive) for each in test.runs]
    missing = tuple(wanted for wanted, courses in zip(test.runs, found, strict=True) if courses is None)
    return Tested(test, None if missing else test.measure.of(*filter(None, found)), missing)


def _courses(wanted: Wanted, archive: Archive) -> Courses | None:
    """The courses of the seeds that count; None if they are fewer than two."""
    courses = archive.find(wanted.configuration)
    new = tuple(seed for seed in courses.seeds if seed > wanted.after) if courses else ()
    return courses.of_seeds(new) if courses and len(new) >= FEWEST else None


@dataclass(frozen=True)
class _Weight:
    """What a claim brings to the family: how many of its deciding tests were measured, and its p for either verdict."""

    tests: int
    supported: float
    contradicted: float


def _weight(claim: JudgedClaim) -> _Weight:
    measured = [(each.test, each.measured) for each in claim.deciding if each.measured]
    supported = [test.p_supported(found) for test, found in measured]
    contradicted = [len(measured) * test.p_contradicted(found) for test, found in measured]
    whole = len(measured) == len(claim.deciding)
    return _Weight(len(measured), max(supported, default=1.0) if whole else 1.0, min([1.0, *contradicted]))


def _decided(tested: Tested, own: _Weight, others: Sequence[_Weight]) -> Tested:
    """A test with what follows from it, among the other claims if it decides."""
    test, measured = tested.test, tested.measured
    if measured is None:
        return tested
    family, share = (others, own.tests) if test.decides else ((), 1)
    together = [each for each in family if each.tests]
    supported = held_with(test.p_supported(measured), [each.supported for each in together])
    contradicted = held_with(share * test.p_contradicted(measured), [each.contradicted for each in together])
    judged = replace(tested, p_supported=supported.p, p_contradicted=contradicted.p)
    levels = supported.level, contradicted.level / share
    if test.predicts != "within":
        judged = replace(judged, open=_open(test, measured, *levels))
    if test.decides and judged.verdict == "undetermined":
        level = levels[0] if supported.p <= contradicted.p else levels[1]
        distance = abs(measured.value - test.bound) - test.margin
        judged = replace(judged, seeds_wanted=seeds_to_decide(measured, distance, level))
    return judged


def _open(test: Test, measured: Measured, supported: float, contradicted: float) -> Interval:
    """The thresholds that would leave the test undetermined, the verdicts being at these levels."""
    low, high = (supported, contradicted) if test.predicts == "above" else (contradicted, supported)
    return Interval(
        measured.value - measured.reach(low) - test.margin, measured.value + measured.reach(high) + test.margin
    )


def to_frame(judged: Sequence[JudgedClaim]) -> pd.DataFrame:
    """claims.csv: COLUMNS, a row for each claim; what its deciding tests say, joined."""
    rows = [
        {
            "claim": each.claim.text,
            "test": "; ".join(tested.test.what for tested in each.deciding),
            "statistic": "; ".join(tested.statistic or "not measured" for tested in each.deciding),
            "verdict": each.verdict,
            "sentence": " ".join(tested.sentence for tested in each.deciding),
        }
        for each in judged
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def tests_to_frame(judged: Sequence[JudgedClaim]) -> pd.DataFrame:
    """tests.csv: a row for each test, with its numbers in full precision; empty where there are no runs."""
    return pd.DataFrame([_row(each.claim, tested) for each in judged for tested in each.tests])


def _row(claim: Claim, tested: Tested) -> dict[str, str | float | None]:
    test, measured, scale = tested.test, tested.measured, tested.test.unit.scale
    return {
        "claim": claim.text,
        "test": test.what,
        "decides": "yes" if test.decides else "no",
        "unit": test.unit.name,
        "value": measured.value * scale if measured else None,
        "low": measured.interval.low * scale if measured else None,
        "high": measured.interval.high * scale if measured else None,
        "seeds": measured.seeds if measured else 0,
        "predicts": test.predicts,
        "threshold": test.bound * scale,
        "verdict": tested.verdict,
        "reason": test.threshold.name,
        "p_supported": tested.p_supported if measured else None,
        "p_contradicted": tested.p_contradicted if measured else None,
        "open_from": tested.open.low * scale if tested.open else None,
        "open_to": tested.open.high * scale if tested.open else None,
        "seeds_wanted": tested.wanted,
    }
