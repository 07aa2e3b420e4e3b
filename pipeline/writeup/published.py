"""Printed numbers: what a write-up of this assignment says that its runs reached, read from a file.

published.yaml beside this module holds those of the write-up that the report rebuilds; published.schema.yaml describes
the format. Light to import: the Snakefile loads it.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pipeline.config import schema
from pipeline.config.quantity import Quantity, read_numbers, written
from pipeline.config.settings import Config, Configuration, Network, Protocol, Split
from pipeline.errors import InputError, shown
from pipeline.files.yamlfile import read_yaml
from pipeline.writeup import contradictions, notation
from pipeline.writeup.contradictions import FILE_ORDER, metrics_of, summary_of, unit_of

SCHEMA = Path(__file__).with_name("published.schema.yaml")
FILE = Path(__file__).with_name("published.yaml")
UNNAMED = "defaults"  # the label of a column that names no parameter
RATE = " rate of change"  # after the name of the metric whose rate it is
_MOST_VALUES = 5_000  # of a file, many times as many as any write-up has
_FEWEST = 2  # runs that have a standard deviation
# What a part is replaced by that the schema refuses; None stands for what nobody knows.
_STAND_IN = {
    "tables": [
        {
            "name": None,
            "columns": [{**contradictions.UNKNOWN, "learning_rate": None}],
            "rows": [{"metric": None, "printed": None}],
        }
    ]
}
# What the runs are trained with besides their configuration and protocol: names for it, letters only.
_NOTHING = ("none", "no", "false", "off")
_OURS: Mapping[str, tuple[str, ...]] = {
    "loss": ("crossentropy", "softmaxcrossentropy", "categoricalcrossentropy", "crossentropyloss", "logloss", "nll"),
    "activation": ("sigmoid", "logistic", "logisticsigmoid"),
    "optimizer": ("sgd", "minibatchsgd", "stochasticgradientdescent", "minibatchgradientdescent", "gradientdescent"),
    **dict.fromkeys(("momentum", "augmentation", "dropout"), _NOTHING),
}


@dataclass(frozen=True)
class Summary:
    """What a printed number tells of: one run, the best of several, or their mean."""

    kind: Literal["run", "best", "mean"]
    runs: int = 1


ONE = Summary("run")


@dataclass(frozen=True)
class Column:
    """A configuration as a table's head tells it: the parameters that it names, and all of them.

    `run` is which of equal columns side by side it is. `beyond` says what of it this network cannot be trained with:
    'momentum 0.9'. `summary` is what its head says that its numbers are of.
    """

    named: Mapping[str, float]
    configuration: Configuration
    run: int = 1
    beyond: tuple[str, ...] = ()
    summary: Summary = ONE

    @property
    def texts(self) -> dict[str, str]:
        """The parameters that it names, as they are written."""
        return {name: written(value) for name, value in self.named.items()}

    @cached_property
    def label(self) -> str:
        """What identifies it in its table: 'learning_rate 0.1, run 2'."""
        summary = [f"{self.summary.kind} of {self.summary.runs}"] if self.summary != ONE else []
        run = [f"run {self.run}"] if self.run > 1 else []
        return ", ".join([column_label(self.texts), *self.beyond, *summary, *run])

    @property
    def reason(self) -> str:
        """Why no run can judge it, empty where runs can: 'no run has dropout 0.5'."""
        if not self.beyond:
            return ""
        momentum = any(each.startswith("momentum ") for each in self.beyond)
        hint = "; the optimizer of the course uses no momentum: leave it out where that one was used"
        return f"no run has {', '.join(self.beyond)}{hint if momentum else ''}"


def column_label(named: Mapping[str, str]) -> str:
    """What identifies a column in its table: 'learning_rate e^-1', or 'defaults'."""
    return ", ".join(f"{name} {text}" for name, text in named.items()) or UNNAMED


@dataclass(frozen=True)
class Cell:
    """A printed number, `text` as it stands in the file. `metrics` are several where the table does not say which of
    them it shows.

    `printed` is a plain decimal number in the unit of the metric, accuracies from 0 to 1, with as many digits as are
    known.
    """

    table: str
    metrics: tuple[str, ...]
    column: Column
    printed: Quantity
    text: str
    summary: Summary = ONE


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

    `protocol` is how they were trained besides; `stated` are the keys by which the file says it.
    """

    title: str
    data: str
    protocol: Protocol
    stated: tuple[str, ...]
    cells: tuple[Cell, ...]
    rates_of_change: RatesOfChange | None
    search: Mapping[str, tuple[float, ...]]

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """What has to be trained to judge the cells, each once."""
        columns = (cell.column for cell in self.cells if not cell.column.beyond)
        return tuple(dict.fromkeys(column.configuration for column in columns))

    def row(self, table: str, metric: str) -> dict[str, Cell]:
        """The cells of one row of a table by the label of their column; empty if there is no such row."""
        return {c.column.label: c for c in self.cells if c.table == table and metric in c.metrics}


def load(path: Path, config: Config, protocol: Protocol | None = None) -> Published:
    """Read and check a file of printed numbers; a default that it leaves out is as `config` says.

    What it leaves out of the protocol is as in `protocol`, without one as in `config`.

    Raises InputError with one line per problem.
    """
    tree = read_numbers(read_yaml(path, _MOST_VALUES), notation.parameter)
    problems, rest = schema.check(tree, SCHEMA, _STAND_IN)
    if found := schema.bounded(itertools.chain(problems, contradictions.of(rest))):
        raise InputError(*(f"{shown(path)}: {problem}" for problem in found))
    return _build(tree, config, protocol or config.protocol)


def _build(tree: Mapping[str, Any], config: Config, protocol: Protocol) -> Published:
    said = tree.get("protocol", {})
    return Published(
        title=tree["title"],
        data=tree["data"],
        protocol=_protocol(said, protocol),
        stated=tuple(name for name in said if name not in _OURS),
        cells=tuple(_cells(tree["tables"], {**vars(config.defaults), **said, **tree.get("defaults", {})})),
        rates_of_change=_rates_of_change(tree["rates_of_change"]) if "rates_of_change" in tree else None,
        search={name: tuple(values) for name, values in tree.get("search", {}).items()},
    )


def _protocol(said: Mapping[str, Any], otherwise: Protocol) -> Protocol:
    fraction = float(said.get("validation_fraction", otherwise.split.validation_fraction))
    seed = said.get("split", said.get("split_seed", otherwise.split.seed))
    return Protocol(
        Split(fraction, None if seed in (None, FILE_ORDER) else int(seed)),
        Network(
            float(said.get("initial_scale", otherwise.network.initial_scale)),
            int(said.get("initial_seed", otherwise.network.initial_seed)),
        ),
    )


def _cells(tables: list[Any], common: Mapping[str, Any]) -> Iterator[Cell]:
    for table in tables:
        columns = list(_columns(table["columns"], common))
        for row in table["rows"]:
            numbers, _ = notation.read(row["printed"], unit_of(row))
            for column, said, printed in zip(columns, table["columns"], numbers, strict=True):
                if printed:
                    summary = _summary(table, said, row, mean=printed.mean)
                    yield Cell(table["name"], metrics_of(row), column, printed.number, printed.text, summary)


def _columns(columns: list[Any], common: Mapping[str, Any]) -> Iterator[Column]:
    seen: Counter[tuple[Any, ...]] = Counter()
    for said in columns:
        everything = {**common, **said}
        named = {name: value for name, value in said.items() if name in Configuration.__match_args__}
        beyond = tuple(f"{name} {_told(everything[name])}" for name in _OURS if not _ours(name, everything.get(name)))
        summary = _summary(said)
        head = frozenset(named.items()), beyond, summary
        seen[head] += 1
        yield Column(named, Configuration.of(everything), seen[head], beyond, summary)


def _ours(name: str, said: Any) -> bool:
    if isinstance(said, str):
        return re.sub("[^a-z]", "", said.casefold()) in _OURS[name]
    return said is None or (said == 0 and _OURS[name] is _NOTHING)


def _told(said: Any) -> str:
    return said.strip() if isinstance(said, str) else written(said)


def _summary(*said: Mapping[str, Any], mean: bool = False) -> Summary:
    """What a number tells of by its table, its column and its row; the last that says so counts."""
    kind, runs = next(filter(None, map(summary_of, reversed(said))), ("mean", _FEWEST) if mean else ("run", 1))
    return Summary(kind, runs) if runs > 1 else ONE


def _rates_of_change(change: Mapping[str, Any]) -> RatesOfChange:
    numbers, _ = notation.read(change["printed"], "rate")
    return RatesOfChange(
        name=change["name"],
        table=change["table"],
        metric=change["metric"],
        pairs=tuple((a, b) for a, b in change["pairs"]),
        printed=tuple(each.number if each else None for each in numbers),
    )
