"""IDX files: what is written is read, and every kind of damage is named in one line."""

import gzip
import hashlib
import re
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.data import idx
from pipeline.errors import InputError


def encode(array: np.ndarray) -> bytes:
    return struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


IMAGES = np.arange(5 * 3 * 2, dtype=np.uint8).reshape(5, 3, 2)
LABELS = np.array([0, 1, 2, 1, 0], np.uint8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    images=arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=6)),
    compressed=st.booleans(),
)
def test_what_is_written_is_read(tmp_path: Path, images: np.ndarray, compressed: bool) -> None:
    path = tmp_path / "named-like-neither"
    path.write_bytes(gzip.compress(encode(images)) if compressed else encode(images))
    found = idx.read_images(path)
    np.testing.assert_array_equal(found, images)
    assert found.dtype == np.uint8
    assert idx.sha256(found) == hashlib.sha256(encode(images)).hexdigest()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_labels_are_read(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "labels"
    path.write_bytes(pack(encode(LABELS)))
    np.testing.assert_array_equal(idx.read_labels(path), LABELS)
    assert idx.sha256(LABELS) == hashlib.sha256(encode(LABELS)).hexdigest()


WHOLE = encode(IMAGES)
DAMAGED_IMAGES = {
    "empty": (b"", "expected images .*, found an empty file"),
    "labels": (encode(LABELS), r"expected images .*, found labels: mislabelled"),
    "other type": (b"\0\0\x0d\x03" + WHOLE[4:], r"00000803.*starts with 00000d03\. "),
    "text": (b"<html>", r"starts with 3c68746d\. "),
    "short header": (WHOLE[:10], "expected a header of 16 bytes, found 10: truncated"),
    "truncated": (WHOLE[:-7], r"expected 5 images of 3 × 2 pixels \(46 bytes\), found 7 bytes fewer: truncated"),
    "trailing": (WHOLE + b"x", r"5 images of 3 × 2 pixels \(46 bytes\), found more bytes after them"),
    "no pixels": (encode(IMAGES[:, :0]), "found 5 images of 0 × 2 pixels"),
    "huge": (struct.pack(">4I", 0x803, 5, 2**32 - 1, 2**32 - 1), "found 5 images of 4294967295 × 4294967295 pixels"),
}


@pytest.mark.parametrize("damage", DAMAGED_IMAGES)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_damaged_images_are_named(tmp_path: Path, damage: str, pack: Callable[[bytes], bytes]) -> None:
    content, message = DAMAGED_IMAGES[damage]
    path = tmp_path / "images"
    path.write_bytes(pack(content))
    _assert_problem(path, message, lambda: idx.read_images(path))


@pytest.mark.parametrize("chunk", [1, 7, 46, 1000])
def test_a_file_is_read_whole_however_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(idx, "_CHUNK_BYTES", chunk)
    path = tmp_path / "images"
    path.write_bytes(WHOLE)
    np.testing.assert_array_equal(idx.read_images(path), IMAGES)


def test_a_file_may_be_as_large_as_is_allowed_and_no_larger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 images of 3 × 2 pixels have 30 bytes."""
    path = tmp_path / "images"
    path.write_bytes(WHOLE)
    monkeypatch.setattr(idx, "LARGEST_BYTES", 30)
    np.testing.assert_array_equal(idx.read_images(path), IMAGES)
    monkeypatch.setattr(idx, "LARGEST_BYTES", 29)
    _assert_problem(
        path, "expected 1 to 29 bytes of images, found 5 images of 3 × 2 pixels", lambda: idx.read_images(path)
    )


def test_damaged_labels_are_named(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(WHOLE)
    _assert_problem(path, "expected labels .*, found images: mislabelled", lambda: idx.read_labels(path))
    path.write_bytes(encode(LABELS)[:-1])
    _assert_problem(path, r"expected 5 labels \(13 bytes\), found 1 bytes fewer", lambda: idx.read_labels(path))


def test_truncated_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(WHOLE)[:-9])
    _assert_problem(path, "an IDX file of images.*, found: .* ended before", lambda: idx.read_images(path))


@pytest.mark.parametrize("position", [3, 12, -6], ids=["header", "data", "checksum"])
def test_corrupt_gzip_is_named(tmp_path: Path, position: int) -> None:
    content = bytearray(gzip.compress(WHOLE, mtime=0))
    content[position] ^= 0xFF
    path = tmp_path / "images"
    path.write_bytes(content)
    _assert_problem(path, "", lambda: idx.read_images(path))


def test_missing_file_is_named(tmp_path: Path) -> None:
    _assert_problem(tmp_path / "none", "No such file", lambda: idx.read_images(tmp_path / "none"))


@pytest.mark.parametrize("claimed", [1, 20_000], ids=["more than claimed", "less than claimed"])
def test_gzip_bomb_is_bounded(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "bomb"
    with gzip.open(path, "wb", compresslevel=1) as bomb:
        bomb.write(struct.pack(">4I", 0x803, 5, claimed, claimed))
        for _ in range(64):
            bomb.write(bytes(2**20))
    tracemalloc.start()
    try:
        _assert_problem(path, "found more bytes|truncated", lambda: idx.read_images(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (2**22 if claimed == 1 else 2**28)


def _assert_problem(path: Path, message: str, read: Callable[[], object]) -> None:
    with pytest.raises(InputError) as raised:
        read()
    (problem,) = raised.value.problems
    assert problem.startswith(f"{path}: expected ")
    assert "\n" not in problem
    assert "Hint: " in problem
    assert re.search(message, problem)
