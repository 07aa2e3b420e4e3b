"""Files between steps: beside each lies the checksum of what was written, and nothing else is ever read.

A file that was cut short, swapped or edited is named with the command that makes it again. The checksum of
`history.csv` is in `.history.csv.sha256`, as `sha256sum --check` reads it.
"""

import hashlib
from pathlib import Path
from typing import Any

from pipeline import files
from pipeline.errors import InputError


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, atomically, with its checksum."""
    files.write_text(path, text)
    seal(path)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with keys in the given order, atomically, with its checksum."""
    files.write_json(path, value)
    seal(path)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, atomically, with its checksum."""
    files.write_bytes(path, content)
    seal(path)


def read_text(path: Path, mend: str | None = None) -> str:
    """The text of a sealed file. Raises InputError as `verify` does."""
    return read_bytes(path, mend).decode("utf-8")


def read_bytes(path: Path, mend: str | None = None) -> bytes:
    """The content of a sealed file. Raises InputError as `verify` does."""
    verify(path, mend)
    return path.read_bytes()


def seal(path: Path) -> None:
    """Write the checksum of a file that was just written."""
    files.write_text(_checksum(path), _line(path))


def verify(path: Path, mend: str | None = None) -> None:
    """Raises InputError if a file is missing or not what was sealed; `mend` is the hint, or else to delete it."""
    if not path.is_file():
        raise InputError(f"{path}: expected what an earlier step wrote, found no file. {mend or 'Hint: build again.'}")
    hint = mend or f"Hint: `rm {path}` and build again."
    try:
        sealed = _checksum(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise InputError(f"{path}: expected its checksum in {_checksum(path).name}, found none. {hint}") from None
    if _line(path) != sealed:
        raise InputError(f"{path}: expected what an earlier step wrote, found another content (SHA-256). {hint}")


def holds(path: Path, text: str) -> bool:
    """Whether `path` is a sealed file with this text."""
    try:
        return read_text(path) == text
    except InputError:
        return False


def _checksum(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def _line(path: Path) -> str:
    with path.open("rb") as file:
        return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n"
