"""Copies of the project in which code may be spoilt."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WITHOUT = ("no:cacheprovider", "no:randomly", "no:xdist")
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-x",
    "-q",
    "-m",
    "not slow",
    *(word for each in WITHOUT for word in ("-p", each)),
)


def copy(folder: Path) -> Path:
    """Copy what Git tracks, as it lies here now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def rewrite(path: Path, text: str, moment: int) -> None:
    """Write a file and date it: compiled modules are told by their date, which is to differ each time."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, (moment, moment))
