"""What the tests of claims measure: a number of each seed's course, and its mean over the seeds with its error.

A number is a function from the courses of a configuration to an array (seeds,). Accuracies are validation accuracies.
Those that claims.yaml may ask for are in NUMBERS and FAMILIES, and named in claims.schema.yaml.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis import hypotheses, intervals
from pipeline.analysis.comparison import LATE_EPOCHS
from pipeline.analysis.hypotheses import Measured
from pipeline.evidence.archive import Courses, Values

PerSeed = Callable[[Courses], Values]


@dataclass(frozen=True)
class Unit:
    """How a number is told: times a scale, with so many digits, and what is counted.

    `margin`, in the unit, is what another processor's kernels may make of it: as much as they were seen to, or one seed
    of ten that counts one more.
    """

    scale: float
    digits: int
    name: str
    margin: float

    @property
    def counted(self) -> bool:
        """Whether it is a number of something, whole on every seed or a multiple of a whole one."""
        return self.scale == 1 and self.margin == COUNT

    def tell(self, value: float) -> str:
        """The number with its sign: -0.21."""
        return f"{value * self.scale:.{self.digits}f}"


COUNT = 0.1  # the margin of what is counted
POINTS, NATS = Unit(100, 2, "percentage points", 0.005), Unit(1, 3, "nats", 0.0005)
EPOCHS = Unit(1, 1, "epochs", COUNT)
UNITS = {  # of what is no accuracy
    "epochs_to": EPOCHS,
    "epochs_to_share": EPOCHS,
    "updates_to": Unit(1, 1, "thousand updates", COUNT),
    "gradient_against_end": Unit(1, 2, "times", 0.01),
    "drops": Unit(1, 1, "falls", COUNT),
    "crossings": Unit(1, 1, "crossings", COUNT),
}


@dataclass(frozen=True)
class Measure:
    """What is measured: a number of NUMBERS or FAMILIES, or by how much that has grown `since` an epoch."""

    name: str
    arguments: tuple[Any, ...] = ()
    since: int | None = None

    @property
    def unit(self) -> Unit:
        """How it is told."""
        loss = self.name in ("late", "at_end") and self.arguments[0].endswith("loss")
        return NATS if loss else UNITS.get(self.name, POINTS)

    @property
    def epoch(self) -> int:
        """The last epoch before the end that it looks at; 0 if there is none."""
        return self.since or (self.arguments[0] if self.name == "gradient_against_end" else 0)

    @property
    def window(self) -> int:
        """How many epochs at the end it looks at, where that is its argument; else 1."""
        return self.arguments[0] if self.name in WINDOWS else 1

    def of(self, *courses: Courses) -> Measured | None:
        """The number of one configuration, or that of the first minus that of the second.

        None where they give no finite number, or the same count on every seed, which tells nothing of how far others
        would differ.
        """
        number = self._number()
        found = hypotheses.of_mean(number(*courses)) if len(courses) == 1 else first_minus_second(number, *courses)
        told = math.isfinite(found.value + found.error) and (found.error > 0 or not self.unit.counted)
        return found if told else None

    def _number(self) -> PerSeed:
        number = NUMBERS[self.name] if self.name in NUMBERS else FAMILIES[self.name](*self.arguments)
        return number if self.since is None else since(self.since, number)


def first_minus_second(number: PerSeed, first: Courses, second: Courses) -> Measured:
    """The mean of the first configuration's numbers minus that of the second's.

    A seed is an order of the images. Courses of as many epochs with equal batches have seen the same batches under the
    same seed, so that their difference is taken seed by seed, and what the order does to both cancels.
    """
    if _batches(first) == _batches(second):
        common = tuple(seed for seed in first.seeds if seed in second.seeds)
        if len(common) >= intervals.FEWEST:
            return hypotheses.of_mean(number(first.of_seeds(common)) - number(second.of_seeds(common)))
    return hypotheses.of_difference(number(first), number(second))


def _batches(courses: Courses) -> tuple[int, int]:
    return courses.configuration.batch_size, courses.configuration.epochs


def at_end(column: str) -> PerSeed:
    """A column after the last epoch."""
    return lambda courses: courses[column][:, -1]


def late(column: str) -> PerSeed:
    """The mean of a column over the last epochs, which is less noisy than one of them."""
    return lambda courses: courses[column][:, -LATE_EPOCHS:].mean(axis=1)


def since(epoch: int, per_seed: PerSeed) -> PerSeed:
    """By how much a number is larger at the end of the course than it was after an earlier epoch."""
    return lambda courses: per_seed(courses) - per_seed(courses.to_epoch(epoch))


def best_accuracy(courses: Courses) -> Values:
    """Validation accuracy of the best epoch, for courses of equal length: more epochs have better ones by luck."""
    return np.asarray(courses["validation_accuracy"].max(axis=1))


def gap(epochs: int) -> PerSeed:
    """Training minus validation accuracy, the mean over the last epochs."""

    def mean_gap(courses: Courses) -> Values:
        apart = courses["training_accuracy"] - courses["validation_accuracy"]
        return np.asarray(apart[:, -epochs:].mean(axis=1))

    return mean_gap


def roughness(epochs: int) -> PerSeed:
    """The mean size of the second differences of validation accuracy in the last epochs.

    A straight line has none, however steep, so that a curve which still rises is not taken for a smooth one.
    """
    return lambda courses: np.abs(np.diff(courses["validation_accuracy"][:, -epochs:], n=2, axis=1)).mean(axis=1)


def drops(epochs: int) -> PerSeed:
    """How often validation accuracy falls from one of the last epochs to the next."""

    def count(courses: Courses) -> Values:
        fallen = np.diff(courses["validation_accuracy"][:, -epochs:], axis=1) < 0
        return np.asarray(fallen.sum(axis=1), dtype=float)

    return count


def crossings(epochs: int) -> PerSeed:
    """How often the curves of training and validation accuracy change sides in the last epochs."""

    def count(courses: Courses) -> Values:
        above = (courses["training_accuracy"] > courses["validation_accuracy"])[:, -epochs:]
        return np.asarray((above[:, 1:] != above[:, :-1]).sum(axis=1), dtype=float)

    return count


def epochs_to(accuracy: float) -> PerSeed:
    """The first epoch with at least this validation accuracy; one more than the course has if there is none."""
    return lambda courses: _first_epoch(courses, accuracy)


def epochs_to_share(share: float) -> PerSeed:
    """The first epoch with at least this share of the course's best validation accuracy."""
    return lambda courses: _first_epoch(courses, share * courses["validation_accuracy"].max(axis=1, keepdims=True))


def updates_to(accuracy: float, images: int) -> PerSeed:
    """Thousands of updates to the end of the first epoch with at least this validation accuracy, on so many images."""

    def count(courses: Courses) -> Values:
        return epochs_to(accuracy)(courses) * math.ceil(images / courses.configuration.batch_size) / 1000

    return count


def _first_epoch(courses: Courses, accuracy: Values | float) -> Values:
    reached = courses["validation_accuracy"] >= accuracy
    first = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, reached.shape[1] + 1)
    return np.asarray(first, dtype=float)


def gradient_against_end(epoch: int) -> PerSeed:
    """The norm of the mean gradient in an epoch over that at the end of the course."""
    return lambda courses: courses["gradient_norm"][:, epoch - 1] / courses["gradient_norm"][:, -1]


NUMBERS: Mapping[str, PerSeed] = {best_accuracy.__name__: best_accuracy}
WINDOWS: Mapping[str, Callable[[int], PerSeed]] = {each.__name__: each for each in (gap, roughness, drops, crossings)}
FAMILIES: Mapping[str, Callable[..., PerSeed]] = {  # each makes a number from its arguments
    **WINDOWS,
    **{each.__name__: each for each in (at_end, late, epochs_to, epochs_to_share, updates_to, gradient_against_end)},
}
