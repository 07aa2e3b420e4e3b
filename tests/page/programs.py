"""The programs that the checks run."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TOOLS = ROOT / "tools" / "page"
SECONDS = 300  # more than any program here takes; what hangs ends the test


def path_of(name: str) -> str:
    """The program's path; fails the test if there is none."""
    path = shutil.which(name)
    assert path, f"{name}: expected it on the PATH, found none. Hint: run ./setup.sh page"
    return path


def run(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program; what it prints is kept, whatever its exit status."""
    return subprocess.run(
        [path_of(name), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=SECONDS
    )


def output(name: str, *arguments: str | Path) -> str:
    """What a program prints; fails the test if it fails."""
    result = run(name, *arguments)
    assert result.returncode == 0, f"{name}: exit status {result.returncode}: {result.stderr}"
    return result.stdout


def expect_none(problems: list[str]) -> None:
    """Fail the test with all problems, a line each."""
    assert not problems, "\n".join(["found:", *problems])
