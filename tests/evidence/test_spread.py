"""How much runs differ: variances moderated by those of like accuracy, as limma moderates them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from pipeline.evidence import spread


@given(st.floats(1e-3, 1e3))
def test_the_inverse_of_trigamma(x: float) -> None:
    assert spread.trigamma_inverse(float(special.polygamma(1, x))) == pytest.approx(x, rel=1e-6)


def test_the_prior_of_variances_by_hand() -> None:
    """Logarithms of 1, e² and e⁴ have the variance 4, of which trigamma(2) = π²/6 - 1 is the noise of four degrees.

    The standard error of a variance from three values is itself, √(2/2).
    """
    found = spread.fit(np.exp([0.0, 2.0, 4.0]), [4, 4, 4])
    excess = 4 - (math.pi**2 / 6 - 1) + 4
    assert special.polygamma(1, found.freedom / 2) == pytest.approx(excess)
    # digamma(2) = 1 - γ; the mean of the logarithms is 2
    shift = math.log(2) - (1 - np.euler_gamma) + special.digamma(found.freedom / 2) - math.log(found.freedom / 2)
    assert found.variance == pytest.approx(math.exp(2 + shift))


def test_variances_that_differ_less_than_chance_lets_them_differ_by_its_standard_error() -> None:
    """Of three equal variances the noise alone is known, trigamma(2) with a standard error of √(2/2) of itself."""
    found = spread.fit([1.0, 1.0, 1.0], [4, 4, 4])
    assert found.freedom == pytest.approx(4)


def test_the_prior_is_found_again_from_many_variances() -> None:
    """10,000 draws of the model: s0² d0 / χ²(d0) for the true variance, χ²(4) / 4 around it."""
    rng = np.random.default_rng(5)
    true = 0.25 * 6 / rng.chisquare(6, 10_000)
    found = spread.fit(true * rng.chisquare(4, 10_000) / 4, np.full(10_000, 4))
    assert found.freedom == pytest.approx(6, rel=0.1)
    assert found.variance == pytest.approx(0.25, rel=0.03)


def moderated(samples: list[list[float]], distances: list[float]) -> tuple[spread.Spread | None, ...]:
    return spread.moderated(tuple(map(tuple, samples)), tuple(distances))


def sample(sd: float, mean: float = 0.95, n: int = 3) -> list[float]:
    """Values of this mean and sample deviation: half of them above, half below, one between where they are odd."""
    half, odd = divmod(n, 2)
    size = sd * math.sqrt((n - 1) / (n - odd))
    return [mean - size] * half + [mean] * odd + [mean + size] * half


def test_spreads_are_drawn_to_those_of_like_accuracy_and_to_no_others() -> None:
    """Errors of 5 and 9 % are alike, 5 and 11 % are not."""
    samples = [sample(0.001), sample(0.001), sample(0.1)]
    alike = [each for each in moderated(samples, [0.05, 0.09, 0.3]) if each]
    prior = spread.fit([1e-6, 1e-6], [2, 2])
    assert alike[2] == spread.Spread(pytest.approx(0.1), 2)
    assert [each.freedom for each in alike[:2]] == [pytest.approx(2 + prior.freedom / 2)] * 2
    apart = moderated(samples, [0.05, 0.11, 0.3])
    assert [each.freedom for each in apart if each] == [2, 2, 2]


def test_a_spread_lies_between_its_own_and_that_of_the_others() -> None:
    """Deviations of e⁻¹, 1 and e around equal accuracies: log-variances -2, 0 and 2, whose variance 4 is no noise."""
    samples = [sample(sd, n=5) for sd in (math.exp(-1), 1.0, math.exp(1))]
    found = [each for each in moderated(samples, [0.05] * 3) if each]
    prior = spread.fit(np.exp([-2.0, 0.0, 2.0]), [4, 4, 4])
    expected = [(prior.freedom * prior.variance + 4 * s2) / (prior.freedom + 4) for s2 in np.exp([-2.0, 0.0, 2.0])]
    assert [each.sd**2 for each in found] == pytest.approx(expected)
    assert [each.freedom for each in found] == pytest.approx([4 + prior.freedom / 2] * 3)


def test_equal_values_tell_others_nothing_and_a_single_one_is_no_spread() -> None:
    equal, lone, other = [0.95] * 3, [0.95], sample(0.001)
    found = moderated([equal, lone, other, []], [0.05] * 4)
    assert found[1] is None
    assert found[3] is None
    assert [(each.sd, each.freedom) for each in found if each] == [(0, 2), (pytest.approx(0.001), 2)]


def test_spreads_of_the_first_samples_only_are_those_of_all() -> None:
    samples = tuple(tuple(sample(sd, n=5)) for sd in (0.001, 0.002, 0.004))
    assert spread.moderated(samples, (0.05,) * 3, 2) == spread.moderated(samples, (0.05,) * 3)[:2]
