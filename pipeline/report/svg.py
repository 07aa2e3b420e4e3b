"""Placing an SVG figure in the page: inline on screen, as an image in print."""

import base64
import re

from markupsafe import Markup

from pipeline.figures.style import PROPERTIES

REM_PER_POINT = 0.1  # two figures fill the width of the page
LEGIBLE = 0.7  # of that size; a screen that is narrower scrolls the figure
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_SERIES = re.compile(rf"(fill|stroke): ?({'|'.join(PROPERTIES)})")
_SIZE = re.compile(r'width="([\d.]+)pt" height="[\d.]+pt"')
_PLACES = re.compile(r' (?:d|x|y)="[^"]*"')
_EXACT = re.compile(r"-?\d+\.\d{3,}")
_INDENT = re.compile(r"\n\s+")
_BLACK = re.compile(r"(fill|stroke): ?#000000")


def inline(svg: str, name: str, description: str) -> Markup:
    """The SVG as an element of the page: ids made unique by `name`, black in the colour of the text,
    the colours of the series as custom properties, the size relative to that of the page's type. Places are rounded to
    a hundredth of a point, which nobody sees and a tenth of the page is made of.
    """
    body = svg[svg.index("<svg") :]
    body = _ID.sub(lambda match: f"{match[1]}{name}-", body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _PLACES.sub(lambda places: _EXACT.sub(lambda exact: f"{float(exact[0]):.2f}", places[0]), body)
    body = _INDENT.sub("\n", body)
    body = _BLACK.sub(r"\1: currentColor", body)
    body = _SERIES.sub(lambda match: f"{match[1]}: var({PROPERTIES[match[2]]}, {match[2]})", body)
    body = _SIZE.sub(lambda match: _size(float(match[1]) * REM_PER_POINT), body, count=1)
    label = Markup('<svg role="img" aria-label="{}"').format(description)
    return Markup(body.replace("<svg", label, 1))  # noqa: S704 - our own figure, its label escaped


def _size(rem: float) -> str:
    return f'style="width: {rem:.4g}rem; min-width: {LEGIBLE * rem:.4g}rem"'


def image(svg: str, description: str) -> Markup:
    """The SVG as an <img> that carries its own data."""
    data = base64.b64encode(svg.encode()).decode()
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, description)
