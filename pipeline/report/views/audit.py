"""The arithmetic of the write-up as the page shows it: a row per statement, and how many came out how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.report.views.blocks import Source
from pipeline.report.views.typography import powers
from pipeline.writeup.audit import Audited, StatementVerdict

SOURCE = Source("results/evidence/audit.csv", "pipeline.evidence.step")


@dataclass(frozen=True)
class Line:
    """A row of the table: what is claimed, printed and computed, and the verdict."""

    section: str
    claim: Markup
    published: Markup
    recomputed: Markup
    verdict: StatementVerdict


@dataclass(frozen=True)
class Audit:
    """The table of the audit and its counts."""

    lines: tuple[Line, ...]
    right: int
    wrong: int
    not_judged: int
    source: Source = SOURCE

    @property
    def judged(self) -> int:
        """How many statements could be recomputed."""
        return self.right + self.wrong


def build(audited: Sequence[Audited]) -> Audit:
    """What the page shows of an audit."""
    verdicts = [each.verdict for each in audited]
    return Audit(tuple(_lines(audited)), verdicts.count("right"), verdicts.count("wrong"), verdicts.count("not judged"))


def _lines(audited: Sequence[Audited]) -> Iterator[Line]:
    for each in audited:
        recomputed = powers(each.recomputed) or Markup("–")
        yield Line(each.section, powers(each.claim), powers(each.published), recomputed, each.verdict)
