"""Where accuracy follows learning rate over batch size, that ratio is what the grid is read by."""

import itertools
import math
from collections.abc import Callable, Sequence

import pytest

from pipeline.analysis import ratio
from pipeline.config.settings import Configuration, Experiment

Rule = Callable[[Configuration], float | None]


def grid_of(
    rates: Sequence[float] = (0.2, 0.4, 0.8),
    sizes: Sequence[int] = (16, 32, 64),
    regs: Sequence[float] = (0.001, 0.0001),
    varied: tuple[str, ...] = ("learning_rate", "reg", "batch_size"),
) -> Experiment:
    points = itertools.product(rates, regs, sizes)
    return Experiment("grid", "grid", varied, tuple(Configuration(r, g, s, 128, 10) for r, g, s in points), 1)


def found(rule: Rule, grid: Experiment | None = None) -> ratio.RatioFinding | None:
    searched = grid or grid_of()
    accuracies = {c: value for c in searched.configurations if (value := rule(c)) is not None}
    return ratio.finding(searched, accuracies)


def peak(chosen: Configuration, at: float = 0.0125) -> float:
    """Falls by 0.01 for each doubling of the ratio away from its best, and by 50 times the coefficient."""
    return 0.97 - 0.01 * abs(round(math.log2(ratio.of(chosen) / at))) - 50 * chosen.reg


def test_ratios_of_different_pairs_are_one_number_whatever_rounding_does() -> None:
    pairs = [(0.1, 16), (0.3, 48), (0.7, 112)]
    assert len({rate / size for rate, size in pairs}) > 1
    assert {ratio.of(Configuration(rate, 0, size, 1, 1)) for rate, size in pairs} == {0.00625}


def test_a_line_has_the_spread_of_equal_ratios_beside_that_of_all() -> None:
    """By hand: 0.4/32 is 0.01 too low, so its ratio spreads by 0.01; all spread from 0.97 - 0.02 to 0.97."""
    rule: Rule = lambda c: peak(c) - (0.001 if (c.learning_rate, c.batch_size) == (0.4, 32) else 0) + 50 * c.reg
    one, other = found(rule).lines  # type: ignore[union-attr]
    assert list(one.means) == [0.003125, 0.00625, 0.0125, 0.025, 0.05]
    assert one.at_equal == pytest.approx(0.001)
    assert one.overall == pytest.approx(0.02)
    assert one.means[0.0125] == pytest.approx((0.97 * 3 - 0.001) / 3)
    assert (one.shared.reg, other.shared.reg) == (0.001, 0.0001)
    assert one.best == 0.0125
    assert one.loss_at_largest == pytest.approx(0.02 - 0.001 / 3)


@pytest.mark.parametrize(("away", "governs"), [(0.0019, True), (0.0021, False)])
def test_the_ratio_governs_where_equal_ones_differ_by_less_than_a_tenth_of_all_on_every_line(
    away: float, governs: bool
) -> None:
    odd = (0.4, 0.0001, 32)
    told = found(lambda c: peak(c) - (away if (c.learning_rate, c.reg, c.batch_size) == odd else 0))
    assert told is not None
    assert told.governs is governs


def test_two_pairs_of_equal_ratio_are_enough_to_tell() -> None:
    told = found(peak, grid_of((0.2, 0.4), (16, 32), (0.001,), ("learning_rate", "batch_size")))
    assert told is not None
    assert [len(each) for each in told.lines[0].accuracies.values()] == [1, 2, 1]


def test_accuracies_that_never_differ_follow_no_ratio() -> None:
    told = found(lambda c: 0.95)
    assert told is not None
    assert not told.governs


@pytest.mark.parametrize(("at", "beyond"), [(0.0125, "neither"), (0.05, "larger"), (0.003125, "smaller")])
def test_better_ratios_may_lie_beyond_the_end_that_is_best(at: float, beyond: str) -> None:
    told = found(lambda c: peak(c, at))
    assert told is not None
    assert (told.beyond, told.best) == (beyond, (at, at))


def test_a_best_ratio_below_a_diverged_one_lies_inside_the_range_searched() -> None:
    told = found(lambda c: None if ratio.of(c) == 0.05 else peak(c, 0.025))
    assert told is not None
    assert told.beyond == "neither"


def test_the_best_ratios_of_several_lines_are_a_range() -> None:
    told = found(lambda c: peak(c, 0.0125 if c.reg == 0.001 else 0.025))
    assert told is not None
    assert told.best == (0.0125, 0.025)
    assert [line.loss_at_largest for line in told.lines] == pytest.approx([0.02, 0.01])


@pytest.mark.parametrize(
    ("grid", "applies"),
    [
        (grid_of(), True),
        (grid_of(regs=(0.001,)), True),
        (grid_of(sizes=(16,), varied=("learning_rate", "reg")), False),
        (grid_of(rates=(0.2, 0.3), sizes=(16, 20)), False),  # no ratio comes from two pairs
        (grid_of(regs=tuple(n / 1000 for n in range(6))), True),
        (grid_of(regs=tuple(n / 1000 for n in range(7))), False),  # more lines than can be told apart
    ],
)
def test_a_grid_can_tell_if_some_ratio_comes_from_two_pairs(grid: Experiment, applies: bool) -> None:
    assert ratio.applies(grid) is applies
    assert (found(peak, grid) is not None) is applies


def test_a_line_of_which_no_ratio_finished_twice_tells_nothing() -> None:
    assert found(lambda c: None if c.reg == 0.001 and c.batch_size != 16 else peak(c)) is None
