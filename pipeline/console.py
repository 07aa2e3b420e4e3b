"""How every step's command line logs, fails and exits."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import PipelineError

logger = logging.getLogger("pipeline")


def run_step(step: Callable[[], None], log: Path | None = None) -> None:
    """Run one step and exit: 0, the exit status of its PipelineError, 1 for the system's, 130 if interrupted.

    Messages go to stderr and, from the first line on, to the file `log`. A PipelineError is
    printed as its lines, a full disk or a missing permission as one; any other exception is a
    defect of ours and keeps its traceback.
    """
    _log_to(log)
    try:
        step()
    except PipelineError as error:
        for problem in error.problems:
            logger.error(problem)
        sys.exit(error.exit_status)
    except OSError as error:
        if error.filename is None and error.strerror is None:
            raise
        logger.error(f"{error.filename or 'writing'}: expected to read and write here, found: {error.strerror}.")
        sys.exit(1)
    except KeyboardInterrupt:
        logger.error("interrupted")
        sys.exit(130)


def _log_to(log: Path | None) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(log, mode="w", encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = handlers
    logger.setLevel(logging.INFO)
    logger.propagate = False
