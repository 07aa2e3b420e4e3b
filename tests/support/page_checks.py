"""Checks of a finished page against its results: tables, data of figures, captions, sources, the first page.

Each is a function of a Case, and CHECKS holds them all.

What is wrong is said as a reader sees it: where, what the page shows, and what the results have.
"""

import json
import math
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import metadata
from typing import Any, NoReturn

import pandas as pd
import pytest
import yaml
from configuration import ROOT
from page_oracle import (
    BEST,
    METRICS,
    SHORT,
    SYMBOLS,
    TUNED,
    WORDS,
    Configuration,
    Experiment,
    Results,
    fixed,
    number,
    printed,
    ratio_lines,
    setting,
    significant,
    times,
    title,
    written,
)
from page_reader import Exhibit, Page, Row, Table


@dataclass(frozen=True)
class Case:
    """A page and the results that it was made from."""

    page: Page
    results: Results


Check = Callable[[Case], None]
CHECKS: list[Check] = []


def adds_to(checks: list[Check]) -> Callable[[Check], Check]:
    """Make a decorator that adds a check to a list; its name is a sentence on what a reader sees."""

    def check(function: Check) -> Check:
        checks.append(function)
        return function

    return check


check = adds_to(CHECKS)


def fail(what: str) -> NoReturn:
    pytest.fail(what, pytrace=False)


def same(where: str, shown: object, expected: object, file: str) -> None:
    """Two things a reader sees are equal, or it is said which are not."""
    if shown != expected:
        fail(f"{where}: the page shows {shown!r}, {file} has {expected!r}")


Cells = Mapping[str, Mapping[str, str]]  # by the head of the row, then by that of the column


def same_table(where: str, table: Table, expected: Cells, columns: Sequence[str], file: str) -> None:
    """Heads in their order, and every cell under its heads."""
    same(f"{where}, heads of the columns", list(table.columns), list(columns), file)
    same(f"{where}, heads of the rows", [" ".join(row.head) for row in table.rows], list(expected), file)
    for row, cells in expected.items():
        for column, text in cells.items():
            same(f"{where}, {row}, {column}", table.cell(row, column), text, file)


def exhibit(case: Case, name: str) -> Exhibit:
    if name not in case.page.exhibits:
        fail(f"the page has no {name}")
    return case.page.exhibits[name]


def told(where: str, text: str, *words: str, never: str = "") -> None:
    """A caption or a label names what it shows."""
    for word in words:
        if not re.search(word, text):
            fail(f"{where} says {text!r}, which does not name {word!r}")
    if never and re.search(never, text):
        fail(f"{where} says {text!r}, which it should not: {never!r}")


def sweep_cells(experiment: Experiment, metrics: Iterable[str]) -> dict[str, dict[str, str]]:
    return {METRICS[m]: {c.label: c[m].cell for c in experiment.configurations} for m in metrics}


# --- Tables 1 to 8


@check
def truth_tables_are_those_of_the_functions(case: Case) -> None:
    outputs = {"and": "0001", "or": "0111", "xor": "0110"}
    for place, (name, column) in enumerate(outputs.items(), start=1):
        found = exhibit(case, f"table-{name}")
        same(f"the truth table of {name}", found.label, f"Table {place}", "the write-up")
        told(found.label, found.caption, f"Truth table of {name.upper()}\\.")
        table = case.page.table(name)
        same(found.label, list(table.heads), ["x_1", "x_2", f"f_{name.upper()}(x)"], "the write-up")
        rows = ["".join(row.cells.values()) for row in table.rows]
        expected = [f"{inputs}{output}" for inputs, output in zip(("00", "01", "10", "11"), column, strict=True)]
        same(f"{found.label}, rows", rows, expected, "the function")


@check
def table_4_shows_each_rate_in_its_column_and_each_metric_in_its_row(case: Case) -> None:
    shown = case.results.shown["learning_rates"]
    experiment = case.results.experiments[shown["experiment"]]
    found = exhibit(case, "table-learning-rates")
    same("the table of learning rates", found.label, "Table 4", "the write-up")
    told("Table 4", found.caption, "(?i)learning rate", never="(?i)coefficient")
    phases("Table 4", found.caption, shown["metrics"])
    over_so_many_seeds("Table 4", found.caption, experiment.configurations)
    expected = sweep_cells(experiment, shown["metrics"])
    same_table("Table 4", case.page.table("learning-rates"), expected, _labels(experiment), "runs.csv")


@check
def the_write_ups_numbers_stand_below_those_of_the_same_configuration(case: Case) -> None:
    shown, results = case.results.shown, case.results
    cells = cells_of(case)
    judged = results.json("evidence/evidence.json")["obstacles"] == []
    expected: dict[tuple[str, str, str], str] = {}  # by table, row and column
    for table, name in (("learning_rates", "learning-rates"), ("regularization", "regularization")):
        for chosen in results.experiments[shown[table]["experiment"]].configurations if table in shown else ():
            for metric in shown[table]["metrics"]:
                expected[name, METRICS[metric], chosen.label] = _printed(cells, chosen.values, metric)
    for name in _rows_of_table_7(case) if "tuning" in shown else ():
        (chosen,) = results.experiments[name].configurations
        head = {shown["tuning"]["best"]: "Best of the grid", shown["tuning"]["default"]: "Default"}.get(
            name, title(name)
        )
        for metric in shown["tuning"]["metrics"]:
            expected["tuning", head, METRICS[metric]] = _printed(cells, chosen.values, metric)
    if change := shown.get("learning_rates", {}).get("rate_of_change"):
        head = f"{METRICS[change['metric']]}, rate of change"
        for larger, smaller in change["pairs"]:
            column = f"η = {written(smaller)} to η = {written(larger)}"
            expected["rate-of-change", head, column] = _printed_rate(cells, change["metric"], smaller, larger)
    found = {
        (name, row.head[0], column): text
        for name in ("learning-rates", "rate-of-change", "regularization", "tuning")
        if f"table-{name}" in case.page.exhibits
        for row in case.page.table(name).rows
        for column, text in row.printed.items()
        if text not in ("", "–")
    }
    same("the write-up's numbers beside ours", found, {k: v for k, v in expected.items() if v and judged}, "cells.csv")


def _rows_of_table_7(case: Case) -> list[str]:
    tuning = case.results.shown["tuning"]
    return [tuning["best"], *tuning.get("others", ()), tuning["default"]]


def _printed(cells: pd.DataFrame, values: Mapping[str, Any], metric: str) -> str:
    """What the write-up prints for a configuration, with a verdict that is not the good one; empty without a number."""
    usual = {"learning_rate": 0.1, "reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10}
    for _, row in cells[cells["row"] == metric].iterrows():
        parts = [] if row["column"] == "defaults" else row["column"].split(", ")
        named = usual | {name: number(value) for name, value in (part.split(" ", 1) for part in parts)}
        if all(math.isclose(named[name], number(values[name])) for name in named):
            return _with_verdict(row)
    return ""


def _printed_rate(cells: pd.DataFrame, metric: str, smaller: object, larger: object) -> str:
    wanted = f"learning_rate {written(smaller)} to {written(larger)}"
    own = cells[(cells["row"] == metric + RATE) & (cells["column"] == wanted)]
    return _with_verdict(own.iloc[0]) if len(own) else ""


def _with_verdict(row: "pd.Series[Any]") -> str:
    good = row["verdict"] in ("reproduced", "not judged")
    return str(row["published"]) + ("" if good else f" {row['verdict']}")


def over_so_many_seeds(where: str, caption: str, shown: Iterable[Configuration]) -> None:
    """A caption says over how many seeds its means are."""
    counts = sorted({len(chosen.runs) for chosen in shown})
    numbers = " (?:or|to) ".join(map(str, (counts[0], counts[-1])[: len(counts)]))
    told(where, caption, "One seed each" if counts == [1] else f"over {numbers} seeds")


def phases(where: str, caption: str, metrics: Iterable[str]) -> None:
    """A caption does not name a part of the data that the table leaves out."""
    named = set(re.findall(r"training|validation|testing", caption.lower()))
    there = {part for part in ("training", "validation", "testing") for metric in metrics if part in metric}
    if not there <= named or "testing" in named - there:
        fail(f"{where} says {caption!r} and shows {', '.join(sorted(there))}")


def _labels(experiment: Experiment) -> list[str]:
    return [c.label for c in experiment.configurations]


@check
def table_5_is_the_quotient_of_the_differences_from_the_smaller_rate_to_the_larger(case: Case) -> None:
    shown = case.results.shown["learning_rates"]
    change = shown.get("rate_of_change")
    if not change:
        return
    experiment = case.results.experiments[shown["experiment"]]
    by_rate = {number(c.values["learning_rate"]): c for c in experiment.configurations}
    found = exhibit(case, "table-rate-of-change")
    same("the table of rates of change", found.label, "Table 5", "the write-up")
    told("Table 5", found.caption, "(?i)per unit of the learning rate", METRICS[change["metric"]].lower())
    cells = {}
    for larger, smaller in change["pairs"]:
        a, b = number(larger), number(smaller)
        first, second = (by_rate[rate][change["metric"]] for rate in (a, b))
        slope = (first.mean - second.mean) / (a - b)
        spread = math.hypot(first.sd, second.sd) / abs(a - b)
        text = f"{slope:.4f} ± {spread:.4f}" if min(first.n, second.n) > 1 else f"{slope:.4f}"
        if not min(first.n, second.n):
            text = "diverged"
        elif diverged := max(first.diverged, second.diverged):
            text += f" ({diverged} of {min(first.n, second.n) + diverged} diverged)"
        cells[f"η = {written(smaller)} to η = {written(larger)}"] = text
    head = f"{METRICS[change['metric']]}, rate of change"
    same_table("Table 5", case.page.table("rate-of-change"), {head: cells}, list(cells), "runs.csv")


@check
def table_6_shows_each_coefficient_in_its_column_and_the_norms_below(case: Case) -> None:
    shown = case.results.shown["regularization"]
    experiment = case.results.experiments[shown["experiment"]]
    found = exhibit(case, "table-regularization")
    label = found.label
    if {"learning_rates", "regularization", "tuning"} <= set(case.results.shown):
        same("the table of coefficients", label, "Table 6", "the write-up")
    told(label, found.caption, "(?i)regularization coefficient", never="(?i)rate")
    over_so_many_seeds(label, found.caption, experiment.configurations)
    expected = sweep_cells(experiment, shown["metrics"])
    collapse = case.results.csv("collapse/collapse.csv")
    own = collapse[collapse["experiment"] == experiment.name].reset_index(drop=True)
    critical = case.results.json("collapse/collapse.json")["critical"] if _has(case, "collapse/collapse.json") else None
    columns = _labels(experiment)
    rows = [own.iloc[_place(own["reg"], number(c.values["reg"]))] for c in experiment.configurations]
    ratios = [row["reg"] / critical if critical else row["ratio"] for row in rows]
    expected["λ / λ*"] = dict(zip(columns, (f"{ratio:.2f}" for ratio in ratios), strict=True))
    for matrix in ("1", "2"):
        expected[f"Norm of W_{matrix}, last epoch"] = dict(
            zip(columns, (_norm(row, f"w{matrix}") for row in rows), strict=True)
        )
    table = case.page.table("regularization")
    same_table(label, table, expected, columns, "runs.csv and collapse/collapse.csv")
    titles = [name for name, rows_ in table.groups if rows_]
    same(f"{label}, what stands above the norms", titles, ["", "Not in the write-up"], "the write-up")


def _has(case: Case, name: str) -> bool:
    return (case.results.folder / name).is_file()


def _place(column: "pd.Series[float]", value: float) -> int:
    place = int((column - value).abs().to_numpy().argmin())
    if not math.isclose(column[place], value, abs_tol=1e-12):
        fail(f"collapse.csv has no row for the coefficient {value}")
    return place


def _norm(row: "pd.Series[float]", name: str) -> str:
    if not row["n"]:
        return "diverged"
    text = fixed(row[f"{name}_mean"])
    text += f" ± {fixed(row[f'{name}_sd'])}" if row["n"] > 1 else ""
    diverged = int(row["diverged"])
    return text + (f" ({diverged} of {int(row['n']) + diverged} diverged)" if diverged else "")


@check
def table_7_shows_the_parameters_and_accuracies_of_the_selected_and_the_default_configuration(case: Case) -> None:
    if "tuning" not in case.results.shown:
        return
    shown, experiments = case.results.shown["tuning"], case.results.experiments
    found = exhibit(case, "table-tuning")
    told(found.label, found.caption, "(?i)selected", "(?i)grid", "(?i)default")
    last, chose = experiments[shown["best"]].seeds, case.results.choosing_seeds
    measured = f"with seeds {chose + 1} to {last}, which had no part in the choice" if chose else "flatters it"
    told(found.label, found.caption, measured, never="flatters" if chose else "no part in the choice")
    over_so_many_seeds(
        found.label, found.caption, (c for n in _rows_of_table_7(case) for c in experiments[n].configurations)
    )
    names = {shown["best"]: "Best of the grid", shown["default"]: "Default"}
    parameters = list(dict.fromkeys((*TUNED, *case.results.grid.varied)))
    expected = {}
    for name in (shown["best"], *shown.get("others", ()), shown["default"]):
        (chosen,) = experiments[name].configurations
        values = {_head(p): written(chosen.values[p]) for p in parameters}
        expected[names.get(name, title(name))] = values | {METRICS[m]: chosen[m].cell for m in shown["metrics"]}
    columns = [_head(p) for p in parameters] + [METRICS[m] for m in shown["metrics"]]
    table = case.page.table("tuning")
    same_table(found.label, table, expected, columns, "runs.csv")
    same(f"{found.label}, the corner", table.heads[0], "Configuration", "the table")


def _head(parameter: str) -> str:
    return SYMBOLS.get(parameter, WORDS[parameter].capitalize())


@check
def the_table_of_neighbours_has_what_the_grid_reached_one_step_from_the_selected_configuration(case: Case) -> None:
    if "tuning" not in case.results.shown or "table-neighbours" not in case.page.exhibits:
        return
    grid, found = case.results.grid, exhibit(case, "table-neighbours")
    (best,) = case.results.experiments[case.results.shown["tuning"]["best"]].configurations
    over_so_many_seeds(found.label, found.caption, grid.configurations)
    expected = {}
    for changed, chosen in neighbours(grid, best).items():
        label = ", ".join(setting(name, chosen.values[name]) for name in changed)
        listed = [setting(name, chosen.values[name]) for name in grid.varied]
        gap = chosen["training_accuracy"].mean - chosen["validation_accuracy"].mean
        expected[label or f"Selected: {', '.join(listed[:-1])} and {listed[-1]}"] = {
            **{METRICS[m]: chosen[m].cell for m in ("training_accuracy", BEST)},
            GAP: f"{gap * 100:.2f}",
        }
    columns = [METRICS["training_accuracy"], METRICS[BEST], GAP]
    same_table(found.label, case.page.table("neighbours"), expected, columns, "runs.csv")


GAP = "Training above validation, last epoch, points"


def neighbours(grid: Experiment, best: Configuration) -> dict[tuple[str, ...], Configuration]:
    """The selected configuration of a grid and what lies a step from it towards less overfitting, by what differs."""
    place = {name: sorted(grid.values(name), key=number) for name in grid.varied}
    steps = {"reg": 1, "learning_rate": -1, "batch_size": 1}
    found = {}
    for changed in ((), ("reg",), ("learning_rate",), ("batch_size",), ("reg", "learning_rate"), ("reg", "batch_size")):
        wanted = {name: number(best.values[name]) for name in grid.varied}
        for name in changed:
            values = [*map(number, place.get(name, [])), math.nan]  # nothing is beyond the ends
            index = values.index(wanted[name]) + steps[name] if name in wanted else -1
            wanted[name] = values[index]
        there = [c for c in grid.ranked if all(number(c.values[n]) == v for n, v in wanted.items())]
        if there:
            found[changed] = there[0]
    return found


@check
def table_8_lists_the_values_of_the_grid(case: Case) -> None:
    if "tuning" not in case.results.shown:
        return
    grid = case.results.grid
    found = exhibit(case, "table-search-space")
    told(found.label, found.caption, "(?i)grid search")
    expected = {_head(p): ", ".join(map(written, grid.values(p))) for p in grid.varied}
    same_table(found.label, case.page.table("search-space"), {"Values searched": expected}, list(expected), "config")


@check
def tables_of_further_experiments_show_every_configuration(case: Case) -> None:
    metrics = ("training_accuracy", BEST, "testing_accuracy")
    for experiment in case.results.further:
        found = exhibit(case, f"table-further-{experiment.name}")
        told(found.label, found.caption, re.escape(title(experiment.name)))
        over_so_many_seeds(found.label, found.caption, experiment.configurations)
        rows = {c.label or "single": {METRICS[m]: c[m].cell for m in metrics} for c in experiment.configurations}
        table = case.page.table(f"further-{experiment.name}")
        same_table(found.label, table, rows, [METRICS[m] for m in metrics], "runs.csv")


# --- The evidence


RATE = " rate of change"


def cell_name(row: "pd.Series[str]") -> str:
    """Table 4, testing accuracy, η = e^-1; of a rate of change, η = e^-2 to 1."""
    metric = str(row["row"])
    name = f"rate of change of {SHORT[metric.removesuffix(RATE)]}" if metric.endswith(RATE) else SHORT[metric]
    parts = [] if row["column"] == "defaults" else row["column"].split(", ")
    named = [part.split(" ", 1) for part in parts]
    settings = ", ".join(setting(parameter, value) for parameter, value in named) or "defaults"
    return f"{row['table']}, {name}, {settings}"


def name_in_its_table(name: str) -> str:
    """The same within the group of its table: testing, η = e^-1."""
    return name.split(", ", 1)[1].replace(" accuracy", "")


def printed_rows(case: Case) -> dict[str, Row]:
    """The rows of the table of printed numbers by the name of the group and their own."""
    groups = case.page.table("evidence-cells").groups
    return {f"{title}, {row.head[0]}": row for title, rows in groups for row in rows}


def rounding(text: str) -> float:
    """Half a unit in the last place of a printed number."""
    return 0.5 * 10 ** -len(text.partition(".")[2])


def by_a_share(row: "pd.Series[Any]") -> bool:
    """Whether a printed number is held against class shares."""
    return bool(row["n"] > 1 and math.isnan(row["spread"]))


def broad(row: "pd.Series[Any]") -> float | None:
    """How wide the interval of one more run is, in points, if more than five; None else and for a rate of change."""
    if row["verdict"] == "not judged" or by_a_share(row) or str(row["row"]).endswith(RATE):
        return None
    width = 100 * float(row["high"] - row["low"])
    return width if width > 5 else None


def refused_of_others(cells: pd.DataFrame, row: "pd.Series[Any]") -> tuple[int, int] | None:
    """How many of the other numbers in its row lie outside the interval of a cell; None where it is of shares."""
    if row["verdict"] == "not judged":
        return (0, 0)
    if by_a_share(row):
        return None
    same_row = cells[(cells["table"] == row["table"]) & (cells["row"] == row["row"])]
    others = [text for text in same_row["published"] if text != row["published"]]
    inside = [row["file_low"] - rounding(text) <= float(text) <= row["file_high"] + rounding(text) for text in others]
    return inside.count(False), len(others)


def cells_of(case: Case) -> pd.DataFrame:
    return pd.read_csv(case.results.folder / "evidence/cells.csv", dtype={"published": str, "column": str})


@check
def the_table_of_printed_numbers_sets_each_beside_its_runs_with_its_verdict(case: Case) -> None:
    cells = cells_of(case)
    found = exhibit(case, "table-evidence-cells")
    told(found.label, found.caption, "(?i)numbers that the write-up prints", "(?i)runs", "95%", "(?i)verdict")
    columns = ["Printed", "Runs here", "One more run", "All together", "Difference, points", "Verdict"]
    same(f"{found.label}, heads", list(case.page.table("evidence-cells").heads), ["Number", *columns], "cells.csv")
    expected = {}
    for _, row in cells.iterrows():
        verdict = row["verdict"]
        shown = {"Printed": row["published"], "Verdict": verdict}
        if verdict == "not judged":
            shown |= dict.fromkeys(columns[1:5], "–")
        else:
            away = float(row["published"]) - row["mean"]
            difference = f"{away:+.3f}" if str(row["row"]).endswith(RATE) else f"{away * 100:+.2f}"
            shown |= {
                "Runs here": f"{row['mean']:.4f} ± {row['sd']:.4f}",
                "One more run": f"{row['low']:.4f} to {row['high']:.4f}",
                "All together": f"{row['file_low']:.4f} to {row['file_high']:.4f}",
                "Difference, points": difference[1:] if float(difference) == 0 else difference,
            }
            if by_a_share(row):
                shown |= dict.fromkeys(("One more run", "All together"), "a class share")
            remarks = ["its interval fits most of its row"] if 2 * row["refused"] < row["others"] else []
            if (narrow := broad(row)) is not None:
                wide = 100 * (row["file_high"] - row["file_low"])
                remarks.append(f"its intervals are {narrow:.0f} and {wide:.0f} points wide")
            if verdict != "not reproduced" and remarks:
                shown["Verdict"] = f"{verdict} ({'; '.join(remarks)})"
        expected[f"The write-up’s {row['table']}, {name_in_its_table(cell_name(row))}"] = shown
    rows = printed_rows(case)
    same(f"{found.label}, the numbers", list(rows), list(expected), "evidence/cells.csv")
    for name, row in rows.items():  # how many diverged is said beside the verdict
        row.cells["Verdict"] = re.sub(r" \(\d+ diverged\)", "", row.cells["Verdict"])
        same(f"{found.label}, {name}", row.cells, expected[name], "evidence/cells.csv")
        labels = [each.get("data-label") for each in row.element if each.tag == "td"]
        same(f"{found.label}, {name}, what stands beside its cells on a phone", labels, columns, "the heads")


@check
def the_table_of_tables_counts_the_verdicts_and_what_intervals_refuse(case: Case) -> None:
    cells = cells_of(case)
    judged = cells[cells["verdict"] != "not judged"]
    if judged.empty:
        return
    columns = [
        "Numbers",
        "Reproduced",
        "Unusual",
        "Not reproduced",
        "Swaps noticed",
        "Above the runs",
        "Mean distance, sd",
    ]
    expected = {}
    for name, own in judged.groupby("table", sort=False):
        count = own["verdict"].value_counts()
        found = [refused_of_others(cells, row) or (row["refused"], row["others"]) for _, row in own.iterrows()]
        refused, others = (int(sum(each)) for each in zip(*found, strict=True))
        sided = own[own["spread"].notna() & own["row"].str.endswith("accuracy")]
        above = int((sided["published"].astype(float) > sided["mean"]).sum())
        expected[str(name)] = {
            "Numbers": str(len(own)),
            **{
                verdict.capitalize(): str(count.get(verdict, 0))
                for verdict in ("reproduced", "unusual", "not reproduced")
            },
            "Swaps noticed": f"{refused} of {others}" if others else "–",
            "Above the runs": f"{above} of {len(sided)}" if len(sided) else "–",
        }
    found_table = exhibit(case, "table-evidence-tables")
    told(found_table.label, found_table.caption, "(?i)printed numbers", "(?i)table by table", "(?i)swaps.*notice")
    same_table(found_table.label, case.page.table("evidence-tables"), expected, columns, "evidence/cells.csv")


@check
def the_printed_numbers_are_those_of_the_write_up(case: Case) -> None:
    expected = {}
    for table in printed()["tables"]:
        for row in table["rows"]:
            metrics = row["metric"] if isinstance(row["metric"], list) else [row["metric"]]
            for column, text in zip(table["columns"], row["printed"], strict=True):
                named = ", ".join(setting(name, written(value)) for name, value in column.items())
                for metric in metrics:
                    expected[f"{table['name']}, {SHORT[metric]}, {named}"] = text
    change = printed()["rates_of_change"]
    for (first, second), text in zip(change["pairs"], change["printed"], strict=True):
        name = f"{change['name']}, rate of change of {SHORT[change['metric']]}"
        expected[f"{name}, η = {written(second)} to {written(first)}"] = text
    named = {
        f"The write-up’s {name.split(', ')[0]}, {name_in_its_table(name)}": text for name, text in expected.items()
    }
    for name, row in printed_rows(case).items():
        same(f"the printed number of {name}", row.cells["Printed"], named.get(name), "the write-up")


@check
def a_number_that_is_unusual_or_not_reproduced_stands_out_and_no_other_does(case: Case) -> None:
    styles = {"unusual": "unusual", "not reproduced": "failed"}
    for name, row in printed_rows(case).items():
        verdict = row.cells["Verdict"].split(" (")[0]
        bold = ["".join(each.itertext()) for each in row.element.iter("b")]
        same(f"{name}, emphasis", bold, [verdict] if verdict in styles else [], "cells.csv")
        same(f"{name}, its look", row.element.get("class"), styles.get(verdict), "cells.csv")


STATEMENT = r"(?P<section>\d\.\d) (?:(?P<phase>training|validation|testing) accuracy: )?(?P<claim>.*)"


def statements(case: Case) -> dict[str, "pd.DataFrame"]:
    """The rows of audit.csv by the statement that they check, 'The write-up's section 3.1, difference among'."""
    audit = case.results.csv("evidence/audit.csv").fillna("")
    audit = audit.join(audit["claim"].str.extract(STATEMENT).fillna("").add_prefix("of_"))
    names = "The write-up’s section " + audit["of_section"] + ", " + audit["of_claim"]
    return {str(name): own for name, own in audit.groupby(names, sort=False)}


def together(verdicts: Iterable[str]) -> str:
    """What the checks of a statement say together."""
    found = set(verdicts) - {"not judged"}
    return "wrong in part" if len(found) == 2 else next(iter(found), "not judged")


def audited(case: Case) -> list[str]:
    """The verdicts on the statements of which a check could be made."""
    return [said for own in statements(case).values() if (said := together(own["verdict"])) != "not judged"]


@check
def the_table_of_the_audit_has_printed_recomputed_and_verdict_in_their_columns(case: Case) -> None:
    expected = statements(case)
    if all(together(own["verdict"]) == "not judged" for own in expected.values()):
        return
    found, table = exhibit(case, "table-audit"), case.page.table("audit")
    told(found.label, found.caption, "(?i)derives from its tables", "(?i)printed.*recomputed", "those of the write-up")
    columns = ["Printed", "Recomputed", "Verdict"]
    same(f"{found.label}, heads", list(table.heads), ["Statement", *columns], "audit.csv")
    rows = {f"{title}, {row.head[0]}".casefold(): row for title, group in table.groups for row in group}
    same(f"{found.label}, the statements", list(rows), [name.casefold() for name in expected], "audit.csv")
    for (name, row), own in zip(rows.items(), expected.values(), strict=True):
        checks = [f"{each['of_phase']} {each['recomputed'] or '–'}".strip() for _, each in own.iterrows()]
        texts = [own["published"].iloc[0], ", ".join(checks)]
        shown = dict(zip(columns, [text.replace("percentage points", "points") for text in texts], strict=False))
        same(f"{found.label}, {name}", row.cells, shown | {"Verdict": together(own["verdict"])}, "audit.csv")
        wrong = [each.get("class") == "wrong" for each in row.element.iter("span")]
        same(f"{found.label}, {name}, marked as wrong", wrong, list(own["verdict"] == "wrong"), "audit.csv")
        marked = any("failed" in each.get("class", "").split() for each in row.element)
        same(f"{found.label}, {name}, stands out", marked, any(wrong), "audit.csv")


SECTIONS = ["3.1"] * 5 + ["3.2"] * 6 + ["3.3"] * 10  # of the write-up, claim by claim
DIGITS = {"percentage points": 2, "nats": 3, "epochs": 1, "thousand updates": 1, "times": 2, "falls": 1, "crossings": 1}
MARGINS = {"percentage points": 0.005, "nats": 0.0005, "times": 0.01}  # of the others a tenth


@check
def the_table_of_claims_shows_each_test_with_its_interval_from_low_to_high(case: Case) -> None:
    claims, tests = (case.results.csv(f"evidence/{name}.csv") for name in ("claims", "tests"))
    found = exhibit(case, "table-claims")
    told(found.label, found.caption, "(?i)claims", "(?i)predicts", "(?i)measured with its 95% interval")
    table = case.page.table("claims")
    columns = ["Predicted", "Measured", "p", "Verdict"]
    same(f"{found.label}, heads", list(table.heads), ["Claim and tests", *columns], "the table")
    shown_claims = [re.fullmatch(r"[\w ]+\. (.*) \((\d\.\d)\) \| (\w+)", title_) for title_, _ in table.groups]
    same(f"{found.label}, number of claims", len(table.groups), len(claims), "claims.csv")
    same("the sections of the claims", [match and match[2] for match in shown_claims], SECTIONS, "the write-up")
    for match, style, (_, rows), (_, claim) in zip(
        shown_claims, table.styles, table.groups, claims.iterrows(), strict=True
    ):
        assert match, "a claim without its section or verdict"
        same(f"the look of the verdict on {match[1]!r}", style.split()[-1], match[3], "its verdict")
        same("a claim", match[1], claim["claim"], "claims.csv")
        same(f"the verdict on {match[1]!r}", match[3], claim["verdict"], "claims.csv")
        own = tests[tests["claim"] == claim["claim"]]
        same(f"the number of tests of {match[1]!r}", len(rows), len(own), "tests.csv")
        for row, (_, test) in zip(rows, own.iterrows(), strict=True):
            if case.results.json("evidence/evidence.json")["obstacles"]:
                same(f"{row.head[0]}, which cannot be judged", row.cells["Verdict"], "–", "evidence/evidence.json")
                continue
            _same_test(re.sub(r"^\d\. ", "", row.head[0]), row.cells, test, claim)
            background = row.element.get("class") == "background"
            same(f"{row.head[0]}: told as background", background, test["decides"] == "no", "tests.csv")
            labels = [each.get("data-label") for each in row.element if each.tag == "td"]
            same(f"{row.head[0]}, what stands beside its cells on a phone", labels, columns, "the heads")


def _same_test(name: str, cells: Mapping[str, str], test: "pd.Series[float]", claim: "pd.Series[str]") -> None:
    what = str(test["test"])
    same("the name of a test", name, what[:1].upper() + what[1:], "tests.csv")
    unit, digits = str(test["unit"]), DIGITS[str(test["unit"])]

    def tell(value: float) -> str:
        return f"{value:.{digits}f}"

    same(f"{name}, predicted", cells["Predicted"], f"{test['predicts']} {tell(test['threshold'])}", "tests.csv")
    measured = "–"
    if test["seeds"]:
        told_unit = unit.removeprefix("percentage ")
        measured = f"{tell(test['value'])} {told_unit} ({tell(test['low'])} to {tell(test['high'])})"
    same(f"{name}, measured", cells["Measured"], measured, "tests.csv")
    smaller = min(test["p_supported"], test["p_contradicted"])
    decides = test["seeds"] and test["decides"] == "yes"
    told_p = "–" if not decides else "< 0.001" if smaller < 0.001 else f"{smaller:.3f}"
    same(f"{name}, p", cells["p"], told_p, "tests.csv")
    wanted = test["seeds_wanted"]
    sentence, _, tail = cells["Verdict"].partition(" It would take ")
    told_wanted = f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
    same(f"{name}, seeds wanted", tail.removesuffix(" seeds.") or "nan", told_wanted, "tests.csv")
    if test["decides"] == "yes" and sentence not in str(claim["sentence"]).replace("\u2212", "-"):
        fail(f"{name}: the page says {cells['Verdict']!r}, claims.csv says {claim['sentence']!r}")


@check
def a_test_of_two_rates_is_the_difference_of_their_means_in_points(case: Case) -> None:
    runs = case.results.runs
    own = runs[(runs["reg"] == 0.001) & (runs["batch_size"] == 64) & (runs["epochs"] == 10) & (runs["hidden"] == 128)]
    means = own.drop_duplicates("key").groupby(own["learning_rate"].round(6))[BEST].mean()
    name = "Best validation accuracy of rate 1 minus that of e^-1"
    (row,) = [row for row in case.page.table("claims").rows if row.head[0] == name] or [None]
    if row is None:
        fail(f"the table of claims has no row {name!r}")
    same(f"{name}, predicted", row.cells["Predicted"], "below 1.00", "the write-up: less than a point")
    measured = row.cells["Measured"]
    if measured != "–":
        expected = f"{100 * (means[1.0] - means[round(math.exp(-1), 6)]):.2f} points"
        same(name, measured.split(" (")[0], expected, "runs.csv")


@check
def what_a_test_says_follows_from_its_p_values_and_the_thresholds_that_it_leaves_open(case: Case) -> None:
    tests = case.results.csv("evidence/tests.csv")
    for _, test in tests.iterrows():
        verdict = "undetermined"
        if test["p_supported"] <= 0.05:
            verdict = "supported"
        elif test["p_contradicted"] <= 0.05:
            verdict = "contradicted"
        same(f"the verdict of {test['test']!r}", test["verdict"], verdict, "its p-values in tests.csv")
        if test["predicts"] == "within" or not test["seeds"]:
            continue
        below, beyond = ("supported", "contradicted") if test["predicts"] == "above" else ("contradicted", "supported")
        verdict = "undetermined"
        if test["threshold"] < test["open_from"]:
            verdict = below
        elif test["threshold"] > test["open_to"]:
            verdict = beyond
        same(f"the verdict of {test['test']!r}", test["verdict"], verdict, "what it leaves open in tests.csv")
        margin = MARGINS.get(str(test["unit"]), 0.1)
        if not test["open_from"] + margin <= test["value"] + 1e-9 <= test["open_to"] - margin + 2e-9:
            fail(f"{test['test']!r}: thresholds within the margin of {test['value']} are not left open")


@check
def a_claim_falls_with_one_test_and_stands_with_all(case: Case) -> None:
    claims, tests = (case.results.csv(f"evidence/{name}.csv") for name in ("claims", "tests"))
    for title_, _ in case.page.table("claims").groups:
        shown = title_.rsplit(" | ", 1)
        claim = next(text for text in claims["claim"] if text in shown[0])
        deciding = tests[(tests["claim"] == claim) & (tests["decides"] == "yes")]
        verdicts = set(deciding["verdict"])
        expected = "undetermined"
        if "contradicted" in verdicts:
            expected = "contradicted"
        elif verdicts == {"supported"}:
            expected = "supported"
        same(f"the verdict on {claim!r}", shown[1], expected, "tests.csv")


# --- Randomization tests

TESTS = {
    "true_labels": "true labels",
    "shuffled_pixels": "shuffled pixels",
    "random_pixels": "random pixels",
    "gaussian_images": "Gaussian images",
}


def randomisation(results: Results) -> dict[str, dict[str, Any]]:
    """What each test came to, by its name in a sentence, in the order of the page."""
    if not results.config.get("randomisation"):
        return {}
    corruption = sorted(float(number(p)) for p in results.config["randomisation"]["corruption"])
    names = {"true_labels": "true labels"}
    names |= {f"corrupted_labels_{p!r}": "random labels" if p == 1 else f"labels with p = {p:g}" for p in corruption}
    names |= {file: name for file, name in TESTS.items() if file != "true_labels"}
    return {name: _came_to(results, file) for file, name in names.items()}


def _came_to(results: Results, file: str) -> dict[str, Any]:
    """The facts of a test with its seeds as a table, and the mean of their epochs: ended ones stay as they are."""
    facts = results.json(f"randomisation/{file}/{file}.json")
    seeds = pd.DataFrame(facts["seeds"])
    epochs = results.csv(f"randomisation/{file}/{file}.csv")
    courses = [epochs.pivot(index="epoch", columns="seed", values=name).ffill().mean(axis=1)
               for name in ("training_accuracy", "training_loss")]  # fmt: skip
    lengths = epochs.groupby("seed").size()
    return facts | {
        "file": file,
        "seeds": seeds,
        "epochs": epochs,
        "lengths": lengths,
        "course": pd.concat(courses, axis=1, keys=["training_accuracy", "training_loss"]),
        "diverged": bool(seeds["diverged"].any()),
        "fitted": bool(seeds["epochs_to_fit"].notna().all()),
    }


def over_seeds(values: "pd.Series[float]", digits: int = 4) -> str:
    """The mean ± standard deviation, the mean alone of one seed."""
    if len(values) == 1:
        return f"{values.mean():.{digits}f}"
    return f"{values.mean():.{digits}f} ± {values.std():.{digits}f}"


def ended(test: dict[str, Any]) -> str:
    """How a test went, as its panel says."""
    if test["diverged"]:
        lost = int(test["seeds"]["diverged"].sum())
        return "diverged" if lost == len(test["seeds"]) else f"{lost} of {len(test['seeds'])} diverged"
    how = "fitted" if test["fitted"] else f"{test['course']['training_accuracy'].iloc[-1]:.4f}"
    least, most = test["lengths"].min(), test["lengths"].max()
    return f"{how} after {f'{least} to ' if least < most else ''}{times(int(most), 'epoch')}"


@check
def the_table_of_randomization_tests_shows_what_each_came_to(case: Case) -> None:
    tests = randomisation(case.results)
    if not tests:
        return
    found = exhibit(case, "table-randomisation")
    told(
        "the table of the randomization tests",
        found.caption,
        "(?i)randomization tests",
        "(?i)changed labels.*differs? from the true",
    )
    expected = {}
    for name, test in tests.items():
        seeds = test["seeds"]
        fitted = "–" if test["diverged"] else f"over {test['lengths'].max()}"
        if test["fitted"]:
            fitted = over_seeds(seeds["epochs_to_fit"], 1 if len(seeds) > 1 else 0)
        expected[name[:1].upper() + name[1:]] = {
            "Changed labels": over_seeds(seeds["changed_labels"]),
            "Epochs to fit": fitted,
            "Training accuracy": "diverged" if test["diverged"] else over_seeds(seeds["training_accuracy"]),
            "Testing accuracy": "diverged" if test["diverged"] else over_seeds(seeds["testing_accuracy"]),
        }
    several = len(next(iter(tests.values()))["seeds"])
    told("Table R1", found.caption, f"over {several} seeds" if several > 1 else "")
    columns = ["Changed labels", "Epochs to fit", "Training accuracy", "Testing accuracy"]
    same_table("Table R1", case.page.table("randomisation"), expected, columns, "randomisation/*.json")


# --- Data under figures


def _data(case: Case, name: str) -> Table:
    found = exhibit(case, f"figure-{name}")
    same(f"the name of the data of {found.label}", found.data_label, f"Data of {found.label}", "the figure")
    return case.page.data(name)


def _sorted_by(where: str, row: Row, numbers: Sequence[float | None]) -> None:
    """What a reader sorts by is what the cells show."""
    shown = [each.get("data-value") for each in row.element]
    for text, value in zip(shown, numbers, strict=True):
        if value is not None and (text is None or not math.isclose(float(text), value, rel_tol=1e-9, abs_tol=1e-12)):
            fail(f"{where}: it is sorted by {text}, not by {value}")


def curve_figures(results: Results) -> dict[str, tuple[list[Configuration], str]]:
    """The figures of curves by name: their panels, and what they show."""
    found: dict[str, tuple[list[Configuration], str]] = {}
    shown = results.shown
    sweeps = [results.experiments[shown[t]["experiment"]] for t in ("learning_rates", "regularization") if t in shown]
    for experiment in sweeps:
        for place, chosen in enumerate(experiment.configurations, start=1):
            found[f"{experiment.name}-{place}"] = [chosen], "accuracy"
    if "tuning" in shown:
        best = results.experiments[shown["tuning"]["best"]]
        found[f"{best.name}-1"] = list(best.configurations), "accuracy"
    for experiment in results.further:
        if len(experiment.varied) < 2:
            found[f"{experiment.name}-accuracy"] = list(experiment.configurations), "accuracy"
    for experiment in sweeps:
        found[f"{experiment.name}-loss"] = list(experiment.configurations), "loss"
    return found


@check
def the_data_under_each_figure_of_curves_are_the_means_over_its_runs(case: Case) -> None:
    curves = case.results.csv("tables/curves.csv")
    for name, (panels, metric) in curve_figures(case.results).items():
        table = _data(case, name)
        label = case.page.exhibits[f"figure-{name}"].label
        several = len(panels) > 1
        named = (panels[0].varied or TUNED) if several else ()
        run = single_run(case, panels, metric)
        heads = [*(["Runs"] if run is not None else []), *map(_head, named), "Epoch", "Training", "Validation"]
        same(f"the data of {label}, heads", list(table.heads), heads, "curves.csv")
        rows = iter(table.rows)
        for panel, chosen in enumerate(panels):
            for _, epoch in epochs_of(curves, chosen).iterrows():
                row = next(rows, None)
                if row is None:
                    fail(f"the data of {label} end before epoch {epoch['epoch']:g} of {chosen.caption}")
                    return
                first = ("mean",) if run is not None else ()
                head = (*first, *(written(chosen.values[p]) for p in named), f"{epoch['epoch']:g}")
                where = f"the data of {label}, {chosen.caption}, epoch {epoch['epoch']:g}"
                same(f"{where}, heads", row.head, head, "curves.csv")
                same(f"{where}, panel", row.element.get("data-panel"), str(panel), "the figure")
                expected = {
                    part.capitalize(): fixed(epoch[f"{part}_{metric}_mean"])
                    + (f" ± {fixed(epoch[f'{part}_{metric}_sd'])}" if epoch["n"] > 1 else "")
                    for part in ("training", "validation")
                }
                same(where, row.cells, expected, "curves.csv")
                means = [epoch[f"{part}_{metric}_mean"] for part in ("training", "validation")]
                numbers = [*(number(chosen.values[p]) for p in named), epoch["epoch"], *means]
                _sorted_by(where, row, [*(0 for _ in first), *numbers])
        if run is not None:
            _same_run(f"the data of {label}", rows, run, metric)
        if left := len(list(rows)):
            fail(f"the data of {label} have {left} rows more than curves.csv")


def single_run(case: Case, panels: Sequence[Configuration], metric: str) -> pd.DataFrame | None:
    """The run that a figure shows in a frame of its own: where its means stay in the lowest 0.3 of the common scale."""
    if len(panels) > 1 or not case.results.has_histories:
        return None
    curves = case.results.csv("tables/curves.csv")
    of_all = curves[curves["experiment"] == panels[0].experiment]
    ends = []
    for part in ("training", "validation"):
        counted = of_all if part == "validation" else of_all[of_all["epoch"] > 1]
        mean, sd = counted[f"{part}_{metric}_mean"], counted[f"{part}_{metric}_sd"].fillna(0)
        ends += [(mean - sd).min(), (mean + sd).max()]
    own = epochs_of(curves, panels[0])
    low, high = min(ends) - 0.04 * (max(ends) - min(ends)), max(ends) + 0.04 * (max(ends) - min(ends))
    top = own[[f"training_{metric}_mean", f"validation_{metric}_mean"]].max().max()
    if len(own) < 2 or not top < low + 0.3 * (high - low):
        return None
    history = panels[0].history
    finished = history[history["key"].isin(panels[0].runs.loc[panels[0].runs["status"] == "ok", "key"])]
    return finished[finished["seed"] == finished["seed"].min()].sort_values("epoch")


def _same_run(where: str, rows: Iterator[Row], run: pd.DataFrame, metric: str) -> None:
    """The rows of a single run, below those of the means."""
    for _, epoch in run.iterrows():
        row = next(rows, None)
        if row is None:
            fail(f"{where} end before epoch {epoch['epoch']:g} of seed {epoch['seed']:g}")
            return
        same(f"{where}, a single run", row.head, (f"seed {epoch['seed']:g}", f"{epoch['epoch']:g}"), "histories.csv")
        same(f"{where}, a single run, panel", row.element.get("data-panel"), "1", "the figure")
        values = [epoch[f"{part}_{metric}"] for part in ("training", "validation")]
        expected = dict(zip(("Training", "Validation"), map(fixed, values), strict=True))
        same(f"{where}, seed {epoch['seed']:g}, epoch {epoch['epoch']:g}", row.cells, expected, "histories.csv")
        _sorted_by(where, row, [epoch["seed"], epoch["epoch"], *values])


def epochs_of(curves: pd.DataFrame, chosen: Configuration) -> pd.DataFrame:
    own = curves[curves["experiment"] == chosen.experiment]
    for name, value in chosen.values.items():
        own = own[(own[name] - number(value)).abs() <= 1e-12 + 1e-9 * abs(number(value))]
    return own.sort_values("epoch")


@check
def the_curves_are_the_means_of_the_histories(case: Case) -> None:
    if not case.results.has_histories:
        return
    curves = case.results.csv("tables/curves.csv")
    for name, (panels, metric) in curve_figures(case.results).items():
        for chosen in panels:
            own = epochs_of(curves, chosen).set_index("epoch")
            for part in ("training", "validation"):
                mean = chosen.course(f"{part}_{metric}").mean(axis=1)
                found = own[f"{part}_{metric}_mean"]
                for epoch in mean.index:
                    if not math.isclose(mean[epoch], found[epoch], rel_tol=1e-9):
                        fail(
                            f"{name}, {part} {metric} of {chosen.caption} in epoch {epoch:g}: curves.csv has "
                            f"{found[epoch]}, histories.csv {mean[epoch]}"
                        )


@check
def the_data_under_the_heat_maps_are_the_accuracies_of_every_combination(case: Case) -> None:
    if "tuning" not in case.results.shown:
        return
    grid = case.results.grid
    table = _data(case, f"{grid.name}-grid")
    searched = (BEST, "validation_accuracy", "training_accuracy")  # testing accuracy chooses nothing
    same("the heads of the heat maps' data", list(table.heads), [*map(_head, grid.varied), *map(METRICS.get, searched)],
         "the grid")  # fmt: skip
    same("the rows of the heat maps' data", len(table.rows), len(grid.configurations), "the grid")
    for place, (row, chosen) in enumerate(zip(table.rows, grid.configurations, strict=True)):
        where = f"the data of the heat maps, {chosen.caption}"
        same(f"{where}, heads", row.head, tuple(written(chosen.values[p]) for p in grid.varied), "the grid")
        same(f"{where}, panel", row.element.get("data-panel"), str(place), "the figure")
        same(where, row.cells, {METRICS[m]: chosen[m].cell for m in searched}, "runs.csv")
        values = [chosen[m].mean if chosen[m].n else None for m in searched]
        _sorted_by(where, row, [*(number(chosen.values[p]) for p in grid.varied), *values])


@check
def the_data_under_the_figure_of_ratios_are_the_accuracies_of_every_combination_that_finished(case: Case) -> None:
    if "tuning" not in case.results.shown or not ratio_lines(case.results.grid):
        return
    grid = case.results.grid
    table = _data(case, f"{grid.name}-ratio")
    heads = ["Learning rate / batch size", *map(_head, grid.varied), METRICS[BEST]]
    same("the heads of the ratios' data", list(table.heads), heads, "the grid")
    finished = [(place, c) for place, c in enumerate(grid.configurations) if c.finished]
    same("the rows of the ratios' data", len(table.rows), len(finished), "the grid")
    for row, (place, chosen) in zip(table.rows, finished, strict=True):
        where = f"the data of the ratios, {chosen.caption}"
        ratio = number(chosen.values["learning_rate"]) / number(chosen.values["batch_size"])
        same(f"{where}, heads", row.head, (f"{ratio:.4g}", *(written(chosen.values[p]) for p in grid.varied)),
             "the grid")  # fmt: skip
        same(f"{where}, panel", row.element.get("data-panel"), str(place), "the figure")
        same(where, row.cells, {METRICS[BEST]: chosen[BEST].cell}, "runs.csv")


@check
def the_data_under_the_figure_of_norms_are_those_of_collapse_csv(case: Case) -> None:
    if "regularization" not in case.results.shown:
        return
    table = _data(case, "collapse")
    columns = ["λ / λ*", "Norm of W_1 at the start", "At the end", "Norm of W_2 at the end",
               "Mean growth rate of W_1", "λ* - λ", "Verdict"]  # fmt: skip
    expected = {}
    collapse = case.results.csv("collapse/collapse.csv")
    alike = ["reg", "learning_rate", "batch_size", "hidden", "epochs"]
    shown = case.results.shown["regularization"]
    texts = {
        number(c.values["reg"]): c.values["reg"]
        for name in (shown.get("critical"), shown["experiment"])
        if name
        for c in case.results.experiments[name].configurations
    }
    ordered = collapse.drop_duplicates(alike).sort_values(alike, kind="stable")
    for _, row in ordered[ordered["n"] > 0].iterrows():
        text = next(text for value, text in texts.items() if math.isclose(value, row["reg"], abs_tol=1e-12))
        expected[setting("reg", text)] = dict(
            zip(
                columns,
                (
                    f"{row['ratio']:.2f}",
                    fixed(row["w1_start"]),
                    _norm(row, "w1"),
                    _norm(row, "w2"),
                    f"{row['rate_mean']:+.4f}" if math.isfinite(row["rate_mean"]) else "–",
                    f"{row['predicted_rate']:+.4f}",
                    row["verdict"],
                ),
                strict=True,
            )
        )
    same_table(f"the data of {case.page.exhibits['figure-collapse'].label}", table, expected, columns, "collapse.csv")
    for row, (_, own) in zip(table.rows, ordered[ordered["n"] > 0].iterrows(), strict=True):
        numbers = [own[name] for name in ("reg", "ratio", "w1_start", "w1_mean", "w2_mean", "rate_mean")]
        rate = numbers.pop()
        numbers += [rate if math.isfinite(rate) else None, own["predicted_rate"], None]
        _sorted_by(f"the data of the norms, {row.head[0]}", row, numbers)


@check
def the_data_under_the_figure_of_printed_numbers_have_low_and_high_in_order(case: Case) -> None:
    cells = cells_of(case)
    judged = cells[cells["verdict"] != "not judged"]
    if judged.empty:
        return
    columns = ["Printed", "Mean of the runs", "Low", "High"]
    expected = {
        cell_name(row): {
            "Printed": row["published"],
            "Mean of the runs": fixed(row["mean"]),
            "Low": fixed(row["low"]),
            "High": fixed(row["high"]),
        }
        for _, row in judged.iterrows()
    }
    table = _data(case, "evidence-cells")
    same_table("the data of the printed numbers", table, expected, columns, "evidence/cells.csv")
    for place, (row, (_, own)) in enumerate(zip(table.rows, judged.iterrows(), strict=True)):
        numbers = [place, float(own["published"]), own["mean"], own["low"], own["high"]]
        _sorted_by(f"the data of the printed numbers, {row.head[0]}", row, numbers)


MARKED = re.compile(r"[1-68]0*")


@check
def the_data_under_the_figure_of_randomization_tests_are_their_epochs(case: Case) -> None:
    tests = randomisation(case.results)
    if not tests:
        return
    table = _data(case, "randomisation")
    same("the heads of the data of Figure R1", list(table.heads),
         ["Test", "Epoch", "Training accuracy", "Training loss"], "the figure")  # fmt: skip
    expected = []
    for place, (name, test) in enumerate(tests.items()):
        epochs = test["course"]
        for count, epoch in epochs.iterrows():
            if MARKED.fullmatch(str(count)) or count == len(epochs):
                numbers = [place, count, epoch["training_accuracy"], epoch["training_loss"]]
                expected.append(((name, str(count)), numbers))
    same("the rows of the data of Figure R1", [row.head for row in table.rows], [head for head, _ in expected], "csv")
    for row, (head, numbers) in zip(table.rows, expected, strict=True):
        where = f"the data of Figure R1, {head[0]}, epoch {head[1]}"
        cells = {"Training accuracy": fixed(numbers[2]), "Training loss": fixed(numbers[3])}
        same(where, row.cells, cells, "randomisation/*.csv")
        same(f"{where}, panel", row.element.get("data-panel"), str(numbers[0]), "the figure")
        _sorted_by(where, row, numbers)


CURVES = (  # panel by panel: what tells a curve from its neighbours, and which runs it shows, the longest there are
    ("learning_rate", "1", {"learning_rate": 1, "reg": 0.001, "batch_size": 64}, 10),
    ("learning_rate", "e^-1", {"learning_rate": "e^-1", "reg": 0.001, "batch_size": 64}, 10),
    ("learning_rate", "e^-2", {"learning_rate": "e^-2", "reg": 0.001, "batch_size": 64}, 10),
    ("batch_size", "16", {"learning_rate": 0.6, "reg": 0.0001, "batch_size": 16}, 10),
    ("batch_size", "128", {"learning_rate": 0.6, "reg": 0.0001, "batch_size": 128}, 80),
    ("reg", "0.0001", {"learning_rate": 0.6, "reg": 0.0001, "batch_size": 16}, 30),
    ("reg", "0", {"learning_rate": 0.6, "reg": 0, "batch_size": 16}, 30),
)


@check
def the_data_under_the_curves_of_the_claims_are_means_of_validation_accuracy(case: Case) -> None:
    if "figure-claims-curves" not in case.page.exhibits or not case.results.has_histories:
        return
    histories = case.results.histories.drop_duplicates(["key", "epoch"])
    table = _data(case, "claims-curves")
    same("the heads of the data of the claims", list(table.heads), ["Curve", "Epoch", "Validation accuracy"], "it")
    for row in table.rows:
        head, epoch = row.head
        found = []
        for parameter, text, values, least in CURVES:
            if setting(parameter, text) == head:
                own = histories[(histories["hidden"] == 128) & (histories["epochs"] >= least)]
                for name, value in values.items():
                    own = own[(own[name] - number(value)).abs() < 1e-9]
                own = own[own["epoch"] == int(epoch)]
                own = own[own["epochs"] == own["epochs"].max()] if head != "batch size 16" else own
                found.append(own["validation_accuracy"].mean())
                found.append(own[own["epochs"] == own["epochs"].min()]["validation_accuracy"].mean())
        shown = float(row.cells["Validation accuracy"])
        if not any(abs(shown - each) < 0.00005 + 1e-9 for each in found):  # of 0.96755, either neighbour
            fail(f"the curve {head}, epoch {epoch}: the page shows {row.cells}, histories.csv has {found}")


@check
def the_data_under_the_thresholds_are_those_of_the_tests(case: Case) -> None:
    if "figure-claims-thresholds" not in case.page.exhibits:
        return
    tests = case.results.csv("evidence/tests.csv")
    own = tests[(tests["decides"] == "yes") & (tests["seeds"] > 0)]
    own = own.assign(other=own["unit"] != "percentage points").sort_values("other", kind="stable")
    table = _data(case, "claims-thresholds")
    columns = ["Threshold", "Undetermined from", "to", "Verdict"]
    same("the heads of the thresholds", list(table.heads), ["Test", *columns], "the figure")
    expected = [
        [*(f"{test[name]:.3g}" for name in ("threshold", "open_from", "open_to")), test["verdict"]]
        for _, test in own.iterrows()
    ]
    shown = [[row.cells[name] for name in columns] for row in table.rows]
    same("the thresholds", shown, expected, "tests.csv")
    in_figure = [re.sub(r" \([a-z ]+\)$", "", row.head[0]) for row in table.rows]
    in_table = []
    for title_, rows in case.page.table("claims").groups:
        numbers = [re.match(r"(\d)\. ", row.head[0]) for row in rows if row.element.get("class") != "background"]
        measured = [row.cells["p"] != "–" for row in rows if row.element.get("class") != "background"]
        name = title_.split(".")[0].lower()
        in_table += [f"{name}, {n[1]}" if n else name for n, there in zip(numbers, measured, strict=True) if there]
    same("the names of the tests", sorted(in_figure), sorted(in_table), "the table of claims")


@check
def the_table_of_thresholds_has_what_the_tests_are_held_against(case: Case) -> None:
    found = exhibit(case, "table-thresholds")
    told(found.label, found.caption, "(?i)thresholds", "(?i)choices of this report")
    stated = yaml.safe_load((ROOT / "pipeline/writeup/claims.yaml").read_text(encoding="utf-8"))["thresholds"]
    units = {"percentage points": "percentage point"}
    expected = {}
    for name, each in stated.items():
        unit = "" if each["unit"] == "any" else each["unit"]
        value = f"{each['value']} {units.get(unit, unit) if each['value'] == 1 else unit}".strip()
        if unit == "times":
            value = f"factor {each['value']}"
        expected[name.replace("-", " ")] = {"Value": value, "Why": each["reason"]}
    same_table(found.label, case.page.table("thresholds"), expected, ["Value", "Why"], "claims.yaml")
    tests = case.results.csv("evidence/tests.csv")
    chosen = {name: float(each["value"]) for name, each in stated.items()}
    for _, test in tests.iterrows():
        same(f"the threshold of {test['test']!r}", test["threshold"], chosen[test["reason"]], "claims.yaml")


@check
def the_data_under_the_benchmark_are_its_records(case: Case) -> None:
    if case.results.benchmark is None:
        return
    records = json.loads(case.results.benchmark.read_text())
    table = _data(case, "benchmark")
    same("the heads of the benchmark", list(table.heads),
         ["Batch size", "System", "Seconds per epoch", "Ratio to compiled engine",
          "Products without black pixels"],
         "the record")  # fmt: skip
    seconds = {(r["batch_size"], r["system"]): r["seconds_per_epoch"] for r in records}
    expected = {
        (str(r["batch_size"]), r["system"]): {
            "Seconds per epoch": significant(r["seconds_per_epoch"]),
            "Ratio to compiled engine": significant(
                r["seconds_per_epoch"] / seconds[r["batch_size"], "compiled engine"]
            ),
            "Products without black pixels": significant(r["sparse_floor_seconds"]),
        }
        for r in records
    }
    same("the rows of the benchmark", {row.head for row in table.rows}, set(expected), "benchmark.json")
    sizes = [int(row.head[0]) for row in table.rows]
    same("the batch sizes of the benchmark", sizes, sorted(sizes), "their order")
    for row in table.rows:
        same(f"the benchmark, batch size {row.head[0]}, {row.head[1]}", row.cells, expected[row.head], "benchmark.json")


# --- The first page and the appendix


@cache
def claim_names() -> dict[str, str]:
    """The short names of the claims by their texts."""
    stated = yaml.safe_load((ROOT / "pipeline/writeup/claims.yaml").read_text(encoding="utf-8"))
    return {claim["text"]: claim["name"].replace("-", " ") for claim in stated["claims"]}


@check
def the_first_page_counts_what_came_out(case: Case) -> None:
    results, summary = case.results, case.page.summary
    names = ["Printed numbers", "Arithmetic", "Mathematics", "Claims", "Data", "Runs"]
    same("the heads of the first page", list(summary), names, "the page")
    cells, claims = cells_of(case), results.csv("evidence/claims.csv")
    count = cells["verdict"].value_counts()
    judged = int((cells["verdict"] != "not judged").sum())
    if judged:
        parts = [f"{count.get('reproduced', 0)} of {judged} reproduced"]
        if count.get("not judged", 0):
            parts.append(f"{count['not judged']} more cannot be judged")
        if count.get("unusual", 0):
            by_chance = 0.05 * cells[cells["verdict"] != "not judged"]["spread"].notna().sum()
            parts.append(f"{count['unusual']} unusual, where chance makes {by_chance:.1f}")
        if count.get("not reproduced", 0):
            parts.append(f"{count['not reproduced']} not")
        outside = cells[cells["verdict"].isin(("unusual", "not reproduced"))]
        parts += [f"{cell_name(row)} ({row['published']})" for _, row in outside.iterrows()]
        counts("the printed numbers on the first page", summary["Printed numbers"], parts)
    else:
        told("the first page", summary["Printed numbers"], "cannot be judged", never=r"\d")
    derived = audited(case)
    if derived:
        right = f"{derived.count('right')} of {len(derived)} statements"
        counts("the arithmetic on the first page", summary["Arithmetic"], [right, "right"])
    parts = []
    for verdict in ("supported", "contradicted", "undetermined"):
        names = [claim_names()[text] for text in claims.loc[claims["verdict"] == verdict, "claim"]]
        told_of = names and not results.json("evidence/evidence.json")["obstacles"]
        parts.append(f"{len(names)} {verdict}" + (f": {', '.join(names)}" if told_of else ""))
    counts("the claims on the first page", summary["Claims"], parts)
    told("the claims on the first page", summary["Claims"], "supported.*contradicted.*undetermined")
    verdicts = [verdict_of(each) for each in results.json("theory/theory.json")["propositions"]]
    parts = [f"{verdicts.count('right')} of {len(verdicts)} statements of the write-up’s mathematics"]
    parts += [f"{number} with a slip"] if (number := verdicts.count("slip")) else []
    parts += [f"{number} do not"] if (number := verdicts.count("wrong")) else []
    counts("the mathematics on the first page", summary["Mathematics"], parts)
    training, validation = results.sizes
    data = results.data
    parts = [
        str(data["name"]),
        f"{training:,} training",
        f"{validation:,} validation",
        f"{data['testing_images']:,} testing",
    ]
    counts("the data on the first page", summary["Data"], parts)
    distinct = results.runs.drop_duplicates("key")
    diverged = int((distinct["status"] == "diverged").sum())
    parts = [f"{len(distinct):,}"] + ([f"{diverged} diverged"] if diverged else [])
    counts("the runs on the first page", summary["Runs"], parts)


@check
def the_abstract_counts_what_came_out(case: Case) -> None:
    results = case.results
    (abstract,) = [text for text in case.page.sections[0].paragraphs if "derivations line by line" in text]
    cells, claims = (results.csv(f"evidence/{name}.csv")["verdict"] for name in ("cells", "claims"))
    mathematics = [verdict_of(each) for each in results.json("theory/theory.json")["propositions"]]
    failed, fallen = sum(cells == "not reproduced"), sum(claims == "contradicted")
    derived = audited(case)
    wrong = f"{sum(each != 'right' for each in derived)} of {len(derived)} statements that it derives"
    proved = f"of {len(mathematics)} statements of its mathematics, {mathematics.count('right')} hold"
    told("the abstract", abstract, f"{len(results.runs.drop_duplicates('key')):,} runs", proved, wrong)
    if (cells == "not judged").all():
        told(
            "the abstract",
            abstract,
            "None of its printed numbers can be judged",
            "claims about training are not judged",
        )
        return
    told(
        "the abstract",
        abstract,
        rf"\b{sum(cells == 'reproduced')}\b.*\breproduced",
        rf"\b{sum(cells != 'not judged')}\b.*\breproduced",
        f"{failed} (?:is|are) not reproduced" if failed else "numbers hold",
        f"Of its {len(claims)} claims about training, {sum(claims == 'supported')} (?:is|are) supported",
        f"other {fallen if fallen > 1 else 'one'} (?:is|are) contradicted" if fallen else "No claim is contradicted",
    )
    for text, verdict in results.csv("evidence/claims.csv").set_index("claim")["verdict"].items():
        claim = str(text).rstrip(".")
        if claim in abstract:
            told("the abstract", abstract, f"{verdict}, for example {re.escape(claim)}")


@check
def the_limits_count_what_the_runs_vary_and_cost(case: Case) -> None:
    results, text = case.results, case.page.section("limits").text
    runs, added = results.runs.drop_duplicates("key"), len(results.config["tables"].get("evidence", ()))
    epochs, widths = int(runs["epochs"].sum()), sorted(set(runs["hidden"]))
    told(
        "the limits",
        text,
        f"{len(runs):,} runs, {epochs:,} epochs",
        f"{epochs * results.sizes[0]:,} images",
        f"at most {results.runs['seed'].max()} seeds",
        f"layer of {' or '.join(map(str, widths))} sigmoid units",
        f"{added} experiments? (?:was|were) added" if added else "write-up",
    )


def counts(where: str, text: str, parts: Sequence[str]) -> None:
    """Each part is there, and no number besides."""
    for part in parts:
        if not re.search(rf"(?<![\d,.]){re.escape(part)}(?![\d]|,\d)", text):
            fail(f"{where}: the page says {text!r}, the results say {part!r}")
    shown = re.findall(r"\d+(?:,\d{3})*", text)
    expected = re.findall(r"\d+(?:,\d{3})*", " ".join(parts))
    if sorted(shown) != sorted(expected):
        fail(f"{where}: the page says {text!r}, the results say {'; '.join(parts)}")


def verdict_of(proposition: dict[str, Any]) -> str:
    """By the rule: what fails is a slip if its correction holds."""
    corrected = (proposition["correction"] or {"holds": False})["holds"]
    return "right" if proposition["holds"] else "slip" if corrected else "wrong"


@check
def each_statement_of_the_mathematics_has_its_verdict_and_what_would_be_right(case: Case) -> None:
    found = [(each["place"], verdict_of(each)) for each in case.results.json("theory/theory.json")["propositions"]]
    expected = [(place, verdict, verdict == "slip") for place, verdict in found if verdict != "right"]
    right = len(found) - len(expected)
    expected += [("all others" if expected else "all", "right", False)] if right else []
    table = case.page.table("mathematics").rows
    shown = [(row.head[0], row.cells["Verdict"], bool(row.cells["What would be right"])) for row in table]
    same("the statements of the write-up's mathematics", shown, expected, "theory/theory.json")
    if right:
        told(
            "the rest of the write-up's mathematics", table[-1].cells["What it says"], rf"^{right} statements?, listed"
        )
    text = case.page.text("mathematics")
    told("section 1.4", text, rf"Of {len(found)} statements {right} holds?")


@check
def each_equation_says_whether_its_check_passed(case: Case) -> None:
    theory = case.results.json("theory/theory.json")
    shown = dict(case.page.checks)
    for label, derivation in theory["derivations"].items():
        holds = derivation["difference"] <= 1e-12 and derivation["symbolic"] is not False
        text = shown.get(label, "")
        told(f"the check of equation {label}", text, r"^Checked:" if holds else r"^Failed:")
        power = math.floor(math.log10(max(derivation["difference"], 1e-17))) + 1
        told(f"the check of equation {label}", text, rf"10\^{power}\b", f"{theory['samples']:,} random")
        if derivation["symbolic"] is not None:
            told(f"the check of equation {label}", text, " equal" if derivation["symbolic"] else "not equal",
                 never="not equal" if derivation["symbolic"] else "$^")  # fmt: skip
            low, high = theory["symbolic_sizes"]
            told(f"the check of equation {label}", text, f"n = {low} to {high}")
    for name, solution in theory["solutions"].items():
        for row in solution["rows"]:
            label = f"{name}-{row['inputs'][0]}{row['inputs'][1]}"
            holds = row["output"] == row["expected"]
            text = shown.get(label, "")
            told(f"the check of {label}", text, r"^Checked:" if holds else r"^Failed:", f"gives {row['output']}")
            if not holds:
                told(f"the check of {label}", text, f"{name.upper()} asks for {row['expected']}")
            _same_sum(label, case.page.equations[label], solution, row)
    for label, holds in (("xor-outer", theory["xor"]["contradictory"]), ("certificate", theory["xor"]["proved"])):
        told(f"the check of {label}", shown.get(label, ""), r"^Checked:" if holds else r"^Failed:")
    linear = case.results.json("collapse/collapse.json") if "regularization" in case.results.shown else {"flow": {}}
    for label, each in linear["flow"].items():
        text = shown.get(label, "")
        power = math.floor(math.log10(max(each["difference"], 1e-17))) + 1
        told(f"the check of equation {label}", text, r"^Checked:" if each["difference"] <= 1e-12 else r"^Failed:",
             rf"10\^{power}\b")  # fmt: skip
    same("the bound of the certificate", case.page.equations["certificate"].split(" (")[0],
         f"0 ≤ {theory['xor']['bound']}", "theory/theory.json")  # fmt: skip


def _same_sum(label: str, equation: str, solution: dict[str, Any], row: dict[str, Any]) -> None:
    """0.5 · 0 + 0.5 · 1 - 1 = -0.5 < 0."""
    weights = [Fraction(w) for w in solution["weights"]]
    total = sum(w * x for w, x in zip(weights, row["inputs"], strict=True))
    total += Fraction(solution["bias"])
    terms = " + ".join(f"{float(w):g} · {x}" for w, x in zip(weights, row["inputs"], strict=True))
    told(f"equation {label}", equation, f"^{re.escape(terms)} ")
    told(f"equation {label}", equation, re.escape(f"= {float(total):g} {'<' if total < 0 else '≥'} 0"))
    same(f"the sum in theory.json of {label}", Fraction(row["sum"]), total, "the neuron")
    same(f"the output in theory.json of {label}", row["output"], int(total >= 0), "the neuron")


@check
def the_appendix_lists_every_run_under_its_configuration(case: Case) -> None:
    table = case.page.tables["appendix-keys"]
    same("the heads of the list of runs", list(table.heads), ["Configuration", "Keys"], "the table")
    experiments = list(case.results.experiments.values())
    same("the experiments in the list of runs", len(table.groups), len(experiments), "config")
    for (name, rows), experiment in zip(table.groups, experiments, strict=True):
        runs = len(experiment.configurations) * experiment.seeds
        seeds = "seed 1" if experiment.seeds == 1 else f"seeds 1 to {experiment.seeds}"
        same(
            "a heading in the list of runs", name, f"{title(experiment.name)}: {times(runs, 'run')}, {seeds}", "config"
        )
        if not rows[0].head:  # too many to list
            counts("the list of runs", rows[0].cells["Configuration"],
                   [times(len(experiment.configurations), "configuration")])  # fmt: skip
            continue
        for row, chosen in zip(rows, experiment.configurations, strict=True):
            own = chosen.trained.sort_values("seed")
            keys = [
                k + (" (diverged)" if s == "diverged" else "") for k, s in zip(own["key"], own["status"], strict=True)
            ]
            same(f"{experiment.name}, a configuration", row.head[0], chosen.caption, "config")
            same(f"the keys of {experiment.name}, {chosen.caption}", row.cells["Keys"], " ".join(keys), "runs.csv")


@check
def the_appendix_counts_the_runs_of_each_experiment(case: Case) -> None:
    expected = []
    for experiment in case.results.experiments.values():
        count, seeds = len(experiment.configurations), experiment.seeds
        expected += [[title(experiment.name), str(count), "1" if seeds == 1 else f"1 to {seeds}", str(count * seeds)]]
    rows = [[row.head[0], *row.cells.values()] for row in case.page.tables["appendix-runs"].rows]
    same("the table of the runs", rows, expected, "config")


@check
def the_appendix_names_the_files_of_the_data_with_their_checksums(case: Case) -> None:
    data = case.results.data
    table = case.page.tables["appendix-data"]
    same("the heads of the table of the data", list(table.heads), ["Part", "File", "SHA-256"], "the table")
    expected = {title(role): {"File": f["name"], "SHA-256": f["sha256"]} for role, f in data["files"].items()}
    expected["Prepared arrays"] = {"File": "", "SHA-256": data["fingerprint"]}
    same_table("the table of the data", table, expected, ["File", "SHA-256"], "data.json")


@check
def the_appendix_shows_the_configuration_that_the_runs_saw(case: Case) -> None:
    shown = yaml.load(case.page.listings[0], yaml.BaseLoader)
    expected = {name: value for name, value in case.results.config.items() if name != "data"}
    text = yaml.safe_dump(expected, sort_keys=False)
    same("the configuration in the appendix", shown, yaml.load(text, yaml.BaseLoader), "config.json")
    same("the order of the configuration in the appendix", list(shown), list(expected), "config.json")


@check
def the_appendix_lists_the_packages_and_versions_that_made_the_page(case: Case) -> None:
    results = case.results
    rebuild = case.page.section("appendix-rebuild").text
    code = re.findall(r"fingerprint ([0-9a-f]{64})", rebuild)
    if len(code) != 1 or code[0] == results.data["fingerprint"]:
        fail(f"the code that training depends on has no fingerprint of its own: {rebuild!r}")
    if not results.packages:
        return
    shown = case.page.section("appendix-software").paragraphs
    told("Appendix A.3", shown[0], f"Python {platform.python_version()}\\b")
    told("Appendix A.5", rebuild, f"NumPy {re.escape(metadata.version('numpy'))}\\b")
    asked, needed = shown[1 : shown.index("Those need:")], shown[shown.index("Those need:") + 1 : -1]
    for direct, listed in ((True, asked), (False, needed)):
        expected = [
            f"{name} {version}" + ("" if version == locked else f" (locked: {locked})")
            for name, version, locked, wanted in results.packages
            if wanted == direct
        ]
        same(f"the packages that the {'project asks for' if direct else 'others need'}", listed, expected, "the lock")


# --- Captions, labels, sources


@check
def figures_and_tables_are_numbered_in_the_order_in_which_they_stand(case: Case) -> None:
    config, shown = case.results.config, list(case.page.exhibits.values())
    names = {"table-and", "table-or", "table-xor", "table-learning-rates", "table-rate-of-change"}
    names |= {"table-regularization", "table-tuning", "table-search-space"}
    sweeps = [
        config["tables"][name]["experiment"]
        for name in ("learning_rates", "regularization")
        if name in config["tables"]
    ]
    curve = re.compile(rf"figure-(?:{'|'.join(map(re.escape, sweeps))})-\d+")
    theirs = [e for e in shown if e.name in names or (sweeps and curve.fullmatch(e.name))]
    for kind in ("Table", "Figure"):
        for series, own in (("", theirs), ("R", [e for e in shown if e not in theirs])):
            labels = [e.label for e in own if e.label.startswith(kind)]
            expected = [f"{kind} {series}{number}" for number in range(1, len(labels) + 1)]
            same(f"the numbers of the {kind.lower()}s", labels, expected, "the page")


@check
def every_link_to_a_table_figure_or_section_has_its_number(case: Case) -> None:
    page = case.page
    targets = {e.name: e.label for e in page.exhibits.values()}
    sections = {s.name: s for s in page.sections if s.number}
    for target, text in page.links:
        if target in targets and text.rstrip(".") != targets[target]:
            fail(f"a link to {targets[target]} reads {text!r}")
        name = target.removeprefix("section-")
        if target.startswith("section-") and re.match(r"(Section|Appendix) ", text):
            same("a link to a section", text.split(" ", 1)[1], sections[name].number, "its heading")
        elif target.startswith("section-") and re.match(r"(?:[A-Z]|\d)(?:\.\d+)* ", text):
            same("a line of the contents", text, f"{sections[name].number} {sections[name].title}", "its heading")


@check
def sections_stand_in_the_contents_with_their_numbers(case: Case) -> None:
    listed = [f"{s.number} {s.title}".strip() for s in case.page.sections if s.level in (2, 3)]
    same("the contents", case.page.contents, listed, "the headings")


@check
def captions_of_curves_name_their_parameters_and_what_is_drawn(case: Case) -> None:
    for name, (panels, metric) in curve_figures(case.results).items():
        found = exhibit(case, f"figure-{name}")
        if len(panels) == 1:
            same(f"the parameters in the caption of {found.label}",
                 found.caption.split(": ", 1)[-1].rstrip("."), panels[0].caption, "config")  # fmt: skip
        experiment = panels[0].experiment
        if metric == "loss":
            told(found.label, found.caption, "(?i)^loss", title(experiment).lower(), never="(?i)accuracy")
        else:
            told(found.label, found.caption, never="(?i)loss")
        told(f"what is read out of {found.label}", found.description, f"training and validation {metric}")
        curves = case.results.csv("tables/curves.csv")
        for chosen in panels:
            own = epochs_of(curves, chosen)
            named = ", ".join(f"{WORDS[p]} {written(chosen.values[p])}" for p in chosen.varied or TUNED)
            end = "diverged" if own.empty else ", ".join(
                f"{part} {own.iloc[-1][f'{part}_{metric}_mean']:.4f}" for part in ("training", "validation")
            )  # fmt: skip
            if f"{named}: {end}" not in found.description:
                fail(f"what is read out of {found.label}: {found.description!r} does not say {named}: {end}")


@check
def captions_of_other_figures_say_what_they_show(case: Case) -> None:
    exhibits = case.page.exhibits
    if "tuning" in case.results.shown:
        grid = case.results.grid
        found = exhibit(case, f"figure-{grid.name}-grid")
        told(found.label, found.caption, "(?i)validation accuracy at the best epoch", never="(?i)testing|last epoch")
        told("what is read out of the heat maps", found.description, "validation accuracy at the best epoch")
        for chosen in grid.configurations:
            named = ", ".join(f"{WORDS[p]} {written(chosen.values[p])}" for p in grid.varied)
            if f"{named}: {chosen[BEST].cell}" not in found.description:
                fail(f"what is read out of the heat maps: {named} is not {chosen[BEST].cell}")
        for line in ratio_lines(grid):
            found = exhibit(case, f"figure-{grid.name}-ratio")
            told(
                found.label, found.caption, "(?i)validation accuracy at the best epoch", "learning rate over batch size"
            )
            highest = f"{line.means[line.best]:.4f} at {line.best:.4g}"
            told("what is read out of the ratios", found.description, re.escape(highest))
    if found := exhibits.get("figure-collapse"):
        told(found.label, found.caption, r"Norm of W_1", r"(?i)left of the line it should grow.*right.*shrink",
             r"(?i)circles ended above.*squares below")  # fmt: skip
        verdicts = case.results.csv("collapse/collapse.csv")["verdict"].dropna()
        hollow = bool((~verdicts.str.contains("predicted")).any())
        if hollow != ("hollow marks are undecided" in found.caption):
            fail(f"{found.label}: expected its caption {'' if hollow else 'not '}to speak of undecided marks")
    if found := exhibits.get("figure-randomisation"):
        told(found.label, found.caption, r"(?i)training accuracy by epoch", "logarithmic", "thin line.*true labels",
             never="(?i)testing")  # fmt: skip
        seeds = len(next(iter(randomisation(case.results).values()))["seeds"])
        told(found.label, found.caption, f"thick line is the {'mean over the seeds' if seeds > 1 else 'test'}",
             "pale lines are the seeds" if seeds > 1 else "")  # fmt: skip
        for name, test in randomisation(case.results).items():
            told("what is read out of Figure R1", found.description, re.escape(f"{name}: {ended(test)}"))
    if found := exhibits.get("figure-evidence-cells"):
        told(found.label, found.caption, "(?i)printed number", r"one more run \(bars\)", r"all numbers .*\(lines\)",
             "mean of the runs at zero",
             "linear near zero and logarithmic beyond")  # fmt: skip
        cells = cells_of(case)
        outside = cells[cells["verdict"].isin(["unusual", "not reproduced"])]
        names = found.description.split("Outside: ")[1:] or [""]
        told("what is read out of the printed numbers", found.description,
             rf"{(cells['verdict'] != 'not judged').sum()} cells")  # fmt: skip
        same("the cells outside, as read out", names[0].count(";") + bool(names[0]), len(outside), "cells.csv")
    if found := exhibits.get("figure-claims-curves"):
        told(found.label, found.caption, "(?i)mean validation accuracy", "rates at equal learning rate × epochs",
             "batch sizes at equal numbers of updates", "with and without the penalty", "thin: training")  # fmt: skip
    if found := exhibits.get("figure-claims-thresholds"):
        told(found.label, found.caption, "(?i)for which thresholds each test supports or contradicts", "chosen.*marks",
             "linear near zero and logarithmic beyond")  # fmt: skip
        tests = case.results.csv("evidence/tests.csv")
        own = tests[(tests["decides"] == "yes") & (tests["seeds"] > 0)]
        told("what is read out of the thresholds", found.description, rf"each of {len(own)} tests")
        undecided = found.description.split("Undetermined: ")[1:] or [""]
        same("the undetermined tests, as read out", undecided[0].count(";") + bool(undecided[0]),
             int((own["verdict"] == "undetermined").sum()), "tests.csv")  # fmt: skip
    if found := exhibits.get("figure-benchmark"):
        told(found.label, found.caption, "(?i)seconds per epoch by batch size", "less is better")


Source = tuple[str, str, list[str]]  # the file, the module that wrote it, the runs where they are known


def pictures(results: Results) -> Iterator[tuple[str, list[str]]]:
    """The table and the figures of the pictures, each with its runs."""
    found = results.json("pictures/pictures.json")
    yield "figure-pictures-digits", []
    if found["tests"]:
        yield "figure-pictures-tests", []
    if found["weights"]:
        yield "figure-pictures-weights", [panel["key"] for panel in found["weights"] if panel["key"]]
    if found["confusion"]:
        yield "table-confusion", [found["confusion"]["key"]]
        yield "figure-pictures-mistakes", [found["confusion"]["key"]]


def sources(case: Case) -> dict[str, Source]:
    """Every table and figure that a page can have, with its source."""
    results, shown = case.results, case.results.shown
    expected: dict[str, Source] = {
        "table-evidence-cells": ("results/evidence/cells.csv", "pipeline/evidence/step.py", []),
        "table-evidence-tables": ("results/evidence/cells.csv", "pipeline/evidence/step.py", []),
        "table-thresholds": ("results/evidence/evidence.json", "pipeline/evidence/step.py", []),
        "table-claims": ("results/evidence/claims.csv", "pipeline/evidence/step.py", []),
        "figure-claims-curves": ("results/histories.csv", "pipeline/figures/claims.py", []),
        "figure-claims-thresholds": ("results/evidence/tests.csv", "pipeline/figures/thresholds.py", []),
        "table-mathematics": ("results/theory/mathematics.csv", "pipeline/theory/step.py", []),
        "table-audit": ("results/evidence/audit.csv", "pipeline/evidence/step.py", []),
        "figure-evidence-overview": ("results/evidence/*.csv", "pipeline/figures/overview.py", []),
        "figure-evidence-cells": ("results/evidence/cells.csv", "pipeline/figures/cells.py", []),
        "figure-collapse": ("results/collapse/collapse.csv", "pipeline/figures/collapse.py", []),
        "table-neighbours": ("results/tables/summary.csv", "pipeline/analysis/tables.py", []),
        "table-search-space": ("results/tables/search_space.csv", "pipeline/analysis/tables.py", []),
        "table-randomisation": ("results/randomisation/*/*.json", "pipeline/randomisation/step.py", []),
        "figure-randomisation": ("results/randomisation/*/*.csv", "pipeline/figures/randomisation.py", []),
        "figure-benchmark": ("report/benchmark.json", "pipeline/figures/benchmark.py", []),
    }
    expected |= {
        f"table-{f}": ("results/theory/theory.json", "pipeline/theory/step.py", []) for f in ("and", "or", "xor")
    }
    expected |= {
        name: ("results/pictures/pictures.json", "pipeline/pictures/step.py", runs) for name, runs in pictures(results)
    }
    for name, (panels, _) in curve_figures(results).items():
        expected[f"figure-{name}"] = ("results/tables/curves.csv", "pipeline/figures/step.py", results.keys(*panels))
    for table, name in (("learning_rates", "learning-rates"), ("regularization", "regularization")):
        if table in shown:
            runs = results.keys(*results.experiments[shown[table]["experiment"]].configurations)
            expected[f"table-{name}"] = (f"results/tables/{table}.csv", "pipeline/analysis/tables.py", runs)
    if change := shown.get("learning_rates", {}).get("rate_of_change"):
        rates = {number(rate) for pair in change["pairs"] for rate in pair}
        sweep = results.experiments[shown["learning_rates"]["experiment"]].configurations
        runs = results.keys(*(c for c in sweep if number(c.values["learning_rate"]) in rates))
        expected["table-rate-of-change"] = ("results/tables/rate_of_change.csv", "pipeline/analysis/tables.py", runs)
    if "tuning" in shown:
        tuning = shown["tuning"]
        rows = (tuning["best"], *tuning.get("others", ()), tuning["default"])
        runs = results.keys(*(c for name in rows for c in results.experiments[name].configurations))
        expected["table-tuning"] = ("results/tables/tuning.csv", "pipeline/analysis/tables.py", runs)
        grid = results.grid
        runs = results.keys(*grid.configurations)
        for kind in ("grid", "ratio"):
            expected[f"figure-{grid.name}-{kind}"] = ("results/tables/summary.csv", "pipeline/figures/step.py", runs)
    for experiment in results.further:
        runs = results.keys(*experiment.configurations)
        expected[f"table-further-{experiment.name}"] = (
            "results/tables/summary.csv",
            "pipeline/analysis/tables.py",
            runs,
        )
    return expected


@check
def sources_name_the_file_the_module_and_the_runs(case: Case) -> None:
    expected = sources(case)
    for name, found in case.page.exhibits.items():
        if name not in expected:
            fail(f"{found.label} ({name}) is not known to the tests")
        file, module, runs = expected[name]
        if not found.source.startswith(f"{file}, by {module}"):
            fail(f"the source of {found.label}: the page says {found.source[:80]!r}, it is {file} by {module}")
        keys = re.findall(r"\b[0-9a-f]{16}\b", found.source)
        counted = re.search(r"([\d,]+) runs?\b", found.source)
        if keys and counted:
            same(f"the number of runs behind {found.label}", int(counted[1].replace(",", "")), len(keys), "the list")
        if runs:
            same(f"the runs behind {found.label}", keys, runs, "runs.csv")


@check
def the_norms_stand_with_a_source_of_their_own(case: Case) -> None:
    if "regularization" in case.results.shown:
        source = exhibit(case, "table-regularization").source
        told("the source of Table 6", source, "results/collapse/collapse.csv, by pipeline/analysis/collapse.py")
