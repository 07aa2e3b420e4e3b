"""JSON that has to fit a type: a dataclass, a TypedDict, or a list or mapping of them.

Every field has to be there that has no default, and no other. A Fraction is a text such as -1/2.
"""

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from pipeline.errors import shown

T = TypeVar("T")
LONGEST = 60  # characters that are shown of a wrong value
WORDS = {"int": "a whole number", "float": "a number", "str": "a text", "bool": "true or false"}
WORDS |= {"object": "an object", "array": "a list", "|": "or"}


def decode(text: str | bytes, kind: type[T]) -> T:
    """The value of this type that a JSON text holds. Raises ValueError: "expected ..., found ...", after its place."""
    tree: Any = None
    try:
        tree = msgspec.json.decode(text)
        value = msgspec.convert(tree, kind, dec_hook=_fraction)
    except msgspec.ValidationError as error:
        raise ValueError(_mismatch(str(error), tree)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"expected JSON, found {_short(text)} ({error})") from error
    for place in _surplus(tree, msgspec.to_builtins(value, enc_hook=str)):
        raise ValueError(f"expected no other fields, found {_short(place)}")
    return value


def encode(value: Any) -> str:
    """`value` as indented JSON, the fields and keys in the given order. Raises ValueError for NaN and infinity."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"


def _fraction(kind: type, value: Any) -> Any:
    if kind is not Fraction:
        raise NotImplementedError(kind)
    try:
        return Fraction(str(value))
    except ZeroDivisionError as error:
        raise ValueError(f"no fraction: {value}") from error


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Fraction) else vars(value)


def _mismatch(message: str, tree: Any) -> str:
    """What msgspec says of a value, with the value."""
    text, _, place = message.replace("`", "").partition(" - at $")
    where = f"{place.lstrip('.')}: " if place else ""
    if text.startswith("Object missing required field"):
        return f"{where}expected the field {text.split()[-1]}, found none"
    expected, _, got = text.removeprefix("Expected ").partition(", got ")
    if expected == text:
        return f"{where}expected another value, found {': '.join(filter(None, (_value(tree, place), text)))}"
    words = " ".join(WORDS.get(word, word) for word in expected.split())
    return f"{where}expected {words}, found {_value(tree, place) or WORDS.get(got, 'another')}"


def _value(tree: Any, place: str) -> str:
    """The value at a place such as [0].name; nothing where that leads into a mapping, of which no key is told."""
    try:
        for index, name in re.findall(r"\[(.+?)\]|\.([^.\[]+)", place):
            tree = tree[name or int(index)]
    except (LookupError, TypeError, ValueError):
        return ""
    return _short(json.dumps(tree, ensure_ascii=False))


def _surplus(tree: Any, taken: Any, place: str = "") -> Iterator[str]:
    """The places of what is in the tree and was not taken from it."""
    if isinstance(tree, dict) and isinstance(taken, dict):
        yield from (f"{place}{name}" for name in tree if name not in taken)
        for name in filter(taken.__contains__, tree):
            yield from _surplus(tree[name], taken[name], f"{place}{name}.")
    elif isinstance(tree, list):
        for number, (one, other) in enumerate(zip(tree, taken, strict=True)):
            yield from _surplus(one, other, f"{place}[{number}].")


def _short(text: str | bytes) -> str:
    text = text if isinstance(text, str) else text.decode("utf-8", "replace")
    return shown(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
