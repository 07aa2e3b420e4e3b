"""The arithmetic of the write-up as the page shows it: a row per statement with its checks, and their counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markupsafe import Markup

from pipeline.report.views.blocks import Source
from pipeline.report.views.typography import powers
from pipeline.writeup.audit import Audited
from pipeline.writeup.statements import POINTS

SOURCE = Source("results/evidence/audit.csv", "pipeline.evidence.step")
LineVerdict = Literal["right", "wrong", "wrong in part", "not judged"]


@dataclass(frozen=True)
class Check:
    """What one accuracy gives, 'training' say; no name where the statement is of none."""

    phase: str
    recomputed: Markup
    wrong: bool


@dataclass(frozen=True)
class Line:
    """A row of the table: what is claimed, what is printed, what is computed for each accuracy, and the verdict."""

    claim: Markup
    published: Markup
    checks: tuple[Check, ...]
    verdict: LineVerdict


@dataclass(frozen=True)
class Section:
    """The statements of a section of the write-up."""

    number: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Audit:
    """The table of the audit and its counts: of statements, and of checks, one for each accuracy of a statement."""

    sections: tuple[Section, ...]
    right: int
    wrong: int
    not_judged: int
    source: Source = SOURCE

    @property
    def judged(self) -> int:
        """How many checks could be made."""
        return self.right + self.wrong

    @property
    def judged_statements(self) -> int:
        """How many statements have a check that could be made."""
        return self.statements("right", "wrong", "wrong in part")

    def statements(self, *verdicts: LineVerdict) -> int:
        """How many statements have one of these verdicts."""
        return sum(line.verdict in verdicts for section in self.sections for line in section.lines)


def build(audited: Sequence[Audited]) -> Audit:
    """What the page shows of an audit."""
    verdicts = [each.verdict for each in audited]
    sections = tuple(Section(number, tuple(_lines(own))) for number, own in groupby(audited, lambda each: each.section))
    return Audit(sections, verdicts.count("right"), verdicts.count("wrong"), verdicts.count("not judged"))


def _lines(audited: Iterable[Audited]) -> Iterator[Line]:
    for (claim, published), own in groupby(audited, lambda each: (each.claim, each.published)):
        checks = list(own)
        yield Line(powers(claim), _short(published), tuple(map(_check, checks)), _verdict(checks))


def _check(audited: Audited) -> Check:
    recomputed = _short(audited.recomputed) or Markup("–")
    return Check(audited.phase.removesuffix(" accuracy"), recomputed, audited.verdict == "wrong")


def _short(text: str) -> Markup:
    return powers(text.replace(POINTS, "points"))


def _verdict(checks: Iterable[Audited]) -> LineVerdict:
    """What its checks say together, of those that could be made."""
    verdicts = {each.verdict for each in checks} - {"not judged"}
    if len(verdicts) == 2:
        return "wrong in part"
    return verdicts.pop() if verdicts else "not judged"
