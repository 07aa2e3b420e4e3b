"""What is said of a job on a cluster that failed: how many of its runs are trained, and why the others are not."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from snakemake.logging import logger

from pipeline.workflow import patches


def explain() -> None:
    """From now on failed jobs are told as here."""
    patches.tell_failures_by(_log_error)


def _log_error(
    job: Any, msg: str = "", aux_logs: Sequence[str | None] = (), external_jobid: str | None = None, **_: Any
) -> None:
    logs = [Path(os.path.relpath(log)) for log in aux_logs if log]
    started = job.dag.workflow.start_time.timestamp()
    for line in problems(job.jobs, _reason(msg, external_jobid, logs), logs, started):
        logger.error(line)


def problems(runs: Sequence[Any], reason: str, logs: Sequence[Path], started: float) -> list[str]:
    """A line on a job that failed, and what is known of each of its runs that had begun and gave no result.

    `logs` are the cluster's. `started` is when the build did: what an earlier one left in a run's log is not told.
    """
    lost = [run for run in runs if not all(map(patches.is_there, run.output))]
    first = (
        f"A job on the cluster: expected {len(runs)} of {len(runs)} runs trained, found {len(runs) - len(lost)}. "
        f"{reason} Hint: see {logs[0] if logs else 'the profile, and what the platform tells of its jobs'}; "
        "the same command trains what is missing."
    )
    begun = [log for log in map(patches.log_of, lost) if log.exists() and log.stat().st_mtime >= started]
    return [first, *(line for log in begun for line in _lines(log))]


def _reason(message: str, job: str | None, logs: Sequence[Path]) -> str:
    """Why a job was ended or not taken, in a line; or which, where the executor says nothing else."""
    said = re.split(r"Detailed failure reason|For further error details|\n +sbatch call:", message)[0].split()
    errors = [
        error.strip("* ") + "."
        for log in logs
        if log.exists()
        for error in re.findall(r"^slurmstepd\S*: error: (.*)", _text(log), re.MULTILINE)
    ]
    return " ".join([*(said or [f"{job} failed."]), *errors[-1:]])


def _lines(log: Path) -> list[str]:
    """What a run without a result has written, or that it was cut off."""
    written = _text(log).splitlines()
    return [f"{log}: {line}" for line in written or ["expected a run that ends, found it cut off."]]


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")
