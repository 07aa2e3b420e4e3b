"""The arithmetic of the write-up as the page shows it: a row per statement, and how many came out how."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline import labels
from pipeline.audit import Audited, Verdict
from pipeline.blocks import Source
from pipeline.quantity import Quantity

SOURCE = Source("results/evidence/audit.csv", "pipeline/audit.py")
MARKS: dict[Verdict, str] = {"right": "✓", "wrong": "✗", "not judged": "–"}
_POWER = re.compile(r"\d*e\^-?\d+")


@dataclass(frozen=True)
class Line:
    """A row of the table: what is claimed, printed and computed, and the verdict with its mark."""

    section: str
    claim: Markup
    published: Markup
    recomputed: Markup
    verdict: Verdict
    mark: str


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
        said = each.statement
        recomputed = _typeset(each.recomputed) or Markup("–")
        mark = MARKS[each.verdict]
        yield Line(said.section, _typeset(said.claim), _typeset(said.published), recomputed, each.verdict, mark)


def _typeset(text: str) -> Markup:
    """The same text with powers of e raised and minus signs as such."""
    shown, end = Markup(""), 0
    for power in _POWER.finditer(text):
        shown += _plain(text[end : power.start()]) + labels.value(Quantity(power.group()))
        end = power.end()
    return shown + _plain(text[end:])


def _plain(text: str) -> Markup:
    return escape(re.sub(r"-(?=\d)", "−", text))
