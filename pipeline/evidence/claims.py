"""Claims and the tests that would refute them: one rule for every verdict.

A test measures one number on the runs of every seed and says on which side of a threshold the claim puts it. The
confidence interval over the seeds decides: beyond the threshold on the claim's side, the runs support the claim; beyond
it on the other, they contradict it; else the test is undetermined. Nothing is decided by fewer than two seeds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from pipeline.config.settings import Configuration
from pipeline.evidence.archive import Archive, Courses
from pipeline.evidence.measures import LEAD, Measure, Measured, Unit

ClaimVerdict = Literal["supported", "contradicted", "undetermined"]
VERDICTS: tuple[ClaimVerdict, ...] = ("supported", "contradicted", "undetermined")
COLUMNS = ["claim", "test", "statistic", "verdict", "sentence"]
Side = Literal["above", "below"]


@dataclass(frozen=True)
class Test:
    """What is measured, on the courses of `needs` in their order, and on which side of `threshold` the claim puts it.

    A test that does not `decide` shows what the claim starts from, or its background.
    """

    what: str
    needs: tuple[Configuration, ...]
    measure: Measure
    predicts: Side
    threshold: float
    supported: str
    contradicted: str
    undetermined: str
    decides: bool = True

    @property
    def unit(self) -> Unit:
        """How its number is told."""
        return self.measure.unit


@dataclass(frozen=True)
class Claim:
    """What the write-up says, in short, where, and the tests of it."""

    name: str
    section: str
    text: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Tested:
    """A test with what was measured; None without enough runs. `missing` are configurations without two seeds."""

    test: Test
    measured: Measured | None
    missing: tuple[Configuration, ...] = ()

    @property
    def verdict(self) -> ClaimVerdict:
        """The side of the threshold on which the whole interval lies, held against the side that the claim predicts."""
        if self.measured is None:
            return "undetermined"
        interval, threshold = self.measured.interval, self.test.threshold
        side = "above" if interval.low > threshold else "below" if interval.high < threshold else None
        if side is None:
            return "undetermined"
        return "supported" if side == self.test.predicts else "contradicted"

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
        return f"{self.test.predicts} {self.test.unit.tell(self.test.threshold)}"

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


def _named(configuration: Configuration) -> str:
    """learning_rate 0.6, reg 0.0001, batch_size 16, hidden 128, epochs 30."""
    return ", ".join(f"{name} {value:.4g}" for name, value in vars(configuration).items())


@dataclass(frozen=True)
class Leaders:
    """The configurations that lead a grid. Seeds 1 to `chosen_by` trained it and so chose them: others judge them."""

    configurations: tuple[Configuration, ...] = ()
    chosen_by: int = 0


def judge(claims: Iterable[Claim], archive: Archive, leaders: Leaders) -> tuple[JudgedClaim, ...]:
    """Do every test on the runs there are."""
    return tuple(
        JudgedClaim(claim, tuple(_tested(_against(leaders, test), archive) for test in claim.tests)) for claim in claims
    )


def _against(leaders: Leaders, test: Test) -> Test:
    """A test of a lead with the leaders that are left in it; any other as it is."""
    if test.measure.name != LEAD:
        return test
    (own,) = test.needs
    rivals = (each for each in leaders.configurations if each != own)
    return replace(test, needs=(own, *rivals), measure=Measure(LEAD, (leaders.chosen_by,)))


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
    rows = []
    for each in judged:
        for tested in each.tests:
            measured, scale = tested.measured, tested.test.unit.scale
            rows.append(
                {
                    "claim": each.claim.text,
                    "test": tested.test.what,
                    "decides": "yes" if tested.test.decides else "no",
                    "unit": tested.test.unit.name,
                    "value": measured.value * scale if measured else None,
                    "low": measured.interval.low * scale if measured else None,
                    "high": measured.interval.high * scale if measured else None,
                    "seeds": measured.seeds if measured else 0,
                    "predicts": tested.test.predicts,
                    "threshold": tested.test.threshold * scale,
                    "verdict": tested.verdict,
                }
            )
    return pd.DataFrame(rows)


def _tested(test: Test, archive: Archive) -> Tested:
    found = [archive.find(configuration) for configuration in test.needs]
    missing = tuple(wanted for wanted, courses in zip(test.needs, found, strict=True) if courses is None)
    if missing:
        return Tested(test, None, missing)
    courses: list[Courses] = [each for each in found if each is not None]
    return Tested(test, test.measure.of(*courses))
