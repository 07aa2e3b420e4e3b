"""The write-up's numbers, to stand beside those of the runs in Tables 4 to 7."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from pipeline.config.settings import Configuration
from pipeline.evidence.cells import JudgedCell

Column = Iterable[Configuration]  # what a cell is measured on: one configuration, or the two of a rate of change


class Printed:
    """Looks up what the write-up prints for a metric of a configuration, whichever of its tables has it."""

    def __init__(self, cells: Sequence[JudgedCell]) -> None:
        self._cells = {(frozenset(cell.configurations), cell.metric): cell for cell in cells}

    def row(self, metric: str, columns: Iterable[Column]) -> tuple[Markup, ...]:
        """A cell for each column, a dash where the write-up prints none; no cells at all where it prints none of them.

        What is not reproduced has its verdict beside it, with a link to its row in the table of verdicts.
        """
        found = [self._cells.get((frozenset(column), metric)) for column in columns]
        return tuple(map(_told, found)) if any(found) else ()


def anchor(cell: JudgedCell) -> str:
    """The id of a printed number's row in the table of verdicts."""
    return "-".join(f"printed {cell.table} {cell.metric} {cell.column}".lower().translate(_UNSAFE).split())


_UNSAFE = str.maketrans({"^": "", "_": " ", ",": "", ".": " "})


def _told(cell: JudgedCell | None) -> Markup:
    if cell is None:
        return Markup("–")
    if cell.verdict in ("reproduced", "not judged"):
        return escape(cell.printed)
    return Markup('{} <a href="#{}">{}</a>').format(cell.printed, anchor(cell), cell.verdict)
