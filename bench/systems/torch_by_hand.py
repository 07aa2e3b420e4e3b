"""PyTorch as fast as it gets without a compiler: no autograd, fused operations, results written in place.

addmm_ adds a product to decayed weights in one call. Logits are kept, and the epoch's loss and accuracy computed at
its end, as pipeline.sgd does.
"""

import numpy as np
import torch
from torch.nn.functional import cross_entropy, one_hot

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.examples import Indices
from pipeline.network import Array

torch.set_num_threads(1)


class System:
    """W1 (d, h), b1 (h,), W2 (h, c), b2 (c,) and the buffers of a batch, float32."""

    def __init__(self, work: Work, batch_size: int) -> None:
        weights, self.batch_size = work.weights, batch_size
        self.x, self.y = torch.from_numpy(work.training_x), torch.from_numpy(work.training_y)
        self.validation_x = torch.from_numpy(work.validation_x)
        self.validation_y = torch.from_numpy(work.validation_y)
        self.w1, self.b1, self.w2, self.b2 = map(_tensor, (weights.w1, weights.b1, weights.w2, weights.b2))
        count, (pixels, hidden), classes = len(self.y), weights.w1.shape, len(weights.b2)
        self.logits = torch.empty(count, classes)
        self.images, self.ones = torch.empty(batch_size, pixels), torch.ones(batch_size)
        self.a, self.d = torch.empty(batch_size, hidden), torch.empty(batch_size, hidden)
        self.p = torch.empty(batch_size, classes)

    @torch.inference_mode()
    def epoch(self, order: Indices) -> Outcome:
        """One batch after the other, then losses and accuracies."""
        rows = torch.from_numpy(order)
        labels = self.y[rows]
        parts = (
            rows.split(self.batch_size),
            one_hot(labels, self.logits.shape[1]).float().split(self.batch_size),
            self.logits.split(self.batch_size),
        )
        for batch, targets, logits in zip(*parts, strict=True):
            self.step(batch, targets, logits)
        hidden = torch.addmm(self.b1, self.validation_x, self.w1).sigmoid_()
        evaluation = _measures(torch.addmm(self.b2, hidden, self.w2), self.validation_y)
        return Outcome(*_measures(self.logits, labels), *evaluation)

    def step(self, rows: torch.Tensor, targets: torch.Tensor, logits: torch.Tensor) -> None:
        """Train on the images `rows` (n,) with the one-hot targets (n, c); writes their logits (n, c)."""
        n = len(rows)
        x, a, d, p, ones = self.images[:n], self.a[:n], self.d[:n], self.p[:n], self.ones[:n]
        decay, rate = 1 - LEARNING_RATE * REG, LEARNING_RATE / n
        torch.index_select(self.x, 0, rows, out=x)
        torch.addmm(self.b1, x, self.w1, out=a).sigmoid_()
        torch.addmm(self.b2, a, self.w2, out=logits)
        torch.softmax(logits, 1, out=p).sub_(targets)
        torch.mm(p, self.w2.t(), out=d)
        torch.ops.aten.sigmoid_backward.grad_input(d, a, grad_input=d)
        self.w2.addmm_(a.t(), p, beta=decay, alpha=-rate)
        self.b2.addmv_(p.t(), ones, alpha=-rate)
        self.w1.addmm_(x.t(), d, beta=decay, alpha=-rate)
        self.b1.addmv_(d.t(), ones, alpha=-rate)


def _tensor(array: Array) -> torch.Tensor:
    return torch.from_numpy(np.array(array, np.float32))


def _measures(logits: torch.Tensor, labels: torch.Tensor) -> tuple[float, float]:
    """Mean cross-entropy and accuracy of logits (n, c)."""
    return cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()
