"""Heat maps: validation accuracy over the parameters of a grid, a panel for each combination beyond two.

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

from pipeline import labels
from pipeline.runs import rows_of
from pipeline.settings import Configuration, Experiment
from pipeline.style import FULL_WIDTH, SMALL, STYLE

COLOURS = "cividis"
METRIC = "best_validation_accuracy"
LOWEST = 2.3  # inches; leaves room for what is written along the height
WIDEST = 7  # columns of a panel that shares its row
SOME_DIVERGED = "†"

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


def draw(experiment: Experiment, summary: pd.DataFrame) -> Canvas:
    """Draw every configuration of the experiment as a cell; a diverged one has no colour."""
    results = summary[(summary["experiment"] == experiment.name) & (summary["metric"] == METRIC)]
    across, down, *others = _axes(experiment)
    panels = list(dict.fromkeys(_values(c, others) for c in experiment.configurations))
    columns, rows = experiment.values(across), experiment.values(down)
    scale = Scale(results["mean"].min(), results["mean"].max())
    marked = bool((results["mean"].notna() & (results["diverged"] > 0)).any())
    canvas, grid = _canvas(len(panels), len(rows), len(columns), marked=marked)
    for axes, panel in zip(grid, panels, strict=True):
        axes.set_title(", ".join(labels.mathtext(n, v) for n, v in zip(others, panel, strict=True)), pad=4)
        _ticks(axes, columns, rows)
    for position, configuration in enumerate(experiment.configurations):
        axes = grid[panels.index(_values(configuration, others))]
        place = columns.index(configuration.value(across)), rows.index(configuration.value(down))
        _cell(axes, position, place, rows_of(results, experiment, configuration).iloc[0], scale)
    note = f"\n{SOME_DIVERGED} Mean of the runs that finished; others diverged." if marked else ""
    canvas.supxlabel(_axis(across) + note, fontsize=STYLE["axes.labelsize"])
    canvas.supylabel(_axis(down), fontsize=STYLE["axes.labelsize"])
    if results["mean"].notna().any():
        canvas.colorbar(scale.mappable(), ax=grid, label="Validation accuracy, best epoch", shrink=0.9, pad=0.02)
    return canvas


def _axes(experiment: Experiment) -> list[str]:
    """The parameters across, down and of the panels; a single varied one is joined by one that stays the same."""
    spare = "batch_size" if experiment.varied == ("reg",) else "reg"
    return [*experiment.varied, *([spare] if len(experiment.varied) == 1 else [])]


def _values(configuration: Configuration, names: Sequence[str]) -> Panel:
    return tuple(configuration.value(name) for name in names)


def _canvas(panels: int, rows: int, columns: int, *, marked: bool) -> tuple[Canvas, list[Axes]]:
    per_row = min(2, panels) if columns <= WIDEST else 1
    lines = -(-panels // per_row)
    height = max(lines * (0.55 + 0.27 * rows) + 0.5, LOWEST) + (0.15 if marked else 0)
    layout = ConstrainedLayoutEngine(h_pad=0.07)  # inches; a title stands nearer to its own panel
    canvas = Canvas(figsize=(FULL_WIDTH, height), layout=layout)
    grid = list(canvas.subplots(lines, per_row, squeeze=False, sharex=True, sharey=True).flat)
    for axes in grid[panels:]:
        axes.set_visible(False)
    return canvas, grid[:panels]


def _ticks(axes: Axes, columns: Sequence[float], rows: Sequence[float]) -> None:
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)  # the first value on top
    axes.set_xticks(range(len(columns)), [_tick(value) for value in columns])
    axes.set_yticks(range(len(rows)), [_tick(value) for value in rows])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _cell(axes: Axes, position: int, place: tuple[int, int], result: "pd.Series[Any]", scale: Scale) -> None:
    column, row = place
    accuracy = float(result["mean"])
    ground = colour = "#000000"  # black becomes the colour of the text around it
    text = "diverged"
    if not math.isnan(accuracy):
        share = scale.share(accuracy)
        ground = scale.colour(share)
        colour = "#ffffff" if share < 0.5 else "#111111"  # white on the dark half of the map
        text = f"{accuracy:.4f}" + (SOME_DIVERGED if result["diverged"] else "")
    # the edge covers the seam between two cells
    patch = Rectangle((column - 0.5, row - 0.5), 1, 1, linewidth=0.4, edgecolor=ground, gid=f"panel-{position}-cell")
    patch.set_facecolor("none" if math.isnan(accuracy) else ground)
    axes.add_patch(patch)
    axes.text(column, row, text, ha="center", va="center", fontsize=SMALL, color=colour)


def _tick(value: float) -> str:
    return labels.mathtext("learning_rate", value).replace(r"\eta = ", "")


def _axis(parameter: str) -> str:
    words = labels.words(parameter).capitalize()
    return {"learning_rate": rf"{words} $\eta$", "reg": rf"{words} $\lambda$"}.get(parameter, words)
