"""Replacing a file so that nothing stays behind, not even of a process that was killed.

The kernel's lock on a file ends with the process that holds it: a temporary file that nobody has
locked is a leftover. On a file system without locks leftovers stay.
"""

import contextlib
import fcntl
import glob
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from pipeline import files

TEMPORARY = ".{name}.????????"  # what tempfile.mkstemp appends is eight characters long


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """Yield an empty file to write and read; it takes the name `path` only if the block succeeds.

    What killed processes have left of theirs for `path` is removed. Raises OSError.
    """
    _remove_leftovers(path)
    # the lock outlives the temporary name
    with contextlib.ExitStack() as held, files.replacing(path) as temporary:
        file = held.enter_context(_locked(temporary))
        yield file
        file.flush()
    _remove_leftovers(path)


def _locked(temporary: Path) -> BufferedRandom:
    """The file `temporary`, open; made again if another process took it for a leftover before it was locked."""
    while True:
        file = temporary.open("w+b")
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        if temporary.exists():
            return file
        file.close()


def _remove_leftovers(path: Path) -> None:
    for temporary in path.parent.glob(TEMPORARY.format(name=glob.escape(path.name))):
        with contextlib.suppress(OSError), temporary.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.unlink()
