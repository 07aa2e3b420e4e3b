"""The mathematics of the write-up as the page shows it: a row per statement, and how many came out how."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pipeline.figures.catalogue import MATHEMATICS
from pipeline.report.formulas import sentence
from pipeline.report.views.blocks import Source
from pipeline.theory.proof import Proposition, PropositionVerdict

SOURCE = Source(MATHEMATICS, "pipeline.theory.step")


@dataclass(frozen=True)
class Line:
    """A row of the table: where it stands, what it says, the verdict, and what would be right."""

    place: str
    says: Markup
    verdict: PropositionVerdict
    remark: Markup


@dataclass(frozen=True)
class Mathematics:
    """The table of the propositions and its counts."""

    lines: tuple[Line, ...]
    right: int
    slips: int
    wrong: int
    source: Source = SOURCE


def build(propositions: Sequence[Proposition]) -> Mathematics:
    """What the page shows of the write-up's propositions."""
    verdicts = [each.verdict for each in propositions]
    lines = tuple(Line(p.place, sentence(p.says), p.verdict, sentence(p.remark)) for p in propositions)
    return Mathematics(lines, verdicts.count("right"), verdicts.count("slip"), verdicts.count("wrong"))
