"""Files of printed numbers: read to the last digit, and whatever is wrong with one is a line that says so."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import load as config
from pipeline.config.quantity import half_unit
from pipeline.errors import InputError
from pipeline.files.yamlfile import read_yaml
from pipeline.writeup import published

CONFIG = config.load(CONFIG_YAML)


def tree(**changes: Any) -> dict[str, Any]:
    table = {
        "name": "Table 1",
        "columns": [{"learning_rate": 1}, {"learning_rate": "e^-2", "epochs": 20}],
        "rows": [{"metric": "testing_accuracy", "printed": [0.945, 0.93]}],
    }
    return {"title": "Somebody", "data": "MNIST", "tables": [table]} | changes


def load(folder: Path, content: Any) -> published.Published:
    path = folder / "printed.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return published.load(path, CONFIG)


def test_the_write_ups_own_file_holds_what_its_tables_print() -> None:
    found = published.load(published.FILE, CONFIG)
    assert len(found.cells) == 8 + 15 + 6
    assert found.row("Table 4", "training_accuracy")["learning_rate 1"].printed.text == "0.9450"
    assert found.row("Table 6", "best_validation_accuracy")["reg e^-3"].printed == 0.7354
    assert found.rates_of_change is not None
    assert found.rates_of_change.printed == (0.012, 0.061, 0.004)
    assert found.search["batch_size"] == (16, 32, 64, 128)
    assert len(found.configurations) == 4 + 5 + 2


def test_its_configurations_do_not_follow_the_configuration_file() -> None:
    """The write-up trained with its own defaults, whatever is tried now."""
    other = config.parse(
        config.read_tree(CONFIG_YAML, {"defaults": {"learning_rate": 0.2}, "epochs": 3}), "config.yaml"
    )
    found = published.load(published.FILE, CONFIG), published.load(published.FILE, other)
    assert found[0].configurations == found[1].configurations


def test_what_a_file_leaves_out_is_as_in_the_configuration(tmp_path: Path) -> None:
    first, second = load(tmp_path, tree()).configurations
    assert (first.reg, first.batch_size, first.hidden, first.epochs) == (0.001, 64, 128, 10)
    assert second.epochs == 20
    (changed, _) = load(tmp_path, tree(defaults={"reg": 0.01, "batch_size": 32})).configurations
    assert (changed.reg, changed.batch_size, changed.hidden) == (0.01, 32, 128)


def test_a_cell_left_empty_is_no_cell(tmp_path: Path) -> None:
    text = yaml.safe_dump(tree()).replace("- 0.93\n", "- '-'\n")
    assert [cell.column.label for cell in load(tmp_path, text).cells] == ["learning_rate 1"]


@given(st.decimals(0, 1, places=None, allow_nan=False).filter(lambda number: len(str(number)) < 20))
def test_the_rounding_is_half_a_unit_in_the_last_place(number: Decimal) -> None:
    text = f"{number:f}"
    digits = len(text.partition(".")[2])
    assert float(half_unit(text)) == pytest.approx(0.5 * 10.0**-digits)


def row(metric: str | list[str], *printed: str | float) -> dict[str, Any]:
    return tree(tables=[tree()["tables"][0] | {"rows": [{"metric": metric, "printed": list(printed)}]}])


WRONG: dict[str, tuple[Any, str]] = {
    "not a mapping": ("[1, 2]", "the file: expected the printed numbers"),
    "empty": ("", "the file: expected the printed numbers"),
    "an unknown key": (tree(table=[]), "did you mean 'tables'?"),
    "no tables": ({"title": "a", "data": "MNIST"}, "expected the keys 'tables'"),
    "an empty table": (tree(tables=[]), "tables: expected a list of one to 50 tables"),
    "a title of two lines": (tree(title="a\nb"), "title: expected a text of one line"),
    "an unknown metric": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "accuracy", "printed": [0.9, 0.9]}]}]),
        "metric: expected a metric",
    ),
    "a number too few": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "testing_accuracy", "printed": [0.9]}]}]),
        "expected 2 numbers, one for each column, found 1.",
    ),
    "more than all": (row("testing_accuracy", 945, 0.93), "expected accuracies from 0 to 1 or percentages, found 945."),
    "less than none": (row("testing_error", "-0.05", 0.93), "expected error rates from 0 to 1 or percentages"),
    "a loss in percent": (row("training_loss", "12%", 0.93), "expected numbers that are no percentages, found 12%."),
    "a decimal comma": (row("testing_accuracy", "0,9450", 0.93), 'or - where none is printed, found "0,9450".'),
    "a word": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "testing_accuracy", "printed": ["high", 0.9]}]}]),
        'expected plain decimal numbers (0.9450, 94.50%), or - where none is printed, found "high".',
    ),
    "the same table twice": (tree(tables=tree()["tables"] * 2), "expected a name of its own for each table"),
    "a negative rate": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"learning_rate": -1}, {}]}]),
        "expected a number greater than 0",
    ),
    "half a batch": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"batch_size": 0.5}, {}]}]),
        "expected a whole number",
    ),
    "too many tables": (tree(tables=tree()["tables"] * 51), "tables: expected a list of one to 50 tables"),
    "too many columns": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"reg": n} for n in range(101)]}]),
        "columns: expected a list of one to 100 configurations",
    ),
    "too many rows": (
        tree(tables=[tree()["tables"][0] | {"rows": tree()["tables"][0]["rows"] * 51}]),
        "rows: expected a list of one to 50 rows",
    ),
    "too large a network": (tree(defaults={"hidden": 4097}), "expected a whole number from 0 to 4096, found 4097."),
    "too many epochs": (tree(defaults={"epochs": 1001}), "expected a whole number from 1 to 1000, found 1001."),
    "too large a batch": (tree(defaults={"batch_size": 65537}), "expected a whole number from 1 to 65536"),
    "a number of many digits": (tree(defaults={"reg": f"0.{'0' * 5000}1"}), "expected a number from 0 to 1000000"),
    "metrics that are not one": (
        row(["training_accuracy", "testing_accuracy"], 0.95, 0.93),
        "metric: expected one metric, or the same at two epochs (validation_accuracy with best_validation_accuracy or "
        "testing_accuracy with last_testing_accuracy and the like), found training_accuracy, testing_accuracy.",
    ),
    "three metrics": (
        row(["testing_accuracy", "last_testing_accuracy", "training_accuracy"], 0.95, 0.93),
        "expected one metric, or the same at two epochs",
    ),
    "an accuracy with one decimal": (
        row("testing_accuracy", "0.3", 0.93),
        "expected accuracies with at least 2 digits after the point, found 0.3. Hint: 0.90 if so many are known",
    ),
    "a power of ten": (row("testing_accuracy", "9.45e-1", 0.93), "expected plain decimal numbers"),
    "a power of e": (row("training_loss", "e^-1", 0.93), "expected plain decimal numbers"),
    "a tiny power of ten": (
        row("training_loss", "1e-9999999999999999999", 0.93),
        'expected plain decimal numbers (0.9450, 94.50%), or - where none is printed, found "1e-9999999999999999999".',
    ),
    "a tiny rate of change": (
        tree(
            rates_of_change={
                "name": "T",
                "table": "Table 1",
                "metric": "testing_accuracy",
                "pairs": [[1, "e^-2"]],
                "printed": ["1e-9999999999999999999"],
            }
        ),
        "rates_of_change.printed: expected plain decimal numbers",
    ),
    **{
        f"a title with U+{ord(each):04X}": (tree(title=f"a{each}b"), "title: expected a text of one line")
        for each in "\x00\x1b\x7f\x80\x9b\x9f\u2028\u2029"
    },
    "rates of no table": (
        tree(
            rates_of_change={
                "name": "T",
                "table": "Table 9",
                "metric": "testing_accuracy",
                "pairs": [[1, "e^-2"]],
                "printed": [0.1],
            }
        ),
        "rates_of_change.table: expected the name of one of the tables, found 'Table 9'.",
    ),
    "rates of other columns": (
        tree(
            rates_of_change={
                "name": "T",
                "table": "Table 1",
                "metric": "testing_accuracy",
                "pairs": [[1, 0.5]],
                "printed": [0.1],
            }
        ),
        "rates_of_change.pairs.0: expected learning rates of Table 1, found 0.5.",
    ),
    "no yaml": ("a: [", "expected YAML"),
    "a key twice": ("title: a\ntitle: b\n", "a second time"),
}


@pytest.mark.parametrize(("content", "expected"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_a_line_for_each_problem(tmp_path: Path, content: Any, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, content)
    assert any(expected in problem for problem in caught.value.problems), caught.value.problems
    for problem in caught.value.problems:
        assert problem.startswith(str(tmp_path / "printed.yaml"))
        assert problem.isprintable()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: a\ntables: &x [*x]\n", "line 2, column 13: expected YAML, found: *x inside &x."),
        ("tables: &x [{a: [*x]}]\n", "found: *x inside &x."),
        ("title: !!float 0.9\n", "line 1, column 8: expected YAML, found: the tag !!float."),
        ("title: !!int 1\n", "the tag !!int."),
        ("title: !!binary aGk=\n", "the tag !!binary."),
        ("title: !!timestamp 2024-01-01\n", "the tag !!timestamp."),
        ("title: !!str a\n", "the tag !!str."),
        ("title: ! a\n", "the tag !."),
        ("title: !a%1Bb c\n", r"the tag !a\x1bb."),
        ("tables: !!set {a}\n", "the tag !!set."),
        ("tables: !!python/name:os.system []\n", "the tag !!python/name:os.system."),
        ("? [a]\n: b\n", "expected YAML"),
        ('title: "\\ud800"\n', ""),
    ],
)
def test_a_hostile_file_is_one_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    (line,) = caught.value.problems
    assert problem in line
    assert line.isprintable()


def test_every_value_is_the_text_that_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: [1, 0.9450, true, null, 2024-01-01, ~, 'x', =, 0x1F, 'null', 010]\nb:\nc: {<<: {d: 1}, e: 2}\n")
    assert read_yaml(file) == {
        "a": ["1", "0.9450", "true", None, "2024-01-01", None, "x", "=", "0x1F", "null", "010"],
        "b": None,
        "c": {"d": "1", "e": "2"},
    }


def test_the_name_of_a_file_is_shown_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[31m\u2028.yaml"
    for content in ("title: [", "title: a\n"):
        path.write_text(content)
        with pytest.raises(InputError) as caught:
            published.load(path, CONFIG)
        (line,) = caught.value.problems
        assert line.startswith(f"{tmp_path}/a\\n\\x1b[31m\\u2028.yaml")
        assert line.isprintable()


@pytest.mark.parametrize(
    ("metric", "number"),
    [
        (["validation_accuracy", "best_validation_accuracy"], "0.95"),
        (["last_testing_accuracy", "testing_accuracy"], "0.950000000000"),
        (["testing_accuracy"], "1.00"),
        ("training_loss", "2"),
        ("training_loss", ".5"),
    ],
)
def test_what_a_row_may_hold(tmp_path: Path, metric: str | list[str], number: str) -> None:
    (cell,) = load(tmp_path, row(metric, number, "-")).cells
    assert (cell.text, float(cell.printed)) == (number, float(number))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a readable file"):
        published.load(tmp_path / "none.yaml", CONFIG)
