"""report/build.json: what it says of the machine, the time, the runs and the commit."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from versioned import git

from pipeline.crate import build_record
from pipeline.environment import machine
from pipeline.files import sealed
from pipeline.training import benchmarks

START = datetime(2026, 2, 3, 23, 59, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the seconds of two runs, and a report."""
    monkeypatch.chdir(tmp_path)
    sealed.write_text(tmp_path / "results/timings.csv", f"key,seconds\n{'0' * 16},0.75\n{'1' * 16},1.0\n")
    (tmp_path / "results/report/html").mkdir(parents=True)
    (tmp_path / "results/report/html/report.html").write_bytes(b"abc")
    return tmp_path


def recorded() -> Any:
    reports = [Path("results/report/html/report.html")]
    return build_record.record(START, START + timedelta(seconds=61.25), reports, Path("results/timings.csv"))


def test_the_fields(folder: Path) -> None:
    found = recorded()
    assert list(found) == [
        "started",
        "ended",
        "wall_seconds",
        "machine",
        "machine_class",
        "runs",
        "training_seconds",
        "files",
        "git",
    ]
    assert (found["started"], found["ended"]) == ("2026-02-03T23:59:30Z", "2026-02-04T00:00:31Z")
    assert found["wall_seconds"] == pytest.approx(61.25, abs=0.051)
    assert (found["runs"], found["training_seconds"]) == (2, 1.8)  # 0.75 + 1 = 1.75
    # sha256 of "abc", the example of FIPS 180-4
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found["files"] == {"report/report.html": digest}
    assert found["git"] is None
    assert json.loads(json.dumps(found)) == found


def test_every_field_is_documented(folder: Path) -> None:
    found = recorded()
    for name in found:
        assert name in build_record.__doc__, name


def test_times_are_told_in_utc_wherever_the_build_ran() -> None:
    tokyo = START.astimezone(datetime.strptime("+0900", "%z").tzinfo)
    assert build_record._written(tokyo) == "2026-02-03T23:59:30Z"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "report").mkdir()
    for name in ("Snakefile", "report/report.html"):
        (tmp_path / name).write_text("one\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "one")
    return tmp_path


def test_the_commit_and_whether_the_tree_differs_from_it(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    assert build_record.git_state(repository) == {"commit": commit, "dirty": False}
    (repository / "report/report.html").write_text("two\n")  # what a build itself writes
    (repository / "notes").write_text("untracked\n")
    assert build_record.git_state(repository) == {"commit": commit, "dirty": False}
    (repository / "Snakefile").write_text("two\n")
    assert build_record.git_state(repository) == {"commit": commit, "dirty": True}


def test_a_changed_measurement_differs_from_the_commit(repository: Path) -> None:
    measured = repository / benchmarks.FILE
    measured.write_text("[]\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "two")
    commit = git(repository, "rev-parse", "HEAD")
    assert build_record.git_state(repository) == {"commit": commit, "dirty": False}
    measured.write_text("[1]\n")
    assert build_record.git_state(repository) == {"commit": commit, "dirty": True}


def test_a_copy_inside_another_repository_has_no_commit(repository: Path) -> None:
    copy = repository / "copy"
    copy.mkdir()
    (copy / "Snakefile").write_text("one\n")
    assert build_record.git_state(copy) is None


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert build_record.git_state(repository) is None


def test_the_machine_is_told_and_not_named() -> None:
    found = machine.describe()
    assert list(found) == ["cpu", "cores", "memory_bytes", "system", "kernel", "python"]
    assert found["cores"] >= 1
    assert found["memory_bytes"] > 2**28
    assert all(isinstance(found[name], str) and found[name] for name in ("cpu", "system", "kernel", "python"))


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("processor\t: 0\nmodel name\t: A CPU @ 2.00GHz\nmodel name\t: Another\n", "A CPU @ 2.00GHz"),
        ("processor\t: 0\nBogoMIPS\t: 48.00\n", None),
        ("model name\t:\n", None),
        (None, None),
    ],
)
def test_the_model_of_the_processor(tmp_path: Path, text: str | None, model: str | None) -> None:
    path = tmp_path / "cpuinfo"
    if text is not None:
        path.write_text(text)
    assert machine.cpu_model(path) == (model or machine.platform.machine())
