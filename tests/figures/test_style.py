"""Colours of the figures on the screen: enough contrast with the page, light and dark."""

import re

import pytest
from contrast import GROUNDS, LINE, TEXT, contrast, rgb

from pipeline.figures.style import PROPERTIES, SERIES, VALIDATION, custom_properties
from pipeline.report import svg


def colours(scheme: str) -> dict[str, str]:
    """The custom properties of one colour scheme."""
    light, dark = custom_properties().split("@media screen and (prefers-color-scheme: dark)", 1)
    block = light if scheme == "light" else dark[: dark.index("}")]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize("scheme", GROUNDS)
def test_lines_and_their_names_stand_out_from_the_page(scheme: str) -> None:
    found = colours(scheme)
    assert set(found) == set(PROPERTIES.values())
    for series in SERIES:
        line, name = found[PROPERTIES[series.colour]], found[PROPERTIES[series.ink]]
        assert contrast(rgb(line), rgb(GROUNDS[scheme])) >= LINE
        assert contrast(rgb(name), rgb(GROUNDS[scheme])) >= TEXT


def test_a_light_page_and_print_have_the_same_colours() -> None:
    assert colours("light") == {name: colour for colour, name in PROPERTIES.items()}


def test_inlining_fits_colours_size_and_ids_to_the_page() -> None:
    shape = f'<path id="a" style="fill: #000000; stroke: {VALIDATION.colour}"/><use href="#a" fill="#0b0b0b"/>'
    figure = f'<svg width="234pt" height="140.4pt" viewBox="0 0 234 140.4">{shape}</svg>'
    assert svg.inline(figure, "name", "<words>") == (
        '<svg role="img" aria-label="&lt;words&gt;" style="width: 23.4rem; min-width: 16.38rem"'
        ' viewBox="0 0 234 140.4">'
        f'<path id="name-a" style="fill: currentColor; stroke: var(--validation, {VALIDATION.colour})"/>'
        '<use href="#name-a" fill="#0b0b0b"/></svg>'
    )
