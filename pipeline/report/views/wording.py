"""Results in words: the filters that the templates format numbers with."""

import math
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from pipeline.analysis.comparison import Estimate, Trained
from pipeline.analysis.intervals import Interval
from pipeline.config.metrics import DIGITS, METRICS
from pipeline.config.settings import Experiment
from pipeline.experiments import labels
from pipeline.report.views import typography

SMALLEST = 1e-17  # a smaller difference of numbers of order one is none


def cell(estimate: Estimate, digits: int = DIGITS) -> Markup:
    """0.9464 ± 0.0018, or 0.9464 for one seed, or 'diverged', or the mean with the number of diverged seeds.

    `digits` are those of a number whose metric has none of its own.
    """
    if estimate.n == 0:
        return Markup("diverged")
    digits = METRICS[estimate.metric].digits if estimate.metric in METRICS else digits
    text = f"{estimate.mean:.{digits}f}"
    if estimate.sd is not None:
        text += f"\u00a0±\u00a0{estimate.sd:.{digits}f}"
    if estimate.diverged:
        text += f" ({estimate.diverged} of {estimate.n + estimate.diverged} diverged)"
    return escape(labels.minus(text))


def listing(items: Sequence[Markup], conjunction: str = "and") -> Markup:
    """'a', 'a and b', 'a, b and c'."""
    if len(items) < 2:
        return Markup().join(items)
    return Markup(", ").join(items[:-1]) + f" {conjunction} " + items[-1]


def points(value: float) -> str:
    """The size of a difference of accuracies in percentage points: '1.84 percentage points'."""
    return f"{abs(value) * 100:.2f} percentage points"


def interval(found: Interval) -> str:
    """The ends of an interval of differences of accuracies, with their signs, in percentage points: '−0.10 to 0.25'."""
    return labels.minus(f"{found.low * 100:.2f} to {found.high * 100:.2f}")


def gap(value: float) -> str:
    """A difference as a place: '1.40 percentage points above', '0.02 percentage points below'."""
    return f"{points(value)} {'above' if value >= 0 else 'below'}"


def won(value: float) -> str:
    """A difference as what is won by it: 'gains 1.40 percentage points', 'loses 0.02 percentage points'."""
    return f"{'gains' if value >= 0 else 'loses'} {points(value)}"


def power_above(value: float) -> Markup:
    """The smallest power of ten above a rounding error, from 10<sup>−16</sup> on: 10<sup>−15</sup> for 3e-16."""
    exponent = math.floor(math.log10(max(value, SMALLEST))) + 1
    return Markup("10<sup>{}</sup>").format(labels.minus(str(exponent)))


def significant(value: float, digits: int = 3) -> str:
    """A number that is not negative to so many significant digits: 0.0123, 1.23, 12.3, 1230; zero as '0'.

    >>> significant(0.9996), significant(12.345), significant(1234.5), significant(0)
    ('1.00', '12.3', '1230', '0')
    """
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    return f"{rounded:.{max(digits - 1 - math.floor(math.log10(rounded)), 0)}f}"


def over_seeds(counts: Iterable[int]) -> str:
    """What the cells of a table are, by how many seeds each has: 'Mean ± standard deviation over 9 or 10 seeds.'"""
    numbers = sorted(set(counts))
    if numbers == [1]:
        return "One seed each."
    told = f"{numbers[0]} {'or' if len(numbers) == 2 else 'to'} {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    return f"Mean ± standard deviation over {told} seeds."


def epochs(count: int) -> str:
    """A number of epochs: '1 epoch', '3 epochs'."""
    return labels.counted(count, "epoch")


def configuration(trained: Trained, searched: Experiment) -> Markup:
    """The parameters that an experiment searches, with the values that one configuration has."""
    names = searched.varied or labels.TUNED
    return listing([typography.setting(name, trained.configuration.value(name)) for name in names])
