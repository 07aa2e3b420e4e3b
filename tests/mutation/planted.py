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
        if fault.old == fault.new:
            raise ValueError(f"{fault.name}: expected another text, found the same.")
    return faults


class Beds:
    """Copies of the project, one for each fault that is planted at a time."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._free: queue.Queue[Path] = queue.Queue()
        self._moments = itertools.count(1_000_000_000)
        for folder in folders:
            self._free.put(trees.copy(folder / "project"))

    def pass_without(self, tests: str) -> bool:
        """Whether tests pass where no fault is."""
        place = self._free.get()
        try:
            return not trees.fails(place, [tests])
        finally:
            self._free.put(place)

    def notice(self, fault: Fault) -> bool:
        """Whether a test fails while a fault is planted."""
        place = self._free.get()
        path = place / fault.file
        sound = path.read_text(encoding="utf-8")
        try:
            trees.rewrite(path, sound.replace(fault.old, fault.new), next(self._moments))
            return trees.fails(place, fault.tests)
        finally:
            trees.rewrite(path, sound, next(self._moments))
            self._free.put(place)


def noticed(faults: Sequence[Fault], workers: int) -> Iterator[tuple[Fault, bool]]:
    """Plant the faults one after the other, several at a time. Raises RuntimeError if a test fails without a fault."""
    with ExitStack() as stack:
        beds = Beds([Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(workers)])
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        stack.callback(pool.shutdown, cancel_futures=True)
        files = sorted({name for fault in faults for name in fault.tests})
        for name, passed in zip(files, pool.map(beds.pass_without, files), strict=True):
            if not passed:
                raise RuntimeError(f"{name}: expected tests that pass without a fault, found one that fails.")
        yield from zip(faults, pool.map(beds.notice, faults), strict=True)
