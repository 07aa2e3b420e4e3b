"""Whether printed numbers lie on one side of their runs: a normal deviate for each, and their mean."""

import math
from dataclasses import replace

import numpy as np
import pytest
from configuration import CONFIG_YAML
from judging import judged
from scipy import stats

from pipeline.config import load as config
from pipeline.config.quantity import Quantity
from pipeline.evidence import shift
from pipeline.evidence.cells import JudgedCell
from pipeline.writeup import published
from pipeline.writeup.published import Summary

(COLUMN, *_) = published.load(published.FILE, config.load(CONFIG_YAML)).cells  # prints 0.9450


def cell(*values: float, printed: str = "0.9450", column: str = "a", metric: str = "training_accuracy") -> JudgedCell:
    found = judged(COLUMN, metric, *values)
    return replace(found, printed=printed, table=f"Table {column}")


def deviate(judged: JudgedCell) -> float:
    assert judged.deviate is not None
    return judged.deviate


ONE = stats.norm.ppf(stats.t.cdf(0.001 / math.hypot(0.0017320508, 0.00005 / math.sqrt(3)), 1))  # of 0.943 and 0.945


def test_a_deviate_has_the_probability_of_students_t() -> None:
    """Of 0.943 and 0.945, 0.944 ± 0.001414 √1.5, and the rounding with 0.00005 / √3; t with one degree of freedom."""
    scale = math.hypot(0.0017320508, 0.00005 / math.sqrt(3))
    assert deviate(cell(0.943, 0.945)) == pytest.approx(stats.norm.ppf(stats.t.cdf(0.001 / scale, 1)))
    assert deviate(cell(0.943, 0.945, printed="0.9430")) == pytest.approx(-ONE, abs=1e-5)
    assert deviate(cell(0.944, 0.946)) == 0
    scale = math.hypot(0.0017320508, 0.005 / math.sqrt(3))
    assert deviate(cell(0.943, 0.945, printed="0.95")) == pytest.approx(stats.norm.ppf(stats.t.cdf(0.006 / scale, 1)))
    far = 0.8449995 / math.hypot(8.66e-7, 0.00005 / math.sqrt(3))
    assert deviate(cell(0.1, 0.100001)) == pytest.approx(stats.norm.isf(stats.t.sf(far, 1)), abs=0.01)


def test_cells_of_different_columns_count_fully() -> None:
    """Two deviates of the same size, of runs that go apart: their mean over 1/√2."""
    found = shift.of([cell(0.943, 0.945, column="a"), cell(0.945, 0.943, column="b")])
    assert found is not None
    assert (found.cells, found.above, found.within, found.between) == (2, 2, 0, 0)
    assert found.mean == pytest.approx(ONE, abs=1e-5)
    assert found.p == pytest.approx(2 * stats.norm.sf(ONE * math.sqrt(2)), abs=1e-5)
    assert not found.systematic
    one_table = [replace(cell(*runs), configurations=(), column=f"{runs}") for runs in ((0.943, 0.945), (0.945, 0.943))]
    one_table[0] = replace(one_table[0], configurations=cell(0.9).configurations)
    assert shift.of(one_table) == found


def test_cells_count_by_how_far_they_go_together_in_a_column_and_between_columns() -> None:
    values = [[0.940, 0.942, 0.947], [0.930, 0.932, 0.937], [0.940, 0.944, 0.942]]
    column, other = [cell(*each) for each in values[:2]], cell(*values[2], column="b")
    lone = cell(0.943, 0.945, column="c")  # of other seeds, so that nothing is known of how it goes with the others
    r = np.corrcoef(values)
    within, between = r[0, 1], (r[0, 2] + r[1, 2]) / 2
    found = shift.of([*column, other, lone])
    assert found is not None
    assert (found.within, found.between) == pytest.approx((within, between))
    total = sum(map(deviate, (*column, other, lone)))
    assert found.mean == pytest.approx(total / 4)
    variance = 4 + 2 * within + 10 * between  # of twelve ordered pairs two are of one column
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(total) / math.sqrt(variance)))


def test_what_goes_apart_does_not_count_more_than_once_each() -> None:
    assert set(shift.correlations([cell(0.943, 0.945), cell(0.945, 0.943)]).values()) == {0}


def test_losses_class_shares_and_what_is_not_judged_have_no_side() -> None:
    one = cell(0.943, 0.945)
    others = [replace(one, metric="training_loss"), replace(one, discrete=True), cell(0.9)]
    others.append(replace(one, metric="testing_accuracy rate of change"))
    assert shift.of(others) is None
    found = shift.of([one, *others])
    assert found is not None
    assert found.cells == 1


@pytest.mark.parametrize(
    ("printed", "above", "best_of"), [("0.9452", 8, 2), ("0.9461", 8, 3), ("0.9490", 8, None), ("0.9428", 0, None)]
)
def test_many_small_shifts_are_systematic_and_the_best_of_a_few_runs_explains_those_above(
    printed: str, above: int, best_of: int | None
) -> None:
    """Of 0.943 and 0.945: 0.0012 / 0.001732 is t = 0.69, as a deviate 0.51, and 0.0021 is 1.21, 0.77."""
    runs = [(0.943, 0.945), (0.945, 0.943)]  # which go together on average as little as apart
    many = shift.of([cell(*runs[n % 2], printed=printed, column=str(n)) for n in range(40)])
    assert many is not None
    assert many.systematic
    assert (many.above, many.best_of) == (above * 5, best_of)


def test_the_largest_of_a_few_normal_draws() -> None:
    rng = np.random.default_rng(2)
    for runs, mean in shift.BEST_OF.items():
        assert rng.standard_normal((100_000, runs)).max(axis=1).mean() == pytest.approx(mean, abs=0.01)


def test_a_number_at_the_mean_is_not_above_it() -> None:
    found = shift.of([cell(0.944, 0.946), cell(0.943, 0.945, column="b")])
    assert found is not None
    assert (found.cells, found.above) == (2, 1)


def test_cells_that_go_together_wholly_count_as_one_and_equal_runs_tell_nothing_of_that() -> None:
    found = shift.of([cell(0.943, 0.945), cell(0.933, 0.935), cell(0.944, 0.944)])
    assert found is not None
    assert (found.within, found.between) == (pytest.approx(1), 0)
    assert shift.of([cell(0.943, 0.945), cell(0.944, 0.944, column="b")]) is not None


def test_no_deviate_is_larger_than_a_probability_can_tell() -> None:
    many = cell(*np.linspace(0.94, 0.941, 60), printed="0.9000")
    assert deviate(many) == -8
    assert deviate(replace(many, printed="0.9900")) == 8


def test_repeated_runs_have_the_mean_of_our_runs_in_common_and_no_more() -> None:
    """Of two runs 1/(1 + 2) of the error is shared, with a mean of five √((1/2)/(1 + 1/2) · (1/2)/(1/5 + 1/2))."""
    one = cell(0.943, 0.945)
    again = replace(one, column="run 2")
    assert shift.correlations([one, again])["repeated"] == pytest.approx(1 / 3)
    mean = replace(again, summary=Summary("mean", 5))
    assert shift.correlations([one, mean])["repeated"] == pytest.approx(math.sqrt(1 / 3 * 5 / 7))
    best = replace(again, summary=Summary("best", 7))
    assert shift.correlations([one, best])["repeated"] == pytest.approx(1 / 3)
    found = shift.of([one, again])
    assert found is not None
    assert found.p == pytest.approx(2 * stats.norm.sf(found.mean * 2 / math.sqrt(2 + 2 / 3)))
    assert shift.correlations([one, replace(again, table="Table 2")])["between"] == pytest.approx(1)


@pytest.mark.parametrize("summary", [Summary("best", 3), Summary("mean", 5)])
def test_numbers_that_are_stated_of_several_runs_are_not_said_to_be_the_best_of_some(summary: Summary) -> None:
    ones = [cell(0.943, 0.945, printed="0.9461", column=str(n)) for n in range(2)]
    stated = shift.of([ones[0], replace(ones[1], summary=summary)])
    assert (found := shift.of(ones)) is not None
    assert stated is not None
    assert (found.best_of, stated.best_of) == (3, None)


def test_sound_bests_of_several_runs_lie_on_no_side() -> None:
    """Their deviates are standard normal draws: 2,000 files of five runs against the best of seven more."""
    rng = np.random.default_rng(6)
    (first,) = published.load(published.FILE, config.load(CONFIG_YAML)).cells[:1]
    best = replace(first, summary=Summary("best", 7))
    deviates = []
    for values, others in zip(rng.normal(0.9, 0.01, (2000, 5)), rng.normal(0.9, 0.01, (2000, 7)), strict=True):
        number = Quantity(f"{others.max():.6f}")
        deviates.append(deviate(judged(replace(best, printed=number), "training_accuracy", *values)))
    assert stats.kstest(deviates, "norm").pvalue > 0.01
