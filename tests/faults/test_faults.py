"""Whatever is struck, full or read-only, the same command ends with the bytes of an undisturbed build."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SMALL, Project

from faults.striking import FAULTS, WITH_TIMES, at_work, outputs, spoil, strike, wait_until

ELSEWHERE = {"TZ": "America/St_Johns", "LC_ALL": "POSIX", "LANGUAGE": "de", "PYTHONHASHSEED": "4242"}
SEED = 20240217
pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path, finished: Project) -> Iterator[Project]:
    """A copy of the finished build on a disk of 100 MB."""
    if not mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", tmp_path):
        pytest.skip("no right to mount a file system: no full and no read-only disk was tried")
    subprocess.run(["cp", "--archive", finished.folder, tmp_path / "project"], check=True)
    yield Project(tmp_path / "project")
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def mount(*arguments: str | Path) -> bool:
    """Whether a mount succeeds, which needs the right to."""
    return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0


def fill(folder: Path, leave: int) -> Path:
    """Leave so many bytes of a disk, in a file that holds the rest."""
    path = folder / "filler"
    path.write_bytes(bytes(shutil.disk_usage(folder).free - leave))
    return path


def problems(output: str) -> list[str]:
    """The lines of ours in the output of a build."""
    return [line for line in output.splitlines() if ": expected " in line]


def test_a_build_that_is_struck_again_and_again_ends_with_the_same_bytes(make_project, finished):
    project = make_project(**SMALL)
    moments = random.Random(SEED)
    for fault in FAULTS:
        while (status := strike(project, fault, moments.uniform(0, 0.3 if fault.job else 6), **ELSEWHERE)) is None:
            spoil(project, moments)  # all was made before the fault came
        assert status != 0, f"{fault.name}: a build that was struck has succeeded"
    result = project.snakemake(**ELSEWHERE)
    assert result.returncode == 0, result.stdout
    assert wait_until(lambda: not at_work(project.folder)), "a job went on without Snakemake"
    assert outputs(project) == outputs(finished)
    assert project.planned(**ELSEWHERE) == {}


def test_a_full_disk_is_said_in_a_line_and_spoils_nothing(small_disk: Project):
    expected = outputs(small_disk)
    shutil.rmtree(small_disk / "results/report")
    filler = fill(small_disk.folder, leave=300_000)  # Snakemake keeps its books in the same folder
    result = small_disk.snakemake()
    filler.unlink()
    assert result.returncode == 1, result.stdout
    assert any(line.endswith("found: No space left on device.") for line in problems(result.stdout)), result.stdout
    small_disk.build()
    assert outputs(small_disk) == expected


def test_a_folder_that_cannot_be_written_is_said_in_a_line_and_spoils_nothing(small_disk: Project):
    expected = outputs(small_disk)
    folder = small_disk / "results"
    assert mount("--bind", folder, folder)
    assert mount("-o", "remount,bind,ro", folder)
    result = small_disk.snakemake("--forcerun", "tables")
    subprocess.run(["umount", folder], check=True)
    assert result.returncode == 1, result.stdout
    line = "results: expected a folder that can be written, found one that cannot. Hint: ls -ld results"
    assert any(problem.startswith(line) for problem in problems(result.stdout)), result.stdout
    small_disk.build()
    assert outputs(small_disk) == expected


def test_what_is_compared_is_all_that_a_build_makes(finished):
    compared = outputs(finished)
    assert {name.split("/")[1] for name in compared if name.startswith("results/")} >= {
        *("runs", "tables", "evidence", "figures", "randomisation", "report", "data", "prepared", "runs.csv"),
    }
    assert {"report/report.pdf", "report/report.html"} <= set(compared)
    assert not any(name.endswith(WITH_TIMES) for name in compared)
