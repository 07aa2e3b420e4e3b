"""What differs between two builds, each given by its folder of results: make compare and make verify.

The tables of numbers are held against each other row by row: a row is known by what it is about (IDENTITY), not by
where it stands. Of all other files only the bytes are compared.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import InputError

TABLES = (
    *("runs.csv", "tables/*.csv", "collapse/*.csv"),
    *("evidence/*.csv", "theory/*.csv", "randomisation/*/*.json"),
)
FIGURES = ("figures/*/*.svg",)
REPORTS = ("report/html/report.html", "report/pdf/report.pdf")
# What a row is about, in the order in which it is named; equal rows are told apart by their order.
IDENTITY = (
    "table",
    "row",
    "claim",
    "test",
    "experiment",
    "metric",
    "column",
    "parameter",
    "learning_rate",
    "other_learning_rate",
    "reg",
    "batch_size",
    "hidden",
    "epochs",
    "seed",
    "epoch",
)
BY_CLAIM = ("audit", "claims")  # tables with a row for each claim, whatever it is tested by
UNSHARED = ("key",)  # the name of a run, which is no result
ABSENT = "no row"

Value = str | float | None


@dataclass(frozen=True)
class Change:
    """A value that differs: in which row and column of a table, and what it was and is; None where a cell is empty.

    Where only one build has the row, `column` is empty and the other's value is ABSENT. `about` is the row, by column,
    as the newer build has it.
    """

    row: str
    column: str
    old: Value
    new: Value
    about: Mapping[str, Value]

    @property
    def whole_row(self) -> bool:
        """Whether only one build has the row."""
        return not self.column

    @property
    def relative(self) -> float:
        """How far the new number is from the old one, over the larger of the two; infinite for what is no number."""
        if isinstance(self.old, float) and isinstance(self.new, float):
            return abs(self.new - self.old) / max(abs(self.old), abs(self.new))
        return math.inf


def names(folder: Path, *patterns: str) -> list[str]:
    """The files of a folder of results that fit the patterns, relative to it, sorted for each pattern."""
    return [path.relative_to(folder).as_posix() for pattern in patterns for path in sorted(folder.glob(pattern))]


def read_table(path: Path) -> pd.DataFrame:
    """A table of results: a CSV file, or a JSON file with a row for each of its seeds. Raises InputError for others."""
    try:
        if path.suffix == ".json":
            facts = json.loads(path.read_text(encoding="utf-8"))
            return pd.DataFrame([{**facts, **seed} for seed in facts.pop("seeds", [{}])])
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"{path}: expected a table that a build writes, found: {said}.") from error


def identity(file: str) -> tuple[str, ...]:
    """The columns that tell what a row of a file is about, as far as it has them."""
    return ("claim",) if Path(file).stem in BY_CLAIM else IDENTITY


def table_changes(old: pd.DataFrame, new: pd.DataFrame, identity: Sequence[str] = IDENTITY) -> list[Change]:
    """Every value that differs between two tables, in the order of the newer one's rows; removed rows come last."""
    before, after = _rows(old, identity), _rows(new, identity)
    return [
        change
        for about in [*after, *(about for about in before if about not in after)]
        for change in _row_changes(_name(identity, about), before.get(about), after.get(about))
    ]


def tree_changes(old: Any, new: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """(key path, old, new) of what differs between two trees of JSON; None where one has no such key.

    >>> tree_changes({"a": {"b": 1, "c": 2}}, {"a": {"b": 3, "c": 2}})
    [('a.b', 1, 3)]
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        found = []
        for key in dict.fromkeys([*old, *new]):
            found += tree_changes(old.get(key), new.get(key), f"{path}.{key}".removeprefix("."))
        return found
    return [] if old == new else [(path, old, new)]


def _rows(table: pd.DataFrame, identity: Sequence[str]) -> dict[tuple[Value, ...], dict[str, Value]]:
    """The rows by what they are about and how many of the kind stand before them."""
    found: dict[tuple[Value, ...], dict[str, Value]] = {}
    counts: dict[tuple[Value, ...], int] = {}
    for values in table.itertuples(index=False, name=None):
        row = {column: _value(value) for column, value in zip(table.columns, values, strict=True)}
        about = tuple(row.get(column) for column in identity)
        counts[about] = counts.get(about, 0) + 1
        found[*about, float(counts[about])] = row
    return found


def _row_changes(name: str, old: Mapping[str, Value] | None, new: Mapping[str, Value] | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(name, "", "a row" if old else ABSENT, "a row" if new else ABSENT, new or old or {})
        return
    for column in dict.fromkeys([*new, *old]):
        if column not in UNSHARED and old.get(column) != new.get(column):
            yield Change(name, column, old.get(column), new.get(column), new)


def _name(identity: Sequence[str], about: Sequence[Value]) -> str:
    """A row by what it is about: texts as they are, numbers with their column."""
    parts = [(column, value) for column, value in zip(identity, about, strict=False) if value is not None]
    return ", ".join(f"{column} {value:.6g}" if isinstance(value, float) else str(value) for column, value in parts)


def _value(value: Any) -> Value:
    """A cell as a text, a number, or None if it is empty or not a number."""
    if isinstance(value, str):
        return value
    return None if pd.isna(value) else float(value)
