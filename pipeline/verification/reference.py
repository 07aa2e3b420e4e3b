"""make reference: the values that make verify holds a rebuild against, taken from the present build.

report/reference/ has a folder for each engine with the tables of results/ as they are, config.json and data/data.json,
and reference.json:

    machine_class   see pipeline/environment/machine_class.py
    lock            the sha256 of locks/requirements.lock
    page            the sha256 of what the pages show that no result does: title and author, and report/benchmark.json
    configuration   the sha256 of config.json
    data            the fingerprint of the images
    files           the sha256 of each file of results/ that is the same for the same inputs, by path
"""

import argparse
import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.cli.console import logger, run_step
from pipeline.config import load as configuration_file
from pipeline.crate.publication import checksum
from pipeline.errors import InputError
from pipeline.figures import catalogue
from pipeline.files.atomic import write_json
from pipeline.files.typed_json import decode
from pipeline.training import benchmarks
from pipeline.verification import differences
from pipeline.verification.finished import Finished
from pipeline.workflow.build import Build
from pipeline.workflow.sources import LOCK

FOLDER = Path("report/reference")
MANIFEST = "reference.json"
COPIED = ("config.json", "data/data.json")
HINT = "Hint: make reference takes them from a build of config.yaml as it stands, on all of MNIST."


@dataclass(frozen=True)
class Reference:
    """What reference.json holds."""

    machine_class: dict[str, Any]
    lock: str
    page: dict[str, str | None]
    configuration: str
    data: str
    files: dict[str, str]


def read(folder: Path) -> Reference:
    """Read reference.json. Raises InputError if it is missing or not what `write` writes."""
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError(f"{path}: expected the reference values, found no file. {HINT}")
    try:
        return decode(path.read_bytes(), Reference)
    except ValueError as error:
        raise InputError(f"{path}: expected what make reference writes, found other JSON: {error}. {HINT}") from error


def of(project: Path) -> Reference:
    """The values of the present build of a project, by whichever engine.

    Raises InputError if it is not one of all of MNIST, or if it is otherwise not of config.yaml as it stands.
    """
    build = Finished.find(project)
    if build.data.get("source") != "mnist":
        raise InputError(f"results/: expected a build on all of MNIST, found one on {build.data.get('name')}. {HINT}")
    tree = configuration_file.read_tree(project / "config.yaml", {"engine": build.engine})
    altered = differences.tree_changes(json.loads(json.dumps(configuration_file.resolved(tree))), build.configuration)
    if altered:
        path, expected, found = altered[0]
        raise InputError(f"results/: expected a build with {path}: {expected} of config.yaml, found {found}. {HINT}")
    machine_class = build.machine_class()
    if machine_class is None:
        raise InputError(
            "results/published.json: expected the record of the build in results/, found none or another's. "
            "Hint: make report"
        )
    results = build.results
    files = outputs(Build(configuration_file.parse(tree, "config.yaml"), tree))
    missing = [name for name in files if not (results / name).is_file()]
    if missing:
        raise InputError(f"results/: expected a whole build, found no {missing[0]}. Hint: make report")
    return Reference(
        machine_class=machine_class,
        lock=checksum(project / LOCK),
        page=page(project),
        configuration=checksum(results / "config.json"),
        data=str(build.data["fingerprint"]),
        files={name: checksum(results / name) for name in files},
    )


def outputs(build: Build) -> list[str]:
    """The files of results/ that are the same for the same inputs, relative to it."""
    others = ("results/histories.csv", "results/norms.csv")
    figures = (f"results/figures/{catalogue.drawing(name)}" for name in build.shown_figures)
    reports = (f"results/report/{name}/report.{name}" for name in build.formats)
    made = (*build.crate_results, *others, *figures, *reports)
    return [path.removeprefix("results/") for path in made if not path.startswith("results/data/")]


def page(project: Path) -> dict[str, str | None]:
    """The checksums of what the pages show that no result does."""
    tree = configuration_file.read_tree(project / "config.yaml", {})
    title_block = json.dumps([tree.get(name) for name in configuration_file.TITLE_BLOCK])
    measured = project / benchmarks.FILE
    return {
        "title and author": hashlib.sha256(title_block.encode()).hexdigest(),
        benchmarks.FILE: checksum(measured) if measured.exists() else None,
    }


def write(project: Path, references: Path) -> Path:
    """Write the values of the present build of a project into the folder of its engine, in place of what that holds."""
    reference = of(project)
    results, folder = project / "results", references / Finished.find(project).engine
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as name:
        made = Path(name) / "made"
        for file in [*COPIED, *(file for file in reference.files if is_table(file))]:
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(results / file, made / file)
        write_json(made / MANIFEST, reference)
        if folder.exists():
            folder.rename(Path(name) / "old")
        made.rename(folder)
    return folder


def is_table(file: str) -> bool:
    """Whether a file of results/ is a table of numbers that rebuilds are held against."""
    return any(Path(file).match(pattern) for pattern in differences.TABLES)


def main() -> None:
    """Command line of make reference."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()

    def step() -> None:
        folder = write(Path(), FOLDER)
        logger.info(f"{folder}: the values of {len(read(folder).files)} files of the present build.")

    run_step(step)


if __name__ == "__main__":
    main()
