"""Runs become tables: means, standard deviations and quotients against hand arithmetic, and who is selected."""

import itertools
import math
import statistics
import warnings
from dataclasses import replace
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from configuration import CONFIG_YAML
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.analysis import tables
from pipeline.config import load as config
from pipeline.config.metrics import METRICS
from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration, Experiment, RateOfChange, SweepTable, TuningTable
from pipeline.experiments import selection
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.experiments.runs import RUN_COLUMNS, histories_table, norms_table, runs_table
from pipeline.experiments.tidy import PARAMETERS, Rows, read_csv, to_csv, trained_with
from pipeline.files import sealed

PROJECT = config.load(CONFIG_YAML)
BASE = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=2)
E1, E2 = Quantity("e^-1"), Quantity("e^-2")


def sweep(*rates: float, replicates: int = 3, name: str = "rates") -> Experiment:
    configurations = tuple(replace(BASE, learning_rate=rate) for rate in rates)
    return Experiment(name, "sweep", ("learning_rate",), configurations, replicates)


def run(experiment: str, configuration: Configuration, seed: int) -> Run:
    return Run(experiment, configuration, seed, {}, f"{experiment}-{configuration.learning_rate}-{seed}")


def record(best_validation: float | None, testing: float = 0.5, losses: tuple[float, ...] = (2.0, 1.0)) -> Record:
    """A finished run with the given accuracies, or a diverged one."""
    if best_validation is None:
        return Record("diverged", dict.fromkeys(METRICS), (), ())
    history = tuple(
        {
            "epoch": float(epoch),
            "training_loss": loss,
            "training_accuracy": 0.5,
            "validation_loss": loss + 1,
            "validation_accuracy": best_validation,
        }
        for epoch, loss in enumerate(losses, start=1)
    )
    metrics = dict.fromkeys(METRICS, 0.25) | {
        "best_validation_accuracy": best_validation,
        "testing_accuracy": testing,
        "best_epoch": 1,
    }
    return Record("ok", metrics, history, ())


def trained(experiment: Experiment, accuracies: list[list[float | None]]) -> tuple[tuple[Run, ...], dict[str, Record]]:
    """The experiment's runs, with the best validation accuracies given by configuration and seed."""
    runs, records = [], {}
    for configuration, of_seeds in zip(experiment.configurations, accuracies, strict=True):
        for seed, accuracy in enumerate(of_seeds, start=1):
            runs.append(run(experiment.name, configuration, seed))
            records[runs[-1].key] = record(accuracy)
    return tuple(runs), records


def summary_of(experiment: Experiment, accuracies: list[list[float | None]]) -> pd.DataFrame:
    summary = tables.summarise(runs_table(*trained(experiment, accuracies)), experiment)
    return summary[summary["metric"] == "best_validation_accuracy"].reset_index(drop=True)


# --- summarise


def test_mean_and_sample_deviation_count_only_finished_runs() -> None:
    values = [0.9, 0.92, 0.97]
    row = summary_of(sweep(0.5, replicates=4), [[*values, None]]).iloc[0]
    assert row["mean"] == pytest.approx(statistics.fmean(values), abs=1e-15)
    assert row["sd"] == pytest.approx(statistics.stdev(values), abs=1e-15)
    assert (row["n"], row["diverged"]) == (3, 1)


def test_configurations_keep_the_order_of_the_file() -> None:
    summary = summary_of(sweep(1, E1, 5, E2, replicates=1), [[0.1], [0.2], [0.3], [0.4]])
    assert summary["learning_rate"].tolist() == [1, math.exp(-1), 5, math.exp(-2)]
    assert summary["mean"].tolist() == [0.1, 0.2, 0.3, 0.4]


# the standard deviation of these equal numbers, computed in floating point, is not 0
@pytest.mark.parametrize("value", [0.1, 0.1135, 0.92475, 1 / 3])
@pytest.mark.parametrize("seeds", [2, 3, 5, 7])
def test_equal_values_have_a_deviation_of_exactly_zero(value: float, seeds: int) -> None:
    row = summary_of(sweep(0.5, replicates=seeds), [[value] * seeds]).iloc[0]
    assert row["sd"] == 0.0
    assert row["n"] == seeds


def test_one_seed_has_no_deviation_and_no_finished_run_no_mean() -> None:
    one, none = (row for _, row in summary_of(sweep(1, 2, replicates=1), [[0.9], [None]]).iterrows())
    assert (one["mean"], one["n"], one["diverged"]) == (0.9, 1, 0)
    assert math.isnan(one["sd"])
    assert math.isnan(none["mean"])
    assert math.isnan(none["sd"])
    assert (none["n"], none["diverged"]) == (0, 1)


def test_a_summary_looks_at_its_own_experiment_only() -> None:
    ours, theirs = sweep(0.5, replicates=1), sweep(0.5, replicates=1, name="other")
    runs, records = trained(ours, [[0.9]])
    more_runs, more_records = trained(theirs, [[0.1]])
    table = runs_table(runs + more_runs, records | more_records)
    summary = tables.summarise(table, ours)
    assert summary[summary["metric"] == "best_validation_accuracy"]["mean"].tolist() == [0.9]


def test_every_metric_is_summarised_by_its_own_column() -> None:
    experiment = sweep(0.5, replicates=1)
    values = {name: float(position) for position, name in enumerate(METRICS)}
    (only,) = [run("rates", experiment.configurations[0], 1)]
    table = runs_table((only,), {only.key: Record("ok", values, (), ())})
    summary = tables.summarise(table, experiment).set_index("metric")["mean"].to_dict()
    assert summary == {name: value for name, value in values.items() if name != "best_epoch"}


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
@settings(max_examples=25)
def test_summaries_agree_with_the_statistics_module(values: list[float]) -> None:
    row = summary_of(sweep(0.5, replicates=len(values)), [list(values)]).iloc[0]
    assert row["mean"] == pytest.approx(statistics.fmean(values), abs=1e-14)
    assert row["sd"] == pytest.approx(statistics.stdev(values), abs=1e-14)


# --- Table 5


def test_rates_of_change_by_hand() -> None:
    summary = pd.DataFrame(
        [
            {"learning_rate": 1.0, "metric": "testing_accuracy", "mean": 0.94, "sd": 0.003, "n": 5, "diverged": 0},
            {"learning_rate": 0.5, "metric": "testing_accuracy", "mean": 0.92, "sd": 0.004, "n": 4, "diverged": 1},
            {"learning_rate": 1.0, "metric": "training_loss", "mean": 7.0, "sd": 1.0, "n": 5, "diverged": 0},
            {"learning_rate": 0.5, "metric": "training_loss", "mean": 9.0, "sd": 1.0, "n": 5, "diverged": 0},
        ]
    )
    change = RateOfChange("testing_accuracy", ((1, 0.5), (0.5, 1)))
    first, turned = (row for _, row in tables.rate_of_change(summary, change).iterrows())
    assert first["mean"] == pytest.approx(0.04)  # 0.02 / 0.5
    assert first["sd"] == pytest.approx(0.01)  # sqrt(3² + 4²) / 1000 / 0.5
    assert (first["learning_rate"], first["other_learning_rate"]) == (1, 0.5)
    assert (first["n"], first["diverged"], first["metric"]) == (4, 1, "testing_accuracy")
    assert turned["mean"] == pytest.approx(0.04)
    assert turned["sd"] == pytest.approx(0.01)


def test_the_write_ups_rates_find_their_rows_and_follow_the_pairs() -> None:
    summary = summary_of(sweep(1, E1, E2, replicates=1), [[0.94], [0.93], [0.92]])
    change = RateOfChange("best_validation_accuracy", ((1, E2), (E1, E2), (1, E1)))
    found = tables.rate_of_change(summary, change)
    a, b, c = 1, 0.36787944117144233, 0.1353352832366127
    assert found["mean"].tolist() == pytest.approx([0.02 / (a - c), 0.01 / (b - c), 0.01 / (a - b)])
    assert found["sd"].isna().all()


def test_a_quotient_with_a_diverged_end_is_empty() -> None:
    summary = summary_of(sweep(1, 2, replicates=2), [[0.9, 0.8], [None, None]])
    (row,) = (
        row for _, row in tables.rate_of_change(summary, RateOfChange(summary["metric"][0], ((1, 2),))).iterrows()
    )
    assert math.isnan(row["mean"])
    assert row["n"] == 0


# --- Table 8 and the curves


def test_the_search_space_lists_each_value_once_in_the_files_order() -> None:
    configurations = tuple(
        replace(BASE, learning_rate=rate, batch_size=size) for rate in (0.8, 0.2) for size in (64, 16)
    )
    grid = Experiment("grid", "grid", ("learning_rate", "batch_size"), configurations, 1)
    assert tables.search_space(grid).to_numpy().tolist() == [
        ["learning_rate", 0.8],
        ["learning_rate", 0.2],
        ["batch_size", 64.0],
        ["batch_size", 16.0],
    ]
    for each in (grid, replace(grid, varied=())):
        assert list(tables.search_space(each).columns) == ["parameter", "value"]


def test_each_csv_has_the_rows_and_columns_of_its_table() -> None:
    reg = Experiment("penalties", "sweep", ("reg",), tuple(replace(BASE, reg=value) for value in (1.0, 0.5)), 1)
    grid = Experiment("grid", "grid", ("batch_size",), tuple(replace(BASE, batch_size=n) for n in (32, 16)), 1)
    best = Experiment("best", "best_of", (), grid.configurations[1:], 2, best_of="grid")
    experiments = (sweep(2, 1, replicates=2), reg, grid, best, Experiment("usual", "single", (), (BASE,), 2))
    shown = {
        "learning_rates": SweepTable("rates", ("testing_accuracy",), RateOfChange("testing_accuracy", ((2, 1),))),
        "regularization": SweepTable("penalties", ("training_accuracy", "testing_accuracy")),
        "tuning": TuningTable("best", "usual", (), ("testing_accuracy",)),
    }

    def found(**changes: None) -> dict[str, pd.DataFrame]:
        named = {each.name: each for each in experiments}
        asked = replace(PROJECT, experiments=named, tables=replace(PROJECT.tables, **shown | changes))
        runs, records = zip(
            *(trained(e, [[0.5] * e.replicates] * len(e.configurations)) for e in experiments), strict=True
        )
        every = tuple(itertools.chain(*runs)), dict(itertools.chain(*(each.items() for each in records)))
        return dict(tables.all_tables(runs_table(*every), histories_table(*every), asked))

    files = found()
    numbers = ["metric", "mean", "sd", "n", "diverged"]
    swept = ["learning_rate", "reg", "batch_size", "hidden", "epochs", *numbers]
    assert {name: list(frame.columns) for name, frame in files.items() if name != "curves"} == {
        "summary": ["experiment", *swept],
        "learning_rates": swept,
        "rate_of_change": ["learning_rate", "other_learning_rate", *numbers],
        "regularization": swept,
        "tuning": ["experiment", *swept],
        "search_space": ["parameter", "value"],
    }
    assert files["learning_rates"]["learning_rate"].tolist() == [2, 1]
    assert files["regularization"]["reg"].tolist() == [1, 1, 0.5, 0.5]
    assert files["tuning"]["experiment"].tolist() == ["best", "usual"]
    assert files["tuning"]["batch_size"].tolist() == [16, 64]
    assert files["search_space"]["value"].tolist() == [32, 16]
    assert list(dict.fromkeys(files["summary"]["experiment"])) == ["rates", "penalties", "grid", "best", "usual"]
    assert set(found(tuning=None, regularization=None)) == {"summary", "curves", "learning_rates", "rate_of_change"}


def diverged(*losses: float) -> Record:
    """A run that diverged after epochs with these losses."""
    return Record("diverged", dict.fromkeys(METRICS), record(0.5, losses=losses).history, ())


def test_curves_are_means_over_the_finished_runs() -> None:
    runs = tuple(run("rates", BASE, seed) for seed in (1, 2, 3))
    of_seeds = record(0.5, losses=(2.0, 1.0)), record(0.5, losses=(3.0, 2.0)), diverged(7.0)
    records = {each.key: of_seed for each, of_seed in zip(runs, of_seeds, strict=True)}
    found = tables.curves(histories_table(runs, records), runs_table(runs, records))
    first, second = (row for _, row in found.iterrows())
    assert (first["epoch"], first["n"]) == (1, 2)
    assert first["training_loss_mean"] == pytest.approx(2.5)
    assert first["training_loss_sd"] == pytest.approx(statistics.stdev([2, 3]))
    assert first["validation_loss_mean"] == pytest.approx(3.5)
    assert (second["epoch"], second["n"]) == (2, 2)
    assert second["training_loss_mean"] == pytest.approx(1.5)
    assert second["training_loss_sd"] == pytest.approx(statistics.stdev([1, 2]))


def test_where_every_run_diverged_there_are_no_curves() -> None:
    (only,) = [run("rates", BASE, 1)]
    records = {only.key: diverged(7.0)}
    found = tables.curves(histories_table((only,), records), runs_table((only,), records))
    assert len(found) == 0
    assert {"experiment", *PARAMETERS, "epoch", "n", "training_loss_mean", "training_loss_sd"} <= set(found.columns)


def test_a_run_that_experiments_share_counts_once_in_each_ones_curves() -> None:
    shared, second = run("rates", BASE, 1), run("other", BASE, 2)
    runs = (shared, replace(shared, experiment="other"), second)
    records = {each.key: record(0.5, losses=(2.0, 1.0)) for each in (shared, second)}
    found = tables.curves(histories_table(runs, records), runs_table(runs, records))
    assert found[["experiment", "epoch", "n"]].to_numpy().tolist() == [
        ["other", 1, 2],
        ["other", 2, 2],
        ["rates", 1, 1],
        ["rates", 2, 1],
    ]


# --- runs.csv


def test_runs_csv_has_its_columns_sorted_rows_and_empty_cells_for_diverged_runs() -> None:
    runs, records = trained(sweep(2, 1, replicates=2), [[0.9, None], [0.7, 0.8]])
    table = runs_table(runs, records)
    assert list(table.columns) == RUN_COLUMNS
    assert table[["learning_rate", "seed"]].to_numpy().tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]
    assert table["best_validation_accuracy"].tolist()[:3] == [0.7, 0.8, 0.9]
    lines = to_csv(table).splitlines()
    assert lines[0] == ",".join(RUN_COLUMNS)
    assert lines[4] == "rates,rates-2-2,2.0,0.001,64,128,2,2,,,,,,,,,,,,,diverged"
    measured = "0.25,0.25,0.25,0.25,0.25,0.7,0.25,1,0.5,0.25,0.25,0.25"
    assert lines[1] == f"rates,rates-1-1,1.0,0.001,64,128,2,1,{measured},ok"


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_runs_come_changes_no_byte(seed: int) -> None:
    runs, records = trained(sweep(2, 1, E1, replicates=3), [[0.9, None, 0.1], [0.7, 0.8, 0.2], [None, None, None]])
    shuffled = list(runs)
    Random(seed).shuffle(shuffled)
    assert to_csv(runs_table(tuple(shuffled), records)) == to_csv(runs_table(runs, records))
    histories = [to_csv(histories_table(each, records)) for each in (tuple(shuffled), runs)]
    assert histories[0] == histories[1]


def test_the_order_of_rows_changes_no_table() -> None:
    experiment = sweep(2, 1, replicates=3)
    runs, records = trained(experiment, [[0.9, None, 0.1], [0.7, 0.8, 0.2]])
    table, histories = runs_table(runs, records), histories_table(runs, records)
    mixed = table.sample(frac=1, random_state=1), histories.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(
        tables.summarise(mixed[0], experiment), tables.summarise(table, experiment), rtol=1e-15
    )
    pd.testing.assert_frame_equal(tables.curves(mixed[1], mixed[0]), tables.curves(histories, table), rtol=1e-15)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
@example([0.1 + 0.2, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3])
@example([1e22, 8.41e21, 123456789012345680.0, 2.2250738585072011e-308, -0.0])
@settings(max_examples=100)
def test_csv_keeps_every_bit(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    text = to_csv(pd.DataFrame({"name": "x", "value": values}))
    path = tmp_path_factory.getbasetemp() / "values.csv"
    sealed.write_text(path, text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = read_csv(path)
    assert [value.hex() for value in back["value"].astype(float)] == [value.hex() for value in values]
    assert to_csv(back.astype({"value": float})) == text


def test_a_quantity_is_a_plain_number_in_the_csv(tmp_path: Path) -> None:
    experiment = sweep(E1, replicates=1)
    path = tmp_path / "runs.csv"
    sealed.write_text(path, to_csv(runs_table(*trained(experiment, [[0.9]]))))
    table = read_csv(path)
    assert table["learning_rate"].tolist() == [0.36787944117144233]
    assert tables.summarise(table, experiment)["n"].tolist() == [1] * len(tables.SUMMARISED)
    assert list(tables.summarise(table, experiment).columns[:5]) == PARAMETERS


# --- Runs of two lengths

LENGTHS = Experiment("lengths", "sweep", ("epochs",), tuple(replace(BASE, epochs=n) for n in (74, 10)), 2)


def of_two_lengths() -> pd.DataFrame:
    """runs.csv of 10 epochs, with accuracies about 0.5, and of 74, about 0.8, in two experiments."""
    rows = []
    for experiment in ("lengths", "other"):
        for configuration, level in zip(LENGTHS.configurations, (0.8, 0.5), strict=True):
            for seed in (1, 2):
                key = f"{configuration.epochs}-{seed}"
                metrics = {name: level + place / 100 + seed / 1000 for place, name in enumerate(METRICS)}
                rows.append({"experiment": experiment, "key": key, **vars(configuration), "seed": seed, **metrics})
    return pd.DataFrame(rows).assign(status="ok")


def test_runs_of_ten_and_of_74_epochs_are_not_pooled() -> None:
    summary = tables.summarise(of_two_lengths(), LENGTHS)
    rows = summary[summary["metric"] == "testing_accuracy"]
    assert rows["epochs"].tolist() == [74, 10]
    assert rows["mean"].tolist() == pytest.approx([0.8815, 0.5815])  # the ninth metric, mean of seeds 1 and 2
    assert rows["n"].tolist() == [2, 2]


@pytest.mark.parametrize(
    "other", [{"epochs": 10}, {"learning_rate": 0.2}, {"reg": 0.0}, {"batch_size": 16}, {"hidden": 64}]
)
def test_what_was_trained_with_other_parameters_is_not_found(other: dict[str, float]) -> None:
    table = of_two_lengths()
    table = table[table["epochs"] == 74]
    both = pd.concat([table, table.assign(**other)])
    configuration = replace(BASE, epochs=74)
    assert len(trained_with(both, configuration)) == 4  # two seeds in each of two experiments
    assert len(Rows(both).of(LENGTHS, configuration)) == 2
    assert trained_with(table, replace(configuration, **other)).empty
    assert Rows(table).of(LENGTHS, replace(configuration, **other)).empty


def test_no_runs_have_no_rows() -> None:
    assert Rows(of_two_lengths().iloc[:0]).of(LENGTHS, LENGTHS.configurations[0]).empty


def test_curves_of_runs_of_two_lengths_are_curves_of_their_own() -> None:
    runs = tuple(run("rates", replace(BASE, epochs=n), seed) for n in (2, 3) for seed in (1, 2))
    runs = tuple(replace(each, key=f"{each.configuration.epochs}-{each.seed}") for each in runs)
    losses = {"2-1": (2.0, 1.0), "2-2": (4.0, 2.0), "3-1": (7.0, 6.0, 5.0), "3-2": (9.0, 8.0, 4.0)}
    records = {key: record(0.5, losses=each) for key, each in losses.items()}
    found = tables.curves(histories_table(runs, records), runs_table(runs, records))
    assert found[["epochs", "epoch", "n", "training_loss_mean"]].to_numpy().tolist() == [
        [2, 1, 2, 3.0],
        [2, 2, 2, 1.5],
        [3, 1, 2, 8.0],
        [3, 2, 2, 7.0],
        [3, 3, 2, 4.5],
    ]


def test_every_epoch_keeps_its_own_numbers_in_the_tables() -> None:
    history = tuple(dict(zip(HISTORY, (n, 1.1 * n, 0.12 * n, 1.3 * n, 0.14 * n), strict=True)) for n in (1, 2))
    norms = tuple(dict(zip(NORMS, (n, 2.5 * n, 3.5 * n, 4.5 * n), strict=True)) for n in (1, 2))
    (only,) = [run("rates", BASE, 7)]
    records = {only.key: Record("ok", dict.fromkeys(METRICS, 0.5) | {"best_epoch": 1}, history, norms)}
    identity = ["rates", only.key, 0.1, 0.001, 64, 128, 2, 7]
    frames = (histories_table((only,), records), HISTORY, history), (norms_table((only,), records), NORMS, norms)
    for table, names, epochs in frames:
        assert list(table) == ["experiment", "key", *PARAMETERS, "seed", *names]
        assert table.to_numpy().tolist() == [[*identity, *epoch.values()] for epoch in epochs]
    curves = tables.curves(frames[0][0], runs_table((only,), records))
    assert {name: curves[f"{name}_mean"].tolist() for name in HISTORY[1:]} == {
        name: [epoch[name] for epoch in history] for name in HISTORY[1:]
    }


HISTORY = ("epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
NORMS = ("epoch", "w1_norm", "w2_norm", "gradient_norm")


# --- the selection


def choose(accuracies: list[list[float | None]], testing: list[float] | None = None) -> float:
    """The learning rate (1, 2, 3, ...) that is selected."""
    experiment = sweep(*range(1, len(accuracies) + 1), replicates=len(accuracies[0]))
    runs, records = trained(experiment, accuracies)
    for each in runs:
        if testing and records[each.key].status == "ok":
            place = int(each.configuration.learning_rate) - 1
            records[each.key].metrics["testing_accuracy"] = testing[place]
            records[each.key].metrics["last_testing_accuracy"] = testing[place]
            records[each.key].metrics["validation_accuracy"] = testing[place]
            records[each.key].metrics["training_accuracy"] = testing[place]
    (best,) = selection.best(runs, records)
    return best.learning_rate


def test_the_highest_validation_accuracy_is_selected_whatever_the_testing_images_say() -> None:
    assert choose([[0.90], [0.92], [0.91]], testing=[0.99, 0.10, 0.98]) == 2


def test_the_mean_over_the_seeds_counts() -> None:
    assert choose([[0.99, 0.50], [0.80, 0.80]]) == 2


def test_the_first_in_the_file_wins_a_tie() -> None:
    assert choose([[0.8], [0.9], [0.9]]) == 2


def test_a_configuration_that_ever_diverged_loses_to_any_other() -> None:
    assert choose([[0.99, None], [0.10, 0.11]]) == 2
    assert choose([[None, 0.99], [0.0, 0.0], [0.99, None]]) == 2


def test_several_are_ranked_the_diverged_last_and_ties_in_the_order_of_the_file() -> None:
    experiment = sweep(1, 2, 3, 4, 5, replicates=2)
    runs, records = trained(experiment, [[0.8, 0.8], [0.99, None], [0.9, 0.7], [0.8, 0.81], [0.1, 0.1]])
    for count in range(1, 6):
        rates = [chosen.learning_rate for chosen in selection.best(runs, records, count)]
        assert rates == [4, 1, 3, 5, 2][:count]


def test_where_everything_diverged_the_first_is_selected() -> None:
    assert choose([[None, 0.9], [None, None]]) == 1
