"""report/build.json: on which machine and in what time the report beside it was built.

    started, ended    of this build, in UTC; wall_seconds is the time between
    machine           see pipeline/environment/machine.py
    machine_class     what decides the bytes of the results: see pipeline/environment/machine_class.py
    rules             by rule, of the last time that each of its jobs ran, in this build or an earlier one: jobs,
                      seconds (sum and max) and peak_memory_mib (the most that one of them took; null if unknown)
    runs              how many runs the report is of
    training_seconds  what they took together, whenever they were trained
    files             the sha256 of each report, by path; a format that this machine cannot set is not there
    git               commit, and dirty: whether a tracked file differs from it, one outside report/ or what the
                      report shows of it, report/benchmark.json; null without Git

None of it goes into the report, whose bytes are the same on any day and in any folder.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.crate import publication
from pipeline.environment import git, machine, machine_class
from pipeline.files.sealed import read_json, read_text
from pipeline.training import benchmarks


@dataclass(frozen=True)
class RunTiming:
    """What timing.json holds of a run."""

    seconds_per_epoch: tuple[float, ...]


def record(started: datetime, ended: datetime, reports: Sequence[Path], results: Path, benchmarks: Path) -> Any:
    """The content of build.json. Raises InputError for a run without its timing."""
    keys = run_keys(results / "runs.csv")
    return {
        "started": _written(started),
        "ended": _written(ended),
        "wall_seconds": round((ended - started).total_seconds(), 1),
        "machine": machine.describe(),
        "machine_class": machine_class.describe(),
        "rules": rules(benchmarks, keys),
        "runs": len(keys),
        "training_seconds": round(math.fsum(training_seconds(results / "runs" / key) for key in keys), 1),
        "files": {f"{publication.ROOT}/{path.name}": publication.checksum(path) for path in reports},
        "git": git_state(Path()),
    }


def run_keys(runs: Path) -> tuple[str, ...]:
    """The keys in runs.csv, each once."""
    return tuple(dict.fromkeys(row["key"] for row in csv.DictReader(read_text(runs).splitlines())))


def training_seconds(folder: Path) -> float:
    """The seconds that one run's epochs took."""
    hint = f"Hint: `rm -rf {folder}` and build again."
    return math.fsum(read_json(folder / "timing.json", RunTiming, hint).seconds_per_epoch)


def rules(benchmarks: Path, keys: Sequence[str]) -> dict[str, Any]:
    """Jobs, seconds and peak memory by rule, from the benchmarks that Snakemake writes; of runs, those of `keys`.

    The step that publishes is left out: it is not done yet.
    """
    files = {rule: [benchmarks / rule / f"{key}.tsv" for key in keys] for rule in ("train", "network")}
    for path in sorted(benchmarks.glob("*.tsv")):
        files.setdefault(path.name.partition(".")[0], []).append(path)
    measured = {rule: [row for path in paths for row in _rows(path)] for rule, paths in files.items()}
    return {rule: _sums(rows) for rule, rows in sorted(measured.items()) if rows and rule != "publish"}


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a benchmark; none where there is no file, as when the logs were deleted."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _sums(rows: list[dict[str, str]]) -> dict[str, Any]:
    seconds = [value for row in rows if (value := _number(row.get("s"))) is not None]
    memory = [value for row in rows if (value := _number(row.get("max_rss"))) is not None]
    return {
        "jobs": len(rows),
        "seconds": {"sum": round(math.fsum(seconds), 2), "max": max(seconds, default=None)},
        "peak_memory_mib": max(memory, default=None),
    }


def _number(text: str | None) -> float | None:
    """What a benchmark measured; None for NA, which it writes of a job that ended too soon to be measured."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def git_state(folder: Path) -> dict[str, Any] | None:
    """The commit of `folder` and whether a tracked input of the report differs; None if Git does not track it."""
    if git.ask(folder, "ls-files", "--error-unmatch", "Snakefile") is None:
        return None
    commit = git.ask(folder, "rev-parse", "HEAD")
    status = ("status", "--porcelain", "--untracked-files=no", "--")
    changes = git.ask(folder, *status, ".", ":(exclude)report"), git.ask(folder, *status, benchmarks.FILE)
    return None if commit is None or None in changes else {"commit": commit, "dirty": any(changes)}


def _written(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
