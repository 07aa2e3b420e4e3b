"""Printed rates of change, computed again from the tables that they were computed from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.config.quantity import written
from pipeline.writeup.arithmetic import MissingError, Place, PrintedTables, holds
from pipeline.writeup.published import Published

Verdict = Literal["reproduced", "not reproduced"]


@dataclass(frozen=True)
class Rate:
    """A printed rate of change of a metric of `table`, and what the two numbers printed there give."""

    name: str
    table: str
    column: str
    metric: str
    printed: str
    computed: float
    verdict: Verdict


def rates(published: Published) -> Iterator[Rate]:
    """The rates of change that a file prints; one whose two numbers it does not print is left out."""
    change = published.rates_of_change
    if change is None:
        return
    tables, place = PrintedTables(published), Place(change.table, "learning_rate")
    for (first, second), printed in zip(change.pairs, change.printed, strict=True):
        if printed is None:
            continue
        try:
            computed = tables.slope(place, change.metric, first, second)
        except MissingError:
            continue
        column = f"learning_rate {written(second)} to {written(first)}"
        verdict: Verdict = "reproduced" if holds("equal", computed, printed.text) else "not reproduced"
        yield Rate(change.name, change.table, column, change.metric, printed.text, float(computed), verdict)
