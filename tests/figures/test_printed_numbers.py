"""The figure of the printed numbers: each on its interval and that of the file, with the mean of the runs at zero."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from pipeline.figures import cells
from pipeline.figures.style import TRAINING, VALIDATION, house_style


def row(printed: str, verdict: str, **more: Any) -> dict[str, Any]:
    """A row of cells.csv: 0.9300 on 0.92 to 0.95, in a file whose interval is 0.90 to 0.97."""
    numbers = {"mean": 0.93, "low": 0.92, "high": 0.95, "file_low": 0.90, "file_high": 0.97}
    named = {"table": "Table 4", "row": "testing_accuracy", "column": "learning_rate 1"}
    return named | {"published": printed, "verdict": verdict} | numbers | more


ROWS = [
    row("0.9310", "reproduced"),
    row("0.9500", "not judged", mean=np.nan, low=np.nan, high=np.nan, file_low=np.nan, file_high=np.nan),
    row("0.9600", "unusual"),
    row("0.8900", "not reproduced"),
]


@pytest.fixture
def axes() -> Axes:
    with house_style():
        (found,) = cells.draw(pd.DataFrame(ROWS)).axes
    return found


def bars(axes: Axes) -> list[list[float]]:
    """The ends of all lines, in percentage points, from the top."""
    lines = [line for line in axes.get_lines() if len(line.get_xdata()) == 2 and set(line.get_ydata()) != {0, 1}]
    return [[float(end) for end in np.asarray(line.get_xdata())] for line in lines]


def test_a_number_stands_on_its_interval_within_that_of_the_file(axes: Axes) -> None:
    assert np.allclose(bars(axes), [[-3, 4], [-1, 2]] * 3)
    low, high = axes.get_xlim()
    assert low < -4
    assert high > 4


def test_the_scale_holds_the_interval_of_the_file_where_it_reaches_farthest() -> None:
    with house_style():
        (axes,) = cells.draw(pd.DataFrame([row("0.9310", "reproduced", file_low=0.5, file_high=1.0)])).axes
    assert axes.get_xlim()[0] < -43


def test_a_number_above_its_runs_stands_to_the_right_marked_as_its_verdict_says(axes: Axes) -> None:
    marks = {line.get_gid(): line for line in axes.get_lines() if str(line.get_gid()).endswith("mark")}
    found = [(float(marks[f"panel-{n}-mark"].get_xdata()[0]), marks[f"panel-{n}-mark"].get_color()) for n in range(3)]
    assert len(marks) == 3
    assert [x for x, _ in found] == pytest.approx([0.1, 3, -4])
    assert [colour for _, colour in found] == [TRAINING.colour, VALIDATION.colour, VALIDATION.colour]
    notes = {text.get_text(): text.xy[1] for text in axes.texts if "Table" not in text.get_text()}
    rows = [float(marks[f"panel-{n}-mark"].get_ydata()[0]) for n in range(3)]
    assert notes == {"unusual": rows[1], "not reproduced": rows[2]}
