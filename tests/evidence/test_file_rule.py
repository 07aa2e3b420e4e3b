"""The rule for a file, by simulation: how often it accuses a sound file, and how often it finds an error.

A file has 20 numbers: training, validation (best epoch) and testing accuracy of seven configurations, the last number
left out. From configuration to configuration the standard deviations differ as they do in the report, whose runs of
like accuracy help to tell them. Five seeds are trained, and ten more where a number is unusual.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import holdout
import numpy as np
import pandas as pd
import pytest
from configuration import ROOT
from scipy import stats

from pipeline.check.command import unusual
from pipeline.check.submissions import MORE
from pipeline.config.metrics import SUMMARISED
from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration
from pipeline.evidence import cells
from pipeline.evidence.readings import Sample
from pipeline.writeup.published import Cell, Column, Published

SOUND, WRONG = 4000, 1000  # files
NUMBERS, CONFIGURATIONS, SEEDS, OTHERS = 20, 7, 5, 13
HALF_A_POINT, CALM = 0.005, 0.001
# Standard deviations of the report's configurations with accuracies above 0.92, in percentage points.
SPREADS: Mapping[str, list[float]] = json.loads((Path(__file__).parent / "spreads.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Simulated:
    """A file of printed numbers, runs of its configurations and others, and each number's true deviation."""

    published: Published
    samples: Mapping[Configuration, Sample]
    others: Mapping[Configuration, Sample]
    deviations: tuple[float, ...]


def configuration(number: int) -> Configuration:
    return Configuration(learning_rate=float(number + 1), reg=0.001, batch_size=64, hidden=128, epochs=10)


def simulate(rng: np.random.Generator, wrong: int | None = None) -> Simulated:
    """One file; the number at the place `wrong`, if any, is half a point off."""
    means = rng.uniform(0.92, 0.98, CONFIGURATIONS + OTHERS)
    samples, numbers = {}, []
    for place, mean in enumerate(means):
        seeds = MORE * SEEDS
        values = dict.fromkeys(SUMMARISED, (0.5,) * seeds)
        for metric, spreads in SPREADS.items():
            sd = rng.choice(spreads) / 100
            *runs, printed = mean + sd * rng.standard_normal(seeds + 1)
            values[metric] = tuple(runs)
            numbers.append((metric, configuration(place), printed, sd))
        samples[configuration(place)] = Sample(tuple(range(1, seeds + 1)), values, 0)
    own = sorted(numbers[: 3 * CONFIGURATIONS], key=lambda number: number[0])[:NUMBERS]
    off = [HALF_A_POINT * rng.choice([-1, 1]) if place == wrong else 0.0 for place in range(NUMBERS)]
    printed = tuple(
        Cell("Table 1", (metric,), Column({"learning_rate": one.learning_rate}, one), Quantity(f"{value + error:.4f}"))
        for (metric, one, value, _), error in zip(own, off, strict=True)
    )
    mine = [configuration(place) for place in range(CONFIGURATIONS)]
    return Simulated(
        Published("Someone", "MNIST", {}, printed, None, {}),
        {one: samples[one] for one in mine},
        {one: sample.to_seed(2 * SEEDS) for one, sample in samples.items() if one not in mine},
        tuple(sd for *_, sd in own),
    )


def verdicts(file: Simulated) -> list[str]:
    """As make check judges: by the first seeds, and by all where a number is unusual."""
    first = {one: sample.to_seed(SEEDS) for one, sample in file.samples.items()}
    doubtful = unusual(cells.judge(file.published, first, None, file.others))
    samples = first | {one: file.samples[one] for one in doubtful}
    return [each.verdict for each in cells.judge(file.published, samples, None, file.others)]


@pytest.mark.slow
def test_of_sound_files_at_most_one_in_twenty_is_accused() -> None:
    rng = np.random.default_rng(16)
    found = [verdicts(simulate(rng)) for _ in range(SOUND)]
    accused = sum("not reproduced" in each for each in found)
    low, high = stats.binomtest(accused, SOUND).proportion_ci()
    assert accused <= 0.05 * SOUND, f"{accused} of {SOUND} sound files are accused ({low:.1%} to {high:.1%})"
    print(f"{accused} of {SOUND} sound files are accused ({low:.1%} to {high:.1%})")
    outside = sum(verdict != "reproduced" for each in found for verdict in each)
    low, high = stats.binomtest(outside, SOUND * NUMBERS).proportion_ci()
    assert outside <= 0.05 * SOUND * NUMBERS, f"{outside} numbers are unusual ({low:.1%} to {high:.1%})"


@pytest.mark.slow
def test_errors_of_half_a_point_are_found_where_runs_differ_by_a_tenth() -> None:
    rng = np.random.default_rng(17)
    found = []
    for _ in range(WRONG):
        place = int(rng.integers(NUMBERS))
        file = simulate(rng, place)
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
