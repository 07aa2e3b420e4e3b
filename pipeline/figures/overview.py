"""The figure of the first page: the printed accuracies against those of the runs, and every verdict of the report.

On the left a mark for each verdict, row by row. On the right one for each judged accuracy of cells.csv, its bar where
one more run would fall; on the diagonal both are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION
from pipeline.writeup.published import RATE

FILES = {"Printed numbers": "cells", "Arithmetic, checks": "audit", "Mathematics": "mathematics", "Claims": "claims"}
HEIGHT = 2.3  # inches
IN_A_ROW = 14  # marks: with their names as wide as a telephone
HALF_A_LINE = 0.6  # of the two beside a row, in rows of marks
TICKS = (0, 0.5, 1)  # of accuracy


@dataclass(frozen=True)
class Outcome:
    """What some of the verdicts have in common, and how they are marked."""

    name: str
    verdicts: tuple[str, ...]
    style: dict[str, Any]


OUTCOMES = (
    Outcome("holds", ("reproduced", "right", "supported"), {"color": TRAINING.colour, "marker": "s"}),
    Outcome(
        "in between",
        ("unusual", "slip", "undetermined"),
        {"color": OTHER_COLOUR, "marker": "D", "fillstyle": "none"},
    ),
    Outcome("does not hold", ("not reproduced", "wrong", "contradicted"), {"color": VALIDATION.colour, "marker": "X"}),
)


def draw(verdicts: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the tables of verdicts by the names of FILES."""
    canvas = Canvas(figsize=(FULL_WIDTH, HEIGHT), layout="constrained")
    left, right = canvas.subplots(1, 2, width_ratios=(1, 1.25))
    _verdicts(left, {name: list(table["verdict"]) for name, table in verdicts.items()})
    _accuracies(right, verdicts["Printed numbers"])
    return canvas


def _accuracies(axes: Axes, cells: pd.DataFrame) -> None:
    judged = cells[(cells["verdict"] != "not judged") & ~cells["row"].str.endswith(RATE)]
    axes.axline((0, 0), slope=1, color=OTHER_COLOUR, linewidth=0.5)
    axes.hlines(judged["published"].astype(float), judged["low"], judged["high"], color=OTHER_COLOUR, linewidth=0.8)
    for place, outcome in enumerate(OUTCOMES):
        own = judged[judged["verdict"].isin(outcome.verdicts)]
        style = {"markersize": 3.2, "linestyle": "none", "gid": f"accuracies-{place}", **outcome.style}
        axes.plot(own["mean"], own["published"].astype(float), markeredgewidth=0.6, **style)
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=TICKS, yticks=TICKS, aspect="equal")
    axes.set(xlabel="Accuracy of the runs", ylabel="Printed accuracy")


def _verdicts(axes: Axes, rows: Mapping[str, Sequence[str]]) -> None:
    place = 0.0
    for number, (name, verdicts) in enumerate(rows.items()):
        judged = [verdict for verdict in verdicts if any(verdict in outcome.verdicts for outcome in OUTCOMES)]
        lines = max(1, -(-len(judged) // IN_A_ROW))
        told = _told(judged)
        middle = place + (lines - 1) / 2
        style: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": SMALL}
        axes.text(-1, middle - HALF_A_LINE, name, fontweight="bold", **style)
        axes.text(-1, middle + HALF_A_LINE, told, **style)
        _marks(axes, number, judged, place)
        place += max(lines, 1.2) + 0.8
    _legend(axes)
    axes.set(xlim=(-0.5, IN_A_ROW - 0.5), ylim=(place - 1.2, -0.8))
    axes.set_axis_off()


def _told(verdicts: Sequence[str]) -> str:
    if not verdicts:
        return "not judged"
    holds, between, _ = (sum(verdict in outcome.verdicts for verdict in verdicts) for outcome in OUTCOMES)
    return "none is decided" if between == len(verdicts) else f"{holds} of {len(verdicts)} hold"


def _marks(axes: Axes, row: int, verdicts: Sequence[str], top: float) -> None:
    """Those that hold first, IN_A_ROW in each line; `row-{row}-{outcome}` are the marks of one outcome."""
    drawn = 0
    for place, outcome in enumerate(OUTCOMES):
        numbers = range(drawn, drawn + sum(verdict in outcome.verdicts for verdict in verdicts))
        across, down = [n % IN_A_ROW for n in numbers], [top + n // IN_A_ROW for n in numbers]
        axes.plot(
            across, down, linestyle="none", markersize=5, markeredgewidth=0.8, gid=f"row-{row}-{place}", **outcome.style
        )
        drawn += len(numbers)


def _legend(axes: Axes) -> None:
    for outcome in OUTCOMES:
        axes.plot([], [], linestyle="none", markersize=5, label=outcome.name, **outcome.style)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, handletextpad=0, columnspacing=0.6)
