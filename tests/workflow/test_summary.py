"""What the end of a build says: where the report is, what could not be made, what differs from the committed one."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Project
from versioned import git

from pipeline.cli import console
from pipeline.config import launch
from pipeline.crate import publication
from pipeline.errors import InputError, RunError
from pipeline.files import atomic
from pipeline.workflow import summary


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


def test_of_many_settings_three_are_named_and_the_rest_counted(repository: Path) -> None:
    change(repository, "config.json", **dict.fromkeys("abcde", 1))
    (line,) = summary.against_committed(repository)
    assert "(a, b, c and 2 more)" in line


def test_what_the_committed_report_does_not_tell_explains_nothing(repository: Path) -> None:
    (repository / "report/build.json").write_text(json.dumps({"ended": 1}))
    git(repository, "commit", "--all", "--quiet", "--message", "without a class of machine")
    change(repository, "build.json", machine_class={"kernel": "SkylakeX"})
    (repository / "report/report.html").write_text("<p>2</p>")
    (line,) = summary.against_committed(repository)
    assert "machine" not in line


@pytest.fixture
def published_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose report is of two runs, one of which belongs to two experiments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(summary.typesetting, "formats", lambda: ["html", "pdf"])
    manifest = {"name": "Digits", "training_images": 4000, "testing_images": 1000, "fallback": False}
    for name, text in {
        "report.html": "<p>1</p>",
        "build.json": "{}",
        "results/data/data.json": json.dumps(manifest),
        "results/runs.csv": "experiment,key\none,a\ntwo,a\ntwo,b\nthree,b\n",
    }.items():
        atomic.write_text(tmp_path / "report" / name, text)
    publish(tmp_path)
    return tmp_path


def publish(project: Path) -> None:
    atomic.write_json(project / "results/published.json", {"files": publication.files(project / "report")})


def test_the_end_of_a_build_says_where_the_report_is_and_what_it_was_built_on(published_project: Path) -> None:
    assert summary.summary(published_project).splitlines() == [
        "report/report.html",
        "report/build.json",
        "Built on Digits (4,000 training and 1,000 testing images) from 2 runs.",
    ]


def test_the_small_sample_is_said_at_the_end_where_it_came_instead(published_project: Path) -> None:
    change(published_project, "results/data/data.json", fallback=True)
    publish(published_project)
    assert summary.summary(published_project).splitlines()[-1].startswith("WARNING: this is the small sample")


def test_a_pdf_that_cannot_be_set_is_said_at_the_end(published_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary.typesetting, "formats", lambda: ["html"])
    monkeypatch.setattr(summary.typesetting, "no_pdf", lambda: "no PDF here")
    assert summary.summary(published_project).splitlines()[-1] == "no PDF here"


@pytest.mark.parametrize("status", [1, 2])
def test_a_step_that_fails_tells_all_its_problems(status: int, capsys: pytest.CaptureFixture[str]) -> None:
    def step() -> None:
        raise (RunError if status == 1 else InputError)("one: expected a, found b.", "two: expected c, found d.")

    with pytest.raises(SystemExit) as ended:
        console.run_step(step)
    assert ended.value.code == status
    assert capsys.readouterr().err.splitlines() == ["one: expected a, found b.", "two: expected c, found d."]


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
