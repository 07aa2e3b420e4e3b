"""Where the mean or the best of several further runs falls: published tables, an independent library, simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from pipeline.evidence.predictive import Predictive
from pipeline.evidence.spread import Spread
from pipeline.writeup.published import Summary

MEAN, SD, FREEDOM, N = 0.95, 0.002, 4.0, 5


def predictive(kind: str, runs: int, n: int = N, freedom: float = FREEDOM, lowest: bool = False) -> Predictive:
    summary = Summary("best" if kind == "best" else "mean", runs)
    return Predictive(MEAN, Spread(SD, freedom), n, summary, lowest)


@pytest.mark.parametrize(
    ("runs", "factor"),
    [(1, 2.02), (2, 2.44), (3, 2.68), (4, 2.85), (5, 2.98), (6, 3.08), (7, 3.16), (8, 3.24), (9, 3.30)],
)
def test_the_largest_of_several_runs_has_dunnetts_quantiles(runs: int, factor: float) -> None:
    """Dunnett (1955), Table 1a: 5 % points of five degrees of freedom, of differences of two draws."""
    found = predictive("best", runs, n=1, freedom=5).quantile(0.95)
    assert (found - MEAN) / (SD * math.sqrt(2)) == pytest.approx(factor, abs=0.006)


@pytest.mark.parametrize(("runs", "freedom", "n"), [(2, 4, 5), (7, 9, 3)])
def test_the_largest_is_below_what_all_runs_are_below_together(runs: int, freedom: int, n: int) -> None:
    """Runs less the mean of ours, over the spread, are multivariate t with the correlation (1/n) / (1 + 1/n)."""
    shape = np.full((runs, runs), 1 / n) + np.eye(runs)
    expected = stats.multivariate_t(shape=shape, df=freedom, seed=1)
    for deviation in (-0.5, 1.0, 3.0):
        below, above = predictive("best", runs, n, freedom).tails(MEAN + SD * deviation)
        assert below == pytest.approx(expected.cdf(np.full(runs, deviation)), abs=1e-4)
        assert below + above == pytest.approx(1)


@pytest.mark.parametrize("lowest", [False, True])
@pytest.mark.parametrize("runs", [2, 7, 40])
def test_the_best_of_further_runs_falls_below_a_quantile_as_often_as_promised(runs: int, lowest: bool) -> None:
    rng = np.random.default_rng(3)
    ours, theirs = rng.standard_normal((20_000, N)), rng.standard_normal((20_000, runs))
    best = theirs.min(axis=1) if lowest else theirs.max(axis=1)
    places = (best - ours.mean(axis=1)) / ours.std(axis=1, ddof=1)
    for probability in (0.025, 0.5, 0.9, 0.995):
        quantile = (predictive("best", runs, lowest=lowest).quantile(probability) - MEAN) / SD
        assert np.mean(places < quantile) == pytest.approx(probability, abs=4 * math.sqrt(0.25 / 20_000))


@pytest.mark.parametrize("lowest", [False, True])
@pytest.mark.parametrize(("kind", "runs"), [("mean", 1), ("mean", 5), ("best", 7)])
@pytest.mark.parametrize("probability", [1e-5, 0.02, 0.5, 0.999])
def test_a_quantile_has_its_probability_below_it(kind: str, runs: int, lowest: bool, probability: float) -> None:
    found = predictive(kind, runs, lowest=lowest)
    below, above = found.tails(found.quantile(probability))
    assert (below, above) == (pytest.approx(probability, rel=1e-4), pytest.approx(1 - probability, rel=1e-4))


def test_the_mean_of_several_runs_is_students() -> None:
    """2.776445 is the quantile of four degrees of freedom."""
    assert predictive("mean", 5).quantile(0.975) == pytest.approx(MEAN + 2.776445 * SD * math.sqrt(1 / 5 + 1 / 5))
    assert predictive("mean", 20).quantile(0.025) == pytest.approx(MEAN - 2.776445 * SD * math.sqrt(1 / 20 + 1 / 5))


@pytest.mark.parametrize("lowest", [False, True])
def test_the_best_of_one_run_is_that_run(lowest: bool) -> None:
    best, run = predictive("best", 1, lowest=lowest), predictive("mean", 1)
    assert best.quantile(0.9) == pytest.approx(run.quantile(0.9))
    assert best.tails(0.953) == pytest.approx(run.tails(0.953), rel=1e-3)


def test_an_error_of_rounding_widens_the_distribution() -> None:
    """√(0.002² · 6/5 + 0.003²) instead of 0.002 √(6/5)."""
    _, above = predictive("mean", 1).tails(0.956, blur=0.003)
    assert above == pytest.approx(stats.t.sf(0.006 / math.sqrt(4e-6 * 1.2 + 9e-6), 4))
    equal = Predictive(MEAN, Spread(0.0, 4), 5)
    assert equal.tails(0.956, blur=0.003)[1] == pytest.approx(stats.t.sf(2, 4))
    assert [equal.tails(value) for value in (0.94, 0.95, 0.96)] == [(0, 1), (0, 0), (1, 0)]


@pytest.mark.parametrize(("low", "high"), [(0.90, 0.9501), (0.951, 0.953), (0.96, 0.961), (0.93, 0.932)])
def test_the_probability_between_two_numbers_is_exact_on_either_side(low: float, high: float) -> None:
    t = stats.t(4, MEAN, SD * math.sqrt(6 / 5))
    expected = t.cdf(high) - t.cdf(low) if high < MEAN else t.sf(low) - t.sf(high)
    assert predictive("mean", 1).between(low, high) == pytest.approx(expected, rel=1e-9)
