"""Run a command and write, as JSON, how long it took and how much memory it had at its peak.

Usage: python -m bench.child, a program, and its arguments.

A process begins with the peak of the one that started it, and that of the benchmark is large: its children would all
show it. This small one stands in between.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from pipeline.errors import RunError


@dataclass(frozen=True)
class Usage:
    """Seconds from start to exit, the largest resident set in bytes (mapped files included), and the exit status."""

    seconds: float
    peak_bytes: int
    status: int


def run(command: list[str]) -> Usage:
    """Run the command by way of a small process. Raises RunError if it fails; its messages go to stderr."""
    between = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "bench.child", *command], stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    usage = Usage(**json.loads(between.stdout))
    if usage.status:
        raise RunError(f"{' '.join(command[:3])}: expected exit status 0, found {usage.status}. Hint: see above.")
    return usage


def main() -> None:
    """Run the command that the arguments are."""
    start = time.perf_counter()
    process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    found = Usage(seconds, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status))  # Linux counts in KiB
    sys.stdout.write(json.dumps(asdict(found)) + "\n")


if __name__ == "__main__":
    main()
