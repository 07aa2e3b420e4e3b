"""Downloading from mirrors that misbehave: the right file or one line that says why not, soon and in little memory."""

import itertools
import re
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
import requests
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

from pipeline.data import download
from pipeline.data.download import Limits, Mirrors
from pipeline.errors import RunError

QUICK = Limits(patience=0.2, pause=0.01)  # for servers that never end
PATIENT = Limits(patience=60, pause=0.01)  # for those that do, on however slow a machine

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
def bounded() -> Iterator[None]:
    """The block never holds 8 MiB."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def fetch(target: Path, *servers: Server, limits: Limits = PATIENT) -> str:
    with bounded():
        return Mirrors([server.address for server in servers], limits).fetch(NAME, FILE, target)


def problems(target: Path, *addresses: str, limits: Limits = PATIENT) -> tuple[str, ...]:
    """What a fetch that must fail says, before the hint; it leaves no file behind."""
    with bounded(), pytest.raises(RunError) as raised:
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
        ("500", 3),
        ("429, Retry-After", 3),
        ("wrong bytes", 1),
        ("smaller length", 1),
        ("page without a length", 1),
        ("endless body", 1),
        ("truncated", 3),
        ("redirect loop", 1 + 5),
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
    (problem,) = problems(tmp_path / NAME, "http://mirror.invalid/", limits=replace(PATIENT, patience=7))
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


def test_answer_after_the_end_writes_nothing(serve: Serve, tmp_path: Path) -> None:
    ended = threading.Event()

    def late(handler, number):
        ended.wait(60)
        send(handler, CONTENT)

    server, before = serve(late), set(threading.enumerate())
    problems(tmp_path / NAME, server.address, limits=Limits(patience=0.1, pause=0.01))
    ended.set()
    for thread in set(threading.enumerate()) - before:  # that of the attempt, and the server's
        thread.join(60)
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


# --- Time, told by a clock of ours: it goes only while a server answers or a pause is made


class Clock:
    """Stands for the module time; `pauses` are those that were made."""

    def __init__(self) -> None:
        self.now, self.pauses = 1000.0, []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Body:
    """A response whose chunks take so many seconds each."""

    def __init__(self, clock: Clock, status: int, chunks: Sequence[tuple[float, bytes]]) -> None:
        self.status_code, self.reason, self.headers = status, "told", {}
        self.raw, self.length_remaining = self, 0
        self._clock, self._chunks = clock, iter(chunks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read1(self, _: int, *, decode_content: bool) -> bytes:
        assert not decode_content
        seconds, data = next(self._chunks, (0.0, b""))
        self._clock.now += seconds
        return data


Told = tuple[int, Sequence[tuple[float, bytes]]]  # a status, and the seconds and bytes of each chunk
Fetched = tuple[str | None, Clock, list[str]]  # what is said of a failure, the clock, the addresses that were asked


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Fetched]:
    """Fetch CONTENT `files` times from mirrors that tell the same each time, after so many `silent` seconds."""

    def run(limits: Limits, told: Told, *, mirrors: int = 1, files: int = 1, silent: float = 0.0) -> Fetched:
        clock, asked, said = Clock(), [], None

        def get(_: object, url: str, **__: Any) -> Body:
            asked.append(url)
            clock.now += silent
            return Body(clock, *told)

        monkeypatch.setattr(download, "time", clock)
        monkeypatch.setattr(requests.Session, "get", get)
        found = Mirrors([f"http://{n}.test" for n in range(mirrors)], limits)
        for _ in range(files):
            try:
                found.fetch(NAME, FILE, tmp_path / NAME)
                assert (tmp_path / NAME).read_bytes() == CONTENT
                said = None
            except RunError as error:
                said = " and ".join(line.partition("found ")[2].removesuffix(HINT) for line in error.problems) or said
        return said, clock, asked

    return run


def chunks(size: int, seconds: float) -> list[tuple[float, bytes]]:
    return [(seconds, CONTENT[start : start + size]) for start in range(0, len(CONTENT), size)]


@pytest.mark.parametrize(
    ("seconds", "held"),
    [
        (500, None),  # what comes pays for its time: it may go on for ever
        (499, None),
        # 600 seconds for what pays 500: 100 are lost with each chunk, and from the patience of 1000 nothing is left
        # for the sixth, after 3600 seconds of 1000 + 5 × 500
        (600, "2,500"),
        (1001, "no answer"),
    ],
)
def test_a_mirror_is_waited_for_as_long_as_its_bytes_pay_for_its_time(
    timed: Callable[..., Fetched], seconds: float, held: str | None
) -> None:
    said, _, _ = timed(Limits(patience=1000, rate=1), (200, chunks(500, seconds)))
    if held is None:
        assert said is None
    else:
        late = f"{held} when the time was up (less than 1 bytes a second)."
        assert said == ("no answer in time." if held == "no answer" else late)


@pytest.mark.parametrize(("silence", "comes"), [(999, True), (1001, False)])
def test_patience_does_not_grow_beyond_what_it_was(timed: Callable[..., Fetched], silence: float, comes: bool) -> None:
    """All but two bytes come at once and would pay for a day."""
    told = [(0.0, CONTENT[:-2]), (silence, CONTENT[-2:-1]), (0.0, CONTENT[-1:])]
    said, _, _ = timed(Limits(patience=1000, rate=1), (200, told))
    assert said == (None if comes else "102,400 when the time was up (less than 1 bytes a second).")


def test_the_pause_doubles_between_three_tries(timed: Callable[..., Fetched]) -> None:
    said, clock, asked = timed(Limits(patience=1000, pause=3), (500, ()))
    assert (said, clock.pauses, len(asked)) == ("500 told.", [3, 6], 3)


@pytest.mark.parametrize(("patience", "pauses"), [(10, [3, 6]), (8, [3]), (2, [])])
def test_no_pause_is_made_that_would_outlast_the_patience(
    timed: Callable[..., Fetched], patience: float, pauses: list[float]
) -> None:
    said, clock, asked = timed(Limits(patience=patience, pause=3), (500, ()))
    assert (said, clock.pauses, len(asked)) == ("500 told.", pauses, len(pauses) + 1)


def test_patience_is_shared_by_the_mirrors(timed: Callable[..., Fetched]) -> None:
    """Four mirrors with 250 seconds each; 240 pass before each says no."""
    limits = Limits(patience=1000)
    said, clock, asked = timed(limits, (404, ()), mirrors=4, silent=240)
    assert (said, len(asked), clock.now) == (" and ".join(["404 told."] * 4), 4, 1000 + 4 * 240)
    said, clock, asked = timed(limits, (404, ()), mirrors=4, silent=240, files=3)
    assert [asked.count(f"http://{n}.test/{NAME}") for n in range(4)] == [2] * 4, "no time is left for a third file"


@pytest.mark.parametrize(("silent", "files"), [(400, 3), (300, 4), (1100, 1)])
def test_patience_of_a_mirror_is_shared_by_all_files(timed: Callable[..., Fetched], silent: float, files: int) -> None:
    """The first file to begin after 1000 seconds is not asked for any more."""
    _, _, asked = timed(Limits(patience=1000), (404, ()), files=6, silent=silent)
    assert len(asked) == files


def test_mirrors_that_never_answer_cost_less_than_a_minute_and_files_that_come_in_ten_are_waited_for() -> None:
    assert (download.LIMITS.patience, download.LIMITS.rate, download.LIMITS.pause) == (40, 2**14, 1)
    assert 9_912_422 / 2**14 > 600, "the largest file of MNIST at this rate"


def test_a_body_that_is_too_long_is_not_read_to_its_end(timed: Callable[..., Fetched]) -> None:
    """A second for each chunk after the file's end: the first is one too many."""
    endless = ((1.0, bytes(1)) for _ in itertools.count())
    said, clock, _ = timed(PATIENT, (200, itertools.chain([(0.0, CONTENT)], endless)))
    assert (said, clock.now) == ("more.", 1001)
