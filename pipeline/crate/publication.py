"""What the last build published in report/, and whether it still lies there. Light to import: the Snakefile asks.

results/published.json says it:

    files           the sha256 of each published file, by path in report/; null for build.json, which holds the time
    machine_class   see pipeline/environment/machine_class.py
    packages        the version of each package of locks/requirements.lock, by name
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.crate import layout
from pipeline.files.typed_json import decode

ROOT = Path(layout.ROOT)
MARK = Path("results/published.json")
RECORD = "build.json"
# What a build makes of report/, files and folders; all else there is left alone.
PARTS = ("report.html", "report.pdf", "config.json", "results", "workflow", "ro-crate-metadata.json", RECORD)


def read(mark: Path = MARK) -> dict[str, Any] | None:
    """What published.json says; None where there is none, or one that another version wrote."""
    try:
        told = decode(mark.read_text(encoding="utf-8"), dict[str, Any])
    except (OSError, ValueError):
        return None
    return told if "files" in told else None


def discard_untrue(root: Path = ROOT, mark: Path = MARK) -> None:
    """Delete the mark unless what it says lies in `root`, so that the report is published again.

    It does not after a checkout, an edit or a deletion there, nor if the mark cannot be read.
    """
    told = read(mark)
    if told is None or files(root) != told["files"]:
        mark.unlink(missing_ok=True)


def files(root: Path) -> Mapping[str, str | None]:
    """The sha256 of each file that a build makes in `root`, by path; None for the one that holds the time."""
    found = (path for part in PARTS for path in [root / part, *(root / part).rglob("*")])
    there = sorted(path.relative_to(root).as_posix() for path in found if path.is_file())
    return {name: None if name == RECORD else checksum(root / name) for name in there}


def checksum(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
