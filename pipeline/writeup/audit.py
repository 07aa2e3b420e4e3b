"""The arithmetic of the write-up: what its section 3 derives from its own tables, computed again from those tables.

The printed cells are taken as exact decimals, so that no rounding of ours decides. Nothing here looks at a run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pipeline.writeup.arithmetic import MissingError, Tables, holds
from pipeline.writeup.published import Published
from pipeline.writeup.statements import Found, Statement, statements

Verdict = Literal["right", "wrong", "not judged"]
COLUMNS = ("claim", "published", "recomputed", "verdict")


@dataclass(frozen=True)
class Audited:
    """A statement and what the tables give instead; nothing where a file has not its cells."""

    statement: Statement
    found: Found | None
    verdict: Verdict

    @property
    def recomputed(self) -> str:
        """The number and its unit; empty where there is none."""
        return "" if self.found is None else f"{self.found.text} {self.statement.unit}".strip()


def audit(published: Published) -> tuple[Audited, ...]:
    """Every statement with what the tables of `published` give, and whether it is right."""
    tables = Tables(published)
    return tuple(_audited(statement, tables) for statement in statements(published))


def to_frame(audited: Sequence[Audited]) -> pd.DataFrame:
    """One row per statement: COLUMNS."""
    rows = [
        (f"{each.statement.section} {each.statement.claim}", each.statement.published, each.recomputed, each.verdict)
        for each in audited
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _audited(statement: Statement, tables: Tables) -> Audited:
    try:
        found = statement.compute(tables)
    except (MissingError, ZeroDivisionError):  # a ratio to a printed 0 is none
        return Audited(statement, None, "not judged")
    right = holds(statement.relation, found.value, statement.printed)
    return Audited(statement, found, "right" if right else "wrong")
