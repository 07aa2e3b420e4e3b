"""Whether an array is the one that config.yaml states: each difference with the setting that would fit it."""

import hashlib
import re
import struct

import numpy as np
import pytest

from pipeline.config.settings import DataFile, DataSet
from pipeline.data import identity


def checksum(array: np.ndarray) -> str:
    head = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
    return hashlib.sha256(head + array.tobytes()).hexdigest()


ARRAYS = {
    "training_images": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
    "training_labels": np.array([0, 3, 1], np.uint8),
    "testing_images": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    "testing_labels": np.array([3, 2], np.uint8),
}
STATED = DataSet("Small", 3, 2, 4, (), {role: DataFile(role, checksum(array)) for role, array in ARRAYS.items()})


@pytest.mark.parametrize("role", ARRAYS)
def test_what_is_stated_has_no_difference(role: str) -> None:
    assert identity.difference(STATED, role, ARRAYS[role]) is None


@pytest.mark.parametrize(
    ("role", "array", "settings"),
    [
        ("training_images", ARRAYS["training_images"][:2], {"data.training_images": "2"}),
        ("testing_images", np.concatenate([ARRAYS["testing_images"]] * 2), {"data.testing_images": "4"}),
        ("training_labels", ARRAYS["training_labels"][:2], {"data.training_images": "2"}),
        ("testing_labels", ARRAYS["testing_labels"][:1], {"data.testing_images": "1"}),
        ("training_labels", np.array([0, 4, 1], np.uint8), {"data.classes": "at least 5"}),  # labels count from 0
        ("testing_labels", np.array([0, 9], np.uint8), {"data.classes": "at least 10"}),
        ("training_images", ARRAYS["training_images"] + 1, {}),  # images may be as bright as they like
        ("testing_labels", np.array([2, 3], np.uint8), {}),
    ],
)
def test_each_difference_is_told_with_the_setting_that_fits_it(
    role: str, array: np.ndarray, settings: dict[str, str]
) -> None:
    told = identity.difference(STATED, role, array)
    assert told is not None
    wanted = settings | {f"data.files.{role}.sha256": checksum(array)}
    assert dict(re.findall(r"(data\.[\w.]+) to ((?:at least )?\w+)", told)) == wanted
    assert told.startswith(f"{role.replace('_', ' ')}: expected ")
    if "data.classes" in settings:
        assert "expected labels up to 3 and the sha256" in told
        assert f"found labels up to {array.max()} and the sha256" in told
    for found in (STATED.files[role].sha256, checksum(array)):
        assert f"the sha256 {found}" in told
