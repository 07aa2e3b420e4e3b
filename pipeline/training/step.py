"""The train step: map the prepared images, train one run, write its history, metrics and timing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.environment import kernels

kernels.take_fastest()

import numpy as np

from pipeline.cli.command_line import command
from pipeline.config.metrics import HISTORY_COLUMNS, METRICS, NORM_COLUMNS
from pipeline.data import preparation
from pipeline.data.examples import Prepared
from pipeline.environment import fingerprint
from pipeline.errors import InputError, RunError
from pipeline.files import epoch_table
from pipeline.files.sealed import write_json, write_text
from pipeline.training import engines, run
from pipeline.training.descent import Result
from pipeline.training.specification import Specification


def train(specification: Specification, folder: Path) -> Result:
    """Train the run that the specification describes on the images prepared in `folder`. Raises as `prepared_for`."""
    classes, prepared = prepared_for(specification, folder)
    make = engines.trainer(specification["engine"], specification["hidden"])
    return run.train(make, specification, prepared, classes)


def prepared_for(specification: Specification, folder: Path) -> tuple[int, Prepared]:
    """The number of classes, and the images prepared in `folder` for a run.

    Raises InputError if they are not the specification's or too few, RunError if the code or NumPy are not: the numbers
    would be kept under a key that is not theirs.
    """
    code = fingerprint.of_runs(specification["engine"], hidden=specification["hidden"] > 0)
    if (specification["code"], specification["numpy"]) != (code, np.__version__):
        raise RunError(
            "pipeline: expected the code and NumPy that the run's key was made with, found others. "
            "Hint: start the build again, in its own environment."
        )
    description, prepared = preparation.load(folder)
    expected = {
        **{"validation_fraction": specification["validation_fraction"], "split_seed": specification["split_seed"]},
        **{"numpy": specification["numpy"], "fingerprint": specification["data"]},
        "code": fingerprint.of(preparation.CODE),
    }
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
    return description.classes, prepared


def write(result: Result, specification: Specification, folder: Path) -> None:
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


def step(specification: Specification, data: Path, output: Path) -> None:
    """Train one run on the prepared images in the folder `data`; write history, norms, metrics and timing."""
    write(train(specification, data), specification, output)


main = command(step)

if __name__ == "__main__":
    main()
