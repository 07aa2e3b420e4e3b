"""What can be wrong with a configuration: what its schema says, and the contradictions that a schema cannot express.

All of it is told at once. So that no problem follows from another one, parts that the schema refuses are replaced by
stand-ins that contradict nothing, and what refers to an experiment of which nothing is known is not judged.
"""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.config import schema
from pipeline.config.quantity import power_of_e, written
from pipeline.config.schema import alternatives, did_you_mean, quoted
from pipeline.config.settings import (
    KINDS,
    SAMPLE_TRAINING_IMAGES,
    Config,
    Experiment,
    RateOfChange,
    SweepTable,
    TuningTable,
)

SCHEMA = Path(__file__).with_name("config.schema.yaml")
PLACES = 6  # of the numbers of a neuron
MOST_RUNS = 100_000  # far beyond what anyone can train, and what Snakemake can plan
MOST_COLUMNS = 30  # of a table, and configurations with a figure each

UNKNOWN = ""  # the name of what nobody knows
_NEURON = {"weights": [0, 0], "bias": 0}
_ROLES = ("training_images", "training_labels", "testing_images", "testing_labels")
# What a part is replaced by that the schema refuses. Sizes of 0 are those that nobody knows.
_STAND_IN: Mapping[str, Any] = {
    "title": UNKNOWN,
    "subtitle": UNKNOWN,
    "author": UNKNOWN,
    "source": UNKNOWN,
    "replicates": 1,
    "epochs": 1,
    "data": {
        "name": UNKNOWN,
        "training_images": 0,
        "testing_images": 0,
        "classes": 0,
        "mirrors": [],
        "files": {role: {"name": f"<{role}>", "sha256": "", "gzip": {"size": 0, "sha256": ""}} for role in _ROLES},
    },
    "split": {"validation_fraction": 0, "seed": None},
    "network": {"hidden": 1, "initial_scale": 0, "initial_seed": 0},
    "defaults": {"learning_rate": 1, "reg": 0, "batch_size": 1},
    "neurons": {"and": _NEURON, "or": _NEURON},
    "randomisation": {
        "images": 10**9,
        "learning_rate": 1,
        "reg": 0,
        "batch_size": 1,
        "initial_scale": 0,
        "epochs": 1,
        "seed": 0,
        "corruption": [],
    },
    "experiments": {},
    "tables": {
        "learning_rates": {"experiment": UNKNOWN, "metrics": []},
        "regularization": {"experiment": UNKNOWN, "metrics": []},
        "tuning": {"best": UNKNOWN, "default": UNKNOWN, "metrics": []},
    },
}


def refused(tree: Any) -> tuple[list[str], dict[str, Any], Collection[str]]:
    """(A line for each thing that a configuration cannot be built with, the rest of it, the experiments that lacks).

    Those things are what the schema refuses, and more runs than MOST_RUNS, each counted as it is named; without the
    largest experiments the rest has fewer. UNKNOWN is among the names of those left out.
    """
    problems, rest = schema.check(tree, SCHEMA, _STAND_IN)
    experiments = rest["experiments"]
    runs = {name: _run_count(settings, rest["replicates"]) for name, settings in experiments.items()}
    by_size = sorted(runs, key=lambda name: runs[name])
    if sum(runs.values()) > MOST_RUNS:
        problems.append(
            f"experiments: expected at most {MOST_RUNS:,} runs, found {sum(runs.values()):,}, "
            f"{runs[by_size[-1]]:,} of them in '{by_size[-1]}'."
        )
    totals = itertools.accumulate(runs[name] for name in by_size)
    fitting = {name for name, total in zip(by_size, totals, strict=True) if total <= MOST_RUNS}
    rest = rest | {"experiments": {name: experiments[name] for name in experiments if name in fitting}}
    if not fitting:  # nor is it known which experiments there are
        rest["tables"] = {}
    named = tree.get("experiments") if isinstance(tree, Mapping) else None
    return problems, rest, {UNKNOWN, *(named if isinstance(named, Mapping) else ())} - fitting


def axes(settings: Mapping[str, Any]) -> Mapping[str, list[float]]:
    """The parameters that a sweep or a grid varies with their values; none of another kind."""
    varied: Mapping[str, list[float]] = settings.get("sweep") or settings.get("grid") or {}
    return varied


def contradictions(tree: Mapping[str, Any], config: Config, unknown: Collection[str]) -> Iterator[str]:
    """One line per contradiction that a schema cannot express: references, kinds, sizes.

    `tree` is what `config` was built from. References to the experiments `unknown`, which it was built without, are not
    judged.
    """
    unknown = {*unknown, *_undecided(tree["experiments"])}
    choices = [e.name for e in config.experiments.values() if e.kind in ("sweep", "grid") and e.name not in unknown]
    for name, settings in tree["experiments"].items():
        problems = _experiment_contradictions(settings, config, choices, unknown)
        yield from (f"experiments.{name}{problem}" for problem in problems)
    yield from _neuron_contradictions(config)
    best = {e.name for e in config.experiments.values() if e.best_of and e.best_of not in choices}
    yield from _table_contradictions(config, unknown | best)
    names = [file.name for file in config.data.files.values()]
    if len(set(names)) < len(names):
        yield f"data.files: expected four different names, found {quoted(names)}."
    if config.data.mirrors:
        for role, file in config.data.files.items():
            if file.gzip is None:
                yield f"data.files.{role}: expected gzip (size, sha256) because data.mirrors is not empty, found none."
    images = {UNKNOWN: 0, "sample": SAMPLE_TRAINING_IMAGES}.get(config.source, config.data.training_images)
    if images and config.split.validation_fraction:
        yield from size_problems(config, images)


def size_problems(config: Config, images: int) -> list[str]:
    """What does not fit `images` training images: an empty part of the split, or batches larger than the rest."""
    training, validation = config.split.sizes(images)
    if not (training and validation):
        return [f"split.validation_fraction: expected images in both parts, found {training:,} and {validation:,}."]
    problems = [
        f"{_owner(config, experiment, size)}batch_size: expected at most {training:,} (the training set), "
        f"found {size:,}."
        for experiment in config.experiments.values()
        for size in experiment.values("batch_size")
        if size > training
    ]
    if tests := config.randomisation:
        used = min(tests.images, training)
        if tests.batch_size > used:
            problems.append(
                f"randomisation.batch_size: expected at most {used:,} (the images of a test), "
                f"found {tests.batch_size:,}."
            )
    return list(dict.fromkeys(problems))


def _run_count(settings: Mapping[str, Any], replicates: int) -> int:
    configurations = int(settings.get("count", 1)) * math.prod(map(len, axes(settings).values()))
    return configurations * int(settings.get("replicates", replicates))


def _owner(config: Config, experiment: Experiment, batch_size: float) -> str:
    """Where the batch size of an experiment is said: among the defaults, if it is theirs."""
    return "defaults." if batch_size == config.defaults.batch_size else f"experiments.{experiment.name}: "


def _kinds(settings: Mapping[str, Any]) -> list[str]:
    return [kind for kind in KINDS if kind in settings]


def _undecided(experiments: Mapping[str, Any]) -> Iterator[str]:
    """The experiments that a mistake of their own leaves open what they are, or what they vary."""
    for name, settings in experiments.items():
        if len(_kinds(settings)) != 1 or len(settings.get("sweep", ["one"])) != 1:
            yield name


def _experiment_contradictions(
    settings: Mapping[str, Any], config: Config, choices: list[str], unknown: Collection[str]
) -> Iterator[str]:
    """`choices` are the experiments that a best_of experiment may refer to."""
    kinds = _kinds(settings)
    if len(kinds) != 1:
        yield f": expected exactly one of {alternatives(KINDS)}, found {quoted(kinds)}."
        return
    (kind,) = kinds
    if kind == "sweep" and len(settings["sweep"]) != 1:
        yield f".sweep: expected one parameter, found {quoted(settings['sweep'])}. Hint: use grid for combinations."
    if twice := sorted(set(settings.get("fixed", {})) & set(settings[kind] if kind != "best_of" else ())):
        yield f".fixed: expected parameters that {kind} does not set, found {quoted(twice)}."
    if kind == "best_of":
        name = settings["best_of"]
        if extra := [key for key in ("fixed", "epochs") if key in settings]:
            yield f": expected best_of to take its parameters from {quoted([name])}, found {quoted(extra)}."
        yield from _reference(".best_of", name, choices, "a sweep or grid experiment", unknown)
        if name in choices:
            available, count = len(config.experiments[name].configurations), int(settings.get("count", 1))
            if count > available:
                yield f".count: expected at most {available:,} (the configurations of '{name}'), found {count:,}."
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


def _table_contradictions(config: Config, unknown: Collection[str]) -> Iterator[str]:
    tables, experiments = config.tables, [e for e in config.experiments.values() if e.name not in unknown]
    for name, table, parameter in (
        ("learning_rates", tables.learning_rates, "learning_rate"),
        ("regularization", tables.regularization, "reg"),
    ):
        if table is None:
            continue
        choices = [e.name for e in experiments if e.kind == "sweep" and e.varied == (parameter,)]
        expected = f"an experiment that sweeps {parameter}"
        yield from _reference(f"tables.{name}.experiment", table.experiment, choices, expected, unknown)
        if table.experiment in choices:
            yield from _sweep_contradictions(name, table, config.experiments[table.experiment])
        if table.critical is not None:
            others = [choice for choice in choices if choice != table.experiment]
            yield from _reference(f"tables.{name}.critical", table.critical, others, "another such experiment", unknown)
    for name in tables.evidence:
        yield from _reference("tables.evidence", name, [e.name for e in experiments], "an experiment", unknown)
    if tables.tuning:
        yield from _tuning_contradictions(tables.tuning, config, experiments, unknown)


def _sweep_contradictions(name: str, table: SweepTable, experiment: Experiment) -> Iterator[str]:
    if (values := len(experiment.configurations)) > MOST_COLUMNS:
        yield (
            f"tables.{name}.experiment: expected a sweep over at most {MOST_COLUMNS} values, found {values:,} in "
            f"'{table.experiment}'. Hint: without a table it gets a section of its own, where there may be more."
        )
    if table.rate_of_change:
        yield from _pair_contradictions(table.rate_of_change, experiment)


def _tuning_contradictions(
    tuning: TuningTable, config: Config, experiments: list[Experiment], unknown: Collection[str]
) -> Iterator[str]:
    best = [e.name for e in experiments if e.best_of and config.experiments[e.best_of].kind == "grid"]
    single = [e.name for e in experiments if e.kind == "single"]
    yield from _reference("tables.tuning.best", tuning.best, best, "a best_of experiment over a grid", unknown)
    if tuning.best in best and (count := config.experiments[tuning.best].count) > 1:
        yield f"tables.tuning.best: expected one configuration, found '{tuning.best}' with count {count:,}."
    yield from _reference("tables.tuning.default", tuning.default, single, "a single experiment", unknown)
    if tuning.default in tuning.others:
        yield f"tables.tuning.others: expected experiments other than the default, found '{tuning.default}'."
    for name in tuning.others:
        yield from _reference("tables.tuning.others", name, single, "a single experiment", unknown)


def _pair_contradictions(change: RateOfChange, experiment: Experiment) -> Iterator[str]:
    rates = experiment.values("learning_rate")
    for number, pair in enumerate(change.pairs):
        where = f"tables.learning_rates.rate_of_change.pairs.{number}"
        known = ", ".join(map(written, rates))
        yield from (
            f"{where}: expected a learning rate of '{experiment.name}' ({known}), found {written(rate)}."
            for rate in dict.fromkeys(pair)
            if rate not in rates
        )
        if pair[0] == pair[1]:
            yield f"{where}: expected two different learning rates, found {written(pair[0])} twice."


def _reference(where: str, name: str, choices: list[str], expected: str, unknown: Collection[str]) -> Iterator[str]:
    if name not in choices and name not in unknown:
        hint = did_you_mean([name], [*choices, *sorted(unknown)])
        yield f"{where}: expected {expected} ({quoted(choices)}), found {quoted([name])}.{hint}"
