"""Measure the engines of this project beside their peers, on one thread of one core, all in one run.

Usage: make bench, or python -m bench --help.
"""

import argparse
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import job, records, systems, tables, work
from bench.measure import Measured, measure
from bench.targets import verdicts
from pipeline.cli.console import run_step
from pipeline.config.settings import Split
from pipeline.environment import machine
from pipeline.errors import InputError
from pipeline.files.atomic import write_json
from pipeline.training import benchmarks
from pipeline.training.benchmarks import TRAINING_IMAGES

logger = logging.getLogger("pipeline")

OUTPUT = Path(benchmarks.FILE)
FEWEST_ROUNDS = 5  # for the report
BATCH_SIZES = (16, 32, 64, 128)
ROUNDS = 9
# Libraries read these when they are imported, so they must be in the environment before.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def run(batch_sizes: Sequence[int], rounds: int, data: Path, images: int | None, output: Path | None) -> None:
    """Measure, print, and write the records to `output`.

    Without one they are written where the report reads them, if they are of the whole set and of enough rounds.
    Raises InputError for wrong input.
    """
    described = machine.describe()
    check_threads()
    if rounds < 1:
        raise InputError(f"--rounds: expected at least 1, found {rounds}. Hint: the median of 5 or more is steady.")
    description, task = work.load(data, images)
    for size in batch_sizes:
        if not 1 <= size <= len(task.training):
            raise InputError(f"--batch-sizes: expected 1 to {len(task.training):,} (the training set), found {size:,}.")
    if output is None and (rounds < FEWEST_ROUNDS or len(task.training) != TRAINING_IMAGES):
        logger.info(
            f"{OUTPUT}: not written: expected {TRAINING_IMAGES:,} training images and at least {FEWEST_ROUNDS} rounds, "
            f"found {len(task.training):,} and {rounds}. Hint: --output FILE writes the records anyway."
        )
    elif output is None:
        output = OUTPUT
    pin()
    console = Console(highlight=False)
    present = systems.present()
    sizes = sorted(set(batch_sizes))
    logger.info(
        f"Measuring {len(present)} systems on {len(task.training):,} training and {len(task.validation):,} validation "
        f"images; rounds: {rounds}; batch sizes: {', '.join(map(str, sizes))}."
    )
    results: list[Measured] = []
    for size in sizes:
        results.append(measure(present, task, size, rounds))
        console.print(tables.of_systems(results[-1], rounds))
    if found := [verdict for measured in results for verdict in verdicts(measured)]:
        console.print(tables.of_targets(found))
    if len(task.training) != TRAINING_IMAGES:
        console.print(
            f"The targets are meant for {TRAINING_IMAGES:,} training images; these are {len(task.training):,}."
        )
    console.print(tables.of_job(job.cost(data, description, len(task.training))), soft_wrap=True)
    if output is not None:
        write_json(output, records.records(results, described))


def check_threads() -> None:
    """Raise InputError unless the environment gives the numerical libraries one thread each."""
    wrong = [f"{name}={os.environ.get(name, '')}" for name in THREADS if os.environ.get(name) != "1"]
    if wrong:
        raise InputError(
            f"the environment: expected {', '.join(f'{name}=1' for name in THREADS)}, found {', '.join(wrong)}. "
            "Hint: make bench sets them."
        )


def pin() -> None:
    """Keep this process, and the jobs that it starts, on the last of its cores: moving between them costs time."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def prepared() -> Path:
    """The folder of the images as the last build divided them. Raises InputError where there was none."""
    try:
        split = json.loads(Path("results/config.json").read_bytes())["split"]
    except (OSError, ValueError) as error:
        raise InputError(f"results/config.json: expected the configuration of a build, found: {error}.") from error
    seed = None if split["seed"] is None else int(split["seed"])
    return Path("results/prepared", Split(float(split["validation_fraction"]), seed).name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line of the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the engines beside their peers.")
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=BATCH_SIZES, metavar="N")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"epochs of each system (default: {ROUNDS})")
    parser.add_argument("--data", type=Path, help="folder of the prepared images (default: those of the last build)")
    parser.add_argument(
        "--output",
        type=Path,
        help=f"file of the records (default: {OUTPUT}, if the whole set is measured often enough)",
    )
    parser.add_argument(
        "--images", type=int, metavar="N", help="a quick try: the first N training images, N/4 for validation"
    )
    a = parser.parse_args(arguments)
    run_step(lambda: run(a.batch_sizes, a.rounds, a.data or prepared(), a.images, a.output))


if __name__ == "__main__":
    main()
