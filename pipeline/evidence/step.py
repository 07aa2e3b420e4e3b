"""The evidence step: what the write-up prints and says, held against the runs, as results/evidence/*.csv.

cells.csv has a row for each printed number, audit.csv for each number derived from others, claims.csv for each claim,
and tests.csv for each of their tests. evidence.json, from which the page is made, lies beside the folder.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.cli.command_line import command
from pipeline.config.settings import Config
from pipeline.data.dataset import read_manifest
from pipeline.evidence import cells, claims, claims_file, readings, shift
from pipeline.evidence.archive import Archive
from pipeline.evidence.cells import Tally
from pipeline.evidence.claims import Threshold
from pipeline.evidence.claims_curves import Curve, curves
from pipeline.evidence.class_shares import ClassShares
from pipeline.evidence.shift import Shift
from pipeline.experiments import plan
from pipeline.experiments.tidy import read_csv, to_csv
from pipeline.files.sealed import read_json, write_json, write_text
from pipeline.writeup import audit, published
from pipeline.writeup.published import Published


@dataclass(frozen=True)
class Obstacle:
    """What differs between the write-up and the runs: what it is called, the write-up's value and that of the runs."""

    name: str
    published: str
    found: str


@dataclass(frozen=True)
class Evidence:
    """All verdicts on the write-up called `title`: what evidence.json holds.

    `obstacles` are what keeps the runs from judging it, empty if nothing does. `thresholds` are those of the claims.
    """

    title: str
    obstacles: tuple[Obstacle, ...]
    cells: tuple[cells.JudgedCell, ...]
    audit: tuple[audit.Audited, ...]
    claims: tuple[claims.JudgedClaim, ...]
    curves: tuple[Curve, ...]
    thresholds: tuple[Threshold, ...]

    @property
    def tally(self) -> Tally:
        """How the printed numbers fared."""
        return cells.tally(self.cells)

    @property
    def shift(self) -> Shift | None:
        """Whether they lie on one side of the runs."""
        return shift.of(self.cells)


def gather(results: Path, file: Path = published.FILE, claimed: Path = claims_file.FILE) -> Evidence:
    """Judge the printed numbers and the claims by the runs of a results folder.

    Raises InputError if something does not fit.
    """
    config = plan.load_selected(results / "config.json", results / "selection/selection.json")
    printed, stated = published.load(file, config), claims_file.load(claimed)
    differing = obstacles(printed, config, read_manifest(results / "data").name)
    runs, histories, norms = (read_csv(results / f"{name}.csv") for name in ("runs", "histories", "norms"))
    archive = Archive.of(runs, histories, norms)
    used, judging = (runs.iloc[:0], Archive({})) if differing else (runs, archive)
    return Evidence(
        title=printed.title,
        obstacles=differing,
        cells=cells.judge(printed, readings.samples(used), ClassShares.read(results / "data", config.split)),
        audit=audit.audit(printed),
        claims=claims.judge(stated.claims, judging),
        curves=tuple(curves(archive, stated)),
        thresholds=stated.thresholds,
    )


def obstacles(printed: Published, config: Config, data: str) -> tuple[Obstacle, ...]:
    """What differs between the data and the protocol of the printed numbers and those of the runs."""
    found = [Obstacle("data", printed.data, data)] if data != printed.data else []
    ours, theirs = (
        {
            **vars(protocol.network),
            "validation_fraction": protocol.split.validation_fraction,
            "split_seed": protocol.split.seed,
        }
        for protocol in (config.protocol, printed.protocol)
    )
    found += [
        Obstacle(name.replace("_", " "), _told(value), _told(ours[name]))
        for name, value in theirs.items()
        if ours[name] != value
    ]
    return tuple(found)


def _told(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def write_all(results: Path, published: Path, claimed: Path, output: Path) -> None:
    """Write the tables of the evidence on the printed numbers and the claims into `output`, with evidence.json."""
    evidence = gather(results, published, claimed)
    frames: dict[str, pd.DataFrame] = {
        "cells": cells.to_frame(evidence.cells),
        "audit": audit.to_frame(evidence.audit),
        "claims": claims.to_frame(evidence.claims),
        "tests": claims.tests_to_frame(evidence.claims),
    }
    for name, frame in frames.items():
        write_text(output / f"{name}.csv", to_csv(frame))
    write_json(output / "evidence.json", evidence)


def read(folder: Path) -> Evidence:
    """The verdicts that `write_all` wrote. Raises InputError if they are missing or something else."""
    return read_json(folder / "evidence.json", Evidence)


main = command(write_all)

if __name__ == "__main__":
    main()
