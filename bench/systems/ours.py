"""An engine of this project, as a run uses it: what its systems have in common."""

from collections.abc import Callable
from typing import ClassVar

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import Indices
from pipeline.training.descent import Trainer


class Engine:
    """A trainer on the prepared images."""

    make: ClassVar[Callable[..., Trainer]]

    def __init__(self, work: Work, batch_size: int) -> None:
        self.validation = work.validation
        self.trainer = type(self).make(work.weights, work.training, LEARNING_RATE, REG, batch_size)

    def epoch(self, order: Indices) -> Outcome:
        """What pipeline.training.descent does in an epoch."""
        training = self.trainer.epoch(order)
        return Outcome(*training, *self.trainer.evaluate(self.trainer.weights, self.validation))
