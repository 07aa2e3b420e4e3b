"""NumPy archives of images as keras hands them out (mnist.npz): x_train, y_train, x_test and y_test, all of bytes.

Read without np.load, which evaluates the header of an array and allocates what it claims: here nothing is evaluated,
nothing unpickled, and memory grows with what is there.
"""

import math
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np

from pipeline.errors import InputError, shown
from pipeline.examples import Bytes
from pipeline.unpacked import LARGEST_BYTES, REPLACE, take, unreadable

DIMENSIONS = {"x_train": 3, "y_train": 1, "x_test": 3, "y_test": 1}
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what np.savez and np.savez_compressed write
_MAGIC = b"\x93NUMPY\x01\x00"
# What np.save writes of an array of bytes in C order.
_HEADER = re.compile(rb"\{'descr': '\|u1', 'fortran_order': False, 'shape': \((\d{1,10}(?:, \d{1,10})*),?\), \} *\n")
_SHOWN_LETTERS = 100


def read(path: Path) -> tuple[Bytes, ...]:
    """The arrays in the order of DIMENSIONS: images (n, rows, columns) and labels (n,), uint8, none of them empty.

    Raises InputError, one line that says what was expected and what was found.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(_array(path, archive, name) for name in DIMENSIONS)
    # zipfile raises RuntimeError for what is encrypted or of a later kind, ValueError for names that are no text
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise InputError(f"{path}: expected a whole .npz file, found: {_excerpt(str(error))}. {REPLACE}") from error
    except OSError as error:
        raise unreadable(path, error) from error


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> Bytes:
    with archive.open(_member(path, archive, name)) as stream:
        shape = _shape(path, stream, name)
        content = take(stream, math.prod(shape) + 1)
    if len(content) != math.prod(shape):
        found = "fewer" if len(content) < math.prod(shape) else "more"
        raise InputError(f"{path}: {name}: expected {math.prod(shape):,} bytes, found {found}. {REPLACE}")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    names = archive.namelist()
    if f"{name}.npy" not in names:
        found = _excerpt(", ".join(names[:_SHOWN_LETTERS])) or "nothing"
        raise InputError(f"{path}: expected the arrays {', '.join(DIMENSIONS)}, found {found}. {REPLACE}")
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type not in _COMPRESSIONS:
        raise InputError(f"{path}: {name}: expected what np.savez writes, found another compression. {REPLACE}")
    return member


def _shape(path: Path, stream: IO[bytes], name: str) -> tuple[int, ...]:
    """The shape that the header of an array states, checked."""
    start = take(stream, len(_MAGIC) + 2)
    header = bytes(take(stream, int.from_bytes(start[len(_MAGIC) :], "little")))
    match = _HEADER.fullmatch(header) if start.startswith(_MAGIC) else None
    shape = tuple(map(int, match[1].split(b", "))) if match else ()
    if len(shape) != DIMENSIONS[name] or not 0 < math.prod(shape) <= LARGEST_BYTES:
        raise InputError(
            f"{path}: {name}: expected an array uint8 in C order with {DIMENSIONS[name]} dimensions and 1 to "
            f"{LARGEST_BYTES:,} bytes, found {_excerpt(header.decode('latin-1').strip()) or 'none'}. {REPLACE}"
        )
    return shape


def _excerpt(text: str) -> str:
    line = shown(text)
    return line if len(line) <= _SHOWN_LETTERS else f"{line[:_SHOWN_LETTERS]}…"
