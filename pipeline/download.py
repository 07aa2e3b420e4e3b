"""Downloading a file of known size and sha256 from the first mirror that really has it.

A mirror may be unreachable, slow, broken or lying: whatever it does, a download ends in bounded
time and disk space, and only the right bytes get the file's name.
"""

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from urllib3.exceptions import HTTPError

from pipeline.errors import RunError
from pipeline.files import replacing
from pipeline.settings import GzipFile

TRIES = 3
REDIRECTS = 5
ANSWER_SECONDS = 10.0
SOCKET_SECONDS = 10.0
CHUNK_BYTES = 2**16


@dataclass(frozen=True)
class Limits:
    """Seconds: how long mirrors may leave requests unanswered, how long one may take, the first pause.

    `unanswered` is shared by the mirrors and `transfer` is each mirror's, for all files together.
    The pause before another try doubles with each.
    """

    unanswered: float = 50
    transfer: float = 600
    pause: float = 1


LIMITS = Limits()


class Mirrors:
    """Addresses that serve the same files, and what was learnt about them: a silent one is not asked again."""

    def __init__(self, addresses: Sequence[str], limits: Limits = LIMITS) -> None:
        self._mirrors = [_Mirror(address, limits, limits.unanswered / len(addresses)) for address in addresses]

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
                with replacing(target) as temporary, _progress(name, file.size) as report:
                    mirror.download(name, file, temporary, report)
                return mirror.address
            except _FetchError as failure:
                problems.append(f"{mirror.url(name)}: expected {file.size:,} bytes, found {failure}.")
            except OSError as error:
                raise RunError(f"{target}: expected a place to store a download, found: {error.strerror}.") from error
        raise RunError(*problems)


class _FetchError(Exception):
    """What was found instead of the file."""


class _PassingError(_FetchError):
    """A failure that another try may mend."""


class _UnansweredError(_PassingError):
    """No response at all."""


class _Mirror:
    def __init__(self, address: str, limits: Limits, unanswered: float) -> None:
        self.address = address.rstrip("/") + "/"
        self._unanswered = unanswered
        self._transfer = limits.transfer
        self._pause = limits.pause
        self._session = requests.Session()
        self._session.max_redirects = REDIRECTS

    @property
    def given_up(self) -> bool:
        return self._unanswered <= 0 or self._transfer <= 0

    def url(self, name: str) -> str:
        return self.address + name

    def download(self, name: str, file: GzipFile, path: Path, report: Callable[[int], None]) -> None:
        """Fill the empty file `path`. Raises _FetchError."""
        start = time.monotonic()
        try:
            self._try_repeatedly(self.url(name), file, path, report, start + self._transfer)
        finally:
            self._transfer -= time.monotonic() - start
        _check_content(path, file)

    def _try_repeatedly(
        self, url: str, file: GzipFile, path: Path, report: Callable[[int], None], deadline: float
    ) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                self._continue(url, file, path, report, deadline)
                return
            except _PassingError as failure:
                if isinstance(failure, _UnansweredError) and attempt == TRIES:
                    self._unanswered = 0
                if self.given_up or attempt == TRIES:
                    raise
            time.sleep(self._pause * 2 ** (attempt - 1))

    def _continue(self, url: str, file: GzipFile, path: Path, report: Callable[[int], None], deadline: float) -> None:
        """Download what `path` does not hold yet, or all of it where the server cannot resume."""
        held = path.stat().st_size
        with self._ask(url, held) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                raise _FetchError(f"only {held:,}")
            _check_status(response)
            if not _resumes(response, held):
                held = 0
            with path.open("ab" if held else "wb") as output:
                for data in _body(response):
                    output.write(data)
                    held += len(data)
                    report(held)
                    if held > file.size:
                        raise _FetchError("more")
                    if time.monotonic() > deadline:
                        raise _FetchError(f"{held:,} when the time was up")
            complete = response.raw.length_remaining == 0
        if held < file.size:
            _raise_short(path, held, complete)

    def _ask(self, url: str, held: int) -> requests.Response:
        """The response to a request for everything after the first `held` bytes."""
        # Only the bytes as they are stored can be counted and resumed.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
        limit = min(ANSWER_SECONDS, self._unanswered)
        start = time.monotonic()
        try:
            return _within(limit, lambda: self._session.get(url, headers=headers, stream=True, timeout=SOCKET_SECONDS))
        except (requests.ConnectionError, requests.Timeout) as error:
            failure = _UnansweredError(f"no connection ({_reason(error)})")
        except requests.RequestException as error:
            raise _FetchError(f"no file: {error}".rstrip(".")) from error
        except TimeoutError:
            failure = _UnansweredError(f"no answer in {limit:.0f} seconds")
        self._unanswered -= time.monotonic() - start
        raise failure


def _within(seconds: float, call: Callable[[], requests.Response]) -> requests.Response:
    """`call()`, abandoned after `seconds` with a TimeoutError.

    No timeout of a socket covers the name look-up, and each address of a name has a timeout of its own.
    """
    future: Future[requests.Response] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future.result(seconds)


def _check_status(response: requests.Response) -> None:
    status = f"{response.status_code} {response.reason}"
    if response.status_code >= 500 or response.status_code == requests.codes.too_many_requests:
        raise _PassingError(status)
    if response.status_code not in (requests.codes.ok, requests.codes.partial_content):
        raise _FetchError(status)


def _resumes(response: requests.Response, held: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {held}-")


def _body(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives: a chunk is not waited for until it is full, or a slow drip had no deadline."""
    try:
        while data := response.raw.read1(CHUNK_BYTES, decode_content=False):
            yield data
    except HTTPError as error:
        raise _PassingError(f"a dropped connection ({error})") from error


def _raise_short(path: Path, held: int, complete: bool) -> None:
    if _is_html(path):
        raise _FetchError("an HTML page")
    if complete:
        raise _FetchError(f"only {held:,}")
    raise _PassingError(f"a dropped connection after {held:,}")


def _check_content(path: Path, file: GzipFile) -> None:
    with path.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != file.sha256:
        raise _FetchError(
            "an HTML page" if _is_html(path) else f"other bytes (sha256 {found} instead of {file.sha256})"
        )


def _is_html(path: Path) -> bool:
    with path.open("rb") as content:
        return content.read(1024).lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _reason(error: requests.RequestException) -> str:
    """The innermost message: requests and urllib3 wrap it in their own."""
    cause: BaseException = error
    while inner := cause.__cause__ or cause.__context__:
        cause = inner
    through = "proxy: " if isinstance(error, requests.exceptions.ProxyError) else ""
    return through + (getattr(cause, "strerror", None) or str(cause))


@contextmanager
def _progress(name: str, size: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if that is a terminal; yields what is told the bytes held so far."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(name, total=size)
        yield lambda held: progress.update(task, completed=held)
