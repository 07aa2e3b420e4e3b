"""PyTorch as fast as it gets without a compiler: no autograd, fused operations, results written in place.

addmm_ adds a product to decayed weights in one call. Buffers and the views of them are made once; logits are kept, and
the epoch's loss and accuracy computed at its end, as pipeline.training.sgd does.
"""

from functools import cache

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import Indices
from pipeline.training.network import Array

torch.set_num_threads(1)


class Buffers:
    """What a batch of n images needs: x (n, d), a and its gradient d (n, h), p (n, c), and their transposes."""

    def __init__(self, images: int, pixels: int, hidden: int, classes: int) -> None:
        self.x, self.p = torch.empty(images, pixels), torch.empty(images, classes)
        self.a, self.d = torch.empty(images, hidden), torch.empty(images, hidden)
        self.x_t, self.a_t = self.x.t(), self.a.t()
        self.rate = LEARNING_RATE / images


class System:
    """W1 (d, h), b1 (h,), W2 (h, c), b2 (c,), float32."""

    def __init__(self, work: Work, batch_size: int) -> None:
        weights, self.batch_size = work.weights, batch_size
        self.x, self.y = torch.from_numpy(work.training_x), torch.from_numpy(work.training_y)
        self.validation_x = torch.from_numpy(work.validation_x)
        self.validation_y = torch.from_numpy(work.validation_y)
        self.w1, self.b1, self.w2, self.b2 = map(_tensor, (weights.w1, weights.b1, weights.w2, weights.b2))
        self.w2_t, self.decay = self.w2.t(), 1 - LEARNING_RATE * REG
        (pixels, hidden), classes = weights.w1.shape, len(weights.b2)
        self.logits = torch.empty(len(self.y), classes)
        self.buffers = cache(lambda images: Buffers(images, pixels, hidden, classes))

    def epoch(self, order: Indices) -> Outcome:
        """One batch after the other, then losses and accuracies."""
        with torch.inference_mode():
            return self._epoch(order)

    def _epoch(self, order: Indices) -> Outcome:
        rows = torch.from_numpy(order)
        labels = self.y[rows]
        targets = one_hot(labels, self.logits.shape[1]).float()
        batches = (part.split(self.batch_size) for part in (rows, targets, self.logits))
        for batch_rows, batch_targets, logits in zip(*batches, strict=True):
            self.step(self.buffers(len(batch_rows)), batch_rows, batch_targets, logits)
        a = torch.addmm(self.b1, self.validation_x, self.w1).sigmoid_()
        evaluation = _measures(torch.addmm(self.b2, a, self.w2), self.validation_y)
        return Outcome(*_measures(self.logits, labels), *evaluation)

    def step(self, batch: Buffers, rows: torch.Tensor, targets: torch.Tensor, logits: torch.Tensor) -> None:
        """Train on the images `rows` (n,) with the one-hot targets (n, c); writes their logits (n, c)."""
        torch.index_select(self.x, 0, rows, out=batch.x)
        torch.addmm(self.b1, batch.x, self.w1, out=batch.a).sigmoid_()
        torch.addmm(self.b2, batch.a, self.w2, out=logits)
        torch.softmax(logits, 1, out=batch.p).sub_(targets)
        torch.mm(batch.p, self.w2_t, out=batch.d)
        torch.ops.aten.sigmoid_backward.grad_input(batch.d, batch.a, grad_input=batch.d)
        self.w2.addmm_(batch.a_t, batch.p, beta=self.decay, alpha=-batch.rate)
        self.b2.sub_(batch.p.sum(0), alpha=batch.rate)
        self.w1.addmm_(batch.x_t, batch.d, beta=self.decay, alpha=-batch.rate)
        self.b1.sub_(batch.d.sum(0), alpha=batch.rate)


def _tensor(array: Array) -> torch.Tensor:
    return torch.from_numpy(np.array(array, np.float32))


def _measures(logits: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Mean cross-entropy and accuracy of logits (n, c)."""
    return cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()
