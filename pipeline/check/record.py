"""What a check found in a file, as data; the page about it is made from this.

Texts of a file stand here with everything escaped that a terminal or a browser would act on without showing it.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.analysis.intervals import Interval
from pipeline.check import printout
from pipeline.check.explanation import Explanation
from pipeline.check.printout import Checked, Word
from pipeline.check.rates import Rate
from pipeline.config.settings import Configuration, Protocol
from pipeline.errors import shown
from pipeline.evidence.cells import CellVerdict, JudgedCell
from pipeline.writeup.published import Summary


@dataclass(frozen=True)
class Number:
    """A printed number, as it stands in the file and as a value in its metric's unit, and what the runs give for it.

    `configurations` are what was trained: two for a rate of change. `values` are those of the `n` finished runs, one
    for each seed; `discrete`: only class shares can come out. One more run would fall in `interval`, and all numbers of
    a sound file in their `file_interval`; null where the runs are too few. `reason` is why a number is not judged, and
    `instead` the same metric at another epoch, where it fits that only.
    """

    table: str
    column: str
    metric: str
    configurations: tuple[Configuration, ...]
    printed: str
    value: float
    summary: Summary
    values: tuple[float, ...]
    n: int
    mean: float | None
    sd: float | None
    discrete: bool
    interval: Interval | None
    file_interval: Interval | None
    verdict: CellVerdict
    reason: str
    instead: str | None


@dataclass(frozen=True)
class Counts:
    """How many numbers have each verdict."""

    reproduced: int = 0
    unusual: int = 0
    not_reproduced: int = 0
    not_judged: int = 0

    @classmethod
    def of(cls, verdicts: Iterable[CellVerdict]) -> "Counts":
        """Count them."""
        found = Counter(verdicts)
        return cls(found["reproduced"], found["unusual"], found["not reproduced"], found["not judged"])

    @property
    def all(self) -> int:
        """How many numbers there are."""
        return self.reproduced + self.unusual + self.not_reproduced + self.not_judged


@dataclass(frozen=True)
class FileRecord:
    """A file that was judged by a protocol, which it states or which the check takes it to have.

    `unusual_at_first` numbers were unusual before more seeds were trained, where chance makes `by_chance` so. `rates`
    are its rates of change, computed again from its own tables. `shift` is a sentence where its accuracies lie on one
    side of the runs more than chance lets them, and else empty.
    """

    path: str
    title: str
    data: str
    protocol: Protocol
    stated: tuple[str, ...]
    word: Word
    counts: Counts
    unusual_at_first: int
    by_chance: float
    numbers: tuple[Number, ...]
    rates: tuple[Rate, ...]
    shift: str
    explanation: Explanation | None

    @property
    def tables(self) -> dict[str, Counts]:
        """How the numbers of each table fared, the rates of change under their own name."""
        verdicts: dict[str, list[CellVerdict]] = {}
        for number in self.numbers:
            verdicts.setdefault(number.table, []).append(number.verdict)
        for rate in self.rates:
            verdicts.setdefault(rate.name, []).append(rate.verdict)
        return {table: Counts.of(of) for table, of in verdicts.items()}


def of(checked: Checked) -> FileRecord:
    """The record of a file."""
    numbers, told = tuple(map(_number, checked.cells)), checked.explanation
    return FileRecord(
        path=shown(checked.path),
        title=shown(checked.title),
        data=shown(checked.data),
        protocol=checked.protocol,
        stated=checked.stated,
        word=printout.word(checked),
        counts=Counts.of([*(each.verdict for each in numbers), *(each.verdict for each in checked.rates)]),
        unusual_at_first=checked.at_first,
        by_chance=checked.tally.by_chance,
        numbers=numbers,
        rates=tuple(replace(each, name=shown(each.name), table=shown(each.table)) for each in checked.rates),
        shift=" ".join(printout.shifted(checked)),
        explanation=told and replace(told, text=shown(told.text)),
    )


def _number(judged: JudgedCell) -> Number:
    together = (
        None if judged.file_low is None or judged.file_high is None else Interval(judged.file_low, judged.file_high)
    )
    return Number(
        table=shown(judged.table),
        column=shown(judged.column),
        metric=judged.metric,
        configurations=judged.configurations,
        printed=shown(judged.text),
        value=float(judged.printed),
        summary=judged.summary,
        values=judged.values,
        n=judged.n,
        mean=judged.mean,
        sd=judged.sd,
        discrete=judged.discrete,
        interval=judged.interval,
        file_interval=together,
        verdict=judged.verdict,
        reason=shown(judged.reason),
        instead=judged.instead,
    )
