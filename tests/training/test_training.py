"""The train step: its numbers are the reference's on the unsorted images, and it refuses what is not its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from configuration import ROOT
from oracle import on_each_engine, reference

from pipeline.data import dataset, preparation
from pipeline.data.examples import Examples, split
from pipeline.environment import fingerprint
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.training import network
from pipeline.training import step as training

PIXELS, CLASSES = 196, 10


def draw(count: int, seed: int) -> Examples:
    """Images of which the later pixels are seldom used; a label brightens a stripe of its own."""
    rng = np.random.default_rng(seed)
    used = rng.random((count, PIXELS)) < np.linspace(0.9, 0.02, PIXELS)
    images = (rng.integers(1, 256, used.shape) * used).astype(np.uint8)
    labels = rng.integers(0, CLASSES, count).astype(np.uint8)
    images[np.arange(count)[:, None], labels[:, None] * 9 + np.arange(9)] = 255
    return Examples(images, labels)


TRAINING, TESTING = draw(1500, 1), draw(200, 2)


def parts() -> tuple[Examples, Examples]:
    """The images for training and for validation."""
    return split(TRAINING, 0.2, 3)


def on_testing(weights: network.Weights) -> float:
    _, logits = network.forward(weights, TESTING.images / 255)
    return network.accuracy(logits, TESTING.labels)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Prepared images."""
    folder = tmp_path_factory.mktemp("training")
    arrays = {
        "training_images": TRAINING.images,
        "training_labels": TRAINING.labels,
        "testing_images": TESTING.images,
        "testing_labels": TESTING.labels,
    }
    dataset.save(folder / "data", arrays, classes=CLASSES, name="small", source="mnist", fallback=False, files={})
    preparation.save(folder / "prepared", *preparation.make(folder / "data", 0.2, 3))
    return folder


def specification(folder: Path, **changes) -> dict:
    settings = {
        **{"learning_rate": 0.5, "reg": 0.001, "batch_size": 32, "hidden": 16, "epochs": 3, "seed": 4},
        **{"initial_scale": 0.1, "initial_seed": 5, "validation_fraction": 0.2, "split_seed": 3, "engine": "numpy"},
        "data": dataset.read_manifest(folder / "data").fingerprint,
        "numpy": np.__version__,
    }
    settings |= changes
    return {"code": fingerprint.of_runs(settings["engine"], hidden=settings["hidden"] > 0)} | settings


@on_each_engine
def test_a_run_is_the_references_on_the_unsorted_images(folder, engine):
    result = training.train(specification(folder, engine=engine), folder / "prepared")
    expected, after = reference(network.initial_weights(PIXELS, 16, CLASSES, 0.1, 5), *parts(), 0.5, 0.001, 32, 3, 4)
    assert result.metrics["last_testing_accuracy"] == on_testing(after)
    for epoch, (of_training, of_validation, _) in zip(result.epochs, expected, strict=True):
        assert (epoch.training_loss, epoch.training_accuracy) == pytest.approx(of_training, abs=1e-5)
        assert (epoch.validation_loss, epoch.validation_accuracy) == pytest.approx(of_validation, abs=1e-5)
    assert max(of_validation[1] for _, of_validation, _ in expected) > 0.3, (
        "it learns, so that a wrong order of the pixels would show"
    )


@on_each_engine
def test_the_testing_accuracy_is_that_of_the_references_best_epoch(folder, engine):
    """So large a rate that the second of four epochs is the best, and the last one far worse."""
    result = training.train(
        specification(folder, learning_rate=2, reg=0.01, batch_size=16, epochs=4, engine=engine), folder / "prepared"
    )
    runs = [
        reference(network.initial_weights(PIXELS, 16, CLASSES, 0.1, 5), *parts(), 2, 0.01, 16, epochs, 4)
        for epochs in (2, 4)
    ]
    accuracies = [of_validation[1] for _, of_validation, _ in runs[1][0]]
    assert sorted(accuracies)[-2] < accuracies[1] - 0.1
    testing = [on_testing(after) for _, after in runs]
    assert testing[0] > testing[1] + 0.5
    metrics = result.metrics
    # so large a rate amplifies rounding, which depends on the processor: a few of 200 images
    assert (metrics["best_epoch"], metrics["best_validation_accuracy"]) == (2, pytest.approx(accuracies[1], abs=0.02))
    assert (metrics["testing_accuracy"], metrics["last_testing_accuracy"]) == pytest.approx(testing, abs=0.02)


@on_each_engine
def test_the_norms_are_the_references(folder, engine):
    result = training.train(specification(folder, engine=engine), folder / "prepared")
    before = network.initial_weights(PIXELS, 16, CLASSES, 0.1, 5)
    updates = -(-len(parts()[0]) // 32)
    for epochs, norms in enumerate(result.norms, start=1):
        _, after = reference(network.initial_weights(PIXELS, 16, CLASSES, 0.1, 5), *parts(), 0.5, 0.001, 32, epochs, 4)
        moved = np.concatenate(
            [(new - old).ravel() for old, new in zip(vars(before).values(), vars(after).values(), strict=True)]
        )
        assert norms.w1_norm == pytest.approx(np.linalg.norm(after.w1), rel=1e-5)
        assert norms.w2_norm == pytest.approx(np.linalg.norm(after.w2), rel=1e-5)
        assert norms.gradient_norm == pytest.approx(np.linalg.norm(moved) / (0.5 * updates), rel=1e-4)
        before = after


def test_after_small_steps_the_gradients_norm_is_that_of_the_whole_set(folder):
    result = training.train(specification(folder, learning_rate=0.01, reg=0.1, epochs=1), folder / "prepared")
    images, labels = (getattr(parts()[0], name) for name in ("images", "labels"))
    weights = network.initial_weights(PIXELS, 16, CLASSES, 0.1, 5)
    gradient = network.gradients(weights, images / 255, labels, 0.1)
    norm = np.sqrt(sum((part**2).sum() for part in vars(gradient).values()))
    assert result.norms[0].gradient_norm == pytest.approx(norm, rel=0.1)


@pytest.mark.parametrize("changes", [{"data": "0" * 64}, {"validation_fraction": 0.25}, {"split_seed": None}])
def test_images_prepared_from_something_else_are_refused(folder, changes):
    with pytest.raises(InputError) as raised:
        training.train(specification(folder, **changes), folder / "prepared")
    (line,) = raised.value.problems
    assert f"{folder / 'prepared'}: expected images prepared with" in line
    assert line.endswith(preparation.MEND)


@pytest.mark.parametrize("changes", [{"code": "0" * 64}, {"numpy": "1.0"}])
def test_images_prepared_by_other_code_are_refused(folder, tmp_path, changes):
    for path in (folder / "prepared").iterdir():
        (tmp_path / path.name).symlink_to(path)
    described = json.loads((folder / "prepared/prepared.json").read_text())
    (tmp_path / "prepared.json").unlink()
    sealed.write_text(tmp_path / "prepared.json", json.dumps(described | changes))
    with pytest.raises(InputError, match="expected images prepared with"):
        training.train(specification(folder), tmp_path)


def test_a_batch_may_be_as_large_as_the_training_set_and_no_larger(folder):
    assert len(training.train(specification(folder, batch_size=1200, epochs=1), folder / "prepared").epochs) == 1
    with pytest.raises(InputError) as raised:
        training.train(specification(folder, batch_size=1201), folder / "prepared")
    assert raised.value.problems == ("batch_size: expected at most 1,200 (the training set), found 1,201.",)


def step(folder: Path, output: Path, threads: int) -> bytes:
    """The history that the train step writes if the environment allows so many threads."""
    run = json.dumps(specification(folder, batch_size=500, hidden=128, epochs=1))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pipeline.training.step",
            "--specification",
            run,
            "--data",
            folder / "prepared",
            "--output",
            output,
        ],
        env=os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)},
        cwd=ROOT,
        check=True,
    )
    return (output / "history.csv").read_bytes()


def test_the_number_of_threads_changes_no_byte(folder, tmp_path):
    assert step(folder, tmp_path / "one", 1) == step(folder, tmp_path / "two", 2)


def test_a_job_imports_numpy_msgspec_platformdirs_and_nothing_else():
    code = "import sys, pipeline.training.step; print(*{name.partition('.')[0] for name in sys.modules})"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    installed = set(result.stdout.split()) - sys.stdlib_module_names - {"__main__"}
    own = {name for name in installed if not name.startswith(("_", "sitecustomize"))}
    assert own - {"typing_extensions"} == {"numpy", "msgspec", "platformdirs", "pipeline"}
