"""NumPy archives of images: what NumPy writes is read, and every kind of damage is named in one line."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipeline import npz_images
from pipeline.errors import InputError

SHARED_PATH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
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
)
def test_what_numpy_writes_is_read(tmp_path: Path, found: dict[str, np.ndarray], save: Callable, turned: bool) -> None:
    path = tmp_path / "mnist.npz"
    names = sorted(found, reverse=turned)
    save(path, **{name: found[name] for name in names}, other=np.zeros(3))
    for array, name in zip(npz_images.read(path), ("x_train", "y_train", "x_test", "y_test"), strict=True):
        np.testing.assert_array_equal(array, found[name])
        assert array.dtype == np.uint8


def packed(compression: int = zipfile.ZIP_STORED, **members: Any) -> bytes:
    """SMALL as an archive, with some arrays replaced, by other arrays or by the bytes of a member."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, value in (SMALL | members).items():
            member = io.BytesIO()
            if isinstance(value, bytes):
                member.write(value)
            else:
                np.save(member, value, allow_pickle=True)
            archive.writestr(f"{name}.npy", member.getvalue())
    return content.getvalue()


class Unpickled:
    """What must not come to life."""

    def __reduce__(self) -> tuple[Callable, tuple[str]]:
        return pytest.fail, ("unpickled",)


def header(shape: str) -> bytes:
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


WHOLE = packed()
BODY = WHOLE.index(SMALL["x_train"].tobytes())
DAMAGED = {
    "empty": (b"", "expected a whole .npz file, found: File is not a zip file"),
    "text": (b"<html>" * 100, "File is not a zip file"),
    "truncated": (WHOLE[:-30], "File is not a zip file"),
    "corrupt": (WHOLE[:BODY] + b"\xff" + WHOLE[BODY + 1 :], "Bad CRC-32"),
    "encrypted": (WHOLE.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0"), "encrypted"),
    "bzip2": (packed(zipfile.ZIP_BZIP2), "x_train: expected what np.savez writes, found another compression"),
    "pickled": (
        packed(y_train=np.array([Unpickled()])),
        r"y_train: expected an array uint8 .*, found \{'descr': '\|O'",
    ),
    "integers": (packed(y_train=np.array([1, 2, 0])), r"y_train: .* found \{'descr': '<i8', .*'shape': \(3,\), \}\. "),
    "fractions": (packed(x_test=SMALL["x_test"] / 255), r"x_test: .* found \{'descr': '<f8'"),
    "Fortran order": (packed(x_test=np.asfortranarray(SMALL["x_train"])), "x_test: .* found .*'fortran_order': True"),
    "flat": (packed(x_test=SMALL["x_test"].reshape(1, 4)), r"x_test: .* with 3 dimensions .*, found .*\(1, 4\)"),
    "no images": (packed(x_test=SMALL["x_test"][:0]), r"x_test: .* 1 to .*, found .*\(0, 2, 2\)"),
    "no array": (packed(x_test=b"none"), "x_test: expected an array .*, found none"),
    "claims more": (
        packed(y_test=header("(2000000000,)") + b"\1"),
        "y_test: expected 2,000,000,000 bytes, found fewer",
    ),
    "claims less": (packed(y_test=header("(1,)") + b"\1\2"), "y_test: expected 1 bytes, found more"),
    "claims too much": (
        packed(y_test=header("(9999999999,)")),
        "y_test: expected an array .* 1 to 2,147,483,648 bytes",
    ),
    "executable": (packed(y_test=header("(__import__('pytest').fail(),)")), "y_test: expected an array"),
    "deep": (packed(y_test=header("(" * 5000)), "y_test: expected an array"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_named(tmp_path: Path, damage: str) -> None:
    content, message = DAMAGED[damage]
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    _assert_problem(path, message)


def test_other_arrays_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, images=SMALL["x_train"], labels=SMALL["y_train"])
    _assert_problem(path, r"expected the arrays x_train, y_train, x_test, y_test, found images\.npy, labels\.npy\.")
    np.savez(path)
    _assert_problem(path, "found nothing")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("\x1b" * 60_000, b"")
    _assert_problem(path, r"found (\\x1b){25}…\.")


@pytest.mark.parametrize("claimed", ["(1,)", "(2147483648,)"], ids=["more than claimed", "less than claimed"])
def test_a_bomb_is_bounded(tmp_path: Path, claimed: str) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(packed(zipfile.ZIP_DEFLATED, y_train=header(claimed) + bytes(2**26)))
    tracemalloc.start()
    try:
        _assert_problem(path, "y_train: expected .* bytes, found (more|fewer)")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < (2**23 if claimed == "(1,)" else 2**28)


@SHARED_PATH
@given(content=st.binary(max_size=300), inside=st.booleans())
@example(content=header("(3,)") + b"\1\2\3", inside=True)
def test_any_bytes_are_refused_or_what_numpy_reads(tmp_path: Path, content: bytes, inside: bool) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(packed(y_train=content) if inside else content)
    _assert_refused_or_numpys(path)


@SHARED_PATH
@given(st.data())
def test_any_change_is_refused_or_what_numpy_reads(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([WHOLE, packed(zipfile.ZIP_DEFLATED)])))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    _assert_refused_or_numpys(path)


def _assert_refused_or_numpys(path: Path) -> None:
    try:
        found = npz_images.read(path)
    except InputError as error:
        _assert_line(path, error)
        return
    with zipfile.ZipFile(path) as archive:
        for array, name in zip(found, SMALL, strict=True):
            member = io.BytesIO(archive.read(f"{name}.npy"))
            np.testing.assert_array_equal(array, np.load(member, allow_pickle=False))


def _assert_problem(path: Path, message: str) -> None:
    with pytest.raises(InputError) as raised:
        npz_images.read(path)
    problem = _assert_line(path, raised.value)
    assert re.search(message, problem), problem


def _assert_line(path: Path, error: InputError) -> str:
    (problem,) = error.problems
    assert problem.startswith(f"{path}: ")
    assert re.search(r": expected .*\bfound\b.*\. Hint: ", problem), problem
    assert problem.isprintable()
    return problem
