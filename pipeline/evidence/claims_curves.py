"""The curves that the claims rest on, each on the scale on which it can be compared with its neighbours."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipeline.config.quantity import Quantity
from pipeline.evidence.archive import Archive, Courses, Values
from pipeline.evidence.writeup_claims import BEST, LARGE_BATCH, RATE_1, RATE_E1, RATE_E2, TRAINING_IMAGES

MARKS = 10  # of a curve, about
LOWEST = 0.88  # of the accuracies shown; what lies below is the first epoch or two


@dataclass(frozen=True)
class Curve:
    """A configuration in a panel, told from the others by one parameter; `unit` of the axis for each epoch."""

    panel: int
    parameter: str
    value: Quantity
    unit: float
    courses: Courses

    @property
    def accuracies(self) -> Values:
        """The mean validation accuracy after each epoch."""
        return np.asarray(self.courses["validation_accuracy"].mean(axis=0))

    @property
    def marked(self) -> list[int]:
        """The epochs with a mark: about MARKS of those that are high enough to be shown."""
        shown = np.flatnonzero(self.accuracies >= LOWEST) + 1
        return [int(epoch) for epoch in shown[:: max(1, len(shown) // MARKS)]]


def curves(archive: Archive) -> tuple[Curve, ...]:
    """The curves of which there are runs, panel by panel."""
    return tuple(_curves(archive))


def _curves(archive: Archive) -> Iterator[Curve]:
    for configuration, text in ((RATE_1, "1"), (RATE_E1, "e^-1"), (RATE_E2, "e^-2")):
        if courses := archive.longest(configuration):
            yield Curve(0, "learning_rate", Quantity(text), configuration.learning_rate, courses)
    for courses in (archive.find(BEST), archive.longest(LARGE_BATCH)):
        if courses:
            size = courses.configuration.batch_size
            yield Curve(1, "batch_size", Quantity(str(size)), math.ceil(TRAINING_IMAGES / size) / 1000, courses)
    for configuration, text in ((BEST, "0.0001"), (replace(BEST, reg=0.0), "0")):
        if courses := archive.longest(configuration):
            yield Curve(2, "reg", Quantity(text), 1.0, courses)
