"""The one assumption that explains best what a file's runs do not give.

A file with a number that is not reproduced is judged again under each assumption, by the same rule. Numbers go wrong
one by one, too: whatever the file is taken to say, a number is a further one of its runs, which are normal, or with
probability ALONE lies anywhere up to as far from their middle as it does, on either side. An assumption is named if it
makes the printed numbers so much likelier that, were the file right as it is read, chance would do that less often than
once in twenty files for all assumptions that it could favor (Markov's inequality and Bonferroni's); if half of what is
not reproduced fits by it; and if few of the numbers that it is about are not reproduced by it.
"""

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.analysis.intervals import LEVEL
from pipeline.check.assumptions import Assumption, assumptions, readings
from pipeline.config.quantity import half_unit
from pipeline.config.settings import Config
from pipeline.evidence.cells import JudgedCell
from pipeline.writeup.published import Published

Judge = Callable[[Published], Sequence[JudgedCell]]
ALONE = 0.05  # the share of numbers that go wrong one by one: slips of the pen
MISFITS = 0.25  # the share of the numbers that an assumption is about that it may not reproduce
_NORMAL = 1.96  # standard deviations to either side of the middle hold LEVEL of a normal distribution


@dataclass(frozen=True)
class Explanation:
    """An assumption under which `fits` of the `of` numbers that it is about fit; as the file is read, `fits_before` do.

    Of the others, `by_chance` would fit if it were wrong.
    """

    kind: str
    text: str
    fits: int
    of: int
    fits_before: int
    by_chance: float


def needed(published: Published, judged: Sequence[JudgedCell], config: Config) -> Iterator[Published]:
    """The file under each assumption that may explain it: what has to be trained to find the one that does."""
    return (each.published for each in _plausible(published, judged, config))


def explain(published: Published, judged: Sequence[JudgedCell], judge: Judge, config: Config) -> Explanation | None:
    """What explains a file with these verdicts best, if anything does that chance hardly would.

    `judge` judges a file as this one was judged, by the runs that there are; what it cannot judge is left out.
    """
    trials = (_trial(each, published, judged, judge) for each in _plausible(published, judged, config))
    tried = [each for each in trials if each and each.possible]
    found = [each for each in tried if each.holds and each.evidence > math.log(len(tried) / (1 - LEVEL))]
    return max(found, key=lambda each: each.evidence).told if found else None


def _plausible(published: Published, judged: Sequence[JudgedCell], config: Config) -> Iterator[Assumption]:
    """The assumptions that read at least half of the numbers otherwise that are not reproduced; none if all are."""
    own = readings(published)
    refuted = [each.verdict == "not reproduced" for each in judged[: len(own)]]
    if not any(refuted):
        return
    for each in assumptions(published, config):
        changed = map(operator.ne, own, readings(each.published))
        if 2 * sum(map(operator.and_, refuted, changed)) >= sum(refuted):
            yield each


@dataclass(frozen=True)
class _Number:
    """A printed number as the file is read and as an assumption reads it."""

    before: JudgedCell
    after: JudgedCell

    @property
    def fitted(self) -> bool:
        """Whether it fits its own runs."""
        return self.before.verdict == "reproduced"

    @property
    def wrong(self) -> bool:
        """Whether it is not reproduced by its own runs."""
        return self.before.verdict == "not reproduced"

    @property
    def fits(self) -> bool:
        """Whether it fits those of the assumption."""
        return self.after.verdict == "reproduced"

    @property
    def identity(self) -> tuple[object, ...]:
        """What is the same of a number that is printed again."""
        return self.before.configurations, self.after.configurations, self.before.metric, self.before.printed

    @property
    def chance(self) -> float:
        """The probability that it fits the assumption if it is thrown as far from its own runs as it lies."""
        middle, half = _interval(self.before)
        reach = max(abs(float(self.before.printed) - middle), half)  # between class shares it may lie in the middle
        low, high = middle - reach, middle + reach
        if self.before.metric.endswith("accuracy"):
            low, high = max(0.0, low), min(1.0, high)
        center, half = _interval(self.after)
        overlap = min(high, center + half) - max(low, center - half)
        return min(1.0, max(0.0, overlap) / (high - low))

    @property
    def evidence(self) -> float:
        """The logarithm of how much likelier the printed number is by the assumption than as the file is read."""
        return _log_density(self.after) - _log_density(self.before)


def _interval(judged: JudgedCell) -> tuple[float, float]:
    """The middle of where a number fits as far as its digits tell, and how far that reaches to either side."""
    low, high = judged.low or 0.0, judged.high or 0.0
    return (low + high) / 2, (high - low) / 2 + float(half_unit(judged.printed))


def _log_density(judged: JudgedCell) -> float:
    """That of a printed number: normal, or uniform over as far from the middle as it lies if it went wrong alone."""
    middle, half = _interval(judged)
    distance, sd = abs(float(judged.printed) - middle), half / _NORMAL
    normal = math.exp(-((distance / sd) ** 2) / 2) / (sd * math.sqrt(2 * math.pi))
    return math.log((1 - ALONE) * normal + ALONE / (2 * max(distance, half)))


@dataclass(frozen=True)
class _Trial:
    """What becomes of the numbers that an assumption reads otherwise, in a file of which `wrong` are not reproduced."""

    assumption: Assumption
    numbers: tuple[_Number, ...]
    wrong: int

    @property
    def possible(self) -> bool:
        """Whether half of what is not reproduced might fit by chance."""
        return 2 * sum(each.wrong and each.chance > 0 for each in self.numbers) >= self.wrong

    @property
    def holds(self) -> bool:
        """Whether half of what is not reproduced fits, more than before, and few are not reproduced by it."""
        right = sum(each.wrong and each.fits for each in self.numbers)
        refuted = sum(each.after.verdict == "not reproduced" for each in self.numbers)
        more = self.told.fits > self.told.fits_before
        return more and 2 * right >= self.wrong and refuted <= MISFITS * self.told.of

    @property
    def evidence(self) -> float:
        """The logarithm of the likelihood ratio; a number that is printed again counts once."""
        return sum(each.evidence for each in {each.identity: each for each in self.numbers}.values())

    @property
    def told(self) -> Explanation:
        """What is said of it."""
        return Explanation(
            self.assumption.kind,
            self.assumption.text,
            fits=sum(each.fits for each in self.numbers),
            of=len(self.numbers),
            fits_before=sum(each.fitted for each in self.numbers),
            by_chance=sum(each.chance for each in self.numbers if not each.fitted),
        )


def _trial(assumption: Assumption, published: Published, judged: Sequence[JudgedCell], judge: Judge) -> _Trial | None:
    """An assumption put to the test; None without runs for a number that does not fit as the file is read."""
    changed = map(operator.ne, readings(published), readings(assumption.published))
    pairs = zip(changed, judged, judge(assumption.published), strict=False)  # rates of change come last
    numbers = [_Number(before, after) for differs, before, after in pairs if differs and before.judged]
    if not all(each.fitted or each.after.judged for each in numbers):
        return None
    wrong = sum(each.verdict == "not reproduced" for each in judged)
    return _Trial(assumption, tuple(each for each in numbers if each.after.judged), wrong)
