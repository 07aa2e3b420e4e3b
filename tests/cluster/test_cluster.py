"""A build on a Slurm that is real and has one node ends with the bytes of a local build, whatever happens to it."""

import re
import subprocess
from collections.abc import Iterator

import pytest
from committed import as_committed
from conftest import SMALL, Project
from faults.striking import at_work, outputs, wait_until

from cluster.slurm import UNLIMITED, Cluster, cluster, missing

pytestmark = [
    as_committed("profiles/slurm"),  # which may name a partition or an account of its user's cluster
    pytest.mark.skipif(
        bool(missing()), reason=f"no Slurm here, nothing was run on a cluster: {', '.join(missing())} not found"
    ),
]

# So the plugin looks at its jobs after 1 second, 11, 21, and so on, and again so when one has ended.
SLURM = ("--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1")
RUNS = "results/runs.csv"  # what comes after is made here, whatever trains
TRAINING = r"-m pipeline\.training\.step "
# Three runs, each a job of its own, of which one is too long and one too large for what is asked for.
UNEQUAL = {
    "short": {"single": {}},
    "long": {"single": {}, "epochs": 100_000},
    "large": {"single": {"hidden": 65_536}},
}


@pytest.fixture(scope="module")
def slurm() -> Iterator[Cluster]:
    """A cluster, which every test leaves as it found it."""
    with cluster() as made:
        yield made


def failures(output: str) -> list[str]:
    """The lines on jobs that failed."""
    return [line for line in output.splitlines() if line.startswith("A job on the cluster: ")]


def failure(output: str) -> str:
    """The line on the one job that failed."""
    (line,) = failures(output)
    return line


def submitted(output: str) -> int:
    """How many jobs the cluster took."""
    return len(re.findall("has been submitted with SLURM jobid", output))


def test_a_build_whose_compute_daemon_is_killed_ends_with_the_bytes_of_a_local_one(make_project, slurm, finished):
    project: Project = make_project(**SMALL)
    build = subprocess.Popen(
        ["snakemake", *SLURM],
        cwd=project.folder,
        env=project.environment(**slurm.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wait_until(lambda: bool(at_work(project.folder, TRAINING)))
        slurm.kill_node()
        slurm.start_node()
        output, _ = build.communicate(timeout=400)
    finally:
        build.kill()
    assert build.returncode == 0, output
    assert "Restarts=1" in slurm.ask("scontrol", "show", "jobs")
    assert submitted(output) == 2  # of many runs each: the grid, and what does not need its best
    assert project.planned() == {}
    assert outputs(project) == outputs(finished), "every CSV among them, and the report"


def test_a_cluster_that_would_forget_its_jobs_is_sent_none(make_project, slurm):
    project: Project = make_project(**SMALL)
    arguments = ("--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "101", RUNS)
    result = project.snakemake(*arguments, **slurm.environment)
    assert result.returncode == 2, result.stdout
    assert "Slurm: expected sacct to tell of jobs that have ended, found: " in result.stdout
    assert "accounting storage is disabled. Hint: --slurm-status-command squeue " in result.stdout
    assert not submitted(result.stdout)


def test_what_the_cluster_does_not_take_is_said_and_the_same_command_goes_on(make_project, slurm):
    project: Project = make_project(**SMALL | {"experiments": {"short": UNEQUAL["short"]}, "tables": {}})
    command = (*SLURM, RUNS)
    result = project.snakemake(*command, "--set-resources", "train:slurm_partition=nowhere", **slurm.environment)
    assert result.returncode == 1, result.stdout
    assert "expected 2 of 2 runs trained, found 0." in failure(result.stdout)
    assert "invalid partition specified: nowhere" in failure(result.stdout)
    slurm.limit_queue(1)
    slurm.ask("sbatch", "--output=/dev/null", "--wrap=true")
    result = project.snakemake(*command, **slurm.environment)
    slurm.limit_queue(UNLIMITED)
    assert result.returncode == 1, result.stdout
    assert "Job violates accounting/QOS policy" in failure(result.stdout)
    project.build(*command, **slurm.environment)


def test_a_run_killed_for_time_or_memory_is_named_and_the_others_go_on(make_project, slurm):
    project: Project = make_project(**SMALL | {"experiments": UNEQUAL, "tables": {}, "replicates": 1})
    command = (*SLURM, RUNS, "--group-components", "training=1", "--set-resources", "train:runtime=1")
    result = project.snakemake(*command, **slurm.environment)
    assert result.returncode == 1, result.stdout
    (trained,) = project.metrics()
    assert trained["specification"]["epochs"] == SMALL["epochs"]
    lost = {path.stem for path in (project / "logs/train").iterdir()} - {trained["key"]}
    assert len(lost) == 2
    lines = result.stdout.splitlines()
    assert {f"logs/train/{key}.log: expected a run that ends, found it cut off." for key in lost} <= set(lines)
    assert any("'TIMEOUT'" in line and "DUE TO TIME LIMIT" in line for line in failures(result.stdout)), result.stdout
    assert any("memory limit" in line for line in failures(result.stdout)), result.stdout
    assert project.planned(*command, **slurm.environment) == {"train": 2, "runs": 1}
