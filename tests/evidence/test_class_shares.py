"""The accuracies of networks that give every image the same answer, from the labels of a data set."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import MANIFEST

from pipeline.config.settings import Split
from pipeline.data.dataset import Manifest
from pipeline.evidence.class_shares import ClassShares
from pipeline.files import sealed
from pipeline.files.arrays import write_array


def write_labels(folder: Path, training: list[int], testing: list[int]) -> Manifest:
    manifest = replace(MANIFEST, training_images=len(training), testing_images=len(testing), classes=3)
    sealed.write_text(folder / "data.json", json.dumps(asdict(manifest)))
    for part, labels in (("training", training), ("testing", testing)):
        write_array(folder / f"{part}_labels.npy", np.array(labels, np.uint8))
    return manifest


def test_the_shares_are_those_of_the_images_held_out_and_of_the_testing_images(tmp_path: Path) -> None:
    write_labels(tmp_path, [0, 0, 0, 0, 1, 1, 2, 1, 0, 1], [2, 2, 2, 1])
    in_order = ClassShares.read(tmp_path, Split(0.4, None))
    assert in_order == ClassShares((0.25, 0.5, 0.25), (0.0, 0.25, 0.75), (4 / 6, 2 / 6, 0.0))  # of 2, 1, 0, 1
    order = np.random.RandomState(7).permutation(10)[-4:]
    held_out = np.array([0, 0, 0, 0, 1, 1, 2, 1, 0, 1])[order]
    shuffled = ClassShares.read(tmp_path, Split(0.4, 7))
    assert shuffled.validation == tuple((held_out == each).sum() / 4 for each in range(3))
    assert shuffled.testing == in_order.testing


@pytest.mark.parametrize(
    ("metric", "part"),
    [
        ("validation_accuracy", "validation"),
        ("best_validation_accuracy", "validation"),
        ("testing_accuracy", "testing"),
        ("last_testing_accuracy", "testing"),
        ("final_training_accuracy", "training"),
        ("training_accuracy", None),
        ("training_loss", None),
    ],
)
def test_an_accuracy_after_an_epoch_may_be_a_share_and_a_running_mean_may_not(metric: str, part: str | None) -> None:
    shares = ClassShares(validation=(0.25, 0.75), testing=(0.5,), training=(0.4, 0.6))
    assert shares.by_metric().get(metric) == (getattr(shares, part) if part else None)
