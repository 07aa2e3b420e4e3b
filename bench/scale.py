"""Measure how planning and finishing a build grow with its runs, on grids of 100 to 10,000 runs of the sample.

Nothing is trained: the records of the runs are stand-ins. Usage: make bench-scale, or python -m bench.scale --help.
"""

import argparse
import csv
import logging
import math
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from rich import box
from rich.console import Console
from rich.table import Table

from bench import stand_ins
from pipeline.cli.console import run_step
from pipeline.config import launch
from pipeline.config import load as configuration_file
from pipeline.data import dataset
from pipeline.errors import InputError, RunError
from pipeline.experiments import plan
from pipeline.pictures import choice
from pipeline.verification import rebuild

logger = logging.getLogger("pipeline")

RUNS = (100, 1_000, 10_000)
SEEDS = 5  # of each configuration, and a value of reg in the grid
RULES = ("runs", "tables", "figures", "report.html", "report.pdf")  # of which the seconds are shown
TARGETS = {"plan": 60.0, "nothing to do": 60.0, "runs": 10.0}  # seconds, at 10,000 runs
MEMORY_TARGET = 2e9  # bytes


@dataclass(frozen=True)
class Cost:
    """Wall time of a command, and the peak memory of the largest of its processes."""

    seconds: float
    peak_bytes: int


def measure(runs: Sequence[int]) -> Iterator[tuple[int, dict[str, Cost]]]:
    """What each number of runs costs, by what was done."""
    with rebuild.copied(Path.cwd()) as folder:
        for count in runs:
            logger.info(f"A grid of {count:,} runs.")
            _configure(folder / "config.yaml", count)
            shutil.rmtree(folder / "results/runs", ignore_errors=True)
            _snakemake(folder, "--until", "prepare", "--cores", "all")
            costs = {"start": _snakemake(folder, "-n", "results/theory/theory.json"), "plan": _snakemake(folder, "-n")}
            _stand_in(folder)
            costs["plan, all trained"] = _snakemake(folder, "-n")
            costs["finish"] = _snakemake(folder, "--cores", "all")
            costs["nothing to do"] = _snakemake(folder, "--cores", "all")
            yield count, costs | dict(_of_rules(folder))


def exponents(measured: Sequence[tuple[int, dict[str, Cost]]]) -> dict[str, float]:
    """By what was done, the exponent b of seconds ~ runs^b between the two largest numbers of runs."""
    (fewer, before), (more, after) = measured[-2:]
    growth = math.log(more / fewer)
    return {name: math.log(after[name].seconds / before[name].seconds) / growth for name in after}


def table(measured: Sequence[tuple[int, dict[str, Cost]]]) -> Table:
    """Seconds by what was done (rows) and number of runs, then the exponent; memory in MB beside the seconds."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Seconds (peak memory in MB)", title_justify="left")
    made.add_column("")
    for count, _ in measured:
        made.add_column(f"{count:,} runs", justify="right")
    grown = exponents(measured) if len(measured) > 1 else {}
    made.add_column("exponent", justify="right")
    for name in measured[0][1]:
        cells = [f"{costs[name].seconds:.1f} ({costs[name].peak_bytes / 1e6:.0f})" for _, costs in measured]
        made.add_row(name, *cells, f"{grown[name]:.2f}" if name in grown else "")
    return made


def verdicts(count: int, costs: dict[str, Cost]) -> Iterator[str]:
    """The targets at so many runs, a line each."""
    for name, seconds in TARGETS.items():
        found = costs[name].seconds
        yield f"{name}, {count:,} runs: {found:.1f} s, target {seconds:.0f}: {'met' if found < seconds else 'missed'}"
    peak = costs["plan"].peak_bytes
    word = "met" if peak < MEMORY_TARGET else "missed"
    yield f"plan, {count:,} runs: {peak / 1e6:.0f} MB, target {MEMORY_TARGET / 1e6:.0f}: {word}"


def _configure(path: Path, count: int) -> None:
    """Make the configuration a grid of `count` runs, as square as it can be, its best and a default one."""
    tree = configuration_file.read_tree(path, {})
    configurations = count // SEEDS
    across = max(d for d in range(1, math.isqrt(configurations) + 1) if configurations % d == 0)
    rates = [round(0.01 * (1 + k), 4) for k in range(configurations // across)]
    coefficients = [round(1e-5 * (1 + k), 6) for k in range(across)]
    tree |= {
        "source": "sample",
        "epochs": 10,
        "replicates": SEEDS,
        "experiments": {
            "search": {"grid": {"learning_rate": rates, "reg": coefficients}},
            "best": {"best_of": "search"},
            "default": {"single": {}},
        },
        "tables": {
            "tuning": {
                "best": "best",
                "default": "default",
                "metrics": ["best_validation_accuracy", "testing_accuracy"],
            }
        },
    }
    tree.pop("randomisation", None)
    path.write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _stand_in(folder: Path) -> None:
    results = folder / "results"
    data = dataset.read_manifest(results / "data")
    config = configuration_file.read_resolved(results / "config.json")
    for run in plan.runs(config, config.experiments.values(), data.fingerprint):
        stand_ins.write(run, results / "runs")
    _snakemake(folder, "results/selection/selection.json", "--cores", "all")
    config = plan.load_selected(results / "config.json", results / "selection/selection.json")
    for run in choice.choose(config, data.fingerprint).runs.values():
        stand_ins.write_network(run, data, results / "runs", results / "networks")


def _snakemake(folder: Path, *arguments: str) -> Cost:
    """Run Snakemake in a copy of the project. Raises RunError with what it printed if it fails."""
    log = folder.parent / "output"
    start = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - no shell
            [*launch.COMMAND, *arguments],
            cwd=folder,
            env=rebuild.environment(os.environ, folder.parent),
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            rebuild.end(process)  # if this one is interrupted
    if process.returncode:
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()
        raise RunError(f"snakemake {' '.join(arguments)}: expected to succeed, found:", *said)
    return Cost(time.perf_counter() - start, usage.ru_maxrss * 1024)


def _of_rules(folder: Path) -> Iterable[tuple[str, Cost]]:
    for rule in RULES:
        with (folder / f"logs/benchmarks/{rule}.tsv").open(encoding="utf-8") as file:
            (row,) = csv.DictReader(file, delimiter="\t")
        yield rule, Cost(float(row["s"]), int(float(row["max_rss"]) * 1e6))


def main() -> None:
    """Command line of make bench-scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, nargs="+", default=RUNS, help=f"multiples of {SEEDS}")
    a = parser.parse_args()
    run_step(lambda: run(a.runs))


def run(runs: Sequence[int]) -> None:
    """Measure and print. Raises InputError for numbers of runs that make no grid."""
    if bad := [count for count in runs if count < SEEDS or count % SEEDS]:
        raise InputError(f"--runs: expected multiples of {SEEDS}, the seeds of a configuration, found {bad[0]}.")
    measured = list(measure(sorted(set(runs))))
    Console(highlight=False).print(table(measured))
    print(*verdicts(*measured[-1]), sep="\n")


if __name__ == "__main__":
    main()
