"""Try the project on bare systems: what `make test-fresh` runs.

    python -m fresh                  every machine
    python -m fresh bare debian13    these

Ends with exit status 1 if something is wrong on one of them, 2 for an unknown name, 0 where no system can be made.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fresh import host, roots, verdicts
from fresh.machines import MACHINES, RELEASES, mirrors
from fresh.roots import Outcome, Root

PROJECT = Path(__file__).resolve().parent.parent.parent
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHOWN = 40  # lines of what a command printed that did not do as expected


@dataclass(frozen=True)
class Tried:
    """A command on a machine, and what is wrong with what it did."""

    machine: str
    command: str
    outcome: Outcome
    problems: list[str]


def main() -> None:
    """Command line."""
    names = list(dict.fromkeys(sys.argv[1:] or MACHINES))
    if unknown := [name for name in names if name not in MACHINES]:
        known = ", ".join(MACHINES)
        sys.stderr.write(f"make test-fresh: expected machines among {known}, found {', '.join(unknown)}.\n")
        sys.exit(2)
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=PROJECT, capture_output=True, text=True)
    if reason := roots.obstacle() or " ".join(changed.stderr.split()):
        print(f"make test-fresh: skipped, {reason}")
        return
    if changed.stdout:
        print("make test-fresh: what is not committed is not tried")
    os.umask(0o022)
    with temporary_folder() as folder:
        tried = list(try_all(names, folder))
        wrong = [each for each in tried if each.problems]
        logs = shutil.move(folder / "logs", tempfile.mkdtemp(prefix="test-fresh-logs-")) if wrong else None
    for each in wrong:
        print(f"\n{each.machine}: {each.command}: the last of its output; all of it is in {logs}/{each.machine}.log")
        print("\n".join(f"    {line.text}" for line in each.outcome.lines[-SHOWN:]))
    print_table(tried)
    sys.exit(1 if wrong else 0)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed in the end, after a signal too."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    for each in SIGNALS:
        signal.signal(each, end)
    folder = Path(tempfile.mkdtemp(prefix="test-fresh-"))
    try:
        yield folder
    finally:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        shutil.rmtree(folder)


def try_all(names: list[str], folder: Path) -> Iterator[Tried]:
    """Try machines one after the other; the base of a release is made before the first machine that needs it."""
    (folder / "logs").mkdir()
    settings = host.settings()
    bases: dict[str, Tried] = {}
    for name in names:
        release = MACHINES[name].release
        if release not in bases:
            bases[release] = make_base(release, folder, settings)
            yield bases[release]
        if not bases[release].problems:
            yield from try_machine(name, folder / release, folder, settings)


def make_base(release: str, folder: Path, settings: host.Settings) -> Tried:
    """Make the bare system of a release."""
    name = RELEASES[release]
    log = folder / "logs" / f"{name}.log"
    return attempt(
        name, "mmdebstrap", lambda: roots.make_base(folder / release, release, settings, log), verdicts.of_any
    )


def try_machine(name: str, base: Path, folder: Path, settings: host.Settings) -> Iterator[Tried]:
    """Make a machine, do on it what a newcomer does, and remove it."""
    machine, log = MACHINES[name], folder / "logs" / f"{name}.log"
    unreachable = [] if machine.reaches_data else mirrors(PROJECT)
    variables = host.without_proxy(settings.variables, unreachable)
    root = Root(base, folder / name, machine.user, variables, settings.folders, folder / "cache")
    root.make(settings)
    roots.write_hosts(root.outside(Path("/etc/hosts")), unreachable)
    place = root.home / machine.folder
    clone = root.clone(PROJECT, place)
    committed = verdicts.digests(clone / "report")

    def step(command: str, judge: Callable[[Outcome], list[str]], **options: str) -> Tried:
        return attempt(name, command, lambda: root.run(command, place, log, **options), judge)

    if machine.packages:
        yield step(roots.install(machine.packages), verdicts.of_any, user="root")
    yield step(machine.report, lambda outcome: verdicts.of_build(machine, outcome, clone, committed, root.changes))
    before = verdicts.times(clone)
    yield step(machine.report, lambda outcome: verdicts.of_nothing_to_do(outcome, before, verdicts.times(clone)))
    yield step(machine.test, verdicts.of_tests)
    yield step("git status --porcelain", verdicts.of_status)
    shutil.rmtree(root.folder)


def attempt(machine: str, command: str, run: Callable[[], Outcome], judge: Callable[[Outcome], list[str]]) -> Tried:
    """Run a command and judge what it did, with a line that says so."""
    print(f"{machine}: {command} ... ", end="", flush=True)
    outcome = run()
    problems = judge(outcome)
    print(f"{outcome.seconds:.0f} s{', not as expected' if problems else ''}", flush=True)
    return Tried(machine, command, outcome, problems)


def print_table(tried: list[Tried]) -> None:
    """Print a row for each command, and for each further problem."""
    rows = [("machine", "command", "seconds", "verdict")]
    for each in tried:
        first, *others = each.problems or ["as expected"]
        command = each.command if len(each.command) <= 40 else f"{each.command[:37]}..."
        rows += [(each.machine, command, f"{each.outcome.seconds:.0f}", first), *(("", "", "", o) for o in others)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    print()
    for machine, command, seconds, verdict in rows:
        print(f"{machine:{widths[0]}}  {command:{widths[1]}}  {seconds:>{widths[2]}}  {verdict}")


if __name__ == "__main__":
    main()
