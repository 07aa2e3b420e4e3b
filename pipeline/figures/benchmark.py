"""The figure of report/benchmark.json: seconds per epoch against the batch size, a line for each system.

A page script finds what is drawn by these ids: the k-th record, by batch size and within it as in
`Benchmark.systems`, has its mark in `panel-{k}-mark`, and `frame-{k}` is the place in its middle that answers.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Annotation
from matplotlib.transforms import offset_copy

from pipeline.cli.command_line import command
from pipeline.figures.drawing import mark, to_svg
from pipeline.figures.spacing import apart
from pipeline.figures.style import OTHER_COLOUR, SMALL, TRAINING, house_style
from pipeline.files.sealed import write_text
from pipeline.training import benchmarks
from pipeline.training.benchmarks import FLOORS, OURS, Benchmark

WIDTH = 4.4  # inches
LOWEST = 2.4  # inches; more where more lines have to be named
LINE_HEIGHT = 1.15 * SMALL  # points between two labels
LABEL_GAP = 14.0  # points between the frame and its labels, which a thin line bridges
OUR_COLOUR = TRAINING.colour
FLOOR_STYLES = ((0, (4, 2)), (0, (1, 2)))  # dashed and dotted, as the page calls them
MARKERS = "osD^vPX<>"  # of the systems, in their order
STEPS = (1, 2, 5)  # what the ticks of the seconds begin with
MOST_TICKS = 8
AROUND = 1.05  # between a value and the edge of the frame at least, as a factor


def draw(benchmark: Benchmark) -> Canvas:
    """Draw the lines, those of this project's engines in front, and name each at its end."""
    names = len(benchmark.systems) + len(FLOORS)
    canvas = Canvas(figsize=(WIDTH, max(LOWEST, 0.9 + names * LINE_HEIGHT / 72)), layout="constrained")
    axes = canvas.subplots()
    _frame(axes, benchmark)
    sizes = [group.batch_size for group in benchmark.groups]
    ends: dict[str, tuple[float, float]] = {}
    floors = zip(*(group.floors for group in benchmark.groups), strict=True)
    for name, seconds, style in zip(FLOORS.values(), floors, FLOOR_STYLES, strict=True):
        axes.plot(sizes, seconds, linestyle=style, linewidth=0.7, color=OTHER_COLOUR)
        ends[name] = sizes[-1], seconds[-1]
    for system in benchmark.systems:
        points = [(g.batch_size, g.seconds[system]) for g in benchmark.groups if system in g.seconds]
        axes.plot(*zip(*points, strict=True), **_line(system))
        ends[system] = points[-1]
    _marks(axes, benchmark)
    _name_lines(canvas, axes, ends)
    return canvas


def _line(system: str) -> dict[str, Any]:
    if system in OURS:
        return {"color": OUR_COLOUR, "linewidth": 2.0, "zorder": 3}
    return {"color": OTHER_COLOUR, "linewidth": 0.9}


def _frame(axes: Axes, benchmark: Benchmark) -> None:
    sizes = [group.batch_size for group in benchmark.groups]
    seconds = [each for group in benchmark.groups for each in (*group.seconds.values(), *group.floors)]
    axes.set(xscale="log", yscale="log", xlabel="Batch size", ylabel="Seconds per epoch")
    margin = (sizes[-1] / sizes[0]) ** 0.05 if len(sizes) > 1 else 2
    axes.set_xlim(sizes[0] / margin, sizes[-1] * margin)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    around = ticks(min(seconds) / AROUND, max(seconds) * AROUND)
    axes.set_ylim(around[0], around[-1])
    shown = around[:: -(-len(around) // MOST_TICKS)]
    axes.set_yticks(shown, [f"{tick:g}" for tick in shown])
    axes.minorticks_off()


def ticks(low: float, high: float) -> list[float]:
    """The numbers 1, 2 and 5 times powers of ten from the last one up to `low` to the first one from `high` on.

    >>> ticks(0.3, 1.5)
    [0.2, 0.5, 1.0, 2.0]
    """
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    steps = [float(f"{step}e{power}") for power in powers for step in STEPS]
    first = max(k for k, step in enumerate(steps) if step <= low)
    last = min(k for k, step in enumerate(steps) if step >= high)
    return steps[first : last + 1]


def _marks(axes: Axes, benchmark: Benchmark) -> None:
    """A marker for each record, in a group of its own, and in its middle a frame that is not seen."""
    number = 0
    for group in benchmark.groups:
        for system, seconds in group.seconds.items():
            marker = MARKERS[benchmark.systems.index(system) % len(MARKERS)]
            if system in OURS:
                style: dict[str, Any] = {"color": OUR_COLOUR, "markersize": 4.5, "zorder": 4}
            else:
                style = {"color": OTHER_COLOUR, "markersize": 3.6}
            mark(axes, number, group.batch_size, seconds, marker=marker, markeredgewidth=0, clip_on=False, **style)
            number += 1


def _name_lines(canvas: Canvas, axes: Axes, ends: Mapping[str, tuple[float, float]]) -> None:
    notes = [_label(canvas, axes, name, end) for name, end in ends.items()]
    canvas.draw_without_rendering()  # settles the layout, which moving a label up or down leaves as it is
    to_points = 72 / canvas.dpi
    bottom, top = (y * to_points for y in axes.get_window_extent().intervaly)
    heights = [float(axes.transData.transform(end)[1]) * to_points for end in ends.values()]
    limits = bottom + LINE_HEIGHT / 2, top - LINE_HEIGHT / 2
    for note, place in zip(notes, apart(heights, LINE_HEIGHT, limits), strict=True):
        note.set_y((place - bottom) / (top - bottom))


def _label(canvas: Canvas, axes: Axes, name: str, end: tuple[float, float]) -> Annotation:
    """The name of a line at the right of the frame, with a thin line from its end."""
    ours = name in OURS
    leader = {"arrowstyle": "-", "linewidth": 0.5, "shrinkA": 1, "shrinkB": 3, "relpos": (0, 0.5)}
    return axes.annotate(
        name,
        end,
        xytext=(1, 0.5),
        textcoords=offset_copy(axes.transAxes, canvas, x=LABEL_GAP, units="points"),
        color=OUR_COLOUR if ours else "#000000",
        fontsize=SMALL,
        fontweight="bold" if ours else "normal",
        va="center",
        arrowprops=leader | {"color": OUR_COLOUR if ours else OTHER_COLOUR},
        annotation_clip=False,
        parse_math=False,
    )


def write(record: Path, /, output: Path) -> None:
    """Draw the file and write the SVG. Raises InputError if the file is not what it should be."""
    benchmark = benchmarks.read(record)
    with house_style():
        write_text(output, to_svg(draw(benchmark)))


main = command(write)

if __name__ == "__main__":
    main()
