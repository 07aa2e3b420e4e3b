"""config.yaml, read, checked and turned into experiments: what is to be trained and what is to be shown.

Imports nothing heavy: the Snakefile loads it while it is parsed.
"""

import itertools
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipeline.config import checks
from pipeline.config.checks import axes
from pipeline.config.quantity import Quantity, plain, read_numbers
from pipeline.config.schema import bounded
from pipeline.config.settings import (
    KINDS,
    Config,
    Configuration,
    DataFile,
    DataSet,
    Experiment,
    ExperimentKind,
    GzipFile,
    Network,
    Neuron,
    Randomisation,
    RateOfChange,
    ShownTables,
    Split,
    SweepTable,
    TitleBlock,
    TuningTable,
)
from pipeline.errors import InputError
from pipeline.files.typed_json import decode
from pipeline.files.yamlfile import read_yaml

# The steps before the report do not see it.
TITLE_BLOCK = tuple(field.name for field in fields(TitleBlock))


def load(path: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check a configuration file, with `overrides` laid over it (mappings merge).

    Raises InputError with one line per problem: file, key path, expected, found, hint.
    """
    return parse(read_tree(path, overrides or {}), str(path))


def read_tree(path: Path, overrides: Mapping[str, Any]) -> Any:
    """The unchecked configuration: the file with `overrides` laid over it, numbers as JSON holds them.

    One with an exponent, 1e-3 or e^-1, is kept as it is written.
    """
    return read_numbers(merge(read_yaml(path), overrides), plain)


def resolved(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a configuration tree that results depend on: all but the title block."""
    return {key: value for key, value in tree.items() if key not in TITLE_BLOCK}


def read_resolved(path: Path) -> Config:
    """The Config of a file that holds a resolved tree as JSON; its title block is empty."""
    return parse(read_resolved_tree(path), str(path))


def read_resolved_tree(path: Path) -> dict[str, Any]:
    """The unchecked configuration of a file that holds a resolved tree as JSON; its title block is empty."""
    try:
        tree = decode(path.read_text(encoding="utf-8"), dict[str, Any])
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path}: expected the configuration of a build, found: {error}. Hint: `rm -f {path}` and build again."
        ) from error
    return tree | dict.fromkeys(TITLE_BLOCK, "-")


def parse(tree: Any, origin: str) -> Config:
    """Check a configuration tree and build the Config; `origin` names the file in error messages.

    The tree holds what JSON does. Raises InputError with one line per problem.
    """
    problems, rest, unknown = checks.refused(read_numbers(tree, Quantity))
    config = _build(rest)
    if found := bounded(itertools.chain(problems, checks.contradictions(rest, config, unknown))):
        raise InputError(*(f"{origin}: {problem}" for problem in found))
    return config


def merge(base: Any, overrides: Mapping[str, Any]) -> Any:
    """`base` with `overrides` laid over it; mappings merge, everything else is replaced."""
    if not isinstance(base, Mapping):
        return base
    merged = dict(base)
    for key, value in overrides.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _build(tree: Mapping[str, Any]) -> Config:
    data = tree["data"]
    return Config(
        title=tree["title"],
        subtitle=tree.get("subtitle") or "",
        author=tree.get("author") or "",
        writeup=tree.get("writeup", "true") == "true",
        source=tree["source"],
        engine=tree.get("engine", "numpy"),
        data=DataSet(
            name=data["name"],
            **{key: int(data[key]) for key in ("training_images", "testing_images", "classes")},
            mirrors=tuple(data["mirrors"]),
            files={role: _data_file(file) for role, file in data["files"].items()},
        ),
        split=_split(tree["split"]),
        network=Network(float(tree["network"]["initial_scale"]), int(tree["network"]["initial_seed"])),
        defaults=Configuration.of(_defaults(tree) | {"epochs": tree["epochs"]}),
        replicates=int(tree["replicates"]),
        neurons={function: _neuron(neuron) for function, neuron in tree["neurons"].items()},
        experiments={name: _experiment(name, settings, tree) for name, settings in tree["experiments"].items()},
        tables=_tables(tree["tables"]),
        randomisation=_randomisation(tree.get("randomisation"), tree["replicates"]),
    )


def _neuron(neuron: Mapping[str, Any]) -> Neuron:
    first, second = neuron["weights"]
    return Neuron((first, second), neuron["bias"])


def _split(split: Mapping[str, Any]) -> Split:
    return Split(float(split["validation_fraction"]), None if split["seed"] is None else int(split["seed"]))


def _data_file(file: Mapping[str, Any]) -> DataFile:
    packed = file.get("gzip")
    return DataFile(file["name"], file["sha256"], GzipFile(int(packed["size"]), packed["sha256"]) if packed else None)


def _experiment(name: str, settings: Mapping[str, Any], tree: Mapping[str, Any]) -> Experiment:
    kind: ExperimentKind = next((kind for kind in KINDS if kind in settings), "single")
    own = axes(settings)
    single = settings.get("single", {})
    common = _defaults(tree) | settings.get("fixed", {}) | single | {"epochs": settings.get("epochs", tree["epochs"])}
    combinations = [] if kind == "best_of" else itertools.product(*own.values())
    points = ({**common, **dict(zip(own, values, strict=True))} for values in combinations)
    varied = axes(tree["experiments"].get(settings["best_of"], {})) if kind == "best_of" else own
    return Experiment(
        name=name,
        kind=kind,
        varied=tuple(varied),
        configurations=tuple(map(Configuration.of, points)),
        replicates=int(settings.get("replicates", tree["replicates"])),
        best_of=settings.get("best_of"),
        count=int(settings.get("count", 1)),
    )


def _defaults(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {**tree["defaults"], "hidden": tree["network"]["hidden"]}


def _tables(tables: Mapping[str, Any]) -> ShownTables:
    def sweep(settings: Mapping[str, Any] | None) -> SweepTable | None:
        if settings is None:
            return None
        change = settings.get("rate_of_change")
        rate = RateOfChange(change["metric"], tuple((a, b) for a, b in change["pairs"])) if change else None
        return SweepTable(settings["experiment"], tuple(settings["metrics"]), rate, settings.get("critical"))

    return ShownTables(
        learning_rates=sweep(tables.get("learning_rates")),
        regularization=sweep(tables.get("regularization")),
        tuning=_tuning(tables.get("tuning")),
        evidence=tuple(tables.get("evidence", ())),
    )


def _randomisation(settings: Mapping[str, Any] | None, replicates: float) -> Randomisation | None:
    if settings is None:
        return None
    settings = {"replicates": replicates, **settings}
    counts = {name: int(settings[name]) for name in ("images", "batch_size", "epochs", "seed", "replicates")}
    numbers = {name: settings[name] for name in ("learning_rate", "reg", "initial_scale")}
    return Randomisation(**counts, **numbers, corruption=tuple(settings["corruption"]))


def _tuning(settings: Mapping[str, Any] | None) -> TuningTable | None:
    if settings is None:
        return None
    return TuningTable(
        best=settings["best"],
        default=settings["default"],
        others=tuple(settings.get("others", ())),
        metrics=tuple(settings["metrics"]),
    )
