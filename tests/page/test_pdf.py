"""The PDF is intact, tagged and self-contained; each check finds what it is for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, PdfObject, StreamObject
from weasyprint import HTML

from page import pdf_checks, tag_checks
from page.conftest import Report
from page.ink_checks import blank_pages
from page.layout_checks import lone_words, separated_captions, stranded_headings
from page.programs import expect_none
from pipeline.figures.fonts import font_faces
from pipeline.report import tagging

Check = Callable[[Path], list[str]]

CHECKS: list[Check] = [
    pdf_checks.intact,
    tag_checks.accessible,
    tag_checks.described_links,
    tag_checks.whole_tables,
    tag_checks.artifacts,
    pdf_checks.tagged,
    pdf_checks.language,
    pdf_checks.title,
    pdf_checks.identifier,
    pdf_checks.alternative_texts,
    pdf_checks.heading_order,
    pdf_checks.table_headers,
    pdf_checks.bookmarks,
    pdf_checks.fonts_by_poppler,
    pdf_checks.fonts_by_pypdf,
    blank_pages,
    stranded_headings,
    separated_captions,
    lone_words,
]
DOT = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle r='9'/></svg>"
GOOD = f"""<!DOCTYPE html>
<html lang="en"><head><title>Good</title><style>{font_faces("abcdefghijklmnopqrstuvwxyzGHSTW12 .")}
body {{ font-family: STIXGeneral }} @page {{ font-family: STIXGeneral }}</style></head><body>
<h1 id="top">Good</h1><h2>Second</h2><h3>Third</h3><p>{"Some words to fill a line of the page. " * 30}</p>
<table><thead><tr><th scope="col">Head</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
<p><img src="{DOT}" alt="A dot."></p><p><a href="#top">Some words</a></p></body></html>
"""


def set_pdf(folder: Path, html: str, *, finished: bool = True) -> Path:
    """A tagged PDF of the page; unless it is finished, its tags are WeasyPrint's own."""
    path = folder / "page.pdf"
    HTML(string=html).write_pdf(path, pdf_variant="pdf/ua-1", finisher=tagging.finish if finished else None)
    return path


def set_without(folder: Path, old: str, new: str, *, finished: bool = True) -> Path:
    """A tagged PDF of the good page with something in place of something else."""
    assert old in GOOD
    return set_pdf(folder, GOOD.replace(old, new, 1), finished=finished)


# --- The reports


@pytest.mark.parametrize("check", CHECKS)
def test_the_pdf_passes(report: Report, check: Check) -> None:
    expect_none(check(report.pdf))


# --- The checks


@pytest.mark.parametrize("check", CHECKS)
def test_a_good_file_passes(tmp_path: Path, check: Check) -> None:
    assert check(set_pdf(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("check", "old", "new", "problem"),
    [
        (pdf_checks.language, ' lang="en"', "", "Lang: expected a language, found none"),
        (pdf_checks.title, "<title>Good</title>", "", "Title: expected one, found none"),
        (pdf_checks.alternative_texts, ' alt="A dot."', "", "Figure element 1 of 1: expected Alt, found none"),
        (pdf_checks.alternative_texts, ' alt="A dot."', 'alt=" "', "Figure element 1 of 1: expected Alt, found none"),
        (
            pdf_checks.heading_order,
            '<h1 id="top">Good</h1>',
            '<p id="top"></p>',
            "first heading: expected H1, found H2",
        ),
        (pdf_checks.heading_order, "<h2>Second</h2>", "", "heading after H1: expected H2 or higher, found H3"),
        (pdf_checks.heading_order, "<h2>Second</h2>", "<h1>Second</h1><h2>Third</h2>", "H1: expected one, found 2"),
        (
            pdf_checks.table_headers,
            '<th scope="col">Head</th>',
            "<td>Head</td>",
            "Table element 1: expected header cells, found none",
        ),
        (
            pdf_checks.table_headers,
            "<td>1</td>",
            "<th>1</th>",
            "Table element 1: header cell 1: expected a scope or cells that name it, found neither",
        ),
        (
            pdf_checks.bookmarks,
            "</style>",
            "h3 { bookmark-level: none }</style>",
            "bookmark 3: expected (3, 'Third'), found None",
        ),
        (
            pdf_checks.bookmarks,
            "</style>",
            "h3 { bookmark-level: 2 }</style>",
            "bookmark 3: expected (3, 'Third'), found (2, 'Third')",
        ),
        (
            pdf_checks.bookmarks,
            "</style>",
            "h1, h2, h3 { bookmark-level: none }</style>",
            "outline: expected bookmarks, found none",
        ),
    ],
)
def test_a_bad_page_is_found(tmp_path: Path, check: Check, old: str, new: str, problem: str) -> None:
    assert problem in check(set_without(tmp_path, old, new, finished=False))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Some words</a>", "<span>Some</span> words</a>", "PDFUA1-LINK-LINK-TAG-001"),
        ("<title>Good</title>", "", "PDFUA1-METADATA-TITLE-001"),
        ("<h2>Second</h2>", "", "PDFUA1-HEADING-NESTING-001"),
        (' alt="A dot."', "", "PDFUA1-FIGURE-ALTERNATIVE-TEXT-001"),
    ],
)
def test_the_validator_names_the_rule_that_a_page_breaks(tmp_path: Path, old: str, new: str, rule: str) -> None:
    (problem,) = tag_checks.accessible(set_without(tmp_path, old, new, finished=False))
    assert problem.startswith(f"{rule}: ")


def test_a_link_with_markup_is_one_link(tmp_path: Path) -> None:
    pdf = set_without(tmp_path, "Some words</a>", "Some <i>words</i></a>")
    assert tag_checks.accessible(pdf) == []
    (link,) = PdfReader(pdf).pages[0]["/Annots"]
    assert link.get_object()["/Contents"] == "Some words"


LONG = "<tr><td>1</td></tr>" * 200


@pytest.mark.parametrize(
    ("check", "old", "new", "problem"),
    [
        (tag_checks.described_links, "", "", "page 1: expected words for the link to top, found top"),
        (
            tag_checks.whole_tables,
            "<tr><td>1</td></tr>",
            LONG,
            "table 2: expected its rows in the table before it, which has the header Head, found them apart",
        ),
        (
            tag_checks.artifacts,
            "</style>",
            "@page { @bottom-left { content: 'Some words' } }</style>",
            "page 1: expected all marked content in the tags, found 1 outside",
        ),
    ],
)
def test_what_weasyprint_leaves_open_is_found_and_finished(
    tmp_path: Path, check: Check, old: str, new: str, problem: str
) -> None:
    assert problem in check(set_without(tmp_path, old, new, finished=False))
    assert check(set_without(tmp_path, old, new)) == []


def test_the_rows_of_a_long_table_are_tagged_once_and_in_order(tmp_path: Path) -> None:
    rows = "".join(f"<tr><td>{n}</td></tr>" for n in range(200))
    pdf = set_without(tmp_path, "<tr><td>1</td></tr>", rows)
    assert tag_checks.accessible(pdf) == []
    assert [text for _, text in pdf_checks.texts(pdf, "TD")] == [str(n) for n in range(200)]
    assert [text for _, text in pdf_checks.texts(pdf, "TH")] == ["Head"]


@pytest.mark.parametrize("words", ["", "<p>A single line.</p>"])
def test_an_almost_blank_page_is_found(tmp_path: Path, words: str) -> None:
    page = set_without(tmp_path, "</body>", f'<div style="break-before: page">{words}</div></body>')
    (problem,) = blank_pages(page)
    assert problem.startswith("page 2: expected ink on at least 0.5%, found ")


def test_a_heading_at_the_foot_of_a_page_is_found(tmp_path: Path) -> None:
    page = set_without(
        tmp_path, "</body>", '<div style="break-before: page; height: 238mm"></div><h3>Third</h3></body>'
    )
    (problem,) = stranded_headings(page)
    assert problem.startswith("Third: expected it at least 113 points above the edge, found ")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["A line of words.", "The", "next line."], ["page 1: expected full lines within a paragraph, found 'The'"]),
        (["A line of words.", "The end."], []),
        (["A line of words.", "end."], []),
        (["A line of words.", "end.", '<span style="margin-left: 2em">A paragraph.</span>'], []),
    ],
)
def test_a_line_of_one_word_within_a_paragraph_is_found(tmp_path: Path, lines: list[str], found: list[str]) -> None:
    paragraph = f'<p style="font-size: 10.5pt; line-height: 1.42">{"<br>".join(lines)}</p>'
    assert lone_words(set_without(tmp_path, "</body>", f"{paragraph}</body>")) == found


@pytest.mark.parametrize(("style", "found"), [("", []), ("break-before: page", [(1, 0, 1), (2, 1, 0)])])
def test_a_figure_on_another_page_than_its_caption_is_found(tmp_path: Path, style: str, found: list[Any]) -> None:
    chart = f'<img src="{DOT}" alt="A chart." style="height: 150pt">'
    page = set_without(tmp_path, "</body>", f'{chart}<p style="{style}">Figure 1. Words.</p></body>')
    assert separated_captions(page) == [
        f"page {number}: expected {captions} figures for as many captions, found {figures}"
        for number, captions, figures in found
    ]


def test_an_untagged_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    HTML(string=GOOD).write_pdf(path)
    assert pdf_checks.tagged(path) == [
        "MarkInfo: expected Marked, found it unset",
        "StructTreeRoot: expected elements, found none",
    ]
    assert pdf_checks.identifier(path) == ["XMP: expected pdfuaid:part, found none"]
    assert pdf_checks.heading_order(path) == ["first heading: expected H1, found none"]
    assert "DisplayDocTitle: expected it, found it unset" in pdf_checks.title(path)


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = set_pdf(tmp_path, GOOD)
    path.write_bytes(path.read_bytes()[:-200])
    assert any("damaged" in problem for problem in pdf_checks.intact(path))


@pytest.mark.parametrize("check", [pdf_checks.fonts_by_poppler, pdf_checks.fonts_by_pypdf])
@pytest.mark.parametrize("inside_a_drawing", [False, True])
def test_a_font_that_is_not_embedded_is_found(tmp_path: Path, check: Check, inside_a_drawing: bool) -> None:
    path = tmp_path / "page.pdf"
    write_with_font(path, inside_a_drawing)
    (problem,) = check(path)
    assert problem.endswith("Helvetica: expected it embedded, found it not")


def write_with_font(path: Path, inside_a_drawing: bool) -> None:
    """A page that names one of the fonts every viewer has."""
    font = _dictionary(Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica"))
    resources = _dictionary(Font=_dictionary(F=font))
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if inside_a_drawing:
        drawing = writer._add_object(_form(resources))
        resources = _dictionary(XObject=_dictionary(X=drawing))
    page[NameObject("/Resources")] = resources
    writer.write(path)


def _form(resources: DictionaryObject) -> StreamObject:
    form = DecodedStreamObject()
    form.update(_dictionary(Type=NameObject("/XObject"), Subtype=NameObject("/Form"), Resources=resources))
    form.set_data(b"")
    return form


def _dictionary(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})
