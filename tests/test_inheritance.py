"""However the tests are started, their results are the same."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CHILD = """
import os, signal, subprocess, sys
number = signal.Signals(int(sys.argv[1]))
signal.signal(number, signal.SIG_IGN)
import inheritance
inheritance.heed_signals()
os.kill(os.getpid(), number)
child = "import signal, sys; print(signal.getsignal(int(sys.argv[1])) == signal.SIG_IGN)"
print("goes on", subprocess.run([sys.executable, "-c", child, sys.argv[1]], capture_output=True, text=True).stdout)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGCHLD])
def test_what_is_ignored_here_is_heeded_by_children(number: signal.Signals) -> None:
    command = [sys.executable, "-c", CHILD, str(int(number))]
    told = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True)
    assert told.stdout.split() == ["goes", "on", "False"], told.stderr
