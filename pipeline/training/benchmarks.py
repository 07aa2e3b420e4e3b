"""report/benchmark.json: what an epoch takes with the engines of this project and with others that do the same work.

A JSON list with a record for each system and batch size, with exactly these fields:

    batch_size, system      which are measured; no two records have both in common
    seconds_per_epoch       the median
    floor_seconds           what the matrix products of a dense network alone would take; of a batch size
    sparse_floor_seconds    the same without the products whose factor is a black pixel
    machine                 as pipeline/environment/machine.py describes it; the same in every record
    versions                of the software, by name

`make bench` measures it. A report is built with or without it. Light to import: the Snakefile asks for FILE.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from pipeline.errors import InputError
from pipeline.files.typed_json import decode

FILE = "report/benchmark.json"
FIGURE = "benchmark"  # the name of its figure, which no figure of an experiment has: they are called {experiment}-...
NUMPY, COMPILED = "NumPy engine", "compiled engine"
COMPILED_AVX2 = "compiled engine for AVX2"  # that is, for any x86-64-v3, where COMPILED is for the processor at hand
OURS = (NUMPY, COMPILED, COMPILED_AVX2)
FLOORS = {"floor_seconds": "matrix products alone", "sparse_floor_seconds": "products without black pixels"}
HINT = "Hint: make bench"
# What `make bench` measures, and writes to FILE only if it was this.
TRAINING_IMAGES = 48_000
HIDDEN = 128
LEAST, MOST = 1e-9, 1e9  # a number outside was not measured
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
class BatchTimings:
    """The seconds of an epoch at one batch size: of each system, this project's first, and of what FLOORS names."""

    batch_size: int
    seconds: dict[str, float]
    floors: tuple[float, ...]

    @property
    def fastest_other(self) -> str | None:
        """The fastest system besides this project's engines; None if they are alone."""
        others = (system for system in self.seconds if system not in OURS)
        return min(others, key=self.seconds.__getitem__, default=None)


@dataclass(frozen=True)
class Benchmark:
    """All seconds, the smallest batch size first, and the machine and the versions that they are of.

    `systems` are those of OURS, then the others in the order of the file. One may be missing at some batch size, but
    not NUMPY and COMPILED.
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
    floor_seconds: _Measured
    sparse_floor_seconds: _Measured
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
    found = dict.fromkeys(record.system for record in records)
    systems = (*(system for system in OURS if system in found), *(system for system in found if system not in OURS))
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
    seconds: dict[str, float] = {}
    for record in records:
        if record.system in seconds:
            raise _mismatch(f"one record of {record.system} {where}", "another")
        seconds[record.system] = record.seconds_per_epoch
    for system in (NUMPY, COMPILED):
        if system not in seconds:
            raise _mismatch(f"a record of {system} {where}", "none")
    floors = tuple(_floor(field, records, where) for field in FLOORS)
    return BatchTimings(size, {system: seconds[system] for system in systems if system in seconds}, floors)


def _floor(field: str, records: Sequence[_Record], where: str) -> float:
    found = sorted({float(getattr(record, field)) for record in records})
    if len(found) > 1:
        raise _mismatch(f"one {field} {where}", f"{found[0]} and {found[1]}")
    return found[0]
