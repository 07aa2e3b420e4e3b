"""One run of the network with a hidden layer: from its specification and the data in memory to what it comes to.

With pipeline.training.network, sgd, descent and pipeline.data.examples this is all that a run's numbers come from, and
what its key is made of (pipeline.experiments.keys): no files and no messages here, since every change retrains every
run. Runs of softmax regression come from pipeline.training.softmax instead of this and sgd.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.data.examples import Prepared
from pipeline.training import descent, sgd
from pipeline.training.network import initial_weights


def train(specification: Mapping[str, Any], data: Prepared, classes: int) -> descent.Result:
    """Train the run that the specification (pipeline.experiments.keys) describes."""
    initial = initial_weights(
        len(data.pixels),
        specification["hidden"],
        classes,
        specification["initial_scale"],
        specification["initial_seed"],
    )
    learning_rate, reg, batch_size = (specification[name] for name in ("learning_rate", "reg", "batch_size"))
    trainer = sgd.Trainer(initial.reordered(data.pixels), data.training, learning_rate, reg, batch_size)
    return descent.train(trainer, specification, data)
