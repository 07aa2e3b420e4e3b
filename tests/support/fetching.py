"""A process that downloads the file of misbehaving.py: python tests/support/fetching.py ADDRESS TARGET."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from misbehaving import FILE, NAME

from pipeline.cli.console import run_step
from pipeline.data.download import Mirrors


def main() -> None:
    address, target = sys.argv[1:]
    run_step(lambda: _fetch(address, Path(target)))


def _fetch(address: str, target: Path) -> None:
    Mirrors([address]).fetch(NAME, FILE, target)


if __name__ == "__main__":
    main()
