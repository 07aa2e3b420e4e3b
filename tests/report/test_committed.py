"""A file is taken for edited unless Git says that it is what was committed."""

from pathlib import Path

import committed
import pytest
from versioned import git


@pytest.fixture
def difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is said of the files of a repository with one commit."""
    (tmp_path / "folder").mkdir()
    for name in ("same", "edited", "deleted", "folder/edited"):
        (tmp_path / name).write_text("one\n")
    (tmp_path / ".gitignore").write_text("ignored\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=one")
    for name in ("edited", "folder/edited", "new", "ignored"):
        (tmp_path / name).write_text("two\n")
    (tmp_path / "deleted").unlink()
    monkeypatch.setattr(committed, "ROOT", tmp_path)
    return committed.difference.__wrapped__


@pytest.mark.parametrize("name", ["edited", "deleted", "folder", "new", "ignored"])
def test_what_git_has_otherwise_is_its_users(difference, name: str) -> None:
    assert difference(name) == "is not as committed, but its user's own"


def test_what_git_has_so_is_as_committed(difference) -> None:
    assert difference("same") is None


def test_without_git_nobody_knows(difference, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".git").rename(tmp_path / "no-git")
    assert difference("same") is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is no Git" in difference("same")
