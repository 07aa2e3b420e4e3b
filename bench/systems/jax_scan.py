"""JAX with the whole epoch compiled: lax.scan over the batches, whose images are gathered inside, and the evaluation.

Compiling is no part of the measurement: it happens in the first epoch, which is not timed.
"""

import os
from typing import Any, NamedTuple

# Read when JAX starts: the products on one thread, and no search for an accelerator.
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import Indices


class Parameters(NamedTuple):
    """W1 (d, h), b1 (h,), W2 (h, c), b2 (c,), or the gradients with respect to them, float32."""

    w1: Any
    b1: Any
    w2: Any
    b2: Any


class Set(NamedTuple):
    """Images x (n, d), 0 to 1, with labels y (n,)."""

    x: Any
    y: Any


class System:
    """The parameters and the data, on JAX's device."""

    def __init__(self, work: Work, batch_size: int) -> None:
        weights, self.batch_size = work.weights, batch_size
        arrays = (weights.w1, weights.b1, weights.w2, weights.b2)
        self.parameters = Parameters(*(jnp.asarray(array, jnp.float32) for array in arrays))
        self.training = Set(jnp.asarray(work.training_x), jnp.asarray(work.training_y, jnp.int32))
        self.validation = Set(jnp.asarray(work.validation_x), jnp.asarray(work.validation_y, jnp.int32))

    def epoch(self, order: Indices) -> Outcome:
        """One call of the compiled epoch; reading its numbers waits for it."""
        whole = len(order) // self.batch_size * self.batch_size
        rows = order.astype(np.int32)
        batches, rest = rows[:whole].reshape(-1, self.batch_size), rows[whole:]
        self.parameters, numbers = compiled(self.parameters, batches, rest, self.training, self.validation)
        jax.block_until_ready(self.parameters)
        loss, correct, validation_loss, validation_correct = (float(number) for number in numbers)
        return Outcome(
            loss / len(order),
            correct / len(order),
            validation_loss / len(self.validation.y),
            validation_correct / len(self.validation.y),
        )


def _epoch(parameters: Parameters, batches: Any, rest: Any, training: Set, validation: Set) -> tuple[Parameters, Any]:
    """Train on `batches` (b, n) of indices, then the smaller batch `rest`; sums of losses and right answers."""

    def step(parameters: Parameters, rows: Any) -> tuple[Parameters, tuple[Any, Any]]:
        batch = Set(training.x[rows], training.y[rows])
        (loss, correct), gradient = jax.value_and_grad(_sums, has_aux=True)(parameters, batch)
        return _descend(parameters, gradient, LEARNING_RATE / len(rows)), (loss, correct)

    parameters, (losses, corrects) = jax.lax.scan(step, parameters, batches)
    loss, correct = losses.sum(), corrects.sum()
    if len(rest):
        parameters, (rest_loss, rest_correct) = step(parameters, rest)
        loss, correct = loss + rest_loss, correct + rest_correct
    return parameters, (loss, correct, *_sums(parameters, validation))


compiled = jax.jit(_epoch)


def _sums(parameters: Parameters, examples: Set) -> tuple[Any, Any]:
    """The summed cross-entropy and how many are classified rightly."""
    a = jax.nn.sigmoid(examples.x @ parameters.w1 + parameters.b1)
    logits = a @ parameters.w2 + parameters.b2
    labelled = jnp.take_along_axis(jax.nn.log_softmax(logits), examples.y[:, None], axis=1)
    return -labelled.sum(), (logits.argmax(axis=1) == examples.y).sum()


def _descend(parameters: Parameters, gradient: Parameters, rate: float) -> Parameters:
    """One step; `gradient` is that of a sum, and `rate` the learning rate over the number of images."""
    decay = 1 - LEARNING_RATE * REG
    return Parameters(
        w1=decay * parameters.w1 - rate * gradient.w1,
        b1=parameters.b1 - rate * gradient.b1,
        w2=decay * parameters.w2 - rate * gradient.w2,
        b2=parameters.b2 - rate * gradient.b2,
    )
