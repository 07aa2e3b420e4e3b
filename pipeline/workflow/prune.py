"""Deletes trained runs that nothing uses, with their networks and logs, and images divided as nothing asks for.

In use is what config.yaml asks for, what the last build asked for, overrides included, and what the last
make check asked for. Of an experiment that another is selected from, every configuration counts with the
selected one's seeds.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.check import submissions
from pipeline.cli.console import run_step
from pipeline.config import load as configuration_file
from pipeline.config.settings import Config, Experiment
from pipeline.errors import RunError
from pipeline.experiments import keys, plan
from pipeline.files import locks

_KEY = re.compile(rf"[0-9a-f]{{{keys.KEY_LENGTH}}}")


def orphans(config: Path, results: Path) -> list[Path]:
    """The run folders that nothing uses, sorted. Raises InputError if that cannot be told."""
    configs = [configuration_file.load(config), configuration_file.read_resolved(results / "config.json")]
    fingerprint = plan.read_fingerprint(results / "data" / "data.json")
    used = {run.key for each in configs for run in plan.runs(each, _experiments(each), fingerprint)}
    asked = submissions.wanted_runs(results / "check" / "wanted.json", configs[-1], results / "data" / "data.json")
    used |= {run.key for runs in asked.values() for run in runs}
    folders = (path for path in (results / "runs").glob("*") if path.is_dir() and _KEY.fullmatch(path.name))
    return sorted(path for path in folders if path.name not in used)


def unused_splits(results: Path) -> list[Path]:
    """The folders of images divided in a way that neither the report nor the last check asks for, sorted.

    Raises InputError if that cannot be told.
    """
    report = configuration_file.read_resolved(results / "config.json").split
    wanted = {each.protocol.split for each in submissions.read_wanted(results / "check" / "wanted.json")}
    used = {split.name for split in {*wanted, report}}
    return sorted(path for path in (results / "prepared").glob("*/") if path.is_dir() and path.name not in used)


def _experiments(config: Config) -> Iterator[Experiment]:
    for experiment in config.experiments.values():
        if experiment.best_of:
            candidates = config.experiments[experiment.best_of].configurations
            yield replace(experiment, configurations=candidates)
        else:
            yield experiment


def prune(config: Path, results: Path, logs: Path) -> None:
    """Delete the orphans and their logs, and say how many there were.

    Raises RunError while a build is at work, whose runs these may be.
    """
    with locks.joining(Path(".snakemake")) as alone:
        if not alone:
            raise RunError("make prune: expected no build at work in this folder, found one. Hint: wait until it ends.")
        found, splits = orphans(config, results), unused_splits(results)
        for folder in found:
            shutil.rmtree(folder)
            shutil.rmtree(results / "networks" / folder.name, ignore_errors=True)
            for rule in ("train", "network"):
                (logs / rule / f"{folder.name}.log").unlink(missing_ok=True)
                (logs / "benchmarks" / rule / f"{folder.name}.tsv").unlink(missing_ok=True)
        for folder in splits:
            shutil.rmtree(folder)
    sys.stdout.write(f"{len(found)} unused runs deleted from {results / 'runs'}.\n")
    if splits:
        sys.stdout.write(f"{len(splits)} unused splits deleted from {results / 'prepared'}.\n")


def main() -> None:
    """Command line of make prune."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    run_step(lambda: prune(Path("config.yaml"), Path("results"), Path("logs")))


if __name__ == "__main__":
    main()
