"""The train step: read the prepared data, train one run, write its history, metrics and timing."""

import argparse
import csv
import io
import json
from pathlib import Path
from typing import Any

from pipeline import dataset, keys
from pipeline.console import run_step
from pipeline.errors import InputError, RunError
from pipeline.examples import split
from pipeline.files import write_json, write_text
from pipeline.metrics import HISTORY_COLUMNS
from pipeline.run import Result, train


def run(specification: dict[str, Any], data: Path) -> Result:
    """Train the run that the specification describes on the prepared data.

    Raises InputError if the data are not the specification's or too few, RunError if the code or
    NumPy is not: the numbers would be kept under a key that is not theirs.
    """
    if (specification["code"], specification["numpy"]) != (keys.code_fingerprint(), keys.numpy_version()):
        raise RunError(
            "pipeline: expected the code and NumPy that the run's key was made with, found others. "
            "Hint: start the build again, in its own environment."
        )
    manifest, examples, testing = dataset.load(data)
    if manifest.fingerprint != specification["data"]:
        raise InputError(
            f"{data}: expected data {specification['data'][:16]}, found {manifest.fingerprint[:16]}. {dataset.MEND}"
        )
    training, validation = split(examples, specification["validation_fraction"], specification["split_seed"])
    if specification["batch_size"] > len(training):
        raise InputError(
            f"batch_size: expected at most {len(training):,} (the training set), found {specification['batch_size']:,}."
        )
    return train(specification, training, validation, testing, manifest.classes)


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
    run_step(lambda: write(run(arguments.run, arguments.data), arguments.run, arguments.output), arguments.log)


if __name__ == "__main__":
    main()
