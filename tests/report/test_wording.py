"""The wording of section 3 follows the results, synthetic ones whose truth is known.

What is held is what a sentence says: names, numbers, directions, and which of the possible findings it tells.
"""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest
import sections
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from saying import CLEAR, MOVE, RANK, SIDE, SIZE, Group, Passage
from sections import of_results, text
from synthetic import Course, Rule, jitter, record_of, rising, tree, usual

from pipeline.analysis.comparison import Estimate
from pipeline.config.settings import Configuration
from pipeline.experiments.records import Record
from pipeline.figures import catalogue
from pipeline.report.context import Context
from pipeline.report.views import wording

Curve = Callable[[int], "Course | None"]  # a run by its seed
Tell = Callable[..., Passage]

E1, E2 = "η = e−1", "η = e−2"
METRIC: Group = {"validation": r"\bvalidation\b", "testing": r"\btesting\b|\bno say in the choice\b"}

rates: Tell = partial(sections.tell, "learning_rates")
coefficients: Tell = partial(sections.tell, "regularization")
tuning: Tell = partial(sections.tell, "tuning")
further: Tell = partial(sections.tell, "further")


def curve(best: float, *, dips: int = 0, lost: tuple[int, ...] = (), losses: bool = True, **shape: Any) -> Curve:
    """A run that ends at about `best`, below the epoch before in the first `dips` even epochs; some seeds are lost."""

    def course(seed: int) -> Course | None:
        if seed in lost:
            return None
        rows = rising(best + jitter(seed), **shape)
        low = [0.02 if n % 2 and n < 2 * dips else 0.0 for n in range(len(rows))]
        flat = [a if losses else 0.5 for a, *_ in rows]
        return [(a, b, 2 * c, d - e) for a, e, (_, b, c, d) in zip(flat, low, rows, strict=True)]

    return course


def apart(course: Course) -> Course:
    """The same run, its training accuracy higher, its validation accuracy lower in the last epoch than in the best."""
    return [(a, b + 0.03, c, d - 0.01 * (n == len(course))) for n, (a, b, c, d) in enumerate(course, start=1)]


DIVERGED: Curve = lambda _: None


def by_rate(large: Curve, middle: Curve, small: Curve) -> Rule:
    """The usual results, but these runs for the rates 1, e^-1 and e^-2 of the sweep."""
    runs = {1.0: large, math.exp(-1): middle, math.exp(-2): small}

    def rule(chosen: Configuration, seed: int) -> Course | None:
        of_sweep = chosen.learning_rate in runs and chosen.reg == 0.001
        return runs[chosen.learning_rate](seed) if of_sweep else usual(chosen, seed)

    return rule


# --- Section 3.1 follows its numbers


@pytest.mark.parametrize(
    ("accuracies", "best", "worst"),
    [((0.94, 0.93, 0.90), "η = 1", E2), ((0.90, 0.94, 0.93), E1, "η = 1"), ((0.93, 0.90, 0.94), E2, E1)],
)
def test_the_best_and_the_worst_rate_are_named_with_their_validation_accuracies(
    accuracies: tuple[float, float, float], best: str, worst: str
) -> None:
    runs = [lambda seed, best=best: apart(rising(best + jitter(seed))) for best in accuracies]
    said = rates(by_rate(*runs)).sentence("best", "worst")
    assert dict(zip(said.words(RANK), said.names(), strict=True)) == {"best": best, "worst": worst}
    of = dict(zip(("η = 1", E1, E2), accuracies, strict=True))
    assert said.paired("accuracy") == {best: of[best], worst: of[worst]}
    assert re.findall(r"± (\d\.\d{4})", said) == ["0.0014", "0.0014"]  # 0.001 √2
    assert said.has("validation")


def test_equal_rates_have_no_best_and_no_worst() -> None:
    told = rates(by_rate(curve(0.94), curve(0.94), curve(0.94)))
    assert told.sentence("all", "same", "validation").number("accuracy") == 0.94
    assert not told.has("worst")
    assert told.sentence("smallest", "below the best").meaning(CLEAR) == "open"


@pytest.mark.parametrize(
    ("accuracies", "close", "apart"),
    [((0.9400, 0.9399, 0.90), E1, E2), ((0.90, 0.9399, 0.94), E1, "η = 1"), ((0.94, 0.90, 0.9399), E2, E1)],
)
def test_a_rate_that_is_close_to_the_best_and_one_that_is_apart_are_named(
    accuracies: tuple[float, float, float], close: str, apart: str
) -> None:
    said = rates(by_rate(*map(curve, accuracies))).sentence(close, apart, "best")
    assert dict(zip(said.words(CLEAR), said.names(), strict=True)) == {"open": close, "clear": apart}
    assert said.meaning(SIDE) == "below"
    assert said.has(rf"{re.escape(apart)} is\b")
    assert rates(by_rate(*map(curve, accuracies))).sentence(r"testing\s+accuracies").number("points") == 0.01


def test_several_rates_that_are_apart_are_plural() -> None:
    accuracies = {1.0: 0.94, math.exp(-1): 0.9399, math.exp(-2): 0.90, 0.05: 0.89}
    rule: Rule = lambda c, seed: rising(accuracies.get(c.learning_rate, 0.9) + jitter(seed))
    experiments = tree()["experiments"] | {"learning_rates": {"sweep": {"learning_rate": [1, "e^-1", "e^-2", 0.05]}}}
    said = rates(rule, experiments=experiments).sentence(E1, E2, "η = 0.05", "clear")
    assert said.names() == [E1, E2, "η = 0.05"]
    assert said.words(CLEAR) == ["open", "clear"]
    assert said.has(r"0\.05 are\b")


def test_the_rest_is_clearly_below_the_best() -> None:
    said = rates(by_rate(curve(0.94), curve(0.93), curve(0.90))).sentence("other rate", "below the best")
    assert said.meaning(CLEAR) == "clear"
    assert said.has(r"\b(?:every|all|both)\b")
    two = rates(by_rate(DIVERGED, curve(0.93), curve(0.90))).sentence("other rate", "below the best")
    assert two.meaning(CLEAR) == "clear"
    assert not two.has(r"\b(?:every|all|both)\b")


def test_rates_within_the_noise_are_not_ordered() -> None:
    told = rates(by_rate(curve(0.9400), curve(0.9399), curve(0.9398)))
    assert told.sentence("no rate", "best").meaning(CLEAR) == "open"
    assert told.sentence("smallest rate", "below the best").meaning(CLEAR) == "open"
    assert not told.has("told apart")
    assert "clear" not in told.words(CLEAR)
    assert told.sentence("best", "worst").names() == ["η = 1", E2]


ENDING: Group = {
    "rising": r"\bstill (?:improving|rising|learning)\b|\bran out\b",
    "falling": r"\baccuracy (?:falls|has fallen|drops|declines)\b",
    "slow": r"\bstands? still\b|\bis moving\b",
    "level": r"\blevell?ed off\b",
    "chance": r"\bconstant answer\b|\blearned nothing\b",
    "unknown": r"\bone epoch\b",
}


@pytest.mark.parametrize(
    ("small", "ending", "points", "percent", "move"),
    [
        (curve(0.90, gain=0.01), "rising", [4.00, 3.00], [20.0], {"rise", "fall"}),  # three epochs; 0.5 to 0.4
        (curve(0.90, gain=0.01, losses=False), "rising", [4.00, 3.00], [], {"rise"}),
        (curve(0.50, gain=-0.05), "falling", [44.00 - 25.00, 15.00], [], {"fall"}),  # its best epoch is the first
        (curve(0.90), "slow", [4.00], [20.0], {"fall"}),
        (curve(0.90, losses=False), "level", [4.00], [], set()),
        (curve(0.11, gain=0.01), "chance", [83.00], [], set()),
    ],
)
def test_what_holds_the_smallest_rate_back_follows_how_its_curve_ends(
    small: Curve, ending: str, points: list[float], percent: list[float], move: set[str]
) -> None:
    said = rates(by_rate(curve(0.93), curve(0.94), small)).line("smallest rate", "η = e")
    assert said.meaning(ENDING) == ending
    assert said.numbers("points") == points
    assert said.numbers("percent") == percent
    first, rest = said.sentence("validation accuracy is"), said.split(f"of {E1}.", 1)[1]
    assert first.names() == [E2, E1]
    assert first.meaning(SIDE) == "below"
    assert set(Passage(rest).words(MOVE)) == move
    # the smallest rate alone gains anything, in a rising curve
    assert Passage(rest).names() == [E1] * (ending == "rising")
    if ending in ("rising", "falling"):
        assert said.number("epochs") == 3
    if percent:
        assert said.sentence("%").has("training loss")


@pytest.mark.parametrize(("best", "small", "more"), [(0.0, 0.01, True), (0.02, 0.01, False), (0.01, 0.02, True)])
def test_a_smallest_rate_is_said_to_gain_more_than_the_best_only_if_it_does(
    best: float, small: float, more: bool
) -> None:
    said = rates(by_rate(curve(0.93), curve(0.94, gain=best), curve(0.90, gain=small))).sentence("risen by")
    assert said.numbers("points") == [300 * small]
    assert ("above" in said.words(SIDE)) is more
    assert said.names() == [E1] * more


def test_the_ending_is_over_as_many_epochs_as_there_are() -> None:
    said = rates(lambda chosen, seed: usual(chosen, seed)[-2:], epochs=2).sentence("risen by")
    assert (said.number("points"), said.number("epochs")) == (1, 1)
    assert not said.has("1 epochs")


def test_a_smallest_rate_that_is_best_is_not_too_small() -> None:
    said = rates(by_rate(curve(0.90), curve(0.91), curve(0.94, gain=0.01))).line("smallest rate", "too small")
    assert said.meaning(RANK) == "best"
    assert said.has(r"\bnothing suggests\b")
    assert not said.numbers("points")
    assert not said.words(ENDING)


def test_a_smallest_rate_that_is_not_clearly_worse_is_not_held_back() -> None:
    said = rates(by_rate(curve(0.9400), curve(0.9399), curve(0.9398, gain=0.01))).line("smallest rate", "too small")
    assert said.meaning(CLEAR) == "open"
    assert not said.numbers("points")
    assert not said.words(ENDING)


ROUGHNESS: Group = {"alike": r"\bequally \w+|\balike\b", "rougher": r"\brough\w*", "smoother": r"\bsmooth\w*"}


@pytest.mark.parametrize(
    ("large", "small", "more"),
    [(3, 1, "rougher"), (1, 0, "rougher"), (1, 3, "smoother"), (0, 1, "smoother"), (2, 2, "alike"), (0, 0, "alike")],
)
def test_oscillation_is_counted_and_the_rougher_curve_is_the_one_that_falls_more_often(
    large: int, small: int, more: str
) -> None:
    told = rates(by_rate(curve(0.94, dips=large), curve(0.93), curve(0.90, dips=small))).line(
        "rougher|smoother|equally"
    )
    counted = told.sentence("times")
    assert counted.paired("times") == {"η = 1": large, E2: small}
    assert counted.number("epochs") == 6
    assert counted.has("averaged over")
    assert counted.meaning(MOVE) == "fall"
    judged = told.sentence("rougher|smoother|equally")
    assert judged.meaning(ROUGHNESS) == more
    assert judged.words(SIZE) == ["large", "small"]
    assert told.has("does not grow") is (more != "rougher")


@pytest.mark.parametrize(("large", "told"), [(0.94, True), (0.89, False)])
def test_a_rough_curve_is_said_to_lose_nothing_only_if_it_is_the_best(large: float, told: bool) -> None:
    said = rates(by_rate(curve(large, dips=3), curve(0.93), curve(0.90))).line("rougher")
    assert said.has("cost no accuracy") is told


def test_the_epochs_in_which_the_rates_settle_are_those_of_each() -> None:
    # the last epoch is 1, 2, 3 gains above those before: within 0.01 from epoch 4 and from epoch 6 on
    said = rates(by_rate(curve(0.94, gain=0.004), curve(0.93), curve(0.90, gain=0.02))).sentence("in epoch")
    assert dict(zip(said.words(SIZE), said.numbers("epoch"), strict=True)) == {"large": 4, "small": 6}
    assert said.number("points") == 1


def test_rates_are_told_in_decimals_where_they_are_written_as_powers() -> None:
    assert rates().line("decimals").numbers("any") == [1, 0.3679, 0.1353]
    experiments = tree()["experiments"] | {"learning_rates": {"sweep": {"learning_rate": [0.5, 0.25]}}}
    tables = {"learning_rates": {"experiment": "learning_rates", "metrics": ["testing_accuracy"]}}
    plain = rates(experiments=experiments, tables=tables)
    assert not plain.has("decimals")
    assert not plain.has("per unit")


@pytest.mark.parametrize("metric", ["testing_accuracy", "training_accuracy"])
def test_the_rate_of_change_is_that_of_its_metric(metric: str) -> None:
    tables = tree()["tables"]
    tables["learning_rates"]["rate_of_change"]["metric"] = metric
    assert rates(tables=tables).line(r"^Table \d+\. .*per unit").has(metric.replace("_", " "))


@pytest.mark.parametrize(
    ("curves", "lost", "left"),
    [
        ((DIVERGED, curve(0.93), curve(0.90)), ["η = 1"], {"best": E1, "worst": E2}),
        ((curve(0.94, lost=(2,)), curve(0.93), curve(0.90)), ["η = 1"], {"best": E1, "worst": E2}),
        ((curve(0.94), curve(0.93), DIVERGED), [E2], {"best": "η = 1", "worst": E1}),
    ],
)
def test_a_rate_that_diverged_is_named_and_left_out(
    curves: tuple[Curve, Curve, Curve], lost: list[str], left: dict[str, str]
) -> None:
    told = rates(by_rate(*curves))
    assert told.sentence("diverged").names() == lost
    assert told.sentence("left out").has(r"\bthis rate is\b")
    said = told.sentence("best", "worst")
    assert dict(zip(said.words(RANK), said.names(), strict=True)) == left


def test_a_single_finished_rate_is_not_compared() -> None:
    told = rates(by_rate(DIVERGED, DIVERGED, curve(0.92)))
    assert told.sentence("diverged").names() == ["η = 1", E1]
    assert told.sentence("left out").has(r"\bthese rates are\b")
    assert told.line("only").names() == [E2]
    said = told.line("only").sentence("testing")
    assert said.number("accuracy") == 0.9250  # 0.005 above validation accuracy
    assert not told.has("worst|oscillate|smallest rate")


def test_a_rate_without_divergence_is_not_said_to_diverge() -> None:
    for told in (rates(), coefficients(), further()):
        assert not told.has("diverged|(?:is|are) left out")


# --- Section 3.2

L1, L2 = "λ = e−1", "λ = e−2"
LEARNED: Group = {"nothing": r"\blearn(?:s|ed)? nothing\b", "something": r"\bable to learn\b|\blearn(?:s|ed)?\b"}
BLAME: Group = {"open": r"\bneed not be\b", "penalty": r"\bpenalty shrinks\b|\bstay near zero\b"}
STEPS: Group = {
    "none": r"\bno step\b",
    "not clear": r"\bnot (?:do so )?clearly\b|\bdoes not do so clearly\b",
    "clear": r"\bclearly\b",
}
DEFAULT: Group = {"better": r"\btoo large\b", "worse": r"\bworse\b|\bdoes not pay\b", "open": r"\bnot clear\b"}


def by_coefficient(first: float, second: float, third: float, default: float = 0.91) -> Rule:
    of = {1.0: first, math.exp(-1): second, math.exp(-2): third, 0.001: default}

    def rule(chosen: Configuration, seed: int) -> Course | None:
        if chosen.learning_rate == 0.1 and chosen.batch_size == 64 and chosen.hidden == 128:
            return apart(rising(of[chosen.reg] + jitter(seed)))
        return usual(chosen, seed)

    return rule


@pytest.mark.parametrize(
    ("accuracies", "steps", "ends", "move", "points"),
    [
        ((0.70, 0.80, 0.90), "none", {L1: 0.80, L2: 0.90}, "rise", 10),
        ((0.70, 0.90, 0.80), "clear", {"λ = 1": 0.70, L1: 0.90}, "rise", 20),
        ((0.80, 0.90, 0.50), "clear", {L1: 0.90, L2: 0.50}, "fall", 40),
        ((0.9000, 0.9001, 0.8999), "not clear", {L1: 0.9001, L2: 0.8999}, "fall", 0.02),
    ],
)
def test_what_smaller_coefficients_do_is_told_with_the_largest_step(
    accuracies: tuple[float, float, float], steps: str, ends: dict[str, float], move: str, points: float
) -> None:
    if accuracies[1] == 0.80:
        accuracies = (0.71, 0.80, 0.90)  # steps of 9 and 10 points
    told = coefficients(by_coefficient(*accuracies))
    assert told.line("smaller coefficient", "largest change").sentence("smaller coefficient").meaning(STEPS) == steps
    said = told.sentence("largest change")
    assert said.paired("accuracy") == ends
    assert said.number("points") == points
    assert said.meaning(MOVE) == move
    assert said.words(CLEAR) == ["open"] * (points < 1)


@pytest.mark.parametrize(
    ("accuracies", "collapsed", "blame"),
    [
        ((0.112, 0.112, 0.90), ["λ = 1", L1], ["penalty"]),
        ((0.112, 0.90, 0.91), ["λ = 1"], ["penalty"]),
        ((0.90, 0.112, 0.91), [L1], ["open"]),
        ((0.112, 0.111, 0.110), ["λ = 1", L1, L2], ["open"]),
        ((0.161, 0.80, 0.90), ["λ = 1"], ["penalty"]),  # 0.112 is a constant answer's, and 0.05 the margin
    ],
)
def test_coefficients_that_stop_learning_are_named_and_the_rest_are_not(
    accuracies: tuple[float, float, float], collapsed: list[str], blame: list[str]
) -> None:
    said = coefficients(by_coefficient(*accuracies)).line("constant\\s+answer")
    assert said.names() == collapsed
    assert said.meaning(LEARNED) == "nothing"
    assert said.sentence("network").has(r"\bnear\b")
    assert list(dict.fromkeys(said.words(BLAME))) == blame


@pytest.mark.parametrize("first", [0.163, 0.80])
def test_where_every_coefficient_learns_no_collapse_is_told(first: float) -> None:
    said = coefficients(by_coefficient(first, 0.85, 0.90)).line("constant\\s+answer")
    assert said.meaning(LEARNED) == "something"
    assert said.has("every coefficient", "none")
    assert not said.names()


@pytest.mark.parametrize("default", [0.95, 0.60, 0.9001])
def test_the_default_is_compared_with_the_best_of_the_coefficients(default: float) -> None:
    said = coefficients(by_coefficient(0.70, 0.90, 0.80, default)).line("0.001", "default")
    expected = {0.95: ("better", [0.95], [5.0]), 0.60: ("worse", [], []), 0.9001: ("open", [0.9001], [])}
    assert (said.meaning(DEFAULT), said.numbers("accuracy"), said.numbers("points")) == expected[default]
    assert said.words(SIDE) == {0.95: ["above"], 0.60: ["below"], 0.9001: []}[default]


@pytest.mark.parametrize("smallest", ["e^-8", 0.001])
def test_a_default_that_is_no_smaller_is_not_compared(smallest: Any) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [1, smallest]}}}
    assert not coefficients(experiments=experiments).has("the default,")


def test_a_default_written_as_a_power_is_shown_as_written() -> None:
    defaults = {"learning_rate": 0.1, "reg": "1e-4", "batch_size": 64}
    said = coefficients(lambda chosen, seed: rising(0.9 - chosen.reg / 10 + jitter(seed)), defaults=defaults)
    assert said.sentence("default", "reaches").has("1e−4")
    assert said.sentence("default", "reaches").number("points") == 1.35  # 0.0135 is e^-2 / 10, and 0.00001 little


def test_a_coefficient_that_diverged_does_not_leave_the_network_able_to_learn() -> None:
    told = coefficients(lambda chosen, seed: None if chosen.reg == 1 else rising(0.9 + jitter(seed)))
    assert told.sentence("diverged").names() == ["λ = 1"]
    assert told.sentence("left out").has("this coefficient is")
    assert told.sentence("able to learn").has("that finished")


OVERFITTING: Group = {
    "little": r"\btoo little\b",
    "not yet": r"\bnot (?:yet )?begun\b|\bnot clearly risen\b",
    "overfits": r"\bclearly\s+higher\b|\boverfitting looks\b",
}


def hurt(course: Course, *, by: float = 0.1) -> Course:
    """The same run, its validation loss lowest in epoch 4."""
    return [(a, b, 1 + by * abs(n - 4), d) for n, (a, b, _, d) in enumerate(course, start=1)]


@pytest.mark.parametrize(
    ("gap", "turns", "finding", "side"),
    [
        (0.25, False, "not yet", "above"),
        (0.25, True, "overfits", "above"),
        (0.011, True, "overfits", "above"),
        (0.005, False, "little", "above"),
        (0.005, True, "little", "above"),
        (-0.02, True, "little", "below"),
    ],
)
def test_a_wide_gap_and_a_validation_loss_that_rises_are_overfitting(
    gap: float, turns: bool, finding: str, side: str
) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        course = rising(0.7 - chosen.reg / 10 + jitter(seed), gap=gap)
        return hurt(course) if turns else course

    told = coefficients(rule).line("overfitting")
    said = told.sentence("training accuracy is", "validation accuracy")
    assert said.number("points") == round(100 * abs(gap), 2)
    assert said.meaning(SIDE) == side
    assert said.has("smallest coefficient", "last epoch")
    judged = Passage(told.split(said, 1)[1])
    assert judged.meaning(OVERFITTING) == finding
    if finding == "overfits":
        assert (judged.numbers("epoch"), judged.has("epoch 4 of 6")) == ([4], True)
    assert judged.has("lowest in the last epoch") is (finding == "little" and not turns)


@pytest.mark.parametrize(
    ("gaps", "points", "names"),
    [
        ((0.01, 0.08, 0.03), [3, 8], [L1]),
        ((0.01, 0.03, 0.08), [8], []),
        ((0.09, 0.08, 0.03), [3, 9], ["λ = 1"]),
        ((-0.03, -0.01, -0.02), [2], []),
    ],
)
def test_the_widest_gap_is_told_where_it_is_not_the_smallest_coefficients(
    gaps: tuple[float, float, float], points: list[float], names: list[str]
) -> None:
    of = dict(zip((1.0, math.exp(-1), math.exp(-2)), gaps, strict=True))
    said = coefficients(lambda c, seed: rising(0.7 + jitter(seed), gap=of.get(c.reg, 0))).sentence(
        "training accuracy is"
    )
    assert said.numbers("points") == points
    assert said.names() == names
    assert said.words(SIDE) == (["below"] if gaps[0] < 0 else ["above"] * len(points))
    assert said.has("most of all") is bool(names)


def test_how_often_the_curve_of_each_coefficient_falls() -> None:
    dips = {1: 3, math.exp(-1): 1, math.exp(-2): 2}
    said = coefficients(lambda c, seed: curve(0.7, dips=dips.get(c.reg, 0))(seed)).sentence("falls", "times")
    assert said.paired("times") == {"λ = 1": 3, L1: 1, L2: 2}
    assert said.has("averaged over the seeds")


NEARER: Group = {"mostly": r"\bnot at every step\b", "no": r"\bdoes not make\b", "yes": r"\bthe faster\b"}


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [((0.05, 0.02, 0.01, 0.0), "yes"), ((0.02, 0.05, 0.01, 0.0), "mostly"), ((0.0, 0.01, 0.02, 0.05), "no")],
)
def test_whether_smaller_coefficients_converge_faster(gains: tuple[float, ...], verdict: str) -> None:
    # the last epoch is 1, 2, 3 ... gains above those before
    of = dict(zip((1, math.exp(-1), math.exp(-2), 0.001), gains, strict=True))
    told = coefficients(lambda c, seed: rising(0.9 + jitter(seed), gain=of.get(c.reg, 0))).line("converge")
    assert told.sentence("converge").meaning(NEARER) == verdict
    said = told.sentence("% of its best")
    assert said.number("percent") == 95
    firsts = [next(n for n in range(1, 7) if 0.9 - (6 - n) * gain >= 0.95 * 0.9) for gain in gains]
    assert [float(each) for each in re.findall(r"(\d\.\d) with", said)] == firsts


def test_a_constant_answer_does_not_converge() -> None:
    rule = by_coefficient(0.12, 0.7, 0.8)
    told = coefficients(rule).sentence("% of its best")
    assert told.names() == [L1, L2]
    assert coefficients(rule).has("nothing to converge to")


def test_coefficients_are_told_in_decimals_where_they_are_written_as_powers() -> None:
    assert coefficients().line("decimals").numbers("any") == [1, 0.3679, 0.1353]
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [0.3, 0.1]}}}
    assert not coefficients(experiments=experiments).has("decimals")


# --- Section 3.3

PAYS: Group = {
    "open": r"\bnot show\b.*?\bpays?\b",
    "not confirmed": r"\bnot confirm\b",
    "pays": r"\bpays?\b",
}
AGAINST: Group = {"open": r"\bno clear\b|\bnot clear\w*", "above": r"\bclearly better\b", "below": r"\bclearly worse\b"}
TOWARDS: Group = {"larger": r"\btowards larger\b", "smaller": r"\btowards smaller\b"}


def by_part(grid: Callable[[Configuration], float], selected_again: float, default: float) -> Rule:
    """Accuracies of the grid with seed 1, of the selected configuration's other seed, and of the default."""

    def rule(chosen: Configuration, seed: int) -> Course | None:
        if chosen.batch_size == 32:
            return apart(rising(grid(chosen) if seed == 1 else selected_again))
        if (chosen.learning_rate, chosen.reg, chosen.hidden) == (0.1, 0.001, 128):
            return apart(rising(default + jitter(seed)))
        return usual(chosen, seed)

    return rule


def lower_testing(patch: pytest.MonkeyPatch, by: float) -> None:
    """Lower the testing accuracy of what reaches a validation accuracy above 0.945."""

    def record(course: Course | None) -> Record:
        done = record_of(course)
        if course and done.metrics["best_validation_accuracy"] > 0.945:
            done.metrics["testing_accuracy"] -= by
        return done

    patch.setattr(sections, "record_of", record)


@pytest.mark.parametrize(
    ("again", "default", "against", "points", "pays"),
    [
        # the mean of 0.96 and the other run, less the default
        (0.959, 0.91, "above", 4.95, "pays"),
        (0.9592, 0.9599, "open", 0.03, "open"),
        (0.959, 0.98, "below", 2.05, "open"),
    ],
)
def test_tuning_is_said_to_pay_where_it_does(
    again: float, default: float, against: str, points: float, pays: str
) -> None:
    told = tuning(by_part(lambda c: 0.90 + c.learning_rate / 10, again, default))
    chosen = told.sentence("selects", "batch size 32")
    assert chosen.names() == ["η = 0.6", "λ = 0.001", "batch size 32"]
    reached = told.sentence("reaches", "testing accuracy")
    mean = round((0.96 + again) / 2, 4)
    assert reached.numbers("accuracy") == pytest.approx([mean, mean + 0.005], abs=6e-5)
    assert reached.words(METRIC) == ["validation", "testing"]
    said = told.line("selects").sentence("than the default|against the default")
    assert said.meaning(AGAINST) == against
    assert said.words(METRIC)[0] == "validation"
    assert said.numbers("points")[0] == points
    concluded = told.after("Conclusion")
    assert concluded.meaning(PAYS) == pays
    if pays == "pays":
        assert said.numbers("points") == [4.95, 4.95]
        paid = concluded.sentence("pays")
        assert (paid.words(METRIC), paid.numbers("points")) == (["validation", "testing"], [4.95, 4.95])
        assert paid.meaning(SIDE) == "above"
    else:
        assert not concluded.numbers("points")


@pytest.mark.parametrize(
    ("by", "points", "side", "pays"), [(0.1, 5.05, "below", "not confirmed"), (0.02, 2.95, "above", "pays")]
)
def test_testing_accuracies_are_those_of_testing(
    by: float, points: float, side: str, pays: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lower_testing(monkeypatch, by)
    told = tuning(by_part(lambda c: 0.90 + c.learning_rate / 10, 0.959, 0.91))
    said = told.sentence("clearly better")
    assert (said.words(METRIC), said.words(SIDE)) == (["validation", "testing"], ["above", side])
    assert said.numbers("points") == [4.95, points]
    assert told.sentence("reaches", "testing accuracy").numbers("accuracy") == [0.9595, round(0.9645 - by, 4)]
    concluded = told.after("Conclusion")
    assert concluded.meaning(PAYS) == pays
    judged = concluded.sentence("testing|had no say")
    assert judged.numbers("points")[-1] == points
    assert judged.words(SIDE)[-1] == side


@pytest.mark.parametrize(
    ("grid", "again", "points", "lucky"),
    [
        (lambda c: 0.80 + c.learning_rate / 100, [0.806], 10.40, False),
        # seeds 2 to 5, which did not choose, reach 0.890 in the mean, those of the default 0.9112
        (lambda c: 0.91 + c.learning_rate / 100, [0.890] * 4, 2.12, True),
    ],
)
def test_a_choice_above_the_default_in_the_grid_alone_was_luck(
    grid: Callable[[Configuration], float], again: list[float], points: float, lucky: bool
) -> None:
    default = 0.911 if lucky else 0.91
    rule = by_part(grid, again[0], default)
    said = tuning(rule, replicates=1 + len(again)).sentence("clearly worse")
    assert said.numbers("points") == [points if lucky else pytest.approx(10.40)]
    assert (said.has(r"\bluck\b"), said.has("nothing better")) == (lucky, not lucky)


@pytest.mark.parametrize(
    ("near", "others"), [({0.6: 0.960, 0.4: 0.957, 0.2: 0.90}, 1), ({0.6: 0.960, 0.4: 0.957, 0.2: 0.959}, 2)]
)
def test_rivals_are_counted(near: dict[float, float], others: int) -> None:
    # sd of 0.960 and 0.958 is 0.00141; with two seeds rivals lie within 12.7 * 1.414 * 0.00141 = 0.025 of 0.960
    told = tuning(by_part(lambda c: near[c.learning_rate] - (0.05 if c.reg == 0.0005 else 0), 0.958, 0.91))
    said = told.sentence("so near")
    assert said.numbers("any") == [others]
    one, several = r"\bother\s+combination comes\b.*\bput it\b", r"\bother\s+combinations come\b.*\bput one of them\b"
    assert said.has(one if others == 1 else several)
    reached = told.sentence("in the grid", "reached")
    assert reached.number("accuracy") == 0.96
    assert reached.meaning(SIDE) == "above"
    assert told.after("Conclusion").has("may not be the best")


def test_a_choice_that_does_as_well_again_was_not_lucky() -> None:
    reached = tuning(by_part(lambda c: 0.957 + c.learning_rate / 200, 0.962, 0.91)).sentence("in the grid", "reached")
    assert reached.number("accuracy") == 0.96
    assert not reached.has("lucky|more than")


def test_without_rivals_the_choice_is_certain() -> None:
    told = tuning(by_part(lambda c: 0.84 + c.learning_rate / 4 - 80 * c.reg, 0.949, 0.91))
    assert told.has(r"\bno other combination\b")
    assert not told.has("may not be the best|so near")


def test_edges_are_those_of_the_parameters_whose_best_value_is_at_one() -> None:
    # the middle rate is best; the smaller of two coefficients is; one batch size was tried
    told = tuning(by_part(lambda c: 0.95 - abs(c.learning_rate - 0.4) / 10 - 5 * c.reg, 0.9445, 0.91)).after(
        "Observations"
    )
    rate, reg, batch = (
        told.line(rf"^{name}:") for name in ("Learning rate", "Regularization coefficient", "Batch size")
    )
    assert (rate.numbers("any")[0], rate.number("points"), rate.has("edge")) == (0.4, 2, False)
    assert (reg.numbers("any")[0], reg.number("points"), reg.has("edge")) == (0.0005, 0.25, True)
    assert (batch.numbers("any"), batch.has("only", "tried"), batch.has("edge")) == ([32], True, False)
    for line in (rate, reg):
        assert line.meaning(SIDE) == "above"
        assert line.words(RANK) == ["best", "worst"] + ["best"] * line.has("edge")
        assert not line.words(TOWARDS)  # two coefficients are no trend
    assert told.after("Conclusion").sentence("edge").has("regularization coefficient")
    assert not told.after("Conclusion").sentence("edge").has("learning rate")


RATIOS = {"grid": {"learning_rate": [0.2, 0.4, 0.8], "batch_size": [16, 32, 64]}, "replicates": 1}


@pytest.mark.parametrize(("at", "advice"), [(0.0125, None), (0.05, "larger"), (0.003125, "smaller")])
def test_where_the_ratio_governs_a_wider_search_goes_where_the_ratio_points(at: float, advice: str | None) -> None:
    def rule(c: Configuration, seed: int) -> Course:
        away = 9 if c.learning_rate == 0.1 else abs(round(math.log2(c.learning_rate / c.batch_size / at)))
        return rising(0.96 - 0.01 * away + jitter(seed))

    told = tuning(rule, experiments=tree()["experiments"] | {"grid": RATIOS})
    item = told.line("^Learning rate over batch size:")
    assert item.has("inside the range") is (advice is None)
    farthest = 4 if advice else 2  # doublings from the best ratio, a point for each
    assert item.has(rf"ratio differ by at most 0\.00 .*, all by {farthest}\.00")
    assert item.has(f"that of the ratio {at:.2g}")
    assert not [line for line in told.splitlines() if line.startswith(("Learning rate:", "Batch size:"))]
    assert not told.has("edge")
    concluded = told.after("Conclusion")
    assert concluded.has("ratios of learning rate to batch size") is (advice is not None)
    assert concluded.has(f"{advice} ratios") is (advice is not None)
    assert concluded.has("need not try further learning rates") is (advice is None)


def test_where_equal_ratios_differ_rate_and_batch_size_are_told_apart() -> None:
    experiments = tree()["experiments"] | {"grid": RATIOS}
    told = tuning(lambda c, seed: rising(0.9 + c.learning_rate / 50 + jitter(seed)), experiments=experiments)
    assert not told.has("Learning rate over batch size:")
    assert told.line("^Learning rate:").has("edge")


@pytest.mark.parametrize(("free", "verb"), [(0.97, "gains"), (0.94, "loses"), (0.9605, "no clear difference")])
def test_the_conclusion_says_what_the_selected_configuration_gains_without_its_penalty(free: float, verb: str) -> None:
    experiments = tree()["experiments"]
    experiments["free"] = {"single": {"learning_rate": 0.6, "reg": 0, "batch_size": 32}}

    def rule(c: Configuration, seed: int) -> Course:
        return rising((free if c.reg == 0 else 0.95 + c.learning_rate / 60) + jitter(seed))

    said = tuning(rule, experiments=experiments).after("Conclusion").sentence("Without its penalty")
    assert said.has(verb)
    assert said.number("points") == pytest.approx(abs(free - 0.96) * 100)


@pytest.mark.parametrize(("seeds", "fresh"), [(2, None), (4, "seeds 2 to 4")])
def test_the_selected_row_says_which_seeds_it_is_told_by(seeds: int, fresh: str | None) -> None:
    experiments = tree()["experiments"]
    experiments["best"] |= {"replicates": seeds}
    caption = tuning(experiments=experiments).line("configuration selected from the grid")
    assert caption.has(fresh or "flatters")
    assert caption.has("no part in the choice") is (fresh is not None)


@pytest.mark.parametrize(("sign", "towards", "end"), [(1, "larger", 0.6), (-1, "smaller", 0.2)])
def test_three_values_that_rise_steadily_have_a_direction(sign: int, towards: str, end: float) -> None:
    told = tuning(by_part(lambda c: 0.93 + sign * c.learning_rate / 100, 0.93, 0.91)).after("Observations")
    rate, reg = told.line("^Learning rate:"), told.line("^Regularization coefficient:")
    assert (rate.numbers("any")[0], rate.number("points")) == (end, 0.4)
    assert rate.meaning(TOWARDS) == towards
    assert rate.has("edge")
    assert reg.has("equally well")
    assert not reg.has("edge|best|steadily")


def test_equal_values_have_no_best_at_the_edge() -> None:
    told = tuning(by_part(lambda c: 0.95, 0.95, 0.91)).after("Observations")
    assert [line.split(":")[0] for line in told.splitlines() if "equally well" in line] == [
        "Learning rate",
        "Regularization coefficient",
    ]
    assert not told.has("does best|edge")


def test_a_best_value_inside_the_grid_asks_for_no_wider_search() -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4, 0.6], "batch_size": [32]}, "replicates": 1}}
    rule = by_part(lambda c: 0.95 - abs(c.learning_rate - 0.4), 0.9445, 0.91)
    told = tuning(rule, experiments=tree()["experiments"] | grid).after("Observations")
    assert told.line("^Learning rate:").numbers("any")[0] == 0.4
    assert not told.has("edge|wider search")


def test_means_over_a_grid_with_divergence_are_of_what_finished() -> None:
    lost: Rule = lambda c, seed: None if (c.batch_size, c.learning_rate, c.reg) == (32, 0.6, 0.001) else usual(c, seed)
    assert tuning(lost).line("^Learning rate:").has("that finished")
    assert not tuning().line("^Learning rate:").has("that finished")


@pytest.mark.parametrize(("values", "finished"), [([0.4, 9], True), ([0.4], False)])
def test_the_only_value_that_finished_is_told_from_the_only_one_tried(values: list[float], finished: bool) -> None:
    grid = {"grid": {"grid": {"learning_rate": values, "reg": [0.001, 0.0005]}, "replicates": 1}}
    told = tuning(
        lambda chosen, seed: None if chosen.learning_rate == 9 else usual(chosen, seed),
        experiments=tree()["experiments"] | grid,
    ).line("^Learning rate: only")
    assert told.numbers("any") == [0.4]
    assert (told.has("finished"), told.has("tried")) == (finished, not finished)


def test_the_only_value_tried_was_tried_whatever_diverged() -> None:
    lost: Rule = lambda c, seed: None if (c.batch_size, c.learning_rate) == (32, 0.2) else usual(c, seed)
    assert tuning(lost).line("^Batch size: only 32").has("tried")


def test_a_best_value_beside_a_diverged_one_is_not_at_the_edge() -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4, 9], "batch_size": [32]}, "replicates": 1}}
    rule: Rule = lambda c, seed: None if c.learning_rate == 9 else rising(0.9 + c.learning_rate / 10 + jitter(seed))
    told = tuning(rule, experiments=tree()["experiments"] | grid)
    assert told.line("^Learning rate:").numbers("any")[0] == 0.4
    assert not told.has("at the edge")


@pytest.mark.parametrize(
    ("tuned", "default", "closer"), [(0.02, 0.01, True), (0.01, 0.02, False), (-0.01, -0.02, False)]
)
def test_a_wider_gap_is_a_closer_fit(tuned: float, default: float, closer: bool) -> None:
    told = tuning(lambda c, seed: rising(0.95 + jitter(seed), gap=tuned if c.batch_size == 32 else default))
    said = told.sentence("training\\s+accuracy is", "default configuration")
    assert said.numbers("points") == [100 * abs(tuned), 100 * abs(default)]
    assert said.words(SIDE) == ["above" if gap > 0 else "below" for gap in (tuned, default)]
    assert told.has("more closely") is closer


@pytest.mark.parametrize(
    ("course", "lowest", "clear"),
    [
        (lambda seed: rising(0.9 + jitter(seed)), None, ""),
        (lambda seed: hurt(rising(0.9 + jitter(seed))), [4], "clear"),
        (lambda seed: hurt(rising(0.9 + jitter(seed)), by=0.1 if seed % 2 else 0.05), [4], "open"),
    ],
)
def test_where_the_selected_networks_validation_loss_is_lowest(
    course: Callable[[int], Course], lowest: list[int] | None, clear: str
) -> None:
    told = tuning(lambda c, seed: course(seed)).after("Observations")
    said = told.sentence("validation loss is lowest")
    if lowest is None:
        assert said.has("last epoch", "not begun")
        return
    assert (said.numbers("epoch"), said.has("of 6"), said.meaning(CLEAR)) == (lowest, True, clear)
    assert not told.has("not begun")


def test_one_combination_is_singular() -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2], "batch_size": [32]}, "replicates": 1}}
    told = tuning(experiments=tree()["experiments"] | grid)
    assert told.line("grid search").has("one combination is trained", "shows it")
    assert told.line("^Learning rate: only 0.2").has("tried")
    assert not told.has(r"combinations is|each of|other combinations?\b|not certain|all of them")


@pytest.mark.parametrize(("replicates", "mean"), [(1, False), (2, True)])
def test_a_grid_with_several_seeds_is_judged_by_its_mean(replicates: int, mean: bool) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4], "batch_size": [32]}, "replicates": replicates}}
    said = tuning(experiments=tree()["experiments"] | grid).sentence("combinations is trained")
    assert said.numbers("any") == [2]
    assert said.has(r"\bmean\b") is mean
    assert said.words(METRIC) == ["validation", "testing"]
    assert said.has("highest", "without a look at")


@pytest.mark.parametrize(("most", "folded"), [(2, False), (1, True)])
def test_the_heat_map_shows_the_combinations_or_the_best_of_them(
    most: int, folded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MOST_PANELS", most)
    space = {"learning_rate": [0.2, 0.4], "reg": [0.001, 0.0005], "batch_size": [32, 64]}
    told = tuning(experiments=tree()["experiments"] | {"grid": {"grid": space, "replicates": 1}})
    said = told.line("grid search").sentence("Figure")
    assert said.has("best of those") is folded
    assert said.has("all of them") is not folded
    assert told.line(r"Figure R?\d+\. Validation accuracy").has("best over batch size") is folded


def test_what_is_searched_is_what_the_grid_varies() -> None:
    grid = {"grid": {"grid": {"hidden": [16, 32], "batch_size": [32]}, "replicates": 1}}
    said = tuning(experiments=tree()["experiments"] | grid).sentence("better combination of")
    assert said.has("hidden units", "batch size")
    assert not said.has("learning rate")


@pytest.mark.parametrize(
    ("values", "down"),
    [([0.0005, 0.0001], True), ([0.001, 0.0001], True), ([0.01, 0.1], False), ([0.0001, 0.01], False)],
)
def test_a_search_below_the_default_goes_down(values: list[float], down: bool) -> None:
    grid = {"grid": {"grid": {"reg": values, "batch_size": [32]}, "replicates": 1}}
    told = tuning(experiments=tree()["experiments"] | grid).line("Towards zero")
    assert told.has("goes down") is down


@pytest.mark.parametrize("epochs", [3, 6])
def test_other_numbers_of_epochs_are_not_said_to_be_the_same(epochs: int) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4], "batch_size": [32]}, "epochs": epochs, "replicates": 1}}
    told = tuning(lambda c, seed: usual(c, seed)[-c.epochs :], experiments=tree()["experiments"] | grid)
    assert told.has("number of epochs stays") is (epochs == 6)


@pytest.mark.parametrize("left_out", ["learning_rates", "regularization", None])
def test_a_sweep_can_be_left_out_while_tuning_stays(left_out: str | None) -> None:
    shown = {name: table for name, table in tree()["tables"].items() if name != left_out}
    told = tuning(tables=shown)
    assert told.has("compares rates") is (left_out != "learning_rates")
    assert told.has("compares coefficients") is (left_out != "regularization")


def test_no_difference_is_not_less() -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.1, 0.2], "reg": [0.001]}, "replicates": 1}}
    told = tuning(
        lambda chosen, seed: rising(0.9 - chosen.learning_rate), replicates=1, experiments=tree()["experiments"] | grid
    )
    said = told.line("grid selects")
    assert said.has("default configuration itself")
    assert not said.numbers("points")


# --- One seed, one epoch, no finished run


@cache
def of_one_seed() -> Context:
    return of_results(replicates=1)


def one_seed(name: str) -> Passage:
    return text(name, of_one_seed())


@pytest.mark.parametrize("name", ["learning_rates", "regularization", "tuning"])
def test_with_one_seed_nothing_is_called_clear_and_nothing_an_average(name: str) -> None:
    told = one_seed(name)
    assert "clear" not in told.words(CLEAR)
    assert not told.has("pays (?!against)")
    assert not told.has("±|told apart|averaged over the seeds|over the seeds|so near that")
    assert told.has("single run|one run")


def test_with_one_seed_it_is_open_whether_the_smallest_rate_is_worse() -> None:
    told = one_seed("learning_rates")
    assert told.line("smallest rate", "one run").meaning(CLEAR) == "open"
    assert told.line("best", "worst").sentence("one run").meaning(CLEAR) == "open"
    assert told.sentence("times").paired("times") == {"η = 1": 0, E2: 0}


def test_with_one_seed_a_step_is_not_called_clear() -> None:
    said = one_seed("regularization").sentence("largest change")
    assert said.has("single run")
    assert said.meaning(MOVE) == "rise"
    assert one_seed("regularization").line("constant\\s+answer").meaning(LEARNED) == "nothing"


def test_with_one_seed_tuning_is_not_said_to_pay() -> None:
    told = one_seed("tuning")
    assert told.line("grid selects").sentence("reaches").numbers("accuracy") == [0.9665, 0.9715]
    said = told.sentence("single run")
    assert (said.number("points"), said.meaning(SIDE), said.words(METRIC)) == (5.65, "above", ["validation"])
    assert told.sentence("how many others").has("cannot be said")
    assert told.after("Conclusion").meaning(PAYS) == "open"
    assert told.after("Conclusion").has("may not be the best")


def test_several_seeds_are_an_average() -> None:
    assert rates().sentence("times").has("averaged over the seeds")
    assert tuning().sentence("reaches", "validation accuracy").has("over the seeds")


@pytest.mark.parametrize("gap", [0.0, 0.25])
def test_with_one_epoch_nothing_is_said_about_how_training_went_on(gap: float) -> None:
    built = of_results(lambda c, seed: [(a, b + gap, x, y) for a, b, x, y in usual(c, seed)[-1:]], epochs=1)
    assert text("learning_rates", built).line("smallest rate").meaning(ENDING) == "unknown"
    for name in ("learning_rates", "regularization", "tuning"):
        told = text(name, built)
        assert not told.has("oscillate|not begun|from one epoch to the next|1 epochs|loss is lowest|last 0 epochs"), (
            name
        )
    said = text("regularization", built).sentence("training accuracy is")
    assert said.number("points") == 100 * gap


def test_where_everything_diverged_nothing_is_compared() -> None:
    built = of_results(lambda *_: None)
    for name, said in {
        "learning_rates": "every learning rate",
        "regularization": "every coefficient",
        "further": "every configuration",
    }.items():
        assert text(name, built).line(said).has("diverge")
    assert text("tuning", built).line("grid", "diverged").has("cannot be compared")
    for name in ("learning_rates", "regularization", "tuning", "further"):
        told = text(name, built)
        assert not told.has(r"does best|learns nothing|tuning pays|at the edge|worst|\bselects\b"), name


def test_a_diverged_seed_is_counted_in_its_cell() -> None:
    built = of_results(lambda chosen, seed: None if chosen.learning_rate == 1 and seed == 2 else usual(chosen, seed))
    assert built.tables["learning_rates"].rows[1][1][0] == "0.9450 (1 of 2 diverged)"
    assert built.diverged_runs == 1


# --- Further experiments


@pytest.mark.parametrize(
    ("width", "best", "worst"), [(16, "hidden units 32", "hidden units 16"), (32, "hidden units 16", "hidden units 32")]
)
def test_a_further_sweep_names_its_best_and_worst(width: int, best: str, worst: str) -> None:
    told = further(lambda c, seed: apart(rising(0.95 - (0.05 if c.hidden == width else 0) + jitter(seed))))
    said = told.sentence("best", "worst")
    assert dict(zip(said.words(RANK), said.names(), strict=True)) == {"best": best, "worst": worst}
    assert said.paired("accuracy") == {best: 0.95, worst: 0.90}
    assert said.has("validation accuracy")
    assert told.sentence("below the best").meaning(CLEAR) == "clear"


def test_a_further_experiment_says_what_it_varies_and_what_is_fixed() -> None:
    experiments = tree()["experiments"] | {"widths": {"sweep": {"hidden": [16, 32]}, "replicates": 3, "epochs": 4}}
    told = further(lambda c, seed: usual(c, seed)[: c.epochs], experiments=experiments)
    assert told.has("varies hidden units")
    assert told.sentence("fixed").names() == ["η = 0.1", "λ = 0.001", "batch size 64"]
    said = told.sentence("training lasts")
    assert (said.number("epochs"), said.has("3 seeds")) == (4, True)


def test_equal_further_configurations_have_no_best() -> None:
    assert further().has("all configurations reach the same")


@pytest.mark.parametrize(("lost", "one"), [((32,), True), ((16, 32), False)])
def test_a_diverged_further_configuration_is_told(lost: tuple[int, ...], one: bool) -> None:
    experiments = tree()["experiments"] | {"widths": {"sweep": {"hidden": [16, 32, 64]}}}
    told = further(lambda c, seed: None if c.hidden in lost else usual(c, seed), experiments=experiments)
    assert told.sentence("diverged").names() == [f"hidden units {width}" for width in lost]
    assert told.sentence("left out").has("this configuration is" if one else "these configurations are")


def test_many_diverged_configurations_are_counted() -> None:
    experiments = tree()["experiments"] | {"widths": {"sweep": {"hidden": list(range(1, 15))}}}
    rule: Rule = lambda c, seed: None if c.hidden < 14 else usual(c, seed)
    said = further(rule, experiments=experiments).sentence("diverged")
    assert said.numbers("any") == [13]
    assert said.has("13 configurations")
    named = further(lambda c, seed: None if c.hidden < 13 else usual(c, seed), experiments=experiments)
    assert len(named.sentence("diverged").names()) == 12


def test_a_further_selection_says_what_was_selected() -> None:
    grid = {"grid": {"hidden": [16, 32], "batch_size": [64]}, "replicates": 1}
    more = {"sizes": grid, "best_size": {"best_of": "sizes"}}
    rule: Rule = lambda c, seed: rising((0.93 if c.hidden == 32 else 0.92) + jitter(seed))
    said = further(rule, experiments=tree()["experiments"] | more).sentence("selects")
    assert said.has("^Sizes")
    assert said.names() == ["hidden units 32", "batch size 64"]


LEADERS = {"leaders": {"best_of": "grid", "count": 3}}


def test_several_selected_configurations_are_named_by_what_the_grid_varies() -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.batch_size != 32:
            return usual(chosen, seed)
        best_in_grid = chosen.learning_rate == 0.6
        return rising(0.96 + chosen.learning_rate / 100 - chosen.reg - (0.02 if best_in_grid and seed > 1 else 0))

    told = further(rule, experiments=tree()["experiments"] | LEADERS).after(r"\d\.\d Leaders")
    listed = told.sentence("configurations with the highest")
    assert (listed.numbers("any"), listed.has("validation accuracy in Grid", "best first")) == ([3], True)
    said = told.sentence("best", "worst")
    assert said.words(RANK) == ["best", "worst"]
    assert said.names() == ["η = 0.4", "λ = 0.0005", "batch size 32", "η = 0.6", "λ = 0.001", "batch size 32"]
    # 0.96 + 0.004 - 0.0005; 0.96 + 0.006 - 0.001 and 0.02 less, in the mean
    assert said.numbers("accuracy") == [0.9635, 0.955]
    assert not told.has("selects")


def test_selected_configurations_are_the_rows_of_their_table_best_first() -> None:
    built = of_results(experiments=tree()["experiments"] | LEADERS)
    (section,) = [each for each in built.further if each.experiment.name == "leaders"]
    assert [head.replace("\u00a0", " ") for head, _ in section.table.rows] == [
        f"<i>η</i> = {rate}, <i>λ</i> = {reg}, batch size 32"
        for rate, reg in ((0.6, 0.0005), (0.6, 0.001), (0.4, 0.0005))
    ]
    assert len(section.table.source.runs) == 6
    assert {row.panel for row in section.plot.data.rows} == {0, 1, 2}


# --- The protocol and the losses


def test_the_protocol_tells_the_settings() -> None:
    defaults = {"learning_rate": 0.2, "reg": 0.003, "batch_size": 50}
    network = {"hidden": 40, "initial_scale": 0.02, "initial_seed": 77}
    told = text("protocol", of_results(defaults=defaults, network=network))
    said = told.sentence("pixels", "softmax")
    assert said.numbers("any") == [784, 255, 40, 10]
    assert told.sentence("standard normal").numbers("any") == [0.02, 77]
    varied = told.sentence("training lasts")
    assert varied.numbers("any") == [0.2, 0.003, 50, 6]
    assert varied.number("epochs") == 6
    held_out = told.sentence("held out")
    assert held_out.numbers("any")[:2] == [1000, 200]
    assert told.sentence("^Testing accuracy is").has("highest validation accuracy")
    assert told.sentence("without an epoch").has("best")


@pytest.mark.parametrize("seed", [None, 7])
def test_the_split_is_told(seed: int | None) -> None:
    said = sections.tell("protocol", split=tree()["split"] | {"seed": seed}).sentence("held out")
    assert said.has("file order") is (seed is None)
    assert said.has("permutation with seed 7") is (seed == 7)


def test_the_protocol_says_whether_there_are_several_seeds() -> None:
    several, one = sections.tell("protocol"), one_seed("protocol")
    assert several.sentence("called clear").number("percent") == 95
    assert several.sentence("±").has("mean", "standard deviation", "seeds")
    assert not several.has("one order")
    assert one.sentence("one order").has("no difference")
    assert not one.has("±")


def test_the_losses_are_those_of_each_sweep() -> None:
    said = sections.tell("losses")
    assert said.has("without the penalty")
    assert [line.split(": ")[1] for line in said.splitlines() if line.startswith("Figure")] == [
        "learning rates.",
        "regularization.",
    ]


# --- References


@pytest.mark.parametrize(
    ("name", "sentence", "caption"),
    [
        ("learning_rates", "divides differences", r"per unit of the learning rate"),
        ("tuning", "lists the values", r"grid search parameters"),
        ("tuning", "shows all of them", r"every combination of the grid"),
        ("tuning", "shows the selected network", r"the selected configuration:"),
        ("regularization", "shows both", r"norm of W1"),
        ("regularization", "of the coefficients in", r"for each regularization coefficient"),
        ("evidence", "^Of ", "numbers that the write-up prints"),
        ("evidence", "puts every other number", "swaps within a row"),
        ("evidence", "says beside the verdict", "numbers that the write-up prints"),
        ("claims", "^Of ", "what the claim predicts"),
        ("claims", "which other thresholds", "for which thresholds each test"),
        ("claims", "on scales of their own", "equal numbers of updates"),
        ("review", "shows how the tests went", "training accuracy by epoch"),
    ],
)
def test_a_table_or_figure_that_is_named_is_the_one_that_is_meant(name: str, sentence: str, caption: str) -> None:
    told = text(name, mnist_context() if name in ("evidence", "claims") else sections.usual_context())
    (shown,) = re.findall(r"^(?:Table|Figure) R?\d+", told.line(r"^(?:Table|Figure) R?\d+\.", caption))
    assert told.sentence(sentence).has(rf"\b{shown}\b")


@cache
def mnist_context() -> Context:
    """Results that can be held against the write-up's numbers."""
    return of_results(lambda c, seed: usual(c, seed) + usual(c, seed)[-1:] * 4, data="MNIST", epochs=10)


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("tuning", "section-learning-rates", "compares rates"),
        ("tuning", "section-regularization", "compares coefficients"),
        ("appendix", "section-appendix-data", r"\. A number"),
        ("appendix", "section-appendix-configuration", ";"),
    ],
)
def test_a_section_that_is_named_is_the_one_that_is_meant(name: str, target: str, words: str) -> None:
    html = sections.html(name, sections.usual_context())
    assert re.search(rf'<a href="#{target}">(?:Section|Appendix) [^<]+</a>\s*{words}', html)


READINGS = {
    "learning_rates": ("local-minimum", "oscillation", "smoother-convergence", "crossing-curves", "no-overshooting"),
    "regularization": ("nothing-learned", "wild-curves", "about-each-other", "no-overfitting", "faster-convergence"),
    "tuning": ("marginal-rates", "small-batch-epochs", "small-batch-updates", "larger-coefficient", "larger-batch"),
}
VERDICT: Group = {"supported": r"\bsupport\b", "contradicted": r"\bcontradict\b", "undetermined": r"\bleave it open\b"}


@pytest.mark.parametrize("name", READINGS)
def test_what_the_write_up_says_stands_with_its_verdict_and_a_link_to_the_claim(name: str) -> None:
    page = mnist_context()
    verdicts = {claim.name: claim.verdict for claim in page.claims.claims}
    told = dict(re.findall(r'<a href="#claim-([\w-]+)">([^<]+)</a>', sections.html(name, page)))
    assert set(READINGS[name]) <= set(told)
    assert {claim: Passage(words).meaning(VERDICT) for claim, words in told.items()} == {
        claim: verdicts[claim] for claim in told
    }


@pytest.mark.parametrize("name", READINGS)
def test_where_the_claims_cannot_be_judged_their_verdicts_are_not_told(name: str) -> None:
    page = sections.usual_context()
    assert not page.claims.judged
    assert "#claim-" not in sections.html(name, page)


# --- Numbers as text


@given(st.one_of(st.just(0.0), st.floats(1e-30, 1e3)))
def test_a_bound_is_above_and_no_power_of_ten_too_large(value: float) -> None:
    match = re.fullmatch(r"10<sup>(.+)</sup>", wording.power_above(value))
    assert match
    power = int(match[1].replace("−", "-"))
    assert value < 10.0**power
    assert power == -16 or 10.0 ** (power - 1) <= value * (1 + 1e-12)


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (Estimate(0.94644, 0.00176, 3, 0), "0.9464 ± 0.0018"),
        (Estimate(0.94644, None, 1, 0), "0.9464"),
        (Estimate(0.5, 0.25, 2, 1), "0.5000 ± 0.2500 (1 of 3 diverged)"),
        (Estimate(0.5, None, 1, 2), "0.5000 (2 of 3 diverged)"),
        (Estimate(math.nan, None, 0, 3), "diverged"),
        (Estimate(-0.0123, 0.0, 2, 0), "−0.0123 ± 0.0000"),
    ],
)
def test_a_cell_shows_mean_deviation_and_what_diverged(estimate: Estimate, shown: str) -> None:
    for metric in (None, "testing_accuracy", "validation_loss"):
        assert wording.cell(replace(estimate, metric=metric)).replace("\u00a0", " ") == shown
    assert wording.cell(Estimate(12.6, 4.4, 2, 0, "best_epoch")) == "13\u00a0±\u00a04", "as its metric says"


@pytest.mark.parametrize(
    ("value", "size", "place"),
    [
        (0.01837, "1.84 percentage points", "above"),
        (-0.00021, "0.02 percentage points", "below"),
        (0.0, "0.00 percentage points", "above"),
        (-0.5, "50.00 percentage points", "below"),
    ],
)
def test_a_difference_has_its_size_in_points_and_its_side(value: float, size: str, place: str) -> None:
    assert wording.points(value) == size
    assert wording.gap(value) == f"{size} {place}"


def test_lists_have_commas_and_one_conjunction() -> None:
    a, b, c = Markup("<i>a</i>"), Markup("b"), Markup("c")
    assert [wording.listing(each) for each in ([], [a], [a, b], [a, b, c])] == [
        "",
        "<i>a</i>",
        "<i>a</i> and b",
        "<i>a</i>, b and c",
    ]
    assert wording.listing([b, c], "or") == "b or c"


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.01234, 3, "0.0123"),
        (1.2345, 3, "1.23"),
        (12.345, 3, "12.3"),
        (123.4, 3, "123"),
        (1236.5, 3, "1240"),
        (0.9996, 3, "1.00"),
        (99.96, 3, "100"),
        (0.1445, 4, "0.1445"),
        (1.456, 2, "1.5"),
        (0, 3, "0"),
    ],
)
def test_significant_digits_are_as_many_as_asked_for(value: float, digits: int, shown: str) -> None:
    assert wording.significant(value, digits) == shown
    assert digits != 3 or wording.significant(value) == shown


def test_one_epoch_is_singular() -> None:
    assert [wording.epochs(count) for count in (0, 1, 2)] == ["0 epochs", "1 epoch", "2 epochs"]


PICTURED = {0.1265, 0.97, 0.9715}  # of the pictures, which show the usual results throughout


def test_every_number_of_the_prose_follows_the_results() -> None:
    """Different results share no accuracy of four decimals in the prose, where only λ* and the rates stay."""
    other: Rule = lambda c, seed: [(a, b - 0.0123, x, y - 0.0123) for a, b, x, y in usual(c, seed)]
    for tell in (rates, coefficients, tuning):
        first, second = (
            set(tell(rule).numbers("accuracy")) - {0.3679, 0.1353, 0.1445} - PICTURED for rule in (usual, other)
        )
        assert first
        assert not first & second
