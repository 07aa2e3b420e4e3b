"""A run's folder is checked before it is used: whatever is wrong with it is one line that names the folder."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import records, sealed
from pipeline.errors import InputError
from pipeline.metrics import METRICS
from pipeline.plan import Run
from pipeline.run import Norms, Result
from pipeline.settings import Configuration
from pipeline.sgd import Epoch
from pipeline.training import write

EPOCHS = 4
VALIDATION = (0.2, 0.6, 0.6, 0.4)  # the best epoch is the second, and as good as the third
CONFIGURATION = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=EPOCHS)


def make_run(key: str, epochs: int = EPOCHS) -> Run:
    specification = {"learning_rate": 0.1, "seed": 1, "epochs": epochs, "of": key}
    return Run("rates", replace(CONFIGURATION, epochs=epochs), 1, specification, key)


def write_run(folder: Path, run: Run, *, finished: int = EPOCHS, diverged: bool = False, loss: float = 2.5) -> None:
    numbered = list(enumerate(VALIDATION[:finished], start=1))
    epochs = tuple(Epoch(loss / n, 0.1 * n, 1 / 3 / n, accuracy, 0.0, finite=True) for n, accuracy in numbered)
    metrics: dict[str, float | int | None] = dict.fromkeys(METRICS)
    if not diverged:
        last = epochs[-1]
        metrics |= {"training_accuracy": last.training_accuracy, "training_loss": last.training_loss}
        metrics |= {"validation_accuracy": last.validation_accuracy, "testing_accuracy": 0.55}
        metrics |= {"best_validation_accuracy": 0.6, "best_epoch": 2, "last_testing_accuracy": 0.45}
    norms = tuple(Norms(1.5 * n, 0.75 * n, 0.5 / n) for n in range(1, finished + 1))
    write(Result(epochs, norms, diverged, metrics), run.specification, folder / run.key)


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
    assert record.status == "ok"
    assert record.metrics == {
        "training_accuracy": 0.4,
        "training_loss": 2.5 / 4,
        "validation_accuracy": 0.4,
        "best_validation_accuracy": 0.6,
        "best_epoch": 2,
        "testing_accuracy": 0.55,
        "last_testing_accuracy": 0.45,
    }
    columns = {
        "epoch": [1, 2, 3, 4],
        "training_loss": [2.5, 1.25, 2.5 / 3, 2.5 / 4],
        "training_accuracy": [0.1 * n for n in (1, 2, 3, 4)],
        "validation_loss": [1 / 3, 1 / 3 / 2, 1 / 3 / 3, 1 / 3 / 4],
        "validation_accuracy": [0.2, 0.6, 0.6, 0.4],
    }
    assert {name: [epoch[name] for epoch in record.history] for name in columns} == columns
    norms = {
        "w1_norm": [1.5, 3.0, 4.5, 6.0],
        "w2_norm": [0.75, 1.5, 2.25, 3.0],
        "gradient_norm": [0.5, 0.25, 0.5 / 3, 0.125],
    }
    assert {name: [epoch[name] for epoch in record.norms] for name in norms} == norms


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
    "the last validation accuracy called the best": lambda run: edit_json(
        run / "metrics.json", best_validation_accuracy=0.4, best_epoch=4
    ),
    "the best validation accuracy called the last": lambda run: edit_json(
        run / "metrics.json", validation_accuracy=0.6
    ),
    "the later of two equal epochs called the best": lambda run: edit_json(run / "metrics.json", best_epoch=3),
    "another training accuracy": lambda run: edit_json(run / "metrics.json", training_accuracy=0.3),
    "another training loss": lambda run: edit_json(run / "metrics.json", training_loss=2.5 / 3),
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
    "a renamed column": replace_text("history.csv", "validation_loss", "loss"),
    "epochs out of order": replace_text("history.csv", "\n2,", "\n5,"),
    "an epoch too few": lambda run: (run / "history.csv").write_text(
        "".join((run / "history.csv").read_text().splitlines(keepends=True)[:-1])
    ),
    "an epoch too many": lambda run: (run / "history.csv").write_text(
        (run / "history.csv").read_text() + "5,0.1,0.1,0.1,0.1\n"
    ),
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
