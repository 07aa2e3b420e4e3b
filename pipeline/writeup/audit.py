"""The arithmetic of the write-up: what its section 3 derives from its own tables, computed again from those tables.

The printed cells are taken as exact decimals, so that no rounding of ours decides. Nothing here looks at a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipeline.writeup.arithmetic import MissingError, PrintedTables, holds
from pipeline.writeup.published import Published
from pipeline.writeup.statements import Statement, statements

StatementVerdict = Literal["right", "wrong", "not judged"]
COLUMNS = ("claim", "published", "recomputed", "verdict")


@dataclass(frozen=True)
class Audited:
    """A statement of a section, what it prints, and what the tables give; empty where that is nothing.

    `phase` is the accuracy that it is checked on, empty where there is none.
    """

    section: str
    phase: str
    claim: str
    published: str
    recomputed: str
    verdict: StatementVerdict


def audit(published: Published) -> tuple[Audited, ...]:
    """Every statement with what the tables of `published` give, and whether it is right."""
    tables = PrintedTables(published)
    return tuple(_audited(statement, tables) for statement in statements(published))


def to_frame(audited: Sequence[Audited]) -> pd.DataFrame:
    """audit.csv: COLUMNS."""
    rows = [(_named(each), each.published, each.recomputed, each.verdict) for each in audited]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _named(audited: Audited) -> str:
    """3.1 training accuracy: difference among the rates."""
    phase = f"{audited.phase}: " if audited.phase else ""
    return f"{audited.section} {phase}{audited.claim}"


def _audited(said: Statement, tables: PrintedTables) -> Audited:
    try:
        found = said.compute(tables)
    except (MissingError, ZeroDivisionError):  # a ratio to a printed 0 is none
        return Audited(said.section, said.phase, said.claim, said.published, "", "not judged")
    right = holds(said.relation, found.value, said.printed)
    recomputed = f"{found.text} {said.unit}".strip()
    return Audited(said.section, said.phase, said.claim, said.published, recomputed, "right" if right else "wrong")
