"""What runs are trained on: divided and sorted without losing anything, and read back only if it is whole."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.settings import Split
from pipeline.data import dataset, preparation
from pipeline.data.examples import SETS, Examples, Prepared, Sorted, by_length, by_use, prepare, split
from pipeline.errors import InputError
from pipeline.files import sealed
from pipeline.files.arrays import write_array

ARRAYS = {
    "training_images": np.arange(40 * 6, dtype=np.uint8).reshape(40, 6) % 3,
    "training_labels": np.arange(40, dtype=np.uint8) % 10,
    "testing_images": np.eye(8, 6, dtype=np.uint8) * 255,
    "testing_labels": np.arange(8, dtype=np.uint8),
}


def pairs(examples: Examples) -> list[tuple[bytes, int]]:
    """The images with their labels, in an order of their own."""
    return sorted((image.tobytes(), int(label)) for image, label in zip(examples.images, examples.labels, strict=True))


@given(
    seed=st.integers(0, 1000), count=st.integers(2, 60), pixels=st.integers(1, 30), split_seed=st.none() | st.just(7)
)
def test_preparing_sorts_and_loses_nothing(seed, count, pixels, split_seed):
    rng = np.random.default_rng(seed)
    sparse = rng.random((count + 9, pixels)) < rng.random(pixels)
    images = (rng.integers(1, 256, sparse.shape) * sparse).astype(np.uint8)
    labels = rng.integers(0, 10, count + 9).astype(np.uint8)
    examples, testing = Examples(images[:count], labels[:count]), Examples(images[count:], labels[count:])
    found = prepare(examples, testing, 0.3, split_seed)

    training, validation = split(examples, 0.3, split_seed)
    back = np.argsort(found.pixels)
    np.testing.assert_array_equal(found.training.images[:, back], training.images)
    np.testing.assert_array_equal(found.training.labels, training.labels)
    for name, expected in (("validation", validation), ("testing", testing)):
        sorted_set = getattr(found, name)
        assert pairs(Examples(sorted_set.images[:, back], sorted_set.labels)) == pairs(expected)
        assert (np.diff(sorted_set.lengths) >= 0).all()
    used = np.count_nonzero(found.training.images, axis=0)
    assert (np.diff(used) <= 0).all()
    for name in SETS:
        for image, length in zip(getattr(found, name).images, getattr(found, name).lengths, strict=True):
            assert not image[length:].any()
            assert length == 0 or image[length - 1]


@pytest.mark.parametrize(
    ("count", "fraction", "seed", "training", "validation"),
    [
        (7, 0.25, None, [0, 1, 2, 3, 4], [5, 6]),  # 1.75 images are two
        (7, 0.2, None, [0, 1, 2, 3, 4, 5], [6]),  # and 1.4 one
        (7, 0.25, 3, [4, 6, 5, 3, 1], [0, 2]),  # the course's starter code: RandomState(3).permutation(7)
    ],
)
def test_the_last_images_of_the_order_are_held_out(count, fraction, seed, training, validation):
    examples = Examples(np.arange(count, dtype=np.uint8)[:, None], np.arange(count, dtype=np.uint8))
    parts = split(examples, fraction, seed)
    assert [part.labels.tolist() for part in parts] == [training, validation]
    assert [part.images[:, 0].tolist() for part in parts] == [training, validation]
    assert Split(fraction, seed).sizes(count) == (len(training), len(validation))


def test_equal_pixels_and_images_keep_their_order():
    """A hundred of each, of which every second is used as often, or is as long, as the others of its half."""
    images = np.zeros((100, 100), np.uint8)
    images[:, ::2] = 1
    evens_first = [*range(0, 100, 2), *range(1, 100, 2)]
    assert by_use(images).tolist() == evens_first
    lengths = np.tile(np.array([3, 7], np.int32), 50)
    found = by_length(Sorted(images, np.arange(100, dtype=np.uint8), lengths))
    assert found.labels.tolist() == evens_first
    assert found.lengths.tolist() == [3] * 50 + [7] * 50
    assert (found.images == images[evens_first]).all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dataset.save(tmp_path / "data", ARRAYS, classes=10, name="small", source="mnist", fallback=False, files={})
    preparation.save(tmp_path / "prepared", *preparation.make(tmp_path / "data", 0.25, 3))
    return tmp_path / "prepared"


def test_what_is_written_is_read_back_without_loading_it(folder: Path):
    description, prepared = preparation.load(folder)
    assert (description.validation_fraction, description.split_seed, description.classes) == (0.25, 3, 10)
    assert description.fingerprint == dataset.read_manifest(folder.parent / "data").fingerprint
    examples = Examples(ARRAYS["training_images"], ARRAYS["training_labels"])
    expected = prepare(examples, Examples(ARRAYS["testing_images"], ARRAYS["testing_labels"]), 0.25, 3)
    np.testing.assert_array_equal(prepared.pixels, expected.pixels)
    for name in SETS:
        for kind, array in vars(getattr(prepared, name)).items():
            np.testing.assert_array_equal(array, getattr(getattr(expected, name), kind))
            assert isinstance(array, np.memmap)
    assert isinstance(prepared, Prepared)


def problem(folder: Path) -> str:
    with pytest.raises(InputError) as raised:
        preparation.load(folder)
    (line,) = raised.value.problems
    assert line.endswith(preparation.MEND)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", ["pixels.npy", "training_images.npy", "validation_lengths.npy", "prepared.json"])
def test_a_missing_or_truncated_file_is_named(folder: Path, name: str):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    assert f"{name}: expected" in problem(folder)
    (folder / name).unlink()
    assert f"{name}: expected" in problem(folder)


def test_arrays_that_do_not_fit_are_named(folder: Path):
    write_array(folder / "training_labels.npy", np.zeros(7, np.uint8))
    assert "training_images.npy: expected (7, 6), found (30, 6)." in problem(folder)


def test_an_array_of_another_type_is_named(folder: Path):
    write_array(folder / "testing_lengths.npy", np.zeros(8))
    assert "testing_lengths.npy: expected int32, found float64." in problem(folder)


def test_a_description_with_other_fields_is_named(folder: Path):
    sealed.write_text(folder / "prepared.json", json.dumps({"fingerprint": "0"}))
    assert "prepared.json: expected what an earlier step wrote, found other JSON: " in problem(folder)
