"""A Slurm that could not tell of its jobs is named before any is sent. How it goes on a real one: tests/cluster."""

from pathlib import Path

import pytest
from snakemake_executor_plugin_slurm import ExecutorSettings

from pipeline import slurm


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is on the PATH, but for what a shell needs."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    return tmp_path


def answer(folder: Path, name: str, line: str, status: int = 0) -> None:
    """Make a command of Slurm's that prints a line."""
    command = folder / name
    command.write_text(f"#!/bin/sh\necho '{line}'\nexit {status}\n")
    command.chmod(0o755)


def settings(command: str = "squeue", seconds: int = 60) -> ExecutorSettings:
    return ExecutorSettings(status_command=command, init_seconds_before_status_checks=seconds)


@pytest.mark.parametrize(
    ("command", "seconds", "age", "hint"),
    [("squeue", 60, 179, 59), ("squeue", 5, 10, 3), ("sacct", 60, 300, 100), ("sacct", 1, 3, 1)],
)
def test_jobs_that_would_be_forgotten_are_not_sent(
    commands: Path, command: str, seconds: int, age: int, hint: int
) -> None:
    answer(commands, "scontrol", f"MinJobAge               = {age} sec")
    answer(commands, "sacct", "Slurm accounting storage is disabled", 1)
    told = slurm.problem(settings(command, seconds))
    assert told is not None
    assert f"(MinJobAge), found no accounting, {command}, and {age} s." in told
    assert told.endswith(f"--slurm-status-command squeue --slurm-init-seconds-before-status-checks {hint}")
    assert slurm.problem(settings("squeue", hint)) is None, "what the hint says is taken"


@pytest.mark.parametrize("age", [0, 2])
def test_a_cluster_that_forgets_at_once_cannot_be_used(commands: Path, age: int) -> None:
    answer(commands, "scontrol", f"MinJobAge = {age} sec")
    told = slurm.problem(settings("squeue", 1))
    assert told is not None
    assert told.endswith("Hint: its administrator can set a larger MinJobAge")


@pytest.mark.parametrize(("command", "seconds", "age"), [("squeue", 60, 180), ("squeue", 1, 3)])
def test_squeue_will_do_where_jobs_are_remembered(commands: Path, command: str, seconds: int, age: int) -> None:
    answer(commands, "scontrol", f"MinJobAge = {age} sec")
    assert slurm.problem(settings(command, seconds)) is None


@pytest.mark.parametrize("command", ["squeue", "sacct"])
def test_accounting_will_do(commands: Path, command: str) -> None:
    answer(commands, "scontrol", "MinJobAge = 2 sec")
    answer(commands, "sacct", "")
    assert slurm.problem(settings(command)) is None


def test_where_there_is_no_slurm_and_for_other_executors_there_is_nothing_to_say(commands: Path) -> None:
    assert slurm.problem(settings()) is None
    answer(commands, "scontrol", "MinJobAge = 2 sec")
    assert slurm.problem(None) is None
    assert slurm.problem(settings()) is not None
