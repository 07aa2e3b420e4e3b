"""What is wrong with a file of printed numbers that its schema cannot express: references, sizes, numbers, statements
that exclude each other.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pipeline.config.metrics import EPOCHS
from pipeline.config.quantity import written
from pipeline.errors import shown
from pipeline.writeup import notation
from pipeline.writeup.notation import Unit

FILE_ORDER = "file order"
UNKNOWN: Mapping[str, Any] = {"unknown": None}  # in a column of which nothing is known, not even how many there are
_ERROR = "_error"


def of(tree: Mapping[str, Any]) -> Iterator[str]:
    """One line for each; of what is unknown, None or UNKNOWN in the tree, nothing is said."""
    if {"split", "split_seed"} <= tree.get("protocol", {}).keys():
        yield "protocol: expected 'split' or its older name 'split_seed', found both."
    names = [table["name"] for table in tree["tables"]]
    for number, table in enumerate(tree["tables"]):
        where = f"tables.{number}"
        if table["name"] is not None and table["name"] in names[:number]:
            yield f"{where}.name: expected a name of its own for each table, found '{shown(table['name'])}' again."
        yield from (f"{where}{problem}" for problem in _in_table(table))
    if change := tree.get("rates_of_change"):
        yield from (f"rates_of_change.{problem}" for problem in _in_rates(change, tree["tables"]))


def metrics_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The metrics that a row may show; that of an error rate is the accuracy that it leaves."""
    return tuple(name.removesuffix(_ERROR) + "_accuracy" if name.endswith(_ERROR) else name for name in _named(row))


def unit_of(row: Mapping[str, Any]) -> Unit:
    """The unit of the numbers of a row."""
    name = _named(row)[0]
    return "error" if name.endswith(_ERROR) else "accuracy" if name.endswith("_accuracy") else "loss"


def summary_of(said: Mapping[str, Any]) -> tuple[Literal["best", "mean"], int] | None:
    """(best or mean, of how many runs) as a table, a column or a row says; None where it says nothing of it."""
    if "best_of" in said:
        return "best", int(said["best_of"])
    return ("mean", int(said["mean_of"])) if "mean_of" in said else None


def _named(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["metric"],) if isinstance(row["metric"], str) else tuple(row["metric"])


def _in_table(table: Mapping[str, Any]) -> Iterator[str]:
    parts = [("", table)]
    parts += [(f".columns.{number}", column) for number, column in enumerate(table["columns"])]
    parts += [(f".rows.{number}", row) for number, row in enumerate(table["rows"])]
    for where, part in parts:
        if {"best_of", "mean_of"} <= part.keys():
            yield f"{where}: expected 'best_of' or 'mean_of', found both."
    for number, row in enumerate(table["rows"]):
        yield from (f".rows.{number}{problem}" for problem in _in_row(row, table))


def _in_row(row: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    printed, columns = row["printed"], table["columns"]
    if printed is not None and _known(columns) and len(printed) != len(columns):
        yield f".printed: expected {len(columns)} numbers, one for each column, found {len(printed)}."
    if row["metric"] is None:
        return
    names = _named(row)
    mixed = len({name.endswith(_ERROR) for name in names}) > 1
    if len(names) > 1 and (mixed or not any(set(metrics_of(row)) == set(pair) for pair in EPOCHS)):
        yield (
            f".metric: expected one metric, or the same at two epochs "
            f"({' or '.join(' with '.join(pair) for pair in EPOCHS[:2])} and the like), found {', '.join(names)}."
        )
    numbers, problems = notation.read(printed or (), unit_of(row))
    yield from (f".printed: {problem}" for problem in problems)
    for number, (column, each) in enumerate(zip(columns, numbers, strict=False)):
        of_column, of_row = summary_of(column), summary_of(row)
        if of_column and of_row and of_column != of_row:
            yield f": expected {_told(of_column)}, as columns.{number} says, found {_told(of_row)}."
        said = of_row or of_column or summary_of(table)
        if each and each.mean and said and (said[0] == "best" or said[1] == 1):
            yield f".printed: expected numbers without ±, as {_told(said)} has no spread, found {each.text}."


def _known(columns: list[Any]) -> bool:
    return not any(UNKNOWN.keys() <= column.keys() for column in columns)


def _told(summary: tuple[str, int]) -> str:
    kind, runs = summary
    return f"{kind}_of {runs}"


def _in_rates(change: Mapping[str, Any], tables: list[Any]) -> Iterator[str]:
    if len(change["printed"]) != len(change["pairs"]):
        yield f"printed: expected {len(change['pairs'])} numbers, one for each pair, found {len(change['printed'])}."
    yield from (f"printed: {problem}" for problem in notation.read(change["printed"], "rate")[1])
    for number, pair in enumerate(change["pairs"]):
        if pair[0] == pair[1]:
            yield f"pairs.{number}: expected two different learning rates, found {written(pair[0])} twice."
    of_name = next((table for table in tables if table["name"] == change["table"]), None)
    if of_name is not None:
        yield from _in_reference(change, of_name)
    elif all(table["name"] is not None for table in tables):
        yield f"table: expected the name of one of the tables, found '{shown(change['table'])}'."


def _in_reference(change: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    name = shown(change["table"])
    metrics = [row["metric"] and metrics_of(row) for row in table["rows"]]
    if None not in metrics and not any(change["metric"] in each for each in metrics):
        yield f"metric: expected a metric of {name}, found {change['metric']}."
    rates = [column.get("learning_rate") for column in table["columns"]]
    if _known(table["columns"]) and None not in rates:
        for number, pair in enumerate(change["pairs"]):
            for rate in pair:
                if rate not in rates:
                    yield f"pairs.{number}: expected learning rates of {name}, found {written(rate)}."
                elif (count := rates.count(rate)) > 1:
                    yield f"pairs.{number}: expected a learning rate of one column, found {written(rate)} in {count}."
