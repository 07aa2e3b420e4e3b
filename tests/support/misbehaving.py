"""Servers that answer a request for one file, each in a way that a mirror can go wrong."""

import contextlib
import gzip
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pipeline.config.settings import GzipFile

NAME = "images.gz"
CONTENT = b"\x1f\x8b" + bytes(range(256)) * 400
FILE = GzipFile(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
PAGE = b"\n<!DOCTYPE html><title>Log in"
BOMB = gzip.compress(bytes(2**26), compresslevel=9)

Handler = BaseHTTPRequestHandler
Answer = Callable[[Handler, int], None]


class Server(ThreadingHTTPServer):
    """Answers with `answer(handler, number)`, where number counts requests from 1; keeps their Range headers."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        self.ranges: list[str | None] = []
        server = self

        class OfThisServer(Handler):
            def do_GET(self) -> None:  # noqa: N802 - the name of the library
                server.ranges.append(self.headers.get("Range"))
                with contextlib.suppress(OSError, ValueError):  # the client may hang up
                    answer(self, len(server.ranges))

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), OfThisServer)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


def closed() -> Server:
    """A server that refuses connections."""
    server = Server(right)
    server.stop()
    return server


def send(handler: Handler, body: bytes, status: int = 200, length: int | None = -1, **headers: str) -> None:
    """Send `body`, announced as `length` bytes (its own by default, none for None)."""
    handler.send_response(status)
    if length is not None:
        handler.send_header("Content-Length", str(len(body) if length == -1 else length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def sending(body: bytes, status: int = 200, length: int | None = -1, **headers: str) -> Answer:
    return lambda handler, _: send(handler, body, status, length, **headers)


right = sending(CONTENT)


def raw(answer: bytes) -> Answer:
    """These bytes, from the status line on."""
    return lambda handler, _: handler.wfile.write(answer) and None


def forever(start: bytes, repeated: bytes, seconds: float = 0) -> Answer:
    """After `start` the same again and again, with a pause before each, until the client hangs up (20 s at most)."""

    def answer(handler: Handler, _: int) -> None:
        end = time.monotonic() + 20
        handler.wfile.write(start)
        while time.monotonic() < end:
            time.sleep(seconds)
            handler.wfile.write(repeated)

    return answer


def chunked(body: bytes, end: bytes = b"0\r\n\r\n") -> Answer:
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(part), part) for part in (body[i : i + 5000] for i in range(0, len(body), 5000))
    )
    return raw(CHUNKED + chunks + end)


def reset(start: bytes) -> Answer:
    """Drops the connection with a reset, not an end, after `start`."""

    def answer(handler: Handler, _: int) -> None:
        handler.wfile.write(start)
        time.sleep(0.05)  # a reset throws away what the client has not read yet
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return answer


def first(answer: Answer, then: Answer = right) -> Answer:
    """The first request gets one answer, all further ones another."""
    return lambda handler, number: (answer if number == 1 else then)(handler, number)


def redirect(location: str, body: Answer) -> Answer:
    def answer(handler: Handler, number: int) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: %b\r\n" % location.encode("latin-1"))
        body(handler, number)

    return first(answer)


OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: %d\r\n\r\n" % len(CONTENT)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

LATE = r"when the time was up \(less than 16,384 bytes a second\)\."
SILENT = r"no answer in time\."  # also of a server whose first bytes a slow machine has not got by then

# What gets the right file in the end.
HARMLESS: dict[str, Answer] = {
    "nothing": right,
    "without a length": sending(CONTENT, length=None),
    "in chunks": chunked(CONTENT),
    "500 once": first(sending(b"", 500)),
    "503 once, Retry-After": first(sending(b"", 503, Retry_After="99999")),
    "dropped before the headers, once": first(raw(b"")),
    "reset before the headers, once": first(reset(b"")),
    "truncated once": first(raw(WHOLE + CONTENT[:1000])),
    "truncated without a length, once": first(raw(OK + b"\r\n" + CONTENT[:1000])),
    "truncated in chunks, once": first(chunked(CONTENT[:1000], b"")),
    "reset amid the body, once": first(reset(WHOLE + CONTENT[:1000])),
    "file called encoded": sending(CONTENT, Content_Encoding="x-gzip"),
    "redirect": redirect("/elsewhere", raw(b"Content-Length: 0\r\n\r\n")),
    "redirect with an endless body": redirect("/elsewhere", forever(b"\r\n", bytes(2**16))),
    "redirect with a gzip bomb": redirect("/elsewhere", raw(b"Content-Encoding: gzip\r\n\r\n" + BOMB)),
}

# What is an error, and what it says after "expected 102,402 bytes, found ", as a pattern.
HARMFUL: dict[str, tuple[Answer, str]] = {
    "404": (sending(b"no", 404), r"404 Not Found\."),
    "500": (sending(b"", 500), r"500 Internal Server Error\."),
    "429, Retry-After": (sending(b"", 429, Retry_After="99999"), r"429 Too Many Requests\."),
    "503, Retry-After": (sending(b"", 503, Retry_After="99999"), r"503 Service Unavailable\."),
    "206 unasked": (sending(CONTENT[9:], 206, Content_Range="bytes 9-102401/102402"), r"only 102,393\."),
    "wrong bytes": (sending(CONTENT[::-1]), rf"other bytes \(sha256 [0-9a-f]{{64}} instead of {FILE.sha256}\)\."),
    "truncated": (raw(WHOLE + CONTENT[:1000]), r"a dropped connection after 1,000 \(.*\)\."),
    "truncated without a length": (raw(OK + b"\r\n" + CONTENT[:1000]), r"a dropped connection after 1,000\."),
    "truncated in chunks": (chunked(CONTENT[:1000], b""), r"a dropped connection after 1,000 \(.*\)\."),
    "smaller length": (sending(CONTENT, length=1000), r"only 1,000\."),
    "larger length": (sending(CONTENT + b"x"), r"more\."),
    "two lengths": (raw(OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345"), r"no file: .*5, 6.*\."),
    "empty": (sending(b""), r"only 0\."),
    "page": (sending(PAGE), r"an HTML page\."),
    "page without a length": (sending(PAGE, length=None), r"an HTML page\."),
    "page of the right size": (sending(PAGE.ljust(len(CONTENT))), r"an HTML page\."),
    "encoded on the way": (
        sending(gzip.compress(CONTENT + bytes(1000), 0), Content_Encoding="gzip"),
        r"more, with the Content-Encoding gzip\.",
    ),
    "gzip bomb": (sending(BOMB), r"only 65,\d{3}\."),
    "gzip bomb called encoded": (sending(BOMB, Content_Encoding="gzip"), r"only 65,\d{3}, with the .* gzip\."),
    "gzip bomb of the right size": (sending(BOMB.ljust(len(CONTENT))), r"other bytes .*"),
    "endless body": (forever(OK + b"\r\n", bytes(2**16)), r"more\."),
    "endless body in chunks": (forever(CHUNKED, b"10000\r\n" + bytes(2**16) + b"\r\n"), r"more\."),
    "chunk of negative length": (forever(CHUNKED + b"-5\r\n", bytes(2**16)), r"more\."),
    "chunk of no length": (raw(CHUNKED + b"x\r\n"), r"a dropped connection after 0 \(.*\)\."),
    "slow drip": (forever(WHOLE, b"x", 0.02), rf"(\d+ {LATE}|{SILENT})"),
    "slow drip of headers": (forever(OK + b"Name: ", b"x", 0.02), SILENT),
    "slow drip of a chunk's length": (forever(CHUNKED, b"0", 0.02), SILENT),
    "endless headers": (forever(OK, b"Name: value\r\n" * 50), r"no connection \(got more than 100 headers\)\."),
    "endless header": (forever(OK + b"Name: ", bytes(2**12)), r"no connection \(.*more than 65536 bytes.*\)\."),
    "endless 100 Continue": (forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001), SILENT),
    "endless trailer": (
        forever(CHUNKED + b"5\r\nstart\r\n0\r\n", b"Name: value\r\n", 0.001),
        rf"(5 {LATE}|{SILENT})",
    ),
    "silence": (lambda *_: time.sleep(10), SILENT),
    "dropped before the headers": (raw(b""), r"no connection \(Remote end closed connection without response\)\."),
    "reset before the headers": (reset(b""), r"no connection \(Connection reset by peer\)\."),
    "reset amid the body": (
        reset(WHOLE + CONTENT[:1000]),
        r"a dropped connection after [\d,]+ \(Connection reset by peer\)\.",
    ),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), r"no connection \(.*SSH-2\.0-OpenSSH_9\.2.*\)\."),
    "control characters": (raw(b"HTTP/1.1 404 \x1b[31mred\r\n\r\n"), r"404 \\x1b\[31mred\."),
    "long reason": (raw(b"HTTP/1.1 404 " + b"x" * 60_000 + b"\r\n\r\n"), r"404 x{236}…\."),
    "redirect loop": (sending(b"", 302, Location="/" + NAME), r"no file: Exceeded 5 redirects\."),
    "redirect to file:": (redirect("file:///etc/passwd", raw(b"\r\n")), r"no file: .*'file:///etc/passwd'\."),
    "redirect to ftp:": (redirect("ftp://127.0.0.1/x", raw(b"\r\n")), r"no file: .*'ftp://127\.0\.0\.1/x'\."),
    "redirect to no address": (redirect("http://[", raw(b"\r\n")), r"no file: .+"),
    "redirect to no text": (redirect("/\xff", raw(b"\r\n")), r"no file: .+"),
    "redirect to a long name": (redirect(f"http://{'a' * 64}.invalid/", raw(b"\r\n")), r"no file: .+"),
}
