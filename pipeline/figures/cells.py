"""The figure of results/evidence/cells.csv: every printed number on the interval of its runs.

A row for each judged cell, in the order of the file. Zero is the mean of the runs; distances are in percentage points
on a scale that is linear near zero and logarithmic beyond. A page script finds what is drawn by these ids: the k-th
judged cell has its mark in `panel-{k}-mark`, and `frame-{k}` is the place in its middle that answers.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline.config.metrics import METRICS
from pipeline.config.quantity import Quantity
from pipeline.experiments.labels import mathtext, mathtext_value, minus
from pipeline.figures.drawing import mark
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION
from pipeline.writeup.published import RATE, UNNAMED

ROW = 0.135  # inches
LINEAR = 0.1  # percentage points around zero
HEAD = 1.3  # rows that the name of a table takes
STYLES: dict[str, tuple[dict[str, Any], str]] = {  # of a mark, and what stands beside it
    "reproduced": ({"color": TRAINING.colour, "marker": "o", "markersize": 4}, ""),
    "unusual": ({"color": VALIDATION.colour, "marker": "D", "markersize": 3.8}, "unusual"),
    "not reproduced": ({"color": VALIDATION.colour, "marker": "X", "markersize": 6}, "not reproduced"),
}


def draw(cells: pd.DataFrame) -> Canvas:
    """Draw the judged cells of cells.csv; a note where there are none."""
    judged = cells[cells["verdict"] != "not judged"].reset_index(drop=True)
    heights = _heights(judged)
    rows = heights[-1] if heights else 1
    canvas = Canvas(figsize=(FULL_WIDTH, max(1.2, 0.6 + ROW * rows)), layout="constrained")
    axes = canvas.subplots()
    if not heights:
        axes.text(0.5, 0.5, "no cell can be judged", transform=axes.transAxes, ha="center", style="italic")
        axes.set(xticks=[], yticks=[])
        return canvas
    for number, (place, row) in enumerate(zip(heights, judged.itertuples(), strict=True)):
        _cell(axes, number, place, row)
    _frame(axes, judged, heights)
    return canvas


def _heights(judged: pd.DataFrame) -> list[float]:
    """Where each row is, from the top; the first of a table leaves room for its name."""
    places: list[float] = []
    previous = None
    for table in judged["table"]:
        places.append((places[-1] + 1 if places else 0.0) + HEAD * (table != previous))
        previous = table
    return places


def _cell(axes: Axes, number: int, place: float, row: Any) -> None:
    ends = (row.low, row.high, row.file_low, row.file_high, float(row.published))
    low, high, file_low, file_high, printed = ((value - row.mean) * 100 for value in ends)
    axes.plot([file_low, file_high], [place, place], color=OTHER_COLOUR, linewidth=0.7, solid_capstyle="butt")
    axes.plot([low, high], [place, place], color=OTHER_COLOUR, linewidth=2.4, solid_capstyle="butt")
    axes.plot([0], [place], marker="|", markersize=5, color=OTHER_COLOUR, linestyle="none")
    style, note = STYLES[row.verdict]
    mark(axes, number, printed, place, zorder=3, markeredgewidth=0, **style)
    if note:
        axes.annotate(
            note,
            (max(printed, file_high), place),
            xytext=(7, 0),
            textcoords="offset points",
            color=VALIDATION.ink,
            fontsize=SMALL,
            va="center",
        )


def _frame(axes: Axes, judged: pd.DataFrame, heights: list[float]) -> None:
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=0.7)
    printed = (judged["published"].astype(float) - judged["mean"]) * 100
    reach = max(
        1.0,
        *(abs((judged[end] - judged["mean"]) * 100).max() for end in ("file_low", "file_high")),
        float(printed.abs().max()),
    )
    ticks = [tick for tick in (0.1, 1, 10, 100) if tick <= reach]
    axes.set_xlim(-1.3 * reach, 1.3 * reach)
    axes.set_xticks([*(-tick for tick in reversed(ticks)), 0, *ticks])
    axes.set_xticklabels([minus(f"{tick:+g}") if tick else "0" for tick in axes.get_xticks()])
    axes.minorticks_off()
    axes.set_ylim(heights[-1] + 0.8, -0.4)
    axes.set_yticks(heights, [_name(row) for row in judged.itertuples()])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=OTHER_COLOUR, linewidth=0.5, zorder=0)
    begins = judged["table"] != judged["table"].shift()
    for table, place, first in zip(judged["table"], heights, begins, strict=True):
        if first:
            axes.annotate(
                f"Write-up’s {table}",
                (0, place - 1),
                xycoords=axes.get_yaxis_transform(),
                xytext=(-3.5, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=SMALL,
                fontweight="bold",
                annotation_clip=False,
                parse_math=False,
            )
    axes.set_xlabel("Printed number minus mean of the runs, percentage points")


def _name(row: Any) -> str:
    metric = METRICS[row.row.removesuffix(RATE)].title.split(",")[0].lower().removesuffix(" accuracy")
    return f"{metric}{', rate' * row.row.endswith(RATE)}, {_setting(row.column)}"


def _setting(column: str) -> str:
    """A column of cells.csv, 'reg e^-1, batch_size 16', as mathtext."""
    if column == UNNAMED:
        return column
    pairs = (pair.split(" ", 1) for pair in column.split(", "))
    return ", ".join(_one_setting(name, value) for name, value in pairs)


def _one_setting(name: str, value: str) -> str:
    """One parameter; of a rate of change from one value to another, as an arrow."""
    first, to, second = value.partition(" to ")
    return mathtext(name, Quantity(first)) + (f" → {mathtext_value(Quantity(second))}" if to else "")
