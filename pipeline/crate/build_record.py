"""report/build.json: on which machine and in what time the report beside it was built.

    started, ended    of this build, in UTC; wall_seconds is the time between
    machine           see pipeline/environment/machine.py
    machine_class     what decides the bytes of the results: see pipeline/environment/machine_class.py
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.crate import publication
from pipeline.environment import git, machine, machine_class
from pipeline.files.sealed import read_text
from pipeline.training import benchmarks


def record(started: datetime, ended: datetime, reports: Sequence[Path], timings: Path) -> Any:
    """The content of build.json; `timings` has the seconds of each run (timings.csv)."""
    seconds = [float(row["seconds"]) for row in csv.DictReader(read_text(timings).splitlines())]
    return {
        "started": _written(started),
        "ended": _written(ended),
        "wall_seconds": round((ended - started).total_seconds(), 1),
        "machine": machine.describe(),
        "machine_class": machine_class.describe(),
        "runs": len(seconds),
        "training_seconds": round(math.fsum(seconds), 1),
        "files": {f"{publication.ROOT}/{path.name}": publication.checksum(path) for path in reports},
        "git": git_state(Path()),
    }


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
