"""What parameters, values and metrics are called in print."""

import pytest
from markupsafe import Markup

from pipeline.config.metrics import METRICS, SUMMARISED
from pipeline.config.quantity import Quantity, written
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments import labels
from pipeline.report.views import typography

NBSP = "\u00a0"
CHOSEN = Configuration(Quantity("5e^-2"), Quantity("e^-1"), 32, 16, 74)


def test_each_metric_has_its_own_name() -> None:
    assert {name: METRICS[name].title for name in SUMMARISED} == {
        "training_accuracy": "Training accuracy",
        "training_loss": "Training loss",
        "final_training_accuracy": "Training accuracy, after the last epoch",
        "validation_accuracy": "Validation accuracy, last epoch",
        "validation_loss": "Validation loss, last epoch",
        "best_validation_accuracy": "Validation accuracy, best epoch",
        "best_validation_loss": "Validation loss, best epoch",
        "testing_accuracy": "Testing accuracy",
        "testing_loss": "Testing loss",
        "last_testing_accuracy": "Testing accuracy, last epoch",
        "last_testing_loss": "Testing loss, last epoch",
    }


@pytest.mark.parametrize(
    ("parameter", "words", "symbol", "letter", "setting", "mathtext"),
    [
        ("learning_rate", "learning rate", "<i>η</i>", True, f"<i>η</i>{NBSP}={NBSP}2", r"$\eta = 2$"),
        ("reg", "regularization coefficient", "<i>λ</i>", True, f"<i>λ</i>{NBSP}={NBSP}2", r"$\lambda = 2$"),
        ("batch_size", "batch size", "Batch size", False, f"batch size{NBSP}2", "batch size $2$"),
        ("hidden", "hidden units", "Hidden units", False, f"hidden units{NBSP}2", "hidden units $2$"),
        ("epochs", "epochs", "Epochs", False, f"epochs{NBSP}2", "epochs $2$"),
    ],
)
def test_each_parameter_is_called_by_its_name_or_letter(
    parameter: str, words: str, symbol: str, letter: bool, setting: str, mathtext: str
) -> None:
    assert labels.words(parameter) == words
    assert (typography.symbol(parameter), labels.has_symbol(parameter)) == (symbol, letter)
    assert (typography.setting(parameter, 2), labels.mathtext(parameter, 2)) == (setting, mathtext)


@pytest.mark.parametrize(
    ("text", "html", "decimal", "mathtext", "power"),
    [
        ("e^-1", "<i>e</i><sup>−1</sup>", "0.3679", "$e^{-1}$", True),
        ("5e^-2", "5<i>e</i><sup>−2</sup>", "0.6767", "$5e^{-2}$", True),
        ("e^2", "<i>e</i><sup>2</sup>", "7.389", "$e^{2}$", True),
        (".6", "0.6", "0.6", "$0.6$", False),
        ("0.0010", "0.0010", "0.001", "$0.0010$", False),
        ("-0.5", "−0.5", "−0.5", "$-0.5$", False),
        ("1e-4", "1e−4", "0.0001", "$1e-4$", False),
        ("64", "64", "64", "$64$", False),
    ],
)
def test_a_value_is_printed_as_it_was_written(text: str, html: str, decimal: str, mathtext: str, power: bool) -> None:
    value = Quantity(text)
    assert typography.value(value) == html
    assert typography.decimal(value) == decimal
    assert labels.mathtext_value(value) == mathtext
    assert labels.is_power(value) is power


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (74, "74"),
        (12_345_678_901, "12345678901"),
        (0.1, "0.1"),
        (1.0, "1"),
        (0.123456789012, "0.123456789"),
        (1e-5, "1e-05"),
    ],
)
def test_a_number_that_nobody_wrote_is_a_short_decimal(value: float, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1200, "1,200 runs")])
def test_a_noun_is_plural_unless_there_is_one(number: int, text: str) -> None:
    assert labels.counted(number, "run") == text


def test_a_configuration_is_called_by_what_its_experiment_varies_or_else_by_what_is_tuned() -> None:
    rate, reg = f"<i>η</i>{NBSP}={NBSP}5<i>e</i><sup>−2</sup>", f"<i>λ</i>{NBSP}={NBSP}<i>e</i><sup>−1</sup>"
    sweep = Experiment("lengths", "sweep", ("epochs", "reg"), (CHOSEN,), 1)
    assert typography.settings(sweep, CHOSEN) == typography.caption(sweep, CHOSEN) == f"epochs{NBSP}74, {reg}"
    single = Experiment("single", "single", (), (CHOSEN,), 1)
    assert typography.settings(single, CHOSEN) == ""
    assert typography.caption(single, CHOSEN) == f"{rate}, {reg}, batch size{NBSP}32"
    assert labels.title("published_best") == "Published best"


def test_powers_and_minus_signs_in_a_sentence_are_set_as_such() -> None:
    assert typography.powers("from 5e^-2 to e^-1, a <b> of -0.5 in x-1 and A-2") == (
        "from 5<i>e</i><sup>−2</sup> to <i>e</i><sup>−1</sup>, a &lt;b&gt; of −0.5 in x-1 and A-2"
    )
    assert typography.powers("e^-2 & 0.5e^3, not a-1 or 3-4") == (
        "<i>e</i><sup>−2</sup> &amp; 0.5<i>e</i><sup>3</sup>, not a-1 or 3-4"
    )
    assert labels.minus("-1 to -2") == "−1 to −2"
    assert typography.capitalized(Markup("the <b>rate</b>")) == "The <b>rate</b>"
    assert typography.capitalized(typography.powers("the rate")) == "The rate"
    assert typography.capitalized(typography.symbol("reg")) == "<i>λ</i>"
