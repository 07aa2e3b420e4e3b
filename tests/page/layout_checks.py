"""What stands together stays together: a heading with its text, a figure with its caption."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader

from page.pdf_checks import elements
from page.programs import output

Line = tuple[float, float, str]  # how far it begins from the left, and from the top, in points; its text
XHTML = "{http://www.w3.org/1999/xhtml}"
CAPTION = re.compile(r"\bFigure [A-Z]?\d+\. \S")
LOWEST = 40 / 25.4 * 72  # points above the page's edge: the margin, the heading and two lines of text
LEADING = (13.5, 16.5)  # points from a line of running text to the next
SMALL = 14  # points; higher than the lines of tables and captions
NEAR = 2  # points; two lines that begin as far to the left as each other
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


def lone_words(pdf: Path) -> list[str]:
    """Lines of a single word within a paragraph of running text, between two lines that begin where they do."""
    return [
        f"page {number}: expected full lines within a paragraph, found {line[2]!r}"
        for number, page in enumerate(_lines(pdf), 1)
        for line in page
        if " " not in line[2] and _continues(page, line, -1) and _continues(page, line, 1)
    ]


def _continues(page: list[Line], line: Line, direction: int) -> bool:
    left, top, _ = line
    return any(
        abs(other - left) < NEAR and LEADING[0] < direction * (y - top) < LEADING[1] and " " in text
        for other, y, text in page
    )


def _lines(pdf: Path) -> Iterator[list[Line]]:
    """The lines of running text of each page."""
    for page in ElementTree.fromstring(output("pdftotext", "-bbox-layout", pdf, "-")).iter(f"{XHTML}page"):
        yield [
            (float(line.get("xMin", 0)), float(line.get("yMin", 0)), " ".join(word.text or "" for word in line))
            for line in page.iter(f"{XHTML}line")
            if float(line.get("yMax", 0)) - float(line.get("yMin", 0)) > SMALL
        ]


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
