"""One-sided tests of means over seeds, held against SciPy, tables of others, and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from pipeline.analysis import hypotheses
from pipeline.analysis.hypotheses import Measured, held_with

FIRST, SECOND = np.array([0.91, 0.95, 0.90, 0.97]), np.array([0.80, 0.86, 0.83])


def test_a_mean_has_students_error_interval_and_p_values() -> None:
    found = hypotheses.of_mean(FIRST)
    assert (found.value, found.error, found.freedom, found.seeds) == pytest.approx((0.9325, stats.sem(FIRST), 3, 4))
    low, high = stats.t.interval(0.95, 3, FIRST.mean(), stats.sem(FIRST))
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high))
    for bound in (0.85, 0.9325, 1.1):
        assert found.p_above(bound) == pytest.approx(stats.ttest_1samp(FIRST, bound, alternative="greater").pvalue)
        assert found.p_below(bound) == pytest.approx(stats.ttest_1samp(FIRST, bound, alternative="less").pvalue)


def test_a_difference_of_two_samples_is_welchs() -> None:
    found = hypotheses.of_difference(FIRST, SECOND)
    welch = stats.ttest_ind(FIRST, SECOND, equal_var=False)
    assert (found.value, found.freedom, found.seeds) == pytest.approx((FIRST.mean() - 0.83, welch.df, 3))
    # with the variances 0.00109167 and 0.0009: 0.00199167² / (0.00109167² + 0.0009²)
    assert (found.spread**2, found.parts) == pytest.approx((0.00199167, 1.98165), rel=1e-4)
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(welch.confidence_interval()))
    above = stats.ttest_ind(FIRST - 0.05, SECOND, equal_var=False, alternative="greater").pvalue
    assert found.p_above(0.05) == pytest.approx(above)
    assert found.p_below(0.05) == pytest.approx(1 - above)


def test_a_difference_of_equal_spreads_has_the_freedom_of_both_samples() -> None:
    found = hypotheses.of_difference(FIRST, FIRST - 0.1)
    assert (found.freedom, found.parts) == pytest.approx((6, 2))


def test_a_bound_as_far_as_the_reach_has_the_level_as_its_p() -> None:
    found = hypotheses.of_difference(FIRST, SECOND)
    for level in (0.05, 0.001):
        assert found.p_above(found.value - found.reach(level)) == pytest.approx(level)
        assert found.p_below(found.value + found.reach(level)) == pytest.approx(level)


def test_equal_values_leave_no_doubt_but_at_the_bound_itself() -> None:
    for found in (
        hypotheses.of_mean(np.array([2.0, 2.0])),
        hypotheses.of_difference(np.array([3.0, 3.0]), np.array([1.0, 1.0, 1.0])),
    ):
        assert (found.error, found.interval.low, found.interval.high, found.reach(0.01)) == (0, 2, 2, 0)
        assert (found.p_above(1.9), found.p_above(2), found.p_above(2.1)) == (0, 1, 1)
        assert (found.p_below(1.9), found.p_below(2), found.p_below(2.1)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("p_values", "adjusted"),
    [
        # by hand: (4 × 0.01, 3 × 0.02, 2 × 0.03 and 0.04, each not below the one before)
        ((0.01, 0.04, 0.03, 0.02), (0.04, 0.06, 0.06, 0.06)),
        # Holm (1979): of 0.01 × 3, 0.02 × 2, 0.3
        ((0.3, 0.01, 0.02), (0.3, 0.03, 0.04)),
        ((0.2, 0.9), (0.4, 0.9)),
        ((0.6, 0.7, 0.8), (1, 1, 1)),
        ((0.04,), (0.04,)),
        ((0.03, 0.03), (0.06, 0.06)),
    ],
)
def test_p_values_are_adjusted_by_holms_procedure(p_values: tuple[float, ...], adjusted: tuple[float, ...]) -> None:
    found = [held_with(p, p_values[:n] + p_values[n + 1 :]).p for n, p in enumerate(p_values)]
    assert found == pytest.approx(list(adjusted))


def rejected(p_values: list[float]) -> set[int]:
    """Holm's own words: from the smallest on, reject while p is at most 0.05 over the number of those left."""
    found: set[int] = set()
    for rank, position in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[position] > 0.05 / (len(p_values) - rank):
            break
        found.add(position)
    return found


@given(
    st.lists(
        st.sampled_from([0.0, 0.001, 0.004, 0.006, 0.009, 0.0125, 0.016, 0.02, 0.025, 0.03, 0.05, 0.051, 0.5, 1.0])
    )
)
def test_what_holm_rejects_has_a_small_adjusted_p_and_is_within_its_level(p_values: list[float]) -> None:
    expected = rejected(p_values)
    for own, p in enumerate(p_values):
        held = held_with(p, p_values[:own] + p_values[own + 1 :])
        assert (held.p <= 0.05) is (own in expected)
        assert (p <= held.level) is (own in expected)


def test_of_many_tests_of_nothing_none_is_rejected_in_19_of_20_families_though_they_share_their_seeds() -> None:
    rng = np.random.default_rng(7)
    families, wrong = 1000, 0
    for _ in range(families):
        shared = rng.normal(size=(1, 6))
        samples = 0.7 * shared + rng.normal(size=(12, 6))
        p_values = [hypotheses.of_mean(sample).p_above(0.0) for sample in samples]
        wrong += any(held_with(p, p_values[:n] + p_values[n + 1 :]).p <= 0.05 for n, p in enumerate(p_values))
    assert wrong / families <= 0.05 + 3 * (0.05 * 0.95 / families) ** 0.5
    assert wrong > 0


# Cohen (1992): 26 and 64 of each of two groups for large and medium effects at 5% two-sided. Of one sample R's
# power.t.test has 34 and 15, and 27 for a medium effect at 5% on one side.
@pytest.mark.parametrize(
    ("parts", "effect", "level", "seeds"),
    [
        (2.0, 0.8, 0.025, 26),
        (2.0, 0.5, 0.025, 64),
        (1.0, 0.5, 0.025, 34),
        (1.0, 0.8, 0.025, 15),
        (1.0, 0.5, 0.05, 27),
        (1.0, 0.01, 0.05, 1001),
    ],
)
def test_the_seeds_that_decide_are_those_of_tables_of_power(
    parts: float, effect: float, level: float, seeds: int
) -> None:
    measured = Measured(0.0, 1.0, 1.0, 3, spread=parts**0.5, parts=parts)
    assert hypotheses.seeds_to_decide(measured, effect, level) == seeds


def power(seeds: int, effect: float, level: float) -> float:
    """Of a one-sided test of one sample: Student's noncentral distribution."""
    bound = stats.t.ppf(1 - level, seeds - 1)
    return float(stats.nct.sf(bound, seeds - 1, effect * seeds**0.5))


@pytest.mark.parametrize(("level", "seeds"), [(0.025, 4), (0.05, 5), (0.01, 9), (0.05, 999), (0.05, 1000)])
def test_the_seeds_that_decide_are_the_first_with_the_power_of_student(level: float, seeds: int) -> None:
    effect = optimize.brentq(lambda each: power(seeds, each, level) - 0.8001, 0.001, 20)
    assert power(seeds - 1, effect, level) < 0.8
    assert hypotheses.seeds_to_decide(Measured(0.0, 1.0, 1.0, 2, spread=1.0), effect, level) == seeds


@pytest.mark.parametrize("seeds", [4, 5, 9])
def test_a_seed_fewer_does_not_decide_if_its_power_is_just_too_small(seeds: int) -> None:
    effect = optimize.brentq(lambda each: power(seeds - 1, each, 0.025) - 0.7999, 0.001, 20)
    assert hypotheses.seeds_to_decide(Measured(0.0, 1.0, 1.0, 2, spread=1.0), effect, 0.025) == seeds


def test_no_seeds_decide_where_a_pilot_has_no_spread() -> None:
    assert hypotheses.seeds_to_decide(Measured(0.0, 0.0, 1.0, 5, spread=0.0), 1.0, 0.05) == hypotheses.MOST_SEEDS + 1


def test_a_p_value_on_its_share_of_the_level_is_rejected() -> None:
    assert held_with(0.04, [0.025]).level == 0.05  # 0.05 / 2, and all of it for the one that is left


def test_a_test_that_four_in_five_families_of_so_many_seeds_decide() -> None:
    rng = np.random.default_rng(11)
    pilot = hypotheses.of_difference(rng.normal(1, 1, 5), rng.normal(0, 0.3, 9))
    seeds = hypotheses.seeds_to_decide(pilot, 0.4, 0.01)
    a = pilot.spread**2  # of a seed of both together: any two spreads of this sum and these parts will do
    share = (1 + (2 / pilot.parts - 1) ** 0.5) / 2
    decided = 0
    for _ in range(2000):
        first = rng.normal(0.4, (a * share) ** 0.5, seeds)
        second = rng.normal(0, (a * (1 - share)) ** 0.5, seeds)
        decided += hypotheses.of_difference(first, second).p_above(0.0) <= 0.01
    assert 0.77 < decided / 2000 < 0.86


def test_more_seeds_than_there_are_at_least_are_wanted() -> None:
    assert hypotheses.seeds_to_decide(Measured(5.0, 0.1, 4, 5, 0.22), 5.0, 0.05) == 6
    assert hypotheses.seeds_to_decide(Measured(0.1, 0.1, 4, 5, 0.22), -0.1, 0.05) == 1001
