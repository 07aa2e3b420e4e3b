"""Bounds on memory and time around a test, so that what takes too much fails instead of taking the machine with it."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


class TooSlow(BaseException):
    """The time is up: no error of what is tested, which must not catch it."""


@contextmanager
def limits(*, megabytes: int, seconds: float) -> Iterator[None]:
    """MemoryError beyond so much memory on top of the present, TooSlow beyond so many seconds of the processor."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGPROF, _too_slow)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + megabytes * 2**20, before[1]))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow("expected an end, found none in time")
