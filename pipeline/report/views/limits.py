"""What the runs leave out, and what they cost."""

from dataclasses import dataclass

import pandas as pd

from pipeline.config.settings import Config


@dataclass(frozen=True)
class Limits:
    """What the section on limits counts.

    `widths` are the numbers of hidden units of all runs, `most_seeds` is the largest number of seeds of an
    experiment, and the configurations of the experiments `single` have one each. All runs together are planned for
    `epochs` epochs, in which they see `images` images.
    """

    widths: tuple[int, ...]
    most_seeds: int
    single: tuple[str, ...]
    epochs: int
    images: int


def build(config: Config, distinct: pd.DataFrame, training_size: int) -> Limits:
    """Count; `distinct` has a row of runs.csv for each run, once."""
    epochs = int(distinct["epochs"].sum())
    experiments = config.experiments.values()
    return Limits(
        widths=tuple(sorted({configuration.hidden for each in experiments for configuration in each.configurations})),
        most_seeds=max(each.replicates for each in experiments),
        single=tuple(each.name for each in experiments if each.replicates == 1),
        epochs=epochs,
        images=epochs * training_size,
    )
