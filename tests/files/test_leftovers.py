"""Downloads of several processes into one folder, and of processes that are killed or have no room to write."""

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from configuration import ROOT
from misbehaving import CONTENT, NAME, WHOLE, Server, right

from pipeline.data import download
from pipeline.files import atomic

SCRIPT = ROOT / "tests/support/fetching.py"
HALF = len(CONTENT) // 2


@pytest.fixture
def resumed() -> Iterator[threading.Event]:
    """What the second half of a download waits for, but for a byte now and then that keeps the connection alive."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def server(resumed: threading.Event, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Sends a half at once, and the other one after `resumed`."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def halves(handler, number):
        handler.wfile.write(WHOLE + CONTENT[:HALF])
        sent = HALF
        while not resumed.wait(0.5):
            sent += handler.wfile.write(CONTENT[sent : sent + 1])
        handler.wfile.write(CONTENT[sent:])

    server = Server(halves)
    yield server
    server.stop()


def start(server: Server, target: Path, *before: str, **options) -> subprocess.Popen[str]:
    command = [*before, sys.executable, str(SCRIPT), server.address, str(target)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def under_way_in(folder: Path) -> list[Path]:
    return [path for path in folder.glob(".*") if path.stat().st_size >= HALF]


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


def test_after_a_kill_the_same_command_leaves_only_the_file(
    server: Server, resumed: threading.Event, tmp_path: Path
) -> None:
    target = tmp_path / NAME
    killed = start(server, target)
    until(lambda: under_way_in(tmp_path))
    killed.kill()
    killed.wait()
    assert len(under_way_in(tmp_path)) == 1, "the kill left nothing"
    assert not target.exists()
    resumed.set()
    assert ended(start(server, target)) == (0, "")
    assert target.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [target]


def test_two_at_once_leave_each_other_alone(server: Server, resumed: threading.Event, tmp_path: Path) -> None:
    target = tmp_path / NAME
    both = [start(server, target) for _ in range(2)]
    until(lambda: len(under_way_in(tmp_path)) == 2)
    with atomic.replacing(target) as file:  # and a third, that is soon done
        file.write(b"third")
    assert len(under_way_in(tmp_path)) == 2
    resumed.set()
    assert [ended(process) for process in both] == [(0, "")] * 2
    assert target.read_bytes() == CONTENT
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", [".other.gz.abcd1234", f".{NAME}.sha256", f"{NAME}.abcd1234", f".{NAME}.abcd12345"])
def test_files_of_other_names_stay(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with atomic.replacing(tmp_path / NAME) as file:
        file.write(b"content")
    assert (tmp_path / NAME).read_bytes() == b"content"
    assert {path.name for path in tmp_path.iterdir()} == {name, NAME}


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"before")
    with pytest.raises(KeyboardInterrupt), atomic.replacing(tmp_path / NAME) as file:
        file.write(b"after")
        raise KeyboardInterrupt
    assert (tmp_path / NAME).read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [tmp_path / NAME]


def _no_locks(*_: object) -> None:
    raise OSError(37, "No locks available")


def test_without_locks_files_are_replaced_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcntl.flock", _no_locks)
    (tmp_path / f".{NAME}.abcd1234").touch()
    with atomic.replacing(tmp_path / NAME) as file:
        file.write(b"content")
    assert (tmp_path / NAME).read_bytes() == b"content"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def whole_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server(right)
    yield server
    server.stop()


def test_file_that_may_not_grow_is_an_error(whole_server: Server, tmp_path: Path) -> None:
    """A limit of the process: the kernel refuses a write amid the body, as on a full disk."""
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (HALF, HALF))
    process = start(whole_server, tmp_path / NAME, preexec_fn=limit)
    assert ended(process) == (1, _no_place(tmp_path / NAME, "File too large"))
    assert list(tmp_path.iterdir()) == []


def _no_place(path: Path, found: str) -> str:
    return f"{path}: expected a place to store a download, found: {found}. {download.MAKE_ROOM}\n"


def _may_mount() -> bool:
    unshare = shutil.which("unshare")
    return bool(unshare) and subprocess.run([unshare, "-rm", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not _may_mount(), reason="needs a mount namespace")
@pytest.mark.parametrize(
    ("options", "found"),
    [("size=64k", "No space left on device"), ("ro", "Read-only file system")],
    ids=["full", "read-only"],
)
def test_disk_without_room_is_an_error(whole_server: Server, tmp_path: Path, options: str, found: str) -> None:
    """A file system of 64 KiB, or one that is read-only; nothing is left in it."""
    script = f'mount -t tmpfs -o {options} none "$0" && "$@"; status=$?; ls -A "$0" >&2; exit $status'
    process = start(whole_server, tmp_path / NAME, "unshare", "-rm", "sh", "-c", script, str(tmp_path))
    assert ended(process) == (1, _no_place(tmp_path / NAME, found))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_may_not_be_written_is_an_error(whole_server: Server, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o500)
    process = start(whole_server, tmp_path / "cache" / NAME)
    assert ended(process)[0] == 1
    assert list((tmp_path / "cache").iterdir()) == []


def test_interrupted_download_leaves_nothing(server: Server, tmp_path: Path) -> None:
    process = start(server, tmp_path / NAME)
    until(lambda: under_way_in(tmp_path))
    process.send_signal(2)
    assert ended(process) == (130, "interrupted\n")
    assert list(tmp_path.iterdir()) == []
