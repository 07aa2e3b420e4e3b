"""CSV files of images: what anyone writes is read, and every kind of damage is named in one line."""

import codecs
import csv
import gzip
import io
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline import csv_images
from pipeline.errors import InputError

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
def test_what_is_written_is_read(
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
    for array, expected in zip(found, example, strict=True):
        np.testing.assert_array_equal(array, expected)
        assert array.dtype == np.uint8


ROWS = b"5,0,1,2,3\n0,4,255,6,7\n"
DAMAGED = {
    "empty": (b"", "expected a row for each image, found none"),
    "header alone": (b"label,1x1\n", "expected a row for each image, found none"),
    "label alone": (b"5\n", r"square image .*, found 1\b"),
    "not square": (b"5,0,1\n", r"square image .*, found 3\b"),
    "semicolons": (ROWS.replace(b",", b";"), r"separated by commas, found 1\b"),
    "an index": (b",label,1x1\n0,5,0\n", r"square image .*, found 3\b"),
    "short row": (b"5,0,1,2,3\n0,4,255,6\n", "line 2: expected 5 columns, found 4"),
    "long row": (b"5,0,1,2,3\n0,4,255,6,7,8\n", "line 2: expected 5 columns, found 6"),
    "short header": (b"label,1x1\n" + ROWS, "line 2: expected 2 columns, found 5"),
    "blank line": (ROWS + b"\n" + ROWS, "line 3: expected 5 columns, found 1"),
    "too large": (ROWS.replace(b"255", b"256"), "line 2: expected whole numbers from 0 to 255, found '256'"),
    "negative": (ROWS.replace(b"255", b"-1"), "line 2: .*, found '-1'"),
    "fraction": (ROWS.replace(b"255", b"1.0"), r"line 2: .*, found '1\.0'"),
    "text": (ROWS.replace(b"255", b"five"), "line 2: .*, found 'five'"),
    "long text": (ROWS.replace(b"255", b"x" * 1000), "line 2: .*, found 'x{20}'"),
    "control": (ROWS.replace(b"255", b"\x1b[31m"), r"line 2: .*, found '\\x1b\[31m'"),
    "nothing": (ROWS.replace(b"255", b""), "line 2: .*, found ''"),
    "other digits": (ROWS.replace(b"255", "٣".encode()), "line 2: expected whole numbers"),
    "two headers": (b"label,1x1\nlabel,1x1\n5,0\n", "line 2: .*, found 'label'"),
    "long line": (b"0," * 2**19 + b"0\n", "expected lines of fewer than 1,048,576 bytes"),
    "truncated": (gzip.compress(ROWS)[:-9], "expected a whole gzip file, found a truncated one"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_named(tmp_path: Path, damage: str) -> None:
    content, message = DAMAGED[damage]
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    _assert_problem(path, message, lambda: csv_images.read(path))


@SHARED_PATH
@given(st.one_of(st.binary(max_size=200), st.text("0123456789,\r\n a-.", max_size=200).map(str.encode)))
def test_any_bytes_are_what_numpy_reads_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    try:
        images, labels = csv_images.read(path)
    except InputError as error:
        _assert_line(path, error)
        return
    lines = content.removeprefix(codecs.BOM_UTF8).removesuffix(b"\n").split(b"\n")
    text = [line.rstrip(b"\r").decode("latin-1") for line in lines]
    table = np.loadtxt(text, np.uint8, delimiter=",", ndmin=2, skiprows=len(text) - len(labels))
    np.testing.assert_array_equal(labels, table[:, 0])
    np.testing.assert_array_equal(images.reshape(len(images), -1), table[:, 1:])


@pytest.mark.parametrize("content", [bytes(2**26), b"0,0\n" * 2**18], ids=["one line", "many lines"])
def test_a_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(csv_images, "LARGEST_BYTES", 2**19)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(content, 1))
    tracemalloc.start()
    try:
        _assert_problem(path, "at most 524,288 in all, found more", lambda: csv_images.read(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**23


def _assert_problem(path: Path, message: str, read: Callable[[], object]) -> None:
    with pytest.raises(InputError) as raised:
        read()
    assert re.search(message, _assert_line(path, raised.value))


def _assert_line(path: Path, error: InputError) -> str:
    (problem,) = error.problems
    assert problem.startswith(f"{path}: ")
    assert re.search(r": expected .*\bfound\b.*\. Hint: ", problem)
    assert problem.isprintable()
    return problem
