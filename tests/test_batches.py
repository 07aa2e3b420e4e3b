"""Which runs share a job of a cluster, and what is said of one that failed. How it goes on Slurm: tests/cluster."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.cluster import GROUP, Batches, problems

SUBMISSION = (
    "SLURM sbatch failed. The error message was 'sbatch: error: invalid partition specified: nowhere\n"
    "sbatch: error: Batch job submission failed'.\n    sbatch call:\n        sbatch --parsable"
)
STATE = "SLURM-job '7' failed, SLURM status is: 'TIMEOUT'. Detailed failure reason unavailable (status command)."


def workflow(**properties: object) -> SimpleNamespace:
    """What is used of Snakemake's workflow."""
    groups = SimpleNamespace(group_components={GROUP: 3})
    return SimpleNamespace(
        **{"is_main_process": True, "group_settings": groups, "parent_groupids": {}} | properties,
    )


def run(key: str) -> SimpleNamespace:
    """What is used of one of Snakemake's jobs."""
    return SimpleNamespace(output=[f"results/runs/{key}/metrics.json"], log=[f"logs/{key}.log"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which run a is trained, b was cut off, c has failed, and d had not begun."""
    monkeypatch.chdir(tmp_path)
    for key in "abc":
        (tmp_path / f"results/runs/{key}").mkdir(parents=True)
    (tmp_path / "results/runs/a/metrics.json").touch()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/b.log").touch()
    (tmp_path / "logs/c.log").write_text("results/prepared: expected this, found that.\n")
    (tmp_path / "7.log").write_text("slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT NOON DUE TO TIME LIMIT ***\n")
    return tmp_path


def test_a_run_stays_in_its_batch():
    batches, here = Batches(), workflow()
    first = [batches.of(here, "train", key) for key in "abcdefg"]
    assert first == ["train-0"] * 3 + ["train-1"] * 3 + ["train-2"]
    assert batches.of(here, "randomisation", "a") == "randomisation-0"
    assert [batches.of(here, "train", key) for key in "gfedcba"] == first[::-1]
    assert set(here.parent_groupids.values()) == {GROUP}, "the profile's number is for all of them"


def test_a_job_on_the_cluster_runs_all_it_holds_on_the_cpus_it_has(monkeypatch):
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "4")
    settings = SimpleNamespace(keep_going=False)
    there = workflow(is_main_process=False, execution_settings=settings, global_resources={})
    assert {Batches().of(there, "train", key) for key in "abcdefg"} == {GROUP}
    assert there.group_settings.group_components[GROUP] > 100_000
    assert settings.keep_going
    assert there.global_resources == {"_cores": 4}


def test_a_job_that_was_not_taken_is_told_in_a_line(project):
    assert problems([run("x"), run("y")], SUBMISSION, []) == [
        "A job on the cluster: expected 2 of 2 runs trained, found 0. SLURM sbatch failed. The error message was "
        "'sbatch: error: invalid partition specified: nowhere sbatch: error: Batch job submission failed'. "
        "Hint: see profiles/slurm/config.yaml; the same command trains what is missing."
    ]


def test_a_job_that_was_ended_is_told_with_the_runs_it_was_at(project):
    assert problems([run(key) for key in "abcd"], STATE, [Path("7.log")]) == [
        "A job on the cluster: expected 4 of 4 runs trained, found 1. SLURM-job '7' failed, SLURM status is: "
        "'TIMEOUT'. JOB 7 ON n1 CANCELLED AT NOON DUE TO TIME LIMIT. "
        "Hint: see 7.log; the same command trains what is missing.",
        "logs/b.log: expected a run that ends, found it cut off.",
        "logs/c.log: results/prepared: expected this, found that.",
    ]
