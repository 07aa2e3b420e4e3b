"""Each seed of the committed report held out in turn, as if it were somebody's file.

    PYTHONPATH=tests:tests/support:. python tests/support/holdout.py

prints the table of docs/reading-the-report.md.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from configuration import ROOT

from pipeline.config import load as config
from pipeline.config.quantity import Quantity, half_unit
from pipeline.evidence import cells, readings, shift
from pipeline.evidence.class_shares import ClassShares
from pipeline.writeup import published
from pipeline.writeup.published import Published

HEADS = ("seed held out", "numbers", "unusual", "not reproduced", "above the runs", "p of the shift")
SEEDS = range(1, 11)  # that every printed configuration has


def rows(runs: pd.DataFrame, shares: ClassShares | None) -> Iterator[tuple[str, ...]]:
    """What becomes of the write-up's tables with the numbers of one seed in them, judged by all other seeds."""
    printed = published.load(published.FILE, config.load(ROOT / "config.yaml"))
    for seed in SEEDS:
        own, others = runs[runs["seed"] == seed], runs[runs["seed"] != seed]
        judged = cells.judge(filled(printed, own), readings.samples(others), shares)
        found, placed = cells.tally(judged), shift.of(judged)
        assert placed is not None
        yield (
            *(str(number) for number in (seed, found.judged, found.unusual, found.failed)),
            f"{placed.above} of {placed.cells}",
            f"{placed.p:.2f}",
        )


def filled(printed: Published, runs: pd.DataFrame) -> Published:
    """The tables with what one run of each configuration reached, rounded as the write-up rounds, without rates."""
    of = readings.samples(runs)
    found = []
    for cell in printed.cells:
        metric = cell.metrics[-1]
        digits = len(str(half_unit(cell.printed.text).denominator)) - 1
        value = of[cell.column.configuration].values[metric][0]
        found.append(replace(cell, metrics=(metric,), printed=Quantity(f"{value:.{digits}f}")))
    return replace(printed, cells=tuple(found), rates_of_change=None)


def table(runs: pd.DataFrame, shares: ClassShares | None) -> str:
    """As Markdown."""
    lines = [HEADS, ("---",) * len(HEADS), *rows(runs, shares)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report_table() -> str:
    """That of the committed report; without labels, no number is a class share."""
    return table(pd.read_csv(Path(ROOT) / "report/results/runs.csv"), None)


if __name__ == "__main__":
    print(report_table())
