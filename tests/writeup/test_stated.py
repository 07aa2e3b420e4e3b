"""What a file of printed numbers says of how they came about: the protocol, other networks, best and mean of runs."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from configuration import CONFIG_YAML, ROOT

from pipeline.check import protocols
from pipeline.config import load as config
from pipeline.config.settings import Network, Protocol, Split
from pipeline.errors import InputError
from pipeline.writeup import published
from pipeline.writeup.published import ONE, Published, Summary

CONFIG = config.load(CONFIG_YAML)


def table(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    row = {"metric": "testing_accuracy", "printed": ["0.9450"] * len(columns)}
    return {"name": "A", "columns": list(columns), "rows": [row]} | more


def load(folder: Path, *tables: dict[str, Any], otherwise: Protocol | None = None, **more: Any) -> Published:
    """A file of these tables, read with a protocol for what it does not say of its own."""
    path = folder / "printed.yaml"
    path.write_text(yaml.safe_dump({"title": "T", "data": "MNIST", "tables": list(tables)} | more))
    return published.load(path, CONFIG, otherwise)


def problems(folder: Path, *tables: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, *tables, **more)
    assert all(line.isprintable() for line in caught.value.problems)
    return [line.removeprefix(f"{folder / 'printed.yaml'}: ") for line in caught.value.problems]


# --- The protocol


@pytest.mark.parametrize(
    ("said", "split", "network"),
    [
        ({"split": "file order"}, Split(0.2, None), Network(0.001, 1024)),
        ({"split": 7}, Split(0.2, 7), Network(0.001, 1024)),
        ({"split_seed": None}, Split(0.2, None), Network(0.001, 1024)),
        ({"split_seed": 7}, Split(0.2, 7), Network(0.001, 1024)),
        ({"initial_scale": "10^-2", "initial_seed": 3}, Split(0.2, 1024), Network(0.01, 3)),
        ({"validation_fraction": 0.5, "split": 0, "loss": "MSE"}, Split(0.5, 0), Network(0.001, 1024)),
    ],
)
def test_a_file_is_of_the_protocol_that_it_says(
    tmp_path: Path, said: dict[str, Any], split: Split, network: Network
) -> None:
    found = load(tmp_path, table({}), protocol=said)
    assert found.protocol == Protocol(split, network)
    assert found.stated


def test_what_it_does_not_say_is_as_the_check_takes_it_to_be(tmp_path: Path) -> None:
    assert load(tmp_path, table({})).protocol == CONFIG.protocol
    course = protocols.of("course", CONFIG)
    assert course == Protocol(Split(0.2, None), Network(0.001, 1024))
    assert protocols.of(protocols.DEFAULT, CONFIG) == course
    assert protocols.of("config", CONFIG) == CONFIG.protocol
    silent = load(tmp_path, table({}), otherwise=course)
    assert (silent.protocol, silent.stated) == (course, ())
    partly = load(tmp_path, table({}), otherwise=course, protocol={"initial_seed": 5})
    assert (partly.protocol, partly.stated) == (Protocol(Split(0.2, None), Network(0.001, 5)), ("initial_seed",))
    assert not load(tmp_path, table({}), protocol={"momentum": 0}).stated


def test_another_name_of_a_protocol_is_a_mistake() -> None:
    with pytest.raises(InputError, match=r"PROTOCOL: expected course or config, found 'cours'.*'course'"):
        protocols.of("cours", CONFIG)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"split": 1, "split_seed": 1}, "protocol: expected 'split' or its older name 'split_seed', found both."),
        ({"split": "shuffled"}, 'protocol.split: expected file order, or a seed (a whole number), found "shuffled".'),
        ({"split": None}, "protocol.split: expected file order, or a seed (a whole number), found an empty value."),
        ({"split_seed": -1}, "protocol.split_seed: expected a seed"),
        ({"validation_fraction": 1}, "protocol.validation_fraction: expected a number from 0.001 to 0.999, found 1."),
        ({"validation_fraction": 0}, "protocol.validation_fraction: expected a number from 0.001 to 0.999, found 0."),
        ({"loss": "a\nb"}, "protocol.loss: expected a word"),
        ({"loss": "x" * 61}, "protocol.loss: expected a word"),
    ],
)
def test_a_protocol_that_cannot_be_is_one_line(tmp_path: Path, said: dict[str, Any], problem: str) -> None:
    (line,) = problems(tmp_path, table({}), protocol=said)
    assert line.startswith(problem)


# --- Other networks


OURS = [
    {"loss": "Cross-Entropy", "activation": "sigmoid", "optimizer": "SGD", "momentum": 0, "dropout": "none"},
    {"loss": "softmax_cross_entropy", "optimizer": "mini-batch SGD", "augmentation": "no", "dropout": "0.0"},
    {"momentum": None},
]


@pytest.mark.parametrize("said", OURS)
def test_what_the_runs_are_trained_with_changes_nothing(tmp_path: Path, said: dict[str, Any]) -> None:
    plain = load(tmp_path, table({"reg": 0}))
    for found in (
        load(tmp_path, table({"reg": 0} | said)),
        load(tmp_path, table({"reg": 0}), defaults=said),
        load(tmp_path, table({"reg": 0}), protocol=said),
    ):
        assert found.cells == plain.cells


def test_what_no_run_is_trained_with_is_said_and_asks_for_no_runs(tmp_path: Path) -> None:
    columns = table({}, {"momentum": 0.9}, {"activation": "ReLU", "dropout": 0.5})
    found = load(tmp_path, columns)
    assert [cell.column.beyond for cell in found.cells] == [(), ("momentum 0.9",), ("activation ReLU", "dropout 0.5")]
    assert [cell.column.label for cell in found.cells] == [
        *("defaults", "defaults, momentum 0.9", "defaults, activation ReLU, dropout 0.5")
    ]
    assert len(found.configurations) == 1
    assert load(tmp_path, table({"momentum": 0.9})).configurations == ()
    ours, momentum, dropout = (cell.column.reason for cell in found.cells)
    assert ours == ""
    assert momentum.startswith("no run has momentum 0.9; ")
    assert "the course" in momentum
    assert dropout == "no run has activation ReLU, dropout 0.5"


def test_what_a_file_says_holds_for_each_column_that_says_nothing_else(tmp_path: Path) -> None:
    columns = table({}, {"loss": "cross-entropy"}, {"loss": "hinge"})
    for where in ("protocol", "defaults"):
        found = load(tmp_path, columns, **{where: {"loss": "quadratic"}})
        assert [cell.column.beyond for cell in found.cells] == [("loss quadratic",), (), ("loss hinge",)]


def test_softmax_regression_has_no_hidden_units(tmp_path: Path) -> None:
    (configuration,) = load(tmp_path, table({"hidden": 0})).configurations
    assert configuration.hidden == 0


# --- Several runs


def test_equal_columns_are_runs_of_one_configuration(tmp_path: Path) -> None:
    found = load(tmp_path, table({"reg": 0.1}, {"reg": "0.10"}, {}, {"reg": "10^-1", "learning_rate": 1}, {"reg": 0.1}))
    assert [(cell.column.label, cell.column.run) for cell in found.cells] == [
        *(("reg 0.1", 1), ("reg 0.10, run 2", 2), ("defaults", 1)),
        *(("learning_rate 1, reg 1e-1", 1), ("reg 0.1, run 3", 3)),
    ]
    assert len(found.configurations) == 3
    assert len(found.row("A", "testing_accuracy")) == 5


def test_a_rate_of_change_needs_columns_that_stand_once(tmp_path: Path) -> None:
    columns = ({"learning_rate": 1}, {"learning_rate": 0.5}, {"learning_rate": 0.1}, {"learning_rate": 0.1})
    change = {"name": "B", "table": "A", "metric": "testing_accuracy", "pairs": [[1, 0.5]], "printed": ["-0.012"]}
    found = load(tmp_path, table(*columns), rates_of_change=change).rates_of_change
    assert found is not None
    assert found.printed == (-0.012,)
    (line,) = problems(tmp_path, table(*columns), rates_of_change=change | {"pairs": [[1, 0.1]]})
    assert line == "rates_of_change.pairs.0: expected a learning rate of one column, found 0.1 in 2."


def summaries(found: Published) -> list[Summary]:
    return [cell.summary for cell in found.cells]


def test_the_most_specific_says_of_how_many_runs_a_number_is(tmp_path: Path) -> None:
    rows = [
        {"metric": "training_accuracy", "printed": ["0.90", "0.91"]},
        {"metric": "testing_accuracy", "printed": ["0.90", "0.91"], "best_of": 7},
    ]
    assert summaries(load(tmp_path, table({}, {"reg": 0}))) == [ONE, ONE]
    assert summaries(load(tmp_path, table({}, {"reg": 0}, mean_of=5))) == [Summary("mean", 5)] * 2
    assert summaries(load(tmp_path, table({"mean_of": 3}, {"reg": 0}, mean_of=5))) == [
        *(Summary("mean", 3), Summary("mean", 5))
    ]
    assert summaries(load(tmp_path, table({}, {"reg": 0}, mean_of=5, rows=rows))) == [
        *[Summary("mean", 5)] * 2,
        *[Summary("best", 7)] * 2,
    ]
    assert summaries(load(tmp_path, table({"best_of": 1}, {}, best_of=5))) == [ONE, Summary("best", 5)]


def test_a_number_with_a_standard_deviation_is_a_mean_of_two_runs_or_of_so_many_as_are_said(tmp_path: Path) -> None:
    rows = [{"metric": "testing_accuracy", "printed": ["0.9480 ± 0.0004", "0.9480"]}]
    assert summaries(load(tmp_path, table({}, {"reg": 0}, rows=rows))) == [Summary("mean", 2), ONE]
    assert summaries(load(tmp_path, table({"mean_of": 10}, {}, rows=rows))) == [Summary("mean", 10), ONE]
    (cell, _) = load(tmp_path, table({}, {}, rows=rows)).cells
    assert (cell.printed.text, cell.text) == ("0.9480", "0.9480 ± 0.0004")


SPREAD = [{"metric": "testing_accuracy", "printed": ["0.9480 ± 0.0004"]}]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (table({}, best_of=2, mean_of=2), "tables.0: expected 'best_of' or 'mean_of', found both."),
        (table({"best_of": 2, "mean_of": 2}), "tables.0.columns.0: expected 'best_of' or 'mean_of', found both."),
        (
            table({"best_of": 2}, rows=[{"metric": "training_loss", "printed": ["0.3"], "mean_of": 2}]),
            "tables.0.rows.0: expected best_of 2, as columns.0 says, found mean_of 2.",
        ),
        (table({}, best_of=3, rows=SPREAD), "tables.0.rows.0.printed: expected numbers without ±, as best_of 3"),
        (table({"mean_of": 1}, rows=SPREAD), "tables.0.rows.0.printed: expected numbers without ±, as mean_of 1"),
        (table({"best_of": 0}), "tables.0.columns.0.best_of: expected a whole number from 1 to 10000, found 0."),
    ],
)
def test_what_contradicts_itself_is_one_line(tmp_path: Path, file: dict[str, Any], problem: str) -> None:
    (line,) = problems(tmp_path, file)
    assert line.startswith(problem)


# --- Rows


def test_error_rates_are_read_as_accuracies(tmp_path: Path) -> None:
    rows = [
        {"metric": ["validation_error", "best_validation_error"], "printed": ["5.5", "0.98"]},
        {"metric": "final_training_error", "printed": ["0.0012", "n/a"]},
        {"metric": "testing_loss", "printed": ["0.1234", None]},
    ]
    found = load(tmp_path, table({}, {"reg": 0}, rows=rows))
    assert [(cell.metrics, cell.printed.text, cell.text) for cell in found.cells] == [
        (("validation_accuracy", "best_validation_accuracy"), "0.945", "error 5.5"),
        (("validation_accuracy", "best_validation_accuracy"), "0.9902", "error 0.98"),
        (("final_training_accuracy",), "0.9988", "error 0.0012"),
        (("testing_loss",), "0.1234", "0.1234"),
    ]


def test_an_error_rate_at_one_epoch_with_an_accuracy_at_another_is_a_mistake(tmp_path: Path) -> None:
    rows = [{"metric": ["validation_error", "best_validation_accuracy"], "printed": ["0.055"]}]
    (line,) = problems(tmp_path, table({}, rows=rows))
    assert "expected one metric, or the same at two epochs" in line


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        *[(name, "learning_rate") for name in ("lr", "eta", "alpha", "LR", "learning-rate", "learning_rat")],
        *[(name, "reg") for name in ("lambda", "weight_decay", "l2", "L2")],
        *[(name, "hidden") for name in ("hidden_size", "hidden_units", "Hidden Size")],
        *[("batch", "batch_size"), ("n_epochs", "epochs"), ("num_epochs", "epochs"), ("optimiser", "optimizer")],
    ],
)
def test_a_parameter_under_another_name_is_guessed(tmp_path: Path, found: str, meant: str) -> None:
    (line,) = problems(tmp_path, table({found: 1}))
    assert line.endswith(f"found '{found}'. Hint: did you mean '{meant}'?")


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        *[
            ("test_acc", "testing_accuracy"),
            ("val_acc", "validation_accuracy"),
            ("train_accuracy", "training_accuracy"),
        ],
        *[("val_loss", "validation_loss"), ("test_error", "testing_error"), ("testing_acuracy", "testing_accuracy")],
    ],
)
def test_a_metric_under_another_name_is_guessed(tmp_path: Path, found: str, meant: str) -> None:
    for metric in (found, [found]):
        (line,) = problems(tmp_path, table({}, rows=[{"metric": metric, "printed": ["0.90"]}]))
        assert line.endswith(f"Hint: did you mean '{meant}'?"), line


def test_the_example_says_its_protocol() -> None:
    found = published.load(ROOT / "examples/submission.yaml", CONFIG, protocols.COURSE)
    assert found.stated
    assert found.protocol == CONFIG.protocol
