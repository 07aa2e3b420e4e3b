"""The evidence step: what the write-up prints and says, held against the runs, as results/evidence/*.csv.

cells.csv has a row for each printed number, audit.csv for each number derived from others, claims.csv for each claim,
and tests.csv for each of their tests.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline import audit, cells, claims, plan, published, writeup_claims
from pipeline import config as configuration_file
from pipeline.archive import Archive
from pipeline.cells import Tally
from pipeline.console import run_step
from pipeline.dataset import read_manifest
from pipeline.files import write_text
from pipeline.published import Published
from pipeline.runs import read_csv, to_csv
from pipeline.settings import Config, Configuration


@dataclass(frozen=True)
class Evidence:
    """All verdicts on the write-up. `comparable` tells whether the runs are on the data that its numbers are of."""

    published: Published
    comparable: bool
    cells: tuple[cells.Judged, ...]
    audit: tuple[audit.Audited, ...]
    claims: tuple[claims.Judged, ...]

    @property
    def tally(self) -> Tally:
        """How the printed numbers fared."""
        return cells.tally(self.cells)


def gather(results: Path, file: Path = published.FILE) -> Evidence:
    """Judge the printed numbers and the claims by the runs of a results folder.

    Raises InputError if something does not fit.
    """
    config = configuration_file.read_resolved(results / "config.json")
    config = plan.select(config, plan.read_selection(results / "selection.json", config))
    printed = published.load(file, config)
    comparable = read_manifest(results / "data").name == printed.data
    runs, histories, norms = (read_csv(results / f"{name}.csv") for name in ("runs", "histories", "norms"))
    used = runs if comparable else runs.iloc[:0]
    archive = Archive.of(used, histories, norms)
    return Evidence(
        published=printed,
        comparable=comparable,
        cells=cells.judge(printed, used),
        audit=audit.audit(printed),
        claims=claims.judge((*writeup_claims.CLAIMS, writeup_claims.best_of_grid(_leaders(config))), archive),
    )


def _leaders(config: Config) -> tuple[Configuration, ...]:
    """The configurations that best_of experiments took over from the grid of the tuning table."""
    searched = config.searched
    found = [
        configuration
        for experiment in config.experiments.values()
        if searched and experiment.best_of == searched.name
        for configuration in experiment.configurations
    ]
    return tuple(dict.fromkeys(found))


def write_all(results: Path, file: Path, output: Path) -> None:
    """Write the tables of the evidence into `output`."""
    evidence = gather(results, file)
    frames: dict[str, pd.DataFrame] = {
        "cells": cells.to_frame(evidence.cells),
        "audit": audit.to_frame(evidence.audit),
        "claims": claims.to_frame(evidence.claims),
        "tests": claims.tests_to_frame(evidence.claims),
    }
    for name, frame in frames.items():
        write_text(output / f"{name}.csv", to_csv(frame))


def main() -> None:
    """Command line of the evidence step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", required=True, type=Path, help="folder of the results")
    parser.add_argument("--published", required=True, type=Path, help="the printed numbers")
    parser.add_argument("--output", required=True, type=Path, help="folder for the tables")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write_all(a.results, a.published, a.output), a.log)


if __name__ == "__main__":
    main()
