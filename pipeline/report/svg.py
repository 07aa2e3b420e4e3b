"""Placing an SVG figure in the page: inline on screen, as an image in print."""

import base64
import re

from markupsafe import Markup

from pipeline.figures.style import PROPERTIES

REM_PER_POINT = 0.1  # two figures fill the width of the page
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_SERIES = re.compile(rf"(fill|stroke): ?({'|'.join(PROPERTIES)})")
_SIZE = re.compile(r'width="([\d.]+)pt" height="[\d.]+pt"')
_BLACK = re.compile(r"(fill|stroke): ?#000000")


def inline(svg: str, name: str, description: str) -> Markup:
    """The SVG as an element of the page: ids made unique by `name`, black in the colour of the text,
    the colours of the series as custom properties, the size relative to that of the page's type.
    """
    body = svg[svg.index("<svg") :]
    body = _ID.sub(lambda match: f"{match[1]}{name}-", body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _BLACK.sub(r"\1: currentColor", body)
    body = _SERIES.sub(lambda match: f"{match[1]}: var({PROPERTIES[match[2]]}, {match[2]})", body)
    body = _SIZE.sub(lambda match: f'style="width: {float(match[1]) * REM_PER_POINT:.4g}rem"', body, count=1)
    label = Markup('<svg role="img" aria-label="{}"').format(description)
    return Markup(body.replace("<svg", label, 1))  # noqa: S704 - our own figure, its label escaped


def image(svg: str, description: str) -> Markup:
    """The SVG as an <img> that carries its own data."""
    data = base64.b64encode(svg.encode()).decode()
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, description)
