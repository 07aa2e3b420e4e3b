"""The claims in words: what is said of them follows their verdicts."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
import sections
from configuration import CONFIG_YAML
from saying import Passage
from sections import text
from synthetic import PLACEHOLDER

from pipeline.analysis.hypotheses import Measured
from pipeline.analysis.intervals import Interval
from pipeline.config import load as config
from pipeline.config.settings import Configuration
from pipeline.evidence import claims, claims_curves, claims_file
from pipeline.evidence.archive import Archive, Courses
from pipeline.evidence.claims import Claim, ClaimVerdict, JudgedClaim, Threshold, Wanted
from pipeline.evidence.measures import Measure
from pipeline.evidence.step import Evidence, Obstacle
from pipeline.experiments.tidy import PARAMETERS
from pipeline.figures import catalogue
from pipeline.files import sealed
from pipeline.report.views import claims as claims_text
from pipeline.report.views.claims import ClaimsText
from pipeline.report.views.provenance import Provenance

CONFIG = config.load(CONFIG_YAML)
STATED = claims_file.load()
BEST, LARGE_BATCH = STATED.curves["batch_size"]
RATE_1, RATE_E1, _ = STATED.curves["learning_rate"]
SMALL = Threshold("rather-small", 0.2, "percentage points", "half of much")
ANY = Threshold("loss", -1, "", "it has a unit nowhere")
ONE = Threshold("one", 1, "percentage points", "alone")
NO_RUNS = pd.DataFrame(columns=["experiment", "key", *PARAMETERS])


def facts(*judged: JudgedClaim, folder: Path, runs: pd.DataFrame = NO_RUNS, **more: Any) -> ClaimsText:
    """What the page shows of judged claims."""
    for name in (catalogue.CLAIMS, catalogue.THRESHOLDS):
        sealed.write_text(folder / catalogue.drawing(name), PLACEHOLDER)
    given: dict[str, Any] = {"title": "A write-up", "obstacles": (), "cells": (), "audit": (), "curves": ()}
    found = Evidence(claims=judged, thresholds=(SMALL, ANY, ONE), **(given | more))
    return claims_text.build(found, Provenance(CONFIG, runs), folder)


def told_of(shown: ClaimsText) -> Passage:
    return text("claims", claims=shown)


def test_the_sources_are_the_files_and_what_made_them(tmp_path: Path) -> None:
    shown = facts(folder=tmp_path)
    sources = (shown.source, shown.curves.source, shown.figure.source)
    assert [(source.file, source.module) for source in sources] == [
        ("results/evidence/claims.csv", "pipeline.evidence.step"),
        ("results/histories.csv", "pipeline.figures.claims"),
        ("results/evidence/tests.csv", "pipeline.figures.thresholds"),
    ]


def trial(verdict: ClaimVerdict | None, what: str, *, decides: bool = True) -> claims.Tested:
    """A test of a claim with this verdict; None was not measured."""
    ends = {"supported": (0.003, 0.005), "contradicted": (-0.02, -0.01), "undetermined": (-0.01, 0.01)}
    sentences = {name: f"{what} is {name}." for name in ends}
    needs = (Wanted(RATE_1), Wanted(RATE_E1)) if what == "first" else (Wanted(BEST),)
    test = claims.Test(what, needs, Measure("gap", (5,)), "above", SMALL, decides=decides, **sentences)
    if verdict is None:
        return claims.Tested(test, None)
    low, high = ends[verdict]
    error = (high - low) / 2 / 4.302653  # two degrees of freedom
    p_values = {"supported": (0.031, 1.0), "contradicted": (1.0, 0.0001), "undetermined": (0.2, 0.8)}[verdict]
    wanted = 1001 if verdict == "undetermined" else None
    opened = Interval(low - 0.001, high + 0.001)
    return claims.Tested(test, Measured((low + high) / 2, error, 2, 3, error), (), *p_values, opened, wanted)


def claimed(name: str, section: str, *tests: claims.Tested) -> JudgedClaim:
    return JudgedClaim(Claim(name, section, f"{name} claim of e^-2", ()), tests)


CLAIMED = (
    claimed("first", "3.1", trial("supported", "first"), trial(None, "extra", decides=False)),
    claimed("second", "3.2", trial("contradicted", "second"), trial("supported", "third")),
    claimed("third", "3.3", trial("contradicted", "fourth"), trial(None, "fifth")),
    claimed("fourth", "3.3", trial("undetermined", "sixth")),
    claimed("fifth", "3.3", trial("undetermined", "seventh")),
    claimed("sixth", "3.3", trial(None, "eighth")),
)


def test_the_claims_are_counted_by_their_verdicts(tmp_path: Path) -> None:
    shown = facts(*CLAIMED, folder=tmp_path)
    assert [(count.verdict, count.number) for count in shown.counts] == [
        ("supported", 1),
        ("contradicted", 2),
        ("undetermined", 3),
    ]
    told = told_of(shown)
    said = told.sentence("^Of ")
    assert said.numbers("any")[:4] == [6, 1, 2, 3]
    assert said.has("1 is supported, 2 are contradicted and 3 are undetermined")
    # what was measured and decides: first, second, third, fourth, sixth, seventh
    assert told.sentence("verdicts rest").numbers("any")[0] == 6
    assert told.sentence("claim supported wrongly").number("percent") == 5
    assert told.sentence("describe and do not decide").number("percent") == 95
    assert told.sentence("number of seeds that would decide").number("percent") == 80
    assert told.sentence("moved against it").has(r"0\.005 points")
    assert [(str(name), *map(str, cells)) for name, cells in shown.thresholds.rows] == [
        ("rather small", "0.2 percentage points", "half of much"),
        ("loss", "−1", "it has a unit nowhere"),
        ("one", "1 percentage point", "alone"),
    ]
    assert told.sentence("mean over the last").number("epochs") == 3
    assert told.has("equal numbers of epochs mislead")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "local-minimum",
            {
                "supported": r"stays behind .* as in a local minimum",
                "contradicted": r"is not caught in a local minimum; it needs more epochs",
                "undetermined": r"local minimum or needs more epochs cannot be told",
            },
        ),
        (
            "best-of-grid",
            {
                "supported": r"is ahead of batches of twice the size",
                "contradicted": r"does not win the grid .* do better",
                "undetermined": r"wins the grid cannot be told",
            },
        ),
        (
            "early-stopping",
            {
                "supported": r"early stopping pays: .* loses accuracy",
                "contradicted": r"early stopping is not needed: .* gains 1\.50 points",
                "undetermined": r"needs early stopping cannot be told",
            },
        ),
    ],
)
def test_what_a_reader_takes_away_follows_the_verdict(name: str, said: dict[ClaimVerdict, str], tmp_path: Path) -> None:
    for verdict, words in said.items():
        shown = facts(claimed(name, "3.1", trial(verdict, "first")), *CLAIMED, folder=tmp_path)
        told = told_of(shown)
        told.line(words, name.replace("-", " "))
        assert not any(told.has(other) for at, other in said.items() if at != verdict)
        html = sections.html("claims", sections.page_of(claims=shown))
        assert f'<a href="#claim-{name}">' in html
    unlike = facts(claimed(name, "3.1"), obstacles=(Obstacle("data", "MNIST", "Synthetic"),), folder=tmp_path)
    assert not any(map(told_of(unlike).has, said.values()))


@pytest.mark.parametrize(
    ("name", "predicts", "value", "said"),
    [
        ("early-stopping", "below", 0.0037, r"configuration gains 0\.37 points of accuracy"),
        ("early-stopping", "below", 0.0001, r"configuration loses no accuracy that counts"),
        ("best-of-grid", "above", 0.0001, r"twice the size do as well\. "),
        ("best-of-grid", "above", 0.0037, r"twice the size do as well\. "),
        ("best-of-grid", "above", -0.0037, r"twice the size do better\. "),
    ],
)
def test_a_lesson_says_a_gain_or_a_tie_as_the_interval_has_it(
    name: str, predicts: Literal["above", "below"], value: float, said: str, tmp_path: Path
) -> None:
    of = trial("contradicted", "first")
    error = 0.0002  # 4.3 times as much is the half width with two degrees of freedom: 0.0009
    one = replace(of, test=replace(of.test, predicts=predicts), measured=Measured(value, error, 2, 3, error))
    assert told_of(facts(claimed(name, "3.3", one), folder=tmp_path)).has(said)


def test_what_a_reader_takes_away_speaks_of_the_runs_that_are_compared() -> None:
    """Batches of twice the size, and three times the epochs."""
    tests = {claim.name: [test for test in claim.tests if test.decides] for claim in STATED.claims}
    assert set(claims_text.LESSONS) <= set(tests)
    (grid,) = tests["best-of-grid"]
    assert [each.batch_size for each in grid.needs] == [16, 32]
    (stopping,) = tests["early-stopping"]
    assert (stopping.needs[0].epochs, stopping.measure.since) == (30, 10)
    minimum = tests["local-minimum"]
    assert all(small.epochs > large.epochs for large, small in (test.needs for test in minimum))


def test_what_cannot_be_measured_rests_on_no_test(tmp_path: Path) -> None:
    obstacles = (Obstacle("data", "MNIST", "Synthetic"),)
    told = told_of(facts(*CLAIMED[-1:], obstacles=obstacles, folder=tmp_path))
    assert not told.has("verdicts rest|equal numbers of epochs|matters most")


def test_the_table_of_claims_shows_each_test_with_its_verdict(tmp_path: Path) -> None:
    html = sections.html("claims", sections.page_of(claims=facts(*CLAIMED, folder=tmp_path)))
    bodies = [body.split("</tbody>")[0] for body in html.split('<tbody id="claim-')[1:]]
    assert len(bodies) == len(CLAIMED)
    first, second = (sections.cells(body) for body in bodies[:2])
    assert first[0] == ["First. first claim of e−2 (3.1)", "supported"]
    assert first[1] == ["First", "above 0.20", "0.40 points (0.30 to 0.50)", "0.031", "first is supported."]
    assert first[2][:4] == ["Extra", "above 0.20", "–", "–"]
    assert second[0] == ["Second. second claim of e−2 (3.2)", "contradicted"]
    assert second[1] == [
        "1. Second",
        "above 0.20",
        "−1.50 points (−2.00 to −1.00)",
        "< 0.001",
        "second is contradicted.",
    ]
    assert second[2][0] == "2. Third"
    assert [body.count('class="background"') for body in bodies[:2]] == [1, 0]
    assert 'class="verdict contradicted">contradicted' in bodies[1]
    assert "<i>e</i><sup>−2</sup>" in bodies[2]
    fourth = sections.cells(bodies[3])
    assert fourth[1][3:] == ["0.200", "sixth is undetermined. It would take more than 1000 seeds."]


def test_the_figure_of_the_thresholds_has_a_row_for_each_deciding_test_that_was_measured(tmp_path: Path) -> None:
    in_nats = trial("supported", "ninth")
    in_nats = replace(in_nats, test=replace(in_nats.test, measure=Measure("late", ("validation_loss",))))
    shown = facts(claimed("large-loss", "3.3", in_nats), *CLAIMED, folder=tmp_path).figure
    rows = [[row.heads[0].text, *(value.text for value in row.values)] for row in shown.data.rows]
    assert rows == [
        ["first", "0.2", "0.2", "0.6", "supported"],
        ["second, 1", "0.2", "−2.1", "−0.9", "contradicted"],
        ["second, 2", "0.2", "0.2", "0.6", "supported"],
        ["third, 1", "0.2", "−2.1", "−0.9", "contradicted"],
        ["fourth", "0.2", "−1.1", "1.1", "undetermined"],
        ["fifth", "0.2", "−1.1", "1.1", "undetermined"],
        ["large loss (nats)", "0.2", "0.002", "0.006", "supported"],
    ]
    assert [row.panel for row in shown.data.rows] == list(range(7))
    assert Passage(shown.description).sentence("tests").numbers("any") == [7]
    assert Passage(shown.description).sentence("Undetermined").has("Undetermined: fourth; fifth.")
    assert "Undetermined" not in facts(CLAIMED[0], folder=tmp_path).figure.description


def courses(configuration: Configuration, *accuracies: tuple[float, ...]) -> Courses:
    """Runs with these validation accuracies by epoch."""
    columns = {name: np.array(accuracies) for name in ("validation_accuracy", "training_accuracy")}
    return Courses(configuration, tuple(range(1, len(accuracies) + 1)), columns)


def test_the_curves_of_the_claims_have_their_means(tmp_path: Path) -> None:
    archive = Archive(
        {
            RATE_1: courses(replace(RATE_1, epochs=3), (0.80, 0.90, 0.94), (0.82, 0.92, 0.95)),
            LARGE_BATCH: courses(replace(LARGE_BATCH, epochs=2), (0.89, 0.93), (0.89, 0.93)),
        }
    )
    rows = facts(curves=tuple(claims_curves.curves(archive, STATED)), folder=tmp_path).curves.data.rows
    # what is below 0.88 is not shown
    assert [[head.text.striptags().replace("\u00a0", " ") for head in row.heads] for row in rows] == [
        ["η = 1", "2"],
        ["η = 1", "3"],
        ["batch size 128", "1"],
        ["batch size 128", "2"],
    ]
    assert [row.values[0].text for row in rows] == ["0.9100", "0.9450", "0.8900", "0.9300"]
    assert [row.panel for row in rows] == [0, 1, 2, 3]
    assert [row.heads[0].number for row in rows] == [0, 0, 1, 1]
    assert [row.heads[1].number for row in rows] == [2, 3, 1, 2]


def test_curves_are_as_long_as_their_runs_but_for_the_first_batch_size_and_on_the_scale_of_their_panel() -> None:
    stated = replace(STATED, training_images=1000)
    made = {point for points in stated.curves.values() for point in points}
    longer = {replace(point, epochs=20) for point in made}
    runs = {each: courses(each, *[tuple(0.9 for _ in range(each.epochs))] * 2) for each in made | longer}
    runs[BEST].columns["training_accuracy"] = np.array([[0.1] * 10, [0.3] * 10])
    found = list(claims_curves.curves(Archive(runs), stated))
    assert [curve.panel for curve in found] == [0, 0, 0, 1, 1, 2, 2]
    assert [len(curve.validation) for curve in found] == [20, 20, 20, 10, 20, 20, 20]
    assert [curve.unit for curve in found] == pytest.approx(
        [1, math.exp(-1), math.exp(-2), 0.063, 0.008, 1, 1]  # 63 and 8 batches of 16 and 128 images
    )
    assert [curve.value for curve in found] == ["1", "e^-1", "e^-2", "16", "128", "0.0001", "0"]
    assert found[3].training == pytest.approx((0.2,) * 10)


def test_the_runs_behind_the_claims_are_those_of_its_configurations(tmp_path: Path) -> None:
    longer, other = replace(RATE_1, epochs=70), replace(RATE_1, learning_rate=0.77)
    rows = [RATE_1, longer, other, BEST, RATE_1]
    keys = ("a", "b", "c", "d", "a")
    runs = pd.DataFrame([{"experiment": "e", "key": key, **vars(each)} for key, each in zip(keys, rows, strict=True)])
    archive = Archive({RATE_1: courses(RATE_1, (0.9,) * 10, (0.9,) * 10)})
    curves = tuple(claims_curves.curves(archive, STATED))
    shown = facts(CLAIMED[0], runs=runs, curves=curves, folder=tmp_path)
    assert shown.source.runs == ("a", "b", "d")  # longer runs of the same, too, and of what decides nothing
    assert shown.curves.source.runs == ("a",)
