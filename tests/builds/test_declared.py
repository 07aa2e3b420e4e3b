"""Every file that a step reads or writes is declared by its rule: a job to which files are brought has no others."""

import csv
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Project
from measured import records

WATCHING = ROOT / "tests/support/watching"
# what the main process writes, and rules that always run beside it
UNSEALED = {
    "config.json",
    "published.json",
    "theory.verified",
    *(f"specimen.{kind}" for kind in ("json", "html", "pdf")),
}
STAGE = "results/publication"  # of report/, which only the step that publishes knows


@dataclass(frozen=True)
class Job:
    """What a rule declares of a job, by paths relative to the project."""

    rule: str
    inputs: frozenset[str]
    outputs: frozenset[str]

    @property
    def folders(self) -> frozenset[str]:
        """Where the job writes, and so may look for what a killed one left."""
        return frozenset(str(Path(file).parent) for file in self.outputs)

    def undeclared(self, how: str, path: str) -> bool:
        """Whether the job has no right to read (r) or write (w) a file, or to list (l) a folder."""
        return path not in {"r": self.inputs | self.outputs, "w": self.outputs, "l": self.folders}[how]


def declared(project: Project) -> dict[str, Job]:
    """The jobs of a finished build by their log, as Snakemake tells of them."""
    table = project.build("--detailed-summary", "--quiet", "all")
    lines = table[table.index("output_file\t") :].splitlines()
    jobs: dict[str, Job] = {}
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        log, inputs = row["log-file(s)"], frozenset(row["input-file(s)"].split(","))
        before = jobs.get(log, Job(row["rule"], inputs, frozenset()))
        jobs[log] = Job(row["rule"], inputs | before.inputs, before.outputs | {row["output_file"]})
    return jobs


def watched(folder: Path, project: Project) -> Iterator[tuple[str, str, str]]:
    """(log of a step, how, path relative to the project) of the files and folders of results that steps used.

    Temporary files, which are gone, are left out.
    """
    results, stage = project / "results", project / STAGE
    for process in folder.iterdir():
        command, *lines = process.read_text(encoding="utf-8").splitlines()
        words = command.split("\0")
        log = words[words.index("--log") + 1]
        for how, path in ((line[0], Path(line[2:])) for line in lines):
            if path.is_relative_to(results) and not path.is_relative_to(stage) and (path.is_file() or how == "l"):
                yield log, how, path.relative_to(project.folder).as_posix()


def undeclared(project: Project, folder: Path, *arguments: str) -> set[tuple[str, str, str]]:
    """(rule, how, path) of what steps of a build did in results without a word of it in their rule."""
    folder.mkdir()
    project.build(*arguments, PYTHONPATH=str(WATCHING), WATCHED=str(folder))
    jobs = declared(project)
    did = [(jobs[log], how, path) for log, how, path in watched(folder, project) if log in jobs]
    assert {job.rule for job, _, _ in did} == {job.rule for job in jobs.values()} or arguments != ("--forceall",)
    return {(job.rule, how, path) for job, how, path in did if job.undeclared(how, path)}


def test_every_file_that_a_step_reads_or_writes_is_declared(built: Project, tmp_path: Path) -> None:
    (built / "report/benchmark.json").write_text(json.dumps(records()))
    assert sorted(undeclared(built, tmp_path / "watched", "--forceall")) == []


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        ('checked("results/norms.csv")', {"results/norms.csv", "results/SHA256SUMS"}),
        ('for_report("results/collapse/collapse.csv", "Tables")', {"results/collapse/collapse.csv"}),
    ],
)
def test_what_is_not_declared_is_found(built: Project, tmp_path: Path, files: str, missing: set[str]) -> None:
    rules = built / "rules/results.smk"
    before, rule, after = rules.read_text(encoding="utf-8").partition("\nrule collapse:\n")
    line = f"        {files},\n"
    assert line in after
    rules.write_text(before + rule + after.replace(line, "", 1), encoding="utf-8")
    found = undeclared(built, tmp_path / "watched", "results/collapse/collapse.json", "--forcerun", "collapse")
    assert {path for rule, _, path in found if rule == "collapse"} == missing


def test_sha256sum_accepts_every_folder_of_results_and_each_names_all_its_files(finished: Project) -> None:
    results = finished / "results"
    folders = {path.parent for path in results.rglob("*") if path.is_file()} - {results / "settings"}  # of no step
    assert len(folders) > 30
    for folder in folders:
        check = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
        checked = subprocess.run(check, cwd=folder, capture_output=True, text=True)
        assert checked.returncode == 0, f"{folder}: {checked.stderr}"
        named = {line.removesuffix(": OK") for line in checked.stdout.splitlines()}
        there = {path.name for path in folder.iterdir() if path.is_file()} - {"SHA256SUMS"}
        assert named == there - (UNSEALED if folder == results else set()), folder
