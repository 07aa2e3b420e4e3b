"""Numbers as people write them: parameters like 5*10^-2 or 1/e, printed ones like 94.50%, 0.948 ± 0.0004 or n/a.

Whatever the notation, a parameter becomes one of those that Quantity knows, and a printed number a plain decimal one in
the unit of its metric, exactly.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, Self

from pipeline.config import schema
from pipeline.config.quantity import LONGEST, NUMBER, Quantity

Unit = Literal["accuracy", "error", "loss", "rate"]

LEAST_DIGITS, MOST_DIGITS = 2, 12  # after the point: of a printed accuracy, of any number (a float tells no more)
_EXACT_DIGITS = 4  # that an accuracy of exactly 1 is taken to have, which Python prints as 1.0
_LARGEST = 1_000_000  # number that is printed
_MIXED = "expected error rates in one notation, found some with % and others without. Hint: 0.98% or 0.0098."
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013\ufe63\uff0d", "-"))
_UNPRINTED = ("", "-", "--", "\u2014", "n/a", "nan")
_TIMES = " *[*·×x] *"
_POWER_OF_TEN = re.compile(rf"(?:({NUMBER}){_TIMES})?10\^([+-]?\d{{1,3}})", re.ASCII)
_TIMES_POWER_OF_E = re.compile(rf"({NUMBER}){_TIMES}(e\^{NUMBER})", re.ASCII)
_OVER_E = re.compile(rf"({NUMBER}) */ *e(?:\^(\d+(?:\.\d+)?))?", re.ASCII)
_PRINTED = re.compile(rf"({NUMBER}) *%?(?: *(±|\+/?-) *{NUMBER} *%?)?", re.ASCII)


def parameter(text: str) -> Quantity:
    """The number that a parameter is: whatever Quantity reads, powers of ten and 1/e, with any minus sign.

    Raises ValueError for anything else.

    >>> [parameter(text).text for text in ("5×10^−2", "1/e", "2*e^{-1}", "1e–3")]
    ['5e-2', 'e^-1', '2e^-1', '1e-3']
    """
    text = re.sub(r"\^[{(]([^{}()]*)[)}]", r"^\1", text.strip().translate(_MINUS).replace("**", "^"))
    if power := _POWER_OF_TEN.fullmatch(text):
        return Quantity(f"{power[1] or 1}e{power[2]}")
    if power := _TIMES_POWER_OF_E.fullmatch(text):
        return Quantity(f"{power[1]}{power[2]}")
    if power := _OVER_E.fullmatch(text):
        return Quantity(f"{power[1].removeprefix('+') if power[1] != '1' else ''}e^-{power[2] or 1}")
    return Quantity(text)


@dataclass(frozen=True)
class Printed:
    """A printed number: as it stands in the file, and as a plain decimal one in the unit of the metric.

    An error rate is the accuracy that it leaves. `mean`: it has a standard deviation after it.
    """

    text: str
    number: Quantity
    mean: bool


def read(texts: Sequence[str | None], unit: Unit) -> tuple[tuple[Printed | None, ...], tuple[str, ...]]:
    """(the numbers of a row, None where none is printed or it is wrong; a line for each mistake).

    An accuracy or an error rate over 1 is a percentage, and with it every error rate of its row. 1.0 and 0.0, as Python
    prints them, have as many digits as the others of the row, at most four.
    """
    found = [_found(text) for text in texts]
    shares = unit in ("accuracy", "error")
    percent = [each is not None and (each.percent or (shares and each.value > 1)) for each in found]
    if unit == "error" and any(each and not each.percent and each.value > 1 for each in found):
        percent = [True] * len(found)
    found = [each and each.in_hundredths() if one else each for each, one in zip(found, percent, strict=True)]
    digits = min([_EXACT_DIGITS, *(each.digits for each in found if each and each.digits >= LEAST_DIGITS)])
    numbers: list[Printed | None] = []
    mixed = unit == "error" and any(percent) and any(each and not one for each, one in zip(found, percent, strict=True))
    problems = [_MIXED] if mixed else []
    for text, each in zip(texts, found, strict=True):
        number = each.with_digits(digits) if each and shares and each.exact else each
        wrong = list(_problems(text, number, unit))
        problems += wrong
        shown = f"error {number.text}" if number and unit == "error" else number and number.text
        numbers.append(Printed(shown, number.plain(unit), number.mean) if number and shown and not wrong else None)
    return tuple(numbers), tuple(problems)


@dataclass(frozen=True)
class _Number:
    """What a text says, before anything is known of its row."""

    text: str
    value: Decimal
    percent: bool
    mean: bool

    @property
    def digits(self) -> int:
        """How many stand after the point."""
        return -int(self.value.as_tuple().exponent)

    @property
    def exact(self) -> bool:
        """Whether it is all or nothing as Python prints it."""
        return self.value in (0, 1) and self.digits < LEAST_DIGITS

    def in_hundredths(self) -> Self:
        return replace(self, value=self.value.scaleb(-2))

    def with_digits(self, digits: int) -> Self:
        return replace(self, value=self.value.quantize(Decimal(1).scaleb(-digits)))

    def plain(self, unit: Unit) -> Quantity:
        value = self.with_digits(min(self.digits, MOST_DIGITS)).value
        return Quantity(f"{1 - value if unit == 'error' else value + 0:f}")  # + 0: no minus before a zero


def _found(text: str | None) -> _Number | None:
    """The number that a text is; None where it is none."""
    text = (text or "").strip()
    match = _PRINTED.fullmatch(text.translate(_MINUS)) if len(text) <= LONGEST else None
    return _Number(text, Decimal(match[1]), "%" in text, bool(match[2])) if match else None


def _problems(text: str | None, number: _Number | None, unit: Unit) -> Iterator[str]:
    if number is None:
        if (text or "").strip().translate(_MINUS).casefold() not in _UNPRINTED:
            found = schema.show(text)
            hint = " Hint: a point instead of the comma." if re.fullmatch(r"\s*\d+,\d+\s*%?\s*", str(text)) else ""
            yield f"expected plain decimal numbers (0.9450, 94.50%), or - where none is printed, found {found}.{hint}"
        return
    shown, value = number.text, number.value
    if unit in ("accuracy", "error"):
        name = "accuracies" if unit == "accuracy" else "error rates"
        if not 0 <= value <= 1:
            yield f"expected {name} from 0 to 1 or percentages, found {shown}."
        elif number.digits < LEAST_DIGITS:
            yield (
                f"expected {name} with at least {LEAST_DIGITS} digits after the point, found {shown}. "
                "Hint: 0.90 if so many are known; nearly any run would fit fewer."
            )
    elif unit == "loss" and number.percent:
        yield f"expected numbers that are no percentages, found {shown}."
    elif not (0 if unit == "loss" else -_LARGEST) <= value <= _LARGEST:
        yield f"expected numbers from {0 if unit == 'loss' else -_LARGEST} to {_LARGEST}, found {shown}."
