"""What comes with the project and is its user's to change: config.yaml, report/, the examples, profiles of clusters.

No test depends on them but those that are about them as they came, and these say so with `as_committed`.
"""

import subprocess
from functools import cache

import pytest
from configuration import ROOT


def as_committed(*paths: str) -> pytest.MarkDecorator:
    """Skip a test of files and folders of the project unless they are what Git has at HEAD."""
    found = [f"{path} {other}" for path in paths if (other := difference(path))]
    return pytest.mark.skipif(bool(found), reason=", ".join(found))


@cache
def difference(path: str) -> str | None:
    """Why a file or folder is not known to be what Git has at HEAD; None if it is."""
    command = ["git", "--no-optional-locks", "status", "--porcelain", "--ignored", "--", path]
    try:
        status = subprocess.run(command, cwd=ROOT, capture_output=True)
    except FileNotFoundError:
        return "may have been edited: there is no Git to tell"
    if status.returncode:
        return "may have been edited: Git cannot tell"
    return "is not as committed, but its user's own" if status.stdout else None
