"""Labelled images in memory, and how they are divided for training and validation."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Examples:
    """Images (n, pixels) uint8 with their labels (n,) uint8."""

    images: Bytes
    labels: Bytes

    def __len__(self) -> int:
        return len(self.labels)


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
