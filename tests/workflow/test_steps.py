"""Every step, called by hand with one argument that is nonsense: it is named, with exit status 2 and no traceback."""

import importlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from configuration import ROOT
from faults.striking import FAULTS
from measured import records
from synthetic import write_results

from pipeline.crate import layout
from pipeline.data import dataset, preparation
from pipeline.environment import fingerprint
from pipeline.evidence import claims_file
from pipeline.evidence import step as evidence
from pipeline.experiments import keys
from pipeline.files import sealed
from pipeline.randomisation import record
from pipeline.randomisation import step as randomisation
from pipeline.randomisation.record import Variant
from pipeline.theory import proof
from pipeline.training import sgd
from pipeline.training.run import train
from pipeline.writeup import published

TRAINING = {
    **{"images": 9, "learning_rate": 1, "reg": 0, "batch_size": 3, "initial_scale": 0.1, "epochs": 1, "seed": 1},
    "replicates": 2,
}
SPECIFICATION = {
    **{"learning_rate": 1, "reg": 0, "batch_size": 3, "hidden": 4, "epochs": 1, "seed": 1, "initial_scale": 0.1},
    **{"initial_seed": 1, "validation_fraction": 0.2, "split_seed": None, "data": ""},
    **{"engine": "numpy", "code": fingerprint.of_runs("numpy", hidden=True), "numpy": keys.numpy_version()},
}
JSON = {
    "training": json.dumps(TRAINING | {"hidden": 4, "engine": "numpy"}),
    "specification": json.dumps(SPECIFICATION),
    "split": '{"validation_fraction": 0.2, "seed": null}',
    "neurons": '{"and": {"weights": [0.5, 0.5], "bias": -1}, "or": {"weights": [1, 1], "bias": -1}}',
    "title-block": '{"title": "A", "author": "B"}',
}
# What the rules say, shortened; a JSON argument stands in JSON, `first` is an argument without a name.
STEPS = {
    "figures.benchmark": "first=benchmark.json output=new.svg",
    "figures.evidence": "verdicts=results/evidence mathematics=results/theory/mathematics.csv output=new",
    "analysis.collapse": "config=results/config.json prepared=prepared norms=results/norms.csv output=new",
    "figures.collapse": "config=results/config.json linear=results/collapse/collapse.json"
    " table=results/collapse/collapse.csv output=new.svg",
    "evidence.step": "results=results published=published.yaml claimed=claims.yaml output=new",
    "figures.step": "config=results/config.json selection=results/selection/selection.json"
    " summary=results/tables/summary.csv curves=results/tables/curves.csv histories=results/histories.csv output=new",
    "report.gate": "theory=results/theory/theory.json template=theory.html.j2 output=new",
    "data.mnist": "config=results/config.json output=new",
    "data.preparation": "split data=data output=new",
    "randomisation.step": "test=true_labels training data=prepared output=new",
    "figures.randomisation": "first=true_labels results=results/randomisation output=new.svg",
    "evidence.recovery": "config=results/config.json data=data runs=results/runs.csv published=published.yaml"
    " output=new",
    "report.render": "first=html title-block results=results templates=templates lock=requirements.lock"
    " project=pyproject.toml output=new",
    "experiments.runs": "config=results/config.json data=data selection=results/selection/selection.json runs=runs"
    " output=new",
    "experiments.selection": "config=results/config.json data=data runs=runs output=new",
    "report.specimen": "first=html title-block templates=templates output=new",
    "analysis.tables": "config=results/config.json selection=results/selection/selection.json runs=results/runs.csv"
    " histories=results/histories.csv output=new",
    "pictures.network": "specification data=prepared run=run output=new",
    "pictures.step": "config=results/config.json selection=results/selection/selection.json data=data prepared=prepared"
    " networks=networks output=new",
    "figures.pictures": "results=results output=new",
    "theory.step": "neurons output=new table=new",
    "training.step": "specification data=prepared output=new",
}
OTHER_COMMANDS = {
    "training.compiler",
    "check.command",
    "verification.compare",
    "config.launch",
    "workflow.prune",
    "crate.step",
    "verification.reference",
    "workflow.summary",
    "verification.verify",
}  # of make, and two that have tests of their own
WORDS = {"test", "format"}
NO_JSON = ["nonsense", "[1]", "{}", "null", '"text"', "NaN", "[" * 10_000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the steps are given, and what is none of it: `missing`, `empty` (a folder) and `noise`."""
    folder = tmp_path_factory.mktemp("steps")
    write_results(folder / "results")
    evidence.write_all(folder / "results", published.FILE, claims_file.FILE, folder / "results/evidence")
    images, labels = np.eye(12, dtype=np.uint8), np.arange(12, dtype=np.uint8) % 3
    arrays = {role: images if role.endswith("images") else labels for role in dataset.ROLES}
    dataset.save(folder / "data", arrays, classes=3, name="small", source="mnist", fallback=False, files={})
    preparation.save(folder / "prepared", *preparation.make(folder / "data", 0.2, None))
    sealed.write_json(folder / "benchmark.json", records())
    sealed.write_json(folder / "run/metrics.json", {"testing_accuracy": 0.5})
    links = ["locks/requirements.lock", "pyproject.toml", "templates", *layout.WRITEUP]
    for name in (*links, "templates/sections/theory.html.j2"):
        (folder / Path(name).name).symlink_to(ROOT / name)
    (folder / "empty").mkdir()
    (folder / "noise").write_bytes(bytes(range(128, 256)))
    return folder


def given(step: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in STEPS[step].split())
    return {name: value or JSON[name] for name, _, value in pairs}


def spoilt(step: str) -> Iterator[tuple[str, str]]:
    """An argument and what is wrong for it."""
    for name, value in given(step).items():
        if value.startswith("{"):
            yield from ((name, wrong) for wrong in NO_JSON)
            yield from ((name, json.dumps(json.loads(value) | {field: ["x"]})) for field in json.loads(value))
            yield from ((name, json.dumps(json.loads(value) | {field: -1})) for field in json.loads(value))
        elif name in ("output", "table"):
            if step in ("report.gate", "data.preparation"):  # soon done; all steps write by the same functions
                yield name, "noise/below"
        elif name in WORDS or value in ("true_labels", "html"):
            yield name, "nonsense"
        else:
            yield from ((name, wrong) for wrong in ("missing", "empty", "noise", "noise/below"))


def call(step: str, arguments: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> object:
    """The exit status of a step."""
    words = [value if name == "first" else f"--{name}={value}" for name, value in arguments.items()]
    monkeypatch.setattr("sys.argv", [step, *words])
    try:
        importlib.import_module(f"pipeline.{step}").main()
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_these_are_all_steps() -> None:
    package = ROOT / "pipeline"
    steps = (path for path in package.rglob("*.py") if re.search(r"^(def main\(|main = )", path.read_text(), re.M))
    modules = {".".join(path.relative_to(package).with_suffix("").parts) for path in steps}
    assert modules - OTHER_COMMANDS == set(STEPS)


def test_a_step_writes_what_it_computes(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    description, prepared = preparation.load(folder / "prepared")
    wanted = SPECIFICATION | {"data": description.fingerprint}
    key = tmp_path / "0123456789abcdef"
    words = given("training.step") | {"specification": json.dumps(wanted), "output": str(key)}
    assert call("training.step", words, monkeypatch) == 0
    told = json.loads(sealed.read_text(key / "metrics.json"))
    expected = train(sgd.Trainer, wanted, prepared, description.classes)
    assert (told["key"], told["specification"]) == (key.name, wanted)
    assert told["testing_accuracy"] == expected.metrics["testing_accuracy"]
    assert call("randomisation.step", given("randomisation.step") | {"output": str(tmp_path)}, monkeypatch) == 0
    training = randomisation.Training(**TRAINING, hidden=4, engine="numpy")
    alone = randomisation.run(Variant("true_labels"), prepared, description.classes, training)
    assert record.read(tmp_path, Variant("true_labels")) == alone
    written = {"output": str(tmp_path / "theory/theory.json"), "table": str(tmp_path / "mathematics.csv")}
    assert call("theory.step", given("theory.step") | written, monkeypatch) == 0
    solutions = proof.read(tmp_path / "theory/theory.json").solutions
    assert {name: each.weights for name, each in solutions.items()} == {"and": (0.5, 0.5), "or": (1, 1)}


@pytest.mark.parametrize("step", STEPS)
def test_argument_that_is_nonsense_is_named(
    step: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(folder)
    for name, wrong in spoilt(step):
        status = call(step, given(step) | {name: wrong}, monkeypatch)
        errors = capsys.readouterr().err
        told = errors.splitlines()
        where = shlex.join((step, name, wrong[:80]))
        assert status == 2, f"{where}: {errors}"
        by_argparse = any(line.startswith(f"{step}: error: argument ") for line in told)
        assert by_argparse or any(wrong.partition("/")[0] in line for line in told), f"{where}: {errors}"
        assert by_argparse or all(": expected " in line for line in told), f"{where}: {errors}"
        assert not Path("new").exists()


@pytest.mark.parametrize("step", STEPS)
def test_log_that_cannot_be_written_is_named(
    step: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.chdir(folder)
    assert call(step, given(step) | {"log": "noise/below"}, monkeypatch) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("noise: expected ")


@pytest.mark.parametrize("step", STEPS)
def test_no_arguments_are_told_by_the_usage(
    step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    assert call(step, {}, monkeypatch) == 2
    assert capsys.readouterr().err.startswith("usage: ")


@pytest.mark.parametrize("job", sorted({fault.job for fault in FAULTS if fault.job}))
def test_there_are_jobs_to_strike(job: str) -> None:
    commands = "".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    for name, module in re.findall(r'^([A-Z]+) = "(pipeline\.[\w.]+)"$', commands, re.MULTILINE):
        commands = commands.replace(f"{{{name}}}", module)
    assert re.search(job, commands), "no job would ever be at work, and tests that strike one would wait for ever"
