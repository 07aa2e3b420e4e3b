"""Faults in a build of the sample: something is struck while it is at work, and the same command is to end as ever."""

import hashlib
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from conftest import Project

WITH_TIMES = ("timing.json", "timings.csv", "build.json")
PATIENCE = 120  # seconds in which whatever was struck is over


@dataclass(frozen=True)
class Fault:
    """A signal to a job, to Snakemake alone, or to Snakemake and all its children. `job`: what its command matches."""

    name: str
    signal: signal.Signals
    target: Literal["job", "snakemake", "group"]
    job: str = ""

    @property
    def polite(self) -> bool:
        """Whether those who are struck may tidy up before they end."""
        return self.signal != signal.SIGKILL


KILL, TERM, INT = signal.SIGKILL, signal.SIGTERM, signal.SIGINT
FAULTS = (
    Fault("a training job killed", KILL, "job", r"-m pipeline\.training\.step "),
    Fault("the aggregation killed", KILL, "job", r"-m pipeline\.(experiments|analysis|evidence)\.\w+ "),
    Fault("the renderer killed", KILL, "job", r"-m pipeline\.(report\.render|crate\.step|figures\.\w+) "),
    Fault("Snakemake and its jobs killed", KILL, "group"),
    Fault("Snakemake alone killed", KILL, "snakemake"),
    Fault("SIGTERM to Snakemake", TERM, "snakemake"),
    Fault("SIGTERM to all", TERM, "group"),
    Fault("SIGINT to Snakemake", INT, "snakemake"),
    Fault("SIGINT to all, as Ctrl-C", INT, "group"),
)


def outputs(project: Project) -> dict[str, str]:
    """The sha256 of every file that a build makes, by path, but of those that hold times."""
    return {
        path.relative_to(project.folder).as_posix(): hashlib.sha256(_content(path)).hexdigest()
        for folder in ("results", "report")
        for path in sorted((project / folder).rglob("*"))
        if path.is_file() and path.name not in WITH_TIMES
    }


def _content(path: Path) -> bytes:
    """The content of a file; of SHA256SUMS, without the lines on files that hold times."""
    lines = path.read_bytes().splitlines(keepends=True)
    timed = tuple(f"  {name}\n".encode() for name in WITH_TIMES)
    return b"".join(line for line in lines if path.name != "SHA256SUMS" or not line.endswith(timed))


def at_work(folder: Path, command: str = "", session: int | None = None) -> list[int]:
    """The processes that work in a folder, whose command line matches, of one build's session if it is given."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            here = process.name.isdigit() and (process / "cwd").readlink() == folder
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace") if here else ""
        except OSError:
            continue  # it has ended
        if words and re.search(command, words):
            found.append(int(process.name))
    return [pid for pid in found if session is None or _session(pid) == session]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None  # it has ended


def wait_until(happens: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether something happens in time."""
    deadline = time.monotonic() + seconds
    while not (happened := happens()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened


def strike(project: Project, fault: Fault, moment: float, **environment: str) -> int | None:
    """Start a build, strike it and return its exit status, or None where it ended before it could be struck.

    The moment is in seconds after the start of the build, or of the job that is struck.
    Raises AssertionError if something of it that could have ended itself is still at work.
    """
    process = project.start(**environment)  # what an earlier one left behind may still be at work beside it
    jobs = partial(at_work, project.folder, session=process.pid)
    if fault.job:
        wait_until(lambda: bool(jobs(fault.job)) or process.poll() is not None)
    wait_until(lambda: process.poll() is not None, moment)
    pids = jobs(fault.job) if fault.job else [process.pid]
    struck = process.poll() is None and bool(pids)
    if struck and fault.target == "group":
        os.killpg(process.pid, fault.signal)
    elif struck:
        os.kill(pids[0], fault.signal)
    status = process.wait(PATIENCE)
    if fault.polite:
        assert wait_until(lambda: not jobs(), 10), f"{fault.name}: jobs go on without Snakemake"
    return status if struck else None


def spoil(project: Project, random_numbers: random.Random) -> str:
    """Delete something that a build makes, so that there is something to do; returns what."""
    runs = sorted((project / "results/runs").glob("*"))
    some = random_numbers.sample(runs, len(runs) // 2)
    parts: dict[str, list[Path]] = {
        "half of the runs": some,
        "the data": [project / "results/data", project / "results/prepared", *some[:2]],
        "the tables": [project / "results/runs.csv", project / "results/tables", project / "results/evidence"],
        "the figures": [project / "results/figures", project / "results/randomisation"],
        "the reports": [project / "results/report", project / "report/report.pdf"],
        "everything": [project / "results", project / ".snakemake", project / "report"],
    }
    name = random_numbers.choice(list(parts))
    for path in parts[name]:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return name
