"""Printed numbers: what a write-up of this assignment says that its runs reached, read from a file and checked.

published.yaml beside this module holds those of the write-up that the report rebuilds; published.schema.yaml describes
the format. Light to import: the Snakefile loads it.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import schema
from pipeline.config.quantity import Quantity, is_decimal, read_numbers, written
from pipeline.config.settings import Config, Configuration
from pipeline.errors import InputError, shown
from pipeline.files.yamlfile import read_yaml

SCHEMA = Path(__file__).with_name("published.schema.yaml")
FILE = Path(__file__).with_name("published.yaml")
UNPRINTED = "-"
UNNAMED = "defaults"  # the label of a column that names no parameter
RATE = " rate of change"  # after the name of the metric whose rate it is
_LEAST_DIGITS, _MOST_DIGITS = 2, 12  # after the point: of a printed accuracy, of any printed number
_EPOCHS = (  # what a table may leave open is of which epoch a number is
    ("validation_accuracy", "best_validation_accuracy"),
    ("testing_accuracy", "last_testing_accuracy"),
)
# What a part is replaced by that the schema refuses; None stands for what nobody knows.
_STAND_IN = {"tables": [{"name": None, "columns": None, "rows": [None]}]}


@dataclass(frozen=True)
class Column:
    """A configuration as a table's head tells it: the parameters that it names, and all of them."""

    named: Mapping[str, float]
    configuration: Configuration

    @property
    def texts(self) -> dict[str, str]:
        """The parameters that it names, as they are written."""
        return {name: written(value) for name, value in self.named.items()}

    @property
    def label(self) -> str:
        """What identifies it in its table."""
        return column_label(self.texts)


def column_label(named: Mapping[str, str]) -> str:
    """What identifies a column in its table: 'learning_rate e^-1', or 'defaults'."""
    return ", ".join(f"{name} {text}" for name, text in named.items()) or UNNAMED


@dataclass(frozen=True)
class Cell:
    """A printed number. `metrics` are several where the table does not say which of them it shows."""

    table: str
    metrics: tuple[str, ...]
    column: Column
    printed: Quantity


@dataclass(frozen=True)
class RatesOfChange:
    """A printed table of differences of a metric of `table` over those of the learning rate, a number for each pair."""

    name: str
    table: str
    metric: str
    pairs: tuple[tuple[float, float], ...]
    printed: tuple[Quantity | None, ...]


@dataclass(frozen=True)
class Published:
    """A file of printed numbers. `data` is the name of the data set that they are of.

    `protocol` is how they were trained besides, as far as the file says: initial_scale, initial_seed,
    validation_fraction, split_seed.
    """

    title: str
    data: str
    protocol: Mapping[str, float]
    cells: tuple[Cell, ...]
    rates_of_change: RatesOfChange | None
    search: Mapping[str, tuple[float, ...]]

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """What has to be trained to judge the cells, each once."""
        return tuple(dict.fromkeys(cell.column.configuration for cell in self.cells))

    def row(self, table: str, metric: str) -> dict[str, Cell]:
        """The cells of one row of a table by the label of their column; empty if there is no such row."""
        return {c.column.label: c for c in self.cells if c.table == table and metric in c.metrics}


def load(path: Path, config: Config) -> Published:
    """Read and check a file of printed numbers; a default that it leaves out is as `config` says.

    Raises InputError with one line per problem.
    """
    tree = read_numbers(read_yaml(path), Quantity)
    problems, rest = schema.check(tree, SCHEMA, _STAND_IN)
    if found := schema.bounded(itertools.chain(problems, _contradictions(rest))):
        raise InputError(*(f"{shown(path)}: {problem}" for problem in found))
    return _build(tree, config)


def _build(tree: Mapping[str, Any], config: Config) -> Published:
    change = tree.get("rates_of_change")
    return Published(
        title=tree["title"],
        data=tree["data"],
        protocol=tree.get("protocol", {}),
        cells=tuple(_cells(tree["tables"], vars(config.defaults) | tree.get("defaults", {}))),
        rates_of_change=RatesOfChange(
            name=change["name"],
            table=change["table"],
            metric=change["metric"],
            pairs=tuple((a, b) for a, b in change["pairs"]),
            printed=tuple(None if value == UNPRINTED else value for value in change["printed"]),
        )
        if change
        else None,
        search={name: tuple(values) for name, values in tree.get("search", {}).items()},
    )


def _cells(tables: list[Any], defaults: Mapping[str, float]) -> Iterator[Cell]:
    for table in tables:
        columns = [Column(named, Configuration.of({**defaults, **named})) for named in table["columns"]]
        for row in table["rows"]:
            for column, printed in zip(columns, row["printed"], strict=True):
                if printed != UNPRINTED:
                    yield Cell(table["name"], _metrics(row), column, printed)


def _metrics(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["metric"],) if isinstance(row["metric"], str) else tuple(row["metric"])


def _contradictions(tree: Mapping[str, Any]) -> Iterator[str]:
    """One line for each thing that the schema cannot express; of what is unknown nothing is said."""
    names = [table["name"] for table in tree["tables"]]
    for number, table in enumerate(tree["tables"]):
        where, columns = f"tables.{number}", table["columns"]
        if table["name"] is not None and table["name"] in names[:number]:
            yield f"{where}.name: expected a name of its own for each table, found '{shown(table['name'])}' again."
        if columns is not None and not _differ(columns):
            yield f"{where}.columns: expected different configurations, found one of them twice."
        for position, row in enumerate(table["rows"]):
            if row is not None:
                yield from (f"{where}.rows.{position}.{problem}" for problem in _row_contradictions(row, columns))
    if change := tree.get("rates_of_change"):
        yield from (f"rates_of_change.{problem}" for problem in _change_contradictions(change, tree["tables"]))


def _differ(columns: list[Any]) -> bool:
    return len({tuple(sorted(column.items())) for column in columns}) == len(columns)


def _row_contradictions(row: Mapping[str, Any], columns: list[Any] | None) -> Iterator[str]:
    metrics, printed = _metrics(row), row["printed"]
    if len(metrics) > 1 and not any(set(metrics) == set(pair) for pair in _EPOCHS):
        yield (
            f"metric: expected one metric, or the same at two epochs "
            f"({' or '.join(' with '.join(pair) for pair in _EPOCHS)}), found {', '.join(metrics)}."
        )
    if columns is not None and len(printed) != len(columns):
        yield f"printed: expected {len(columns)} numbers, one for each column, found {len(printed)}."
    yield from (f"printed: {problem}" for problem in _number_problems(printed))
    yield from (f"printed: {problem}" for problem in _range_problems(metrics, printed))


def _number_problems(printed: list[Any]) -> Iterator[str]:
    for value in printed:
        if value != UNPRINTED and not (is_decimal(value.text) and _digits(value) <= _MOST_DIGITS):
            yield (
                f"expected plain decimal numbers with at most {_MOST_DIGITS} digits after the point, "
                f"found {value.text}."
            )


def _digits(printed: Quantity) -> int:
    """How many stand after the point."""
    return len(printed.text.partition(".")[2])


def _range_problems(metrics: tuple[str, ...], printed: list[Any]) -> Iterator[str]:
    accuracy = all(metric.endswith("accuracy") for metric in metrics)
    for value in printed:
        if value == UNPRINTED or not is_decimal(value.text):
            continue
        if accuracy and not 0 <= value <= 1:
            yield f"expected accuracies from 0 to 1, found {written(value)}. Hint: 0.9450 instead of 94.50."
        elif accuracy and _digits(value) < _LEAST_DIGITS:
            yield (
                f"expected accuracies with at least {_LEAST_DIGITS} digits after the point, found {value.text}. "
                "Hint: 0.90 if so many are known; nearly any run would fit fewer."
            )
        elif value < 0:
            yield f"expected numbers of at least 0, found {written(value)}."


def _change_contradictions(change: Mapping[str, Any], tables: list[Any]) -> Iterator[str]:
    if len(change["printed"]) != len(change["pairs"]):
        yield f"printed: expected {len(change['pairs'])} numbers, one for each pair, found {len(change['printed'])}."
    yield from (f"printed: {problem}" for problem in _number_problems(change["printed"]))
    for number, pair in enumerate(change["pairs"]):
        if pair[0] == pair[1]:
            yield f"pairs.{number}: expected two different learning rates, found {written(pair[0])} twice."
    of = next((table for table in tables if table["name"] == change["table"]), None)
    if of is not None:
        yield from _reference_contradictions(change, of)
    elif all(table["name"] is not None for table in tables):
        yield f"table: expected the name of one of the tables, found '{shown(change['table'])}'."


def _reference_contradictions(change: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    name = shown(change["table"])
    if None not in table["rows"] and not any(change["metric"] in _metrics(row) for row in table["rows"]):
        yield f"metric: expected a metric of {name}, found {change['metric']}."
    if table["columns"] is not None and _differ(table["columns"]):
        rates = [column.get("learning_rate") for column in table["columns"]]
        for number, pair in enumerate(change["pairs"]):
            for rate in pair:
                if rate not in rates:
                    yield f"pairs.{number}: expected learning rates of {name}, found {written(rate)}."
                elif (count := rates.count(rate)) > 1:
                    yield f"pairs.{number}: expected a learning rate of one column, found {written(rate)} in {count}."
