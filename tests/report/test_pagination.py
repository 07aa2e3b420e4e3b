"""In the PDF no page stays half empty before a figure or table that has no room on it."""

import io

import pytest
from pypdf import PdfReader

from pipeline.report import typesetting

STYLE = """@page { size: 100mm; margin: 0 } body { margin: 0 } p, h4 { margin: 0; height: 20mm }
.exhibit, .table { break-inside: avoid; height: 70mm } .long { break-inside: auto }"""


def words(body: str) -> list[list[str]]:
    """The words of each page of 100 mm, on which a paragraph, or a heading, takes 20 and an exhibit 70."""
    head = f"<title>t</title><style>{STYLE}</style>"
    pdf = typesetting.to_pdf(f'<html lang="en"><head>{head}</head><body><main>{body}</main></body></html>')
    return [page.extract_text().split() for page in PdfReader(io.BytesIO(pdf)).pages]


def p(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def figure(name: str) -> str:
    return f'<div class="exhibit">{name}</div>'


def table(name: str, style: str = "") -> str:
    return f'<figure class="table" style="margin: 0; {style}">{name}</figure>'


@pytest.mark.parametrize(
    ("body", "pages"),
    [
        (p("a", "b") + figure("F") + p("c", "d", "e"), [["a", "b", "c", "d", "e"], ["F"]]),
        (p("a", "b") + table("T") + p("c", "d", "e"), [["a", "b", "c", "d", "e"], ["T"]]),
        (p("a", "b") + figure("F") + p("c"), [["a", "b", "c"], ["F"]]),
        (p("a") + figure("F") + p("c"), [["a", "F"], ["c"]]),
        (p("a", "b", "c", "d") + p("e") + figure("F") + p("g"), [["a", "b", "c", "d", "e"], ["F", "g"]]),
        (p("a", "b") + figure("F") + figure("G") + p("c", "d"), [["a", "b", "c", "d"], ["F"], ["G"]]),
        (p("a", "b") + table("T") + table("U", "height: 50mm; break-inside: auto"), [["a", "b"], ["T"], ["U"]]),
    ],
    ids=["figure", "table", "little text", "it fits", "full page", "figures in order", "tables in order"],
)
def test_text_fills_the_page_before_what_does_not_fit(body: str, pages: list[list[str]]) -> None:
    assert words(body) == pages


def test_a_figure_stays_under_its_heading() -> None:
    assert words(p("a", "b") + figure("F") + p("c") + "<h4>H</h4>" + p("d")) == [["a", "b", "c"], ["F"], ["H", "d"]]
    assert words(p("a", "b") + figure("F") + p("c") + "<h4>H</h4>" + figure("G")) == [
        ["a", "b", "c"],
        ["F"],
        ["H", "G"],
    ]


def test_a_table_that_may_break_fills_the_page_before_a_figure() -> None:
    rows = "".join(f"<tr style='height: 20mm'><th>{n}</th></tr>" for n in range(4))
    long = table(f"<table>{rows}</table>", "height: auto; break-inside: auto")
    pages = words(p("a", "b") + figure("F") + long)
    assert (pages[0][:3], pages[-1][-1]) == (["a", "b", "0"], "F")


def test_a_page_that_is_left_empty_on_purpose_does_no_harm() -> None:
    right = "<section style='break-before: right'>" + p("b") + "</section>"
    assert words(p("a") + right + figure("F"))[-1][0] == "b"
