"""Deletes trained runs that the present configuration does not use, with their logs.

The runs of the last build count as used: the resolved configuration, the data and the selection
that it left in the results folder say which they are.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

from pipeline import config as configuration_file
from pipeline import keys, plan
from pipeline.console import run_step
from pipeline.errors import InputError

_KEY = re.compile(rf"[0-9a-f]{{{keys.KEY_LENGTH}}}")


def orphans(results: Path) -> list[Path]:
    """The run folders that no experiment of the last build's configuration needs, sorted.

    Raises InputError if the last build is not complete enough to tell.
    """
    try:
        config = configuration_file.read_resolved(results / "config.json")
        config = plan.select(config, plan.read_selection(results / "selection.json", config))
        fingerprint = plan.read_fingerprint(results / "data" / "data.json")
    except InputError as error:
        raise InputError(
            *error.problems, f"{results}: expected a finished build, so nothing was deleted. Hint: make report"
        ) from error
    used = {run.key for run in plan.runs(config, config.experiments.values(), fingerprint)}
    folders = (path for path in (results / "runs").iterdir() if path.is_dir() and _KEY.fullmatch(path.name))
    return sorted(path for path in folders if path.name not in used)


def prune(results: Path, logs: Path) -> None:
    """Delete the orphans and their logs, and say how many there were."""
    found = orphans(results)
    for folder in found:
        shutil.rmtree(folder)
        (logs / "train" / f"{folder.name}.log").unlink(missing_ok=True)
        (logs / "benchmarks" / "train" / f"{folder.name}.tsv").unlink(missing_ok=True)
    sys.stdout.write(f"{len(found)} unused runs deleted from {results / 'runs'}.\n")


def main() -> None:
    """Command line of make prune."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    run_step(lambda: prune(Path("results"), Path("logs")))


if __name__ == "__main__":
    main()
