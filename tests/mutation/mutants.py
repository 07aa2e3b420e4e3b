"""Faults that mutmut makes of the modules that rooms.yaml names, tried with the tests that it names."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from mutation import trees

LIVING, ROOMS = (Path(__file__).with_name(name) for name in ("living.yaml", "rooms.yaml"))
COPIED = ("bench", "CITATION.cff", "Makefile", "config.yaml", "examples", "profiles", "locks", "rules", "Snakefile")
COPIED += ("templates",)
MESSAGES = [r"raise \w+", r"InputError\(", r"RunError\("]
# A module with mutants imports mutmut.
LEFT_OUT = (
    "--deselect",
    "tests/training/test_training.py::test_a_job_imports_numpy_msgspec_platformdirs_and_nothing_else",
)
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


def run(workers: int) -> Iterator[Mutant]:
    """Every mutant of the rooms, tried in copies of the project. Raises RuntimeError if mutmut could not do it."""
    for room in yaml.safe_load(ROOMS.read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            place = trees.copy(Path(folder))
            with (place / "pyproject.toml").open("a", encoding="utf-8") as project:
                project.write(settings(room["modules"], room["tests"]))
            done = subprocess.run([*MUTMUT, "run", "--max-children", str(workers)], cwd=place)
            if done.returncode:
                raise RuntimeError(f"mutmut run: expected exit status 0, found {done.returncode}.")
            for name, noticed in statuses(_mutmut(place, "results", "--all", "true")).items():
                change = "" if noticed else _mutmut(place, "show", name)
                yield Mutant(name.rsplit(".", 1)[0], name, noticed, change)


def settings(modules: Sequence[str], tests: Sequence[str]) -> str:
    """What mutmut reads: the modules to spoil, and the tests to try on each mutant."""
    plugins = [word for each in trees.WITHOUT for word in ("-p", each)]
    lists = {
        "source_paths": ["pipeline"],
        "only_mutate": modules,
        "also_copy": COPIED,
        "do_not_mutate_patterns": MESSAGES,
        "pytest_add_cli_args_test_selection": tests,
        "pytest_add_cli_args": [*plugins, "-m", "not slow", *LEFT_OUT],
    }
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(values)}\n" for name, values in lists.items())


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
