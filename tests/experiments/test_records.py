"""A run's folder is checked before it is used: whatever is wrong with it is one line that names the folder."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.config.metrics import METRICS
from pipeline.config.settings import Configuration
from pipeline.errors import InputError
from pipeline.experiments import records
from pipeline.experiments.plan import Run
from pipeline.files import sealed
from pipeline.training.descent import Epoch, Norms, Result
from pipeline.training.network import Weights
from pipeline.training.step import write

EPOCHS = 4
CONFIGURATION = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=EPOCHS)
# training loss and accuracy, validation loss and accuracy, seconds; the second epoch is the best, the third as good
COURSE = (
    (2.5, 0.11, 1 / 3, 0.21, 1.5),
    (1.25, 0.53, 0.9, 0.47, 2.5),
    (0.75, 0.41, 0.8, 0.47, 3.5),
    (0.8, 0.43, 0.7, 0.32, 4.5),
)
METRICS_OF_COURSE = {
    "training_accuracy": 0.43,
    "training_loss": 0.8,
    "final_training_accuracy": 0.45,
    "validation_accuracy": 0.32,
    "validation_loss": 0.7,
    "best_validation_accuracy": 0.47,
    "best_validation_loss": 0.9,
    "best_epoch": 2,
    "testing_accuracy": 0.55,
    "testing_loss": 0.95,
    "last_testing_accuracy": 0.35,
    "last_testing_loss": 0.65,
}
NO_WEIGHTS = Weights(*(np.zeros(shape) for shape in ((0, 0), 0, (0, 0), 0)))
NORMS = ((1.5, 0.75, 0.5), (3.0, 1.75, 0.25), (4.5, 2.75, 0.5 / 3), (4.0, 3.75, 0.125))


def make_run(key: str, epochs: int = EPOCHS) -> Run:
    specification = {"learning_rate": 0.1, "seed": 1, "epochs": epochs, "of": key}
    return Run("rates", replace(CONFIGURATION, epochs=epochs), 1, specification, key)


def write_run(folder: Path, run: Run, *, finished: int = EPOCHS, diverged: bool = False, loss: float = 0.8) -> None:
    """A run of COURSE that ends with this training loss."""
    course = (*COURSE[:-1], (loss, *COURSE[-1][1:]))
    metrics: dict[str, Any] = dict.fromkeys(METRICS) if diverged else METRICS_OF_COURSE | {"training_loss": loss}
    epochs = tuple(Epoch(*row, finite=True) for row in course[:finished])
    norms = tuple(Norms(*row) for row in NORMS[:finished])
    write(Result(epochs, norms, diverged, metrics, NO_WEIGHTS), run.specification, folder / run.key)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_run(tmp_path, make_run("a"))
    write_run(tmp_path, make_run("b"), loss=2.6)
    return tmp_path


def edit_json(path: Path, **changes: Any) -> None:
    tree = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(tree | changes), encoding="utf-8")


def test_a_written_run_is_read_back_to_the_last_bit(folder: Path) -> None:
    record = records.read(folder / "a", make_run("a"))
    assert (record.status, record.metrics) == ("ok", METRICS_OF_COURSE)
    told = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
    assert [epoch["epoch"] for epoch in record.history] == [epoch["epoch"] for epoch in record.norms] == [1, 2, 3, 4]
    assert [tuple(epoch[name] for name in told) for epoch in record.history] == [row[:4] for row in COURSE]
    norms = ("w1_norm", "w2_norm", "gradient_norm")
    assert [tuple(epoch[name] for name in norms) for epoch in record.norms] == list(NORMS)


def test_the_files_of_a_run_tell_each_number_under_its_name(folder: Path) -> None:
    history, norms = ((folder / "a" / name).read_bytes().decode().split("\n") for name in ("history.csv", "norms.csv"))
    assert history[0] == "epoch,training_loss,training_accuracy,validation_loss,validation_accuracy"
    assert history[2] == "2,1.25,0.53,0.9,0.47"
    assert norms[0] == "epoch,w1_norm,w2_norm,gradient_norm"
    assert norms[4] == "4,4.0,3.75,0.125"
    assert json.loads((folder / "a/timing.json").read_text()) == {"seconds_per_epoch": [1.5, 2.5, 3.5, 4.5]}
    told = json.loads((folder / "a/metrics.json").read_text())
    assert told == METRICS_OF_COURSE | {"key": "a", "status": "ok", "specification": make_run("a").specification}


@pytest.mark.parametrize(
    "wrong",
    [
        {"training_accuracy": 0.53},  # of the best epoch
        {"training_loss": 0.75},  # the lowest
        {"validation_accuracy": 0.47},  # of the best epoch
        {"best_validation_accuracy": 0.32},  # of the last
        {"validation_loss": 0.9},  # of the best epoch
        {"best_validation_loss": 0.7},  # of the last
        {"best_validation_loss": 1 / 3},  # the lowest
        {"best_epoch": 3},  # the other one with this accuracy
        {"best_epoch": 4},  # the last
    ],
)
def test_a_number_that_is_not_that_of_its_epoch_is_named(folder: Path, wrong: dict[str, float]) -> None:
    path = folder / "a/metrics.json"
    sealed.write_text(path, json.dumps(json.loads(path.read_text()) | wrong))
    with pytest.raises(InputError, match=f"agree with history.csv, found another {next(iter(wrong))}"):
        records.read(folder / "a", make_run("a"))


@pytest.mark.parametrize("finished", [0, 1, EPOCHS - 1])
def test_a_diverged_run_may_be_short(tmp_path: Path, finished: int) -> None:
    write_run(tmp_path, make_run("a"), finished=finished, diverged=True)
    record = records.read(tmp_path / "a", make_run("a"))
    assert (record.status, len(record.history)) == ("diverged", finished)
    assert set(record.metrics.values()) == {None}


def replace_text(name: str, old: str, new: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        text = (run / name).read_text()
        assert old in text
        (run / name).write_text(text.replace(old, new, 1))

    return damage


def truncate(name: str, share: float) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        content = (run / name).read_bytes()
        (run / name).write_bytes(content[: int(len(content) * share)])

    return damage


def swap(name: str) -> Callable[[Path], None]:
    return lambda run: (run / name).write_bytes((run.parent / "b" / name).read_bytes())


def add_epoch(run: Path) -> None:
    for name, line in {"history.csv": "5,0.1,0.1,0.1,0.1\n", "norms.csv": "5,0.1,0.1,0.1\n"}.items():
        with (run / name).open("a") as file:
            file.write(line)


DIVERGED = {"status": "diverged", **dict.fromkeys(METRICS)}
NO_FILE = ("no folder", "no metrics", "no history", "no norms", "metrics are a folder")
DAMAGE: dict[str, Callable[[Path], object]] = {
    "no folder": lambda run: [path.unlink() for path in run.iterdir()] and run.rmdir(),
    "no metrics": lambda run: (run / "metrics.json").unlink(),
    "no history": lambda run: (run / "history.csv").unlink(),
    "metrics are a folder": lambda run: ((run / "metrics.json").unlink(), (run / "metrics.json").mkdir()),
    "metrics are {}": lambda run: (run / "metrics.json").write_text("{}"),
    "metrics empty": truncate("metrics.json", 0),
    "metrics truncated": truncate("metrics.json", 0.5),
    "no norms": lambda run: (run / "norms.csv").unlink(),
    "norms truncated": truncate("norms.csv", 0.7),
    "NaN in norms": replace_text("norms.csv", "0.25", "nan"),
    "norms of an epoch too few": lambda run: (run / "norms.csv").write_text(
        "".join((run / "norms.csv").read_text().splitlines(keepends=True)[:-1])
    ),
    "history empty": truncate("history.csv", 0),
    "history truncated": truncate("history.csv", 0.7),
    "metrics are not text": lambda run: (run / "metrics.json").write_bytes(b"\xff\xfe\x00"),
    "history is not text": lambda run: (run / "history.csv").write_bytes(b"\xff\xfe\x00"),
    "history is a page": lambda run: (run / "history.csv").write_text("<html>404</html>"),
    "metrics swapped": swap("metrics.json"),
    "specification differs": lambda run: edit_json(run / "metrics.json", specification={"learning_rate": 0.2}),
    "key differs": lambda run: edit_json(run / "metrics.json", key="b"),
    "metrics edited": lambda run: edit_json(run / "metrics.json", best_validation_accuracy=0.99),
    "history of another": swap("history.csv"),
    "status unknown": lambda run: edit_json(run / "metrics.json", status="fine"),
    "status says diverged": lambda run: edit_json(run / "metrics.json", status="diverged"),
    "NaN in metrics": lambda run: edit_json(run / "metrics.json", testing_accuracy=float("nan")),
    "infinite metric": lambda run: edit_json(run / "metrics.json", training_loss=float("inf")),
    "null metric": lambda run: edit_json(run / "metrics.json", testing_accuracy=None),
    "text metric": lambda run: edit_json(run / "metrics.json", testing_accuracy="0.9"),
    "NaN in history": replace_text("history.csv", "1.25", "nan"),
    "infinity in history": replace_text("history.csv", "1.25", "inf"),
    "a gap in history": replace_text("history.csv", "1.25", ""),
    "a word in history": replace_text("history.csv", "1.25", "oops"),
    "a stray quotation mark": replace_text("history.csv", "1.25", '"1.25"0'),
    "a renamed column": replace_text("history.csv", "validation_loss", "loss"),
    "epochs out of order": replace_text("history.csv", "\n2,", "\n4,"),
    "two epochs exchanged": lambda run: (run / "history.csv").write_text(
        re.sub("(2,.*\n)(3,.*\n)", r"\2\1", (run / "history.csv").read_text())
    ),
    "a diverged run of all epochs": lambda run: edit_json(run / "metrics.json", **DIVERGED),
    "a diverged run of more": lambda run: (edit_json(run / "metrics.json", **DIVERGED), add_epoch(run)),
    "an epoch too few": lambda run: (run / "history.csv").write_text(
        "".join((run / "history.csv").read_text().splitlines(keepends=True)[:-1])
    ),
    "an epoch too many": add_epoch,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_one_line_that_names_it(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder / "a")
    with pytest.raises(InputError) as caught:
        records.read_all(folder, [make_run("a"), make_run("b")])
    (problem,) = caught.value.problems
    name = re.search(r"/a/(metrics\.json|history\.csv|norms\.csv): expected .*, found .*\. Hint: ", problem)
    assert name, problem
    assert problem.partition(" If it is of a version")[0].endswith(f"Hint: `rm -rf {folder / 'a'}` and build again.")
    assert "\n" not in problem


@pytest.mark.parametrize("damage", [damage for name, damage in DAMAGE.items() if not name.startswith(NO_FILE)])
def test_what_is_wrong_with_right_checksums_is_one_line_that_names_the_folder(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    damage(folder / "a")
    for path in (folder / "a").glob("[!.]*"):
        sealed.write_bytes(path, path.read_bytes())
    with pytest.raises(InputError) as caught:
        records.read_all(folder, [make_run("a"), make_run("b")])
    (problem,) = caught.value.problems
    assert problem.startswith(f"{folder / 'a'}: ")
    assert "expected" in problem
    assert "found" in problem
    assert problem.endswith(f"Hint: `rm -rf {folder / 'a'}` and build again.")
    assert "\n" not in problem


@pytest.mark.parametrize("content", ["[]", "null", '"text"', "3"])
def test_metrics_of_another_kind_are_one_line_too(folder: Path, content: str) -> None:
    sealed.write_text(folder / "a/metrics.json", content)
    with pytest.raises(InputError) as caught:
        records.read(folder / "a", make_run("a"))
    (problem,) = caught.value.problems
    assert problem.startswith(f"{folder / 'a'}: expected a finished run, found: ")
    assert "\n" not in problem


def test_a_missing_metric_is_one_line_too(folder: Path) -> None:
    path = folder / "a/metrics.json"
    metrics = json.loads(path.read_text())
    del metrics["testing_accuracy"]
    sealed.write_text(path, json.dumps(metrics))
    with pytest.raises(InputError, match="expected finite metrics") as caught:
        records.read(folder / "a", make_run("a"))
    (problem,) = caught.value.problems
    assert problem.startswith(f"{folder / 'a'}: ")
    assert "\n" not in problem


def test_a_run_of_more_epochs_is_not_taken_for_one_of_fewer(folder: Path) -> None:
    with pytest.raises(InputError, match="found another's"):
        records.read(folder / "a", make_run("a", epochs=2))


def test_all_bad_runs_are_named_at_once_and_each_once(folder: Path) -> None:
    (folder / "a/metrics.json").write_text("{")
    runs = [make_run("a"), make_run("b"), make_run("c"), make_run("a")]
    with pytest.raises(InputError) as caught:
        records.read_all(folder, runs)
    named = [problem.split(": ")[0] for problem in caught.value.problems]
    assert named == [str(folder / "a/metrics.json"), str(folder / "c/metrics.json")]


def test_a_run_that_two_experiments_share_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    original = records.read
    monkeypatch.setattr(records, "read", lambda path, run: read.append(path) or original(path, run))
    shared = replace(make_run("a"), experiment="best")
    assert set(records.read_all(folder, [make_run("a"), shared, make_run("b")])) == {"a", "b"}
    assert read == [folder / "a", folder / "b"]
