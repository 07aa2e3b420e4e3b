"""Which configurations are best, and selection.json: what it may hold, and when it is another configuration's."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from configuration import CONFIG_YAML
from synthetic import MANIFEST, tree

from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration
from pipeline.errors import InputError
from pipeline.experiments import plan, selection
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.experiments.tidy import fresh
from pipeline.figures import catalogue
from pipeline.files import sealed


def settings(count: int = 3) -> Config:
    experiments = tree()["experiments"] | {"leaders": {"best_of": "grid", "count": count}}
    return config.parse(tree(experiments=experiments), "config.yaml")


def chosen(found: Config, *positions: int) -> list[dict[str, float]]:
    return [vars(found.experiments["grid"].configurations[position]) for position in positions]


def written(folder: Path, leaders: Any) -> Path:
    path = folder / "selection/selection.json"
    sealed.write_text(path, json.dumps({"best": chosen(settings(), 2), "leaders": leaders}))
    return path


def test_the_selected_configurations_are_those_of_the_file_in_its_order(tmp_path: Path) -> None:
    before = settings()
    read = plan.read_selection(written(tmp_path, chosen(before, 4, 0, 2)), before)
    after = plan.select(before, read)
    grid = before.experiments["grid"].configurations
    assert after.experiments["leaders"].configurations == (grid[4], grid[0], grid[2])
    assert after.experiments["best"].configurations == (grid[2],)
    assert after.experiments["leaders"].varied == before.experiments["grid"].varied
    runs = plan.runs(after, [after.experiments["leaders"]], "0" * 64)
    assert [(run.configuration, run.seed) for run in runs] == [(grid[k], seed) for k in (4, 0, 2) for seed in (1, 2)]


def test_the_figures_are_known_before_anything_is_selected() -> None:
    figure = catalogue.figures(settings())["leaders-accuracy"]
    assert figure.panels == (0, 1, 2)


@pytest.mark.parametrize(
    "leaders",
    [
        chosen(settings(), 4, 0),  # of another count
        chosen(settings(), 4, 0, 0),
        chosen(settings(), 4, 0, 2, 3),
        [*chosen(settings(), 4, 0), {**chosen(settings(), 2)[0], "reg": 7}],
        chosen(settings(), 4)[0],  # one configuration, as it was written before there could be several
        None,
        [1, 2, 3],
    ],
)
def test_a_selection_of_another_configuration_is_not_used(tmp_path: Path, leaders: Any) -> None:
    with pytest.raises(
        InputError,
        match=r"selection\.json: expected (the selected configurations|what an earlier step)",
    ):
        plan.read_selection(written(tmp_path, leaders), settings())


# Validation accuracies of the best epoch by seed, and how the configurations are told apart. The one with the single
# best run is not the best in the mean, and the testing accuracies say the opposite of all of this.
LOWEST = Configuration(learning_rate=0.1, reg=0.0, batch_size=32, hidden=16, epochs=10)
CANDIDATES: dict[str, tuple[Configuration, tuple[float | None, float | None]]] = {
    "lowest": (LOWEST, (0.30, 0.30)),
    "diverged once": (replace(LOWEST, reg=0.1), (0.99, None)),
    "lucky": (replace(LOWEST, batch_size=64), (0.80, 0.98)),
    "longer": (replace(LOWEST, epochs=74), (0.875, 0.9375)),
    "as good": (replace(LOWEST, hidden=32), (0.9375, 0.875)),
    "diverged twice": (replace(LOWEST, learning_rate=9.0), (None, None)),
}


def candidates() -> tuple[tuple[Run, ...], dict[str, Record]]:
    runs, records = [], {}
    for name, (configuration, accuracies) in CANDIDATES.items():
        for seed, accuracy in enumerate(accuracies, start=1):
            key = f"{name} {seed}"
            runs.append(Run("grid", configuration, seed, {}, key))
            told = {"best_validation_accuracy": accuracy, "validation_accuracy": 0.5, "best_epoch": 3}
            told |= {"testing_accuracy": None if accuracy is None else 1 - accuracy}
            records[key] = Record("ok" if accuracy else "diverged", dict(told), (), ())
    return tuple(runs), records


def test_the_best_are_those_with_the_highest_mean_validation_accuracy_and_the_first_of_equals() -> None:
    runs, records = candidates()
    order = ["longer", "as good", "lucky", "lowest", "diverged once", "diverged twice"]
    for count in range(1, 7):
        best = selection.best(runs, records, count)
        assert best == tuple(CANDIDATES[name][0] for name in order[:count])
    assert selection.best(runs, records) == (CANDIDATES["longer"][0],)
    assert selection.best(runs[::-1], records) == (CANDIDATES["as good"][0],)


def test_a_configuration_of_another_length_is_not_the_selected_one(tmp_path: Path) -> None:
    found = settings()
    longer = [dict(each, epochs=74) for each in chosen(found, 4, 0, 2)]
    with pytest.raises(InputError, match="0 of them of grid, not 3"):
        plan.read_selection(written(tmp_path, longer), found)


def test_the_selection_is_made_of_the_runs_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid has 6 configurations: the accuracy rises with their number, but for the last."""
    found = settings()
    grid = found.experiments["grid"].configurations
    accuracies = dict(zip(grid, (0.1, 0.2, 0.3, 0.4, 0.5, 0.05), strict=True))

    def read_all(folder: Path, runs: tuple[Run, ...]) -> dict[str, Record]:
        assert folder == tmp_path / "runs"
        assert {run.specification["data"] for run in runs} == {"f" * 64}
        told = {run.key: {"best_validation_accuracy": accuracies[run.configuration]} for run in runs}
        return {key: Record("ok", metrics, (), ()) for key, metrics in told.items()}

    monkeypatch.setattr(selection.records, "read_all", read_all)
    monkeypatch.setattr(selection, "read_manifest", lambda folder: {tmp_path / "data": MANIFEST}[folder])
    experiments = tree()["experiments"] | {"leaders": {"best_of": "grid", "count": 3}}
    sealed.write_text(tmp_path / "config.json", json.dumps(config.resolved(tree(experiments=experiments))))
    selection.select(*(tmp_path / name for name in ("config.json", "data", "runs", "selection/selection.json")))
    assert json.loads((tmp_path / "selection/selection.json").read_text()) == {
        "best": chosen(found, 4),
        "leaders": chosen(found, 4, 3, 2),
    }
    assert [c.epochs for c in plan.read_selection(tmp_path / "selection/selection.json", found)["leaders"]] == [6, 6, 6]


def test_the_experiments_that_are_chosen_from_are_named_once() -> None:
    found = settings()
    assert plan.candidates(found) == (found.experiments["grid"],)
    alone = {name: each for name, each in tree()["experiments"].items() if "best_of" not in each}
    tables = {name: table for name, table in tree()["tables"].items() if name != "tuning"}
    assert plan.candidates(config.parse(tree(experiments=alone, tables=tables), "config.yaml")) == ()


def test_the_fingerprint_of_the_data_is_read_without_its_arrays(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    sealed.write_json(path, {"name": "MNIST", "fingerprint": "ab12"})
    assert plan.read_fingerprint(path) == "ab12"
    sealed.write_json(path, {"name": "MNIST"})
    with pytest.raises(InputError, match=r"data\.json: expected a file with the data's fingerprint"):
        plan.read_fingerprint(path)


@pytest.mark.parametrize(
    ("choosing", "own", "seeds"),
    [(1, 10, range(2, 11)), (1, 3, range(2, 4)), (1, 2, range(1, 3)), (1, 1, range(1, 2)), (3, 3, range(1, 4))],
)
def test_a_selection_is_told_by_two_seeds_or_more_that_did_not_choose_it(choosing: int, own: int, seeds: range) -> None:
    shipped = config.load(CONFIG_YAML)
    grid = replace(shipped.experiments["grid"], replicates=choosing)
    best = replace(shipped.experiments["best"], replicates=own)
    both = replace(shipped, experiments={"grid": grid, "best": best})
    assert both.fresh_seeds(best) == seeds
    assert both.fresh_seeds(grid) == grid.seeds
    runs = pd.DataFrame([(name, seed) for name in ("grid", "best") for seed in range(1, 11)])
    runs.columns = pd.Index(["experiment", "seed"])
    kept = fresh(runs, both)
    assert list(kept.loc[kept["experiment"] == "grid", "seed"]) == list(range(1, 11))
    assert list(kept.loc[kept["experiment"] == "best", "seed"]) == list(seeds)
    assert len(fresh(runs, replace(shipped, experiments={"grid": grid}))) == len(runs)
