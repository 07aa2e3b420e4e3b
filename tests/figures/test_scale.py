"""Configurations with many runs: what the report shows of them, and that nobody looks at all to find one."""

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import TEMPLATES, Course, rising, tree, usual, write_results

from bench import stand_ins
from pipeline.config import load as configuration_file
from pipeline.config.settings import Configuration, Experiment
from pipeline.errors import InputError
from pipeline.experiments import plan, records
from pipeline.experiments.tidy import PARAMETERS, Rows
from pipeline.figures import catalogue, heat_maps
from pipeline.figures import step as figures
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.views import figure_data

RATES = [round(0.01 * k, 2) for k in range(1, 41)]
COEFFICIENTS = [round(0.0001 * k, 4) for k in range(1, 21)]
LARGE = {"grid": {"learning_rate": RATES, "reg": COEFFICIENTS}, "replicates": 1}
LONG = {"sweep": {"hidden": list(range(1, 101))}, "replicates": 1}


def by_rate(chosen: Configuration, seed: int) -> Course | None:
    """Rates above 0.3 diverge at the two smallest coefficients; beyond the grid the results are usual."""
    if chosen.learning_rate not in RATES or chosen.reg not in COEFFICIENTS:
        return usual(chosen, seed)
    if chosen.learning_rate > 0.3 and chosen.reg in COEFFICIENTS[:2]:
        return None
    return rising(0.5 + chosen.learning_rate - chosen.reg)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> context.Context:
    """The report on a tuned grid of 800, the same among the further experiments, and a sweep over 100 values."""
    experiments = tree()["experiments"] | {"grid": LARGE, "search": LARGE, "long": LONG}
    folder = tmp_path_factory.mktemp("large") / "results"
    return context.build(write_results(folder, by_rate, experiments=experiments), "Title", "Author", ())


def section(built: context.Context, name: str) -> context.FurtherSection:
    (found,) = [each for each in built.further if each.experiment.name == name]
    return found


def test_the_table_of_many_configurations_holds_the_best(large: context.Context, monkeypatch: pytest.MonkeyPatch):
    rows = section(large, "search").table.rows
    assert len(rows) == context.BEST_ROWS
    assert [head.replace("\u00a0", " ") for head, _ in rows[:2]] == [
        "<i>η</i> = 0.4, <i>λ</i> = 0.0003",
        "<i>η</i> = 0.4, <i>λ</i> = 0.0004",
    ]
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    page = " ".join(report.render(large, TEMPLATES, "screen").split())
    assert "Search: training, validation and testing accuracy, the 20 with the highest" in page
    assert "validation accuracy of 800." in page
    assert "Training diverged with 20 configurations." in page
    assert page.count("<tr") < 4000


def test_a_search_space_of_many_values_is_told_by_its_ends(large: context.Context) -> None:
    ((_, cells),) = large.tables["search_space"].rows
    assert cells[0] == "40 values from 0.01 to 0.4"
    assert cells[1].startswith("0.0001, 0.0002, ")


def test_many_cells_are_read_out_by_the_highest_and_the_lowest(large: context.Context) -> None:
    assert large.heat_map is not None
    told = large.heat_map.description
    assert "The highest and the lowest of 800: learning rate 0.4, regularization coefficient 0.0003: 0.8997" in told
    assert "learning rate 0.01, regularization coefficient 0.002: 0.5080" in told
    assert len(told) < 300


def test_many_cells_have_no_numbers_and_ticks_that_do_not_touch() -> None:
    built = draw(LARGE)
    (axes,) = [axes for axes in built.axes if axes.get_label() != "<colorbar>"]
    assert len(axes.patches) == 800
    assert not axes.texts
    built.draw_without_rendering()
    for axis in (axes.xaxis, axes.yaxis):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels() if label.get_text()]
        assert len(boxes) > 4
        assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))


@pytest.mark.parametrize("sizes", [(60, 20), (20, 60), (12, 12), (13, 3), (2, 60)])
def test_heat_maps_of_any_size_keep_within_a_page(sizes: tuple[int, int]) -> None:
    across, down = sizes
    rates, coefficients = ([round(step * k, 5) for k in range(1, n + 1)] for step, n in ((0.01, across), (1e-4, down)))
    built = draw({"grid": {"learning_rate": rates, "reg": coefficients}, "replicates": 1})
    assert built.get_figheight() <= 8


@pytest.mark.parametrize("rows", [1, 2, 8])
@pytest.mark.parametrize("panels", [5, 24])
def test_panels_of_many_cells_share_the_page(panels: int, rows: int) -> None:
    batches = list(range(10, 10 + panels))
    built = draw({"grid": {"learning_rate": RATES[:8], "reg": COEFFICIENTS[:rows], "batch_size": batches}})
    assert built.get_figheight() <= 8
    shown = [axes for axes in built.axes if axes.get_visible() and axes.get_label() != "<colorbar>"]
    assert len(shown) == panels
    assert all(len(axes.get_xticks()) and len(axes.get_yticks()) for axes in shown)


def test_of_more_panels_than_a_page_holds_the_best_cells_are_shown() -> None:
    grid = {
        "reg": COEFFICIENTS[:2],
        "hidden": [4, 8, 16],
        "batch_size": [10, 20, 40, 80, 160],
        "learning_rate": RATES[:6],
    }
    experiment = experiment_of({"grid": grid})
    assert catalogue.folded(experiment) == ("batch_size", "learning_rate")
    summary = summary_of(experiment)
    summary.loc[summary["learning_rate"] == RATES[5], "mean"] = float("nan")
    canvas = heat_maps.draw(experiment, summary)
    (axes,) = [axes for axes in canvas.axes if axes.get_label() != "<colorbar>"]
    assert [text.get_text() for text in axes.texts] == ["0.0500"] * 6, "the rate of the best that did not diverge"
    assert canvas.get_supxlabel().endswith("Each cell is the best over batch size and learning rate.")
    assert not figure_data.data(catalogue.heat_maps(experiment), experiment, summary, pd.DataFrame()).rows


def test_a_sweep_with_too_many_values_for_a_table_is_named() -> None:
    experiments = tree()["experiments"] | {"learning_rates": {"sweep": {"learning_rate": RATES}}}
    with pytest.raises(InputError) as caught:
        configuration_file.parse(tree(experiments=experiments), "x")
    wanted = "expected a sweep over at most 30 values, found 40 in 'learning_rates'"
    assert any(wanted in problem for problem in caught.value.problems)


def test_a_large_grid_that_diverged_throughout_is_told(tmp_path: Path) -> None:
    grid = {"grid": {"learning_rate": RATES[:10], "reg": COEFFICIENTS[:7]}, "replicates": 1}
    experiments = tree()["experiments"] | {"search": grid}
    results = write_results(tmp_path / "results", lambda *_: None, experiments=experiments)
    built = section(context.build(results, "Title", "Author", ()), "search")
    assert built.plot.description.endswith("All 70 made a run diverge.")
    assert not built.table.rows


def test_a_long_sweep_is_one_heat_map(large: context.Context) -> None:
    shown = section(large, "long")
    assert shown.plot.description.startswith("Heat maps")
    assert catalogue.overview(shown.experiment).kind == "grid"


def test_data_of_too_many_cells_are_left_to_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = experiment_of(LARGE)
    figure = catalogue.heat_maps(experiment)
    summary = summary_of(experiment)
    assert len(figure_data.data(figure, experiment, summary, pd.DataFrame()).rows) == 800
    monkeypatch.setattr(figure_data, "MOST_CELLS", 799)
    assert not figure_data.data(figure, experiment, summary, pd.DataFrame()).rows


@given(st.data())
def test_rows_are_those_that_a_search_finds(data: st.DataObject) -> None:
    value = st.sampled_from([0.1, 0.25, 1.0])
    count = st.sampled_from([1, 16])
    row = st.tuples(st.sampled_from(["a", "b"]), value, value, count, count, count)
    rows = data.draw(st.lists(row, max_size=12))
    table = pd.DataFrame([*rows], columns=["experiment", *PARAMETERS])
    name, *parameters = data.draw(row)
    chosen = Configuration.of(dict(zip(PARAMETERS, parameters, strict=True)))
    found = Rows(table).of(Experiment(name, "single", (), (chosen,), 1), chosen)
    assert list(found.index) == [place for place, each in enumerate(rows) if each == (name, *parameters)]


def test_a_stand_in_is_a_record_like_any_other(tmp_path: Path) -> None:
    settings = configuration_file.parse(tree(), "x")
    planned = plan.runs(settings, [settings.experiments["grid"]], "data")
    for run in planned:
        stand_ins.write(run, tmp_path)
    assert records.read_all(tmp_path, planned).keys() == {run.key for run in planned}


def experiment_of(settings: dict[str, Any]) -> Experiment:
    return configuration_file.parse(tree(experiments=tree()["experiments"] | {"search": settings}), "x").experiments[
        "search"
    ]


def summary_of(experiment: Experiment) -> pd.DataFrame:
    """Every metric is the learning rate."""
    numbers = [
        {"experiment": experiment.name, **vars(chosen), "metric": metric, "mean": float(chosen.learning_rate)}
        for chosen in experiment.configurations
        for metric in figure_data.SEARCHED
    ]
    return pd.DataFrame(numbers).assign(sd=float("nan"), n=1, diverged=0)


def draw(settings: dict[str, Any]) -> Any:
    experiment = experiment_of(settings)
    config = configuration_file.parse(tree(experiments=tree()["experiments"] | {"search": settings}), "x")
    return figures.draw(catalogue.heat_maps(experiment), config, summary_of(experiment), pd.DataFrame())
