"""Tables of numbers on a telephone: narrow ones shrink, wide ones carry the name of its column in each cell."""

import re

from configuration import ROOT
from jinja2 import DictLoader
from markupsafe import Markup

from pipeline.report import render
from pipeline.report.references import Numbering
from pipeline.report.views.blocks import Source, Table

RATE = Markup("<i>η</i> = <i>e</i><sup>−1</sup>")


def page(columns: int) -> str:
    """A table of one row with this many columns, the first of which is a rate."""
    heads = (RATE, *(Markup(f"column {number}") for number in range(1, columns)))
    cells = tuple(Markup(f"0.{number}\u00a0±\u00a00.1") for number in range(columns))
    table = Table(Markup("Configuration"), heads, ((Markup("Testing accuracy"), cells),), Source("a.csv", "a"))
    environment = render.environment(ROOT / "templates", "screen", Numbering())
    environment.loader = DictLoader({"grid": (ROOT / "templates/grid.html.j2").read_text(encoding="utf-8")})
    return str(environment.get_template("grid").module.grid("a", table))  # type: ignore[attr-defined]


def test_cells_of_a_wide_table_say_what_they_are_of() -> None:
    labels = re.findall(r'<td data-label="(.*?)">', page(6))
    assert labels == ["η = e^−1", "column 1", "column 2", "column 3", "column 4", "column 5"]


def test_a_narrow_table_needs_no_labels() -> None:
    assert "data-label" not in page(5)


def test_a_deviation_may_come_below_its_mean_but_stays_whole() -> None:
    assert "<td>0.0 ±\u00a00.1</td>" in page(2)
