"""The randomization tests' files: their names, what they tell, and that another test's or a damaged one is refused."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.settings import Randomisation
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.randomisation import record
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantOutcome

SETTINGS = Randomisation(200, 0.5, 0, 20, 0.1, 20, 3, 2, corruption=(1.0, 0.2, 0.6))
HALF = Variant("corrupted_labels", 0.5)
EPOCHS = (VariantEpoch(2.5, 0.25), VariantEpoch(1.5, 0.75), VariantEpoch(0.5, 0.5), VariantEpoch(0.25, 1.0))
FITTED = SeedOutcome(1, 0.45, EPOCHS, diverged=False, testing_accuracy=0.125)
OPEN = replace(FITTED, epochs=EPOCHS[:3])
DIVERGED = replace(OPEN, diverged=True, testing_accuracy=None)


def outcome(*seeds: SeedOutcome, variant: Variant = HALF, images: int = 200) -> VariantOutcome:
    return VariantOutcome(variant, images, tuple(replace(each, seed=n) for n, each in enumerate(seeds, start=1)))


def test_the_tests_stand_from_true_labels_to_random_ones_and_then_images() -> None:
    assert [each.name for each in record.variants(SETTINGS)] == [
        "true_labels",
        "corrupted_labels_0.2",
        "corrupted_labels_0.6",
        "corrupted_labels_1.0",
        "shuffled_pixels",
        "random_pixels",
        "gaussian_images",
    ]
    assert [Variant.named(each.name) for each in record.variants(SETTINGS)] == list(record.variants(SETTINGS))


@pytest.mark.parametrize(
    "name", ["labels", "corrupted_labels_2.0", "corrupted_labels_-0.1", "corrupted_labels_0.20", "true_labels_0.5"]
)
def test_another_name_is_that_of_no_test(name: str) -> None:
    with pytest.raises(InputError, match=name):
        Variant.named(name)


def test_a_test_is_fitted_when_its_last_epoch_has_every_image_right() -> None:
    assert (FITTED.epochs_to_fit, FITTED.training_accuracy) == (4, 1.0)
    assert (OPEN.epochs_to_fit, OPEN.training_accuracy) == (None, 0.5)
    assert (DIVERGED.epochs_to_fit, DIVERGED.training_accuracy) == (None, None)
    assert replace(DIVERGED, epochs=()).epochs_to_fit is None
    assert replace(OPEN, epochs=(EPOCHS[3], EPOCHS[2])).epochs_to_fit is None, "it was right once, and is no longer"


@pytest.mark.parametrize(("accuracy", "first"), [(0.1, 1), (0.25, 2), (0.5, 2), (0.75, 4), (1.0, None)])
def test_the_first_epoch_above_an_accuracy_counts_from_one(accuracy: float, first: int | None) -> None:
    assert FITTED.first_above(accuracy) == first


@pytest.mark.parametrize(
    ("epochs", "marked"),
    [
        (0, []),
        (1, [1]),
        (7, [1, 2, 3, 4, 5, 6, 7]),
        (9, [1, 2, 3, 4, 5, 6, 8, 9]),
        (10, [1, 2, 3, 4, 5, 6, 8, 10]),
        (250, [1, 2, 3, 4, 5, 6, 8, 10, 20, 30, 40, 50, 60, 80, 100, 200, 250]),
    ],
)
def test_round_epochs_and_the_last_are_marked(epochs: int, marked: list[int]) -> None:
    assert record.marked(epochs) == marked


@pytest.mark.parametrize("seed", [FITTED, OPEN, DIVERGED, replace(DIVERGED, epochs=())])
def test_what_is_written_is_read(tmp_path: Path, seed: SeedOutcome) -> None:
    for written in (outcome(seed), outcome(seed, FITTED), outcome(OPEN, seed, DIVERGED)):
        record.write(written, tmp_path)
        assert record.read(tmp_path, HALF) == written


def test_a_test_is_fitted_if_every_seed_is_and_diverged_if_one_did() -> None:
    assert (outcome(FITTED, FITTED).fitted, outcome(FITTED, FITTED).diverged) == (True, False)
    assert (outcome(FITTED, OPEN).fitted, outcome(FITTED, OPEN).diverged) == (False, False)
    assert outcome(FITTED, DIVERGED).diverged


def test_a_seed_that_has_ended_counts_in_the_mean_as_it_ended() -> None:
    short = replace(FITTED, epochs=(VariantEpoch(1.5, 0.75), VariantEpoch(0.5, 1.0)))
    found = outcome(FITTED, short, replace(DIVERGED, epochs=())).course
    assert [epoch.accuracy for epoch in found] == [0.5, 0.875, 0.75, 1.0]
    assert [epoch.loss for epoch in found] == [2.0, 1.0, 0.5, 0.375]
    assert outcome(replace(DIVERGED, epochs=())).course == ()


def test_each_number_stands_under_its_name(tmp_path: Path) -> None:
    record.write(outcome(FITTED, DIVERGED), tmp_path)
    assert (tmp_path / "corrupted_labels_0.5.csv").read_text() == (
        "seed,epoch,training_loss,training_accuracy\n1,1,2.5,0.25\n1,2,1.5,0.75\n1,3,0.5,0.5\n1,4,0.25,1.0\n"
        "2,1,2.5,0.25\n2,2,1.5,0.75\n2,3,0.5,0.5\n"
    )
    first = {"seed": 1, "changed_labels": 0.45, "epochs_to_fit": 4, "diverged": False, "training_accuracy": 1.0}
    second = {"seed": 2, "epochs_to_fit": None, "diverged": True, "training_accuracy": None, "testing_accuracy": None}
    assert json.loads((tmp_path / "corrupted_labels_0.5.json").read_text()) == {
        "test": "corrupted_labels_0.5",
        "images": 200,
        "seeds": [first | {"testing_accuracy": 0.125}, first | second],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"test": "true_labels"},
        {"seeds": []},
        {"seed": 1},
        {"seed": 3},
        {"epochs_to_fit": 3},
        {"epochs_to_fit": None},
        {"images": 0.5},
        {"images": "200"},
        {"changed_labels": 1.5},
        {"changed_labels": None},
        {"changed_labels": -0.1},
        {"diverged": True},  # but with a testing accuracy
        {"diverged": "no"},
        {"diverged": None},
        {"testing_accuracy": None},
        {"testing_accuracy": 1.1},
        {"testing_accuracy": "0.5"},
    ],
)
def test_facts_that_cannot_be_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    record.write(outcome(OPEN, FITTED), tmp_path)
    path = tmp_path / "corrupted_labels_0.5.json"
    facts = json.loads(path.read_text())
    (facts if changes.keys() & facts.keys() else facts["seeds"][1]).update(changes)
    sealed.write_text(path, json.dumps(facts))
    with pytest.raises(InputError, match=r"corrupted_labels_0\.5\.json: expected what "):
        record.read(tmp_path, HALF)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *[("0.75", "1.75"), ("0.75", "-0.75"), ("epoch,", "number,"), ("1,2,1.5", "1,3,1.5"), (",1.0", ",0.5")],
        *[("1,2,1.5", "1,2,inf"), ("1,2,1.5", "2,1,1.5"), ("1,2,1.5", "1,2"), ("seed,", ""), ("1,4,0.25,1.0\n", "")],
    ],
)
def test_epochs_that_cannot_be_are_refused(tmp_path: Path, old: str, new: str) -> None:
    record.write(outcome(FITTED), tmp_path)
    path = tmp_path / "corrupted_labels_0.5.csv"
    sealed.write_text(path, path.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match="corrupted_labels"):
        record.read(tmp_path, HALF)


def test_a_test_without_an_epoch_has_diverged(tmp_path: Path) -> None:
    record.write(outcome(replace(DIVERGED, epochs=())), tmp_path)
    path = tmp_path / "corrupted_labels_0.5.json"
    facts = json.loads(path.read_text())
    facts["seeds"][0] |= {"diverged": False, "testing_accuracy": 0.5}
    sealed.write_text(path, json.dumps(facts))
    with pytest.raises(InputError, match="a test without an end"):
        record.read(tmp_path, HALF)


def test_all_tests_of_a_configuration_are_read_in_their_order(tmp_path: Path) -> None:
    for number, variant in enumerate(record.variants(SETTINGS)):
        record.write(outcome(FITTED, variant=variant, images=100 + number), tmp_path / variant.name)
    assert [each.images for each in record.read_all(tmp_path, SETTINGS)] == [100, 101, 102, 103, 104, 105, 106]
