"""Claims: one rule for every verdict, the runs that it goes by, and how it is told."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import claims, writeup_claims
from pipeline.archive import COURSES, Archive, Courses
from pipeline.claims import EPOCHS, NATS, POINTS, RATIO, UPDATES, Claim, Measured, Unit
from pipeline.intervals import Interval
from pipeline.settings import Configuration
from pipeline.writeup_claims import BEST, DEFAULT, LARGE_BATCH, RATE_E2

SEEDS = 4

# --- The rule


def rule(side: claims.Side, threshold: float = 0.0) -> claims.Test:
    return claims.Test(
        "a", (), lambda: None, side, threshold, POINTS, supported="yes", contradicted="no", undetermined="?"
    )


def measured(low: float, high: float) -> Measured:
    return Measured((low + high) / 2, Interval(low, high), SEEDS)


@pytest.mark.parametrize(
    ("side", "low", "high", "verdict"),
    [
        ("above", 0.1, 0.3, "supported"),
        ("above", -0.3, -0.1, "contradicted"),
        ("above", -0.1, 0.3, "undetermined"),
        ("below", -0.3, -0.1, "supported"),
        ("below", 0.1, 0.3, "contradicted"),
        ("below", -0.3, 0.1, "undetermined"),
        ("above", 0.0, 0.3, "undetermined"),
    ],
)
def test_the_interval_decides(side: claims.Side, low: float, high: float, verdict: str) -> None:
    tested = claims.Tested(rule(side), measured(low, high))
    assert tested.verdict == verdict
    assert tested.sentence == {"supported": "yes", "contradicted": "no", "undetermined": "?"}[verdict]


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(-1, 1), st.sampled_from(["above", "below"]))
def test_what_supports_a_claim_contradicts_its_opposite(
    low: float, width: float, threshold: float, side: claims.Side
) -> None:
    found = measured(low, low + width)
    opposite: claims.Side = "below" if side == "above" else "above"
    verdicts = {claims.Tested(rule(each, threshold), found).verdict for each in (side, opposite)}
    assert verdicts in ({"supported", "contradicted"}, {"undetermined"})


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "undetermined"], "undetermined"),
        (["supported", "contradicted"], "contradicted"),
        (["undetermined", "contradicted"], "contradicted"),
        (["undetermined"], "undetermined"),
    ],
)
def test_a_claim_stands_with_all_its_tests_and_falls_with_one(verdicts: list[str], expected: str) -> None:
    ends = {"supported": (0.1, 0.2), "contradicted": (-0.2, -0.1), "undetermined": (-0.1, 0.1)}
    tests = [claims.Tested(rule("above"), measured(*ends[verdict])) for verdict in verdicts]
    background = claims.Tested(replace(rule("above"), decides=False), measured(-0.2, -0.1))
    claim = Claim("c", "3", "A claim.", ())
    assert claims.Judged(claim, (*tests, background)).verdict == expected


# --- The best of the grid


def course(configuration: Configuration, level: float, seeds: int = SEEDS) -> Courses:
    """Runs whose validation accuracy is about `level`, a little other for each seed."""
    accuracy = np.full((seeds, configuration.epochs), level) + np.linspace(-0.0002, 0.0002, seeds)[:, None]
    columns = {name: np.zeros_like(accuracy) for name in COURSES} | {"validation_accuracy": accuracy}
    return Courses(configuration, tuple(range(1, seeds + 1)), columns)


LEADERS = (BEST, replace(BEST, batch_size=32), replace(BEST, learning_rate=0.8))


@pytest.mark.parametrize(
    ("levels", "verdict"),
    [
        ((0.97, 0.96, 0.95), "supported"),
        ((0.96, 0.97, 0.95), "contradicted"),
        ((0.96, 0.95, 0.97), "contradicted"),
        ((0.97, 0.97, 0.95), "undetermined"),
    ],
)
def test_the_best_of_the_grid_is_held_against_every_leader(levels: tuple[float, ...], verdict: str) -> None:
    runs = {each: course(each, level) for each, level in zip(LEADERS, levels, strict=True)}
    (judged,) = claims.judge([writeup_claims.best_of_grid(LEADERS, 1)], Archive(runs))
    assert judged.verdict == verdict


def test_the_seed_that_chose_the_leaders_does_not_count() -> None:
    lucky = course(LEADERS[1], 0.96)
    lucky.columns["validation_accuracy"][0] += 0.03
    runs = {BEST: course(BEST, 0.97), LEADERS[1]: lucky}
    (judged,) = claims.judge([writeup_claims.best_of_grid(LEADERS[:2], 1)], Archive(runs))
    assert judged.verdict == "supported"
    (measured,) = [each.measured for each in judged.tests]
    assert measured is not None
    assert measured.seeds == SEEDS - 1


def test_all_seeds_that_chose_the_leaders_are_left_out() -> None:
    runs = {each: course(each, level) for each, level in zip(LEADERS, (0.97, 0.96, 0.95), strict=True)}
    for chosen_by, verdict in ((SEEDS - 2, "supported"), (SEEDS - 1, "undetermined"), (SEEDS, "undetermined")):
        (judged,) = claims.judge([writeup_claims.best_of_grid(LEADERS, chosen_by)], Archive(runs))
        assert judged.verdict == verdict
        assert (judged.tests[0].sentence == "The seeds are too few.") == (verdict == "undetermined")


@pytest.mark.parametrize("leaders", [(), (BEST,)])
def test_without_rivals_the_best_of_the_grid_cannot_be_told(leaders: tuple[Configuration, ...]) -> None:
    (judged,) = claims.judge([writeup_claims.best_of_grid(leaders, 1)], Archive({BEST: course(BEST, 0.97)}))
    assert judged.verdict == "undetermined"


# --- The archive


def tables(configuration: Configuration, seeds: int, experiment: str = "e") -> tuple[pd.DataFrame, ...]:
    """runs.csv, histories.csv and norms.csv: each number is its column's place in hundreds, epoch and seed / 10."""
    parameters = vars(configuration)
    rows = [
        {"experiment": experiment, "key": f"{configuration.epochs}-{s}", **parameters, "seed": s, "status": "ok"}
        for s in range(1, seeds + 1)
    ]
    epochs = [
        {
            **{k: row[k] for k in ("experiment", "key")},
            "epoch": e,
            **{name: 100 * place + e + row["seed"] / 10 for place, name in enumerate(COLUMNS, start=1)},
        }
        for row in rows
        for e in range(1, configuration.epochs + 1)
    ]
    frame = pd.DataFrame(epochs)
    norms = ["w1_norm", "w2_norm", "gradient_norm"]
    return pd.DataFrame(rows), frame.drop(columns=norms), frame[["experiment", "key", "epoch", *norms]]


COLUMNS = (
    "training_loss",
    "training_accuracy",
    "validation_loss",
    "validation_accuracy",
    "w1_norm",
    "w2_norm",
    "gradient_norm",
)


def lengths(*epochs_and_seeds: tuple[int, int]) -> Archive:
    """Runs of so many epochs and seeds of one configuration."""
    kinds = [tables(replace(RATE_E2, epochs=epochs), seeds) for epochs, seeds in epochs_and_seeds]
    return Archive.of(*(pd.concat(each) for each in zip(*kinds, strict=True)))


def test_every_column_seed_and_epoch_is_in_its_place_however_the_tables_are_sorted() -> None:
    mixed = (table.sample(frac=1, random_state=3) for table in tables(replace(RATE_E2, epochs=3), 3))
    courses = Archive.of(*mixed).find(replace(RATE_E2, epochs=3))
    assert courses is not None
    assert courses.seeds == (1, 2, 3)
    for place, name in enumerate(COLUMNS, start=1):
        expected = [[100 * place + e + s / 10 for e in (1, 2, 3)] for s in (1, 2, 3)]
        assert courses[name] == pytest.approx(np.array(expected)), name
    some = courses.of_seeds((3, 1))
    assert (some.seeds, some["w2_norm"][:, 0].tolist()) == ((3, 1), pytest.approx([601.3, 601.1]))
    assert some.configuration == courses.configuration


def test_most_seeds_count_then_the_shortest_run_and_the_longest_is_asked_for_by_name() -> None:
    runs = lengths((4, 2), (7, 3), (5, 3))
    three, longest = runs.find(replace(RATE_E2, epochs=3)), runs.longest(replace(RATE_E2, epochs=3))
    assert three is not None
    assert longest is not None
    assert (len(three.seeds), three["w1_norm"].shape, three.configuration.epochs) == (3, (3, 3), 3)
    assert (longest.configuration.epochs, longest["w1_norm"].shape) == (7, (3, 7))
    assert runs.longest(replace(RATE_E2, epochs=8)) is None
    assert runs.longest(replace(RATE_E2, epochs=3, reg=0.5)) is None


def test_a_single_seed_is_no_run_to_speak_of() -> None:
    runs = lengths((5, 1), (3, 2))
    assert runs.find(replace(RATE_E2, epochs=4)) is None
    found, longest = runs.find(replace(RATE_E2, epochs=2)), runs.longest(replace(RATE_E2, epochs=2))
    assert found is not None
    assert longest is not None
    assert (found.seeds, longest.configuration.epochs) == ((1, 2), 3)


def test_a_longer_run_stands_for_a_shorter_one() -> None:
    short, long = (tables(replace(RATE_E2, epochs=n), seeds) for n, seeds in ((3, 2), (5, 3)))
    found = Archive.of(*(pd.concat(pair) for pair in zip(short, long, strict=True)))
    three, five = found.find(replace(RATE_E2, epochs=3)), found.find(replace(RATE_E2, epochs=5))
    assert three is not None
    assert five is not None
    assert (three.seeds, five.seeds) == ((1, 2, 3), (1, 2, 3))  # the longer runs have more seeds
    assert three["validation_accuracy"].tolist()[1] == pytest.approx([401.2, 402.2, 403.2])
    assert five["gradient_norm"].shape == (3, 5)
    assert found.find(replace(RATE_E2, epochs=6)) is None
    assert found.find(DEFAULT) is None


def test_a_run_of_two_experiments_counts_once() -> None:
    one, other = tables(replace(LARGE_BATCH, epochs=2), 3), tables(replace(LARGE_BATCH, epochs=2), 3, "f")
    found = Archive.of(*(pd.concat(pair) for pair in zip(one, other, strict=True)))
    courses = found.find(replace(LARGE_BATCH, epochs=2))
    assert courses is not None
    assert courses.seeds == (1, 2, 3)
    assert courses["validation_accuracy"].tolist() == [[401.1, 402.1], [401.2, 402.2], [401.3, 402.3]]


def test_with_a_diverged_seed_the_others_do_not_speak_for_their_configuration() -> None:
    runs, histories, norms = tables(replace(LARGE_BATCH, epochs=2), 3)
    runs.loc[runs["seed"] == 2, "status"] = "diverged"
    assert Archive.of(runs, histories, norms).find(replace(LARGE_BATCH, epochs=2)) is None


# --- Tables

PAIR = (RATE_E2, replace(RATE_E2, reg=0.5))


def example(measured: Measured | None, unit: Unit, side: claims.Side, threshold: float, **changes: Any) -> claims.Test:
    """A test that finds what it is given, whatever the runs."""
    test = claims.Test("", PAIR, lambda *_: measured, side, threshold, unit, "For.", "Against.", "Neither.")
    return replace(test, **changes)


EXAMPLES = (
    Claim(
        "first",
        "3.1",
        "First.",
        (
            example(Measured(-0.0021, Interval(-0.004, 0.0005), 3), POINTS, "below", 0.001, what="gain"),
            example(Measured(2.3, Interval(1.5, 3.12), 4), EPOCHS, "below", 0.5, what="delay"),
            example(Measured(1.2345, Interval(1.1, 1.4), 5), NATS, "above", -0.25, what="loss", decides=False),
        ),
    ),
    Claim(
        "second",
        "3.2",
        "Second.",
        (
            example(Measured(0.03, Interval(0.02, 0.05), 2), UPDATES, "above", 0.0, what="updates"),
            example(None, RATIO, "below", 1.0, what="ratio"),
        ),
    ),
)
BOTH = Archive({each: course(each, 0.9) for each in PAIR})


def test_every_test_is_a_row_with_its_numbers_in_its_unit() -> None:
    frame = claims.tests_to_frame(claims.judge(EXAMPLES, BOTH))
    points, nothing = "percentage points", (None, None, None, 0)
    head = ("claim", "test", "decides", "unit", "value", "low", "high", "seeds", "predicts", "threshold", "verdict")
    assert tuple(frame) == head
    rows = [
        ("First.", "gain", "yes", points, -0.21, -0.4, 0.05, 3, "below", 0.1, "supported"),
        ("First.", "delay", "yes", "epochs", 2.3, 1.5, 3.12, 4, "below", 0.5, "contradicted"),
        ("First.", "loss", "no", "nats", 1.2345, 1.1, 1.4, 5, "above", -0.25, "supported"),
        ("Second.", "updates", "yes", "thousand updates", 0.03, 0.02, 0.05, 2, "above", 0.0, "supported"),
        ("Second.", "ratio", "yes", "times", *nothing, "below", 1.0, "undetermined"),
    ]
    for found, expected in zip(frame.itertuples(index=False), rows, strict=True):
        for column, value, wanted in zip(head, found, expected, strict=True):
            told = f"tests.csv, {expected[1]}, {column}: {value}, not {wanted}"
            if wanted is None:
                assert math.isnan(value), told
            else:
                assert value == (pytest.approx(wanted) if isinstance(wanted, float) else wanted), told


def test_every_claim_is_a_row_with_what_its_deciding_tests_say() -> None:
    frame = claims.to_frame(claims.judge(EXAMPLES, BOTH))
    assert frame.to_dict("records") == [
        {
            "claim": "First.",
            "test": "gain; delay",
            "statistic": "−0.21 percentage points (−0.40 to 0.05); 2.3 epochs (1.5 to 3.1)",
            "verdict": "contradicted",
            "sentence": "For. Against.",
        },
        {
            "claim": "Second.",
            "test": "updates; ratio",
            "statistic": "0.0 thousand updates (0.0 to 0.1); not measured",
            "verdict": "undetermined",
            "sentence": "For. The seeds are too few.",
        },
    ]
    assert list(frame) == list(claims.to_frame([])) == ["claim", "test", "statistic", "verdict", "sentence"]


@pytest.mark.parametrize(
    ("unit", "statistic", "claimed"),
    [
        (POINTS, "−123.46 percentage points (−200.00 to 25.00)", "above −6.25"),
        (NATS, "−1.235 nats (−2.000 to 0.250)", "above −0.062"),
        (EPOCHS, "−1.2 epochs (−2.0 to 0.2)", "above −0.1"),
        (UPDATES, "−1.2 thousand updates (−2.0 to 0.2)", "above −0.1"),
        (RATIO, "−1.23 times (−2.00 to 0.25)", "above −0.06"),
    ],
)
def test_numbers_are_told_in_their_unit(unit: Unit, statistic: str, claimed: str) -> None:
    found = Measured(-1.23456, Interval(-2, 0.25), SEEDS)
    tested = claims.Tested(example(found, unit, "above", -0.0625), found)
    assert (tested.statistic, tested.claimed) == (statistic, claimed)


def test_the_runs_that_are_missing_are_named_with_all_their_parameters() -> None:
    (judged, _) = claims.judge(EXAMPLES, Archive({PAIR[0]: course(PAIR[0], 0.9)}))
    sentence = judged.tests[0].sentence
    assert "learning_rate 0.1353, reg 0.5, batch_size 64, hidden 128, epochs 10" in sentence
    assert judged.tests[0].test is EXAMPLES[0].tests[0]
    assert "reg 0.001" not in sentence  # these are there
    (judged, _) = claims.judge(EXAMPLES, Archive({}))
    assert "reg 0.001" in judged.tests[0].sentence
    assert "reg 0.5" in judged.tests[0].sentence
