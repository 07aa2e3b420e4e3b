"""The figures show the tables: shared scales, every value once, and the same bytes each time."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline import catalogue, config, figures
from pipeline.quantity import Quantity
from pipeline.settings import Config, Configuration, Experiment

PROJECT = config.load(Path(__file__).parent.parent / "config.yaml")
BASE = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=4)
VALUES = {"learning_rate": (0.2, Quantity("e^-1"), 0.6), "reg": (0.001, 0.0), "batch_size": (16, 32), "hidden": (8, 4)}


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    with mpl.rc_context(figures.STYLE):
        yield


def settings(experiment: Experiment) -> Config:
    return replace(PROJECT, experiments={experiment.name: experiment})


def sweep(*rates: float) -> Experiment:
    configurations = tuple(replace(BASE, learning_rate=rate) for rate in rates)
    return Experiment("rates", "sweep", ("learning_rate",), configurations, 3)


def summary_of(experiment: Experiment, *counts: tuple[int, int]) -> pd.DataFrame:
    """n and diverged for each configuration."""
    rows = [
        {"experiment": experiment.name, **vars(each), "metric": metric, "mean": 0.9, "sd": 0.1, "n": n, "diverged": bad}
        for each, (n, bad) in zip(experiment.configurations, counts, strict=True)
        for metric in ("best_validation_accuracy", "testing_accuracy")
    ]
    return pd.DataFrame(rows)


def curves_of(experiment: Experiment, *levels: float, epochs: int = BASE.epochs, sd: float = 0.01) -> pd.DataFrame:
    """Curves that climb to each level; the first training mean lies far below (accuracy) and above (loss)."""
    rows = []
    for each, level in zip(experiment.configurations, levels, strict=True):
        for epoch in range(1, epochs + 1):
            value = level - 0.01 * (epochs - epoch)
            first = epoch == 1
            rows.append(
                {"experiment": experiment.name, **vars(each), "epoch": epoch, "n": 3}
                | {"training_accuracy_mean": 0.2 if first else value + 0.005, "training_accuracy_sd": sd}
                | {"validation_accuracy_mean": value, "validation_accuracy_sd": sd}
                | {"training_loss_mean": 9.0 if first else 1 - value, "training_loss_sd": sd}
                | {"validation_loss_mean": 1.1 - value, "validation_loss_sd": sd}
            )
    return pd.DataFrame(rows)


def texts(canvas: Canvas) -> list[str]:
    return [text.get_text() for axes in canvas.axes for text in axes.texts]


def visible(canvas: Canvas) -> list[Axes]:
    return [axes for axes in canvas.axes if axes.get_visible()]


# --- Learning curves


@pytest.mark.parametrize("kind", ["accuracy", "loss"])
def test_figures_of_one_experiment_share_limits_that_hold_all_but_the_first_training_mean(kind: catalogue.Kind) -> None:
    experiment = sweep(1, 2, 3)
    summary, curves = summary_of(experiment, *[(3, 0)] * 3), curves_of(experiment, 0.95, 0.7, 0.9)
    separate = [replace(each, kind=kind) for each in catalogue.curves(experiment)]
    together = replace(catalogue.losses(experiment), kind=kind)
    canvases = [figures.draw(figure, settings(experiment), summary, curves) for figure in (*separate, together)]
    limits = {axes.get_ylim() for canvas in canvases for axes in visible(canvas)}
    assert len(limits) == 1
    ((low, high),) = limits
    for part in ("training", "validation"):
        counted = curves if part == "validation" else curves[curves["epoch"] > 1]
        assert low < (counted[f"{part}_{kind}_mean"] - 0.01).min()
        assert high > (counted[f"{part}_{kind}_mean"] + 0.01).max()
    assert not low < curves[f"training_{kind}_mean"].iloc[0] < high
    assert high - low < 0.5


def test_another_experiment_does_not_stretch_the_limits() -> None:
    experiment = sweep(1)
    other = replace(experiment, name="other")
    curves = pd.concat([curves_of(experiment, 0.95), curves_of(other, 0.1)])
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, (3, 0)), curves).axes
    assert axes.get_ylim()[0] > 0.8


def test_with_one_epoch_the_first_training_mean_is_inside() -> None:
    experiment = sweep(1)
    curves = curves_of(experiment, 0.9, epochs=1)
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, (3, 0)), curves).axes
    low, high = axes.get_ylim()
    assert low < 0.19
    assert high > 0.91


def test_the_lines_are_the_means_of_their_own_configuration_and_the_bands_one_deviation() -> None:
    experiment = sweep(1, 2)
    curves = curves_of(experiment, 0.95, 0.7)
    figure = catalogue.curves(experiment)[1]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, *[(3, 0)] * 2), curves).axes
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert lines["training"] == pytest.approx([0.2, 0.685, 0.695, 0.705])
    assert lines["validation"] == pytest.approx([0.67, 0.68, 0.69, 0.70])
    band = axes.collections[1].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(0.71)
    assert band[:, 1].min() == pytest.approx(0.66)


def test_lines_are_told_apart_without_colour() -> None:
    experiment = sweep(1)
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(
        figure, settings(experiment), summary_of(experiment, (3, 0)), curves_of(experiment, 0.9)
    ).axes
    first, second = axes.lines
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_marker() != second.get_marker()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "validation"]


def test_one_seed_has_a_line_and_no_visible_band() -> None:
    experiment = sweep(1)
    curves = curves_of(experiment, 0.9, sd=np.nan)
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, (1, 0)), curves).axes
    assert np.isfinite(axes.get_ylim()).all()
    assert np.isfinite(axes.lines[1].get_ydata()).all()


def test_divergence_is_noted_where_it_happened() -> None:
    experiment = sweep(1, 2, 3)
    summary = summary_of(experiment, (3, 0), (2, 1), (0, 3))
    curves = curves_of(experiment, 0.9, 0.8, 0.7)
    curves = curves[curves["learning_rate"] != 3]
    canvas = figures.draw(catalogue.losses(experiment), settings(experiment), summary, curves)
    notes = [[text.get_text() for text in axes.texts] for axes in visible(canvas)]
    assert notes == [[], ["1 of 3 runs diverged"], ["diverged"]]
    assert "1 of 3 runs diverged" in figures.to_svg(canvas)


def test_where_all_diverged_there_is_still_a_figure() -> None:
    experiment = sweep(1, 2)
    curves = curves_of(experiment, 0.9, 0.8).iloc[:0]
    canvas = figures.draw(
        catalogue.losses(experiment), settings(experiment), summary_of(experiment, (0, 3), (0, 3)), curves
    )
    assert texts(canvas) == ["diverged", "diverged"]
    assert "diverged" in figures.to_svg(canvas)


def test_more_panels_than_a_row_holds_are_all_drawn_and_nothing_else() -> None:
    rates = [*map(float, range(1, figures.COLUMNS + 2)), Quantity("e^-1")]  # leaves a place empty
    experiment = sweep(*rates)
    summary, curves = summary_of(experiment, *[(3, 0)] * len(rates)), curves_of(experiment, *[0.9] * len(rates))
    canvas = figures.draw(catalogue.losses(experiment), settings(experiment), summary, curves)
    titles = [axes.get_title() for axes in visible(canvas)]
    assert titles == [*(rf"$\eta = {rate:.0f}$" for rate in rates[:-1]), r"$\eta = e^{-1}$"]
    assert len({axes.get_position().y0 for axes in visible(canvas)}) == 2


# --- SVG


def test_svg_is_the_same_each_time_undated_and_its_text_is_text() -> None:
    experiment = sweep(1, Quantity("e^-1"))
    inputs = settings(experiment), summary_of(experiment, (3, 0), (3, 0)), curves_of(experiment, 0.9, 0.8)
    first, second = (figures.to_svg(figures.draw(catalogue.losses(experiment), *inputs)) for _ in range(2))
    assert first == second
    assert not re.search(r"<dc:date>|Matplotlib v|\b20\d\d-\d\d-\d\d\b", first)
    words = re.findall(r"<text[^>]*>([^<]+)</text>", first)
    assert "Epoch" in words
    assert "Loss" in words
    assert "training" in words
    families = set(re.findall(r"font(?:-family)?:[^;\"]*?(?:'([^']+)'|px ([A-Za-z ]+))", first))
    assert {name for pair in families for name in pair if name} == {"STIXGeneral"}


# --- Heat maps


def grid_of(*parameters: str) -> Experiment:
    points = product(*(VALUES[name] for name in parameters))
    configurations = tuple(replace(BASE, **dict(zip(parameters, point, strict=True))) for point in points)
    return Experiment("grid", "grid", parameters, configurations, 1)


def heat_maps(experiment: Experiment, *, diverged: int = 0) -> tuple[Canvas, dict[Configuration, str]]:
    """The drawn grid, and the text that each configuration's cell should have."""
    count = len(experiment.configurations)
    summary = summary_of(experiment, *[(1, 0)] * count)
    expected = {}
    for position, configuration in enumerate(experiment.configurations):
        mean = np.nan if position < diverged else 0.9 + 0.0011 * position
        rows = (summary["learning_rate"] == configuration.learning_rate) & (summary["reg"] == configuration.reg)
        rows &= (summary["batch_size"] == configuration.batch_size) & (summary["hidden"] == configuration.hidden)
        summary.loc[rows, "mean"] = mean
        expected[configuration] = "diverged" if np.isnan(mean) else f"{mean:.4f}"
    summary.loc[summary["metric"] == "testing_accuracy", "mean"] = 0.1
    canvas = figures.draw(catalogue.heat_maps(experiment), settings(experiment), summary, pd.DataFrame())
    return canvas, expected


GRIDS = [
    ("learning_rate",),
    ("batch_size",),
    ("reg",),
    ("learning_rate", "reg"),
    ("reg", "batch_size"),
    ("hidden", "learning_rate"),
    ("learning_rate", "reg", "batch_size"),
    ("reg", "batch_size", "hidden"),
    ("learning_rate", "reg", "batch_size", "hidden"),
]


@pytest.mark.parametrize("parameters", GRIDS, ids="-".join)
def test_every_configuration_of_a_grid_is_drawn_exactly_once(parameters: tuple[str, ...]) -> None:
    canvas, expected = heat_maps(grid_of(*parameters))
    assert len(set(expected.values())) == len(expected)
    assert sorted(texts(canvas)) == sorted(expected.values())
    figures.to_svg(canvas)


def test_a_value_stands_where_its_parameters_are() -> None:
    canvas, expected = heat_maps(grid_of("learning_rate", "reg", "batch_size"))
    ticks = {"0.2": 0.2, "e^{-1}": VALUES["learning_rate"][1], "0.6": 0.6, "0.001": 0.001, "0": 0.0}
    sizes = {r"batch size $16$": 16, r"batch size $32$": 32}
    first = canvas.axes[0]  # the only one in its row with both axes named
    across = [ticks[label.get_text().strip("$")] for label in first.get_xticklabels()]
    down = [ticks[label.get_text().strip("$")] for label in first.get_yticklabels()]
    found = {}
    for axes in canvas.axes:
        if not axes.texts:
            continue
        for text in axes.texts:
            column, row = (round(place) for place in text.get_position())
            found[across[column], down[row], sizes[axes.get_title()]] = text.get_text()
    assert found == {(each.learning_rate, each.reg, each.batch_size): text for each, text in expected.items()}


def test_a_diverged_point_says_so_and_the_others_keep_their_scale() -> None:
    canvas, expected = heat_maps(grid_of("learning_rate", "reg"), diverged=2)
    assert texts(canvas).count("diverged") == 2
    assert sorted(texts(canvas)) == sorted(expected.values())
    (image,) = canvas.axes[0].images
    assert (image.norm.vmin, image.norm.vmax) == pytest.approx((0.9022, 0.9055))


def test_panels_of_a_grid_share_one_scale() -> None:
    canvas, _ = heat_maps(grid_of("learning_rate", "reg", "batch_size"))
    scales = {(axes.images[0].norm.vmin, axes.images[0].norm.vmax) for axes in canvas.axes if axes.texts}
    assert len(scales) == 1


def test_a_grid_that_diverged_throughout_is_still_drawn() -> None:
    experiment = grid_of("learning_rate", "reg")
    canvas, expected = heat_maps(experiment, diverged=len(experiment.configurations))
    assert texts(canvas) == ["diverged"] * len(expected)
    assert "diverged" in figures.to_svg(canvas)


def test_cells_can_be_read_on_their_colour() -> None:
    canvas, _ = heat_maps(grid_of("learning_rate", "reg"))
    (image,) = canvas.axes[0].images
    for text in canvas.axes[0].texts:
        column, row = (round(place) for place in text.get_position())
        ground = _luminance(image.cmap(image.norm(image.get_array()[row, column])))
        letters = _luminance(mpl.colors.to_rgba(text.get_color()))
        light, dark = max(ground, letters), min(ground, letters)
        assert (light + 0.05) / (dark + 0.05) > 4.5  # WCAG AA


def _luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
