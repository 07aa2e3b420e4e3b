"""Faults that were thought of: a text of one file, and what somebody might have written in its place."""

import itertools
import queue
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import yaml

from mutation import trees

FOLDER = Path(__file__).parent / "planted"


@dataclass(frozen=True)
class Fault:
    """`old` stands once in `file`, and is replaced by `new`; one of `tests` is to fail. `lives`: why none does."""

    area: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    lives: str | None = None

    @property
    def name(self) -> str:
        """What is changed, in a line."""
        return f"{self.file}: {' '.join(self.old.split())} -> {' '.join(self.new.split()) or 'nothing'}"


def load(areas: Sequence[str] = ()) -> list[Fault]:
    """The faults of the named areas, or all. Raises ValueError for one whose text is not in its file, just once."""
    faults = [
        Fault(path.stem, **fault | {"tests": tuple(fault["tests"])})
        for path in sorted(FOLDER.glob("*.yaml"))
        if not areas or path.stem in areas
        for fault in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    for fault in faults:
        if (times := (trees.ROOT / fault.file).read_text(encoding="utf-8").count(fault.old)) != 1:
            raise ValueError(f"{fault.name}: expected this text once, found it {times} times.")
    return faults


def noticed(faults: Sequence[Fault], workers: int) -> Iterator[tuple[Fault, bool]]:
    """Plant the faults one after the other, several at a time, each in a copy of its own.

    Raises RuntimeError if a test fails without a fault.
    """
    moments = itertools.count(1_000_000_000)
    places: queue.Queue[Path] = queue.Queue()

    def fails(tests: Sequence[str], fault: Fault | None = None) -> bool:
        place = places.get()
        try:
            return trees.fails(place, tests) if fault is None else spoilt(place, fault)
        finally:
            places.put(place)

    def spoilt(place: Path, fault: Fault) -> bool:
        path = place / fault.file
        text = path.read_text(encoding="utf-8")
        trees.rewrite(path, text.replace(fault.old, fault.new), next(moments))
        try:
            return trees.fails(place, fault.tests)
        finally:
            trees.rewrite(path, text, next(moments))

    with ExitStack() as stack:
        for _ in range(workers):
            places.put(trees.copy(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        files = sorted({name for fault in faults for name in fault.tests})
        for name, failed in zip(files, pool.map(lambda name: fails([name]), files), strict=True):
            if failed:
                raise RuntimeError(f"{name}: expected tests that pass without a fault, found one that fails.")
        yield from zip(faults, pool.map(lambda fault: fails(fault.tests, fault), faults), strict=True)
