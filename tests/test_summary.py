"""What the end of a build says: where the report is, what could not be made, what differs from the committed one."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Project

from pipeline.config import launch
from pipeline.workflow import summary


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A project whose report is committed."""
    for name, content in {
        "report.html": "<p>1</p>",
        "config.json": json.dumps({"epochs": 10, "replicates": 5, "source": "auto"}),
        "build.json": json.dumps({"ended": 1, "machine_class": {"kernel": "Haswell", "numpy": "2.4.6"}}),
        "results/data/data.json": json.dumps({"name": "MNIST"}),
    }.items():
        (tmp_path / "report" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "report" / name).write_text(content, encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    return tmp_path


def change(repository: Path, file: str, **values: object) -> None:
    path = repository / "report" / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values), encoding="utf-8")


def test_the_committed_report_and_another_record_of_it_are_no_difference(repository: Path) -> None:
    assert summary.against_committed(repository) == []
    change(repository, "build.json", ended=2)
    assert summary.against_committed(repository) == []


def test_what_explains_a_difference_is_told(repository: Path) -> None:
    (repository / "report/report.html").write_text("<p>2</p>")
    change(repository, "build.json", machine_class={"kernel": "SkylakeX", "numpy": "2.4.6"})
    (line,) = summary.against_committed(repository)
    assert "1 file" in line
    assert "machine" in line and "kernel" in line and "numpy" not in line and "configuration" not in line
    assert "`git checkout report`" in line
    change(repository, "config.json", epochs=2)
    change(repository, "results/data/data.json", name="A sample")
    (line,) = summary.against_committed(repository)
    assert "3 files" in line
    assert "configuration (epochs)" in line and "images (name)" in line and "kernel" in line


def test_without_git_or_a_commit_nothing_is_said(repository: Path) -> None:
    (repository / "report/report.html").unlink()
    (repository / "report/config.json").write_text("{")
    assert len(summary.against_committed(repository)) == 1
    shutil.rmtree(repository / ".git")
    assert summary.against_committed(repository) == []


def test_a_build_in_a_repository_says_it_at_its_end(built: Project) -> None:
    git(built.folder, "init", "--quiet")
    git(built.folder, "add", "report")
    git(built.folder, "commit", "--quiet", "--message", "one")
    assert "differs from the committed" not in built.build()
    built.configure(epochs=3, title="Another")
    output = built.build()
    assert "configuration (epochs)" in output.split("report/build.json")[1]


# --- The command line of Snakemake


@pytest.mark.parametrize("entry", ["split:seed=3", "epochs", "=3", "1=2"])
def test_what_is_no_setting_ends_in_a_line(entry: str, built: Project) -> None:
    result = subprocess.run(
        [*launch.COMMAND, "-n", "--config", entry],
        cwd=built.folder,
        env=built.environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("--config: expected ") and entry in line and "Hint: " in line
