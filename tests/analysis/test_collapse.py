"""On which side of the critical coefficient the runs are, in numbers, in words and in the figure."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import sections
from drawn import boxes, inside, marks_of, overlap
from markupsafe import Markup
from saying import SIDE, Group, Passage
from synthetic import (
    EPOCHS,
    LINEAR,
    MANIFEST,
    NormRule,
    Rule,
    collapsing,
    record_of,
    rising,
    tree,
    usual,
    write_results,
)

from pipeline.analysis import collapse, linearisation
from pipeline.analysis.collapse import CoefficientOutcome
from pipeline.analysis.comparison import Estimate
from pipeline.analysis.linearisation import Linearisation
from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration
from pipeline.data import preparation
from pipeline.data.examples import Examples, prepare
from pipeline.experiments import plan, runs, tidy
from pipeline.figures import catalogue
from pipeline.figures import collapse as collapse_figure
from pipeline.files import sealed
from pipeline.report import context
from pipeline.report.views import collapse as collapse_text
from pipeline.report.views.provenance import Provenance

pytestmark = pytest.mark.usefixtures("house_style")

BOTH_SIDES = {"around": {"sweep": {"reg": [0.2, 0.15, 0.146, 0.13, 0.05]}}}
TABLE = {"experiment": "regularization", "metrics": ["validation_accuracy", "testing_accuracy"]}
E2 = math.exp(-2)


def around(**table: Any) -> dict[str, Any]:
    """Settings with an experiment on both sides, as `critical` unless another is said."""
    base = tree()
    return {
        "experiments": base["experiments"] | BOTH_SIDES,
        "tables": base["tables"] | {"regularization": TABLE | {"critical": "around"} | table},
    }


def every(
    rule: Rule = usual, norms: NormRule = collapsing, linear: Linearisation = LINEAR, **changes: Any
) -> tuple[Config, list[CoefficientOutcome]]:
    """The settings and the outcomes of every configuration, without a file."""
    settings = config.parse(tree(**(around() | changes)), "config.yaml")
    wanted = plan.runs(settings, collapse.experiments(settings), MANIFEST.fingerprint)
    records = {}
    for run in wanted:
        record, (w1, w2) = record_of(rule(run.configuration, run.seed)), norms(run.configuration, run.seed)
        epochs = tuple({**epoch, "w1_norm": w1, "w2_norm": w2} for epoch in record.norms)
        records[run.key] = replace(record, norms=epochs)
    return settings, collapse.outcomes(settings, runs.norms_table(wanted, records), linear)


def outcomes(rule: Rule = usual, norms: NormRule = collapsing, **changes: Any) -> dict[float, CoefficientOutcome]:
    """The outcomes by coefficient."""
    return {each.reg: each for each in every(rule, norms, **changes)[1]}


# --- Numbers


def test_norms_are_means_over_the_seeds_after_the_last_epoch(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", **around())
    path = results / "norms.csv"
    table = pd.read_csv(path)
    last = table["epoch"] == EPOCHS
    table.loc[~last, ["w1_norm", "w2_norm"]] = 1e6
    sealed.write_text(path, tidy.to_csv(table))
    collapse.write_tables(results / "config.json", LINEAR, path, results / "collapse")
    found = {each.reg: each for each in collapse.read_outcomes(results / "collapse/collapse.csv")}
    assert list(found) == [1, math.exp(-1), E2, 0.2, 0.15, 0.146, 0.13, 0.05]
    low = found[0.13]
    assert (low.w1_mean, low.w1_sd, low.w2_mean, low.n, low.diverged) == (10, pytest.approx(0.001 * 2**0.5), 5, 2, 0)
    assert low.experiment == "around"
    assert found[E2].experiment == "regularization"
    assert low.w1_start == pytest.approx(0.001 * math.sqrt(784 * 128), rel=0.01)
    time = 0.1 * 750 * EPOCHS  # 48,000 images in batches of 64
    rates = [math.log(norm / low.w1_start) / time for norm in (10.001, 9.999)]
    assert (low.rate_mean, low.rate_sd) == pytest.approx((sum(rates) / 2, (rates[0] - rates[1]) / 2**0.5), rel=1e-9)
    assert low.predicted_rate == pytest.approx(0.1445 - 0.13)
    assert low.ratio == pytest.approx(0.13 / 0.1445)


def test_runs_that_do_as_predicted() -> None:
    found = outcomes()
    verdicts = {reg: each.verdict for reg, each in found.items()}
    assert verdicts == {
        **dict.fromkeys((1, math.exp(-1), 0.2, 0.13, 0.05, E2), "as predicted"),
        # 1% away; and too slow: 0.0055 × 450 is a factor of 12
        **dict.fromkeys((0.146, 0.15), "undecided"),
    }


def test_a_norm_that_stays_as_it_was_is_on_neither_side() -> None:
    start = outcomes()[1].w1_start
    found = outcomes(norms=lambda chosen, seed: (start, start))
    assert {each.as_predicted for each in found.values()} == {0}


def test_the_critical_coefficient_itself_is_to_shrink_the_weights() -> None:
    found = outcomes(experiments=tree()["experiments"] | {"around": {"sweep": {"reg": [0.1445]}}})[0.1445]
    assert (found.predicted_rate, found.below, found.as_predicted, found.verdict) == (0, False, 2, "undecided")


@pytest.mark.parametrize(("reg", "size"), [(0.2, 0.4), (0.05, 0.2)])
def test_one_run_on_the_wrong_side_is_one_too_many(reg: float, size: float) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        return (size, size) if chosen.reg == reg and seed == 2 else collapsing(chosen, seed)

    found = outcomes(norms=norms)
    assert [key for key, each in found.items() if each.verdict == "not as predicted"] == [reg]
    assert found[reg].as_predicted == 1


def test_a_long_training_decides_what_a_short_one_does_not() -> None:
    experiments = tree()["experiments"] | {"around": BOTH_SIDES["around"] | {"epochs": 8}}

    def verdicts(linear: Linearisation) -> dict[float, str]:
        settings = around() | {"experiments": experiments}
        found = outcomes(lambda c, _: rising(0.5, epochs=c.epochs), linear=linear, **settings)
        return {reg: each.verdict for reg, each in found.items()}

    # 0.0055 × 600 is 3.30: less than log √(2 × 784), 3.68, and more than log √(2 × 350), 3.28
    assert verdicts(LINEAR)[0.15] == "undecided"
    fewer = verdicts(replace(LINEAR, pixels=350))
    assert fewer[0.15] == "as predicted"
    assert fewer[0.146] == "undecided"


@pytest.mark.parametrize("network", [{"initial_scale": 0.002}, {"initial_scale": 0}, {"hidden": 1}])
def test_where_the_equations_do_not_apply_nothing_is_decided(network: dict[str, Any]) -> None:
    found = outcomes(network=tree()["network"] | network)
    assert {each.verdict for each in found.values()} == {"undecided"}


MEASURED = {1: 0.0062, math.exp(-1): 0.0182, 0.2: 0.05, 0.18: 0.0523, 0.16: 0.072, 0.15: 0.09}  # whatever the start


def measured(chosen: Configuration, seed: int) -> tuple[float, float]:
    """Norms of training on MNIST above the critical coefficient, and 10 below."""
    size = 10.0 if chosen.reg < LINEAR.critical else MEASURED[float(chosen.reg)]
    return size + seed * 1e-5, size / 2


@pytest.mark.parametrize("norms", [measured, collapsing])
def test_a_start_below_the_noise_refutes_nothing(norms: NormRule) -> None:
    experiments = tree()["experiments"] | {"around": {"sweep": {"reg": [0.2, 0.18, 0.16, 0.15, 0.1]}}}
    long = replace(LINEAR, images=8 * LINEAR.images)
    for scale, above in ((0.001, "as predicted"), (0.0001, "undecided"), (0.00001, "undecided")):
        network = tree()["network"] | {"initial_scale": scale}
        found = outcomes(norms=norms, experiments=experiments, network=network, linear=long)
        verdicts = {reg: each.verdict for reg, each in found.items()}
        assert verdicts == {reg: above if reg > LINEAR.critical else "as predicted" for reg in found}, scale


def test_the_noise_is_more_than_was_measured() -> None:
    experiments = tree()["experiments"] | {"around": {"sweep": {"reg": [0.2, 0.18, 0.16, 0.15]}}}
    settings = config.parse(tree(**(around() | {"experiments": experiments})), "config.yaml")
    chosen = [c for e in collapse.experiments(settings) for c in e.configurations if c.reg > LINEAR.critical]
    assert len(chosen) == len(MEASURED)
    for each in chosen:
        assert (each.learning_rate, each.batch_size, each.hidden) == (0.1, 64, 128)
        assert MEASURED[float(each.reg)] < collapse.noise(each, LINEAR) / 2 < 0.12


@pytest.mark.parametrize(("hidden", "size"), [(1, 0.0621), (128, 0.1661)])
def test_the_noise_is_that_of_the_class_shares_and_of_the_mean_image(hidden: int, size: float) -> None:
    """0.1445 √(9 × 0.1 / 128) is 0.01212, √784 × 0.1 / 1024 is 0.00273: in squares, over 0.2."""
    assert collapse.noise(Configuration(0.1, 0.2, 64, hidden, EPOCHS), LINEAR) == pytest.approx(size, abs=5e-5)


@pytest.mark.parametrize("hidden", [128, 319, 512, 1024])
def test_many_hidden_units_are_no_reason_to_leave_it_undecided(hidden: int) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        if chosen.reg > LINEAR.critical:
            return collapsing(chosen, seed)
        size = 1.85 * math.sqrt(1 - float(chosen.reg) / LINEAR.critical)  # about as measured, for any number of units
        return size, size

    found = outcomes(norms=norms, network=tree()["network"] | {"hidden": hidden})
    verdicts = {reg: each.verdict for reg, each in found.items()}
    assert {verdicts[reg] for reg in (1, math.exp(-1), 0.2, 0.05)} == {"as predicted"}
    # These settle below the norm from which that many units start.
    assert verdicts[0.13] == ("undecided" if hidden >= 512 else "as predicted")
    assert "not as predicted" not in verdicts.values()


def test_diverged_runs_are_counted_and_left_out() -> None:
    def rule(chosen: Configuration, seed: int) -> Any:
        lost = chosen.reg == 0.2 or (chosen.reg == 0.05 and seed == 1)
        return None if lost else usual(chosen, seed)

    found = outcomes(rule)
    assert (found[0.2].verdict, found[0.2].n, found[0.2].diverged) == ("diverged", 0, 2)
    assert (found[0.05].verdict, found[0.05].n, found[0.05].diverged) == ("as predicted", 1, 1)
    assert found[0.05].norm("w2") == Estimate(5, None, 1, 1)
    assert drawn(rule)


def test_a_configuration_of_both_experiments_counts_once() -> None:
    experiments = tree()["experiments"] | {"around": {"sweep": {"reg": ["e^-2", 0.2]}}}
    _, found = every(experiments=experiments)
    assert [each.reg for each in found] == [1, math.exp(-1), E2, E2, 0.2]
    assert [each.reg for each in collapse.distinct(found)] == [E2, 0.2, math.exp(-1), 1]


def test_the_step_takes_the_training_part_alone(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    images = random.integers(0, 256, (50, 6)).astype(np.uint8)
    examples = Examples(images, random.integers(0, 3, 50).astype(np.uint8))
    prepared = prepare(examples, examples, 0.2, 7)
    description = preparation.Description("f" * 64, 3, 0.2, 7, "c" * 64, np.__version__)
    preparation.save(tmp_path / "prepared", description, prepared)
    results = write_results(tmp_path / "results", **around())
    collapse.write_all(results / "config.json", tmp_path / "prepared", results / "norms.csv", results / "collapse")
    linear = linearisation.read(results / "collapse/collapse.json")
    order = np.random.RandomState(7).permutation(50)[:40]
    expected = np.cov(images[order].T / 255, np.eye(3)[examples.labels[order]].T, bias=True)[:6, 6:]
    assert linear.critical == pytest.approx(np.linalg.svd(expected)[1][0] / 4, rel=1e-10)
    assert linear.images == 40


# --- Words

FOUND: Group = {
    "wrong": r"\bdoes not describe\b|\bnot every run does\b",
    "one side": r"\bonly one side\b",
    "none": r"\bno run can tell\b",
    "right": r"\bas\s+predicted:",
}
ABOUT_THE_END: Group = {"grew": r"\bgrew\b|\brose\b", "shrank": r"\bshrank\b|\bfell\b"}


def told_of(rule: Rule = usual, **changes: Any) -> Passage:
    """What is said of the critical coefficient, with an experiment on both sides of it unless another is said."""
    return sections.tell("collapse", rule, **(around() | changes))


ALONE = {"experiments": tree()["experiments"], "tables": tree()["tables"]}  # no second experiment


def sides(said: Passage) -> dict[str, list[str]]:
    """The coefficients by what their norm is said to do: each belongs to the next such word."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"(?<=grew)|(?<=shrank)", said):
        if Passage(part).words(ABOUT_THE_END):
            found[Passage(part).meaning(ABOUT_THE_END)] = Passage(part).names()
    return found


def test_what_is_told_of_runs_that_do_as_predicted() -> None:
    told = told_of()
    assert told.sentence("these", "training images").numbers("any") == [48_000, 0.1445]
    placed = told.sentence(r"\blies? above")
    assert (placed.names(), placed.words(SIDE)) == (["λ = 1", "λ = e−1", "λ = e−2"], ["above", "below"])
    assert placed.has("e−1 lie above", "e−2 below")
    nearest = told.sentence("the nearest below")
    assert (nearest.names(), nearest.number("percent")) == (["λ = e−2"], 94)
    assert told.sentence("factor e").number("epochs") == 1.5  # 1 / (0.00916 × 75)
    start = told.sentence("at the start,")
    assert (start.numbers("any"), start.words(SIDE)) == ([0.317], ["below", "above", "above", "below"])
    said = told.sentence("runs that can tell")
    assert said.numbers("any")[0] == 12
    assert said.has("runs .* behave ")
    assert sides(said) == {
        "grew": ["λ = e−2", "λ = 0.13", "λ = 0.05"],
        "shrank": ["λ = 1", "λ = e−1", "λ = 0.2"],
    }
    assert told.meaning(FOUND) == "right"
    assert told.sentence("^Undecided").names() == ["λ = 0.15", "λ = 0.146"]
    rule = told.sentence("left undecided")
    assert (rule.number("percent"), rule.has(r"factor of 40\b")) == (3, True)
    assert told.has("do not fall to zero")
    assert not told.has("do not apply")


@pytest.mark.parametrize(("wrong", "confirming"), [({0.2}, 10), ({0.13}, 10), ({0.2, 0.13}, 8)])
def test_runs_that_do_otherwise_are_named(wrong: set[float], confirming: int) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        size = {0.2: 10.0, 0.13: 0.1}
        return (size[chosen.reg],) * 2 if chosen.reg in wrong else collapsing(chosen, seed)  # type: ignore[return-value]

    told = told_of(norms=norms)
    said = told.sentence("runs that can tell")
    assert said.numbers("any")[:2] == [12, confirming]
    assert said.names() == [f"λ = {reg}" for reg in sorted(wrong, reverse=True)]
    assert said.has(r"\bbehave\b")
    assert told.meaning(FOUND) == "wrong"
    assert not told.has("do not fall to zero")


def test_a_single_run_that_does_otherwise_is_singular() -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        return (10.0, 10.0) if chosen.reg == 1 and seed == 2 else collapsing(chosen, seed)

    said = told_of(norms=norms, linear=replace(LINEAR, images=450), **ALONE).sentence("runs that can tell")
    assert (said.numbers("any")[:2], said.names()) == ([2, 1], ["λ = 1"])
    assert said.has(r"\bbehaves\b")


@pytest.mark.parametrize(("values", "side"), [([0.4, 0.3], "below"), ([0.1, 0.05], "above")])
def test_one_side_is_said_to_be_one(values: list[float], side: str) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": values}}}
    told = told_of(experiments=experiments, tables=tree()["tables"])
    assert told.sentence("none lies").meaning(SIDE) == side
    said = told.sentence("runs that can tell")
    assert said.numbers("any")[0] == 4
    assert sides(said) == {"shrank" if side == "below" else "grew": [f"λ = {value}" for value in values]}
    assert set(told.words(FOUND)) == {"right", "one side"}
    assert told.has("the nearest below") is (side == "above")
    assert told.has("do not fall to zero") is (side == "below")


def test_without_the_second_experiment_the_runs_of_the_table_test_it() -> None:
    said = told_of(**ALONE).sentence("runs that can tell")
    assert said.numbers("any")[0] == 6
    assert sides(said) == {"grew": ["λ = e−2"], "shrank": ["λ = 1", "λ = e−1"]}


def test_runs_that_cannot_tell_are_not_said_to() -> None:
    told = told_of(linear=replace(LINEAR, images=450), **ALONE)
    assert told.sentence("^Undecided").names() == ["λ = e−1", "λ = e−2"]
    said = told.sentence("runs that can tell")
    assert (said.numbers("any")[0], sides(said)) == (2, {"shrank": ["λ = 1"]})
    none = told_of(linear=replace(LINEAR, images=40))
    assert none.meaning(FOUND) == "none"
    assert not none.has("that can tell behave|do not apply")


def test_a_single_run_is_singular() -> None:
    said = told_of(linear=replace(LINEAR, images=450), replicates=1, **ALONE).sentence("can tell")
    assert said.has("one run", "behaves")
    assert sides(said) == {"shrank": ["λ = 1"]}


def test_weights_that_start_large_are_said_to() -> None:
    told = told_of(network=tree()["network"] | {"initial_scale": 0.01})
    assert told.meaning(FOUND) == "none"
    assert told.sentence("do not apply").has("not small")


def test_weights_that_start_at_zero_cannot_tell() -> None:
    told = told_of(network=tree()["network"] | {"initial_scale": 0})
    assert told.sentence("at the start,").numbers("any") == [0]
    assert told.meaning(FOUND) == "none"
    assert told.sentence("^Undecided").names()[0] == "λ = 1"
    assert not told.has("do not fall to zero")


def test_a_critical_coefficient_of_zero_is_told() -> None:
    told = told_of(linear=replace(LINEAR, critical=0.0, growth_rates=(0.0, 0.0)))
    assert told.sentence("these", "training images").numbers("any") == [48_000, 0]
    assert told.sentence("none lies").meaning(SIDE) == "below"


@pytest.mark.parametrize("size", [0.0, 1e-300])
def test_norms_that_fall_to_zero_are_not_said_to_stay(size: float) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        return collapsing(chosen, seed) if chosen.reg < LINEAR.critical else (size, size)

    told = told_of(norms=norms)
    assert told.sentence("runs that can tell").numbers("any")[0] == 12
    assert told.meaning(FOUND) == "right"
    assert not told.has("do not fall to zero")


@pytest.mark.parametrize(
    ("nearest", "low", "held_back"), [(0.13, 0.2, True), (0.13, 0.9199, False), (0.13, 0.95, False), (0.11, 0.2, False)]
)
def test_a_coefficient_just_below_is_held_back_if_it_is(nearest: float, low: float, held_back: bool) -> None:
    def rule(chosen: Configuration, seed: int) -> Any:
        course = usual(chosen, seed)
        return [(a, b, c, low) for a, b, c, _ in course] if chosen.reg == nearest else course

    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [0.3, 0.05, nearest]}}}
    told = told_of(rule, experiments=experiments, tables=tree()["tables"])
    # 1 / (0.1 × 750) over 0.1445 less the coefficient: 0.0145, 0.0345 and 0.0945
    epochs = {0.13: 0.92, 0.11: 0.39}[nearest]
    said = told.sentence("factor e")
    assert (said.numbers("any"), said.names()) == ([epochs, 0.05, 0.14], ["λ = 0.05"])
    assert told.has("stay small") is held_back
    if held_back:  # 0.91 - 0.05 - 0.2, and 0.001 more in the best seed's course
        less = told.sentence("stay small")
        assert (less.number("points"), less.names(), less.meaning(SIDE)) == (66.0, ["λ = 0.05"], "below")


def test_where_every_run_diverged_the_theory_is_still_told() -> None:
    told = told_of(lambda chosen, seed: None if chosen.reg > 0.04 else usual(chosen, seed))
    assert told.meaning(FOUND) == "none"
    assert told.sentence("these", "training images").numbers("any") == [48_000, 0.1445]


def test_a_penalty_of_zero_is_below() -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [1, 0]}}}
    placed = told_of(experiments=experiments, tables=tree()["tables"]).sentence(r"\blies? above")
    assert (placed.names(), placed.words(SIDE)) == (["λ = 1", "λ = 0"], ["above", "below"])
    assert placed.has("1 lies above", "0 below")


@pytest.mark.parametrize("critical", [True, False])
def test_the_second_experiment_has_no_section_of_its_own(critical: bool) -> None:
    settings = around() if critical else around() | {"tables": tree()["tables"]}
    assert sections.tell("further", **settings).has(r"\d Around\n") is not critical


def test_without_table_6_nothing_is_told_and_nothing_is_missing(tmp_path: Path) -> None:
    tables = {name: table for name, table in tree()["tables"].items() if name != "regularization"}
    results = write_results(tmp_path / "results", tables=tables)
    assert not (results / "collapse/collapse.json").exists()
    built = context.build(results, "Title", "Author", ())
    assert built.collapse is None
    assert "Why large coefficients collapse" not in sections.html("results", built)
    assert catalogue.collapse(built.config) == []


def test_table_6_keeps_its_rows_and_gets_the_norms_below(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", **around())
    built = context.build(results, "Title", "Author", ())
    table = built.tables["regularization"]
    assert [head for head, _ in table.rows] == ["Validation accuracy, last epoch", "Testing accuracy"]
    ratio, w1, w2 = ([cell.replace("\u00a0", " ") for cell in cells] for _, cells in table.added)
    assert ratio == ["6.92", "2.55", "0.94"]
    assert w1 == ["0.0500 ± 0.0014", "0.0500 ± 0.0014", "10.0000 ± 0.0014"]
    assert w2 == ["0.0250 ± 0.0000", "0.0250 ± 0.0000", "5.0000 ± 0.0000"]
    assert table.source.also == (("results/collapse/collapse.csv", "pipeline.analysis.collapse"),)
    assert all(not built.tables[name].added for name in built.tables if name != "regularization")
    html = sections.html("results", built)
    assert html.count('<tbody class="added">') == 1
    assert 'scope="rowgroup" colspan="4">Not in the write-up' in html
    columns = (results / "tables/regularization.csv").read_text().splitlines()[0]
    assert "norm" not in columns


# --- The figure


def drawn(
    rule: Rule = usual, linear: Linearisation = LINEAR, **changes: Any
) -> tuple[list[CoefficientOutcome], mpl.figure.Figure]:
    settings, found = every(rule, linear=linear, **changes)
    return found, collapse_figure.draw(settings, linear, found)


def test_every_coefficient_is_a_mark_at_its_norm() -> None:
    found, canvas = drawn()
    marks = {name: line for name, line in marks_of(canvas.axes[0]).items() if name.startswith("panel")}
    columns = collapse.distinct(found)
    assert list(marks) == [f"panel-{k}-mark" for k in range(len(columns))]
    for number, (line, each) in enumerate(zip(marks.values(), columns, strict=True)):
        assert (list(line.get_xdata()), list(line.get_ydata())) == ([number], [each.w1_mean])
        assert line.get_marker() == ("o" if each.reg < 0.1445 else "s")
        assert (line.get_fillstyle() == "none") == (each.verdict == "undecided")


def test_the_critical_coefficient_stands_between_its_neighbours() -> None:
    found, canvas = drawn()
    (line,) = [line for line in canvas.axes[0].lines if list(line.get_ydata()) == [0, 1]]
    below = [each for each in collapse.distinct(found) if each.reg < 0.1445]
    assert list(line.get_xdata()) == [len(below) - 0.5] * 2
    names = [text.get_text() for text in canvas.axes[0].texts]
    assert names == ["start", r"$\lambda^* = 0.1445$", "should grow", "should shrink"]


@pytest.mark.parametrize(
    "values",
    [
        [0.5],
        [0.05],
        [1, 0],
        [0.3, 0.13],
        [0.1 + 0.04 * k for k in range(11)],
        [0.16 - 0.01 * k for k in range(11)],
        [round(0.02 * k, 2) for k in range(1, 31)],
    ],
    ids=["above", "below", "zero", "both", "one below", "few above", "many"],
)
def test_no_text_covers_another_or_leaves_the_figure(values: list[float]) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": values}}}
    found, canvas = drawn(experiments=experiments, tables=tree()["tables"])
    placed = boxes(canvas)
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())
    assert len(found) == len(values)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"norms": lambda chosen, seed: (0.0, 0.0)}, "start"),
        ({"rule": lambda chosen, seed: None}, "diverged"),
        ({"network": tree()["network"] | {"initial_scale": 0}}, "start"),
        ({"linear": replace(LINEAR, critical=0.0, growth_rates=(0.0, 0.0))}, "start"),
    ],
    ids=["norms of zero", "all diverged", "start of zero", "critical of zero"],
)
def test_what_has_no_logarithm_can_be_drawn(changes: dict[str, Any], shown: str) -> None:
    assert shown in collapse_figure.to_svg(drawn(**changes)[1])


@pytest.fixture
def around_results(tmp_path: Path) -> Path:
    """Results with an experiment on both sides of the critical coefficient."""
    return write_results(tmp_path / "results", **around())


def test_the_data_under_the_figure_are_its_marks(around_results: Path) -> None:
    results = around_results
    files = (results / name for name in ("config.json", "collapse/collapse.json", "collapse/collapse.csv"))
    collapse_figure.write(*files, results / "figures" / catalogue.drawing(catalogue.COLLAPSE))
    built = context.build(results, "Title", "Author", ()).collapse
    assert built
    plot = built.plot
    assert [row.heads[0].number for row in plot.data.rows] == [0.05, 0.13, E2, 0.146, 0.15, 0.2, math.exp(-1), 1]
    assert [row.panel for row in plot.data.rows] == list(range(8))
    first, *_, last = plot.data.rows
    assert [head.text.replace("\u00a0", " ") for head in (*first.heads, *last.heads)] == [
        "<i>λ</i> = 0.05",
        "<i>λ</i> = 1",
    ]
    # λ / λ*, both norms, the growth rate over a time of 0.1 × 750 × 6, and λ* - λ
    assert [value.text.replace("\u00a0", " ") for value in first.values] == [
        *("0.35", "0.3173", "10.0000 ± 0.0014", "5.0000 ± 0.0000", "+0.0077", "+0.0945", "as predicted")
    ]
    assert [value.text.replace("\u00a0", " ") for value in last.values] == [
        *("6.92", "0.3173", "0.0500 ± 0.0014", "0.0250 ± 0.0000", "−0.0041", "−0.8555", "as predicted")
    ]
    numbers = [value.number for value in last.values]
    assert numbers[:-1] == pytest.approx([6.920, 0.3173, 0.05, 0.025, -0.0041, -0.8555], abs=1e-3)
    assert numbers[-1] is None
    assert [column.striptags() for column in plot.data.columns] == [
        "λ / λ*",
        "Norm of W1 at the start",
        "At the end",
        "Norm of W2 at the end",
        "Mean growth rate of W1",
        "λ* − λ",
        "Verdict",
    ]
    assert "line at the critical coefficient 0.1445" in plot.description
    assert "λ = 0.05: 10.0000" in plot.description
    assert plot.svg.count('id="frame-') == 8
    assert plot.source.experiments == ("regularization", "around")
    assert len(plot.source.runs) == len(set(plot.source.runs)) == 16


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("changes", "rate"),
    [
        ({"norms": lambda chosen, seed: (0.0, 0.0)}, -math.inf),
        ({"network": tree()["network"] | {"initial_scale": 0}}, math.nan),
    ],
    ids=["to zero", "from zero"],
)
@pytest.mark.filterwarnings("error")
def test_norms_of_zero_have_no_growth_rate(changes: dict[str, Any], rate: float) -> None:
    _, found = every(**changes)
    assert [each.rate_mean for each in found] == pytest.approx([rate] * len(found), nan_ok=True)
    data = collapse_text._data(found, {each.reg: Markup("λ") for each in found})
    assert {(row.values[4].text, row.values[4].number) for row in data.rows} == {("–", None)}


def test_other_norms_of_a_run_change_what_names_it_and_nothing_else(around_results: Path) -> None:
    results = around_results
    built = context.build(results, "Title", "Author", ())
    assert built.collapse
    table, figure = built.tables["regularization"].source, built.collapse.plot.source

    def shown() -> tuple[Any, Any]:
        told = collapse_text.build(results, Provenance(built.config, pd.read_csv(results / "runs.csv")), None)
        return told.rows, told.plot.data

    before = shown()
    original = pd.read_csv(results / "norms.csv")
    for key in original.groupby(["experiment", *tidy.PARAMETERS])["key"].first().unique():
        changed = original.copy()
        changed.loc[changed["key"] == key, ["w1_norm", "w2_norm"]] *= 1.5
        sealed.write_text(results / "norms.csv", tidy.to_csv(changed))
        collapse.write_tables(results / "config.json", LINEAR, results / "norms.csv", results / "collapse")
        for source, content, again in zip((table, figure), before, shown(), strict=True):
            assert (content != again) == (key in source.runs)
    files = [file for source in (table, figure) for file, _ in (*source.also, (source.file, ""))]
    assert all((results.parent / file).is_file() for file in files)


# --- The configuration


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("collaps", "tables.regularization.critical: expected another such experiment ("),
        ("regularization", "tables.regularization.critical: expected another such experiment ("),
        ("learning_rates", "tables.regularization.critical: expected another such experiment ("),
        (3, "tables.regularization.critical: expected a text of one line, found 3."),
    ],
)
def test_critical_is_another_sweep_of_coefficients(name: Any, problem: str) -> None:
    settings = around(critical=name)
    with pytest.raises(config.InputError) as caught:
        config.parse(tree(**settings), "config.yaml")
    (line,) = caught.value.problems
    assert problem in line


def test_only_the_table_of_regularization_has_critical() -> None:
    tables = tree()["tables"]
    tables["learning_rates"]["critical"] = "around"
    with pytest.raises(config.InputError, match="learning_rates: expected 'experiment'"):
        config.parse(tree(tables=tables), "config.yaml")
