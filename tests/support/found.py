"""Tables of runs whose truth is known, and what comparison and findings make of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from configuration import CONFIG_YAML

from pipeline.analysis import comparison, findings
from pipeline.analysis.comparison import Results
from pipeline.analysis.tables import SUMMARISED
from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration, Experiment, SweepTable
from pipeline.experiments.tidy import Rows

BASE = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=5)
PROJECT = config.load(CONFIG_YAML)

Epochs = list[tuple[float, float, float, float]]  # training loss and accuracy, validation loss and accuracy
Point = tuple[Experiment, Configuration, float | None, float | None, int, int]


def sweep_of(parameter: str, *values: float, name: str = "sweep") -> Experiment:
    configurations = tuple(replace(BASE, **{parameter: value}) for value in values)
    return Experiment(name, "sweep", (parameter,), configurations, 2)


def single(name: str, configuration: Configuration = BASE) -> Experiment:
    return Experiment(name, "single", (), (configuration,), 2)


def flat(accuracy: float, epochs: int = BASE.epochs) -> Epochs:
    return [(1.0, accuracy, 1.0, accuracy)] * epochs


def results(
    *points: Point, courses: Mapping[Configuration, list[Epochs]] | None = None, chance: float = 0.1
) -> Results:
    """Tables with a mean, sd, number of finished and of diverged seeds for each point; every metric is the mean."""
    summary, histories = [], []
    for experiment, configuration, mean, sd, n, diverged in points:
        identity = {"experiment": experiment.name, **vars(configuration)}
        numbers = {"mean": mean, "sd": sd, "n": n, "diverged": diverged}
        summary += [identity | {"metric": metric} | numbers for metric in SUMMARISED]
        seeds = (courses or {}).get(configuration, [flat(mean or 0, configuration.epochs)] * n)
        for seed, course in enumerate(seeds, start=1):
            histories += [
                identity
                | {"seed": seed, "epoch": epoch}
                | dict(
                    zip(
                        ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy"),
                        row,
                        strict=True,
                    )
                )
                for epoch, row in enumerate(course, start=1)
            ]
    columns = ["experiment", *vars(BASE), "seed", "epoch", "training_loss", "training_accuracy", "validation_loss"]
    table = pd.DataFrame(histories, columns=[*columns, "validation_accuracy"])
    return Results(Rows(pd.DataFrame(summary).astype({"mean": float, "sd": float})), Rows(table), chance)


def points(experiment: Experiment, *numbers: tuple[Any, ...]) -> list[Point]:
    """(mean, sd, n, diverged) for each configuration, the last two 5 and 0 if left out."""
    return [
        (experiment, configuration, *(*given, *(5, 0)[len(given) - 2 :]))
        for configuration, given in zip(experiment.configurations, numbers, strict=True)
    ]


def settings(*experiments: Experiment, **tables: Any) -> Config:
    names = {experiment.name: experiment for experiment in experiments}
    shown = {"learning_rates": None, "regularization": None, "tuning": None} | tables
    return replace(PROJECT, experiments=names, tables=replace(PROJECT.tables, **shown))


def of_rates(*numbers: tuple[Any, ...], rates: tuple[float, ...] | None = None) -> findings.LearningRates | None:
    experiment = sweep_of("learning_rate", *(rates or range(1, len(numbers) + 1)))
    table = SweepTable(experiment.name, ("testing_accuracy",))
    return findings.findings(
        settings(experiment, learning_rates=table), results(*points(experiment, *numbers)), []
    ).learning_rates


def rates(trained: tuple[comparison.Trained, ...]) -> list[float]:
    return [each.configuration.learning_rate for each in trained]
