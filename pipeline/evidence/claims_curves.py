"""The curves that the claims rest on, each on the scale on which it can be compared with its neighbours."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.config.quantity import written
from pipeline.config.settings import Configuration
from pipeline.evidence.archive import Archive
from pipeline.evidence.claims_file import Stated

TOLD_BY = ("learning_rate", "batch_size", "reg")  # the curves of each panel
MARKS = 10  # of a curve, about
LOWEST = 0.88  # of the accuracies shown; what lies below is the first epoch or two


@dataclass(frozen=True)
class Curve:
    """A configuration in a panel, told from the others by one parameter; `unit` of the axis for each epoch.

    The accuracies are means over the seeds, one for each epoch.
    """

    panel: int
    parameter: str
    value: str
    unit: float
    configuration: Configuration
    training: tuple[float, ...]
    validation: tuple[float, ...]

    @property
    def marked(self) -> list[int]:
        """The epochs with a mark: about MARKS of those that are high enough to be shown."""
        shown = [epoch for epoch, accuracy in enumerate(self.validation, start=1) if accuracy >= LOWEST]
        return shown[:: max(1, len(shown) // MARKS)]


def curves(archive: Archive, stated: Stated) -> Iterator[Curve]:
    """The curves of which there are runs, panel by panel."""
    for panel, parameter in enumerate(TOLD_BY):
        configurations = stated.curves[parameter]
        for configuration in configurations:
            # batches are compared at equal updates, of which the first curve has as many as the write-up made
            first = parameter == "batch_size" and configuration is configurations[0]
            courses = archive.find(configuration) if first else archive.longest(configuration)
            if courses:
                yield Curve(
                    panel,
                    parameter,
                    written(configuration.value(parameter)),
                    _unit(parameter, configuration, stated),
                    courses.configuration,
                    tuple(courses["training_accuracy"].mean(axis=0).tolist()),
                    tuple(courses["validation_accuracy"].mean(axis=0).tolist()),
                )


def _unit(parameter: str, configuration: Configuration, stated: Stated) -> float:
    """What an epoch is on the axis of a panel: of learning rate × epochs, of thousands of updates, of epochs."""
    if parameter == "learning_rate":
        return float(configuration.learning_rate)
    if parameter == "batch_size":
        return math.ceil(stated.training_images / configuration.batch_size) / 1000
    return 1.0
