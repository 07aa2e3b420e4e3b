"""selection.json: what it may hold, and what happens if it is another configuration's."""

import json
from pathlib import Path
from typing import Any

import pytest
from synthetic import tree

from pipeline import catalogue, config, plan, sealed
from pipeline.errors import InputError
from pipeline.settings import Config


def settings(count: int = 3) -> Config:
    experiments = tree()["experiments"] | {"leaders": {"best_of": "grid", "count": count}}
    return config.parse(tree(experiments=experiments), "config.yaml")


def chosen(found: Config, *positions: int) -> list[dict[str, float]]:
    return [vars(found.experiments["grid"].configurations[position]) for position in positions]


def written(folder: Path, leaders: Any) -> Path:
    path = folder / "selection.json"
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
    with pytest.raises(InputError, match="expected the selected configurations of each best_of experiment"):
        plan.read_selection(written(tmp_path, leaders), settings())
