"""However the tests are started, their results are the same."""

import os
import signal
import subprocess
import sys

import inheritance
import pytest
from configuration import ROOT

# each fails where one of these is inherited
TESTS = (
    "crate/test_build_record.py::test_the_commit_and_whether_the_tree_differs_from_it",
    "report/test_addresses.py::test_the_canary_and_the_server_would_tell",
    "config/test_hostile_config.py::test_title_and_author_reach_the_report_step_as_they_are",
    "bench/test_bench.py::test_a_quick_try_writes_records_and_names_who_is_absent",
    "files/test_leftovers.py::test_interrupted_download_leaves_nothing",
    "workflow/test_steps.py::test_these_are_all_steps",
)
HOSTILE = dict.fromkeys(inheritance.LEFT_OUT, "9") | {
    "PYTHONWARNINGS": "error",
    "http_proxy": "http://127.0.0.1:9",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
}
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
    told = subprocess.run(command, cwd=ROOT / "tests/support", capture_output=True, text=True)
    assert told.stdout.split() == ["goes", "on", "False"], told.stderr


@pytest.mark.slow
def test_a_hostile_environment_changes_no_result() -> None:
    """Started in the background by a hook, in a locale without UTF-8, where every variable says something else."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | HOSTILE
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/{name}" for name in TESTS)]
    background = "trap '' INT; exec \"$@\""
    ended = subprocess.run(["sh", "-c", background, "sh", *command], cwd=ROOT, env=environment, capture_output=True)
    assert ended.returncode == 0, ended.stdout.decode(errors="replace")
