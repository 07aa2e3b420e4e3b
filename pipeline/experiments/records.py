"""Reading what training wrote: one folder per run, checked before it is used."""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.metrics import HISTORY_COLUMNS, METRICS, NORM_COLUMNS
from pipeline.errors import InputError
from pipeline.experiments.plan import Run
from pipeline.files import epoch_table
from pipeline.files.epoch_table import Epochs
from pipeline.files.sealed import read_json, read_text
from pipeline.files.typed_json import decode


@dataclass(frozen=True)
class Timing:
    """What timing.json holds of a run."""

    seconds_per_epoch: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """A trained run: status (ok or diverged), METRICS, and its history and norms, one dict per finite epoch."""

    status: str
    metrics: dict[str, float | None]
    history: Epochs
    norms: Epochs


def read(folder: Path, run: Run) -> Record:
    """Read one run's folder. Raises InputError if a file is missing, damaged or another run's."""
    hint = f"Hint: `rm -rf {folder}` and build again."
    try:
        metrics = decode(read_text(folder / "metrics.json", hint), dict[str, Any])
        history = epoch_table.read(folder / "history.csv", HISTORY_COLUMNS, hint)
        norms = epoch_table.read(folder / "norms.csv", NORM_COLUMNS, hint)
    except (ValueError, csv.Error) as error:
        raise InputError(f"{folder}: expected a finished run, found: {error}. {hint}") from error
    if problem := _problem(metrics, history, norms, run):
        raise InputError(f"{folder}: {problem} {hint}")
    return Record(metrics["status"], {name: metrics.get(name) for name in METRICS}, history, norms)


def training_seconds(folder: Path) -> float:
    """The seconds that the epochs of one run took. Raises InputError if its timing is missing or damaged."""
    timing = read_json(folder / "timing.json", Timing, f"Hint: `rm -rf {folder}` and build again.")
    return math.fsum(timing.seconds_per_epoch)


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


def _problem(metrics: Any, history: Epochs, norms: Epochs, run: Run) -> str | None:
    if metrics.get("specification") != run.specification or metrics.get("key") != run.key:
        return "expected the run of this key, found another's metrics.json."
    status, epochs = metrics.get("status"), run.configuration.epochs
    if status not in ("ok", "diverged"):
        return f"expected status ok or diverged, found {status!r}."
    if len(history) > epochs or (len(history) == epochs) != (status == "ok"):
        return f"expected {epochs} epochs in history.csv, or fewer of a diverged run, found {len(history)}."
    if len(norms) != len(history):
        return f"expected the {len(history)} epochs of history.csv in norms.csv, found {len(norms)}."
    return _problem_of_finished(metrics, history) if status == "ok" else None


def _problem_of_finished(metrics: Any, history: Epochs) -> str | None:
    values = [metrics.get(name) for name in METRICS]
    if not all(isinstance(v, int | float) and math.isfinite(v) for v in values):
        return f"expected finite metrics, found {values}."
    differing = [name for name, value in told_by(history).items() if metrics[name] != value]
    if differing:
        return f"expected metrics.json to agree with history.csv, found another {', '.join(differing)}."
    return None


def told_by(history: Epochs) -> dict[str, float]:
    """The metrics that the history tells too."""
    accuracies = [epoch["validation_accuracy"] for epoch in history]
    best = accuracies.index(max(accuracies))
    return {
        **{name: history[-1][name] for name in HISTORY_COLUMNS[1:]},
        **{f"best_{name}": history[best][name] for name in ("validation_loss", "validation_accuracy")},
        "best_epoch": best + 1,
    }
