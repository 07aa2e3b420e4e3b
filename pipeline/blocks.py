"""What the page is made of: tables and figures, and where each comes from."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Table:
    """A table as the page shows it: column heads, then rows of a head and cells."""

    corner: Markup
    columns: tuple[Markup, ...]
    rows: tuple[tuple[Markup, tuple[Markup, ...]], ...]


@dataclass(frozen=True)
class Value:
    """A cell as it reads, and the number to sort it by; None where there is none."""

    text: Markup
    number: float | None


@dataclass(frozen=True)
class Row:
    """What one mark of a figure stands for: where it is, and the values there."""

    panel: int
    heads: tuple[Value, ...]
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Data:
    """What a figure draws: the k-th row of a panel belongs to the k-th mark of each of the panel's series."""

    heads: tuple[Markup, ...]
    columns: tuple[Markup, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Plot:
    """A figure as the page shows it: its SVG, what it says in words, its parameters for the caption, its data."""

    name: str
    svg: str
    description: str
    label: Markup
    data: Data
