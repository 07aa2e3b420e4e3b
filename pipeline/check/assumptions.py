"""What a file of printed numbers may have got wrong: each assumption is the file as it would have to be read.

The mistakes are those that write-ups of this assignment have: about how images were held out, the epoch or the images
that a number is of, powers of ten and of e, the factor of the penalty, the learning rate of a table that does not name
it, and the configuration of a column. They are about the whole file, a table or a column, one at a time.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pipeline.check.protocols import held_out
from pipeline.config.metrics import OTHER_EPOCH
from pipeline.config.quantity import Quantity, written
from pipeline.config.settings import Config, Configuration, Split
from pipeline.errors import shown
from pipeline.writeup.published import Cell, Column, Published

Kind = Literal["split", "epoch", "training accuracy", "base", "penalty", "rate", "column", "power of ten"]
Change = Callable[[Cell], Cell]

_FINAL = {"training_accuracy": "final_training_accuracy"}
_FACTORS = {2.0: "twice as large", 0.5: "half as large", 0.0: "left out"}
_POWERS = tuple(float(f"1e-{k}") for k in range(6))  # 1 to 0.00001
_OF_E, _OF_TEN = "e^-", "e-"  # as in 5e^-2 and 5e-2
_PENALTY, _RATE = "reg", "learning_rate"
_MOST = 9  # the largest factor of a power: 5 in 5e^-2


@dataclass(frozen=True)
class Assumption:
    """Something that a file may have got wrong: `published` is the file as it would have to be read, with the same
    cells in the same order. `text` completes 'The numbers fit if ...'.
    """

    kind: Kind
    text: str
    published: Published


def assumptions(published: Published, config: Config) -> Iterator[Assumption]:
    """The assumptions about a file, the simplest first; of those that come to the same, the first."""
    own, seen = readings(published), set()
    for each in itertools.chain(_of_splits(published, config), _of_tables(published), _of_columns(published)):
        pairs = enumerate(zip(own, readings(each.published), strict=True))
        changes = tuple((place, after) for place, (before, after) in pairs if before != after)
        if changes and changes not in seen:
            seen.add(changes)
            yield each


def readings(published: Published) -> tuple[object, ...]:
    """What the verdict on each cell depends on: how and with what it was trained, and of what it may be."""
    return tuple((published.protocol, cell.column.configuration, cell.metrics) for cell in published.cells)


def _of_splits(published: Published, config: Config) -> Iterator[Assumption]:
    """File order, and the split of config.yaml."""
    own = published.protocol
    for split in (Split(own.split.validation_fraction, None), config.split):
        protocol = replace(own, split=split)
        text = f"{held_out(split)} were held out"
        yield Assumption("split", text, replace(published, protocol=protocol))


def _of_tables(published: Published) -> Iterator[Assumption]:
    """The whole file read otherwise, or a table of it."""
    names = tuple(dict.fromkeys(cell.table for cell in published.cells))
    for table in (None, *names):
        cells = [cell for cell in published.cells if table in (None, cell.table)]
        where = "" if table is None else f" in {shown(table)}"
        for kind, text, change in _changes(cells, published):
            yield Assumption(kind, text + where, _changed(published, change, table))


def _changes(cells: list[Cell], published: Published) -> Iterator[tuple[Kind, str, Change]]:
    to_best = {last: best for last, best in OTHER_EPOCH.items() if _is_last(last)}
    to_last = {best: last for last, best in to_best.items()}
    yield "epoch", "the numbers are of the last epoch", partial(_measured, instead=to_last)
    yield "epoch", "the numbers are of the best epoch", partial(_measured, instead=to_best)
    yield "training accuracy", "the training accuracy was measured after training", partial(_measured, instead=_FINAL)
    yield "base", "10^-k was trained where e^-k is written", partial(_rebased, base=_OF_E, other=_OF_TEN)
    yield "base", "e^-k was trained where 10^-k is written", partial(_rebased, base=_OF_TEN, other=_OF_E)
    for factor, text in _FACTORS.items():
        yield "penalty", f"the penalty was {text}", partial(_penalized, factor=factor)
    if not any(_RATE in cell.column.named for cell in cells):
        rates = (cell.column.configuration.learning_rate for cell in published.cells)
        for rate in sorted({1.0, *rates}):
            yield "rate", f"{_RATE} was {written(rate)}", partial(_with, learning_rate=rate)


def _of_columns(published: Published) -> Iterator[Assumption]:
    """A column that is another one of its table, two that are exchanged, and a parameter that is a power of ten."""
    for table, columns in _columns(published).items():
        name = shown(table)
        for label, other in itertools.permutations(columns, 2):
            copied = {label: columns[other].configuration}
            yield _reassigned(published, table, copied, "column", f"column {label} of {name} is {other} again")
        for label, other in itertools.combinations(columns, 2):
            exchanged = {label: columns[other].configuration, other: columns[label].configuration}
            text = f"columns {label} and {other} of {name} are exchanged"
            yield _reassigned(published, table, exchanged, "column", text)
        for label, column in columns.items():
            for parameter in (_RATE, _PENALTY):
                if parameter in column.named:
                    for power in _POWERS:
                        trained = {label: Configuration.of({**vars(column.configuration), parameter: power})}
                        text = f"column {label} of {name} was trained with {parameter} {written(power)}"
                        yield _reassigned(published, table, trained, "power of ten", text)


def _columns(published: Published) -> Mapping[str, Mapping[str, Column]]:
    """The columns of each table by their label."""
    tables: dict[str, dict[str, Column]] = {}
    for cell in published.cells:
        tables.setdefault(cell.table, {})[cell.column.label] = cell.column
    return tables


def _reassigned(
    published: Published, table: str, trained: Mapping[str, Configuration], kind: Kind, text: str
) -> Assumption:
    """The columns with these labels were trained with other configurations than their heads say."""

    def change(cell: Cell) -> Cell:
        configuration = trained.get(cell.column.label)
        return replace(cell, column=replace(cell.column, configuration=configuration)) if configuration else cell

    return Assumption(kind, text, _changed(published, change, table))


def _changed(published: Published, change: Change, table: str | None) -> Published:
    cells = tuple(change(cell) if table in (None, cell.table) else cell for cell in published.cells)
    return replace(published, cells=cells)


def _measured(cell: Cell, instead: Mapping[str, str]) -> Cell:
    """A cell of another metric; one that is open already stays so."""
    return (
        replace(cell, metrics=tuple(instead.get(name, name) for name in cell.metrics))
        if len(cell.metrics) == 1
        else cell
    )


def _is_last(metric: str) -> bool:
    return metric.startswith(("last_", "validation_"))


def _with(cell: Cell, **parameters: float) -> Cell:
    """A cell of a network that was trained with these parameters, whatever the head of its column says."""
    configuration = Configuration.of({**vars(cell.column.configuration), **parameters})
    return replace(cell, column=replace(cell.column, configuration=configuration))


def _penalized(cell: Cell, factor: float) -> Cell:
    return _with(cell, reg=cell.column.configuration.reg * factor)


def _rebased(cell: Cell, base: str, other: str) -> Cell:
    """What its head names as a power of one base, 5e^-2, as the same of another."""
    named = {name: cell.column.named[name] for name in (_RATE, _PENALTY) if name in cell.column.named}
    return _with(cell, **{name: _in_base(value, base, other) for name, value in named.items()})


def _in_base(value: float, base: str, other: str) -> float:
    """What has the factor and the exponent as a power of `other` that a value has as one of `base`; else the value.

    >>> _in_base(0.05, "e-", "e^-")
    Quantity('5e^-2')
    """
    for factor, k in itertools.product(range(1, _MOST + 1), range(1, len(_POWERS))):
        if math.isclose(value, Quantity(f"{factor}{base}{k}"), rel_tol=1e-6):
            return Quantity(f"{factor}{other}{k}")
    return value
