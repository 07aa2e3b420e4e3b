"""Downloading a file of known size and sha256 from the first mirror that really has it.

A mirror may be unreachable, slow, broken or lying: whatever it does, a download ends in bounded
time, memory and disk space, and only the right bytes get the file's name.
"""

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from io import BufferedRandom
from pathlib import Path
from typing import Any

import requests
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from urllib3.exceptions import HTTPError

from pipeline.config.settings import GzipFile
from pipeline.errors import RunError, shown
from pipeline.files.atomic import replacing

TRIES = 3
REDIRECTS = 5
CONNECT_SECONDS = 5.0  # for each address of a name
READ_SECONDS = 10.0
CHUNK_BYTES = 2**16
SHOWN_LETTERS = 240  # of what a server says
MEND = "Hint: connect to the internet or try again; if that does not help, check data.mirrors and data.files."
MAKE_ROOM = "Hint: make room, or set XDG_CACHE_HOME to another folder."


@dataclass(frozen=True)
class Limits:
    """How long the mirrors are waited for.

    `patience` in seconds is shared by the mirrors. A mirror's share runs down while it is at work for us, pauses
    included, and grows again, up to what it was, by a second for each `rate` bytes that it sends: a slower one is
    given up, however long it could go on. `pause` is in seconds, and doubles before each further try.
    """

    patience: float = 40
    rate: int = 2**14
    pause: float = 1


LIMITS = Limits()
Report = Callable[[int], None]


class Mirrors:
    """Addresses that serve the same files, and what was learnt about them: a silent one is not asked again."""

    def __init__(self, addresses: Sequence[str], limits: Limits = LIMITS) -> None:
        self._mirrors = [_Mirror(address, limits, limits.patience / len(addresses)) for address in addresses]

    def fetch(self, name: str, file: GzipFile, target: Path) -> str:
        """Download `name` to `target` and return the address of the mirror that had it.

        Raises RunError with one line per mirror: URL, what was expected, what was found. A mirror
        given up in an earlier fetch gets no second line.
        """
        problems: list[str] = []
        for mirror in self._mirrors:
            if mirror.given_up:
                continue
            try:
                with replacing(target) as output, _progress(name, file.size) as report:
                    mirror.download(name, file, output, report)
                return mirror.address
            except _FetchError as failure:
                problems.append(f"{mirror.url(name)}: expected {file.size:,} bytes, found {failure}. {MEND}")
            except OSError as error:
                raise RunError(
                    f"{target}: expected a place to store a download, found: {error.strerror}. {MAKE_ROOM}"
                ) from error
        raise RunError(*problems)


class _FetchError(Exception):
    """What was found instead of the file; on one line, however long a server made it."""

    def __str__(self) -> str:
        text = shown(super().__str__()).rstrip(" .")
        return text if len(text) <= SHOWN_LETTERS else f"{text[:SHOWN_LETTERS]}…"


class _PassingError(_FetchError):
    """A failure that another try may mend."""


class _UnansweredError(_PassingError):
    """No response at all."""


class _Mirror:
    def __init__(self, address: str, limits: Limits, patience: float) -> None:
        self.address = address.rstrip("/") + "/"
        self._limits = limits
        self._patience = self._left = patience
        self._deadline = 0.0
        self._session = requests.Session()
        self._session.max_redirects = REDIRECTS
        self._session.hooks["response"].append(_leave_body_of_redirect)

    @property
    def given_up(self) -> bool:
        return self._left <= 0

    def url(self, name: str) -> str:
        return self.address + name

    def download(self, name: str, file: GzipFile, output: BufferedRandom, report: Report) -> None:
        """Fill the empty file `output`. Raises _FetchError."""
        self._deadline = time.monotonic() + self._left
        try:
            self._try_repeatedly(self.url(name), file, output, report)
        finally:
            self._left = self._deadline - time.monotonic()

    def _try_repeatedly(self, url: str, file: GzipFile, output: BufferedRandom, report: Report) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self._in_time(lambda: self._continue(url, file, output, report), output)
                return
            except _PassingError as failure:
                if attempt == TRIES and isinstance(failure, _UnansweredError):
                    self._deadline = 0
                pause = self._limits.pause * 2 ** (attempt - 1)
                if attempt == TRIES or time.monotonic() + pause >= self._deadline:
                    raise
            time.sleep(pause)

    def _in_time(self, attempt: Callable[[], None], output: BufferedRandom) -> None:
        """`attempt()`, left to itself at the deadline, which moves while bytes arrive.

        No timeout of a socket covers the name look-up, a header or a chunk's length that drips in.
        """
        future: Future[None] = Future()

        def run() -> None:
            try:
                attempt()
                future.set_result(None)
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        while not future.done():
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise self._too_slow(os.fstat(output.fileno()).st_size)
            wait([future], left)
        future.result()

    def _too_slow(self, held: int) -> _FetchError:
        slow = f"{held:,} when the time was up (less than {self._limits.rate:,} bytes a second)"
        return _FetchError(slow if held else "no answer in time")

    def _continue(self, url: str, file: GzipFile, output: BufferedRandom, report: Report) -> None:
        """Download what `output` does not hold yet, or all of it where the server cannot resume."""
        held = output.seek(0, os.SEEK_END)
        with self._ask(url, held) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                raise _FetchError(f"only {held:,}")
            _check_status(response)
            if not _resumes(response, held):
                output.seek(0)
                output.truncate()
            try:
                self._receive(response, file, output, report)
            except _FetchError as failure:
                if encoding := response.headers.get("Content-Encoding"):
                    raise type(failure)(f"{failure}, with the Content-Encoding {encoding}") from failure
                raise

    def _ask(self, url: str, held: int) -> requests.Response:
        """The response to a request for everything after the first `held` bytes."""
        # Only the bytes as they are stored can be counted and resumed.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
        try:
            return self._session.get(url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS))
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _UnansweredError(f"no connection ({_reason(error)})") from error
        except (OSError, HTTPError, ValueError) as error:  # requests lets some of its parts' errors through
            raise _FetchError(f"no file: {error}") from error

    def _receive(self, response: requests.Response, file: GzipFile, output: BufferedRandom, report: Report) -> None:
        """Append the body to `output` and check what it holds then."""
        held = output.tell()
        try:
            for data in _body(response):
                self._allow(len(data), held)
                held += output.write(data)
                output.flush()
                report(held)
                if held > file.size:
                    raise _FetchError("more")
        except HTTPError as error:
            raise _PassingError(f"a dropped connection after {held:,} ({_reason(error)})") from error
        if held < file.size:
            raise _short(output, held, complete=response.raw.length_remaining == 0)
        _check_content(output, file)

    def _allow(self, received: int, held: int) -> None:
        """Move the deadline for bytes that have come. Raises _FetchError if they come after it."""
        now = time.monotonic()
        if now > self._deadline:
            raise self._too_slow(held)
        self._deadline = min(self._deadline + received / self._limits.rate, now + self._patience)


def _leave_body_of_redirect(response: requests.Response, **_: Any) -> None:
    """Close a redirect unread: requests would load its body, whatever its size."""
    if response.is_redirect:
        response.close()


def _check_status(response: requests.Response) -> None:
    status = f"{response.status_code} {response.reason}"
    if response.status_code >= 500 or response.status_code == requests.codes.too_many_requests:
        raise _PassingError(status)
    if response.status_code not in (requests.codes.ok, requests.codes.partial_content):
        raise _FetchError(status)


def _resumes(response: requests.Response, held: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {held}-")


def _body(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives: a chunk is not waited for until it is full."""
    while data := response.raw.read1(CHUNK_BYTES, decode_content=False):
        yield data


def _short(output: BufferedRandom, held: int, *, complete: bool) -> _FetchError:
    if _is_html(output):
        return _FetchError("an HTML page")
    if complete:
        return _FetchError(f"only {held:,}")
    return _PassingError(f"a dropped connection after {held:,}")


def _check_content(output: BufferedRandom, file: GzipFile) -> None:
    output.seek(0)
    found = hashlib.file_digest(output, "sha256").hexdigest()
    if found != file.sha256:
        raise _FetchError(
            "an HTML page" if _is_html(output) else f"other bytes (sha256 {found} instead of {file.sha256})"
        )


def _is_html(output: BufferedRandom) -> bool:
    output.seek(0)
    return output.read(1024).lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _reason(error: Exception) -> str:
    """The innermost message of the connection: requests and urllib3 wrap it in their own."""
    cause: BaseException = error
    while not isinstance(cause, HTTPException) and (inner := cause.__cause__ or cause.__context__):
        cause = inner
    through = "proxy: " if isinstance(error, requests.exceptions.ProxyError) else ""
    return through + (getattr(cause, "strerror", None) or str(cause))


@contextmanager
def _progress(name: str, size: int) -> Iterator[Report]:
    """A progress bar on stderr, if that is a terminal; yields what is told the bytes held so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(name, total=size)
        yield lambda held: progress.update(task, completed=held)
