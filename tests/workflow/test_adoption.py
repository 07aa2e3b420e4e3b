"""Results of an earlier version: what was trained is kept, with its checksums in one file, and all else goes."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project

from pipeline.files import sealed
from pipeline.workflow import adoption

KEYS = ("0123456789abcdef", "fedcba9876543210")
CHECK = ("wanted.json", "cells.csv")
RUN = ("history.csv", "metrics.json", "norms.csv", "timing.json")


def seal(path: Path, text: str) -> None:
    """Write a file as earlier versions did: its checksum in a hidden file beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    hide(path)


def hide(path: Path) -> None:
    """Write the checksum of a file as earlier versions did."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f".{path.name}.sha256").write_text(f"{digest}  {path.name}\n", encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two runs of an earlier version, what was made of them, and files that are their owner's."""
    results = tmp_path / "results"
    made = ("config.json", "runs.csv", "theory.json", "prepared/prepared.json", "figures/a.svg", "report/report.html")
    for name in (*made, *(f"networks/{key}/w1.npy" for key in KEYS)):
        seal(results / name, name)
    for key in KEYS:
        for name in RUN:
            seal(results / "runs" / key / name, key + name)
    for name in CHECK:
        seal(results / "check" / name, name)
    for name in ("notes.txt", "runs/notes.txt", f"runs/{KEYS[0]}/mine.txt", "figures/mine.svg"):
        (results / name).write_text("mine", encoding="utf-8")
    (tmp_path / ".snakemake/metadata").mkdir(parents=True)
    (tmp_path / ".snakemake/metadata/note").touch()
    return results


def adopt(results: Path) -> None:
    adoption.adopt(results, results.parent / ".snakemake")


@pytest.fixture
def adopted(results: Path) -> dict[str, bytes]:
    """The files of the runs and of the check, the configuration, written anew by then, and those of their owner."""
    kept = ("runs/", "check/", "config.json")
    return {name: text for name, text in content(results).items() if name.startswith(kept) or text == b"mine"}


def expect_adopted(results: Path, kept: dict[str, bytes]) -> None:
    """The runs and the check are there with checksums for sha256sum, and nothing else but what is their owner's."""
    folders = {f"runs/{key}": RUN for key in KEYS} | {"check": CHECK}
    sums = {f"{name}/{sealed.SUMS}" for name in folders}
    found = content(results)
    assert found.keys() == {name for name in kept if not name.endswith(".sha256")} | sums
    assert {name: text for name, text in found.items() if name in kept}.items() <= kept.items()
    for name, files in folders.items():
        check = ["sha256sum", "--check", "--strict", "--quiet", sealed.SUMS]
        assert subprocess.run(check, cwd=results / name).returncode == 0
        assert set(sealed.sums(results / name)) == set(files)


def test_runs_get_their_checksums_and_the_rest_goes(
    results: Path, adopted: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    adopt(results)
    expect_adopted(results, adopted)
    assert not (results.parent / ".snakemake/metadata").exists()
    told = capsys.readouterr()
    assert told.err == "results/: kept 2 runs of an earlier version; the rest is made again.\n"
    assert told.out == ""


def test_what_was_adopted_is_left_alone(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adopt(results)
    seal(results / "figures/.mine.svg", "mine")  # as hidden as those, and no work of an earlier version
    (results.parent / ".snakemake/metadata").mkdir()
    before = {path: path.stat().st_mtime_ns for path in results.parent.rglob("*")}
    capsys.readouterr()
    adopt(results)
    assert {path: path.stat().st_mtime_ns for path in results.parent.rglob("*")} == before
    assert capsys.readouterr().err == ""


def test_a_damaged_run_is_still_known_as_one(results: Path) -> None:
    run = results / "runs" / KEYS[0]
    (run / "metrics.json").write_text("another", encoding="utf-8")
    adopt(results)
    check = ["sha256sum", "--check", "--strict", "--quiet", sealed.SUMS]
    assert subprocess.run(check, cwd=run, capture_output=True).returncode == 1


class KilledError(BaseException):
    """What ends a process where it is."""


def test_an_adoption_that_was_killed_goes_on_wherever_it_was(
    results: Path, adopted: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the n-th file is deleted or takes its name, for each n."""
    saved = results.parent / "saved"
    shutil.copytree(results, saved)

    def counting(work: Callable[..., object], left: list[int]) -> Callable[..., object]:
        def counted(*arguments: object, **others: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise KilledError
            return work(*arguments, **others)

        return counted

    for moment in range(1, 1000):
        shutil.rmtree(results)
        shutil.copytree(saved, results)
        left = [moment]
        try:
            with monkeypatch.context() as patch:
                for name in ("unlink", "replace"):
                    patch.setattr(Path, name, counting(getattr(Path, name), left))
                adopt(results)
        except KilledError:
            adopt(results)
            for temporary in results.rglob(f".{sealed.SUMS}*"):
                temporary.unlink()
        expect_adopted(results, adopted)
        if left[0] > 0:
            break
    assert moment > 2 * len(KEYS) * len(RUN)


def test_no_run_of_an_earlier_version_is_trained_again(built: Project) -> None:
    page = (built / "report/report.html").read_bytes()
    for sums in built.folder.glob("results/**/SHA256SUMS"):
        for name in sealed.sums(sums.parent):
            hide(sums.with_name(name))
        sums.unlink()
    hide(built / "results/config.json")
    output = built.build()
    assert f"results/: kept {len(built.keys())} runs of an earlier version; the rest is made again.\n" in output
    assert "Train one run" not in output
    assert (built / "report/report.html").read_bytes() == page
    assert built.planned() == {}
