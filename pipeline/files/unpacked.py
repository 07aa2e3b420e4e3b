"""Files from elsewhere, plain or compressed with gzip: whatever is wrong with one is one line, never a traceback."""

import gzip
import io
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputError

LARGEST_BYTES = 2**31  # of a file, and of what it claims to hold: neither must fill the memory
REPLACE = "Hint: put a sound, readable file in its place."
_GZIP_MAGIC = b"\x1f\x8b"
_LONGEST = 200  # characters of what a library says


@contextmanager
def reading(path: Path, expected: str) -> Iterator[gzip.GzipFile | io.BufferedReader]:
    """Yield the unpacked content as a stream.

    Raises InputError, in the words of the library that failed, if anything in the block fails.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ValueError(f"more than {LARGEST_BYTES:,} bytes")
        with _open(path) as stream, warnings.catch_warnings(action="ignore"):
            yield stream
    except InputError:
        raise
    except Exception as error:  # of a damaged file, gzip, zipfile and NumPy raise more kinds than they document
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        found = textwrap.shorten(words, _LONGEST, placeholder="…").rstrip(".")
        raise InputError(f"{path}: expected {expected}, found: {found}. {REPLACE}") from error


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    return gzip.open(path, "rb") if compressed else path.open("rb")
