"""Git for tests."""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What a Git command says that knows nothing of its user: neither hooks nor a key to sign with."""
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def know(folder: Path) -> None:
    """Have Git know all files of a project: those that jobs are sent which share nothing with it."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
