"""The checks of section 1: right statements pass, wrong ones fail, and the templates print what is checked."""

import itertools
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from configuration import ROOT
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax as scipy_softmax
from sympy.abc import p, q
from sympy.logic.boolalg import And, Or, Xor
from sympy.logic.boolalg import truth_table as sympy_truth_table

from pipeline.config.settings import Neuron
from pipeline.errors import InputError, RunError
from pipeline.files import sealed
from pipeline.files.typed_json import encode
from pipeline.report import gate
from pipeline.theory import farkas, jacobian, proof, threshold
from pipeline.theory import step as theory

TEMPLATE = ROOT / "templates/sections/theory.html.j2"
NEURONS = {"and": Neuron((0.5, 0.5), -1), "or": Neuron((1, 1), -1)}


# --- The Jacobian


@pytest.fixture(scope="module")
def derived() -> dict[str, proof.Derivation]:
    return jacobian.derivations()


def test_every_equation_holds_in_numbers_and_in_symbols(derived: dict[str, proof.Derivation]) -> None:
    assert set(derived) == {"softmax", *jacobian.EQUATIONS}
    assert all(derivation.holds for derivation in derived.values())
    assert all(derived[label].symbolic for label in jacobian.EQUATIONS)
    assert max(derivation.difference for derivation in derived.values()) < 1e-13


WRONG = {
    "a factor": lambda t, i, j: 2 * t.s[i] * t.s[j],
    "a sign": lambda t, i, j: t.s[i] * t.s[j],
    "an index": lambda t, i, j: -t.s[j] * t.s[j],
    "almost": lambda t, i, j: -t.s[i] * t.s[j] * (1 + 1e-9),
    "of three inputs": lambda t, i, j: -t.s[i] * t.s[j] * (2 if len(t.e) == 3 else 1),
}


@pytest.mark.parametrize("error", WRONG)
def test_a_wrong_member_is_found(error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = jacobian.EQUATIONS["different"]
    wrong = replace(right, members=(*right.members[:-1], WRONG[error]))
    monkeypatch.setattr(jacobian, "EQUATIONS", {"different": wrong})
    found = jacobian.derivations()["different"]
    assert not found.holds
    assert found.difference > proof.TOLERANCE
    assert found.symbolic is False


@pytest.mark.parametrize("wrong", [range(2, 11), [3]], ids=["any inputs", "three inputs"])
def test_another_softmax_in_the_code_is_found(wrong: Container[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def softmax(z: np.ndarray) -> np.ndarray:
        return np.exp(z) / (int(z.shape[1] in wrong) + np.exp(z).sum(axis=1, keepdims=True))

    monkeypatch.setattr(jacobian, "EQUATIONS", {})
    monkeypatch.setattr(jacobian, "softmax", softmax)
    assert not jacobian.derivations()["softmax"].holds


def test_the_jacobian_agrees_with_central_differences_of_another_softmax() -> None:
    z = np.random.default_rng(0).normal(size=6)
    step = 1e-6
    moved = [(scipy_softmax(z + step * unit) - scipy_softmax(z - step * unit)) / (2 * step) for unit in np.eye(6)]
    terms = jacobian._numbers(z[None, :])
    stated = np.array(jacobian.matrix(terms))[:, :, 0]
    np.testing.assert_allclose(stated, np.array(moved).T, atol=1e-9)


# --- Neurons and truth tables


@pytest.mark.parametrize(("name", "function"), [("and", And), ("or", Or), ("xor", Xor)])
def test_the_truth_tables_are_those_of_the_functions(name: str, function: type) -> None:
    expected = {tuple(inputs): int(bool(output)) for inputs, output in sympy_truth_table(function(p, q), [p, q])}
    assert {(a, b): output for a, b, output in threshold.tables()[name]} == expected


@given(st.tuples(*[st.integers(-8, 8)] * 3), st.sampled_from(sorted(threshold.FUNCTIONS)))
def test_a_neuron_is_judged_row_by_row(parameters: tuple[int, int, int], function: str) -> None:
    w1, w2, b = (Fraction(number, 4) for number in parameters)
    for row in threshold.rows(threshold.FUNCTIONS[function], (w1, w2), b):
        total = w1 * row.inputs[0] + w2 * row.inputs[1] + b
        assert (row.sum, row.output) == (total, 1 if total >= 0 else 0)
        assert row.holds == (row.output == threshold.FUNCTIONS[function][threshold.INPUTS.index(row.inputs)])


def test_sums_are_exact_where_doubles_are_not() -> None:
    assert 0.1 + 0.2 - 0.3 > 0
    weights, bias = (threshold.exact(0.1), threshold.exact(0.2)), threshold.exact(-0.3)
    assert threshold.rows((0, 0, 0, 1), weights, bias)[3].sum == 0


@given(st.decimals(-1000, 1000, places=6))
def test_decimals_are_written_as_they_are(number: object) -> None:
    fraction = Fraction(str(number))
    text = threshold.decimal(fraction)
    assert Fraction(text) == fraction
    assert "." not in text or not text.endswith("0")


def test_a_statement_reads_as_a_sum() -> None:
    row = threshold.rows((0, 0, 0, 1), (Fraction(-1), Fraction(1, 2)), Fraction(-3, 4))[1]
    statement = threshold.statement((Fraction(-1), Fraction(1, 2)), Fraction(-3, 4), row)
    assert statement == r"-1 \cdot 0 + 0.5 \cdot 1 - 0.75 = -0.25 < 0"


def test_a_sum_that_is_not_negative_says_so() -> None:
    weights = Fraction(1), Fraction(1, 2)
    row = threshold.rows((0, 0, 0, 1), weights, Fraction(0))[2]
    assert threshold.statement(weights, Fraction(0), row) == r"1 \cdot 1 + 0.5 \cdot 0 + 0 = 1 \geq 0"


@pytest.mark.parametrize(
    ("inputs", "label"), [((0, 0), "or-00"), ((0, 1), "or-01"), ((1, 0), "or-10"), ((1, 1), "or-11")]
)
def test_an_equation_is_named_by_the_inputs_of_its_row(inputs: threshold.Inputs, label: str) -> None:
    assert threshold.label("or", inputs) == label


@pytest.mark.parametrize(("output", "summed"), [(1, (1, 1, 1)), (0, (1, 1, 3))])
def test_the_conditions_of_an_output_are_summed_without_those_of_the_other(
    output: int, summed: tuple[int, ...]
) -> None:
    """Of AND: w₁ + w₂ + b alone asks for 1; b, w₂ + b and w₁ + b for 0."""
    assert threshold.total((0, 0, 0, 1), output) == summed


# --- The certificate

EVERY_FUNCTION = list(itertools.product((0, 1), repeat=4))
GRID = [Fraction(n, 2) for n in range(-4, 5)]


def separable(outputs: tuple[int, ...]) -> bool:
    """Whether some neuron on a grid that suffices for two inputs computes the function."""
    return any(
        all(row.holds for row in threshold.rows(outputs, (w1, w2), b))
        for w1, w2, b in itertools.product(GRID, repeat=3)
    )


@pytest.mark.parametrize("outputs", EVERY_FUNCTION)
def test_exactly_the_functions_without_a_neuron_have_a_certificate(outputs: tuple[int, ...]) -> None:
    constraints = threshold.constraints(outputs)
    found = farkas.certificate(constraints)
    assert (found is None) == separable(outputs)
    assert found is None or threshold.proves(found, constraints)


def test_multipliers_are_the_smallest_whole_numbers_in_their_proportion() -> None:
    assert farkas._whole([Fraction(1, 2), Fraction(1, 3), Fraction(0)]) == (3, 2, 0)
    assert farkas._whole([Fraction(4), Fraction(6)]) == (2, 3)
    assert repr(farkas._whole([Fraction(1, 4)] * 2)) == "(1, 1)"
    assert farkas._whole([Fraction(0), Fraction(0)]) == (0, 0)


@given(st.tuples(*[st.integers(-3, 3)] * 4))
def test_a_proof_is_accepted_only_if_it_is_one(multipliers: tuple[int, ...]) -> None:
    accepted = threshold.proves(multipliers, threshold.constraints((0, 1, 1, 0)))
    assert accepted == (len(set(multipliers)) == 1 and multipliers[0] > 0)


def test_a_negative_multiplier_and_one_of_zero_are_told_apart() -> None:
    """v₁ ≤ -1 and -v₁ ≤ 0 contradict each other, whatever else is asked; v₁ ≤ 1 and v₁ ≤ 0 do not."""
    first, second, other = (threshold.Constraint(*each) for each in (((1, 0, 0), -1), ((-1, 0, 0), 0), ((0, 1, 0), 0)))
    assert threshold.proves((1, 1, 0), (first, second, other))
    assert not threshold.proves((-1, 1), (threshold.Constraint((1, 0, 0), 1), threshold.Constraint((1, 0, 0), 0)))


def test_xor_is_proved_impossible_and_and_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both rows of XOR that ask for 0 are bounded by -1; of AND nothing is proved."""
    assert theory._impossibility() == proof.Impossibility(True, (1, 1, 1, 1), -2, True)
    monkeypatch.setattr(threshold, "FUNCTIONS", {**threshold.FUNCTIONS, "xor": (0, 0, 0, 1)})
    assert theory._impossibility() == proof.Impossibility(False, (0, 0, 0, 0), 0, False)


XOR = threshold.constraints((0, 1, 1, 0))


@pytest.mark.parametrize(
    "computed",
    [
        lambda short: threshold.rows(short, (Fraction(1), Fraction(1)), Fraction(-1)),
        lambda short: threshold.rows((0, 1, 1, 0), [Fraction(1)] * len(short), Fraction(-1)),
        threshold.constraints,
        lambda short: threshold.total(short, 1),
        lambda short: threshold.bound(short, XOR),
        lambda short: threshold.linear(short[:2]),
    ],
    ids=["rows", "weights", "constraints", "total", "bound", "linear"],
)
def test_what_does_not_belong_together_is_no_table(computed: Callable[[Sequence[int]], object]) -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        computed((0, 1, 1))


# --- The steps


def test_the_checks_survive_their_file(tmp_path: Path) -> None:
    checked = theory.check(NEURONS)
    sealed.write_text(tmp_path / "theory/theory.json", encode(checked))
    assert proof.read(tmp_path / "theory/theory.json") == checked
    assert not list(checked.failures())
    samples = list(jacobian._samples())
    assert (checked.samples, sum(map(len, samples))) == (1000, 1000)
    assert [z.shape[1] for z in samples] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert all((one == other).all() for one, other in zip(samples, jacobian._samples(), strict=True))
    assert (checked.symbolic_sizes, list(jacobian.SYMBOLIC_SIZES)) == ((2, 4), [2, 3, 4])
    symbols = [jacobian._symbols(size).e for size in jacobian.SYMBOLIC_SIZES]
    assert [len(set(e)) for e in symbols] == [2, 3, 4]
    assert all(power.args[0].is_real for e in symbols for power in e)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"derivations": {"a": {}}, "solutions": {}, "xor": {}}'])
def test_a_bad_file_is_an_input_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "theory/theory.json"
    sealed.write_text(path, content)
    with pytest.raises(InputError, match=r"theory\.json: expected what an earlier step wrote, found other JSON.*Hint"):
        proof.read(path)


def test_each_failure_names_the_equation_that_the_report_prints(tmp_path: Path) -> None:
    checked = theory.check(NEURONS | {"and": Neuron((0.5, 0.5), -2)})
    false = replace(checked.derivations["quotient"], symbolic=False)
    failed = replace(
        checked,
        derivations={**checked.derivations, "quotient": false},
        xor=replace(checked.xor, proved=False, contradictory=False),
    )
    sealed.write_text(tmp_path / "theory/theory.json", encode(failed))
    with pytest.raises(RunError) as raised:
        gate.verify(tmp_path / "theory/theory.json", TEMPLATE)
    assert [problem.split(":")[0] for problem in raised.value.problems] == [
        "equation (4)",
        "equation (15)",
        "equation (25)",
        "equation (26)",
    ]
    assert (
        "expected 1 for AND at (1, 1), found 0 from the sum -1. Hint: correct neurons.and" in raised.value.problems[1]
    )


def test_an_equation_that_is_printed_otherwise_than_checked_is_named(tmp_path: Path) -> None:
    sealed.write_text(tmp_path / "theory/theory.json", encode(theory.check(NEURONS)))
    gate.verify(tmp_path / "theory/theory.json", TEMPLATE)
    source = TEMPLATE.read_text(encoding="utf-8")
    wrong = source.replace(r"= -s_i s_j\n\end{equation}".replace("\\n", "\n"), "= s_i s_j\n\\end{equation}")
    assert wrong != source
    (tmp_path / "wrong.j2").write_text(wrong, encoding="utf-8")
    with pytest.raises(RunError, match=r"^equation \(6\): expected what was checked, .*-s_i s_j, found .*= s_i s_j\."):
        gate.verify(tmp_path / "theory/theory.json", tmp_path / "wrong.j2")
    (tmp_path / "without.j2").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"equation \(quotient\): expected what was checked, .*, found nothing"):
        gate.verify(tmp_path / "theory/theory.json", tmp_path / "without.j2")


# --- XOR as it is printed


def test_what_xor_asks_for_is_printed_as_it_is_checked() -> None:
    xor = theory.check(NEURONS).xor
    assert xor.conditions == ("b < 0", r"w_2 + b \geq 0", r"w_1 + b \geq 0", "w_1 + w_2 + b < 0")
    assert xor.sums == ("w_1 + w_2 + 2b", "w_1 + w_2 + 2b")
    assert xor.bounds == (r"b \leq -1", r"-w_2 - b \leq 0", r"-w_1 - b \leq 0", r"w_1 + w_2 + b \leq -1")


@given(st.tuples(*[st.integers(-3, 3)] * 3).filter(any))
def test_a_sum_is_printed_with_its_coefficients(coefficients: tuple[int, int, int]) -> None:
    printed = sympy.sympify(threshold.linear(coefficients).replace("2", "2*").replace("w_2*", "w_2").replace("3", "3*"))
    expected = sum(c * sympy.Symbol(s) for c, s in zip(coefficients, threshold.SYMBOLS, strict=True))
    assert sympy.expand(printed - expected) == 0


@given(st.tuples(*[st.integers(-3, 3)] * 3), st.sampled_from(EVERY_FUNCTION))
def test_a_condition_holds_exactly_where_the_row_does(
    parameters: tuple[int, int, int], outputs: tuple[int, ...]
) -> None:
    w1, w2, b = map(Fraction, parameters)
    for row, constraint in zip(threshold.rows(outputs, (w1, w2), b), threshold.constraints(outputs), strict=True):
        left = sum(c * v for c, v in zip(constraint.coefficients, (w1, w2, b), strict=True))
        assert row.holds == (left <= 0 if row.expected else left < 0)
