"""A build from nothing in a temporary folder, which leaves the project's own results and report as they are."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from pipeline.config import launch
from pipeline.errors import InputError, RunError
from pipeline.training import benchmarks
from pipeline.workflow.sources import SOURCES

PATIENCE = 10  # seconds that an interrupted build has to end


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """Yield a folder with a copy of what a project is built from; it is deleted at the end, however that comes."""
    with _terminable(), tempfile.TemporaryDirectory(prefix="verify-") as name:
        folder = Path(name) / "project"
        _copy(project, folder)
        yield folder


def build(folder: Path, *arguments: str) -> None:
    """Build in a copy; `arguments` are given to Snakemake, whose output goes to stderr.

    Raises InputError or RunError if the build fails; it has said why. If this process is interrupted, all of its jobs
    have ended when it goes on.
    """
    command = [*launch.COMMAND, *arguments, "--cores", "all"]
    with subprocess.Popen(  # noqa: S603 - no shell
        command, cwd=folder, env=environment(os.environ, folder.parent), stdout=sys.stderr, process_group=0
    ) as process:
        try:
            status = process.wait()
        finally:
            end(process)
    if status:
        failure = InputError if status == InputError.exit_status else RunError
        raise failure("make verify: expected the rebuild to succeed, found the problems above.")


def end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a process group, and kill what is left of it after a while, so that nothing writes any more."""
    try:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _copy(project: Path, folder: Path) -> None:
    folder.mkdir()
    for name in (*SOURCES, benchmarks.FILE):
        source = project / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists() or name in SOURCES:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, folder / name)


def environment(present: Mapping[str, str], temporary: Path) -> dict[str, str]:
    """The variables of a build elsewhere: its data lie where they lie here.

    Temporary files go into `temporary`, where they are deleted with the rest even if their owner is killed.
    """
    data = present.get("MNIST_DIR")
    # as the data step reads it: Path.expanduser raises where a user is unknown
    absolute = {"MNIST_DIR": str(Path(os.path.expanduser(data)).absolute())} if data else {}  # noqa: PTH111
    return {**present, **absolute, "TMPDIR": str(temporary), "SUMMARY_FOLLOWS": "1"}


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a request to end (SIGTERM, SIGHUP) come as an exception, so that what must be undone is undone."""

    def end(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    # what is ignored stays so: nohup
    heeded = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
