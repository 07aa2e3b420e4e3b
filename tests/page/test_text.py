"""What is numbered in the HTML is in the PDF; the checks find what is missing or too much."""

from pathlib import Path

import pytest
from weasyprint import HTML

from page.conftest import Report
from page.programs import expect_none
from page.text_checks import captions, equation_numbers

GOOD = """<html lang="en"><head><title>Good</title><style>
.equation { display: grid; grid-template-columns: 1fr 3em } .equation .number { text-align: right }
figure { display: inline-block; width: 40% } table { width: 100% }</style></head><body>
<h1><span class="number">(7)</span> Numbers</h1>
<p>As (1) and Table 1. show.</p><div class="equation"><span>x = 1</span> <span class="number">(1)</span></div>
<div class="equation"><span>y = 2</span> <span class="number">(2)</span></div>
<figure><figcaption><b>Figure 1.</b> One.</figcaption></figure>
<figure><figcaption><b>Figure 2.</b> Two.<br>More.</figcaption></figure>
<table><caption>Table&#160;1. Three.</caption><tr><td>1</td></tr></table></body></html>"""
BESIDE = "<figure><figcaption><b>Figure 2.</b> Two.<br>More.</figcaption></figure>"
SECOND = '<div class="equation"><span>y = 2</span> <span class="number">(2)</span></div>'


def set_pdf(folder: Path, html: str) -> Path:
    path = folder / "page.pdf"
    HTML(string=html).write_pdf(path)
    return path


def test_the_pdf_has_the_equation_numbers_of_the_page(report: Report) -> None:
    expect_none(equation_numbers(report.html, report.pdf))


def test_the_pdf_has_the_captions_of_the_page(report: Report) -> None:
    expect_none(captions(report.html, report.pdf))


def test_a_good_pair_passes(tmp_path: Path) -> None:
    pdf = set_pdf(tmp_path, GOOD)
    assert equation_numbers(GOOD, pdf) == []
    assert captions(GOOD, pdf) == []


@pytest.mark.parametrize(
    ("new", "problems"),
    [
        ("", ["(2): expected 1 in the PDF as in the HTML, found 0"]),
        (SECOND * 2, ["(2): expected 1 in the PDF as in the HTML, found 2"]),
        (SECOND + SECOND.replace("(2)", "(3)"), ["(3): expected 0 in the PDF as in the HTML, found 1"]),
    ],
)
def test_a_wrong_equation_number_is_found(tmp_path: Path, new: str, problems: list[str]) -> None:
    assert equation_numbers(GOOD, set_pdf(tmp_path, GOOD.replace(SECOND, new))) == problems


@pytest.mark.parametrize(
    ("new", "problems"),
    [
        ("", ["Figure 2. Two.: expected 1 in the PDF as in the HTML, found 0"]),
        (BESIDE * 2, ["Figure 2. Two.: expected 1 in the PDF as in the HTML, found 2"]),
        (
            BESIDE.replace("Figure", "Table"),
            [
                "Figure 2. Two.: expected 1 in the PDF as in the HTML, found 0",
                "Table 2. Two.: expected 0 in the PDF as in the HTML, found 1",
            ],
        ),
    ],
)
def test_a_wrong_caption_is_found(tmp_path: Path, new: str, problems: list[str]) -> None:
    assert captions(GOOD, set_pdf(tmp_path, GOOD.replace(BESIDE, new))) == problems


def test_a_page_with_nothing_numbered_is_found(tmp_path: Path) -> None:
    pdf = set_pdf(tmp_path, GOOD)
    for check in (equation_numbers, captions):
        assert check("<p>Nothing.</p>", pdf) == ["HTML: expected something numbered, found nothing"]
