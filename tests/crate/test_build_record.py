"""report/build.json: what it says of the machine, the time, the runs and the commit."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from versioned import git

from pipeline.crate import build_record
from pipeline.environment import machine
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.training import benchmarks

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time"
START = datetime(2026, 2, 3, 23, 59, 30, tzinfo=UTC)
KEYS = ("0" * 16, "1" * 16)


def benchmark(path: Path, seconds: str, memory: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}\n{seconds}\t0:00:01\t{memory}\t1\t1\t1\t0\t0\t0\t0\n", encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with two runs, a report and benchmarks."""
    monkeypatch.chdir(tmp_path)
    for key, seconds in zip(KEYS, ([0.25, 0.5], [1.0]), strict=True):
        (tmp_path / "results/runs" / key).mkdir(parents=True)
        sealed.write_text(tmp_path / "results/runs" / key / "timing.json", json.dumps({"seconds_per_epoch": seconds}))
        benchmark(tmp_path / f"logs/benchmarks/train/{key}.tsv", "2.5", "80.25")
    benchmark(tmp_path / "logs/benchmarks/train" / f"{'f' * 16}.tsv", "99", "999")  # a run of an earlier configuration
    benchmark(tmp_path / "logs/benchmarks/report.html.tsv", "1.25", "100.5")
    benchmark(tmp_path / "logs/benchmarks/report.pdf.tsv", "3.5", "150.75")
    benchmark(tmp_path / "logs/benchmarks/gate.tsv", "0.01", "NA")
    benchmark(tmp_path / "logs/benchmarks/publish.tsv", "0.5", "10")
    lines = [f"a,{KEYS[0]}", f"a,{KEYS[1]}", f"b,{KEYS[0]}"]
    sealed.write_text(tmp_path / "results/runs.csv", "\n".join(["experiment,key", *lines, ""]))
    (tmp_path / "results/report").mkdir()
    (tmp_path / "results/report/report.html").write_bytes(b"abc")
    return tmp_path


def recorded() -> Any:
    reports = [Path("results/report/report.html")]
    return build_record.record(
        START, START + timedelta(seconds=61.25), reports, Path("results"), Path("logs/benchmarks")
    )


def test_the_fields(folder: Path) -> None:
    found = recorded()
    assert list(found) == [
        "started",
        "ended",
        "wall_seconds",
        "machine",
        "machine_class",
        "rules",
        "runs",
        "training_seconds",
        "files",
        "git",
    ]
    assert (found["started"], found["ended"]) == ("2026-02-03T23:59:30Z", "2026-02-04T00:00:31Z")
    assert found["wall_seconds"] == pytest.approx(61.25, abs=0.051)
    assert (found["runs"], found["training_seconds"]) == (2, 1.8)  # 0.25 + 0.5 + 1 = 1.75
    # sha256 of "abc", the example of FIPS 180-4
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert found["files"] == {"report/report.html": digest}
    assert found["git"] is None
    assert found["rules"] == {
        "gate": {"jobs": 1, "seconds": {"sum": 0.01, "max": 0.01}, "peak_memory_mib": None},
        "report": {"jobs": 2, "seconds": {"sum": 4.75, "max": 3.5}, "peak_memory_mib": 150.75},
        "train": {"jobs": 2, "seconds": {"sum": 5.0, "max": 2.5}, "peak_memory_mib": 80.25},
    }
    assert json.loads(json.dumps(found)) == found


def test_every_field_is_documented(folder: Path) -> None:
    found = recorded()
    for name in (*found, *found["rules"]["report"]):
        assert name in build_record.__doc__, name


def test_times_are_told_in_utc_wherever_the_build_ran() -> None:
    tokyo = START.astimezone(datetime.strptime("+0900", "%z").tzinfo)
    assert build_record._written(tokyo) == "2026-02-03T23:59:30Z"


@pytest.mark.parametrize("content", [None, "", "{}", '{"seconds_per_epoch": ["x"]}', "[]"])
def test_a_run_without_its_timing_is_named(folder: Path, content: str | None) -> None:
    path = folder / "results/runs" / KEYS[1] / "timing.json"
    path.unlink() if content is None else sealed.write_text(path, content)
    with pytest.raises(InputError) as caught:
        recorded()
    (problem,) = caught.value.problems
    assert re.match(rf"results/runs/{KEYS[1]}(/timing.json: expected what|: expected timing.json)", problem)
    assert "Hint: " in problem


def test_without_logs_there_are_no_rules_and_all_the_rest(folder: Path) -> None:
    shutil.rmtree(folder / "logs")
    found = recorded()
    assert found["rules"] == {}
    assert found["training_seconds"] == 1.8


@given(st.floats(0, 1e6), st.sampled_from(["NA", "-", "", "nan", "inf", None]))
def test_what_a_benchmark_did_not_measure_is_no_number(value: float, absent: str | None) -> None:
    assert build_record._number(repr(value)) == value
    assert build_record._number(absent) is None


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
