"""PyTorch as its tutorials use it: modules, autograd and an optimizer, run eagerly on one thread.

The running sums stay tensors, since reading a number in every step would be slower.
"""

import numpy as np
import torch

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import Indices

torch.set_num_threads(1)


class System:
    """Linear, Sigmoid, Linear; CrossEntropyLoss; SGD whose weight decay, reg × W in the gradient, spares the biases."""

    def __init__(self, work: Work, batch_size: int) -> None:
        weights, self.batch_size = work.weights, batch_size
        self.x, self.y = torch.from_numpy(work.training_x), torch.from_numpy(work.training_y)
        self.validation_x = torch.from_numpy(work.validation_x)
        self.validation_y = torch.from_numpy(work.validation_y)
        first, second = torch.nn.Linear(*weights.w1.shape), torch.nn.Linear(*weights.w2.shape)
        with torch.no_grad():
            for layer, w, b in ((first, weights.w1, weights.b1), (second, weights.w2, weights.b2)):
                layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(w.T)))
                layer.bias.copy_(torch.from_numpy(b))
        self.model = torch.nn.Sequential(first, torch.nn.Sigmoid(), second)
        self.loss = torch.nn.CrossEntropyLoss()
        groups = [
            {"params": [first.weight, second.weight], "weight_decay": REG},
            {"params": [first.bias, second.bias]},
        ]
        self.optimizer = torch.optim.SGD(groups, lr=LEARNING_RATE)

    def epoch(self, order: Indices) -> Outcome:
        """One batch after the other; the gradients of the penalty are those of weight decay."""
        total, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows in torch.from_numpy(order).split(self.batch_size):
            x, y = self.x[rows], self.y[rows]
            self.optimizer.zero_grad()
            logits = self.model(x)
            loss = self.loss(logits, y)
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(rows)
            correct += (logits.detach().argmax(1) == y).sum()
        return Outcome(total.item() / len(order), correct.item() / len(order), *self.evaluate())

    def evaluate(self) -> tuple[float, float]:
        """Loss and accuracy on the validation images."""
        with torch.no_grad():
            logits = self.model(self.validation_x)
            right = logits.argmax(1) == self.validation_y
            return self.loss(logits, self.validation_y).item(), right.float().mean().item()
