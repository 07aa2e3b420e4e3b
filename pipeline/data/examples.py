"""Labelled images in memory, how they are divided for training, and the order that training wants them in.

Most pixels of most images are black, and near the edge nearly all are. With the pixels sorted by how many
training images use them, an image is a short row of numbers followed by zeros that no product needs; where the
zeros begin is the image's length.
"""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Single = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]
Lengths = npt.NDArray[np.int32]

BRIGHTEST = 255  # of the values that a byte has; the networks are given images from 0 to 1


@dataclass(frozen=True)
class Examples:
    """Images (n, pixels) uint8 with their labels (n,) uint8."""

    images: Bytes
    labels: Bytes

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Noise:
    """Images (n, pixels) that are no bytes, on the scale on which those are 0 to 1, with their labels (n,)."""

    images: Single
    labels: Bytes

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Sorted(Examples):
    """Examples whose pixels are sorted, with the length (n,) of each image: all pixels from there on are zero."""

    lengths: Lengths


@dataclass(frozen=True)
class Prepared:
    """What a run is trained on: three sets with their pixels in the order `pixels` (n,) of the original ones."""

    pixels: Indices
    training: Sorted
    validation: Sorted
    testing: Sorted


SETS = tuple(field.name for field in fields(Prepared)[1:])


def prepare(examples: Examples, testing: Examples, validation_fraction: float, seed: int | None) -> Prepared:
    """Divide examples into training and validation, and sort the pixels by how many training images use them.

    The images for validation and testing, whose order means nothing, are sorted by length.
    """
    training, validation = split(examples, validation_fraction, seed)
    pixels = by_use(training.images)
    return Prepared(
        pixels,
        sort_pixels(training, pixels),
        by_length(sort_pixels(validation, pixels)),
        by_length(sort_pixels(testing, pixels)),
    )


def split(examples: Examples, validation_fraction: float, seed: int | None) -> tuple[Examples, Examples]:
    """Divide examples into (training, validation), both copied.

    The order is RandomState(seed).permutation, or the file order where seed is None; the last
    `validation_fraction` of it is the validation set.
    """
    count = len(examples)
    validation = round(count * validation_fraction)
    order = np.arange(count) if seed is None else np.random.RandomState(seed).permutation(count)
    first, last = order[: count - validation], order[count - validation :]
    return (
        Examples(examples.images[first], examples.labels[first]),
        Examples(examples.images[last], examples.labels[last]),
    )


def by_use(images: Bytes) -> Indices:
    """The order of the pixels by how many images use them, most first."""
    return np.argsort(-np.count_nonzero(images, axis=0), kind="stable")


def sort_pixels(examples: Examples, pixels: Indices) -> Sorted:
    """Examples with their pixels in the given order (pixels,), and how far each image reaches in it."""
    images = np.ascontiguousarray(examples.images[:, pixels])
    zeros = np.argmax(images[:, ::-1] != 0, axis=1)
    lengths = np.where(images.any(axis=1), images.shape[1] - zeros, 0)
    return Sorted(images, examples.labels, lengths.astype(np.int32))


def by_length(examples: Sorted) -> Sorted:
    """Examples in the order of their lengths, the shortest first."""
    order = np.argsort(examples.lengths, kind="stable")
    return Sorted(examples.images[order], examples.labels[order], examples.lengths[order])
