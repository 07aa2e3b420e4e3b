"""How every step's command line logs, fails and exits."""

import io
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import PipelineError

logger = logging.getLogger("pipeline")
# A path that was given wrongly, and not a disk that is full or broken.
WRONG_PATH = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


def run_step(step: Callable[[], None], log: Path | None = None) -> None:
    """Run one step and exit: 0, the exit status of its PipelineError, 130 if interrupted.

    Messages go to stderr and, from the first line on, to the file `log`. A PipelineError is
    printed as its lines; a file that cannot be read or written as one, with exit status 2 if the path
    is to blame and 1 if the system is; any other exception is a defect of ours and keeps its traceback.
    """
    speak()
    try:
        _log_to(log)
        step()
    except PipelineError as error:
        for problem in error.problems:
            logger.error(problem)
        sys.exit(error.exit_status)
    except OSError as error:
        if error.filename is None and error.strerror is None:
            raise
        logger.error(f"{error.filename or 'writing'}: expected to read and write here, found: {error.strerror}.")
        sys.exit(2 if isinstance(error, WRONG_PATH) else 1)
    except KeyboardInterrupt:
        logger.error("interrupted")
        sys.exit(130)


def speak() -> None:
    """From now on nothing that is printed fails, whatever the terminal's characters are; others are escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _log_to(log: Path | None) -> None:
    logger.handlers = []
    logger.setLevel(logging.INFO)
    logger.propagate = False
    _add(logging.StreamHandler(sys.stderr))
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        _add(logging.FileHandler(log, mode="w", encoding="utf-8"))


def _add(handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
