"""make verify: prove that the results come out again, by a rebuild held against the values in report/reference/.

    python -m pipeline.verification.verify            rebuild in a temporary folder, which is deleted again
    python -m pipeline.verification.verify --present  judge the present build instead

The reference is that of the engine. On a machine of its class (pipeline.environment.machine_class) and with its lock
every byte must be the same; on another the tables must be, within pipeline.verification.tolerance. With the compiled
engine what was trained must be the same bytes on every machine, no other file may differ for the processor's sake, and
only figures and pages for that of zlib, Pango and HarfBuzz. Exit status: 0 if so, 1 if something
differs or the rebuild failed, 2 if it cannot be judged.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.cli.columns import aligned
from pipeline.cli.console import run_step
from pipeline.config import options
from pipeline.crate.publication import checksum
from pipeline.errors import InputError
from pipeline.experiments.labels import counted
from pipeline.verification import differences, rebuild, reference, tolerance
from pipeline.verification.differences import Change
from pipeline.verification.finished import Finished, read_mapping
from pipeline.verification.reference import Reference
from pipeline.verification.wording import describe, most
from pipeline.workflow.sources import LOCK

FOLDER = reference.FOLDER
Word = Literal["same bytes", "within tolerance", "not compared", "FAILED"]
OF_THE_PAGE = ("report/html/report.html", "report/pdf/report.pdf", "figures/speed/benchmark.svg")
OF_TRAINING = ("runs.csv", "histories.csv", "norms.csv", "randomisation/*/*")
DRAWN = ("report/*/*", "figures/*/*")
# Of a machine's class: by what training by NumPy rounds, and what draws and compresses.
OF_THE_PROCESSOR = ("kernel", "instructions")
OF_THE_PAGES_ONLY = ("zlib", "pango", "harfbuzz", "harfbuzz_subset")
MEANING = {
    False: "Exit status 0: the results are reproduced.",
    True: "Exit status 1: something differs, as told above. The comparison itself went well.",
}
# Where the data come from does not matter: they are told by their fingerprint.
ELSEWHERE = ("source", "data.mirrors")


@dataclass(frozen=True)
class FileOutcome:
    """How one file of results fared against the reference."""

    file: str
    word: Word
    detail: str = ""


@dataclass(frozen=True)
class Conditions:
    """In words, what differs between here and where the engine's reference was made, by what may differ for it.

    That are what training leaves, all else that is computed, figures and pages, and what the page alone shows.
    """

    engine: str
    training: tuple[str, ...]
    computed: tuple[str, ...]
    drawn: tuple[str, ...]
    page: tuple[str, ...]

    def of(self, file: str) -> tuple[str, ...]:
        """What may have changed the bytes of a file."""
        if file in OF_THE_PAGE:
            return self.page
        if any(Path(file).match(pattern) for pattern in OF_TRAINING):
            return self.training
        return self.drawn if any(Path(file).match(pattern) for pattern in DRAWN) else self.computed


def verify(project: Path, references: Path) -> tuple[Conditions, tuple[FileOutcome, ...]]:
    """Hold the build of a project against the reference values of its engine in `references`.

    Raises InputError if there are none, or if the build is of other data or another configuration.
    """
    build = Finished.find(project)
    folder = references / build.engine
    expected = reference.read(folder)
    comparable(expected, folder, build.results)
    conditions = conditions_of(expected, project, build)
    return conditions, tuple(outcomes(expected, folder, build.results, conditions))


def rebuilt(project: Path, references: Path, given: Sequence[str]) -> tuple[Conditions, tuple[FileOutcome, ...]]:
    """Build a copy of a project and hold that build against the reference values; `given` are options for Snakemake.

    Raises InputError if nothing can be judged, as soon as the data are known, or RunError if the build fails.
    """
    with rebuild.copied(project) as copy:
        rebuild.build(copy, "results/data/data.json", *given)
        folder = references / Finished(copy / "results").engine
        comparable(reference.read(folder), folder, copy / "results")
        rebuild.build(copy, *given)
        return verify(copy, references)


def comparable(expected: Reference, folder: Path, results: Path) -> None:
    """Raise InputError if results are of other data or another configuration than the reference."""
    data = read_mapping(results / "data/data.json")
    if data.get("fingerprint") != expected.data:
        raise InputError(
            f"make verify: expected the data that {folder} is of, found {data.get('name')} with other images, so that "
            "nothing can be judged. Hint: build on all of MNIST (source, MNIST_DIR)."
        )
    before = read_mapping(folder / "config.json")
    for path, old, new in differences.tree_changes(before, read_mapping(results / "config.json")):
        if path not in ELSEWHERE:
            raise InputError(
                f"make verify: expected the configuration that {folder} is of, with {path}: {old}, found {new}, "
                "so that nothing can be judged. Hint: build config.yaml as committed, or make reference."
            )


def conditions_of(expected: Reference, project: Path, build: Finished) -> Conditions:
    """What differs between the making of the reference and that of a build."""
    machine_class = build.machine_class()
    if machine_class is None:
        raise InputError(
            "results/published.json: expected the record of the build in results/, found none or another's. "
            "Hint: make report"
        )
    lock = () if checksum(project / LOCK) == expected.lock else (f"another {LOCK}",)
    page = [f"another {path}" for path, _, _ in differences.tree_changes(expected.page, reference.page(project))]
    changes = {
        path: f"{path}: {_text(old)} -> {_text(new)}"
        for path, old, new in differences.tree_changes(expected.machine_class, machine_class)
    }
    if build.engine == "numpy":
        drawn = computed = training = (*changes.values(), *lock)
    else:
        drawn = (*(text for name, text in changes.items() if name not in OF_THE_PROCESSOR), *lock)
        ignored = OF_THE_PROCESSOR + OF_THE_PAGES_ONLY
        computed = (*(text for name, text in changes.items() if name not in ignored), *lock)
        training = lock
    return Conditions(build.engine, training, computed, drawn, (*drawn, *page))


def outcomes(expected: Reference, folder: Path, results: Path, conditions: Conditions) -> Iterator[FileOutcome]:
    """How each file of the reference fared in a folder of results."""
    for file, digest in expected.files.items():
        path = results / file
        exact = not conditions.of(file)
        if not path.is_file() and (exact or file not in OF_THE_PAGE):
            yield FileOutcome(file, "FAILED", "no such file")
        elif not path.is_file():
            yield FileOutcome(file, "not compared", "no such file, as may be")
        elif checksum(path) == digest:
            yield FileOutcome(file, "same bytes")
        elif reference.is_table(file):
            changes = differences.table_changes(
                differences.read_table(folder / file), differences.read_table(path), differences.identity(file)
            )
            yield judge(file, changes, exact)
        elif exact:
            yield FileOutcome(file, "FAILED", "other bytes")
        else:
            yield FileOutcome(file, "not compared", "other bytes, as may be")


def judge(file: str, changes: Sequence[Change], exact: bool) -> FileOutcome:
    """Judge a table whose bytes differ by what differs in it; nothing may if it has to be `exact`."""
    bad = [change for change in changes if exact or not tolerance.within(change)]
    if bad:
        worst = describe(most(bad))
        return FileOutcome(file, "FAILED", f"{counted(len(bad), 'difference')}, most of all {worst}")
    if exact:
        return FileOutcome(file, "FAILED", "other bytes of the same values")
    largest = f", most of all {describe(most(changes))}" if changes else ""
    return FileOutcome(file, "within tolerance", f"{counted(len(changes), 'value')}{largest}")


def lines(conditions: Conditions, found: Sequence[FileOutcome]) -> list[str]:
    """A line for each file whose bytes are not the same, and what it comes to."""
    rows = [(each.file, each.word, each.detail) for each in found if each.word != "same bytes"]
    counts = {word: sum(each.word == word for each in found) for word in dict.fromkeys(each.word for each in found)}
    counted = ", ".join(f"{count:,} {word}" for word, count in counts.items())
    if conditions.training:
        rule = f"Not made as the reference was ({'; '.join(conditions.training)}): tables within tolerance."
    elif conditions.drawn:
        rule = f"Not made as the reference was ({'; '.join(conditions.drawn)}): {_exact(conditions)} the same bytes."
    elif conditions.page:
        rule = f"Made as the reference was, but for the pages ({'; '.join(conditions.page)}): all other bytes the same."
    else:
        rule = "Made on a machine of the reference's class with its lock: every byte the same."
    reproduced = "not reproduced" if counts.get("FAILED") else "reproduced"
    return [
        *(aligned(rows) if rows else []),
        f"Expected of the {conditions.engine} engine: {rule}",
        f"Found: {counted}. The results are {reproduced}.",
    ]


def _exact(conditions: Conditions) -> str:
    if conditions.computed:
        return "what was trained"
    return "all but pages and figures"


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def main() -> None:
    """Command line of make verify."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--present", action="store_true", help="judge the present build, and build nothing")
    parser.add_argument("--snakemake", default="", help="options for Snakemake, as one text")
    a = parser.parse_args()

    def step() -> None:
        conditions, found = verify(Path(), FOLDER) if a.present else rebuilt(Path(), FOLDER, options.split(a.snakemake))
        failed = any(each.word == "FAILED" for each in found)
        said = [*lines(conditions, found), MEANING[failed]]
        sys.stdout.write("".join(f"{line}\n" for line in said))
        sys.stdout.flush()
        sys.exit(int(failed))

    run_step(step)


if __name__ == "__main__":
    main()
