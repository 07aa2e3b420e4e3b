"""Intervals from a handful of seeds: where a further run would fall, and where a mean lies.

Both take the runs for draws from one normal distribution and use the quantile of Student's t for their number, which
for five runs is 2.78 where a normal quantile would be 1.96.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit  # scipy.stats takes a second to import

LEVEL = 0.95
FEWEST = 2  # values that tell anything about their spread


@dataclass(frozen=True)
class Interval:
    """The numbers between two ends, the ends included."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How far the ends are apart."""
        return self.high - self.low

    def within(self, low: float, high: float) -> "Interval":
        """The part of it that can be, where values lie between two bounds."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))

    def contains(self, value: float, slack: float = 0.0) -> bool:
        """Whether a value that is known to within `slack` may lie inside."""
        return self.low - slack <= value <= self.high + slack


class Moments(NamedTuple):
    """Mean, standard deviation of a sample (divisor n - 1), and number of values."""

    mean: float
    sd: float
    n: int


def prediction(values: npt.ArrayLike, level: float = LEVEL) -> Interval:
    """Where one more draw falls with probability `level`: mean ± t sd √(1 + 1/n). Needs two values or more."""
    centre, sd, n = _moments(values)
    return _around(centre, sd * math.sqrt(1 + 1 / n), n - 1, level)


def mean(values: npt.ArrayLike, level: float = LEVEL) -> Interval:
    """The confidence interval of the mean: mean ± t sd / √n. Needs two values or more."""
    centre, sd, n = _moments(values)
    return _around(centre, sd / math.sqrt(n), n - 1, level)


def difference(first: npt.ArrayLike, second: npt.ArrayLike, level: float = LEVEL) -> Interval:
    """Welch's confidence interval of the mean of `first` minus that of `second`, whose spreads may differ.

    Needs two values or more of each. Satterthwaite's degrees of freedom; one point if neither spreads at all.
    """
    return difference_of_moments(_moments(first), _moments(second), level)


def difference_of_moments(first: Moments, second: Moments, level: float = LEVEL) -> Interval:
    """Welch's confidence interval of a difference of means (see `difference`), from the moments of the two samples."""
    (of_first, sd_first, n), (of_second, sd_second, m) = first, second
    a, b = sd_first**2 / n, sd_second**2 / m
    if a + b == 0:
        return Interval(of_first - of_second, of_first - of_second)
    freedom = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
    return _around(of_first - of_second, math.sqrt(a + b), freedom, level)


def quantile(freedom: float, level: float = LEVEL) -> float:
    """What Student's t exceeds on either side with probability 1 - level: 2.78 for four degrees of freedom."""
    return float(stdtrit(freedom, (1 + level) / 2))


def _moments(values: npt.ArrayLike) -> Moments:
    array = np.asarray(values, np.float64)
    return Moments(float(array.mean()), float(array.std(ddof=1)), array.size)


def _around(centre: float, scale: float, freedom: float, level: float) -> Interval:
    reach = quantile(freedom, level) * scale
    return Interval(centre - reach, centre + reach)


def standard_deviation(values: "pd.Series[float]") -> float:
    """The sample standard deviation; exactly 0 for equal values, which rounding would miss."""
    return 0.0 if len(values) > 1 and values.nunique() == 1 else float(values.std(ddof=1))
