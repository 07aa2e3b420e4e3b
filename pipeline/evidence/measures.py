"""What the tests of claims measure: a number of each seed's course, and its mean over the seeds with an interval.

A number is a function from the courses of a configuration to an array (seeds,). Accuracies are validation accuracies.
Those that claims.yaml may ask for are in NUMBERS, and named in claims.schema.yaml.
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
class Measured:
    """A mean over seeds with its confidence interval. `seeds` are the fewest that a part of it comes from."""

    value: float
    interval: Interval
    seeds: int


@dataclass(frozen=True)
class Measure:
    """What is measured, by its name in NUMBERS with its arguments; or by how much it has grown `since` an epoch."""

    name: str
    arguments: tuple[Any, ...] = ()
    since: int | None = None

    @property
    def epoch(self) -> int:
        """The last epoch before the end that it looks at; 0 if there is none."""
        return max(self.since or 0, self.arguments[0] if self.name == "gradient_against_end" else 0)

    def of(self, *courses: Courses) -> Measured | None:
        """The number of one configuration, or that of the first minus that of the second; None if they are too few."""
        if self.name == LEAD:
            return smallest_lead(*self.arguments)(*courses)
        number = NUMBERS[self.name](*self.arguments)
        if self.since is not None:
            number = since(self.since, number)
        return (of_each if len(courses) == 1 else first_minus_second)(number)(*courses)


def of_each(per_seed: PerSeed) -> Callable[[Courses], Measured]:
    """The mean of a number that each seed's course gives."""

    def measure(courses: Courses) -> Measured:
        values = per_seed(courses)
        return Measured(float(values.mean()), intervals.mean(values), len(values))

    return measure


def first_minus_second(per_seed: PerSeed) -> Callable[[Courses, Courses], Measured]:
    """The mean of the first configuration's numbers minus that of the second's."""

    def measure(first: Courses, second: Courses) -> Measured:
        a, b = per_seed(first), per_seed(second)
        return Measured(float(a.mean() - b.mean()), intervals.difference(a, b), min(len(a), len(b)))

    return measure


def smallest_lead(chosen_by: int) -> Callable[..., Measured | None]:
    """By how much the best accuracy of the first configuration exceeds that of its nearest rival among the others.

    On the seeds after `chosen_by` alone; None if they are too few, or there is no rival. The intervals of the
    differences hold together at the level of one (Bonferroni), so the smallest difference lies between the smallest of
    their lower ends and the smallest of their upper ones.
    """

    def measure(best: Courses, *rivals: Courses) -> Measured | None:
        samples = [_of_new_seeds(courses, chosen_by) for courses in (best, *rivals)]
        if not rivals or min(map(len, samples)) < intervals.FEWEST:
            return None
        level = 1 - (1 - intervals.LEVEL) / len(rivals)
        own = samples[0]
        ends = [intervals.difference(own, rival, level) for rival in samples[1:]]
        return Measured(
            value=min(float(own.mean() - rival.mean()) for rival in samples[1:]),
            interval=intervals.Interval(min(end.low for end in ends), min(end.high for end in ends)),
            seeds=min(map(len, samples)),
        )

    return measure


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


# Each makes a number from its arguments.
NUMBERS: Mapping[str, Callable[..., PerSeed]] = {
    "accuracy_at_end": lambda: accuracy_at_end,
    "best_accuracy": lambda: best_accuracy,
    "gap": lambda: gap,
    "roughness": lambda: roughness,
    "epochs_to_converge": lambda: epochs_to_converge,
    "late": late,
    "epochs_to": epochs_to,
    "updates_to": updates_to,
    "gradient_against_end": gradient_against_end,
}
