"""Softmax regression, the model without a hidden layer: p = softmax(x W), trained like the network.

As in the course's starter code, there are no biases. With n images x (n, d) in a batch, labels y and the penalty
reg/2 ‖W‖², the gradient is xᵀ (p - onehot(y)) / n + reg W. W (d, c) is w1 of Weights; the biases stay zero, and the
second layer is empty. All is in single precision, as in pipeline.training.sgd.
"""

import numpy as np

from pipeline.data.examples import Indices, Single, Sorted
from pipeline.training.network import Weights, accuracy, cross_entropy, softmax

BRIGHTEST = np.float32(255)
CHUNK = 500  # images in a forward pass of an evaluation


def logits(weights: Weights, examples: Sorted) -> Single:
    """The logits (n, classes) of examples."""
    parts = (examples.images[start : start + CHUNK] for start in range(0, len(examples), CHUNK))
    return np.concatenate([images / BRIGHTEST @ weights.w1.astype(np.float32) for images in parts])


def evaluate(weights: Weights, examples: Sorted) -> tuple[float, float]:
    """Mean cross-entropy (nats) and accuracy on a set of examples."""
    found = logits(weights, examples)
    return cross_entropy(found, examples.labels), accuracy(found, examples.labels)


class Trainer:
    """Minibatch gradient descent on W, float32. Its rows are in the order of the sorted pixels."""

    logits = staticmethod(logits)
    evaluate = staticmethod(evaluate)

    def __init__(self, weights: Weights, training: Sorted, learning_rate: float, reg: float, batch_size: int) -> None:
        self.weights = Weights(*(array.astype(np.float32) for array in vars(weights).values()))
        self.training = training
        self.learning_rate, self.decay, self.batch_size = learning_rate, 1 - learning_rate * reg, batch_size

    def epoch(self, order: Indices) -> tuple[float, float]:
        """Train on the images in the given order (n,); returns the running mean loss and accuracy."""
        w, labels = self.weights.w1, self.training.labels[order]
        found = np.empty((len(order), w.shape[1]), np.float32)
        for start in range(0, len(order), self.batch_size):
            batch = slice(start, start + self.batch_size)
            x = self.training.images[order[batch]] / BRIGHTEST
            found[batch] = x @ w
            d_logits = softmax(found[batch])
            d_logits[np.arange(len(x)), labels[batch]] -= 1
            w *= self.decay
            w -= x.T @ (d_logits * (self.learning_rate / len(x)))
        return cross_entropy(found, labels), accuracy(found, labels)
