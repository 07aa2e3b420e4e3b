"""Heat maps: validation accuracy over the parameters of a grid, a panel for each combination beyond two, or the best of
them where they are many.

A page script finds a cell by its id: `panel-{k}-cell` is that of the experiment's k-th configuration.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure as Canvas
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle

from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments import labels
from pipeline.experiments.tidy import Rows
from pipeline.figures import catalogue
from pipeline.figures.style import FULL_WIDTH, SMALL, STYLE

COLOURS = "cividis"
METRIC = "best_validation_accuracy"
LOWEST = 2.3  # inches; leaves room for what is written along the height
TALLEST = 7.5  # inches; leaves room for the caption on a page
WIDEST = 7  # columns of a panel that shares its row
MOST_COLUMNS = 12  # of a panel with numbers in its cells
CELL_HEIGHT = 0.27  # inches, with a number in it
PANEL_HEIGHT = 0.55  # inches, of all but its cells
SMALL_CELL = 0.12  # inches, without one
SHARED = 3  # panels in a row where no numbers are shown
TICK_WIDTH, TICK_HEIGHT = 0.45, 0.14  # inches
SOME_DIVERGED = "†"
BLACK = "#000000"  # becomes the colour of the text around it

# The position of a configuration in its experiment, what it is, and its row of summary.csv
GridCell = tuple[int, Configuration, "pd.Series[Any]"]
Panel = tuple[float, ...]  # the values of the parameters that neither axis shows


@dataclass(frozen=True)
class Scale:
    """From accuracies to colours, the same for all panels."""

    low: float
    high: float

    def share(self, accuracy: float) -> float:
        """How far up the scale an accuracy is: 0 to 1; in the middle where there is one value only."""
        return (accuracy - self.low) / (self.high - self.low) if self.high > self.low else 0.5

    def colour(self, share: float) -> str:
        """The colour at this share of the scale."""
        return mpl.colors.to_hex(mpl.colormaps[COLOURS](share))

    def mappable(self) -> ScalarMappable:
        """The scale as matplotlib's colour bar wants it."""
        return ScalarMappable(mpl.colors.Normalize(self.low, self.high), COLOURS)


@dataclass(frozen=True)
class Layout:
    """How the panels stand: so many in a row, lines of them, inches of height, with or without numbers in the cells."""

    per_row: int
    lines: int
    height: float
    numbered: bool


def draw(experiment: Experiment, summary: pd.DataFrame) -> Canvas:
    """Draw every configuration of the experiment as a cell, or the best over `catalogue.folded`; a diverged one has no
    colour.
    """
    results = summary[(summary["experiment"] == experiment.name) & (summary["metric"] == METRIC)]
    folded = catalogue.folded(experiment)
    across, down, *others = [name for name in _axes(experiment) if name not in folded]
    panels = list(dict.fromkeys(_values(c, others) for c in experiment.configurations))
    columns, rows = experiment.values(across), experiment.values(down)
    cells = _cells(experiment, results, (across, down, *others))
    means = pd.Series([result["mean"] for *_, result in cells])
    scale = Scale(means.min(), means.max())
    layout = _layout(len(panels), len(rows), len(columns))
    marked = layout.numbered and bool((results["mean"].notna() & (results["diverged"] > 0)).any())
    canvas, grid = _canvas(len(panels), layout, notes=marked + bool(folded))
    for axes, panel in zip(grid, panels, strict=True):
        axes.set_title(", ".join(labels.mathtext(n, v) for n, v in zip(others, panel, strict=True)), pad=4)
        _ticks(axes, columns, rows, layout)
    for position, configuration, result in cells:
        axes = grid[panels.index(_values(configuration, others))]
        place = columns.index(configuration.value(across)), rows.index(configuration.value(down))
        _cell(axes, position, place, result, scale)
        if layout.numbered:
            _number(axes, place, result, scale)
    note = f"\n{SOME_DIVERGED} Mean of the runs that finished; others diverged." if marked else ""
    note += f"\nEach cell is the best over {' and '.join(map(labels.words, folded))}." if folded else ""
    canvas.supxlabel(_axis(across) + note, fontsize=STYLE["axes.labelsize"])
    canvas.supylabel(_axis(down), fontsize=STYLE["axes.labelsize"])
    if results["mean"].notna().any():
        canvas.colorbar(scale.mappable(), ax=grid, label="Validation accuracy, best epoch", shrink=0.9, pad=0.02)
    return canvas


def _cells(experiment: Experiment, results: pd.DataFrame, shown: Sequence[str]) -> list[GridCell]:
    """Each configuration with its result; of those that differ in nothing shown, the best."""
    rows = Rows(results)
    cells = [(k, c, rows.of(experiment, c).iloc[0]) for k, c in enumerate(experiment.configurations)]
    best: dict[Panel, GridCell] = {}
    for cell in cells:
        place = _values(cell[1], shown)
        before = best.setdefault(place, cell)[2]["mean"]
        if cell[2]["mean"] > before or math.isnan(before):
            best[place] = cell
    return list(best.values())


def _axes(experiment: Experiment) -> list[str]:
    """The parameters across, down and of the panels; a single varied one is joined by one that stays the same."""
    spare = "batch_size" if experiment.varied == ("reg",) else "reg"
    return [*experiment.varied, *([spare] if len(experiment.varied) == 1 else [])]


def _values(configuration: Configuration, names: Sequence[str]) -> Panel:
    return tuple(configuration.value(name) for name in names)


def _layout(panels: int, rows: int, columns: int) -> Layout:
    """Numbers in the cells and panels of one width where they fit on a page, otherwise smaller panels without."""
    per_row = min(2, panels) if columns <= WIDEST else 1
    lines = -(-panels // per_row)
    height = lines * (PANEL_HEIGHT + CELL_HEIGHT * rows) + 0.5
    if columns <= MOST_COLUMNS and height <= TALLEST:
        return Layout(per_row, lines, max(height, LOWEST), numbered=True)
    per_row = min(SHARED, panels)
    lines = -(-panels // per_row)
    height = lines * (PANEL_HEIGHT + SMALL_CELL * rows) + 0.5
    return Layout(per_row, lines, max(min(height, TALLEST), LOWEST), numbered=False)


def _canvas(panels: int, layout: Layout, *, notes: int) -> tuple[Canvas, list[Axes]]:
    engine = ConstrainedLayoutEngine(h_pad=0.07)  # inches; a title stands nearer to its own panel
    canvas = Canvas(figsize=(FULL_WIDTH, layout.height + 0.15 * notes), layout=engine)
    grid = list(canvas.subplots(layout.lines, layout.per_row, squeeze=False, sharex=True, sharey=True).flat)
    for axes in grid[panels:]:
        axes.set_visible(False)
    return canvas, grid[:panels]


def _ticks(axes: Axes, columns: Sequence[float], rows: Sequence[float], layout: Layout) -> None:
    """Name the values along both axes, or as many of them as a panel without numbers has room for."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)  # the first value on top
    width, height = (FULL_WIDTH - 1.5) / layout.per_row, (layout.height - 0.5) / layout.lines - PANEL_HEIGHT
    across = range(0, len(columns), 1 if layout.numbered else math.ceil(len(columns) * TICK_WIDTH / width))
    down = range(0, len(rows), 1 if layout.numbered else math.ceil(len(rows) * TICK_HEIGHT / height))
    axes.set_xticks(across, [_tick(columns[place]) for place in across])
    axes.set_yticks(down, [_tick(rows[place]) for place in down])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _cell(axes: Axes, position: int, place: tuple[int, int], result: "pd.Series[Any]", scale: Scale) -> None:
    column, row = place
    accuracy = float(result["mean"])
    diverged = math.isnan(accuracy)
    ground = BLACK if diverged else scale.colour(scale.share(accuracy))
    # the edge covers the seam between two cells
    patch = Rectangle((column - 0.5, row - 0.5), 1, 1, linewidth=0.4, edgecolor=ground, gid=f"panel-{position}-cell")
    patch.set_facecolor("none" if diverged else ground)
    axes.add_patch(patch)


def _number(axes: Axes, place: tuple[int, int], result: "pd.Series[Any]", scale: Scale) -> None:
    accuracy = float(result["mean"])
    text, colour = "diverged", BLACK
    if not math.isnan(accuracy):
        colour = "#ffffff" if scale.share(accuracy) < 0.5 else "#111111"  # white on the dark half of the map
        text = f"{accuracy:.4f}" + (SOME_DIVERGED if result["diverged"] else "")
    axes.text(*place, text, ha="center", va="center", fontsize=SMALL, color=colour)


def _tick(value: float) -> str:
    return labels.mathtext("learning_rate", value).replace(r"\eta = ", "")


def _axis(parameter: str) -> str:
    words = labels.words(parameter).capitalize()
    return {"learning_rate": rf"{words} $\eta$", "reg": rf"{words} $\lambda$"}.get(parameter, words)
