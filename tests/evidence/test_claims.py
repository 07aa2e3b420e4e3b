"""Claims: one rule for every verdict, and every test of the write-up's claims decided by histories of known truth."""

import itertools
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.analysis.intervals import Interval
from pipeline.config.settings import Configuration, Experiment
from pipeline.evidence import claims, claims_file
from pipeline.evidence import step as evidence
from pipeline.evidence.archive import COURSES, Archive, Courses, Values
from pipeline.evidence.claims import Claim, Leaders
from pipeline.evidence.measures import LEAD, Measure, Measured

SEEDS = 4
DEFAULT = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=10)
BEST = replace(DEFAULT, learning_rate=0.6, reg=0.0001, batch_size=16)
LARGE_BATCH = replace(BEST, batch_size=128)
RATE_E2 = replace(DEFAULT, learning_rate=math.exp(-2))
CLAIMS = claims_file.load().claims
(ON_THE_GRID,) = (claim for claim in CLAIMS if claim.tests[0].measure.name == LEAD)

# --- The rule


def rule(side: claims.Side, threshold: float = 0.0) -> claims.Test:
    return claims.Test("a", (), Measure("gap"), side, threshold, supported="yes", contradicted="no", undetermined="?")


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
    assert claims.JudgedClaim(claim, (*tests, background)).verdict == expected


# --- The write-up's claims


def wobble(size: float) -> Values:
    """A deviation for each seed, zero in the mean."""
    return np.linspace(-size, size, SEEDS)[:, None]


def course(configuration: Configuration, level: float) -> Courses:
    """Runs whose numbers are about `level` after every epoch."""
    values = np.full((SEEDS, configuration.epochs), level) + wobble(0.0002)
    return Courses(configuration, tuple(range(1, SEEDS + 1)), {name: values.copy() for name in COURSES})


TESTS = [(claim, test) for claim in CLAIMS for test in claim.tests if claim is not ON_THE_GRID]


@pytest.mark.parametrize(("claim", "test"), TESTS, ids=[f"{c.name}-{c.tests.index(t)}" for c, t in TESTS])
def test_without_runs_or_with_one_seed_nothing_is_decided(claim: Claim, test: claims.Test) -> None:
    found = [course(need, 0.9) for need in test.needs]
    single = Archive({each.configuration: each.of_seeds((1,)) for each in found})
    for runs in (Archive({}), single):
        (judged,) = claims.judge([replace(claim, tests=(test,))], runs, Leaders())
        assert judged.tests[0].verdict == "undetermined"
        assert judged.tests[0].missing == test.needs
        assert judged.tests[0].statistic == ""
    whole = Archive({each.configuration: each for each in found})
    (judged,) = claims.judge([replace(claim, tests=(test,))], whole, Leaders())
    assert judged.tests[0].measured is not None


LEADING = (BEST, replace(BEST, batch_size=32), replace(BEST, learning_rate=0.8))


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
    runs = {each: course(each, level) for each, level in zip(LEADING, levels, strict=True)}
    (judged,) = claims.judge([ON_THE_GRID], Archive(runs), Leaders(LEADING, 1))
    assert judged.verdict == verdict


def test_the_seed_that_chose_the_leaders_does_not_count() -> None:
    lucky = course(LEADING[1], 0.96)
    lucky.columns["validation_accuracy"][0] += 0.03
    runs = {BEST: course(BEST, 0.97), LEADING[1]: lucky}
    (judged,) = claims.judge([ON_THE_GRID], Archive(runs), Leaders(LEADING[:2], 1))
    assert judged.verdict == "supported"
    (measured,) = [each.measured for each in judged.tests]
    assert measured is not None
    assert measured.seeds == SEEDS - 1


def test_all_seeds_that_chose_the_leaders_are_left_out() -> None:
    runs = {each: course(each, level) for each, level in zip(LEADING, (0.97, 0.96, 0.95), strict=True)}
    for chosen_by, verdict in ((SEEDS - 2, "supported"), (SEEDS - 1, "undetermined"), (SEEDS, "undetermined")):
        (judged,) = claims.judge([ON_THE_GRID], Archive(runs), Leaders(LEADING, chosen_by))
        assert judged.verdict == verdict
        assert (judged.tests[0].sentence == "The runs do not suffice to measure it.") == (verdict == "undetermined")


SEARCH = {"learning_rate": (0.2, 0.4, 0.6, 0.8), "reg": (0.001, 0.0005, 0.0001), "batch_size": (16, 32, 64, 128)}


def leaders(chosen_by: int = 2, **changes: Any) -> Leaders:
    """Who leads the grid, where it was searched with `chosen_by` seeds; `changes` are of what it searched."""
    values = itertools.product(*({**SEARCH, "hidden": (128,), "epochs": (10,)} | changes).values())
    searched = tuple(Configuration(*each) for each in values)
    experiments = (
        Experiment("grid", "grid", tuple(SEARCH), searched, chosen_by),
        Experiment("leaders", "best_of", (), LEADING, SEEDS, best_of="grid", count=3),
        Experiment("another", "best_of", (), (DEFAULT,), SEEDS, best_of="rates"),
    )
    config = SimpleNamespace(searched=experiments[0], experiments={each.name: each for each in experiments})
    return evidence._leaders(config, SimpleNamespace(search=SEARCH), BEST)


def test_the_leaders_are_those_of_the_write_ups_grid_and_the_seeds_new_ones() -> None:
    runs = {each: course(each, level) for each, level in zip(LEADING, (0.97, 0.96, 0.95), strict=True)}
    (judged,) = claims.judge([ON_THE_GRID], Archive(runs), leaders())
    assert judged.tests[0].test.needs == LEADING
    assert judged.tests[0].measured is not None
    assert judged.tests[0].measured.seeds == SEEDS - 2


@pytest.mark.parametrize(
    "changes",
    [{"learning_rate": (0.2, 0.4, 0.6)}, {"batch_size": (16, 32, 64, 256)}, {"hidden": (64,)}, {"epochs": (10, 5)}],
)
def test_leaders_of_another_grid_tell_nothing_of_the_write_ups(changes: dict[str, Any]) -> None:
    assert leaders(**changes) == Leaders()


@pytest.mark.parametrize("leading", [(), (BEST,)])
def test_without_rivals_the_best_of_the_grid_cannot_be_told(leading: tuple[Configuration, ...]) -> None:
    (judged,) = claims.judge([ON_THE_GRID], Archive({BEST: course(BEST, 0.97)}), Leaders(leading, 1))
    assert judged.verdict == "undetermined"


# --- The archive


def tables(configuration: Configuration, seeds: int, experiment: str = "e") -> tuple[pd.DataFrame, ...]:
    parameters = vars(configuration)
    rows = [
        {"experiment": experiment, "key": f"{configuration.epochs}-{s}", **parameters, "seed": s, "status": "ok"}
        for s in range(1, seeds + 1)
    ]
    epochs = [
        {**{k: row[k] for k in ("experiment", "key")}, "epoch": e, **dict.fromkeys(COURSES, e + row["seed"] / 10)}
        for row in rows
        for e in range(1, configuration.epochs + 1)
    ]
    frame = pd.DataFrame(epochs)
    norms = ["w1_norm", "w2_norm", "gradient_norm"]
    return pd.DataFrame(rows), frame.drop(columns=norms), frame[["experiment", "key", "epoch", *norms]]


def test_a_longer_run_stands_for_a_shorter_one() -> None:
    short, long = (tables(replace(RATE_E2, epochs=n), seeds) for n, seeds in ((3, 2), (5, 3)))
    found = Archive.of(*(pd.concat(pair) for pair in zip(short, long, strict=True)))
    three, five = found.find(replace(RATE_E2, epochs=3)), found.find(replace(RATE_E2, epochs=5))
    assert three is not None
    assert five is not None
    assert (three.seeds, five.seeds) == ((1, 2, 3), (1, 2, 3))  # the longer runs have more seeds
    assert three["validation_accuracy"].tolist()[1] == pytest.approx([1.2, 2.2, 3.2])
    assert five["gradient_norm"].shape == (3, 5)
    assert found.find(replace(RATE_E2, epochs=6)) is None
    assert found.find(DEFAULT) is None
    longest = found.longest(replace(RATE_E2, epochs=2))
    assert longest is not None
    assert longest["validation_accuracy"].shape == (3, 5)
    some = five.of_seeds((3, 1))
    assert (some.seeds, some["training_loss"][:, 0].tolist()) == ((3, 1), [1.3, 1.1])
    told = [each.configuration.epochs for each in (three, five, longest, some)]
    assert told == [3, 5, 5, 5], "runs are told to be as long as what is shown of them"


def test_what_was_recorded_after_an_epoch_stands_with_its_epoch_and_seed_in_whatever_order_the_rows_come() -> None:
    runs, histories, norms = tables(replace(RATE_E2, epochs=3), 3)
    found = Archive.of(runs[::-1], histories.sample(frac=1, random_state=1), norms.sample(frac=1, random_state=2))
    courses = found.find(replace(RATE_E2, epochs=3))
    assert courses is not None
    assert courses.seeds == (1, 2, 3)
    for column in ("validation_loss", "w1_norm"):
        assert courses[column].tolist() == [[1.1, 2.1, 3.1], [1.2, 2.2, 3.2], [1.3, 2.3, 3.3]], column


def test_of_runs_of_two_lengths_those_with_most_seeds_count_and_of_equally_many_the_shorter() -> None:
    lengths = [tables(replace(RATE_E2, epochs=n), seeds) for n, seeds in ((3, 4), (5, 2), (8, 4))]
    lengths[2][1]["validation_accuracy"] += 100  # no run is the beginning of a longer one here, so that it shows
    found = Archive.of(*(pd.concat(parts) for parts in zip(*lengths, strict=True)))
    three, four = found.find(replace(RATE_E2, epochs=3)), found.find(replace(RATE_E2, epochs=4))
    assert three is not None
    assert four is not None
    assert (three.seeds, three["validation_accuracy"][0].tolist()) == ((1, 2, 3, 4), [1.1, 2.1, 3.1])
    assert (four.seeds, four["validation_accuracy"].max()) == ((1, 2, 3, 4), pytest.approx(104.4))


def test_a_run_of_two_experiments_counts_once() -> None:
    one, other = tables(replace(LARGE_BATCH, epochs=2), 3), tables(replace(LARGE_BATCH, epochs=2), 3, "f")
    found = Archive.of(*(pd.concat(pair) for pair in zip(one, other, strict=True)))
    courses = found.find(replace(LARGE_BATCH, epochs=2))
    assert courses is not None
    assert courses.seeds == (1, 2, 3)
    assert courses["validation_accuracy"].shape == (3, 2)


def test_with_a_diverged_seed_the_others_do_not_speak_for_their_configuration() -> None:
    runs, histories, norms = tables(replace(LARGE_BATCH, epochs=2), 3)
    runs.loc[runs["seed"] == 2, "status"] = "diverged"
    assert Archive.of(runs, histories, norms).find(replace(LARGE_BATCH, epochs=2)) is None


# --- Tables


def test_a_row_for_each_claim_and_one_for_each_test() -> None:
    judged = claims.judge(CLAIMS, Archive({}), Leaders())
    frame, tests = claims.to_frame(judged), claims.tests_to_frame(judged)
    assert list(frame) == ["claim", "test", "statistic", "verdict", "sentence"]
    assert len(frame) == len(CLAIMS)
    assert len(tests) == len(TESTS) + len(ON_THE_GRID.tests)
    assert set(frame["verdict"]) == {"undetermined"}


IN_NATS = replace(rule("below", 0.5), measure=Measure("late", ("validation_loss",)), what="b")
TESTED = (
    claims.Tested(rule("above", 0.002), Measured(0.0051, Interval(0.003, 0.0075), 5)),
    claims.Tested(
        replace(rule("below", 0.5), measure=Measure("late", ("validation_loss",)), what="b"),
        Measured(0.25, Interval(0.125, 0.625), 4),
    ),
    claims.Tested(replace(rule("above"), what="c", decides=False), Measured(-0.0021, Interval(-0.004, -0.0005), 3)),
    claims.Tested(replace(rule("below", -0.002), what="d"), None),
)


def test_a_row_of_tests_csv_has_each_number_in_its_column_and_in_its_unit() -> None:
    rows = claims.tests_to_frame([claims.JudgedClaim(Claim("n", "3", "A claim.", ()), TESTED)]).to_dict("records")
    names = ("test", "decides", "unit", "value", "low", "high", "seeds", "predicts", "threshold", "verdict")
    assert [tuple(row[name] for name in names) for row in rows[:3]] == [
        ("a", "yes", "percentage points", *map(pytest.approx, (0.51, 0.3, 0.75)), 5, "above", 0.2, "supported"),
        ("b", "yes", "nats", 0.25, 0.125, 0.625, 4, "below", 0.5, "undetermined"),
        ("c", "no", "percentage points", *map(pytest.approx, (-0.21, -0.4, -0.05)), 3, "above", 0, "contradicted"),
    ]
    last = rows[3]
    assert [math.isnan(last[name]) for name in ("value", "low", "high")] == [True] * 3
    assert (last["seeds"], last["threshold"], last["verdict"]) == (0, pytest.approx(-0.2), "undetermined")
    assert {row["claim"] for row in rows} == {"A claim."}


def test_a_row_of_claims_csv_joins_what_its_deciding_tests_measured_and_say() -> None:
    (row,) = claims.to_frame([claims.JudgedClaim(Claim("n", "3", "A claim.", ()), TESTED)]).to_dict("records")
    assert row == {
        "claim": "A claim.",
        "test": "a; b; d",
        "statistic": "0.51 percentage points (0.30 to 0.75); 0.250 nats (0.125 to 0.625); not measured",
        "verdict": "undetermined",
        "sentence": "yes ? The runs do not suffice to measure it.",
    }
