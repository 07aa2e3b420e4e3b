"""What the page says of report/benchmark.json: its figure with its data, and this project against the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Value
from pipeline.report.views.wording import significant
from pipeline.training import benchmarks
from pipeline.training.benchmarks import FLOOR, BatchTimings, Benchmark

SOURCE = Source(benchmarks.FILE, "pipeline.figures.benchmark")
# what packages call themselves, where that is not the name that the lock has
NAMES = {"numpy": "NumPy", "blas": "BLAS", "torch": "PyTorch", "jax": "JAX"}
EQUAL = 0.005  # a factor this near to 1 is none: it reads 1.00


@dataclass(frozen=True)
class Gap:
    """How far this project is from the fastest other system at one batch size, as a factor above 1."""

    batch_size: int
    rival: str
    factor: str


@dataclass(frozen=True)
class Speed:
    """The figure, what it was measured on and with, and where this project is ahead of the fastest other system.

    `images` are those of training. A factor within `tolerance` of 1 is told as equal.
    `rival` is that system if it is the same at every batch size. `alone` are the batch sizes at which no other
    system was measured.
    """

    plot: Plot
    images: str
    hidden: int
    tolerance: str
    cpu: str
    software: tuple[Markup, ...]
    faster: tuple[Gap, ...]
    slower: tuple[Gap, ...]
    equal: tuple[Gap, ...]
    rival: str | None
    alone: tuple[int, ...]


def build(record: Path, figures: Path) -> Speed:
    """Read the record, and its figure from the folder `figures`. Raises InputError if something does not fit."""
    benchmark = benchmarks.read(record)
    gaps: dict[str, list[Gap]] = {"faster": [], "slower": [], "equal": []}
    for outcome, gap in _gaps(benchmark):
        gaps[outcome].append(gap)
    fastest = [group.fastest_other for group in benchmark.groups]
    rivals = {timing.system if timing else None for timing in fastest}
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
        faster=tuple(gaps["faster"]),
        slower=tuple(gaps["slower"]),
        equal=tuple(gaps["equal"]),
        rival=rivals.pop() if len(rivals) == 1 and len(fastest) > 1 else None,
        alone=tuple(group.batch_size for group in benchmark.groups if group.fastest_other is None),
    )


def _gaps(benchmark: Benchmark) -> Iterator[tuple[str, Gap]]:
    for group in benchmark.groups:
        if rival := group.fastest_other:
            factor = max(rival.ratio, 1 / rival.ratio)
            outcome = "equal" if factor < 1 + EQUAL else "faster" if rival.ratio > 1 else "slower"
            yield outcome, Gap(group.batch_size, rival.system, significant(factor))


def _description(benchmark: Benchmark) -> str:
    told = "; ".join(_told(group) for group in benchmark.groups)
    return f"Line chart of the seconds that an epoch takes against the batch size. {told}."


def _told(group: BatchTimings) -> str:
    times = ", ".join(f"{timing.system} {significant(timing.seconds)}" for timing in group.timings)
    return f"Batch size {group.batch_size}: {times}, {FLOOR} {significant(group.floor)}"


def _data(benchmark: Benchmark) -> Data:
    """A row per record, each a panel of its own; systems sort in the order of the file."""
    heads = (Markup("Batch size"), Markup("System"))
    columns = (Markup("Seconds per epoch"), Markup("Ratio to this project"), escape(FLOOR.capitalize()))
    rows: list[DataRow] = []
    for group in benchmark.groups:
        size = Value(escape(group.batch_size), group.batch_size)
        for timing in group.timings:
            system = Value(escape(timing.system), benchmark.systems.index(timing.system))
            values = tuple(Value(escape(significant(v)), v) for v in (timing.seconds, timing.ratio, group.floor))
            rows.append(DataRow(len(rows), (size, system), values))
    return Data(heads, columns, tuple(rows))
