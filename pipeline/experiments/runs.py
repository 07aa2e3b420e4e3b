"""All runs as tidy tables: results/runs.csv (a row per experiment, run and seed), results/histories.csv and
results/norms.csv (a row per epoch of each).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.cli.command_line import command
from pipeline.config.metrics import HISTORY_COLUMNS, METRICS, NORM_COLUMNS
from pipeline.data.dataset import read_manifest
from pipeline.experiments import plan, records
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.experiments.tidy import PARAMETERS, to_csv
from pipeline.files.epoch_table import Epochs
from pipeline.files.sealed import write_text

RUN_COLUMNS = [
    "experiment",
    "key",
    *PARAMETERS,
    "seed",
    *METRICS,
    "status",
]
ORDER = ["experiment", *PARAMETERS, "seed"]


def runs_table(runs: tuple[Run, ...], records: Mapping[str, Record]) -> pd.DataFrame:
    """One row per experiment, run and seed, RUN_COLUMNS, sorted; a diverged run's metrics are empty."""
    rows = [{**_identity(run), **records[run.key].metrics, "status": records[run.key].status} for run in runs]
    table = pd.DataFrame(rows, columns=RUN_COLUMNS).sort_values(ORDER, ignore_index=True)
    return table.astype({"best_epoch": "Int64"})


def histories_table(runs: tuple[Run, ...], records: Mapping[str, Record]) -> pd.DataFrame:
    """One row per experiment, run, seed and finite epoch, with HISTORY_COLUMNS."""
    return _epochs_table(HISTORY_COLUMNS, [(run, records[run.key].history) for run in runs])


def norms_table(runs: tuple[Run, ...], records: Mapping[str, Record]) -> pd.DataFrame:
    """One row per experiment, run, seed and finite epoch, with NORM_COLUMNS."""
    return _epochs_table(NORM_COLUMNS, [(run, records[run.key].norms) for run in runs])


def timings_table(folder: Path, keys: Iterable[str]) -> pd.DataFrame:
    """One row for each run in its folder below `folder`, by key: the seconds that its epochs took."""
    rows = [(key, records.training_seconds(folder / key)) for key in sorted(keys)]
    return pd.DataFrame(rows, columns=["key", "seconds"])


def _epochs_table(measured: Sequence[str], recorded: Sequence[tuple[Run, Epochs]]) -> pd.DataFrame:
    columns = ["experiment", "key", *PARAMETERS, "seed", *measured]
    identified = [(tuple(_identity(run).values()), epochs) for run, epochs in recorded]
    rows = [(*identity, *map(epoch.__getitem__, measured)) for identity, epochs in identified for epoch in epochs]
    table = pd.DataFrame(rows, columns=columns).sort_values([*ORDER, "epoch"], ignore_index=True)
    return table.astype({"epoch": "int64"})


def _identity(run: Run) -> dict[str, Any]:
    configuration = {name: run.configuration.value(name) for name in PARAMETERS}
    floats = {name: float(configuration[name]) for name in ("learning_rate", "reg")}
    return {"experiment": run.experiment, "key": run.key, **configuration, **floats, "seed": run.seed}


def collect(config: Path, data: Path, selection: Path, runs: Path, output: Path) -> None:
    """Read every run of the configuration; write runs.csv, histories.csv, norms.csv and timings.csv into `output`."""
    settings = plan.load_selected(config, selection)
    planned = plan.runs(settings, settings.experiments.values(), read_manifest(data).fingerprint)
    trained = records.read_all(runs, planned)
    write_text(output / "histories.csv", to_csv(histories_table(planned, trained)))
    write_text(output / "norms.csv", to_csv(norms_table(planned, trained)))
    write_text(output / "timings.csv", to_csv(timings_table(runs, trained)))
    write_text(output / "runs.csv", to_csv(runs_table(planned, trained)))


main = command(collect)

if __name__ == "__main__":
    main()
