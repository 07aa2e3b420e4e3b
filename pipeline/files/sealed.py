"""Files between steps: beside them lie the checksums of what was written, and nothing else is ever read.

A step has a folder of its own. SHA256SUMS there, one of the step's files like the others, has the SHA-256 of each, as
`sha256sum --check SHA256SUMS` reads it. A file that was cut short, swapped or edited is named with the command that
makes it again.
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

SUMS = "SHA256SUMS"
T = TypeVar("T")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """A file to write, which takes its name at the end of the block, its checksum written just before.

    So whatever is killed, no new file is without it. An old file is not read between the two, and is written again.
    """
    with atomic.replacing(path) as file:
        yield file
        file.seek(0)
        _record(path, hashlib.file_digest(file, "sha256").hexdigest())


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
            f"{path}: expected what an earlier step wrote, found other JSON: {error}. {mend or _again(path)}"
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
    if path.name in (kept := sums(path.parent)):
        path.unlink(missing_ok=True)
        _write(path.parent, {name: digest for name, digest in kept.items() if name != path.name})


def holds(path: Path, text: str) -> bool:
    """Whether `path` is a sealed file with this text."""
    try:
        return read_text(path) == text
    except InputError:
        return False


def sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of the step whose folder this is, by name; none where SHA256SUMS cannot be read."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError):
        return {}


def _again(path: Path) -> str:
    return f"Hint: `rm {path}` and build again."


def _record(path: Path, digest: str) -> None:
    _write(path.parent, sums(path.parent) | {path.name: digest})


def _write(folder: Path, digests: dict[str, str]) -> None:
    if digests:
        atomic.write_text(folder / SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())))
    else:
        (folder / SUMS).unlink()


def _sealed(path: Path, mend: str | None) -> tuple[str, str]:
    """The checksum of a file, and the hint if the file is another. Raises InputError without one of them."""
    if not path.is_file():
        raise InputError(f"{path}: expected what an earlier step wrote, found no file. {mend or 'Hint: build again.'}")
    hint = mend or _again(path)
    try:
        return sums(path.parent)[path.name], hint
    except KeyError:
        raise InputError(f"{path}: expected its checksum in {path.with_name(SUMS)}, found none. {hint}") from None


def _expect(path: Path, digest: "hashlib._Hash", sealed: str, hint: str) -> None:
    if digest.hexdigest() != sealed:
        raise InputError(f"{path}: expected what an earlier step wrote, found another content (SHA-256). {hint}")
