"""The figures answer to keyboard, mouse and finger with the values of their data, and the data can be sorted."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from committed import difference

from page.conftest import Report
from page.programs import ROOT, TOOLS, output, path_of

CELLS = ("0.2", None, "0.1")  # what a page of three cells in a row says of them; None stands for a diverged run


@dataclass(frozen=True)
class Use:
    """What one figure showed, see tools/page/interact.mjs."""

    heads: list[str]
    parameters: int
    symbols: list[bool]
    rows: list[list[str]]
    keys: list[str]
    pointed: list[str]
    left: str
    tapped: str
    growth: float
    sorted: list[dict[str, Any]]
    again: list[str]

    @property
    def sentences(self) -> list[str]:
        """What should be read of each row: epoch 7: training 0.9431 ± 0.0010; validation 0.9402 ± 0.0012."""
        names = [
            f"{head} = " if symbol else f"{head[0].lower()}{head[1:]} "
            for head, symbol in zip(self.heads, self.symbols, strict=True)
        ]
        named = [[name + cell for name, cell in zip(names, row, strict=True)] for row in self.rows]
        return [f"{', '.join(n[: self.parameters])}: {'; '.join(n[self.parameters :])}" for n in named]


def in_use(page: Path) -> dict[str, Use]:
    """What one figure of each kind showed, by its id."""
    answer = output("node", TOOLS / "interact.mjs", path_of("chromium"), page)
    return {name: Use(**found) for name, found in json.loads(answer).items()}


@pytest.fixture(scope="module")
def used(report: Report) -> dict[str, Use]:
    """What the figures of a report showed; that of a user's own build may lack some kind of figure."""
    if report.page.is_relative_to(ROOT) and (other := difference("report")):
        pytest.skip(f"report/ {other}")
    return in_use(report.page)


def three_cells() -> str:
    """A page with a heat map of CELLS and its data."""
    cells = "".join(
        f'<g id="a-panel-{k}-cell"><path d="M {20 * k} 0 h 20 v 20 h -20 z"/></g>' for k in range(len(CELLS))
    )
    rows = "".join(
        f'<tr data-panel="{k}"><th scope="row" data-value="{k}">{k}</th>'
        + (f'<td data-value="{cell}">{cell}</td></tr>' if cell else "<td>diverged</td></tr>")
        for k, cell in enumerate(CELLS)
    )
    heads = '<thead><tr><th scope="col">Batch size</th><th scope="col">Accuracy</th></tr></thead>'
    style, script = ((ROOT / f"templates/figure.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Cells</title>'
        f"<style>{style}</style></head><body>"
        '<div class="exhibit" id="figure-a"><div class="plot">'
        f'<svg role="img" aria-label="Cells" viewBox="0 0 60 20" style="width: 300px">{cells}</svg></div>'
        '<details class="data"><summary>Data</summary>'
        f'<table aria-label="Data">{heads}<tbody>{rows}</tbody></table></details></div>'
        f"<script>{script}</script></body></html>"
    )


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Use:
    page = tmp_path_factory.mktemp("cells") / "page.html"
    page.write_text(three_cells(), encoding="utf-8")
    return in_use(page)["figure-a"]


def test_there_is_a_figure_of_each_kind(used: dict[str, Use]) -> None:
    assert len(used) == 3


def test_arrow_keys_go_through_the_epochs_and_from_panel_to_panel(used: dict[str, Use]) -> None:
    curves, panels, _ = used.values()
    for figure in (curves, panels):
        *walked, past_the_end, down, cleared = figure.keys
        assert walked == figure.sentences
        assert past_the_end == down == figure.sentences[-1]
        assert cleared == ""


def test_arrow_keys_go_along_the_rows_and_columns_of_a_heat_map(used: dict[str, Use]) -> None:
    *_, figure = used.values()
    assert figure.keys[0] == figure.sentences[0]
    *walked, down, cleared = figure.keys
    assert set(walked) | {down} <= set(figure.sentences)
    first_row = list(dict.fromkeys(walked))
    across = [figure.rows[figure.sentences.index(sentence)] for sentence in first_row]
    assert len({row[1] for row in across}) == 1  # the parameter that the other axis shows
    assert figure.rows[figure.sentences.index(down)][0] == across[-1][0]
    assert figure.rows[figure.sentences.index(down)][1] != across[-1][1]
    assert cleared == ""


def test_each_mark_is_read_where_it_is_drawn(used: dict[str, Use]) -> None:
    for figure in used.values():
        assert figure.pointed == figure.sentences
        assert figure.left == ""
        assert figure.tapped == figure.sentences[0]


def test_what_is_read_does_not_move_the_page(used: dict[str, Use]) -> None:
    assert [figure.growth for figure in used.values()] == [0, 0, 0]


def test_each_column_sorts_both_ways_and_says_so(used: dict[str, Use]) -> None:
    for figure in used.values():
        assert len(figure.sorted) == 2 * len(figure.heads)
        for step, found in enumerate(figure.sorted):
            column = found["column"]
            smallest_first = (column < figure.parameters) == (step % 2 == 0)
            values = [float(value) for value in found["values"]]
            assert values == sorted(values, reverse=not smallest_first)
            assert [order for order in found["orders"] if order] == ["ascending" if smallest_first else "descending"]
            assert found["orders"][column]


def test_marks_keep_their_values_when_the_data_are_sorted(used: dict[str, Use]) -> None:
    for figure in used.values():
        assert figure.again[:2] == figure.keys[:2]


def test_what_has_no_number_comes_last_both_ways(cells: Use) -> None:
    assert [found["values"] for found in cells.sorted[2:]] == [["0.2", "0.1", None], ["0.1", "0.2", None]]


def test_a_diverged_cell_is_read_too(cells: Use) -> None:
    assert cells.pointed == [
        "batch size 0: accuracy 0.2",
        "batch size 1: accuracy diverged",
        "batch size 2: accuracy 0.1",
    ]
