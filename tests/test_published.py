"""Files of printed numbers: read to the last digit, and whatever is wrong with one is a line that says so."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline import config, published
from pipeline.errors import InputError
from pipeline.quantity import Quantity

ROOT = Path(__file__).parent.parent
CONFIG = config.load(ROOT / "config.yaml")


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
        config.read_tree(ROOT / "config.yaml", {"defaults": {"learning_rate": 0.2}, "epochs": 3}), "config.yaml"
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
    assert published.rounding(Quantity(text)) == pytest.approx(0.5 * 10.0**-digits)


WRONG: dict[str, tuple[Any, str]] = {
    "not a mapping": ("[1, 2]", "the file: expected the printed numbers"),
    "empty": ("", "the file: expected the printed numbers"),
    "an unknown key": (tree(table=[]), "did you mean 'tables'?"),
    "no tables": ({"title": "a", "data": "MNIST"}, "expected the keys 'tables'"),
    "an empty table": (tree(tables=[]), "tables: expected a list of at least one table"),
    "a title of two lines": (tree(title="a\nb"), "title: expected a text of one line"),
    "an unknown metric": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "accuracy", "printed": [0.9, 0.9]}]}]),
        "metric: expected a metric",
    ),
    "a number too few": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "testing_accuracy", "printed": [0.9]}]}]),
        "expected 2 numbers, one for each column, found 1.",
    ),
    "per cent": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "testing_accuracy", "printed": [94.5, 0.9]}]}]),
        "Hint: 0.9450 instead of 94.50.",
    ),
    "a word": (
        tree(tables=[tree()["tables"][0] | {"rows": [{"metric": "testing_accuracy", "printed": ["high", 0.9]}]}]),
        "expected a number as printed, or -",
    ),
    "the same table twice": (tree(tables=tree()["tables"] * 2), "expected a name of its own for each table"),
    "the same column twice": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"reg": 0.1}, {"reg": 0.1}]}]),
        "expected different configurations",
    ),
    "a negative rate": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"learning_rate": -1}, {}]}]),
        "expected a number greater than 0",
    ),
    "half a batch": (
        tree(tables=[tree()["tables"][0] | {"columns": [{"batch_size": 0.5}, {}]}]),
        "expected a whole number",
    ),
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
        assert "\n" not in problem


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a readable file"):
        published.load(tmp_path / "none.yaml", CONFIG)
