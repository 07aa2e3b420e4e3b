"""What a configuration gains without its penalty, in as many epochs.

The order of the images is the seed's alone, so the first epochs of a longer run are those of a shorter one: runs that
were trained for more epochs are cut. What is compared is the highest validation accuracy of those epochs, since the
testing accuracy of a cut run was never measured.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.analysis import intervals
from pipeline.analysis.comparison import Results, Trained
from pipeline.analysis.intervals import Interval
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments.tidy import PARAMETERS


@dataclass(frozen=True)
class WithoutPenalty:
    """The gain in validation accuracy of the runs without a penalty over those of `trained`, with its interval.

    `experiment` is that of `trained`; `seeds` and `against` are the numbers of runs without the penalty and with it.
    """

    experiment: Experiment
    trained: Trained
    gain: float
    interval: Interval
    seeds: int
    against: int


def without_penalty(experiment: Experiment, trained: Trained, results: Results) -> WithoutPenalty | None:
    """The gain of one configuration; None where it has no penalty, or either side fewer runs than have a spread."""
    configuration = trained.configuration
    if configuration.reg == 0:
        return None
    own = _best(results.histories.of(experiment, configuration), configuration.epochs)
    free = _best(trained_alike(results.histories.table, replace(configuration, reg=0)), configuration.epochs)
    if min(own.size, free.size) < intervals.FEWEST:
        return None
    gain = float(free.mean() - own.mean())
    return WithoutPenalty(experiment, trained, gain, intervals.difference(free, own), free.size, own.size)


def trained_alike(histories: pd.DataFrame, wanted: Configuration) -> pd.DataFrame:
    """The epochs of whatever runs have a configuration but for more epochs, or as many; each seed's once."""
    same = [name for name in PARAMETERS if name != "epochs"]
    alike = (histories[same] == [wanted.value(name) for name in same]).all(axis=1)
    found = histories[alike & (histories["epochs"] >= wanted.epochs)]
    return found.sort_values("epochs", ascending=False, kind="stable").drop_duplicates(["seed", "epoch"])


def _best(histories: pd.DataFrame, epochs: int) -> npt.NDArray[np.float64]:
    """The highest validation accuracy of each seed in so many epochs; none where a seed did not get there."""
    by_seed = histories[histories["epoch"] <= epochs].groupby("seed")["validation_accuracy"]
    return by_seed.max().to_numpy(float) if (by_seed.size() == epochs).all() else np.array([])
