"""Snakemake as this project starts it, whatever surrounds it: .venv/bin/snakemake is this, and what builds calls it."""

import os
import sys
from pathlib import Path

from pipeline.config import overrides
from pipeline.environment import surroundings

# The environment of the user does not reach this Python, nor those that it starts.
COMMAND = (sys.executable, "-E", "-X", "utf8", "-m", "pipeline.config.launch")


def main() -> None:
    """Hand the command line on to Snakemake."""
    surroundings.shield(os.environ, Path(".cache"))
    if problem := overrides.problem(sys.argv[1:]):
        print(problem, file=sys.stderr)
        sys.exit(2)
    from snakemake.cli import main as snakemake  # noqa: PLC0415 - reads the environment

    sys.argv[0] = "snakemake"
    snakemake(sys.argv[1:])


if __name__ == "__main__":
    main()
