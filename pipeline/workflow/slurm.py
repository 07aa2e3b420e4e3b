"""Whether Slurm will tell how its jobs fared. Where it will not, Snakemake would wait for them for ever.

Written for snakemake-executor-plugin-slurm 2.8, which looks after its jobs at least every LONGEST seconds. It asks
squeue if told to, unless Slurm forgets a job (MinJobAge after its end) before three times the seconds until the first
look; then, or if told to, it asks sacct, which knows nothing without accounting. Without sacct it asks squeue.
"""

import shutil
import subprocess
from typing import Any

PLUGIN = "snakemake_executor_plugin_slurm"
LONGEST = 180
PATIENCE = 10  # seconds that sacct has for an answer
SQUEUE = "--slurm-status-command squeue --slurm-init-seconds-before-status-checks {}"
ADMINISTRATOR = f"an administrator can set MinJobAge to {LONGEST} or more, or keep accounts (slurmdbd)"


def problem(settings: Any) -> str | None:
    """A line if nothing would be known of some job; None if all would, or if these are another executor's settings."""
    if type(settings).__module__ != PLUGIN:
        return None
    from snakemake_executor_plugin_slurm.job_status_query import get_min_job_age  # noqa: PLC0415 - Slurm's alone

    age = get_min_job_age()
    if age is None:
        return None  # without an answer, Slurm takes no jobs either, and Snakemake says so
    sacct = shutil.which("sacct")
    early = age < 3 * settings.init_seconds_before_status_checks
    if sacct and (settings.status_command == "sacct" or early):
        failure = _failure(sacct)
        found = failure and f"expected sacct to tell of jobs that have ended, found: {failure}"
        hint = SQUEUE.format(age // 3) if age >= LONGEST else ADMINISTRATOR
    elif age in range(1, LONGEST):  # with 0 it never forgets
        found = f"expected squeue to tell of a job for {LONGEST} s after its end (MinJobAge), found {age} s"
        hint = ADMINISTRATOR if sacct is None or _failure(sacct) else "--slurm-status-command sacct"
    else:
        return None
    return found and f"Slurm: {found}. Hint: {hint}"


def _failure(sacct: str) -> str | None:
    """Why sacct cannot tell of jobs; None if it can."""
    try:
        command = [sacct, "--noheader", "--starttime=now"]
        told = subprocess.run(  # noqa: S603 - no shell
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE} s"
    return (told.stderr.strip().splitlines() or ["a failure"])[-1] if told.returncode else None
