"""The mathematics of the write-up: what is true is found right, what is not is found, and its correction is checked."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.settings import Neuron
from pipeline.theory import propositions
from pipeline.theory import step as theory
from pipeline.theory.proof import Correction, Proposition
from pipeline.theory.propositions import W1, W2, B


@pytest.fixture(scope="module")
def judged() -> tuple[Proposition, ...]:
    return propositions.propositions()


def find(judged: Sequence[Proposition], place: str, words: str = "") -> Proposition:
    (found,) = [each for each in judged if each.place == place and words in each.says]
    return found


def test_every_equation_and_table_of_section_1_is_judged(judged: Sequence[Proposition]) -> None:
    places = {each.place for each in judged}
    assert {f"({number})" for number in range(1, 24)} | {f"Table {number}" for number in (1, 2, 3)} <= places


def test_four_statements_have_a_slip_and_all_others_are_right(judged: Sequence[Proposition]) -> None:
    slips = [(each.place, each.remark) for each in judged if each.verdict != "right"]
    assert [place for place, _ in slips] == ["below (1)", "(10)", "below (10)", "below (23)"]
    index, functions, inputs, weights = (remark for _, remark in slips)
    assert "index" in index
    assert "of its own" in functions
    assert r"\{0, 1\}^2" in inputs
    assert "at least" in weights
    assert {each.verdict for each in judged} == {"right", "slip"}
    assert not any(each.remark for each in judged if each.verdict == "right")


def test_the_last_element_alone_is_no_sum_of_them_all() -> None:
    """What (1) would be if its k were the number of elements: outputs that do not sum to one."""
    e = [math.exp(z) for z in (0.3, -1.2, 0.7)]
    assert sum(x / e[-1] for x in e) > 1.5
    assert sum(x / sum(e) for x in e) == pytest.approx(1)


def test_weights_of_just_minus_the_bias_fulfil_what_the_first_three_rows_ask_for() -> None:
    w1, w2, b = 1, 1, -1
    assert [b < 0, w2 + b >= 0, w1 + b >= 0] == [True] * 3
    assert not (w1 > -b or w2 > -b)


# --- How conclusions are judged

POINTS = list(product([Fraction(n, 2) for n in range(-4, 5)], repeat=3))
RELATIONS = [sympy.StrictLessThan, sympy.LessThan, sympy.StrictGreaterThan, sympy.GreaterThan]
COEFFICIENTS = st.tuples(*[st.integers(-1, 1)] * 3).filter(any)
INEQUALITY = st.builds(
    lambda a, relation: relation(a[0] * W1 + a[1] * W2 + a[2] * B, 0), COEFFICIENTS, st.sampled_from(RELATIONS)
)


def true_at(inequality: Any, point: Sequence[Fraction]) -> bool:
    values = dict(zip((W1, W2, B), map(sympy.Rational, point), strict=True))
    return bool(inequality.subs(values))


@given(st.lists(INEQUALITY, min_size=1, max_size=2), INEQUALITY)
def test_a_conclusion_is_proved_only_if_no_point_refutes_it(premises: list[Any], conclusion: Any) -> None:
    if propositions._follow(premises, conclusion):
        for point in POINTS[::5]:
            assert true_at(conclusion, point) or not all(true_at(premise, point) for premise in premises)


@pytest.mark.parametrize(
    ("conclusion", "follows"),
    [(W1 >= -B, True), (W1 > -B, False), (W1 > 0, True), (W1 + W2 >= -2 * B, True), (W1 + W2 > -2 * B, False)],
    ids=str,
)
def test_strict_and_other_inequalities_are_told_apart(conclusion: Any, *, follows: bool) -> None:
    assert propositions._follow([B < 0, W1 + B >= 0, W2 + B >= 0], conclusion) is follows


# --- What is false is found


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [("and", (0, 0, 1, 1), "Table 1"), ("or", (1, 1, 1, 1), "Table 2"), ("xor", (0, 1, 1, 1), "Table 3")],
)
def test_a_wrong_truth_table_is_found(
    name: str, value: tuple[int, ...], place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(propositions.TABLES, name, value)
    assert find(propositions.propositions(), place).verdict == "wrong"


def test_a_wrong_sum_and_a_neuron_that_is_no_solution_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = propositions.NEURONS["and"]
    wrong = propositions.PrintedNeuron(
        right.weights, Fraction(-1, 2), right.first, right.sums, right.told, right.rows, right.output
    )
    monkeypatch.setitem(propositions.NEURONS, "and", wrong)
    judged = propositions.propositions()
    assert find(judged, "below Table 1").verdict == "wrong"
    assert {find(judged, f"({number})").verdict for number in range(11, 15)} == {"wrong"}
    assert find(judged, "below (14)").verdict == "wrong"
    assert find(judged, "(10)").verdict == "wrong"  # nor does its correction hold
    assert find(judged, "(15)").verdict == "right"


def test_a_sum_with_a_wrong_sign_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = propositions.NEURONS["or"]
    monkeypatch.setitem(propositions.NEURONS, "or", replace(right, sums=("1", *right.sums[1:])))
    judged = propositions.propositions()
    assert [find(judged, f"({number})").verdict for number in range(15, 19)] == ["wrong", *["right"] * 3]


def test_an_equation_with_a_wrong_member_is_found() -> None:
    right, wrong = (lambda t, i, j: t.s[i] * (1 - t.s[j])), (lambda t, i, j: t.s[i] * (1 + t.s[j]))
    assert propositions._equal(lambda t, i, j: t.ds[i][j], right, applies=lambda i, j: i == j)
    assert not propositions._equal(lambda t, i, j: t.ds[i][j], right)
    assert not propositions._equal(lambda t, i, j: t.ds[i][j], wrong, applies=lambda i, j: i == j)


def test_a_slip_is_what_holds_once_it_is_corrected() -> None:
    assert Proposition("(1)", "a", True).verdict == "right"
    assert Proposition("(1)", "a", False).verdict == "wrong"
    wrong = Proposition("(1)", "a", False, Correction("b", False))
    assert (wrong.verdict, wrong.remark) == ("wrong", "")
    slip = Proposition("(1)", "a", False, Correction("b", True))
    assert (slip.verdict, slip.remark) == ("slip", "b")


def test_the_table_of_the_mathematics_has_a_row_for_each_statement(
    judged: Sequence[Proposition], tmp_path: Path
) -> None:
    neurons: theory.Neurons = {"and": Neuron((0.5, 0.5), -1), "or": Neuron((1, 1), -1)}
    theory.write(neurons, tmp_path / "theory/theory.json", tmp_path / "mathematics.csv")
    table = pd.read_csv(tmp_path / "mathematics.csv", keep_default_na=False)
    assert list(table.columns) == ["claim", "verdict", "remark"]
    assert len(table) == len(judged)
    assert table["verdict"].value_counts().to_dict() == {"right": len(judged) - 4, "slip": 4}
    assert (table["remark"] != "").tolist() == (table["verdict"] == "slip").tolist()
