"""A small crate: a folder with a report, some results and the metadata, made without a build."""

import hashlib
import json
import platform
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from configuration import CONFIG_YAML, ROOT

from pipeline.config import load as config
from pipeline.crate import citation
from pipeline.crate import entities as crate_entities
from pipeline.data.dataset import Manifest
from pipeline.environment import software
from pipeline.files.atomic import write_json, write_text

METADATA = "ro-crate-metadata.json"
DATA = config.load(CONFIG_YAML).data
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
INPUTS = ("config.json", "workflow/published.yaml", "workflow/claims.yaml")
OUTPUTS = ("report.html", "report.pdf", "results/runs.csv", "results/tables/tuning.csv", "results/evidence/cells.csv")


def described(root: Path, **changes: Any) -> crate_entities.DescribedBuild:
    """Files below `root`, each of other bytes, and the build that is told of them."""
    for path in ("workflow/Snakefile", "workflow/rules/data.smk", *INPUTS, *OUTPUTS, crate_entities.RECORD):
        write_text(root / path, f"{path} é\n")
    build = crate_entities.DescribedBuild(
        title="A title with “quotes” & <tags>",
        citation=citation.read(ROOT / "CITATION.cff"),
        data=DATA,
        manifest=MNIST,
        python=platform.python_version(),
        packages=software.installed(ROOT / "locks/requirements.lock", ROOT / "pyproject.toml"),
        workflow=("workflow/Snakefile", "workflow/rules/data.smk"),
        inputs=INPUTS,
        outputs=OUTPUTS,
    )
    return replace(build, **changes)


def write(root: Path, **changes: Any) -> Any:
    """A crate on disk; the content of its metadata."""
    metadata = crate_entities.metadata(described(root, **changes), root)
    write_json(root / METADATA, metadata)
    return metadata


def entities(root: Path) -> dict[str, Any]:
    """The entities of a crate by @id, as its file has them; each @id must be there once."""
    graph = json.loads((root / METADATA).read_text(encoding="utf-8"))["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found


def references(value: Any) -> Iterator[str]:
    """Every @id that an entity points to."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def types(entity: dict[str, Any]) -> list[str]:
    kinds = entity["@type"]
    return kinds if isinstance(kinds, list) else [kinds]


def local_files(found: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in found.items() if "File" in types(each) and "://" not in name}


def ids(links: Any) -> list[str]:
    return [link["@id"] for link in (links if isinstance(links, list) else [links])]


def changed_files(root: Path) -> list[str]:
    """The files that are missing, or of another size or checksum than the metadata tell."""
    changed = []
    for name, entity in local_files(entities(root)).items():
        content = (root / name).read_bytes() if (root / name).is_file() else None
        told = entity.get("contentSize"), entity.get("sha256")
        if content is None or (
            told != (str(len(content)), hashlib.sha256(content).hexdigest()) and name != crate_entities.RECORD
        ):
            changed.append(name)
    return changed


def expect_whole(root: Path) -> None:
    """Each reference has its entity, each file its checksum, and nothing else lies in the folder."""
    found = entities(root)
    outside = {"https://w3id.org/ro/crate/1.1", "https://snakemake.readthedocs.io"}
    assert set(references(list(found.values()))) <= set(found) | outside
    on_disk = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert set(local_files(found)) == on_disk - {METADATA}
    assert changed_files(root) == []
    data = {name for name, entity in found.items() if "File" in types(entity)}
    assert set(ids(found["./"]["hasPart"])) == data
