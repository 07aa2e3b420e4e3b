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
NOTICED = ("killed", "timeout")
UNNOTICED = ("survived", "no tests")
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
        found = statuses(_mutmut(place, "results", "--all", "true"))
        return [
            Mutant(name.rsplit(".", 1)[0], name, noticed, "" if noticed else _mutmut(place, "show", name))
            for name, noticed in found.items()
        ]


def statuses(listed: str) -> dict[str, bool]:
    """Whether each mutant was noticed, from what `mutmut results` prints.

    Raises RuntimeError if one was not tried to the end, or if there is none.
    """
    found = dict(re.findall(r"^ +(\S+): (.+)$", listed, flags=re.MULTILINE))
    untold = {status for status in found.values() if status not in (*NOTICED, *UNNOTICED)}
    if untold or not found:
        raise RuntimeError(f"mutmut results: expected mutants that are killed or survive, found {untold or 'none'}.")
    return {name: status in NOTICED for name, status in found.items()}


def _mutmut(place: Path, *arguments: str) -> str:
    return subprocess.run([*MUTMUT, *arguments], cwd=place, capture_output=True, text=True, check=True).stdout


@dataclass(frozen=True)
class Reason:
    """Why mutants of functions whose names have `of` in them live that write a line with `written` in it."""

    text: str
    of: re.Pattern[str]
    written: re.Pattern[str]

    def holds(self, mutant: Mutant) -> bool:
        """Whether it is one of these."""
        function = mutant.name.rpartition("__mutmut_")[0]
        written = re.findall(r"^\+(?!\+\+)(.*)$", mutant.change, flags=re.MULTILINE)
        return bool(self.of.search(function)) and any(map(self.written.search, written))


def reasons() -> list[Reason]:
    """What is known of mutants that live."""
    known = yaml.safe_load(LIVING.read_text(encoding="utf-8"))
    return [Reason(each["reason"], re.compile(each.get("of", "")), re.compile(each["written"])) for each in known]
