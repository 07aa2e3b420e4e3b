"""The publish step: the finished report takes the place of the last one, whole.

python -m pipeline.publish --help
"""

import argparse
from pathlib import Path

from pipeline.console import run_step
from pipeline.files import write_bytes
from pipeline.sealed import read_bytes


def main() -> None:
    """Command line of the publish step."""
    parser = argparse.ArgumentParser(description="Put a finished report in its place.")
    parser.add_argument("report", type=Path, help="the report that the report step wrote")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write_bytes(a.output, read_bytes(a.report)), a.log)


if __name__ == "__main__":
    main()
