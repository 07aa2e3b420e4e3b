"""What a schema of this folder refuses of a tree, in a line for each problem, and the rest of the tree."""

import difflib
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from pipeline.config.metrics import ERRORS, SUMMARISED
from pipeline.config.quantity import LONGEST, Quantity, is_decimal, respelled
from pipeline.errors import shown
from pipeline.files.yamlfile import read_own

_LONGEST = 80  # characters of a wrong value or a name that a message shows
_MOST_NAMES = 40  # names that a message lists
_MOST_PROBLEMS = 100  # lines for one file

# What people call what has the name before it here.
_ALSO_CALLED = {
    "learning_rate": "lr eta alpha rate step_size",
    "reg": "lambda weight_decay l2 regularization regularisation",
    "batch_size": "batch bs minibatch mini_batch minibatch_size",
    "hidden": "hidden_size hidden_units hidden_dim n_hidden units neurons",
    "epochs": "n_epochs num_epochs max_epochs",
    "split": "split_method validation_split",
    "initial_scale": "scale init_scale weight_scale",
    "title": "name author student",
    "data": "dataset data_set",
    "printed": "values numbers results",
    "training_accuracy": "train_acc train_accuracy training_acc",
    "validation_accuracy": "val_acc val_accuracy validation_acc",
    "best_validation_accuracy": "best_val_acc best_val_accuracy",
    "testing_accuracy": "test_acc test_accuracy acc accuracy",
    "training_loss": "train_loss loss",
    "validation_loss": "val_loss",
    "testing_loss": "test_loss",
    "training_error": "train_error train_err",
    "validation_error": "val_error val_err",
    "testing_error": "test_error test_err error error_rate",
}
_MEANT = {other: name for name, others in _ALSO_CALLED.items() for other in others.split()}

Place = Sequence[Any]  # the keys and positions that lead to a value


def check(tree: Any, schema: Path, stand_in: Any) -> tuple[list[str], Any]:
    """(A line for each violation of a schema, the tree without what violates it, so that the rest can be checked).

    A line has key path, expected, found and a hint. Each value that is wrong or missing is replaced by the one at the
    same place in `stand_in`, whose lists have one item for all. Where that has no such key, the key is left out; where
    it has a plain value or an empty list, that replaces all that stands there.
    """
    errors = sorted(_validator(schema).iter_errors(tree), key=_position)
    lines = dict.fromkeys(line for error in errors for line in _explain(error))  # two missing keys are two errors
    return list(lines), _sound(tree, stand_in, [place for error in errors for place in _places(error)])


def bounded(problems: Iterable[str]) -> list[str]:
    """So many lines as somebody reads for one file; where there are more, which are not looked for, a line says so."""
    lines = list(itertools.islice(problems, _MOST_PROBLEMS + 1))
    if len(lines) > _MOST_PROBLEMS:
        lines[-1] = f"the file: expected no problems, found more than these {_MOST_PROBLEMS}."
    return lines


def show(value: Any) -> str:
    """A wrong value as messages show it: on one line, and cut where it is long."""
    if isinstance(value, Quantity):
        return value.text
    return "an empty value" if value is None else _short(json.dumps(value, ensure_ascii=False))


def quoted(names: Iterable[str]) -> str:
    """Names as messages list them; 'nothing' if there are none."""
    each = [f"'{_one_line(name)}'" for name in names]
    if len(each) > _MOST_NAMES:
        each[_MOST_NAMES:] = [f"{len(each) - _MOST_NAMES:,} more"]
    return ", ".join(each) or "nothing"


def alternatives(names: Sequence[str]) -> str:
    """Names joined in words: 'a', 'a or b', 'a, b or c'."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def did_you_mean(found: Iterable[str], known: Sequence[str]) -> str:
    """A hint at the names that wrong ones resemble; empty if there are none."""
    guesses = _guesses(found, known)
    return f" Hint: did you mean {quoted(guesses)}?" if guesses else ""


@cache
def _validator(path: Path) -> Draft202012Validator:
    schema = read_own(path, {"METRICS": ", ".join(SUMMARISED), "ERRORS": ", ".join(ERRORS)})
    extend: Any = validators.extend
    validator: Draft202012Validator = extend(Draft202012Validator, {"uniqueItems": _unique_items})(schema)
    return validator


def _unique_items(_: Any, __: Any, found: Any, ___: Any) -> Iterator[ValidationError]:
    """JSON Schema's uniqueItems for plain values in linear time: jsonschema compares mappings pair by pair.

    Lists and mappings do not count: no list whose values must differ may hold any.
    """
    plain = [value for value in found if not isinstance(value, dict | list)] if isinstance(found, list) else []
    if len(set(plain)) < len(plain):
        yield ValidationError("has equal items")


# --- What is wrong


def _position(error: ValidationError) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _explain(error: ValidationError) -> Iterator[str]:
    """One line for one schema error; none for missing keys that stand there misspelt, which is another error."""
    where = ".".join(_one_line(str(part)) for part in error.absolute_path) or "the file"
    schema: Any = error.schema
    found: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        unknown = sorted(_unknown(error))
        expected = alternatives([f"'{name}'" for name in known])
        yield f"{where}: expected {expected}, found {quoted(unknown)}.{did_you_mean(unknown, known)}"
    elif error.validator == "required":
        meant = _guesses(_unknown(error), list(schema["properties"]))
        if missing := [key for key in _missing(error) if key not in meant]:
            yield f"{where}: expected the keys {quoted(missing)}, found {quoted(found)}."
    elif error.validator == "enum":
        known = [str(value) for value in schema["enum"]]
        yield f"{where}: expected {alternatives(known)}, found {show(found)}.{did_you_mean([str(found)], known)}"
    elif error.validator == "uniqueItems":
        yield f"{where}: expected each value once, found {show(found)}."
    else:
        hint = _number_hint(error) or _name_hint(error)
        yield f"{where}: expected {schema.get('title', error.message)}, found {show(found)}.{hint}"


def _missing(error: ValidationError) -> list[str]:
    required: Any = error.validator_value
    found: Any = error.instance
    return [key for key in required if key not in found]


def _unknown(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    found: Any = error.instance
    return [key for key in found if key not in schema["properties"]]


def _number_hint(error: ValidationError) -> str:
    """Why a text is no number that somebody may have meant as one, where a number is expected."""
    schema: Any = error.schema
    found: Any = error.instance
    types = [each.get("type", ()) for each in (schema, *schema.get("anyOf", ()))]
    if not (isinstance(found, str) and any("number" in each or "integer" in each for each in types)):
        return ""
    if meant := respelled(found):
        return f" Hint: write {_short(meant)}, without leading zeros and underscores."
    return f" Hint: no number has more than {LONGEST} characters." if len(found) > LONGEST and is_decimal(found) else ""


def _name_hint(error: ValidationError) -> str:
    """What a wrong name may mean where one of several is expected, or a list of them."""
    for each in error.context or ():
        known: Any = each.validator_value
        if each.validator == "enum" and (hint := did_you_mean([str(each.instance)], known)):
            return hint
    return ""


def _guesses(found: Iterable[str], known: Sequence[str]) -> list[str]:
    names = [name for name in list(found)[:_MOST_NAMES] if len(name) <= _LONGEST]
    return list(dict.fromkeys(match for name in names for match in _guess(name, known)))


def _guess(name: str, known: Sequence[str]) -> list[str]:
    meant = _MEANT.get(re.sub(r"[\s-]", "_", name.strip().casefold()))
    return [meant] if meant and meant in known else difflib.get_close_matches(name, known, n=1)


def _one_line(text: str) -> str:
    return _short(json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"'))


def _short(text: str) -> str:
    escaped = shown(text[: _LONGEST + 1])
    return escaped if len(escaped) <= _LONGEST else escaped[:_LONGEST] + "..."


# --- What is left


def _places(error: ValidationError) -> list[Place]:
    """What an error is about: the value; or each key that is missing, unknown or no name, where it would be or is."""
    path = list(error.absolute_path)
    if error.validator == "required":
        return [[*path, key] for key in _missing(error)]
    if error.validator == "additionalProperties":
        return [[*path, key] for key in _unknown(error)]
    return [[*path, error.instance]] if "propertyNames" in error.absolute_schema_path else [path]


def _sound(value: Any, stand_in: Any, places: Sequence[Place]) -> Any:
    """A value whose wrong places are replaced as `check` says; the value itself where there are none."""
    if not places:
        return value
    if not all(places) or stand_in == [] or type(value) is not type(stand_in):
        return stand_in
    inside: defaultdict[Any, list[Place]] = defaultdict(list)
    for first, *rest in places:
        inside[first].append(rest)
    if isinstance(value, list):
        return [_sound(item, stand_in[0], inside.get(position, ())) for position, item in enumerate(value)]
    sound = {key: item for key, item in value.items() if key not in inside}
    return sound | {key: _sound(value.get(key), stand_in[key], inside[key]) for key in inside if key in stand_in}
