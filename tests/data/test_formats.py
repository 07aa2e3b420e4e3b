"""CSV and npz files of images: what anyone writes is read, and whatever is wrong with one is one line."""

import codecs
import csv
import gzip
import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz.targets import TARGETS, assert_arrays, run
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline.data import csv_images, idx, npz_images
from pipeline.errors import InputError
from pipeline.files import unpacked

SHARED_PATH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def examples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    count, side = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    return draw(arrays.arrays(np.uint8, (count, side, side))), draw(arrays.arrays(np.uint8, count))


def written(images: np.ndarray, labels: np.ndarray, header: list[str], end: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([header] if header else [])
    writer.writerows(np.column_stack([labels, images.reshape(len(images), -1)]).tolist())
    return text.getvalue().encode()


@SHARED_PATH
@given(
    example=examples(),
    header=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    start=st.sampled_from([b"", codecs.BOM_UTF8]),
    whole=st.booleans(),
    compressed=st.booleans(),
)
def test_csv_that_is_written_is_read(
    tmp_path: Path,
    example: tuple[np.ndarray, np.ndarray],
    header: bool,
    end: str,
    start: bytes,
    whole: bool,
    compressed: bool,
) -> None:
    images, labels = example
    side = images.shape[1]
    names = ["label", *(f"{row}x{column}" for row in range(1, side + 1) for column in range(1, side + 1))]
    content = start + written(images, labels, names if header else [], end)
    content = content if whole else content.removesuffix(end.encode())
    path = tmp_path / "named-like-nothing"
    path.write_bytes(gzip.compress(content, 1) if compressed else content)
    found = csv_images.read(path)
    assert_arrays(found, 3, 1)
    for array, expected in zip(found, example, strict=True):
        np.testing.assert_array_equal(array, expected)


ROWS = b"5,0,1,2,3\n0,4,255,6,7\n"
DAMAGED_ROWS = {
    "empty": (b"", "found: .* 0 × 1 "),
    "header alone": (b"label,1x1\n", "found: .* 0 × 1 "),
    "label alone": (b"5\n", "found: .* 1 × 1 "),
    "not square": (b"5,0,1\n", "found: .* 1 × 3 "),
    # as many pixels as four images of 2 × 2
    "not square, but in all": (b"5,0,1,2\n" * 4, "found: .* 4 × 4 "),
    "semicolons": (ROWS.replace(b",", b";"), "found: .*5;0;1;2;3"),
    "ragged": (b"5,0,1,2,3\n0,4,255,6\n", "found: .* from 5 to 4"),
    "too large": (ROWS.replace(b"255", b"256"), "found: .*'256'"),
    "negative": (ROWS.replace(b"255", b"-1"), "found: .*'-1'"),
    "fraction": (ROWS.replace(b"255", b"0.5"), r"found: .*'0\.5'"),
    "long text": (ROWS.replace(b"255", b"x" * 100_000), "found: .*xxxx"),
    "control": (ROWS.replace(b"255", b"\x1b[31m"), r"found: .*'\\x1b\[31m'"),
    "utf-16": (ROWS.decode().encode("utf-16"), "found: .*codec"),
    "truncated": (gzip.compress(ROWS)[:-9], "found: .*end"),
    "corrupt": (gzip.compress(ROWS)[:-8] + bytes(8), "found: CRC"),
}


@pytest.mark.parametrize("damage", DAMAGED_ROWS)
def test_damage_to_csv_is_named(tmp_path: Path, recwarn: pytest.WarningsRecorder, damage: str) -> None:
    content, message = DAMAGED_ROWS[damage]
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    assert re.search(message, _problem(csv_images.read, path))
    assert not recwarn.list


def _is_number(field: str) -> bool:
    try:
        int(field)
    except ValueError:
        return False
    return True


@SHARED_PATH
@example(b"\t0,0")
@example(b" +5,0\n1,2")
@given(st.one_of(st.binary(max_size=200), st.text("0123456789,\r\n a-.", max_size=200).map(str.encode)))
def test_any_bytes_are_the_numbers_of_their_lines_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    try:
        images, labels = csv_images.read(path)
    except InputError as error:
        _assert_line(path, error)
        return
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    first, *others = text.split("\n")
    lines = [first, *others] if _is_number(first.partition(",")[0]) else others  # or it is a header
    rows = [[int(number) for number in line.split(",")] for line in lines if line]
    np.testing.assert_array_equal(np.column_stack([labels, images.reshape(len(images), -1)]), rows)


IMAGES = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3, max_side=5))
LABELS = arrays.arrays(np.uint8, arrays.array_shapes(max_dims=1))
SMALL: dict[str, Any] = {
    "x_train": np.arange(12, dtype=np.uint8).reshape(3, 2, 2),
    "y_train": np.array([2, 0, 1], np.uint8),
    "x_test": np.arange(4, dtype=np.uint8).reshape(1, 2, 2),
    "y_test": np.array([1], np.uint8),
}


@SHARED_PATH
@given(
    found=st.fixed_dictionaries({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS}),
    save=st.sampled_from([np.savez, np.savez_compressed]),
    turned=st.booleans(),
    kind=st.sampled_from(["u1", "<i8", ">i4"]),
    order=st.sampled_from("CF"),
)
def test_npz_that_numpy_writes_is_read(
    tmp_path: Path, found: dict[str, np.ndarray], save: Callable, turned: bool, kind: str, order: Any
) -> None:
    path = tmp_path / "mnist.npz"
    names = sorted(found, reverse=turned)
    save(path, **{name: found[name].astype(kind, order) for name in names}, other=np.zeros(3))
    read = npz_images.read(path)
    assert_arrays(read, 3, 1, 3, 1)
    for array, name in zip(read, ("x_train", "y_train", "x_test", "y_test"), strict=True):
        np.testing.assert_array_equal(array, found[name])
        assert array.flags.c_contiguous, "the order in memory is in the file that is written of it"


def packed(compression: int = zipfile.ZIP_STORED, **members: Any) -> bytes:
    """SMALL as an archive, with some arrays replaced, by other arrays or by the bytes of a member."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        for name, value in (SMALL | members).items():
            member = io.BytesIO()
            if isinstance(value, bytes):
                member.write(value)
            else:
                np.save(member, value, allow_pickle=True)
            file.writestr(f"{name}.npy", member.getvalue())
    return content.getvalue()


class Unpickled:
    """What must not come to life."""

    def __reduce__(self) -> tuple[Callable, tuple[str]]:
        return pytest.fail, ("unpickled",)


def header(shape: str) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def saved(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


WHOLE = packed()
BODY = WHOLE.index(SMALL["x_train"].tobytes())
DAMAGED_ARCHIVES = {
    "empty": b"",
    "text": b"<html>" * 100,
    "truncated": WHOLE[:-30],
    "corrupt": WHOLE[:BODY] + b"\xff" + WHOLE[BODY + 1 :],
    "encrypted": WHOLE.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"),
    "array alone": saved(SMALL["x_train"]),
    "pickle alone": saved(np.array([Unpickled()])),
    "pickled": packed(y_train=np.array([Unpickled()])),
    "too large": packed(y_train=np.array([1, 2, 256])),
    "negative": packed(y_train=np.array([1, 2, -1])),
    "fractions": packed(x_test=SMALL["x_test"] / 255),
    "texts": packed(y_test=np.array(["1"])),
    "flat": packed(x_test=SMALL["x_test"].reshape(1, 4)),
    "no images": packed(x_test=SMALL["x_test"][:0]),
    "no array": packed(x_test=b"none"),
    "claims more": packed(y_test=header("(2000000000,)") + b"\1"),
    "claims too much": packed(y_test=header("(9999999999999,)")),
    "executable": packed(y_test=header("(__import__('pytest').fail(),)")),
    "another key": packed(y_test=header(f"(1,), '{'x' * 5000}': 0")),
    "deep": packed(y_test=header("(" * 5000)),
    "nothing": b"PK\5\6" + bytes(18),
}


@pytest.mark.parametrize("damage", DAMAGED_ARCHIVES)
def test_a_damaged_npz_is_one_line(tmp_path: Path, recwarn: pytest.WarningsRecorder, damage: str) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(DAMAGED_ARCHIVES[damage])
    _problem(npz_images.read, path)
    assert not recwarn.list


def test_what_an_npz_lacks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, **{name: array for name, array in SMALL.items() if name != "x_test"})
    assert "'x_test.npy'" in _problem(npz_images.read, path)
    path.write_bytes(packed(x_test=SMALL["x_test"].reshape(1, 4)))
    assert "found: x_test of shape (1, 4)." in _problem(npz_images.read, path)


def test_an_npz_that_claims_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz_images, "LARGEST_BYTES", 2**20)
    path = tmp_path / "mnist.npz"
    path.write_bytes(packed(zipfile.ZIP_DEFLATED, x_train=np.zeros((2**26, 1, 1), np.uint8)))
    tracemalloc.start()
    try:
        assert "more than 1,048,576 bytes" in _problem(npz_images.read, path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**23


@SHARED_PATH
@given(content=st.binary(max_size=300), inside=st.booleans())
@example(content=header("(3,)") + b"\1\2\3", inside=True)
def test_any_bytes_are_an_npz_or_refused(tmp_path: Path, content: bytes, inside: bool) -> None:
    run(TARGETS["archive"], packed(y_train=content) if inside else content, tmp_path / "mnist.npz")


READERS = [idx.read_images, idx.read_labels, csv_images.read, npz_images.read]


@pytest.mark.parametrize("read", READERS)
def test_every_reader_is_bounded_and_says_what_the_system_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object]
) -> None:
    assert "found: No such file" in _problem(read, tmp_path / "none")
    assert "found: Is a directory" in _problem(read, tmp_path)
    monkeypatch.setattr(unpacked, "LARGEST_BYTES", 4)
    path = tmp_path / "large"
    path.write_bytes(b"12345")
    assert "found: more than 4 bytes" in _problem(read, path)
    path.write_bytes(b"1234")
    assert "more than" not in _problem(read, path)


def _problem(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read(path)
    return _assert_line(path, raised.value)


def _assert_line(path: Path, error: InputError) -> str:
    (problem,) = error.problems
    assert problem.startswith(f"{path}: ")
    assert re.search(r": expected .*\bfound\b.*\. Hint: ", problem), problem
    assert problem.isprintable()
    assert len(problem) < 2500, "whatever a library quotes"
    return problem
