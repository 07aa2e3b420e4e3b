"""CITATION.cff: who made the project, which version it is, and under which licence it may be used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files.yamlfile import read_yaml

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HINT = "Hint: the Citation File Format, version 1.2.0, describes it."


@dataclass(frozen=True)
class Author:
    """A person, or a group that has no family name. `orcid` is an address, or empty."""

    name: str
    person: bool
    orcid: str


@dataclass(frozen=True)
class Citation:
    """What the crate needs of the file. `license` is an SPDX identifier; `released` a date, YYYY-MM-DD.

    `repository` is the address of the source code, or empty.
    """

    title: str
    version: str
    license: str
    released: str
    repository: str
    authors: tuple[Author, ...]


def read(path: Path) -> Citation:
    """Read the file. Raises InputError with one line for each field that is missing or something else."""
    tree = read_yaml(path)
    fields = tree if isinstance(tree, Mapping) else {}
    texts = {key: _text(fields.get(key)) for key in ("title", "version", "license", "date-released")}
    problems = [
        f"{path}: {key}: expected a text, found {fields.get(key)!r}. {_HINT}" for key in texts if not texts[key]
    ]
    if texts["date-released"] and not _DATE.fullmatch(texts["date-released"]):
        problems.append(f"{path}: date-released: expected YYYY-MM-DD, found {texts['date-released']!r}. {_HINT}")
    authors = fields.get("authors")
    people = tuple(map(_author, authors)) if isinstance(authors, list) else ()
    if not (people and all(people)):
        problems.append(f"{path}: authors: expected a list with the name of each, found {authors!r}. {_HINT}")
    if problems:
        raise InputError(*problems)
    return Citation(
        title=texts["title"],
        version=texts["version"],
        license=texts["license"],
        released=texts["date-released"],
        repository=_text(fields.get("repository-code")),
        authors=tuple(author for author in people if author),
    )


def _author(entry: Any) -> Author | None:
    """An author; None for an entry without a name."""
    if not isinstance(entry, Mapping):
        return None
    parts = [_text(entry.get(key)) for key in ("given-names", "name-particle", "family-names", "name-suffix")]
    name = " ".join(part for part in parts if part)
    group = _text(entry.get("name"))
    return Author(name or group, bool(name), _text(entry.get("orcid"))) if name or group else None


def _text(value: Any) -> str:
    """A plain value as it is written, dates and numbers among them; empty for everything else."""
    return value if isinstance(value, str) else ""
