"""One-sided tests of a mean over seeds, many of them held together, and the number of seeds that would decide one.

A test asks whether a mean lies beyond a bound. Its p is the probability of an estimate as far beyond it, or farther,
were the mean at the bound, by Student's distribution. Of many tests, Holm's procedure (Scand. J. Statist. 6, 1979)
keeps the probability of even one false rejection below ALPHA, however the tests depend on each other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import nctdtr, stdtr, stdtrit  # scipy.stats takes a second to import

from pipeline.analysis import intervals
from pipeline.analysis.intervals import Interval

ALPHA = 0.05  # of a false rejection among all tests that are held together
POWER = 0.8  # with which a number of seeds decides
MOST_SEEDS = 1000  # that are worth counting


@dataclass(frozen=True)
class Measured:
    """A mean over seeds, or a difference of two: its standard error and degrees of freedom.

    `seeds` are the fewest that a part of it comes from. With n seeds of each part the error would be `spread` / √n, and
    the degrees of freedom n - 1 times `parts`: 1, or up to 2 for two samples.
    """

    value: float
    error: float
    freedom: float
    seeds: int
    spread: float
    parts: float = 1.0

    @property
    def interval(self) -> Interval:
        """The confidence interval at the usual level."""
        reach = intervals.quantile(self.freedom) * self.error
        return Interval(self.value - reach, self.value + reach)

    def p_above(self, bound: float) -> float:
        """Of an estimate so far above the bound, were the mean at it."""
        return self._p(self.value - bound)

    def p_below(self, bound: float) -> float:
        """Of an estimate so far below the bound, were the mean at it."""
        return self._p(bound - self.value)

    def _p(self, beyond: float) -> float:
        if self.error == 0:
            return float(beyond <= 0)
        return float(stdtr(self.freedom, -beyond / self.error))

    def reach(self, level: float) -> float:
        """How far a bound is from the value where a one-sided p is this level."""
        return float(stdtrit(self.freedom, 1 - level)) * self.error


def of_mean(values: npt.NDArray[np.float64]) -> Measured:
    """The mean of a sample of two or more."""
    n, sd = len(values), float(values.std(ddof=1))
    return Measured(float(values.mean()), sd / math.sqrt(n), n - 1, n, sd)


def of_difference(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> Measured:
    """The mean of one sample minus that of another, of two or more each, whose spreads may differ (Welch)."""
    one, other = of_mean(first), of_mean(second)
    a, b = one.error**2, other.error**2
    c, d = one.spread**2, other.spread**2
    alike = a + b == 0  # all values of either sample are equal
    return Measured(
        value=one.value - other.value,
        error=math.sqrt(a + b),
        freedom=1.0 if alike else (a + b) ** 2 / (a**2 / one.freedom + b**2 / other.freedom),
        seeds=min(one.seeds, other.seeds),
        spread=math.sqrt(c + d),
        parts=1.0 if alike else (c + d) ** 2 / (c**2 + d**2),
    )


@dataclass(frozen=True)
class Held:
    """A test that is held together with others: its adjusted p, which rejects where it is at most ALPHA.

    Its own p rejects where it is at most `level`, the others being what they are: the same in other words.
    """

    p: float
    level: float


def held_with(p: float, others: Sequence[float]) -> Held:
    """Holm's procedure on a p-value and those of the other tests."""
    tests = len(others) + 1
    smaller = sorted(other for other in others if other < p)
    adjusted = max((tests - rank) * each for rank, each in enumerate([*smaller, p]))
    left = tests  # ALPHA is divided by the number of tests, less those of the others that are rejected without this one
    for other in sorted(others):
        if other > ALPHA / left:
            break
        left -= 1
    return Held(min(1.0, adjusted), ALPHA / left)


def seeds_to_decide(measured: Measured, distance: float, level: float) -> int:
    """How many seeds of each part would put a mean beyond a bound at this level with probability POWER.

    If it is where it seems, at this distance beyond the bound, and a seed spreads as it does. More than MOST_SEEDS are
    counted as one more, and so is a number that no seeds can tell: that of a mean on the
    bound or before it, or without spread.
    """
    if measured.spread == 0:
        return MOST_SEEDS + 1
    seeds = np.arange(measured.seeds + 1, MOST_SEEDS + 1)
    freedom = measured.parts * (seeds - 1)
    power = 1 - nctdtr(freedom, distance * np.sqrt(seeds) / measured.spread, stdtrit(freedom, 1 - level))
    enough = seeds[power >= POWER]
    return int(enough[0]) if len(enough) else MOST_SEEDS + 1
