"""What differs between two builds: the cells and keys that do, under the names of their rows, and nothing else."""

import io
import math
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import InputError
from pipeline.verification import differences
from pipeline.verification.differences import Change, table_changes, tree_changes

HEAD = "experiment,key,learning_rate,reg,batch_size,hidden,epochs,seed,training_loss,testing_accuracy,status\n"
# Runs of two lengths that are otherwise the same, two seeds of one of them, and one that diverged.
RUNS = (
    "best,a1,0.6,0.001,32,128,10,1,0.25,0.91,ok\n"
    "best,a2,0.6,0.001,32,128,10,2,0.26,0.92,ok\n"
    "best,b1,0.6,0.001,32,128,74,1,0.15,0.97,ok\n"
    "best,c1,0.6,0.003,32,128,74,1,,,diverged\n"
)


def table(rows: str, head: str = HEAD) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(head + rows))


def told(changes: list[Change]) -> list[tuple[str, str, object, object]]:
    return [(change.row, change.column, change.old, change.new) for change in changes]


def row(reg: float, epochs: int, seed: int) -> str:
    parameters = f"learning_rate 0.6, reg {reg}, batch_size 32, hidden 128, epochs {epochs}, seed {seed}"
    return f"best, {parameters}"


def test_only_the_cell_that_differs_is_told_under_the_name_of_its_run() -> None:
    changed = RUNS.replace("0.15,0.97", "0.15,0.96").replace("b1", "other")  # a key is no result
    assert told(table_changes(table(RUNS), table(changed))) == [(row(0.001, 74, 1), "testing_accuracy", 0.97, 0.96)]
    assert told(table_changes(table(changed), table(RUNS))) == [(row(0.001, 74, 1), "testing_accuracy", 0.96, 0.97)]
    assert not table_changes(table(RUNS), table(RUNS))


def test_a_run_of_another_length_is_another_run() -> None:
    ten, *_, diverged = RUNS.splitlines(keepends=True)
    longer = ten.replace(",10,", ",74,")
    found = table_changes(table(ten + diverged), table(longer + diverged))
    assert told(found) == [(row(0.001, 74, 1), "", "no row", "a row"), (row(0.001, 10, 1), "", "a row", "no row")]
    assert [(change.whole_row, change.about["epochs"]) for change in found] == [(True, 74), (True, 10)]


@pytest.mark.parametrize(
    ("old", "new", "column", "before", "after"),
    [
        ("0.003,32,128,74,1,,,diverged", "0.003,32,128,74,1,0.5,,diverged", "training_loss", None, 0.5),
        ("0.15,0.97,ok", "0.15,,ok", "testing_accuracy", 0.97, None),
        ("0.15,0.97,ok", "0.15,0.97,diverged", "status", "ok", "diverged"),
    ],
)
def test_a_gap_and_a_text_are_told_as_such(old: str, new: str, column: str, before: object, after: object) -> None:
    ((_, *found),) = told(table_changes(table(RUNS), table(RUNS.replace(old, new))))
    assert found == [column, before, after]


def test_a_change_carries_the_row_as_the_newer_build_has_it() -> None:
    (found,) = table_changes(table(RUNS), table(RUNS.replace("0.26", "0.27")))
    assert (found.about["training_loss"], found.about["seed"], found.about["status"]) == (0.27, 2.0, "ok")
    assert not found.whole_row


def test_a_column_of_one_build_alone_is_a_change_in_every_row_that_has_it() -> None:
    one, other = table("a,1\nb,2\n", "claim,value\n"), table("a\nb\n", "claim\n")
    assert told(table_changes(one, other)) == [("a", "value", 1.0, None), ("b", "value", 2.0, None)]
    assert told(table_changes(other, one)) == [("a", "value", None, 1.0), ("b", "value", None, 2.0)]


def test_rows_about_the_same_are_told_apart_by_their_order() -> None:
    old, new = (table(rows, "claim,value\n") for rows in ("a,1\na,2\n", "a,1\na,3\na,4\n"))
    assert told(table_changes(old, new)) == [("a", "value", 2.0, 3.0), ("a", "", "no row", "a row")]


def test_a_claim_is_the_same_whatever_it_is_tested_by() -> None:
    old, new = (table(rows, "claim,test,verdict\n") for rows in ("a,one,supported\n", "a,two,supported\n"))
    for file in ("evidence/claims.csv", "evidence/audit.csv"):
        assert told(table_changes(old, new, differences.identity(file))) == [("a", "test", "one", "two")]
    assert [change.whole_row for change in table_changes(old, new, differences.identity("evidence/tests.csv"))] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("old", "new", "relative"),
    [
        (2.0, 3.0, 1 / 3),
        (3.0, 2.0, 1 / 3),
        (-4.0, 4.0, 2.0),
        (0.0, 0.5, 1.0),
        (0.5, None, math.inf),
        ("a", 1.0, math.inf),
    ],
)
def test_a_difference_is_relative_to_the_larger_number(old: object, new: object, relative: float) -> None:
    assert Change("", "", old, new, {}).relative == pytest.approx(relative)  # type: ignore[arg-type]


def test_only_the_keys_that_differ_are_told_with_their_path() -> None:
    old = {"epochs": 10, "split": {"seed": 1, "fraction": 0.2}, "gone": {"a": 1}, "rates": [1, 2], "same": None}
    new = {"split": {"seed": 2, "fraction": 0.2}, "epochs": 74, "rates": [2, 1], "come": 0, "same": None}
    assert tree_changes(old, new) == [
        ("epochs", 10, 74),
        ("split.seed", 1, 2),
        ("gone", {"a": 1}, None),
        ("rates", [1, 2], [2, 1]),
        ("come", None, 0),
    ]
    assert tree_changes(old, old) == []


def test_a_json_file_is_a_table_of_one_row(tmp_path: Path) -> None:
    path = tmp_path / "critical.json"
    path.write_text('{"critical": 0.25, "unit": "é"}', encoding="utf-8")
    ((row),) = differences.read_table(path).to_dict("records")
    assert row == {"critical": 0.25, "unit": "é"}


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [("a.json", "{", "property name"), ("a.csv", 'a\n"b', "EOF"), ("b.csv", "a\n1\n2,3\n", "saw 2")],
)
def test_what_is_no_table_is_told_in_a_line(tmp_path: Path, name: str, content: str, found: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=f"^.*{name}: expected a table that a build writes, found: .*{found}.*\\.$"):
        differences.read_table(tmp_path / name)


def test_the_files_that_are_compared(tmp_path: Path) -> None:
    for name in (
        *("runs.csv", "histories.csv", "tables/b.csv", "tables/a.csv", "evidence/c.csv", "randomisation/t/t.json"),
        *("collapse/collapse.csv", "theory/mathematics.csv", "randomisation/t/t.csv", "tables/SHA256SUMS"),
        *("figures/e/f.svg", "figures/e/f.csv", "report/html/report.html", "report/pdf/report.pdf"),
        *("report/build.json", "tables/deep/d.csv"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert differences.names(tmp_path, *differences.TABLES) == [
        *("runs.csv", "tables/a.csv", "tables/b.csv", "collapse/collapse.csv", "evidence/c.csv"),
        *("theory/mathematics.csv", "randomisation/t/t.json"),
    ]
    assert differences.names(tmp_path, *differences.FIGURES) == ["figures/e/f.svg"]
    assert differences.names(tmp_path, *differences.REPORTS) == ["report/html/report.html", "report/pdf/report.pdf"]
