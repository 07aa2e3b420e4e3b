"""What make check prints: a line for each printed number, a summary for each file, and a table where there are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.analysis.intervals import LEVEL
from pipeline.check.rates import Rate
from pipeline.cli.columns import aligned
from pipeline.config.settings import Configuration
from pipeline.errors import shown
from pipeline.evidence import shift
from pipeline.evidence.cells import JudgedCell, Tally, tally

_HEADS = ("table", "column", "metric", "printed", "runs", "all runs of the file", "verdict")
_DIGITS = 4


@dataclass(frozen=True)
class Checked:
    """A file whose numbers were held against runs, and its rates of change against its own tables.

    `doubtful` are the configurations with a number that was unusual at first and is held against more seeds; `at_first`
    so many numbers were.
    """

    path: Path
    title: str
    cells: tuple[JudgedCell, ...]
    rates: tuple[Rate, ...]
    doubtful: tuple[Configuration, ...] = ()
    at_first: int = 0

    @property
    def tally(self) -> Tally:
        """How its numbers fared, the rates of change among them."""
        counted = tally(self.cells)
        right = sum(rate.right for rate in self.rates)
        wrong = len(self.rates) - right
        return replace(counted, reproduced=counted.reproduced + right, failed=counted.failed + wrong)

    @property
    def open(self) -> bool:
        """Whether none of its numbers could be held against runs, so that nothing is reproduced."""
        return not tally(self.cells).judged


def lines(checked: Checked) -> list[str]:
    """The file's name, a line for each of its numbers, and what they come to."""
    rows = [*map(_cell, checked.cells), *map(_rate, checked.rates)]
    said = [verdict(checked), *shifted(checked)]
    return [f"{shown(checked.path)}: {checked.title}", *aligned([_HEADS, *rows]), *(f"  {line}" for line in said)]


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
    told = f"{count} of {found.cells} accuracies lie {side} the mean of their runs, by {abs(found.mean):.1f} standard "
    told += f"deviations on average (chance: p = {found.p:.2g})."
    return [told + (f" The best of {found.best_of} runs, printed, would lie so." if found.best_of else "")]


def overview(files: Sequence[Checked], bad: Iterable[Path]) -> list[str]:
    """A line for each file, those that could not be read last, and how many there are of each kind."""
    unread = sorted(set(bad))
    rows: list[tuple[str, ...]] = [
        ("file", "reproduced", "unusual", "not reproduced", "not judged", "unusual at first", "by chance", ""),
    ]
    for each in files:
        counted = each.tally
        numbers = (counted.reproduced, counted.unusual, counted.failed, counted.unjudged, each.at_first)
        rows.append((shown(each.path), *map(str, numbers), f"{counted.by_chance:.1f}", _word(each)))
    rows += [(shown(path), *[""] * 6, "not judged: see above") for path in unread]
    words = [_word(each) for each in files]
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
        f"runs: where one more run would fall with probability {LEVEL:g}; a printed number outside, as far as its "
        f"digits tell, is unusual. all runs of the file: where, with probability {LEVEL:g}, one more run of every "
        "number would fall together; a printed number outside is not reproduced."
    )


def _word(checked: Checked) -> str:
    if checked.tally.failed:
        return "does not reproduce"
    return "not judged" if checked.open else "reproduces"


def _cell(judged: JudgedCell) -> tuple[str, ...]:
    intervals = _shown(judged, judged.low, judged.high), _shown(judged, judged.file_low, judged.file_high)
    return judged.table, judged.column, judged.metric, judged.printed, *intervals, judged.verdict + _remark(judged)


def _shown(judged: JudgedCell, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "-"
    return "a class share" if judged.discrete else f"{low:.{_DIGITS}f} to {high:.{_DIGITS}f}"


def _remark(judged: JudgedCell) -> str:
    if judged.verdict == "not judged":
        runs = judged.n + judged.diverged
        return f" ({judged.diverged} of {runs} runs diverged)" if judged.diverged else f" (too few runs: {runs})"
    if judged.instead:
        return f" (it fits {judged.instead})"
    return ""


def _rate(rate: Rate) -> tuple[str, ...]:
    shown = f"{rate.computed:.{_DIGITS}f} from {rate.table}"
    word = "reproduced" if rate.right else "not reproduced"
    return rate.name, rate.column, f"rate of {rate.metric}", rate.printed, shown, "-", word
