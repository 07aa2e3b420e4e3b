"""The training loop of this project, as pipeline.training.run uses it."""

from bench.work import LEARNING_RATE, REG, Outcome, Work
from pipeline.data.examples import Indices
from pipeline.training import sgd


class System:
    """pipeline.training.sgd.Trainer; the images stay bytes."""

    def __init__(self, work: Work, batch_size: int) -> None:
        self.validation = work.validation
        self.trainer = sgd.Trainer(work.weights, work.training, LEARNING_RATE, REG, batch_size)

    def epoch(self, order: Indices) -> Outcome:
        """What pipeline.training.descent does in an epoch."""
        return Outcome(*self.trainer.epoch(order), *sgd.evaluate(self.trainer.weights, self.validation))
