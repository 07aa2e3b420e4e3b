"""What the figures have in common: sizes in inches, type in points, and the colours of the two series.

The colours are Okabe and Ito's, told apart in grey by line and marker. On the screen each is a CSS custom property,
with another value on a dark page (`custom_properties`).
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
    """How the curve of one part of the data looks.

    `ink` is its colour for text, which needs more contrast, and `dark` the one of both on a dark page.
    """

    name: str
    colour: str
    ink: str
    dark: str
    line: Literal["-", "--"]
    marker: str


OTHER_COLOUR = "#777777"  # stands out from a light page and from a dark one
TRAINING = Series("training", "#0072b2", "#0072b2", "#56b4e9", "-", "o")
VALIDATION = Series("validation", "#d55e00", "#a84b00", "#e69f00", "--", "s")
SERIES = (TRAINING, VALIDATION)
# Names of custom properties by the colours that they replace; ink that is the same as the line has none of its own.
PROPERTIES = {series.ink: f"--{series.name}-text" for series in SERIES} | {s.colour: f"--{s.name}" for s in SERIES}


def custom_properties() -> str:
    """CSS that gives the custom properties their values on a light page and on a dark one."""
    light = "; ".join(f"{name}: {colour}" for colour, name in PROPERTIES.items())
    dark = "; ".join(f"{PROPERTIES[colour]}: {s.dark}" for s in SERIES for colour in {s.colour: None, s.ink: None})
    return f":root {{ {light}; }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}; }} }}"
