"""The two ways a step may end badly, each with its exit status.

Every problem is one line: what, what was expected, what was found, and a hint.
"""

from pathlib import Path


def shown(text: str | Path) -> str:
    r"""A text, or a file's name, on one line: what a terminal would act on, or not print, is escaped.

    >>> print(shown("a\nb.yaml"))
    a\nb.yaml
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in str(text)
    )


class PipelineError(Exception):
    """A problem that the user can act on; printed without a traceback, one line per problem."""

    exit_status = 1

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InputError(PipelineError):
    """Wrong input: configuration, data or a file between two steps (exit status 2)."""

    exit_status = 2


class RunError(PipelineError):
    """A step that could not do its work although its input was right (exit status 1)."""
