"""Intervals from a handful of seeds: where a further run would fall, and where a mean lies.

Both take the runs for draws from one normal distribution and use the quantile of Student's t for their number, which
for five runs is 2.78 where a normal quantile would be 1.96.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from scipy import stats

LEVEL = 0.95
FEWEST = 2  # values that tell anything about their spread


@dataclass(frozen=True)
class Interval:
    """From low to high."""

    low: float
    high: float

    def contains(self, value: float, slack: float = 0.0) -> bool:
        """Whether a value that is known to within `slack` may lie inside."""
        return self.low - slack <= value <= self.high + slack


def prediction(values: Sequence[float], level: float = LEVEL) -> Interval:
    """Where one more draw falls with probability `level`: mean ± t sd √(1 + 1/n). Needs two values or more."""
    return _around(fmean(values), stdev(values) * math.sqrt(1 + 1 / len(values)), len(values) - 1, level)


def mean(values: Sequence[float], level: float = LEVEL) -> Interval:
    """The confidence interval of the mean: mean ± t sd / √n. Needs two values or more."""
    return _around(fmean(values), stdev(values) / math.sqrt(len(values)), len(values) - 1, level)


def difference(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Interval:
    """Welch's confidence interval of the mean of `first` minus that of `second`, whose spreads may differ.

    Needs two values or more of each. Satterthwaite's degrees of freedom; one point if neither spreads at all.
    """
    a, b = (stdev(values) ** 2 / len(values) for values in (first, second))
    centre = fmean(first) - fmean(second)
    if not a + b:
        return Interval(centre, centre)
    freedom = (a + b) ** 2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))
    return _around(centre, math.sqrt(a + b), freedom, level)


def _around(centre: float, scale: float, freedom: float, level: float) -> Interval:
    reach = float(stats.t.ppf((1 + level) / 2, freedom)) * scale
    return Interval(centre - reach, centre + reach)
