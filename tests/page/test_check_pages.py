"""The pages of make check are valid, accessible, and alone."""

from pathlib import Path

import pytest
from handed_in import RIGHT, ROOT, checked, mixed, number

from page.html_checks import broken_links, in_browser, repeated_ids, validity
from page.programs import expect_none
from pipeline.check import pages


@pytest.fixture(scope="module", params=["index.html", "pages/handed in/a.html"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overview, or the page of a file with a number of each verdict."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("checked"))
        (a, b), many = (mixed("a.yaml"), mixed("b.yaml")), number("0.9500", rate="0.2")
        others = [checked(f"file-{k}.yaml", RIGHT, many) for k in range(8)]
        index = pages.write([a, b, *others], {ROOT / "bad.yaml": ["bad.yaml: title: expected a text."]}, ROOT)
        return index.resolve().parent / request.param


def test_a_page_of_a_check_is_valid(page: Path) -> None:
    expect_none(validity(page))
    html = page.read_text(encoding="utf-8")
    expect_none(broken_links(html))
    expect_none(repeated_ids(html))


def test_the_browser_finds_nothing_on_a_page_of_a_check(page: Path) -> None:
    expect_none([f"{each.where}: {each.kind}: {each.what}" for each in in_browser(page)])
