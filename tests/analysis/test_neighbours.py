"""The steps from the selected configuration of a grid against overfitting: which they are, and what they change."""

from dataclasses import replace
from itertools import product

import pytest

from pipeline.analysis.comparison import Estimate, Sweep, Trained
from pipeline.analysis.neighbours import Neighbourhood, neighbourhood
from pipeline.config.settings import Configuration, Experiment

BASE = Configuration(learning_rate=0.4, reg=0.001, batch_size=32, hidden=128, epochs=4)
VARIED = ("learning_rate", "reg", "batch_size")
POINTS = tuple(
    replace(BASE, learning_rate=rate, reg=reg, batch_size=size)
    for rate, reg, size in product((0.6, 0.2, 0.4), (0.002, 0.001, 0.004), (64, 32))
)
GRID = Experiment("grid", "grid", VARIED, POINTS, 1)


def accuracy(chosen: Configuration) -> float:
    return 0.9 + chosen.learning_rate / 100 - chosen.reg - chosen.batch_size / 10_000


def around(
    selected: Configuration, *, lost: tuple[Configuration, ...] = (), better: float = 0.0
) -> Neighbourhood | None:
    """The neighbours where the runs of some configurations are lost, and smaller rates are better by so much."""
    trained = tuple(
        Trained(
            VARIED, c, {"best_validation_accuracy": Estimate(accuracy(c) - better * c.learning_rate, None, 1, 0)}, None
        )
        for c in POINTS
        if c not in lost
    )
    return neighbourhood(GRID, Sweep(trained, trained, (), trained, False), selected)


def test_a_larger_coefficient_a_smaller_rate_and_a_larger_batch_are_the_next_ones_searched() -> None:
    found = around(BASE)
    assert found is not None
    steps = {each.changed: each.trained.configuration for each in found.neighbours}
    assert steps == {
        ("reg",): replace(BASE, reg=0.002),
        ("learning_rate",): replace(BASE, learning_rate=0.2),
        ("batch_size",): replace(BASE, batch_size=64),
        ("reg", "learning_rate"): replace(BASE, reg=0.002, learning_rate=0.2),
        ("reg", "batch_size"): replace(BASE, reg=0.002, batch_size=64),
    }
    assert {each.changed: each.change for each in found.neighbours} == pytest.approx(
        {changed: accuracy(chosen) - accuracy(BASE) for changed, chosen in steps.items()}
    )


def test_at_the_end_of_the_range_there_is_no_step() -> None:
    found = around(replace(BASE, learning_rate=0.2, batch_size=64))
    assert found is not None
    assert [each.changed for each in found.neighbours] == [("reg",)]
    assert around(replace(BASE, learning_rate=0.2, reg=0.004, batch_size=64)) is None


def test_what_diverged_is_no_neighbour() -> None:
    found = around(BASE, lost=(replace(BASE, reg=0.002),))
    assert found is not None
    assert found.penalized is None
    assert around(BASE, lost=(BASE,)) is None


@pytest.mark.parametrize(("better", "recovered"), [(0.0, "none"), (0.05, "some")])
def test_a_remedy_wins_something_back_if_it_beats_the_larger_coefficient_alone(better: float, recovered: str) -> None:
    found = around(BASE, better=better)
    assert found is not None
    assert found.recovered == recovered
    assert {each.changed for each in found.remedies} == {("reg", "learning_rate"), ("reg", "batch_size")}
    assert {each.changed for each in found.tried} == {("learning_rate",), ("batch_size",)}
