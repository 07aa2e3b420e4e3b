"""Means and standard deviations over the seeds: the write-up's tables and the learning curves, as CSV.

The standard deviation is that of a sample (divisor n - 1), empty for one seed. Diverged runs are
counted, and left out of the mean. What was selected is told by the seeds that had no part in its selection
(`pipeline.experiments.tidy.fresh`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from pipeline.analysis import intervals
from pipeline.cli.command_line import command
from pipeline.config.metrics import HISTORY_COLUMNS, SUMMARISED
from pipeline.config.settings import Config, Experiment, RateOfChange
from pipeline.experiments import plan
from pipeline.experiments.tidy import PARAMETERS, Rows, fresh, read_csv, to_csv
from pipeline.files.sealed import write_text

CURVES = list(HISTORY_COLUMNS[1:])


def summarise(runs: pd.DataFrame, experiment: Experiment) -> pd.DataFrame:
    """One row per configuration and metric: PARAMETERS, metric, mean, sd, n (finished), diverged.

    Configurations come in the order of the configuration file.
    """
    rows = []
    by_configuration = Rows(runs)
    for configuration in experiment.configurations:
        parameters = {name: configuration.value(name) for name in PARAMETERS}
        of_this = by_configuration.of(experiment, configuration)
        diverged = int((of_this["status"] == "diverged").sum())
        for metric in SUMMARISED:
            values = of_this[metric].dropna()
            rows.append(
                {
                    **parameters,
                    "metric": metric,
                    "mean": values.mean(),
                    "sd": intervals.standard_deviation(values),
                    "n": len(values),
                    "diverged": diverged,
                }
            )
    return pd.DataFrame(rows)


def rate_of_change(summary: pd.DataFrame, change: RateOfChange) -> pd.DataFrame:
    """Table 5, computed from Table 4: for each pair of learning rates (a, b) the metric's difference over a - b.

    The standard deviation treats the two means as independent.
    """
    own = summary[summary["metric"] == change.metric].set_index("learning_rate")
    rows = []
    for a, b in change.pairs:
        first, second = own.loc[float(a)], own.loc[float(b)]
        rows.append(
            {
                "learning_rate": float(a),
                "other_learning_rate": float(b),
                "metric": change.metric,
                "mean": (first["mean"] - second["mean"]) / (a - b),
                "sd": (first["sd"] ** 2 + second["sd"] ** 2) ** 0.5 / abs(a - b),
                "n": min(first["n"], second["n"]),
                "diverged": max(first["diverged"], second["diverged"]),
            }
        )
    return pd.DataFrame(rows)


def search_space(experiment: Experiment) -> pd.DataFrame:
    """Table 8: one row per parameter and value of a grid."""
    rows = [
        {"parameter": parameter, "value": float(value)}
        for parameter in experiment.varied
        for value in experiment.values(parameter)
    ]
    return pd.DataFrame(rows, columns=["parameter", "value"])


def curves(histories: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Per experiment, configuration and epoch: mean and sd of losses and accuracies over the n finished runs."""
    finished = histories["key"].isin(runs.loc[runs["status"] == "ok", "key"])
    groups = histories[finished].groupby(["experiment", *PARAMETERS, "epoch"])[CURVES]
    columns = groups.agg(["mean", "std"])
    columns.columns = pd.Index([f"{metric}_{kind}" for metric in CURVES for kind in ("mean", "sd")])
    columns["n"] = groups.size()
    return columns.reset_index()


def all_tables(runs: pd.DataFrame, histories: pd.DataFrame, config: Config) -> Iterator[tuple[str, pd.DataFrame]]:
    """(name, table) of every CSV under results/tables/."""
    runs, histories = fresh(runs, config), fresh(histories, config)
    summaries = {name: summarise(runs, experiment) for name, experiment in config.experiments.items()}
    yield "summary", _named(summaries)
    yield "curves", curves(histories, runs)
    shown = config.tables
    if shown.learning_rates:
        summary = summaries[shown.learning_rates.experiment]
        yield "learning_rates", _rows(summary, shown.learning_rates.metrics)
        if shown.learning_rates.rate_of_change:
            yield "rate_of_change", rate_of_change(summary, shown.learning_rates.rate_of_change)
    if shown.regularization:
        yield "regularization", _rows(summaries[shown.regularization.experiment], shown.regularization.metrics)
    if shown.tuning and config.searched:
        rows = _named({name: summaries[name] for name in shown.tuning.rows})
        yield "tuning", _rows(rows, shown.tuning.metrics)
        yield "search_space", search_space(config.searched)


def _named(summaries: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    table = pd.concat(list(summaries.values()), keys=list(summaries), names=["experiment", "row"])
    return table.reset_index("experiment").reset_index(drop=True)


def _rows(summary: pd.DataFrame, metrics: tuple[str, ...]) -> pd.DataFrame:
    return summary[summary["metric"].isin(metrics)]


def write_all(config: Path, selection: Path, runs: Path, histories: Path, output: Path) -> None:
    """Write every table of `all_tables` as output/{name}.csv."""
    settings = plan.load_selected(config, selection)
    for name, table in all_tables(read_csv(runs), read_csv(histories), settings):
        write_text(output / f"{name}.csv", to_csv(table))


main = command(write_all)

if __name__ == "__main__":
    main()
