"""Printed numbers with verdicts, from values that a test makes up."""

import math
from dataclasses import replace

import pandas as pd

from pipeline.config.metrics import METRICS
from pipeline.config.settings import Network, Protocol, Split
from pipeline.evidence import cells, readings
from pipeline.evidence.cells import JudgedCell
from pipeline.writeup.published import Cell, Published

PROTOCOL = Protocol(Split(0.2, 1024), Network(0.001, 1024))


def of_cells(*printed: Cell) -> Published:
    """A file of these printed numbers."""
    return Published("Someone", "MNIST", PROTOCOL, (), printed, None, {})


def runs_of(cell: Cell, diverged: int = 0, **metrics: tuple[float, ...]) -> pd.DataFrame:
    """Runs of a cell's configuration: a seed for each value of each metric, all others 0.5."""
    count = max(map(len, metrics.values()), default=0)
    rows = [
        {"key": f"{cell.column.label} {seed}", "seed": seed + 1, "status": "ok" if seed < count else "diverged"}
        | vars(cell.column.configuration)
        | dict.fromkeys(METRICS, 0.5 if seed < count else math.nan)
        | {name: values[seed] for name, values in metrics.items() if seed < count}
        for seed in range(count + diverged)
    ]
    return pd.DataFrame(rows)


def judged(cell: Cell, metric: str, *values: float, diverged: int = 0) -> JudgedCell:
    """A cell alone in its file, held against runs with these values of a metric."""
    file = of_cells(replace(cell, metrics=(metric,)))
    runs = runs_of(cell, diverged, **{metric: values})
    (found,) = cells.judge(file, readings.samples(runs) if len(runs) else {})
    return found
