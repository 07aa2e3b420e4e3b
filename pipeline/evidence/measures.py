"""What the tests of claims measure: a number of each seed's course, and its mean over the seeds with an interval.

A number is a function from the courses of a configuration to an array (seeds,). Accuracies are validation accuracies.
Those that claims.yaml may ask for are in NUMBERS and FAMILIES, and named in claims.schema.yaml.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.analysis import intervals
from pipeline.analysis.comparison import LATE_EPOCHS, SETTLED
from pipeline.analysis.intervals import Interval
from pipeline.evidence.archive import Courses, Values

PerSeed = Callable[[Courses], Values]
LEAD = "smallest_lead"


@dataclass(frozen=True)
class Unit:
    """How a number is told: times a scale, with so many digits, and what is counted."""

    scale: float
    digits: int
    name: str

    def tell(self, value: float) -> str:
        """The number with its sign: -0.21."""
        return f"{value * self.scale:.{self.digits}f}"


POINTS, NATS = Unit(100, 2, "percentage points"), Unit(1, 3, "nats")
UNITS = {  # of what is no accuracy
    "epochs_to": Unit(1, 1, "epochs"),
    "epochs_to_converge": Unit(1, 1, "epochs"),
    "updates_to": Unit(1, 1, "thousand updates"),
    "gradient_against_end": Unit(1, 2, "times"),
}


@dataclass(frozen=True)
class Measured:
    """A mean over seeds with its confidence interval. `seeds` are the fewest that a part of it comes from."""

    value: float
    interval: Interval
    seeds: int


@dataclass(frozen=True)
class Measure:
    """What is measured: LEAD, or a number of NUMBERS or FAMILIES, or by how much that has grown `since` an epoch."""

    name: str
    arguments: tuple[Any, ...] = ()
    since: int | None = None

    @property
    def unit(self) -> Unit:
        """How it is told."""
        loss = self.name == "late" and self.arguments[0].endswith("loss")
        return NATS if loss else UNITS.get(self.name, POINTS)

    @property
    def epoch(self) -> int:
        """The last epoch before the end that it looks at; 0 if there is none."""
        return self.since or (self.arguments[0] if self.name == "gradient_against_end" else 0)

    def of(self, *courses: Courses) -> Measured | None:
        """The number of one configuration, or that of the first minus that of the second.

        None where they are too few, or give no finite number.
        """
        if self.name == LEAD:
            found = smallest_lead(*self.arguments, *courses)
        elif len(courses) == 1:
            found = of_each(self._number(), *courses)
        else:
            found = first_minus_second(self._number(), *courses)
        return found if found and math.isfinite(found.interval.low + found.value + found.interval.high) else None

    def _number(self) -> PerSeed:
        number = NUMBERS[self.name] if self.name in NUMBERS else FAMILIES[self.name](*self.arguments)
        return number if self.since is None else since(self.since, number)


def of_each(number: PerSeed, courses: Courses) -> Measured:
    """The mean of a number that each seed's course gives."""
    values = number(courses)
    return Measured(float(values.mean()), intervals.mean(values), len(values))


def first_minus_second(number: PerSeed, first: Courses, second: Courses) -> Measured:
    """The mean of the first configuration's numbers minus that of the second's."""
    a, b = number(first), number(second)
    return Measured(float(a.mean() - b.mean()), intervals.difference(a, b), min(len(a), len(b)))


def smallest_lead(chosen_by: int, best: Courses, *rivals: Courses) -> Measured | None:
    """By how much the best accuracy of the first configuration exceeds that of its nearest rival among the others.

    On the seeds after `chosen_by` alone; None if they are too few, or there is no rival. The intervals of the
    differences hold together at the level of one (Bonferroni), so the smallest difference lies between the smallest of
    their lower ends and the smallest of their upper ones.
    """
    own, *others = (_of_new_seeds(courses, chosen_by) for courses in (best, *rivals))
    if not others or min(map(len, (own, *others))) < intervals.FEWEST:
        return None
    level = 1 - (1 - intervals.LEVEL) / len(others)
    ends = [intervals.difference(own, other, level) for other in others]
    return Measured(
        value=min(float(own.mean() - other.mean()) for other in others),
        interval=Interval(min(end.low for end in ends), min(end.high for end in ends)),
        seeds=min(map(len, (own, *others))),
    )


def _of_new_seeds(courses: Courses, chosen_by: int) -> Values:
    new = tuple(seed for seed in courses.seeds if seed > chosen_by)
    return best_accuracy(courses.of_seeds(new)) if new else np.empty(0)


def late(column: str) -> PerSeed:
    """The mean of a column over the last epochs."""
    return lambda courses: courses[column][:, -LATE_EPOCHS:].mean(axis=1)


def since(epoch: int, per_seed: PerSeed) -> PerSeed:
    """By how much a number is larger at the end of the course than it was after an earlier epoch."""
    return lambda courses: per_seed(courses) - per_seed(courses.to_epoch(epoch))


def accuracy_at_end(courses: Courses) -> Values:
    """Validation accuracy after the last epoch."""
    return courses["validation_accuracy"][:, -1]


def best_accuracy(courses: Courses) -> Values:
    """Validation accuracy of the best epoch, for courses of equal length: more epochs have better ones by luck."""
    return np.asarray(courses["validation_accuracy"].max(axis=1))


def gap(courses: Courses) -> Values:
    """Training minus validation accuracy over the last epochs."""
    return np.asarray(late("training_accuracy")(courses) - late("validation_accuracy")(courses))


def roughness(courses: Courses) -> Values:
    """The mean size of the second differences of validation accuracy in the second half of the course.

    A straight line has none, however steep, so that a curve which still rises is not taken for a smooth one.
    """
    late_half = courses["validation_accuracy"][:, courses.configuration.epochs // 2 :]
    return np.asarray(np.abs(np.diff(late_half, n=2, axis=1)).mean(axis=1))


def epochs_to_converge(courses: Courses) -> Values:
    """The first epoch whose validation accuracy is within SETTLED of the best of the course."""
    best = courses["validation_accuracy"].max(axis=1, keepdims=True)
    return _first_epoch(courses, best - SETTLED)


def epochs_to(accuracy: float) -> PerSeed:
    """The first epoch with at least this validation accuracy; one more than the course has if there is none."""
    return lambda courses: _first_epoch(courses, accuracy)


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


NUMBERS: Mapping[str, PerSeed] = {
    each.__name__: each for each in (accuracy_at_end, best_accuracy, gap, roughness, epochs_to_converge)
}
FAMILIES: Mapping[str, Callable[..., PerSeed]] = {  # each makes a number from its arguments
    each.__name__: each for each in (late, epochs_to, updates_to, gradient_against_end)
}
