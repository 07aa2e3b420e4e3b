"""A killed build leaves no lock; a running one keeps its configuration."""

import os
import signal
import time

import pytest
from conftest import SMALL, Project


def wait_for_first_run(project: Project) -> None:
    deadline = time.monotonic() + 60
    while not list((project / "results").glob("runs/*/metrics.json")):
        assert time.monotonic() < deadline, "no run was trained"
        time.sleep(0.05)


@pytest.fixture
def running(make_project):
    project = make_project(**SMALL | {"epochs": 60})  # at work for longer than a few other commands take
    process = project.start("results/runs.csv")
    wait_for_first_run(project)
    yield project, process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_running_build_excludes_another_and_keeps_its_configuration(running):
    project, process = running
    process.send_signal(signal.SIGSTOP)  # at work for as long as it takes to try
    refused = project.snakemake()
    assert refused.returncode == 1
    assert f"expected no other build here, found process {process.pid} at it. Hint: wait" in refused.stdout
    assert "LockException" not in refused.stdout
    assert project.snakemake("-n").returncode == 0
    other = project.snakemake("--config", "epochs=1")
    assert other.returncode == 1
    assert "config.yaml: expected the configuration of the build that is at work" in other.stdout
    process.send_signal(signal.SIGCONT)
    assert process.wait(timeout=300) == 0
    assert project.planned("results/runs.csv") == {}


def test_after_a_kill_the_same_command_goes_on(running):
    project, process = running
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert list((project / ".snakemake/locks").iterdir()), "the kill left locks"
    trained = {path.parent.name for path in (project / "results/runs").glob("*/metrics.json")}
    times = {key: (project / f"results/runs/{key}/history.csv").stat().st_mtime_ns for key in trained}
    project.build("results/runs.csv")
    kept = [key for key in trained if (project / f"results/runs/{key}/history.csv").stat().st_mtime_ns == times[key]]
    assert len(trained) - len(kept) <= os.cpu_count()  # type: ignore[operator]  # what was at work is trained again
    assert project.planned("results/runs.csv") == {}
