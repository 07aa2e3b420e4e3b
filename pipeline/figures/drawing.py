"""What figures share in the making: marks that answer a reader, and the SVG."""

import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

# so small that of two marks which cover each other the nearer one answers
UNSEEN: dict[str, Any] = {"marker": "s", "markersize": 0.1, "alpha": 0}


def mark(axes: Axes, number: int, x: float, y: float, **style: Any) -> None:
    """One mark with a row of data of its own: `panel-{number}-mark`, and in its middle `frame-{number}`, unseen."""
    axes.plot([x], [y], linestyle="none", gid=f"panel-{number}-mark", **style)
    axes.plot([x], [y], linestyle="none", gid=f"frame-{number}", color=style["color"], **UNSEEN)


def to_svg(canvas: Canvas) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return buffer.getvalue()
