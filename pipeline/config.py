"""config.yaml, read, checked and turned into experiments: what is to be trained and what is to be shown.

Imports nothing heavy: the Snakefile loads it while it is parsed.
"""

import difflib
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from pipeline.errors import InputError
from pipeline.quantity import Quantity, read_quantities, written

PARAMETERS = ("learning_rate", "reg", "batch_size", "hidden")
KINDS = ("sweep", "grid", "single", "best_of")
SAMPLE_TRAINING_IMAGES = 4000

Kind = Literal["sweep", "grid", "single", "best_of"]


@dataclass(frozen=True)
class GzipFile:
    """A compressed file as a mirror serves it: size in bytes and sha256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class DataFile:
    """One IDX file: its name without .gz and the sha256 of its unpacked bytes."""

    name: str
    sha256: str
    gzip: GzipFile | None = None


@dataclass(frozen=True)
class DataSet:
    """A data set of four IDX files: image counts, number of classes, where it can be had."""

    name: str
    training_images: int
    testing_images: int
    classes: int
    mirrors: tuple[str, ...]
    files: Mapping[str, DataFile]


@dataclass(frozen=True)
class Split:
    """The share of the training images held out for validation, and the seed that picks them."""

    validation_fraction: float
    seed: int | None

    def sizes(self, images: int) -> tuple[int, int]:
        """(training, validation) sizes of a split of `images` images; 60,000 gives 48,000 and 12,000."""
        validation = round(images * self.validation_fraction)
        return images - validation, validation


@dataclass(frozen=True)
class Network:
    """The network's initial state: weights are initial_scale × standard normal, seeded."""

    initial_scale: float
    initial_seed: int


@dataclass(frozen=True)
class Configuration:
    """One point of an experiment: everything of a run but its shuffle seed."""

    learning_rate: float
    reg: float
    batch_size: int
    hidden: int
    epochs: int

    def value(self, parameter: str) -> float:
        """The value of one of PARAMETERS."""
        value: float = getattr(self, parameter)
        return value


@dataclass(frozen=True)
class Experiment:
    """Configurations compared with each other, each trained with shuffle seeds 1 to `replicates`.

    `varied` names the parameters that differ. A best_of experiment has no configurations until
    the experiment it refers to is trained.
    """

    name: str
    kind: Kind
    varied: tuple[str, ...]
    configurations: tuple[Configuration, ...]
    replicates: int
    best_of: str | None = None

    @property
    def seeds(self) -> range:
        """The shuffle seeds of each configuration."""
        return range(1, self.replicates + 1)

    def values(self, parameter: str) -> tuple[float, ...]:
        """The distinct values of one parameter, in the order of the configuration file."""
        return tuple(dict.fromkeys(c.value(parameter) for c in self.configurations))


@dataclass(frozen=True)
class RateOfChange:
    """Table 5: the metric's difference over the learning rate's, for each pair of rates."""

    metric: str
    pairs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SweepTable:
    """A table of a sweep: one column per value, one row per metric."""

    experiment: str
    metrics: tuple[str, ...]
    rate_of_change: RateOfChange | None = None


@dataclass(frozen=True)
class TuningTable:
    """Tables 7 and 8: the best configuration of a grid against a default one."""

    best: str
    default: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Tables:
    """What section 3 shows; None leaves the subsection out."""

    learning_rates: SweepTable | None
    regularisation: SweepTable | None
    tuning: TuningTable | None


@dataclass(frozen=True)
class Config:
    """The whole configuration, checked."""

    title: str
    author: str
    source: Literal["auto", "mnist", "sample"]
    data: DataSet
    split: Split
    network: Network
    experiments: Mapping[str, Experiment]
    tables: Tables


def load(path: Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read and check a configuration file, with `overrides` laid over it (mappings merge).

    Raises InputError with one line per problem: file, key path, expected, found, hint.
    """
    return parse(merge(read_yaml(path), overrides or {}), str(path))


def parse(tree: Any, origin: str) -> Config:
    """Check a configuration tree and build the Config; `origin` names the file in error messages."""
    plain = ("title", "author", "data")
    if isinstance(tree, Mapping):
        tree = {key: value if key in plain else read_quantities(value) for key, value in tree.items()}
    problems = [_explain(error) for error in sorted(_validator().iter_errors(tree), key=_position)]
    if not problems:
        config = _build(tree)
        problems = list(_contradictions(tree, config))
    if problems:
        raise InputError(*(f"{origin}: {problem}" for problem in problems))
    return config


def read_yaml(path: Path) -> Any:
    """Read one YAML document; a key given twice is an error. Raises InputError."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except OSError as error:
        raise InputError(f"{path}: expected a readable file, found: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, found byte {error.object[error.start]:#x}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InputError(f"{path}{where}: expected YAML, found: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InputError(f"{path}: expected YAML, found: {str(error).splitlines()[0]}.") from error


def merge(base: Any, overrides: Mapping[str, Any]) -> Any:
    """`base` with `overrides` laid over it; mappings merge, everything else is replaced."""
    if not isinstance(base, Mapping):
        return base
    merged = dict(base)
    for key, value in overrides.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def training_images(config: Config, images: int) -> int:
    """How many of the data set's `images` images are trained on. Raises InputError if a batch needs more."""
    size, _ = config.split.sizes(images)
    problems = [
        f"experiments.{experiment.name}: batch_size: expected at most {size:,} (the training set), "
        f"found {configuration.batch_size:,}."
        for experiment in config.experiments.values()
        for configuration in experiment.configurations
        if configuration.batch_size > size
    ]
    if problems:
        raise InputError(*dict.fromkeys(problems))
    return size


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which would silently keep the last of two equal keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[Any, int] = {}
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            line = key_node.start_mark.line + 1
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value!r} a second time (first in line {seen[key_node.value]})",
                    problem_mark=key_node.start_mark,
                )
            seen[key_node.value] = line
        return super().construct_mapping(node, deep)


def _validator() -> Draft202012Validator:
    schema = yaml.safe_load(Path(__file__).with_name("config.schema.yaml").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _position(error: ValidationError) -> tuple[str, ...]:
    return tuple(str(part) for part in error.absolute_path)


def _explain(error: ValidationError) -> str:
    """One line for one schema error."""
    where = ".".join(str(part) for part in error.absolute_path) or "the file"
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        unknown = sorted(str(key) for key in error.instance if key not in known)
        return f"{where}: expected {_alternatives(known)}, found {_quoted(unknown)}.{_did_you_mean(unknown, known)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{where}: expected the keys {_quoted(missing)}, found {_quoted(map(str, error.instance))}."
    if error.validator == "enum":
        known = [str(value) for value in error.validator_value]
        return (
            f"{where}: expected {_alternatives(known)}, found {_show(error.instance)}."
            f"{_did_you_mean([str(error.instance)], known)}"
        )
    if error.validator == "uniqueItems":
        return f"{where}: expected each value once, found {_show(error.instance)}."
    return f"{where}: expected {schema.get('title', error.message)}, found {_show(error.instance)}."


def _show(value: Any) -> str:
    if isinstance(value, Quantity):
        return value.text
    text = "an empty value" if value is None else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def _quoted(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names) or "nothing"


def _alternatives(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _did_you_mean(found: list[str], known: list[str]) -> str:
    guesses = [match for name in found for match in difflib.get_close_matches(name, known, n=1)]
    return f" Hint: did you mean {_quoted(dict.fromkeys(guesses))}?" if guesses else ""


def _build(tree: Mapping[str, Any]) -> Config:
    data = tree["data"]
    return Config(
        title=tree["title"],
        author=tree["author"],
        source=tree["source"],
        data=DataSet(
            **{key: data[key] for key in ("name", "training_images", "testing_images", "classes")},
            mirrors=tuple(data["mirrors"]),
            files={role: _data_file(file) for role, file in data["files"].items()},
        ),
        split=Split(**tree["split"]),
        network=Network(tree["network"]["initial_scale"], tree["network"]["initial_seed"]),
        experiments={name: _experiment(name, settings, tree) for name, settings in tree["experiments"].items()},
        tables=_tables(tree["tables"]),
    )


def _data_file(file: Mapping[str, Any]) -> DataFile:
    return DataFile(file["name"], file["sha256"], GzipFile(**file["gzip"]) if "gzip" in file else None)


def _experiment(name: str, settings: Mapping[str, Any], tree: Mapping[str, Any]) -> Experiment:
    kind: Kind = next((kind for kind in KINDS if kind in settings), "single")  # type: ignore[assignment]  # KINDS are Kind's values
    axes: Mapping[str, list[float]] = settings[kind] if kind in ("sweep", "grid") else {}
    single = settings.get("single", {})
    common = tree["defaults"] | {"hidden": tree["network"]["hidden"]} | settings.get("fixed", {}) | single
    epochs = settings.get("epochs", tree["epochs"])
    combinations = [] if kind == "best_of" else itertools.product(*axes.values())
    return Experiment(
        name=name,
        kind=kind,
        varied=tuple(axes),
        configurations=tuple(
            Configuration(**common | dict(zip(axes, values, strict=True)), epochs=epochs) for values in combinations
        ),
        replicates=settings.get("replicates", tree["replicates"]),
        best_of=settings.get("best_of"),
    )


def _tables(tables: Mapping[str, Any]) -> Tables:
    def sweep(settings: Mapping[str, Any] | None) -> SweepTable | None:
        if settings is None:
            return None
        change = settings.get("rate_of_change")
        rate = RateOfChange(change["metric"], tuple((a, b) for a, b in change["pairs"])) if change else None
        return SweepTable(settings["experiment"], tuple(settings["metrics"]), rate)

    tuning = tables.get("tuning")
    return Tables(
        learning_rates=sweep(tables.get("learning_rates")),
        regularisation=sweep(tables.get("regularisation")),
        tuning=TuningTable(tuning["best"], tuning["default"], tuple(tuning["metrics"])) if tuning else None,
    )


def _contradictions(tree: Mapping[str, Any], config: Config) -> Iterator[str]:
    """What a schema cannot say: references, kinds, sizes."""
    for name, settings in tree["experiments"].items():
        yield from (f"experiments.{name}{problem}" for problem in _experiment_contradictions(settings, config))
    yield from _table_contradictions(config)
    names = [file.name for file in config.data.files.values()]
    if len(set(names)) < len(names):
        yield f"data.files: expected four different names, found {_quoted(names)}."
    if config.data.mirrors:
        for role, file in config.data.files.items():
            if file.gzip is None:
                yield f"data.files.{role}: expected gzip (size, sha256) because data.mirrors is not empty, found none."
    images = SAMPLE_TRAINING_IMAGES if config.source == "sample" else config.data.training_images
    training, validation = config.split.sizes(images)
    if not (training and validation):
        yield f"split.validation_fraction: expected images in both parts, found {training:,} and {validation:,}."
        return
    try:
        training_images(config, images)
    except InputError as error:
        yield from error.problems


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
            yield f": expected best_of to take its parameters from '{settings['best_of']}', found {_quoted(extra)}."
        choices = [e.name for e in config.experiments.values() if e.kind in ("sweep", "grid")]
        yield from _reference(".best_of", settings["best_of"], choices, "a sweep or grid experiment")


def _table_contradictions(config: Config) -> Iterator[str]:
    tables, experiments = config.tables, config.experiments.values()
    for name, table, parameter in (
        ("learning_rates", tables.learning_rates, "learning_rate"),
        ("regularisation", tables.regularisation, "reg"),
    ):
        if table is None:
            continue
        choices = [e.name for e in experiments if e.kind == "sweep" and e.varied == (parameter,)]
        expected = f"an experiment that sweeps {parameter}"
        problems = list(_reference(f"tables.{name}.experiment", table.experiment, choices, expected))
        yield from problems
        if table.rate_of_change and not problems:
            yield from _pair_contradictions(table.rate_of_change, config.experiments[table.experiment])
    if tables.tuning:
        best = [e.name for e in experiments if e.kind == "best_of" and _is_grid(config, e.best_of)]
        single = [e.name for e in experiments if e.kind == "single"]
        yield from _reference("tables.tuning.best", tables.tuning.best, best, "a best_of experiment over a grid")
        yield from _reference("tables.tuning.default", tables.tuning.default, single, "a single experiment")


def _is_grid(config: Config, name: str | None) -> bool:
    return name in config.experiments and config.experiments[name].kind == "grid"


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
        yield f"{where}: expected {expected} ({_quoted(choices)}), found '{name}'.{_did_you_mean([name], choices)}"
