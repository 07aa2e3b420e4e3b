"""Measuring systems side by side: a round is one epoch of each, so that what slows the machine meets all alike.

Before the first round every system trains an epoch that is not timed, in which it compiles and warms up, and whose
losses must be those of the textbook: the time of other work would mean nothing.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bench.floor import Sgemm, flops
from bench.systems import TEXTBOOK
from bench.work import SHUFFLE_SEED, Outcome, System, Work
from pipeline.errors import RunError

TOLERANCE = 1e-4  # nats; an epoch in single precision differs from one in double by a few millionths
CHECKED = ("training_loss", "validation_loss")


@dataclass(frozen=True)
class Measured:
    """For one batch size: the median of each system's seconds per epoch, and the seconds of the floors."""

    batch_size: int
    seconds: dict[str, float]
    floor_seconds: float
    sparse_floor_seconds: float


class Runner:
    """A system, and the generator of its orders: equal seeds give all systems the same ones."""

    def __init__(self, system: System, images: int) -> None:
        self.system, self.images = system, images
        self.shuffle = np.random.default_rng(SHUFFLE_SEED)

    def epoch(self) -> tuple[float, Outcome]:
        """Seconds of an epoch, the drawing of its order included, and what it found."""
        start = time.perf_counter()
        outcome = self.system.epoch(self.shuffle.permutation(self.images))
        return time.perf_counter() - start, outcome


def measure(systems: Mapping[str, type[System]], work: Work, batch_size: int, rounds: int) -> Measured:
    """Measure all systems at one batch size. Raises RunError if one of them does other work than the textbook.

    The rate of the floors is a median over the rounds, too.
    """
    runners = {name: Runner(system(work, batch_size), len(work.training)) for name, system in systems.items()}
    check({name: runner.epoch()[1] for name, runner in runners.items()}, batch_size)
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    sgemm, rates = Sgemm(), []
    for number in range(rounds):
        for name in rotated(list(runners), number):
            seconds[name].append(runners[name].epoch()[0])
        rates.append(sgemm.rate())
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    rate = statistics.median(rates)
    return Measured(batch_size, medians, flops(work, np.size) / rate, flops(work, np.count_nonzero) / rate)


def rotated(names: list[str], number: int) -> list[str]:
    """The names from another place on in every round, so that none is always the first."""
    first = number % len(names)
    return names[first:] + names[:first]


def check(outcomes: Mapping[str, Outcome], batch_size: int) -> None:
    """Raise RunError, one line for each system whose losses are not the textbook's."""
    expected = outcomes[TEXTBOOK]
    problems = [
        f"{name}, batch size {batch_size}: expected the textbook's {difference} after one epoch. "
        "Hint: it does other work, so its time would mean nothing; mend it in bench/systems."
        for name, outcome in outcomes.items()
        if (difference := _difference(outcome, expected))
    ]
    if problems:
        raise RunError(*problems)


def _difference(outcome: Outcome, expected: Outcome) -> str:
    """The first loss that differs, as words; empty if none does. One that is not measured does not differ."""
    for loss in CHECKED:
        found, right = getattr(outcome, loss), getattr(expected, loss)
        # written so that a loss which is not a number differs
        if found is not None and not abs(found - right) <= TOLERANCE:
            return f"{loss.replace('_', ' ')} {right:.6f} ± {TOLERANCE:g}, found {found:.6f}"
    return ""
