"""report/ is of one build, always: exchanged as a whole, whatever lies there and whatever happens meanwhile."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import crates
import pytest
import yaml
from conftest import ROOT, Project
from crates import METADATA, entities, expect_whole
from synthetic import write_results

from pipeline.config import load as config
from pipeline.crate import layout, publication
from pipeline.crate import step as publish
from pipeline.figures.catalogue import drawing
from pipeline.files import exchange, sealed
from pipeline.files.atomic import write_text
from pipeline.workflow.build import Build

# --- The exchange


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """(a new folder, an old one with a file and a folder that are its owner's)."""
    for number, folder in enumerate(("new", "old")):
        for name in ("a.txt", "parts/b.txt", "last.txt"):
            write_text(tmp_path / folder / name, f"{folder}\n")
        write_text(tmp_path / folder / f"parts/{number}/only.txt", f"{folder}\n")
    for name in ("notes.txt", "own/mine.txt", "a.txt.orig"):
        write_text(tmp_path / "old" / name, "mine\n")
    return tmp_path / "new", tmp_path / "old"


PARTS = ("a.txt", "parts", "last.txt", "gone.txt")
AFTER = {
    **dict.fromkeys(("a.txt", "parts/b.txt", "parts/0/only.txt", "last.txt"), "new\n"),
    **dict.fromkeys(("notes.txt", "own/mine.txt", "a.txt.orig"), "mine\n"),
}


def content(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_the_parts_are_exchanged_and_all_else_stays(folders: tuple[Path, Path]) -> None:
    new, old = folders
    write_text(old / "gone.txt", "old\n")
    times = (old / "notes.txt").stat().st_mtime_ns
    exchange.exchange(new, old, PARTS, "last.txt")
    assert content(old) == AFTER
    assert (old / "notes.txt").stat().st_mtime_ns == times
    assert not new.exists()


def test_where_there_is_no_folder_yet_one_is_made(folders: tuple[Path, Path]) -> None:
    new, old = folders
    shutil.rmtree(old)
    exchange.exchange(new, old, PARTS, "last.txt")
    assert set(content(old).values()) == {"new\n"}


def test_a_link_stays_a_link_and_what_it_names_is_replaced(folders: tuple[Path, Path]) -> None:
    new, old = folders
    old.rename(old.parent / "elsewhere")
    old.symlink_to("elsewhere")
    exchange.exchange(new, old, PARTS, "last.txt")
    assert old.is_symlink()
    assert content(old) == AFTER
    assert not (old / "parts/1").exists()


def test_where_folders_cannot_be_exchanged_the_last_file_tells_a_whole_one(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = folders
    monkeypatch.setattr(exchange, "_exchanged", lambda *_: False)
    written: list[tuple[str, bool]] = []

    def write(path: Path, data: bytes) -> None:
        written.append((path.name, (old / "last.txt").exists()))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    monkeypatch.setattr(exchange, "write_bytes", write)
    exchange.exchange(new, old, PARTS, "last.txt")
    assert content(old) == AFTER
    assert written[-1] == ("last.txt", False)
    assert not any(whole for _, whole in written)


KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pipeline.files import exchange
left = int(sys.argv[1])
def count(event, _):
    global left
    if event.split(".")[0] in ("os", "shutil", "ctypes", "open"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
exchange.exchange(Path("new"), Path("old"), ("a.txt", "parts", "last.txt", "gone.txt"), "last.txt")
"""


def test_wherever_it_is_killed_the_parts_are_all_old_or_all_new(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Killed before the n-th call of the system, for each n."""
    for folder in folders:
        shutil.copytree(folder, tmp_path / "kept" / folder.name)
    old, own = content(folders[1]), {"notes.txt", "own/mine.txt", "a.txt.orig"}
    seen = set()
    for moment in range(1, 1000):
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(tmp_path / "kept" / folder.name, folder)
        command = [sys.executable, "-c", KILLED_AT, str(moment)]
        status = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}).returncode
        found = content(folders[1])
        seen.add(found == AFTER)
        assert found in (old, AFTER), moment
        assert own <= set(found)
        if status == 0:
            break
    assert status == 0
    assert seen == {False, True}


def test_what_is_written_to_other_files_meanwhile_is_kept(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = folders
    exchanged = exchange._exchanged

    def meanwhile(*arguments: Path) -> bool:
        write_text(old / "notes.txt", "second\n")  # by a rename, as editors do
        write_text(old / "own/more.txt", "mine\n")
        return exchanged(*arguments)

    monkeypatch.setattr(exchange, "_exchanged", meanwhile)
    exchange.exchange(new, old, PARTS, "last.txt")
    assert content(old) == AFTER | {"notes.txt": "second\n", "own/more.txt": "mine\n"}


def test_links_that_lead_nowhere_and_closed_folders_are_kept(folders: tuple[Path, Path]) -> None:
    new, old = folders
    (old / ".#notes.txt").symlink_to("me@host.1234:1")
    (old / "own").chmod(0o555)
    old.chmod(0o700)
    exchange.exchange(new, old, PARTS, "last.txt")
    assert (old / ".#notes.txt").is_symlink()
    assert [path.stat().st_mode & 0o777 for path in (old / "own", old)] == [0o555, 0o700]
    assert not new.exists()
    (old / "own").chmod(0o755)


def test_whoever_looks_meanwhile_sees_one_build(tmp_path: Path) -> None:
    """Readers that open the folder once, as a path does, find files of one number in it."""
    root, seen, ended = tmp_path / "root", [], threading.Event()

    def make(number: int) -> Path:
        stage = tmp_path / "stage"
        for name in ("a.txt", "parts/b.txt", "last.txt"):
            write_text(stage / name, str(number))
        return stage

    def look() -> None:
        while not ended.is_set():
            handle = os.open(root, os.O_RDONLY)
            names = ("a.txt", "parts/b.txt", "last.txt")
            try:
                seen.append({Path(f"/proc/self/fd/{handle}/{name}").read_text(encoding="utf-8") for name in names})
            except FileNotFoundError:
                continue  # the folder that was opened is the old one, which is being deleted
            finally:
                os.close(handle)

    exchange.exchange(make(0), root, PARTS, "last.txt")
    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 200):
        exchange.exchange(make(number), root, PARTS, "last.txt")
    ended.set()
    reader.join()
    assert len(seen) > 10
    assert all(len(numbers) == 1 for numbers in seen)


# --- The step


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the step reads, in a folder that is the present one."""
    write_results(tmp_path / "results")
    sealed.write_json(tmp_path / "results/data/data.json", asdict(crates.SAMPLE))
    made_from = ("CITATION.cff", "locks/requirements.lock", "pyproject.toml", *layout.WRITEUP)
    for name in ("Snakefile", "rules/data.smk", *made_from):
        write_text(tmp_path / name, (ROOT / name).read_text(encoding="utf-8"))
    for name in ("html", "pdf"):
        sealed.write_text(tmp_path / f"results/report/{name}/report.{name}", name)
    sealed.write_text(tmp_path / "results/timings.csv", f"key,seconds\n{'0' * 16},0.5\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_step(
    monkeypatch: pytest.MonkeyPatch,
    *,
    title: str = "-A title-",
    formats: tuple[str, ...] = ("html", "pdf"),
    folder: str = "results",
) -> list[str]:
    """Run the step as the Snakefile does, on results in `folder`; the results that it was told to copy."""
    settings = config.read_resolved(Path(folder, "config.json"))
    results = [path.replace("results", folder, 1) for path in layout.results(settings, ["true_labels"])]
    arguments: dict[str, Any] = {
        "--title-block": [json.dumps({"title": title, "author": "An author"})],
        "--inputs": (f"{folder}/config.json", *layout.WRITEUP),
        "--reports": [f"{folder}/report/{name}/report.{name}" for name in formats],
        "--results": results,
        "--workflow": ["Snakefile", "rules/data.smk"],
        "--config": [f"{folder}/config.json"],
        "--data": [f"{folder}/data"],
        "--citation": ["CITATION.cff"],
        "--lock": ["locks/requirements.lock"],
        "--project": ["pyproject.toml"],
        "--folder": [folder],
        "--timings": [f"{folder}/timings.csv"],
        "--started": ["2026-02-03T23:59:30+00:00"],
        "--output": ["results/published.json"],
        "--log": ["logs/publish.log"],
    }
    monkeypatch.setattr(sys, "argv", ["publish", *(each for o, values in arguments.items() for each in (o, *values))])
    publish.main()
    return results


def test_the_step_makes_the_folder_whole_and_the_same_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = run_step(monkeypatch)
    assert len(results) > 10
    expect_whole(project / "report")
    for path in results:
        assert (project / "report" / path).read_bytes() == (project / path).read_bytes()
    assert entities(project / "report")["./"]["name"] == "-A title-"
    before = (project / f"report/{METADATA}").read_bytes()
    leftover = project / "report/results/tables/old/of_another_configuration.csv"
    write_text(leftover, "x\n")
    run_step(monkeypatch)
    assert (project / f"report/{METADATA}").read_bytes() == before
    assert not leftover.parent.exists()
    assert not (project / publish.STAGE).exists()


def test_a_report_of_another_build_gives_way(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(project / "report/report.pdf", "a committed one")
    run_step(monkeypatch)
    assert (project / "report/report.pdf").read_bytes() == (project / "results/report/pdf/report.pdf").read_bytes()
    expect_whole(project / "report")
    run_step(monkeypatch, formats=("html",))  # where the PDF cannot be set
    assert not (project / "report/report.pdf").exists()
    expect_whole(project / "report")


@pytest.mark.parametrize("change", ["edited", "deleted"])
def test_a_result_that_is_no_more_what_a_step_wrote_is_named_and_the_rest_left(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    run_step(monkeypatch)
    before = publication.files(project / "report")
    table = project / "results/report/pdf/report.pdf"
    table.write_text("edited") if change == "edited" else table.unlink()
    with pytest.raises(SystemExit) as caught:
        run_step(monkeypatch, title="Another")
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    found = "another content (SHA-256)" if change == "edited" else "no file"
    assert line.startswith(f"results/report/pdf/report.pdf: expected what an earlier step wrote, found {found}. Hint: ")
    assert publication.files(project / "report") == before


def test_results_that_lie_elsewhere_have_the_same_places(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a storage, whose copies lie in a folder of Snakemake's."""
    run_step(monkeypatch)
    before = publication.files(project / "report")
    (project / "results").rename(project / "copies")
    run_step(monkeypatch, folder="copies")
    assert publication.files(project / "report") == before


def test_files_are_told_at_any_depth_and_the_record_without_its_content(tmp_path: Path) -> None:
    for name in ("report.html", "results/tables/deep/a.csv", "build.json", "notes.txt"):
        write_text(tmp_path / name, name)
    digest = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("report.html", "results/tables/deep/a.csv")}
    assert publication.files(tmp_path) == {**digest, "build.json": None}


def test_a_step_that_fails_leaves_the_folder_as_it_was(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_step(monkeypatch)
    before = {path: path.read_bytes() for path in (project / "report").rglob("*") if path.is_file()}
    write_text(project / "CITATION.cff", "title: A title\nversion: 1\nlicense: MIT\nauthors: [{name: Us}]\n")
    with pytest.raises(SystemExit) as caught:
        run_step(monkeypatch, title="Another")
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("CITATION.cff: date-released: expected a text, found None. Hint: ")
    assert {path: path.read_bytes() for path in (project / "report").rglob("*") if path.is_file()} == before


def test_the_configuration_beside_the_report_is_valid_by_the_schema(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_step(monkeypatch)
    copy = project / "report/config.json"
    assert copy.read_bytes() == (project / "results/config.json").read_bytes()
    schema = yaml.safe_load((ROOT / "pipeline/config/config.schema.yaml").read_text(encoding="utf-8"))
    tree = yaml.safe_load(copy.read_text(encoding="utf-8"))
    assert set(schema["required"]) - set(tree) == {"title"}
    assert set(tree) <= set(schema["properties"])


# --- Whether it is there


@pytest.mark.parametrize("change", ["edited", "deleted", "added", "record", "another's"])
def test_the_mark_goes_with_whatever_changes_in_the_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    run_step(monkeypatch)
    publication.discard_untrue()
    assert publication.MARK.exists()
    report = project / "report"
    match change:
        case "edited":
            write_text(report / "report.html", "another")
        case "deleted":
            (report / "results/runs.csv").unlink()
        case "added":
            write_text(report / "results/more.csv", "x\n")
        case "record":
            (report / "build.json").unlink()
        case "another's":
            write_text(report / "reference/reference.json", "{}")
    publication.discard_untrue()
    assert publication.MARK.exists() == (change == "another's")
    run_step(monkeypatch)
    publication.discard_untrue()
    assert publication.MARK.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"edition": 3}'])
def test_a_mark_that_nobody_can_read_goes(project: Path, text: str) -> None:
    write_text(publication.MARK, text)
    publication.discard_untrue()
    assert not publication.MARK.exists()


def test_every_part_of_the_folder_that_a_build_makes_is_counted(built: Project) -> None:
    assert {path.name for path in (built / "report").iterdir()} == set(publication.PARTS)


# --- In a build


def test_a_pdf_that_fails_leaves_the_whole_folder_as_it_was(built: Project) -> None:
    write_text(built / "report/reference/mine.txt", "mine\n")
    before = {path: path.read_bytes() for path in (built / "report").rglob("*") if path.is_file()}
    template = built / "templates/summary.html.j2"  # on the report's page and not on the specimen
    template.write_text(template.read_text() + '<p style="colour: red">x</p>\n')
    result = built.snakemake()
    assert result.returncode == 1
    assert "report.pdf: expected a page without warnings" in result.stdout
    assert {path: path.read_bytes() for path in (built / "report").rglob("*") if path.is_file()} == before


def test_a_checkout_and_a_lost_record_have_the_report_published_again(built: Project) -> None:
    page = (built / "report/report.html").read_bytes()
    write_text(built / "report/report.html", "committed")
    shutil.rmtree(built / ".snakemake")
    assert built.planned()["publish"] == 1
    built.build()
    assert (built / "report/report.html").read_bytes() == page
    expect_whole(built / "report")


# --- What no rule makes any more


def test_figures_and_tables_of_an_experiment_that_was_taken_back_go(built: Project) -> None:
    built.experiments(another={"sweep": {"hidden": [8, 16]}})
    built.build()
    more = {path.name for path in (built / "results/figures/experiments").iterdir() if "another" in path.name}
    assert more
    before = built.used_keys()
    tree = yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))
    del tree["experiments"]["another"]
    built.configure(experiments=tree["experiments"])
    built.build()
    assert not {path.name for path in (built / "results/figures/experiments").iterdir() if "another" in path.name}
    settings = config.read_tree(built / "config.yaml", {})
    build = Build(config.parse(settings, "config.yaml"), settings)
    results = built / "results"
    folders = [results / "tables", results / "evidence", *(results / "figures").iterdir()]
    files = [path for folder in folders for path in folder.glob("[!.]*") if path.name != sealed.SUMS]
    made = {path.relative_to(built.folder).as_posix() for path in files}
    figures = {f"results/figures/{drawing(name)}" for name in build.shown_figures if name != "benchmark"}
    tables = {name for name in build.crate_results if name.startswith(("results/tables/", "results/evidence/"))}
    assert made == figures | tables
    assert set(before) > set(built.used_keys())
    assert set(before) <= built.keys()  # trained runs stay, for an edit that is taken back again
