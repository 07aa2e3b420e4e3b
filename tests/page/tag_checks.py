"""Checks of a PDF's tags: by a validator of others, and what a validator of any file cannot know."""

import re
from itertools import pairwise
from pathlib import Path

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from page.pdf_checks import elements, texts
from page.programs import ROOT, TOOLS, output

PYTHON = ROOT / ".venv-crate/bin/python"
MARKED = re.compile(rb"/MCID (\d+)")


def accessible(pdf: Path) -> list[str]:
    """Every rule of PDF/UA-1 that the file breaks."""
    return output(str(PYTHON), TOOLS / "validate_pdf.py", pdf).splitlines()


def described_links(pdf: Path) -> list[str]:
    """Links that are described by nothing, or by the name of their target."""
    links = [
        (n, link.get_object()) for n, page in enumerate(PdfReader(pdf).pages, 1) for link in page.get("/Annots", [])
    ]
    return [
        f"page {number}: expected words for the link to {link.get('/Dest')}, found {link.get('/Contents')}"
        for number, link in links
        if link.get("/Contents") in (None, "", link.get("/Dest"))
    ]


def whole_tables(pdf: Path) -> list[str]:
    """Tables with the header of the table before: pieces of one that goes on over pages."""
    heads = [text for _, text in texts(pdf, "THead")]
    return [
        f"table {number}: expected its rows in the table before it, which has the header {head}, found them apart"
        for number, (before, head) in enumerate(pairwise(heads), 2)
        if before == head
    ]


def artifacts(pdf: Path) -> list[str]:
    """Pages with marked content that no tag holds, such as their number: it is to be marked as an artifact."""
    reader = PdfReader(pdf)
    held = {page.indirect_reference: set[int]() for page in reader.pages}
    for _, element in elements(reader.root_object):
        if content := _content(element):
            held[element.raw_get("/Pg")] |= content
    return [
        f"page {number}: expected all marked content in the tags, found {len(missing)} outside"
        for number, page in enumerate(reader.pages, 1)
        if (missing := set(map(int, MARKED.findall(page.get_contents().get_data()))) - held[page.indirect_reference])
    ]


def _content(element: DictionaryObject) -> set[int]:
    kids = element.get("/K", [])
    return {int(kid) for kid in (kids if isinstance(kids, list) else [kids]) if isinstance(kid, int)}
