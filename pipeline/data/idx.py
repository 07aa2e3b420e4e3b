"""IDX files, the format of the MNIST database (http://yann.lecun.com/exdb/mnist/), plain or compressed with gzip.

A header of big-endian 32-bit numbers (a magic number, then the size of each dimension), then one
unsigned byte per pixel or label.
"""

import hashlib
import io
import math
import struct
from pathlib import Path

import numpy as np

from pipeline.data.examples import Bytes
from pipeline.errors import InputError
from pipeline.files.unpacked import LARGEST_BYTES, REPLACE, reading

MAGIC_NUMBERS = {"images": 0x803, "labels": 0x801}
_CHUNK_BYTES = 2**20


def read_images(path: Path) -> Bytes:
    """Read images: an array (n, rows, columns) uint8, pixels from 0 to 255, with at least one.

    Raises InputError, one line that says what was expected and what was found.
    """
    return _read(path, "images")


def read_labels(path: Path) -> Bytes:
    """Read labels: an array (n,) uint8 with at least one. Raises InputError."""
    return _read(path, "labels")


def sha256(array: Bytes) -> str:
    """The sha256 of the unpacked IDX file that holds images (n, rows, columns) or labels (n,)."""
    digest = hashlib.sha256(struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape))
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _read(path: Path, kind: str) -> Bytes:
    with reading(path, f"an IDX file of {kind}, plain or gzip") as stream:
        shape = _shape(path, stream, kind)
        body = _take(stream, math.prod(shape) + 1)
    _check_length(path, kind, shape, len(body))
    return np.frombuffer(body, np.uint8).reshape(shape)


def _take(stream: io.BufferedIOBase, size: int) -> bytearray:
    """Up to `size` bytes; memory grows with what is there, not with what is claimed."""
    content = bytearray()
    while chunk := stream.read(min(_CHUNK_BYTES, size - len(content))):
        content += chunk
    return content


def _shape(path: Path, stream: io.BufferedIOBase, kind: str) -> tuple[int, ...]:
    """The dimensions that the header states, checked."""
    dimensions = MAGIC_NUMBERS[kind] & 0xFF
    header = _take(stream, 4 + 4 * dimensions)
    if header[:4] != _encoded(kind):
        raise InputError(
            f"{path}: expected {kind} (an IDX file that starts with {_encoded(kind).hex()}), found {_start(header)}. "
            f"{REPLACE}"
        )
    if len(header) < 4 + 4 * dimensions:
        raise InputError(
            f"{path}: expected a header of {4 + 4 * dimensions} bytes, found {len(header)}: truncated. {REPLACE}"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if not 0 < math.prod(shape) <= LARGEST_BYTES:
        raise InputError(
            f"{path}: expected 1 to {LARGEST_BYTES:,} bytes of {kind}, found {_size(kind, shape)}. {REPLACE}"
        )
    return shape


def _encoded(kind: str) -> bytes:
    return struct.pack(">I", MAGIC_NUMBERS[kind])


def _start(header: bytearray) -> str:
    for kind in MAGIC_NUMBERS:
        if header[:4] == _encoded(kind):
            return f"{kind}: mislabelled"
    return f"a file that starts with {header[:4].hex()}" if header else "an empty file"


def _check_length(path: Path, kind: str, shape: tuple[int, ...], body: int) -> None:
    expected = math.prod(shape)
    found = f"{expected - body:,} bytes fewer: truncated" if body < expected else "more bytes after them"
    if body != expected:
        whole = 4 + 4 * len(shape) + expected
        raise InputError(f"{path}: expected {_size(kind, shape)} ({whole:,} bytes), found {found}. {REPLACE}")


def _size(kind: str, shape: tuple[int, ...]) -> str:
    pixels = " × ".join(str(side) for side in shape[1:])
    return f"{shape[0]:,} {kind}" + (f" of {pixels} pixels" if pixels else "")
