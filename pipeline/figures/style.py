"""What the figures have in common: sizes in inches, type in points, and the colours of the two series.

The colours are Okabe and Ito's, told apart in grey by line and marker. On the screen each is a CSS custom
property, so that templates/figure.css can set another for a dark page.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl

SINGLE = (3.25, 1.95)  # inches; two stand side by side on the page
FULL_WIDTH = 6.6
SMALL = 8.0  # points, the smallest text
STYLE: dict[Any, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.3,
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
}


def house_style() -> AbstractContextManager[None]:
    """Matplotlib's own defaults with STYLE over them, for a while: no file of the user's decides how a figure looks."""
    return mpl.rc_context(dict(mpl.rcParamsDefault) | STYLE)


@dataclass(frozen=True)
class Series:
    """How the curve of one part of the data looks; `ink` is its colour for text, which needs more contrast."""

    name: str
    colour: str
    ink: str
    line: Literal["-", "--"]
    marker: str


OTHER_COLOUR = "#777777"  # stands out from a light page and from a dark one
TRAINING = Series("training", "#0072b2", "#0072b2", "-", "o")
VALIDATION = Series("validation", "#d55e00", "#a84b00", "--", "s")
SERIES = (TRAINING, VALIDATION)
PROPERTIES = {
    TRAINING.colour: "--training",
    VALIDATION.colour: "--validation",
    VALIDATION.ink: "--validation-text",
}
