"""How parameters and values are called in print: in words, by a letter, and as matplotlib's mathtext."""

from pipeline.config.quantity import power_of_e, written

# what identifies a configuration of an experiment that varies nothing
TUNED = ("learning_rate", "reg", "batch_size")
SYMBOLS = {"learning_rate": "η", "reg": "λ"}
_MATHTEXT = {"learning_rate": r"\eta", "reg": r"\lambda"}
WORDS = {
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
    return WORDS[parameter]


def has_symbol(parameter: str) -> bool:
    """Whether the parameter is written as a letter: η, λ."""
    return parameter in SYMBOLS


def is_power(number: float) -> bool:
    """Whether a value was written as a power of e."""
    return power_of_e(written(number)) is not None


def mathtext(parameter: str, number: float) -> str:
    r"""A parameter and its value for matplotlib: $\eta = e^{-1}$."""
    text = _mathtext(number)
    if parameter in _MATHTEXT:
        return f"${_MATHTEXT[parameter]} = {text}$"
    return f"{WORDS[parameter]} ${text}$"


def mathtext_value(number: float) -> str:
    """A value for matplotlib: $e^{-1}$."""
    return f"${_mathtext(number)}$"


def _mathtext(number: float) -> str:
    text = written(number)
    if power := power_of_e(text):
        factor, exponent = power
        return f"{factor}e^{{{exponent}}}"
    return with_zero(text)


def counted(number: int, noun: str) -> str:
    """A number with its noun: '1 run', '1,200 runs'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def with_zero(text: str) -> str:
    """A number's text with a digit before the point: 0.5 for .5."""
    return f"0{text}" if text.startswith(".") else text


def minus(text: str) -> str:
    """A number's text with a minus sign in place of a hyphen."""
    return text.replace("-", "−")
