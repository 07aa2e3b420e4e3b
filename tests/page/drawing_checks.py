"""The drawings in the lock file are those that the TeX gives today."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from page.programs import ROOT
from pipeline.report import formulas

Lock = dict[str, dict[str, Any]]


def drawn_anew(folder: Path) -> Lock:
    """The lock file that `make formulas` would write, drawn in a copy of the templates."""
    shutil.copytree(ROOT / "templates", folder / "templates")
    (folder / "templates/formulas.json").unlink()
    (folder / "tools").symlink_to(ROOT / "tools")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        formulas.update()
    return read(folder / "templates/formulas.json")


def read(path: Path) -> Lock:
    """A lock file."""
    lock: Lock = json.loads(path.read_text(encoding="utf-8"))
    return lock


def outdated(lock: Lock, fresh: Lock) -> list[str]:
    """Formulas that are not drawn in the lock file as they are anew."""
    return [
        f"{tex}: expected the {style} drawing that MathJax gives, found {'another' if tex in lock[style] else 'none'}"
        for style, drawings in fresh.items()
        for tex, drawing in drawings.items()
        if lock[style].get(tex) != drawing
    ]
