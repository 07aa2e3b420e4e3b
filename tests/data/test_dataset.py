"""The data set on disk: what data.json says of four arrays, and that nothing else is read."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.data import dataset
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.files.arrays import write_array

# 5 images of 3 pixels for training, of which three are of class 1, and 2 for testing
ARRAYS = {
    "training_images": np.arange(15, dtype=np.uint8).reshape(5, 3),
    "training_labels": np.array([1, 0, 1, 2, 1], np.uint8),
    "testing_images": np.arange(100, 106, dtype=np.uint8).reshape(2, 3),
    "testing_labels": np.array([2, 2], np.uint8),
}
FILES = {"training_images": {"name": "a", "sha256": "b"}}


def save(folder: Path, classes: int = 4, **arrays: Any) -> dataset.Manifest:
    return dataset.save(
        folder, ARRAYS | arrays, classes=classes, name="small", source="sample", fallback=True, files=FILES
    )


def test_what_is_said_of_the_arrays(tmp_path: Path) -> None:
    told = {"name": "small", "source": "sample", "fallback": True, "files": FILES}
    told |= {"training_images": 5, "testing_images": 2, "pixels": 3, "classes": 4, "largest_class": 0.6}
    made = save(tmp_path)
    assert json.loads((tmp_path / "data.json").read_text()) == told | {"fingerprint": made.fingerprint}
    assert dataset.read_manifest(tmp_path) == made


def test_the_arrays_are_read_back_each_in_its_place(tmp_path: Path) -> None:
    made = save(tmp_path)
    manifest, training, testing = dataset.load(tmp_path)
    assert manifest == made
    for found, name in ((training, "training"), (testing, "testing")):
        np.testing.assert_array_equal(found.images, ARRAYS[f"{name}_images"])
        np.testing.assert_array_equal(found.labels, ARRAYS[f"{name}_labels"])


def test_the_fingerprint_is_the_hash_of_names_shapes_and_bytes(tmp_path: Path) -> None:
    parts = [b"classes 4\n"]
    for role, shape in (
        *(("training_images", "(5, 3)"), ("training_labels", "(5,)")),
        *(("testing_images", "(2, 3)"), ("testing_labels", "(2,)")),
    ):
        parts += [f"{role} {shape} |u1\n".encode(), ARRAYS[role].tobytes()]
    expected = hashlib.sha256(b"".join(parts)).hexdigest()
    assert save(tmp_path).fingerprint == expected == dataset.fingerprint(ARRAYS, 4)
    # how an array lies in memory is no difference
    assert dataset.fingerprint({role: np.asfortranarray(array) for role, array in ARRAYS.items()}, 4) == expected


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("training_images", np.zeros((4, 3), np.uint8)),
        ("training_images", np.zeros((5, 4), np.uint8)),
        ("testing_images", np.zeros((2, 4), np.uint8)),
        ("training_labels", np.zeros(4, np.uint8)),
        ("testing_labels", np.zeros((2, 1), np.uint8)),
        ("testing_labels", np.zeros(2, np.int64)),
    ],
)
def test_an_array_that_is_not_as_data_json_says_is_named(tmp_path: Path, name: str, array: np.ndarray) -> None:
    save(tmp_path)
    write_array(tmp_path / f"{name}.npy", array)
    with pytest.raises(InputError) as caught:
        dataset.load(tmp_path)
    (line,) = caught.value.problems
    assert line.startswith(str(tmp_path))
    assert line.endswith(dataset.MEND)
    expected, _, found = line.partition("found ")
    if array.dtype == np.uint8:
        part, size = ("training", 5) if name.startswith("training") else ("testing", 2)
        assert f"expected {size} {part} images of 3 pixels" in expected
        assert str(array.shape) in found
    else:
        assert expected.endswith(f"{name}.npy: expected uint8, ")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"name": "small"}'])
def test_another_data_json_is_named(tmp_path: Path, content: str) -> None:
    save(tmp_path)
    sealed.write_text(tmp_path / "data.json", content)
    with pytest.raises(InputError, match=r"data\.json: expected "):
        dataset.read_manifest(tmp_path)
