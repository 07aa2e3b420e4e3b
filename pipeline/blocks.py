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
class Plot:
    """A figure as the page shows it: its SVG, what it says in words, and its parameters for the caption."""

    name: str
    svg: str
    description: str
    label: Markup
