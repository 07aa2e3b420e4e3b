"""Setting a page as PDF, and with which of the system's libraries. Light to import: the Snakefile asks for formats.

WeasyPrint opens the libraries by name, which tells no more than that they are there: pipeline.report.specimen sets a
page with them.
"""

import contextlib
import ctypes
import hashlib
import io
import logging
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from pipeline.errors import RunError
from pipeline.report import pagination, tagging

# By name, as WeasyPrint opens them, with Debian's package. Without the last one it cuts the fonts with fontTools.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
REPLACED = ("libharfbuzz-subset.so.0",)
# What WeasyPrint says of each font where it has no such library, or too old a one.
OF_THE_MACHINE = "Using fontTools instead of HarfBuzz-Subset"

logger = logging.getLogger("pipeline")


@cache
def missing() -> tuple[str, ...]:
    """The libraries that cannot be opened here, of LIBRARIES."""
    return tuple(name for name in LIBRARIES if not _opens(name))


def formats() -> list[str]:
    """The formats of the report that this machine has the libraries for: html, and pdf if it has."""
    return ["html", "pdf"] if set(missing()) <= set(REPLACED) else ["html"]


def packages() -> list[str]:
    """Debian's packages with the missing libraries."""
    return [LIBRARIES[name] for name in missing()]


def no_pdf() -> str:
    """The line for a machine without the libraries."""
    needed = [name for name in missing() if name not in REPLACED]
    return (
        f"report/report.pdf: expected the libraries that a PDF is set with, found no {', '.join(needed)}; "
        f"there will be report/report.html and no PDF. Hint: {_hint(*needed)}, then build again."
    )


def to_pdf(html: str) -> bytes:
    """Set the print medium's HTML as a tagged PDF (PDF/UA-1), the same bytes for the same HTML and libraries.

    The page carries what it shows as data: URLs; no other address is opened, of a file or in the network. Raises
    RunError without the libraries, or if WeasyPrint warns of anything in the page, an address that it may not open
    among them. What it says of the machine is logged, once.
    """
    weasyprint = _weasyprint()
    warnings = _Collector()
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # fontTools dates the fonts that it cuts
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    with warnings.collect("weasyprint"):
        fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        page = weasyprint.HTML(string=html, base_url=None, url_fetcher=fetcher)
        options = weasyprint.DEFAULT_OPTIONS | {"pdf_variant": "pdf/ua-1", "pdf_identifier": identifier}
        pdf: bytes = pagination.fill(page, **options).write_pdf(finisher=tagging.finish, **options)
    if of_the_page := [message for message in warnings.messages if not message.startswith(OF_THE_MACHINE)]:
        raise RunError(*(f"report.pdf: expected a page without warnings, found: {each}." for each in of_the_page))
    if warnings.messages:
        logger.warning(
            "report.pdf: expected libharfbuzz-subset of HarfBuzz 4.1 or newer to cut the fonts with, found none; "
            f"fontTools does it, in other bytes. Hint: {_hint(*REPLACED)}"
        )
    return pdf


def _opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _hint(*libraries: str) -> str:
    wanted = " ".join(LIBRARIES[name] for name in libraries)
    return f"on Debian and its kin, `apt-get install {wanted}`"


def _weasyprint() -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import weasyprint  # noqa: PLC0415 - fails where Pango is missing
    except OSError as error:
        said = str(error).partition("\n")[0]
        unknown = f"report.pdf: expected WeasyPrint to find its libraries, found: {said}. Hint: see its documentation"
        raise RunError(unknown if "pdf" in formats() else no_pdf()) from error
    return weasyprint


class _Collector(logging.Handler):
    """Keeps the warnings of a library."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    @contextlib.contextmanager
    def collect(self, name: str) -> Iterator[None]:
        """Take over the named logger for a while."""
        source = logging.getLogger(name)
        handlers, propagate = source.handlers, source.propagate
        source.handlers, source.propagate = [self], False
        try:
            yield
        finally:
            source.handlers, source.propagate = handlers, propagate

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
