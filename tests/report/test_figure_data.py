"""The data under a figure are what it draws: as many rows as marks, with the values of the tables."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn import BASE, curves_of, grid_of, settings, summary_of, sweep

from pipeline.config.settings import Experiment
from pipeline.figures import catalogue
from pipeline.figures import step as figures
from pipeline.report.views import figure_data
from pipeline.report.views.blocks import Data

pytestmark = pytest.mark.usefixtures("house_style")

LINK = "{http://www.w3.org/1999/xlink}href"
SVG = "{http://www.w3.org/2000/svg}"


def marks(svg: str) -> dict[str, list[tuple[float, float]]]:
    """Of each series (panel-0-training) where its marks are, a first one outside the frame included."""
    found: dict[str, list[tuple[float, float]]] = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        name = group.get("id", "")
        if name.startswith("panel-"):
            places = [(float(use.attrib["x"]), float(use.attrib["y"])) for use in group.iter(f"{SVG}use")]
            found.setdefault(name.removesuffix("-out"), []).extend(places)
    return found


def rows_of_panel(data: Data, panel: int) -> list[tuple[float | None, ...]]:
    return [tuple(v.number for v in (*row.heads, *row.values)) for row in data.rows if row.panel == panel]


def summary_with(experiment: Experiment, *counts: tuple[int, int]) -> pd.DataFrame:
    """The summary with the metrics of a grid's data, each of its own size; no mean where no run finished."""
    best = summary_of(experiment, *counts)
    best = best[best["metric"] == "best_validation_accuracy"].reset_index(drop=True)
    best["mean"] = np.where(best["n"] > 0, 0.9 + 0.001 * best.index, np.nan)
    best["sd"] = np.where(best["n"] > 1, 0.01, np.nan)
    others = [
        best.assign(metric=metric, mean=best["mean"] - shift)
        for metric, shift in (("validation_accuracy", 0.1), ("training_accuracy", 0.2), ("testing_accuracy", 0.3))
    ]
    return pd.concat([best, *others])


@pytest.mark.parametrize("kind", ["accuracy", "loss"])
@pytest.mark.parametrize("epochs", [1, 2, 30])
def test_the_marks_of_a_panel_are_its_rows(kind: catalogue.FigureKind, epochs: int) -> None:
    experiment = sweep(1, 2)
    experiment = replace(experiment, configurations=tuple(replace(c, epochs=epochs) for c in experiment.configurations))
    summary, curves = summary_of(experiment, (3, 0), (2, 1)), curves_of(experiment, 0.9, 0.8, epochs=epochs)
    figure = replace(catalogue.losses(experiment), kind=kind)
    data = figure_data.data(figure, experiment, summary, curves)
    drawn = marks(figures.to_svg(figures.draw(figure, settings(experiment), summary, curves)))
    assert list(drawn) == [f"panel-{p}-{part}" for p in (0, 1) for part in ("training", "validation")]
    for panel, rate in enumerate((1, 2)):
        rows = rows_of_panel(data, panel)
        own = curves[curves["learning_rate"] == rate]
        means = own[["learning_rate", "epoch", f"training_{kind}_mean", f"validation_{kind}_mean"]]
        assert rows == [tuple(row) for row in means.itertuples(index=False)]
        for part in ("training", "validation"):
            across = [x for x, _ in drawn[f"panel-{panel}-{part}"]]
            assert len(across) == len(rows)
            assert across == sorted(across)


def test_marks_are_as_high_as_their_values() -> None:
    experiment = sweep(1)
    summary, curves = summary_of(experiment, (3, 0)), curves_of(experiment, 0.9)
    (figure,) = catalogue.curves(experiment)
    canvas = figures.draw(figure, settings(experiment), summary, curves)
    drawn = marks(figures.to_svg(canvas))
    rows = figure_data.data(figure, experiment, summary, curves).rows
    heights = [y for _, y in drawn["panel-0-training"][1:] + drawn["panel-0-validation"]]
    values = [row.values[0].number for row in rows[1:]] + [row.values[1].number for row in rows]
    slope, start = np.polyfit(np.array(values, dtype=float), heights, 1)
    assert slope < 0
    assert heights == pytest.approx(start + slope * np.array(values, dtype=float), abs=0.01)


def test_each_mark_is_drawn_in_the_figure_and_not_at_its_edge() -> None:
    curves = curves_of(sweep(1), 0.9)
    curves.loc[curves["epoch"] == 1, "training_accuracy_mean"] = -1000.0  # far beyond the paper
    experiment = sweep(1)
    (figure,) = catalogue.curves(experiment)
    canvas = figures.draw(figure, settings(experiment), summary_of(experiment, (3, 0)), curves)
    drawn = marks(figures.to_svg(canvas))
    assert [len(places) for places in drawn.values()] == [BASE.epochs] * 2
    below, second = drawn["panel-0-training"][:2]
    assert below[0] == pytest.approx(second[0], abs=0.1)  # the line comes in almost upright


def test_one_panel_names_no_parameters_and_several_do() -> None:
    experiment = sweep(1, 2)
    inputs = experiment, summary_of(experiment, (3, 0), (3, 0)), curves_of(experiment, 0.9, 0.8)
    assert figure_data.data(catalogue.curves(experiment)[0], *inputs).heads == ("Epoch",)
    assert figure_data.data(catalogue.losses(experiment), *inputs).heads == ("<i>η</i>", "Epoch")


def test_values_read_as_in_the_tables() -> None:
    experiment = sweep(1)
    (figure,) = catalogue.curves(experiment)
    with_deviation, without = (
        figure_data.data(figure, experiment, summary_of(experiment, (3, 0)), curves_of(experiment, 0.9, sd=sd))
        for sd in (0.01, np.nan)
    )
    assert with_deviation.rows[-1].values[1].text == "0.9000\u00a0±\u00a00.0100"
    assert without.rows[-1].values[1].text == "0.9000"


def test_a_panel_that_diverged_has_neither_rows_nor_marks() -> None:
    experiment = sweep(1, 2)
    summary, curves = summary_of(experiment, (0, 3), (3, 0)), curves_of(experiment, 0.9, 0.8)
    curves = curves[curves["learning_rate"] == 2]
    figure = catalogue.losses(experiment)
    data = figure_data.data(figure, experiment, summary, curves)
    assert {row.panel for row in data.rows} == {1}
    drawn = marks(figures.to_svg(figures.draw(figure, settings(experiment), summary, curves)))
    assert list(drawn) == ["panel-1-training", "panel-1-validation"]


@pytest.mark.parametrize("parameters", [("reg",), ("learning_rate", "reg", "batch_size")], ids="-".join)
def test_the_cell_of_a_row_shows_its_accuracy(parameters: tuple[str, ...]) -> None:
    experiment = grid_of(*parameters)
    count = len(experiment.configurations)
    summary = summary_with(experiment, (1, 2), (0, 3), *[(3, 0)] * (count - 2))
    figure = catalogue.heat_maps(experiment)
    data = figure_data.data(figure, experiment, summary, pd.DataFrame())
    canvas = figures.draw(figure, settings(experiment), summary, pd.DataFrame())
    shown = {
        patch.get_gid(): text.get_text()
        for axes in canvas.axes
        for patch, text in zip(axes.patches, axes.texts, strict=False)
    }
    assert len(shown) == len(data.rows) == count
    for row, configuration in zip(data.rows, experiment.configurations, strict=True):
        assert [head.number for head in row.heads] == [configuration.value(name) for name in parameters]
        best = row.values[0].number
        assert shown[f"panel-{row.panel}-cell"].rstrip("†") == ("diverged" if best is None else f"{best:.4f}")
    assert list(marks(figures.to_svg(canvas))) == [f"panel-{position}-cell" for position in _drawn_order(canvas)]


def _drawn_order(canvas: figures.Canvas) -> list[int]:
    return [int(str(patch.get_gid()).split("-")[1]) for axes in canvas.axes for patch in axes.patches]


def test_a_grid_shows_what_a_choice_may_look_at() -> None:
    experiment = grid_of("learning_rate", "reg")
    count = len(experiment.configurations)
    summary = summary_with(experiment, (1, 2), (0, 3), *[(3, 0)] * (count - 2))
    data = figure_data.data(catalogue.heat_maps(experiment), experiment, summary, pd.DataFrame())
    assert data.columns == (
        "Validation accuracy, best epoch",
        "Validation accuracy, last epoch",
        "Training accuracy",
    )
    assert [value.text for value in data.rows[0].values] == [
        f"{mean} (2 of 3 diverged)" for mean in ("0.9000", "0.8000", "0.7000")
    ]
    assert [(value.text, value.number) for value in data.rows[1].values] == [("diverged", None)] * 3
    assert [value.number for value in data.rows[2].values] == pytest.approx([0.902, 0.802, 0.702])
