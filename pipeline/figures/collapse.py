"""The figure of results/collapse/collapse.csv: the norm of W1 after training, by coefficient, and the critical one.

A column for each coefficient, from the smallest to the largest, equally far from each other: they may lie close
together, or be zero. A page script finds what is drawn by these ids: the k-th column has its mark in `panel-{k}-mark`,
and `frame-{k}` is the place in its middle that answers.
"""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, NullFormatter

from pipeline.analysis import collapse, linearisation
from pipeline.analysis.collapse import CoefficientOutcome
from pipeline.analysis.linearisation import Linearisation
from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.settings import Config
from pipeline.experiments.labels import mathtext_value
from pipeline.figures.drawing import mark, to_svg
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION, house_style
from pipeline.files.sealed import write_text

HEIGHT = 2.7  # inches
UPRIGHT = 14  # columns from which on their values are written upwards
ROOM = 0.15  # of the columns, which what is written above them takes
SMALLEST = 1e-8  # norms below are drawn there


def draw(config: Config, linear: Linearisation, outcomes: list[CoefficientOutcome]) -> Canvas:
    """Draw every configuration of which a run finished; a note where there is none."""
    columns = collapse.distinct(outcomes)
    canvas = Canvas(figsize=(FULL_WIDTH, HEIGHT), layout="constrained")
    axes = canvas.subplots()
    axes.set(yscale="log", xlim=(-0.6, len(columns) - 0.4))
    for number, outcome in enumerate(columns):
        _column(axes, number, outcome)
    if not any(each.n for each in columns):
        axes.text(0.5, 0.5, "diverged", transform=axes.transAxes, ha="center", style="italic")
    _frame(axes, config, columns)
    _critical(axes, linear, columns)
    return canvas


def _column(axes: Axes, number: int, outcome: CoefficientOutcome) -> None:
    start = max(outcome.w1_start, SMALLEST)
    axes.plot([number - 0.4, number + 0.4], [start, start], color=OTHER_COLOUR, linewidth=0.9, linestyle=(0, (4, 2)))
    if not outcome.n:
        return
    norm, estimate = max(outcome.w1_mean, SMALLEST), outcome.norm("w1")
    series, size = (TRAINING, 5.0) if outcome.grew else (VALIDATION, 4.6)
    if estimate.sd:
        ends = [max(norm - estimate.sd, SMALLEST), norm + estimate.sd]
        axes.plot([number, number], ends, color=series.colour, linewidth=1.0)
    filled = "full" if outcome.decided else "none"
    style: dict[str, Any] = {"marker": series.marker, "markersize": size, "color": series.colour, "fillstyle": filled}
    mark(axes, number, number, norm, zorder=3, **style)


def _frame(axes: Axes, config: Config, columns: list[CoefficientOutcome]) -> None:
    written = {float(c.reg): c.reg for e in collapse.experiments(config) for c in e.configurations}
    upright = len(columns) > UPRIGHT
    between = "  " if upright else "\n"
    names = [f"{mathtext_value(written[each.reg])}{between}{each.ratio:.2f}" for each in columns]
    axes.set_xticks(range(len(columns)), names, rotation=90 if upright else 0)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    low, high = axes.get_ylim()
    axes.set_ylim(low / 1.5, high * 2.5)  # room for what is written above
    axes.set(xlabel=r"Coefficient $\lambda$, and $\lambda/\lambda^*$ below it", ylabel=r"Norm of $W_1$")
    axes.annotate(
        "start",
        (1, max(columns[-1].w1_start, SMALLEST)),
        xycoords=axes.get_yaxis_transform(),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=SMALL,
        va="center",
        annotation_clip=False,
    )


def _critical(axes: Axes, linear: Linearisation, columns: list[CoefficientOutcome]) -> None:
    """A line between the columns on either side of the critical coefficient, and what is predicted there."""
    below = sum(each.below for each in columns)
    place = below - 0.5
    axes.axvline(place, color="#000000", linewidth=0.9)
    top: dict[str, Any] = {"xycoords": axes.get_xaxis_transform(), "textcoords": "offset points", "fontsize": SMALL}
    over: dict[str, Any] = {"ha": "center", "va": "bottom", "annotation_clip": False}
    axes.annotate(rf"$\lambda^* = {linear.critical:.4f}$", (place, 1), xytext=(0, 2), **top, **over)
    if below >= ROOM * len(columns):
        axes.annotate("should grow", (place, 1), xytext=(-5, -3), ha="right", va="top", **top)
    if len(columns) - below >= ROOM * len(columns):
        axes.annotate("should shrink", (place, 1), xytext=(5, -3), ha="left", va="top", **top)


def write(config: Path, linear: Path, table: Path, output: Path) -> None:
    """Draw collapse.csv and write the SVG."""
    settings = configuration_file.read_resolved(config)
    with house_style():
        canvas = draw(settings, linearisation.read(linear), collapse.read_outcomes(table))
        write_text(output, to_svg(canvas))


main = command(write)

if __name__ == "__main__":
    main()
