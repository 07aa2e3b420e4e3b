"""Checks of a tagged PDF. Each returns its problems, and none for a good file."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from page.programs import output, run

PDF_UA = "{http://www.aiim.org/pdfua/ns/id/}part"
EMBEDDED = {"/FontFile", "/FontFile2", "/FontFile3"}
Heading = tuple[int, str]


# --- The document


def intact(pdf: Path) -> list[str]:
    """What qpdf says of the file's syntax."""
    result = run("qpdf", "--check", pdf)
    return [] if result.returncode == 0 else result.stderr.splitlines()


def tagged(pdf: Path) -> list[str]:
    """The file says that it is tagged, and has tags."""
    root = _root(pdf)
    problems = []
    if not root.get("/MarkInfo", {}).get("/Marked"):
        problems.append("MarkInfo: expected Marked, found it unset")
    if not list(elements(root)):
        problems.append("StructTreeRoot: expected elements, found none")
    return problems


def language(pdf: Path) -> list[str]:
    """The catalog names a language."""
    return [] if _root(pdf).get("/Lang") else ["Lang: expected a language, found none"]


def title(pdf: Path) -> list[str]:
    """There is a title, and a viewer is asked to show it instead of the file's name."""
    problems = []
    information = PdfReader(pdf).metadata
    if not (information and (information.title or "").strip()):
        problems.append("Title: expected one, found none")
    if not _root(pdf).get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        problems.append("DisplayDocTitle: expected it, found it unset")
    return problems


def identifier(pdf: Path) -> list[str]:
    """The XMP metadata names PDF/UA."""
    metadata = _root(pdf).get("/Metadata")
    tree = ElementTree.fromstring(metadata.get_data() if metadata else b"<none/>")
    named = any(PDF_UA in element.attrib or element.tag == PDF_UA for element in tree.iter())
    return [] if named else ["XMP: expected pdfuaid:part, found none"]


# --- The tags


def alternative_texts(pdf: Path) -> list[str]:
    """Every figure has words."""
    figures = [element for kind, element in elements(_root(pdf)) if kind == "/Figure"]
    wordless = [n for n, figure in enumerate(figures, 1) if not str(figure.get("/Alt", "")).strip()]
    return [f"Figure element {n} of {len(figures)}: expected Alt, found none" for n in wordless]


def heading_order(pdf: Path) -> list[str]:
    """The first heading is the only one of level 1, and no level is skipped."""
    kinds = [kind for kind, _ in elements(_root(pdf))]
    levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]
    problems = []
    if levels[:1] != [1]:
        problems.append(f"first heading: expected H1, found {f'H{levels[0]}' if levels else 'none'}")
    if levels.count(1) > 1:
        problems.append(f"H1: expected one, found {levels.count(1)}")
    for before, after in itertools.pairwise(levels):
        if after > before + 1:
            problems.append(f"heading after H{before}: expected H{before + 1} or higher, found H{after}")
    return problems


def table_headers(pdf: Path) -> list[str]:
    """Every table has header cells, and every header cell says what it is the header of.

    It says so itself, by its scope, or cells name it among their headers; both are right by PDF/UA.
    """
    tables = [element for kind, element in elements(_root(pdf)) if kind == "/Table"]
    return [f"Table element {n}: {problem}" for n, table in enumerate(tables, 1) for problem in _header_cells(table)]


def _header_cells(table: DictionaryObject) -> list[str]:
    cells = list(elements(table))
    heads = [element for kind, element in cells if kind == "/TH"]
    named = {name for _, element in cells for name in _attribute(element, "/Headers") or []}
    if not heads:
        return ["expected header cells, found none"]
    return [
        f"header cell {n}: expected a scope or cells that name it, found neither"
        for n, head in enumerate(heads, 1)
        if not _attribute(head, "/Scope") and head.get("/ID") not in named
    ]


def bookmarks(pdf: Path) -> list[str]:
    """The outline has the headings, all and in order, as many levels deep."""
    reader = PdfReader(pdf)
    expected, found = _headings(pdf), list(_outline(reader.outline))
    if not found:
        return ["outline: expected bookmarks, found none"]
    return [
        f"bookmark {n}: expected {heading}, found {bookmark}"
        for n, (heading, bookmark) in enumerate(itertools.zip_longest(expected, found), 1)
        if heading != bookmark
    ]


# --- The fonts


def fonts_by_poppler(pdf: Path) -> list[str]:
    """Fonts that pdffonts finds not embedded. It lists name, type, encoding, emb, sub, uni and two numbers."""
    rows = [line.split() for line in output("pdffonts", pdf).splitlines()[2:]]
    return [f"{row[0]}: expected it embedded, found it not" for row in rows if row[-5] != "yes"]


def fonts_by_pypdf(pdf: Path) -> list[str]:
    """Fonts without a font file, those in drawings on the page among them."""
    fonts = {str(font["/BaseFont"]): font for page in PdfReader(pdf).pages for font in _fonts(page)}
    return [f"{name}: expected it embedded, found it not" for name, font in fonts.items() if not _has_file(font)]


def elements(parent: DictionaryObject) -> Iterator[tuple[str, DictionaryObject]]:
    """The structure elements below a catalog or an element, with their kinds, in the order of reading."""
    kids = parent.get("/StructTreeRoot", parent).get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object()
        if isinstance(element, DictionaryObject) and "/S" in element:
            yield str(element["/S"]), element
            yield from elements(element)


# --- How a PDF is built


def _root(pdf: Path) -> DictionaryObject:
    root = PdfReader(pdf).root_object
    return DictionaryObject({key: value.get_object() for key, value in root.items()})


def _attribute(element: DictionaryObject, name: str) -> Any:
    attributes = element.get("/A", DictionaryObject())
    for each in attributes if isinstance(attributes, list) else [attributes]:
        if value := each.get_object().get(name):
            return value
    return None


def _outline(entries: list[Any], level: int = 1) -> Iterator[Heading]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(entry, level + 1)
        else:
            yield level, _letters(entry["/Title"])


def _headings(pdf: Path) -> list[Heading]:
    return [(int(kind[1]), text) for kind, text in texts(pdf, r"H[1-6]")]


def texts(pdf: Path, kind: str) -> list[tuple[str, str]]:
    """The tags of a kind, a regular expression, and the letters in each; poppler prints them in quotes below it."""
    found: list[tuple[str, str]] = []
    indent, inside = 0, False
    for line in output("pdfinfo", "-struct-text", pdf).splitlines():
        text = line.strip()
        depth = len(line) - len(line.lstrip())
        inside = inside and depth > indent
        if match := re.match(rf"({kind})\b", text):
            found.append((match[1], ""))
            indent, inside = depth, True
        elif inside and text.startswith('"'):
            tag, letters = found[-1]
            found[-1] = tag, letters + _letters(text[1:-1])
    return found


def _letters(text: str) -> str:
    """The text without spaces, which change where a line ends, and with letters in place of ligatures."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _fonts(holder: DictionaryObject) -> Iterator[DictionaryObject]:
    resources = holder.get("/Resources", DictionaryObject()).get_object()
    for font in resources.get("/Font", DictionaryObject()).get_object().values():
        yield font.get_object()
    for drawing in resources.get("/XObject", DictionaryObject()).get_object().values():
        yield from _fonts(drawing.get_object())


def _has_file(font: DictionaryObject) -> bool:
    (part,) = font.get("/DescendantFonts", [font])
    descriptor = part.get_object().get("/FontDescriptor", DictionaryObject()).get_object()
    return bool(EMBEDDED & set(descriptor))
