"""Whether one order of the images moves accuracy alike in different configurations.

The fluctuation of a run is the change of its validation accuracy from an epoch to the next, less the mean of that
change over the seeds. Of two configurations the correlation is Pearson's, over all seeds and epochs.
"""

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.analysis.comparison import Results, Sweep, Trained
from pipeline.config.settings import Experiment

FEWEST = 3  # seeds, and changes: of two, the deviations from the mean are each other's opposite
SHARED = 0.5  # of the variance of two fluctuations, by a cause that both have; the correlation they have then
STILL = 1e-9  # accuracy below which a standard deviation of fluctuations is rounding


@dataclass(frozen=True)
class Pair:
    """Two configurations and the correlation of their fluctuations."""

    first: Trained
    second: Trained
    correlation: float


@dataclass(frozen=True)
class CommonNoise:
    """The pairs of a sweep whose fluctuations go together most and least, over so many seeds."""

    seeds: int
    most: Pair
    least: Pair

    @property
    def mostly_shared(self) -> bool:
        """Whether what the two that go together most have in common makes more than half of their variance."""
        return self.most.correlation > SHARED


def common_noise(found: Sweep, experiment: Experiment, results: Results) -> CommonNoise | None:
    """The correlations of a sweep; None with fewer than FEWEST seeds or changes, or where nothing fluctuates."""
    moves = [_fluctuations(each, experiment, results) for each in found.ranked]
    if min(moves[0].shape) < FEWEST:
        return None
    pairs = [
        Pair(first, second, float(np.corrcoef(one.ravel(), other.ravel())[0, 1]))
        for (first, one), (second, other) in itertools.combinations(zip(found.ranked, moves, strict=True), 2)
        if min(one.std(), other.std()) > STILL
    ]
    if not pairs:
        return None
    by_correlation = sorted(pairs, key=lambda pair: pair.correlation)
    return CommonNoise(len(moves[0]), most=by_correlation[-1], least=by_correlation[0])


def _fluctuations(trained: Trained, experiment: Experiment, results: Results) -> npt.NDArray[np.float64]:
    """(seeds, changes) in the order of the seeds."""
    history = results.histories.of(experiment, trained.configuration).sort_values(["seed", "epoch"])
    accuracy = history["validation_accuracy"].to_numpy(float).reshape(-1, trained.configuration.epochs)
    changes = np.diff(accuracy, axis=1)
    fluctuations: npt.NDArray[np.float64] = changes - changes.mean(axis=0)
    return fluctuations
