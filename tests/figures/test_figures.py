"""The figures show the tables: shared scales, every value once, and the same bytes each time."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from contrast import contrast, luminance
from drawn import (
    BASE,
    SMALLEST,
    VALUES,
    boxes,
    curves_of,
    grid_of,
    inside,
    marks_of,
    overlap,
    settings,
    summary_of,
    sweep,
    visible,
)
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.markers import CARETDOWN, CARETUP

from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration, Experiment
from pipeline.figures import catalogue, learning_curves, scale
from pipeline.figures import step as figures

pytestmark = pytest.mark.usefixtures("house_style")


def texts(canvas: Canvas) -> list[str]:
    return [text.get_text() for axes in canvas.axes for text in axes.texts]


def named_lines(axes: Axes) -> dict[str, Line2D]:
    """The lines of the series; a line that is not named only carries markers."""
    return {str(line.get_label()): line for line in axes.lines if not str(line.get_label()).startswith("_")}


def single(experiment: Experiment, level: float, **options: Any) -> Axes:
    """The drawn axes of an experiment's only configuration, whose three seeds finished."""
    curves = curves_of(experiment, level, **options)
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, (3, 0)), curves).axes
    return axes


# --- Learning curves


@pytest.mark.parametrize("kind", ["accuracy", "loss"])
def test_figures_of_one_experiment_share_limits_that_hold_all_but_the_first_training_mean(
    kind: catalogue.FigureKind,
) -> None:
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
    lines = named_lines(axes)
    assert lines["training"].get_ydata() == pytest.approx([0.2, 0.685, 0.695, 0.705])
    assert lines["validation"].get_ydata() == pytest.approx([0.67, 0.68, 0.69, 0.70])
    band = axes.collections[1].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(0.71)
    assert band[:, 1].min() == pytest.approx(0.66)


def test_lines_are_told_apart_without_colour() -> None:
    axes = single(sweep(1), 0.9)
    training, validation = named_lines(axes).values()
    assert training.get_linestyle() != validation.get_linestyle()
    marks = marks_of(axes)
    assert marks["panel-0-training"].get_marker() != marks["panel-0-validation"].get_marker()


def test_one_seed_has_a_line_and_no_visible_band() -> None:
    experiment = sweep(1)
    curves = curves_of(experiment, 0.9, sd=np.nan)
    figure = catalogue.curves(experiment)[0]
    (axes,) = figures.draw(figure, settings(experiment), summary_of(experiment, (1, 0)), curves).axes
    assert np.isfinite(axes.get_ylim()).all()
    assert np.isfinite(named_lines(axes)["validation"].get_ydata()).all()


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
    rates = [*map(float, range(1, learning_curves.COLUMNS + 2)), Quantity("e^-1")]  # leaves a place empty
    experiment = sweep(*rates)
    summary, curves = summary_of(experiment, *[(3, 0)] * len(rates)), curves_of(experiment, *[0.9] * len(rates))
    canvas = figures.draw(catalogue.losses(experiment), settings(experiment), summary, curves)
    titles = [axes.get_title() for axes in visible(canvas)]
    assert titles == [*(rf"$\eta = {rate:.0f}$" for rate in rates[:-1]), r"$\eta = e^{-1}$"]
    assert len({axes.get_position().y0 for axes in visible(canvas)}) == 2


# --- What is written, and where


def ending(training: float, validation: float, kind: catalogue.FigureKind, *, epochs: int = 4) -> tuple[Canvas, Axes]:
    """A single panel whose lines end at these values."""
    experiment = replace(sweep(1), configurations=(replace(BASE, epochs=epochs),))
    curves = curves_of(experiment, 0.5, epochs=epochs)
    for part, end in (("training", training), ("validation", validation)):
        curves.loc[curves["epoch"] == epochs, f"{part}_{kind}_mean"] = end
    figure = replace(catalogue.curves(experiment)[0], kind=kind)
    canvas = figures.draw(figure, settings(experiment), summary_of(experiment, (3, 0)), curves)
    return canvas, canvas.axes[0]


@tries(max_examples=20, deadline=None)
@given(
    training=st.floats(0, 1),
    difference=st.sampled_from([0.0, 1e-9, 1e-3, -0.02, 0.3]),
    kind=st.sampled_from(["accuracy", "loss"]),
    epochs=st.sampled_from([1, 4, 30]),
)
def test_the_ends_of_both_lines_are_named_beside_the_frame_without_overlap(
    training: float, difference: float, kind: catalogue.FigureKind, epochs: int
) -> None:
    canvas, axes = ending(training, training + difference, kind, epochs=epochs)
    placed = boxes(canvas)
    named = {text.get_text(): placed[text] for text in axes.texts}
    assert list(named) == ["training", "validation"]
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())
    assert all(box.x0 > axes.bbox.x1 for box in named.values())  # beside the frame, where no curve is
    if difference:
        assert (named["training"].y0 > named["validation"].y0) == (difference < 0)


def test_names_of_lines_that_end_far_apart_stand_at_their_ends() -> None:
    canvas, axes = ending(0.9, 0.1, "accuracy")
    placed = boxes(canvas)
    for text, end in zip(axes.texts, (0.9, 0.1), strict=True):
        box = placed[text]
        assert (box.y0 + box.y1) / 2 == pytest.approx(axes.transData.transform((4, end))[1], abs=2)


def test_a_single_panel_has_neither_title_nor_legend() -> None:
    axes = single(sweep(1), 0.9)
    assert axes.get_title() == ""
    assert axes.get_legend() is None
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Epoch", "Accuracy")


@pytest.mark.parametrize("panels", [2, 5, 6, 9, 10])
def test_several_panels_have_one_legend_which_covers_no_panel(panels: int) -> None:
    experiment = sweep(*range(1, panels + 1))
    counts = [(0, 3), (2, 1), *[(3, 0)] * (panels - 2)]
    curves = curves_of(experiment, *[0.9] * panels)
    curves = curves[curves["learning_rate"] != 1]
    canvas = figures.draw(catalogue.losses(experiment), settings(experiment), summary_of(experiment, *counts), curves)
    placed = boxes(canvas)
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())
    (legend,) = canvas.legends
    assert all(axes.get_legend() is None for axes in canvas.axes)
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]
    assert not any(legend.get_window_extent().overlaps(other) for other in [*placed.values()])
    assert not any(legend.get_window_extent().overlaps(axes.bbox) for axes in visible(canvas))


@pytest.mark.parametrize("panels", [2, 6, 10])
def test_titles_of_several_parameters_stay_within_their_panels(panels: int) -> None:
    names = ("learning_rate", "reg", "batch_size", "hidden")
    points = [(0.2 + k, 0.0005, 128, 256 + k) for k in range(panels)]
    chosen = tuple(replace(BASE, **dict(zip(names, point, strict=True))) for point in points)
    experiment = Experiment("leaders", "best_of", names, chosen, 3, "grid", panels)
    inputs = summary_of(experiment, (2, 1), *[(3, 0)] * (panels - 1)), curves_of(experiment, *[0.9] * panels)
    canvas = figures.draw(catalogue.panels(experiment), settings(experiment), *inputs)
    assert len(visible(canvas)) == panels
    assert canvas.axes[0].get_title().split("\n") == [
        r"$\eta = 0.2$, $\lambda = 0.0005$",
        "batch size $128$",
        "hidden units $256$",
    ]
    placed = boxes(canvas)
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())


def test_every_text_is_large_enough_in_print() -> None:
    experiment = sweep(1, 2)
    inputs = settings(experiment), summary_of(experiment, (3, 0), (2, 1)), curves_of(experiment, 0.9, 0.8)
    drawn = [figures.draw(figure, *inputs) for figure in (catalogue.losses(experiment), *catalogue.curves(experiment))]
    drawn.append(heat_maps_of(grid_of("learning_rate", "reg", "batch_size"), diverged=1)[0])
    for canvas in drawn:
        texts = [*boxes(canvas), *(text for legend in canvas.legends for text in legend.get_texts())]
        assert min(text.get_fontsize() for text in texts) >= SMALLEST


@pytest.mark.parametrize(("kind", "caret"), [("accuracy", CARETDOWN), ("loss", CARETUP)])
def test_a_line_that_leaves_the_frame_ends_in_a_caret_on_its_edge(kind: catalogue.FigureKind, caret: int) -> None:
    _, axes = ending(0.5, 0.5, kind)
    marks = marks_of(axes)
    out = marks["panel-0-training-out"]
    assert out.get_marker() == caret
    assert out.get_ydata()[0] == axes.get_ylim()[0 if kind == "accuracy" else 1]
    line = named_lines(axes)["training"]
    epoch = out.get_xdata()[0]
    assert 1 < epoch < 2
    assert np.interp(epoch, line.get_xdata(), line.get_ydata()) == pytest.approx(out.get_ydata()[0])
    assert list(marks["panel-0-training"].get_xdata()) == [2, 3, 4]
    assert "panel-0-validation-out" not in marks


def test_lines_inside_the_frame_have_no_caret() -> None:
    axes = single(sweep(1), 0.9, epochs=1)
    assert list(marks_of(axes)) == ["panel-0-training", "panel-0-validation"]


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


def heat_maps_of(experiment: Experiment, *, diverged: int = 0) -> tuple[Canvas, dict[Configuration, str]]:
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
    canvas, expected = heat_maps_of(grid_of(*parameters))
    assert len(set(expected.values())) == len(expected)
    assert sorted(texts(canvas)) == sorted(expected.values())
    figures.to_svg(canvas)


def test_a_value_stands_where_its_parameters_are() -> None:
    canvas, expected = heat_maps_of(grid_of("learning_rate", "reg", "batch_size"))
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
    canvas, expected = heat_maps_of(grid_of("learning_rate", "reg"), diverged=2)
    assert texts(canvas).count("diverged") == 2
    assert sorted(texts(canvas)) == sorted(expected.values())
    colours = {text: ground for text, ground, _ in cells(canvas) if text != "diverged"}
    assert mpl.colors.to_hex(colours["0.9022"]) == mpl.colors.to_hex(mpl.colormaps["cividis"](0.0))
    assert mpl.colors.to_hex(colours["0.9055"]) == mpl.colors.to_hex(mpl.colormaps["cividis"](1.0))


def test_panels_of_a_grid_share_one_scale() -> None:
    canvas, expected = heat_maps_of(grid_of("learning_rate", "reg", "batch_size"))
    colours = [ground for _, ground, _ in sorted(cells(canvas))]
    assert len(set(colours)) == len(expected)
    assert all(luminance(low) < luminance(high) for low, high in pairwise(colours))


def test_a_grid_that_diverged_throughout_is_still_drawn() -> None:
    experiment = grid_of("learning_rate", "reg")
    canvas, expected = heat_maps_of(experiment, diverged=len(experiment.configurations))
    assert texts(canvas) == ["diverged"] * len(expected)
    assert "diverged" in figures.to_svg(canvas)


def test_cells_can_be_read_on_their_colour() -> None:
    canvas, expected = heat_maps_of(grid_of("learning_rate", "reg", "batch_size"))
    drawn = cells(canvas)
    assert len(drawn) == len(expected)
    assert all(contrast(ground, letters) > 4.5 for _, ground, letters in drawn)  # WCAG AA


def test_a_diverged_cell_takes_ground_and_letters_from_the_page() -> None:
    canvas, _ = heat_maps_of(grid_of("learning_rate", "reg"), diverged=1)
    ((_, ground, letters),) = [cell for cell in cells(canvas) if cell[0] == "diverged"]
    assert ground[3] == 0
    assert mpl.colors.to_hex(letters) == "#000000"


def test_a_cell_of_which_some_runs_diverged_is_marked_and_the_mark_explained() -> None:
    experiment = grid_of("learning_rate", "reg")
    counts = [(1, 2), (0, 3), *[(3, 0)] * (len(experiment.configurations) - 2)]
    summary = summary_of(experiment, *counts)
    summary.loc[summary["n"] == 0, "mean"] = np.nan
    canvas = figures.draw(catalogue.heat_maps(experiment), settings(experiment), summary, pd.DataFrame())
    assert texts(canvas)[:3] == ["0.9000†", "diverged", "0.9000"]
    assert "† Mean of the runs that finished; others diverged." in figures.to_svg(canvas)
    whole, _ = heat_maps_of(experiment)
    assert "†" not in figures.to_svg(whole)


def test_no_text_of_a_small_grid_leaves_the_figure() -> None:
    for parameters in GRIDS:
        canvas, _ = heat_maps_of(grid_of(*parameters))
        assert all(inside(canvas, box) for box in boxes(canvas).values()), parameters


Colour = tuple[float, ...]


def cells(canvas: Canvas) -> list[tuple[str, Colour, Colour]]:
    """Of each cell its text, its colour and that of the text."""
    found = []
    for axes in canvas.axes:
        patches = {(patch.get_x() + 0.5, patch.get_y() + 0.5): patch for patch in axes.patches}
        assert len(patches) == len(axes.texts) or not axes.texts
        for text in axes.texts:
            ground = patches[text.get_position()].get_facecolor()
            found.append((text.get_text(), ground, mpl.colors.to_rgba(text.get_color())))
    return found


# --- Accuracy against learning rate over batch size


def test_a_line_of_ratios_goes_through_the_means_of_its_marks() -> None:
    """Rates 1, 2 and sizes 16, 32: the ratio 1/16 comes from two pairs, with accuracies 0.92 and 0.94."""
    names = ("learning_rate", "reg", "batch_size")
    accuracy = {(1, 16): 0.92, (2, 16): 0.95, (1, 32): 0.90, (2, 32): 0.94}
    points = [(rate, reg, size) for rate in (1, 2) for reg in (0.001, 0.0001) for size in (16, 32)]
    chosen = tuple(replace(BASE, learning_rate=rate, reg=reg, batch_size=size) for rate, reg, size in points)
    experiment = Experiment("grid", "grid", names, chosen, 1)
    summary = pd.DataFrame(
        {"experiment": "grid", **vars(c), "metric": "best_validation_accuracy", "n": 1, "diverged": 0}
        | {"mean": accuracy[c.learning_rate, c.batch_size] - 10 * c.reg}
        for c in chosen
    )
    diverged = summary["reg"].eq(0.001) & summary["learning_rate"].eq(2) & summary["batch_size"].eq(16)
    summary.loc[diverged, ["mean", "n", "diverged"]] = [float("nan"), 0, 1]
    (figure,) = catalogue.ratios(experiment)
    canvas = figures.draw(figure, settings(experiment), summary, pd.DataFrame())
    (axes,) = canvas.axes
    drawn = {line.get_gid(): np.column_stack(line.get_data()) for line in axes.lines if line.get_gid()}
    marks = {place: drawn[f"panel-{place}-mark"][0] for place in range(len(chosen)) if f"panel-{place}-mark" in drawn}
    assert set(range(len(chosen))) - set(marks) == {points.index((2, 0.001, 16))}
    for place, (x, y) in marks.items():
        rate, reg, size = points[place]
        assert (x, y) == pytest.approx((rate / size, accuracy[rate, size] - 10 * reg))
    lines = [np.column_stack(line.get_data()).tolist() for line in axes.lines if not line.get_gid()]
    assert np.allclose(lines[0], [[1 / 32, 0.89], [1 / 16, 0.92]])
    assert np.allclose(lines[1], [[1 / 32, 0.899], [1 / 16, 0.929], [1 / 8, 0.949]])
    assert texts(canvas) == [r"$\lambda = 0.001$", r"$\lambda = 0.0001$"]
    assert axes.get_xscale() == "log"


def test_the_single_run_that_is_shown_is_the_first_that_finished() -> None:
    rows = [(1, 1, 0.5), (1, 2, float("nan")), (2, 2, 0.3), (2, 1, 0.4), (3, 1, 0.6), (3, 2, 0.2)]
    history = pd.DataFrame(rows, columns=["seed", "epoch", "validation_loss"]).assign(epochs=2)
    assert list(scale.single_run(history)["validation_loss"]) == [0.4, 0.3]
    assert scale.single_run(history[history["seed"] == 1]).empty
