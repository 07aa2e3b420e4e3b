"""The files of a check, the runs that they ask for, and their verdicts: part by part, without a build."""

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from configuration import CONFIG_YAML, ROOT
from judging import judged as judged_cell
from submitted import RATE, SAMPLE, table, write

from pipeline.check import command as check
from pipeline.check import judging, submissions
from pipeline.check import printout as check_text
from pipeline.check import rates as check_rates
from pipeline.check.judging import Known
from pipeline.check.printout import Checked
from pipeline.check.rates import Rate
from pipeline.check.submissions import DataAtHand, Submission, Wanted
from pipeline.config import load as config
from pipeline.config.metrics import SUMMARISED
from pipeline.config.settings import Config, Experiment, Network, Protocol, Split
from pipeline.errors import InputError
from pipeline.evidence import readings
from pipeline.evidence.cells import CellVerdict, JudgedCell
from pipeline.evidence.class_shares import ClassShares
from pipeline.experiments import plan
from pipeline.files import sealed
from pipeline.writeup import published

PUBLISHED = "pipeline/writeup/published.yaml"
CONFIG = config.load(CONFIG_YAML)


def submission(path: Path, **changes: Any) -> Submission:
    return Submission(path, published.load(path, replace(CONFIG, **changes)))


DATA = DataAtHand("MNIST", 60_000, "f" * 64)
OTHER = Protocol(Split(0.5, None), Network(5.0, 7))


def test_a_batch_larger_than_the_training_set_of_the_files_own_split_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yaml", table([RATE | {"batch_size": 50_000}], testing_accuracy=["0.90"]), data="MNIST")
    found = submission(file)
    assert list(submissions.unfit(found, DATA)) == [
        f"{file}: batch_size: expected at most 48,000 (the training set), found 50,000."
    ]
    assert list(submissions.unfit(found, replace(DATA, training_images=62_500))) == []  # 50,000 for training
    half = Submission(file, replace(found.published, protocol=OTHER))
    assert ["30,000" in line for line in submissions.unfit(half, DATA)] == [True]
    assert list(submissions.unfit(found, replace(DATA, name="Fashion"))) == [], "not judged anyway"


def test_why_a_file_of_other_data_is_not_judged_is_said_with_what_would_help(tmp_path: Path) -> None:
    found = submission(write(tmp_path / "a.yaml", table([RATE], testing_accuracy=["0.90"]), data="MNIST")).published
    assert submissions.foreign(found, CONFIG, "MNIST") == ""
    fallback = submissions.foreign(found, CONFIG, SAMPLE)
    assert fallback.startswith(f"of MNIST, and the data set at hand is {SAMPLE}.")
    assert 'logs/data.log names, then add SNAKEMAKE_OPTIONS="--forcerun data"' in fallback
    chosen = submissions.foreign(found, replace(CONFIG, source="sample"), SAMPLE)
    assert "config.yaml asks for the sample; set source to mnist there." in chosen
    assert "correct the name" in submissions.foreign(replace(found, data="Fashion"), CONFIG, "MNIST")


def keys(planned: submissions.Runs) -> dict[Protocol, list[str]]:
    return {protocol: [run.key for run in runs] for protocol, runs in planned.items()}


def test_equal_configurations_of_all_files_are_wanted_once(tmp_path: Path) -> None:
    shared = table([RATE, {"reg": "e^-1"}], testing_accuracy=["0.90", "0.80"])
    found = [submission(write(tmp_path / f"{name}.yaml", shared, data="MNIST")).published for name in "ab"]
    found.append(
        submission(write(tmp_path / "c.yaml", table([RATE], testing_accuracy=["0.90"]), data="Other")).published
    )
    first, other = submissions.wanted(found)
    assert first == Wanted("MNIST", CONFIG.protocol, found[0].configurations)
    assert (other.data, len(other.configurations)) == ("Other", 1)
    planned = submissions.runs([first, other], CONFIG, DATA)
    assert [run.seed for run in planned[CONFIG.protocol]] == [*range(1, CONFIG.replicates + 1)] * 2
    report = Experiment("report", "single", (), found[0].configurations, CONFIG.replicates)
    assert keys(planned) == {CONFIG.protocol: [run.key for run in plan.runs(CONFIG, [report], "f" * 64)]}
    for images, fitting in ((80, 2), (78, 0)):  # 64 for training, a whole batch, and 62
        few = submissions.runs([first], CONFIG, replace(DATA, training_images=images))
        assert len(few[CONFIG.protocol]) == fitting * CONFIG.replicates


def test_more_seeds_are_wanted_of_a_doubtful_configuration_in_its_own_protocol_alone(tmp_path: Path) -> None:
    file = table([RATE, {"reg": "e^-1"}], testing_accuracy=["0.90", "0.80"])
    published = submission(write(tmp_path / "a.yaml", file, data="MNIST")).published
    sure, doubtful = published.configurations
    asked = submissions.wanted([published, replace(published, protocol=OTHER)], {(OTHER, doubtful)})
    planned = submissions.runs(asked, CONFIG, DATA)
    seeds = {
        (p, one): {r.seed for r in runs if r.configuration == one}
        for p, runs in planned.items()
        for one in (sure, doubtful)
    }
    few, many = {*range(1, CONFIG.replicates + 1)}, {*range(1, 3 * CONFIG.replicates + 1)}
    assert seeds == {
        **{(CONFIG.protocol, sure): few, (CONFIG.protocol, doubtful): few, (OTHER, sure): few},
        (OTHER, doubtful): many,
    }
    of_other = {run.key for run in planned[OTHER]}
    assert not of_other & {run.key for run in planned[CONFIG.protocol]}
    (run, *_) = planned[OTHER]
    assert {
        name: run.specification[name] for name in ("split_seed", "validation_fraction", "initial_scale", "initial_seed")
    } == {
        "split_seed": None,
        "validation_fraction": 0.5,
        "initial_scale": 5.0,
        "initial_seed": 7,
    }


def test_what_the_last_check_asked_for_is_read_as_it_was_written(tmp_path: Path) -> None:
    numbers = table([RATE, {"reg": "e^-1"}], testing_accuracy=["0.90", "0.80"])
    stated = {"initial_scale": 5, "initial_seed": 7, "validation_fraction": 0.5}
    found = submission(write(tmp_path / "a.yaml", numbers, data="MNIST", protocol=stated)).published
    asked = submissions.wanted([found], {(found.protocol, found.configurations[0])})
    sealed.write_json(tmp_path / "wanted.json", asked)
    sealed.write_json(tmp_path / "data.json", DATA)
    again = submissions.wanted_runs(tmp_path / "wanted.json", CONFIG, tmp_path / "data.json")
    assert keys(again) == keys(submissions.runs(asked, CONFIG, DATA))
    assert submissions.read_wanted(tmp_path / "wanted.json") == asked
    assert submissions.read_wanted(tmp_path / "nothing.json") == ()
    sealed.write_text(tmp_path / "wanted.json", "{}")
    with pytest.raises(InputError, match=r"wanted\.json: expected what an earlier step wrote, found other JSON"):
        submissions.read_wanted(tmp_path / "wanted.json")


def test_of_a_folder_its_visible_yaml_files_are_judged_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/c.YML", "notes.txt", ".hidden.yaml", "a/.git/d.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "folder.yaml").mkdir()
    assert submissions.find(str(tmp_path)) == (tmp_path / "a/c.YML", tmp_path / "b.yaml")


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected files of printed numbers, \*.yaml or \*.yml, found none"):
        submissions.find(str(tmp_path))


@pytest.mark.parametrize("given", ["environment", "command line"])
def test_make_hands_quotation_marks_on(tmp_path: Path, given: str) -> None:
    variables = {"PUBLISHED": 'it\'s "a" file.yaml', "SNAKEMAKE_OPTIONS": "--config title='a b' author=\"it's\""}
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / "locks").mkdir()
    for name in ("locks/requirements.lock", "setup.sh", ".venv/report"):
        (tmp_path / name).write_text("")
    python = tmp_path / ".venv/bin/python"
    python.write_text('#!/bin/sh\nfor each in "$@"; do echo "$each"; done\n')
    python.chmod(0o755)
    words = [f"{name}={value}" for name, value in variables.items()] if given == "command line" else []
    result = subprocess.run(
        ["make", "-f", ROOT / "Makefile", "check", *words],
        cwd=tmp_path,
        env=os.environ | ({} if words else variables),
        capture_output=True,
        text=True,
    )
    assert result.stdout.splitlines() == [
        "-m",
        "pipeline.check.command",
        "--protocol=course",
        f"--snakemake={variables['SNAKEMAKE_OPTIONS']}",
        "--",
        variables["PUBLISHED"],
    ], result.stderr


BOMB = "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "expected YAML, found: more than 5,000 values."),
        ("a: [1]\na: 2\n", "the key 'a' a second time (first in line 1)"),
        ("[" * 100_000, "line 1, column 21: expected YAML, found: more than 20 levels."),
        ("- " * 1000, "more than 20 levels"),
        ("title: *\n", "expected YAML"),
    ],
)
def test_a_file_that_could_stand_for_an_endless_one_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError, match=re.escape(problem)):
        published.load(tmp_path / "a.yaml", CONFIG)


HOSTILE = (
    "tables: &x [*x]",
    "title: !!float 0.9",
    "title: !!timestamp 2024-01-01",
    "[" * 9999,
    "title: \x1b",
    "\xff\xfe",
)


def test_a_hostile_file_does_not_keep_the_others_from_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, text in enumerate(HOSTILE):
        (tmp_path / f"{number}\n\x1b.yaml").write_bytes(text.encode("latin-1"))
    good = write(tmp_path / "good.yaml", table([RATE], testing_accuracy=["0.90"]))
    found, problems = submissions.load(submissions.find(str(tmp_path)), CONFIG)
    assert [each.path for each in found] == [good]
    assert len(problems) == len(HOSTILE)
    for number, (line,) in enumerate(problems.values()):
        assert line.startswith(f"{tmp_path}/{number}\\n\\x1b.yaml"), line
        assert line.isprintable()

    def fail(path: Path, *_: Any) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr(published, "load", fail)
    assert submissions.load([good], CONFIG) == (
        (),
        {good: (f"{good}: expected printed numbers, found what ends in RecursionError.",)},
    )


def test_the_name_of_a_file_is_printed_on_one_line(tmp_path: Path) -> None:
    one = checked(tmp_path, (0.90, 0.91), name="a\n\x1b[31m.yaml")
    assert check_text.lines(one)[0] == r"a\n\x1b[31m.yaml: Someone"
    assert check_text.overview([one], [Path("z\x9b.yaml")])[1].startswith(r"  a\n\x1b[31m.yaml")
    assert r"z\x9b.yaml" in check_text.overview([one], [Path("z\x9b.yaml")])[2]
    assert check.to_frame([one])["file"].tolist() == [r"a\n\x1b[31m.yaml"]


def test_what_is_written_once_and_used_twice_can_be_read(tmp_path: Path) -> None:
    numbers = table([RATE], testing_accuracy=["0.90"])
    file = write(tmp_path / "a.yaml", numbers, numbers | {"name": "Table 2", "rows": numbers["rows"]})
    assert "*id001" in file.read_text()
    assert [cell.table for cell in published.load(file, CONFIG).cells] == ["Table 1", "Table 2"]


def checked(
    tmp_path: Path, values: tuple[float, ...], diverged: int = 0, *, name: str = "a.yaml", printed: str = "0.9000"
) -> Checked:
    found = submission(write(tmp_path / name, table([RATE], testing_accuracy=[printed])))
    (cell,) = found.published.cells
    return whole(Path(name), (judged_cell(cell, "testing_accuracy", *values, diverged=diverged),))


def whole(path: Path, cells: tuple[JudgedCell, ...], rates: tuple[Rate, ...] = ()) -> Checked:
    return Checked(path, "Someone", "MNIST", CONFIG.protocol, stated=(), cells=cells, rates=rates)


def test_a_number_without_enough_runs_is_not_judged(tmp_path: Path) -> None:
    lone = checked(tmp_path, (0.9,), diverged=4)
    assert check_text.lines(lone)[3].endswith("0.9000   -     -                     not judged (4 of 5 runs diverged)")
    assert check_text.verdict(lone) == (
        "0 reproduced, 0 unusual, 0 not reproduced, 1 not judged. "
        "None could be judged by runs, so the file does not count as reproduced."
    )
    assert check_text.status([lone], []) == 1
    assert check_text.status([checked(tmp_path, (0.90, 0.91)), lone], []) == 1
    assert check_text.status([replace(lone, cells=())], []) == 1, "nothing but empty cells"
    assert check_text.lines(checked(tmp_path, (0.9,)))[3].endswith("not judged (too few runs: 1)")
    assert check_text.report([lone], [])[-1] == check_text.legend()


@pytest.mark.parametrize(("right", "wrong", "odds"), [(0, 1, "0.1 of 1"), (1, 1, "0.1 of 2"), (37, 3, "2.0 of 40")])
def test_how_many_would_be_unusual_by_chance_is_told(tmp_path: Path, right: int, wrong: int, odds: str) -> None:
    """One in twenty."""
    fits, fails = (checked(tmp_path, values).cells[0] for values in ((0.90, 0.91), (0.50, 0.51)))
    one = checked(tmp_path, (0.90,))
    told = check_text.verdict(replace(one, cells=(fits,) * right + (fails,) * wrong, at_first=7))
    assert told.startswith(f"{right} reproduced, 0 unusual, {wrong} not reproduced.")
    assert told.endswith(
        f" 7 of {odds.split()[2]} were unusual at first, where chance makes {odds.split(maxsplit=1)[0]}."
    )


def test_a_line_tells_where_the_runs_lie_to_four_digits(tmp_path: Path) -> None:
    """Of two runs 0.01 apart: 0.905 ± 12.706 × 0.00707 × √1.5, which is 0.11."""
    words = check_text.lines(checked(tmp_path, (0.90, 0.91)))[3].split()
    assert words == [
        "Table",
        "1",
        "learning_rate",
        "0.5",
        "testing_accuracy",
        "0.9000",
        *("0.7950", "to", "1.0000"),
        *("0.7950", "to", "1.0000"),
        "reproduced",
    ]


def test_the_overview_counts_every_kind(tmp_path: Path) -> None:
    right = checked(tmp_path, (0.90, 0.91))
    wrong = checked(tmp_path, (0.50, 0.51), name="b.yaml")
    lone = checked(tmp_path, (0.9,), name="c.yaml")
    several = check_text.overview([right, wrong, lone], [Path("z.yaml"), Path("z.yaml")])
    assert several[-1] == "4 files: 1 reproduces, 1 does not, 1 cannot be judged, 1 has mistakes."
    assert [line.split()[0] for line in several[1:-1]] == ["a.yaml", "b.yaml", "c.yaml", "z.yaml"]
    assert check_text.overview([right] * 3, [])[-1] == "3 files: 3 reproduce."
    assert check_text.status([right, wrong], []) == 1
    assert check_text.status([right, wrong], [Path("z.yaml")]) == 2
    assert check_text.status([right], []) == 0
    odd = replace(right, cells=tuple(replace(each, verdict="unusual") for each in right.cells))
    assert check_text.status([odd], []) == 0, "one in twenty is unusual"
    assert check_text.report([], [Path("z.yaml")]) == []
    assert check_text.report([right], [])[0] == "a.yaml: Someone"


def rows_of(lines: list[str]) -> list[list[str]]:
    """The cells of an aligned table."""
    return [re.split(r" {2,}", line.strip()) for line in lines]


def test_the_overview_tells_of_each_file_how_its_numbers_fared(tmp_path: Path) -> None:
    fits, fails, open_ = (checked(tmp_path, values).cells[0] for values in ((0.90, 0.91), (0.50, 0.51), (0.9,)))
    mixed = replace(checked(tmp_path, ()), cells=(fits,) * 3 + (fails,) * 2 + (open_,))
    right = replace(mixed, path=Path("b.yaml"), cells=(fits,) * 4 + (open_,) * 5)
    *table, last = check_text.overview([mixed, right, mixed], [Path("z.yaml"), Path("y.yaml")])
    assert rows_of(table) == [
        ["file", "reproduced", "unusual", "not reproduced", "not judged", "unusual at first", "by chance"],
        ["a.yaml", "3", "0", "2", "1", "0", "0.3", "does not reproduce"],  # a twentieth of five
        ["b.yaml", "4", "0", "0", "5", "0", "0.2", "reproduces"],
        ["a.yaml", "3", "0", "2", "1", "0", "0.3", "does not reproduce"],
        ["y.yaml", "not judged: see above"],
        ["z.yaml", "not judged: see above"],
    ]
    assert last == "5 files: 1 reproduces, 2 do not, 2 have mistakes."


def test_a_report_has_every_file_then_the_overview_of_more_than_one_then_the_legend(tmp_path: Path) -> None:
    right, wrong = checked(tmp_path, (0.90, 0.91)), checked(tmp_path, (0.50, 0.51), name="b.yaml")
    assert check_text.report([right], []) == [*check_text.lines(right), "", check_text.legend()]
    for judged, bad in (([right, wrong], []), ([right], [Path("z.yaml")]), ([right, wrong], [Path("z.yaml")])):
        every = [line for each in judged for line in (*check_text.lines(each), "")]
        told = check_text.report(judged, bad)
        assert told == [*every, *check_text.overview(judged, bad), "", check_text.legend()]


def test_the_table_of_a_check_has_its_columns_even_if_nothing_was_judged(tmp_path: Path) -> None:
    names = ["file", "table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    empty, one = (list(check.to_frame(files)) for files in ([], [checked(tmp_path, (0.9,))]))
    assert empty[: len(names)] == names
    assert empty == one


def test_rates_of_change_are_held_against_their_own_table(tmp_path: Path) -> None:
    change = {
        "name": "Table 9",
        "table": "Table 6",
        "metric": "testing_accuracy",
        "pairs": [["0.5", "0.1"], ["1", "0.1"], ["1", "0.5"]],
        "printed": ["-", "0.10", "0.04"],
    }
    columns = [{"learning_rate": rate} for rate in ("1", "0.5", "0.1")]
    numbers = table(columns, "Table 6", testing_accuracy=["0.94", "0.92", "-"])
    found = submission(write(tmp_path / "a.yaml", numbers, rates_of_change=change)).published
    (rate,) = check_rates.rates(found)
    wrong = write(tmp_path / "b.yaml", numbers, rates_of_change=change | {"printed": ["-", "0.10", "0.05"]})
    assert [each.verdict for each in check_rates.rates(submission(wrong).published)] == ["not reproduced"]
    assert (rate.name, rate.column, rate.printed) == ("Table 9", "learning_rate 0.5 to 1", "0.04")
    assert rate.verdict == "reproduced"
    assert rate.computed == pytest.approx(0.04)
    some = whole(Path("a.yaml"), (), (rate, replace(rate, verdict="not reproduced")))
    told = rows_of(check_text.lines(some)[2:5])
    assert told[1] == [
        "Table 9",
        "learning_rate 0.5 to 1",
        "rate of testing_accuracy",
        "0.04",
        "0.0400 from Table 6",
        "-",
        "reproduced",
    ]
    assert [row[-1] for row in told] == ["verdict", "reproduced", "not reproduced"]
    nothing = runs_of_rates(2).iloc[:0]
    one = known(nothing, seeds=CONFIG).judged(Submission(Path("a.yaml"), found))
    assert (one.path, one.title, one.rates) == (Path("a.yaml"), "Someone", (rate,))
    assert check_text.verdict(some).startswith(
        "1 reproduced, 0 unusual, 1 not reproduced. None could be judged by runs"
    )
    assert check_text.status([some], []) == 1
    alone = replace(some, rates=(rate,))
    assert check_text.status([alone], []) == 1, "it agrees with its own table, which no run was held against"
    assert check_text.overview([alone] * 2, [])[-1] == "2 files: 2 cannot be judged."
    judged = replace(checked(tmp_path, (0.90, 0.91)), rates=(rate,))
    assert check_text.verdict(judged).startswith("2 reproduced, 0 unusual, 0 not reproduced.")
    assert check_text.status([judged], []) == 0


def rates_file(folder: Path, name: str, first: str, second: str) -> Path:
    """Two rates with these accuracies in training and testing."""
    columns = [{"learning_rate": rate} for rate in ("0.1", "0.2")]
    rows = {"testing_accuracy": [first, second], "training_accuracy": [first, second]}
    return write(folder / name, table(columns, **rows))


def runs_of_rates(seeds: int) -> pd.DataFrame:
    """Of rate 0.1 around 0.905 and of rate 0.2 around 0.505."""
    values = [level + 0.01 * (seed % 2) for level in (0.90, 0.50) for seed in range(seeds)]
    return pd.DataFrame(
        {
            "key": [f"{n:016x}" for n in range(2 * seeds)],
            "learning_rate": [0.1] * seeds + [0.2] * seeds,
            **{"reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10},
            **{"seed": [*range(1, seeds + 1)] * 2, "status": "ok"},
            **{name: values if name.endswith("accuracy") else 1.0 for name in SUMMARISED},
        }
    )


SEEDS = replace(CONFIG, replicates=4)


def known(runs: pd.DataFrame, others: readings.Samples | None = None, seeds: Config = SEEDS) -> Known:
    """What is at hand where these are the runs, all of the protocol of config.yaml."""
    shares = {CONFIG.split: ClassShares((0.1, 0.11), (0.1, 0.11))}
    return Known(seeds, SAMPLE, {CONFIG.protocol: readings.samples(runs)}, shares, others or {})


def test_more_seeds_count_where_a_number_of_the_file_is_unusual_and_nowhere_else(tmp_path: Path) -> None:
    files = [rates_file(tmp_path, "a.yaml", "0.90", "0.80"), rates_file(tmp_path, "b.yaml", "0.90", "0.51")]
    found, _ = submissions.load(files, CONFIG)
    wrong, right = map(known(runs_of_rates(8)).judged, found)
    assert [each.learning_rate for each in wrong.doubtful] == [0.2]
    assert [each.n for each in wrong.cells] == [4, 8, 4, 8]
    assert right.doubtful == ()
    assert [each.n for each in right.cells] == [4] * 4


def test_a_number_that_is_unusual_at_first_counts_by_all_seeds_that_there_are(tmp_path: Path) -> None:
    """0.80 is far from the first four seeds of rate 0.2, and among all eight."""
    runs = runs_of_rates(8)
    runs.loc[(runs["learning_rate"] == 0.2) & (runs["seed"] > 4), "testing_accuracy"] = 0.80
    file = write(
        tmp_path / "a.yaml", table([{"learning_rate": r} for r in ("0.1", "0.2")], testing_accuracy=["0.90", "0.80"])
    )
    one = known(runs).judged(submission(file))
    odd = one.cells[1]
    assert (odd.metric, odd.n, odd.verdict) == ("testing_accuracy", 8, "reproduced")
    assert one.doubtful == odd.configurations


def test_a_number_is_doubtful_if_it_is_unusual_or_not_reproduced(tmp_path: Path) -> None:
    (cell,) = checked(tmp_path, (0.90, 0.91)).cells
    verdicts: tuple[CellVerdict, ...] = ("reproduced", "unusual", "not reproduced", "not judged")
    doubted = [verdict for verdict in verdicts if judging.unusual([replace(cell, verdict=verdict)])]
    assert doubted == ["unusual", "not reproduced"]


def test_runs_of_the_report_tell_how_much_those_of_a_file_differ(tmp_path: Path) -> None:
    """Those of rate 0.1 with another batch size, which are as accurate, add to the degrees of freedom of four seeds."""
    (found,), _ = submissions.load([rates_file(tmp_path, "a.yaml", "0.90", "0.51")], CONFIG)
    report = runs_of_rates(4).assign(batch_size=32)
    others = readings.samples(report[report["learning_rate"] == 0.1])
    alone, helped = (known(runs_of_rates(4), given).judged(found) for given in ({}, others))
    assert alone.cells[0].spread is not None
    assert helped.cells[0].spread is not None
    assert alone.cells[0].spread.freedom == 3 < helped.cells[0].spread.freedom
    assert helped.cells[0].values == alone.cells[0].values


def test_the_verdicts_on_a_file_do_not_depend_on_other_files(tmp_path: Path) -> None:
    """The second file asks for the first one's rate, too, and has an unusual number there.

    Its other rate is as accurate, so that it would help to tell the spread.
    """
    files = [
        write(tmp_path / "a.yaml", table([{"learning_rate": "0.1"}], testing_accuracy=["0.90"])),
        rates_file(tmp_path, "b.yaml", "0.70", "0.51"),
    ]
    found, _ = submissions.load(files, CONFIG)
    runs = runs_of_rates(8)
    other = runs["learning_rate"] == 0.2
    runs.loc[other, "testing_accuracy"] = runs.loc[other, "testing_accuracy"] * 3 - 3 * 0.505 + 0.905
    assert known(runs).judged(found[0]) == known(runs[~other]).judged(found[0])


@pytest.mark.parametrize(
    ("data", "runs", "known"),
    [
        ('{"fingerprint": "f"}', True, 2),
        ('{"fingerprint": "g"}', True, 0),
        (None, True, 0),
        ('{"fingerprint": "f"}', False, 0),
    ],
)
def test_the_published_report_tells_how_much_runs_differ_if_it_is_of_the_same_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str | None, runs: bool, known: int
) -> None:
    monkeypatch.setattr(judging, "REPORT", tmp_path)
    (tmp_path / "data").mkdir()
    if data:
        (tmp_path / "data/data.json").write_text(data)
    if runs:
        runs_of_rates(2).to_csv(tmp_path / "runs.csv")
    assert len(judging.spreads_of_report("f")) == known


@pytest.mark.parametrize("data", ["{", "[]", "{}"])
def test_a_damaged_report_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> None:
    monkeypatch.setattr(judging, "REPORT", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/data.json").write_text(data)
    (tmp_path / "runs.csv").write_text("")
    with pytest.raises(InputError, match=r"expected runs\.csv and data/data\.json of a build, found: "):
        judging.spreads_of_report("f")
