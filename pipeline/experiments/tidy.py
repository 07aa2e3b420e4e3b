"""Tidy tables of runs: what identifies a run in them, its rows, and their form as CSV."""

import io
from pathlib import Path

import pandas as pd

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.files.sealed import read_bytes

PARAMETERS = ["learning_rate", "reg", "batch_size", "hidden", "epochs"]


class Rows:
    """A table with the columns experiment and PARAMETERS, in which configurations are found without a search of it."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._places = table.groupby(["experiment", *PARAMETERS]).indices

    def of(self, experiment: Experiment, configuration: Configuration) -> pd.DataFrame:
        """The rows of one configuration of an experiment, in the order of the table."""
        place = (experiment.name, *(configuration.value(name) for name in PARAMETERS))
        return self.table.iloc[self._places.get(place, [])]


def trained_with(table: pd.DataFrame, configuration: Configuration) -> pd.DataFrame:
    """The rows of one configuration, whichever experiments they belong to, in any table with the columns PARAMETERS."""
    return table[(table[PARAMETERS] == [configuration.value(name) for name in PARAMETERS]).all(axis=1)]


def fresh(table: pd.DataFrame, config: Config) -> pd.DataFrame:
    """The rows of a table with the columns experiment and seed, but for runs of a best_of experiment that chose it.

    The first of many is usually a lucky one, so the seeds that made it first would flatter it.
    """
    chosen = [experiment for experiment in config.experiments.values() if experiment.best_of]
    flattering = [(table["experiment"] == e.name) & ~table["seed"].isin(config.fresh_seeds(e)) for e in chosen]
    return table[~pd.concat(flattering, axis=1).any(axis=1)] if flattering else table


def to_csv(table: pd.DataFrame) -> str:
    """CSV with full precision, the same bytes for the same table."""
    return table.to_csv(index=False, lineterminator="\n")


def read_csv(path: Path) -> pd.DataFrame:
    """Read back what `to_csv` gave and `write_text` wrote, to the last bit. Raises InputError."""
    return pd.read_csv(io.BytesIO(read_bytes(path)))
