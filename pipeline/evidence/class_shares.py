"""Class shares: the accuracies of networks that give every image the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from pipeline.config.settings import Split
from pipeline.data import dataset
from pipeline.data.examples import Bytes, Examples, split

Counts = npt.NDArray[np.int64]


def class_counts(labels: Bytes, classes: int) -> Counts:
    """How many images each class has."""
    return np.bincount(labels, minlength=classes).astype(np.int64)


def split_counts(labels: Bytes, classes: int, fraction: float, seed: int | None) -> tuple[Counts, Counts]:
    """Class counts of the parts for training and validation."""
    first, second = split(Examples(labels, labels), fraction, seed)
    return class_counts(first.labels, classes), class_counts(second.labels, classes)


def is_share(counts: Counts, total: int, printed: str) -> npt.NDArray[np.bool_]:
    """Which of the counts are a share of `total` that rounds to a printed decimal number; ties count."""
    exponent = -int(Decimal(printed).as_tuple().exponent)
    scaled = int(Fraction(printed) * 10**exponent)
    result: npt.NDArray[np.bool_] = 2 * np.abs(counts * 10**exponent - scaled * total) <= total
    return result


def classes_of(printed: str, counts: Counts) -> tuple[int, ...]:
    """The classes whose share of all images rounds to a printed number."""
    return tuple(int(each) for each in np.flatnonzero(is_share(counts, int(counts.sum()), printed)))


@dataclass(frozen=True)
class ClassShares:
    """Each class's share of the images for validation, for testing and for training."""

    validation: tuple[float, ...]
    testing: tuple[float, ...]
    training: tuple[float, ...] = ()

    @classmethod
    def of(cls, *counts: Counts) -> Self:
        """The shares that class counts make, in this order."""
        return cls(*(tuple((each / each.sum()).tolist()) for each in counts))

    @classmethod
    def read(cls, folder: Path, split: Split) -> Self:
        """Those of the data set in a folder, divided for training and validation. Raises InputError."""
        manifest, labels, testing = dataset.load_labels(folder)
        training, validation = split_counts(np.asarray(labels), manifest.classes, split.validation_fraction, split.seed)
        return cls.of(validation, class_counts(np.asarray(testing), manifest.classes), training)

    def by_metric(self) -> Mapping[str, tuple[float, ...]]:
        """The shares that an accuracy after an epoch may be; a running mean over an epoch is none."""
        return {
            "final_training_accuracy": self.training,
            "validation_accuracy": self.validation,
            "best_validation_accuracy": self.validation,
            "testing_accuracy": self.testing,
            "last_testing_accuracy": self.testing,
        }
