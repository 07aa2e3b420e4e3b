"""Every environment has the packages that its programs import, whatever else this one has."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from configuration import ROOT

ROOTS = (ROOT, ROOT / "tests", ROOT / "tests/support")  # of the modules that are the project's
# torch has no lock of its own: setup.sh names its build for the CPU.
ELSEWHERE = {"torch"}


def imported(path: Path) -> Iterator[str]:
    """The names of modules that a file imports when it is loaded."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def place(name: str) -> Path | None:
    """Where a module of the project lies, or the package that it is."""
    bases = [root / name.replace(".", "/") for root in ROOTS]
    places = [path for base in bases for path in (base.with_suffix(".py"), base / "__init__.py")]
    return next((path for path in places if path.is_file()), None)


def packages(folder: str, without: frozenset[str]) -> set[str]:
    """The distributions that the programs of a folder need, and the code that they use."""
    distributions = packages_distributions()
    waiting = [path for path in (ROOT / folder).rglob("*.py") if path.stem not in without]
    seen, found = set(waiting), set()
    while waiting:
        for name in imported(waiting.pop()):
            first = name.partition(".")[0]
            if path := place(name):
                waiting += [path] if path not in seen else []
                seen.add(path)
            elif place(first) is None and first not in sys.stdlib_module_names:
                found.add(distributions.get(first, [first])[0].lower())
    return found


# bench/scale.py and what it uses run in the environment of the report, bench/engines.py in that of the tests.
@pytest.mark.parametrize(
    ("folder", "lock", "without"),
    [
        ("bench", "bench", frozenset({"engines", "scale", "stand_ins"})),
        ("tests/fuzz", "fuzz", frozenset({"test_replay"})),
        ("pipeline", "", frozenset()),
    ],
)
def test_an_environment_has_what_its_programs_import(folder: str, lock: str, without: frozenset[str]) -> None:
    text = (ROOT / f"locks/requirements{lock and f'-{lock}'}.lock").read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([\w.-]+)==", text, flags=re.MULTILINE)}
    assert packages(folder, without) - locked - ELSEWHERE == set()
