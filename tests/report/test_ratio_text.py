"""What the page says of accuracy against learning rate over batch size: the numbers of each line under their names."""

from pipeline.analysis.ratio import Line, RatioFinding
from pipeline.config.settings import Configuration, Experiment
from pipeline.report.views import ratio

FIRST = Configuration(learning_rate=0, reg=0.001, batch_size=0, hidden=128, epochs=10)
SECOND = Configuration(learning_rate=0, reg=0.0001, batch_size=0, hidden=128, epochs=10)
GRID = Experiment("grid", "grid", ("learning_rate", "reg", "batch_size"), (FIRST, SECOND), 1)
# 0.10 points between equal ratios, 2.95 in all, and as many lost at the largest ratio
STEEP = Line(FIRST, {0.01: (0.960, 0.961), 0.02: (0.97,), 0.04: (0.9405,)}, (0.01, 0.04))
# 0.06 points, 1.21, and 1.18 of the mean at the best ratio, 0.01
FLAT = Line(SECOND, {0.01: (0.97, 0.9706), 0.02: (0.96,), 0.04: (0.9585, 0.9585)}, (0.01, 0.04))


def test_each_line_is_told_with_what_equal_ratios_and_all_differ_by() -> None:
    told = ratio.tell(RatioFinding((STEEP, FLAT)), GRID)
    assert told.equal.striptags() == "0.10 and 0.06"
    assert told.overall.striptags() == "2.95 and 1.21"
    assert [name.split("=")[1].strip() for name in told.names.striptags().split(" and ")] == ["0.001", "0.0001"]


def test_the_best_ratio_and_what_the_largest_loses_are_ranges_over_the_lines_from_the_smaller_number() -> None:
    told = ratio.tell(RatioFinding((STEEP, FLAT)), GRID)
    assert told.best == "0.010 to 0.020"
    assert told.losses == "1.18 to 2.95"
    alone = ratio.tell(RatioFinding((STEEP,)), GRID)
    assert (alone.best, alone.losses) == ("0.020", "2.95")
