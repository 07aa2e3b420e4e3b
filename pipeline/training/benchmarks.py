"""report/benchmark.json: what an epoch takes with this project and with others that do the same work.

A JSON list with a record for each system and batch size, with exactly these fields:

    batch_size, system    which are measured; no two records have both in common
    seconds_per_epoch     the median
    ratio_to_ours         that over this project's
    floor_seconds         what the matrix products of a dense network alone would take; of a batch size
    machine               as pipeline/environment/machine.py describes it; the same in every record
    versions              of the software, by name

`make bench` measures it. A report is built with or without it. Light to import: the Snakefile asks for FILE.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeGuard

from pipeline.errors import InputError

FILE = "report/benchmark.json"
FIGURE = "benchmark"  # the name of its figure, which no figure of an experiment has: they are called {experiment}-...
OURS = "this project"
FLOOR = "matrix products alone"
HINT = "Hint: make bench"
# What `make bench` measures, and writes to FILE only if it was this.
TRAINING_IMAGES = 48_000
HIDDEN = 128
LEAST, MOST = 1e-9, 1e9  # a number outside was not measured
ROUNDING = 1e-3  # by which a ratio may differ from that of its seconds
LONGEST = 40  # characters of a system's name, which the figure has room for
SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    kernel: str
    python: str


@dataclass(frozen=True)
class Timing:
    """An epoch of one system: seconds, and how many times as long as with this project."""

    system: str
    seconds: float
    ratio: float


@dataclass(frozen=True)
class Group:
    """The timings of one batch size, this project's first; `floor` is what the matrix products alone would take."""

    batch_size: int
    timings: tuple[Timing, ...]
    floor: float

    @property
    def fastest_other(self) -> Timing | None:
        """The fastest system besides this project; None if this project is alone."""
        return min(self.timings[1:], key=lambda timing: timing.seconds, default=None)


@dataclass(frozen=True)
class Benchmark:
    """All timings, the smallest batch size first, and the machine and the versions that they are of.

    `systems` are in the order of the file, this project first. A system may be missing at some batch size.
    """

    systems: tuple[str, ...]
    groups: tuple[Group, ...]
    machine: Machine
    versions: Mapping[str, str]


@dataclass(frozen=True)
class _Record:
    """One record of the file, with the types that it has to have."""

    batch_size: int
    system: str
    seconds_per_epoch: float
    ratio_to_ours: float
    floor_seconds: float
    machine: Machine
    versions: Mapping[str, str]


def read(path: Path) -> Benchmark:
    """Read the file. Raises InputError with one line if it is not what the head of this module says."""
    try:
        return _arranged([_record(value, f"record {n}") for n, value in enumerate(_load(path), start=1)])
    except _MismatchError as error:
        raise InputError(f"{path}: {error}. {HINT}") from error


class _MismatchError(Exception):
    """Something else was found than expected."""

    def __init__(self, expected: str, found: object) -> None:
        text = found if isinstance(found, str) else repr(found)
        super().__init__(f"expected {expected}, found {text if len(text) <= SHOWN else text[:SHOWN] + '…'}")


def _load(path: Path) -> list[Any]:
    expected = "a JSON list of measurements"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _MismatchError(expected, error.strerror or type(error).__name__) from error
    except (ValueError, RecursionError) as error:
        raise _MismatchError(expected, f"no JSON: {error}") from error
    if not isinstance(content, list) or not content:
        raise _MismatchError(expected, repr(content))
    return content


def _record(value: Any, where: str) -> _Record:
    entries = _entries(value, (field.name for field in fields(_Record)), where)
    for name in ("seconds_per_epoch", "ratio_to_ours", "floor_seconds"):
        if not _is_number(entries[name]):
            raise _MismatchError(f"a number from {LEAST:g} to {MOST:g} as {name} of {where}", repr(entries[name]))
    if not _is_count(entries["batch_size"]):
        raise _MismatchError(f"a whole number from 1 to {MOST:g} as batch_size of {where}", repr(entries["batch_size"]))
    system = entries["system"]
    if not _is_text(system) or len(system) > LONGEST:
        raise _MismatchError(f"a name of at most {LONGEST} printable characters as system of {where}", repr(system))
    versions = entries["versions"]
    if not isinstance(versions, dict) or not all(_is_text(name) and _is_text(v) for name, v in versions.items()):
        raise _MismatchError(f"versions by name as versions of {where}", repr(versions))
    return _Record(**entries | {"machine": _machine(entries["machine"], where)})


def _machine(value: Any, where: str) -> Machine:
    entries = _entries(value, (field.name for field in fields(Machine)), f"machine of {where}")
    for name, entry in entries.items():
        counted = name in ("cores", "memory_bytes")
        if not ((isinstance(entry, int) and not isinstance(entry, bool) and entry > 0) if counted else _is_text(entry)):
            expected = "a whole number greater than 0" if counted else "a text"
            raise _MismatchError(f"{expected} as {name} of machine of {where}", repr(entry))
    return Machine(**entries)


def _entries(value: Any, names: Iterable[str], where: str) -> dict[str, Any]:
    """The entries of a mapping that has exactly these names."""
    wanted = list(names)
    if not isinstance(value, dict):
        raise _MismatchError(f"{where} to have {', '.join(wanted)}", repr(value))
    for name in wanted:
        if name not in value:
            raise _MismatchError(f"{name} in {where}", "none")
    for name in value:
        if name not in wanted:
            raise _MismatchError(f"nothing but {', '.join(wanted)} in {where}", repr(name))
    return value


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and LEAST <= value <= MOST


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and _is_number(value)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isprintable() and bool(value.strip())


def _arranged(records: Sequence[_Record]) -> Benchmark:
    """The records by batch size, after what has to hold between them."""
    systems = tuple(dict.fromkeys([OURS, *(record.system for record in records)]))
    groups = [
        _group(size, [record for record in records if record.batch_size == size], systems)
        for size in sorted({record.batch_size for record in records})
    ]
    machine, versions = records[0].machine, dict(records[0].versions)
    for number, record in enumerate(records, start=1):
        if record.machine != machine:
            raise _MismatchError("one machine in all records", f"another in record {number}")
        for name, version in record.versions.items():
            if versions.setdefault(name, version) != version:
                raise _MismatchError(f"one version of {name} in all records", f"{versions[name]} and {version}")
    return Benchmark(systems, tuple(groups), machine, versions)


def _group(size: int, records: Sequence[_Record], systems: Sequence[str]) -> Group:
    where = f"at batch size {size}"
    timings: dict[str, Timing] = {}
    for record in records:
        if record.system in timings:
            raise _MismatchError(f"one record of {record.system} {where}", "another")
        timings[record.system] = Timing(record.system, record.seconds_per_epoch, record.ratio_to_ours)
    if OURS not in timings:
        raise _MismatchError(f"a record of {OURS} {where}", "none")
    floors = sorted({record.floor_seconds for record in records})
    if len(floors) > 1:
        raise _MismatchError(f"one floor_seconds {where}", f"{floors[0]} and {floors[1]}")
    for timing in timings.values():
        quotient = timing.seconds / timings[OURS].seconds
        if not math.isclose(timing.ratio, quotient, rel_tol=ROUNDING):
            raise _MismatchError(f"{quotient:.4g} as ratio_to_ours of {timing.system} {where}", f"{timing.ratio:.4g}")
    return Group(size, tuple(timings[system] for system in systems if system in timings), floors[0])
