"""The report's folder as an RO-Crate: the entities that say what is in it, what it was made from and with.

RO-Crate 1.1 (https://w3id.org/ro/crate/1.1) with the profile Workflow Run Crate 0.5
(https://w3id.org/ro/wfrun/workflow/0.5): the workflow is the Snakefile, its run the build of the report. Each entity
is a mapping; `@id` names it, and other entities refer to it by that name. A file's `@id` is its path in the folder.

Nothing depends on the day or the machine: the profile's endTime and agent are left out, and build.json, which knows
the time and the machine, is named without its checksum.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.settings import DataSet
from pipeline.crate.citation import Author, Citation
from pipeline.crate.layout import METADATA
from pipeline.data.dataset import Manifest
from pipeline.environment.software import Package

Entity = dict[str, Any]

RECORD = "build.json"
SOURCE = "#project"
BUILD = "#build"
CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
# name and version by address
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
# checksums are no term of RO-Crate 1.1; this one is of the Workflow Run Crate vocabulary
CONTEXT = [f"{CRATE}/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]

FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".yaml": "application/yaml",
}
# By path, or by folder.
DESCRIPTIONS = {
    "report.html": "The report, for the screen.",
    "report.pdf": "The report, as a tagged PDF.",
    "config.json": "The resolved configuration: config.yaml with what was set for this build; no title, no author.",
    "benchmark.json": "Seconds of an epoch with this project and with others; make bench measured them.",
    "workflow/published.yaml": "The numbers that the write-up prints.",
    "workflow/claims.yaml": "The claims of the write-up's analysis, with the tests that would refute them.",
    "results/data/data.json": "The data that were used: counts, the sha256 of each file, a fingerprint of the content.",
    "results/selection/selection.json": "The configurations that were best by validation accuracy.",
    "results/theory/theory.json": "The checks of section 1.",
    "results/recovery/recovery.json": "What tells the write-up's protocol.",
    "results/evidence/evidence.json": "The verdicts on the write-up's numbers and claims, with every seed's values.",
    "results/pictures/pictures.json": "What the pictures show, and the confusion matrix of section 3.3.",
    "results/collapse/collapse.json": "The critical coefficient of section 3.2, and the check of its equations.",
    "results/collapse/collapse.csv": "On which side of it the runs of each coefficient lie.",
    "results/runs.csv": "A row for each experiment, run and seed.",
    "results/histories.csv": "A row for each epoch of them: what every seed's curve is drawn from.",
    "results/tables": "Means and standard deviations over the seeds, as a table or figure of section 3 shows them.",
    "results/evidence/cells.csv": "Each number that the write-up prints, held against the runs.",
    "results/evidence/audit.csv": "What the write-up derives from its own tables, computed again.",
    "results/theory/mathematics.csv": "What the write-up's section 1 states, equation by equation, with the verdict.",
    "results/evidence/claims.csv": "Each claim of the write-up's analysis, with the verdict.",
    "results/evidence/tests.csv": "Each test of each claim.",
    "results/randomisation": "A randomization test of section 2.3.",
}


@dataclass(frozen=True)
class DescribedBuild:
    """What is told of a build: all paths are in the crate; `workflow` begins with the Snakefile's."""

    title: str
    citation: Citation
    data: DataSet
    manifest: Manifest
    python: str
    packages: tuple[Package, ...]
    workflow: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def metadata(build: DescribedBuild, root: Path) -> Entity:
    """The content of ro-crate-metadata.json, JSON-LD; sizes and checksums are those of the files below `root`."""
    authors = [_author(author, number) for number, author in enumerate(build.citation.authors, start=1)]
    inputs, outputs = ([_file(path, root) for path in paths] for paths in (build.inputs, build.outputs))
    images = list(_images(build.data, build.manifest))
    software = [_python(build.python), *(_package(package) for package in build.packages)]
    licence = _licence(build.citation.license)
    rules = [_rules(path, root) for path in build.workflow[1:]]
    files = [_workflow(build, root, software, rules), *rules, *inputs, *outputs, _record()]
    downloads = [each for each in images if each["@type"] == "File"]
    graph = [
        _descriptor(),
        _root(build, authors, licence, [*files, *downloads]),
        *files,
        *images,
        _run(build, [*inputs, *(each for each in images if each["@type"] != "PropertyValue")], outputs),
        _project(build.citation, authors, licence),
        licence,
        *authors,
        _language(),
        *software,
        *_profiles(),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "conformsTo": [{"@id": CRATE}, {"@id": WORKFLOW_CRATE}],
        "about": {"@id": "./"},
    }


def _root(build: DescribedBuild, authors: Sequence[Entity], licence: Entity, parts: Iterable[Entity]) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": build.title,
        "description": f"A report built from its experiments on {build.manifest.name}, with the numbers behind it, "
        "the configuration, and what it was made from and with.",
        "datePublished": build.citation.released,
        "license": _to(licence),
        "author": _links(authors),
        "conformsTo": [{"@id": address} for address in PROFILES],
        "mainEntity": {"@id": build.workflow[0]},
        "mentions": {"@id": BUILD},
        "hasPart": [_to(part) for part in parts],
    }


def _workflow(build: DescribedBuild, root: Path, software: Sequence[Entity], rules: Sequence[Entity]) -> Entity:
    return _file(build.workflow[0], root) | {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": f"The workflow of {build.citation.title}",
        "description": "The Snakefile: which step makes which file from which. It needs the rest of the project.",
        "version": build.citation.version,
        "encodingFormat": "text/plain",
        "programmingLanguage": {"@id": SNAKEMAKE},
        "isPartOf": {"@id": SOURCE},
        "softwareRequirements": [_to(each) for each in software],
        "hasPart": [_to(each) for each in rules],
    }


def _rules(path: str, root: Path) -> Entity:
    return _file(path, root) | {
        "@type": ["File", "SoftwareSourceCode"],
        "description": "Rules that the Snakefile includes.",
        "encodingFormat": "text/plain",
        "programmingLanguage": {"@id": SNAKEMAKE},
    }


def _file(path: str, root: Path) -> Entity:
    content = (root / path).read_bytes()
    place = Path(path)
    entity: Entity = {
        "@id": path,
        "@type": "File",
        "name": path,
        "description": next(filter(None, map(DESCRIPTIONS.get, [path, *map(str, place.parents)])), None),
        "encodingFormat": FORMATS.get(place.suffix),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return {name: value for name, value in entity.items() if value is not None}


def _record() -> Entity:
    return {
        "@id": RECORD,
        "@type": "File",
        "name": RECORD,
        "description": "When, in what time and on which machine the report was built; other bytes with every build.",
        "encodingFormat": FORMATS[".json"],
        "about": {"@id": BUILD},
    }


def _images(data: DataSet, manifest: Manifest) -> Iterable[Entity]:
    """The files of the data set: as a mirror serves them, or else by what the files that were read hold."""
    for role, read in manifest.files.items():
        file = data.files[role]
        if manifest.source == "mnist" and file.gzip and data.mirrors:
            name = f"{file.name}.gz"
            addresses = [mirror + name for mirror in data.mirrors]
            yield {
                "@id": addresses[0],
                "@type": "File",
                "name": name,
                "description": f"{manifest.name}, {role.replace('_', ' ')}; the sha256 is that of the packed file.",
                "encodingFormat": "application/gzip",
                "contentSize": str(file.gzip.size),
                "sha256": file.gzip.sha256,
                "url": addresses if len(addresses) > 1 else addresses[0],
                "identifier": {"@id": f"#{role}"},
            }
            yield {
                "@id": f"#{role}",
                "@type": "PropertyValue",
                "name": f"sha256 of {read['name']}, unpacked",
                "propertyID": "sha256",
                "value": read["sha256"],
            }
        else:
            yield {
                "@id": f"#{role}",
                "@type": "CreativeWork",
                "name": read["name"],
                "description": f"{manifest.name}, {role.replace('_', ' ')}; its sha256 is of the content, unpacked.",
                "sha256": read["sha256"],
            }


def _run(build: DescribedBuild, objects: Iterable[Entity], results: Iterable[Entity]) -> Entity:
    return {
        "@id": BUILD,
        "@type": "CreateAction",
        "name": "The build of the report",
        "description": f"Snakemake ran the workflow on {build.manifest.name}; {RECORD} tells the time and the machine.",
        "instrument": {"@id": build.workflow[0]},
        "object": [_to(each) for each in objects],
        "result": [_to(each) for each in results],
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "subjectOf": {"@id": RECORD},
    }


def _project(citation: Citation, authors: Sequence[Entity], licence: Entity) -> Entity:
    address = {"codeRepository": citation.repository} if citation.repository else {}
    return {
        "@id": SOURCE,
        "@type": "SoftwareSourceCode",
        "name": citation.title,
        "version": citation.version,
        "license": _to(licence),
        "author": _links(authors),
        **address,
    }


def _licence(identifier: str) -> Entity:
    return {
        "@id": f"https://spdx.org/licenses/{identifier}",
        "@type": "CreativeWork",
        "name": identifier,
        "description": f"The licence that SPDX lists as {identifier}.",
    }


def _author(author: Author, number: int) -> Entity:
    kind = "Person" if author.person else "Organization"
    return {"@id": author.orcid or f"#author-{number}", "@type": kind, "name": author.name}


def _language() -> Entity:
    address = {"@id": "https://snakemake.readthedocs.io"}
    return {
        "@id": SNAKEMAKE,
        "@type": "ComputerLanguage",
        "name": "Snakemake",
        "identifier": address,
        "url": address,
    }


def _python(version: str) -> Entity:
    return _application("Python", version, f"pkg:generic/python@{version}", "https://www.python.org/")


def _package(package: Package) -> Entity:
    return _application(package.name, package.version, f"pkg:pypi/{package.name}@{package.version}")


def _application(name: str, version: str, identifier: str, address: str = "") -> Entity:
    """A program or package, named by its package URL (https://github.com/package-url/purl-spec)."""
    entity = {"@id": identifier, "@type": "SoftwareApplication", "name": name, "softwareVersion": version}
    return entity | ({"url": address} if address else {})


def _profiles() -> Iterable[Entity]:
    for address, (name, version) in PROFILES.items():
        yield {"@id": address, "@type": "CreativeWork", "name": name, "version": version}


def _to(entity: Entity) -> Entity:
    """A reference to an entity."""
    return {"@id": entity["@id"]}


def _links(entities: Sequence[Entity]) -> Any:
    """References; a single one stands alone, as JSON-LD's compact form has it."""
    return [_to(each) for each in entities] if len(entities) > 1 else _to(entities[0])
