"""Measure what a run costs with each engine and storage: 200 runs of one epoch on the sample, all on this machine.

The seconds are those of the build, images and tables of the runs included. Slurm is asked for its jobs after 1 s, then
11, 21 and so on, where its profile says 60, 70 and so on.

By hand, as root and with Slurm: PYTHONPATH=tests python -m bench.engines
"""

import argparse
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from cluster.slurm import cluster, with_storage
from rich import box
from rich.console import Console
from rich.table import Table
from storage.bucket import bucket

from pipeline.cli.console import run_step
from pipeline.config import launch
from pipeline.config import load as configuration_file
from pipeline.environment import git
from pipeline.errors import RunError
from pipeline.verification import rebuild

RUNS = 200
CORES = ("--cores", "2")  # as many as the node of the cluster has
TABLES = ("runs.csv", "histories.csv", "norms.csv")


@dataclass(frozen=True)
class Setting:
    """How a build is told where to train and where its files are, and how these are read."""

    arguments: Sequence[str]
    read: Callable[[str], bytes]
    environment: dict[str, str] = field(default_factory=dict)


@contextmanager
def local(folder: Path) -> Iterator[Setting]:
    """Nothing but Snakemake."""
    yield Setting(CORES, _reader(folder))


@contextmanager
def slurm(folder: Path) -> Iterator[Setting]:
    """A cluster that shares the folder of the build."""
    with cluster() as made:
        arguments = ("--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1", *CORES)
        yield Setting(arguments, _reader(folder), made.environment)


@contextmanager
def slurm_fs(folder: Path) -> Iterator[Setting]:
    """A cluster to which the folder of the build looks empty."""
    storage = folder.parent / "storage"
    storage.mkdir()
    with cluster(folder) as made:
        yield Setting((*with_storage(storage), *CORES), _reader(storage), made.environment)


@contextmanager
def s3(folder: Path) -> Iterator[Setting]:
    """A bucket of a server in this process."""
    with bucket() as made:
        yield Setting((*made.arguments, *CORES), made.read, made.environment)


# engine, storage, what ran where
ENGINES: dict[tuple[str, str, str], Callable[[Path], AbstractContextManager[Setting]]] = {
    ("local", "none", "all here"): local,
    ("slurm", "none, the folder is shared", "runs in jobs"): slurm,
    ("slurm", "fs, nothing else is shared", "runs in jobs"): slurm_fs,
    ("local", "s3 (moto)", "all here"): s3,
}


def measure(setting: Callable[[Path], AbstractContextManager[Setting]], runs: int) -> tuple[float, list[bytes]]:
    """Seconds of a build of all runs, from the images to the tables of the runs, and these."""
    with rebuild.copied(Path.cwd()) as folder:
        _configure(folder / "config.yaml", runs)
        for command in (("init", "--quiet"), ("add", ".")):  # what jobs are sent
            git.ask(folder, *command)
        with setting(folder) as how:
            start = time.perf_counter()
            _snakemake(folder, how)
            return time.perf_counter() - start, [how.read(f"results/{name}") for name in TABLES]


def _configure(path: Path, runs: int) -> None:
    tree = configuration_file.read_tree(path, {})
    sweep = {"sweep": {"learning_rate": [round(0.01 * (1 + k), 2) for k in range(runs // 2)]}}
    tree |= {"source": "sample", "epochs": 1, "replicates": 2, "experiments": {"rates": sweep}, "tables": {}}
    tree.pop("randomisation", None)
    path.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _snakemake(folder: Path, how: Setting) -> None:
    log = folder.parent / "output"
    environment = rebuild.environment(os.environ, folder.parent) | how.environment
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - no shell
            [*launch.COMMAND, "runs", *how.arguments],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        try:
            status = process.wait()
        finally:
            rebuild.end(process)  # if this one is interrupted
    if status:
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
        raise RunError("snakemake runs: expected to succeed, found:", *said)


def _reader(folder: Path) -> Callable[[str], bytes]:
    return lambda name: (folder / name).read_bytes()


def run(runs: int) -> None:
    """Measure and print; the first engine is what the bytes of the others are held against."""
    table = Table(*("engine", "storage", "what ran where"), box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("seconds per run", "more than here"):
        table.add_column(name, justify="right")
    table.add_column("bytes equal")
    first, here = None, 0.0
    for names, setting in ENGINES.items():
        seconds, tables = measure(setting, runs)
        first, here = first or tables, here or seconds
        row = (f"{seconds / runs:.2f}", f"{(seconds - here) / runs:.2f}", "yes" if tables == first else "no")
        table.add_row(*names, *row)
        Console(stderr=True).print(*names, *row, sep=", ")
    Console(highlight=False).print(table)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=RUNS // 2, help="of runs, each a learning rate with two seeds")
    run_step(lambda: run(2 * parser.parse_args().pairs))


if __name__ == "__main__":
    main()
