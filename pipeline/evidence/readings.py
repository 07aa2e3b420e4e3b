"""What the runs of each configuration measured, and where one more run of it would fall."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

import pandas as pd
from scipy.special import stdtr

from pipeline.analysis import intervals
from pipeline.analysis.intervals import LEVEL, Interval
from pipeline.config.metrics import SUMMARISED
from pipeline.config.quantity import Quantity, half_unit
from pipeline.config.settings import Configuration
from pipeline.evidence import spread
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.spread import Spread
from pipeline.experiments.tidy import PARAMETERS

_SAME = 1e-9  # accuracies


@dataclass(frozen=True)
class Sample:
    """The finished runs of one configuration: a value of each metric for each of the `seeds`, and how many diverged."""

    seeds: tuple[int, ...]
    values: Mapping[str, tuple[float, ...]]
    diverged: int

    def to_seed(self, last: int) -> "Sample":
        """The finished runs of the seeds up to this one, all of which are in the order of the seeds."""
        count = sum(seed <= last for seed in self.seeds)
        return Sample(self.seeds[:count], {name: of[:count] for name, of in self.values.items()}, self.diverged)


Samples = Mapping[Configuration, Sample]


def samples(runs: pd.DataFrame) -> dict[Configuration, Sample]:
    """The runs of every configuration of runs.csv; one that several experiments share counts once."""
    found = {}
    for parameters, group in runs.drop_duplicates("key").sort_values("seed").groupby(PARAMETERS):
        finished = group[group["status"] == "ok"]
        found[Configuration.of(dict(zip(PARAMETERS, parameters, strict=True)))] = Sample(
            seeds=tuple(finished["seed"].tolist()),
            values={name: tuple(finished[name].tolist()) for name in SUMMARISED},
            diverged=len(group) - len(finished),
        )
    return found


@dataclass(frozen=True)
class Reading:
    """What the finished runs of a configuration give for one metric: a value for each seed, and their spread.

    `outcomes` are all values that there can be, where these are class shares; else empty.
    """

    metric: str
    values: tuple[float, ...]
    spread: Spread | None
    outcomes: tuple[float, ...] = ()

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Where one more run would fall with this probability; None where the runs are too few."""
        if self.spread is None:
            return None
        if self.outcomes:
            return Interval(min(self.outcomes), max(self.outcomes))
        reach = intervals.quantile(self.spread.freedom, level) * self.error
        predicted = Interval(fmean(self.values) - reach, fmean(self.values) + reach)
        return predicted.within(0, 1) if self.metric.endswith("accuracy") else predicted

    @property
    def error(self) -> float:
        """The standard error with which the mean predicts one more run."""
        return self.spread.sd * math.sqrt(1 + 1 / len(self.values)) if self.spread else math.nan

    def usual(self, printed: Quantity) -> bool:
        """Whether one more run may well give the printed number."""
        return self.possible(printed, LEVEL)

    def possible(self, printed: Quantity, level: float) -> bool:
        """Whether the printed number is an outcome, or lies in the interval of this level."""
        if self.outcomes:
            return any(abs(float(printed) - each) <= _rounding(printed) for each in self.outcomes)
        interval = self.interval(level)
        return interval is not None and interval.contains(float(printed), _rounding(printed))

    def log_likelihood(self, printed: Quantity) -> float:
        """How likely one more run rounds to the printed number, about, as a logarithm: what epochs are compared by."""
        if self.spread is None:
            return 0.0
        value, half = float(printed), _rounding(printed)
        if self.outcomes:
            seen = sum(abs(each - value) <= half for each in self.values)
            return math.log((seen + 1) / (len(self.values) + len(self.outcomes)))
        scale = math.hypot(self.error, half)
        above, below = ((value + side * half - fmean(self.values)) / scale for side in (1, -1))
        return math.log(max(_between(below, above, self.spread.freedom), math.ulp(0.0)))


def _between(low: float, high: float, freedom: float) -> float:
    """The probability that Student's t lies between two numbers; of two positive ones by the other tail, as exact."""
    if low > 0:
        low, high = -high, -low
    return float(stdtr(freedom, high) - stdtr(freedom, low))


def _rounding(printed: Quantity) -> float:
    return float(half_unit(printed.text))


NOTHING = Sample((), dict.fromkeys(SUMMARISED, ()), 0)


Readings = Mapping[Configuration, Mapping[str, Reading]]  # by metric


def read(samples: Samples, shares: ClassShares | None, others: Samples) -> Readings:
    """What the runs of every configuration give, by metric; `others` help to tell how much runs differ."""
    outcomes = shares.by_metric() if shares else {}
    by_metric = {name: _of_metric(name, samples, others, outcomes.get(name, ())) for name in SUMMARISED}
    return {configuration: {name: of[configuration] for name, of in by_metric.items()} for configuration in samples}


def _of_metric(name: str, samples: Samples, others: Samples, shares: tuple[float, ...]) -> dict[Configuration, Reading]:
    values = {configuration: sample.values[name] for configuration, sample in {**others, **samples}.items()}
    best = float(name.endswith("accuracy"))
    spreads = spread.moderated([*values.values()], [abs(best - fmean(own or (best,))) for own in values.values()])
    return {
        configuration: Reading(name, own, of, shares if _all_among(own, shares) else ())
        for (configuration, own), of in zip(values.items(), spreads, strict=True)
    }


def _all_among(values: tuple[float, ...], shares: tuple[float, ...]) -> bool:
    return bool(values) and all(any(abs(value - share) < _SAME for share in shares) for value in values)
