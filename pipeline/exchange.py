"""Exchanging parts of a folder for others all at once: whoever looks sees the old ones or the new ones.

Linux can exchange two folders of one file system in one step (renameat2 with RENAME_EXCHANGE). Where a folder cannot be
exchanged, since it is a mount point, a link, or the file system cannot, its files are replaced one after another.
"""

import ctypes
import os
import shutil
from collections.abc import Collection
from pathlib import Path

from pipeline.files import write_bytes

_WORKING_FOLDER = -100  # AT_FDCWD of linux/fcntl.h
_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h


def exchange(new: Path, old: Path, parts: Collection[str], last: str) -> None:
    """Put the files and folders named `parts` of the folder `new` in the place of those of `old`, and delete `new`.

    What `new` lacks of them is gone from `old` afterwards; all else in `old` stays. `last` is the one of `parts` that
    tells a whole folder from a half one: where files are replaced one after another it is removed first and written
    last. Raises OSError.
    """
    old.mkdir(parents=True, exist_ok=True)
    _carry(old, new, parts)
    if not old.is_symlink() and _exchanged(new, old):
        _carry(new, old, parts)  # what came meanwhile
    else:
        _replace(new, old, parts, last)
    shutil.rmtree(new)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None).renameat2
    except AttributeError:  # a C library without it
        return False
    done: int = rename(_WORKING_FOLDER, os.fsencode(one), _WORKING_FOLDER, os.fsencode(other), _EXCHANGE)
    return done == 0


def _carry(source: Path, target: Path, but: Collection[str]) -> None:
    """Give `target` what lies in `source` too, all `but` these names and what it has."""
    for entry in source.iterdir():
        place = target / entry.name
        if entry.name in but or place.exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, place, symlinks=True, copy_function=_link)
        else:
            _link(entry, place)


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
