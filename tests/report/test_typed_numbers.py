"""No result is typed into a template: what a reader takes for one comes from the results."""

import re

import pytest
from jinja2 import Environment
from synthetic import TEMPLATES

WITHOUT_RESULTS = {
    "sections/theory.html.j2",
    "sections/review.html.j2",
    "sections/references.html.j2",
    "macros.html.j2",
}
SCANNED = sorted({path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.j2")} - WITHOUT_RESULTS)


def _lexed(source: str) -> tuple[str, list[str]]:
    """The text that a template writes itself, with a mark for each Jinja part, and its Jinja strings and floats."""
    text, literals = [], []
    for _, kind, value in Environment().lex(source):
        if kind == "data":
            text.append(value)
        elif kind == "raw_begin":
            raise AssertionError("raw blocks are not scanned")
        else:
            text.append("\0")
            if kind == "string" and not value.endswith('.html.j2"'):
                literals.append(re.sub(r"\{[^}]*\}", "", value))  # fields of a format
            elif kind == "float":
                literals.append(value)
    return "".join(text), literals


def typed_numbers(source: str) -> list[str]:
    """Digits that a template's author typed for a reader: in its text, or in strings of its Jinja parts.

    TeX, citations, comments, tags and entities do not count.
    """
    text, literals = _lexed(source)
    for markup in (
        r"\\\(.*?\\\)|\\begin\{equation\}.*?\\end\{equation\}",
        r'<a href="#reference-[^"]*">[^<]*</a>',
        r"<!--.*?-->",
        r"<[^>]*>",
        r"&#?\w+;",
    ):
        text = re.sub(markup, " ", text, flags=re.DOTALL)
    return re.findall(r"\S*\d\S*", text.replace("\0", " ")) + [each for each in literals if re.search(r"\d", each)]


def test_every_template_that_shows_results_is_scanned() -> None:
    sections = ("results", "protocol", "learning_rates", "regularization", "tuning", "further", "losses")
    parts = ("report", "curves", "grid", "divergence")
    assert {f"{each}.html.j2" for each in (*parts, *(f"sections/{each}" for each in sections))} <= set(SCANNED)
    assert all((TEMPLATES / name).is_file() for name in WITHOUT_RESULTS)


@pytest.mark.parametrize("name", SCANNED)
def test_no_result_is_typed_into_a_template(name: str) -> None:
    assert typed_numbers((TEMPLATES / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Accuracy is 0.97.</p>", ["0.97."]),
        ("{% if x %}<p>{{ y }} 94%{% endif %}", ["94%"]),
        ("<p>{# 1 #}a {{ x }}5</p>", ["5"]),
        ('{% call table("rates", "All 48 combinations.") %}x{% endcall %}', ['"All 48 combinations."']),
        ("{{ 0.94 }}", ["0.94"]),
        ('<a href="#table-1">12</a>', ["12"]),
        (r"\begin{equation}\label{one} x = \frac12 \end{equation} 3", ["3"]),
        (r"\(\eta = 1\)<h1 id=\"s3\">a&#160;b<!-- 7 --></h1>{{ '{:.1f}'.format(x[0]) }}", []),
        ('<td class="{{ c }}5">a</td>', []),
    ],
)
def test_the_scanner_finds_typed_numbers_and_only_those(source: str, found: list[str]) -> None:
    assert typed_numbers(source) == found
