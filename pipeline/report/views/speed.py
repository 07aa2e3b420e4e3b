"""What the page says of report/benchmark.json: its figure with its data, and our engines against the others."""

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Value
from pipeline.report.views.wording import significant
from pipeline.training import benchmarks
from pipeline.training.benchmarks import COMPILED, COMPILED_AVX2, FLOORS, OURS, BatchTimings, Benchmark

SOURCE = Source(benchmarks.FILE, "pipeline.figures.benchmark")
# what packages call themselves, where that is not the name that the lock has
NAMES = {"numpy": "NumPy", "blas": "BLAS", "torch": "PyTorch", "jax": "JAX"}
RATIO_TO = COMPILED
EQUAL = 0.005  # a factor this near to 1 is none: it reads 1.00


@dataclass(frozen=True)
class Gap:
    """How far an engine is from the fastest other system at one batch size, as a factor above 1."""

    batch_size: int
    rival: str
    factor: str


@dataclass(frozen=True)
class Engine:
    """An engine of this project, and where it is ahead of the fastest other system."""

    name: str
    faster: tuple[Gap, ...]
    slower: tuple[Gap, ...]
    equal: tuple[Gap, ...]


@dataclass(frozen=True)
class Speed:
    """The figure, what it was measured on and with, and the engines of this project.

    `images` are those of training. A factor within `tolerance` of 1 is told as equal. `avx2` is COMPILED_AVX2 if that
    was measured. `rival` is the fastest other system if it is the same at every batch size. `alone` are the batch sizes
    at which no other system was measured.
    """

    plot: Plot
    images: str
    hidden: int
    tolerance: str
    cpu: str
    software: tuple[Markup, ...]
    engines: tuple[Engine, ...]
    avx2: str | None
    rival: str | None
    alone: tuple[int, ...]


def build(record: Path, figures: Path) -> Speed:
    """Read the record, and its figure from the folder `figures`. Raises InputError if something does not fit."""
    benchmark = benchmarks.read(record)
    fastest = [group.fastest_other for group in benchmark.groups]
    versions = {"Python": benchmark.machine.python}
    versions |= {NAMES.get(name, name): version for name, version in benchmark.versions.items() if name != "python"}
    return Speed(
        plot=Plot(
            name=benchmarks.FIGURE,
            svg=read_text(figures / catalogue.drawing(benchmarks.FIGURE)),
            description=_description(benchmark),
            data=_data(benchmark),
            source=SOURCE,
        ),
        images=f"{benchmarks.TRAINING_IMAGES:,}",
        hidden=benchmarks.HIDDEN,
        tolerance=f"{EQUAL:.1%}",
        cpu=benchmark.machine.cpu,
        software=tuple(escape(f"{name}\u00a0{version}") for name, version in versions.items()),
        engines=tuple(_engine(system, benchmark) for system in benchmark.systems if system in OURS),
        avx2=COMPILED_AVX2 if COMPILED_AVX2 in benchmark.systems else None,
        rival=fastest[0] if len(set(fastest)) == 1 and len(fastest) > 1 else None,
        alone=tuple(group.batch_size for group in benchmark.groups if group.fastest_other is None),
    )


def _engine(name: str, benchmark: Benchmark) -> Engine:
    gaps: dict[str, list[Gap]] = {"faster": [], "slower": [], "equal": []}
    for group in benchmark.groups:
        rival = group.fastest_other
        if rival and name in group.seconds:
            ratio = group.seconds[rival] / group.seconds[name]
            factor = max(ratio, 1 / ratio)
            outcome = "equal" if factor < 1 + EQUAL else "faster" if ratio > 1 else "slower"
            gaps[outcome].append(Gap(group.batch_size, rival, significant(factor)))
    return Engine(name, **{outcome: tuple(found) for outcome, found in gaps.items()})


def _description(benchmark: Benchmark) -> str:
    told = "; ".join(_told(group) for group in benchmark.groups)
    return f"Line chart of the seconds that an epoch takes against the batch size. {told}."


def _told(group: BatchTimings) -> str:
    seconds = group.seconds | dict(zip(FLOORS.values(), group.floors, strict=True))
    return f"Batch size {group.batch_size}: {', '.join(f'{name} {significant(s)}' for name, s in seconds.items())}"


def _data(benchmark: Benchmark) -> Data:
    """A row per record, each a panel of its own; systems sort in the order of the file."""
    heads = (Markup("Batch size"), Markup("System"))
    *_, sparse = FLOORS.values()  # a telephone has room for one of them
    columns = tuple(escape(column) for column in ("Seconds per epoch", f"Ratio to {RATIO_TO}", sparse.capitalize()))
    rows: list[DataRow] = []
    for group in benchmark.groups:
        size = Value(escape(group.batch_size), group.batch_size)
        for name, seconds in group.seconds.items():
            system = Value(escape(name), benchmark.systems.index(name))
            numbers = (seconds, seconds / group.seconds[RATIO_TO], group.floors[-1])
            rows.append(DataRow(len(rows), (size, system), tuple(Value(escape(significant(n)), n) for n in numbers)))
    return Data(heads, columns, tuple(rows))
