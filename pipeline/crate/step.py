"""The publish step: report/ becomes that of this build, all of it at once or not at all.

    python -m pipeline.crate.step --reports results/report/report.html ... --output results/published.json

It gets the report, the numbers behind it, what it was made from, ro-crate-metadata.json, which says what all is, and
build.json, which says on which machine and in what time: whoever has the folder, or a zip of it, has all of this. A
report that this build did not make, such as the PDF where it cannot be set, is gone from it.
"""

import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.settings import TitleBlock
from pipeline.crate import build_record, publication
from pipeline.crate.citation import read as read_citation
from pipeline.crate.entities import DescribedBuild, metadata
from pipeline.crate.layout import METADATA, RESULTS, place
from pipeline.crate.publication import PARTS, RECORD, ROOT
from pipeline.data import dataset
from pipeline.environment import machine_class, software
from pipeline.errors import RunError
from pipeline.files import sealed
from pipeline.files.atomic import write_bytes, write_json
from pipeline.files.exchange import carry, delete, exchange

STAGE = Path("results/publication")


def publish(stage: Path, root: Path, sources: Iterable[str], build: DescribedBuild, record: Any) -> None:
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


def run(
    *,
    title_block: TitleBlock,
    reports: Sequence[Path],
    workflow: Sequence[str],
    inputs: Sequence[str],
    results: Sequence[str],
    config: Path,
    data: Path,
    citation: Path,
    lock: Path,
    project: Path,
    benchmarks: Path,
    started: datetime,
    output: Path,
) -> None:
    """Put the report and the numbers behind it in report/, and write published.json, which is `output`.

    `workflow` is the Snakefile, then what it includes; `inputs` are what the report was made from, `results` the
    numbers behind it; `benchmarks` is the folder of Snakemake's, `started` when this build did.
    """
    packages = software.installed(lock, project)
    pages = list(map(str, reports))
    build = DescribedBuild(
        title=title_block.title,
        citation=read_citation(citation),
        data=configuration_file.read_resolved(config).data,
        manifest=dataset.read_manifest(data),
        python=platform.python_version(),
        packages=packages,
        workflow=tuple(map(place, workflow)),
        inputs=tuple(map(place, inputs)),
        outputs=tuple(map(place, [*pages, *results])),
    )
    record = build_record.record(started, datetime.now(UTC), reports, output.parent, benchmarks)
    publish(STAGE, ROOT, [*workflow, *inputs, *pages, *results], build, record)
    told = {
        "machine_class": machine_class.describe(),
        "packages": {package.name: package.version for package in packages},
        "files": publication.files(ROOT),
    }
    sealed.write_json(output, told)


main = command(run)

if __name__ == "__main__":
    main()
