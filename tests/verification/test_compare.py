"""make compare: what changed between two builds is found and named, and nothing else is."""

import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import finished_build
import pandas as pd
import pytest
from finished_build import SUMMARY, TABLES, edit
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.verification import compare, differences
from pipeline.verification.compare import lines
from pipeline.verification.differences import table_changes
from pipeline.verification.finished import Finished


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two equal builds, each in its project."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        finished_build.make(tmp_path / name)
    return tmp_path / "old", tmp_path / "new"


def compared(old: Path, new: Path) -> dict[str, tuple[str, ...]]:
    return {section.name: section.changes for section in compare.compare(Finished.find(old), Finished.find(new))}


def changed(old: Path, new: Path) -> dict[str, tuple[str, ...]]:
    return {name: changes for name, changes in compared(old, new).items() if changes}


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text))


# --- Sections


def test_equal_builds_are_the_same_in_every_section(builds: tuple[Path, Path]) -> None:
    old, new = builds
    assert list(compared(old, new)) == [
        "configuration",
        "data",
        "versions",
        "numbers",
        "verdicts",
        "figures",
        "reports",
    ]
    assert not changed(old, new)
    shown = lines(compare.compare(Finished.find(old), Finished.find(new / "results")))
    assert [line.split() for line in shown] == [[name, "same"] for name in compared(old, new)]


def test_each_section_names_its_changes(builds: tuple[Path, Path]) -> None:
    old, new = builds
    results = new / "results"
    edit(results / "config.json", '"replicates": 5', '"replicates": 4')
    edit(results / "data/data.json", '"fingerprint": "f', '"fingerprint": "e')
    edit(results / "published.json", '"numpy": "2.4.6"', '"numpy": "2.4.7"')
    edit(results / "runs/0123456789abcdef/metrics.json", "cccc", "dddd")
    edit(results / "evidence/cells.csv", "0.9474,reproduced", "0.9474,not reproduced")
    edit(results / "tables/summary.csv", "0.9345", "0.9346")
    finished_build.write(results / "figures/experiments/more.svg", "<svg/>")
    finished_build.write(results / "report/pdf/report.pdf", "other")
    found = changed(old, new)
    assert found.pop("configuration") == ("replicates: 5 -> 4",)
    assert found.pop("data")[0].startswith("fingerprint: ffff")
    assert found.pop("versions") == ("code: cccccccccccccccc -> ddddcccccccccccc", "numpy: 2.4.6 -> 2.4.7")
    assert found.pop("numbers") == (
        "tables/summary.csv: 1 value changed, most of all single, training_accuracy, learning_rate 0.2, mean: "
        "0.9345 -> 0.9346",
        "evidence/cells.csv: 1 value changed, most of all Table 4, training_accuracy, learning_rate 1, verdict: "
        "reproduced -> not reproduced",
    )
    assert found.pop("verdicts") == (
        "evidence/cells.csv: Table 4, training_accuracy, learning_rate 1, verdict: reproduced -> not reproduced",
    )
    assert found.pop("figures") == ("figures/experiments/more.svg: only in the new build",)
    assert found.pop("reports") == ("report/pdf/report.pdf: other bytes (12 -> 5)",)
    assert not found


def test_a_changed_verdict_of_a_claim_is_named(builds: tuple[Path, Path]) -> None:
    old, new = builds
    edit(new / "results/evidence/claims.csv", "undetermined", "supported")
    assert changed(old, new)["verdicts"] == ("evidence/claims.csv: It oscillates., verdict: undetermined -> supported",)


def test_another_machine_is_named_and_one_without_a_record_is_not_a_difference(builds: tuple[Path, Path]) -> None:
    old, new = builds
    finished_build.record(old, {"kernel": "Haswell"})
    finished_build.record(new, {"kernel": "SkylakeX"})
    assert changed(old, new) == {"versions": ("kernel: Haswell -> SkylakeX",)}
    (new / "results/published.json").unlink()
    assert not changed(old, new)
    shown = lines(compare.compare(Finished.find(old), Finished.find(new)))
    assert "machine: not compared, since there is no record of the new" in " ".join(shown)


def test_a_copy_of_the_results_has_the_record_of_machine_and_packages(builds: tuple[Path, Path]) -> None:
    old, new = builds
    shutil.copytree(old / "results", old / "before")
    assert not changed(old / "before", new)
    finished_build.record(new, {"kernel": "another"})
    assert "kernel" in " ".join(changed(old / "before", new)["versions"])
    shown = lines(compare.compare(Finished.find(old / "before"), Finished.find(new)))
    assert "not compared" not in " ".join(shown)


def test_a_long_section_is_cut_and_says_so() -> None:
    section = compare.ChangedSection("numbers", tuple(map(str, range(1, 31))))
    assert [line.split()[-1] for line in lines([section], 2)[:2]] == ["1", "2"]
    assert lines([section], 2)[2].strip() == "and 28 more (ALL=1 shows them)"
    assert len(lines([section], None)) == 30


# --- Tables


def test_a_missing_number_is_a_difference_and_two_missing_ones_are_none() -> None:
    text = TABLES["tables/summary.csv"]
    gap = text.replace("0.9345", "")
    (found,) = table_changes(table(text), table(gap))
    assert (found.row, found.column, found.old, found.new) == (
        "single, training_accuracy, learning_rate 0.2",
        "mean",
        0.9345,
        None,
    )
    assert not table_changes(table(gap), table(gap))
    assert [change.new for change in table_changes(table(gap), table(text))] == [0.9345]


def test_rows_of_one_build_alone_are_counted() -> None:
    text = TABLES["tables/summary.csv"]
    shorter = "".join(text.splitlines(keepends=True)[:-1])
    (gone,), (come,) = table_changes(table(text), table(shorter)), table_changes(table(shorter), table(text))
    assert (gone.whole_row, gone.old, gone.new) == (True, "a row", "no row")
    assert (come.whole_row, come.old, come.new) == (True, "no row", "a row")
    assert not table_changes(table(SUMMARY), table(SUMMARY))


def test_rows_are_told_by_the_build_that_has_them(builds: tuple[Path, Path]) -> None:
    old, new = builds
    path = new / "results/tables/summary.csv"
    *kept, _ = path.read_text().splitlines(keepends=True)
    more = "single,0.3,training_accuracy,0.95,0.001,2\nsingle,0.4,training_accuracy,0.96,0.001,2\n"
    finished_build.write(path, "".join(kept) + more)
    (told,) = changed(old, new)["numbers"]
    assert told == "tables/summary.csv: 2 rows only in the new build; 1 row only in the old build"
    (told,) = changed(new, old)["numbers"]
    assert told == "tables/summary.csv: 1 row only in the new build; 2 rows only in the old build"


ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 3), st.one_of(st.none(), st.floats(-1e9, 1e9))),
    unique_by=lambda row: row[:2],
    min_size=1,
)


def frame(rows: list[tuple[str, int, float | None]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["experiment", "seed", "value"])


@given(ROWS, st.randoms())
def test_the_order_of_rows_is_no_difference(rows: list[tuple[str, int, float | None]], order: random.Random) -> None:
    shuffled = order.sample(rows, len(rows))
    assert not table_changes(frame(rows), frame(shuffled))


@given(ROWS, st.data())
def test_one_altered_value_is_found_in_its_row(rows: list[tuple[str, int, float | None]], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    experiment, seed, value = rows[place]
    other = data.draw(st.floats(-1e9, 1e9).filter(lambda number: number != value))
    altered = [*rows[:place], (experiment, seed, other), *rows[place + 1 :]]
    (found,) = table_changes(frame(rows), frame(altered))
    assert (found.row, found.column) == (f"{experiment}, seed {seed}", "value")
    assert (found.old, found.new) == (value, other)


def test_a_damaged_table_is_one_line(tmp_path: Path) -> None:
    finished_build.write(tmp_path / "runs.csv", "")
    with pytest.raises(InputError, match=r"runs\.csv: expected a table"):
        differences.read_table(tmp_path / "runs.csv")


# --- The command


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Command:
    """The exit status of make compare, and what it prints on stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["compare", *arguments])
        with pytest.raises(SystemExit) as ended:
            compare.main()
        return ended.value.code, *capsys.readouterr()

    return run


def test_the_exit_status(builds: tuple[Path, Path], tmp_path: Path, command: Command) -> None:
    old, new = map(str, builds)
    assert command(old, new)[0] == 0
    edit(Path(new) / "results/tables/summary.csv", "0.9345", "0.9346")
    status, said, errors = command(old, new)
    assert (status, errors) == (1, "")
    assert "0.9345 -> 0.9346" in said
    for arguments, problem in (
        ((old, str(tmp_path)), "expected a project with a finished build, or its results, found no config.json"),
        ((old, str(tmp_path / "none")), "found no such folder"),
        (
            (old,),
            "make compare: expected the folders of two builds, found 1. Hint: make compare old new, or A=old B=new",
        ),
    ):
        status, said, errors = command(*arguments)
        assert (status, said) == (2, "")
        assert problem in errors
        assert errors.count("\n") == 1
