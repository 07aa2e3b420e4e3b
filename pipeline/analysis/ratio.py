"""Accuracy against the ratio of learning rate to batch size, over a grid that varies both.

In so many epochs an update of rate η from batches of B images is made a number of times that is proportional to 1/B,
so η/B is how far training can get; and the noise of the updates grows with the same ratio (Smith and Le, 2018). Where
accuracy follows the ratio, the two parameters are one, and only the ratio can be too large or too small.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.config.settings import Configuration, Experiment

PARAMETERS = ("learning_rate", "batch_size")
MOST_LINES = 6  # that a figure can tell apart
SHARE = 0.1  # of the spread of a line: what is left at equal ratios where the ratio explains nearly all of it


@dataclass(frozen=True)
class Line:
    """The configurations of a grid that differ in rate and batch size alone, of which at least one finished.

    `shared` is what they have in common (see `shared`). `accuracies` has the finished ones' accuracies by ratio, in
    ascending order; `searched` are the smallest and the largest ratio, finished or not.
    """

    shared: Configuration
    accuracies: Mapping[float, tuple[float, ...]]
    searched: tuple[float, float]

    @property
    def means(self) -> dict[float, float]:
        """The mean accuracy by ratio, in ascending order."""
        return {each: sum(found) / len(found) for each, found in self.accuracies.items()}

    @property
    def at_equal(self) -> float:
        """How far accuracies of equal ratio lie apart at most."""
        return max(max(found) - min(found) for found in self.accuracies.values())

    @property
    def overall(self) -> float:
        """How far all accuracies lie apart."""
        every = [accuracy for found in self.accuracies.values() for accuracy in found]
        return max(every) - min(every)

    @property
    def best(self) -> float:
        """The ratio with the highest mean."""
        return max(self.means, key=lambda ratio: self.means[ratio])

    @property
    def loss_at_largest(self) -> float:
        """How far the mean of the largest ratio that finished lies below the best."""
        means = list(self.means.values())
        return max(means) - means[-1]


@dataclass(frozen=True)
class RatioFinding:
    """What a grid says of the ratio, a line for each combination of its other parameters."""

    lines: tuple[Line, ...]

    @property
    def governs(self) -> bool:
        """Whether on every line accuracies of equal ratio lie closer than SHARE of the spread of all."""
        return all(line.at_equal < SHARE * line.overall for line in self.lines)

    @property
    def beyond(self) -> Literal["larger", "smaller", "smaller and larger", "neither"]:
        """Where better ratios may lie that were not searched: beyond the end at which some line has its best."""
        smaller, larger = (any(line.best == line.searched[end] for line in self.lines) for end in (0, 1))
        if smaller and larger:
            return "smaller and larger"
        return "smaller" if smaller else "larger" if larger else "neither"

    @property
    def best(self) -> tuple[float, float]:
        """The smallest and the largest of the lines' best ratios."""
        found = [line.best for line in self.lines]
        return min(found), max(found)


def of(configuration: Configuration) -> float:
    """Learning rate over batch size; equal ratios of different pairs are equal numbers, whatever rounding does."""
    return float(f"{configuration.learning_rate / configuration.batch_size:.12g}")


def shared(configuration: Configuration) -> Configuration:
    """The configuration with rate and batch size left open, equal for all of a line."""
    return replace(configuration, learning_rate=0.0, batch_size=0)


def applies(grid: Experiment) -> bool:
    """Whether a grid can tell: some ratio comes from two pairs at least, and its lines are few enough for a figure."""
    if not set(PARAMETERS) <= set(grid.varied):
        return False
    ratios = {of(c) for c in grid.configurations}
    pairs = {(c.learning_rate, c.batch_size) for c in grid.configurations}
    return len(ratios) < len(pairs) and len({shared(c) for c in grid.configurations}) <= MOST_LINES


def lines(grid: Experiment, accuracies: Mapping[Configuration, float]) -> tuple[Line, ...]:
    """The lines of a grid in the order of the file; `accuracies` has every configuration that finished."""
    groups: dict[Configuration, list[Configuration]] = {}
    for configuration in grid.configurations:
        groups.setdefault(shared(configuration), []).append(configuration)
    return tuple(_line(group, accuracies) for group in groups.values() if any(each in accuracies for each in group))


def _line(group: list[Configuration], accuracies: Mapping[Configuration, float]) -> Line:
    found: dict[float, tuple[float, ...]] = {}
    for configuration in sorted(group, key=of):
        if configuration in accuracies:
            found[of(configuration)] = (*found.get(of(configuration), ()), accuracies[configuration])
    ratios = [of(configuration) for configuration in group]
    return Line(shared(group[0]), found, (min(ratios), max(ratios)))


def finding(grid: Experiment, accuracies: Mapping[Configuration, float]) -> RatioFinding | None:
    """What the accuracies say; None where the grid cannot tell, or a line has no two finished ones of equal ratio."""
    if not applies(grid):
        return None
    found = lines(grid, accuracies)
    tells = found and all(max(map(len, line.accuracies.values())) > 1 for line in found)
    return RatioFinding(found) if tells else None
