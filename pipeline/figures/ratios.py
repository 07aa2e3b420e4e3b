"""Validation accuracy of a grid against learning rate over batch size: a mark for each configuration that finished, and
a line through the means of equal ratios for each combination of the other parameters.

A page script finds what is drawn by these ids: the experiment's k-th configuration has its mark in `panel-{k}-mark`,
and `frame-{k}` is the place in its middle that answers.
"""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Annotation
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from pipeline.analysis import ratio
from pipeline.analysis.comparison import JUDGED_BY
from pipeline.analysis.ratio import Line
from pipeline.config.settings import Experiment
from pipeline.experiments import labels
from pipeline.experiments.tidy import Rows
from pipeline.figures.drawing import mark
from pipeline.figures.spacing import apart
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION

HEIGHT = 2.7  # inches
LINE_HEIGHT = 1.15 * SMALL  # points between two labels
LABEL_GAP = 6.0  # points between the last mark and its label


@dataclass(frozen=True)
class Look:
    """How a line looks; `ink` is the colour of its name."""

    colour: str
    ink: str
    marker: str
    line: str


COLOURS = ((TRAINING.colour, TRAINING.ink), (VALIDATION.colour, VALIDATION.ink), (OTHER_COLOUR, "#000000"))
LOOKS = [Look(*COLOURS[k % 3], marker, "-" if k < 3 else "--") for k, marker in enumerate("osD^vP")]


def draw(experiment: Experiment, summary: pd.DataFrame) -> Canvas:
    """Draw the finished configurations of a grid; a note where there are none."""
    results = Rows(summary[summary["metric"] == JUDGED_BY])
    means = {c: results.of(experiment, c).iloc[0] for c in experiment.configurations}
    accuracies = {c: float(row["mean"]) for c, row in means.items() if row["n"] and not row["diverged"]}
    canvas = Canvas(figsize=(FULL_WIDTH, HEIGHT), layout="constrained")
    axes = canvas.subplots()
    _frame(axes)
    lines = ratio.lines(experiment, accuracies)
    if not lines:
        axes.text(0.5, 0.5, "diverged", transform=axes.transAxes, ha="center", style="italic")
    looks = {line.shared: look for line, look in zip(lines, LOOKS, strict=False)}
    for line in lines:
        look = looks[line.shared]
        axes.plot(list(line.means), list(line.means.values()), color=look.colour, linestyle=look.line, linewidth=1.0)
    for number, configuration in enumerate(experiment.configurations):
        if configuration in accuracies:
            look = looks[ratio.shared(configuration)]
            style = {"color": look.colour, "marker": look.marker, "markersize": 3.6, "markeredgewidth": 0, "zorder": 3}
            mark(axes, number, ratio.of(configuration), accuracies[configuration], **style)
    if len(lines) > 1:
        _name_lines(canvas, axes, experiment, lines)
    return canvas


def _frame(axes: Axes) -> None:
    axes.set(xscale="log", xlabel="Learning rate / batch size", ylabel="Validation accuracy, best epoch")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()


def _name_lines(canvas: Canvas, axes: Axes, experiment: Experiment, lines: tuple[Line, ...]) -> None:
    """The name of each line beside its last mark, moved as far as it takes for none to cover another."""
    others = [name for name in experiment.varied if name not in ratio.PARAMETERS]
    notes = [_label(axes, line, look, others) for line, look in zip(lines, LOOKS, strict=False)]
    canvas.draw_without_rendering()  # settles the layout, which moving a label up or down leaves as it is
    scale = 72 / canvas.dpi
    heights = [float(axes.transData.transform(note.xy)[1]) * scale for note in notes]
    bottom, top = (y * scale for y in axes.get_window_extent().intervaly)
    for note, height, place in zip(notes, heights, apart(heights, LINE_HEIGHT, (bottom, top)), strict=True):
        note.set_position((LABEL_GAP, place - height))


def _label(axes: Axes, line: Line, look: Look, others: list[str]) -> Annotation:
    last, accuracy = list(line.means.items())[-1]
    return axes.annotate(
        ", ".join(labels.mathtext(name, line.shared.value(name)) for name in others),
        (last, accuracy),
        xytext=(LABEL_GAP, 0),
        textcoords="offset points",
        color=look.ink,
        fontsize=SMALL,
        va="center",
        annotation_clip=False,
    )
