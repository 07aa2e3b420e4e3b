"""The figure of the claims: three comparisons on a scale of their own, where equal epochs would mislead.

Learning rates against learning rate × epochs, batch sizes against the number of updates, and the best configuration
trained on with and without the penalty. Means over the seeds; a panel without runs says so. A page script finds what is
drawn by these ids: the k-th mark, curve by curve, is in `panel-{k}-mark`, and `frame-{k}` in its middle answers.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline.config.quantity import Quantity
from pipeline.evidence.claims_curves import LOWEST, Curve
from pipeline.experiments.labels import mathtext
from pipeline.figures.drawing import mark
from pipeline.figures.style import FULL_WIDTH, OTHER_COLOUR, SMALL, TRAINING, VALIDATION

HEIGHT = 2.5  # inches
PANELS = (
    ("Rates at equal learning rate × epochs", "Learning rate × epochs"),
    ("Batch sizes at equal updates", "Updates, thousands"),
    ("The best configuration, trained on", "Epoch"),
)
STYLES: tuple[dict[str, Any], ...] = (
    {"color": TRAINING.colour, "linestyle": "-", "marker": "o"},
    {"color": VALIDATION.colour, "linestyle": "--", "marker": "s"},
    {"color": OTHER_COLOUR, "linestyle": ":", "marker": "^"},
)


def draw(shown: Sequence[Curve]) -> Canvas:
    """Draw the three panels; in the last one also the training accuracies, as thin lines."""
    canvas = Canvas(figsize=(FULL_WIDTH, HEIGHT), layout="constrained")
    panels = canvas.subplots(1, len(PANELS))
    number = 0
    for panel, axes in enumerate(panels):
        own = [curve for curve in shown if curve.panel == panel]
        _frame(axes, panel, bool(own))
        for curve, style in zip(own, STYLES, strict=False):
            if panel == len(PANELS) - 1:
                _line(axes, curve, curve.training, {**style, "linewidth": 0.5})
            _line(axes, curve, curve.validation, style)
            for epoch in curve.marked:
                marker = {"marker": style["marker"], "color": style["color"], "markersize": 3}
                mark(axes, number, epoch * curve.unit, curve.validation[epoch - 1], **marker)
                number += 1
            name = mathtext(curve.parameter, Quantity(curve.value))
            axes.plot([], [], label=name, markersize=3, linewidth=1.1, **style)
        if own:
            axes.legend(
                fontsize=SMALL, frameon=False, handlelength=2.2, borderpad=0, labelspacing=0.2, loc="lower right"
            )
    panels[0].set_ylabel("Validation accuracy")
    return canvas


def _frame(axes: Axes, panel: int, trained: bool) -> None:
    title, scale = PANELS[panel]
    axes.set_title(title, fontsize=SMALL)
    if not trained:
        axes.text(0.5, 0.5, "not trained", transform=axes.transAxes, ha="center", style="italic")
        axes.set(xticks=[], yticks=[])
        return
    axes.set_xlabel(scale)
    if panel == 0:
        axes.set_xscale("log")
        axes.set_xticks([0.3, 1, 3, 10], ["0.3", "1", "3", "10"])
        axes.minorticks_off()


def _line(axes: Axes, curve: Curve, accuracies: Sequence[float], style: dict[str, Any]) -> None:
    seen = [(epoch * curve.unit, each) for epoch, each in enumerate(accuracies, start=1) if each >= LOWEST]
    axes.plot([x for x, _ in seen], [y for _, y in seen], **{"linewidth": 1.1, **style, "marker": ""})
