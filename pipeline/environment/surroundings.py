"""What surrounds a build and must not decide it: the user's environment, and files that are dated in the future."""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path

# They have Python load other modules, or Matplotlib other settings. All text is UTF-8, whatever the locale says.
FOREIGN = ("PYTHON", "MPLBACKEND", "MATPLOTLIBRC")
UTF_8 = {"PYTHONUTF8": "1"}
READ_ONLY_CACHE = "REPORT_READ_ONLY_CACHE"  # names the user's folder for caches where it cannot be written


def shield(variables: MutableMapping[str, str], instead: Path) -> None:
    """Take out of the environment what must not reach a build.

    Where the user's folder for caches cannot be written, as that of the user nobody, `instead` takes its place.
    """
    for name in [name for name in variables if name.startswith(FOREIGN)]:
        del variables[name]
    variables.update(UTF_8)
    home = variables.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - Path.home raises for a user without one
    cache = Path(variables.get("XDG_CACHE_HOME") or Path(home) / ".cache")
    if not _can_be_written(cache):
        variables[READ_ONLY_CACHE] = str(cache)
        variables["XDG_CACHE_HOME"] = str(instead.absolute())
        variables["MPLCONFIGDIR"] = str(instead.absolute() / "matplotlib")


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def mend_times(sources: Iterable[Path], results: Iterable[Path]) -> None:
    """Date files that are dated in the future: sources now, and all results as much earlier as one of them asks for.

    Such are the files of an archive from another time zone, or all if the clock was set back. Snakemake would take no
    output for one that is newer than its input. Then results are older than every source, in the order in which they
    were made, and one is made anew if a source of it has another content than then.
    """
    now = time.time()
    dated, made = list(_dated(sources)), list(_dated(results))
    if max((date for _, date in made), default=now) > now:
        late = max(date for _, date in made) - min((date for _, date in dated), default=now) + 1
        for path, date in made:
            _date(path, date - late)
    for path, date in dated:
        if date > now:
            _date(path, now)


def _date(path: str, date: float) -> None:
    with contextlib.suppress(OSError):  # it is gone, or nothing can be written here, nor built
        os.utime(path, (date, date), follow_symlinks=False)


def _dated(paths: Iterable[Path]) -> Iterator[tuple[str, float]]:
    """The files among some paths and below the folders among them, each with its date."""
    for path in paths:
        for name in [str(path)] if path.is_file() else _below(path):
            with contextlib.suppress(OSError):  # a temporary file that is gone by now
                yield name, os.lstat(name).st_mtime


def _below(folder: Path) -> Iterator[str]:
    return (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - there are thousands
