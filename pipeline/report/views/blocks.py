"""What the page is made of: tables and figures, and where each comes from."""

from dataclasses import dataclass

from markupsafe import Markup

# As many runs as a reader of one page can use; where there are more, the runs are counted instead of listed.
LISTED = 300
ON_A_TELEPHONE = 5  # columns of numbers beside the heads of the rows
NOTHING = Markup("")


@dataclass(frozen=True)
class Source:
    """Where a table or figure comes from, paths relative to the project's folder.

    `file` holds its numbers, the module of this dotted name made it; `also` are files of further numbers, with their
    modules. `runs` are the keys of the runs behind the numbers, each once, and `experiments` the experiments they
    belong to.
    """

    file: str
    module: str
    runs: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()

    @property
    def listed(self) -> tuple[str, ...]:
        """The runs, if they are few enough for a list that unfolds; else none."""
        return self.runs if len(self.runs) <= LISTED else ()


TableRow = tuple[Markup, tuple[Markup, ...]]  # a head and cells


@dataclass(frozen=True)
class Table:
    """A table as the page shows it: column heads, then rows.

    `added` are further rows, below a title of their own. `printed` are the cells that the write-up prints, for each of
    `rows`; empty where it prints none. `seeds` tells for the caption over how many seeds its means are.
    """

    corner: Markup
    columns: tuple[Markup, ...]
    rows: tuple[TableRow, ...]
    source: Source
    added: tuple[TableRow, ...] = ()
    added_title: str = ""
    printed: tuple[tuple[Markup, ...], ...] = ()
    seeds: str = ""

    @property
    def wide(self) -> bool:
        """Whether it has more columns than fit on a telephone, where each of its rows becomes a card."""
        return len(self.columns) > ON_A_TELEPHONE


@dataclass(frozen=True)
class Value:
    """A cell as it reads, and the number to sort it by; None where there is none."""

    text: Markup
    number: float | None


@dataclass(frozen=True)
class DataRow:
    """What one mark of a figure stands for: where it is, and the values there."""

    panel: int
    heads: tuple[Value, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Data:
    """What a figure draws: the k-th row of a panel belongs to the k-th mark of each of the panel's series."""

    heads: tuple[Markup, ...]
    columns: tuple[Markup, ...]
    rows: tuple[DataRow, ...]


NO_DATA = Data((), (), ())


@dataclass(frozen=True)
class Plot:
    """A figure as the page shows it: its SVG, what it says in words, its data, its parameters for the caption.

    `detail`: a frame of its own shows single runs.
    """

    name: str
    svg: str
    description: str
    data: Data
    source: Source
    label: Markup = NOTHING
    detail: bool = False
