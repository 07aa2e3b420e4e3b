"""The recovery step: what the write-up does not say of its protocol, worked out from the labels, its numbers and runs.

A network that answers every image with one class has that class's share as its accuracy, so its printed accuracies
tell which images it was measured on. Other choices are told apart by which runs the printed numbers are nearer to.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from pipeline.analysis import intervals
from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.quantity import power_of_e, written
from pipeline.config.settings import Config
from pipeline.data import dataset
from pipeline.data.examples import Bytes
from pipeline.evidence.class_shares import Counts, class_counts, classes_of, is_share, split_counts
from pipeline.evidence.recovered import (
    Chance,
    ClassColumn,
    DecimalReading,
    EpochDistances,
    Factor,
    HeldOut,
    Match,
    Part,
    Penalty,
    RecoveredSplit,
    Recovery,
)
from pipeline.experiments.tidy import read_csv, trained_with
from pipeline.files.sealed import write_json
from pipeline.writeup import published as printed_numbers
from pipeline.writeup.published import Cell, Published

DRAWS = 1_000_000
SEED = 1024
FACTORS = (1.0, 2.0, 0.5)
_CHUNK = 100_000
_WHOLE = re.compile(r"[+-]?\d+")
_DIGITS = 4  # of printed accuracies
_TESTING, _LAST_TESTING, _TRAINING = "testing_accuracy", "last_testing_accuracy", "training_accuracy"
_VALIDATION = "best_validation_accuracy"


def recover(
    printed: Published, config: Config, manifest: dataset.Manifest, labels: tuple[Bytes, Bytes], runs: pd.DataFrame
) -> Recovery:
    """Everything that can be judged; `labels` are those for training and for testing, `runs` is runs.csv."""
    comparable = manifest.name == printed.data
    held_out = sizes(printed, config, len(labels[0]))
    judged = comparable and held_out.same
    finished = runs[runs["status"] == "ok"].drop_duplicates("key") if comparable else runs.iloc[:0]
    return Recovery(
        data=manifest.name,
        published_data=printed.data,
        held_out=held_out,
        split=recover_split(printed, config, manifest.classes, *labels) if judged else None,
        penalty=penalty(printed, finished),
        readings=tuple(read_as_tenths(printed, finished)),
        epoch=epoch(printed, finished),
    )


# --- Class shares


def sizes(printed: Published, config: Config, images: int) -> HeldOut:
    """How many of so many images are held out here, and how many the write-up would hold out."""
    return HeldOut(config.split.sizes(images)[1], printed.protocol.split.sizes(images)[1])


def recover_split(
    printed: Published, config: Config, classes: int, labels: Bytes, testing: Bytes
) -> RecoveredSplit | None:
    """Hold the printed accuracies of one-class networks against class shares; None where no column is such."""
    tested = class_counts(testing, classes)
    columns = [c.column.configuration for c in _cells(printed, _TESTING) if classes_of(c.printed.text, tested)]
    if not columns:
        return None

    def numbers(metric: str) -> tuple[str, ...]:
        own = (c.printed.text for c in _cells(printed, metric) if c.column.configuration in columns)
        return tuple(dict.fromkeys(own))

    fraction, seed = config.split.validation_fraction, config.split.seed
    training, validation = split_counts(labels, classes, fraction, seed)
    training_in_order, validation_in_order = split_counts(labels, classes, fraction, None)
    answered = numbers(_VALIDATION)
    if not answered:
        return None
    return RecoveredSplit(
        shuffled=seed is not None,
        testing=part(tested, numbers(_TESTING)),
        validation=part(validation, answered),
        validation_in_order=part(validation_in_order, answered),
        training=part(training, numbers(_TRAINING)),
        training_in_order=part(training_in_order, numbers(_TRAINING)),
        chance=chance(class_counts(labels, classes), int(validation.sum()), answered),
        columns=tuple(_class_columns(printed, validation, tested)),
    )


def _class_columns(printed: Published, validation: Counts, testing: Counts) -> Iterable[ClassColumn]:
    """The columns with both accuracies among the class shares; the counts are those of the images held out."""
    tested = {(c.table, c.column.configuration): c.printed.text for c in _cells(printed, _TESTING)}
    for cell in _cells(printed, _VALIDATION):
        number, other = cell.printed.text, tested.get((cell.table, cell.column.configuration), "")
        if other and (own := classes_of(number, validation)) and (others := classes_of(other, testing)):
            yield ClassColumn(cell.column.texts, Match(number, own), Match(other, others))


def part(counts: Counts, printed: Sequence[str]) -> Part:
    """The class shares of some images, and which of them the printed numbers are."""
    total = int(counts.sum())
    shares = tuple(f"{count / total:.{_DIGITS}f}" for count in counts)
    return Part(total, shares, tuple(Match(number, classes_of(number, counts)) for number in printed))


def chance(counts: Counts, size: int, printed: Sequence[str], draws: int = DRAWS, seed: int = SEED) -> Chance:
    """How often a random split with `size` images for validation has every printed number as a class share.

    `counts` are the images of each class before the split.
    """
    generator = np.random.default_rng(seed)
    hits = 0
    for start in range(0, draws, _CHUNK):
        drawn = generator.multivariate_hypergeometric(counts, size, size=min(_CHUNK, draws - start))
        has_all = np.ones(len(drawn), dtype=bool)
        for number in printed:
            has_all &= is_share(drawn, size, number).any(axis=1)
        hits += int(has_all.sum())
    return Chance(draws, hits)


# --- Distances to runs; `runs` are the finished ones, each once


def penalty(printed: Published, runs: pd.DataFrame) -> Penalty | None:
    """Hold a printed column against runs with FACTORS times its penalty: the first column with two seeds of each."""
    for configuration in printed.configurations:
        cells = [c for c in printed.cells if c.column.configuration == configuration]
        trained = {f: trained_with(runs, replace(configuration, reg=f * configuration.reg)) for f in FACTORS}
        if configuration.reg > 0 and all(len(rows) >= intervals.FEWEST for rows in trained.values()):
            factors = tuple(Factor(f, fmean(_distance(c, rows) for c in cells)) for f, rows in trained.items())
            return Penalty(written(configuration.reg), len(cells), factors)
    return None


def read_as_tenths(printed: Published, runs: pd.DataFrame) -> Iterable[DecimalReading]:
    """The columns that would repeat a column of another table if e^-1 meant 0.1, with both testing accuracies."""
    cells = _cells(printed, _TESTING)
    for cell in cells:
        for parameter, value in cell.column.named.items():
            power = power_of_e(written(value))
            if not (power and _WHOLE.fullmatch(power[1])):  # 1e-0.5 is no decimal number
                continue
            decimal = f"{power[0] or 1}e{power[1]}"
            changed: dict[str, Any] = {parameter: float(decimal)}
            meant = replace(cell.column.configuration, **changed)
            for other in cells:
                if other.table != cell.table and other.column.configuration == meant:
                    rows = trained_with(runs, meant)
                    yield DecimalReading(
                        parameter,
                        written(value),
                        f"{float(decimal):g}",
                        cell.table,
                        other.table,
                        cell.printed.text,
                        other.printed.text,
                        float(rows[_TESTING].std(ddof=1)) if len(rows) >= intervals.FEWEST else None,
                        len(rows),
                    )


def epoch(printed: Published, runs: pd.DataFrame) -> EpochDistances | None:
    """Hold the printed testing accuracies against the models of the best and of the last epoch."""
    found = [
        (cell, rows) for cell in _cells(printed, _TESTING) if len(rows := trained_with(runs, cell.column.configuration))
    ]
    if not found:
        return None
    best, last = (
        [abs(float(cell.printed) - float(rows[metric].mean())) for cell, rows in found]
        for metric in (_TESTING, _LAST_TESTING)
    )
    pairs = list(zip(best, last, strict=True))
    return EpochDistances(
        len(found), fmean(best), fmean(last), sum(b < a for b, a in pairs), sum(a < b for b, a in pairs)
    )


def _distance(cell: Cell, runs: pd.DataFrame) -> float:
    """How far a printed number is from the mean of runs; of several metrics that it may be, the nearest counts."""
    return min(abs(float(cell.printed) - float(runs[metric].mean())) for metric in cell.metrics)


def _cells(printed: Published, metric: str) -> list[Cell]:
    return [cell for cell in printed.cells if metric in cell.metrics]


def write(config: Path, data: Path, runs: Path, published: Path, output: Path) -> None:
    """Work out the protocol from the files of a build and write recovery.json."""
    settings = configuration_file.read_resolved(config)
    manifest, training, testing = dataset.load_labels(data)
    printed = printed_numbers.load(published, settings)
    write_json(output, recover(printed, settings, manifest, (training, testing), read_csv(runs)))


main = command(write)

if __name__ == "__main__":
    main()
