"""The equations of the linear flow: what holds of the network is found to hold, and what does not is found."""

from collections.abc import Callable

import numpy as np
import pytest
from sections import text, usual_context
from synthetic import TEMPLATES
from test_linearisation import BYTES, CLASSES, IMAGES, LABELS, PIXELS, SHARES, X

from pipeline.analysis import linear_flow, linearisation
from pipeline.analysis.linear_flow import EQUATIONS, FlowCheck, FlowEquation
from pipeline.report import formulas
from pipeline.training.network import Array, Weights, cross_entropy, forward, penalty

C = linearisation.covariance(BYTES, LABELS, CLASSES)
HIDDEN, REG = 3, 0.2


def test_both_equations_hold_of_the_network() -> None:
    checked = linear_flow.check(C, BYTES, LABELS)
    assert list(checked) == ["first-layer-flow", "second-layer-flow"]
    assert all(each.holds and each.difference < 1e-14 for each in checked.values())


def test_images_in_several_batches_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_flow, "BATCH", 7)
    assert all(each.holds for each in linear_flow.check(C, BYTES, LABELS).values())


def test_a_class_without_images_does_no_harm() -> None:
    checked = linear_flow.check(linearisation.covariance(BYTES, LABELS, CLASSES + 1), BYTES, LABELS)
    assert all(each.holds for each in checked.values())


@pytest.mark.parametrize(
    ("label", "right"),
    [
        ("first-layer-flow", lambda c, w1, w2, reg: c @ w2.T / 2 - reg * w1),
        ("first-layer-flow", lambda c, w1, w2, reg: c @ w2.T / 4 + reg * w1),
        ("second-layer-flow", lambda c, w1, w2, reg: -w1.T @ c / 4 - reg * w2),
        ("second-layer-flow", lambda c, w1, w2, reg: w1.T @ (c + 0.001) / 4 - reg * w2),
    ],
)
def test_an_equation_that_is_wrong_fails_and_the_other_does_not(
    label: str, right: Callable[[Array, Array, Array, float], Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EQUATIONS, label, FlowEquation("", right))
    checked = linear_flow.check(C, BYTES, LABELS)
    assert [name for name, each in checked.items() if not each.holds] == [label]


def loss(weights: Weights) -> float:
    return cross_entropy(forward(weights, X)[1], LABELS) + penalty(weights, REG)


def second_difference(one: Weights, other: Weights, size: float = 1e-3) -> float:
    """The mixed derivative of the loss along two directions, at zero weights and output biases that give the shares."""

    def at(first: int, second: int) -> float:
        parts = [size * (first * a + second * b) for a, b in zip(vars(one).values(), vars(other).values(), strict=True)]
        return loss(Weights(*parts[:3], np.log(SHARES) + parts[3]))

    return (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * size**2)


def test_they_are_what_finite_differences_of_the_loss_give_between_hidden_units() -> None:
    """In no more than the loss: along a direction that sums to zero over the units, the loss has this slope."""
    generator = np.random.default_rng(8)

    def direction() -> Weights:
        shapes = ((PIXELS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))
        return Weights(*(generator.standard_normal(shape) for shape in shapes))

    def between(weights: Weights) -> tuple[Array, Array]:
        return weights.w1 - weights.w1.mean(axis=1)[:, None], weights.w2 - weights.w2.mean(axis=0)

    covariance = X.T @ (np.eye(CLASSES)[LABELS] - SHARES) / IMAGES
    for _ in range(5):
        moved, along = direction(), direction()
        w1, w2 = between(moved)
        along1, along2 = between(along)
        alone = [Weights(along1, 0 * along.b1, 0 * along2, 0 * along.b2)]
        alone += [Weights(0 * along1, 0 * along.b1, along2, 0 * along.b2)]
        expected = [
            (along1 * (0.25 * covariance @ w2.T - REG * w1)).sum(),
            (along2 * (0.25 * w1.T @ covariance - REG * w2)).sum(),
        ]
        found = [-second_difference(moved, each) for each in alone]
        assert found == pytest.approx(expected, abs=2e-4)


def test_the_page_prints_the_equations_that_were_checked() -> None:
    printed = formulas.equations((TEMPLATES / "sections/collapse.html.j2").read_text(encoding="utf-8"))
    assert printed == {label: each.tex for label, each in EQUATIONS.items()}


@pytest.mark.parametrize(("difference", "verdict"), [(3e-14, "Checked"), (0.5, "Failed")])
def test_each_equation_says_whether_it_holds(difference: float, verdict: str) -> None:
    page = usual_context()
    assert page.collapse is not None
    flow = {**page.collapse.flow, "second-layer-flow": FlowCheck(difference)}
    object.__setattr__(page.collapse, "flow", flow)
    told = text("collapse", page)
    notes = [line for line in told.splitlines() if line.startswith(("Checked:", "Failed:"))]
    assert [note.split(":")[0] for note in notes] == ["Checked", verdict]


def test_the_means_over_hidden_units_have_one_more_term_in_the_second_equation() -> None:
    """It draws the output biases, those of the sums of W2 among them, back to the class shares."""
    generator = np.random.default_rng(8)
    shapes = ((PIXELS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))
    moved = Weights(*(generator.standard_normal(shape) for shape in shapes))
    flow = linear_flow._flow(moved, BYTES, LABELS)
    assert flow.w1 == pytest.approx(C @ moved.w2.T / 4 - linear_flow.REG * moved.w1, abs=1e-14)
    softmax_slope = np.diag(SHARES) - np.outer(SHARES, SHARES)
    drawn_back = -softmax_slope @ (moved.b2 + moved.w2.sum(axis=0) / 2) / 2
    expected = moved.w1.T @ C / 4 - linear_flow.REG * moved.w2 + drawn_back
    assert flow.w2 == pytest.approx(expected, abs=1e-14)
    assert np.linalg.eigvalsh(softmax_slope).min() > -1e-15  # so that it can only slow growth
