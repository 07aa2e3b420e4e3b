"""Runs by what they were trained with, whichever experiments they belong to.

A run trains with an order of the images that its seed alone decides, so the first epochs of a long run are those of a
short one: where a configuration is asked for with fewer epochs than it was trained for, its history is cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.metrics import HISTORY_COLUMNS, NORM_COLUMNS
from pipeline.config.settings import Configuration
from pipeline.experiments.tidy import PARAMETERS

Values = npt.NDArray[np.float64]
COURSES = (*HISTORY_COLUMNS[1:], *NORM_COLUMNS[1:])


@dataclass(frozen=True)
class Courses:
    """What the finished runs of one configuration recorded after each epoch: by column an array (seeds, epochs).

    `seeds` are in ascending order, and the rows of every array are theirs.
    """

    configuration: Configuration
    seeds: tuple[int, ...]
    columns: Mapping[str, Values]

    def __getitem__(self, column: str) -> Values:
        """One of COURSES, (seeds, epochs)."""
        return self.columns[column]

    def of_seeds(self, seeds: tuple[int, ...]) -> "Courses":
        """The courses of some of the seeds, in the given order."""
        rows = [self.seeds.index(seed) for seed in seeds]
        return Courses(self.configuration, seeds, {name: values[rows] for name, values in self.columns.items()})

    def to_epoch(self, epochs: int) -> "Courses":
        """The courses as they were after so many epochs."""
        columns = {name: values[:, :epochs] for name, values in self.columns.items()}
        return Courses(replace(self.configuration, epochs=epochs), self.seeds, columns)


class Archive:
    """All finished runs, of configurations of which every seed finished."""

    def __init__(self, courses: Mapping[Configuration, Courses]) -> None:
        self._courses = dict(courses)

    @classmethod
    def of(cls, runs: pd.DataFrame, histories: pd.DataFrame, norms: pd.DataFrame) -> Self:
        """The runs of the tables runs.csv, histories.csv and norms.csv; what several experiments share counts once.

        A configuration of which a seed diverged is left out: those that finished would tell of the lucky ones only.
        """
        distinct = runs.drop_duplicates("key").set_index("key").sort_values("seed")
        finished = distinct[distinct.groupby(PARAMETERS)["status"].transform(lambda status: (status == "ok").all())]
        epochs = histories.merge(norms[["experiment", "key", *NORM_COLUMNS]], on=["experiment", "key", "epoch"])
        by_key = dict(iter(epochs.drop_duplicates(["key", "epoch"]).sort_values("epoch").groupby("key")))
        of: dict[Configuration, list[str]] = {}
        for key, row in finished.iterrows():
            of.setdefault(Configuration.of({name: row[name] for name in PARAMETERS}), []).append(str(key))
        found = {}
        for configuration, keys in of.items():
            columns = {name: np.array([by_key[key][name] for key in keys]) for name in COURSES}
            found[configuration] = Courses(configuration, tuple(finished.loc[keys, "seed"]), columns)
        return cls(found)

    def find(self, configuration: Configuration) -> Courses | None:
        """The runs of a configuration; of those trained for at least as many epochs, the ones with most seeds.

        None where there are none, or a single one, which tells nothing about the seeds.
        """
        usable = self._as_long(configuration)
        best = max(usable, key=lambda c: (len(c.seeds), -c.configuration.epochs), default=None)
        return best.to_epoch(configuration.epochs) if best else None

    def longest(self, configuration: Configuration) -> Courses | None:
        """The runs of a configuration, two or more, that were trained for most epochs, whole; None without any."""
        return max(self._as_long(configuration), key=lambda c: c.configuration.epochs, default=None)

    def _as_long(self, wanted: Configuration) -> list[Courses]:
        """The courses of two seeds or more that differ from a configuration in nothing but more epochs."""
        return [
            courses
            for trained, courses in self._courses.items()
            if len(courses.seeds) > 1
            and trained.epochs >= wanted.epochs
            and replace(trained, epochs=wanted.epochs) == wanted
        ]
