"""What the randomization tests learn: images and labels whose link is broken.

The tests are those of Zhang et al. (2017), section 2.1. What is drawn for one purpose, with one seed, is independent of
what is drawn for any other.
"""

import numpy as np

from pipeline.data.examples import BRIGHTEST, Bytes, Examples, Indices, Noise
from pipeline.randomisation.record import Variant


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, independent of those for any other."""
    return np.random.default_rng([seed, *purpose.encode()])


def stream_of(variant: Variant, part: str, seed: int) -> np.random.Generator:
    """Random numbers for one part of a test's images, as `stream`."""
    return stream(seed, f"{part} {variant.name}")


def subset(examples: Examples, images: int, seed: int) -> Examples:
    """So many of the examples, drawn without replacement; all of them if there are no more."""
    if images >= len(examples):
        return examples
    chosen = np.sort(stream(seed, "images").choice(len(examples), images, replace=False))
    return Examples(examples.images[chosen], examples.labels[chosen])


def corrupt(labels: Bytes, probability: float, classes: int, rng: np.random.Generator) -> Bytes:
    """Replace each label with the given probability by a class drawn uniformly, which may be its own."""
    replaced = rng.random(len(labels)) < probability
    return np.where(replaced, rng.integers(classes, size=len(labels)), labels).astype(np.uint8)


def gaussian(examples: Examples, like: Bytes, rng: np.random.Generator) -> Noise:
    """Noise in place of the images, with the mean and variance that all pixels of `like` have together."""
    mean, deviation = np.float32(like.mean() / BRIGHTEST), np.float32(like.std() / BRIGHTEST)
    # drawn in double precision: NumPy draws single ones by the C library's logarithm, and the last bits differ
    drawn = rng.standard_normal(examples.images.shape).astype(np.float32)
    return Noise(mean + deviation * drawn, examples.labels)


def treat(
    variant: Variant, training: Examples, testing: Examples, classes: int, seed: int
) -> tuple[Examples, Examples]:
    """The training and testing images of every test but the Gaussian one.

    Testing images are treated as training images are; their labels stay the true ones.
    """
    for_training, for_testing = (stream_of(variant, part, seed) for part in ("training", "testing"))
    if variant.kind == "corrupted_labels":
        labels = corrupt(training.labels, variant.corruption, classes, for_training)
        return Examples(training.images, labels), testing
    if variant.kind == "shuffled_pixels":
        order = for_training.permutation(training.images.shape[1])
        return Examples(training.images[:, order], training.labels), Examples(testing.images[:, order], testing.labels)
    if variant.kind == "random_pixels":
        return (
            Examples(for_training.permuted(training.images, axis=1), training.labels),
            Examples(for_testing.permuted(testing.images, axis=1), testing.labels),
        )
    return training, testing


def in_original_order(examples: Examples, pixels: Indices) -> Examples:
    """Prepared examples with their pixels as they are in the image."""
    return Examples(examples.images[:, np.argsort(pixels)], examples.labels)
