"""One run: read the prepared data, train, write history, metrics and timing to the run's folder."""

import argparse
import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import dataset, sgd
from pipeline.console import run_step
from pipeline.errors import InputError
from pipeline.files import write_json, write_text
from pipeline.metrics import HISTORY_COLUMNS, METRICS
from pipeline.network import Weights, initial_weights


@dataclass(frozen=True)
class Result:
    """A trained run: its finite epochs, and METRICS (all None if it diverged)."""

    epochs: tuple[sgd.Epoch, ...]
    diverged: bool
    metrics: dict[str, float | int | None]


def train(specification: dict[str, Any], data: Path) -> Result:
    """Train the run that the specification (pipeline.keys) describes on the prepared data.

    The best epoch is the first with the highest validation accuracy; the testing accuracy is that
    of its model. Raises InputError if the data are not the specification's.
    """
    manifest, examples, testing = dataset.load(data)
    if manifest.fingerprint != specification["data"]:
        raise InputError(
            f"{data}: expected data {specification['data'][:16]}, found {manifest.fingerprint[:16]}. {dataset.MEND}"
        )
    training, validation = dataset.split(examples, specification["validation_fraction"], specification["split_seed"])
    if specification["batch_size"] > len(training):
        raise InputError(
            f"batch_size: expected at most {len(training):,} (the training set), found {specification['batch_size']:,}."
        )
    weights = initial_weights(
        manifest.pixels,
        specification["hidden"],
        manifest.classes,
        specification["initial_scale"],
        specification["initial_seed"],
    )
    trainer = sgd.Trainer(weights, specification["learning_rate"], specification["reg"], specification["batch_size"])
    epochs: list[sgd.Epoch] = []
    best_weights = trainer.weights
    for epoch in sgd.train(trainer, training, validation, specification["epochs"], specification["seed"]):
        if not epoch.finite:
            return Result(tuple(epochs), diverged=True, metrics=dict.fromkeys(METRICS))
        if not epochs or epoch.validation_accuracy > max(e.validation_accuracy for e in epochs):
            best_weights = trainer.weights.copy()
        epochs.append(epoch)
    return Result(tuple(epochs), diverged=False, metrics=_metrics(epochs, best_weights, trainer.weights, testing))


def _metrics(
    epochs: list[sgd.Epoch], best: Weights, last: Weights, testing: dataset.Examples
) -> dict[str, float | int | None]:
    accuracies = [epoch.validation_accuracy for epoch in epochs]
    return {
        "training_accuracy": epochs[-1].training_accuracy,
        "training_loss": epochs[-1].training_loss,
        "validation_accuracy": accuracies[-1],
        "best_validation_accuracy": max(accuracies),
        "best_epoch": accuracies.index(max(accuracies)) + 1,
        "testing_accuracy": sgd.evaluate(best, testing)[1],
        "last_testing_accuracy": sgd.evaluate(last, testing)[1],
    }


def write(result: Result, specification: dict[str, Any], folder: Path) -> None:
    """Write history.csv and metrics.json (the same bytes for the same run) and timing.json (seconds)."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(HISTORY_COLUMNS)
    for number, epoch in enumerate(result.epochs, start=1):
        writer.writerow([number, *(repr(getattr(epoch, column)) for column in HISTORY_COLUMNS[1:])])
    write_text(folder / "history.csv", table.getvalue())
    write_json(folder / "timing.json", {"seconds_per_epoch": [epoch.seconds for epoch in result.epochs]})
    write_json(
        folder / "metrics.json",
        {
            "key": folder.name,
            "status": "diverged" if result.diverged else "ok",
            **result.metrics,
            "specification": specification,
        },
    )


def main() -> None:
    """Command line of the train step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True, type=json.loads, help="the specification, as JSON")
    parser.add_argument("--data", required=True, type=Path, help="folder of the prepared data")
    parser.add_argument("--output", required=True, type=Path, help="folder of the run")
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    run_step(lambda: write(train(arguments.run, arguments.data), arguments.run, arguments.output), arguments.log)


if __name__ == "__main__":
    main()
