"""IDX files, the format of the MNIST database (http://yann.lecun.com/exdb/mnist/), plain or compressed with gzip.

A header of big-endian 32-bit numbers (a magic number, then the size of each dimension), then one
unsigned byte per pixel or label.
"""

import gzip
import hashlib
import io
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.errors import InputError

Bytes = npt.NDArray[np.uint8]
MAGIC_NUMBERS = {"images": 0x803, "labels": 0x801}
GZIP_MAGIC = b"\x1f\x8b"
# What a header may claim: its dimensions alone must not fill the memory.
LARGEST_BYTES = 2**31
_CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class IdxFile:
    """What one file holds: an array of its dimensions, and the sha256 of the unpacked file."""

    array: Bytes
    sha256: str


def read_images(path: Path, count: int) -> IdxFile:
    """Read `count` images: an array (count, rows, columns) uint8, pixels from 0 to 255.

    Raises InputError, one line that says what was expected and what was found.
    """
    return _read(path, "images", count)


def read_labels(path: Path, count: int, classes: int) -> IdxFile:
    """Read `count` labels: an array (count,) uint8, from 0 to `classes` - 1. Raises InputError."""
    file = _read(path, "labels", count)
    largest = int(file.array.max(initial=0))
    if largest >= classes:
        raise InputError(f"{path}: expected labels from 0 to {classes - 1}, found {largest}.")
    return file


def _read(path: Path, kind: str, count: int) -> IdxFile:
    try:
        with _open(path) as stream:
            header, shape = _header(path, stream, kind, count)
            body = _take(stream, math.prod(shape) + 1)
    except EOFError as error:
        raise InputError(f"{path}: expected a whole gzip file, found a truncated one.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: expected a gzip file, found a corrupt one: {error}.") from error
    except OSError as error:
        raise InputError(f"{path}: expected a readable file, found: {error.strerror}.") from error
    _check_length(path, kind, shape, len(header), len(body))
    digest = hashlib.sha256(header)
    digest.update(body)
    return IdxFile(np.frombuffer(body, np.uint8).reshape(shape), digest.hexdigest())


def _open(path: Path) -> io.BufferedIOBase:
    with path.open("rb") as file:
        compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    return gzip.open(path, "rb") if compressed else path.open("rb")


def _take(stream: io.BufferedIOBase, size: int) -> bytearray:
    """Up to `size` bytes; the memory grows with what is there, not with what is asked for."""
    content = bytearray()
    while chunk := stream.read(min(_CHUNK_BYTES, size - len(content))):
        content += chunk
    return content


def _header(path: Path, stream: io.BufferedIOBase, kind: str, count: int) -> tuple[bytearray, tuple[int, ...]]:
    """The header's bytes and the dimensions it states, checked."""
    dimensions = MAGIC_NUMBERS[kind] & 0xFF
    header = _take(stream, 4 + 4 * dimensions)
    if header[:4] != _encoded(kind):
        raise InputError(
            f"{path}: expected {kind} (an IDX file that starts with {_encoded(kind).hex()}), {_start(header)}."
        )
    if len(header) < 4 + 4 * dimensions:
        raise InputError(f"{path}: expected a header of {4 + 4 * dimensions} bytes, found {len(header)}: truncated.")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if shape[0] != count:
        raise InputError(f"{path}: expected {count:,} {kind}, found {shape[0]:,}.")
    if not 0 < math.prod(shape) <= LARGEST_BYTES:
        raise InputError(f"{path}: expected 1 to {LARGEST_BYTES:,} bytes of {kind}, found {_size(kind, shape)}.")
    return header, shape


def _encoded(kind: str) -> bytes:
    return struct.pack(">I", MAGIC_NUMBERS[kind])


def _start(header: bytearray) -> str:
    for kind in MAGIC_NUMBERS:
        if header[:4] == _encoded(kind):
            return f"found {kind}: mislabelled"
    return f"found a file that starts with {header[:4].hex()}" if header else "found an empty file"


def _check_length(path: Path, kind: str, shape: tuple[int, ...], header: int, body: int) -> None:
    expected = math.prod(shape)
    found = f"{expected - body:,} bytes fewer: truncated" if body < expected else "more bytes after them"
    if body != expected:
        raise InputError(f"{path}: expected {_size(kind, shape)} ({header + expected:,} bytes), found {found}.")


def _size(kind: str, shape: tuple[int, ...]) -> str:
    pixels = " × ".join(str(side) for side in shape[1:])
    return f"{shape[0]:,} {kind}" + (f" of {pixels} pixels" if pixels else "")
