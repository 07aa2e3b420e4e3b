"""Printed numbers as exact ones: the cells of tables, and whether a computed number is what a printed one says."""

from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal, NamedTuple

from pipeline.config.quantity import half_unit, power_of_e, written
from pipeline.writeup.published import Cell, Published

Relation = Literal["equal", "about", "almost", "at most", "over", "above", "not below"]
_DIGITS = 30  # of a power of e


class MissingError(LookupError):
    """A file of printed numbers has not the cell that something is computed from."""


class Place(NamedTuple):
    """A printed table, and the parameter by whose value a column of it is named."""

    table: str
    parameter: str


class PrintedTables:
    """The cells of a file of printed numbers. Whatever is not there raises MissingError."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def cell(self, place: Place, metric: str, value: float) -> Fraction:
        """One cell, its column given by the value of the parameter of the place."""
        return exact(self._find(place, metric, value).printed)

    def row(self, place: Place, metric: str) -> dict[float, Fraction]:
        """The cells of one row by the value of the parameter of the place, the largest value first."""
        cells = {cell.column.configuration.value(place.parameter): cell for cell in self._cells(place, metric)}
        return {value: exact(cells[value].printed) for value in sorted(cells, reverse=True)}

    def slope(self, place: Place, metric: str, first: float, second: float) -> Fraction:
        """The difference of two cells of a row over that of the values that name their columns."""
        rise = self.cell(place, metric, first) - self.cell(place, metric, second)
        return rise / (exact(first) - exact(second))

    def parameter(self, place: Place, metric: str, name: str) -> tuple[Fraction, ...]:
        """What the columns of one row were trained with."""
        return tuple(exact(cell.column.configuration.value(name)) for cell in self._cells(place, metric))

    def rate_of_change(self, first: float, second: float) -> Fraction:
        """The printed number of one pair in the table of rates of change."""
        for pair, printed in self.rates_of_change():
            if pair == (first, second):
                return printed
        raise MissingError(f"rate of change from {written(second)} to {written(first)}")

    def rates_of_change(self) -> Iterator[tuple[tuple[float, float], Fraction]]:
        """The pairs in the table of rates of change with their numbers, where one is printed."""
        if change := self._published.rates_of_change:
            for pair, printed in zip(change.pairs, change.printed, strict=True):
                if printed is not None:
                    yield pair, exact(printed)

    def lead(self, place: Place, metric: str, value: float) -> Fraction:
        """By how much a cell exceeds the largest of the same metric with another configuration, in any table."""
        own = self._find(place, metric, value)
        others = [
            exact(cell.printed)
            for cell in self._published.cells
            if metric in cell.metrics and cell.column.configuration != own.column.configuration
        ]
        if not others:
            raise MissingError(f"{metric} of another column")
        return exact(own.printed) - max(others)

    def _find(self, place: Place, metric: str, value: float) -> Cell:
        for cell in self._cells(place, metric):
            if cell.column.configuration.value(place.parameter) == value:
                return cell
        raise MissingError(f"{place.table}: {metric} at {written(value)}")

    def _cells(self, place: Place, metric: str) -> tuple[Cell, ...]:
        cells = tuple(self._published.row(place.table, metric).values())
        if not cells:
            raise MissingError(f"{place.table}: {metric}")
        return cells


def exact(number: float) -> Fraction:
    """A number as it is written, without rounding; a power of e to thirty digits.

    >>> from pipeline.config.quantity import Quantity
    >>> exact(Quantity("0.9450"))
    Fraction(189, 200)
    """
    text = written(number)
    if power := power_of_e(text):
        factor, exponent = power
        with localcontext(prec=_DIGITS):
            return Fraction(Decimal(factor or 1) * Decimal(exponent).exp())
    return Fraction(Decimal(text))


def holds(relation: Relation, value: Fraction, printed: str) -> bool:
    """Whether a computed number is what a printed one says.

    equal and about: it rounds to the printed digits, a tie to either side. almost: so it does, from below. at most and
    over: compared as they stand, over is strict. above and not below: no number is printed, and 0 is the bound.
    """
    if relation in ("above", "not below"):
        return value > 0 or (value == 0 and relation == "not below")
    number = Fraction(printed)
    if relation == "at most":
        return value <= number
    if relation == "over":
        return value > number
    return abs(value - number) <= half_unit(printed) and (relation != "almost" or value < number)
