"""What make check prints of numbers held against runs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from configuration import CONFIG_YAML
from judging import judged as judged_cell

from pipeline.check import printout as check_text
from pipeline.check.printout import Checked
from pipeline.check.rates import Rate
from pipeline.config import load as config
from pipeline.evidence.cells import JudgedCell
from pipeline.writeup import published
from pipeline.writeup.published import Summary

PROTOCOL = config.load(CONFIG_YAML).protocol
COLUMN, OTHER = published.load(published.FILE, config.load(CONFIG_YAML)).cells[:2]
RATE = Rate("Table 9", "Table 6", "learning_rate 0.5 to 1", "testing_accuracy", "0.04", 0.045, "reproduced")


def judged(*values: float, diverged: int = 0, cell: published.Cell = COLUMN) -> JudgedCell:
    return judged_cell(cell, "training_accuracy", *values, diverged=diverged)


# the write-up prints 0.9450 first, for rate 1: 0.944 ± 0.0127 holds it, with 12.7 × 0.0014 √1.5
RIGHT = judged(0.943, 0.945)
WRONG = judged(0.5, 0.5002)
ODD = replace(RIGHT, verdict="unusual", file_low=0.9123, file_high=0.9757)
SHARE = replace(RIGHT, discrete=True)
LONE, LOST = judged(0.944), judged(0.944, diverged=3)


def checked(*cells: JudgedCell, rates: tuple[Rate, ...] = (), name: str = "a.yaml") -> Checked:
    return Checked(Path(name), "Someone", "MNIST", PROTOCOL, stated=(), cells=cells, rates=rates)


def columns(line: str) -> list[str]:
    return [each for each in line.split("  ") if each.strip()]


def test_each_number_has_a_line_with_its_runs_and_verdict() -> None:
    one = checked(RIGHT, WRONG, LONE, LOST, ODD, SHARE, rates=(RATE, replace(RATE, verdict="not reproduced")))
    first, _, heads, *rows, last = check_text.lines(one)
    assert first == "a.yaml: Someone"
    assert [each.strip() for each in columns(heads)] == [
        *("table", "column", "metric", "printed", "runs", "all runs of the file", "verdict")
    ]
    # 0.944 ± 12.706 × 0.001414 × √1.5 and 0.5001 ± 12.706 × 0.0001414 × √1.5
    assert [[each.strip() for each in columns(row)][3:] for row in rows] == [
        ["0.9450", "0.9220 to 0.9660", "0.9220 to 0.9660", "reproduced"],
        ["0.9450", "0.4979 to 0.5023", "0.4979 to 0.5023", "not reproduced"],
        ["0.9450", "-", "-", "not judged (too few runs: 1)"],
        ["0.9450", "-", "-", "not judged (3 of 4 runs diverged)"],
        ["0.9450", "0.9220 to 0.9660", "0.9123 to 0.9757", "unusual"],
        ["0.9450", "a class share", "a class share", "reproduced"],
        ["0.04", "0.0450 from Table 6", "-", "reproduced"],
        ["0.04", "0.0450 from Table 6", "-", "not reproduced"],
    ]
    assert [each.strip() for each in columns(rows[0])][:3] == ["Table 4", "learning_rate 1", "training_accuracy"]
    assert [each.strip() for each in columns(rows[6])][:3] == [
        "Table 9",
        "learning_rate 0.5 to 1",
        "rate of testing_accuracy",
    ]
    assert last == f"  {check_text.verdict(one)}"


def test_a_number_is_shown_as_in_its_file_with_what_it_is_of() -> None:
    percent, error = replace(RIGHT, text="94.50%"), replace(RIGHT, text="5.50%")
    mean = replace(RIGHT, text="0.9450 ± 0.0004", summary=Summary("mean", 5))
    best = replace(SHARE, summary=Summary("best", 7))
    shown = check_text.lines(checked(percent, error, mean, best, replace(SHARE, summary=Summary("mean", 5))))
    rows = [line for line in shown if "Table 4" in line]
    assert [[each.strip() for each in columns(row)][3:5] for row in rows] == [
        ["94.50% (0.9450)", "0.9220 to 0.9660"],
        ["5.50% (0.9450)", "0.9220 to 0.9660"],
        ["0.9450 ± 0.0004, mean of 5", "0.9220 to 0.9660"],
        ["0.9450, best of 7", "a class share"],
        ["0.9450, mean of 5", "class shares"],
    ]


def test_why_a_number_is_not_judged_stands_in_its_line() -> None:
    beyond = replace(LONE, reason="momentum 0.9", low=None, high=None)
    assert any(line.endswith("not judged (momentum 0.9)") for line in check_text.lines(checked(beyond)))


def test_the_epoch_that_a_number_fits_instead_is_named() -> None:
    assert check_text.lines(checked(replace(WRONG, instead="last_testing_accuracy")))[3].endswith(
        "(it fits last_testing_accuracy)"
    )
    assert check_text.lines(checked(WRONG))[3].endswith("not reproduced")


@pytest.mark.parametrize(
    ("one", "counts", "chance"),
    [
        # a twentieth of two, one, one, six
        (
            checked(RIGHT, RIGHT),
            "2 reproduced, 0 unusual, 0 not reproduced.",
            "0 of 2 were unusual at first, where chance makes 0.1.",
        ),
        (
            checked(RIGHT, LONE),
            "1 reproduced, 0 unusual, 0 not reproduced, 1 not judged.",
            "0 of 1 were unusual at first, where chance makes 0.1.",
        ),
        (
            checked(WRONG),
            "0 reproduced, 0 unusual, 1 not reproduced.",
            "0 of 1 were unusual at first, where chance makes 0.1.",
        ),
        (
            checked(*[RIGHT] * 3, ODD, WRONG, WRONG),
            "3 reproduced, 1 unusual, 2 not reproduced.",
            "0 of 6 were unusual at first, where chance makes 0.3.",
        ),
        (checked(SHARE), "1 reproduced, 0 unusual, 0 not reproduced.", ""),
        (checked(LONE), "0 reproduced, 0 unusual, 0 not reproduced, 1 not judged.", "does not count as reproduced."),
        (checked(rates=(RATE,)), "1 reproduced, 0 unusual, 0 not reproduced.", "does not count as reproduced."),
        (
            checked(RIGHT, rates=(RATE, replace(RATE, verdict="not reproduced"))),
            "2 reproduced, 0 unusual, 1 not reproduced.",
            "0 of 1 were unusual at first, where chance makes 0.1.",
        ),
    ],
)
def test_a_file_is_summed_up(one: Checked, counts: str, chance: str) -> None:
    told = check_text.verdict(one)
    assert told.startswith(counts)
    assert told.endswith(chance) if chance else told == counts


def test_the_overview_has_a_line_for_each_file_and_counts_them() -> None:
    files = [
        checked(RIGHT, RIGHT, WRONG, LONE),
        checked(RIGHT, ODD, name="b.yaml"),
        checked(LONE, name="c.yaml"),
        checked(WRONG, name="d.yaml"),
        checked(RIGHT, name="e.yaml"),
        checked(WRONG, name="f.yaml"),
        checked(LONE, LOST, name="g.yaml"),
    ]
    files[0] = replace(files[0], at_first=2)
    heads, *rows, last = check_text.overview(files, [Path("z.yaml"), Path("y.yaml"), Path("z.yaml")])
    assert [each.strip() for each in columns(heads)] == [
        *("file", "reproduced", "unusual", "not reproduced", "not judged", "unusual at first", "by chance")
    ]
    assert [row.split() for row in rows] == [
        ["a.yaml", "2", "0", "1", "1", "2", "0.2", "does", "not", "reproduce"],  # a twentieth of three
        ["b.yaml", "1", "1", "0", "0", "0", "0.1", "reproduces"],
        ["c.yaml", "0", "0", "0", "1", "0", "0.0", "not", "judged"],
        ["d.yaml", "0", "0", "1", "0", "0", "0.1", "does", "not", "reproduce"],
        ["e.yaml", "1", "0", "0", "0", "0", "0.1", "reproduces"],
        ["f.yaml", "0", "0", "1", "0", "0", "0.1", "does", "not", "reproduce"],
        ["g.yaml", "0", "0", "0", "2", "0", "0.0", "not", "judged"],
        ["y.yaml", "not", "judged:", "see", "above"],
        ["z.yaml", "not", "judged:", "see", "above"],
    ]
    assert last == "9 files: 2 reproduce, 3 do not, 2 cannot be judged, 2 have mistakes."
    assert check_text.overview(files[:3], [Path("z.yaml")])[-1] == (
        "4 files: 1 reproduces, 1 does not, 1 cannot be judged, 1 has mistakes."
    )


def test_the_legend_tells_the_probability_of_either_interval() -> None:
    assert re.findall(r"probability ([\d.]+\d)", check_text.legend()) == ["0.95", "0.95"]


def test_numbers_on_one_side_of_their_runs_are_told_with_what_would_explain_them() -> None:
    # 0.9443 + 0.0007 × 1.2247 printed: of two runs with the deviation 0.0007, one standard error above the mean
    runs = (0.9443 - 0.0005, 0.9443 + 0.0005), (0.9443 + 0.0005, 0.9443 - 0.0005)  # as often together as apart
    high = [replace(judged(*runs[n % 2]), table=f"Table {n}") for n in range(16)]
    low = [replace(each, printed="0.9436") for each in high]
    assert check_text.shifted(checked(RIGHT, RIGHT)) == []
    (told,) = check_text.shifted(checked(*high))
    assert "16 of 16 accuracies lie above" in told
    assert re.search(r"by 0\.\d standard deviations on average \(chance: p = 0\.0\d+\)\. The best of [23] runs", told)
    (told,) = check_text.shifted(checked(*low))
    assert "16 of 16 accuracies lie below" in told
    assert "best of" not in told
    assert check_text.lines(checked(*low))[-1] == f"  {told}"
    stated = [replace(each, summary=Summary("mean", 5), printed="0.9449") for each in high]
    (told,) = check_text.shifted(checked(*stated))
    assert "above the middle" in told
    assert "best of" not in told
