"""Numbers as people write them: what each notation means, to the last digit."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.config.quantity import Quantity, half_unit, is_decimal
from pipeline.writeup import notation
from pipeline.writeup.notation import Unit


def plain(*texts: str | None, unit: Unit = "accuracy") -> list[str | None]:
    """The numbers of a row in the unit of their metric; None where none is printed."""
    numbers, problems = notation.read(texts, unit)
    assert problems == ()
    return [each and each.number.text for each in numbers]


def problems(*texts: str | None, unit: Unit = "accuracy") -> list[str]:
    numbers, found = notation.read(texts, unit)
    assert len(numbers) == len(texts)
    return list(found)


# --- Parameters


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", 0.1),
        ("1e-3", 0.001),
        ("1e−3", 0.001),
        ("1e–3", 0.001),
        ("10^-2", 0.01),
        ("10^−2", 0.01),
        ("10**-2", 0.01),
        ("10^{-2}", 0.01),
        ("10^(-2)", 0.01),
        ("10^0", 1.0),
        ("5*10^-2", 0.05),
        ("5 × 10^-2", 0.05),
        ("5·10^-2", 0.05),
        ("2.5x10^-2", 0.025),
        ("e^-1", math.exp(-1)),
        ("e^−1", math.exp(-1)),
        ("5e^-2", 5 * math.exp(-2)),
        ("5*e^-2", 5 * math.exp(-2)),
        ("1/e", math.exp(-1)),
        ("1 / e^2", math.exp(-2)),
        ("5/e", 5 * math.exp(-1)),
        ("e**-1", math.exp(-1)),
        ("e^{-1}", math.exp(-1)),
    ],
)
def test_a_parameter_is_the_number_that_is_meant(text: str, value: float) -> None:
    found = notation.parameter(text)
    assert found == pytest.approx(value, rel=1e-15)
    assert Quantity(found.text) == found, "its text is one that every reader of numbers knows"


@pytest.mark.parametrize(
    "text", ["10^", "^2", "510^-2x", "1/", "1/0", "1/10/e", "e", "1/e^", "2^3", "10^9999", "()", "{}", "1(0)", "0.{1}"]
)
def test_other_texts_are_no_parameters(text: str) -> None:
    with pytest.raises(ValueError):
        notation.parameter(text)


@given(st.text("0123456789.eE+-−–^*×/{}() ", max_size=12) | st.text(max_size=8))
def test_a_parameter_is_a_finite_number_or_none(text: str) -> None:
    try:
        found = notation.parameter(text)
    except ValueError:
        return
    assert math.isfinite(found)
    assert Quantity(found.text) == found


@given(
    factor=st.integers(1, 99), exponent=st.integers(-9, 9), times=st.sampled_from("*×·x"), minus=st.sampled_from("-−–")
)
def test_powers_of_ten_are_exact(factor: int, exponent: int, times: str, minus: str) -> None:
    text = f"{factor}{times}10^{exponent}".replace("-", minus)
    assert Fraction(Decimal(notation.parameter(text).text)) == factor * Fraction(10) ** exponent


# --- Printed numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.9450", "0.9450"),
        (".9450", "0.9450"),
        ("94.50%", "0.9450"),
        ("94.50 %", "0.9450"),
        ("94.5", "0.945"),
        ("94", "0.94"),
        ("100%", "1.00"),
        ("100.0", "1.000"),
        ("9.8", "0.098"),
        ("0.98%", "0.0098"),
        ("1.0", "1.0000"),
        ("1", "1.0000"),
        ("1.00", "1.00"),
        ("0.9908666666666667", "0.990866666667"),
        ("99.08666666666667", "0.990866666667"),
        ("0.9480 ± 0.0004", "0.9480"),
        ("0.9480+/-0.0004", "0.9480"),
        ("0.9480 +- .0004", "0.9480"),
        ("94.80% ± 0.04%", "0.9480"),
        ("94.80 ± 0.04 %", "0.9480"),
    ],
)
def test_an_accuracy_is_a_share_with_the_digits_that_are_printed(text: str, number: str) -> None:
    assert plain(text) == [number]
    (found,), _ = notation.read([text], "accuracy")
    assert found is not None
    assert found.text == text
    assert found.mean == any(sign in text for sign in "±+")


@pytest.mark.parametrize("text", ["-", "–", "—", "−", "--", "n/a", "N/A", "nan", "NaN", "", "  ", None])
def test_what_stands_for_nothing_is_nothing(text: str | None) -> None:
    for unit in ("accuracy", "error", "loss", "rate"):
        assert plain(text, unit=unit) == [None]


def test_one_as_python_prints_it_has_the_digits_of_its_row() -> None:
    assert plain("0.98", "1.0", "0.995") == ["0.98", "1.00", "0.995"]
    assert plain("0.98125", "1.0", None) == ["0.98125", "1.0000", None]
    assert plain("98.1%", "1") == ["0.981", "1.000"]
    assert plain("0.98", "1.000") == ["0.98", "1.000"]


def test_error_rates_of_which_only_some_have_a_per_cent_sign_could_be_either() -> None:
    _, (problem,) = notation.read(["7.47%", "0.0520"], "error")
    assert "one notation" in problem
    assert notation.read(["7.47%", "5.20", "-"], "error")[1] == ()
    assert notation.read(["7.47%", "0.0520"], "accuracy")[1] == ()


@pytest.mark.parametrize(
    ("printed", "accuracies"),
    [
        (["0.055", "0.0098"], ["0.945", "0.9902"]),
        (["5.5", "0.98"], ["0.945", "0.9902"]),
        (["5.5%", "0.98%"], ["0.945", "0.9902"]),
        (["5.5%", "1.98", "0.98"], ["0.945", "0.9802", "0.9902"]),
        (["0.0"], ["1.0000"]),
        (["1.0", "3.25"], ["0.990", "0.9675"]),
        (["0.0191333333333333"], ["0.980866666667"]),
        (["2.3 ± 0.1"], ["0.977"]),
    ],
)
def test_an_error_rate_leaves_an_accuracy_and_one_percentage_makes_a_row_of_them(
    printed: list[str], accuracies: list[str]
) -> None:
    assert plain(*printed, unit="error") == accuracies


def test_losses_and_rates_are_as_they_stand() -> None:
    assert plain("2", ".25", "1.0", "0.3 ± 0.1", unit="loss") == ["2", "0.25", "1.0", "0.3"]
    assert plain("-0.012", "−3", "1.2%", unit="rate") == ["-0.012", "-3", "0.012"]


@pytest.mark.parametrize(
    ("text", "unit", "problem"),
    [
        ("0.9", "accuracy", "at least 2 digits after the point, found 0.9. Hint: 0.90 if"),
        ("0.1", "error", "error rates with at least 2 digits"),
        ("101%", "accuracy", "accuracies from 0 to 1 or percentages, found 101%."),
        ("-0.05", "accuracy", "accuracies from 0 to 1"),
        ("94.5", "loss", None),
        ("94.5%", "loss", "no percentages"),
        ("-0.1", "loss", "numbers from 0 to 1000000"),
        ("9.45e-1", "accuracy", "plain decimal numbers"),
        ("0,9450", "accuracy", "plain decimal numbers"),
        ("094.5", "accuracy", "plain decimal numbers"),
        ("9_4.5", "accuracy", "plain decimal numbers"),
        ("0.94 0.95", "accuracy", "plain decimal numbers"),
        ("0.94 ±", "accuracy", "plain decimal numbers"),
        ("٠.٩٤", "accuracy", "plain decimal numbers"),
        ("0.94\n%", "accuracy", "plain decimal numbers"),
        ("0." + "9" * 5000, "accuracy", "plain decimal numbers"),
        ("9" * 39, "loss", "numbers from 0 to 1000000"),
        ("9" * 39, "rate", "numbers from -1000000 to 1000000"),
    ],
)
def test_what_is_no_such_number_is_one_line(text: str, unit: Unit, problem: str | None) -> None:
    found = problems(text, unit=unit)
    assert len(found) == (problem is not None)
    assert all(line.isprintable() and len(line) < 300 for line in found)
    assert problem is None or problem in found[0]


odd = st.text("0123456789.%±+-−–—/ naN", max_size=12) | st.text(max_size=6) | st.none()


@given(st.lists(odd, max_size=4), st.sampled_from(["accuracy", "error", "loss", "rate"]))
@example(["-0.00"], "accuracy")
@example(["0.00000000000000000000000000000000000001"], "error")
def test_whatever_a_row_holds_each_is_a_number_nothing_or_a_line(texts: list[str | None], unit: Unit) -> None:
    numbers, found = notation.read(texts, unit)
    assert len(numbers) == len(texts)
    assert sum(each is None for each in numbers) >= len(found)
    for each in numbers:
        if each is not None:
            assert is_decimal(each.number.text)
            assert half_unit(each.number.text) >= Fraction(1, 2 * 10**12)
            assert unit not in ("accuracy", "error") or 0 <= each.number <= 1


@given(st.decimals(0, 1, places=4), st.sampled_from(["{:.4f}", "{:.2%}", "{:.2%} ± 0.10%"]))
def test_a_share_is_the_same_in_every_notation(share: Decimal, form: str) -> None:
    assert plain(form.format(share)) == [f"{share:.4f}"]
    assert plain(form.format(share), unit="error") == [f"{1 - share:.4f}"]


def test_a_number_over_e_is_written_as_a_power_of_e() -> None:
    written = [notation.parameter(text).text for text in ("1/e", "+5/e", "2/e^1", "1/e^2")]
    assert written == ["e^-1", "5e^-1", "2e^-1", "e^-2"]


def test_an_accuracy_a_little_over_one_is_a_percentage() -> None:
    ((number,), problems) = notation.read(["1.50"], "accuracy")
    assert number is not None
    assert (number.number.text, problems) == ("0.0150", ())


@pytest.mark.parametrize("text", ["0,9253", "92,53 %", " 0,9 "])
def test_a_comma_for_a_point_is_told_as_such(text: str) -> None:
    (problem,) = notation.read([text], "accuracy")[1]
    assert problem.endswith(". Hint: a point instead of the comma.")


@pytest.mark.parametrize("text", ["abc", "1.9e3", "0.9.2", "1,000,000"])
def test_what_is_no_number_at_all_has_no_comma_to_mend(text: str) -> None:
    (problem,) = notation.read([text], "accuracy")[1]
    assert "omma" not in problem
    assert problem.endswith(('"', '".', "."))
    assert "XX" not in problem


def test_numbers_are_counted_to_a_million_and_no_loss_is_below_zero() -> None:
    for texts, unit in ((["0", "1000000"], "loss"), (["-1000000", "1000000"], "rate")):
        assert notation.read(texts, unit)[1] == ()
    assert len(notation.read(["-0.1", "1000000.1"], "loss")[1]) == 2
    assert len(notation.read(["-1000000.1"], "rate")[1]) == 1


def test_a_number_of_forty_characters_is_read_and_a_longer_one_is_not() -> None:
    assert notation.read(["0." + "9" * 38], "accuracy")[1] == ()
    assert len(notation.read(["0." + "9" * 39], "accuracy")[1]) == 1


def test_no_minus_stands_before_a_zero() -> None:
    ((number,), _) = notation.read(["-0.00"], "rate")
    assert number is not None
    assert number.number.text == "0.00"
