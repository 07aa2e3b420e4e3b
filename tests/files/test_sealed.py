"""A file takes its name after its checksum, so that a process which is killed in between harms nothing."""

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.files import arrays, locks, sealed
from pipeline.workflow import build
from pipeline.workflow.storage import Storage

WRITERS: dict[str, Callable[[Path, int], None]] = {
    "text": lambda path, number: sealed.write_text(path, f"{number}\n"),
    "JSON": lambda path, number: sealed.write_json(path, {"number": number}),
    "bytes": lambda path, number: sealed.write_bytes(path, bytes([number])),
    "array": lambda path, number: arrays.write_array(path, np.full(3, number)),
}


RESOLVED = Path("results/config.json")


class KilledError(BaseException):
    """What ends a process where it is."""


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object], Path], None]:
    """Does something, but is killed before a file takes its name."""

    def until(work: Callable[[], object], path: Path) -> None:
        replace = Path.replace

        def kill(temporary: Path, target: Path) -> Path:
            if target == path:
                raise KilledError
            return replace(temporary, target)

        with monkeypatch.context() as patch, pytest.raises(KilledError):
            patch.setattr(Path, "replace", kill)
            work()

    return until


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_has_its_checksum_before_its_name(tmp_path: Path, killed, kind: str) -> None:
    path = tmp_path / "file"
    killed(lambda: WRITERS[kind](path, 1), path)
    assert [left.name for left in tmp_path.iterdir()] == [sealed.SUMS]
    WRITERS[kind](path, 1)
    sealed.verify(path)


def test_an_old_file_is_not_read_in_its_place(tmp_path: Path, killed) -> None:
    path = tmp_path / "file"
    sealed.write_text(path, "old")
    killed(lambda: sealed.write_text(path, "new"), path)
    with pytest.raises(InputError, match="another content"):
        sealed.read_text(path)
    sealed.write_text(path, "new")
    assert sealed.read_text(path) == "new"


def resolve(text: str) -> None:
    """As a Snakemake of its own would, whose locks end with it."""
    try:
        build.write_settings(Storage(), {str(RESOLVED): text})
    finally:
        os.close(locks._held.pop())


@pytest.mark.parametrize("text", ["old", "new"])
def test_the_resolved_configuration_is_written_as_a_whole_where_it_changes(
    tmp_path: Path, monkeypatch, killed, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    resolve("old")
    os.utime(RESOLVED, (1, 1))
    killed(lambda: resolve("new"), RESOLVED)
    assert RESOLVED.read_text(encoding="utf-8") == "old"
    resolve(text)
    assert RESOLVED.read_text(encoding="utf-8") == text
    assert (RESOLVED.stat().st_mtime == 1) == (text == "old")


# --- What is read is what was written


def damage(path: Path, *, name: str | None = None, edit: tuple[bytes, bytes] = (b"", b"")) -> None:
    """Change the file called `name`, beside `path` or itself."""
    file = path.with_name(name or path.name)
    file.write_bytes(file.read_bytes().replace(*edit, 1) if edit[0] else b"")


DAMAGE: dict[str, Callable[[Path], object]] = {
    "another byte": lambda path: damage(path, edit=(b"7", b"8")),
    "cut short": damage,
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
    "the checksum's last digit": lambda path: path.with_name(sealed.SUMS).write_text(
        re.sub(".(?=  file)", lambda digit: "0" if digit[0] != "0" else "1", path.with_name(sealed.SUMS).read_text())
    ),
    "the checksum of another name": lambda path: damage(path, name=sealed.SUMS, edit=(b"  file", b"  life")),
    "an empty checksum": lambda path: damage(path, name=sealed.SUMS),
    "no checksum": lambda path: path.with_name(sealed.SUMS).unlink(),
    "a checksum that is no text": lambda path: path.with_name(sealed.SUMS).write_bytes(b"\xff"),
    "no file": Path.unlink,
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("mend", [None, "Hint: do it again."])
def test_whatever_differs_from_what_was_sealed_is_not_read(tmp_path: Path, kind: str, mend: str | None) -> None:
    path = tmp_path / "file"
    sealed.write_text(path, "1234567\n")
    assert path.with_name(sealed.SUMS).read_text() == f"{hashlib.sha256(path.read_bytes()).hexdigest()}  file\n"
    sealed.verify(path)
    DAMAGE[kind](path)
    hint = mend or ("Hint: build again." if kind == "no file" else f"Hint: `rm {path}` and build again.")
    for read in (sealed.read_text, sealed.read_bytes, sealed.verify):
        with pytest.raises(InputError) as caught:
            read(path, mend)
        (line,) = caught.value.problems
        assert line.startswith(f"{path}: expected ")
        assert hint in line


def test_texts_have_unix_line_ends_and_json_its_order(tmp_path: Path) -> None:
    sealed.write_text(tmp_path / "text", "ä\nb\n")
    assert (tmp_path / "text").read_bytes() == b"\xc3\xa4\nb\n"
    sealed.write_json(tmp_path / "tree", {"b": 1, "a": [True, None]})
    text = sealed.read_text(tmp_path / "tree")
    assert list(json.loads(text)) == ["b", "a"]
    assert text.index('"b"') < text.index('"a"')
    assert "\n" in text.strip()


def test_only_what_a_step_wrote_is_discarded(tmp_path: Path) -> None:
    for name in ("written", "lost"):
        sealed.write_text(tmp_path / name, "1")
    (tmp_path / "lost").unlink()
    (tmp_path / "mine").write_text("mine")
    for name in ("written", "lost", "mine", "none"):
        sealed.discard(tmp_path / name)
    assert [left.name for left in tmp_path.iterdir()] == ["mine"]


def test_the_checksums_of_a_folder_are_one_file_for_sha256sum(tmp_path: Path) -> None:
    check = ["sha256sum", "--check", "--strict", "--quiet", sealed.SUMS]
    for name in ("b", "a c", "ä"):
        sealed.write_text(tmp_path / name, name)
    sealed.write_text(tmp_path / "below/d", "d")
    sealed.write_text(tmp_path / "b", "another")
    assert subprocess.run(check, cwd=tmp_path).returncode == 0
    lines = (tmp_path / sealed.SUMS).read_text().splitlines()
    assert [line.partition("  ")[2] for line in lines] == ["a c", "b", "ä"]
    sealed.discard(tmp_path / "b")
    assert list(sealed.sums(tmp_path)) == ["a c", "ä"]
    assert subprocess.run(check, cwd=tmp_path).returncode == 0
    damage(tmp_path / "ä")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 1
