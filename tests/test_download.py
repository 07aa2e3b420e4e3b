"""Downloading from mirrors that misbehave in every way a server can."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline import download
from pipeline.download import Limits, Mirrors
from pipeline.errors import RunError
from pipeline.settings import GzipFile

CONTENT = b"\x1f\x8b" + bytes(range(256)) * 400
FILE = GzipFile(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
QUICK = Limits(patience=4, pause=0.01)
NAME = "images.gz"

Answer = Callable[[BaseHTTPRequestHandler, int], None]


class Server(ThreadingHTTPServer):
    """Answers with `answer(handler, number)`, where number counts requests from 1; keeps their Range headers."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        self.ranges: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.ranges.append(self.headers.get("Range"))
                with contextlib.suppress(OSError):  # the client may hang up
                    answer(self, len(server.ranges))

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


Serve = Callable[[Answer], Server]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers = []

    def start(answer: Answer) -> Server:
        servers.append(Server(answer))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, length: int | None = -1) -> None:
    """Send `body`, announced as `length` bytes (its own by default, none for None)."""
    handler.send_response(status)
    if length is not None:
        handler.send_header("Content-Length", str(len(body) if length == -1 else length))
    handler.end_headers()
    handler.wfile.write(body)


def right(handler: BaseHTTPRequestHandler, number: int) -> None:
    send(handler, CONTENT)


def problems(target: Path, *servers: Server, limits: Limits = QUICK) -> tuple[str, ...]:
    """What a fetch that must fail says; it leaves no file behind."""
    with pytest.raises(RunError) as raised:
        Mirrors([server.address for server in servers], limits).fetch(NAME, FILE, target)
    assert list(target.parent.iterdir()) == []
    assert all(line.count("\n") == 0 for line in raised.value.problems)
    return raised.value.problems


def expected(server: Server, found: str) -> str:
    return f"{server.address}{NAME}: expected 102,402 bytes, found {found}"


def test_right_file_gets_its_name(serve: Serve, tmp_path: Path) -> None:
    server = serve(right)
    target = tmp_path / "below" / NAME
    assert Mirrors([server.address.rstrip("/")], QUICK).fetch(NAME, FILE, target) == server.address
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == [NAME]


def test_not_found_is_final(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: send(handler, b"no", 404))
    assert problems(tmp_path / NAME, server) == (expected(server, "404 Not Found."),)
    assert len(server.ranges) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
def test_passing_failure_is_tried_again(serve: Serve, tmp_path: Path, status: int) -> None:
    server = serve(lambda handler, number: send(handler, CONTENT, 200 if number == 3 else status))
    Mirrors([server.address], QUICK).fetch(NAME, FILE, tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert len(server.ranges) == 3


def test_lasting_failure_ends(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: send(handler, b"", 500))
    assert problems(tmp_path / NAME, server) == (expected(server, "500 Internal Server Error."),)
    assert len(server.ranges) == download.TRIES


def test_wrong_bytes_lead_to_the_next_mirror(serve: Serve, tmp_path: Path) -> None:
    wrong, good = serve(lambda handler, _: send(handler, CONTENT[::-1])), serve(right)
    assert Mirrors([wrong.address, good.address], QUICK).fetch(NAME, FILE, tmp_path / NAME) == good.address
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert (len(wrong.ranges), len(good.ranges)) == (1, 1)


def test_wrong_bytes_are_named(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: send(handler, CONTENT[::-1]))
    (problem,) = problems(tmp_path / NAME, server)
    assert problem.startswith(expected(server, "other bytes (sha256 "))
    assert FILE.sha256 in problem


@pytest.mark.parametrize("length", [-1, None], ids=["length", "no length"])
@pytest.mark.parametrize("size", [60, len(CONTENT)])
def test_html_page_is_named(serve: Serve, tmp_path: Path, length: int | None, size: int) -> None:
    page = b"\n<!DOCTYPE html><title>Log in".ljust(size)
    server = serve(lambda handler, _: send(handler, page, length=length))
    assert problems(tmp_path / NAME, server) == (expected(server, "an HTML page."),)
    assert len(server.ranges) == 1


def test_short_file_is_final(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: send(handler, CONTENT[:1000]))
    assert problems(tmp_path / NAME, server) == (expected(server, "only 1,000."),)
    assert len(server.ranges) == 1


def test_endless_body_is_cut(serve: Serve, tmp_path: Path) -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler, _: int) -> None:
        nonlocal sent
        send(handler, b"", length=None)
        while True:
            sent += handler.wfile.write(bytes(2**16))

    server = serve(endless)
    assert problems(tmp_path / NAME, server) == (expected(server, "more."),)
    assert len(server.ranges) == 1
    assert sent < 2**26


def test_slow_drip_ends_at_the_deadline(serve: Serve, tmp_path: Path) -> None:
    def drip(handler: BaseHTTPRequestHandler, _: int) -> None:
        send(handler, b"", length=len(CONTENT))
        for byte in CONTENT:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.02)

    server = serve(drip)
    start = time.monotonic()
    (problem,) = problems(tmp_path / NAME, server, limits=Limits(patience=0.5, pause=0.01))
    assert time.monotonic() - start < 3
    assert "when the time was up" in problem


def test_redirect_loop_ends(serve: Serve, tmp_path: Path) -> None:
    def loop(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(302)
        handler.send_header("Location", handler.path)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server = serve(loop)
    assert problems(tmp_path / NAME, server) == (expected(server, "no file: Exceeded 5 redirects."),)
    assert len(server.ranges) == download.REDIRECTS + 1


def drops_then(resume: Answer) -> Answer:
    """Drops the first connection after 1,000 bytes."""

    def answer(handler: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            send(handler, CONTENT[:1000], length=len(CONTENT))
        else:
            resume(handler, number)

    return answer


def test_dropped_connection_is_resumed(serve: Serve, tmp_path: Path) -> None:
    def rest(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}")
        handler.send_header("Content-Length", str(len(CONTENT) - 1000))
        handler.end_headers()
        handler.wfile.write(CONTENT[1000:])

    server = serve(drops_then(rest))
    Mirrors([server.address], QUICK).fetch(NAME, FILE, tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1000-"]


def test_dropped_connection_starts_again_where_ranges_are_ignored(serve: Serve, tmp_path: Path) -> None:
    server = serve(drops_then(right))
    Mirrors([server.address], QUICK).fetch(NAME, FILE, tmp_path / NAME)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_refused_range_is_final(serve: Serve, tmp_path: Path) -> None:
    server = serve(drops_then(lambda handler, _: send(handler, b"", 416)))
    assert problems(tmp_path / NAME, server) == (expected(server, "only 1,000."),)
    assert len(server.ranges) == 2


def test_connection_that_keeps_dropping_ends(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda handler, _: send(handler, CONTENT[:1000], length=len(CONTENT)))
    (problem,) = problems(tmp_path / NAME, server)
    assert problem.startswith(expected(server, "a dropped connection"))
    assert len(server.ranges) == download.TRIES


def test_unreachable_mirror_is_not_tried_again(serve: Serve, tmp_path: Path) -> None:
    dead = Server(right)
    dead.server_close()
    mirrors = Mirrors([dead.address], QUICK)
    with pytest.raises(RunError) as first:
        mirrors.fetch(NAME, FILE, tmp_path / NAME)
    assert first.value.problems == (expected(dead, "no connection (Connection refused)."),)
    with pytest.raises(RunError) as second:
        mirrors.fetch(NAME, FILE, tmp_path / NAME)
    assert second.value.problems == ()


def test_proxy_is_used_and_named(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, dead = serve(right), Server(right)
    dead.server_close()
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("http_proxy", dead.address)
    assert problems(tmp_path / NAME, server) == (expected(server, "no connection (proxy: Connection refused)."),)
    assert server.ranges == []


def test_silent_mirrors_are_given_up_in_time(serve: Serve, tmp_path: Path) -> None:
    released = threading.Event()
    silent = [serve(lambda *_: released.wait(10)) for _ in range(2)]
    start = time.monotonic()
    found = problems(tmp_path / NAME, *silent, limits=Limits(patience=1, pause=0.01))
    assert time.monotonic() - start < 2
    assert len(found) == 2
    assert all("found no answer in" in problem for problem in found)
    released.set()


def test_place_that_cannot_be_written_is_named(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RunError, match="expected a place to store a download"):
        Mirrors([serve(right).address], QUICK).fetch(NAME, FILE, tmp_path / "file" / NAME)


def test_nothing_is_shown_where_there_is_no_terminal(
    serve: Serve, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    Mirrors([serve(right).address], QUICK).fetch(NAME, FILE, tmp_path / NAME)
    assert capsys.readouterr() == ("", "")
