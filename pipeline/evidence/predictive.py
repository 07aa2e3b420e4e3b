"""The distribution of a number that further runs give, where a few runs tell mean and spread.

With mean m of n runs and a standard deviation s of f degrees of freedom, a summary of further runs is

    m + s (U + Z/√n) / √(χ²/f),

where U is the same summary of standard normal draws, Z such a draw and χ² one of f degrees of freedom, all independent.
For the mean of r runs this is Student's t. The largest of r is held against the runs that all r share, not against r
numbers on their own: their errors have the mean and the spread in common (Hahn 1970, Journal of the American
Statistical Association 65:1668; the same distribution as Dunnett's 1955, ibid. 50:1096). It is integrated over both.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammainccinv, gammaincinv, log_ndtr, stdtr, stdtrit

from pipeline.evidence.spread import Spread
from pipeline.writeup.published import ONE, Summary

_NORMAL_NODES, _CHI_NODES = 32, 64  # of a probability, three digits are right
_NEGLIGIBLE = 1e-9  # probability
_CLOSE = 1e-6  # standard deviations

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictive:
    """What a summary of further runs may be, given `n` runs with this mean and spread.

    `lowest`: the best of several runs is their smallest number, as of losses, instead of their largest.
    """

    mean: float
    spread: Spread
    n: int
    summary: Summary = ONE
    lowest: bool = False

    def quantile(self, probability: float) -> float:
        """The number that a further one stays below with this probability, between 0 and 1."""
        if self.lowest:
            return self.mean - self.spread.sd * self._quantile(1 - probability)
        return self.mean + self.spread.sd * self._quantile(probability)

    def tails(self, value: float, blur: float = 0.0) -> tuple[float, float]:
        """The probabilities that a further number lies below and above `value`, each exact where it is small.

        `blur` is the standard deviation of an error that comes to the further number, such as that of rounding.
        """
        sd = math.hypot(self.spread.sd, blur / self._error)
        if not sd:
            return float(value > self.mean), float(value < self.mean)
        below, above = self._tails((value - self.mean) / sd * (-1 if self.lowest else 1))
        return (above, below) if self.lowest else (below, above)

    def between(self, low: float, high: float, blur: float = 0.0) -> float:
        """The probability of a further number between two numbers."""
        (below, above), (below_high, above_high) = self.tails(low, blur), self.tails(high, blur)
        return below_high - below if below_high < above else above - above_high

    @property
    def _error(self) -> float:
        """The standard error of the prediction of one run, or of a mean, in standard deviations of the runs."""
        runs = self.summary.runs if self.summary.kind == "mean" else 1
        return math.sqrt(1 / runs + 1 / self.n)

    def _quantile(self, probability: float) -> float:
        if self.summary.kind == "best":
            return _quantile_of_largest(probability, self.summary.runs, self.n, self.spread.freedom)
        return float(stdtrit(self.spread.freedom, probability)) * self._error

    def _tails(self, deviation: float) -> tuple[float, float]:
        if self.summary.kind == "best":
            return _tails_of_largest(deviation, self.summary.runs, self.n, self.spread.freedom)
        t, freedom = deviation / self._error, self.spread.freedom
        return float(stdtr(freedom, t)), float(stdtr(freedom, -t))


@cache
def _quantile_of_largest(probability: float, runs: int, n: int, freedom: float) -> float:
    """It lies between the quantiles of one run, by Bonferroni's inequality for the other end."""
    error, least = math.sqrt(1 + 1 / n), min(probability, 1 - probability)
    ends = [error * float(stdtrit(freedom, each)) for each in (probability, 1 - (1 - probability) / runs)]
    if runs == 1:
        return ends[0]

    def excess(deviation: float) -> float:
        below, above = _tails_of_largest(deviation, runs, n, freedom)
        return below - least if probability == least else least - above

    return float(brentq(excess, ends[0] - _CLOSE, ends[1] + _CLOSE, xtol=_CLOSE))


def _tails_of_largest(deviation: float, runs: int, n: int, freedom: float) -> tuple[float, float]:
    normal, weights = _normal()
    chi, chi_weights = _chi(freedom)
    all_below = runs * log_ndtr(deviation * chi[:, None] - normal / math.sqrt(n))
    below, above = (chi_weights @ each @ weights for each in (np.exp(all_below), -np.expm1(all_below)))
    return float(below), float(above)


@cache
def _normal() -> tuple[Values, Values]:
    """Nodes and weights of the standard normal distribution (Gauss and Hermite)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NORMAL_NODES)
    return nodes, weights / weights.sum()


@cache
def _chi(freedom: float) -> tuple[Values, Values]:
    """Nodes and weights of √(χ²/freedom): the trapezoidal rule on its logarithm, where the density is smooth."""
    low, high = (math.log(2 / freedom * end(freedom / 2, _NEGLIGIBLE)) / 2 for end in (gammaincinv, gammainccinv))
    logarithms = np.linspace(low, high, _CHI_NODES)
    weights = np.exp(freedom * (logarithms - np.exp(2 * logarithms) / 2 + 0.5))
    return np.exp(logarithms), weights / weights.sum()
