"""What Git tells of a folder. Light to import."""

import shutil
import subprocess
from pathlib import Path


def ask(folder: Path, *arguments: str) -> str | None:
    """What a Git command prints; None if it fails or there is no Git."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "--no-optional-locks", "-C", str(folder), *arguments]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603 - every argument is ours
    return result.stdout.strip() if result.returncode == 0 else None
