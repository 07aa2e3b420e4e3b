"""Runs that nobody trained: records as training writes them, of drawn numbers, for what has to do with many runs."""

from pathlib import Path

import numpy as np

from pipeline.config.metrics import HISTORY_COLUMNS, METRICS
from pipeline.data.dataset import Manifest
from pipeline.experiments import records
from pipeline.experiments.plan import Run
from pipeline.experiments.records import told_by
from pipeline.files.arrays import write_array
from pipeline.files.sealed import write_json
from pipeline.training import step as training
from pipeline.training.descent import Epoch, Norms, Result
from pipeline.training.network import Weights


def write(run: Run, folder: Path) -> None:
    """Write the record of a run into `folder`/{key}, unless there is one; the key decides the numbers."""
    if not (folder / run.key / "metrics.json").exists():
        training.write(_drawn(run), run.specification, folder / run.key)


def write_network(run: Run, data: Manifest, runs: Path, networks: Path) -> None:
    """Write the network of a run into `networks`/{key}, as if its record in `runs` were that of a network."""
    draw, folder = np.random.default_rng(int(run.key, 16)).standard_normal, networks / run.key
    recorded = records.read(runs / run.key, run).metrics
    write_array(folder / "w1.npy", draw((data.pixels, run.configuration.hidden), np.float32))
    write_array(folder / "logits.npy", draw((data.testing_images, data.classes), np.float32))
    epoch, accuracy = recorded["best_epoch"], recorded["testing_accuracy"]
    write_json(folder / "network.json", {"key": run.key, "best_epoch": epoch, "recorded": accuracy})


NO_WEIGHTS = Weights(*(np.zeros(shape) for shape in ((0, 0), 0, (0, 0), 0)))


def _drawn(run: Run) -> Result:
    draw = np.random.default_rng(int(run.key, 16)).uniform
    epochs = [
        Epoch(float(draw(0.1, 2)), float(draw(0.1, 1)), float(draw(0.1, 2)), float(draw(0.1, 1)), 0.01, finite=True)
        for _ in range(run.configuration.epochs)
    ]
    told = told_by(tuple({name: getattr(epoch, name) for name in HISTORY_COLUMNS[1:]} for epoch in epochs))
    metrics = {name: told.get(name, told["validation_accuracy"]) for name in METRICS}
    norms = [Norms(float(draw(1, 9)), float(draw(1, 9)), float(draw(1, 9))) for _ in epochs]
    return Result(tuple(epochs), tuple(norms), diverged=False, metrics=metrics, best=NO_WEIGHTS)
