"""The network as mathematics: two layers, sigmoid and softmax, trained by minibatch gradient descent.

A batch of n images x (n, d) with labels y (n,) in 0 .. c-1 passes through

    a = σ(x W1 + b1)              hidden activations (n, h)
    p = softmax(a W2 + b2)        class probabilities (n, c)
    L = -1/n Σ log p[i, y_i]      cross-entropy, the reported loss

and every weight matrix W carries the penalty reg/2 ‖W‖², the biases none. This module is the
reference in double precision; pipeline.training.sgd trains the same network in single precision.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Weights:
    """W1 (d, h), b1 (h,), W2 (h, c), b2 (c,); also the gradient with respect to each."""

    w1: Array
    b1: Array
    w2: Array
    b2: Array

    def copy(self) -> "Weights":
        """A copy that shares no memory."""
        return Weights(self.w1.copy(), self.b1.copy(), self.w2.copy(), self.b2.copy())

    def reordered(self, inputs: npt.NDArray[np.intp]) -> "Weights":
        """The network for inputs in another order, whose k-th is the inputs[k]-th of this one."""
        return replace(self, w1=self.w1[inputs])

    def finite(self) -> bool:
        """Whether every weight is a finite number."""
        return all(bool(np.isfinite(array).all()) for array in (self.w1, self.b1, self.w2, self.b2))


def initial_weights(pixels: int, hidden: int, classes: int, scale: float, seed: int) -> Weights:
    """Scale × standard normal weights and zero biases, float64.

    As in the course's starter code, the legacy generator is seeded anew before each matrix.
    """
    return Weights(
        w1=scale * np.random.RandomState(seed).standard_normal((pixels, hidden)),
        b1=np.zeros(hidden),
        w2=scale * np.random.RandomState(seed).standard_normal((hidden, classes)),
        b2=np.zeros(classes),
    )


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^-z), elementwise; an overflow of e^-z gives the right limit, 0."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    """exp(z_i) / Σ_k exp(z_k) over the last axis, shifted by the maximum so that nothing overflows."""
    e: Array = np.exp(z - z.max(axis=-1, keepdims=True))
    total: Array = e.sum(axis=-1, keepdims=True)
    return e / total


def log_softmax(z: Array) -> Array:
    """Log softmax(z) over the last axis, finite for every finite z."""
    shifted: Array = z - z.max(axis=-1, keepdims=True)
    total: Array = np.exp(shifted).sum(axis=-1, keepdims=True)
    return shifted - np.log(total)


def forward(weights: Weights, x: Array) -> tuple[Array, Array]:
    """Hidden activations (n, h) and logits (n, c) of the images x (n, d)."""
    a = sigmoid(x @ weights.w1 + weights.b1)
    return a, a @ weights.w2 + weights.b2


def cross_entropy(logits: Array, y: Labels) -> float:
    """The mean of -log p[i, y_i] over a batch, in nats."""
    return float(-log_softmax(logits)[np.arange(len(y)), y].mean())


def accuracy(logits: Array, y: Labels) -> float:
    """The share of images whose largest logit is the label's; the first one wins a tie."""
    return float((logits.argmax(axis=1) == y).mean())


def penalty(weights: Weights, reg: float) -> float:
    """reg/2 (‖W1‖² + ‖W2‖²), what the gradient descends besides the cross-entropy."""
    return float(reg / 2 * ((weights.w1**2).sum() + (weights.w2**2).sum()))


def gradients(weights: Weights, x: Array, y: Labels, reg: float) -> Weights:
    """The gradient of cross-entropy plus penalty over one batch.

    ∂L/∂logits = (p - onehot(y)) / n follows from the Jacobian of softmax; σ' = σ (1 - σ).
    """
    a, logits = forward(weights, x)
    d_logits = softmax(logits)
    d_logits[np.arange(len(y)), y] -= 1
    d_logits /= len(y)
    d_hidden = (d_logits @ weights.w2.T) * a * (1 - a)
    return Weights(
        w1=x.T @ d_hidden + reg * weights.w1,
        b1=d_hidden.sum(axis=0),
        w2=a.T @ d_logits + reg * weights.w2,
        b2=d_logits.sum(axis=0),
    )


def descend(weights: Weights, gradient: Weights, learning_rate: float) -> Weights:
    """One step of gradient descent: W - learning_rate × gradient."""
    return Weights(
        w1=weights.w1 - learning_rate * gradient.w1,
        b1=weights.b1 - learning_rate * gradient.b1,
        w2=weights.w2 - learning_rate * gradient.w2,
        b2=weights.b2 - learning_rate * gradient.b2,
    )
