"""What differs between two builds, in words."""

import pytest

from pipeline.experiments.labels import counted
from pipeline.verification.differences import Change
from pipeline.verification.wording import brief, describe, most

INFINITE = Change("a", "verdict", "right", "wrong", {})


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0 differences"), (1, "1 difference"), (2, "2 differences"), (12_345, "12,345 differences")],
)
def test_things_are_counted(number: int, told: str) -> None:
    assert counted(number, "difference") == told


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        ([INFINITE], "a"),
        ([INFINITE, Change("b", "sd", 0.5, 0.6, {})], "b"),
        ([Change("b", "sd", 0.1, 0.9, {}), Change("c", "mean", 0.5, 0.51, {}), INFINITE], "c"),  # a spread is less
        ([Change("c", "mean", 0.5, 0.51, {}), Change("d", "mean", 0.5, 0.4, {})], "d"),
        ([Change("d", "mean", 0.5, 0.4, {}), Change("c", "mean", 0.5, 0.51, {})], "d"),
        ([INFINITE, Change("b", "sd", 0.0, 0.1, {})], "b"),
        ([INFINITE, Change("c", "mean", 0.5, 0.6, {}), Change("d", "mean", 0.5, 0.51, {})], "c"),
        ([Change("b", "sd", 0.001, 0.1, {}), Change("c", "mean", 0.5, 0.51, {})], "c"),
        ([Change("e", "w1_sd", 0.001, 0.1, {}), Change("f", "sd", 0.1, 0.11, {})], "e"),
        ([INFINITE, Change("c", "mean", 0.5, None, {})], "a"),
        ([Change("e", "accuracy_sd", 1.0, 9.0, {}), Change("f", "accuracy_sd", 1.0, 1.1, {})], "e"),
    ],
)
def test_the_largest_change_is_told_before_that_of_a_spread_or_a_text(changes: list[Change], row: str) -> None:
    assert most(changes).row == row


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Change("Table 4", "mean", 0.5, 0.625, {}), "Table 4, mean: 0.5 -> 0.625"),
        (Change("Table 4", "", "no row", 0.5, {}), "Table 4: no row -> 0.5"),
        (Change("seed 1", "", "no row", "a row", {}), "seed 1: no row -> a row"),
        (Change("", "mean", None, 0.5, {}), "mean: nothing -> 0.5"),
        (Change("a", "mean", 0.12345678, 0.12345679, {}), "a, mean: 0.12345678 -> 0.12345679"),
        (Change("a", "text", "x" * 70 + "1", "x" * 70 + "2", {}), f"a, text: {'x' * 70}1 -> {'x' * 70}2"),
    ],
)
def test_a_change_is_told_from_the_old_value_to_the_new(change: Change, told: str) -> None:
    assert describe(change) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "nothing"),
        (0.123456789, "0.123457"),
        (7, "7"),
        (74.0, "74"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 57 + "..."),
        ("a\nb", r"a\nb"),
    ],
)
def test_a_value_is_short_and_on_one_line(value: object, told: str) -> None:
    assert brief(value) == told
