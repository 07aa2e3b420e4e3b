"""Whether the printed numbers of a file lie on one side of the runs more than chance lets them.

Each accuracy that is held against an interval becomes a standard normal deviate, and their mean is normal (Stouffer's
method). Its variance takes in that numbers go together: those of one column, which come from one run, and those of
different columns, which may be trained with the same orders of the images, each by the correlation that the metrics of
our runs have over the seeds. Repeated runs of one configuration, side by side, have nothing in common but the mean of
our runs that they are held against.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pipeline.analysis.intervals import LEVEL
from pipeline.evidence.cells import JudgedCell

# The mean of the largest of so many standard normal draws (order statistics; e.g. Harter 1961, Biometrika 48:151).
BEST_OF = {2: 0.564, 3: 0.846, 4: 1.029, 5: 1.163}

Relation = Literal["within", "repeated", "between"]
RELATIONS: tuple[Relation, ...] = ("within", "repeated", "between")


@dataclass(frozen=True)
class Shift:
    """How `cells` printed accuracies lie among what further runs give, `above` of them above the middle of it.

    `mean` is that of the deviates, in standard deviations; `within`, `repeated` and `between` are the correlations of
    cells of one column, of repeated runs, and of other columns. `p` is the probability of a mean as large in size by
    chance. `single`: all of them are of one run.
    """

    cells: int
    above: int
    mean: float
    within: float
    repeated: float
    between: float
    p: float
    single: bool

    @property
    def systematic(self) -> bool:
        """Whether chance hardly explains it."""
        return self.p < 1 - LEVEL

    @property
    def best_of(self) -> int | None:
        """Of how many runs the best, printed as one, would be about as much too high; None if of none of BEST_OF."""
        if not (self.single and 0 < self.mean <= max(BEST_OF.values())):
            return None
        return min(BEST_OF, key=lambda runs: abs(BEST_OF[runs] - self.mean))


def of(judged: Iterable[JudgedCell]) -> Shift | None:
    """The shift of the accuracies of a file; None where none is held against an interval."""
    found = [(each, each.deviate) for each in judged if each.metric.endswith("accuracy")]
    cells = [each for each, deviate in found if deviate is not None]
    deviates = [deviate for _, deviate in found if deviate is not None]
    if not cells:
        return None
    related = correlations(cells)
    pairs = [_relation(*pair) for pair in combinations(cells, 2)]
    variance = len(cells) + 2 * sum(related[each] for each in pairs)
    return Shift(
        cells=len(cells),
        above=sum(each > 0 for each in deviates),
        mean=fmean(deviates),
        **related,
        p=2 * float(ndtr(-abs(sum(deviates)) / math.sqrt(variance))),
        single=all(each.summary.kind == "run" for each in cells),
    )


def correlations(cells: Iterable[JudgedCell]) -> dict[Relation, float]:
    """How far the deviates of two cells go together, by what relates the cells; on average, not below zero."""
    products: dict[Relation, list[float]] = defaultdict(list)
    known = [(each, standardized(each)) for each in cells if len(set(each.values)) > 1]
    for (one, first), (other, second) in combinations(known, 2):
        if one.n == other.n:  # the same seeds
            relation = _relation(one, other)
            shared = _shared(one, other) if relation == "repeated" else 1.0
            products[relation].append(shared * float(first @ second) / one.n)
    return {each: max(0.0, fmean(products[each])) if products[each] else 0.0 for each in RELATIONS}


def standardized(cell: JudgedCell) -> npt.NDArray[np.float64]:
    """The deviations of the runs from their mean, in standard deviations of the sample of divisor n."""
    values = np.array(cell.values)
    deviations: npt.NDArray[np.float64] = (values - values.mean()) / values.std()
    return deviations


def _relation(one: JudgedCell, other: JudgedCell) -> Relation:
    if (one.table, one.column) == (other.table, other.column):
        return "within"
    return "repeated" if (one.table, one.configurations) == (other.table, other.configurations) else "between"


def _shared(one: JudgedCell, other: JudgedCell) -> float:
    """The share of the error of the mean of our runs in what two printed numbers lie from it."""
    runs = (each.summary.runs if each.summary.kind == "mean" else 1 for each in (one, other))
    return 1 / one.n / math.prod(math.sqrt(1 / each + 1 / one.n) for each in runs)
