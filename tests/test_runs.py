"""Runs by configuration: those of ten epochs and of 74 are never taken for each other, nor any others."""

from dataclasses import replace

import pandas as pd
import pytest
from synthetic import tree

from pipeline import config, plan, runs
from pipeline.plan import Run
from pipeline.provenance import Provenance
from pipeline.records import Record
from pipeline.runs import Rows
from pipeline.settings import Config, Configuration

TEN = Configuration(learning_rate=0.5, reg=0.01, batch_size=32, hidden=16, epochs=10)
OTHER = {"learning_rate": 0.25, "reg": 0.02, "batch_size": 64, "hidden": 8, "epochs": 74}
CHANGED = {name: replace(TEN, **{name: value}) for name, value in OTHER.items()}
LONG = CHANGED["epochs"]
NAMES = ("training_accuracy", "training_loss", "validation_accuracy", "best_validation_accuracy", "testing_accuracy")


def settings() -> Config:
    """All of these configurations with two seeds, and those of 74 and ten epochs once more, with three."""
    made = config.parse(tree(tables={}, experiments={"every": {"single": {}}, "lengths": {"single": {}}}), "x")
    every, lengths = made.experiments.values()
    experiments = {
        "every": replace(every, configurations=(TEN, *CHANGED.values()), replicates=2),
        "lengths": replace(lengths, configurations=(LONG, TEN), replicates=3),
    }
    return replace(made, replicates=5, experiments=experiments)


SETTINGS = settings()
RUNS = plan.runs(SETTINGS, SETTINGS.experiments.values(), "f" * 64)
NUMBERS = {key: number for number, key in enumerate(dict.fromkeys(run.key for run in RUNS), start=1)}


def record(number: int) -> Record:
    """Of the run with this number all that is measured tells which it is, and what: a diverged one is the fourth."""
    history = tuple(
        {"epoch": float(n), **{name: number + n / 10 + k / 100 for k, name in enumerate(runs.HISTORY_COLUMNS[1:])}}
        for n in (1, 2)
    )
    norms = tuple(
        {"epoch": float(n), **{name: number + n / 10 + k / 1000 for k, name in enumerate(runs.NORM_COLUMNS[1:])}}
        for n in (1, 2)
    )
    metrics: dict[str, float | None] = {name: number + k / 10 for k, name in enumerate(NAMES)}
    metrics |= {"best_epoch": number, "last_testing_accuracy": number + 0.9}
    if number == 4:
        return Record("diverged", dict.fromkeys(metrics), history[:1], norms[:1])
    return Record("ok", metrics, history, norms)


RECORDS = {key: record(number) for key, number in NUMBERS.items()}
TABLE = runs.runs_table(RUNS, RECORDS)


def keys_of(chosen: Configuration, *experiments: str) -> list[str]:
    """In plain loops: the keys of the runs that were planned for a configuration of an experiment."""
    return [run.key for run in RUNS if run.experiment in experiments and vars(run.configuration) == vars(chosen)]


def test_every_seed_of_every_configuration_is_a_run_of_its_own() -> None:
    assert [(run.experiment, run.configuration, run.seed) for run in RUNS] == [
        *(("every", chosen, seed) for chosen in (TEN, *CHANGED.values()) for seed in (1, 2)),
        *(("lengths", chosen, seed) for chosen in (LONG, TEN) for seed in (1, 2, 3)),
    ]
    # seeds 1 and 2 of ten and of 74 epochs are the same training in both experiments, all others are different
    assert len(NUMBERS) == 6 * 2 + 2
    for run in RUNS:
        told = {name: run.specification[name] for name in (*OTHER, "seed")}
        assert told == vars(run.configuration) | {"seed": run.seed}


@pytest.mark.parametrize("chosen", [TEN, *CHANGED.values()], ids=["ten epochs", *OTHER])
def test_the_runs_of_a_configuration_are_those_with_all_of_its_parameters(chosen: Configuration) -> None:
    assert sorted(runs.trained_with(TABLE, chosen)["key"]) == sorted(keys_of(chosen, "every", "lengths"))
    for experiment in SETTINGS.experiments.values():
        own = keys_of(chosen, experiment.name)
        assert list(Rows(TABLE).of(experiment, chosen)["key"]) == own
        assert Provenance(SETTINGS, TABLE).keys(experiment, chosen) == tuple(own)
    assert not len(runs.trained_with(TABLE, replace(chosen, epochs=11)))
    assert not len(Rows(TABLE.iloc[:0]).of(SETTINGS.experiments["every"], chosen))


def test_a_row_has_the_numbers_of_its_run_under_their_names() -> None:
    assert list(TABLE.columns) == [
        *("experiment", "key", "learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"),
        *("training_accuracy", "training_loss", "validation_accuracy", "best_validation_accuracy", "best_epoch"),
        *("testing_accuracy", "last_testing_accuracy", "status"),
    ]
    assert len(TABLE) == len(RUNS)
    for row in TABLE.to_dict("records"):
        number = NUMBERS[row["key"]]
        if number == 4:
            assert row["status"] == "diverged"
            assert all(pd.isna(row[name]) for name in (*NAMES, "best_epoch", "last_testing_accuracy"))
        else:
            assert row["status"] == "ok"
            assert [row[name] for name in NAMES] == [number + k / 10 for k in range(5)]
            assert (row["best_epoch"], row["last_testing_accuracy"]) == (number, number + 0.9)
    order = ["experiment", "learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"]
    rows = [tuple(row) for row in TABLE[order].itertuples(index=False)]
    assert rows == sorted((run.experiment, *vars(run.configuration).values(), run.seed) for run in RUNS)


def test_the_epochs_of_a_run_stand_below_each_other_with_their_numbers() -> None:
    histories, norms = runs.histories_table(RUNS, RECORDS), runs.norms_table(RUNS, RECORDS)
    measured = {
        "histories": ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy"),
        "norms": ("w1_norm", "w2_norm", "gradient_norm"),
    }
    for table, names, unit in ((histories, measured["histories"], 100), (norms, measured["norms"], 1000)):
        assert list(table.columns) == [*TABLE.columns[:8], "epoch", *names]
        expected = [(key, n) for key in TABLE["key"] for n in (1, 2) if (NUMBERS[key], n) != (4, 2)]
        assert list(zip(table["key"], table["epoch"], strict=True)) == expected
        for row in table.to_dict("records"):
            number = NUMBERS[row["key"]] + row["epoch"] / 10
            assert [row[name] for name in names] == [number + k / unit for k in range(len(names))]


def run_of(key: str) -> Run:
    return next(run for run in RUNS if run.key == key)


def test_what_is_written_is_read_to_the_last_bit(tmp_path) -> None:
    path = tmp_path / "runs.csv"
    table = TABLE.assign(training_loss=1 / 3)
    runs.write_text(path, runs.to_csv(table))
    read = runs.read_csv(path)
    assert list(read["training_loss"]) == [1 / 3] * len(table)
    assert [run_of(key).configuration.epochs for key in read["key"]] == list(read["epochs"])
