"""Wrong configurations: each problem is one line that names file, key path, expected and found."""

import copy
import math

import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load as configuration_file
from pipeline.config.settings import (
    Configuration,
    DataFile,
    DataSet,
    GzipFile,
    Network,
    Neuron,
    Randomisation,
    RateOfChange,
    Split,
    SweepTable,
    TuningTable,
)
from pipeline.errors import InputError

TREE = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))


def problems(change) -> list[str]:
    tree = copy.deepcopy(TREE)
    change(tree)
    with pytest.raises(InputError) as caught:
        configuration_file.parse(tree, "config.yaml")
    return list(caught.value.problems)


def setting(path: str, value):
    *parents, last = path.split(".")

    def change(tree):
        for name in parents:
            tree = tree[name]
        tree[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("epochz", 3, "the file: expected 'title', 'subtitle', 'author'"),
        ("neurons.and.weights", [1], "neurons.and.weights: expected a list of two numbers, found [1]"),
        ("neurons.or.bias", "e^-1", "neurons.or: expected numbers with at most 6 decimal places and no power of e"),
        ("neurons.or.bias", 1e-7, "neurons.or: expected numbers with at most 6 decimal places and no power of e"),
        ("neurons.or.bias", "heavy", "neurons.or.bias: expected a number from -1000000 to 1000000"),
        ("replicates", 0, "replicates: expected a whole number from 1 to 10000, found 0."),
        ("epochs", 2.5, "epochs: expected a whole number from 1 to 1000000000, found 2.5."),
        ("epochs", True, "epochs: expected a whole number from 1 to 1000000000, found true."),
        ("source", "mnits", "source: expected auto, mnist or sample, found \"mnits\". Hint: did you mean 'mnist'?"),
        ("title", None, "title: expected a text of one line, found an empty value."),
        ("defaults.learning_rate", -1, "defaults.learning_rate: expected a number greater than 0, found -1."),
        ("defaults.learning_rate", "e^^1", 'defaults.learning_rate: expected a number greater than 0, found "e^^1".'),
        ("defaults.reg", ".nan", 'defaults.reg: expected a number of at least 0, found ".nan".'),
        ("defaults.reg", "inf", 'defaults.reg: expected a number of at least 0, found "inf".'),
        ("epochs", "010", 'epochs: expected a whole number from 1 to 1000000000, found "010". Hint: write 10,'),
        ("defaults.reg", "00.5", "Hint: write 0.5,"),
        ("source", "010", 'source: expected auto, mnist or sample, found "010".'),
        ("defaults.batch_size", 50_000, "batch_size: expected at most 48,000 (the training set), found 50,000."),
        ("experiments.grid.grid.reg", [], "experiments.grid.grid.reg: expected a list of one to 1000 numbers"),
        ("experiments.grid.grid.reg", [0.1, "1e-1"], "experiments.grid.grid.reg: expected each value once"),
        ("experiments.best.best_of", "gird", "experiments.best.best_of: expected a sweep or grid experiment"),
        ("experiments.x", {"swep": {}}, "Hint: did you mean 'sweep'?"),
        ("experiments.x", {}, "experiments.x: expected exactly one of sweep, grid, single or best_of, found nothing."),
        ("experiments.x", {"sweep": {"reg": [1], "hidden": [2]}}, "Hint: use grid for combinations."),
        ("experiments.x", {"single": {"reg": 1}, "fixed": {"reg": 2}}, "expected parameters that single does not set"),
        ("experiments.x", {"best_of": "grid", "epochs": 3}, "expected best_of to take its parameters from 'grid'"),
        (
            "experiments.leaders.count",
            0,
            "experiments.leaders.count: expected a whole number from 1 to 1000000000, found 0.",
        ),
        (
            "experiments.leaders.count",
            1.5,
            "experiments.leaders.count: expected a whole number from 1 to 1000000000, found",
        ),
        (
            "experiments.leaders.count",
            49,
            "experiments.leaders.count: expected at most 48 (the configurations of 'grid'), found 49.",
        ),
        (
            "experiments.default.count",
            2,
            "experiments.default.count: expected only beside best_of, found it beside sin",
        ),
        (
            "tables.tuning.best",
            "leaders",
            "tables.tuning.best: expected one configuration, found 'leaders' with count 6",
        ),
        ("experiments", {}, "experiments: expected a list of one to 1000 named experiments, found {}."),
        ("experiments.../../x", {"single": {}}, None),
        ("tables.learning_rates.experiment", "regularization", "expected an experiment that sweeps learning_rate"),
        ("tables.learning_rates.rate_of_change.pairs", [[1, 2]], "expected a learning rate of 'learning_rates'"),
        ("tables.learning_rates.rate_of_change.pairs", [[1, 1.0]], "expected two different learning rates"),
        ("tables.tuning.others", ["grid"], "tables.tuning.others: expected a single experiment"),
        ("split.validation_fraction", 1, "split.validation_fraction: expected a number between 0 and 1, found 1."),
        ("split.validation_fraction", 1e-9, "split.validation_fraction: expected images in both parts"),
        ("data.files.training_labels.name", "../x", "expected a file name without folders"),
        ("data.files.training_labels.name", "train-images-idx3-ubyte", "data.files: expected four different names"),
        ("data.files.training_labels", {"name": "x", "sha256": "0" * 64}, "expected gzip (size, sha256) because"),
        ("data.mirrors", ["ftp://x"], "data.mirrors.0: expected an http(s) address"),
        ("data.files.training_labels.sha256", "123", "expected 64 hexadecimal digits"),
    ],
)
def test_one_mistake_gives_one_line_with_its_path(path, value, line):
    if path == "experiments.../../x":
        found = problems(lambda tree: tree["experiments"].update({"../../x": {"single": {}}}))
        line = "expected a name of lower-case letters"
    else:
        found = problems(setting(path, value))
    assert len(found) == 1, found
    assert line in found[0]
    assert found[0].startswith("config.yaml: ")
    assert "\n" not in found[0]


def test_all_mistakes_are_told_at_once():
    def change(tree):
        tree["replicates"] = "many"
        tree["defaults"]["reg"] = -1
        del tree["title"]

    assert len(problems(change)) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1,\n", "line 3, column 1: expected YAML"),
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: expected YAML, found: the key 'a' a second time (first in line 1)."),
        ("x: {y: 1, y: 2}\n", "found: the key 'y' a second time"),
        ("a: \x00", "expected YAML"),
        ("a: !!python/object/apply:os.system ['touch x']", "expected YAML"),
        ("- 1\n- 2\n", "the file: expected the settings described in config.yaml, found [1, 2]."),
        ("", "the file: expected the settings described in config.yaml, found an empty value."),
    ],
)
def test_yaml_mistakes_are_named(tmp_path, text, line):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"config\.yaml") as caught:
        configuration_file.load(path)
    assert line in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="expected a readable file, found: No such file"):
        configuration_file.load(tmp_path / "none.yaml")


# what a file may hold, and the numbers that JSON has besides
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=8)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(TREE)), value=trees)
def test_no_value_of_a_key_raises_anything_but_an_input_error(key, value):
    tree = {**TREE, key: value}
    try:
        configuration_file.parse(tree, "config.yaml")
    except InputError as error:
        assert all("\n" not in problem for problem in error.problems)


def test_overrides_merge_into_mappings_and_replace_the_rest():
    config = configuration_file.load(
        CONFIG_YAML, {"epochs": 2, "defaults": {"reg": "e^-1"}, "experiments": {"x": {"single": {"hidden": 3}}}}
    )
    (extra,) = config.experiments["x"].configurations
    assert (extra.epochs, extra.hidden, extra.reg.text, extra.learning_rate) == (2, 3, "e^-1", 0.1)
    assert len(config.experiments) == len(TREE["experiments"]) + 1


def test_whole_numbers_may_be_written_in_any_way():
    tree = copy.deepcopy(TREE)
    tree["split"]["seed"], tree["network"]["initial_seed"] = "1e3", 1024.0
    tree["data"]["classes"], tree["epochs"] = 10.0, "1e1"
    tree["data"]["files"]["training_images"]["gzip"]["size"] = "1e3"
    config = configuration_file.parse(tree, "config.yaml")
    packed = config.data.files["training_images"].gzip
    found = (config.split.seed, config.network.initial_seed, config.data.classes, config.defaults.epochs, packed.size)
    assert found == (1000, 1024, 10, 10, 1000)
    assert all(type(value) is int for value in found)


def lines(*changes) -> list[str]:
    """What is said of the configuration after changes; nothing if it is right."""
    tree = copy.deepcopy(TREE)
    for change in changes:
        change(tree)
    try:
        configuration_file.parse(tree, "config.yaml")
    except InputError as error:
        return list(error.problems)
    return []


MANY = [n / 1000 for n in range(1, 101)]


@pytest.mark.parametrize(
    ("path", "most", "problem", "before"),
    [
        # of 60,000 images a fifth is held out
        ("defaults.batch_size", 48_000, "batch_size: expected at most 48,000 (the training set), found 48,001.", {}),
        (
            "randomisation.batch_size",
            5000,
            "batch_size: expected at most 5,000 (the images of a test), found 5,001.",
            {},
        ),
        (
            "randomisation.batch_size",
            48_000,
            "batch_size: expected at most 48,000 (the images of a test), found 48,001.",
            {"randomisation.images": 100_000},
        ),
        ("experiments.leaders.count", 30, "count: expected at most 30, found 31.", {"experiments.grid.grid.reg": MANY}),
        (
            "experiments.leaders.count",
            2,
            "count: expected at most 2 (the configurations of 'grid'), found 3.",
            {"experiments.grid": {"grid": {"reg": MANY[:2], "learning_rate": [0.1]}}},
        ),
        ("replicates", 10_000, "replicates: expected a whole number from 1 to 10000, found 10001.", {}),
    ],
)
def test_a_number_may_be_as_large_as_is_said_and_no_larger(path: str, most: int, problem: str, before: dict) -> None:
    changes = [setting(name, value) for name, value in before.items()]
    assert not any(
        problem.partition(":")[0] in line and "at most" in line for line in lines(*changes, setting(path, most))
    )
    assert any(line.endswith(problem) for line in lines(*changes, setting(path, most + 1)))


@pytest.mark.parametrize(("table", "parameter"), [("learning_rates", "learning_rate"), ("regularization", "reg")])
def test_a_table_of_a_sweep_has_thirty_columns_at_most(table: str, parameter: str) -> None:
    name = TREE["tables"][table]["experiment"]
    for count in (30, 31):
        told = lines(setting(f"experiments.{name}.sweep", {parameter: MANY[:count]}))
        refused = [line for line in told if f"expected a sweep over at most 30 values, found {count}" in line]
        assert len(refused) == (count > 30)


def test_every_setting_gets_to_its_place() -> None:
    """All numbers are different, so that none can stand in for another."""
    files = {
        role: {"name": f"file{n}", "sha256": f"{n}" * 64, "gzip": {"size": 100 + n, "sha256": f"{n + 4}" * 64}}
        for n, role in enumerate(("training_images", "training_labels", "testing_images", "testing_labels"))
    }
    tree = copy.deepcopy(TREE) | {
        "title": "A title",
        "author": "An author",
        "source": "mnist",
        "engine": "compiled",
        "replicates": 4,
        "epochs": 11,
        "data": {
            "name": "Small",
            "training_images": 1000,
            "testing_images": 300,
            "classes": 7,
            "mirrors": ["https://example.org/a/"],
            "files": files,
        },
        "split": {"validation_fraction": 0.25, "seed": 5},
        "network": {"hidden": 16, "initial_scale": 0.05, "initial_seed": 6},
        "defaults": {"learning_rate": "e^-1", "reg": 0.002, "batch_size": 32},
        "neurons": {"and": {"weights": [0.5, 0.25], "bias": -0.75}, "or": {"weights": [2, 3], "bias": -1}},
        "randomisation": {
            "images": 200,
            "learning_rate": 0.3,
            "reg": 0.004,
            "batch_size": 20,
            "initial_scale": 0.06,
            "epochs": 40,
            "seed": 8,
            "corruption": [0.4, 0.9],
        },
        "experiments": {
            "rates": {"sweep": {"learning_rate": [1, "e^-2"]}, "fixed": {"reg": 0.006, "hidden": 9}, "epochs": 74},
            "penalties": {"sweep": {"reg": [0.1, 0.2]}, "replicates": 3},
            "critical": {"sweep": {"reg": [0.15, 0.16]}},
            "grid": {"grid": {"batch_size": [8, 64], "learning_rate": [0.7, 0.8]}, "replicates": 1},
            "best": {"best_of": "grid", "replicates": 2},
            "leaders": {"best_of": "grid", "count": 3},
            "default": {"single": {}},
            "other": {"single": {"batch_size": 128}, "epochs": 12},
        },
        "tables": {
            "learning_rates": {
                "experiment": "rates",
                "metrics": ["training_accuracy", "testing_accuracy"],
                "rate_of_change": {"metric": "training_loss", "pairs": [[1, "e^-2"]]},
            },
            "regularization": {"experiment": "penalties", "metrics": ["validation_accuracy"], "critical": "critical"},
            "tuning": {"best": "best", "default": "default", "others": ["other"], "metrics": ["testing_accuracy"]},
            "evidence": ["leaders"],
        },
    }
    found = configuration_file.parse(tree, "config.yaml")
    assert (found.title, found.author, found.source, found.engine) == ("A title", "An author", "mnist", "compiled")
    assert found.data == DataSet(
        name="Small",
        training_images=1000,
        testing_images=300,
        classes=7,
        mirrors=("https://example.org/a/",),
        files={
            role: DataFile(f"file{n}", f"{n}" * 64, GzipFile(100 + n, f"{n + 4}" * 64)) for n, role in enumerate(files)
        },
    )
    assert (found.split, found.network) == (Split(0.25, 5), Network(0.05, 6))
    assert found.neurons == {"and": Neuron((0.5, 0.25), -0.75), "or": Neuron((2, 3), -1)}
    assert found.randomisation == Randomisation(
        images=200,
        learning_rate=0.3,
        reg=0.004,
        batch_size=20,
        initial_scale=0.06,
        epochs=40,
        seed=8,
        replicates=4,
        corruption=(0.4, 0.9),
    )
    rate = math.exp(-1)
    usual = Configuration(learning_rate=rate, reg=0.002, batch_size=32, hidden=16, epochs=11)
    assert (found.defaults, found.replicates) == (usual, 4)

    def experiment(name: str) -> tuple[object, ...]:
        each = found.experiments[name]
        return each.name, each.kind, each.varied, each.configurations, list(each.seeds), each.best_of, each.count

    of = Configuration  # learning rate, reg, batch size, hidden units, epochs
    grid = (
        of(0.7, 0.002, 8, 16, 11),
        of(0.8, 0.002, 8, 16, 11),
        of(0.7, 0.002, 64, 16, 11),
        of(0.8, 0.002, 64, 16, 11),
    )
    assert [experiment(name) for name in found.experiments] == [
        ("rates", "sweep", ("learning_rate",), RATES, [1, 2, 3, 4], None, 1),
        ("penalties", "sweep", ("reg",), (of(rate, 0.1, 32, 16, 11), of(rate, 0.2, 32, 16, 11)), [1, 2, 3], None, 1),
        (
            "critical",
            "sweep",
            ("reg",),
            (of(rate, 0.15, 32, 16, 11), of(rate, 0.16, 32, 16, 11)),
            [1, 2, 3, 4],
            None,
            1,
        ),
        ("grid", "grid", ("batch_size", "learning_rate"), grid, [1], None, 1),
        ("best", "best_of", ("batch_size", "learning_rate"), (), [1, 2], "grid", 1),
        ("leaders", "best_of", ("batch_size", "learning_rate"), (), [1, 2, 3, 4], "grid", 3),
        ("default", "single", (), (usual,), [1, 2, 3, 4], None, 1),
        ("other", "single", (), (of(rate, 0.002, 128, 16, 12),), [1, 2, 3, 4], None, 1),
    ]
    tables = found.tables
    change = RateOfChange("training_loss", ((1, math.exp(-2)),))
    assert tables.learning_rates == SweepTable("rates", ("training_accuracy", "testing_accuracy"), change)
    assert tables.regularization == SweepTable("penalties", ("validation_accuracy",), None, "critical")
    assert tables.tuning == TuningTable("best", "default", ("other",), ("testing_accuracy",))
    assert tables.tuning.rows == ("best", "other", "default"), "from top to bottom"
    assert tables.evidence == ("leaders",)
    assert found.searched == found.experiments["grid"]


# 74 epochs of its own, a penalty and hidden units that are fixed, and the default batch size
RATES = (Configuration(1, 0.006, 32, 9, 74), Configuration(math.exp(-2), 0.006, 32, 9, 74))
