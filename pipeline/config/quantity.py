"""Numbers that remember how they were written: e^-1 stays e^-1 in the report and is 0.3679 in the run."""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

NUMBER = r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)"  # no leading zero: 010 is 8 in YAML 1.1 and 10 in YAML 1.2
_DECIMAL = re.compile(NUMBER, re.ASCII)
_POWER_OF_E = re.compile(rf"(?P<factor>{NUMBER})?e\^(?P<exponent>{NUMBER})", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(rf"{NUMBER}(?:[eE][+-]?\d+)?", re.ASCII)
LONGEST = 40  # characters of a number
# What has such a key is a text or a list of texts, even where it is 2024.
TEXTS = (
    *("title", "subtitle", "author", "name", "data", "table"),
    *("section", "text", "what", "reason", "supported", "contradicted", "undetermined"),
    "printed",
)


class Quantity(float):
    """A float with the text it was written as; compares and hashes as the float.

    >>> Quantity("5e^-2")
    Quantity('5e^-2')
    >>> round(Quantity("5e^-2"), 4)
    0.6767
    """

    text: str

    def __new__(cls, text: str) -> Self:
        """Read `text`: a decimal number, or `[factor]e^exponent` with Euler's number e; no leading zeros.

        Raises ValueError if it is neither or not finite.
        """
        text = text.strip()
        if power := _POWER_OF_E.fullmatch(text):
            try:
                value = float(power["factor"] or 1) * math.exp(float(power["exponent"]))
            except OverflowError:
                value = math.inf
        elif _PLAIN.fullmatch(text):
            value = float(text)
        else:
            raise ValueError(f"not a number: {text!r}")
        if not math.isfinite(value):
            raise ValueError(f"too large: {text!r}")
        quantity = super().__new__(cls, value)
        quantity.text = text
        return quantity

    def __repr__(self) -> str:
        return f"Quantity({self.text!r})"

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        return (type(self), (self.text,))


def written(value: float) -> str:
    """The text of a value as the report shows it: as written, or the shortest decimal."""
    if isinstance(value, Quantity):
        return value.text
    return str(value) if isinstance(value, int) else f"{value:.10g}"


def power_of_e(text: str) -> tuple[str, str] | None:
    """(factor, exponent) of `[factor]e^exponent`, the factor empty when it is not written; else None."""
    match = _POWER_OF_E.fullmatch(text.strip())
    return (match["factor"] or "", match["exponent"]) if match else None


def half_unit(printed: str) -> Fraction:
    """Half a unit in the last place of a decimal number.

    >>> half_unit("0.012")
    Fraction(1, 2000)
    """
    return Fraction(10) ** int(Decimal(printed).as_tuple().exponent) / 2


def is_decimal(text: str) -> bool:
    """Whether a text is a decimal number without an exponent: 10, 0.9450 or .5, but not 010, 1_000, 1e-3 or e^-1."""
    return bool(_DECIMAL.fullmatch(text))


def plain(text: str) -> float:
    """The number, an int where it is whole, that a decimal number without an exponent is. Raises ValueError."""
    if not is_decimal(text):
        raise ValueError(f"not a decimal number: {text!r}")
    return float(text) if "." in text else int(text)


def read_numbers(value: Any, read: Callable[[str], float]) -> Any:
    """A tree of YAML in which every text that is a number is what `read` makes of it.

    `read` raises ValueError for other texts. No number has more than LONGEST characters. Below a
    key of TEXTS a text stays one.
    """
    if isinstance(value, dict):
        return {
            key: item if key in TEXTS and not isinstance(item, dict) else read_numbers(item, read)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [read_numbers(item, read) for item in value]
    if isinstance(value, str) and len(value) <= LONGEST:
        try:
            return read(value)
        except ValueError:
            return value
    return value


def respelled(text: str) -> str | None:
    """The number that a text would be without leading zeros and underscores: 10 for 010 and 1_0; else None."""
    bare = re.sub(r"^([+-]?)0+(?=\d)", r"\1", text.replace("_", ""))
    try:
        return Quantity(bare).text if bare != text else None
    except ValueError:
        return None
