"""Whether Slurm can tell how its jobs fared. Where it cannot, Snakemake would wait for them for ever.

Written for snakemake-executor-plugin-slurm 2.8. Asked by squeue, Slurm forgets a job MinJobAge seconds after its end;
asked by sacct, it tells nothing without accounting. Snakemake takes sacct if MinJobAge is less than three times the
seconds before it first asks.
"""

import shutil
import subprocess
from typing import Any

PLUGIN = "snakemake_executor_plugin_slurm"
SOONEST = 3  # three times the second after which the plugin asks at the earliest


def problem(settings: Any) -> str | None:
    """A line if nothing would be known of the jobs; None if it would, or if these are another executor's settings."""
    if type(settings).__module__ != PLUGIN:
        return None
    from snakemake_executor_plugin_slurm.job_status_query import get_min_job_age  # noqa: PLC0415 - Slurm's alone

    age, wanted = get_min_job_age(), 3 * settings.init_seconds_before_status_checks
    # without an answer, Slurm takes no jobs either, and Snakemake says so
    if age is None or (settings.status_command == "squeue" and age >= wanted) or _has_accounting():
        return None
    soon = f"--slurm-status-command squeue --slurm-init-seconds-before-status-checks {age // 3}"
    return (
        f"Slurm: expected accounting, or to be asked by squeue and remember a job for {wanted} s after its end "
        f"(MinJobAge), found no accounting, {settings.status_command}, and {age} s. "
        f"Hint: {soon if age >= SOONEST else 'its administrator can set a larger MinJobAge'}"
    )


def _has_accounting() -> bool:
    sacct = shutil.which("sacct")
    if sacct is None:
        return False
    command = [sacct, "--noheader", "--starttime=now"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - no shell
