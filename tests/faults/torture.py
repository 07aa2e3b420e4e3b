"""Builds that are struck again and again; after each the same command is to make the bytes of an undisturbed build.

make torture KILLS=50
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from conftest import SMALL, Project, copy_project
from inheritance import heed_signals
from rich.console import Console
from rich.table import Table

from faults.striking import FAULTS, at_work, outputs, spoil, strike, wait_until

SPAN = 12.0  # seconds of a build in which it may be struck
JOB_SPAN = 0.5  # of a job


def main() -> None:
    """Strike builds in a temporary folder; exit status 1 if one of them did not end with the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    a = parser.parse_args()
    heed_signals()
    print(f"{a.kills} faults, seed {a.seed}, after a build that is left alone", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        lost = torture(Path(folder).resolve() / "project", a.kills, random.Random(a.seed))
    for problem in lost:
        print(problem, file=sys.stderr)
    sys.exit(1 if lost else 0)


def torture(folder: Path, kills: int, random_numbers: random.Random) -> list[str]:
    """Strike a project that is made in `folder`; returns what went wrong, a line each."""
    folder.mkdir()
    copy_project(folder)
    project = Project(folder)
    project.configure(**SMALL)
    project.build()
    expected = outputs(project)
    problems: list[str] = []
    struck: Counter[str] = Counter()
    while struck.total() < kills:
        fault = FAULTS[struck.total() % len(FAULTS)]
        spoilt = spoil(project, random_numbers)
        if strike(project, fault, random_numbers.uniform(0, JOB_SPAN if fault.job else SPAN)) is None:
            continue  # what was spoilt did not need such a job, or was made too soon
        struck[fault.name] += 1
        result = project.snakemake()
        wait_until(lambda: not at_work(folder))  # jobs that Snakemake, killed, left behind
        found = outputs(project)
        outcome = "the same bytes"
        if result.returncode != 0:
            outcome = f"exit status {result.returncode}\n{result.stdout}"
        elif found != expected:
            outcome = f"other bytes in {', '.join(sorted(dict(found.items() ^ expected.items())))}"
        line = f"{struck.total():3} {fault.name}, with {spoilt} to be made: {outcome}"
        print(line, flush=True)
        if outcome != "the same bytes":
            problems.append(line)
    _print(struck, len(problems), len(expected))
    return problems


def _print(struck: Counter[str], lost: int, files: int) -> None:
    table = Table("Fault", "Times")
    for name, times in struck.items():
        table.add_row(name, str(times))
    table.add_row("All", str(struck.total()))
    Console().print(table)
    print(f"{struck.total() - lost} of {struck.total()} builds ended with the same bytes in {files} files.")


if __name__ == "__main__":
    main()
