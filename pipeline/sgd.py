"""Training in single precision: the epochs of one run, with what is measured after each.

The arithmetic is that of pipeline.network, written into buffers allocated once, with images kept
as bytes and scaled to [0, 1] batch by batch.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.examples import Bytes, Examples
from pipeline.network import Weights

Single = npt.NDArray[np.float32]
CHUNK = 1000  # images per forward pass of an evaluation
BRIGHTEST = np.float32(255)


@dataclass(frozen=True)
class Epoch:
    """One epoch: running means over its batches, each taken before its update; then the validation set.

    `finite` is false if a loss or a weight is not a finite number: the run has diverged.
    """

    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    finite: bool


@dataclass
class Batch:
    """Buffers for n images: bytes (n, d) uint8; x (n, d), a, slope and d_hidden (n, h), logits (n, c), all float32."""

    bytes: Bytes
    x: Single
    a: Single
    slope: Single
    d_hidden: Single
    logits: Single

    @classmethod
    def allocate(cls, size: int, pixels: int, hidden: int, classes: int) -> "Batch":
        """Uninitialised buffers for `size` images."""
        widths = (pixels, hidden, hidden, hidden, classes)
        return cls(np.empty((size, pixels), np.uint8), *(np.empty((size, width), np.float32) for width in widths))

    def first(self, count: int) -> "Batch":
        """The same buffers cut to their first `count` rows, for a last, smaller batch."""
        return Batch(*(buffer[:count] for buffer in vars(self).values()))


class Trainer:
    """Minibatch gradient descent on one network, float32."""

    def __init__(self, weights: Weights, learning_rate: float, reg: float, batch_size: int) -> None:
        self.weights = Weights(*(w.astype(np.float32) for w in (weights.w1, weights.b1, weights.w2, weights.b2)))
        self.learning_rate = np.float32(learning_rate)
        self.decay = np.float32(1 - learning_rate * reg)
        self.batch_size = batch_size
        pixels, hidden = weights.w1.shape
        self.batch = Batch.allocate(batch_size, pixels, hidden, len(weights.b2))
        self.d_w1 = np.empty((pixels, hidden), np.float32)

    def epoch(self, examples: Examples, order: npt.NDArray[np.intp]) -> tuple[float, float]:
        """Train on the examples in the given order; returns the running mean loss and accuracy."""
        loss, correct = 0.0, 0
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            batch = self.batch if len(rows) == self.batch_size else self.batch.first(len(rows))
            np.take(examples.images, rows, axis=0, out=batch.bytes, mode="clip")
            batch_loss, batch_correct = self.step(batch, examples.labels[rows])
            loss += batch_loss
            correct += batch_correct
        return loss / len(order), correct / len(order)

    def step(self, batch: Batch, labels: Bytes) -> tuple[float, int]:
        """One update from the images in batch.bytes (n, d) and their labels (n,).

        Returns the summed loss and the number of images classified rightly, before the update.
        """
        weights, x, a, p = self.weights, batch.x, batch.a, batch.logits
        forward(weights, batch)
        rows = np.arange(len(labels))
        correct = int((p.argmax(axis=1) == labels).sum())
        loss = _softmax_in_place(p, labels, rows)
        p[rows, labels] -= 1
        p *= self.learning_rate / np.float32(len(labels))
        np.matmul(p, weights.w2.T, out=batch.d_hidden)
        np.subtract(1, a, out=batch.slope)
        batch.slope *= a
        batch.d_hidden *= batch.slope
        np.multiply(weights.w2, self.decay, out=weights.w2)
        np.subtract(weights.w2, a.T @ p, out=weights.w2)
        np.subtract(weights.b2, p.sum(axis=0), out=weights.b2)
        np.matmul(x.T, batch.d_hidden, out=self.d_w1)
        np.multiply(weights.w1, self.decay, out=weights.w1)
        np.subtract(weights.w1, self.d_w1, out=weights.w1)
        np.subtract(weights.b1, batch.d_hidden.sum(axis=0), out=weights.b1)
        return loss, correct


def forward(weights: Weights, batch: Batch) -> None:
    """Fill batch.x, batch.a and batch.logits from batch.bytes."""
    np.divide(batch.bytes, BRIGHTEST, out=batch.x, casting="unsafe")
    np.matmul(batch.x, weights.w1, out=batch.a)
    batch.a += weights.b1
    np.negative(batch.a, out=batch.a)
    np.exp(batch.a, out=batch.a)  # an overflow gives inf, and then the right limit: 1 / (1 + inf) = 0
    batch.a += 1
    np.reciprocal(batch.a, out=batch.a)
    np.matmul(batch.a, weights.w2, out=batch.logits)
    batch.logits += weights.b2


def evaluate(weights: Weights, examples: Examples) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy on a set of examples."""
    pixels, hidden = weights.w1.shape
    buffers = Batch.allocate(min(CHUNK, len(examples)), pixels, hidden, len(weights.b2))
    loss, correct = 0.0, 0
    with np.errstate(all="ignore"):
        for start in range(0, len(examples), CHUNK):
            labels = examples.labels[start : start + CHUNK]
            batch = buffers.first(len(labels))
            batch.bytes[:] = examples.images[start : start + CHUNK]
            forward(weights, batch)
            correct += int((batch.logits.argmax(axis=1) == labels).sum())
            loss += _softmax_in_place(batch.logits, labels, np.arange(len(labels)))
    return loss / len(examples), correct / len(examples)


def train(trainer: Trainer, training: Examples, validation: Examples, epochs: int, seed: int) -> Iterator[Epoch]:
    """Yield each epoch; a new shuffle of the training set, drawn from default_rng(seed), before each.

    The trainer's weights are those after the epoch. Ends early with an epoch that is not finite.
    """
    shuffle = np.random.default_rng(seed)
    for _ in range(epochs):
        start = time.perf_counter()
        with np.errstate(all="ignore"):  # a diverging run is reported by its epoch, not by warnings
            training_loss, training_accuracy = trainer.epoch(training, shuffle.permutation(len(training)))
        validation_loss, validation_accuracy = evaluate(trainer.weights, validation)
        seconds = time.perf_counter() - start
        finite = math.isfinite(training_loss) and math.isfinite(validation_loss) and trainer.weights.finite()
        yield Epoch(training_loss, training_accuracy, validation_loss, validation_accuracy, seconds, finite)
        if not finite:
            return


def _softmax_in_place(logits: Single, labels: Bytes, rows: npt.NDArray[np.intp]) -> float:
    """Replace logits (n, c) by probabilities; return the summed cross-entropy, log Σ exp(z) - z_y."""
    logits -= logits.max(axis=1, keepdims=True)
    labelled = logits[rows, labels]
    np.exp(logits, out=logits)
    total = logits.sum(axis=1)
    logits /= total[:, None]
    return float((np.log(total, dtype=np.float64) - labelled).sum())
