"""The engines that train: NumPy, and the compiled one, with the same interface and the same mathematics."""

from collections.abc import Callable
from functools import partial

from pipeline.config.settings import Engine
from pipeline.training import compiled, compiler, sgd, softmax
from pipeline.training.descent import Trainer


def trainer(engine: Engine, hidden: int) -> Callable[..., Trainer]:
    """What makes a trainer from weights, training examples, learning rate, penalty and batch size.

    Without hidden units it is one of softmax regression. Raises RunError if the compiled engine cannot be had.
    """
    if engine == "compiled":
        return partial(compiled.Trainer, library=compiler.library())
    if hidden:
        return sgd.Trainer
    return softmax.Trainer
