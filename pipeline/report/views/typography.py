"""How parameters and their values are set on the page, as HTML."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from pipeline.analysis.comparison import Trained
from pipeline.config.quantity import Quantity, power_of_e, written
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments import labels

_POWER = re.compile(r"((?:\d*\.?\d+)?e\^-?\d+)")
_NEGATIVE = re.compile(r"(?<![\w.])-(?=\d)")


def symbol(parameter: str) -> Markup:
    """The parameter as a table head: η and λ in italics, the others in words."""
    if parameter in labels.SYMBOLS:
        return Markup("<i>{}</i>").format(labels.SYMBOLS[parameter])
    return escape(labels.WORDS[parameter].capitalize())


def value(number: float) -> Markup:
    """A value as it was written: e<sup>−1</sup>, 0.001."""
    text = written(number)
    if power := power_of_e(text):
        factor, exponent = power
        return Markup("{}<i>e</i><sup>{}</sup>").format(factor, labels.minus(exponent))
    return escape(labels.minus(labels.with_zero(text)))


def decimal(number: float) -> Markup:
    """A value in decimals, however it was written: 0.6767."""
    return escape(labels.minus(f"{float(number):.4g}"))


def setting(parameter: str, number: float) -> Markup:
    """η = e<sup>−1</sup>, or batch size 64."""
    sign = "\u00a0=\u00a0" if parameter in labels.SYMBOLS else "\u00a0"
    name = symbol(parameter) if parameter in labels.SYMBOLS else escape(labels.WORDS[parameter])
    return Markup("{}{}{}").format(name, sign, value(number))


def settings(experiment: Experiment, configuration: Configuration) -> Markup:
    """The varied parameters of a configuration, joined by commas."""
    return _joined(experiment.varied, configuration)


def caption(experiment: Experiment, configuration: Configuration) -> Markup:
    """The varied parameters of a configuration; the tuned ones where the experiment varies nothing."""
    return _joined(experiment.varied or labels.TUNED, configuration)


def powers(text: str) -> Markup:
    """A sentence with powers of e, such as e^-2 and 5e^-2, set as powers, and minus signs before digits as such."""
    parts = _POWER.split(text)
    return Markup("").join(
        value(Quantity(part)) if number % 2 else escape(_NEGATIVE.sub("−", part)) for number, part in enumerate(parts)
    )


def capitalized(text: Markup) -> Markup:
    """A text with its first letter a capital one; markup at the beginning stays as it is."""
    return text[:1].upper() + text[1:]


def plain(text: Markup) -> str:
    """A text for an attribute, which has no markup: η = e^−1."""
    return text.replace("<sup>", "^").striptags()


def breakable(text: Markup) -> Markup:
    """A number of which, where a column is narrow, the deviation comes on a line of its own: 0.9446, ± 0.0009."""
    return text.replace("\u00a0±", " ±")


def _joined(parameters: Iterable[str], configuration: Configuration) -> Markup:
    return Markup(", ").join(setting(name, configuration.value(name)) for name in parameters)


def label(trained: Trained) -> Markup:
    """The varied parameters of a configuration and their values; empty if the experiment varies nothing."""
    return _joined(trained.varied, trained.configuration)
