"""Arguments that are JSON: what a step is told of the configuration, checked before the step begins.

Light to import, since every run is a process of its own; what the numbers mean is checked in config.yaml.
"""

import json
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

from pipeline.errors import shown


class Kind(NamedTuple):
    """What a value has to be, in words and as a test."""

    expected: str
    holds: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


TEXT = Kind("a text", lambda value: isinstance(value, str))
COUNT = Kind("a whole number of at least 1", lambda value: _is_whole(value) and value >= 1)
SEED = Kind("a whole number from 0 to 4294967295", lambda value: _is_whole(value) and 0 <= value < 2**32)
NO_SEED = Kind(f"{SEED.expected}, or null", lambda value: value is None or SEED.holds(value))
NUMBER = Kind("a number of at least 0", lambda value: _is_number(value) and value >= 0)
POSITIVE = Kind("a number greater than 0", lambda value: _is_number(value) and value > 0)
SHARE = Kind("a number between 0 and 1", lambda value: _is_number(value) and 0 < value < 1)
NEURON = Kind(
    "two weights and a bias",
    lambda value: (
        isinstance(value, dict)
        and set(value) == {"weights", "bias"}
        and isinstance(value["weights"], list)
        and len(value["weights"]) == 2
        and all(map(_is_number, (*value["weights"], value["bias"])))
    ),
)


VARIABLES = Kind(
    "texts by name",
    lambda value: isinstance(value, dict) and all(isinstance(each, str) for each in value.values()),
)


def json_object(
    fields: Mapping[str, Kind], optional: Mapping[str, Kind] = MappingProxyType({})
) -> Callable[[str], dict[str, Any]]:
    """A type for argparse: a JSON object with these fields, each of its kind, and perhaps the optional ones."""

    def read(text: str) -> dict[str, Any]:
        try:
            tree = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict) or set(tree) - set(optional) != set(fields):
            raise ArgumentTypeError(f"expected a JSON object of {', '.join(fields)}, found {_start(text)}")
        for name, value in tree.items():
            kind = fields.get(name) or optional[name]
            if not kind.holds(value):
                raise ArgumentTypeError(f"{name}: expected {kind.expected}, found {_start(json.dumps(value))}")
        return tree

    return read


TITLE_BLOCK = json_object({"title": TEXT, "author": TEXT})


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)


def _start(text: str) -> str:
    return shown(text if len(text) <= 80 else f"{text[:80]}…")
