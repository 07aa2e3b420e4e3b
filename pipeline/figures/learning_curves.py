"""Learning curves: means over the seeds against the epoch, with bands of one standard deviation.

A page script finds what is drawn by these ids: `frame-{p}` is the frame of panel p, and the k-th mark in
`panel-{p}-training-out`, `panel-{p}-training` and `panel-{p}-validation` belongs to its k-th epoch. The frame of single
runs in a figure of one panel is panel 1.
"""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.markers import CARETDOWN, CARETUP
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator, NullLocator

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.experiments import labels
from pipeline.experiments.tidy import Rows
from pipeline.figures import scale
from pipeline.figures.catalogue import Figure
from pipeline.figures.spacing import apart
from pipeline.figures.style import FULL_WIDTH, SERIES, SINGLE, SMALL, STYLE, Series

PANEL_HEIGHT = 1.75  # inches
TITLE_LINE = 0.19  # inches that each further line of a title takes
COLUMNS = 5  # panels per row at most
MARKER = 2.8  # points, where the epochs lie far enough apart
LINE_HEIGHT = 1.15 * SMALL  # points between two labels
RUNS = 5  # at most in the frame of single runs
DETAIL = (0.2, 0.42, 0.78, 0.44)  # left, bottom, width and height of the frame of single runs, in the panel's
LABEL_GAP = 3.0  # points between the frame and its labels


def draw(
    figure: Figure,
    config: Config,
    summary: pd.DataFrame,
    curves: pd.DataFrame,
    histories: pd.DataFrame | None = None,
) -> Canvas:
    """Draw the figure's configurations, a panel each; of a single one that is flat its runs in `histories`, too."""
    experiment = config.experiments[figure.experiment]
    metric = figure.kind
    limits = scale.common(curves[curves["experiment"] == experiment.name], metric)
    titles = [_title(experiment, experiment.configurations[position]) for position in figure.panels]
    canvas, grid = _panels(len(figure.panels), max(title.count("\n") for title in titles))
    rows, points = Rows(summary), Rows(curves)
    for panel, (axes, position) in enumerate(zip(grid, figure.panels, strict=True)):
        configuration = experiment.configurations[position]
        width = canvas.get_figwidth() / _columns(len(figure.panels))
        _frame(axes, panel, limits, configuration.epochs)
        _curves(axes, panel, points.of(experiment, configuration), metric, _marker(width, configuration.epochs))
        noted = _note_divergence(axes, rows.of(experiment, configuration))
        if len(grid) > 1:
            axes.set_title(titles[panel], pad=17 if noted else 4)
        elif histories is not None and scale.flat(points.of(experiment, configuration), limits, metric):
            _detail(axes, Rows(histories).of(experiment, configuration), metric)
    _name_axes(canvas, grid, metric.capitalize())
    if any(axes.lines for axes in grid):
        _name_lines(canvas, grid)
    return canvas


def _panels(count: int, further_lines: int) -> tuple[Canvas, list[Axes]]:
    if count == 1:
        canvas = Canvas(figsize=SINGLE, layout="constrained")
        return canvas, [canvas.subplots()]
    columns = _columns(count)
    rows = -(-count // columns)
    height = PANEL_HEIGHT + TITLE_LINE * further_lines
    canvas = Canvas(figsize=(FULL_WIDTH, height * rows + 0.4), layout="constrained")
    grid = list(canvas.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for axes in grid[count:]:
        axes.set_visible(False)
    for axes in grid[count - columns : count]:  # the lowest of their column
        axes.tick_params(labelbottom=True)
    return canvas, grid[:count]


def _columns(panels: int) -> int:
    rows = -(-panels // COLUMNS)
    return -(-panels // rows)


def _frame(axes: Axes, panel: int, limits: scale.Range, epochs: int) -> None:
    margin = scale.MARGIN * (epochs - 1) or 0.5
    axes.set_xlim(max(1 - margin, 0.01), epochs + margin)  # there is no epoch 0
    axes.set_ylim(*limits)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    axes.patch.set_gid(f"frame-{panel}")


def _detail(axes: Axes, history: pd.DataFrame, metric: str) -> None:
    """Single runs on a scale of their own, above the curves: the first seed as they are drawn, the others thin."""
    frame = axes.inset_axes(DETAIL)
    run = scale.single_run(history)
    values = history[[f"{series.name}_{metric}" for series in SERIES]]
    frame.set_xlim(axes.get_xlim())
    frame.set_ylim(*scale.padded(values.to_numpy().min(), values.to_numpy().max()))
    frame.xaxis.set_major_locator(NullLocator())
    frame.yaxis.set_major_locator(MaxNLocator(nbins=2, steps=[1, 2, 5, 10]))
    frame.patch.set_gid("frame-1")
    validation = SERIES[-1]
    others = history.pivot_table(index="epoch", columns="seed", values=f"{validation.name}_{metric}").iloc[:, 1:RUNS]
    lines = others.reindex([*others.index, np.inf])  # a break between the seeds, so that they are one path
    x, y = np.tile(lines.index, lines.shape[1]), lines.to_numpy().T.ravel()
    frame.plot(x, y, color=validation.colour, linewidth=0.4)
    for series in SERIES:
        column = run.set_index("epoch")[f"{series.name}_{metric}"]
        frame.plot(column.index, column, color=series.colour, linestyle=series.line, linewidth=1)
        _marks(frame, f"panel-1-{series.name}", series, column, MARKER)
    frame.set_title("single runs, own scale", fontsize=SMALL, style="italic", pad=3)


def _marker(width: float, epochs: int) -> float:
    """The size of a marker in points: the lines between those of many epochs have to stay visible."""
    return min(MARKER, 0.3 * 72 * width / epochs)


def _curves(axes: Axes, panel: int, points: pd.DataFrame, metric: str, marker: float) -> None:
    for series in SERIES if len(points) else ():  # no points: every seed diverged in its first epoch
        mean = points.set_index("epoch")[f"{series.name}_{metric}_mean"]
        sd = points.set_index("epoch")[f"{series.name}_{metric}_sd"].fillna(0)
        axes.fill_between(mean.index, mean - sd, mean + sd, color=series.colour, alpha=0.2, linewidth=0)
        axes.plot(mean.index, mean, color=series.colour, linestyle=series.line, label=series.name)
        _marks(axes, f"panel-{panel}-{series.name}", series, mean, marker)


def _marks(axes: Axes, name: str, series: Series, mean: "pd.Series[float]", size: float) -> None:
    """A marker per epoch; for a first epoch outside the frame, a caret where the line comes in."""
    low, high = axes.get_ylim()
    style: dict[str, Any] = {"color": series.colour, "linestyle": "none"}
    if not low <= mean.iloc[0] <= high:
        edge, caret = (low, CARETDOWN) if mean.iloc[0] < low else (high, CARETUP)
        axes.plot(
            [_crossing(mean, edge)], [edge], marker=caret, markersize=5, gid=f"{name}-out", clip_on=False, **style
        )
        mean = mean.iloc[1:]
    axes.plot(mean.index, mean, marker=series.marker, markersize=size, gid=name, **style)


def _crossing(mean: "pd.Series[float]", edge: float) -> float:
    """Where between the first two epochs the line crosses a height."""
    (first, second), (start, end) = mean.index[:2], mean.iloc[:2]
    return float(first + (edge - start) / (end - start) * (second - first))


def _note_divergence(axes: Axes, summary: pd.DataFrame) -> bool:
    """Say above the frame how many seeds diverged, or in the empty frame that all did. True for the former."""
    finished, diverged = int(summary["n"].max()), int(summary["diverged"].max())
    if diverged and finished:
        note = f"{diverged} of {finished + diverged} runs diverged"
        place: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        axes.annotate(note, (0.5, 1), xycoords="axes fraction", style="italic", fontsize=SMALL, **place)
    elif diverged:
        axes.text(0.5, 0.5, "diverged", transform=axes.transAxes, ha="center", style="italic")
    return bool(diverged and finished)


def _title(experiment: Experiment, configuration: Configuration) -> str:
    """The parameters with a symbol in one line, each of the others in one of its own: a panel may be narrow."""
    texts = {name: labels.mathtext(name, configuration.value(name)) for name in experiment.varied or labels.TUNED}
    short = [text for name, text in texts.items() if labels.has_symbol(name)]
    return "\n".join([*([", ".join(short)] if short else []), *(t for t in texts.values() if t not in short)])


def _name_axes(canvas: Canvas, grid: list[Axes], name: str) -> None:
    if len(grid) == 1:
        grid[0].set(xlabel="Epoch", ylabel=name)
        return
    canvas.supxlabel("Epoch", fontsize=STYLE["axes.labelsize"])
    canvas.supylabel(name, fontsize=STYLE["axes.labelsize"])


def _name_lines(canvas: Canvas, grid: list[Axes]) -> None:
    """Name the two lines: at their ends in a single panel, in a legend above several."""
    if len(grid) == 1:
        _label_ends(canvas, grid[0])
        return
    handles = [
        Line2D([], [], color=s.colour, linestyle=s.line, marker=s.marker, markersize=MARKER, label=s.name)
        for s in SERIES
    ]
    canvas.legend(handles=handles, loc="outside upper right", ncols=2, frameon=False, borderpad=0, handlelength=2.6)


def _label_ends(canvas: Canvas, axes: Axes) -> None:
    ends = {str(line.get_label()): float(np.asarray(line.get_ydata())[-1]) for line in axes.lines}
    notes = [(_label(axes, series, ends[series.name]), ends[series.name]) for series in SERIES]
    canvas.draw_without_rendering()  # settles the layout, which moving a label up or down leaves as it is
    bottom, top = (y * 72 / canvas.dpi for y in axes.get_window_extent().intervaly)
    heights = [bottom + (top - bottom) * _share(axes, end) for _, end in notes]
    for (note, _), height, place in zip(notes, heights, apart(heights, LINE_HEIGHT, (bottom, top)), strict=True):
        note.set_position((LABEL_GAP, place - height))


def _label(axes: Axes, series: Series, end: float) -> Annotation:
    return axes.annotate(
        series.name,
        (1, end),
        xycoords=axes.get_yaxis_transform(),
        xytext=(LABEL_GAP, 0),
        textcoords="offset points",
        color=series.ink,
        fontsize=SMALL,
        va="center",
    )


def _share(axes: Axes, value: float) -> float:
    low, high = axes.get_ylim()
    return (value - low) / (high - low)
