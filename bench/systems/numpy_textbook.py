"""The formulas of pipeline.training.network in double precision: what the others must agree with."""

import numpy as np

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import BRIGHTEST, Indices
from pipeline.training.network import Array, Labels, Weights, accuracy, cross_entropy, descend, forward, softmax


class System:
    """Images are kept as numbers from 0 to 1, so that an epoch does not convert them."""

    def __init__(self, work: Work, batch_size: int) -> None:
        self.weights, self.batch_size = work.weights, batch_size
        self.x, self.y = work.training.images / BRIGHTEST, work.training_y
        self.validation_x, self.validation_y = work.validation.images / BRIGHTEST, work.validation_y

    def epoch(self, order: Indices) -> Outcome:
        """One batch after the other."""
        loss, correct = 0.0, 0
        for start in range(0, len(order), self.batch_size):
            rows = order[start : start + self.batch_size]
            batch_loss, batch_correct = self.step(self.x[rows], self.y[rows])
            loss, correct = loss + batch_loss, correct + batch_correct
        _, logits = forward(self.weights, self.validation_x)
        evaluation = cross_entropy(logits, self.validation_y), accuracy(logits, self.validation_y)
        return Outcome(loss / len(order), correct / len(order), *evaluation)

    def step(self, x: Array, y: Labels) -> tuple[float, int]:
        """One batch (n, d), (n,): its summed loss and how many are right, then the update.

        pipeline.training.network.gradients has the same derivatives, but would compute the outputs a second time.
        """
        weights, rows = self.weights, np.arange(len(y))
        a, logits = forward(weights, x)
        p = softmax(logits)
        loss, correct = -np.log(p[rows, y]).sum(), (p.argmax(axis=1) == y).sum()
        p[rows, y] -= 1
        d_logits = p / len(y)
        d_hidden = (d_logits @ weights.w2.T) * a * (1 - a)
        gradient = Weights(
            w1=x.T @ d_hidden + REG * weights.w1,
            b1=d_hidden.sum(axis=0),
            w2=a.T @ d_logits + REG * weights.w2,
            b2=d_logits.sum(axis=0),
        )
        self.weights = descend(weights, gradient, LEARNING_RATE)
        return float(loss), int(correct)
