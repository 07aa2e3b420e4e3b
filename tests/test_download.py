"""Downloading from mirrors that misbehave: the right file or one line that says why not, soon and in little memory."""

import re
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from misbehaving import (
    CONTENT,
    FILE,
    HARMFUL,
    HARMLESS,
    NAME,
    WHOLE,
    Answer,
    Server,
    closed,
    first,
    raw,
    right,
    send,
    sending,
)

from pipeline import download
from pipeline.download import Limits, Mirrors
from pipeline.errors import RunError

QUICK = Limits(patience=1, pause=0.01)
PATIENT = Limits(patience=7, pause=0.01)

HINT = f" {download.MEND}"

Serve = Callable[[Answer], Server]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@contextmanager
def bounded(limits: Limits) -> Iterator[None]:
    """The block ends soon after the patience does, and has never held 8 MiB."""
    tracemalloc.start()
    start = time.monotonic()
    try:
        yield
        assert time.monotonic() - start < limits.patience + 3
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def fetch(target: Path, *servers: Server, limits: Limits = PATIENT) -> str:
    with bounded(limits):
        return Mirrors([server.address for server in servers], limits).fetch(NAME, FILE, target)


def problems(target: Path, *addresses: str, limits: Limits = PATIENT) -> tuple[str, ...]:
    """What a fetch that must fail says, before the hint; it leaves no file behind."""
    with bounded(limits), pytest.raises(RunError) as raised:
        Mirrors(addresses, limits).fetch(NAME, FILE, target)
    assert list(target.parent.iterdir()) == []
    assert all(line.isprintable() and line.endswith(HINT) for line in raised.value.problems)
    return tuple(line.removesuffix(HINT) for line in raised.value.problems)


def expected(address: str, found: str) -> str:
    return f"{address}{NAME}: expected 102,402 bytes, found {found}"


@pytest.mark.parametrize("case", HARMLESS)
def test_right_file_comes_in_spite_of(serve: Serve, tmp_path: Path, case: str) -> None:
    server = serve(HARMLESS[case])
    target = tmp_path / "below" / NAME
    assert fetch(target, server) == server.address
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("case", HARMFUL)
def test_one_line_tells(serve: Serve, tmp_path: Path, case: str) -> None:
    answer, found = HARMFUL[case]
    server = serve(answer)
    limits = QUICK if "time" in found else PATIENT
    (problem,) = problems(tmp_path / NAME, server.address, limits=limits)
    assert re.fullmatch(re.escape(expected(server.address, "")) + found, problem)


@pytest.mark.parametrize(
    ("case", "requests"),
    [
        ("404", 1),
        ("500", download.TRIES),
        ("429, Retry-After", download.TRIES),
        ("wrong bytes", 1),
        ("smaller length", 1),
        ("page without a length", 1),
        ("endless body", 1),
        ("truncated", download.TRIES),
        ("redirect loop", download.REDIRECTS + 1),
    ],
)
def test_tries(serve: Serve, tmp_path: Path, case: str, requests: int) -> None:
    server = serve(HARMFUL[case][0])
    problems(tmp_path / NAME, server.address)
    assert len(server.ranges) == requests


def test_next_mirror_is_asked(serve: Serve, tmp_path: Path) -> None:
    wrong, good = serve(HARMFUL["wrong bytes"][0]), serve(right)
    assert fetch(tmp_path / NAME, wrong, good) == good.address
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert (len(wrong.ranges), len(good.ranges)) == (1, 1)


def rest(number: int) -> Answer:
    """What CONTENT holds after `number` bytes, as a server sends it that can resume."""
    return sending(CONTENT[number:], 206, Content_Range=f"bytes {number}-{len(CONTENT) - 1}/{len(CONTENT)}")


DROPPED = raw(WHOLE + CONTENT[:1000])


def test_dropped_connection_is_resumed(serve: Serve, tmp_path: Path) -> None:
    server = serve(first(DROPPED, rest(1000)))
    fetch(tmp_path / NAME, server)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1000-"]


def test_refused_range_is_final(serve: Serve, tmp_path: Path) -> None:
    server = serve(first(DROPPED, sending(b"", 416)))
    assert problems(tmp_path / NAME, server.address) == (expected(server.address, "only 1,000."),)
    assert len(server.ranges) == 2


def test_unreachable_mirror_is_not_tried_again(serve: Serve, tmp_path: Path) -> None:
    dead = closed()
    mirrors = Mirrors([dead.address], QUICK)
    with pytest.raises(RunError) as before:
        mirrors.fetch(NAME, FILE, tmp_path / NAME)
    assert before.value.problems == (expected(dead.address, f"no connection (Connection refused).{HINT}"),)
    with pytest.raises(RunError) as after:
        mirrors.fetch(NAME, FILE, tmp_path / NAME)
    assert after.value.problems == ()


def test_name_that_is_unknown_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    (problem,) = problems(tmp_path / NAME, "http://mirror.invalid/")
    assert re.search(r"found no (connection|answer)\b", problem)


def test_server_without_tls_is_no_connection(serve: Serve, tmp_path: Path) -> None:
    address = serve(right).address.replace("http:", "https:")
    (problem,) = problems(tmp_path / NAME, address)
    assert problem.startswith(expected(address, "no connection ("))


def test_certificates_that_are_missing_are_named(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    address = serve(right).address.replace("http:", "https:")
    (problem,) = problems(tmp_path / "cache" / NAME, address)
    assert problem.startswith(expected(address, "no file: "))
    assert str(tmp_path / "none.pem") in problem


def test_proxy_is_used_and_named(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(right)
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", closed().address)
    (problem,) = problems(tmp_path / NAME, server.address)
    assert problem == expected(server.address, "no connection (proxy: Connection refused).")
    assert server.ranges == []


def test_patience_is_shared_by_silent_mirrors(serve: Serve, tmp_path: Path) -> None:
    silent = [serve(HARMFUL[case][0]) for case in ("silence", "slow drip", "endless trailer", "slow drip of headers")]
    start = time.monotonic()
    assert len(problems(tmp_path / NAME, *(server.address for server in silent), limits=QUICK)) == 4
    assert QUICK.patience <= time.monotonic() - start < QUICK.patience + 1


def test_patience_of_a_mirror_is_shared_by_all_files(serve: Serve, tmp_path: Path) -> None:
    def late(handler, number):
        time.sleep(0.4)
        send(handler, b"", 404)

    server = serve(late)
    mirrors = Mirrors([server.address], QUICK)
    for _ in range(5):
        with pytest.raises(RunError):
            mirrors.fetch(NAME, FILE, tmp_path / NAME)
    assert len(server.ranges) == 3


def steady(step: int, seconds: float) -> Answer:
    """So many bytes, then a pause, until all are sent."""

    def answer(handler, number):
        handler.wfile.write(WHOLE)
        for start in range(0, len(CONTENT), step):
            time.sleep(seconds)
            handler.wfile.write(CONTENT[start : start + step])

    return answer


@pytest.mark.parametrize(("rate", "comes"), [(2**14, True), (2**20, False)])
def test_slow_mirror_is_waited_for_if_not_too_slow(serve: Serve, tmp_path: Path, rate: int, comes: bool) -> None:
    """It sends about 60,000 bytes a second, for longer than the patience."""
    server, limits = serve(steady(6000, 0.1)), Limits(patience=1, rate=rate, pause=0.01)
    if comes:
        fetch(tmp_path / NAME, server, limits=limits)
        assert (tmp_path / NAME).read_bytes() == CONTENT
    else:
        (problem,) = problems(tmp_path / NAME, server.address, limits=limits)
        assert problem.endswith(f"when the time was up (less than {rate:,} bytes a second).")


def test_unreachable_mirrors_cost_less_than_a_minute() -> None:
    assert download.LIMITS.patience < 60
    # the pace at which a whole file takes ten minutes at most is fast enough
    assert 9_912_422 / download.LIMITS.rate > 600


def test_answer_after_the_end_writes_nothing(serve: Serve, tmp_path: Path) -> None:
    answered = threading.Event()

    def late(handler, number):
        time.sleep(0.4)
        send(handler, CONTENT)
        answered.set()

    server = serve(late)
    problems(tmp_path / NAME, server.address, limits=Limits(patience=0.2, pause=0.01))
    assert answered.wait(5)
    time.sleep(0.1)
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_written_is_named(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RunError, match="expected a place to store a download"):
        fetch(tmp_path / "file" / NAME, serve(right))


def test_nothing_is_shown_where_there_is_no_terminal(
    serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    fetch(tmp_path / NAME, serve(right))
    assert capsys.readouterr() == ("", "")
