"""Writing files so that a reader sees the old one or the new one, never half of either, and nothing stays behind.

A temporary file is locked by the process that writes it, and the kernel's lock ends with the process: one that nobody
has locked was left by a process that was killed. On a file system without locks such leftovers stay.
"""

import contextlib
import fcntl
import glob
import os
import tempfile
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from typing import Any

from pipeline.files.typed_json import encode

TEMPORARY = ".{name}.????????"  # what tempfile.mkstemp appends is eight characters long


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """Yield an empty file to write and read; it takes the name `path` only if the block succeeds. Raises OSError.

    What killed processes have left of theirs for `path` is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
    temporary, file = _make_temporary(path)
    try:
        with file:  # the lock outlives the temporary name
            yield file
            file.flush()
            temporary.chmod(0o644)
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _remove_leftovers(path)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, atomically."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with keys in the given order, atomically."""
    write_text(path, encode(value))


def _make_temporary(path: Path) -> tuple[Path, BufferedRandom]:
    """A new locked file beside `path`; made again if another process took it for a leftover before it was locked."""
    while True:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        if Path(name).exists():
            return Path(name), os.fdopen(handle, "w+b")
        os.close(handle)


def _remove_leftovers(path: Path) -> None:
    for temporary in path.parent.glob(TEMPORARY.format(name=glob.escape(path.name))):
        with contextlib.suppress(OSError), temporary.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
