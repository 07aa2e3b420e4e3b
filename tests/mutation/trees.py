"""Copies of the project in which code may be spoilt, and the tests on them."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
WITHOUT = ("no:cacheprovider", "no:randomly", "no:xdist")
PATIENCE = 1800  # seconds, after which tests that a fault keeps from ending have noticed it
# Exit statuses of pytest: all tests pass, or there are none of this kind; a test fails, or cannot be imported.
PASSED = (0, 5)
FAILED = (1, 2)
# What takes longest to import is imported once, in the process that all others are forked from.
HEAVY = ("pandas", "scipy.stats", "matplotlib.pyplot", "sklearn.neural_network", "hypothesis", "pypdf", "weasyprint")
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(list(HEAVY))


def copy(folder: Path) -> Path:
    """Copy what Git tracks, as it lies here now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def rewrite(path: Path, text: str, moment: int) -> None:
    """Write a file and date it: compiled modules are told by their date, which is to differ each time."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment, moment))


def fails(place: Path, tests: Sequence[str]) -> bool:
    """Whether one of the tests in a copy fails, or does not end; slow ones are tried where the others pass.

    Raises RuntimeError if pytest ends in another way, such as without memory.
    """
    process = _FORKS.Process(target=_run, args=(place, tests))
    process.start()
    process.join(PATIENCE)
    status = process.exitcode
    if status is None:
        os.killpg(process.pid or 0, signal.SIGKILL)  # with what the tests have started
        process.join()
        return True
    if status not in (*PASSED, *FAILED):
        raise RuntimeError(
            f"{', '.join(tests)}: expected tests that pass or fail, found pytest's exit status {status}."
        )
    return status in FAILED


def _run(place: Path, tests: Sequence[str]) -> None:
    os.setsid()
    os.chdir(place)
    sys.path[:] = [path for path in sys.path if not Path(path).is_relative_to(ROOT) or "site-packages" in path]
    for descriptor in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    plugins = [word for each in WITHOUT for word in ("-p", each)]
    temporary = place.parent / "temporary"
    for kind in ("not slow", "slow"):
        status = pytest.main(["-x", "-q", "-m", kind, "--basetemp", str(temporary), *plugins, *tests])
        shutil.rmtree(temporary, ignore_errors=True)
        if status not in PASSED:
            break
    sys.exit(status)
