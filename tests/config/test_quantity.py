"""Numbers as the write-up prints them."""

import copy
import json
import math
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.quantity import Quantity, half_unit, plain, read_numbers, respelled, written
from pipeline.experiments import labels
from pipeline.report.views import typography


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("e^-1", math.exp(-1)),
        ("5e^-2", 5 * math.exp(-2)),
        ("e^2", math.exp(2)),
        ("0.5e^-.5", 0.5 * math.exp(-0.5)),
        ("1e-3", 0.001),
        (".6", 0.6),
        ("-2", -2.0),
        ("0", 0.0),
        ("0.9450", 0.945),
        ("5.", 5.0),
        ("1e-05", 1e-5),
        ("1E5", 1e5),
    ],
)
def test_reads_powers_of_e_and_decimals(text, value):
    assert Quantity(text) == pytest.approx(value, rel=1e-15)
    assert written(Quantity(text)) == text


NO_NUMBERS = [
    "e",
    "5e^",
    "e^x",
    "1e400",
    "e^1000",
    "nan",
    "inf",
    "",
    ".",
    "1,5",
    "0x10",
    "0b1",
    "0o7",
    "1:10",
    "e^-1^2",
]
LEADING_ZEROS = ["010", "00", "-01", "00.5", "01e3", "05e^-1", "e^01", "1_000", "_1"]


@pytest.mark.parametrize("text", NO_NUMBERS + LEADING_ZEROS)
def test_rejects_everything_else(text):
    with pytest.raises(ValueError):
        Quantity(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_survives_the_round_trip(value):
    assert Quantity(repr(value)) == value


@given(st.text())
def test_no_text_raises_anything_but_value_error(text):
    try:
        Quantity(text)
    except ValueError:
        assert read_numbers([text], Quantity) == [text]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("010", "10"), ("-01", "-1"), ("00.5", "0.5"), ("00", "0"), ("1_000", "1000"), ("05e^-1", "5e^-1")]
    + [(text, None) for text in ("10", "0x10", "1:10", "a_b", "", "_", "0_x")],
)
def test_what_leading_zeros_and_underscores_may_mean(text, meant):
    assert respelled(text) == meant


def test_texts_stay_texts_and_numbers_below_such_keys_do_not():
    tree = {"title": "2024", "author": "1024", "table": "4", "data": {"name": "1", "classes": "10"}}
    tree |= {"experiments": {"name": {"single": {"reg": "1"}}}, "epochs": "74"}
    assert read_numbers(tree, plain) == tree | {
        "data": {"name": "1", "classes": 10},
        "experiments": {"name": {"single": {"reg": 1}}},
        "epochs": 74,
    }
    assert read_numbers({"data": "2024"}, plain) == {"data": "2024"}


def test_numbers_are_as_json_holds_them_or_as_they_are_written():
    found = read_numbers(["10", "0.50", ".5", "1e-3", "e^-1", "9" * 40, "9" * 41, "x", None], plain)
    assert json.dumps(found) == json.dumps([10, 0.5, 0.5, "1e-3", "e^-1", int("9" * 40), "9" * 41, "x", None])


@pytest.mark.parametrize(
    ("printed", "half"), [("0.9450", "1/20000"), ("0.012", "1/2000"), ("3", "1/2"), (".5", "1/20")]
)
def test_half_a_unit_in_the_last_place_is_exact(printed, half):
    assert half_unit(printed) == Fraction(half)


def test_copies_keep_the_text():
    for same in (copy.deepcopy(Quantity("e^-1")), pickle.loads(pickle.dumps(Quantity("e^-1")))):
        assert (same, same.text) == (Quantity("e^-1"), "e^-1")


def test_labels_print_values_as_they_were_written():
    assert typography.setting("learning_rate", Quantity("5e^-2")) == "<i>η</i>\u00a0=\u00a05<i>e</i><sup>−2</sup>"
    assert labels.mathtext("reg", Quantity("e^-1")) == r"$\lambda = e^{-1}$"
    assert typography.value(0.0001) == "0.0001"
    assert typography.value(Quantity(".6")) == "0.6"
    assert typography.setting("batch_size", 64) == "batch size\u00a064"
