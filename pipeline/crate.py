"""The crate step: beside the report, the numbers behind it, and ro-crate-metadata.json, which says what all is.

    python -m pipeline.crate --inputs ... --reports ... --results ... --output report/ro-crate-metadata.json

The folder report/ is whole in itself: whoever has it, or a zip of it, has the report, its configuration, its results
and their provenance, each file with its sha256.
"""

import argparse
import platform
from collections.abc import Iterable
from pathlib import Path

from pipeline import citation, config, dataset, software
from pipeline.console import run_step
from pipeline.crate_entities import Build, metadata
from pipeline.crate_files import RESULTS, place
from pipeline.errors import RunError
from pipeline.files import write_bytes, write_json
from pipeline.sealed import read_bytes


def fill(root: Path, files: Iterable[str]) -> None:
    """Copy files to their places in the crate, and take out of its results what an earlier build left there.

    Raises RunError for a file that is not there.
    """
    wanted = set()
    for path in files:
        target = root / place(path)
        wanted.add(target)
        if not Path(path).is_file():
            raise RunError(f"{path}: expected a file of this build, found none. Hint: run `make report`.")
        if not target.exists() or not target.samefile(path):
            write_bytes(target, _content(Path(path)))
    for old in sorted((root / RESULTS).rglob("*"), reverse=True):
        if old.is_file() and old not in wanted:
            old.unlink()
        elif old.is_dir() and not any(old.iterdir()):
            old.rmdir()


def publish(report: Path, draft: Path) -> None:
    """Put the report of this build in its place again if another lies there, as after a checkout."""
    content = read_bytes(draft)
    if report.read_bytes() != content:
        write_bytes(report, content)


def _content(path: Path) -> bytes:
    """The content of a file of the project; of a result, if it is what its step wrote."""
    return read_bytes(path) if path.parts[0] == RESULTS else path.read_bytes()


def main() -> None:
    """Command line of the crate step."""
    parser = argparse.ArgumentParser(description="Copy the numbers beside the report and describe the folder.")
    parser.add_argument("--title", required=True, help="the report's")
    parser.add_argument("--workflow", required=True, help="the Snakefile")
    parser.add_argument(
        "--inputs", required=True, nargs="+", help="what the report was made from, config.json among it"
    )
    parser.add_argument("--reports", required=True, nargs="+", help="the reports")
    parser.add_argument("--drafts", required=True, nargs="+", help="what the report steps wrote, in the same order")
    parser.add_argument("--results", required=True, nargs="+", help="the numbers behind them")
    parser.add_argument("--config", required=True, type=Path, help="the resolved configuration (JSON)")
    parser.add_argument("--data", required=True, type=Path, help="the folder of the prepared data")
    parser.add_argument("--citation", required=True, type=Path, help="CITATION.cff")
    parser.add_argument("--lock", required=True, type=Path, help="the lock whose packages are listed")
    parser.add_argument("--project", required=True, type=Path, help="pyproject.toml")
    parser.add_argument("--output", required=True, type=Path, help="ro-crate-metadata.json, in the crate's folder")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()

    def step() -> None:
        build = Build(
            title=a.title,
            citation=citation.read(a.citation),
            data=config.read_resolved(a.config).data,
            manifest=dataset.read_manifest(a.data),
            python=platform.python_version(),
            packages=software.installed(a.lock, a.project),
            workflow=place(a.workflow),
            inputs=tuple(map(place, a.inputs)),
            outputs=tuple(map(place, [*a.reports, *a.results])),
        )
        for report, draft in zip(a.reports, a.drafts, strict=True):
            publish(Path(report), Path(draft))
        root = a.output.parent
        fill(root, [a.workflow, *a.inputs, *a.reports, *a.results])
        write_json(a.output, metadata(build, root))

    run_step(step, a.log)


if __name__ == "__main__":
    main()
