"""The evidence in words: what is said of printed numbers and claims follows the verdicts."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sections
import yaml
from configuration import CONFIG_YAML
from saying import SIDE, Group, Passage
from sections import of_results, text
from synthetic import PLACEHOLDER, Course, Rule, rising, usual, write_results

from pipeline.analysis.intervals import Interval
from pipeline.config import load as config
from pipeline.config.settings import Configuration
from pipeline.evidence import cells, claims, claims_curves, claims_file
from pipeline.evidence import step as evidence
from pipeline.evidence.archive import Archive, Courses
from pipeline.evidence.cells import JudgedCell, Reading
from pipeline.evidence.claims import Claim, ClaimVerdict, JudgedClaim
from pipeline.evidence.measures import Measure, Measured
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
BEST, LARGE_BATCH = STATED.curves["batch_size"]
RATE_1, RATE_E1, _ = STATED.curves["learning_rate"]
NO_RUNS = pd.DataFrame(columns=["experiment", "key", *PARAMETERS])
WHY: Group = {
    "epoch": r"\banother measure\b",
    "order": r"\border of the images\b",
    "nothing": r"\bnothing that these runs vary\b",
}


# --- Words for verdicts that a test makes up


def cell(metric: str, column: str, *values: float, table: str = "Table 4", **more: Any) -> JudgedCell:
    """A printed number of the write-up, with these values of runs."""
    return cells.judged(WRITE_UP.row(table, metric)[column], Reading(metric, values), **more)


# the printed 0.9471 within 0.932 ± 0.0099: 4.303 × 0.002 √(4/3), with Student's t for three seeds
RIGHT = cell("testing_accuracy", "learning_rate e^-2", 0.928, 0.930, 0.932)  # prints 0.9301
ABOVE = cell("testing_accuracy", "learning_rate 1", 0.930, 0.932, 0.934)  # prints 0.9471
BELOW = cell("training_accuracy", "learning_rate e^-1", 0.96, 0.961, 0.962)  # prints 0.9431
# 0.9443 within 0.70 to 1
WIDE = cell("testing_accuracy", "learning_rate e^-1", 0.90, 0.93, 0.96)
LOST = cell("testing_accuracy", "learning_rate 1", 0.94, 0.95, diverged=1)
SINGLE = cell("testing_accuracy", "learning_rate 1", 0.947)


def facts(*judged: JudgedCell, folder: Path, runs: pd.DataFrame = NO_RUNS, **more: Any) -> EvidenceText:
    """What the page shows of judged cells."""
    for name in (catalogue.CELLS, catalogue.CLAIMS):
        sealed.write_text(folder / f"{name}.svg", PLACEHOLDER)
    given: dict[str, Any] = {"title": WRITE_UP.title, "obstacles": (), "audit": (), "claims": (), "curves": ()}
    found = Evidence(cells=judged, negligible=STATED.negligible, **(given | more))
    return evidence_text.build(found, Provenance(CONFIG, runs), folder)


def told_of(shown: EvidenceText, name: str = "evidence") -> Passage:
    return text(name, evidence=shown)


def test_a_row_shows_print_mean_interval_difference_and_verdict(tmp_path: Path) -> None:
    rows = facts(RIGHT, ABOVE, BELOW, WIDE, LOST, SINGLE, folder=tmp_path).table.rows
    assert [[each.replace("\u00a0", " ") for each in cells] for _, cells in rows] == [
        ["0.9301", "0.9300 ± 0.0020", "0.9201 to 0.9399", "+0.01", "reproduced"],
        ["0.9471", "0.9320 ± 0.0020", "0.9221 to 0.9419", "+1.51", "<b>not reproduced</b>"],
        ["0.9431", "0.9610 ± 0.0010", "0.9560 to 0.9660", "−1.79", "<b>not reproduced</b>"],
        ["0.9443", "0.9300 ± 0.0300", "0.7810 to 1.0000", "+1.43", "reproduced (wide)"],
        ["0.9471", "0.9450 ± 0.0071", "0.8350 to 1.0000", "+0.21", "not judged (1 diverged)"],
        ["0.9471", "–", "–", "–", "not judged"],
    ]
    assert [head.striptags().replace("\u00a0", " ") for head, _ in rows[:3]] == [
        "Table 4, testing accuracy, η = e−2",
        "Table 4, testing accuracy, η = 1",
        "Table 4, training accuracy, η = e−1",
    ]


@pytest.mark.parametrize(
    ("difference", "shown"), [(0.0, "0.00"), (0.00004, "0.00"), (-0.00004, "0.00"), (-0.002, "−0.20")]
)
def test_nothing_has_no_sign(difference: float, shown: str) -> None:
    assert evidence_text._signed(100 * difference) == shown


def test_metrics_of_two_epochs_are_told_apart() -> None:
    assert [
        evidence_text._metric(name) for name in ("training_accuracy", "validation_accuracy", "best_validation_accuracy")
    ] == [
        "training accuracy",
        "validation accuracy (last)",
        "validation accuracy (best)",
    ]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, "Table 4, testing accuracy, defaults"),
        ({"learning_rate": "0.6", "batch_size": "16"}, "Table 4, testing accuracy, η = 0.6, batch size 16"),
    ],
)
def test_a_cell_is_named_by_all_that_its_table_names(parameters: dict[str, str], name: str, tmp_path: Path) -> None:
    ((head, _),) = facts(replace(ABOVE, named=parameters), folder=tmp_path).table.rows
    assert head.striptags().replace("\u00a0", " ") == name


def test_the_sources_are_the_files_and_what_made_them(tmp_path: Path) -> None:
    shown = facts(RIGHT, folder=tmp_path)
    sources = (shown.table.source, shown.plot.source, shown.claims_source, shown.curves.source)
    assert [(source.file, source.module) for source in sources] == [
        ("results/evidence/cells.csv", "pipeline.evidence.step"),
        ("results/evidence/cells.csv", "pipeline.figures.cells"),
        ("results/evidence/claims.csv", "pipeline.evidence.step"),
        ("results/histories.csv", "pipeline.figures.claims"),
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
    shown = facts(RIGHT, ABOVE, BELOW, WIDE, WIDE, WIDE, LOST, SINGLE, folder=tmp_path)
    told = told_of(shown)
    counted = told.sentence("^Of ")
    assert counted.numbers("any") == [6, 4, 2]
    assert counted.has("4 are reproduced and 2 are not")
    assert told.sentence("more cannot be judged").numbers("any") == [2]
    assert told.sentence("outside on average").numbers("any") == [0.3]  # a twentieth of six
    # two or more of six, each with one in twenty: 1 - 0.95^6 - 6 × 0.05 × 0.95^5
    assert told.sentence("or more, would be seen").numbers("any") == [0.03]
    wide = told.sentence("wider than 10 points")
    assert (wide.numbers("any"), wide.has("intervals are")) == ([3, 10], True)
    assert told.sentence("one more").number("percent") == 95


def test_one_of_each_is_singular(tmp_path: Path) -> None:
    told = told_of(facts(WIDE, ABOVE, folder=tmp_path))
    assert told.sentence("^Of 2").has("1 is reproduced and 1 is not")
    assert told.sentence("wider than 10 points").has("1 of the intervals is")
    right = told_of(facts(RIGHT, folder=tmp_path))
    assert right.sentence("^Of 1 ").has("1 is reproduced")
    assert not right.has("are not|is not\\b|more cannot|or more, would be seen|wider than 10")


def test_little_luck_is_told_as_less_than_a_hundredth(tmp_path: Path) -> None:
    told = told_of(facts(*[ABOVE] * 3, RIGHT, folder=tmp_path))
    assert told.sentence("or more, would be seen").has("less than 0.01")


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
    told = told_of(facts(RIGHT, failed, WIDE, folder=tmp_path)).line("^Table 4")
    said = told.sentence("the printed")
    assert said.has(rf"^Table 4, {name}:", r"mean of 3 runs")
    assert (said.number("accuracy"), said.number("points")) == (printed, points)
    assert said.words(SIDE) == [side, side]
    assert said.has("every one of them")
    assert told.meaning(WHY) == "nothing"


def test_a_number_that_some_runs_lie_beyond_may_be_owed_to_their_order(tmp_path: Path) -> None:
    # 0.93 ± 0.0149 with twenty runs at 0.93 and one at 0.96
    among = cell("testing_accuracy", "learning_rate 1", *[0.93] * 20, 0.96)
    told = told_of(facts(among, folder=tmp_path)).line("^Table 4")
    assert told.meaning(WHY) == "order"
    assert told.sentence("the printed").words(SIDE) == ["above"]
    assert not told.has("every one")


def test_a_number_of_another_epoch_is_said_to_fit_that(tmp_path: Path) -> None:
    told = told_of(facts(replace(ABOVE, instead="last_testing_accuracy"), folder=tmp_path)).line("^Table 4")
    assert told.meaning(WHY) == "epoch"
    assert told.has("testing accuracy, last epoch")


def test_without_failures_none_is_listed(tmp_path: Path) -> None:
    assert not told_of(facts(RIGHT, folder=tmp_path)).has("the printed 0|every one of them")


def test_where_no_cell_is_judged_that_is_said(tmp_path: Path) -> None:
    told = told_of(facts(SINGLE, LOST, folder=tmp_path))
    assert told.has("none of the write-up’s numbers can be judged")
    assert not told.has("^Of |reproduced if")
    there = told_of(facts(SINGLE, obstacles=(Obstacle("data", "MNIST", "Synthetic"),), folder=tmp_path))
    assert not there.has("no configuration that it prints")


def test_what_keeps_the_runs_from_judging_is_named(tmp_path: Path) -> None:
    differing = (Obstacle("data", "MNIST", "Synthetic"), Obstacle("initial scale", "0.001", "0.1"))
    said = told_of(facts(SINGLE, obstacles=differing, folder=tmp_path)).sentence("can be judged here")
    assert said.has(r"data Synthetic instead of MNIST, initial scale 0\.1 instead of 0\.001\.$")


# --- Claims


def trial(verdict: ClaimVerdict | None, what: str, *, decides: bool = True) -> claims.Tested:
    """A test of a claim with this verdict; None was not measured."""
    ends = {"supported": (0.003, 0.005), "contradicted": (-0.02, -0.01), "undetermined": (-0.01, 0.01)}
    low, high = ends.get(str(verdict), (0, 0))
    measured = Measured((low + high) / 2, Interval(low, high), 3) if verdict else None
    sentences = {name: f"{what} is {name}." for name in ends}
    needs = (RATE_1, RATE_E1) if what == "first" else (BEST,)
    test = claims.Test(what, needs, Measure("gap"), "above", 0.002, decides=decides, **sentences)
    return claims.Tested(test, measured)


def claimed(name: str, section: str, *tests: claims.Tested) -> JudgedClaim:
    return JudgedClaim(Claim(name, section, f"{name} claim of e^-2", ()), tests)


CLAIMED = (
    claimed("first", "3.1", trial("supported", "first"), trial(None, "extra", decides=False)),
    claimed("second", "3.2", trial("contradicted", "second"), trial("supported", "third")),
    claimed("third", "3.3", trial("contradicted", "fourth"), trial(None, "fifth")),
    claimed("fourth", "3.3", trial("undetermined", "sixth")),
    claimed("fifth", "3.3", trial("undetermined", "seventh")),
    claimed("sixth", "3.3", trial(None, "eighth")),
)


def test_the_claims_are_counted_by_their_verdicts(tmp_path: Path) -> None:
    shown = facts(claims=CLAIMED, folder=tmp_path)
    assert [(count.verdict, count.number) for count in shown.counts] == [
        ("supported", 1),
        ("contradicted", 2),
        ("undetermined", 3),
    ]
    told = told_of(shown, "claims")
    said = told.sentence("^Of ")
    assert said.numbers("any") == [6, 1, 2, 3]
    assert said.has("1 is supported, 2 are contradicted and 3 are undetermined")
    # what was measured and decides: first, second, third, fourth, sixth, seventh; a twentieth of six
    assert told.sentence("verdicts rest").numbers("any") == [6, 0.3]
    rule = told.line("lists what")
    assert rule.sentence("confidence interval").number("percent") == 95
    assert rule.sentence("choices of this report").has(r"0\.2 points")
    assert rule.sentence("mean over the last").number("epochs") == 3
    assert told.has("equal numbers of epochs")


def test_what_cannot_be_measured_rests_on_no_test(tmp_path: Path) -> None:
    obstacles = (Obstacle("data", "MNIST", "Synthetic"),)
    told = told_of(facts(claims=CLAIMED[-1:], obstacles=obstacles, folder=tmp_path), "claims")
    assert not told.has("verdicts rest|equal numbers of epochs")


def test_the_table_of_claims_shows_each_test_with_its_verdict(tmp_path: Path) -> None:
    html = sections.html("claims", sections.page_of(evidence=facts(claims=CLAIMED, folder=tmp_path)))
    bodies = [body.split("</tbody>")[0] for body in html.split('<tbody id="claim-')[1:]]
    assert len(bodies) == len(CLAIMED)
    first, second = (sections.cells(body) for body in bodies[:2])
    assert first[0] == ["first claim of e−2 (3.1)", "supported"]
    assert first[1] == ["First", "above 0.20", "0.40 percentage points (0.30 to 0.50)", "first is supported."]
    assert first[2][:3] == ["Extra", "above 0.20", "–"]
    assert second[0] == ["second claim of e−2 (3.2)", "contradicted"]
    assert second[1] == ["Second", "above 0.20", "−1.50 percentage points (−2.00 to −1.00)", "second is contradicted."]
    assert [body.count('class="background"') for body in bodies[:2]] == [1, 0]
    assert 'class="verdict contradicted">contradicted' in bodies[1]
    assert "<i>e</i><sup>−2</sup>" in bodies[2]


def courses(configuration: Configuration, *accuracies: tuple[float, ...]) -> Courses:
    """Runs with these validation accuracies by epoch."""
    columns = {name: np.array(accuracies) for name in ("validation_accuracy", "training_accuracy")}
    return Courses(configuration, tuple(range(1, len(accuracies) + 1)), columns)


def test_the_curves_of_the_claims_have_their_means(tmp_path: Path) -> None:
    archive = Archive(
        {
            RATE_1: courses(replace(RATE_1, epochs=3), (0.80, 0.90, 0.94), (0.82, 0.92, 0.95)),
            LARGE_BATCH: courses(replace(LARGE_BATCH, epochs=2), (0.89, 0.93), (0.89, 0.93)),
        }
    )
    rows = facts(curves=tuple(claims_curves.curves(archive, STATED)), folder=tmp_path).curves.data.rows
    # what is below 0.88 is not shown
    assert [[head.text.striptags().replace("\u00a0", " ") for head in row.heads] for row in rows] == [
        ["η = 1", "2"],
        ["η = 1", "3"],
        ["batch size 128", "1"],
        ["batch size 128", "2"],
    ]
    assert [row.values[0].text for row in rows] == ["0.9100", "0.9450", "0.8900", "0.9300"]
    assert [row.panel for row in rows] == [0, 1, 2, 3]
    assert [row.heads[0].number for row in rows] == [0, 0, 1, 1]
    assert [row.heads[1].number for row in rows] == [2, 3, 1, 2]


def test_curves_are_as_long_as_their_runs_but_for_the_first_batch_size_and_on_the_scale_of_their_panel() -> None:
    stated = replace(STATED, training_images=1000)
    made = {point for points in stated.curves.values() for point in points}
    longer = {replace(point, epochs=20) for point in made}
    runs = {each: courses(each, *[tuple(0.9 for _ in range(each.epochs))] * 2) for each in made | longer}
    runs[BEST].columns["training_accuracy"] = np.array([[0.1] * 10, [0.3] * 10])
    found = list(claims_curves.curves(Archive(runs), stated))
    assert [curve.panel for curve in found] == [0, 0, 0, 1, 1, 2, 2]
    assert [len(curve.validation) for curve in found] == [20, 20, 20, 10, 20, 20, 20]
    assert [curve.unit for curve in found] == pytest.approx(
        [1, math.exp(-1), math.exp(-2), 0.063, 0.008, 1, 1]  # 63 and 8 batches of 16 and 128 images
    )
    assert [curve.value for curve in found] == ["1", "e^-1", "e^-2", "16", "128", "0.0001", "0"]
    assert found[3].training == pytest.approx((0.2,) * 10)


def test_what_differs_is_named_with_both_values() -> None:
    settings = replace(CONFIG, split=replace(CONFIG.split, seed=None))
    assert evidence.obstacles(WRITE_UP, settings, "Other") == (
        Obstacle("data", "MNIST", "Other"),
        Obstacle("split seed", "1024", "none"),
    )
    assert evidence.obstacles(WRITE_UP, CONFIG, "MNIST") == ()


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
    archive = Archive({RATE_1: courses(RATE_1, (0.9,) * 10, (0.9,) * 10)})
    curves = tuple(claims_curves.curves(archive, STATED))
    printed = cell("testing_accuracy", "learning_rate 0.6, reg 0.0001, batch_size 16", 0.97, 0.98, table="Table 7")
    shown = facts(ABOVE, printed, claims=CLAIMED[:1], runs=runs, curves=curves, folder=tmp_path)
    assert shown.table.source.runs == shown.plot.source.runs == ("a", "d")  # no longer runs
    assert shown.claims_source.runs == ("a", "b", "d")  # longer runs of the same, too, and of what decides nothing
    assert shown.curves.source.runs == ("a",)


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
    assert told.sentence("can be judged here").has(differs)
    assert first.line("cannot be judged by these runs")
    counted = first.line("undetermined")
    assert counted.numbers("any") == [0, 0, len(STATED.claims)]
    assert counted.has("supported.*contradicted.*undetermined")


@pytest.mark.parametrize("shift", [0.0, -0.02, 0.02])
def test_numbers_that_the_runs_meet_are_counted(shift: float) -> None:
    told, first = tell(as_printed(shift))
    judged, reproduced = told.sentence("^Of .* numbers").numbers("any")[:2]
    assert first.line(r"of \d+ reproduced").numbers("any")[:2] == [reproduced, judged]
    failed = [line for line in told.splitlines() if line.startswith("Table 4, testing accuracy, η = 1:")]
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
    assert told.sentence("more cannot be judged").numbers("any") == [23]
    wanted = [each.sentence for judged in built.evidence.claims for each in judged.tests if each.missing]
    assert len(wanted) > len(STATED.claims)
    assert any("learning_rate 0.1353, reg 0.001, batch_size 64" in sentence for sentence in wanted)


def test_the_step_writes_its_tables(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", as_printed(), data="MNIST", epochs=10)
    evidence.write_all(results, published.FILE, claims_file.FILE, tmp_path / "evidence")
    columns = {path.stem: list(pd.read_csv(path)) for path in (tmp_path / "evidence").glob("[!.]*.csv")}
    assert columns["cells"] == ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    assert columns["audit"] == ["claim", "published", "recomputed", "verdict"]
    assert columns["claims"] == ["claim", "test", "statistic", "verdict", "sentence"]
    assert set(columns) == {"cells", "audit", "claims", "tests"}
    first = (tmp_path / "evidence/cells.csv").read_bytes()
    evidence.write_all(results, published.FILE, claims_file.FILE, tmp_path / "evidence")
    assert (tmp_path / "evidence/cells.csv").read_bytes() == first
