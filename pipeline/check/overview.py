"""What a check found in all files, as data: how each fared, what failed where, and what files have in common."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from pipeline.check.printout import Word
from pipeline.check.record import Counts, FileRecord, Number
from pipeline.config.settings import Configuration, Protocol
from pipeline.errors import shown
from pipeline.writeup.published import Summary

SCHEMA = Path(__file__).with_name("record.schema.json")
FEWEST_ALIKE = 3  # numbers; fewer are the same by chance
Identity = tuple[tuple[Configuration, ...], str, Summary, str]  # with the metric, and why it is not judged


@dataclass(frozen=True)
class FileLine:
    """A file, its page as an address in a link, what explains its mistakes, if anything, and its counts by table."""

    path: str
    page: str
    title: str
    word: Word
    explanation: str
    counts: Counts
    tables: Mapping[str, Counts]


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, or not be judged, with a line for each of its mistakes."""

    path: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Where a printed number stands, as the first of several files calls it."""

    table: str
    column: str
    metric: str


@dataclass(frozen=True)
class Failing:
    """What is not reproduced, or unusual, in some of the `printing` files of one protocol that print it."""

    place: Place
    configurations: tuple[Configuration, ...]
    summary: Summary
    protocol: Protocol
    printing: int
    not_reproduced: tuple[str, ...]
    unusual: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A number that is not reproduced, as it is printed."""

    place: Place
    printed: str


@dataclass(frozen=True)
class Shared:
    """Files with a mistake in common: the same numbers that are not reproduced, or an assumption that explains them."""

    files: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    explanation: str


@dataclass(frozen=True)
class Alike:
    """Files of which each two print the same numbers wherever both print one for the same, at least so many `numbers`.

    The same code with the same seeds gives the same numbers, too.
    """

    files: tuple[str, ...]
    numbers: int


@dataclass(frozen=True)
class Overview:
    """A whole check: the files in the order of their paths; of what they have in common, what most have comes first."""

    files: tuple[FileLine, ...]
    unread: tuple[Unread, ...]
    failing: tuple[Failing, ...]
    shared: tuple[Shared, ...]
    alike: tuple[Alike, ...]


def schema() -> dict[str, Any]:
    """The JSON Schema of the records, FileRecord and Overview among its $defs."""
    _, parts = msgspec.json.schema_components((FileRecord, Overview), ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": parts}


def of(files: Mapping[str, FileRecord], bad: Mapping[Path, Sequence[str]]) -> Overview:
    """The overview of the files by the addresses of their pages, and of those that could not be judged."""
    records = [*files.values()]
    return Overview(
        files=tuple(
            FileLine(
                path=each.path,
                page=page,
                title=each.title,
                word=each.word,
                explanation=each.explanation.text if each.explanation else "",
                counts=each.counts,
                tables=each.tables,
            )
            for page, each in files.items()
        ),
        unread=tuple(Unread(shown(path), tuple(map(shown, bad[path]))) for path in sorted(bad)),
        failing=tuple(sorted(_failing(records), key=lambda each: (-len(each.not_reproduced), -len(each.unusual)))),
        shared=tuple(sorted(_shared(records), key=lambda each: (-len(each.files), -len(each.mistakes)))),
        alike=tuple(sorted(_alike(records), key=lambda each: (-len(each.files), -each.numbers))),
    )


def identity(number: Number) -> Identity:
    """What a number is of, by which those of different files are compared, however their tables are called."""
    return number.configurations, number.metric, number.summary, number.reason


def _place(number: Number) -> Place:
    return Place(number.table, number.column, number.metric)


def _failing(files: Iterable[FileRecord]) -> Iterator[Failing]:
    found: dict[tuple[Protocol, Identity], list[tuple[FileRecord, Number]]] = defaultdict(list)
    for file in files:
        for number in file.numbers:
            if number.verdict != "not judged":
                found[file.protocol, identity(number)].append((file, number))
    for of_same in found.values():
        by_verdict: dict[str, dict[str, None]] = {"not reproduced": {}, "unusual": {}}  # a file once
        for file, number in of_same:
            by_verdict.get(number.verdict, {})[file.path] = None
        failed, unusual = map(tuple, by_verdict.values())
        if failed or unusual:
            first, number = of_same[0]
            printing = len({file.path for file, _ in of_same})
            place, of_what = _place(number), (number.configurations, number.summary)
            yield Failing(place, *of_what, first.protocol, printing, failed, unusual)


def _shared(files: Sequence[FileRecord]) -> Iterator[Shared]:
    mistakes: dict[tuple[Identity, float], dict[str, Mistake]] = defaultdict(dict)
    for file in files:
        for number in file.numbers:
            if number.verdict == "not reproduced":
                same = mistakes[identity(number), number.value]
                same.setdefault(file.path, Mistake(_place(number), number.printed))
    together: dict[tuple[str, ...], list[Mistake]] = defaultdict(list)
    for of_files in mistakes.values():
        together[*of_files].append(next(iter(of_files.values())))
    yield from (Shared(paths, tuple(same), "") for paths, same in together.items() if len(paths) > 1)
    explained: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file.explanation:
            explained[file.explanation.text].append(file.path)
    yield from (Shared(tuple(paths), (), text) for text, paths in explained.items() if len(paths) > 1)


def _alike(files: Sequence[FileRecord]) -> Iterator[Alike]:
    """The largest groups of files of which each two have the same numbers."""
    known: dict[Identity, int] = {}  # comparing small numbers is faster
    printed = [_printed(file, known) for file in files]
    common = {
        (one, other): count
        for one, other in combinations(range(len(files)), 2)
        if (count := _count_alike(printed[one], printed[other])) >= FEWEST_ALIKE
    }
    groups: list[set[int]] = []
    for pair in common:
        if not any(group.issuperset(pair) for group in groups):
            group = set(pair)
            for more in sorted(set(range(len(files))) - group):
                if all((min(more, each), max(more, each)) in common for each in group):
                    group.add(more)
            groups.append(group)
    for group in groups:
        pairs = combinations(sorted(group), 2)
        yield Alike(tuple(files[each].path for each in sorted(group)), min(common[pair] for pair in pairs))


def _printed(file: FileRecord, known: dict[Identity, int]) -> dict[int, tuple[float, ...]]:
    """The values that a file prints for each thing; class shares, to which many networks collapse, tell nothing."""
    values: dict[int, tuple[float, ...]] = {}
    for number in file.numbers:
        if not number.discrete:
            key = known.setdefault(identity(number), len(known))
            values[key] = (*values.get(key, ()), number.value)
    return values


def _count_alike(one: Mapping[int, tuple[float, ...]], other: Mapping[int, tuple[float, ...]]) -> int:
    """How many numbers two files have in common, if these are all that they both print, else none."""
    common = one.keys() & other.keys()
    return sum(len(one[key]) for key in common) if all(one[key] == other[key] for key in common) else 0
