"""What can be wrong with a configuration: what the schema says, and what a schema cannot say."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

from pipeline.errors import shown
from pipeline.quantity import LONGEST, Quantity, is_decimal, power_of_e, respelled, written
from pipeline.settings import KINDS, SAMPLE_TRAINING_IMAGES, Config, Experiment, RateOfChange
from pipeline.yamlfile import read_own

PLACES = 6  # of the numbers of a neuron
MOST_RUNS = 100_000  # far beyond what anyone can train, and what Snakemake can plan
_LONGEST = 80  # characters of a wrong value or a name that a message shows
MOST_COLUMNS = 30  # of a table, and configurations with a figure each
_MOST_NAMES = 40  # names that a message lists
_MOST_PROBLEMS = 100  # lines for one file


def schema_problems(tree: Any, schema: str = "config.schema.yaml") -> list[str]:
    """One line per violation of a schema of this folder: key path, expected, found, hint."""
    errors = sorted(_validator(schema).iter_errors(tree), key=_position)
    lines = list(dict.fromkeys(_explain(error) for error in errors))  # two missing keys are two errors and one line
    if len(lines) > _MOST_PROBLEMS:
        return [*lines[:_MOST_PROBLEMS], f"the file: expected no problems, found {len(lines) - _MOST_PROBLEMS:,} more."]
    return lines


def run_problems(tree: Mapping[str, Any]) -> list[str]:
    """One line if the experiments of a tree that fits its schema have too many runs, each counted as it is named."""
    runs = {name: _run_count(settings, tree["replicates"]) for name, settings in tree["experiments"].items()}
    if sum(runs.values()) <= MOST_RUNS:
        return []
    largest = max(runs, key=lambda name: runs[name])
    return [
        f"experiments: expected at most {MOST_RUNS:,} runs, found {sum(runs.values()):,}, "
        f"{runs[largest]:,} of them in '{largest}'."
    ]


def _run_count(settings: Mapping[str, Any], replicates: int) -> int:
    axes = [axis for kind in ("sweep", "grid") for axis in settings.get(kind, {}).values()]
    configurations = int(settings.get("count", 1)) * math.prod(map(len, axes))
    return configurations * int(settings.get("replicates", replicates))


def contradictions(tree: Mapping[str, Any], config: Config) -> list[str]:
    """One line per contradiction that a schema cannot express: references, kinds, sizes."""
    return list(_contradictions(tree, config))


def size_problems(config: Config, images: int) -> list[str]:
    """What does not fit `images` training images: an empty part of the split, or batches larger than the rest."""
    training, validation = config.split.sizes(images)
    if not (training and validation):
        return [f"split.validation_fraction: expected images in both parts, found {training:,} and {validation:,}."]
    problems = [
        f"experiments.{experiment.name}: batch_size: expected at most {training:,} (the training set), "
        f"found {configuration.batch_size:,}."
        for experiment in config.experiments.values()
        for configuration in experiment.configurations
        if configuration.batch_size > training
    ]
    if tests := config.randomisation:
        used = min(tests.images, training)
        if tests.batch_size > used:
            problems.append(
                f"randomisation.batch_size: expected at most {used:,} (the images of a test), "
                f"found {tests.batch_size:,}."
            )
    return list(dict.fromkeys(problems))


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = read_own(Path(__file__).with_name(name))
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


def _position(error: ValidationError) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _explain(error: ValidationError) -> str:
    """One line for one schema error."""
    where = ".".join(_one_line(str(part)) for part in error.absolute_path) or "the file"
    schema: Any = error.schema
    allowed: Any = error.validator_value
    found: Any = error.instance
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        unknown = sorted(str(key) for key in found if key not in known)
        expected = _alternatives([f"'{name}'" for name in known])
        return f"{where}: expected {expected}, found {_quoted(unknown)}.{_did_you_mean(unknown, known)}"
    if error.validator == "required":
        missing = [key for key in allowed if key not in found]
        return f"{where}: expected the keys {_quoted(missing)}, found {_quoted(map(str, found))}."
    if error.validator == "enum":
        known = [str(value) for value in allowed]
        return (
            f"{where}: expected {_alternatives(known)}, found {show(error.instance)}."
            f"{_did_you_mean([str(error.instance)], known)}"
        )
    if error.validator == "uniqueItems":
        return f"{where}: expected each value once, found {show(error.instance)}."
    found = f"found {show(error.instance)}.{_number_hint(error)}"
    return f"{where}: expected {schema.get('title', error.message)}, {found}"


def show(value: Any) -> str:
    """A wrong value as messages show it: on one line, and cut where it is long."""
    if isinstance(value, Quantity):
        return value.text
    return "an empty value" if value is None else _short(json.dumps(value, ensure_ascii=False))


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


def _quoted(names: Any) -> str:
    quoted = [f"'{_one_line(str(name))}'" for name in names]
    if len(quoted) > _MOST_NAMES:
        quoted[_MOST_NAMES:] = [f"{len(quoted) - _MOST_NAMES:,} more"]
    return ", ".join(quoted) or "nothing"


def _one_line(text: str) -> str:
    return _short(json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"'))


def _short(text: str) -> str:
    escaped = shown(text[: _LONGEST + 1])
    return escaped if len(escaped) <= _LONGEST else escaped[:_LONGEST] + "..."


def _alternatives(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _did_you_mean(found: list[str], known: list[str]) -> str:
    names = [name for name in found[:_MOST_NAMES] if len(name) <= _LONGEST]
    guesses = [match for name in names for match in difflib.get_close_matches(name, known, n=1)]
    return f" Hint: did you mean {_quoted(dict.fromkeys(guesses))}?" if guesses else ""


def _contradictions(tree: Mapping[str, Any], config: Config) -> Iterator[str]:
    for name, settings in tree["experiments"].items():
        yield from (f"experiments.{name}{problem}" for problem in _experiment_contradictions(settings, config))
    yield from _neuron_contradictions(config)
    yield from _table_contradictions(config)
    names = [file.name for file in config.data.files.values()]
    if len(set(names)) < len(names):
        yield f"data.files: expected four different names, found {_quoted(names)}."
    if config.data.mirrors:
        for role, file in config.data.files.items():
            if file.gzip is None:
                yield f"data.files.{role}: expected gzip (size, sha256) because data.mirrors is not empty, found none."
    images = SAMPLE_TRAINING_IMAGES if config.source == "sample" else config.data.training_images
    yield from size_problems(config, images)


def _experiment_contradictions(settings: Mapping[str, Any], config: Config) -> Iterator[str]:
    kinds = [kind for kind in KINDS if kind in settings]
    if len(kinds) != 1:
        yield f": expected exactly one of {_alternatives(list(KINDS))}, found {_quoted(kinds)}."
        return
    (kind,) = kinds
    if kind == "sweep" and len(settings["sweep"]) != 1:
        yield f".sweep: expected one parameter, found {_quoted(settings['sweep'])}. Hint: use grid for combinations."
    if twice := sorted(set(settings.get("fixed", {})) & set(settings[kind] if kind != "best_of" else ())):
        yield f".fixed: expected parameters that {kind} does not set, found {_quoted(twice)}."
    if kind == "best_of":
        if extra := [key for key in ("fixed", "epochs") if key in settings]:
            other = _quoted([settings["best_of"]])
            yield f": expected best_of to take its parameters from {other}, found {_quoted(extra)}."
        choices = [e.name for e in config.experiments.values() if e.kind in ("sweep", "grid")]
        yield from _reference(".best_of", settings["best_of"], choices, "a sweep or grid experiment")
        if settings["best_of"] in choices:
            available, count = (
                len(config.experiments[settings["best_of"]].configurations),
                int(settings.get("count", 1)),
            )
            if count > available:
                yield (
                    f".count: expected at most {available:,} (the configurations of '{settings['best_of']}'), "
                    f"found {count:,}."
                )
            elif count > MOST_COLUMNS:
                yield f".count: expected at most {MOST_COLUMNS}, found {count:,}."
    elif "count" in settings:
        yield f".count: expected only beside best_of, found it beside {kind}."


def _neuron_contradictions(config: Config) -> Iterator[str]:
    """Section 1 computes with neurons exactly, and prints every digit."""
    for function, neuron in config.neurons.items():
        for number in (*neuron.weights, neuron.bias):
            if power_of_e(written(number)) or float(number) != round(float(number), PLACES):
                yield (
                    f"neurons.{function}: expected numbers with at most {PLACES} decimal places and no power of e, "
                    f"found {written(number)}."
                )


def _table_contradictions(config: Config) -> Iterator[str]:
    tables, experiments = config.tables, config.experiments.values()
    for name, table, parameter in (
        ("learning_rates", tables.learning_rates, "learning_rate"),
        ("regularization", tables.regularization, "reg"),
    ):
        if table is None:
            continue
        choices = [e.name for e in experiments if e.kind == "sweep" and e.varied == (parameter,)]
        expected = f"an experiment that sweeps {parameter}"
        problems = list(_reference(f"tables.{name}.experiment", table.experiment, choices, expected))
        yield from problems
        if not problems and (values := len(config.experiments[table.experiment].configurations)) > MOST_COLUMNS:
            yield (
                f"tables.{name}.experiment: expected a sweep over at most {MOST_COLUMNS} values, found {values:,} in "
                f"'{table.experiment}'. Hint: without a table it gets a section of its own, where there may be more."
            )
        if table.critical is not None:
            others = [choice for choice in choices if choice != table.experiment]
            yield from _reference(f"tables.{name}.critical", table.critical, others, "another such experiment")
        if table.rate_of_change and not problems:
            yield from _pair_contradictions(table.rate_of_change, config.experiments[table.experiment])
    for name in tables.evidence:
        yield from _reference("tables.evidence", name, list(config.experiments), "an experiment")
    if tables.tuning:
        best = [e.name for e in experiments if e.kind == "best_of" and _is_grid(config, e.best_of)]
        single = [e.name for e in experiments if e.kind == "single"]
        yield from _reference("tables.tuning.best", tables.tuning.best, best, "a best_of experiment over a grid")
        if tables.tuning.best in best and (count := config.experiments[tables.tuning.best].count) > 1:
            yield f"tables.tuning.best: expected one configuration, found '{tables.tuning.best}' with count {count:,}."
        yield from _reference("tables.tuning.default", tables.tuning.default, single, "a single experiment")
        if tables.tuning.default in tables.tuning.others:
            yield f"tables.tuning.others: expected experiments other than the default, found '{tables.tuning.default}'."
        for name in tables.tuning.others:
            yield from _reference("tables.tuning.others", name, single, "a single experiment")


def _is_grid(config: Config, name: str | None) -> bool:
    return name is not None and name in config.experiments and config.experiments[name].kind == "grid"


def _pair_contradictions(change: RateOfChange, experiment: Experiment) -> Iterator[str]:
    rates = experiment.values("learning_rate")
    for number, pair in enumerate(change.pairs):
        where = f"tables.learning_rates.rate_of_change.pairs.{number}"
        known = ", ".join(map(written, rates))
        yield from (
            f"{where}: expected a learning rate of '{experiment.name}' ({known}), found {written(rate)}."
            for rate in pair
            if rate not in rates
        )
        if pair[0] == pair[1]:
            yield f"{where}: expected two different learning rates, found {written(pair[0])} twice."


def _reference(where: str, name: str, choices: list[str], expected: str) -> Iterator[str]:
    if name not in choices:
        hint = _did_you_mean([name], choices)
        yield f"{where}: expected {expected} ({_quoted(choices)}), found {_quoted([name])}.{hint}"
