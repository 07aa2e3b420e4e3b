"""The train step: map the prepared images, train one run, write its history, metrics and timing."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.environment import numerics

os.environ |= numerics.ONE_THREAD  # read when NumPy is imported

import numpy as np

from pipeline.cli.arguments import COUNT, NO_SEED, NUMBER, POSITIVE, SEED, SHARE, TEXT, VARIABLES, json_object
from pipeline.cli.console import run_step
from pipeline.config.metrics import HISTORY_COLUMNS, METRICS, NORM_COLUMNS
from pipeline.data import preparation
from pipeline.environment import fingerprint
from pipeline.errors import InputError, RunError
from pipeline.files import epoch_table
from pipeline.files.sealed import write_json, write_text
from pipeline.training.run import Result, train

SPECIFICATION = json_object(  # pipeline.experiments.keys
    {"learning_rate": POSITIVE, "reg": NUMBER, "batch_size": COUNT, "hidden": COUNT, "epochs": COUNT, "seed": SEED}
    | {"initial_scale": NUMBER, "initial_seed": SEED, "validation_fraction": SHARE, "split_seed": NO_SEED}
    | {"data": TEXT, "code": TEXT, "numpy": TEXT},
    optional={"environment": VARIABLES},
)


def run(specification: dict[str, Any], folder: Path) -> Result:
    """Train the run that the specification describes on the images prepared in `folder`.

    Raises InputError if they are not the specification's or too few, RunError if the code, NumPy or its kernels are
    not: the numbers would be kept under a key that is not theirs.
    """
    if (specification["code"], specification["numpy"]) != (fingerprint.of_runs(), np.__version__):
        raise RunError(
            "pipeline: expected the code and NumPy that the run's key was made with, found others. "
            "Hint: start the build again, in its own environment."
        )
    numerics.confirm(specification.get("environment", {}))
    description, prepared = preparation.load(folder)
    expected = {name: specification[name] for name in ("validation_fraction", "split_seed", "numpy")}
    expected |= {"fingerprint": specification["data"], "code": fingerprint.of(preparation.CODE)}
    for name, value in expected.items():
        if getattr(description, name) != value:
            raise InputError(
                f"{folder}: expected images prepared with {name} {value}, found {getattr(description, name)}. "
                f"{preparation.MEND}"
            )
    images = len(prepared.training)
    if specification["batch_size"] > images:
        raise InputError(
            f"batch_size: expected at most {images:,} (the training set), found {specification['batch_size']:,}."
        )
    return train(specification, prepared, description.classes)


def write(result: Result, specification: dict[str, Any], folder: Path) -> None:
    """Write history.csv, norms.csv and metrics.json (the same bytes for the same run) and timing.json (seconds)."""
    write_text(folder / "history.csv", _by_epoch(HISTORY_COLUMNS, result.epochs))
    write_text(folder / "norms.csv", _by_epoch(NORM_COLUMNS, result.norms))
    write_json(folder / "timing.json", {"seconds_per_epoch": [epoch.seconds for epoch in result.epochs]})
    write_json(
        folder / "metrics.json",
        {
            "key": folder.name,
            "status": "diverged" if result.diverged else "ok",
            **(dict.fromkeys(METRICS) | result.metrics),
            "specification": specification,
        },
    )


def _by_epoch(columns: Sequence[str], recorded: Sequence[Any]) -> str:
    """A CSV table of those attributes of each epoch that the columns name."""
    return epoch_table.to_csv(columns, ([getattr(epoch, column) for column in columns[1:]] for epoch in recorded))


def main() -> None:
    """Command line of the train step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True, type=SPECIFICATION, help="the specification, as JSON")
    parser.add_argument("--data", required=True, type=Path, help="folder of the prepared images")
    parser.add_argument("--output", required=True, type=Path, help="folder of the run")
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    run_step(lambda: write(run(arguments.run, arguments.data), arguments.run, arguments.output), arguments.log)


if __name__ == "__main__":
    main()
