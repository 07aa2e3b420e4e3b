"""What make check prints: a line for each printed number, a summary for each file, and a table where there are many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.analysis.intervals import LEVEL
from pipeline.check.rates import Rate
from pipeline.cli.columns import aligned
from pipeline.errors import shown
from pipeline.evidence.cells import JudgedCell, Tally, tally

_HEADS = ("table", "column", "metric", "printed", "runs", "verdict")
_DIGITS = 4


@dataclass(frozen=True)
class Checked:
    """A file whose numbers were held against runs, and its rates of change against its own tables."""

    path: Path
    title: str
    cells: tuple[JudgedCell, ...]
    rates: tuple[Rate, ...]

    @property
    def tally(self) -> Tally:
        """How its numbers fared, the rates of change among them."""
        counted = tally(self.cells)
        right = sum(rate.right for rate in self.rates)
        return Tally(counted.reproduced + right, counted.failed + len(self.rates) - right, counted.unjudged)

    @property
    def open(self) -> bool:
        """Whether none of its numbers could be held against runs, so that nothing is reproduced."""
        return not tally(self.cells).judged


def lines(checked: Checked) -> list[str]:
    """The file's name, a line for each of its numbers, and what they come to."""
    rows = [*map(_cell, checked.cells), *map(_rate, checked.rates)]
    return [f"{shown(checked.path)}: {checked.title}", *aligned([_HEADS, *rows]), f"  {verdict(checked)}"]


def verdict(checked: Checked) -> str:
    """One sentence on a file."""
    counted = checked.tally
    parts = [f"{counted.reproduced} reproduced", f"{counted.failed} not reproduced"]
    if counted.unjudged:
        parts.append(f"{counted.unjudged} not judged")
    found = f"{', '.join(parts)}."
    cells = tally(checked.cells)
    if checked.open:
        found += " None could be judged by runs, so the file does not count as reproduced."
    elif cells.failed and cells.judged == 1:
        found += f" If it were right, it would be outside by chance with probability {1 - LEVEL:.2f}."
    elif cells.failed:
        found += f" If all were right, {cells.by_chance:.1f} of {cells.judged} would be outside by chance."
    return found


def overview(files: Sequence[Checked], bad: Iterable[Path]) -> list[str]:
    """A line for each file, those that could not be read last, and how many there are of each kind."""
    unread = sorted(set(bad))
    rows: list[tuple[str, ...]] = [("file", "reproduced", "not reproduced", "not judged", "")]
    for each in files:
        counted = each.tally
        numbers = (counted.reproduced, counted.failed, counted.unjudged)
        rows.append((shown(each.path), *map(str, numbers), _word(each)))
    rows += [(shown(path), "", "", "", "not judged: see above") for path in unread]
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
    """What the column `runs` holds."""
    return (
        f"runs: where one more run would fall with probability {LEVEL:g}, worked out from the spread of the seeds; "
        "a printed number is reproduced if it lies inside, as far as its digits tell."
    )


def _word(checked: Checked) -> str:
    if checked.tally.failed:
        return "does not reproduce"
    return "not judged" if checked.open else "reproduces"


def _cell(judged: JudgedCell) -> tuple[str, ...]:
    interval = judged.interval
    shown = f"{interval.low:.{_DIGITS}f} to {interval.high:.{_DIGITS}f}" if interval else "-"
    return judged.table, judged.column, judged.metric, judged.printed, shown, judged.verdict + _remark(judged)


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
    return rate.name, rate.column, f"rate of {rate.metric}", rate.printed, shown, word
