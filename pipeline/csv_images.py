"""CSV files of images as courses hand them out: a row for each image, its label first and then its pixels.

Whole numbers from 0 to 255 between commas, with a header line or without, plain or compressed with gzip. The images
are square, since nothing else tells where a row of pixels ends.
"""

import codecs
import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.errors import InputError, shown
from pipeline.examples import Bytes
from pipeline.unpacked import LARGEST_BYTES, REPLACE, reading

LONGEST_LINE = 2**20  # bytes
_SHOWN_BYTES = 20  # of what is no number
# Looked up, a wrong field is known with its line, and MNIST takes 1.5 s and 45 MB, which are the images themselves.
# np.loadtxt takes 0.6 s and 91 MB, pandas 1.4 s and 386 MB.
_VALUES = {str(value).encode(): value for value in range(256)}


def read(path: Path) -> tuple[Bytes, Bytes]:
    """The images (n, side, side) uint8 and their labels (n,) uint8, in the order of the rows.

    Raises InputError, one line that says what was expected and what was found.
    """
    labels, pixels = bytearray(), bytearray()
    columns = side = 0
    with reading(path) as stream:
        for number, fields in enumerate(_rows(path, stream), start=1):
            if number == 1:
                columns, side = len(fields), _side(path, len(fields))
                if not fields[0].isdigit():
                    continue  # the header
            if len(fields) != columns:
                raise InputError(
                    f"{path}: line {number:,}: expected {columns:,} columns, found {len(fields):,}. {REPLACE}"
                )
            label, row = _values(path, number, fields)
            labels.append(label)
            pixels += row
    if not labels:
        raise InputError(f"{path}: expected a row for each image, found none. {REPLACE}")
    return np.frombuffer(pixels, np.uint8).reshape(-1, side, side), np.frombuffer(labels, np.uint8)


def _rows(path: Path, stream: io.BufferedIOBase) -> Iterator[list[bytes]]:
    size = 0
    while line := stream.readline(LONGEST_LINE):
        size += len(line)
        if len(line) == LONGEST_LINE or size > LARGEST_BYTES:
            raise InputError(
                f"{path}: expected lines of fewer than {LONGEST_LINE:,} bytes and at most {LARGEST_BYTES:,} in all, "
                f"found more. {REPLACE}"
            )
        if size == len(line):
            line = line.removeprefix(codecs.BOM_UTF8)
        yield line.rstrip(b"\r\n").split(b",")


def _side(path: Path, columns: int) -> int:
    """The width and height of the images. Raises InputError unless they are square."""
    side = math.isqrt(columns - 1)
    if side == 0 or side**2 != columns - 1:
        raise InputError(
            f"{path}: expected columns for a label and the pixels of a square image (such as 1 + 28 × 28), separated "
            f"by commas, found {columns:,}. {REPLACE}"
        )
    return side


def _values(path: Path, number: int, fields: list[bytes]) -> tuple[int, bytes]:
    """The label and the pixels of one row."""
    try:
        values = bytes(map(_VALUES.__getitem__, fields))
    except KeyError as error:
        field = shown(error.args[0][:_SHOWN_BYTES].decode("latin-1"))
        raise InputError(
            f"{path}: line {number:,}: expected whole numbers from 0 to 255, found '{field}'. {REPLACE}"
        ) from None
    return values[0], values[1:]
