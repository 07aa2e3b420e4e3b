"""What each figure draws, as the rows of a table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from pipeline.analysis import comparison, ratio
from pipeline.analysis.comparison import Estimate
from pipeline.config.metrics import METRICS
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments import labels
from pipeline.experiments.tidy import Rows
from pipeline.figures import catalogue
from pipeline.figures.catalogue import Figure
from pipeline.figures.scale import PARTS
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, DataRow, Value
from pipeline.report.views.wording import cell

MOST_CELLS = 2500  # of a grid in a page; summary.csv has all
SEARCHED = ("best_validation_accuracy", "validation_accuracy", "training_accuracy")  # testing accuracy chooses nothing


def data(
    figure: Figure,
    experiment: Experiment,
    summary: pd.DataFrame,
    curves: pd.DataFrame,
    run: pd.DataFrame | None = None,
) -> Data:
    """The data of one figure of the catalogue, from summary.csv and curves.csv; `run` is one that it shows besides."""
    if figure.kind == "ratio":
        return _ratios(experiment, summary)
    if figure.kind == "grid":
        return _cells(experiment, summary)
    drawn = _curves(figure, experiment, curves)
    return drawn if run is None else _with_run(drawn, run, figure.kind)


def _curves(figure: Figure, experiment: Experiment, curves: pd.DataFrame) -> Data:
    """A row per panel and epoch; a diverged panel has none. The parameters are named where they differ."""
    parameters = (experiment.varied or labels.TUNED) if len(figure.panels) > 1 else ()
    rows = []
    epochs = Rows(curves)
    for panel, position in enumerate(figure.panels):
        configuration = experiment.configurations[position]
        heads = _parameters(configuration, parameters)
        for _, epoch in epochs.of(experiment, configuration).iterrows():
            number = int(epoch["epoch"])
            values = tuple(_mean(epoch, f"{part}_{figure.kind}") for part in PARTS)
            rows.append(DataRow(panel, (*heads, Value(escape(number), number)), values))
    columns = tuple(escape(part.capitalize()) for part in PARTS)
    return Data((*map(typography.symbol, parameters), Markup("Epoch")), columns, tuple(rows))


def _with_run(drawn: Data, run: pd.DataFrame, metric: str) -> Data:
    """The rows of one run below those of the means, which have a column to be told by."""
    means = [replace(row, heads=(Value(Markup("mean"), 0), *row.heads)) for row in drawn.rows]
    of_run = []
    for _, epoch in run.iterrows():
        seed, number = int(epoch["seed"]), int(epoch["epoch"])
        values = [float(epoch[f"{part}_{metric}"]) for part in PARTS]
        heads = Value(Markup("seed {}").format(seed), seed), Value(escape(number), number)
        of_run.append(DataRow(1, heads, tuple(Value(escape(f"{value:.4f}"), value) for value in values)))
    return replace(drawn, heads=(Markup("Runs"), *drawn.heads), rows=(*means, *of_run))


def _cells(experiment: Experiment, summary: pd.DataFrame) -> Data:
    """A row per configuration, each a panel of its own; none where they are too many for a page."""
    parameters = experiment.varied or labels.TUNED
    rows = []
    results = Rows(summary)
    too_many = len(experiment.configurations) > MOST_CELLS or catalogue.folded(experiment)
    for position, configuration in enumerate(() if too_many else experiment.configurations):
        own = results.of(experiment, configuration).set_index("metric")
        values = tuple(_value(comparison.estimate(own.loc[metric], metric)) for metric in SEARCHED)
        rows.append(DataRow(position, _parameters(configuration, parameters), values))
    columns = tuple(escape(METRICS[metric].title) for metric in SEARCHED)
    return Data(tuple(map(typography.symbol, parameters)), columns, tuple(rows))


def _ratios(experiment: Experiment, summary: pd.DataFrame) -> Data:
    """A row for each configuration that finished, with its ratio before its parameters."""
    results = Rows(summary[summary["metric"] == comparison.JUDGED_BY])
    rows = []
    for position, configuration in enumerate(experiment.configurations):
        (found,) = results.of(experiment, configuration).to_dict("records")
        estimate = comparison.estimate(found, comparison.JUDGED_BY)
        if estimate.n and not estimate.diverged:
            place = ratio.of(configuration)
            named = (Value(escape(f"{place:.4g}"), place), *_parameters(configuration, experiment.varied))
            rows.append(DataRow(position, named, (_value(estimate),)))
    heads = (Markup("Learning rate / batch size"), *map(typography.symbol, experiment.varied))
    return Data(heads, (escape(METRICS[comparison.JUDGED_BY].title),), tuple(rows))


def _parameters(configuration: Configuration, names: Sequence[str]) -> tuple[Value, ...]:
    values = [configuration.value(name) for name in names]
    return tuple(Value(typography.value(value), float(value)) for value in values)


def _mean(epoch: "pd.Series[Any]", name: str) -> Value:
    row = {"mean": epoch[f"{name}_mean"], "sd": epoch[f"{name}_sd"], "n": epoch["n"], "diverged": 0}
    return _value(comparison.estimate(row, name))


def _value(estimate: Estimate) -> Value:
    return Value(cell(estimate), estimate.mean if estimate.n else None)
