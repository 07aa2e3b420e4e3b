"""The figure of the randomization tests: training accuracy against the epoch, a panel for each test.

The epochs are on a logarithmic axis, where a test that takes a constant factor longer is a constant distance away. Pale
lines are the seeds, the marked one is their mean.

A page script finds what is drawn by these ids: `frame-{p}` is the frame of panel p, and the k-th mark in
`panel-{p}-training` belongs to the k-th epoch of `randomisation_record.marked`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline.cli.command_line import command
from pipeline.experiments.labels import counted
from pipeline.figures.drawing import to_svg
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, STYLE, TRAINING, house_style
from pipeline.files.sealed import write_text
from pipeline.randomisation.record import Variant, VariantEpoch, VariantOutcome, marked, read

COLUMNS = 4  # panels per row at most
PANEL_HEIGHT = 1.55  # inches
MARKER = 2.8  # points
AROUND = 1.15  # between an epoch and the edge of the frame, as a factor
MARGIN = 0.05  # of the accuracies, above and below
PALE = 0.7  # opacity of a seed, which still tells it from the page


def draw(outcomes: Sequence[VariantOutcome]) -> Canvas:
    """Draw a panel for each test, in each the mean curve of the true labels as a thin line."""
    columns = min(COLUMNS, len(outcomes))
    rows = -(-len(outcomes) // columns)
    canvas = Canvas(figsize=(FULL_WIDTH, PANEL_HEIGHT * rows + 0.3), layout="constrained")
    grid = list(canvas.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for axes in grid[len(outcomes) :]:
        axes.set_visible(False)
    longest = max(1, *(len(outcome.course) for outcome in outcomes))
    reference = next((outcome for outcome in outcomes if outcome.variant.kind == "true_labels"), None)
    for panel, (axes, outcome) in enumerate(zip(grid, outcomes, strict=False)):
        _frame(axes, panel, longest)
        if reference and reference is not outcome:
            _line(axes, reference.course, color=OTHER_COLOUR, linewidth=0.8)
        if len(outcome.seeds) > 1:
            for seed in outcome.seeds:
                _line(axes, seed.epochs, color=TRAINING.colour, linewidth=0.6, alpha=PALE)
        _line(axes, outcome.course, color=TRAINING.colour)
        marks = marked(len(outcome.course))
        style: dict[str, Any] = {"marker": TRAINING.marker, "markersize": MARKER, "color": TRAINING.colour}
        accuracies = [outcome.course[epoch - 1].accuracy for epoch in marks]
        axes.plot(marks, accuracies, linestyle="none", gid=f"panel-{panel}-training", **style)
        axes.set_title(title(outcome.variant), pad=14)
        place: dict[str, Any] = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center", "va": "bottom"}
        axes.annotate(note(outcome), (0.5, 1), xycoords="axes fraction", style="italic", fontsize=SMALL, **place)
    for axes in grid[len(outcomes) - columns : len(outcomes)]:  # the lowest of their column
        axes.tick_params(labelbottom=True)
    canvas.supxlabel("Epoch", fontsize=STYLE["axes.labelsize"])
    canvas.supylabel("Training accuracy", fontsize=STYLE["axes.labelsize"])
    return canvas


def title(variant: Variant) -> str:
    """What is done in a test, as the title of its panel."""
    if variant.kind == "corrupted_labels":
        return f"labels, $p = {variant.corruption:.4g}$"
    return variant.words


def note(outcome: VariantOutcome) -> str:
    """When a test was fitted, or how far it came; with several seeds from the first to the last."""
    lost = sum(seed.diverged for seed in outcome.seeds)
    if lost:
        return "diverged" if lost == len(outcome.seeds) else f"{lost} of {len(outcome.seeds)} diverged"
    ended = "fitted" if outcome.fitted else f"{outcome.course[-1].accuracy:.4f}"
    fewest, most = (end(len(seed.epochs) for seed in outcome.seeds) for end in (min, max))
    return f"{ended} after {f'{fewest} to ' if fewest < most else ''}{counted(most, 'epoch')}"


def _line(axes: Axes, epochs: Sequence[VariantEpoch], **style: Any) -> None:
    axes.plot(range(1, len(epochs) + 1), [epoch.accuracy for epoch in epochs], **style)


def _frame(axes: Axes, panel: int, longest: int) -> None:
    axes.set_xscale("log")
    axes.set_xlim(1 / AROUND, longest * AROUND)
    ticks = [10**power for power in range(len(str(longest)))]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set_ylim(-MARGIN, 1 + MARGIN)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.minorticks_off()
    axes.patch.set_gid(f"frame-{panel}")


def write(tests: Sequence[str], /, results: Path, output: Path) -> None:
    """Read the tests in the folder `results` and write the SVG. Raises InputError if one does not fit."""
    outcomes = [read(results / test, Variant.named(test)) for test in tests]
    with house_style():
        write_text(output, to_svg(draw(outcomes)))


main = command(write)

if __name__ == "__main__":
    main()
