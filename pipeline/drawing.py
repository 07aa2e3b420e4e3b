"""A drawn figure as SVG."""

import io

from matplotlib.figure import Figure as Canvas


def to_svg(canvas: Canvas) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return buffer.getvalue()
