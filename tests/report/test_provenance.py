"""Each table and figure names the runs that its numbers come from, all of them and no other."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from synthetic import TEMPLATES, tree, usual, write_results

from pipeline.analysis import tables
from pipeline.config import load as config
from pipeline.config.settings import Config, Configuration
from pipeline.environment import fingerprint, modules
from pipeline.experiments import plan, tidy
from pipeline.experiments.keys import numpy_version
from pipeline.figures import catalogue
from pipeline.figures.catalogue import Figure
from pipeline.files import sealed
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.context import Context
from pipeline.report.views import appendix, runlist
from pipeline.report.views.blocks import LISTED, Plot, Source, Table
from pipeline.report.views.provenance import Provenance


def shown(page: Context) -> dict[str, Table | Plot]:
    """Every table and figure of section 3, by the id that it has on the page."""
    found: dict[str, Table | Plot] = {f"table-{name.replace('_', '-')}": table for name, table in page.tables.items()}
    found |= {f"table-further-{each.experiment.name}": each.table for each in page.further}
    plots = [plot for group in page.curves.values() for plot in group] + list(page.losses.values())
    plots += [each.plot for each in page.further] + ([page.heat_map] if page.heat_map else [])
    return found | {f"figure-{plot.name}": plot for plot in plots}


def sources(page: Context) -> dict[str, Source]:
    """The source of each."""
    return {name: each.source for name, each in shown(page).items()}


def contents(results: Path) -> dict[str, Any]:
    """What each of them shows: the cells of a table, the values of a figure."""
    page = context.build(results, "Title", "Author", ())
    return {name: each.data if isinstance(each, Plot) else each.rows for name, each in shown(page).items()}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a third row in the table of tuning."""
    tables, experiments = tree()["tables"], tree()["experiments"] | {"other": {"single": {"batch_size": 16}}}
    tables["tuning"]["others"] = ["other"]
    folder = tmp_path_factory.mktemp("provenance") / "results"
    return write_results(folder, tables=tables, experiments=experiments)


@pytest.fixture(scope="module")
def page(results: Path) -> Context:
    return context.build(results, "Title", "Author", ())


def test_the_runs_are_those_that_runs_csv_has_for_what_is_shown(results: Path, page: Context):
    rows = pd.read_csv(results / "runs.csv")

    def of(experiment: str, **parameters: float) -> set[str]:
        own = rows[rows["experiment"] == experiment]
        for name, value in parameters.items():
            own = own[(own[name] - value).abs() < 1e-12]
        return set(own["key"])

    assert {name: set(source.runs) for name, source in sources(page).items()} == {
        "table-learning-rates": of("learning_rates"),
        "table-rate-of-change": of("learning_rates", learning_rate=1)
        | of("learning_rates", learning_rate=math.exp(-2)),
        "table-regularization": of("regularization"),
        "table-tuning": of("best") | of("other") | of("default"),
        "table-search-space": set(),
        "table-neighbours": of("grid", learning_rate=0.6) | of("grid", learning_rate=0.4),
        "table-further-widths": of("widths"),
        "figure-learning_rates-1": of("learning_rates", learning_rate=1),
        "figure-learning_rates-2": of("learning_rates", learning_rate=math.exp(-1)),
        "figure-learning_rates-3": of("learning_rates", learning_rate=math.exp(-2)),
        "figure-learning_rates-loss": of("learning_rates"),
        "figure-regularization-1": of("regularization", reg=1),
        "figure-regularization-2": of("regularization", reg=math.exp(-1)),
        "figure-regularization-3": of("regularization", reg=math.exp(-2)),
        "figure-regularization-loss": of("regularization"),
        "figure-grid-grid": of("grid"),
        "figure-best-1": of("best"),
        "figure-widths-accuracy": of("widths"),
    }
    assert all(len(source.runs) == len(set(source.runs)) for source in sources(page).values())


def test_other_results_of_a_run_change_what_names_it_and_nothing_else(results: Path, page: Context):
    names, before = sources(page), contents(results)
    originals = {name: pd.read_csv(results / name) for name in ("runs.csv", "histories.csv")}
    rows = originals["runs.csv"]
    # a run of each configuration whose rates are told in two tables, and the first and last of every other experiment
    chosen = rows[rows["seed"] == 1].groupby("experiment", sort=False)["key"]
    told_twice = rows[(rows["experiment"] == "learning_rates") & (rows["seed"] == 1)]["key"]
    for key in dict.fromkeys([*told_twice, *chosen.first(), *chosen.last()]):
        for name, original in originals.items():
            changed = original.copy()
            measured = [column for column in original.columns if column.endswith(("accuracy", "loss"))]
            changed.loc[changed["key"] == key, measured] -= 0.05
            sealed.write_text(results / name, tidy.to_csv(changed))
        inputs = (results / name for name in ("config.json", "selection/selection.json", "runs.csv", "histories.csv"))
        tables.write_all(*inputs, results / "tables")
        after = contents(results)
        told = {name for name, content in before.items() if after[name] != content}
        assert told == {name for name, source in names.items() if key in source.runs}, key
    for name, original in originals.items():
        sealed.write_text(results / name, tidy.to_csv(original))


def test_the_file_has_the_numbers_and_the_module_makes_the_file(results: Path, page: Context):
    for name, source in sources(page).items():
        assert (results.parent / source.file).is_file(), name
        assert source.module == ("pipeline.analysis.tables" if name.startswith("table") else "pipeline.figures.step")
        assert modules.exists(source.module)
    provenance, figures = Provenance(page.config, tidy.read_csv(results / "runs.csv")), catalogue.figures(page.config)
    asked = {
        "table-rate-of-change": provenance.table("rate_of_change"),
        "figure-grid-grid": provenance.figure(figures["grid-grid"]),
        "figure-best-1": provenance.figure(figures["best-1"]),
    }
    assert [source.file for source in asked.values()] == [
        f"results/tables/{name}.csv" for name in ("rate_of_change", "summary", "curves")
    ]
    assert asked.items() <= sources(page).items()
    ratio = Figure("grid-ratio", "ratio", "grid", (0, 1))  # where batch sizes vary
    assert provenance.figure(ratio).file == "results/tables/summary.csv"


def blocks(html: str) -> Iterator[tuple[str, str]]:
    """(id, text of its source) of each table and figure on a page."""
    for name, body in re.findall(
        r'class="(?:table|exhibit)" id="([^"]+)">(.*?<div class="source">.*?</div>)', html, re.DOTALL
    ):
        if found := re.search(r'<div class="source">(.*?)</div>', body, flags=re.DOTALL):
            yield name, " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()).replace(" ,", ",")


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_page_tells_the_source_of_each(page: Context, medium: report.Medium, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    html = report.render(page, TEMPLATES, medium)
    told, found = dict(blocks(html)), sources(page)
    assert set(found) <= set(told)
    for name, source in found.items():
        text = told[name]
        keys = re.findall(r"\b[0-9a-f]{16}\b", text)
        if medium == "screen":
            assert f"{source.file}, by {modules.path(source.module)}" in text
            assert keys == list(source.runs)
        else:
            assert source.file in text
            assert keys == []
            assert (f"; {len(source.runs)} runs" in text) is (len(source.runs) > 1)
    assert html.count("<summary>Source</summary>") == (len(told) if medium == "screen" else 0)


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_appendix_tells_what_it_takes(
    results: Path, page: Context, medium: report.Medium, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    html = report.render(page, TEMPLATES, medium)
    body = html[html.index('<h2 id="section-appendix"') :]
    for name in ("configuration", "data", "software", "runs", "rebuild"):
        assert f'<h3 id="section-appendix-{name}"' in body
    assert body.index("section-appendix") > body.find('id="references"')
    code = fingerprint.of_runs("numpy", hidden=True)
    for wanted in (code, f"NumPy {numpy_version()}", page.manifest.fingerprint, "make report"):
        assert wanted in body
    listing = unescape(re.search(r'<pre class="listing"><code>(.*?)</code>', body, flags=re.DOTALL)[1])
    given = json.loads((results / "config.json").read_text())
    assert yaml.safe_load(listing) == {key: value for key, value in given.items() if key != "data"}


def test_every_run_is_in_the_list_and_diverged_ones_are_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def rule(chosen: Configuration, seed: int) -> Any:
        return None if chosen.hidden == 16 and seed == 2 else usual(chosen, seed)

    monkeypatch.setattr(report, "font_faces", lambda _: "")
    results = write_results(tmp_path / "results", rule)
    html = report.render(context.build(results, "Title", "Author", ()), TEMPLATES, "screen")
    body = html[html.index('id="appendix-keys"') :]
    rows = pd.read_csv(results / "runs.csv")
    told = re.findall(r"<code>([0-9a-f]{16})</code>( \(diverged\))?", body)
    assert sorted(key for key, _ in told) == sorted(rows["key"])
    (diverged,) = rows.loc[rows["status"] == "diverged", "key"]
    assert {key for key, mark in told if mark} == {diverged}


def test_where_there_are_too_many_runs_they_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    rates, coefficients = [0.2 + n / 1000 for n in range(LISTED // 10)], [n / 10**5 for n in range(1, 12)]
    many = {"grid": {"learning_rate": rates, "reg": coefficients, "batch_size": [32]}, "replicates": 1}
    results = write_results(tmp_path / "results", experiments=tree()["experiments"] | {"grid": many})
    page = context.build(results, "Title", "Author", ())
    count = len(rates) * len(coefficients)
    assert len(sources(page)["figure-grid-grid"].runs) == count > LISTED
    grid = set(pd.read_csv(results / "runs.csv").query("experiment == 'grid'")["key"])
    named = {key for name, source in sources(page).items() if name != "figure-grid-grid" for key in source.runs}
    for medium in ("screen", "print"):
        html = report.render(page, TEMPLATES, medium)
        assert not (grid - named) & set(re.findall(r"\b[0-9a-f]{16}\b", html))
        body = " ".join(re.sub(r"<[^>]+>", "", html[html.index('id="section-appendix-runs"') :]).split())
        listed = f"Grid: {count} runs, seed 1 {count} configurations, too many runs to list here: the rows of"
        assert f">Grid</th><td>{count}</td>" in html
        assert (listed in body) is (medium == "screen")
        assert dict(blocks(html))["figure-grid-grid"].endswith(
            f"; {count} runs, which results/runs.csv names under the experiment grid ."
            if medium == "screen"
            else f"; {count} runs."
        )


def test_the_line_under_an_exhibit_links_each_key_to_its_row(page: Context, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    html = report.render(page, TEMPLATES, "screen")
    rows = dict(re.findall(r'<tr id="(runs-[^"]+)">(.*?)</tr>', html, re.DOTALL))
    lines = re.findall(r'<a href="#(runs-[^"]+)">(.*?)</a>:\s*<code>([0-9a-f ]+)</code>', html, re.DOTALL)
    linked = {key for _, _, keys in lines for key in keys.split()}
    assert linked == {key for source in sources(page).values() for key in source.runs}
    for name, label, keys in lines:
        assert label in rows[name]
        assert all(key in rows[name] for key in keys.split())
    of_tuning = re.findall(r'href="#(runs-\w+)-', html[html.index('id="table-tuning"') :].partition("</details>")[0])
    assert of_tuning == ["runs-best", "runs-other", "runs-default"]  # also where another experiment has equal runs


def test_ten_thousand_runs_are_no_longer_list_than_a_few():
    settings, provenance = ten_thousand()
    groups = {group.experiment.name: group for group in runlist.groups(settings, provenance, ())}
    assert groups["grid"].runs == 10_000
    assert groups["grid"].rows == ()
    assert sum(len(row.keys) for group in groups.values() for row in group.rows) <= LISTED
    assert len(groups["learning_rates"].rows) == 3


def ten_thousand() -> tuple[Config, Provenance]:
    values = [n / 1000 for n in range(1, 101)]
    grid = {"grid": {"learning_rate": values, "reg": values}, "replicates": 1}
    settings = config.parse(tree(experiments=tree()["experiments"] | {"grid": grid}), "config.yaml")
    chosen = settings.experiments["grid"].configurations[0]
    settings = plan.select(settings, {"best": (chosen,)})
    rows = [
        {"experiment": each.name, **{name: c.value(name) for name in tidy.PARAMETERS}, "key": f"{each.name}-{n}-{seed}"}
        for each in settings.experiments.values()
        for n, c in enumerate(each.configurations)
        for seed in each.seeds
    ]
    return settings, Provenance(settings, pd.DataFrame(rows))


def test_a_table_of_a_whole_experiment_comes_from_the_summary_and_all_its_runs() -> None:
    settings, provenance = ten_thousand()
    source = provenance.whole(settings.experiments["learning_rates"])
    assert (source.file, source.module) == ("results/tables/summary.csv", "pipeline.analysis.tables")
    assert source.experiments == ("learning_rates",)
    assert set(source.runs) == {f"learning_rates-{n}-{seed}" for n in range(3) for seed in (1, 2)}


def test_runs_of_a_configuration_are_found_in_any_experiment_and_at_any_value_of_what_is_left_open() -> None:
    chosen = Configuration(0.5, 0.1, 32, 16, 74)
    runs = [
        ("best", chosen, "one"),
        ("grid", chosen, "one"),  # which both experiments have
        ("grid", replace(chosen, learning_rate=0.2), "another rate"),
        ("grid", replace(chosen, epochs=10), "fewer epochs"),
        ("grid", replace(chosen, epochs=10, reg=0.2), "another coefficient"),
    ]
    table = pd.DataFrame([{"experiment": name, **vars(point), "key": key} for name, point, key in runs])
    provenance = Provenance(config.parse(tree(), "config.yaml"), table)

    def found(*points: Configuration, apart_from: tuple[str, ...] = ()) -> Source:
        return provenance.configurations("results/a.csv", "pipeline.b", points, *apart_from)

    assert found(chosen) == Source("results/a.csv", "pipeline.b", ("one",))
    assert found(chosen, apart_from=("epochs",)).runs == ("one", "fewer epochs")
    assert found(replace(chosen, learning_rate=0.2), chosen).runs == ("one", "another rate")


@given(st.dictionaries(st.text(min_size=1), st.integers(1, 500), max_size=12), st.integers(0, 1000))
@example({"a": 5, "b": 10}, 15)
@example({"a": 10, "b": 5, "c": 1}, 15)
def test_the_list_has_as_many_experiments_as_fit(counts: dict[str, int], limit: int):
    listed = runlist.within(limit, counts)
    assert sum(counts[name] for name in listed) <= limit
    left = [count for name, count in counts.items() if name not in listed]
    assert not left or sum(counts[name] for name in listed) + min(left) > limit
    assert all(counts[name] <= min(left, default=501) for name in listed)


@pytest.mark.parametrize("count", [0, 1, LISTED, LISTED + 1])
def test_a_source_lists_its_runs_up_to_a_limit(count: int):
    source = Source("a.csv", "b", tuple(map(str, range(count))), ("a",))
    assert source.listed == (source.runs if count <= LISTED else ())


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
trees = st.dictionaries(
    text,
    st.recursive(plain | text, lambda each: st.lists(each, max_size=20) | st.dictionaries(text, each, max_size=5)),
    max_size=6,
)


@settings(max_examples=40)
@given(trees)
def test_the_listing_of_a_configuration_reads_back_as_the_configuration(tree: dict[str, Any]):
    tree = json.loads(json.dumps(tree))
    shown = {key: value for key, value in tree.items() if key != "data"}
    assert yaml.safe_load(appendix.listing(tree)) == shown


def test_a_long_list_of_values_is_wrapped():
    values = [f"{n}e^-{n}" for n in range(1, 200)]
    lines = appendix.listing({"experiments": {"many": {"sweep": {"learning_rate": values}}}}).splitlines()
    assert len(lines) > 20
    assert max(map(len, lines)) < 60
