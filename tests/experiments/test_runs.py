"""Runs by configuration: those of ten epochs and of 74 are never taken for each other, nor any others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from synthetic import tree

from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.data import dataset
from pipeline.errors import InputError
from pipeline.experiments import keys, plan, runs, tidy
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.experiments.tidy import Rows
from pipeline.files import sealed
from pipeline.report.views.provenance import Provenance

TEN = Configuration(learning_rate=0.5, reg=0.01, batch_size=32, hidden=16, epochs=10)
OTHER = {"learning_rate": 0.25, "reg": 0.02, "batch_size": 64, "hidden": 8, "epochs": 74}
CHANGED = {name: replace(TEN, **{name: value}) for name, value in OTHER.items()}
LONG = CHANGED["epochs"]
ARRAYS = {
    **{role: np.eye(12, dtype=np.uint8) for role in ("training_images", "testing_images")},
    **{role: np.arange(12, dtype=np.uint8) % 3 for role in ("training_labels", "testing_labels")},
}
NAMES = (
    *("training_accuracy", "training_loss", "final_training_accuracy", "validation_accuracy", "validation_loss"),
    *("best_validation_accuracy", "best_validation_loss", "testing_accuracy", "testing_loss"),
    *("last_testing_accuracy", "last_testing_loss"),
)


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


def planned() -> tuple[Run, ...]:
    return plan.runs(SETTINGS, SETTINGS.experiments.values(), "f" * 64)


def test_an_experiment_takes_over_one_configuration_unless_it_says_how_many() -> None:
    plain = Experiment("some", "best_of", (), (), 2)
    assert (plain.count, plain.best_of, list(plain.seeds)) == (1, None, [1, 2])


def numbers() -> dict[str, int]:
    """The number of each run by key, counted as they are planned."""
    return {key: number for number, key in enumerate(dict.fromkeys(run.key for run in planned()), start=1)}


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
    metrics: dict[str, float | None] = {name: number + k / 20 for k, name in enumerate(NAMES)}
    metrics |= {"best_epoch": number}
    if number == 4:
        return Record("diverged", dict.fromkeys(metrics), history[:1], norms[:1])
    return Record("ok", metrics, history, norms)


def recorded() -> dict[str, Record]:
    return {key: record(number) for key, number in numbers().items()}


def tabled() -> pd.DataFrame:
    return runs.runs_table(planned(), recorded())


def keys_of(chosen: Configuration, *experiments: str) -> list[str]:
    """In plain loops: the keys of the runs that were planned for a configuration of an experiment."""
    return [run.key for run in planned() if run.experiment in experiments and vars(run.configuration) == vars(chosen)]


def test_every_seed_of_every_configuration_is_a_run_of_its_own() -> None:
    assert [(run.experiment, run.configuration, run.seed) for run in planned()] == [
        *(("every", chosen, seed) for chosen in (TEN, *CHANGED.values()) for seed in (1, 2)),
        *(("lengths", chosen, seed) for chosen in (LONG, TEN) for seed in (1, 2, 3)),
    ]
    # seeds 1 and 2 of ten and of 74 epochs are the same training in both experiments, all others are different
    assert len(numbers()) == 6 * 2 + 2
    for run in planned():
        told = {name: run.specification[name] for name in (*OTHER, "seed")}
        assert told == vars(run.configuration) | {"seed": run.seed}
        assert run.specification["data"] == "f" * 64
        assert run.key == keys.key(run.specification)


@pytest.mark.parametrize("chosen", [TEN, *CHANGED.values()], ids=["ten epochs", *OTHER])
def test_the_runs_of_a_configuration_are_those_with_all_of_its_parameters(chosen: Configuration) -> None:
    table = tabled()
    assert sorted(tidy.trained_with(table, chosen)["key"]) == sorted(keys_of(chosen, "every", "lengths"))
    for experiment in SETTINGS.experiments.values():
        own = keys_of(chosen, experiment.name)
        assert list(Rows(table).of(experiment, chosen)["key"]) == own
        assert Provenance(SETTINGS, table).keys(experiment, chosen) == tuple(own)
    assert not len(tidy.trained_with(table, replace(chosen, epochs=11)))
    assert not len(Rows(table.iloc[:0]).of(SETTINGS.experiments["every"], chosen))


def test_a_row_has_the_numbers_of_its_run_under_their_names() -> None:
    table, number_of = tabled(), numbers()
    assert list(table.columns) == [
        *("experiment", "key", "learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"),
        *NAMES[:7],
        "best_epoch",
        *NAMES[7:],
        "status",
    ]
    assert list(table.index) == list(range(len(planned())))
    for row in table.to_dict("records"):
        number = number_of[row["key"]]
        if number == 4:
            assert row["status"] == "diverged"
            assert all(pd.isna(row[name]) for name in (*NAMES, "best_epoch"))
        else:
            assert row["status"] == "ok"
            assert [row[name] for name in NAMES] == [number + k / 20 for k in range(11)]
            assert row["best_epoch"] == number
    order = ["experiment", "learning_rate", "reg", "batch_size", "hidden", "epochs", "seed"]
    rows = [tuple(row) for row in table[order].itertuples(index=False)]
    assert rows == sorted((run.experiment, *vars(run.configuration).values(), run.seed) for run in planned())


def test_the_epochs_of_a_run_stand_below_each_other_with_their_numbers() -> None:
    number_of, every = numbers(), tabled()
    histories, norms = (table(planned(), recorded()) for table in (runs.histories_table, runs.norms_table))
    measured = {
        "histories": ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy"),
        "norms": ("w1_norm", "w2_norm", "gradient_norm"),
    }
    for table, names, unit in ((histories, measured["histories"], 100), (norms, measured["norms"], 1000)):
        assert list(table.columns) == [*every.columns[:8], "epoch", *names]
        expected = [(key, n) for key in every["key"] for n in (1, 2) if (number_of[key], n) != (4, 2)]
        assert list(zip(table["key"], table["epoch"], strict=True)) == expected
        assert list(table.index) == list(range(len(expected)))
        for row in table.to_dict("records"):
            number = number_of[row["key"]] + row["epoch"] / 10
            assert [row[name] for name in names] == [number + k / unit for k in range(len(names))]


def test_what_is_written_is_read_to_the_last_bit(tmp_path: Path) -> None:
    table = tabled().assign(training_loss=1 / 3)
    sealed.write_text(tmp_path / "runs.csv", tidy.to_csv(table))
    read = tidy.read_csv(tmp_path / "runs.csv")
    assert list(read["training_loss"]) == [1 / 3] * len(table)
    assert list(read.columns) == list(table.columns)
    assert (tmp_path / "runs.csv").read_text().count("\n") == 1 + len(table)
    for name in ("experiment", "key", "epochs", "seed", "status"):
        assert list(read[name]) == list(table[name])


def test_the_tables_are_collected_from_the_folders_of_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the selection that was made: the second configuration of the grid, whose runs are the fourth and fifth."""
    sealed.write_json(tmp_path / "config.json", config.resolved(tree()))
    found = config.read_resolved(tmp_path / "config.json")
    selected = vars(found.experiments["grid"].configurations[1])
    sealed.write_json(tmp_path / "selection/selection.json", {"best": [selected]})
    dataset.save(tmp_path / "data", ARRAYS, classes=3, name="small", source="mnist", fallback=False, files={})
    data = dataset.read_manifest(tmp_path / "data").fingerprint

    def read_all(folder: Path, wanted: tuple[Run, ...]) -> dict[str, Record]:
        assert folder == tmp_path / "trained"
        return {run.key: record(run.seed) for run in wanted}

    monkeypatch.setattr(runs.records, "read_all", read_all)
    planned = plan.load_selected(tmp_path / "config.json", tmp_path / "selection/selection.json")
    taken = {run.key: run.seed for run in plan.runs(planned, planned.experiments.values(), data)}
    for key, seconds in taken.items():
        sealed.write_json(tmp_path / f"trained/{key}/timing.json", {"seconds_per_epoch": [seconds, 0.25]})
    inputs = (tmp_path / name for name in ("config.json", "data", "selection/selection.json", "trained"))
    runs.collect(*inputs, tmp_path / "out")
    table, histories, norms = (tidy.read_csv(tmp_path / f"out/{name}.csv") for name in ("runs", "histories", "norms"))
    best = table[table["experiment"] == "best"]
    assert list(best["seed"]) == [1, 2]
    for name, value in selected.items():
        assert set(best[name]) == {float(value)}
    assert set(best["key"]) == {
        keys.key(keys.specification(found, found.experiments["grid"].configurations[1], seed, data)) for seed in (1, 2)
    }
    assert set(table["experiment"]) == set(found.experiments)
    assert {"validation_loss", "w1_norm"} - set(histories.columns) == {"w1_norm"}
    assert {"validation_loss", "w1_norm"} - set(norms.columns) == {"validation_loss"}
    assert len(histories) == len(norms) == 2 * len(table)
    timings = tidy.read_csv(tmp_path / "out/timings.csv")
    assert list(timings["key"]) == sorted(taken)
    assert dict(zip(timings["key"], timings["seconds"], strict=True)) == {key: s + 0.25 for key, s in taken.items()}


@pytest.mark.parametrize("content", [None, "", "{}", '{"seconds_per_epoch": ["x"]}', "[]"])
def test_a_run_without_its_timing_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        sealed.write_text(tmp_path / "a/timing.json", content)
    with pytest.raises(InputError) as caught:
        runs.timings_table(tmp_path, ["a"])
    (problem,) = caught.value.problems
    assert problem.startswith(f"{tmp_path / 'a/timing.json'}: expected what an earlier step wrote, found ")
    assert problem.endswith(f"Hint: `rm -rf {tmp_path / 'a'}` and build again.")
