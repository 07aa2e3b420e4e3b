"""Whether the printed numbers of a file lie on one side of the runs more than chance lets them.

Each accuracy that is held against an interval becomes a standard normal deviate, and their mean is normal (Stouffer's
method). Its variance takes in that numbers go together: those of one column, which come from one run, and those of
different columns, which may be trained with the same orders of the images, each by the correlation that the metrics of
our runs have over the seeds.
"""

import math
import operator
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean, pstdev

from scipy.special import ndtr, ndtri, stdtr

from pipeline.analysis.intervals import LEVEL
from pipeline.config.quantity import half_unit
from pipeline.evidence.cells import JudgedCell

# The mean of the largest of so many standard normal draws (order statistics; e.g. Harter 1961, Biometrika 48:151).
BEST_OF = {2: 0.564, 3: 0.846, 4: 1.029, 5: 1.163}
_LARGEST = 8.0  # of a deviate; beyond, the probability has no digits


@dataclass(frozen=True)
class Shift:
    """How `cells` printed accuracies lie to the means of their runs, `above` of them higher.

    `mean` is that of the deviates, in standard deviations; `within` and `between` are the correlations of cells of one
    column and of two. `p` is the probability of a mean as large in size by chance.
    """

    cells: int
    above: int
    mean: float
    within: float
    between: float
    p: float

    @property
    def systematic(self) -> bool:
        """Whether chance hardly explains it."""
        return self.p < 1 - LEVEL

    @property
    def best_of(self) -> int | None:
        """Of how many runs the best, printed, would be about as much too high; None if of none of BEST_OF."""
        if not 0 < self.mean <= max(BEST_OF.values()):
            return None
        return min(BEST_OF, key=lambda runs: abs(BEST_OF[runs] - self.mean))


def of(judged: Iterable[JudgedCell]) -> Shift | None:
    """The shift of the accuracies of a file; None where none is held against an interval."""
    cells = [each for each in judged if each.judged and not each.discrete and each.metric.endswith("accuracy")]
    if not cells:
        return None
    within, between = correlations(cells)
    columns = Counter(map(_column, cells)).values()
    pairs_within = sum(count * (count - 1) for count in columns)
    pairs_between = len(cells) * (len(cells) - 1) - pairs_within
    variance = len(cells) + pairs_within * within + pairs_between * between
    total = sum(map(deviate, cells))
    return Shift(
        cells=len(cells),
        above=sum((each.difference or 0) > 0 for each in cells),
        mean=total / len(cells),
        within=within,
        between=between,
        p=2 * float(ndtr(-abs(total) / math.sqrt(variance))),
    )


def correlations(cells: Iterable[JudgedCell]) -> tuple[float, float]:
    """How far two cells of one column, and of two columns, go together over the seeds; on average, not below zero."""
    products: dict[bool, list[float]] = {True: [], False: []}
    for one, other in combinations([each for each in cells if len(set(each.values)) > 1], 2):
        if one.n == other.n:  # the same seeds
            product = fmean(map(operator.mul, standardized(one), standardized(other)))
            products[_column(one) == _column(other)].append(product)
    within, between = (max(0.0, fmean(products[same])) if products[same] else 0.0 for same in (True, False))
    return within, between


def standardized(cell: JudgedCell) -> list[float]:
    """The deviations of the runs from their mean, in standard deviations of the sample of divisor n."""
    mean, sd = fmean(cell.values), pstdev(cell.values)
    return [(value - mean) / sd for value in cell.values]


def deviate(cell: JudgedCell) -> float:
    """The standard normal deviate with the probability that Student's t gives the printed number's distance.

    Rounding moves a printed number, too: by a uniform error of at most half a unit in the last place.
    """
    if cell.spread is None or not cell.difference:
        return 0.0
    rounding = float(half_unit(cell.printed)) / math.sqrt(3)
    t = abs(cell.difference) / math.hypot(cell.spread.sd * math.sqrt(1 + 1 / cell.n), rounding)
    return math.copysign(min(_LARGEST, -float(ndtri(stdtr(cell.spread.freedom, -t)))), cell.difference)


def _column(cell: JudgedCell) -> tuple[str, str]:
    return cell.table, cell.column
