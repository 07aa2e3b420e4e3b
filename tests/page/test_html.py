"""The page is valid, accessible, whole and alone; each check finds what it is for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from page.conftest import Report
from page.html_checks import Finding, broken_links, in_browser, repeated_ids, validity
from page.programs import expect_none

KINDS = ("axe", "overflow", "sight", "contrast", "contents", "request", "console", "error")
BETWEEN = "768 px"
VARIANTS = ["light, 1300 px", "light, 390 px", "dark, 1300 px", "dark, 390 px"]

GOOD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Good</title><style>:root { color-scheme: light dark; background: light-dark(#fff, #111) }
a { color: inherit }</style></head>
<body><main><h1 id="top">Good</h1><p>Up to the <a href="#top">top</a>.</p>
<details><summary>More</summary><p>Words.</p></details></main></body></html>
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    """The good page with something in place of something else."""
    assert old in GOOD
    page = folder / "page.html"
    page.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return page


# --- The reports


def test_the_page_is_valid(report: Report) -> None:
    expect_none(validity(report.page))


def test_every_link_within_the_page_has_its_target(report: Report) -> None:
    expect_none(broken_links(report.html))


def test_no_id_is_used_twice(report: Report) -> None:
    expect_none(repeated_ids(report.html))


@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_finds_nothing(findings: list[Finding], kind: str) -> None:
    expect_none([f"{each.where}: {each.what}" for each in findings if each.kind == kind])


# --- The checks


def test_a_good_page_passes_every_check(tmp_path: Path) -> None:
    page = write(tmp_path)
    assert validity(page) == []
    assert broken_links(GOOD) == []
    assert repeated_ids(GOOD) == []
    assert in_browser(page) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<p>", "<p><blink>x</blink>", "blink"),  # an error
        ('<html lang="en">', "<html>", "lang"),  # a warning
        ("color-scheme: light dark", "color-scheme: light dark; colour: red", "colour"),  # CSS
    ],
)
def test_an_invalid_page_is_found(tmp_path: Path, old: str, new: str, problem: str) -> None:
    problems = validity(write(tmp_path, old, new))
    assert problems
    assert all(problem in each for each in problems)


@pytest.mark.parametrize(
    ("check", "old", "new", "problem"),
    [
        (broken_links, 'href="#top"', 'href="#bottom"', "#bottom: no element has this id"),
        (repeated_ids, "<p>", '<p id="top">', "top: the id of 2 elements"),
    ],
)
def test_a_wrong_name_is_found(check: Callable[[str], list[str]], old: str, new: str, problem: str) -> None:
    assert check(GOOD.replace(old, new, 1)) == [problem]


def opened(variants: list[str]) -> set[str]:
    """The variants with details closed and open."""
    return {f"{variant}{details}" for variant in variants for details in ("", ", details open")}


def verdict(style: str, text: str) -> str:
    """A table with a verdict beside a claim, in a box that scrolls sideways."""
    return (
        '<div style="overflow-x: auto" role="group" tabindex="0" aria-label="Claims"><table aria-label="Claims">'
        '<thead><tr><th scope="col">Claim</th><th scope="col">Verdict</th></tr></thead><tbody><tr>'
        f'<th scope="row" style="{style}">It holds</th><td>{text}</td></tr></tbody></table></div><p>'
    )


def drawing(name: str, style: str) -> str:
    """A figure of one line."""
    path = f'<path id="{name}" d="M0 0h9" style="fill: none; {style}"/>'
    return f'<p><svg role="img" aria-label="A line" viewBox="0 0 9 9" style="width: 9px">{path}</svg></p><p>'


CONTENTS = (  # they cover what they mark, for the first heading mark the second, and have the mark below their edge
    '<h2 id="one">One</h2><div style="height: 1000px"></div><h2 id="two">Two</h2><div style="height: 1000px"></div>'
    '<nav class="contents" style="position: fixed; inset: 0 0 auto 0; height: 3em; background: #fff">'
    '<ol style="height: 1em; overflow: hidden"><li><br><br></li><li>'
    '<a style="color: #000" href="#two" aria-current="location">Two</a></li></ol></nav>'
)
EVERYWHERE = opened(VARIANTS)
BAD = [
    ("</style>", ".night { color: #000 } @media (prefers-color-scheme: dark) { .night { color: #222 } }</style>"),
    ("<p>", "<h3>Too deep</h3><p>"),
    ("<p>", '<p class="night">Too dark at night.</p><p>'),
    ("<p>", '<p style="width: 800px">Too wide for a telephone.</p><p>'),
    ("<p>", verdict("min-width: 500px", "telephone")),
    ("<p>", verdict("min-width: 900px", "tablet")),
    ("<p>", verdict("", '<span style="display: none">hidden</span>')),
    ("<p>", verdict("", '<div style="width: 2em; overflow-wrap: anywhere">contradicted</div>')),
    ("<details>", f"{CONTENTS}<details>"),
    ("<p>", '<p><svg role="img" viewBox="0 0 9 9"></svg></p><p>'),
    ("<p>", drawing("pale", "stroke: #777; stroke-opacity: 0.4") + drawing("sombre", "stroke: #444")),
    ("<p>", '<p><img src="near.png" alt="Near"><img src="https://far.invalid/far.png" alt="Far"></p><p>'),
    ("<p>", '<script>console.error("wrong")</script><script>throw new Error("worse")</script><p>'),
    ("<p>Words", '<p style="color: #777; background: #888">Words'),
]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    """What the browser finds on a page with everything that it looks for."""
    page = write(tmp_path_factory.mktemp("bad"))
    for old, new in BAD:
        html = page.read_text(encoding="utf-8")
        assert old in html
        page.write_text(html.replace(old, new, 1), encoding="utf-8")
    return in_browser(page)


@pytest.mark.parametrize(
    ("kind", "what", "places"),
    [
        ("axe", "heading-order: ", EVERYWHERE),  # a best practice
        ("axe", "svg-img-alt: ", EVERYWHERE),
        ("axe", ".night", {where for where in EVERYWHERE if "dark" in where}),
        ("axe", "details > p", {where for where in EVERYWHERE if "open" in where}),
        ("overflow", "the document is ", opened([*[each for each in VARIANTS if "390" in each], BETWEEN])),
        ("sight", "telephone is out of sight", opened([each for each in VARIANTS if "390" in each])),
        ("sight", "tablet is out of sight", opened([*[each for each in VARIANTS if "390" in each], BETWEEN])),
        ("sight", "hidden is not shown", opened([*VARIANTS, BETWEEN])),
        ("sight", "contradicted is broken", opened([*VARIANTS, BETWEEN])),
        ("overflow", "P ends at ", {"print"}),
        ("contrast", "pale: ", EVERYWHERE),
        ("contrast", "sombre: ", {where for where in EVERYWHERE if "dark" in where}),
        ("contents", "#one is read and #two marked", set(VARIANTS)),
        ("contents", "#two is covered", set(VARIANTS)),
        ("contents", "#two is marked out of sight", set(VARIANTS)),
        ("request", "near.png", set(VARIANTS)),
        ("request", "https://far.invalid/far.png", set(VARIANTS)),
        ("console", "wrong", set(VARIANTS)),
        ("error", "worse", set(VARIANTS)),
    ],
)
def test_what_is_wrong_in_the_browser_is_found_where_it_is(
    bad: list[Finding], kind: str, what: str, places: set[str]
) -> None:
    assert {each.where for each in bad if each.kind == kind and what in each.what} == places
