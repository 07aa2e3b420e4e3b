"""How much runs of one configuration differ from seed to seed: variances moderated by those of like accuracy.

A handful of seeds tells little of their own spread. Configurations of like accuracy spread alike, though not equally:
the true variances are taken for draws from a scaled inverse chi-squared distribution, which is fitted to the sample
variances of those configurations, and each variance is estimated by its posterior (empirical Bayes, Smyth 2004,
Statistical Applications in Genetics and Molecular Biology 3:1, known from limma). A pooled variance would be too narrow
for the configurations that spread more than others. What a few variances tell of that distribution is uncertain, so
it is used with caution: they are taken to differ by one standard error more than estimated, and the degrees of freedom
that the distribution lends count by half. With less caution, simulated sound files are accused too often
(tests/evidence/test_file_rule.py).
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, variance

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, zeta

from pipeline.analysis import intervals

ALIKE = 2.0  # the ratio of error rates, or of losses, up to which configurations are alike
_STEPS = 50

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """A standard deviation from seed to seed, and the degrees of freedom with which it is known."""

    sd: float
    freedom: float


@dataclass(frozen=True)
class Prior:
    """What the variances of a population of configurations are draws from: their scale, and its degrees of freedom."""

    variance: float
    freedom: float


@lru_cache(maxsize=4096)
def moderated(
    samples: tuple[tuple[float, ...], ...], distances: tuple[float, ...], count: int | None = None
) -> tuple[Spread | None, ...]:
    """The spread of each sample, moderated by those of which the distance is alike; None with fewer than two values.

    `distances` say how far each sample's mean is from the best there can be: an error rate, or a loss. With `count`,
    the spreads of so many samples, the first; the others only moderate. Kept for equal samples, which many files have.
    """
    variances = np.array([_variance(each) if len(each) >= intervals.FEWEST else math.nan for each in samples])
    freedoms = np.array([len(each) - 1.0 for each in samples])
    places = np.array(distances, dtype=np.float64)
    spreads: list[Spread | None] = []
    for own, freedom, place in zip(variances[:count], freedoms, places, strict=False):
        if math.isnan(own):
            spreads.append(None)
            continue
        near = (places <= ALIKE * place) & (place <= ALIKE * places) & (variances > 0)
        spreads.append(_posterior(float(own), float(freedom), variances[near], freedoms[near]))
    return tuple(spreads)


@lru_cache(maxsize=65536)
def _variance(values: tuple[float, ...]) -> float:
    """Exactly 0 for equal values, which takes time."""
    return variance(values)


def _posterior(own: float, freedom: float, variances: Values, freedoms: Values) -> Spread:
    if len(variances) < intervals.FEWEST:
        return Spread(math.sqrt(own), freedom)
    prior = fit(variances, freedoms)
    variance = (prior.freedom * prior.variance + freedom * own) / (prior.freedom + freedom)
    return Spread(math.sqrt(variance), freedom + prior.freedom / 2)


def fit(variances: npt.ArrayLike, freedoms: npt.ArrayLike) -> Prior:
    """The prior of two sample variances or more, none of them zero, by the moments of their logarithms."""
    s2, d = np.asarray(variances, np.float64), np.asarray(freedoms, np.float64)
    logarithms = np.log(s2) - digamma(d / 2) + np.log(d / 2)
    observed, noise = float(logarithms.var(ddof=1)), fmean(zeta(2, d / 2))  # trigamma
    error = max(observed, noise) * math.sqrt(2 / (len(s2) - 1))
    freedom = 2 * trigamma_inverse(max(0.0, observed - noise) + error)
    return Prior(math.exp(logarithms.mean() + digamma(freedom / 2) - math.log(freedom / 2)), freedom)


def trigamma_inverse(value: float) -> float:
    """The x with trigamma(x) = value > 0, by Newton's method on 1/trigamma, which is convex and nearly linear."""
    x = 0.5 + 1 / value
    for _ in range(_STEPS):
        trigamma, slope = float(zeta(2, x)), -2 * float(zeta(3, x))
        step = trigamma * (1 - trigamma / value) / slope
        x += step
        if -step / x < 1e-8:
            break
    return x
