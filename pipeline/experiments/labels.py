"""How parameters, values and metrics are called in print: as HTML and as matplotlib's mathtext."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from pipeline.config.quantity import Quantity, power_of_e, written
from pipeline.config.settings import Configuration, Experiment

# what identifies a configuration of an experiment that varies nothing
TUNED = ("learning_rate", "reg", "batch_size")
_POWER = re.compile(r"((?:\d*\.?\d+)?e\^-?\d+)")
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")
_SYMBOLS = {"learning_rate": "η", "reg": "λ"}
_MATHTEXT = {"learning_rate": r"\eta", "reg": r"\lambda"}
_WORDS = {
    "learning_rate": "learning rate",
    "reg": "regularization coefficient",
    "batch_size": "batch size",
    "hidden": "hidden units",
    "epochs": "epochs",
}


def title(name: str) -> str:
    """An experiment's name as a heading: published_best becomes 'Published best'."""
    return name.replace("_", " ").capitalize()


def words(parameter: str) -> str:
    """The parameter in words: 'learning rate'."""
    return _WORDS[parameter]


def symbol(parameter: str) -> Markup:
    """The parameter as a table head: η and λ in italics, the others in words."""
    if parameter in _SYMBOLS:
        return Markup("<i>{}</i>").format(_SYMBOLS[parameter])
    return escape(_WORDS[parameter].capitalize())


def has_symbol(parameter: str) -> bool:
    """Whether the parameter is written as a letter: η, λ."""
    return parameter in _SYMBOLS


def value(number: float) -> Markup:
    """A value as it was written: e<sup>−1</sup>, 0.001."""
    text = written(number)
    if power := power_of_e(text):
        factor, exponent = power
        return Markup("{}<i>e</i><sup>{}</sup>").format(factor, minus(exponent))
    return escape(minus(_with_zero(text)))


def is_power(number: float) -> bool:
    """Whether a value was written as a power of e."""
    return power_of_e(written(number)) is not None


def decimal(number: float) -> Markup:
    """A value in decimals, however it was written: 0.6767."""
    return escape(minus(f"{float(number):.4g}"))


def setting(parameter: str, number: float) -> Markup:
    """η = e<sup>−1</sup>, or batch size 64."""
    sign = "\u00a0=\u00a0" if parameter in _SYMBOLS else "\u00a0"
    name = symbol(parameter) if parameter in _SYMBOLS else escape(_WORDS[parameter])
    return Markup("{}{}{}").format(name, sign, value(number))


def settings(experiment: Experiment, configuration: Configuration) -> Markup:
    """The varied parameters of a configuration, joined by commas."""
    return _joined(experiment.varied, configuration)


def caption(experiment: Experiment, configuration: Configuration) -> Markup:
    """The same, and the tuned parameters where the experiment varies nothing."""
    return _joined(experiment.varied or TUNED, configuration)


def _joined(parameters: Iterable[str], configuration: Configuration) -> Markup:
    return Markup(", ").join(setting(name, configuration.value(name)) for name in parameters)


def mathtext(parameter: str, number: float) -> str:
    r"""The same as `setting` for matplotlib: $\eta = e^{-1}$."""
    text = _mathtext(number)
    if parameter in _MATHTEXT:
        return f"${_MATHTEXT[parameter]} = {text}$"
    return f"{_WORDS[parameter]} ${text}$"


def mathtext_value(number: float) -> str:
    """The same as `value` for matplotlib: $e^{-1}$."""
    return f"${_mathtext(number)}$"


def _mathtext(number: float) -> str:
    text = written(number)
    if power := power_of_e(text):
        factor, exponent = power
        return f"{factor}e^{{{exponent}}}"
    return _with_zero(text)


def powers(text: str) -> Markup:
    """A sentence with powers of e, such as e^-2 and 5e^-2, set as powers, and minus signs before digits as such."""
    parts = _POWER.split(text)
    return Markup("").join(
        value(Quantity(part)) if number % 2 else escape(_NEGATIVE.sub("−", part)) for number, part in enumerate(parts)
    )


def capitalized(text: Markup) -> Markup:
    """The same, its first letter a capital one; markup at the beginning stays as it is."""
    return text[:1].upper() + text[1:]


def _with_zero(text: str) -> str:
    return f"0{text}" if text.startswith(".") else text


def minus(text: str) -> str:
    """A number's text with a minus sign in place of a hyphen."""
    return text.replace("-", "−")
