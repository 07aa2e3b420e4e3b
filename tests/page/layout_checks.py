"""What stands together stays together: a heading with its text, a figure with its caption."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from page.pdf_checks import elements
from page.programs import output

CAPTION = re.compile(r"\bFigure [A-Z]?\d+\. \S")
LOWEST = 40 / 25.4 * 72  # points above the page's edge: the margin, the heading and two lines of text
SMALLEST = 90  # points; the height of a figure, more than that of any formula


def stranded_headings(pdf: Path) -> list[str]:
    """Headings at the foot of a page, without room for two lines below them."""
    reader = PdfReader(pdf)
    return [
        f"{entry['/Title']}: expected it at least {LOWEST:.0f} points above the edge, found {entry['/Top']:.0f}"
        for entry in _flat(reader.outline)
        if entry["/Top"] < LOWEST
    ]


def separated_captions(pdf: Path) -> list[str]:
    """Pages with more captions than figures, or fewer."""
    figures = Counter(_pages_of_figures(pdf))
    problems = []
    for number, text in enumerate(output("pdftotext", "-layout", pdf, "-").split("\f"), 1):
        captions = len(CAPTION.findall(text))
        if captions != figures[number]:
            problems.append(f"page {number}: expected {captions} figures for as many captions, found {figures[number]}")
    return problems


def _flat(entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _flat(entry)
        else:
            yield entry


def _pages_of_figures(pdf: Path) -> Iterator[int]:
    reader = PdfReader(pdf)
    numbers = {page.indirect_reference: number for number, page in enumerate(reader.pages, 1)}
    for kind, element in elements(reader.root_object):
        if kind == "/Figure":
            _, low, _, high = element["/A"]["/BBox"]
            if high - low > SMALLEST:
                yield numbers[element.raw_get("/Pg")]
