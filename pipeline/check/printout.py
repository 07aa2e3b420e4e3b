"""What make check prints: a line for each printed number, a summary for each file, and a table where there are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.analysis.intervals import LEVEL
from pipeline.check.explanation import Explanation
from pipeline.check.protocols import described
from pipeline.check.rates import Rate
from pipeline.cli.columns import aligned
from pipeline.config.settings import Configuration, Protocol
from pipeline.errors import shown
from pipeline.evidence import shift
from pipeline.evidence.cells import JudgedCell, Tally, tally

_HEADS = ("table", "column", "metric", "printed", "runs", "all runs of the file", "verdict")
_DIGITS = 4
Word = Literal["reproduces", "does not reproduce", "not judged"]


@dataclass(frozen=True)
class Checked:
    """A file whose numbers were held against runs, and its rates of change against its own tables.

    `doubtful` are the configurations with a number that was unusual at first and is held against more seeds; `at_first`
    so many numbers were. `stated` are the keys of the protocol that the file itself says.
    """

    path: Path
    title: str
    data: str
    protocol: Protocol
    stated: tuple[str, ...]
    cells: tuple[JudgedCell, ...]
    rates: tuple[Rate, ...]
    doubtful: tuple[Configuration, ...] = ()
    at_first: int = 0
    explanation: Explanation | None = None

    @property
    def tally(self) -> Tally:
        """How its numbers fared, the rates of change among them."""
        counted = tally(self.cells)
        right = sum(rate.verdict == "reproduced" for rate in self.rates)
        wrong = len(self.rates) - right
        return replace(counted, reproduced=counted.reproduced + right, failed=counted.failed + wrong)

    @property
    def open(self) -> bool:
        """Whether none of its numbers could be held against runs, so that nothing is reproduced."""
        return not tally(self.cells).judged


def status(judged: Iterable[Checked], bad: Iterable[Path]) -> int:
    """The exit status: 2 if a file has mistakes, else 1 if one has a number that is not reproduced, or none that could
    be judged, else 0.
    """
    if list(bad):
        return 2
    return int(any(each.tally.failed or each.open for each in judged))


def report(judged: Sequence[Checked], bad: Iterable[Path]) -> list[str]:
    """The lines to print."""
    unread = list(bad)
    told = [line for each in judged for line in (*lines(each), "")]
    if len(judged) + len(unread) > 1:
        told += [*overview(judged, unread), ""]
    return [*told, legend()] if judged else told


def lines(checked: Checked) -> list[str]:
    """The file's name, a line for each of its numbers, and what they come to."""
    rows = [*map(_cell, checked.cells), *map(_rate, checked.rates)]
    said = [verdict(checked), *shifted(checked), *explained(checked)]
    heads = [f"{shown(checked.path)}: {checked.title}", f"  protocol: {protocol(checked)}"]
    return [shown(line) for line in (*heads, *aligned([_HEADS, *rows]), *(f"  {line}" for line in said))]


def protocol(checked: Checked) -> str:
    """By which protocol a file is judged, and what of it the file says itself."""
    stated = f"the file says {', '.join(checked.stated)}" if checked.stated else "assumed; the file says none"
    return f"{described(checked.protocol)} ({stated})"


def verdict(checked: Checked) -> str:
    """One sentence on a file."""
    counted = checked.tally
    parts = [f"{counted.reproduced} reproduced", f"{counted.unusual} unusual", f"{counted.failed} not reproduced"]
    if counted.unjudged:
        parts.append(f"{counted.unjudged} not judged")
    found = f"{', '.join(parts)}."
    if checked.open:
        found += " None could be judged by runs, so the file does not count as reproduced."
    elif counted.with_interval:
        found += f" {checked.at_first} of {counted.with_interval} were unusual at first, where chance makes "
        found += f"{counted.by_chance:.1f}."
    return found


def shifted(checked: Checked) -> list[str]:
    """A sentence where the accuracies of a file lie on one side of the runs more than chance lets them."""
    found = shift.of(checked.cells)
    if found is None or not found.systematic:
        return []
    side, count = ("above", found.above) if found.mean > 0 else ("below", found.cells - found.above)
    middle = "the mean of their runs" if found.single else "the middle of what their runs give"
    told = f"{count} of {found.cells} accuracies lie {side} {middle}, by {abs(found.mean):.1f} standard "
    told += f"deviations on average (chance: p = {found.p:.2g})."
    return [told + (f" The best of {found.best_of} runs, printed, would lie so." if found.best_of else "")]


def explained(checked: Checked) -> list[str]:
    """A sentence where one assumption explains most of what a file's runs do not give."""
    found = checked.explanation
    if found is None:
        return []
    return [
        f"{found.fits} of {found.of} numbers fit if {found.text}; as the file is read, {found.fits_before} do, "
        f"and chance would add {found.by_chance:.1f}."
    ]


def overview(files: Sequence[Checked], bad: Iterable[Path]) -> list[str]:
    """A line for each file, those that could not be read last, and how many there are of each kind."""
    unread = sorted(set(bad))
    rows: list[tuple[str, ...]] = [
        ("file", "reproduced", "unusual", "not reproduced", "not judged", "unusual at first", "by chance", ""),
    ]
    for each in files:
        counted = each.tally
        numbers = (counted.reproduced, counted.unusual, counted.failed, counted.unjudged, each.at_first)
        rows.append((shown(each.path), *map(str, numbers), f"{counted.by_chance:.1f}", word(each)))
    rows += [(shown(path), *[""] * 6, "not judged: see above") for path in unread]
    words = [word(each) for each in files]
    kinds = [
        _counted(words.count("reproduces"), "reproduces", "reproduce"),
        _counted(words.count("does not reproduce"), "does not", "do not"),
        _counted(words.count("not judged"), "cannot be judged", "cannot be judged"),
        _counted(len(unread), "has mistakes", "have mistakes"),
    ]
    return [*aligned(rows), f"{len(files) + len(unread)} files: {', '.join(filter(None, kinds))}."]


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def legend() -> str:
    """What the columns with intervals hold."""
    return (
        f"runs: where one more run, or the mean or the best of several more, would fall with probability {LEVEL:g}; a "
        "printed number outside, as far as its digits tell, is unusual. all runs of the file: where, with probability "
        f"{LEVEL:g}, such numbers would fall together; a printed number outside is not reproduced."
    )


def word(checked: Checked) -> Word:
    """What a file comes to."""
    if checked.tally.failed:
        return "does not reproduce"
    return "not judged" if checked.open else "reproduces"


def _cell(judged: JudgedCell) -> tuple[str, ...]:
    intervals = _shown(judged, judged.low, judged.high), _shown(judged, judged.file_low, judged.file_high)
    return judged.table, judged.column, judged.metric, _printed(judged), *intervals, judged.verdict + _remark(judged)


def _printed(judged: JudgedCell) -> str:
    """As it stands in the file, with what it is in the unit of the intervals, and whether it is of several runs."""
    text = judged.text if judged.printed in judged.text else f"{judged.text} ({judged.printed})"
    summary = judged.summary
    return text if summary.kind == "run" else f"{text}, {summary.kind} of {summary.runs}"


def _shown(judged: JudgedCell, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "-"
    if judged.discrete:
        return "class shares" if judged.summary.kind == "mean" else "a class share"
    return f"{low:.{_DIGITS}f} to {high:.{_DIGITS}f}"


def _remark(judged: JudgedCell) -> str:
    remark = judged.reason or (f"it fits {judged.instead}" if judged.instead else "")
    return f" ({remark})" if remark else ""


def _rate(rate: Rate) -> tuple[str, ...]:
    shown = f"{rate.computed:.{_DIGITS}f} from {rate.table}"
    return rate.name, rate.column, f"rate of {rate.metric}", rate.printed, shown, "-", rate.verdict
