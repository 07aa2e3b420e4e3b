"""The evidence in words: what is said of printed numbers and claims follows the verdicts."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sections
import yaml
from configuration import CONFIG_YAML
from judging import judged
from saying import SIDE, Group, Passage
from sections import of_results, text
from synthetic import PLACEHOLDER, Course, Rule, rising, usual, write_results

from pipeline.config import load as config
from pipeline.config.settings import Configuration
from pipeline.evidence import claims_file
from pipeline.evidence import step as evidence
from pipeline.evidence.cells import JudgedCell, OtherEpoch
from pipeline.evidence.step import Evidence, Obstacle
from pipeline.experiments.tidy import PARAMETERS
from pipeline.figures import catalogue
from pipeline.files import sealed
from pipeline.files.yamlfile import read_yaml
from pipeline.report.views import evidence as evidence_text
from pipeline.report.views.evidence import EvidenceText
from pipeline.report.views.provenance import Provenance
from pipeline.writeup import published

PRINTED = {1.0: 0.9471, math.exp(-1): 0.9443, math.exp(-2): 0.9301}  # testing accuracies of Table 4
TESTING = 0.005  # by how much synthetic.record_of puts testing above the best validation accuracy
CONFIG = config.load(CONFIG_YAML)
WRITE_UP = published.load(published.FILE, CONFIG)
STATED = claims_file.load()
BEST, _ = STATED.curves["batch_size"]
RATE_1, *_ = STATED.curves["learning_rate"]
NO_RUNS = pd.DataFrame(columns=["experiment", "key", *PARAMETERS])
ANY_OF_ITS_ROW = "its interval fits most of its row"
BOTH = f"{ANY_OF_ITS_ROW}; its intervals are 22 and 22 points wide"
WHY: Group = {
    "epoch": r"\banother measure\b",
    "order": r"\border of the images\b",
    "nothing": r"\bnothing that these runs vary\b",
}


# --- Words for verdicts that a test makes up


def cell(metric: str, column: str, *values: float, table: str = "Table 4", **more: Any) -> JudgedCell:
    """A printed number of the write-up, with these values of runs."""
    return judged(WRITE_UP.row(table, metric)[column], metric, *values, **more)


# the printed 0.9471 within 0.932 ± 0.0099: 4.303 × 0.002 √(4/3), with Student's t for three seeds
RIGHT = cell("testing_accuracy", "learning_rate e^-2", 0.928, 0.930, 0.932)  # prints 0.9301
ABOVE = cell("testing_accuracy", "learning_rate 1", 0.930, 0.932, 0.934)  # prints 0.9471
BELOW = cell("training_accuracy", "learning_rate e^-1", 0.96, 0.961, 0.962)  # prints 0.9431
# 0.9443 within 0.70 to 1, of which two of five other numbers are beyond
WIDE = replace(cell("testing_accuracy", "learning_rate e^-1", 0.90, 0.93, 0.96), others=5, refused=2)
ODD = replace(ABOVE, verdict="unusual", file_low=0.9, file_high=0.964)
SHARE = replace(cell("testing_accuracy", "reg 1", 0.1135, 0.1028, table="Table 6"), discrete=True)
LOST = cell("testing_accuracy", "learning_rate 1", 0.94, 0.95, diverged=1)
SINGLE = cell("testing_accuracy", "learning_rate 1", 0.947)


def facts(*given_cells: JudgedCell, folder: Path, runs: pd.DataFrame = NO_RUNS, **more: Any) -> EvidenceText:
    """What the page shows of judged cells."""
    sealed.write_text(folder / catalogue.drawing(catalogue.CELLS), PLACEHOLDER)
    given: dict[str, Any] = {"title": WRITE_UP.title, "obstacles": (), "audit": (), "claims": (), "curves": ()}
    found = Evidence(cells=given_cells, thresholds=(), **(given | more))
    return evidence_text.build(found, Provenance(CONFIG, runs), folder)


def told_of(shown: EvidenceText) -> Passage:
    return text("evidence", evidence=shown)


def test_a_row_shows_print_mean_intervals_difference_and_verdict(tmp_path: Path) -> None:
    groups = facts(RIGHT, ABOVE, BELOW, WIDE, LOST, SINGLE, ODD, SHARE, folder=tmp_path).groups
    assert [(group.table, len(group.rows)) for group in groups] == [("Table 4", 7), ("Table 6", 1)]
    names = ["printed", "runs", "one_more", "together", "difference", "verdict", "remark", "style"]
    rows = [row for group in groups for row in group.rows]
    assert [[getattr(row, name).replace("\u00a0", " ") for name in names] for row in rows] == [
        ["0.9301", "0.9300 ± 0.0020", *["0.9201 to 0.9399"] * 2, "+0.01", "reproduced", "", ""],
        ["0.9471", "0.9320 ± 0.0020", *["0.9221 to 0.9419"] * 2, "+1.51", "not reproduced", "", "failed"],
        ["0.9431", "0.9610 ± 0.0010", *["0.9560 to 0.9660"] * 2, "−1.79", "not reproduced", "", "failed"],
        [
            "0.9443",
            "0.9300 ± 0.0300",
            *["0.7810 to 1.0000"] * 2,
            "+1.43",
            "reproduced",
            BOTH,
            "",
        ],
        ["0.9471", "–", "–", "–", "–", "not judged", "1 diverged", ""],
        ["0.9471", "–", "–", "–", "–", "not judged", "", ""],
        ["0.9471", "0.9320 ± 0.0020", "0.9221 to 0.9419", "0.9000 to 0.9640", "+1.51", "unusual", "", "unusual"],
        ["0.1135", "0.1081 ± 0.0076", "a class share", "a class share", "+0.54", "reproduced", "", ""],
    ]
    assert [row.name.striptags().replace("\u00a0", " ") for row in rows[:3]] == [
        "testing, η = e−2",
        "testing, η = 1",
        "training, η = e−1",
    ]


def test_the_tables_are_told_as_the_write_ups_and_their_cells_by_the_heads_of_the_columns(tmp_path: Path) -> None:
    html = sections.html("evidence", sections.page_of(evidence=facts(ABOVE, SHARE, folder=tmp_path)))
    table = html.split('<table class="cells"')[1].split("</table>")[0]
    assert [row[0] for row in sections.cells(table) if len(row) == 1] == [
        "The write-up’s Table 4",
        "The write-up’s Table 6",
    ]
    heads = sections.cells(table)[0]
    assert re.findall(r'data-label="([^"]+)"', table) == heads[1:] * 2
    assert table.count('class="verdict"') == 2


@pytest.mark.parametrize(
    ("given", "finding"),
    [
        ([RIGHT], "^The printed numbers hold"),
        ([RIGHT, *[ODD] * 5], "more are unusual than chance"),
        ([RIGHT, ABOVE], "^Not every printed number holds"),
        ([ABOVE, BELOW], "^None of the printed numbers holds"),
    ],
)
def test_the_section_begins_with_what_the_verdicts_come_to(
    given: list[JudgedCell], finding: str, tmp_path: Path
) -> None:
    first = told_of(facts(*given, folder=tmp_path)).sentence("printed number")
    assert first.has(finding)


@pytest.mark.parametrize(
    ("difference", "shown"), [(0.0, "0.00"), (0.00004, "0.00"), (-0.00004, "0.00"), (-0.002, "−0.20")]
)
def test_nothing_has_no_sign(difference: float, shown: str) -> None:
    assert evidence_text._signed(100 * difference) == shown


def test_metrics_of_two_epochs_are_told_apart() -> None:
    assert [
        evidence_text._metric(name)
        for name in (
            *("training_accuracy", "validation_accuracy", "best_validation_accuracy"),
            "testing_accuracy rate of change",
        )
    ] == [
        "training accuracy",
        "validation accuracy (last)",
        "validation accuracy (best)",
        "rate of change of testing accuracy",
    ]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "Table 4, testing accuracy, defaults"),
        ({"learning_rate": "0.6", "batch_size": "16"}, "Table 4, testing accuracy, η = 0.6, batch size 16"),
        ({"learning_rate": "e^-2 to 1"}, "Table 4, testing accuracy, η = e−2 to 1"),
    ],
)
def test_a_cell_is_named_by_all_that_its_table_names(parameters: dict[str, str], name: str, tmp_path: Path) -> None:
    (outside,) = facts(replace(ABOVE, named=parameters), folder=tmp_path).outside
    assert outside.name.striptags().replace("\u00a0", " ") == name


def test_the_sources_are_the_files_and_what_made_them(tmp_path: Path) -> None:
    shown = facts(RIGHT, folder=tmp_path)
    sources = (shown.source, shown.plot.source)
    assert [(source.file, source.module) for source in sources] == [
        ("results/evidence/cells.csv", "pipeline.evidence.step"),
        ("results/evidence/cells.csv", "pipeline.figures.cells"),
    ]


def test_the_data_of_the_figure_are_the_judged_cells(tmp_path: Path) -> None:
    plot = facts(SINGLE, RIGHT, ABOVE, WIDE, folder=tmp_path).plot
    assert [row.panel for row in plot.data.rows] == [0, 1, 2]
    assert [[value.text for value in row.values] for row in plot.data.rows] == [
        ["0.9301", "0.9300", "0.9201", "0.9399"],
        ["0.9471", "0.9320", "0.9221", "0.9419"],
        ["0.9443", "0.9300", "0.7810", "1.0000"],
    ]
    assert [value.number for value in plot.data.rows[1].values] == pytest.approx(
        [0.9471, 0.932, 0.9221, 0.9419], abs=1e-4
    )
    assert [row.heads[0].number for row in plot.data.rows] == [0, 1, 2]
    assert list(plot.data.columns) == ["Printed", "Mean of the runs", "Low", "High"]
    said = Passage(plot.description.replace("\u00a0", " "))
    assert said.sentence("cells").numbers("any") == [3]
    assert said.sentence("outside").names() == ["η = 1"]
    assert "lie inside" in facts(RIGHT, folder=tmp_path).plot.description
    assert "inside" not in facts(SINGLE, folder=tmp_path).plot.description


def test_the_verdicts_are_counted(tmp_path: Path) -> None:
    shown = facts(RIGHT, ABOVE, BELOW, ODD, WIDE, WIDE, WIDE, SHARE, LOST, SINGLE, folder=tmp_path)
    told = told_of(shown)
    counted = told.sentence("^Of ")
    assert counted.numbers("any")[:4] == [8, 5, 1, 2]
    assert counted.has("5 are reproduced, 1 is unusual and 2 are not reproduced")
    assert told.sentence("more cannot be judged").numbers("any") == [2]
    assert told.sentence("chance alone").numbers("any")[:2] == [0.4, 7]  # a twentieth of all but the share
    # three or more of seven, each with one in twenty: 0.004
    assert told.sentence("chance alone").has("or more, with a probability of less than 0.01")
    wide = told.sentence("most of the row would fit")
    assert (wide.numbers("any")[0], wide.has("have intervals")) == (3, True)
    assert told.sentence("says little").numbers("any")[0] == 3
    assert told.sentence("narrow interval").number("percent") == 95


def test_one_of_each_is_singular(tmp_path: Path) -> None:
    told = told_of(facts(WIDE, ABOVE, folder=tmp_path))
    assert told.sentence("^Of 2").has("1 is reproduced, 0 are unusual and 1 is not reproduced")
    assert told.sentence("most of the row would fit").has("1 of the numbers has an interval")
    # one of two that is outside, each with one in twenty: 1 - 0.95²
    odd = told_of(facts(ODD, RIGHT, folder=tmp_path))
    assert odd.sentence("chance alone").has(r"or more, with a probability of 0\.10")
    right = told_of(facts(RIGHT, folder=tmp_path))
    assert right.sentence("^Of 1 ").has("1 is reproduced")
    assert not right.has("more cannot|or more, with|most of the row would fit|says little")


def test_what_each_table_can_tell_apart_is_counted(tmp_path: Path) -> None:
    above = replace(RIGHT, others=3, refused=1, values=(0.928, 0.929, 0.930))  # prints 0.9301
    other = replace(BELOW, table="Table 7", verdict="unusual")
    shown = facts(above, WIDE, ABOVE, SHARE, other, LOST, folder=tmp_path).tables
    assert [(name, *cells) for name, cells in shown.rows] == [
        # t of two degrees: 0.952, 0.413, 6.54 and -15.5, of probabilities 0.22, 0.36, 0.011 and 0.0021
        ("Table 4", "3", "2", "0", "1", "3 of 8", "3 of 3", "+1.02"),
        ("Table 6", "1", "1", "0", "0", "–", "–", "–"),
        ("Table 7", "1", "0", "1", "0", "–", "0 of 1", "−2.87"),
    ]


@pytest.mark.parametrize(
    ("printed", "size", "side", "chance", "explained"),
    [
        ("0.9302", "0.08", "above", "0.81", "no sign of a shift"),
        ("0.9340", "1.21", "above", "less than 0.01", "printed accuracies are shifted"),
        ("0.9260", "1.21", "below", "less than 0.01", "printed accuracies are shifted"),
    ],
)
def test_printed_numbers_on_one_side_of_the_runs_are_told(
    printed: str, size: str, side: str, chance: str, explained: str, tmp_path: Path
) -> None:
    """A difference of 0.0040 / (0.002 √(4/3)) is t = 1.732 of probability 0.5 + t / (2 √(2 + t²)), 1.21 as a deviate.

    One of 0.0002 is t = 0.087 and 0.077 as a deviate; ten of them lie 0.243 standard errors above, of probability 0.81.
    """
    turned = (RIGHT.values, RIGHT.values[::-1])  # which go together on average as little as apart
    many = [replace(RIGHT, printed=printed, table=f"Table {n}", values=turned[n % 2]) for n in range(10)]
    told = told_of(facts(*many, folder=tmp_path))
    asked = told.sentence("above the mean of their runs")
    assert asked.numbers("any")[:2] == [0 if side == "below" else 10, 10]
    assert asked.has(rf"lie {size} standard deviations {side}")
    assert told.sentence("chance brings").has(f"probability of {chance}")
    assert told.has(explained)
    assert not (explained == "no sign of a shift" and told.has("the best of"))


def test_a_row_that_leaves_its_epoch_open_is_told_with_what_speaks_for_each(tmp_path: Path) -> None:
    one = replace(RIGHT, metric="best_validation_accuracy", open=OtherEpoch(usual=False, advantage=math.log(4)))
    two = replace(one, open=OtherEpoch(usual=True, advantage=math.log(3)), verdict="unusual")
    shown = facts(one, two, RIGHT, replace(one, table="Table 7", metric="validation_accuracy"), folder=tmp_path)
    assert [vars(each) for each in shown.choices] == [
        {
            **{"table": "Table 4", "taken": "best epoch", "other": "last epoch"},
            "ratio": "12",
        },
        {
            **{"table": "Table 7", "taken": "last epoch", "other": "best epoch"},
            "ratio": "4",
        },
    ]


def test_little_luck_is_told_as_less_than_a_hundredth(tmp_path: Path) -> None:
    told = told_of(facts(*[ABOVE] * 3, RIGHT, folder=tmp_path))
    assert told.sentence("chance alone").has("or more, with a probability of less than 0.01")


@pytest.mark.parametrize(
    ("failed", "name", "printed", "points", "side"),
    [
        (ABOVE, "testing accuracy, η = 1", 0.9471, 1.51, "above"),
        (BELOW, "training accuracy, η = e−1", 0.9431, 1.79, "below"),
    ],
)
def test_a_number_beyond_all_runs_is_named_with_its_place(
    failed: JudgedCell, name: str, printed: float, points: float, side: str, tmp_path: Path
) -> None:
    told = told_of(facts(RIGHT, failed, WIDE, folder=tmp_path)).line("^The write-up’s Table 4")
    said = told.sentence("the printed")
    assert said.has(rf"^The write-up’s Table 4, {name} \(not reproduced\):", r"mean of 3 runs")
    assert (said.number("accuracy"), said.number("points")) == (printed, points)
    assert said.words(SIDE) == [side, side]
    assert said.has("every one of them")
    assert told.meaning(WHY) == "nothing"


@pytest.mark.parametrize(("failed", "told"), [(ABOVE, "0.015 above"), (BELOW, "0.018 below")])
def test_a_rate_of_change_beyond_its_runs_is_told_without_points(failed: JudgedCell, told: str, tmp_path: Path) -> None:
    rate = replace(failed, metric=f"{failed.metric} rate of change", named={"learning_rate": "e^-2 to 1"})
    said = told_of(facts(rate, folder=tmp_path)).line("^The write-up’s Table 4, rate of change")
    assert said.has(f"{told} the mean of 3 runs")
    assert not said.has("points")


def test_a_number_that_some_runs_lie_beyond_may_be_owed_to_their_order(tmp_path: Path) -> None:
    # 0.93 ± 0.0149 with twenty runs at 0.93 and one at 0.96
    among = cell("testing_accuracy", "learning_rate 1", *[0.93] * 20, 0.96)
    told = told_of(facts(among, folder=tmp_path)).line("^The write-up’s Table 4")
    assert told.meaning(WHY) == "order"
    assert told.sentence("the printed").words(SIDE) == ["above"]
    assert not told.has("every one")


def test_a_number_of_another_epoch_is_said_to_fit_that(tmp_path: Path) -> None:
    told = told_of(facts(replace(ABOVE, instead="last_testing_accuracy"), folder=tmp_path)).line(
        "^The write-up’s Table 4"
    )
    assert told.meaning(WHY) == "epoch"
    assert told.has("testing accuracy, last epoch")


def test_without_failures_none_is_listed(tmp_path: Path) -> None:
    assert not told_of(facts(RIGHT, folder=tmp_path)).has("the printed 0|every one of them")


def test_where_no_cell_is_judged_that_is_said(tmp_path: Path) -> None:
    told = told_of(facts(SINGLE, LOST, folder=tmp_path))
    assert told.has("none of the write-up’s numbers can be judged")
    assert not told.has("^Of ")
    there = told_of(facts(SINGLE, obstacles=(Obstacle("data", "MNIST", "Synthetic"),), folder=tmp_path))
    assert not there.has("no configuration that it prints")


def test_what_keeps_the_runs_from_judging_is_named(tmp_path: Path) -> None:
    differing = (Obstacle("data", "MNIST", "Synthetic"), Obstacle("initial scale", "0.001", "0.1"))
    said = told_of(facts(SINGLE, obstacles=differing, folder=tmp_path)).sentence("can be judged here")
    assert said.has(r"data Synthetic instead of MNIST, initial scale 0\.1 instead of 0\.001\.$")


def test_what_differs_is_named_with_both_values() -> None:
    settings = replace(CONFIG, split=replace(CONFIG.split, seed=None))
    assert evidence.obstacles(WRITE_UP, settings, "Other") == (
        Obstacle("data", "MNIST", "Other"),
        Obstacle("split seed", "1024", "none"),
    )
    assert evidence.obstacles(WRITE_UP, CONFIG, "MNIST") == ()


def test_the_labels_of_the_data_say_which_accuracies_are_a_class_s_share(tmp_path: Path) -> None:
    """All classes are equally large here, so a constant answer is right for a tenth of the testing images."""

    def collapsed(chosen: Configuration, seed: int) -> Course | None:
        return rising(0.1 - TESTING, epochs=10) if chosen.reg > 0.2 else as_printed()(chosen, seed)

    found = evidence.gather(write_results(tmp_path / "results", collapsed, data="MNIST", epochs=10))
    testing = [each for each in found.cells if each.metric == "testing_accuracy"]
    assert [each.column for each in testing if each.discrete] == ["reg 1", "reg e^-1"]


def test_the_claims_are_those_of_the_file_that_is_given(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", as_printed(), data="MNIST", epochs=10)
    claimed = tmp_path / "claims.yaml"
    tree = read_yaml(claims_file.FILE)
    claimed.write_text(yaml.safe_dump(tree | {"claims": tree["claims"][:2]}, allow_unicode=True), encoding="utf-8")
    evidence.write_all(results, published.FILE, claimed, tmp_path / "evidence")
    assert len(pd.read_csv(tmp_path / "evidence/claims.csv")) == 2


def test_the_runs_behind_the_evidence_are_those_of_its_configurations(tmp_path: Path) -> None:
    longer, other = replace(RATE_1, epochs=70), replace(RATE_1, learning_rate=0.77)
    rows = [RATE_1, longer, other, BEST, RATE_1]
    keys = ("a", "b", "c", "d", "a")
    runs = pd.DataFrame([{"experiment": "e", "key": key, **vars(each)} for key, each in zip(keys, rows, strict=True)])
    printed = cell("testing_accuracy", "learning_rate 0.6, reg 0.0001, batch_size 16", 0.97, 0.98, table="Table 7")
    shown = facts(ABOVE, printed, runs=runs, folder=tmp_path)
    assert shown.source.runs == shown.plot.source.runs == ("a", "d")  # no longer runs


# --- Results that follow a rule


def as_printed(shift: float = 0.0, spread: float = 0.0003) -> Rule:
    """Testing accuracies of the three rates around the printed ones, the first rate `shift` above."""

    def rule(chosen: Configuration, seed: int) -> Course | None:
        if chosen.learning_rate in PRINTED and chosen.reg == 0.001:
            level = PRINTED[chosen.learning_rate] - TESTING + (shift if chosen.learning_rate == 1 else 0)
            return rising(level + (spread if seed % 2 else -spread), epochs=10, gain=0.001)
        return ten(chosen, seed)

    return rule


def ten(chosen: Configuration, seed: int) -> Course:
    """The usual results, as long as the write-up's."""
    course = usual(chosen, seed)
    return course + [course[-1]] * (10 - len(course))


def tell(rule: Rule, data: str = "MNIST", **changes: Any) -> tuple[Passage, Passage]:
    """The section on the printed numbers, and the first page."""
    built = of_results(rule, data=data, epochs=10, **changes)
    return text("evidence", built), text("summary", built)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"data": "Synthetic"}, "data Synthetic instead of MNIST"),
        (
            {"network": {"hidden": 128, "initial_scale": 0.1, "initial_seed": 1024}},
            "initial scale 0.1 instead of 0.001",
        ),
        ({"split": {"validation_fraction": 0.2, "seed": None}}, "split seed none instead of 1024"),
        ({"split": {"validation_fraction": 0.25, "seed": 1024}}, "validation fraction 0.25 instead of 0.2"),
    ],
)
def test_another_data_set_or_protocol_judges_nothing(changes: dict[str, Any], differs: str) -> None:
    told, first = tell(as_printed(), **changes)
    assert differs in told.sentence("can be judged here")
    assert first.line("cannot be judged by these runs")
    counted = first.line("undetermined")
    assert counted.numbers("any") == [0, 0, len(STATED.claims)]
    assert counted.has("supported.*contradicted.*undetermined")


@pytest.mark.parametrize("shift", [0.0, -0.02, 0.02])
def test_numbers_that_the_runs_meet_are_counted(shift: float) -> None:
    told, first = tell(as_printed(shift))
    judged, reproduced = told.sentence("^Of .* numbers").numbers("any")[:2]
    assert first.line(r"of \d+ reproduced").numbers("any")[:2] == [reproduced, judged]
    outside = re.compile(r"The write-up’s Table 4, testing accuracy, η = 1 \((?:unusual|not reproduced)\):")
    failed = [line for line in told.splitlines() if outside.match(line)]
    assert bool(failed) is bool(shift)
    if failed:
        said = Passage(failed[0]).sentence("the printed")
        assert (said.numbers("accuracy"), said.numbers("points")) == ([0.9471], [2.0])
        assert said.words(SIDE) == ["above" if shift < 0 else "below"] * 2
        assert said.has("mean of 2 runs")


def test_without_seeds_no_number_is_judged() -> None:
    told, first = tell(as_printed(), replicates=1)
    assert told.has("none of the write-up’s numbers can be judged")
    assert first.has("cannot be judged by these runs")


def test_a_list_without_the_write_ups_rates_judges_the_rest() -> None:
    experiments = {
        "learning_rates": {"sweep": {"learning_rate": [0.5, 0.25]}},
        "regularization": {"sweep": {"reg": [1, "e^-1"]}},
    }
    tables = {
        "learning_rates": {"experiment": "learning_rates", "metrics": ["testing_accuracy"]},
        "regularization": {"experiment": "regularization", "metrics": ["testing_accuracy"]},
    }
    built = of_results(as_printed(), data="MNIST", epochs=10, experiments=experiments, tables=tables)
    told = text("evidence", built)
    assert told.sentence("^Of .* numbers").numbers("any")[0] == 6
    assert told.sentence("more cannot be judged").numbers("any") == [26]
    wanted = [
        each.sentence for judged in built.claims.claims for each in judged.tests if "are wanted of" in each.sentence
    ]
    assert len(wanted) > len(STATED.claims)
    assert any("learning_rate 0.1353, reg 0.001, batch_size 64" in sentence for sentence in wanted)


def test_the_step_writes_its_tables(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", as_printed(), data="MNIST", epochs=10)
    evidence.write_all(results, published.FILE, claims_file.FILE, tmp_path / "evidence")
    columns = {path.stem: list(pd.read_csv(path)) for path in (tmp_path / "evidence").glob("[!.]*.csv")}
    told = ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    assert columns["cells"][: len(told)] == told
    assert columns["audit"] == ["claim", "published", "recomputed", "verdict"]
    assert columns["claims"] == ["claim", "test", "statistic", "verdict", "sentence"]
    assert set(columns) == {"cells", "audit", "claims", "tests"}
    first = (tmp_path / "evidence/cells.csv").read_bytes()
    evidence.write_all(results, published.FILE, claims_file.FILE, tmp_path / "evidence")
    assert (tmp_path / "evidence/cells.csv").read_bytes() == first
