"""Files between steps: beside each lies the checksum of what was written, and nothing else is ever read.

A file that was cut short, swapped or edited is named with the command that makes it again. The checksum of
`history.csv` is in `.history.csv.sha256`, as `sha256sum --check` reads it.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import InputError
from pipeline.files import atomic
from pipeline.files.typed_json import decode, encode

T = TypeVar("T")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """A file to write, which takes its name at the end of the block, its checksum written just before.

    So whatever is killed, no new file is without it. An old file is not read between the two, and is written again.
    """
    with atomic.replacing(path) as file:
        yield file
        file.seek(0)
        atomic.write_text(_checksum(path), _line(path, hashlib.file_digest(file, "sha256")))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content`, atomically, with its checksum."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends, atomically, with its checksum."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with keys in the given order, atomically, with its checksum."""
    write_text(path, encode(value))


def read_text(path: Path, mend: str | None = None) -> str:
    """The text of a sealed file. Raises InputError as `verify` does."""
    return read_bytes(path, mend).decode("utf-8")


def read_json(path: Path, kind: type[T], mend: str | None = None) -> T:
    """The value of this type that a sealed file holds as JSON. Raises InputError as `verify` does, and for another."""
    try:
        return decode(read_text(path, mend), kind)
    except ValueError as error:
        raise InputError(
            f"{path}: expected what an earlier step wrote, found other JSON: {error}. {mend or _delete(path)}"
        ) from error


def read_bytes(path: Path, mend: str | None = None) -> bytes:
    """The content of a sealed file. Raises InputError as `verify` does."""
    sealed, hint = _sealed(path, mend)
    content = path.read_bytes()
    _expect(path, hashlib.sha256(content), sealed, hint)
    return content


def verify(path: Path, mend: str | None = None) -> None:
    """Raise InputError if a file is missing or not what was sealed.

    The hint is `mend`, or else to delete the file: the next build makes a file again that it asks for.
    """
    sealed, hint = _sealed(path, mend)
    with path.open("rb") as file:
        _expect(path, hashlib.file_digest(file, "sha256"), sealed, hint)


def discard(path: Path) -> None:
    """Delete a file that a step wrote, with its checksum; one without a checksum stays."""
    if _checksum(path).is_file():
        path.unlink(missing_ok=True)
        _checksum(path).unlink()


def holds(path: Path, text: str) -> bool:
    """Whether `path` is a sealed file with this text."""
    try:
        return read_text(path) == text
    except InputError:
        return False


def _checksum(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def _delete(path: Path) -> str:
    return f"Hint: `rm {path}` and build again."


def _line(path: Path, digest: "hashlib._Hash") -> str:
    return f"{digest.hexdigest()}  {path.name}\n"


def _sealed(path: Path, mend: str | None) -> tuple[str, str]:
    """What the checksum's file says, and the hint if the file is another. Raises InputError without one of them."""
    if not path.is_file():
        raise InputError(f"{path}: expected what an earlier step wrote, found no file. {mend or 'Hint: build again.'}")
    hint = mend or _delete(path)
    try:
        return _checksum(path).read_bytes().decode("utf-8"), hint
    except (OSError, ValueError):
        raise InputError(
            f"{path}: expected its checksum in {_checksum(path).name}, found none. {hint} "
            "If it is of a version before 0.5.0: `make clean`."
        ) from None


def _expect(path: Path, digest: "hashlib._Hash", sealed: str, hint: str) -> None:
    if _line(path, digest) != sealed:
        raise InputError(f"{path}: expected what an earlier step wrote, found another content (SHA-256). {hint}")
