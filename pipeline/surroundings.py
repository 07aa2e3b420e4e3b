"""What surrounds a build and must not decide it: the user's environment, and files that are dated in the future."""

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path

# They have Python load other modules, or Matplotlib other settings. All text is UTF-8, whatever the locale says.
FOREIGN = ("PYTHON", "MPLBACKEND", "MATPLOTLIBRC")
UTF_8 = {"PYTHONUTF8": "1"}


def shield(variables: MutableMapping[str, str], state: Path) -> None:
    """Take out of the environment what must not reach a build.

    Where the user's folder for caches cannot be written, as that of the user nobody, one below `state` takes its place.
    """
    for name in [name for name in variables if name.startswith(FOREIGN)]:
        del variables[name]
    variables.update(UTF_8)
    home = variables.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - Path.home raises for a user without one
    cache = Path(variables.get("XDG_CACHE_HOME") or Path(home) / ".cache")
    if not _can_be_written(cache):
        variables["XDG_CACHE_HOME"] = str(state.absolute() / "cache")
        variables["MPLCONFIGDIR"] = str(state.absolute() / "cache" / "matplotlib")


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def mend_times(sources: Iterable[Path], results: Iterable[Path]) -> None:
    """Date files that are dated in the future: sources now, results before every source.

    Such are the files of an archive from another time zone, or all if the clock was set back. Snakemake would take no
    output for one that is newer than its input. Older than the sources, a result is made anew if one of them has
    another content than when it was made.
    """
    now = time.time()
    dated = list(_dated(sources))
    before = min((date for _, date in dated), default=now) - 1
    for path, date in _dated(results):
        _date(path, date, before, now)
    for path, date in dated:
        _date(path, date, now, now)


def _date(path: str, date: float, wanted: float, now: float) -> None:
    if date > now:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing can be built
            os.utime(path, (now, wanted))


def _dated(paths: Iterable[Path]) -> Iterator[tuple[str, float]]:
    """The files among some paths and below the folders among them, each with its date."""
    for path in paths:
        names = [str(path)] if path.is_file() else _below(path)
        yield from ((name, os.stat(name).st_mtime) for name in names)  # noqa: PTH116 - there are thousands


def _below(folder: Path) -> Iterator[str]:
    return (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)  # noqa: PTH118 - the same
