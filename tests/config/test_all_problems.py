"""Files with several mistakes: every one is named at once, and nothing else is."""

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from configuration import CONFIG_YAML
from fuzz.limits import limits
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import load as config
from pipeline.errors import InputError
from pipeline.writeup import published

TREE: dict[str, Any] = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))
CONFIG = config.load(CONFIG_YAML)


@dataclass(frozen=True)
class Mistake:
    """How to make it, how its line begins, and the parts that must be sound otherwise for it to be one."""

    line: str
    parts: frozenset[str]
    make: Callable[[Any], None]


def setting(path: str, value: Any, expected: str, *parts: str, at: str = "") -> Mistake:
    """A mistake in one value, or one that is taken away (...); its line is about the value unless it says otherwise."""
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))

    def make(tree: Any) -> None:
        for name in parents:
            tree = tree[name]
        if value is ...:
            del tree[last]
        else:
            tree[last] = copy.deepcopy(value)

    return Mistake(f"{at or path}: expected {expected}", frozenset(parts or (path,)), make)


def chosen(mistakes: Sequence[Mistake], picks: Sequence[int]) -> list[Mistake]:
    """Mistakes that have nothing to do with each other."""
    found: list[Mistake] = []
    for pick in picks:
        if not any(touch(a, b) for each in found for a in each.parts for b in mistakes[pick].parts):
            found.append(mistakes[pick])
    return found


def touch(a: str, b: str) -> bool:
    """Whether two parts are the same, or one is in the other."""
    return all(x == y for x, y in zip(a.split("."), b.split("."), strict=False))


def expect(mistakes: Sequence[Mistake], read: Callable[[], object]) -> None:
    with pytest.raises(InputError) as caught:
        read()
    lines = [problem.partition(": ")[2] for problem in caught.value.problems]
    for mistake in mistakes:
        found = [line for line in lines if line.startswith(mistake.line)]
        assert len(found) == 1, (mistake.line, lines)
        lines.remove(found[0])
    assert lines == []


# --- config.yaml

E, T = "experiments", "tables"
RATES, PENALTIES = ["1", "e^-1", "e^-2", "0.5", "0.3"], ["1", "e^-1", "0.1", "0"]
WHOLE = "a whole number from 1 to"


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """A sound configuration with the experiments that the mistakes below are made in, and others."""
    rates = draw(st.lists(st.sampled_from(RATES), min_size=2, unique=True))
    reg = draw(st.lists(st.sampled_from(PENALTIES), min_size=1, unique=True))
    sizes = draw(st.lists(st.integers(1, 64), min_size=1, max_size=3, unique=True))
    other = st.one_of(
        st.just({"single": {"hidden": 5}, "fixed": {"reg": 0}}),
        st.just({"sweep": {"hidden": [3, "4"]}, "replicates": 2}),
        st.just({"best_of": "rates", "replicates": 1}),
        st.just({"best_of": "search"}),
        st.just({"grid": {"reg": reg, "hidden": [7]}, "epochs": "1e1"}),
    )
    others = draw(st.dictionaries(st.sampled_from(["one", "two", "three"]), other))
    experiments = {
        "rates": {"sweep": {"learning_rate": rates}},
        "more_rates": {"sweep": {"learning_rate": rates}},
        "penalties": {"sweep": {"reg": reg}},
        "search": {"grid": {"learning_rate": rates, "batch_size": sizes}},
        "best": {"best_of": "search"},
        "leaders": {"best_of": "search", "count": len(rates)},
        "base": {"single": {"learning_rate": "e^-1"}},
        "spare": {"single": {}},
    }
    tables = {
        "learning_rates": {
            "experiment": "rates",
            "metrics": ["training_accuracy"],
            "rate_of_change": {"metric": "testing_accuracy", "pairs": [rates[:2]]},
        },
        "regularization": {"experiment": "penalties", "metrics": ["testing_accuracy"]},
        "tuning": {"best": "best", "default": "base", "others": ["spare"], "metrics": ["testing_accuracy"]},
        "evidence": ["more_rates", "leaders", *others],
    }
    order = draw(st.permutations([*experiments.items(), *others.items()]))
    changes = {"replicates": draw(st.integers(1, 5)), "epochs": draw(st.sampled_from([3, "3", "1e2"]))}
    # without the lists that stand in several places
    made: dict[str, Any] = json.loads(json.dumps(TREE | changes | {"experiments": dict(order), "tables": tables}))
    return made


SIZES = ("split", "source", "data")  # what the number of training images depends on
IN_CONFIG = [
    # refused by the schema
    setting("title", None, "a text of one line, found an empty value."),
    setting("source", "smaple", 'auto, mnist or sample, found "smaple". Hint: '),
    setting("engine", "quick", "numpy or compiled"),
    setting("replicates", "010", f'{WHOLE} 10000, found "010". Hint: write 10'),
    setting("replicates", ..., "the keys 'replicates', found ", at="the file"),
    setting("epochs", "1:10", f'{WHOLE} 1000000000, found "1:10".'),
    setting("epochz", 3, "'title', ", at="the file"),
    setting("data.classes", 1, "a whole number from 2 to 256"),
    setting("data.training_images", "many", WHOLE),
    setting("data.mirrors", 5, "a list of at most 20 addresses"),
    setting("data.files.testing_labels.name", "../x", "a file name without folders"),
    setting("data.files.testing_images.gzip.size", 0, WHOLE),
    setting("data.files.training_images", ..., "the keys 'training_images', found ", at="data.files"),
    setting("split.validation_fraction", 1, "a number between 0 and 1"),
    setting("split.seed", "none", "a whole number of at least 0 or null"),
    setting("split", [], "a split"),
    setting("network.hidden", 0, WHOLE),
    setting("defaults.learning_rate", -1, "a number greater than 0, found -1."),
    setting("defaults.reg", ..., "the keys 'reg', found ", at="defaults"),
    setting("neurons.and.weights", [1], "a list of two numbers"),
    setting("neurons.and", 3, "a neuron"),
    setting("randomisation.epochs", 0, WHOLE),
    setting("randomisation", 3, "randomization tests"),
    setting(f"{E}.rates.sweep.learning_rate.1", "fast", "a number greater than 0", f"{E}.rates"),
    setting(f"{E}.search.grid.reg", [], "a list of one to", f"{E}.search"),
    setting(f"{E}.search", {"gird": {}}, "'sweep', 'grid'"),
    setting(f"{E}.best.best_of", None, "a text", f"{E}.best"),
    setting(f"{E}.base.single.hidden", 0, WHOLE, f"{E}.base"),
    setting(f"{E}.Bad", {"single": {}}, "a name of lower-case letters", at=E),
    setting(E, {}, "a list of one to 1000 named experiments, found {}.", E, T),
    setting(E, "none", "a list of one to 1000 named experiments", E, T),
    setting(f"{T}.tuning.metrics", ["accuracy"], "training_accuracy", at=f"{T}.tuning.metrics.0"),
    setting(f"{T}.tuning.others", "spare", "a list of at most 100"),
    setting(f"{T}.tuning.best", 5, "a text"),
    setting(f"{T}.regularization.experiment", ..., "the keys 'experiment', found ", at=f"{T}.regularization"),
    setting(f"{T}.learning_rates.rate_of_change.pairs.0", [1], "a pair"),
    setting(f"{T}.rates", {}, "'learning_rates', ", at=T),
    setting(T, 3, "the tables of section 3"),
    # refused by what a schema cannot say
    setting("neurons.or.bias", "e^-1", "numbers with at most 6 decimal places", at="neurons.or"),
    setting("data.files.training_labels.gzip", ..., "gzip", "data", at="data.files.training_labels"),
    setting(
        "data.files.testing_labels.name", "train-labels-idx1-ubyte", "four different names", "data", at="data.files"
    ),
    setting("defaults.batch_size", 50_000, "at most 48,000", "defaults", E, *SIZES),
    setting("randomisation.batch_size", 6_000, "at most 5,000", "randomisation", *SIZES),
    setting(f"{E}.spare.single.batch_size", 48_001, "at most", f"{E}.spare", *SIZES, at=f"{E}.spare: batch_size"),
    setting(f"{E}.base.fixed", {"learning_rate": 2}, "parameters that single does not set", f"{E}.base"),
    setting(f"{E}.base.count", 2, "only beside best_of", f"{E}.base"),
    setting(f"{E}.base.grid", {"reg": [1]}, "exactly one of", f"{E}.base", at=f"{E}.base"),
    setting(f"{E}.penalties.sweep.hidden", [1], "one parameter", f"{E}.penalties", at=f"{E}.penalties.sweep"),
    setting(f"{E}.penalties", {}, "exactly one of"),
    setting(f"{E}.best.best_of", "serch", "a sweep or grid experiment", f"{E}.best"),
    setting(f"{E}.best.epochs", 3, "best_of to take its parameters from 'search'", f"{E}.best", at=f"{E}.best"),
    setting(f"{E}.leaders.count", 900, "at most", f"{E}.leaders", f"{E}.search"),
    setting(
        f"{E}.huge", {"grid": {name: [*range(1, 400)] for name in ("reg", "hidden")}}, "at most 100,000 runs", at=E
    ),
    setting(f"{T}.learning_rates.experiment", "base", "an experiment that", f"{T}.learning_rates", f"{E}.base"),
    setting(
        f"{T}.learning_rates.rate_of_change.pairs.0.1",
        "0.9",
        "a learning rate of 'rates'",
        f"{T}.learning_rates",
        f"{E}.rates",
        at=f"{T}.learning_rates.rate_of_change.pairs.0",
    ),
    setting(f"{T}.regularization.critical", "nobody", "another such experiment"),
    setting(f"{T}.tuning.default", "search", "a single experiment", f"{T}.tuning.default", f"{E}.search"),
    setting(f"{T}.evidence", ["nobody"], "an experiment"),
]


@settings(max_examples=150)
@given(tree=trees(), picks=st.lists(st.integers(0, len(IN_CONFIG) - 1), min_size=1, max_size=8))
def test_mistakes_in_different_parts_are_all_named_and_nothing_else(tree: dict[str, Any], picks: list[int]) -> None:
    config.parse(tree, "config.yaml")
    mistakes = chosen(IN_CONFIG, picks)
    for mistake in mistakes:
        mistake.make(tree)
    expect(mistakes, lambda: config.parse(tree, "config.yaml"))


def test_what_is_no_mapping_is_one_line() -> None:
    for tree in (None, [1], "x", 5):
        with pytest.raises(InputError) as caught:
            config.parse(tree, "config.yaml")
        (line,) = caught.value.problems
        assert line.startswith("config.yaml: the file: expected the settings described in config.yaml, found ")


def test_of_very_many_problems_some_are_told() -> None:
    names = [f"experiment_number_{number:04}_of_very_many" for number in range(1000)]
    experiments = {name: {"single": {} if number % 2 else 5} for number, name in enumerate(names)}
    tables = {"evidence": [name.replace("number", "numbr") for name in names]}
    with limits(megabytes=256, seconds=20), pytest.raises(InputError) as caught:
        config.parse(TREE | {"experiments": experiments, "tables": tables}, "config.yaml")
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1] == "config.yaml: the file: expected no problems, found more than these 100."


# --- Printed numbers


def in_a_table(number: int) -> list[Mistake]:
    """What can be wrong with each table of a file."""
    name, columns, rows = (f"tables.{number}.{part}" for part in ("name", "columns", "rows"))
    return [
        setting(f"tables.{number}", 5, "a table"),
        setting(
            f"tables.{number}.rowz",
            5,
            "'name', 'columns', 'rows', 'best_of' or 'mean_of', found 'rowz'",
            at=f"tables.{number}",
        ),
        setting(name, None, "a text"),
        setting(f"{columns}.0.learning_rate", 0, "a number greater than 0", columns),
        setting(f"{columns}.1.lr", 1, "'learning_rate', 'reg', ", columns, at=f"{columns}.1"),
        setting(f"{rows}.0.printed.0", ["high"], "a number as printed", f"{rows}.0"),
        setting(f"{rows}.0.printed.1", "945", "accuracies from 0 to 1", f"{rows}.0", at=f"{rows}.0.printed"),
        setting(f"{rows}.0.printed.1", "1e-1", "plain decimal numbers", f"{rows}.0", at=f"{rows}.0.printed"),
        setting(f"{rows}.0.best_of", "0", "a whole number from 1 to 10000"),
        setting(f"{rows}.0.printed", ["0.90"], "2 numbers, one for each column", f"{rows}.0", columns),
        setting(f"{rows}.1.metric", "accuracy", "a metric", f"{rows}.1"),
        setting(f"{rows}.1", 5, "a row"),
        setting(f"{rows}.2", {}, "the keys 'metric', 'printed', found nothing."),
    ]


CHANGE = "rates_of_change"
IN_PRINTED = [
    setting("title", "a\nb", "a text of one line"),
    setting("data", ..., "the keys 'data', found ", at="the file"),
    setting("defaults", {"epochs": "010"}, f'{WHOLE} 1000, found "010". Hint: write 10', at="defaults.epochs"),
    setting("protocol", {"seed": 1}, "'split', "),
    setting("protocol", {"split": "1", "split_seed": "1"}, "'split' or its older name"),
    setting("search", {}, "the values searched"),
    *(mistake for number in range(3) for mistake in in_a_table(number)),
    setting("tables.1.name", "A", "a name of its own for each table", "tables.0.name", "tables.1.name"),
    setting(f"{CHANGE}.table", "D", "the name of one of the tables", CHANGE, "tables"),
    setting(f"{CHANGE}.metric", "training_loss", "a metric of A", CHANGE, "tables.0"),
    setting(f"{CHANGE}.pairs.0", ["1", "1"], "two different learning rates", CHANGE),
    setting(f"{CHANGE}.pairs.0", ["1", "0.3"], "learning rates of A", CHANGE, "tables.0"),
    setting(f"{CHANGE}.printed", ["1", "2"], "1 numbers, one for each pair", CHANGE),
    setting(f"{CHANGE}.printed.0", "x", "plain decimal numbers", CHANGE, at=f"{CHANGE}.printed"),
]


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A sound file of three tables and rates of change of the first."""
    metrics = ["testing_accuracy", ["validation_accuracy", "best_validation_accuracy"], "training_accuracy"]
    number = st.decimals(0, 1, places=4).map(str) | st.just("-")

    def table(name: str) -> dict[str, Any]:
        columns = [{"learning_rate": 1}, {"learning_rate": "0.5", **draw(st.sampled_from([{}, {"reg": "e^-1"}]))}]
        rows = [{"metric": each, "printed": draw(st.lists(number, min_size=2, max_size=2))} for each in metrics]
        return {"name": name, "columns": columns, "rows": rows}

    change = {"name": "D", "table": "A", "metric": "testing_accuracy", "pairs": [["1", "0.5"]], "printed": ["0.01"]}
    return {"title": "T", "data": "MNIST", "tables": [table(name) for name in "ABC"], "rates_of_change": change}


@given(tree=files(), picks=st.lists(st.integers(0, len(IN_PRINTED) - 1), min_size=1, max_size=8))
def test_mistakes_in_a_file_of_printed_numbers_are_all_named(
    tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any], picks: list[int]
) -> None:
    path = tmp_path_factory.mktemp("printed") / "a.yaml"
    path.write_text(yaml.safe_dump(tree))
    published.load(path, CONFIG)
    mistakes = chosen(IN_PRINTED, picks)
    for mistake in mistakes:
        mistake.make(tree)
    path.write_text(yaml.safe_dump(tree))
    expect(mistakes, lambda: published.load(path, CONFIG))
