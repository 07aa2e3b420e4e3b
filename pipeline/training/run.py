"""One run: from its specification and the data in memory to what it comes to.

With the module of its trainer and all that these import, this is what a run's numbers come from, and what its key is
made of (pipeline.environment.fingerprint): no files and no messages here, since every change retrains every run.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.data.examples import Prepared
from pipeline.training import descent
from pipeline.training.descent import Trainer
from pipeline.training.network import Weights, initial_weights


def initial(specification: Mapping[str, Any], pixels: int, classes: int) -> Weights:
    """The weights that a run starts from, with the pixels as they are in the image.

    Without hidden units the first layer has the classes, and the second is empty.
    """
    hidden, scale, seed = (specification[name] for name in ("hidden", "initial_scale", "initial_seed"))
    return initial_weights(pixels, hidden or classes, classes if hidden else 0, scale, seed)


def start(make: Callable[..., Trainer], specification: Mapping[str, Any], data: Prepared, classes: int) -> Trainer:
    """The trainer of a run that a specification (pipeline.experiments.keys) describes."""
    weights = initial(specification, len(data.pixels), classes).reordered(data.pixels)
    how = (specification[name] for name in ("learning_rate", "reg", "batch_size"))
    return make(weights, data.training, *how)


def train(
    make: Callable[..., Trainer], specification: Mapping[str, Any], data: Prepared, classes: int
) -> descent.Result:
    """Train the run that the specification describes; `make` is that of pipeline.training.engines."""
    return descent.train(start(make, specification, data, classes), specification, data)
