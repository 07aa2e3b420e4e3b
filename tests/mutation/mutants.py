"""Faults that mutmut makes of the modules that pyproject.toml names ([tool.mutmut])."""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from mutation import trees

LIVING = Path(__file__).parent / "living.yaml"
UNNOTICED = ("survived", "no tests", "suspicious")
MUTMUT = (sys.executable, "-m", "mutmut")


@dataclass(frozen=True)
class Mutant:
    """A change of one function by mutmut. `change` is its diff where it was not noticed."""

    module: str
    name: str
    noticed: bool
    change: str = ""


def run(workers: int) -> list[Mutant]:
    """Every mutant, tried in a copy of the project. Raises RuntimeError if mutmut could not do it."""
    with tempfile.TemporaryDirectory() as folder:
        place = trees.copy(Path(folder))
        done = subprocess.run([*MUTMUT, "run", "--max-children", str(workers)], cwd=place)
        if done.returncode:
            raise RuntimeError(f"mutmut run: expected exit status 0, found {done.returncode}.")
        listed = _mutmut(place, "results", "--all", "true")
        return [_mutant(place, *found) for found in re.findall(r"^ +(\S+): (.+)$", listed, flags=re.MULTILINE)]


def _mutant(place: Path, name: str, status: str) -> Mutant:
    noticed = status not in UNNOTICED
    return Mutant(name.rsplit(".", 1)[0], name, noticed, "" if noticed else _mutmut(place, "show", name))


def _mutmut(place: Path, *arguments: str) -> str:
    return subprocess.run([*MUTMUT, *arguments], cwd=place, capture_output=True, text=True, check=True).stdout


def reasons() -> dict[str, str]:
    """Why a mutant lives, by its name."""
    found: dict[str, list[str]] = yaml.safe_load(LIVING.read_text(encoding="utf-8"))
    return {name: reason for reason, names in found.items() for name in names}
