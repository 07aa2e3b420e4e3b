"""A randomization test: break the link between images and labels, then train until the network has learned it all.

    python -m pipeline.randomisation.step --help

The tests are those of Zhang et al. (2017), section 2.1, on the network of this report. Between them only the data
differ: with the same seed, initial weights, the order of the images and every parameter of training are the same.
Between seeds everything that is drawn differs, but for the images that are learned: what the report compares are tests
on the same images.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.environment import numerics

os.environ |= numerics.ONE_THREAD  # read when NumPy is imported

import numpy as np
import numpy.typing as npt

from pipeline.cli.command_line import command
from pipeline.config.settings import Count, RandomisationTraining
from pipeline.data import preparation
from pipeline.data.examples import Bytes, Examples, Indices, Prepared, by_length, by_use, sort_pixels
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantOutcome, write
from pipeline.training import network, sgd
from pipeline.training.network import Weights

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Training(RandomisationTraining):
    """How every test is trained, with so many hidden units.

    `environment` holds the variables that the libraries of the process have to be loaded with.
    """

    hidden: Count
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Noise:
    """Images (n, pixels) that are no bytes, on the scale on which those are 0 to 1, with their labels (n,)."""

    images: Single
    labels: Bytes


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for one purpose, independent of those for any other."""
    return np.random.default_rng([seed, *purpose.encode()])


def _stream_of(variant: Variant, part: str, seed: int) -> np.random.Generator:
    return stream(seed, f"{part} {variant.name}")


# --- Data


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
    mean, deviation = np.float32(like.mean() / sgd.BRIGHTEST), np.float32(like.std() / sgd.BRIGHTEST)
    return Noise(mean + deviation * rng.standard_normal(examples.images.shape, np.float32), examples.labels)


def treat(
    variant: Variant, training: Examples, testing: Examples, classes: int, seed: int
) -> tuple[Examples, Examples]:
    """The training and testing images of every test but the Gaussian one.

    Testing images are treated as training images are; their labels stay the true ones.
    """
    for_training, for_testing = (_stream_of(variant, part, seed) for part in ("training", "testing"))
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


# --- Training


class Learner(Protocol):
    """A network and what it learns."""

    @property
    def weights(self) -> Weights:
        """The weights after the last epoch, or those to begin with."""

    def epoch(self, order: Indices) -> object:
        """Train on the images in the given order (n,)."""

    def on_training(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the training images."""

    def on_testing(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the testing images."""


class FastLearner(sgd.Trainer):
    """Learns images of bytes with the loop that trains every run of the report."""

    def __init__(self, training: Examples, testing: Examples, initial: Weights, how: Training) -> None:
        pixels = by_use(training.images)
        examples = sort_pixels(training, pixels)
        super().__init__(initial.reordered(pixels), examples, how.learning_rate, how.reg, how.batch_size)
        self.examined, self.testing = by_length(examples), by_length(sort_pixels(testing, pixels))

    def on_training(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the training images."""
        return sgd.evaluate(self.weights, self.examined)

    def on_testing(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the testing images."""
        return sgd.evaluate(self.weights, self.testing)


class PlainLearner:
    """Learns any images by pipeline.training.network, in single precision."""

    def __init__(self, training: Noise, testing: Noise, initial: Weights, how: Training) -> None:
        self.training, self.testing = training, testing
        self.weights = Weights(*(np.asarray(array, np.float32) for array in vars(initial).values()))
        self.learning_rate, self.reg, self.batch_size = float(how.learning_rate), float(how.reg), how.batch_size

    def epoch(self, order: Indices) -> None:
        """Train on the images in the given order (n,)."""
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            images, labels = self.training.images[batch], self.training.labels[batch]
            gradient = network.gradients(self.weights, images, labels, self.reg)
            self.weights = network.descend(self.weights, gradient, self.learning_rate)

    def on_training(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the training images."""
        return _measured(self.weights, self.training)

    def on_testing(self) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on the testing images."""
        return _measured(self.weights, self.testing)


def _measured(weights: Weights, examples: Noise) -> tuple[float, float]:
    _, logits = network.forward(weights, examples.images)
    return network.cross_entropy(logits.astype(np.float64), examples.labels), network.accuracy(logits, examples.labels)


def fit(learner: Learner, images: int, epochs: int, seed: int) -> tuple[tuple[VariantEpoch, ...], bool]:
    """Train until all training images are classified correctly, or for `epochs` epochs.

    Each epoch visits the images in a new order. Returns the epochs, and whether training diverged: an epoch with a
    number that is not finite ends it and is left out.
    """
    order, done = stream(seed, "order"), list[VariantEpoch]()
    with np.errstate(all="ignore"):  # what diverges is told, not warned of
        while len(done) < epochs and not (done and done[-1].accuracy == 1):
            learner.epoch(order.permutation(images))
            loss, accuracy = learner.on_training()
            if not (math.isfinite(loss) and learner.weights.finite()):
                return tuple(done), True
            done.append(VariantEpoch(loss, accuracy))
    return tuple(done), False


@dataclass(frozen=True)
class Task:
    """A test on these images, with their pixels as they are in the image and labels of so many classes."""

    variant: Variant
    training: Examples
    testing: Examples
    classes: int


def run(variant: Variant, prepared: Prepared, classes: int, how: Training) -> VariantOutcome:
    """One test with each of its seeds, on images of the training set and with those for testing."""
    training, testing = (
        in_original_order(examples, prepared.pixels)
        for examples in (subset(prepared.training, how.images, how.seed), prepared.testing)
    )
    task = Task(variant, training, testing, classes)
    return VariantOutcome(variant, len(training), tuple(run_seed(task, how, seed) for seed in how.seeds))


def run_seed(task: Task, how: Training, seed: int) -> SeedOutcome:
    """A test with one seed."""
    learner, changed = _learner(task, how, seed)
    epochs, diverged = fit(learner, len(task.training), how.epochs, seed)
    return SeedOutcome(seed, changed, epochs, diverged, None if diverged else learner.on_testing()[1])


def in_original_order(examples: Examples, pixels: Indices) -> Examples:
    """Prepared examples with their pixels as they are in the image."""
    return Examples(examples.images[:, np.argsort(pixels)], examples.labels)


def _learner(task: Task, how: Training, seed: int) -> tuple[Learner, float]:
    """The untrained network of a test with its data, and the share of training labels that are not the true ones."""
    variant, training, testing = task.variant, task.training, task.testing
    initial = network.initial_weights(training.images.shape[1], how.hidden, task.classes, how.initial_scale, seed)
    if variant.kind == "gaussian_images":
        learned_noise = gaussian(training, training.images, _stream_of(variant, "training", seed))
        testing_noise = gaussian(testing, training.images, _stream_of(variant, "testing", seed))
        return PlainLearner(learned_noise, testing_noise, initial, how), 0.0
    learned, tested = treat(variant, training, testing, task.classes, seed)
    return FastLearner(learned, tested, initial, how), float((learned.labels != training.labels).mean())


def write_test(test: str, training: Training, data: Path, output: Path) -> None:
    """Run the test of this name on the images prepared in the folder `data` and write its files.

    Raises InputError or RunError.
    """
    variant = Variant.named(test)
    numerics.confirm(training.environment)
    description, prepared = preparation.load(data)
    write(run(variant, prepared, description.classes, training), output)


main = command(write_test)

if __name__ == "__main__":
    main()
