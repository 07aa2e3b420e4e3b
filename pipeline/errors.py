"""The two ways a step may end badly, each with its exit status.

Every problem is one line: what, what was expected, what was found, and a hint.
"""


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
