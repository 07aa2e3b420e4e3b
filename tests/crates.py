"""A small crate: a folder with a report, some results and the metadata, made without a build."""

import json
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline import citation, config, crate_entities, software
from pipeline.dataset import Manifest
from pipeline.files import write_json, write_text

ROOT = Path(__file__).parent.parent
DATA = config.load(ROOT / "config.yaml").data
MNIST = Manifest(
    name="MNIST",
    source="mnist",
    fallback=False,
    training_images=60000,
    testing_images=10000,
    pixels=784,
    classes=10,
    largest_class=0.112,
    files={role: {"name": file.name, "sha256": file.sha256} for role, file in DATA.files.items()},
    fingerprint="f" * 64,
)
SAMPLE = replace(
    MNIST,
    name="A sample",
    source="sample",
    files={role: {"name": "sample", "sha256": str(n) * 64} for n, role in enumerate(MNIST.files)},
)
INPUTS = ("config.json", "workflow/published.yaml")
OUTPUTS = ("report.html", "report.pdf", "results/runs.csv", "results/tables/tuning.csv", "results/evidence/cells.csv")


def described(root: Path, **changes: Any) -> crate_entities.Build:
    """Files below `root`, each of other bytes, and the build that is told of them."""
    for path in ("workflow/Snakefile", *INPUTS, *OUTPUTS, crate_entities.RECORD):
        write_text(root / path, f"{path} é\n")
    build = crate_entities.Build(
        title="A title with “quotes” & <tags>",
        citation=citation.read(ROOT / "CITATION.cff"),
        data=DATA,
        manifest=MNIST,
        python=platform.python_version(),
        packages=software.installed(ROOT / "requirements.lock", ROOT / "pyproject.toml"),
        workflow="workflow/Snakefile",
        inputs=INPUTS,
        outputs=OUTPUTS,
    )
    return replace(build, **changes)


def write(root: Path, **changes: Any) -> Any:
    """A crate on disk; the content of its metadata."""
    metadata = crate_entities.metadata(described(root, **changes), root)
    write_json(root / crate_entities.METADATA, metadata)
    return metadata


def entities(root: Path) -> dict[str, Any]:
    """The entities of a crate by @id, as its file has them; each @id must be there once."""
    graph = json.loads((root / crate_entities.METADATA).read_text(encoding="utf-8"))["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found
