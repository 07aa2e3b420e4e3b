"""Exchanging parts of a folder for others all at once: whoever looks sees the old ones or the new ones.

Linux can exchange two folders of one file system in one step (renameat2 with RENAME_EXCHANGE). Where a folder cannot be
exchanged, since it is a mount point, a link, or the file system cannot, its files are replaced one after another.
"""

import contextlib
import ctypes
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from pipeline.files.atomic import write_bytes

_WORKING_FOLDER = -100  # AT_FDCWD of linux/fcntl.h
_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h


def exchange(new: Path, old: Path, parts: Collection[str], last: str) -> None:
    """Put the files and folders named `parts` of the folder `new` in the place of those of `old`, and delete `new`.

    What `new` lacks of them is gone from `old` afterwards; all else in `old` stays. Where files are replaced one after
    another, `last` is removed first and written last: without it, whoever looks sees half an exchange. Raises OSError.
    """
    old.mkdir(parents=True, exist_ok=True)
    carry(old, new, parts)
    if not old.is_symlink() and _exchanged(new, old):
        carry(new, old, parts)  # what was written meanwhile
    else:
        _replace(new, old, parts, last)
    delete(new)


def carry(source: Path, target: Path, but: Collection[str] = ()) -> None:
    """Give `target` the files and folders of `source`, all `but` these names, and its mode.

    Files get a second name, or are copied where there can be none.
    """
    for entry in os.scandir(source):
        place = target / entry.name
        if entry.name in but:
            continue
        if entry.is_dir(follow_symlinks=False):
            place.mkdir(exist_ok=True)
            carry(Path(entry), place)
        elif not (os.path.lexists(place) and os.path.samestat(entry.stat(follow_symlinks=False), place.lstat())):
            place.unlink(missing_ok=True)
            _link(entry.path, place)
    shutil.copystat(source, target)


def delete(folder: Path) -> None:
    """Delete a folder, if it is there, whatever its folders allow."""
    for place, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):  # not ours
            Path(place).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:  # a C library without it
        return False
    done: int = rename(_WORKING_FOLDER, os.fsencode(one), _WORKING_FOLDER, os.fsencode(other), _EXCHANGE)
    return done == 0


def _link(source: str | Path, target: str | Path) -> None:
    """A second name for a file; a copy where there can be none."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _replace(new: Path, old: Path, parts: Collection[str], last: str) -> None:
    (old / last).unlink(missing_ok=True)
    wanted = _files(new, parts)
    for path in sorted(wanted - {Path(last)}):
        write_bytes(old / path, (new / path).read_bytes())
    for path in _files(old, parts) - wanted:
        (old / path).unlink()
        for folder in path.parents[:-1]:
            if not any((old / folder).iterdir()):
                (old / folder).rmdir()
    write_bytes(old / last, (new / last).read_bytes())


def _files(folder: Path, parts: Collection[str]) -> set[Path]:
    """The files among the parts of a folder and below, relative to it."""
    found = (path for part in parts for path in [folder / part, *(folder / part).rglob("*")])
    return {path.relative_to(folder) for path in found if path.is_file()}
