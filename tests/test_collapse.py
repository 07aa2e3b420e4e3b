"""On which side of the critical coefficient the runs are, in numbers, in words and in the figure."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from synthetic import EPOCHS, LINEAR, TEMPLATES, NormRule, collapsing, rising, tree, usual, write_results
from test_figures import boxes, inside, marks_of, overlap, style
from test_wording import tell, words

from pipeline import (
    catalogue,
    collapse,
    collapse_figure,
    config,
    context,
    linearisation,
    preparation,
    report,
    runs,
    sealed,
)
from pipeline.collapse import Outcome
from pipeline.examples import Examples, prepare
from pipeline.linearisation import Linearisation
from pipeline.settings import Config, Configuration

__all__ = ["style", "tell"]  # fixtures

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


def outcomes(folder: Path, norms: NormRule = collapsing, **changes: Any) -> dict[float, Outcome]:
    """The outcomes by coefficient."""
    results = write_results(folder, norms=norms, **(around() | changes))
    found = collapse.read_outcomes(results / "tables/collapse.csv")
    return {each.reg: each for each in found}


# --- Numbers


def test_norms_are_means_over_the_seeds_after_the_last_epoch(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", **around())
    path = results / "norms.csv"
    table = pd.read_csv(path)
    last = table["epoch"] == EPOCHS
    table.loc[~last, ["w1_norm", "w2_norm"]] = 1e6
    sealed.write_text(path, runs.to_csv(table))
    collapse.write_tables(results / "config.json", LINEAR, path, results)
    found = {each.reg: each for each in collapse.read_outcomes(results / "tables/collapse.csv")}
    assert list(found) == [1, math.exp(-1), E2, 0.2, 0.15, 0.146, 0.13, 0.05]
    low = found[0.13]
    assert (low.w1_mean, low.w1_sd, low.w2_mean, low.n, low.diverged) == (10, pytest.approx(0.001 * 2**0.5), 5, 2, 0)
    assert low.experiment == "around"
    assert found[E2].experiment == "regularization"
    assert low.w1_start == pytest.approx(0.001 * math.sqrt(784 * 128), rel=0.01)
    time = 0.1 * 750 * EPOCHS  # 48,000 images in batches of 64
    assert low.rate_mean == pytest.approx(math.log(10 / low.w1_start) / time, rel=1e-6)
    assert low.predicted_rate == pytest.approx(0.1445 - 0.13)
    assert low.ratio == pytest.approx(0.13 / 0.1445)


def test_runs_that_do_as_predicted(tmp_path: Path) -> None:
    found = outcomes(tmp_path / "results")
    verdicts = {reg: each.verdict for reg, each in found.items()}
    assert verdicts == {
        **dict.fromkeys((1, math.exp(-1), 0.2, 0.13, 0.05, E2), "as predicted"),
        # 1% away; and too slow: 0.0055 × 450 is a factor of 12
        **dict.fromkeys((0.146, 0.15), "undecided"),
    }


@pytest.mark.parametrize(("reg", "size"), [(0.2, 0.4), (0.05, 0.2)])
def test_one_run_on_the_wrong_side_is_one_too_many(tmp_path: Path, reg: float, size: float) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        return (size, size) if chosen.reg == reg and seed == 2 else collapsing(chosen, seed)

    found = outcomes(tmp_path / "results", norms)
    assert [key for key, each in found.items() if each.verdict == "not as predicted"] == [reg]
    assert found[reg].as_predicted == 1


def test_a_long_training_decides_what_a_short_one_does_not(tmp_path: Path) -> None:
    experiments = tree()["experiments"] | {"around": BOTH_SIDES["around"] | {"epochs": 8}}

    def verdicts(name: str, linear: Linearisation) -> dict[float, str]:
        settings = around() | {"experiments": experiments}
        results = write_results(tmp_path / name, lambda c, _: rising(0.5, epochs=c.epochs), linear=linear, **settings)
        return {each.reg: each.verdict for each in collapse.read_outcomes(results / "tables/collapse.csv")}

    # 0.0055 × 600 is 3.30: less than log √(2 × 784), 3.68, and more than log √(2 × 350), 3.28
    assert verdicts("many", LINEAR)[0.15] == "undecided"
    fewer = verdicts("fewer", replace(LINEAR, pixels=350))
    assert fewer[0.15] == "as predicted"
    assert fewer[0.146] == "undecided"


@pytest.mark.parametrize("network", [{"initial_scale": 0.002}, {"initial_scale": 0}, {"hidden": 1}])
def test_where_the_equations_do_not_apply_nothing_is_decided(tmp_path: Path, network: dict[str, Any]) -> None:
    found = outcomes(tmp_path / "results", network=tree()["network"] | network)
    assert {each.verdict for each in found.values()} == {"undecided"}


MEASURED = {1: 0.0062, math.exp(-1): 0.0182, 0.2: 0.05, 0.18: 0.0523, 0.16: 0.072, 0.15: 0.09}  # whatever the start


def measured(chosen: Configuration, seed: int) -> tuple[float, float]:
    """Norms of training on MNIST above the critical coefficient, and 10 below."""
    size = 10.0 if chosen.reg < LINEAR.critical else MEASURED[float(chosen.reg)]
    return size + seed * 1e-5, size / 2


@pytest.mark.parametrize("norms", [measured, collapsing])
def test_a_start_below_the_noise_refutes_nothing(tmp_path: Path, norms: NormRule) -> None:
    experiments = tree()["experiments"] | {"around": {"sweep": {"reg": [0.2, 0.18, 0.16, 0.15, 0.1]}}}
    long = replace(LINEAR, images=8 * LINEAR.images)
    for scale, above in ((0.001, "as predicted"), (0.0001, "undecided"), (0.00001, "undecided")):
        network = tree()["network"] | {"initial_scale": scale}
        found = outcomes(tmp_path / str(scale), norms, experiments=experiments, network=network, linear=long)
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


@pytest.mark.parametrize("hidden", [128, 319, 512, 1024])
def test_many_hidden_units_are_no_reason_to_leave_it_undecided(tmp_path: Path, hidden: int) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        if chosen.reg > LINEAR.critical:
            return collapsing(chosen, seed)
        size = 1.85 * math.sqrt(1 - float(chosen.reg) / LINEAR.critical)  # about as measured, for any number of units
        return size, size

    found = outcomes(tmp_path / "results", norms, network=tree()["network"] | {"hidden": hidden})
    verdicts = {reg: each.verdict for reg, each in found.items()}
    assert {verdicts[reg] for reg in (1, math.exp(-1), 0.2, 0.05)} == {"as predicted"}
    # These settle below the norm from which that many units start.
    assert verdicts[0.13] == ("undecided" if hidden >= 512 else "as predicted")
    assert "not as predicted" not in verdicts.values()


def test_diverged_runs_are_counted_and_left_out(tmp_path: Path) -> None:
    def rule(chosen: Configuration, seed: int) -> Any:
        lost = chosen.reg == 0.2 or (chosen.reg == 0.05 and seed == 1)
        return None if lost else usual(chosen, seed)

    results = write_results(tmp_path / "results", rule, draw=True, **around())
    found = {each.reg: each for each in collapse.read_outcomes(results / "tables/collapse.csv")}
    assert (found[0.2].verdict, found[0.2].n, found[0.2].diverged) == ("diverged", 0, 2)
    assert (found[0.05].verdict, found[0.05].n, found[0.05].diverged) == ("as predicted", 1, 1)


def test_a_configuration_of_both_experiments_counts_once(tmp_path: Path) -> None:
    experiments = tree()["experiments"] | {"around": {"sweep": {"reg": ["e^-2", 0.2]}}}
    results = write_results(tmp_path / "results", **(around() | {"experiments": experiments}))
    found = collapse.read_outcomes(results / "tables/collapse.csv")
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
    collapse.write_all(results / "config.json", tmp_path / "prepared", results / "norms.csv", results)
    linear = linearisation.read(results / "collapse.json")
    order = np.random.RandomState(7).permutation(50)[:40]
    expected = np.cov(images[order].T / 255, np.eye(3)[examples.labels[order]].T, bias=True)[:6, 6:]
    assert linear.critical == pytest.approx(np.linalg.svd(expected)[1][0] / 4, rel=1e-10)
    assert linear.images == 40


# --- Words


def text(tell: Callable[..., str], **changes: Any) -> str:
    return tell(**(around() | changes)).split("Why large coefficients collapse")[1].split("Hyper-parameter tuning")[0]


def test_what_is_told_of_runs_that_do_as_predicted(tell: Callable[..., str]) -> None:
    told = text(tell)
    assert "For these 48,000 training images, λ* is 0.1445." in told
    assert "λ = 1 and λ = e−1 lie above it and λ = e−2 below." in told
    assert "The nearest below is λ = e−2, at 94% of it." in told
    assert "the weights grow by the factor e in 1.5 epochs." in told  # 1 / (0.00916 × 75)
    assert "should end above its value at the start, 0.317, and above λ* below it." in told
    assert (
        "All 12 runs that can tell behave as predicted: with λ = e−2, λ = 0.13 and λ = 0.05 the norm grew, with" in told
    )
    assert "with λ = 1, λ = e−1 and λ = 0.2 it shrank." in told
    assert "Undecided: λ = 0.15 and λ = 0.146." in told
    assert "within 3% of λ*" in told
    assert "by a factor of 40:" in told
    assert "do not fall to zero" in told
    for absent in ("Only one side", "does not describe", "do not apply", "No run can tell"):
        assert absent not in told


def test_runs_that_do_otherwise_are_named(tell: Callable[..., str]) -> None:
    def norms(chosen: Configuration, seed: int) -> tuple[float, float]:
        return (10, 10) if chosen.reg == 0.2 else collapsing(chosen, seed)

    told = text(tell, norms=norms)
    assert (
        "Of 12 runs that can tell, 10 behave as predicted; with λ = 0.2 not every run does, so the theory does" in told
    )
    assert "behave as predicted:" not in told
    assert "do not fall to zero" not in told


@pytest.mark.parametrize(
    ("values", "side"), [([0.4, 0.3], "none lies below it."), ([0.1, 0.05], "none lies above it.")]
)
def test_one_side_is_said_to_be_one(tell: Callable[..., str], values: list[float], side: str) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": values}}}
    told = text(tell, experiments=experiments, tables=tree()["tables"] | {"regularization": TABLE})
    assert side in told
    assert "All 4 runs that can tell behave as predicted" in told
    assert "Only one side of λ* is tested." in told
    assert ("The nearest below" in told) == (values[0] < 0.2)
    assert ("do not fall to zero" in told) == (values[0] > 0.2)


def test_without_the_second_experiment_the_runs_of_the_table_test_it(tell: Callable[..., str]) -> None:
    told = text(tell, experiments=tree()["experiments"], tables=tree()["tables"])
    assert "All 6 runs that can tell behave as predicted: with λ = e−2 the norm grew, with λ = 1 and λ = e−1 it" in told


def test_runs_that_cannot_tell_are_not_said_to(tell: Callable[..., str]) -> None:
    sample = replace(LINEAR, images=450)
    told = text(tell, linear=sample, tables=tree()["tables"], experiments=tree()["experiments"])
    assert "Undecided: λ = e−1 and λ = e−2." in told
    assert "All 2 runs that can tell behave as predicted: with λ = 1 it shrank." in told
    none = tell(linear=replace(LINEAR, images=40), folder="none", **around())
    assert "No run can tell." in none
    assert "that can tell behave" not in none
    assert "do not apply" not in none


def test_a_single_run_is_singular(tell: Callable[..., str]) -> None:
    told = text(
        tell,
        linear=replace(LINEAR, images=450),
        tables=tree()["tables"],
        experiments=tree()["experiments"],
        replicates=1,
    )
    assert "The one run that can tell behaves as predicted: with λ = 1 it shrank." in told


def test_weights_that_start_large_are_said_to(tell: Callable[..., str]) -> None:
    told = text(tell, network=tree()["network"] | {"initial_scale": 0.01})
    assert "No run can tell. Where W1 starts from a norm that is not small" in told


def test_weights_that_start_at_zero_cannot_tell(tell: Callable[..., str]) -> None:
    told = text(tell, network=tree()["network"] | {"initial_scale": 0}, draw=True)
    assert "should end above its value at the start, 0, and above λ* below it." in told
    assert "No run can tell. Undecided: λ = 1," in told
    assert "do not fall to zero" not in told


def test_a_critical_coefficient_of_zero_is_told(tell: Callable[..., str]) -> None:
    told = text(tell, linear=replace(LINEAR, critical=0.0, growth_rates=(0.0, 0.0)), draw=True)
    assert "For these 48,000 training images, λ* is 0. " in told
    assert "none lies below it." in told


def test_norms_that_fall_to_zero_are_not_said_to_stay(tell: Callable[..., str]) -> None:
    def norms(size: float) -> NormRule:
        return lambda chosen, seed: collapsing(chosen, seed) if chosen.reg < LINEAR.critical else (size, size)

    for number, size in enumerate((0.0, 1e-300)):
        told = text(tell, norms=norms(size), folder=str(number))
        assert "All 12 runs that can tell behave as predicted" in told
        assert "do not fall to zero" not in told


@pytest.mark.parametrize(("low", "told"), [(0.2, True), (0.9199, False)])
def test_a_coefficient_just_below_is_held_back_if_it_is(tell: Callable[..., str], low: float, told: bool) -> None:
    def rule(chosen: Configuration, seed: int) -> Any:
        course = usual(chosen, seed)
        if chosen.reg != 0.13:
            return course
        return [(a, b, c, low) for a, b, c, _ in course]

    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [0.3, 0.13, 0.05]}}}
    found = tell(rule, experiments=experiments).split("Why large")[1]
    assert ("So near to λ* they grow slowly and stay small, which fits a validation accuracy" in found) is told
    assert "in 0.92 epochs, with λ = 0.05 in 0.14." in found


def test_where_every_run_diverged_the_theory_is_still_told(tell: Callable[..., str]) -> None:
    told = tell(lambda chosen, seed: None if chosen.reg > 0.04 else usual(chosen, seed), **around())
    assert "Every coefficient made a run diverge" in told
    assert "No run can tell." in told


def test_a_penalty_of_zero_is_below(tell: Callable[..., str]) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": [1, 0]}}}
    told = text(tell, experiments=experiments, tables=tree()["tables"])
    assert "λ = 1 lies above it and λ = 0 below." in told


def test_the_second_experiment_has_no_section_of_its_own(tell: Callable[..., str]) -> None:
    assert "Around" not in tell(**around())
    assert "Around" in tell(folder="again", **(around() | {"tables": tree()["tables"]}))


def test_without_table_6_nothing_is_told_and_nothing_is_missing(tmp_path: Path) -> None:
    tables = {name: table for name, table in tree()["tables"].items() if name != "regularization"}
    results = write_results(tmp_path / "results", tables=tables)
    assert not (results / "collapse.json").exists()
    built = context.build(results, "Title", "Author", ())
    assert built.collapse is None
    assert "collapse" not in words(report.render(built, TEMPLATES, "print"))
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
    assert table.source.also == (("results/tables/collapse.csv", "pipeline/collapse.py"),)
    assert all(not built.tables[name].added for name in built.tables if name != "regularization")
    html = report.render(built, TEMPLATES, "screen")
    assert html.count('<tbody class="added">') == 1
    assert 'scope="rowgroup" colspan="4">Not in the write-up' in html
    columns = (results / "tables/regularization.csv").read_text().splitlines()[0]
    assert "norm" not in columns


# --- The figure


def drawn(folder: Path, **changes: Any) -> tuple[Config, list[Outcome], mpl.figure.Figure]:
    results = write_results(folder, **(around() | changes))
    settings = config.read_resolved(results / "config.json")
    found = collapse.read_outcomes(results / "tables/collapse.csv")
    linear = linearisation.read(results / "collapse.json")
    return settings, found, collapse_figure.draw(settings, linear, found)


def test_every_coefficient_is_a_mark_at_its_norm(tmp_path: Path) -> None:
    _, found, canvas = drawn(tmp_path / "results")
    marks = {name: line for name, line in marks_of(canvas.axes[0]).items() if name.startswith("panel")}
    columns = collapse.distinct(found)
    assert list(marks) == [f"panel-{k}-mark" for k in range(len(columns))]
    for number, (line, each) in enumerate(zip(marks.values(), columns, strict=True)):
        assert (list(line.get_xdata()), list(line.get_ydata())) == ([number], [each.w1_mean])
        assert line.get_marker() == ("o" if each.reg < 0.1445 else "s")
        assert (line.get_fillstyle() == "none") == (each.verdict == "undecided")


def test_the_critical_coefficient_stands_between_its_neighbours(tmp_path: Path) -> None:
    _, found, canvas = drawn(tmp_path / "results")
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
def test_no_text_covers_another_or_leaves_the_figure(tmp_path: Path, values: list[float]) -> None:
    experiments = tree()["experiments"] | {"regularization": {"sweep": {"reg": values}}}
    _, found, canvas = drawn(tmp_path / "results", experiments=experiments, tables=tree()["tables"])
    placed = boxes(canvas)
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())
    assert len(found) == len(values)


def test_norms_of_zero_and_runs_that_all_diverged_can_be_drawn(tmp_path: Path) -> None:
    _, _, canvas = drawn(tmp_path / "results", norms=lambda chosen, seed: (0.0, 0.0))
    collapse_figure.to_svg(canvas)
    _, _, canvas = drawn(tmp_path / "none", rule=lambda chosen, seed: None)
    assert "diverged" in collapse_figure.to_svg(canvas)


def test_the_data_under_the_figure_are_its_marks(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", draw=True, **around())
    plot = context.build(results, "Title", "Author", ()).collapse.plot
    assert [row.heads[0].number for row in plot.data.rows] == [0.05, 0.13, E2, 0.146, 0.15, 0.2, math.exp(-1), 1]
    assert [row.panel for row in plot.data.rows] == list(range(8))
    assert plot.data.rows[0].values[2].text == "10.0000\u00a0±\u00a00.0014"
    assert len(plot.data.columns) == len(plot.data.rows[0].values)
    assert plot.svg.count('id="frame-') == 8
    assert plot.source.experiments == ("regularization", "around")
    assert len(plot.source.runs) == len(set(plot.source.runs)) == 16


def test_other_norms_of_a_run_change_what_names_it_and_nothing_else(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", **around())

    def shown() -> tuple[Any, ...]:
        built = context.build(results, "Title", "Author", ())
        assert built.collapse
        table = built.tables["regularization"]
        return (table.source, table.added), (built.collapse.plot.source, built.collapse.plot.data)

    before = shown()
    original = pd.read_csv(results / "norms.csv")
    for key in original.groupby(["experiment", *runs.PARAMETERS])["key"].first().unique():
        changed = original.copy()
        changed.loc[changed["key"] == key, ["w1_norm", "w2_norm"]] *= 1.5
        sealed.write_text(results / "norms.csv", runs.to_csv(changed))
        collapse.write_tables(results / "config.json", LINEAR, results / "norms.csv", results)
        for (source, content), (_, again) in zip(before, shown(), strict=True):
            assert (content != again) == (key in source.runs)
    files = [file for source, _ in before for file, _ in (*source.also, (source.file, ""))]
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
