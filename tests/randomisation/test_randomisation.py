"""The randomization tests of section 2.3: what they do to the data, how they train, and the files they leave."""

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from configuration import CONFIG_YAML, ROOT
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from oracle import on_each_engine
from synthetic import RANDOMISATION, outcome_of, tree, usual_test

from pipeline.config import load as configuration_file
from pipeline.config.settings import Engine
from pipeline.data.examples import Examples, Prepared, prepare
from pipeline.environment import modules
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.randomisation import record, treatment
from pipeline.randomisation import step as randomisation
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantOutcome
from pipeline.randomisation.step import Learner, Training
from pipeline.training import network
from pipeline.training.network import Weights
from pipeline.workflow.build import Build

HOW = Training(
    **{"images": 60, "learning_rate": 0.5, "reg": 0.0, "batch_size": 8, "initial_scale": 0.1, "epochs": 5, "seed": 3},
    **{"hidden": 6, "replicates": 2, "engine": "numpy"},
)
TRUE, SHUFFLED = Variant("true_labels"), Variant("shuffled_pixels")
PIXELS, NOISE = Variant("random_pixels"), Variant("gaussian_images")
RANDOM = Variant("corrupted_labels", 1.0)
ALL = (TRUE, Variant("corrupted_labels", 0.5), RANDOM, SHUFFLED, PIXELS, NOISE)


def run(variant: Variant, data: Prepared, **changes: Any) -> SeedOutcome:
    """What a test came to with its first seed."""
    outcome = randomisation.run(variant, data, 3, replace(HOW, **{"replicates": 1, **changes}))
    (seed,) = outcome.seeds
    return seed


def examples(count: int, pixels: int = 30, classes: int = 3, seed: int = 0) -> Examples:
    """Images with a class each that can be learned: a bright stripe, and noise on half of the pixels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=count).astype(np.uint8)
    images = rng.integers(0, 120, (count, pixels)) * (rng.random((count, pixels)) < 0.5)
    images[np.arange(count), labels] = 255
    return Examples(images.astype(np.uint8), labels)


def prepared(count: int = 80) -> Prepared:
    return prepare(examples(count), examples(40, seed=1), 0.2, 7)


# --- What is done to the data


@given(p=st.sampled_from([0.2, 0.5, 0.8, 1.0]), classes=st.sampled_from([2, 10, 47]), seed=st.integers(0, 1000))
@tries(max_examples=30)
def test_labels_are_replaced_with_probability_p_by_a_uniform_class(p: float, classes: int, seed: int) -> None:
    count = 20_000
    true = np.full(count, 1, np.uint8)
    found = treatment.corrupt(true, p, classes, np.random.default_rng(seed))
    assert found.dtype == np.uint8
    shares = np.bincount(found, minlength=classes) / count
    expected = np.full(classes, p / classes)
    expected[1] += 1 - p  # p = 1 leaves one in so many as it was
    bound = 6 * np.sqrt(expected * (1 - expected) / count)  # six standard deviations
    assert len(shares) == classes
    assert (np.abs(shares - expected) < bound).all()


def test_the_share_of_changed_labels_is_that_of_the_labels_learned() -> None:
    for p in (0.5, 1.0):
        outcome = run(Variant("corrupted_labels", p), prepared(4000), images=3000, epochs=1)
        assert outcome.changed_labels == pytest.approx(p * 2 / 3, abs=0.05)
    for variant in (TRUE, SHUFFLED, PIXELS, NOISE):
        assert run(variant, prepared(), epochs=1).changed_labels == 0


def treated(variant: Variant) -> tuple[Examples, Examples, Examples, Examples]:
    """Training and testing images before and after."""
    training, testing = examples(50), examples(40, seed=1)
    return training, testing, *treatment.treat(variant, training, testing, 3, 5)


def test_one_permutation_moves_the_pixels_of_every_image_for_training_and_testing_alike() -> None:
    training, testing, shuffled, shuffled_testing = treated(SHUFFLED)
    before = np.vstack([training.images, testing.images])
    after = np.vstack([shuffled.images, shuffled_testing.images])
    columns = {column.tobytes(): k for k, column in enumerate(np.ascontiguousarray(before.T))}
    order = [columns[column.tobytes()] for column in np.ascontiguousarray(after.T)]
    assert sorted(order) == list(range(before.shape[1]))
    assert order != sorted(order)
    assert (shuffled.labels == training.labels).all()
    assert (shuffled_testing.labels == testing.labels).all()


def test_each_image_has_a_permutation_of_its_own_that_keeps_its_values() -> None:
    training, testing, permuted, permuted_testing = treated(PIXELS)
    for before, after in ((training, permuted), (testing, permuted_testing)):
        assert (np.sort(before.images, axis=1) == np.sort(after.images, axis=1)).all()
        assert (before.labels == after.labels).all()
    ramp = np.tile(np.arange(30, dtype=np.uint8), (40, 1))
    ramps = Examples(ramp, np.zeros(40, np.uint8))
    orders = np.vstack([each.images for each in treatment.treat(PIXELS, ramps, ramps, 3, 5)])
    assert len(np.unique(orders, axis=0)) == 80


def test_gaussian_images_have_the_mean_and_variance_of_the_data() -> None:
    training, testing = examples(500), examples(400, seed=1)
    rng = np.random.default_rng(0)
    for each in (training, testing):
        noise = treatment.gaussian(each, training.images, rng)
        assert noise.images.dtype == np.float32
        assert noise.images.shape == each.images.shape
        count = noise.images.size
        mean, deviation = training.images.mean() / 255, training.images.std() / 255
        assert abs(noise.images.mean() - mean) < 6 * deviation / math.sqrt(count)
        assert abs(noise.images.std() - deviation) < 6 * deviation / math.sqrt(2 * count)
        assert (noise.labels == each.labels).all()


def test_true_labels_and_corrupted_labels_leave_the_images_and_the_testing_labels() -> None:
    for variant in (TRUE, RANDOM):
        training, testing, learned, tested = treated(variant)
        assert (learned.images == training.images).all()
        assert tested is testing
        assert bool((learned.labels == training.labels).all()) == (variant is TRUE)


def test_a_subset_is_drawn_from_all_images_and_all_are_taken_where_there_are_no_more() -> None:
    every = Examples(np.arange(100, dtype=np.uint8)[:, None], np.arange(100, dtype=np.uint8))
    chosen = treatment.subset(every, 30, 1)
    assert len(set(chosen.labels.tolist())) == 30
    assert (chosen.images[:, 0] == chosen.labels).all()
    assert chosen.labels.max() > 60
    drawn = np.random.default_rng([1, *b"images"]).choice(100, 30, replace=False)
    assert chosen.labels.tolist() == sorted(drawn), "another subset than that of earlier results"
    assert (chosen.labels != treatment.subset(every, 30, 2).labels).any()
    assert treatment.subset(every, 100, 1) is treatment.subset(every, 101, 1) is every


def test_no_two_purposes_share_their_random_numbers() -> None:
    parts = [f"{part} {variant.name}" for variant in ALL for part in ("training", "testing")]
    drawn = [treatment.stream(3, purpose).random(4).tobytes() for purpose in ("images", "order", *parts)]
    drawn += [treatment.stream(4, purpose).random(4).tobytes() for purpose in ("images", "order", *parts)]
    assert len(set(drawn)) == len(drawn)
    half, most = (treated(Variant("corrupted_labels", p))[2].labels != examples(50).labels for p in (0.5, 0.8))
    assert (half & ~most).any(), "the labels that one test changes are not some of those that another changes"


def test_the_images_of_a_seed_are_those_of_earlier_results() -> None:
    training, testing, random, random_testing = treated(PIXELS)
    for part, before, after in (("training", training, random), ("testing", testing, random_testing)):
        rng = np.random.default_rng([5, *f"{part} random_pixels".encode()])
        assert (after.images == rng.permuted(before.images, axis=1)).all(), part
    learner, _ = randomisation._learner(randomisation.Task(NOISE, training, testing, 3), HOW, 2)
    assert isinstance(learner.trainer, randomisation.NoiseTrainer)
    mean, deviation = (np.float32(number / 255) for number in (training.images.mean(), training.images.std()))
    for part, noise in (("training", learner.training), ("testing", learner.testing)):
        rng = np.random.default_rng([2, *f"{part} gaussian_images".encode()])
        drawn = mean + deviation * rng.standard_normal(noise.images.shape).astype(np.float32)
        np.testing.assert_array_equal(noise.images, drawn, err_msg=part)
    assert {array.dtype for array in vars(learner.trainer.weights).values()} == {np.dtype(np.float32)}


def test_prepared_images_get_their_pixels_back() -> None:
    whole = examples(80)
    found = prepared()
    images = treatment.in_original_order(found.training, found.pixels).images
    assert {image.tobytes() for image in images} <= {image.tobytes() for image in whole.images}


# --- Training


class Scripted:
    """A trainer whose accuracies are given."""

    weights = network.initial_weights(2, 2, 2, 1, 1)

    def __init__(self, *accuracies: float, loss: float = 0.5) -> None:
        self.accuracies, self.loss, self.orders = list(accuracies), loss, list[list[int]]()

    def epoch(self, order: Any) -> None:
        self.orders.append(order.tolist())

    def evaluate(self, weights: Weights, examples: str) -> tuple[float, float]:
        assert (weights, examples) == (self.weights, "for training")
        return self.loss, self.accuracies[len(self.orders) - 1]


def fit(trainer: Scripted, images: int, epochs: int) -> tuple[tuple[VariantEpoch, ...], bool]:
    return randomisation.fit(Learner(trainer, "for training", "for testing"), images, epochs, 1)


def test_training_stops_when_every_image_is_right_and_says_when() -> None:
    trainer = Scripted(0.5, 0.999, 1.0, 0.9)
    epochs, diverged = fit(trainer, 6, 4)
    assert [epoch.accuracy for epoch in epochs] == [0.5, 0.999, 1.0]
    assert not diverged
    assert SeedOutcome(1, 0.0, epochs, diverged, 0.3).epochs_to_fit == 3
    assert all(sorted(order) == list(range(6)) for order in trainer.orders)
    assert trainer.orders[0] != trainer.orders[1]


def test_what_is_not_fitted_is_not_said_to_be() -> None:
    epochs, diverged = fit(Scripted(0.5, 0.9, 0.9999), 10_000, 3)
    outcome = SeedOutcome(1, 0.0, epochs, diverged, 0.3)
    assert (len(epochs), diverged, outcome.epochs_to_fit, outcome.training_accuracy) == (3, False, None, 0.9999)


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_a_test_as_diverged(loss: float) -> None:
    assert fit(Scripted(1.0, loss=loss), 5, 9) == ((), True)


@on_each_engine
@pytest.mark.parametrize("variant", ALL, ids=lambda variant: variant.name)
def test_every_test_learns_its_images_and_stops(engine: Engine, variant: Variant) -> None:
    how = replace(HOW, learning_rate=1, hidden=64, epochs=3000, engine=engine)
    outcome = randomisation.run(variant, prepared(), 3, how)
    assert (outcome.images, [each.seed for each in outcome.seeds]) == (60, [1, 2])
    for each in outcome.seeds:
        assert each.epochs_to_fit == len(each.epochs) < 3000
        assert all(epoch.accuracy < 1 for epoch in each.epochs[:-1])
        assert each.testing_accuracy is not None
        if variant in (TRUE, SHUFFLED):
            assert each.testing_accuracy > 0.8


@pytest.mark.filterwarnings("error")
@on_each_engine
@pytest.mark.parametrize("variant", [TRUE, NOISE], ids=lambda variant: variant.name)
def test_a_learning_rate_out_of_bounds_is_told_as_divergence(engine: Engine, variant: Variant) -> None:
    outcome = run(variant, prepared(), learning_rate=1e38, reg=1e38, engine=engine)
    assert outcome.diverged
    assert (outcome.testing_accuracy, outcome.training_accuracy, outcome.epochs_to_fit) == (None, None, None)


@on_each_engine
@pytest.mark.parametrize("reg", [0.0, 0.01])
@pytest.mark.parametrize("variant", ALL, ids=lambda variant: variant.name)
def test_two_epochs_are_those_of_the_mathematics(engine: Engine, variant: Variant, reg: float) -> None:
    """Against the gradients of pipeline.training.network in double precision, on the images as they are."""
    how, data = replace(HOW, reg=reg, epochs=2, engine=engine), prepared()
    outcome = randomisation.run(variant, data, 3, how).seeds[1]
    training = treatment.in_original_order(treatment.subset(data.training, how.images, how.seed), data.pixels)
    if variant is NOISE:
        rng = treatment.stream(2, f"training {variant.name}")
        images, labels = treatment.gaussian(training, training.images, rng).images, training.labels
    else:
        learned, _ = treatment.treat(variant, training, training, 3, 2)
        images, labels = learned.images / 255, learned.labels
    weights = network.initial_weights(30, how.hidden, 3, how.initial_scale, 2)
    order = treatment.stream(2, "order")
    for epoch in outcome.epochs:
        for batch in np.split(order.permutation(60), range(8, 60, 8)):
            gradient = network.gradients(weights, images[batch].astype(float), labels[batch], reg)
            weights = network.descend(weights, gradient, how.learning_rate)
        _, logits = network.forward(weights, images.astype(float))
        assert epoch.loss == pytest.approx(network.cross_entropy(logits, labels), abs=1e-4)
        assert epoch.accuracy == network.accuracy(logits, labels)


@pytest.mark.parametrize("variant", ALL, ids=lambda variant: variant.name)
def test_the_same_seeds_give_the_same_bytes_and_each_seed_others(tmp_path: Path, variant: Variant) -> None:
    for folder, replicates in (("a", 2), ("b", 2), ("c", 1)):
        outcome = randomisation.run(variant, prepared(), 3, replace(HOW, replicates=replicates))
        record.write(outcome, tmp_path / folder)
    for kind in ("csv", "json"):
        first, second = ((tmp_path / folder / f"{variant.name}.{kind}").read_bytes() for folder in "ab")
        assert first == second
    both, one = record.read(tmp_path / "a", variant), record.read(tmp_path / "c", variant)
    assert both.seeds[:1] == one.seeds, "more seeds change none of the others"
    assert both.seeds[0].epochs != both.seeds[1].epochs


def test_seeds_differ_in_all_that_is_drawn_but_the_images(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[randomisation.Task, int]] = []
    learner = randomisation._learner

    def spy(task: randomisation.Task, how: Training, seed: int) -> Any:
        seen.append((task, seed))
        return learner(task, how, seed)

    monkeypatch.setattr(randomisation, "_learner", spy)
    data = prepared(400)
    for seed in (3, 4):
        randomisation.run(RANDOM, data, 3, replace(HOW, epochs=1, seed=seed))
    assert [seed for _, seed in seen] == [1, 2, 1, 2]
    tasks = [task for task, _ in seen]
    assert tasks[0] is tasks[1]
    assert (tasks[0].training.images != tasks[2].training.images).any(), "which images they are has a seed of its own"
    first, second = (learner(tasks[0], HOW, seed)[0] for seed in (1, 2))
    assert (first.trainer.weights.w1 != second.trainer.weights.w1).any()
    changed = [treatment.treat(RANDOM, tasks[0].training, tasks[0].testing, 3, seed)[0].labels for seed in (1, 2)]
    assert (changed[0] != changed[1]).any()


def test_numbers_come_from_the_modules_whose_code_the_build_looks_at() -> None:
    others = {"cli.command_line", "cli.console", "config.settings", "data.dataset", "data.preparation", "errors"}
    others |= {f"environment.{name}" for name in ("fingerprint", "kernels", "machine", "modules")}
    others |= {f"files.{name}" for name in ("arrays", "atomic", "cache", "sealed", "typed_json")}
    others |= {f"training.{name}" for name in ("compiler", "engines", "descent")}  # and by engine, of_training
    others |= {f"training.{name}" for name in ("compiled", "network", "sgd", "softmax")}
    expected = {*record.CODE, *(f"pipeline.{name}" for name in others)}
    assert set(modules.needed_by("pipeline.randomisation.step")) == expected


# --- Names and files


@given(st.floats(1e-300, 1))
def test_a_name_says_what_a_test_is_and_is_read_back(p: float) -> None:
    for variant in (*ALL, Variant("corrupted_labels", p)):
        assert Variant.named(variant.name) == variant
        assert re.fullmatch(r"[a-z_]+[0-9.e-]*", variant.name), "as in the Snakefile"


@pytest.mark.parametrize(
    "name", ["", "corrupted_labels", "corrupted_labels_x", "corrupted_labels_2.0", "true_labels_1.0"]
)
def test_other_names_are_none(name: str) -> None:
    with pytest.raises(InputError, match=f"^test: expected the name of a randomization test, found {name}.$"):
        Variant.named(name)


@pytest.mark.parametrize(
    "outcome",
    [
        *map(usual_test, ALL),
        outcome_of(TRUE, None, 0.4),
        outcome_of(TRUE, 3, None),
        VariantOutcome(TRUE, 5, (SeedOutcome(1, 0.0, (), True, None),)),
    ],
)
def test_what_is_written_is_read_back(tmp_path: Path, outcome: VariantOutcome) -> None:
    record.write(outcome, tmp_path)
    assert record.read(tmp_path, outcome.variant) == outcome
    rows = (tmp_path / f"{outcome.variant.name}.csv").read_text().splitlines()
    assert rows[0] == "seed,epoch,training_loss,training_accuracy"
    assert len(rows) == sum(len(each.epochs) for each in outcome.seeds) + 1
    facts = json.loads((tmp_path / f"{outcome.variant.name}.json").read_text())
    assert facts["images"] == outcome.images
    assert [each["epochs_to_fit"] for each in facts["seeds"]] == [each.epochs_to_fit for each in outcome.seeds]


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("csv", "epoch,", "epochs,"),
        ("csv", "\n1,2,", "\n1,3,"),
        ("csv", "\n1,1,", "\n1,1,nan"),
        ("csv", ",1.0\n", ",1.5\n"),
        ("json", "{", ""),
        ("json", '"true_labels"', '"random_pixels"'),
        ("json", '"epochs_to_fit": 4', '"epochs_to_fit": 5'),
        ("json", "false", "true"),
        ("json", '"testing_accuracy": 0.', '"testing_accuracy": null, "x": 0.'),
        ("json", '"testing_accuracy": 0.', '"testing_accuracy": 9.'),
        ("json", '"images"', '"image"'),
        ("json", '"images": 200', '"images": "200"'),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path: Path, file: str, before: str, after: str) -> None:
    record.write(usual_test(TRUE), tmp_path)
    path = tmp_path / f"true_labels.{file}"
    text = path.read_text()
    assert before in text
    sealed.write_text(path, text.replace(before, after, 1))
    with pytest.raises(InputError, match="expected what the randomization test true_labels writes, found") as caught:
        record.read(tmp_path, TRUE)
    assert len(str(caught.value).splitlines()) == 1
    path.unlink()
    with pytest.raises(InputError, match="found no file"):
        record.read(tmp_path, TRUE)


def test_the_step_writes_its_two_files(tmp_path: Path) -> None:
    arrays = dict(zip(("images", "labels"), vars(examples(80)).values(), strict=True))
    script = (
        "import json, sys, numpy as np\n"
        "from pathlib import Path\n"
        "from pipeline.data import dataset, preparation\n"
        "folder = Path(sys.argv[1])\n"
        "images, labels = np.load(folder / 'images.npy'), np.load(folder / 'labels.npy')\n"
        "arrays = {'training_images': images, 'training_labels': labels, 'testing_images': images[:20],"
        " 'testing_labels': labels[:20]}\n"
        "dataset.save(folder / 'data', arrays, classes=3, name='small', source='mnist', fallback=False, files={})\n"
        "preparation.save(folder / 'prepared', *preparation.make(folder / 'data', 0.25, 3))\n"
    )
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True)
    command = [sys.executable, "-m", "pipeline.randomisation.step", "--training", json.dumps(vars(HOW))]
    command += ["--data", str(tmp_path / "prepared"), "--output", str(tmp_path / "out"), "--test"]
    subprocess.run([*command, "random_pixels"], cwd=ROOT, check=True)
    assert record.read(tmp_path / "out", PIXELS).images == 60
    wrong = subprocess.run([*command, "corrupted_labels_7.0"], cwd=ROOT, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


# --- The configuration


def problems(**changes: Any) -> list[str]:
    settings = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))
    settings["randomisation"] |= changes
    with pytest.raises(InputError) as caught:
        configuration_file.parse(settings, "config.yaml")
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("images", 0, "randomisation.images: expected a whole number from 1 to 1000000000, found 0."),
        ("learning_rate", 0, "randomisation.learning_rate: expected a number greater than 0, found 0."),
        ("reg", -1, "randomisation.reg: expected a number of at least 0, found -1."),
        ("batch_size", 6000, "randomisation.batch_size: expected at most 5,000 (the images of a test), found 6,000."),
        ("epochs", "ten", 'randomisation.epochs: expected a whole number from 1 to 1000000000, found "ten".'),
        ("seed", -1, "randomisation.seed: expected a whole number from 0 to 4294967295, found -1."),
        ("corruption", [], "randomisation.corruption: expected a list of one to 100 probabilities, found []."),
        ("corruption", [0], "randomisation.corruption.0: expected a number greater than 0 and at most 1, found 0."),
        (
            "corruption",
            [1, 1.5],
            "randomisation.corruption.1: expected a number greater than 0 and at most 1, found 1.5",
        ),
        ("corruption", [0.5, "5e-1"], "randomisation.corruption: expected each value once"),
        ("hidden", 5, "randomisation: expected 'images' or"),
    ],
)
def test_one_mistake_gives_one_line(key: str, value: Any, line: str) -> None:
    (problem,) = problems(**{key: value})
    expected = "config.yaml: randomisation: expected 'images'" if key == "hidden" else f"config.yaml: {line}"
    assert problem.startswith(expected)


def test_a_missing_key_and_no_mapping_are_told() -> None:
    for value, line in (
        ({"seed": 1}, "expected the keys 'images', 'learning_rate'"),
        (3, "expected randomization tests"),
    ):
        with pytest.raises(InputError, match=f"config.yaml: randomisation: {line}"):
            configuration_file.parse(tree(randomisation=value), "config.yaml")


def test_the_tests_come_in_the_order_of_the_probabilities() -> None:
    config = configuration_file.parse(tree(randomisation=RANDOMISATION | {"corruption": ["e^-1", 1, 0.1]}), "x")
    assert config.randomisation is not None
    kinds = [variant.kind for variant in record.variants(config.randomisation)]
    assert kinds == ["true_labels", *["corrupted_labels"] * 3, "shuffled_pixels", "random_pixels", "gaussian_images"]
    found = [variant.corruption for variant in record.variants(config.randomisation)[1:4]]
    assert found == [0.1, math.exp(-1), 1]


@pytest.mark.parametrize(("own", "seeds"), [({}, [1, 2]), ({"replicates": 4}, [1, 2, 3, 4])])
def test_tests_without_replicates_of_their_own_have_those_of_all(own: dict[str, int], seeds: list[int]) -> None:
    given = {name: value for name, value in RANDOMISATION.items() if name != "replicates"} | own
    config = configuration_file.parse(tree(replicates=2, randomisation=given), "x")
    assert config.randomisation is not None
    assert list(config.randomisation.seeds) == seeds


def build_of(engine: Engine = "numpy", **changes: Any) -> Build:
    settings = tree(randomisation=RANDOMISATION | changes, engine=engine)
    return Build(configuration_file.parse(settings, "x"), settings)


def test_another_probability_changes_no_other_test() -> None:
    one, other = build_of(), build_of(corruption=[0.25, 0.5, 1])
    assert one.tests_training == other.tests_training == build_of(learning_rate="5e-1").tests_training
    assert set(other.tests) - set(one.tests) == {"corrupted_labels_0.25"}
    assert one.tests_training != build_of(images=100).tests_training
    assert one.tests_training != build_of(replicates=4).tests_training
    assert Training(**json.loads(one.tests_training)).hidden == 128


def test_another_engine_trains_the_tests_again() -> None:
    one, other = build_of(), build_of("compiled")
    assert Training(**json.loads(other.tests_training)).engine == "compiled"
    assert one.tests_training != other.tests_training
    assert one.tests_code != other.tests_code


def test_left_out_there_are_no_tests() -> None:
    settings = tree(randomisation=None)
    assert "randomisation" not in settings
    build = Build(configuration_file.parse(settings, "x"), settings)
    assert build.tests == []
    assert "randomisation" not in build.shown_figures
