"""The publish step: report/ becomes that of this build, all of it at once or not at all.

    python -m pipeline.crate.step --reports results/report/report.html ... --output results/published.json

It gets the report, the numbers behind it, what it was made from, ro-crate-metadata.json, which says what all is, and
build.json, which says on which machine and in what time: whoever has the folder, or a zip of it, has all of this. A
report that this build did not make, such as the PDF where it cannot be set, is gone from it.
"""

import argparse
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.cli.arguments import TITLE_BLOCK
from pipeline.cli.console import run_step
from pipeline.config import load as configuration_file
from pipeline.crate import build_record, citation, publication
from pipeline.crate.entities import Build, metadata
from pipeline.crate.layout import METADATA, RESULTS, place
from pipeline.crate.publication import PARTS, RECORD, ROOT
from pipeline.data import dataset
from pipeline.environment import machine_class, software
from pipeline.errors import RunError
from pipeline.files import sealed
from pipeline.files.atomic import write_bytes, write_json
from pipeline.files.exchange import carry, delete, exchange

STAGE = Path("results/publication")


def publish(stage: Path, root: Path, sources: Iterable[str], build: Build, record: Any) -> None:
    """Make the folder of the report in `stage` and exchange it for `root`. Raises RunError for a file that is missing.

    `sources` are paths of the project, and `record` is the content of build.json.
    """
    delete(stage)
    for path in sources:
        if not Path(path).is_file():
            raise RunError(f"{path}: expected a file of this build, found none. Hint: run `make report`.")
        if not Path(path).is_relative_to(root):
            write_bytes(stage / place(path), _content(Path(path)))
    root.mkdir(exist_ok=True)
    carry(root, stage, PARTS)
    write_json(stage / METADATA, metadata(build, stage))
    write_json(stage / RECORD, record)
    exchange(stage, root, PARTS, RECORD)


def _content(path: Path) -> bytes:
    """The content of a file of the project; of a result, if it is what its step wrote."""
    return sealed.read_bytes(path) if path.parts[0] == RESULTS else path.read_bytes()


def main() -> None:
    """Command line of the publish step."""
    parser = argparse.ArgumentParser(description="Put the report and the numbers behind it in report/.")
    parser.add_argument("--title-block", required=True, type=TITLE_BLOCK, help="title and author, as JSON")
    parser.add_argument("--reports", required=True, nargs="+", help="what the report steps wrote")
    parser.add_argument("--workflow", required=True, nargs="+", help="the Snakefile, then what it includes")
    parser.add_argument("--inputs", required=True, nargs="+", help="what the report was made from")
    parser.add_argument("--results", required=True, nargs="+", help="the numbers behind it")
    parser.add_argument("--config", required=True, type=Path, help="the resolved configuration (JSON)")
    parser.add_argument("--data", required=True, type=Path, help="the folder of the data")
    parser.add_argument("--citation", required=True, type=Path, help="CITATION.cff")
    parser.add_argument("--lock", required=True, type=Path, help="the lock whose packages are listed")
    parser.add_argument("--project", required=True, type=Path, help="pyproject.toml")
    parser.add_argument("--benchmarks", required=True, type=Path, help="folder of Snakemake's benchmarks")
    parser.add_argument("--started", required=True, type=datetime.fromisoformat, help="when this build started")
    parser.add_argument("--output", required=True, type=Path, help="published.json")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()

    def step() -> None:
        packages = software.installed(a.lock, a.project)
        build = Build(
            title=a.title_block["title"],
            citation=citation.read(a.citation),
            data=configuration_file.read_resolved(a.config).data,
            manifest=dataset.read_manifest(a.data),
            python=platform.python_version(),
            packages=packages,
            workflow=tuple(map(place, a.workflow)),
            inputs=tuple(map(place, a.inputs)),
            outputs=tuple(map(place, [*a.reports, *a.results])),
        )
        reports = list(map(Path, a.reports))
        record = build_record.record(a.started, datetime.now(UTC), reports, a.output.parent, a.benchmarks)
        publish(STAGE, ROOT, [*a.workflow, *a.inputs, *a.reports, *a.results], build, record)
        told = {
            "machine_class": machine_class.describe(),
            "packages": {package.name: package.version for package in packages},
            "files": publication.files(ROOT),
        }
        sealed.write_json(a.output, told)

    run_step(step, a.log)


if __name__ == "__main__":
    main()
