"""Who else builds in this folder, and no lock left behind by a build that was killed.

Snakemake locks a folder with files, which outlive a kill. The kernel's lock on a file ends with the
process that holds it: every Snakemake in a folder shares one, and whoever could have it alone knows
that no other lives, so that Snakemake's lock files are stale. This holds on local disks.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_held: list[int] = []  # kept open until the process ends


@contextmanager
def joining(state: Path) -> Iterator[bool]:
    """Count this process among the Snakemakes of the folder until it ends; yields whether it is the only one.

    The only one stays so for the length of the block, and removes the lock files below `state`
    (.snakemake), which can but be stale.
    """
    state.mkdir(exist_ok=True)
    handle = os.open(state / "alive", os.O_RDWR | os.O_CREAT)
    _held.append(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield False
        return
    for stale in (state / "locks").glob("*"):
        stale.unlink()
    yield True
    fcntl.flock(handle, fcntl.LOCK_SH)


def claim(state: Path) -> int | None:
    """Make this process the one build of the folder until it ends; or the number of the process that is it already."""
    handle = os.open(state / "building", os.O_RDWR | os.O_CREAT)
    _held.append(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(handle, 20) or 0)  # nothing yet, if it begins just now
    os.ftruncate(handle, 0)
    os.write(handle, str(os.getpid()).encode())
    return None
