"""Trains what a check asks for: Snakemake, with a line before and after, and a progress bar between on a terminal."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Thread
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.check.forecast import told
from pipeline.cli.console import logger
from pipeline.config import launch
from pipeline.experiments.labels import counted

_EVERY = 1.0  # seconds between two looks at what is there
_REMEMBERED = 600.0  # seconds whose runs tell the time that is left
_COLUMNS = (BarColumn(), MofNCompleteColumn(), TextColumn("runs,"), TimeRemainingColumn(), TextColumn("left"))


def train(given: Sequence[str], missing: Callable[[], int | None]) -> int:
    """Have Snakemake make the data and the runs that are missing; its exit status.

    `missing` counts the runs that are asked for and not there, and gives None before the data are. What Snakemake says
    goes to stderr.
    """
    total, began = _announced(missing()), time.monotonic()
    command = [*launch.COMMAND, "check", "--cores", "all", "--keep-going", *given]
    with (
        Progress(
            *_COLUMNS,
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
            speed_estimate_period=_REMEMBERED,
        ) as bar,
        subprocess.Popen(  # noqa: S603 - no shell
            command,
            env=os.environ | {"SUMMARY_FOLLOWS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as snakemake,
    ):
        reader = Thread(target=_pass_on, args=(snakemake.stdout,))
        reader.start()
        task = bar.add_task("", total=None, visible=total != 0)
        try:
            while _goes_on(snakemake):
                left = missing()
                total = _announced(left) if total is None else total
                bar.update(task, total=total, completed=(total or 0) - (left or 0))
        finally:  # Ctrl-C reaches Snakemake, too, which ends when its jobs have
            snakemake.wait()
            reader.join()
    if total:
        trained = f"{total - (missing() or 0):,} of {counted(total, 'run')} trained"
        logger.info(f"make check: {trained} in {told(time.monotonic() - began)}.")
    return snakemake.returncode


def _announced(missing: int | None) -> int | None:
    if missing:
        logger.info(f"make check: {counted(missing, 'run')} to train.")
    return missing


def _goes_on(process: "subprocess.Popen[str]") -> bool:
    """Whether a process is still at work, after a while."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(_EVERY)
    return process.returncode is None


def _pass_on(lines: IO[str]) -> None:
    """Write lines to stderr as they come: above the bar, which has taken its place."""
    for line in lines:
        sys.stderr.write(line)
