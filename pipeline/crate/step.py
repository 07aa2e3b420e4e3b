"""The publish step: report/ becomes that of this build, all of it at once or not at all.

    python -m pipeline.crate.step --reports results/report/html/report.html ... --output results/published.json

It gets the report, the numbers behind it, what it was made from, ro-crate-metadata.json, which says what all is, and
build.json, which says on which machine and in what time: whoever has the folder, or a zip of it, has all of this. A
report that this build did not make, such as the PDF where it cannot be set, is gone from it.
"""

import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.environment import kernels

kernels.take_fastest()  # as training does: build.json tells them, and nothing is computed here

from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.settings import TitleBlock
from pipeline.crate import build_record, publication
from pipeline.crate.citation import read as read_citation
from pipeline.crate.entities import DescribedBuild, metadata
from pipeline.crate.layout import METADATA, place
from pipeline.crate.publication import PARTS, RECORD, ROOT
from pipeline.data import dataset
from pipeline.environment import machine_class, software
from pipeline.files import sealed
from pipeline.files.atomic import write_bytes, write_json
from pipeline.files.exchange import carry, delete, exchange

STAGE = Path("results/publication")


def publish(stage: Path, root: Path, contents: Mapping[str, bytes], build: DescribedBuild, record: Any) -> None:
    """Make the folder of the report in `stage` and exchange it for `root`.

    `contents` are by path in the crate, and `record` is the content of build.json.
    """
    delete(stage)
    for path, content in contents.items():
        write_bytes(stage / path, content)
    root.mkdir(exist_ok=True)
    carry(root, stage, PARTS)
    write_json(stage / METADATA, metadata(build, stage))
    write_json(stage / RECORD, record)
    exchange(stage, root, PARTS, RECORD)


def run(
    *,
    title_block: TitleBlock,
    reports: Sequence[Path],
    workflow: Sequence[Path],
    inputs: Sequence[Path],
    results: Sequence[Path],
    folder: Path,
    config: Path,
    data: Path,
    timings: Path,
    citation: Path,
    lock: Path,
    project: Path,
    started: datetime,
    output: Path,
) -> None:
    """Put the report and the numbers behind it in report/, and write published.json, which is `output`.

    `workflow` is the Snakefile, then what it includes; `inputs` are what the report was made from, `results` the
    numbers behind it; `folder` is that of all results, `started` when this build began.
    """
    packages = software.installed(lock, project)
    places = {path: place(path, folder) for path in (*workflow, *inputs, *reports, *results)}
    build = DescribedBuild(
        title=title_block.title,
        citation=read_citation(citation),
        data=configuration_file.read_resolved(config).data,
        manifest=dataset.read_manifest(data),
        python=platform.python_version(),
        packages=packages,
        workflow=tuple(map(places.__getitem__, workflow)),
        inputs=tuple(map(places.__getitem__, inputs)),
        outputs=tuple(map(places.__getitem__, (*reports, *results))),
    )
    made = {places[path]: sealed.read_bytes(path) for path in (*reports, *results)}
    sources = {places[path]: path.read_bytes() for path in (*workflow, *inputs) if not path.is_relative_to(ROOT)}
    publish(STAGE, ROOT, sources | made, build, build_record.record(started, datetime.now(UTC), reports, timings))
    told = {
        "machine_class": machine_class.describe(),
        "packages": {package.name: package.version for package in packages},
        "files": publication.files(ROOT),
    }
    write_json(output, told)


main = command(run)

if __name__ == "__main__":
    main()
