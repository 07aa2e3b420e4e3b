"""Contrast of colours by the formula of WCAG 2."""

import re
from collections.abc import Sequence

from configuration import ROOT

TEMPLATES = ROOT / "templates"
PAGE = {"light": "page.css", "dark": "screen.css"}  # where the colour of the page is set
GROUNDS = {
    scheme: re.search(r"--page: (#[0-9a-f]+)", (TEMPLATES / name).read_text())[1] for scheme, name in PAGE.items()
}
TEXT, LINE = 4.5, 3.0  # WCAG AA


def rgb(colour: str) -> tuple[float, ...]:
    """#0072b2 as three numbers from 0 to 1."""
    return tuple(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))


def luminance(colour: Sequence[float]) -> float:
    """The relative luminance of red, green and blue from 0 to 1; more numbers are not looked at."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """From 1, the same colour, to 21, black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
