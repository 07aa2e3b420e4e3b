"""Everything that one run's numbers depend on: what its key is a hash of, and what the train step is told.

Light to import: the Snakefile plans runs with it.
"""

from typing import Annotated, TypedDict

from msgspec import Meta

from pipeline.config.settings import Count, Engine, Number, Positive, Seed, Share


class Specification(TypedDict):
    """The parameters of a run, its seed and split, fingerprints of data and code, NumPy's version.

    `hidden` is 0 for softmax regression, which has no hidden layer.
    """

    learning_rate: Positive
    reg: Number
    batch_size: Count
    hidden: Annotated[int, Meta(ge=0)]
    epochs: Count
    seed: Seed
    initial_scale: Number
    initial_seed: Seed
    validation_fraction: Share
    split_seed: Seed | None
    engine: Engine
    data: str
    code: str
    numpy: str
