"""The pictures: networks that are those of their runs, and what is chosen of them and of the data."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread
from oracle import reference
from sklearn.metrics import confusion_matrix
from synthetic import RANDOMISATION, tree

from pipeline.config import load as config
from pipeline.config.settings import Config
from pipeline.data import dataset, preparation
from pipeline.data.examples import Examples, by_use, split
from pipeline.errors import RunError
from pipeline.experiments import plan
from pipeline.figures import sheets
from pipeline.figures.style import TRAINING as BLUE
from pipeline.figures.style import VALIDATION as ORANGE
from pipeline.files import sealed
from pipeline.pictures import choice, network, record, step, trained
from pipeline.randomisation import step as randomisation
from pipeline.randomisation import treatment
from pipeline.randomisation.record import Variant
from pipeline.training import network as mathematics
from pipeline.training import step as training

SIDE, CLASSES = 14, 4


def draw(count: int, seed: int) -> Examples:
    """Images with a bright stripe for their class, which one in five has another's as well."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 90, (count, SIDE**2)) * (rng.random((count, SIDE**2)) < np.linspace(0.9, 0.1, SIDE**2))
    labels = rng.integers(CLASSES, size=count)
    for stripes in (labels, np.where(rng.random(count) < 0.4, rng.integers(CLASSES, size=count), labels)):
        images[np.arange(count)[:, None], stripes[:, None] * 30 + np.arange(20)] = 230
    return Examples(images.astype(np.uint8), labels.astype(np.uint8))


DRAWN = {"training": draw(500, 1), "testing": draw(300, 2)}
EXPERIMENTS = {
    "regularization": {"sweep": {"reg": [1, "e^-2", "e^-3", "e^-4", "e^-5"]}},
    "free": {"single": {"reg": 0}},
    "grid": {"grid": {"learning_rate": [0.5, 1], "batch_size": [16]}, "replicates": 1},
    "best": {"best_of": "grid", "replicates": 4},
    "default": {"single": {}},
}
TABLES = {
    "regularization": {"experiment": "regularization", "metrics": ["testing_accuracy"]},
    "tuning": {"best": "best", "default": "default", "metrics": ["testing_accuracy"]},
}


@dataclass(frozen=True)
class Made:
    """A folder of results, its configuration with what is selected, and the runs that are chosen."""

    folder: Path
    config: Config
    chosen: choice.Choice

    def pictures(self, output: Path) -> record.Pictures:
        names = ("data", "prepared", "networks")
        folders = {name: self.folder / name for name in names}
        files = {"config": self.folder / "config.json", "selection": self.folder / "selection/selection.json"}
        step.write(**files, **folders, output=output / "pictures")
        return record.read(output)


def make(folder: Path, **changes: Any) -> Made:
    """Everything that the step needs, as a build leaves it; the best of the grid is its second configuration."""
    settings: dict[str, Any] = {"experiments": EXPERIMENTS, "tables": TABLES, "epochs": 4}
    settings["network"] = {"hidden": 12, "initial_scale": 0.1, "initial_seed": 5}
    settings["randomisation"] = RANDOMISATION | {"images": 60}
    whole = {name: value for name, value in tree(**settings | changes).items() if value is not None}
    sealed.write_json(folder / "config.json", config.resolved(whole))
    loaded = config.read_resolved(folder / "config.json")
    grid = loaded.experiments["grid"].configurations if "grid" in loaded.experiments else ()
    chosen = {name: [vars(grid[-1])] for name, each in loaded.experiments.items() if each.best_of}
    sealed.write_text(folder / "selection/selection.json", json.dumps(chosen))
    arrays = {f"{part}_{kind}": getattr(own, kind) for part, own in DRAWN.items() for kind in ("images", "labels")}
    told = {"name": "Stripes", "source": "mnist", "fallback": False, "files": {}}
    manifest = dataset.save(folder / "data", arrays, classes=CLASSES, **told)
    preparation.save(folder / "prepared", *preparation.make(folder / "data", 0.2, 1024))
    selected = plan.load_selected(folder / "config.json", folder / "selection/selection.json")
    made = Made(folder, selected, choice.choose(selected, manifest.fingerprint))
    for key, run in made.chosen.runs.items():
        found = training.train(run.specification, folder / "prepared")
        training.write(found, run.specification, folder / "runs" / key)
        network.write(run.specification, folder / "prepared", folder / "runs" / key, folder / "networks" / key)
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def pictures(made: Made) -> record.Pictures:
    return made.pictures(made.folder)


def metrics(made: Made, key: str) -> Any:
    return json.loads((made.folder / "runs" / key / "metrics.json").read_text())


# --- Which runs


def test_the_weights_are_of_no_penalty_and_the_smallest_coefficients_the_smallest_first(made: Made) -> None:
    runs = made.chosen.weights
    assert [run.experiment for run in runs] == ["free", *["regularization"] * 3]
    assert [float(run.configuration.reg) for run in runs] == pytest.approx([0, *np.exp([-5, -4, -3])])
    assert {run.seed for run in runs} == {1}


def test_the_confusions_are_of_the_first_seed_that_had_no_part_in_the_choice(made: Made) -> None:
    run = made.chosen.confusion
    assert run is not None
    assert (run.experiment, run.configuration.learning_rate, run.seed) == ("best", 1, 2)


def test_without_its_sections_nothing_is_trained_again(tmp_path: Path) -> None:
    without = make(tmp_path, tables={}, randomisation=None)
    assert without.chosen.runs == {}
    found = without.pictures(tmp_path)
    assert (found.tests, found.weights, found.confusion) == ((), (), None)
    assert len(found.digits) == 2 * CLASSES


# --- The networks


def test_a_network_is_that_of_its_run(made: Made) -> None:
    for key in made.chosen.runs:
        told = metrics(made, key)
        found, w1, logits = trained.read(made.folder / "networks" / key)
        assert (found.key, found.best_epoch, found.recorded) == (key, told["best_epoch"], told["testing_accuracy"])
        prepared = np.load(made.folder / "prepared/testing_labels.npy")
        assert (logits.argmax(axis=1) == prepared).mean() == told["testing_accuracy"]
        norms = (made.folder / "runs" / key / "norms.csv").read_text().splitlines()
        row = dict(zip(norms[0].split(","), norms[told["best_epoch"]].split(","), strict=True))
        assert np.linalg.norm(w1) == pytest.approx(float(row["w1_norm"]), rel=1e-5)


def by_the_reference(made: Made, run: plan.Run, epochs: int) -> mathematics.Weights:
    """The network after so many epochs, in double precision and with its pixels as they are in the image."""
    parts = split(DRAWN["training"], 0.2, 1024)
    start = mathematics.initial_weights(SIDE**2, 12, CLASSES, 0.1, 5)
    how = (float(run.configuration.learning_rate), float(run.configuration.reg), run.configuration.batch_size)
    return reference(start, *parts, *how, epochs, run.seed)[1]


def test_first_weights_have_their_pixels_as_they_are_in_the_image(made: Made, pictures: record.Pictures) -> None:
    drawn = np.load(made.folder / "pictures/weights.npy")
    start = mathematics.initial_weights(SIDE**2, 12, CLASSES, 0.1, 5).w1
    np.testing.assert_allclose(drawn[0], start[:, :8].T, rtol=1e-6)
    for run, panel, weights in zip(made.chosen.weights, pictures.weights[1:], drawn[1:], strict=True):
        assert panel.key == run.key
        expected = by_the_reference(made, run, metrics(made, run.key)["best_epoch"]).w1
        np.testing.assert_allclose(weights, expected[:, :8].T, atol=1e-4)
        assert panel.largest == pytest.approx(np.abs(expected[:, :8]).max(), abs=1e-4)
        values = np.linalg.eigvalsh(expected.T @ expected)
        assert panel.leading == pytest.approx(values[-1] / values.sum(), abs=1e-3)


def test_units_that_are_alike_but_for_a_factor_have_all_their_weights_in_one_direction() -> None:
    alike = np.outer(np.arange(1, 9), [1.0, -2.0, 0.5])
    assert step.panel("k", 0.1, 3, alike).leading == pytest.approx(1)
    assert step.panel("k", 0.1, 3, np.eye(5)).leading == pytest.approx(1 / 5)
    assert step.panel("k", 0.1, 3, np.zeros((5, 2))).leading == 0


def test_another_network_than_the_runs_is_refused(made: Made, tmp_path: Path) -> None:
    (key, run), *_ = made.chosen.runs.items()
    for told in (metrics(made, key)["testing_accuracy"] - 0.02, None):
        sealed.write_json(tmp_path / key / "metrics.json", metrics(made, key) | {"testing_accuracy": told})
        with pytest.raises(RunError, match=f"{key}: expected a run that comes out again, found .* for {told}"):
            network.write(run.specification, made.folder / "prepared", tmp_path / key, tmp_path / "new")
        assert not (tmp_path / "new").exists()


def test_a_run_that_diverged_has_no_network_to_show(tmp_path: Path) -> None:
    defaults = {"learning_rate": "1e30", "reg": 1, "batch_size": 16}
    lost = make(tmp_path, defaults=defaults, experiments=EXPERIMENTS | {"grid": {"grid": {"batch_size": [16]}}})
    found = lost.pictures(tmp_path)
    assert [panel.diverged for panel in found.weights] == [False, True, True, True, True]
    assert found.confusion is None
    assert np.load(tmp_path / "pictures/mistakes.npy").shape == (0, SIDE**2)


# --- Confusions and mistakes


def test_the_matrix_is_scikit_learns_and_its_diagonal_the_testing_accuracy(
    made: Made, pictures: record.Pictures
) -> None:
    run, found = made.chosen.confusion, pictures.confusion
    assert run is not None and found is not None
    told = metrics(made, run.key)
    assert (found.key, found.seed, found.best_epoch) == (run.key, 2, told["best_epoch"])
    weights = by_the_reference(made, run, told["best_epoch"])
    _, logits = mathematics.forward(weights, DRAWN["testing"].images / 255)
    labels, answers = DRAWN["testing"].labels, logits.argmax(axis=1)
    assert np.array_equal(found.matrix, confusion_matrix(labels, answers, labels=range(CLASSES)))
    assert np.trace(found.matrix) / found.images == told["testing_accuracy"] == found.recorded
    assert found.images == 300
    assert found.wrong == (labels != answers).sum() > 12
    # the mistakes by the place of the image in its file, the surest first
    sure = np.exp(mathematics.log_softmax(logits)).max(axis=1)
    assert found.sure == pytest.approx(sure[labels == answers].mean(), abs=1e-4)
    assert found.unsure == pytest.approx(sure[labels != answers].mean(), abs=1e-4)
    expected = sorted(np.flatnonzero(labels != answers), key=lambda image: -sure[image])[:12]
    assert [mistake.image for mistake in found.mistakes] == expected
    for mistake in found.mistakes:
        assert (mistake.label, mistake.answer) == (labels[mistake.image], answers[mistake.image])
        assert mistake.probability == pytest.approx(sure[mistake.image], abs=1e-4)
    assert np.array_equal(np.load(made.folder / "pictures/mistakes.npy"), DRAWN["testing"].images[expected])


# --- The data


def test_digits_are_the_first_of_each_class_in_the_file(made: Made, pictures: record.Pictures) -> None:
    labels = list(DRAWN["training"].labels)
    for label in range(CLASSES):
        places = [n for n, each in enumerate(labels) if each == label][:2]
        assert [digit.image for digit in pictures.digits if digit.label == label] == places
    shown = [digit.image for digit in pictures.digits]
    assert np.array_equal(np.load(made.folder / "pictures/digits.npy"), DRAWN["training"].images[shown])
    assert pictures.counts == tuple(labels.count(label) for label in range(CLASSES))


@pytest.mark.parametrize(("classes", "shown"), [(2, 4), (10, 20), (11, 11), (26, 20)])
def test_of_many_classes_fewer_images_are_shown(classes: int, shown: int) -> None:
    places = step.first_of_each(np.tile(np.arange(classes, dtype=np.uint8), 3), classes)
    assert len(places) == len(set(places)) == shown


def test_examples_are_what_the_first_seed_learns(made: Made, pictures: record.Pictures) -> None:
    how = made.config.randomisation
    assert how is not None
    _, prepared = preparation.load(made.folder / "prepared")
    images, testing = (
        treatment.in_original_order(examples, prepared.pixels)
        for examples in (treatment.subset(prepared.training, how.images, how.seed), prepared.testing)
    )
    names = ["true_labels", "corrupted_labels_1.0", "shuffled_pixels", "random_pixels", "gaussian_images"]
    assert [test.name for test in pictures.tests] == names
    settings = {name: value for name, value in vars(how).items() if name != "corruption"}
    for test, shown in zip(pictures.tests, np.load(made.folder / "pictures/tests.npy"), strict=True):
        task = randomisation.Task(Variant.named(test.name), images, testing, CLASSES)
        learner, _ = randomisation._learner(task, randomisation.Training(**settings, hidden=3, engine="numpy"), 1)
        learned = learner.training
        assert list(test.labels) == list(learned.labels[:6])
        if test.name == "gaussian_images":
            expected = np.rint(np.clip(learned.images[:6], 0, 1) * 255)
        else:
            expected = learned.images[:6, np.argsort(by_use(shuffled(test.name, images, testing)))]
        assert np.array_equal(shown, expected)


def shuffled(name: str, images: Examples, testing: Examples) -> Any:
    return treatment.treat(Variant.named(name), images, testing, CLASSES, 1)[0].images


# --- The files


def test_the_same_inputs_give_the_same_bytes(made: Made, pictures: record.Pictures, tmp_path: Path) -> None:
    for key, run in made.chosen.runs.items():
        network.write(
            run.specification, made.folder / "prepared", made.folder / "runs" / key, tmp_path / "networks" / key
        )
    assert made.pictures(tmp_path) == pictures

    def digests(folder: Path) -> dict[str, str]:
        paths = [*folder.glob("pictures/[!.]*"), *folder.glob("networks/*/[!.]*")]
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    assert digests(tmp_path) == digests(made.folder)
    assert len(digests(tmp_path)) == 2 + 4 + 4 * 5  # with the checksums


# --- Sheets


def test_a_png_has_the_levels_that_it_was_given() -> None:
    grey = np.random.default_rng(1).integers(256, size=(5, 9)).astype(np.uint8)
    shown = imread(io.BytesIO(sheets.png(grey)), format="png")
    assert np.array_equal(np.rint(shown * 255), grey)


def test_zero_is_white_and_the_ends_have_the_colors_of_the_curves() -> None:
    values = np.array([[-2.0, -1.0, 0.0, 1.0]])
    levels = sheets.steps(values, 1.0)
    shown = imread(io.BytesIO(sheets.png(levels, sheets.diverging())), format="png")[0, :, :3]
    seen = ["#" + bytes(np.rint(pixel * 255).astype(np.uint8)).hex() for pixel in shown]
    assert seen == [ORANGE.colour, ORANGE.colour, "#ffffff", BLUE.colour]
    assert (sheets.steps(np.zeros((1, 2)), 0.0) == sheets.steps(np.zeros((1, 2)), 1.0)).all()
