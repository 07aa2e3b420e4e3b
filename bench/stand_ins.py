"""Runs that nobody trained: records as training writes them, of drawn numbers, for what has to do with many runs."""

from pathlib import Path

import numpy as np

from pipeline.config.metrics import HISTORY_COLUMNS, METRICS
from pipeline.experiments.plan import Run
from pipeline.experiments.records import told_by
from pipeline.training import step as training
from pipeline.training.descent import Epoch, Norms, Result


def write(run: Run, folder: Path) -> None:
    """Write the record of a run into `folder`/{key}, unless there is one; the key decides the numbers."""
    if not (folder / run.key / "metrics.json").exists():
        training.write(_drawn(run), run.specification, folder / run.key)


def _drawn(run: Run) -> Result:
    draw = np.random.default_rng(int(run.key, 16)).uniform
    epochs = [
        Epoch(float(draw(0.1, 2)), float(draw(0.1, 1)), float(draw(0.1, 2)), float(draw(0.1, 1)), 0.01, finite=True)
        for _ in range(run.configuration.epochs)
    ]
    told = told_by(tuple({name: getattr(epoch, name) for name in HISTORY_COLUMNS[1:]} for epoch in epochs))
    metrics = {name: told.get(name, told["validation_accuracy"]) for name in METRICS}
    norms = [Norms(float(draw(1, 9)), float(draw(1, 9)), float(draw(1, 9))) for _ in epochs]
    return Result(tuple(epochs), tuple(norms), diverged=False, metrics=metrics)
