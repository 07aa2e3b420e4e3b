"""The PDF says in numbers what the page on the screen says."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from page_checks import fail
from page_reader import Page
from pypdf import PdfReader

DECIMAL = re.compile(r"-?\d+\.\d{2,}")


def decimals(pdf: bytes) -> Counter[str]:
    """The numbers with two digits or more after the point in the text of a PDF."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return Counter(DECIMAL.findall("\n".join(pages).replace("\u2212", "-")))


def shown(page: Page) -> Counter[str]:
    """Those of the page: its sentences, captions, tables, lists and the drawings' texts, without what unfolds."""
    return Counter(number for text in _texts(page) for number in DECIMAL.findall(text.replace("\u2212", "-")))


def _texts(page: Page) -> Iterator[str]:
    for section in page.sections:
        yield from section.paragraphs
    for exhibit in page.exhibits.values():
        yield exhibit.caption
        if exhibit.drawing is not None:
            yield from _drawn(exhibit.drawing)
        if exhibit.name.startswith("table-") and exhibit.table:
            for row in exhibit.table.rows:
                yield from (*row.head, *row.cells.values())
    for name, table in page.tables.items():
        for row in table.rows if name != "appendix-keys" else ():  # which unfolds
            yield from (*row.head, *row.cells.values())
    yield from page.summary.values()


def _drawn(svg: ET.Element) -> Iterator[str]:
    for text in svg.iter("text"):
        yield "".join(text.itertext())


def same_numbers(page: Page, pdf: bytes) -> None:
    """Every accuracy of the page is in the PDF, as often at least, and the PDF has no other."""
    on_page, in_print = shown(page), decimals(pdf)
    if missing := on_page - in_print:
        fail(f"the PDF lacks numbers of the page: {dict(list(missing.items())[:8])}")
    if extra := set(in_print) - set(on_page):
        fail(f"the PDF has numbers that the page has not: {sorted(extra)[:8]}")
