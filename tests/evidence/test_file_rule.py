"""The rule for a file, by simulation: how often it accuses a sound file, and how often it finds an error.

A file has training, validation (best epoch) and testing accuracy of several configurations, of seven the first 20 of
these, or training losses, in the shapes that files have. From configuration to configuration the standard deviations
differ as they do in the report, whose runs of like accuracy help to tell them; under another protocol all of the file's
may be smaller than the report's. Five seeds are trained, and ten more where a number is unusual.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import holdout
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from configuration import ROOT
from judging import of_cells
from scipy import stats

from pipeline.check.judging import unusual
from pipeline.check.submissions import MORE
from pipeline.config.metrics import SUMMARISED
from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration
from pipeline.evidence import cells
from pipeline.evidence.readings import Sample
from pipeline.writeup.published import ONE, Cell, Column, Published, Summary

Values = npt.NDArray[np.float64]

SOUND, OF_A_SHAPE, OF_BESTS, WRONG = 4000, 1000, 300, 1000  # files
NUMBERS, SEEDS, OTHERS = 20, 5, 13
HALF_A_POINT, CALM = 0.005, 0.001
# Standard deviations of the report's configurations with accuracies above 0.92, in percentage points.
SPREADS: Mapping[str, list[float]] = json.loads((Path(__file__).parent / "spreads.json").read_text(encoding="utf-8"))


LOSS = "training_loss"


@dataclass(frozen=True)
class Shape:
    """What the numbers of a file are of: of so many configurations and runs side by side, and which metrics."""

    configurations: int = 7
    side_by_side: int = 1
    summary: Summary = ONE
    stated: tuple[str, ...] = (*SPREADS, LOSS)  # the metrics that are of several runs
    metrics: tuple[str, ...] = tuple(SPREADS)
    digits: int = 4
    numbers: int = 42
    spread: float = 1.0  # of runs under the file's protocol, to that of the report's

    def printed(self, runs: Values) -> Values:
        """A number for each metric, of runs (metrics, runs); the best run is that of the last metric."""
        if self.summary.kind == "mean":
            return runs.mean(axis=1)
        best = runs[-1].argmin() if self.metrics[-1] == LOSS else runs[-1].argmax()
        return runs[:, best]


MEAN_OF_5, BEST_OF_7 = Summary("mean", 5), Summary("best", 7)
PLAIN = Shape(numbers=NUMBERS)
SHAPES = {
    "single runs": Shape(14, numbers=41),
    "six runs side by side": Shape(2, side_by_side=6),
    "means of five": Shape(summary=MEAN_OF_5),
    "many means of five": Shape(14, summary=MEAN_OF_5),
    "three digits": Shape(14, digits=3),
    "losses": Shape(20, metrics=(LOSS,)),
    "of a protocol whose runs differ less": Shape(spread=0.7),
}
BESTS = {
    "the best of seven, chosen by a number of the table": Shape(summary=BEST_OF_7),
    "the best of seven, stated of the row that chose it": Shape(summary=BEST_OF_7, stated=("testing_accuracy",)),
    "the best of seven alone": Shape(20, summary=BEST_OF_7, metrics=("testing_accuracy",)),
    "the least of seven losses": Shape(20, summary=BEST_OF_7, metrics=(LOSS,)),
}


@dataclass(frozen=True)
class Simulated:
    """A file of printed numbers, runs of its configurations and others, and each number's true deviation."""

    published: Published
    samples: Mapping[Configuration, Sample]
    others: Mapping[Configuration, Sample]
    deviations: tuple[float, ...]


def configuration(number: int) -> Configuration:
    return Configuration(learning_rate=float(number + 1), reg=0.001, batch_size=64, hidden=128, epochs=10)


def simulate(rng: np.random.Generator, shape: Shape = PLAIN, wrong: int | None = None) -> Simulated:
    """One file; the number at the place `wrong`, if any, is half a point off."""
    samples, numbers = {}, []
    low, high = (0.05, 0.2) if LOSS in shape.metrics else (0.92, 0.98)
    seeds, further = MORE * SEEDS, shape.side_by_side * shape.summary.runs
    for place, mean in enumerate(rng.uniform(low, high, shape.configurations + OTHERS)):
        own, one = place < shape.configurations, configuration(place)
        values, theirs, deviations = dict.fromkeys(SUMMARISED, (0.5,) * seeds), [], []
        for metric in shape.metrics:
            sd = rng.choice(SPREADS.get(metric, SPREADS["training_accuracy"])) / 100 * (shape.spread if own else 1)
            runs = mean + sd * rng.standard_normal(seeds + further)
            values[metric] = tuple(runs[:seeds].tolist())
            theirs.append(runs[seeds:].reshape(shape.side_by_side, -1))
            deviations.append(sd)
        samples[one] = Sample(tuple(range(1, seeds + 1)), values, ())
        for run in range(shape.side_by_side if own else 0):
            column = Column({"learning_rate": one.learning_rate}, one, run + 1)
            shown = shape.printed(np.array(theirs)[:, run])
            numbers += [
                (metric, column, value, sd) for metric, value, sd in zip(shape.metrics, shown, deviations, strict=True)
            ]
    numbers = sorted(numbers, key=lambda number: number[0])[: shape.numbers]
    off = [HALF_A_POINT * rng.choice([-1, 1]) if place == wrong else 0.0 for place in range(len(numbers))]
    printed = tuple(
        Cell("Table 1", (metric,), column, Quantity(text), text, shape.summary if metric in shape.stated else ONE)
        for (metric, column, value, _), error in zip(numbers, off, strict=True)
        for text in [f"{value + error:.{shape.digits}f}"]
    )
    mine = [configuration(place) for place in range(shape.configurations)]
    return Simulated(
        of_cells(*printed),
        {one: samples[one] for one in mine},
        {one: sample.to_seed(2 * SEEDS) for one, sample in samples.items() if one not in mine},
        tuple(deviation for *_, deviation in numbers),
    )


def verdicts(file: Simulated) -> list[str]:
    """As make check judges: by the first seeds, and by all where a number is unusual."""
    first = {one: sample.to_seed(SEEDS) for one, sample in file.samples.items()}
    doubtful = unusual(cells.judge(file.published, first, None, file.others))
    samples = first | {one: file.samples[one] for one in doubtful}
    return [each.verdict for each in cells.judge(file.published, samples, None, file.others)]


def accused(shape: Shape, files: int, seed: int) -> list[list[str]]:
    """The verdicts on so many sound files, of which at most one in twenty is accused."""
    rng = np.random.default_rng(seed)
    found = [verdicts(simulate(rng, shape)) for _ in range(files)]
    count = sum("not reproduced" in each for each in found)
    low, high = stats.binomtest(count, files).proportion_ci()
    print(f"{count} of {files} sound files are accused ({low:.1%} to {high:.1%})")
    assert count <= 0.05 * files, f"{count} of {files} sound files are accused ({low:.1%} to {high:.1%})"
    return found


@pytest.mark.slow
def test_of_sound_files_at_most_one_in_twenty_is_accused() -> None:
    found = accused(PLAIN, SOUND, 16)
    outside = sum(verdict != "reproduced" for each in found for verdict in each)
    low, high = stats.binomtest(outside, SOUND * NUMBERS).proportion_ci()
    assert outside <= 0.05 * SOUND * NUMBERS, f"{outside} numbers are unusual ({low:.1%} to {high:.1%})"


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_of_sound_files_of_every_shape_at_most_one_in_twenty_is_accused(shape: str) -> None:
    accused(SHAPES[shape], OF_A_SHAPE, 18)


@pytest.mark.slow
@pytest.mark.parametrize("shape", BESTS)
def test_of_sound_files_with_the_best_of_several_runs_at_most_one_in_twenty_is_accused(shape: str) -> None:
    accused(BESTS[shape], OF_BESTS, 19)


@pytest.mark.parametrize("shape", [*SHAPES, *BESTS])
def test_of_a_few_sound_files_of_every_shape_hardly_one_is_accused(shape: str) -> None:
    rng = np.random.default_rng(20)
    found = [verdicts(simulate(rng, {**SHAPES, **BESTS}[shape])) for _ in range(5)]
    assert sum("not reproduced" in each for each in found) <= 2  # more, of one in twenty, once in 860 times


@pytest.mark.slow
def test_errors_of_half_a_point_are_found_where_runs_differ_by_a_tenth() -> None:
    rng = np.random.default_rng(17)
    found = []
    for _ in range(WRONG):
        place = int(rng.integers(NUMBERS))
        file = simulate(rng, wrong=place)
        if file.deviations[place] <= CALM:
            found.append(verdicts(file)[place] == "not reproduced")
    low, high = stats.binomtest(sum(found), len(found)).proportion_ci()
    print(f"{sum(found)} of {len(found)} errors are found ({low:.1%} to {high:.1%})")
    assert np.mean(found) >= 0.95, f"{sum(found)} of {len(found)} errors are found ({low:.1%} to {high:.1%})"


def test_the_spreads_are_those_of_the_report() -> None:
    """Of every configuration with at least five seeds and ten epochs above 0.92, from report/results/runs.csv."""
    runs = pd.read_csv(ROOT / "report/results/runs.csv").drop_duplicates("key")
    groups = runs.groupby(["learning_rate", "reg", "batch_size", "hidden", "epochs"])
    calm = [own for key, own in groups if key[-1] == 10 and len(own) >= 5 and own["testing_accuracy"].mean() > 0.92]
    for metric, spreads in SPREADS.items():
        assert sorted(spreads) == pytest.approx(sorted(own[metric].std() * 100 for own in calm), abs=0.0005)


def test_the_guide_shows_what_becomes_of_each_seed_as_somebodys_file() -> None:
    assert holdout.report_table() in (ROOT / "docs/reading-the-report.md").read_text(encoding="utf-8")
