"""Numbers that remember how they were written: e^-1 stays e^-1 in the report and is 0.3679 in the run."""

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_POWER_OF_E = re.compile(rf"(?P<factor>{_NUMBER})?e\^(?P<exponent>{_NUMBER})", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(rf"{_NUMBER}(?:[eE][+-]?\d+)?", re.ASCII)
LONGEST = 40  # characters of a number
_MOST_BITS = 1000  # of a whole number, which no float holds beyond 1024


class Quantity(float):
    """A float with the text it was written as; compares and hashes as the float.

    >>> Quantity("5e^-2")
    Quantity('5e^-2')
    >>> round(Quantity("5e^-2"), 4)
    0.6767
    """

    text: str

    def __new__(cls, text: str) -> Self:
        """Read `text`: a decimal number, or `[factor]e^exponent` with Euler's number e.

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
    return format(value, "d") if isinstance(value, int) else f"{value:.10g}"


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


def read_quantities(value: Any) -> Any:
    """The same tree with every text of at most LONGEST characters that reads as a number replaced by its Quantity.

    Non-finite floats and numbers too large for one become texts, so that no schema takes them for numbers.
    """
    if isinstance(value, dict):
        return {key: read_quantities(item) for key, item in value.items()}
    if isinstance(value, list):
        return [read_quantities(item) for item in value]
    too_large = isinstance(value, int) and value.bit_length() > _MOST_BITS
    if too_large or (isinstance(value, float) and not math.isfinite(value)):
        return str(value)
    if isinstance(value, str) and len(value) <= LONGEST:
        try:
            return Quantity(value)
        except ValueError:
            return value
    return value
