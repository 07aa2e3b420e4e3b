"""make compare: what changed between two builds, section by section.

    python -m pipeline.verification.compare old new

Each build is a project's folder or its results/. Exit status: 0 if nothing differs, 1 if something does, 2 for a folder
that holds no build.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.cli.columns import aligned
from pipeline.cli.console import run_step
from pipeline.errors import InputError
from pipeline.experiments.labels import counted
from pipeline.verification import differences
from pipeline.verification.differences import Change
from pipeline.verification.finished import Finished
from pipeline.verification.wording import brief, describe, most

SHOWN = 6  # lines of a section, unless all are asked for
USAGE = "Hint: make compare old new, or A=old B=new"

MEANING = {
    False: "Exit status 0: the builds are the same.",
    True: "Exit status 1: the builds differ, as told above. The comparison itself went well.",
}

TableChanges = Mapping[str, list[Change] | str]  # what differs in each table, or which build alone has it


@dataclass(frozen=True)
class ChangedSection:
    """What changed of one kind; `notes` say what could not be compared."""

    name: str
    changes: tuple[str, ...]
    notes: tuple[str, ...] = ()


def compare(old: Finished, new: Finished) -> tuple[ChangedSection, ...]:
    """What changed, section by section."""
    tables = table_changes(old, new)
    return (
        ChangedSection("configuration", tuple(_tree(old.configuration, new.configuration))),
        ChangedSection("data", tuple(_tree(old.data, new.data))),
        _versions(old, new),
        ChangedSection("numbers", tuple(_numbers(tables))),
        ChangedSection("verdicts", tuple(_verdicts(tables))),
        ChangedSection("figures", tuple(_files(old, new, differences.FIGURES))),
        ChangedSection("reports", tuple(_files(old, new, differences.REPORTS))),
    )


def table_changes(old: Finished, new: Finished) -> TableChanges:
    """What differs in each table that two builds have; equal ones are left out."""
    found: dict[str, list[Change] | str] = {}
    for name, paths in _union(old, new, differences.TABLES).items():
        if alone := _alone(*paths):
            found[name] = alone
        elif paths[0].read_bytes() != paths[1].read_bytes():
            before, after = map(differences.read_table, paths)
            found[name] = differences.table_changes(before, after, differences.identity(name))
    return {name: changes for name, changes in found.items() if changes}


def lines(sections: Iterable[ChangedSection], longest: int | None = SHOWN) -> list[str]:
    """A line for each change, at most `longest` of a section, and one for a section without any."""
    rows: list[tuple[str, str]] = []
    for section in sections:
        shown = list(section.changes[:longest])
        if rest := len(section.changes) - len(shown):
            shown.append(f"and {rest:,} more (ALL=1 shows them)")
        same = "same as far as is known" if section.notes else "same"
        texts = [*(shown or [same]), *section.notes]
        rows += zip([section.name, *[""] * (len(texts) - 1)], texts, strict=True)
    return aligned(rows)


def _tree(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for path, before, after in differences.tree_changes(old, new):
        yield f"{path}: {brief(before)} -> {brief(after)}"


def _versions(old: Finished, new: Finished) -> ChangedSection:
    changes = list(_tree(old.training(), new.training()))
    notes = []
    for what, before, after in (
        ("machine", old.machine_class(), new.machine_class()),
        ("packages", old.packages(), new.packages()),
    ):
        if before is None or after is None:
            notes.append(f"{what}: not compared, since there is no record of the {'old' if before is None else 'new'}")
        else:
            changes += _tree(before, after)
    return ChangedSection("versions", tuple(dict.fromkeys(changes)), tuple(notes))


def _numbers(tables: TableChanges) -> Iterator[str]:
    for name, changes in tables.items():
        if isinstance(changes, str):
            yield f"{name}: {changes}"
            continue
        yield f"{name}: {'; '.join(_counted(changes))}"


def _counted(changes: Sequence[Change]) -> Iterator[str]:
    """How many rows only one build has, and how many values differ, with the largest difference."""
    for found, build in ((differences.ABSENT, "new"), ("a row", "old")):
        if rows := sum(change.whole_row and change.old == found for change in changes):
            yield f"{counted(rows, 'row')} only in the {build} build"
    if values := [change for change in changes if not change.whole_row]:
        yield f"{counted(len(values), 'value')} changed, most of all {describe(most(values))}"


def _verdicts(tables: TableChanges) -> Iterator[str]:
    for name, changes in tables.items():
        if not isinstance(changes, str):
            yield from (f"{name}: {describe(change)}" for change in changes if change.column == "verdict")


def _files(old: Finished, new: Finished, patterns: Sequence[str]) -> Iterator[str]:
    for name, paths in _union(old, new, patterns).items():
        if alone := _alone(*paths):
            yield f"{name}: {alone}"
            continue
        before, after = (path.read_bytes() for path in paths)
        if before != after:
            sizes = f"{len(before):,} -> {len(after):,}" if len(before) != len(after) else f"as many, {len(after):,}"
            yield f"{name}: other bytes ({sizes})"


def _union(old: Finished, new: Finished, patterns: Sequence[str]) -> dict[str, tuple[Path, Path]]:
    """The files that either build has, by name, as the old and the new one would have them."""
    names = dict.fromkeys(old.names(*patterns) + new.names(*patterns))
    return {name: (old.results / name, new.results / name) for name in names}


def _alone(old: Path, new: Path) -> str:
    """Which build alone has a file; empty if both have it."""
    if old.exists() and new.exists():
        return ""
    return "only in the old build" if old.exists() else "only in the new build"


def main() -> None:
    """Command line of make compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="*", help="the old build and the new one")
    parser.add_argument("--all", action="store_true", help="show every change")
    a = parser.parse_args()

    def step() -> None:
        folders = [folder for folder in a.builds if folder]
        if len(folders) != 2:
            raise InputError(f"make compare: expected the folders of two builds, found {len(folders)}. {USAGE}")
        sections = compare(*(Finished.find(Path(folder)) for folder in folders))
        differs = any(section.changes for section in sections)
        said = [*lines(sections, None if a.all else SHOWN), MEANING[differs]]
        sys.stdout.write("".join(f"{line}\n" for line in said))
        sys.stdout.flush()
        sys.exit(int(differs))

    run_step(step)


if __name__ == "__main__":
    main()
