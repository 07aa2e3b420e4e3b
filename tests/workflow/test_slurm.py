"""A Slurm that would not tell of its jobs is named before any is sent. How it goes on a real one: tests/cluster."""

from pathlib import Path

import pytest
from snakemake_executor_plugin_slurm import ExecutorSettings

from pipeline.workflow import slurm

FORGETS = "expected squeue to tell of a job for 180 s after its end (MinJobAge), found {} s."
DISABLED = "Slurm accounting storage is disabled"


@pytest.fixture(autouse=True)
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is on the PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def cluster(folder: Path, age: int, *, accounting: bool | None) -> None:
    """Make Slurm's commands as on a cluster with this MinJobAge; without sacct where accounting is None."""
    answers = {"scontrol": f"echo 'MinJobAge               = {age} sec'"}
    if accounting is not None:
        answers["sacct"] = "" if accounting else f"echo; echo '{DISABLED}' >&2; exit 1"
    for name, script in answers.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)


def settings(command: str = "squeue", seconds: int = 60) -> ExecutorSettings:
    return ExecutorSettings(status_command=command, init_seconds_before_status_checks=seconds)


@pytest.mark.parametrize(
    ("command", "seconds", "age", "accounting"),
    [
        ("squeue", 60, 180, False),
        ("squeue", 1, 180, False),
        ("squeue", 60, 300, None),
        ("sacct", 60, 300, None),  # squeue in its place
        ("squeue", 60, 0, None),
        ("sacct", 60, 2, True),
        ("squeue", 60, 2, True),  # sacct in its place
        ("squeue", 60, 0, True),
    ],
)
def test_what_tells_of_every_job_is_taken(
    commands: Path, command: str, seconds: int, age: int, accounting: bool | None
) -> None:
    cluster(commands, age, accounting=accounting)
    assert slurm.problem(settings(command, seconds)) is None


@pytest.mark.parametrize(
    ("command", "seconds", "age", "accounting", "found", "hint"),
    [
        ("squeue", 1, 179, False, FORGETS.format(179), "an administrator can set MinJobAge to 180 or more"),
        ("squeue", 1, 3, None, FORGETS.format(3), "an administrator can set MinJobAge to 180 or more"),
        ("squeue", 5, 100, True, FORGETS.format(100), "--slurm-status-command sacct"),
        ("squeue", 60, 179, False, f"found: {DISABLED}.", "an administrator can set MinJobAge to 180 or more"),
        ("squeue", 101, 300, False, f"found: {DISABLED}.", "--slurm-init-seconds-before-status-checks 100"),
        ("sacct", 60, 300, False, f"found: {DISABLED}.", "--slurm-status-command squeue"),
        ("squeue", 60, 0, False, f"found: {DISABLED}.", "an administrator can set MinJobAge to 180 or more"),
    ],
)
def test_what_would_tell_nothing_of_some_job_is_refused(
    commands: Path, command: str, seconds: int, age: int, accounting: bool | None, found: str, hint: str
) -> None:
    cluster(commands, age, accounting=accounting)
    told = slurm.problem(settings(command, seconds))
    assert told is not None
    assert told.startswith("Slurm: expected ")
    assert f"{found} Hint: " in told
    assert hint in told


@pytest.mark.parametrize("age", [180, 181, 300, 3600])
def test_the_options_of_the_hint_are_taken(commands: Path, age: int) -> None:
    cluster(commands, age, accounting=False)
    told = slurm.problem(settings("sacct"))
    assert told is not None
    *_, command, _, seconds = told.split()
    assert slurm.problem(settings(command, int(seconds))) is None


def test_a_sacct_that_does_not_answer_is_not_waited_for(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster(commands, 100, accounting=True)
    (commands / "sacct").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    monkeypatch.setattr(slurm, "PATIENCE", 0.2)
    assert "found: no answer within 0.2 s." in str(slurm.problem(settings()))


def test_where_there_is_no_slurm_and_for_other_executors_there_is_nothing_to_say(commands: Path) -> None:
    assert slurm.problem(settings()) is None
    cluster(commands, 2, accounting=False)
    assert slurm.problem(None) is None
