"""A file takes its name after its checksum, so that a process which is killed in between harms nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline import arrays, build, locks, sealed
from pipeline.errors import InputError

WRITERS: dict[str, Callable[[Path, int], None]] = {
    "text": lambda path, number: sealed.write_text(path, f"{number}\n"),
    "JSON": lambda path, number: sealed.write_json(path, {"number": number}),
    "bytes": lambda path, number: sealed.write_bytes(path, bytes([number])),
    "array": lambda path, number: arrays.write_array(path, np.full(3, number)),
}


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
    assert [left.name for left in tmp_path.iterdir()] == [".file.sha256"]
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
        build.write_resolved(text)
    finally:
        os.close(locks._held.pop())


@pytest.mark.parametrize("text", ["old", "new"])
def test_the_resolved_configuration_is_mended_by_the_next_build(tmp_path: Path, monkeypatch, killed, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    resolve("old")
    killed(lambda: resolve("new"), build.RESOLVED)
    resolve(text)
    assert sealed.read_text(build.RESOLVED) == text
