"""Claims: one rule for every verdict, held together over all claims."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.analysis.hypotheses import Measured
from pipeline.analysis.intervals import Interval
from pipeline.config.settings import Configuration
from pipeline.evidence import claims, claims_file
from pipeline.evidence.archive import COURSES, Archive, Courses
from pipeline.evidence.claims import Claim, JudgedClaim, Threshold, Wanted
from pipeline.evidence.measures import Measure

SEEDS = 4
DEFAULT = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=10)
BEST = replace(DEFAULT, learning_rate=0.6, reg=0.0001, batch_size=16)
LARGE_BATCH = replace(BEST, batch_size=128)
RATE_E2 = replace(DEFAULT, learning_rate=math.exp(-2))
CLAIMS = claims_file.load().claims
TESTS = [(claim, test) for claim in CLAIMS for test in claim.tests]

# --- The rule


def rule(
    side: claims.Side = "above", threshold: float = 0.0, runs: tuple[Wanted, ...] = (), **more: Any
) -> claims.Test:
    """A test of the best validation accuracy against a threshold in percentage points."""
    bound = Threshold("bound", threshold, "percentage points", "a reason")
    given = {"supported": "yes", "contradicted": "no", "undetermined": "?", "measure": Measure("best_accuracy")} | more
    return claims.Test(**{"what": "a", "runs": runs, "predicts": side, "threshold": bound} | given)


def course(configuration: Configuration, *accuracies: float) -> Courses:
    """Runs of seeds 1, 2, ... whose numbers are these after every epoch."""
    values = np.repeat(np.array(accuracies)[:, None], configuration.epochs, axis=1)
    return Courses(configuration, tuple(range(1, len(accuracies) + 1)), {name: values.copy() for name in COURSES})


def judged(*tests: tuple[claims.Test, tuple[float, ...]], alone: bool = True) -> list[JudgedClaim]:
    """Claims of one test each, or one claim of them all, with the accuracies of the seeds of each."""
    chosen = [replace(DEFAULT, learning_rate=0.01 * n) for n in range(1, len(tests) + 1)]
    asked = [replace(test, runs=(Wanted(c),)) for c, (test, _) in zip(chosen, tests, strict=True)]
    runs = {c: course(c, *values) for c, (_, values) in zip(chosen, tests, strict=True)}
    groups = [(test,) for test in asked] if alone else [tuple(asked)]
    return list(claims.judge([Claim(f"c{n}", "3", "A claim.", group) for n, group in enumerate(groups)], Archive(runs)))


def values(mean: float, p: float) -> tuple[float, ...]:
    """Accuracies of four seeds, `mean` points above 0.5, whose one-sided p against 0.5 is this, by Student's t."""
    shape = np.array([-1.0, -0.4, 0.5, 0.9])
    error = abs(mean) / 100 / stats.t.isf(p, 3)
    return tuple(0.5 + mean / 100 + shape / stats.sem(shape) * error)


@pytest.mark.parametrize(
    ("side", "mean", "p", "verdict"),
    [
        ("above", 0.5, 0.01, "supported"),
        ("above", -0.5, 0.01, "contradicted"),
        ("above", 0.5, 0.06, "undetermined"),
        ("above", -0.5, 0.06, "undetermined"),
        ("below", -0.5, 0.01, "supported"),
        ("below", 0.5, 0.01, "contradicted"),
    ],
)
def test_a_one_sided_test_decides(side: claims.Side, mean: float, p: float, verdict: str) -> None:
    ((found,),) = [each.tests for each in judged((rule(side, 50), values(mean, p)))]
    assert found.verdict == verdict
    if verdict == "undetermined":
        assert found.sentence == "?"
        assert found.seeds_wanted is not None
        assert found.seeds_wanted > SEEDS
    else:
        assert (found.sentence, found.seeds_wanted) == ({"supported": "yes", "contradicted": "no"}[verdict], None)


@pytest.mark.parametrize(
    ("measure", "margin"),
    [
        (Measure("best_accuracy"), 0.005),
        (Measure("late", ("validation_loss",)), 0.0005),
        (Measure("drops", (3,)), 0.1),
        (Measure("epochs_to", (0.5,)), 0.1),
    ],
)
@pytest.mark.parametrize("side", ["above", "below"])
def test_what_another_processor_may_change_decides_nothing(measure: Measure, margin: float, side: claims.Side) -> None:
    test = rule(side, 2.0, measure=measure)
    scale = measure.unit.scale
    for sign, verdicts in ((1, ("supported", "contradicted")), (-1, ("contradicted", "supported"))):
        for part, expected in ((0.9, "undetermined"), (1.1, verdicts[side == "below"])):
            sure = Measured((2.0 + sign * part * margin) / scale, 0.0, 3, SEEDS, 0.0)
            found = claims._decided(claims.Tested(test, sure), claims._Weight(1, 0, 0), [])
            assert found.verdict == expected


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("part", "expected"),
    [(-1.1, "supported"), (-0.9, "undetermined"), (0.9, "undetermined"), (1.1, "contradicted")],
)
def test_nor_does_it_decide_whether_two_are_equivalent(sign: int, part: float, expected: str) -> None:
    sure = Measured(sign * (0.2 + part * 0.005) / 100, 0.0, 3, SEEDS, 0.0)
    assert claims._decided(claims.Tested(rule("within", 0.2), sure), claims._Weight(1, 0, 0), []).verdict == expected


def test_that_two_differ_at_all_is_told_by_the_likelier_side_twice() -> None:
    sample = np.array([0.504, 0.507, 0.503, 0.506])
    beyond = Measured(sample.mean(), stats.sem(sample), 3, 4, sample.std(ddof=1))
    outer = rule("within", 0.2)
    one_sided = stats.ttest_1samp(sample, 0.00205, alternative="greater").pvalue
    assert outer.p_contradicted(beyond) == pytest.approx(2 * one_sided)
    assert outer.p_contradicted(replace(beyond, value=0.0)) == 1


def test_the_margin_is_in_the_p_value() -> None:
    sample = np.array([0.501, 0.504, 0.506, 0.503])
    ((found,),) = [each.tests for each in judged((rule("above", 50), tuple(sample)))]
    assert found.p_supported == pytest.approx(stats.ttest_1samp(sample, 0.50005, alternative="greater").pvalue)
    assert found.p_contradicted == pytest.approx(stats.ttest_1samp(sample, 0.49995, alternative="less").pvalue)
    assert found.p == found.p_supported


@given(st.floats(-1, 1), st.floats(0.01, 1), st.sampled_from([0.0, 20.0]))
def test_what_supports_a_claim_contradicts_its_opposite(mean: float, error: float, threshold: float) -> None:
    found = Measured(mean, error, 3, SEEDS, error * 2)
    claim, opposite = (
        claims._decided(claims.Tested(rule(side, threshold), found), claims._Weight(1, 0, 0), [])
        for side in ("above", "below")
    )
    assert {claim.verdict, opposite.verdict} in ({"supported", "contradicted"}, {"undetermined"})
    assert (claim.open, claim.p_supported) == (opposite.open, opposite.p_contradicted)


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [
        (0.0, 0.05, "supported"),
        (0.15, 0.01, "supported"),
        (-0.15, 0.01, "supported"),
        (-0.15, 0.05, "undetermined"),
        (0.15, 0.05, "undetermined"),
        (0.5, 0.05, "contradicted"),
        (-0.5, 0.05, "contradicted"),
        (0.0, 0.5, "undetermined"),
    ],
)
def test_two_are_equivalent_if_their_difference_is_within_the_threshold_either_way(
    value: float, error: float, verdict: str
) -> None:
    found = Measured(value / 100, error / 100, 8, 9, error * 3)
    tested = claims._decided(claims.Tested(rule("within", 0.2, decides=False), found), claims._Weight(0, 1, 1), [])
    assert (tested.verdict, tested.open, tested.seeds_wanted) == (verdict, None, None)


# --- Tests of a claim, and claims held together


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
    sure = {"supported": 0.2, "contradicted": -0.2, "undetermined": 0.0}
    tests = [(rule("above", 50), values(sure[v], 0.001) if sure[v] else (0.499, 0.501, 0.498, 0.502)) for v in verdicts]
    background = (rule("above", 50, decides=False), values(-0.2, 0.001))
    (claim,) = judged(*tests, background, alone=False)
    assert [each.verdict for each in claim.tests] == [*verdicts, "contradicted"]
    assert claim.verdict == expected


def test_the_more_claims_are_held_together_the_surer_each_has_to_be() -> None:
    """Of three the surest needs p below 0.05 / 3, then one of the other two below 0.05 / 2, the last below 0.05."""
    tests = {p: (rule("above", 50), values(0.5, p)) for p in (0.005, 0.015, 0.03, 0.04, 0.2)}
    for chosen, expected in (
        ((0.03,), ["supported"]),
        ((0.03, 0.2), ["undetermined", "undetermined"]),
        ((0.03, 0.005), ["supported", "supported"]),
        ((0.005, 0.015, 0.04), ["supported", "supported", "supported"]),
        ((0.005, 0.03, 0.04), ["supported", "undetermined", "undetermined"]),
        ((0.015, 0.2, 0.2), ["supported", "undetermined", "undetermined"]),
    ):
        assert [each.verdict for each in judged(*(tests[p] for p in chosen))] == expected, chosen


def test_claims_that_are_contradicted_are_held_together_by_themselves() -> None:
    against = (rule("above", 50), values(-0.5, 0.03))
    for_it = (rule("above", 50), values(0.5, 0.001))
    assert [each.verdict for each in judged(against, for_it)] == ["undetermined", "supported"]
    surer = (rule("above", 50), values(-0.5, 0.02))
    assert [each.verdict for each in judged(surer, for_it)] == ["contradicted", "supported"]


def test_a_claim_of_several_tests_counts_once_when_it_is_supported_and_each_of_them_when_it_falls() -> None:
    several = [(rule("above", 50), values(0.5, 0.03))] * 3
    (claim,) = judged(*several, alone=False)
    assert claim.verdict == "supported"
    # its p is the largest of them: beside a claim that is not supported, every one needs half of 0.05
    chosen = [replace(DEFAULT, learning_rate=0.01 * n) for n in range(1, 4)]
    runs = {c: course(c, *values(0.5, p)) for c, p in zip(chosen, (0.001, 0.03, 0.2), strict=True)}
    tests = [rule("above", 50, (Wanted(c),)) for c in chosen]
    both = (Claim("a", "3", "A.", tuple(tests[:2])), Claim("b", "3", "B.", (tests[2],)))
    assert [each.verdict for each in claims.judge(both, Archive(runs))] == ["undetermined", "undetermined"]
    weaker = (Claim("a", "3", "A.", (tests[0], tests[2])), Claim("b", "3", "B.", (tests[1],)))
    assert [each.verdict for each in claims.judge(weaker, Archive(runs))] == ["undetermined", "undetermined"]
    for p, verdict in ((0.015, "contradicted"), (0.018, "undetermined")):
        (claim,) = judged((rule("above", 50), values(-0.5, p)), *several[:2], alone=False)
        assert claim.verdict == verdict
    # of two claims one falls at 0.05 / 2, which is 0.05 / 4 for each of two tests, and only then the other at 0.05
    chosen = [replace(DEFAULT, learning_rate=0.01 * n) for n in range(1, 4)]
    for p, verdicts in ((0.02, ["undetermined", "undetermined"]), (0.011, ["contradicted", "contradicted"])):
        runs = {c: course(c, *values(-0.5, own)) for c, own in zip(chosen, (p, 0.3, 0.04), strict=True)}
        tests = [rule("above", 50, (Wanted(c),)) for c in chosen]
        both = (Claim("a", "3", "A.", tuple(tests[:2])), Claim("b", "3", "B.", (tests[2],)))
        assert [each.verdict for each in claims.judge(both, Archive(runs))] == verdicts


def test_the_background_decides_nothing_and_makes_nothing_harder() -> None:
    tests = [(rule("above", 50), values(0.5, 0.03))] + [(rule("above", 50, decides=False), values(0.5, 0.04))] * 3
    (claim,) = judged(*tests, alone=False)
    assert [each.verdict for each in claim.tests] == ["supported"] * 4
    assert [each.p_supported for each in claim.tests] == pytest.approx([0.03, 0.04, 0.04, 0.04], rel=0.1)


@pytest.mark.parametrize("side", ["above", "below"])
def test_the_open_thresholds_are_those_that_leave_a_test_undetermined(side: claims.Side) -> None:
    others = [(rule("above", 50), values(0.5, p)) for p in (0.001, 0.02, 0.3)]
    sample = values(0.3, 0.01)
    first = judged((rule(side, 50), sample), *others)[0].tests[0]
    assert first.open is not None
    for end, outside in ((first.open.low, -1), (first.open.high, 1)):
        for shift, undetermined in ((1e-6, False), (-1e-6, True)):
            moved = judged((rule(side, 100 * (end + outside * shift)), sample), *others)[0]
            assert (moved.verdict == "undetermined") is undetermined


def test_the_open_thresholds_of_one_test_of_several_are_those_that_leave_it_undetermined() -> None:
    others = [(rule("above", 50), values(0.5, 0.2))] * 2
    sample = values(0.3, 0.01)
    first = judged((rule("above", 50), sample), *others, alone=False)[0].tests[0]
    assert first.open is not None
    for end, outside in ((first.open.low, -1), (first.open.high, 1)):
        for shift, undetermined in ((1e-6, False), (-1e-6, True)):
            moved = judged((rule("above", 100 * (end + outside * shift)), sample), *others, alone=False)[0].tests[0]
            assert (moved.verdict == "undetermined") is undetermined


@pytest.mark.parametrize(("mean", "level"), [(0.02, 0.05), (-0.02, 0.025)])
def test_as_many_seeds_as_are_wanted_would_decide_four_times_of_five(mean: float, level: float) -> None:
    """The other claim is surely supported, so that 0.05 is left for this one, and half of it against each."""
    sample = values(mean, 0.2)
    first = judged((rule("above", 50), sample), (rule("above", 50), values(0.5, 0.001)))[0].tests[0]
    seeds = np.arange(SEEDS + 1, 1001)
    distance = abs(np.mean(sample) - 0.5) - 0.00005
    away = distance * np.sqrt(seeds) / np.std(sample, ddof=1)
    power = stats.nct.sf(stats.t.isf(level, seeds - 1), seeds - 1, away)
    assert first.seeds_wanted == seeds[power >= 0.8][0]


def test_the_p_values_of_a_background_are_its_own_on_either_side() -> None:
    background = rule("above", 50, decides=False)
    for mean in (0.5, -0.5):
        (claim,) = judged((rule("above", 50), values(0.5, 0.01)), (background, values(mean, 0.03)), alone=False)
        tested = claim.tests[1]
        assert tested.measured is not None
        own = background.p_supported(tested.measured), background.p_contradicted(tested.measured)
        assert (tested.p_supported, tested.p_contradicted) == pytest.approx(own)


# --- Which runs count


def test_a_test_that_was_not_measured_has_no_p_in_the_table_of_tests() -> None:
    told = claims.tests_to_frame(claims.judge([Claim("c", "3", "A.", (rule(runs=(Wanted(BEST),)),))], Archive({})))
    assert told.loc[0, ["value", "low", "high", "p_supported", "p_contradicted"]].isna().all()
    assert told.loc[0, "seeds"] == 0


def test_one_run_of_more_epochs_tells_nothing_of_the_seeds() -> None:
    longer = replace(BEST, epochs=30)
    assert Archive({longer: course(longer, 0.9)}).find(BEST) is None
    assert Archive({longer: course(longer, 0.9)}).longest(BEST) is None
    assert Archive({longer: course(longer, 0.9, 0.91)}).find(BEST) is not None


def test_what_is_missing_names_the_configuration_and_the_seeds_only_where_it_asks_for_some() -> None:
    test = rule(runs=(Wanted(BEST), Wanted(BEST, after=5)))
    ((found,),) = [each.tests for each in claims.judge([Claim("c", "3.1", "t", (test,))], Archive({}))]
    first, second = found.sentence.split("; of ")
    assert "batch_size 16" in first
    assert "after" not in first
    assert "after seed 5" in second


@pytest.mark.parametrize(("claim", "test"), TESTS, ids=[f"{c.name}-{c.tests.index(t)}" for c, t in TESTS])
def test_without_runs_or_with_one_seed_nothing_is_decided(claim: Claim, test: claims.Test) -> None:
    found = [course(need, *np.linspace(0.9, 0.91, 9)) for need in test.needs]
    single = Archive({each.configuration: each.of_seeds((9,)) for each in found})
    for runs in (Archive({}), single):
        (judged,) = claims.judge([replace(claim, tests=(test,))], runs)
        assert judged.tests[0].verdict == "undetermined"
        assert judged.tests[0].missing == test.runs
        assert judged.tests[0].statistic == ""
        assert judged.tests[0].seeds_wanted is None
    whole = Archive({each.configuration: each for each in found})
    (judged,) = claims.judge([replace(claim, tests=(test,))], whole)
    assert judged.tests[0].measured is not None or test.unit.counted  # the same count on every seed


def test_seeds_that_chose_do_not_count_and_a_single_one_of_the_others_tells_nothing() -> None:
    runs = Archive({BEST: course(BEST, 0.1, 0.2, 0.90, 0.92, 0.94)})
    for after, seeds, value in ((0, 5, 0.612), (1, 4, 0.74), (2, 3, 0.92), (3, 2, 0.93), (4, None, None)):
        claim = Claim("c", "3", "A claim.", (rule(runs=(Wanted(BEST, after),)),))
        (tested,) = claims.judge([claim], runs)[0].tests
        if seeds is None:
            assert tested.measured is None
            assert tested.sentence.endswith("epochs 10 after seed 4.")
        else:
            assert tested.measured is not None
            assert (tested.measured.seeds, tested.measured.value) == (seeds, pytest.approx(value))


def test_a_claim_without_the_runs_of_all_its_tests_is_not_supported_and_one_without_any_holds_up_nobody() -> None:
    runs = Archive({BEST: course(BEST, *values(0.5, 0.03))})
    there = rule("above", 50, (Wanted(BEST),))
    away = rule("above", 50, (Wanted(DEFAULT),))
    half, none, whole = (
        Claim(name, "3", "A.", tests) for name, tests in (("a", (there, away)), ("b", (away,)), ("c", (there,)))
    )
    assert [each.verdict for each in claims.judge([none, whole], runs)] == ["undetermined", "supported"]
    assert [each.verdict for each in claims.judge([half], runs)] == ["undetermined"]
    # what it lacks might fail, so that however sure the rest is, it makes no room for another
    sure = rule("above", 50, (Wanted(RATE_E2),))
    more = Archive({BEST: course(BEST, *values(0.5, 0.03)), RATE_E2: course(RATE_E2, *values(0.5, 0.001))})
    half = replace(half, tests=(sure, away))
    assert [each.verdict for each in claims.judge([half, whole], more)] == ["undetermined", "undetermined"]
    half = replace(half, tests=(sure,))
    assert [each.verdict for each in claims.judge([half, whole], more)] == ["supported", "supported"]


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
    judged = claims.judge(CLAIMS, Archive({}))
    frame, tests = claims.to_frame(judged), claims.tests_to_frame(judged)
    assert list(frame) == ["claim", "test", "statistic", "verdict", "sentence"]
    assert len(frame) == len(CLAIMS)
    assert len(tests) == len(TESTS)
    assert set(frame["verdict"]) == {"undetermined"}


LOSS = Measure("late", ("validation_loss",))
IN_NATS = replace(rule("below", measure=LOSS, what="b"), threshold=Threshold("half", 0.5, "nats", "a reason"))
T4, T3 = stats.t.isf(0.025, 4), stats.t.isf(0.025, 3)
TESTED = (
    claims.Tested(rule("above", 0.2), Measured(0.0051, 0.001 / T4, 4, 5, 0.01), (), 0.01, 1.0, Interval(0.003, 0.008)),
    claims.Tested(IN_NATS, Measured(0.25, 0.125 / T3, 3, 4, 0.1), (), 0.5, 0.9, Interval(0.125, 0.75), 17),
    claims.Tested(replace(rule("above"), what="c", decides=False), Measured(-0.0021, 0.0, 2, 3, 0.1), (), 1.0, 0.02),
    claims.Tested(replace(rule("below", -0.2), what="d"), None),
)


def test_a_row_of_tests_csv_has_each_number_in_its_column_and_in_its_unit() -> None:
    rows = claims.tests_to_frame([JudgedClaim(Claim("n", "3", "A claim.", ()), TESTED)]).to_dict("records")
    names = ("test", "decides", "unit", "value", "low", "high", "seeds", "predicts", "threshold", "verdict")
    assert [tuple(row[name] for name in names) for row in rows[:3]] == [
        ("a", "yes", "percentage points", *map(pytest.approx, (0.51, 0.41, 0.61)), 5, "above", 0.2, "supported"),
        ("b", "yes", "nats", *map(pytest.approx, (0.25, 0.125, 0.375)), 4, "below", 0.5, "undetermined"),
        ("c", "no", "percentage points", *map(pytest.approx, (-0.21, -0.21, -0.21)), 3, "above", 0, "contradicted"),
    ]
    more = ("reason", "p_supported", "p_contradicted", "open_from", "open_to", "seeds_wanted")
    assert [tuple(row[name] for name in more) for row in rows[:2]] == [
        ("bound", 0.01, 1, pytest.approx(0.3), pytest.approx(0.8), ""),
        ("half", 0.5, 0.9, 0.125, 0.75, "17"),
    ]
    last = rows[3]
    assert [math.isnan(last[name]) for name in ("value", "low", "high", "p_supported", "open_to")] == [True] * 5
    assert (last["seeds"], last["threshold"], last["verdict"]) == (0, pytest.approx(-0.2), "undetermined")
    assert {row["claim"] for row in rows} == {"A claim."}


def test_more_seeds_than_are_worth_counting_are_told_as_such() -> None:
    assert replace(TESTED[1], seeds_wanted=1000).wanted == "1000"
    assert replace(TESTED[1], seeds_wanted=1001).wanted == "more than 1000"


def test_a_row_of_claims_csv_joins_what_its_deciding_tests_measured_and_say() -> None:
    (row,) = claims.to_frame([JudgedClaim(Claim("n", "3", "A claim.", ()), TESTED)]).to_dict("records")
    assert row == {
        "claim": "A claim.",
        "test": "a; b; d",
        "statistic": "0.51 percentage points (0.41 to 0.61); 0.250 nats (0.125 to 0.375); not measured",
        "verdict": "undetermined",
        "sentence": "yes ? The runs do not suffice to measure it.",
    }
