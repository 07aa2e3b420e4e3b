"""Which tables and figures a configuration gives rise to."""

from typing import Any

import pytest
from synthetic import tree

from pipeline.config import load as config
from pipeline.config.settings import Config
from pipeline.figures import catalogue
from pipeline.figures.catalogue import Figure


def settings(**changes: Any) -> Config:
    return config.parse(tree(**changes), "config.yaml")


def experiments(**more: Any) -> dict[str, Any]:
    return tree()["experiments"] | more


def test_every_experiment_has_its_figures_by_name() -> None:
    """Three rates and three coefficients have a figure each and one of losses; the grid one, the best of it another."""
    found = catalogue.figures(settings())
    assert [(name, each.kind, each.experiment, each.panels) for name, each in found.items()] == [
        *((f"learning_rates-{n}", "accuracy", "learning_rates", (n - 1,)) for n in (1, 2, 3)),
        ("learning_rates-loss", "loss", "learning_rates", (0, 1, 2)),
        *((f"regularization-{n}", "accuracy", "regularization", (n - 1,)) for n in (1, 2, 3)),
        ("regularization-loss", "loss", "regularization", (0, 1, 2)),
        ("grid-grid", "grid", "grid", (0, 1, 2, 3, 4, 5)),
        ("best-1", "accuracy", "best", (0,)),
        ("widths-accuracy", "accuracy", "widths", (0, 1)),
    ]
    assert all(name == each.name for name, each in found.items())


def test_the_tables_are_those_that_the_configuration_asks_for() -> None:
    every = settings()
    assert catalogue.tables(every) == [
        *("summary", "curves", "learning_rates", "rate_of_change", "regularization", "tuning", "search_space")
    ]
    assert catalogue.collapse(every) == ["results/collapse/collapse.json", "results/collapse/collapse.csv"]
    shown = tree()["tables"]
    del shown["learning_rates"]["rate_of_change"]
    assert catalogue.tables(settings(tables={"learning_rates": shown["learning_rates"]})) == [
        *("summary", "curves", "learning_rates")
    ]
    assert catalogue.tables(settings(tables={"regularization": shown["regularization"]})) == [
        *("summary", "curves", "regularization")
    ]
    none = settings(tables={})
    assert catalogue.tables(none) == ["summary", "curves"]
    assert catalogue.collapse(none) == []
    assert [each.name for each in catalogue.further(none)] == list(tree()["experiments"])


def test_without_the_write_up_there_are_no_verdicts_and_what_was_trained_for_them_has_sections() -> None:
    tables = tree()["tables"] | {"evidence": ["widths"]}
    with_it, without = settings(tables=tables), settings(tables=tables, writeup="false")
    assert "results/evidence/evidence.json" in catalogue.verdicts(with_it)
    assert len(catalogue.verdict_figures(with_it)) == 4
    assert catalogue.verdicts(without) == catalogue.verdict_figures(without) == []
    assert [each.name for each in catalogue.further(with_it)] == []
    assert [each.name for each in catalogue.further(without)] == ["widths"]


def test_what_another_section_or_the_evidence_shows_has_no_section_of_its_own() -> None:
    tables = tree()["tables"]
    tables["regularization"]["critical"] = "critical"
    tables["tuning"]["others"] = ["other"]
    more = experiments(
        critical={"sweep": {"reg": [0.1, 0.2]}}, other={"single": {}}, long={"single": {}}, wide={"single": {}}
    )
    found = settings(experiments=more, tables=tables | {"evidence": ["long"]})
    assert [each.name for each in catalogue.further(found)] == ["widths", "wide"]
    assert [each.name for each in catalogue.sweeps(found)] == ["learning_rates", "regularization"]


@pytest.mark.parametrize(("values", "kind"), [(24, "accuracy"), (25, "grid")])
def test_more_than_24_configurations_are_one_heat_map(values: int, kind: str) -> None:
    many = {"sweep": {"hidden": list(range(1, values + 1))}}
    found = settings(experiments=experiments(widths=many))
    assert catalogue.overview(found.experiments["widths"]) == Figure(
        f"widths-{kind}",
        kind,
        "widths",
        tuple(range(values)),  # type: ignore[arg-type]
    )
    assert catalogue.overview(found.experiments["grid"]).kind == "grid"


def test_the_panels_of_a_selection_are_as_many_as_it_selects() -> None:
    found = settings(experiments=experiments(leaders={"best_of": "grid", "count": 4}))
    assert catalogue.figures(found)["leaders-accuracy"].panels == (0, 1, 2, 3)


@pytest.mark.parametrize(("coefficients", "folded"), [(12, ()), (13, ("batch_size", "reg"))])
def test_a_grid_is_folded_where_its_heat_maps_would_be_more_than_24(coefficients: int, folded: tuple[str, ...]) -> None:
    """Two batch sizes and twelve coefficients are 24 maps of learning rate against hidden units."""
    grid = {"learning_rate": [0.1, 0.2], "hidden": [4, 8], "batch_size": [16, 32]}
    grid |= {"reg": [n / 1000 for n in range(coefficients)]}
    found = settings(experiments=experiments(many={"grid": grid, "replicates": 1}))
    assert catalogue.folded(found.experiments["many"]) == folded
