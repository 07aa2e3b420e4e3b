"""Which versions are installed of the packages that locks/requirements.lock names."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.errors import InputError


@dataclass(frozen=True)
class Package:
    """An installed package. `locked` is the version that the lock asks for; `direct` if pyproject.toml names it."""

    name: str
    version: str
    locked: str
    direct: bool


def installed(lock: Path, project: Path) -> tuple[Package, ...]:
    """The packages of the lock that are meant for this platform and installed, by name.

    Raises InputError if `lock` (a lock file) or `project` (pyproject.toml) is not what it should be.
    """
    asked = direct_dependencies(project)
    found = []
    for name, locked in sorted(pins(lock).items()):
        try:
            found.append(Package(name, version(name), locked, name in asked))
        except PackageNotFoundError:
            continue
    return tuple(found)


def pins(lock: Path) -> dict[str, str]:
    """Name and version of each requirement of a lock whose environment marker holds here."""
    try:
        return dict(_pins(lock.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{lock}: expected a lock of pinned versions, found: {_one_line(error)}.") from error


def direct_dependencies(project: Path) -> frozenset[str]:
    """The names of the dependencies that pyproject.toml lists."""
    try:
        wanted = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
        return frozenset(canonicalize_name(Requirement(requirement).name) for requirement in wanted)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{project}: expected project.dependencies, found: {_one_line(error)}.") from error


def _pins(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        requirement = line.partition("#")[0].strip().removesuffix("\\")
        if not requirement or requirement.startswith("--hash="):
            continue
        wanted = Requirement(requirement)
        pinned = list(wanted.specifier)
        if len(pinned) != 1 or pinned[0].operator != "==":
            raise ValueError(f"the line {line!r}")
        if wanted.marker is None or wanted.marker.evaluate():
            yield canonicalize_name(wanted.name), pinned[0].version


def _one_line(error: Exception) -> str:
    """The first line of what an error says, or its kind."""
    return str(error).partition("\n")[0] or type(error).__name__
