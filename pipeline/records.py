"""Reading what training wrote: one folder per run, checked before it is used."""

import csv
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.metrics import HISTORY_COLUMNS, METRICS
from pipeline.plan import Run


@dataclass(frozen=True)
class Record:
    """A trained run: status (ok or diverged), METRICS, and its history, one dict per finite epoch."""

    status: str
    metrics: dict[str, float | None]
    history: tuple[dict[str, float], ...]


def read(folder: Path, run: Run) -> Record:
    """Read one run's folder. Raises InputError if a file is missing, damaged or another run's."""
    hint = f"Hint: delete {folder} and build again."
    try:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        if not isinstance(metrics, dict):
            raise TypeError("metrics.json holds no mapping")
        history = _read_history(folder / "history.csv")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder}: expected a finished run, found: {error}. {hint}") from error
    if problem := _problem(metrics, history, run):
        raise InputError(f"{folder}: {problem} {hint}")
    return Record(metrics["status"], {name: metrics.get(name) for name in METRICS}, history)


def read_all(folder: Path, runs: Iterable[Run]) -> dict[str, Record]:
    """The records of the runs by key, each folder read once. Raises one InputError that names all bad ones."""
    records: dict[str, Record] = {}
    problems: list[str] = []
    for key, run in {run.key: run for run in runs}.items():
        try:
            records[key] = read(folder / key, run)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return records


def _read_history(path: Path) -> tuple[dict[str, float], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = tuple({column: float(row[column]) for column in HISTORY_COLUMNS} for row in reader)
    if not all(math.isfinite(value) for row in rows for value in row.values()):
        raise ValueError(f"{path.name} holds a value that is not finite")
    return rows


def _problem(metrics: Any, history: tuple[dict[str, float], ...], run: Run) -> str | None:
    if metrics.get("specification") != run.specification or metrics.get("key") != run.key:
        return "expected the run of this key, found another's metrics.json."
    status, epochs = metrics.get("status"), run.configuration.epochs
    if status not in ("ok", "diverged"):
        return f"expected status ok or diverged, found {status!r}."
    if [row["epoch"] for row in history] != list(range(1, len(history) + 1)):
        return "expected the epochs of history.csv to count from 1, found others."
    if (len(history) == epochs) != (status == "ok"):
        return f"expected {epochs} epochs in history.csv, or fewer of a diverged run, found {len(history)}."
    values = [metrics.get(name) for name in METRICS]
    if status == "ok" and not all(isinstance(v, int | float) and math.isfinite(v) for v in values):
        return f"expected finite metrics, found {values}."
    return None
