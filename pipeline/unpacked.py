"""Files from elsewhere, plain or compressed with gzip: memory grows with what is there, not with what is claimed."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.errors import InputError

# Of one file, unpacked: what it claims must not fill the memory.
LARGEST_BYTES = 2**31
REPLACE = "Hint: put a sound file in its place."
_GZIP_MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 2**20


@contextmanager
def reading(path: Path) -> Iterator[io.BufferedIOBase]:
    """Yield the unpacked content as a stream. Raises InputError for what cannot be read or unpacked."""
    try:
        with _open(path) as stream:
            yield stream
    except EOFError as error:
        raise InputError(f"{path}: expected a whole gzip file, found a truncated one. {REPLACE}") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path}: expected a gzip file, found a corrupt one: {error}. {REPLACE}") from error
    except OSError as error:
        raise unreadable(path, error) from error


def take(stream: io.BufferedIOBase | IO[bytes], size: int) -> bytearray:
    """Up to `size` bytes."""
    content = bytearray()
    while chunk := stream.read(min(_CHUNK_BYTES, size - len(content))):
        content += chunk
    return content


def unreadable(path: Path, error: OSError) -> InputError:
    """The one line for a file that the system does not let us read."""
    return InputError(f"{path}: expected a readable file, found: {error.strerror}. Hint: mend or replace it.")


def _open(path: Path) -> io.BufferedIOBase:
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    return gzip.open(path, "rb") if compressed else path.open("rb")
