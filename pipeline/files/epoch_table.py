"""A CSV file with a row for each epoch of a training: written with full precision, and checked when it is read."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.files.sealed import read_text

Epochs = tuple[dict[str, float], ...]
NUMBER = "epoch"  # the first column, which counts from 1


def to_csv(columns: Sequence[str], epochs: Iterable[Sequence[float]]) -> str:
    """The numbers of each epoch below the names `columns`, NUMBER first; the same bytes for the same numbers."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([number, *map(repr, epoch)] for number, epoch in enumerate(epochs, start=1))
    return table.getvalue()


def read(path: Path, columns: Sequence[str], mend: str | None = None) -> Epochs:
    """The numbers of each epoch by column. Raises InputError, ValueError or csv.Error."""
    table = csv.reader(io.StringIO(read_text(path, mend), newline=""), strict=True)
    names = next(table, [])
    places = [names.index(column) for column in columns]
    lines = list(table)
    if any(len(line) != len(names) for line in lines):
        raise ValueError(f"{path.name} has a line that is not as long as its first")
    rows = tuple({column: float(line[place]) for column, place in zip(columns, places, strict=True)} for line in lines)
    if not all(math.isfinite(value) for row in rows for value in row.values()):
        raise ValueError(f"{path.name} holds a value that is not finite")
    if [row[NUMBER] for row in rows] != list(range(1, len(rows) + 1)):
        raise ValueError(f"the epochs of {path.name} do not count from 1")
    return rows
