"""Softmax regression, the model without a hidden layer: p = softmax(x W), trained like the network.

As in the course's starter code, there are no biases. With n images x (n, d) in a batch, labels y and the penalty
reg/2 ‖W‖², the gradient is xᵀ (p - onehot(y)) / n + reg W. W (d, c) is w1 of Weights; the biases stay zero, and the
second layer is empty. All is in single precision, as in pipeline.training.sgd.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.data.examples import Indices, Prepared, Sorted
from pipeline.training import descent
from pipeline.training.network import Weights, accuracy, cross_entropy, initial_weights, softmax

BRIGHTEST = np.float32(255)
CHUNK = 500  # images in a forward pass of an evaluation


def train(specification: Mapping[str, Any], data: Prepared, classes: int) -> descent.Result:
    """Train a run, as pipeline.training.run does. W starts as initial_scale × RandomState(initial_seed)'s normal."""
    scale, seed = specification["initial_scale"], specification["initial_seed"]
    initial = initial_weights(len(data.pixels), classes, 0, scale, seed).reordered(data.pixels)
    how = (specification[name] for name in ("learning_rate", "reg", "batch_size"))
    return descent.train(Trainer(initial, data.training, *how), specification, data)


def evaluate(weights: Weights, examples: Sorted) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy on a set of examples."""
    parts = (examples.images[start : start + CHUNK] for start in range(0, len(examples), CHUNK))
    logits = np.concatenate([images / BRIGHTEST @ weights.w1 for images in parts])
    return cross_entropy(logits, examples.labels), accuracy(logits, examples.labels)


class Trainer:
    """Minibatch gradient descent on W, float32. Its rows are in the order of the sorted pixels."""

    evaluate = staticmethod(evaluate)

    def __init__(self, weights: Weights, training: Sorted, learning_rate: float, reg: float, batch_size: int) -> None:
        self.weights = Weights(*(array.astype(np.float32) for array in vars(weights).values()))
        self.training = training
        self.learning_rate, self.decay, self.batch_size = learning_rate, 1 - learning_rate * reg, batch_size

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""
        w, labels = self.weights.w1, self.training.labels[order]
        logits = np.empty((len(order), w.shape[1]), np.float32)
        for start in range(0, len(order), self.batch_size):
            batch = slice(start, start + self.batch_size)
            x = self.training.images[order[batch]] / BRIGHTEST
            logits[batch] = x @ w
            d_logits = softmax(logits[batch])
            d_logits[np.arange(len(x)), labels[batch]] -= 1
            w *= self.decay
            w -= x.T @ (d_logits * (self.learning_rate / len(x)))
        return cross_entropy(logits, labels), accuracy(logits, labels)
