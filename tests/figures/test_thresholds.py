"""The figure of the thresholds: where a line changes, the verdict does, and the mark is the threshold chosen."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from pipeline.analysis.hypotheses import Measured
from pipeline.analysis.intervals import Interval
from pipeline.evidence import claims
from pipeline.evidence.claims import Claim, JudgedClaim, Side, Threshold
from pipeline.evidence.claims_thresholds import Row, rows
from pipeline.evidence.measures import Measure
from pipeline.figures import thresholds
from pipeline.figures.style import OTHER_COLOUR, TRAINING, VALIDATION, house_style

NAMES = {TRAINING.colour: "supported", VALIDATION.colour: "contradicted", OTHER_COLOUR: "undetermined"}
ABOVE = Row("first", points=True, threshold=0.2, open=Interval(0.3, 0.7), above=True, verdict="supported")
BELOW = replace(ABOVE, name="second", threshold=-0.5, above=False, verdict="contradicted")
COUNTED = replace(
    ABOVE, name="third (falls)", points=False, threshold=5.0, open=Interval(2.0, 8.0), verdict="undetermined"
)


def lines(axes: Axes, place: int) -> list[tuple[str, float, float]]:
    """The verdicts of a row with their ends, from the left."""
    found = [
        (NAMES[str(line.get_color())], *map(float, np.asarray(line.get_xdata())))
        for line in axes.get_lines()
        if len(line.get_xdata()) == 2 and set(line.get_ydata()) == {place}
    ]
    return sorted(found, key=lambda each: each[1])


def test_each_row_changes_its_verdict_at_the_ends_of_what_it_leaves_open() -> None:
    with house_style():
        canvas = thresholds.draw([ABOVE, BELOW, COUNTED])
    points, counted = canvas.axes
    low, high = points.get_xlim()
    assert lines(points, 0) == [("supported", low, 0.3), ("undetermined", 0.3, 0.7), ("contradicted", 0.7, high)]
    assert lines(points, 1) == [("contradicted", low, 0.3), ("undetermined", 0.3, 0.7), ("supported", 0.7, high)]
    assert [name for name, *_ in lines(counted, 0)] == ["supported", "undetermined", "contradicted"]
    assert low < -0.5 < 0.7 < high
    assert counted.get_xlim()[1] > 8


def test_each_row_has_its_name_and_its_threshold_as_a_mark_in_the_colour_of_its_verdict() -> None:
    with house_style():
        points, counted = thresholds.draw([ABOVE, BELOW, COUNTED]).axes
    assert [label.get_text() for label in points.get_yticklabels()] == ["first", "second"]
    assert [label.get_text() for label in counted.get_yticklabels()] == ["third (falls)"]
    marks = {line.get_gid(): line for axes in (points, counted) for line in axes.get_lines() if line.get_gid()}
    expected = ((0.2, 0, "supported"), (-0.5, 1, "contradicted"), (5.0, 0, "undetermined"))
    for number, (x, y, verdict) in enumerate(expected):
        for name in (f"panel-{number}-mark", f"frame-{number}"):
            assert (marks[name].get_xdata()[0], marks[name].get_ydata()[0]) == (x, y)
            assert NAMES[marks[name].get_color()] == verdict
    assert {text.get_text() for text in points.figure.legends[0].get_texts()} == set(NAMES.values())


def test_without_tests_it_says_so() -> None:
    with house_style():
        (axes,) = thresholds.draw([]).axes
    assert axes.texts[0].get_text() == "no claim can be judged"


@pytest.mark.parametrize("side", ["above", "below"])
def test_a_row_is_a_test_in_its_unit(side: Side) -> None:
    bound = Threshold("bound", 0.2, "percentage points", "a reason")
    sentences = {name: name for name in ("supported", "contradicted", "undetermined")}
    test = claims.Test("what", (), Measure("best_accuracy"), side, bound, **sentences)
    tested = claims.Tested(test, Measured(0.01, 0.001, 3, 4, 0.1), (), 0.01, 1.0, Interval(0.004, 0.016))
    (row,) = rows([JudgedClaim(Claim("a-claim", "3", "A claim.", (test,)), (tested,))])
    assert (row.name, row.above, row.verdict) == ("a claim", side == "above", "supported")
    assert (row.threshold, row.open.low, row.open.high) == pytest.approx((0.2, 0.4, 1.6))
