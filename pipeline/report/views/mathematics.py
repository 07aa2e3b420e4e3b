"""The mathematics of the write-up as the page shows it: slips with their corrections, what is right, and counts."""

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
    """A statement: where it stands, what it says, the verdict, and what would be right."""

    place: str
    says: Markup
    verdict: PropositionVerdict
    remark: Markup


@dataclass(frozen=True)
class Mathematics:
    """Every statement as a line, those that are not right, which the table shows one by one, and the counts."""

    lines: tuple[Line, ...]
    rows: tuple[Line, ...]
    right: int
    slips: int
    wrong: int
    source: Source = SOURCE


def build(propositions: Sequence[Proposition]) -> Mathematics:
    """What the page shows of the write-up's propositions."""
    lines = tuple(Line(p.place, sentence(p.says), p.verdict, sentence(p.remark)) for p in propositions)
    verdicts = [line.verdict for line in lines]
    rows = tuple(line for line in lines if line.verdict != "right")
    return Mathematics(lines, rows, verdicts.count("right"), verdicts.count("slip"), verdicts.count("wrong"))
