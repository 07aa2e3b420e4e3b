"""What a check would train, and about how long that takes: make check DRY=1."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.check.protocols import described
from pipeline.check.submissions import MORE, Runs
from pipeline.cli.columns import aligned
from pipeline.config.quantity import written
from pipeline.config.settings import Configuration
from pipeline.errors import InputError
from pipeline.experiments.labels import counted
from pipeline.experiments.tidy import PARAMETERS
from pipeline.files.sealed import read_json

STARTING = 1.0  # seconds of a run besides its epochs: its process, and what Snakemake does for it (docs/cluster.md)


@dataclass(frozen=True)
class Timing:
    """What timing.json holds of a run."""

    seconds_per_epoch: tuple[float, ...]


# The median seconds of an epoch, by batch size and hidden units.
Timed = Mapping[tuple[int, int], float]


def lines(missing: Runs, folder: Path, cores: int) -> list[str]:
    """The configurations of runs that are missing, by protocol, and about how long they take on so many cores.

    By the runs that are in `folder` already.
    """
    known, shown, total, count = timed(folder), [], 0.0, 0
    for protocol, runs in missing.items():
        rows = [(*PARAMETERS, "runs", "about")]
        for configuration, of in groupby(runs, key=lambda run: run.configuration):
            number = len(list(of))
            seconds = number * run_seconds(configuration, known) / cores
            rows.append((*(written(configuration.value(name)) for name in PARAMETERS), str(number), told(seconds)))
            total, count = total + seconds, count + number
        shown += [f"{described(protocol)}:", *aligned(rows)] if runs else []
    if not count:
        return ["Every run is there already: nothing would be trained."]
    time = (
        f", in about {told(total)} on {counted(cores, 'core')}" if known else " (how long is told once a run is there)"
    )
    return [
        *shown,
        f"{counted(count, 'run')} would be trained{time}, and "
        f"{MORE - 1} times as many again of a configuration with an unusual number. Nothing was trained or written.",
    ]


def run_seconds(configuration: Configuration, known: Timed) -> float:
    """About how long a run takes, by the epochs of those most like it; of none known, nan.

    An epoch of more hidden units takes longer in proportion.
    """
    if not known:
        return math.nan
    size, hidden = configuration.batch_size, max(1, configuration.hidden)
    like = min(known, key=lambda of: math.hypot(math.log(of[0] / size), math.log(max(1, of[1]) / hidden)))
    return STARTING + configuration.epochs * known[like] * max(1.0, hidden / max(1, like[1]))


def timed(folder: Path) -> Timed:
    """What the epochs of the runs in a folder took."""
    found: dict[tuple[int, int], list[float]] = {}
    for size, hidden, seconds in _timings(folder):
        found.setdefault((size, hidden), []).append(seconds)
    return {of: median(every) for of, every in found.items()}


def _timings(folder: Path) -> Iterator[tuple[int, int, float]]:
    for path in folder.glob("*/timing.json"):
        try:
            seconds = read_json(path, Timing).seconds_per_epoch
            trained = read_json(path.with_name("metrics.json"), dict[str, Any])["specification"]
        except (InputError, KeyError):  # of a run that will be trained again
            continue
        if seconds:
            yield trained["batch_size"], trained["hidden"], median(seconds)


def told(seconds: float) -> str:
    """A time in words, to the second, the minute or the tenth of an hour; ? of nan."""
    if math.isnan(seconds):
        return "?"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
