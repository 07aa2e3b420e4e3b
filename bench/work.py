"""The work that every system does, so that their times can be compared.

One epoch is a reshuffle of the training images, a step of gradient descent for each minibatch, with running loss and
accuracy (each batch before its update), then loss and accuracy on the validation images. The network is that of
pipeline.training.network with HIDDEN units; the penalty is on the weights and not on the biases. All systems begin
with the same weights and see the images in the same orders.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.data import preparation
from pipeline.data.examples import BRIGHTEST, Indices, Sorted
from pipeline.data.preparation import Description
from pipeline.errors import InputError
from pipeline.training.benchmarks import HIDDEN
from pipeline.training.network import Weights, initial_weights

LEARNING_RATE = 0.1
REG = 0.001
INITIAL_SCALE = 0.001
INITIAL_SEED = 1024
SHUFFLE_SEED = 1
IMAGES_PER_VALIDATION_IMAGE = 4

Single = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


class Outcome(NamedTuple):
    """What an epoch found: losses are mean cross-entropies in nats. None is what a system does not measure."""

    training_loss: float | None
    training_accuracy: float | None
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Work:
    """The images, their pixels sorted by pipeline.data.examples, and the first weights, W1's rows in the same order."""

    training: Sorted
    validation: Sorted
    weights: Weights

    @cached_property
    def training_x(self) -> Single:
        """The training images (n, d), 0 to 1. Systems share them."""
        return np.divide(self.training.images, BRIGHTEST, dtype=np.float32)

    @cached_property
    def validation_x(self) -> Single:
        """The validation images (m, d), 0 to 1."""
        return np.divide(self.validation.images, BRIGHTEST, dtype=np.float32)

    @cached_property
    def training_y(self) -> Labels:
        """The training labels (n,)."""
        return self.training.labels.astype(np.int64)

    @cached_property
    def validation_y(self) -> Labels:
        """The validation labels (m,)."""
        return self.validation.labels.astype(np.int64)


class System(Protocol):
    """One way of training. It is made for one batch size; the last batch of an epoch may be smaller."""

    def __init__(self, work: Work, batch_size: int) -> None: ...

    def epoch(self, order: Indices) -> Outcome:
        """Train on the images in the given order (n,), then evaluate."""
        ...


def load(folder: Path, images: int | None) -> tuple[Description, Work]:
    """The work on the prepared images in `folder`, or on the first so many. Raises InputError if there are too few."""
    description, prepared = preparation.load(folder)
    training, validation = prepared.training, prepared.validation
    if images is not None:
        if not IMAGES_PER_VALIDATION_IMAGE <= images <= len(training):
            raise InputError(
                f"--images: expected {IMAGES_PER_VALIDATION_IMAGE} to {len(training):,} (the training set), "
                f"found {images:,}."
            )
        training = _part(training, np.arange(images))
        validation = _part(validation, _spread(len(validation), images // IMAGES_PER_VALIDATION_IMAGE))
    weights = initial_weights(len(prepared.pixels), HIDDEN, description.classes, INITIAL_SCALE, INITIAL_SEED)
    return description, Work(training, validation, weights.reordered(prepared.pixels))


def _part(examples: Sorted, rows: Indices) -> Sorted:
    return Sorted(examples.images[rows], examples.labels[rows], examples.lengths[rows])


def _spread(count: int, wanted: int) -> Indices:
    """At most so many of `count` indices, evenly spread: validation images are sorted, and the first ones short."""
    return np.arange(wanted) * count // wanted if wanted < count else np.arange(count)
