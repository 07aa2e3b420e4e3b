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

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from pipeline.errors import InputError
from pipeline.files.typed_json import decode

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
_Measured = Annotated[float, Meta(ge=LEAST, le=MOST)]


@dataclass(frozen=True)
class Machine:
    """Where it was measured."""

    cpu: str
    cores: Annotated[int, Meta(ge=1)]
    memory_bytes: Annotated[int, Meta(ge=1)]
    system: str
    kernel: str
    python: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is told in words."""
        return self.cpu, self.system, self.kernel, self.python


@dataclass(frozen=True)
class Timing:
    """An epoch of one system: seconds, and how many times as long as with this project."""

    system: str
    seconds: float
    ratio: float


@dataclass(frozen=True)
class BatchTimings:
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
    groups: tuple[BatchTimings, ...]
    machine: Machine
    versions: Mapping[str, str]


@dataclass(frozen=True)
class _Record:
    """One record of the file, with what each field has to be."""

    batch_size: Annotated[int, Meta(ge=1, le=int(MOST))]
    system: Annotated[str, Meta(max_length=LONGEST)]
    seconds_per_epoch: _Measured
    ratio_to_ours: _Measured
    floor_seconds: _Measured
    machine: Machine
    versions: Mapping[str, str]


def read(path: Path) -> Benchmark:
    """Read the file. Raises InputError with one line if it is not what the head of this module says."""
    try:
        return _arranged(decode(path.read_bytes(), list[_Record]))
    except OSError as error:
        raise InputError(f"{path}: expected a list of measurements, found {error.strerror}. {HINT}") from error
    except ValueError as error:
        raise InputError(f"{path}: {error}. {HINT}") from error


def _mismatch(expected: str, found: str) -> ValueError:
    return ValueError(f"expected {expected}, found {found}")


def _arranged(records: Sequence[_Record]) -> Benchmark:
    """The records by batch size, after what has to hold between them."""
    if not records:
        raise _mismatch("a list of measurements", "an empty one")
    for number, record in enumerate(records):
        for text in (record.system, *record.versions, *record.versions.values(), *record.machine.texts):
            if not (text.isprintable() and text.strip()):
                raise _mismatch(f"only texts that can be printed in [{number}]", repr(text))
    systems = tuple(dict.fromkeys([OURS, *(record.system for record in records)]))
    groups = [
        _group(size, [record for record in records if record.batch_size == size], systems)
        for size in sorted({record.batch_size for record in records})
    ]
    machine, versions = records[0].machine, dict(records[0].versions)
    for number, record in enumerate(records):
        if record.machine != machine:
            raise _mismatch("one machine in all records", f"another in [{number}]")
        for name, version in record.versions.items():
            if versions.setdefault(name, version) != version:
                raise _mismatch(f"one version of {name} in all records", f"{versions[name]} and {version}")
    return Benchmark(systems, tuple(groups), machine, versions)


def _group(size: int, records: Sequence[_Record], systems: Sequence[str]) -> BatchTimings:
    where = f"at batch size {size}"
    timings: dict[str, Timing] = {}
    for record in records:
        if record.system in timings:
            raise _mismatch(f"one record of {record.system} {where}", "another")
        timings[record.system] = Timing(record.system, record.seconds_per_epoch, record.ratio_to_ours)
    if OURS not in timings:
        raise _mismatch(f"a record of {OURS} {where}", "none")
    floors = sorted({record.floor_seconds for record in records})
    if len(floors) > 1:
        raise _mismatch(f"one floor_seconds {where}", f"{floors[0]} and {floors[1]}")
    for timing in timings.values():
        quotient = timing.seconds / timings[OURS].seconds
        if not math.isclose(timing.ratio, quotient, rel_tol=ROUNDING):
            raise _mismatch(f"{quotient:.4g} as ratio_to_ours of {timing.system} {where}", f"{timing.ratio:.4g}")
    return BatchTimings(size, tuple(timings[system] for system in systems if system in timings), floors[0])
