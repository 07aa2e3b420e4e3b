"""What the last build published in report/, and whether it still lies there. Light to import: the Snakefile asks.

results/published.json says it:

    edition         counts how often something else lay in report/ than what was published last
    files           the sha256 of each published file, by path in report/; null for build.json, which holds the time
    machine_class   see pipeline/machine_class.py
    packages        the version of each package of requirements.lock, by name
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.sealed import read_text

ROOT = Path("report")
MARK = Path("results/published.json")
RECORD = "build.json"
# What a build makes of report/, files and folders; all else there is left alone.
PARTS = ("report.html", "report.pdf", "config.json", "results", "workflow", "ro-crate-metadata.json", RECORD)


def read(mark: Path = MARK) -> dict[str, Any] | None:
    """What published.json says; None where there is none, or one that another version wrote."""
    try:
        told = dict(json.loads(read_text(mark)))
    except (InputError, ValueError, TypeError):
        return None
    return told if {"edition", "files"} <= set(told) else None


def edition(root: Path = ROOT, mark: Path = MARK) -> int:
    """The number of what should lie in `root`: that of what was published last if it does, else the next one.

    So a checkout, an edit or a deletion there has the report published again.
    """
    told = read(mark)
    return 1 if told is None else int(told["edition"]) + (files(root) != told["files"])


def files(root: Path) -> Mapping[str, str | None]:
    """The sha256 of each file that a build makes in `root`, by path; None for the one that holds the time."""
    found = (path for part in PARTS for path in [root / part, *(root / part).rglob("*")])
    there = sorted(path.relative_to(root).as_posix() for path in found if path.is_file())
    return {name: None if name == RECORD else checksum(root / name) for name in there}


def checksum(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
