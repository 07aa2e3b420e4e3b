"""A randomization test: break the link between images and labels, then train until the network has learned it all.

    python -m pipeline.randomisation.step --help

The tests are those of Zhang et al. (2017), section 2.1, on the network of this report. Between them only the data
differ: with the same seed, initial weights, the order of the images and every parameter of training are the same.
Between seeds everything that is drawn differs, but for the images that are learned: what the report compares are tests
on the same images.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.environment import kernels

kernels.take_fastest()

import numpy as np

from pipeline.cli.command_line import command
from pipeline.config.settings import Count, Engine, RandomisationTraining
from pipeline.data import preparation
from pipeline.data.examples import Examples, Indices, Noise, Prepared, by_use, sort_pixels
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantOutcome, write
from pipeline.randomisation.treatment import gaussian, in_original_order, stream, stream_of, subset, treat
from pipeline.training import engines, network
from pipeline.training.network import Weights


@dataclass(frozen=True)
class Training(RandomisationTraining):
    """How every test is trained, by which engine and with so many hidden units."""

    hidden: Count
    engine: Engine


class NoiseTrainer:
    """What the NumPy engine learns noise by: pipeline.training.network, in single precision."""

    def __init__(self, weights: Weights, training: Noise, learning_rate: float, reg: float, batch_size: int) -> None:
        self.training = training
        self.weights = Weights(*(np.asarray(array, np.float32) for array in vars(weights).values()))
        self.learning_rate, self.reg, self.batch_size = float(learning_rate), float(reg), batch_size

    def epoch(self, order: Indices) -> None:
        """Train on the images in the given order (n,)."""
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            images, labels = self.training.images[batch], self.training.labels[batch]
            gradient = network.gradients(self.weights, images, labels, self.reg)
            self.weights = network.descend(self.weights, gradient, self.learning_rate)

    @staticmethod
    def evaluate(weights: Weights, examples: Noise) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy of these weights on a set of examples."""
        _, logits = network.forward(weights, examples.images)
        loss = network.cross_entropy(logits.astype(np.float64), examples.labels)
        return loss, network.accuracy(logits, examples.labels)


@dataclass(frozen=True)
class Learner:
    """A network and what it learns; examples are what its trainer takes."""

    trainer: Any
    training: Any
    testing: Any

    def measured(self, examples: Any) -> tuple[float, float]:
        """Mean cross-entropy (nats) and accuracy on a set of examples."""
        found: tuple[float, float] = self.trainer.evaluate(self.trainer.weights, examples)
        return found


def fit(learner: Learner, images: int, epochs: int, seed: int) -> tuple[tuple[VariantEpoch, ...], bool]:
    """Train until all training images are classified correctly, or for `epochs` epochs.

    Each epoch visits the images in a new order. Returns the epochs, and whether training diverged: an epoch with a
    number that is not finite ends it and is left out.
    """
    order, done = stream(seed, "order"), list[VariantEpoch]()
    with np.errstate(all="ignore"):  # what diverges is told, not warned of
        while len(done) < epochs and not (done and done[-1].accuracy == 1):
            learner.trainer.epoch(order.permutation(images))
            loss, accuracy = learner.measured(learner.training)
            if not (math.isfinite(loss) and learner.trainer.weights.finite()):
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
    return SeedOutcome(seed, changed, epochs, diverged, None if diverged else learner.measured(learner.testing)[1])


def _learner(task: Task, how: Training, seed: int) -> tuple[Learner, float]:
    """The untrained network of a test with its data, and the share of training labels that are not the true ones."""
    variant, training, testing = task.variant, task.training, task.testing
    initial = network.initial_weights(training.images.shape[1], how.hidden, task.classes, how.initial_scale, seed)
    parameters = how.learning_rate, how.reg, how.batch_size
    make: Callable[..., Any] = engines.trainer(how.engine, how.hidden)
    if variant.kind == "gaussian_images":
        noise, tested_noise = (
            gaussian(examples, training.images, stream_of(variant, part, seed))
            for examples, part in ((training, "training"), (testing, "testing"))
        )
        make = NoiseTrainer if how.engine == "numpy" else make
        return Learner(make(initial, noise, *parameters), noise, tested_noise), 0.0
    learned, tested = treat(variant, training, testing, task.classes, seed)
    pixels = by_use(learned.images)
    sorted_learned, sorted_tested = (sort_pixels(examples, pixels) for examples in (learned, tested))
    trainer = make(initial.reordered(pixels), sorted_learned, *parameters)
    return Learner(trainer, sorted_learned, sorted_tested), float((learned.labels != training.labels).mean())


def write_test(test: str, training: Training, data: Path, output: Path) -> None:
    """Run the test of this name on the images prepared in the folder `data` and write its files.

    Raises InputError or RunError.
    """
    variant = Variant.named(test)
    description, prepared = preparation.load(data)
    write(run(variant, prepared, description.classes, training), output)


main = command(write_test)

if __name__ == "__main__":
    main()
