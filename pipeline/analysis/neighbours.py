"""One step away from the selected configuration of a grid: what is tried against overfitting, and what it costs.

A larger coefficient restrains the weights; a smaller rate or a larger batch takes smaller or less noisy steps. Each is
looked up in the grid on its own, and the larger coefficient with either of the others.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.analysis.comparison import JUDGED_BY, Sweep, Trained
from pipeline.config.settings import Configuration, Experiment

RESTRAINTS = (("reg",), ("learning_rate",), ("batch_size",), ("reg", "learning_rate"), ("reg", "batch_size"))
_SMALLER = ("learning_rate",)


@dataclass(frozen=True)
class Neighbour:
    """A configuration of the grid that differs from the selected one in the parameters `changed`.

    `change` is its validation accuracy minus that of the selected one, both in the grid.
    """

    changed: tuple[str, ...]
    trained: Trained
    change: float

    @property
    def gap(self) -> float:
        """Training minus validation accuracy of the last epoch."""
        return self.trained.finished.gap


@dataclass(frozen=True)
class Neighbourhood:
    """The selected configuration as it did in the grid, and its neighbours that finished."""

    selected: Trained
    neighbours: tuple[Neighbour, ...]

    @property
    def penalized(self) -> Neighbour | None:
        """The one with a larger coefficient alone."""
        return next((each for each in self.neighbours if each.changed == ("reg",)), None)

    @property
    def tried(self) -> tuple[Neighbour, ...]:
        """Those with a smaller rate or a larger batch alone."""
        return tuple(each for each in self.neighbours if "reg" not in each.changed)

    @property
    def remedies(self) -> tuple[Neighbour, ...]:
        """Those with a larger coefficient and one of the others, which should make up for it."""
        return tuple(each for each in self.neighbours if each.changed[0] == "reg" and len(each.changed) > 1)

    @property
    def recovered(self) -> Literal["all", "some", "none"]:
        """Which remedies have a higher validation accuracy than the larger coefficient alone."""
        alone = self.penalized.change if self.penalized else 0.0
        better = [each.change > alone for each in self.remedies]
        return "all" if all(better) else "some" if any(better) else "none"


def neighbourhood(searched: Experiment, grid: Sweep, selected: Configuration) -> Neighbourhood | None:
    """Look up the neighbours; None where the grid has none."""
    finished = {each.configuration: each for each in grid.ranked}
    if selected not in finished:
        return None
    found = []
    for changed in RESTRAINTS:
        steps: dict[str, Any] = {name: _next(name, searched, selected) for name in changed}
        there = None if None in steps.values() else finished.get(replace(selected, **steps))
        if there:
            found.append(Neighbour(changed, there, there[JUDGED_BY].mean - finished[selected][JUDGED_BY].mean))
    return Neighbourhood(finished[selected], tuple(found)) if found else None


def _next(name: str, searched: Experiment, selected: Configuration) -> float | None:
    """The next value searched, larger or smaller as the parameter restrains; None at the end of the range."""
    own, sign = selected.value(name), -1 if name in _SMALLER else 1
    beyond = [value for value in searched.values(name) if sign * (value - own) > 0]
    return min(beyond, key=lambda value: abs(value - own), default=None)
