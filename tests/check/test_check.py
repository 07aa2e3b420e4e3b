"""make check: the printed numbers of others against runs, on the 5,000-image sample."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import SMALL, Project, copy_project
from submitted import RATE, table, write

from pipeline.check import command as check

PUBLISHED = "pipeline/writeup/published.yaml"
CONFIGURED = "--protocol=config"  # the sample is in the order of its classes, and the course holds out the last


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which nothing is built, and which no test changes: two seeds of two epochs on the sample."""
    folder = tmp_path_factory.mktemp("bare")
    copy_project(folder)
    made = Project(folder)
    made.configure(**SMALL)
    return made


@pytest.fixture(scope="module")
def checked_once(bare: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after a check of wrong.yaml, whose runs it has trained."""
    made = Project(shutil.copytree(bare.folder, tmp_path_factory.mktemp("checked") / "project"))
    write(made / "wrong.yaml", table([RATE], testing_accuracy=["0.0100"], training_accuracy=["-"]))
    made.check(CONFIGURED, "wrong.yaml")
    return made


@pytest.fixture
def project(checked_once: Project, tmp_path: Path) -> Project:
    """A copy of it, with which a test may do what it likes."""
    return Project(shutil.copytree(checked_once.folder, tmp_path / "project"))


def means(project: Project, metric: str) -> float:
    """The mean of a metric over the runs on disk."""
    return sum(run[metric] for run in project.metrics()) / len(project.metrics())


@pytest.mark.slow
def test_a_check_trains_what_is_missing_once_and_judges(bare: Project, tmp_path: Path) -> None:
    project = Project(shutil.copytree(bare.folder, tmp_path / "project"))
    wrong = write(project / "wrong.yaml", table([RATE], testing_accuracy=["0.0100"], training_accuracy=["-"]))
    first = project.check(CONFIGURED, "wrong.yaml")
    assert first.returncode == 1, first.stderr
    assert len(project.keys()) == 6, "two seeds, and twice as many again since a number is unusual"
    assert {(run["specification"]["learning_rate"], run["specification"]["epochs"]) for run in project.metrics()} == {
        (0.5, 2)
    }
    assert not (project / "results/runs.csv").exists()
    lines = first.stdout.splitlines()
    assert lines[0] == "wrong.yaml: Someone"
    assert lines[1].startswith("  protocol: 20% drawn by seed 1024 held out")
    assert lines[1].endswith("(assumed; the file says none)")
    assert re.split(r" {2,}", lines[2].strip()) == [
        *("table", "column", "metric", "printed", "runs", "all runs of the file", "verdict")
    ]
    interval = r"-?\d\.\d{4} to \d\.\d{4}"
    assert re.fullmatch(
        rf"  Table 1  learning_rate 0.5  testing_accuracy  0\.0100   {interval}  {interval} +not reproduced", lines[3]
    )
    assert lines[4].startswith("  0 reproduced, 0 unusual, 1 not reproduced.")
    assert "\x1b" not in first.stdout

    right = f"{means(project, 'testing_accuracy'):.4f}"
    write(project / "right.yml", table([RATE], testing_accuracy=[right]))
    trained = {path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("*.*")}
    second = project.check(CONFIGURED, "right.yml")
    assert second.returncode == 0, second.stderr
    assert "1 reproduced, 0 unusual, 0 not reproduced." in second.stdout
    assert {path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("*.*")} == trained
    saved = pd.read_csv(project / "results/check/cells.csv")
    assert (saved["file"][0], saved["verdict"][0], saved["n"][0]) == ("right.yml", "reproduced", 2)
    assert wrong.exists()


@pytest.mark.slow
def test_of_many_files_the_bad_are_named_and_the_others_judged(project: Project) -> None:
    good = table([RATE], testing_accuracy=[f"{means(project, 'testing_accuracy'):.4f}"])
    write(project / "many/a.yaml", good)
    write(project / "many/b/b.yml", table([RATE], testing_accuracy=["945.0"]))
    write(project / "many/c.yaml", good, data="MNIST")
    write(project / "many/d.yaml", table([RATE | {"batch_size": 4000}], testing_accuracy=["0.90"]))
    write(project / "many/e.yaml", table([RATE], testing_accuracy=["0.0100"]))
    (project / "many/f.yaml").write_text("title: [\n")
    (project / "many/note.txt").write_text("no numbers")
    write(project / "many/.hidden/g.yaml", good)
    before = project.keys()
    result = project.check(CONFIGURED, "many")
    assert result.returncode == 2
    assert project.keys() == before
    for problem in (
        "many/b/b.yml: tables.0.rows.0.printed: expected accuracies from 0 to 1 or percentages, found 945.0.",
        "many/d.yaml: batch_size: expected at most 3,200 (the training set), found 4,000.",
        "many/f.yaml, line 2",
    ):
        assert [line for line in result.stderr.splitlines() if line.startswith(problem)], result.stderr
    assert "Traceback" not in result.stderr
    ends = result.stdout.splitlines()
    named = [line.split()[0] for line in ends if line.endswith(": Someone")]
    assert named == ["many/a.yaml:", "many/c.yaml:", "many/e.yaml:"]
    rows = {row[0]: " ".join(row[1:]) for line in ends if line.startswith("  many/") and (row := line.split())}
    assert rows == {
        "many/a.yaml": "1 0 0 0 0 0.1 reproduces",
        "many/e.yaml": "0 0 1 0 1 0.1 does not reproduce",
        "many/c.yaml": "0 0 0 1 0 0.0 not judged",  # of another data set
        **dict.fromkeys(("many/b/b.yml", "many/d.yaml", "many/f.yaml"), "not judged: see above"),
    }
    assert "6 files: 1 reproduces, 1 does not, 1 cannot be judged, 3 have mistakes." in ends


Refused = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def refused(bare: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Refused:
    """The lines on stdout and on stderr of a check that is refused, exit status 2, before anything is trained."""

    def call(*arguments: str) -> tuple[list[str], list[str]]:
        monkeypatch.chdir(bare.folder)
        monkeypatch.setattr("sys.argv", ["check", *arguments])
        monkeypatch.setattr(check, "train", lambda *_: pytest.fail("something would be trained"))
        monkeypatch.setattr(check, "keep_others_out", lambda: None)  # a process has the folder until it ends
        with pytest.raises(SystemExit) as ended:
            check.main()
        assert ended.value.code == 2
        told = capsys.readouterr()
        return told.out.splitlines(), told.err.splitlines()

    return call


def test_only_bad_files_start_nothing(refused: Refused, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: x\n")
    (*_, status), (problem,) = refused(str(bad))
    assert status.startswith("Exit status 2")
    assert problem == f"{bad}: the file: expected the keys 'data', 'tables', found 'title'."


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([""], "PUBLISHED: expected a file of printed numbers or a folder of them, found nothing."),
        (["none.yaml"], "PUBLISHED: expected a file of printed numbers or a folder of them, found none.yaml."),
        (["profiles/default"], None),
        (
            [PUBLISHED, "--snakemake=--config replicates=1"],
            "config.yaml: replicates: expected at least 2",
        ),
        (
            [PUBLISHED, "--snakemake=--config=replicates=1"],
            "config.yaml: replicates: expected at least 2",
        ),
        (
            [PUBLISHED, "--snakemake=it's"],
            "SNAKEMAKE_OPTIONS: expected options as a shell reads them, found: no closing quotation.",
        ),
        (
            [PUBLISHED, "--snakemake=--config epochz=1"],
            "config.yaml: the file: expected 'title'",
        ),
        (
            [PUBLISHED, "--snakemake=--config epochs=010"],
            "config.yaml: epochs: expected a whole number",
        ),
        (
            [PUBLISHED, "--snakemake=--configfile none.yaml"],
            "none.yaml: expected a readable file",
        ),
        (
            [PUBLISHED, "--snakemake=--bogus"],
            "SNAKEMAKE_OPTIONS: expected options of Snakemake",
        ),
    ],
)
def test_what_cannot_be_checked_is_said_in_one_line(
    refused: Refused, arguments: list[str], problem: str | None
) -> None:
    told, errors = refused(*arguments)
    assert all(line.startswith("Exit status 2") for line in told[-1:])
    if problem is None:
        assert all(line.startswith("profiles/default/") for line in errors)
    else:
        (line,) = errors
        assert line.startswith(problem)


@pytest.mark.slow
def test_a_run_that_fails_leaves_the_verdicts_on_the_others(project: Project) -> None:
    right = f"{means(project, 'testing_accuracy'):.4f}"
    columns = [RATE, {"learning_rate": 0.25, "hidden": 4}]
    write(project / "part.yaml", table(columns, testing_accuracy=[right, "0.90"]))
    before = project.keys()
    training = project / "pipeline/training/step.py"
    sound = training.read_text()
    training.write_text("raise SystemExit(1)\n")
    try:
        result = project.check(CONFIGURED, "part.yaml")
    finally:
        training.write_text(sound)
    assert result.returncode == 1
    assert project.keys() == before
    assert result.stderr.splitlines()[-1] == "make check: expected every run to be trained, found the problems above."
    lines = result.stdout.splitlines()
    assert lines[3].endswith("  reproduced")
    assert lines[4].endswith("not judged (too few runs: 0)")
    assert lines[5].startswith("  1 reproduced, 0 unusual, 0 not reproduced, 1 not judged.")


@pytest.mark.slow
def test_prune_keeps_what_the_last_check_asked_for(project: Project) -> None:
    write(project / "one.yaml", table([{"learning_rate": 0.3, "hidden": 8}], testing_accuracy=["0.0100"]))
    before = project.keys()
    assert project.check(CONFIGURED, "one.yaml").returncode == 1
    new = project.keys() - before
    assert len(new) == 6, "two seeds, and twice as many again since the number is not reproduced"
    assert project.prune() == f"{len(before)} unused runs deleted from results/runs.\n"
    assert project.keys() == new
    (project / "results/check/wanted.json").unlink()
    assert project.prune() == "6 unused runs deleted from results/runs.\n"
    assert project.check(CONFIGURED, "one.yaml").returncode == 1
    assert project.keys() == new


@pytest.mark.slow
def test_a_file_is_judged_by_runs_of_the_protocol_that_it_states(project: Project) -> None:
    """A file that states none is judged by the course's, or by the one that is asked for: here the same split."""
    stated = {"split_seed": 7, "validation_fraction": 0.5, "initial_scale": 0.1}
    write(project / "two/none.yaml", table([RATE], testing_accuracy=["0.90"]))
    write(project / "two/half.yaml", table([RATE], testing_accuracy=["0.90"]), protocol=stated)
    before = project.keys()
    result = project.check("two")
    told = [line for line in result.stdout.splitlines() if line.startswith("  protocol: ")]
    assert "50% drawn by seed 7 held out, initial weights of scale 0.1" in told[0]
    assert told[0].endswith("(the file says initial_scale, split_seed, validation_fraction)")
    assert "the last 20% in file order held out" in told[1]
    assert told[1].endswith("(assumed; the file says none)")
    new = [run["specification"] for run in project.metrics() if run["key"] not in before]
    assert {(run["split_seed"], run["validation_fraction"], run["initial_scale"]) for run in new} == {
        (7, 0.5, 0.1),
        (None, 0.2, 0.001),
    }
    divided = {path.name for path in (project / "results/prepared").glob("*/")}
    assert divided == {"0.2-1024", "0.5-7", "0.2-file"}

    # the split of config.yaml becomes that of the file: the runs are the same
    trained = {path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("metrics.json")}
    project.configure(split={"validation_fraction": 0.5, "seed": 7})
    assert project.check("two").returncode == result.returncode
    assert {path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("metrics.json")} == trained

    write(project / "one.yaml", table([RATE], testing_accuracy=["0.90"]))
    project.check("one.yaml")
    assert project.prune().splitlines()[-1] == "1 unused splits deleted from results/prepared."
    assert {path.name for path in (project / "results/prepared").glob("*/")} == {"0.5-7", "0.2-file"}
    assert {run["specification"]["split_seed"] for run in project.metrics()} == {None}


@pytest.mark.slow
@pytest.mark.parametrize("dry", ["--dry", "--snakemake=-n"])
def test_a_dry_run_says_what_would_be_trained_and_changes_nothing(project: Project, dry: str) -> None:
    write(project / "new.yaml", table([RATE, {"learning_rate": 0.25}], testing_accuracy=["0.90", "0.90"]))
    before = {path: path.stat().st_mtime_ns for path in project.folder.rglob("*") if "cache" not in path.parts}
    result = project.check(CONFIGURED, dry, "new.yaml")
    assert result.returncode == 0, result.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert not set((project / "results").rglob("*")) - before.keys()
    lines = result.stdout.splitlines()
    rows = [line.split()[:6] for line in lines if line.startswith("  0.")]
    assert rows == [["0.25", "0.001", "64", "128", "2", "2"]], "0.5 is trained already"
    assert lines[0].startswith("20% drawn by seed 1024 held out")
    assert lines[-1].startswith("2 runs would be trained, in about ")


@pytest.mark.slow
def test_a_late_file_changes_nothing_of_the_others(project: Project) -> None:
    right = f"{means(project, 'testing_accuracy'):.4f}"
    write(project / "all/early.yaml", table([RATE], testing_accuracy=[right]))
    assert project.check(CONFIGURED, "all").returncode == 0
    pages = [project / f"results/check/pages/all/early.{kind}" for kind in ("html", "json")]
    early = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages}
    write(project / "all/late.yaml", table([RATE], testing_accuracy=["0.0100"]))
    (project / "all/broken.yaml").write_text("title: [")
    assert project.check(CONFIGURED, "all/late.yaml").returncode == 1
    assert project.check(CONFIGURED, "all").returncode == 2
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in pages} == early
    assert (project / "results/check/pages/all/late.html").exists()
    listed = (project / "results/check/index.html").read_text()
    assert all(name in listed for name in ("early.yaml", "late.yaml", "broken.yaml"))


@pytest.mark.slow
def test_runs_that_explain_a_file_are_trained_only_if_asked(project: Project) -> None:
    write(project / "a.yaml", table([RATE], testing_accuracy=["0.0100"]))
    before = project.keys()
    assert project.check(CONFIGURED, "a.yaml").returncode == 1
    assert project.keys() == before, "its own runs are there"
    project.check(CONFIGURED, "--explain", "a.yaml")
    assumed = [run["specification"] for run in project.metrics() if run["key"] not in before]
    assert {each["learning_rate"] for each in assumed} > {1, 0.1, 0.01}, "another power of ten"
    assert {each["split_seed"] for each in assumed} == {1024, None}, "another split"
    assert len({(each["learning_rate"], each["reg"], each["split_seed"], each["seed"]) for each in assumed}) == len(
        assumed
    )
    explained = project.keys()
    project.check(CONFIGURED, "--explain", "a.yaml")
    assert project.keys() == explained, "as all runs, these are trained once"
