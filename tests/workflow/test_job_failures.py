"""What is said of a job on a cluster that failed. How it goes on Slurm: tests/cluster."""

import os
import time
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.workflow import job_failures, patches

SUBMISSION = (
    "SLURM sbatch failed. The error message was 'sbatch: error: invalid partition specified: nowhere\n"
    "sbatch: error: Batch job submission failed'.\n    sbatch call:\n        sbatch --parsable"
)
STATE = "SLURM-job '7' failed, SLURM status is: 'TIMEOUT'. Detailed failure reason unavailable (status command)."
NOTHING = "For further error details see the cluster/cloud log and the log files of the involved rule(s)."
HINT = "Hint: see the profile, and what the platform tells of its jobs; the same command trains what is missing."
STARTED = time.time() - 100


def run(key: str) -> SimpleNamespace:
    """What is used of one of Snakemake's jobs."""
    return SimpleNamespace(output=[f"results/runs/{key}/metrics.json"], log=[f"logs/{key}.log"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which run a is trained, b was cut off, c has failed, d had not begun, and e is of another build."""
    monkeypatch.chdir(tmp_path)
    for key in "abcde":
        (tmp_path / f"results/runs/{key}").mkdir(parents=True)
    (tmp_path / "results/runs/a/metrics.json").touch()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/b.log").touch()
    for key in "ce":
        (tmp_path / f"logs/{key}.log").write_text("results/prepared: expected this, found that.\n")
    os.utime(tmp_path / "logs/e.log", (STARTED - 1, STARTED - 1))
    (tmp_path / "7.log").write_text("slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT NOON DUE TO TIME LIMIT ***\n")
    return tmp_path


def told(monkeypatch: pytest.MonkeyPatch, keys: str, *arguments: str, **more: object) -> list[str]:
    """What is logged where Snakemake calls a job failed."""
    lines: list[str] = []
    monkeypatch.setattr(job_failures.logger, "error", lines.append)
    monkeypatch.setattr(patches.GroupJob, "log_error", None)  # and so what it is comes back
    job_failures.explain()
    workflow = SimpleNamespace(start_time=datetime.fromtimestamp(STARTED))
    job = SimpleNamespace(jobs=[run(key) for key in keys], dag=SimpleNamespace(workflow=workflow))
    patches.GroupJob.log_error(job, *arguments, **more)
    return lines


def test_a_job_that_was_not_taken_is_told_in_a_line(project, monkeypatch):
    assert told(monkeypatch, "de", SUBMISSION + NOTHING) == [
        "A job on the cluster: expected 2 of 2 runs trained, found 0. SLURM sbatch failed. The error message was "
        f"'sbatch: error: invalid partition specified: nowhere sbatch: error: Batch job submission failed'. {HINT}"
    ]


def test_a_job_that_was_ended_is_told_with_the_runs_it_was_at(project, monkeypatch):
    assert told(monkeypatch, "abcde", STATE, aux_logs=[str(project / "7.log")], external_jobid="7") == [
        "A job on the cluster: expected 5 of 5 runs trained, found 1. SLURM-job '7' failed, SLURM status is: "
        "'TIMEOUT'. JOB 7 ON n1 CANCELLED AT NOON DUE TO TIME LIMIT. "
        "Hint: see 7.log; the same command trains what is missing.",
        "logs/b.log: expected a run that ends, found it cut off.",
        "logs/c.log: results/prepared: expected this, found that.",
    ]


def test_a_job_of_which_the_platform_says_nothing_is_named(project, monkeypatch):
    assert told(monkeypatch, "ad", NOTHING, external_jobid="job.batch/report-1") == [
        f"A job on the cluster: expected 2 of 2 runs trained, found 1. job.batch/report-1 failed. {HINT}"
    ]
