"""What differs between two builds, in words."""

from collections.abc import Sequence
from typing import Any

from pipeline.errors import shown
from pipeline.verification.differences import Change

LONGEST = 60  # characters of a value


def most(changes: Sequence[Change]) -> Change:
    """The change of a number that is largest relative to it; that of a spread or of a text only for want of one."""
    numbers = [change for change in changes if change.relative < float("inf")]
    return max(numbers, key=lambda change: (not change.column.endswith("sd"), change.relative), default=changes[0])


def describe(change: Change) -> str:
    """A change in words: row, column, old and new value."""
    where = ", ".join(filter(None, [change.row, change.column]))
    old, new = brief(change.old), brief(change.new)
    if old == new:  # every digit, or what stands behind the beginnings
        old, new = str(change.old), str(change.new)
    return f"{where}: {old} -> {new}"


def brief(value: Any) -> str:
    """A value on one line, and not too long."""
    if value is None:
        return "nothing"
    text = shown(f"{value:.6g}" if isinstance(value, float) else str(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
