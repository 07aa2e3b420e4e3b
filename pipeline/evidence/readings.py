"""What the runs of each configuration measured, and where further runs of it would fall."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import fmean

import pandas as pd
from scipy.special import ndtri

from pipeline.analysis.intervals import LEVEL, Interval
from pipeline.config.metrics import SUMMARISED
from pipeline.config.quantity import Quantity, half_unit
from pipeline.config.settings import Configuration
from pipeline.evidence import spread
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.predictive import Predictive
from pipeline.evidence.spread import Spread
from pipeline.experiments.tidy import PARAMETERS
from pipeline.writeup.published import ONE, Summary

_SAME = 1e-9  # accuracies
_LARGEST = 8.0  # of a deviate; beyond, the probability has no digits
_LEAST = math.log(math.ulp(0.0))


@dataclass(frozen=True)
class Sample:
    """The finished runs of one configuration: a value of each metric for each of the `seeds`; `diverged` are others."""

    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]
    diverged: tuple[int, ...]

    def to_seed(self, last: int) -> "Sample":
        """The runs of the seeds up to this one; all are in the order of the seeds."""
        count = sum(seed <= last for seed in self.seeds)
        diverged = tuple(seed for seed in self.diverged if seed <= last)
        return Sample(self.seeds[:count], {name: of[:count] for name, of in self.values.items()}, diverged)


Samples = Mapping[Configuration, Sample]


def samples(runs: pd.DataFrame) -> dict[Configuration, Sample]:
    """The runs of every configuration of runs.csv; one that several experiments share counts once."""
    found = {}
    for parameters, group in runs.drop_duplicates("key").sort_values("seed").groupby(PARAMETERS):
        finished = group[group["status"] == "ok"]
        found[Configuration.of(dict(zip(PARAMETERS, parameters, strict=True)))] = Sample(
            seeds=tuple(finished["seed"].tolist()),
            values={name: tuple(finished[name].tolist()) for name in SUMMARISED},
            diverged=tuple(group.loc[group["status"] != "ok", "seed"].tolist()),
        )
    return found


@dataclass(frozen=True)
class Reading:
    """What the finished runs of a configuration give for one metric: a value for each seed, and their spread.

    A printed number tells of further runs: of one, of the mean of several, or of the best. `chosen`: the best run is
    the one that is best by this metric. If not, it may have been chosen by another, and the number lies between that of
    any run and the best one. `outcomes` are all values that a run can have, where these are class shares; else empty.
    """

    metric: str
    values: tuple[float, ...]
    spread: Spread | None
    outcomes: tuple[float, ...] = ()
    summary: Summary = ONE
    chosen: bool = True

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Where a further number would fall with this probability; None where the runs are too few.

        Its ends leave out the same probability on either side.
        """
        if self.spread is None:
            return None
        if self.outcomes:
            return Interval(min(self.outcomes), max(self.outcomes))
        low, high = (1 - level) / 2, (1 + level) / 2
        predicted = Interval(
            min(each.quantile(low) for each in self._predicted), max(each.quantile(high) for each in self._predicted)
        )
        return predicted.within(0, 1) if self.metric.endswith("accuracy") else predicted

    def usual(self, printed: Quantity) -> bool:
        """Whether further runs may well give the printed number."""
        return self.possible(printed, self.interval())

    def possible(self, printed: Quantity, interval: Interval | None) -> bool:
        """Whether the printed number is an outcome, or lies in this interval of further numbers.

        The best of several class shares is a class share; their mean lies among them.
        """
        if self.outcomes and self.summary.kind != "mean":
            return any(abs(float(printed) - each) <= _rounding(printed) for each in self.outcomes)
        return interval is not None and interval.contains(float(printed), _rounding(printed))

    def log_likelihood(self, printed: Quantity) -> float:
        """How likely further runs give what rounds to the printed number, about, as a logarithm: what epochs are
        compared by.
        """
        if self.spread is None:
            return 0.0
        if self.outcomes:
            return self._log_share(printed)
        value, half = float(printed), _rounding(printed)
        likelihoods = (each.between(value - half, value + half, half) for each in self._predicted)
        return math.log(max(*likelihoods, math.ulp(0.0)))

    def deviate(self, printed: Quantity) -> float | None:
        """The standard normal deviate with the probability of a number as low; None where nothing tells it.

        Rounding moves a printed number, too: by a uniform error of at most half a unit in the last place.
        """
        if self.spread is None or self.outcomes or not self.chosen:
            return None
        (predicted,) = self._predicted
        below, above = predicted.tails(float(printed), _rounding(printed) / math.sqrt(3))
        return max(-_LARGEST, float(ndtri(below))) if below < above else min(_LARGEST, -float(ndtri(above)))

    def _log_share(self, printed: Quantity) -> float:
        half = _rounding(printed)
        if self.summary.kind == "mean":
            width = max(self.outcomes) - min(self.outcomes) + 2 * half
            return math.log(2 * half / width) if self.usual(printed) else _LEAST
        seen = sum(abs(each - float(printed)) <= half for each in self.values)
        return math.log((seen + 1) / (len(self.values) + len(self.outcomes)))

    @cached_property
    def _predicted(self) -> tuple[Predictive, ...]:
        """The distributions that a further number may have."""
        if self.spread is None:
            return ()
        summaries = (self.summary,) if self.chosen else (self.summary, ONE)
        mean, n, lowest = fmean(self.values), len(self.values), self.metric.endswith("loss")
        return tuple(Predictive(mean, self.spread, n, each, lowest) for each in summaries)


def _rounding(printed: Quantity) -> float:
    return _half_unit(printed.text)


@lru_cache(maxsize=65536)
def _half_unit(text: str) -> float:
    return float(half_unit(text))


NOTHING = Sample((), dict.fromkeys(SUMMARISED, ()), ())


Readings = Mapping[Configuration, Mapping[str, Reading]]  # by metric


def read(samples: Samples, shares: ClassShares | None, others: Samples, metrics: Iterable[str]) -> Readings:
    """What the runs of every configuration give, by metric; `others` help to tell how much runs differ."""
    outcomes = shares.by_metric() if shares else {}
    by_metric = {name: _of_metric(name, samples, others, outcomes.get(name, ())) for name in metrics}
    return {configuration: {name: of[configuration] for name, of in by_metric.items()} for configuration in samples}


def _of_metric(name: str, samples: Samples, others: Samples, shares: tuple[float, ...]) -> dict[Configuration, Reading]:
    more = [sample for configuration, sample in others.items() if configuration not in samples]
    values = tuple(sample.values[name] for sample in (*samples.values(), *more))
    best = float(name.endswith("accuracy"))
    spreads = spread.moderated(values, tuple(abs(best - fmean(own or (best,))) for own in values), len(samples))
    return {
        configuration: Reading(name, own, of, shares if _all_among(own, shares) else ())
        for configuration, own, of in zip(samples, values, spreads, strict=False)
    }


def _all_among(values: tuple[float, ...], shares: tuple[float, ...]) -> bool:
    return bool(values) and all(any(abs(value - share) < _SAME for share in shares) for value in values)
