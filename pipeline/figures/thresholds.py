"""The figure of the thresholds: for which of them each deciding test would be supported, undetermined or contradicted.

A row for each test that was measured, in the order of the claims; a panel for percentage points and one for what is
counted or is a ratio. A page script finds what is drawn by these ids: the k-th row has its threshold in
`panel-{k}-mark`, and `frame-{k}` in its middle answers.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline.analysis.intervals import Interval
from pipeline.evidence.claims import ClaimVerdict
from pipeline.evidence.claims_thresholds import Row
from pipeline.experiments.labels import minus
from pipeline.figures.drawing import mark
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION

ROW = 0.14  # inches
LINEAR = 1.0  # in the unit, around zero
REACH = 1.6  # of the axes, beyond what is drawn
LINES: dict[ClaimVerdict, dict[str, Any]] = {
    "supported": {"color": TRAINING.colour, "linestyle": "-", "linewidth": 1.6},
    "contradicted": {"color": VALIDATION.colour, "linestyle": (0, (2.5, 1.2)), "linewidth": 1.6},
    "undetermined": {"color": OTHER_COLOUR, "linestyle": "-", "linewidth": 2.4},
}
MARKS: dict[ClaimVerdict, dict[str, Any]] = {
    "supported": {"color": TRAINING.colour, "marker": "o", "markersize": 4.2},
    "contradicted": {"color": VALIDATION.colour, "marker": "X", "markersize": 5.6, "markeredgewidth": 0},
    "undetermined": {"color": OTHER_COLOUR, "marker": "D", "markersize": 4.6},
}
TICKS = (0.5, 1, 10, 100)


def draw(shown: Sequence[Row]) -> Canvas:
    """Draw the rows; a note where there are none."""
    panels = [part for part in ([row for row in shown if row.points], [row for row in shown if not row.points]) if part]
    height = 1.0 + ROW * len(shown) + 0.45 * len(panels)
    canvas = Canvas(figsize=(FULL_WIDTH, height), layout="constrained")
    if not panels:
        axes = canvas.subplots()
        axes.text(0.5, 0.5, "no claim can be judged", transform=axes.transAxes, ha="center", style="italic")
        axes.set(xticks=[], yticks=[])
        return canvas
    frames = canvas.subplots(len(panels), 1, squeeze=False, height_ratios=[len(part) + 1.5 for part in panels])[:, 0]
    number = 0
    for axes, part in zip(frames, panels, strict=True):
        reach = _frame(axes, part)
        for place, row in enumerate(part):
            _draw_row(axes, number, place, row, reach)
            number += 1
    for verdict, line in LINES.items():
        frames[0].plot([], [], label=verdict, **{**MARKS[verdict], **line})
    canvas.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=SMALL, handlelength=3)
    return canvas


def _frame(axes: Axes, part: Sequence[Row]) -> Interval:
    """The ends of the axis: as far to either side as a row has something to show."""
    places = [each for row in part for each in (row.threshold, row.open.low, row.open.high)]
    reach = Interval(min(-LINEAR, REACH * min(places)), max(LINEAR, REACH * max(places)))
    axes.set_xscale("symlog", linthresh=LINEAR, linscale=1.2)
    axes.set_xlim(reach.low, reach.high)
    ticks = [0.0, *(sign * tick for tick in TICKS for sign in (-1, 1) if reach.low <= sign * tick <= reach.high)]
    axes.set_xticks(ticks, [minus(f"{tick:g}") for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.set_yticks(range(len(part)), [row.name for row in part])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=OTHER_COLOUR, linewidth=0.5, zorder=0)
    axes.set_xlabel("Threshold, percentage points" if part[0].points else "Threshold, in the unit of the row")
    return reach


def _draw_row(axes: Axes, number: int, place: int, row: Row, reach: Interval) -> None:
    below: ClaimVerdict = "supported" if row.above else "contradicted"
    beyond: ClaimVerdict = "contradicted" if row.above else "supported"
    for verdict, ends in (
        (below, (reach.low, row.open.low)),
        ("undetermined", (row.open.low, row.open.high)),
        (beyond, (row.open.high, reach.high)),
    ):
        axes.plot(ends, [place, place], solid_capstyle="butt", dash_capstyle="butt", **LINES[verdict])
    mark(axes, number, row.threshold, place, zorder=3, **MARKS[row.verdict])
