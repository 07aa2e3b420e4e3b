"""Both media are sound documents: links, headings, tags, fonts, and the same bytes each time."""

import contextlib
import io
import itertools
import logging
import re
import sys
from typing import Any

import page_print
import page_reader
import pytest
from outline import Outline
from pypdf import PdfReader
from synthetic import EPOCHS, TEMPLATES, write_results

from pipeline.errors import RunError
from pipeline.figures import catalogue
from pipeline.report import context, formulas, typesetting
from pipeline.report import render as report

# --- Both media as documents


TITLE, AUTHOR = "Rates <script>alert(1)</script> & 'more'", 'Ann "<b>" O\'Neil'


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> context.Context:
    """The context of the usual results with real figures."""
    return context.build(write_results(tmp_path_factory.mktemp("drawn") / "results", draw=True), TITLE, AUTHOR, ())


@pytest.fixture(scope="module")
def screen(drawn: context.Context) -> str:
    return report.render(drawn, TEMPLATES, "screen")


@pytest.fixture(scope="module")
def print_html(drawn: context.Context) -> str:
    return report.render(drawn, TEMPLATES, "print")


@pytest.fixture(scope="module")
def pdf(print_html: str) -> bytes:
    return typesetting.to_pdf(print_html)


@pytest.fixture(params=["screen", "print_html"])
def html(request: pytest.FixtureRequest) -> str:
    text: str = request.getfixturevalue(request.param)
    return text


def test_every_internal_link_has_its_target_and_ids_are_unique(html: str) -> None:
    page = Outline(html)
    assert len(page.ids) == len(set(page.ids))
    internal = {link[1:] for link in page.links if link.startswith("#")}
    assert len(internal) > 10
    assert internal <= set(page.ids)


def test_figures_refer_to_their_own_ids(screen: str, drawn: context.Context) -> None:
    page = Outline(screen)
    assert len(page.references) > 50
    assert set(page.references) <= set(page.ids)
    names = [plot.name for plots in drawn.curves.values() for plot in plots]
    for drawing in re.findall(r"<svg role=.*?</svg>", screen, flags=re.DOTALL):
        prefixes = {name for each in Outline(drawing).ids for name in names if each.startswith(f"{name}-")}
        assert len(prefixes) <= 1
    of_their_own = 3 + 4  # of the first page and sections 2.3 and 3.2, and the pictures
    assert screen.count("<svg role=") == len(catalogue.figures(drawn.config)) + of_their_own


def test_equations_have_the_numbers_that_the_gate_gives_them(html: str) -> None:
    shown = re.findall(r'<div class="equation" id="equation-([\w-]+)">.*?\((\d+)\)</a>', html, flags=re.DOTALL)
    source = (TEMPLATES / "sections/theory.html.j2").read_text(encoding="utf-8")
    expected = formulas.equation_numbers(source)
    assert {name: int(number) for name, number in shown if name in expected} == expected
    assert [int(number) for _, number in shown] == list(range(1, len(shown) + 1))


def test_headings_skip_no_level_and_there_is_one_title(html: str) -> None:
    levels = Outline(html).headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_page_fetches_nothing(html: str) -> None:
    assert Outline(html).fetched == []
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, flags=re.DOTALL))
    assert "@import" not in styles
    assert not re.findall(r"url\((?!data:)[^)]*\)", styles)


def test_the_script_is_small_on_the_screen_only_and_asks_nobody(screen: str, print_html: str) -> None:
    script = "\n".join((TEMPLATES / name).read_text() for name in report.SCRIPTS)
    assert re.findall(r"<script>\n(.*?)\n</script>", screen, flags=re.DOTALL) == [script]
    assert "<script" not in print_html
    assert len(script.encode()) < 10_000
    assert "</" not in script
    assert re.findall(r"https?://[^\"]+", script) == ["http://www.w3.org/2000/svg"]
    assert not re.findall(r"\b(?:eval|Function|fetch|XMLHttpRequest|import|innerHTML|setTimeout)\b", script)


def test_every_figure_has_its_data_on_the_screen(screen: str, print_html: str, drawn: context.Context) -> None:
    assert "<details" not in print_html
    for name, figure in catalogue.figures(drawn.config).items():
        body = screen[screen.index(f'id="figure-{name}"') :]
        body = body[: body.index("</table>")]
        assert body.count('<details class="data">') == 1
        (number,) = re.findall(r"<figcaption><a[^>]*>(Figure R?\d+)\.</a>", body)
        assert f'<table aria-label="Data of {number}">' in body
        rows = re.findall(r"<tr data-panel.*?</tr>", body, flags=re.DOTALL)
        experiment = drawn.config.experiments[figure.experiment]
        epochs = 1 if figure.kind == "grid" else EPOCHS
        means = [row for row in rows if ">seed " not in row]
        assert len(means) == epochs * (len(figure.panels) or len(experiment.configurations))
        heads = re.findall(r'<th scope="col">', body)
        assert all(len(re.findall(r"<t[hd]\b", row)) == len(heads) for row in rows)
        assert all(row.count("data-value=") == len(heads) for row in rows)
        marks = re.findall(rf'id="({name}-panel-[^"]+)"', body)
        assert len(marks) == len(set(marks))
        # a single run on a scale of its own is one more panel
        assert {f"{name}-panel-{panel}-" for panel in range(len(figure.panels))} <= {
            re.sub(r"(training|validation|cell)(-out)?$", "", mark) for mark in marks
        }


def test_every_drawing_has_words(html: str) -> None:
    assert Outline(html).unnamed == []


def test_title_and_author_are_text_not_markup(html: str) -> None:
    assert "<script>alert" not in html
    assert Outline(html).tags.count("script") <= 1  # our own
    assert html.count("Rates &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;more&#39;") == 2
    assert '<meta name="author" content="Ann &#34;&lt;b&gt;&#34; O&#39;Neil">' in html
    assert '<p class="author">Ann &#34;&lt;b&gt;&#34; O&#39;Neil</p>' in html


def test_the_media_say_the_same_but_for_the_length_of_sources(screen: str, print_html: str) -> None:
    def text(html: str) -> str:
        # the contents unfold, and A.4 has the keys on the screen alone
        runs = r'<h3 id="section-appendix-runs">.*?</section>'
        screen_only = rf"{runs}|<nav\b.*?</nav>|<details\b.*?</details>|<script>.*?</script>"
        shown = html[html.index("<body>") :]
        sources = r'<div class="source">.*?</div>'
        body = re.sub(rf"<svg\b.*?</svg>|<img\b[^>]*>|{sources}|{screen_only}", "", shown, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", body).split())

    assert text(screen) == text(print_html)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_same_context_gives_the_same_page(drawn: context.Context, medium: report.Medium, request: Any) -> None:
    before = request.getfixturevalue("screen" if medium == "screen" else "print_html")
    assert report.render(drawn, TEMPLATES, medium) == before


def test_the_same_page_gives_the_same_pdf(print_html: str, pdf: bytes) -> None:
    assert typesetting.to_pdf(print_html) == pdf


def test_the_pdf_is_tagged_and_says_its_language_and_title(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - a PDF object, not a bool
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == TITLE
    assert reader.metadata.author == AUTHOR
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert not re.search(rb"/(?:CreationDate|ModDate)", pdf)


def fonts_of(pdf: bytes) -> dict[str, Any]:
    fonts: dict[str, Any] = {}
    seen: set[int] = set()

    def collect(resources: Any) -> None:
        for reference in resources.get_object().get("/Font", {}).values():
            font = reference.get_object()
            fonts[font["/BaseFont"]] = font
        for reference in resources.get_object().get("/XObject", {}).values():
            if reference.idnum not in seen and "/Resources" in reference.get_object():
                seen.add(reference.idnum)
                collect(reference.get_object()["/Resources"])

    for page in PdfReader(io.BytesIO(pdf)).pages:
        collect(page["/Resources"])
    return fonts


def test_the_pdf_embeds_every_font(pdf: bytes) -> None:
    fonts = fonts_of(pdf)
    assert fonts
    for name, font in fonts.items():
        (part,) = font.get("/DescendantFonts", [font])
        descriptor = part.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor), name


def test_the_pdf_uses_no_font_of_the_machine(pdf: bytes) -> None:
    assert [name for name in fonts_of(pdf) if "STIXGeneral" not in name and "Report-Mono" not in name] == []


def test_the_pdf_has_the_numbers_of_the_page(screen: str, pdf: bytes) -> None:
    page_print.same_numbers(page_reader.read(screen), pdf)


# --- What goes wrong with WeasyPrint

EMPTY = '<html lang="en"><head><title>t</title></head><body>x</body></html>'


def test_a_warning_of_weasyprint_is_an_error() -> None:
    page = '<html lang="en"><head><title>t</title><style>p { colour: red }</style></head><body><p>x</p></body></html>'
    with pytest.raises(RunError) as caught:
        typesetting.to_pdf(page)
    (problem,) = caught.value.problems
    assert problem.startswith("report.pdf: expected a page without warnings, found: ")
    assert "colour" in problem
    assert "\n" not in problem


@pytest.mark.parametrize("style", ["p { colour: red }", "p { color: red }"])
def test_the_logger_of_weasyprint_is_left_as_it_was(style: str) -> None:
    typesetting.to_pdf(EMPTY)  # what the first import of WeasyPrint does to its logger is its own
    logger = logging.getLogger("weasyprint")
    before = list(logger.handlers), logger.propagate
    with contextlib.suppress(RunError):
        typesetting.to_pdf(f'<html lang="en"><head><title>t</title><style>{style}</style></head><body>x</body></html>')
    assert (list(logger.handlers), logger.propagate) == before


def test_an_earlier_warning_does_not_spoil_a_later_page() -> None:
    bad, good = "p { colour: red }", "p { color: red }"
    page = '<html lang="en"><head><title>t</title><style>{}</style></head><body><p>x</p></body></html>'
    with pytest.raises(RunError):
        typesetting.to_pdf(page.replace("{}", bad))
    assert typesetting.to_pdf(page.replace("{}", good)).startswith(b"%PDF")


def test_a_missing_pango_is_one_line_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoPango:
        """An import of WeasyPrint where its library cannot be loaded."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(RunError) as caught:
        typesetting.to_pdf("<p>x</p>")
    (problem,) = caught.value.problems
    assert "libpango-1.0-0" in problem
    assert "Hint: " in problem
    assert "\n" not in problem
