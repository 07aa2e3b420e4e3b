"""Checks of the drawings of a finished page: titles, axes, legends, colours, and marks where their values belong."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
from page_checks import (
    CURVES,
    Case,
    Check,
    adds_to,
    cell_name,
    cells_of,
    curve_figures,
    ended,
    epochs_of,
    fail,
    randomisation,
    same,
    single_run,
    verdict_of,
)
from page_oracle import BEST, SYMBOLS, WORDS, setting, written

CHECKS: list[Check] = []
check = adds_to(CHECKS)

Point = tuple[float, float]


def drawing(case: Case, name: str) -> ET.Element | None:
    """The SVG of a figure; None where the figure is a placeholder or not there."""
    found = case.page.exhibits.get(f"figure-{name}")
    if found is None or found.drawing is None or not list(found.drawing.iter("text")):
        return None
    return found.drawing


def letters(text: str) -> str:
    """The letters of a text in their alphabet: a formula is drawn piece by piece."""
    return "".join(sorted("".join(text.split()).replace("\u2212", "-").replace("^", "")))


def texts(svg: ET.Element) -> list[str]:
    return [" ".join("".join(each.itertext()).split()) for each in svg.iter("text")]


def has_texts(where: str, svg: ET.Element, *wanted: str) -> None:
    there = Counter(letters(text) for text in texts(svg))
    for text, count in Counter(map(letters, wanted)).items():
        if there[text] < count:
            words = next(each for each in wanted if letters(each) == text)
            fail(f"{where} does not write {words!r} {count} times; it writes {texts(svg)}")


def upright(svg: ET.Element) -> list[str]:
    """The texts along an axis of values."""
    return [
        letters("".join(text.itertext())) for text in svg.iter("text") if "rotate(-90" in _turned(svg, text)
    ]  # fmt: skip


def _turned(svg: ET.Element, text: ET.Element) -> str:
    parents = {child: parent for parent in svg.iter() for child in parent}
    return text.get("transform", "") + parents[text].get("transform", "")


def axes(where: str, svg: ET.Element, across: str, up: str) -> None:
    """What stands along the axes, and not the other way round."""
    turned = upright(svg)
    has_texts(where, svg, across, up)
    if letters(up) not in turned or letters(across) in turned:
        fail(f"{where}: {up!r} should stand along the axis of values and {across!r} below; upright: {turned}")


def groups(svg: ET.Element) -> dict[str, ET.Element]:
    return {each.get("id", ""): each for each in svg.iter("g") if each.get("id")}


def marks(svg: ET.Element, name: str) -> list[Point]:
    """Where the marks of a series are."""
    found = groups(svg).get(name)
    if found is None:
        return []
    return [(float(use.get("x", "nan")), float(use.get("y", "nan"))) for use in found.iter("use")]


def colour(element: ET.Element) -> str:
    style = " ".join(each.get("style", "") for each in element.iter())
    found = re.search(r"var\(--(training|validation)(?:-text)?,", style)
    return found[1] if found else "other"


def shape(svg: ET.Element, mark: ET.Element) -> str:
    """The outline of a mark, which several marks share."""
    paths = {f"#{path.get('id')}": path.get("d", "") for path in svg.iter("path") if path.get("id")}
    return " ".join(paths.get(use.get("xlink:href", ""), "") for use in mark.iter("use"))


def on_a_line(where: str, values: Sequence[float], places: Sequence[float], *, rising: bool) -> None:
    """Marks lie where their values are: one scale for all."""
    if len(set(values)) < 2:
        return
    slope, start = np.polyfit(np.array(values), np.array(places), 1)
    off = np.abs(start + slope * np.array(values) - np.array(places))
    if off.max() > 0.02 + 0.002 * (max(places) - min(places)) or (slope > 0) != rising:
        worst = int(off.argmax())
        fail(f"{where}: the mark of {values[worst]:g} is {off[worst]:.1f} points from where it belongs")


def legend(svg: ET.Element) -> list[list[tuple[str, str]]]:
    """Of each legend the colours of its lines with their names, in order."""
    found = []
    for name, group in groups(svg).items():
        if not re.search(r"-legend_\d+$", name):
            continue
        entries, line = [], ""
        for each in group:
            if "line2d" in each.get("id", ""):
                line = colour(each)
            elif "text" in each.get("id", ""):
                entries.append((line, letters("".join(each.itertext()))))
        found.append(entries)
    return found


PARTS = ("training", "validation")


@check
def curves_are_drawn_where_their_means_are_in_the_colours_of_their_names(case: Case) -> None:
    curves = case.results.csv("tables/curves.csv")
    for name, (panels, metric) in curve_figures(case.results).items():
        svg = drawing(case, name)
        if svg is None:
            continue
        where = case.page.exhibits[f"figure-{name}"].label
        axes(where, svg, "Epoch", metric.capitalize())
        heights: list[Point] = []
        for panel, chosen in enumerate(panels):
            own = epochs_of(curves, chosen)
            for part in PARTS:
                group = groups(svg).get(f"{name}-panel-{panel}-{part}")
                if own.empty or group is None:
                    continue
                same(f"{where}, colour of {part}, panel {panel + 1}", colour(group), part, "the legend")
                means = list(own[f"{part}_{metric}_mean"])
                found = marks(svg, f"{name}-panel-{panel}-{part}")
                first = len(means) - len(found)  # the first mean may lie outside
                if first not in (0, 1):
                    fail(f"{where}, {part}: {len(found)} marks for {len(means)} epochs")
                epochs = [float(epoch) for epoch in own["epoch"]][first:]
                on_a_line(f"{where}, {part}, panel {panel + 1}", epochs, [x for x, _ in found], rising=True)
                heights += [(mean, y) for mean, (_, y) in zip(means[first:], found, strict=True)]
        on_a_line(where, [mean for mean, _ in heights], [y for _, y in heights], rising=False)
        if (run := single_run(case, panels, metric)) is not None:
            places: list[Point] = []
            for part in PARTS:
                same(
                    f"{where}, single run, colour of {part}",
                    colour(groups(svg)[f"{name}-panel-1-{part}"]),
                    part,
                    "name",
                )
                found = marks(svg, f"{name}-panel-1-{part}")
                places += zip(run[f"{part}_{metric}"], (y for _, y in found), strict=True)
                on_a_line(f"{where}, single run", list(run["epoch"]), [x for x, _ in found], rising=True)
            on_a_line(f"{where}, single run", [v for v, _ in places], [y for _, y in places], rising=False)
        if len(panels) > 1:
            titles = [c.label for c in panels]
            has_texts(where, svg, *titles)
            order = [t for t in map(letters, texts(svg)) if t in map(letters, titles)]
            same(f"{where}, titles of the panels", order, list(map(letters, titles)), "the experiment")
            same(f"{where}, legend", legend(svg), [[(part, letters(part)) for part in PARTS]], "the page")
        else:
            named = {t: colour(each) for each in svg.iter("text") if (t := "".join(each.itertext()).strip()) in PARTS}
            same(f"{where}, names of the lines", named, {part: part for part in PARTS}, "the page")
            _beside_their_ends(where, svg, name)
        if any(not c.finished and c["training_accuracy"].n for c in panels):
            notes = [
                f"{c['training_accuracy'].diverged} of {len(c.runs)} runs diverged" for c in panels if not c.finished
            ]
            has_texts(where, svg, *(notes if len(panels) > 1 else notes[:1]))


def _beside_their_ends(where: str, svg: ET.Element, name: str) -> None:
    """The name of the line that ends higher stands higher."""
    ends = [marks(svg, f"{name}-panel-0-{part}") for part in PARTS]
    if not all(ends):
        return
    places = {"".join(t.itertext()).strip(): float(t.get("y", "nan")) for t in svg.iter("text") if t.get("y")}
    higher = ends[0][-1][1] <= ends[1][-1][1]
    if abs(ends[0][-1][1] - ends[1][-1][1]) > 1 and (places["training"] < places["validation"]) != higher:
        fail(f"{where}: the names of the lines stand in the wrong order")


@check
def lines_of_curves_go_through_their_marks(case: Case) -> None:
    for name, (panels, _) in curve_figures(case.results).items():
        svg = drawing(case, name)
        if svg is None:
            continue
        lines = [p for p in svg.iter("path") if "stroke-width: 1.3" in p.get("style", "")]
        for panel in range(len(panels)):
            for part in PARTS:
                for x, y in marks(svg, f"{name}-panel-{panel}-{part}")[-1:]:
                    if not any(colour(line) == part and passes(line, (x, y)) for line in lines):
                        fail(f"{case.page.exhibits[f'figure-{name}'].label}: no {part} line goes through its last mark")


def passes(line: ET.Element, place: Point) -> bool:
    """Whether a line has a corner at a place."""
    corners = re.findall(r"[ML] (-?[\d.]+) (-?[\d.]+)", line.get("d", ""))
    return any(math.dist((float(x), float(y)), place) < 0.1 for x, y in corners)


@check
def heat_maps_show_each_accuracy_where_its_parameters_cross(case: Case) -> None:
    if "tuning" not in case.results.shown:
        return
    grid = case.results.grid
    svg = drawing(case, f"{grid.name}-grid")
    if svg is None or len(grid.varied) < 2:
        return
    where = case.page.exhibits[f"figure-{grid.name}-grid"].label
    across, down, *others = grid.varied

    def axis(parameter: str) -> str:
        return f"{WORDS[parameter].capitalize()} {SYMBOLS.get(parameter, '')}".strip()

    axes(where, svg, axis(across), axis(down))
    if letters("Validation accuracy, best epoch") not in upright(svg):
        fail(f"{where}: the colours are not said to be validation accuracy, best epoch; upright: {upright(svg)}")
    own = groups(svg)
    numbers = [(_at(svg, text), "".join(text.itertext()).strip()) for text in svg.iter("text")]
    for position, chosen in enumerate(grid.configurations):
        cell = own[f"{grid.name}-grid-panel-{position}-cell"]
        corners = [
            tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", next(cell.iter("path")).get("d", ""))
        ]
        left, right = min(x for x, _ in corners), max(x for x, _ in corners)
        top, bottom = min(y for _, y in corners), max(y for _, y in corners)
        inside = [text for (x, y), text in numbers if left < x < right and top < y < bottom]
        estimate = chosen[BEST]
        expected = f"{estimate.mean:.4f}" + ("†" if estimate.diverged else "") if estimate.n else "diverged"
        same(f"{where}, {chosen.caption}", inside, [expected], "runs.csv")
        below = [text for (x, y), text in numbers if left < x < right and y > bottom]
        if letters(written(chosen.values[across])) not in map(letters, below):
            fail(f"{where}: below the cell of {chosen.caption} stands {below}")
        beside = [text for (x, y), text in numbers if x < left and top < y < bottom]
        if letters(written(chosen.values[down])) not in map(letters, beside):
            fail(f"{where}: beside the cell of {chosen.caption} stands {beside}")
    if others:
        titles = {", ".join(setting(p, c.values[p]) for p in others) for c in grid.configurations}
        has_texts(where, svg, *titles)


def _at(svg: ET.Element, text: ET.Element) -> Point:
    """Where a text begins, or its middle."""
    if text.get("x") and re.fullmatch(r"[\d.]+", text.get("x", "")):
        return float(text.get("x", "")), float(text.get("y", ""))
    parents = {child: parent for parent in svg.iter() for child in parent}
    moved = re.search(r"translate\(([\d.]+) ([\d.]+)\)", parents[text].get("transform", "") + text.get("transform", ""))
    return (float(moved[1]), float(moved[2])) if moved else (math.nan, math.nan)


@check
def the_figure_of_norms_has_growth_on_the_left_and_decay_on_the_right(case: Case) -> None:
    svg = drawing(case, "collapse")
    if svg is None:
        return
    where = case.page.exhibits["figure-collapse"].label
    critical = case.results.json("collapse/collapse.json")["critical"]
    alike = ["reg", "learning_rate", "batch_size", "hidden", "epochs"]
    columns = case.results.csv("collapse/collapse.csv").drop_duplicates(alike).sort_values(alike, kind="stable")
    ratios = [text for text in texts(svg) if re.fullmatch(r"\d+\.\d\d", text)]
    same(
        f"{where}, λ / λ*",
        ratios[: len(columns)],
        [f"{row['ratio']:.2f}" for _, row in columns.iterrows()],
        "collapse.csv",
    )
    has_texts(where, svg, "should grow", "should shrink", "start", f"λ* = {critical:.4f}")
    if letters("Norm of W1") not in upright(svg):
        fail(f"{where}: the axis is not named the norm of W1 but {upright(svg)}")
    at = {"".join(t.itertext()).strip(): _at(svg, t)[0] for t in svg.iter("text")}
    if not at["should grow"] < at["should shrink"]:
        fail(f"{where}: growth should stand left of decay")
    found = []
    for number_, (_, row) in enumerate(columns.iterrows()):
        if not row["n"]:
            continue
        mark = groups(svg)[f"collapse-panel-{number_}-mark"]
        hue = "training" if row["w1_mean"] > row["w1_start"] else "validation"
        same(f"{where}, colour of λ = {row['reg']:g}", colour(mark), hue, "collapse.csv: whether the norm grew")
        same(f"{where}, circle at λ = {row['reg']:g}", "C" in shape(svg, mark), hue == "training", "the caption")
        hollow = any(
            "fill-opacity: 0" in e.get("style", "") or "fill: none" in e.get("style", "") for e in mark.iter("use")
        )
        same(f"{where}, hollow at λ = {row['reg']:g}", hollow, "predicted" not in row["verdict"], "collapse.csv")
        (place,) = marks(svg, f"collapse-panel-{number_}-mark")
        found.append((math.log(row["w1_mean"]), number_, *place))
    on_a_line(where, [f[0] for f in found], [f[3] for f in found], rising=False)
    on_a_line(where, [f[1] for f in found], [f[2] for f in found], rising=True)


@check
def the_figure_of_randomization_tests_says_how_each_ended(case: Case) -> None:
    svg = drawing(case, "randomisation")
    if svg is None:
        return
    tests = randomisation(case.results)
    axes("Figure R1", svg, "Epoch", "Training accuracy")
    titles, notes = [], []
    own = groups(svg)
    true = tests["true labels"]["course"]
    for panel, (name, test) in enumerate(tests.items()):
        epochs = test["course"]["training_accuracy"]
        short = re.sub(r"labels with p", "labels, p", name) if name != "random labels" else "labels, p = 1"
        titles.append(letters(short))
        notes.append(ended(test))
        marked = [n for n in epochs.index if re.fullmatch(r"[1-68]0*", str(n)) or n == len(epochs)]
        found = marks(svg, f"randomisation-panel-{panel}-training")
        same(f"Figure R1, {name}, number of marks", len(found), len(marked), "randomisation/*.csv")
        heights = [(float(epochs[n]), y) for n, (_, y) in zip(marked, found, strict=True)]
        on_a_line(f"Figure R1, {name}", [h for h, _ in heights], [y for _, y in heights], rising=False)
        frame = f"randomisation-axes_{panel + 1}"
        thin = [p for p in own[frame].iter("path") if "#777777" in p.get("style", "")]
        if name != "true labels":
            steps = [len(re.findall(r"[ML] ", path.get("d", ""))) for path in thin]
            if len(true) not in steps and not _simplified(steps, len(true)):
                fail(f"Figure R1, {name}: the thin line has {steps} points, the true labels {len(true)} epochs")
    shown = [t for t in map(letters, texts(svg)) if t in set(titles)]
    same("Figure R1, titles", shown, titles, "the configuration")
    same("Figure R1, notes", [t for t in texts(svg) if t in set(notes) or "after" in t], notes, "randomisation/*.csv")


def _simplified(steps: Sequence[int], most: int) -> bool:
    """Points on a straight line may be left out."""
    return any(most / 2 < count <= most for count in steps)


@check
def the_figure_of_printed_numbers_marks_those_outside_their_interval(case: Case) -> None:
    svg = drawing(case, "evidence-cells")
    if svg is None:
        return
    cells = cells_of(case)
    judged = cells[cells["verdict"] != "not judged"]
    where = case.page.exhibits["figure-evidence-cells"].label
    for verdict in ("unusual", "not reproduced"):
        same(f"{where}, {verdict!r}", texts(svg).count(verdict), int((judged["verdict"] == verdict).sum()), "cells.csv")
    has_texts(
        where,
        svg,
        "Printed number minus mean of the runs, percentage points",
        *(f"Write-up’s {table}" for table in set(judged["table"])),
    )
    names = []
    bars = [p for p in svg.iter("path") if "stroke-width: 2.4" in p.get("style", "")]
    zero = next(x for t in svg.iter("text") if "".join(t.itertext()).strip() == "0" for x, _ in [_at(svg, t)])
    for place, ((_, row), bar) in enumerate(zip(judged.iterrows(), bars, strict=True)):
        name = cell_name(row)
        name_drawn = re.sub(r"^Table \d, (?:rate of change of )?(\w+) accuracy(?: \(\w+\))?", r"\1", name)
        if "rate of change" in name:
            name_drawn = name_drawn.replace(",", ", rate,", 1).replace(" to ", "→")
        names.append(letters(name_drawn))
        mark = groups(svg)[f"evidence-cells-panel-{place}-mark"]
        inside = row["verdict"] == "reproduced"
        same(f"{where}, colour of {name}", colour(mark), "training" if inside else "validation", "cells.csv")
        ((x, _),) = marks(svg, f"evidence-cells-panel-{place}-mark")
        away = float(row["published"]) - row["mean"]
        if abs(away) > 1e-4 and (x > zero) != (away > 0):
            fail(f"{where}: {name} is drawn on the wrong side of the mean of its runs")
        ends = [float(end) for end in re.findall(r"[ML] ([\d.]+) ", bar.get("d", ""))]
        if ends != sorted(ends) or (min(ends) - 2 <= x <= max(ends) + 2) < inside:
            fail(f"{where}: the bar of {name} does not go from low to high around its mark")
        reach = [row["mean"] - row["low"], row["high"] - row["mean"]]
        if min(reach) > 1e-5 and not min(ends) < zero < max(ends):
            fail(f"{where}: the bar of {name} does not hold the mean of its runs")
        if math.isclose(*reach, rel_tol=0.01) and abs((zero - min(ends)) - (max(ends) - zero)) > 1:
            fail(f"{where}: the bar of {name} is not as long to the left as to the right")
    order = [t for t in map(letters, texts(svg)) if t in set(names)]
    same(f"{where}, names of the rows", order, names, "cells.csv")


OUTCOMES = {
    "training": ("reproduced", "right", "supported"),
    "other": ("unusual", "slip", "undetermined"),
    "validation": ("not reproduced", "wrong", "contradicted"),
}


@check
def the_figure_of_the_first_page_has_a_mark_for_each_verdict(case: Case) -> None:
    svg = drawing(case, "evidence-overview")
    if svg is None:
        return
    where = case.page.exhibits["figure-evidence-overview"].label
    cells, audit, claims = (case.results.csv(f"evidence/{name}.csv") for name in ("cells", "audit", "claims"))
    mathematics = [verdict_of(each) for each in case.results.json("theory/theory.json")["propositions"]]
    rows = [list(cells["verdict"]), list(audit["verdict"]), mathematics, list(claims["verdict"])]
    for row, verdicts in enumerate(rows):
        counts = [sum(verdict in group for verdict in verdicts) for group in OUTCOMES.values()]
        names = [f"evidence-overview-row-{row}-{outcome}" for outcome in range(3)]
        same(f"{where}, row {row + 1}", [len(marks(svg, name)) for name in names], counts, "the verdicts")
        decided = f"{counts[0]} of {sum(counts)} hold" if counts[0] + counts[2] else "none is decided"
        has_texts(where, svg, decided if any(counts) else "not judged")
        for name, meant, count in zip(names, OUTCOMES, counts, strict=True):
            if count:
                same(f"{where}, colour of {name}", colour(groups(svg)[name]), meant, "its verdict")
    accuracies = cells[~cells["row"].str.contains("rate of change")]
    shown = pd.concat([accuracies[accuracies["verdict"].isin(group)] for group in OUTCOMES.values()])
    places = [place for n in range(3) for place in marks(svg, f"evidence-overview-accuracies-{n}")]
    on_a_line(f"{where}, across", list(shown["mean"]), [x for x, _ in places], rising=True)
    on_a_line(f"{where}, up", [float(each) for each in shown["published"]], [-y for _, y in places], rising=True)


VERDICTS = {"supported": "training", "contradicted": "validation", "undetermined": "other"}


@check
def the_thresholds_are_named_and_marked_in_the_colours_of_their_verdicts(case: Case) -> None:
    svg = drawing(case, "claims-thresholds")
    if svg is None:
        return
    where = case.page.exhibits["figure-claims-thresholds"].label
    table = case.page.data("claims-thresholds")
    if not table.rows:
        return
    has_texts(where, svg, *(row.head[0] for row in table.rows))
    same(f"{where}, legend", legend(svg), [[(hue, letters(name)) for name, hue in VERDICTS.items()]], "the verdicts")
    heights = []
    for place, row in enumerate(table.rows):
        (mark,) = marks(svg, f"claims-thresholds-panel-{place}-mark")
        heights.append(mark[1])
        group = groups(svg)[f"claims-thresholds-panel-{place}-mark"]
        same(f"{where}, colour of {row.head}", colour(group), VERDICTS[row.cells["Verdict"]], "its verdict")
    same(f"{where}, order of the rows", heights, sorted(heights), "the order of the data")


PANELS = (
    ("Rates at equal learning rate × epochs", "Learning rate × epochs"),
    ("Batch sizes at equal updates", "Updates, thousands"),
    ("The best configuration, trained on", "Epoch"),
)


@check
def the_curves_of_the_claims_are_named_in_their_colours(case: Case) -> None:
    svg = drawing(case, "claims-curves")
    if svg is None:
        return
    where = case.page.exhibits["figure-claims-curves"].label
    has_texts(where, svg, *(text for panel in PANELS for text in panel))
    if letters("Validation accuracy") not in upright(svg):
        fail(f"{where}: the axis is not named validation accuracy but {upright(svg)}")
    own = groups(svg)
    for place, (title, scale) in enumerate(PANELS, start=1):
        frame = own[f"claims-curves-axes_{place}"]
        has_texts(f"{where}, panel {place}", frame, title, scale)
    sizes = (3, 2, 2)
    names = [letters(setting(parameter, text)) for parameter, text, *_ in CURVES]
    hues = ("training", "validation", "other")
    expected = []
    for size in sizes:
        expected.append([(hues[k], name) for k, name in enumerate(names[:size])])
        names = names[size:]
    same(f"{where}, legends", legend(svg), expected, "the claims")
    table = case.page.data("claims-curves")
    of_panel: dict[int, list[tuple[float, float]]] = {0: [], 1: [], 2: []}
    for place, row in enumerate(table.rows):
        panel = {"η": 0, "b": 1, "λ": 2}[row.head[0][0]]
        (mark,) = marks(svg, f"claims-curves-panel-{place}-mark")
        of_panel[panel].append((float(row.cells["Validation accuracy"]), mark[1]))
        group = groups(svg)[f"claims-curves-panel-{place}-mark"]
        hue = next(h for h, name in expected[panel] if name == letters(row.head[0]))
        same(f"{where}, colour of {row.head}", colour(group), hue, "its legend")
    for panel, found in of_panel.items():
        on_a_line(f"{where}, panel {panel + 1}", [v for v, _ in found], [y for _, y in found], rising=False)


@check
def the_benchmark_is_drawn_by_batch_size_and_seconds(case: Case) -> None:
    svg = drawing(case, "benchmark")
    if svg is None:
        return
    where = case.page.exhibits["figure-benchmark"].label
    axes(where, svg, "Batch size", "Seconds per epoch")
    table = case.page.data("benchmark")
    floors = ("matrix products alone", "products without black pixels")
    has_texts(where, svg, *floors, *{row.head[1] for row in table.rows})
    across, up = [], []
    for place, row in enumerate(table.rows):
        ((x, y),) = marks(svg, f"benchmark-panel-{place}-mark")
        across.append((math.log(float(row.head[0])), x))
        up.append((math.log(float(row.cells["Seconds per epoch"])), y))
        ours = row.head[1] in ("NumPy engine", "compiled engine", "compiled engine for AVX2")
        hue = colour(groups(svg)[f"benchmark-panel-{place}-mark"])
        same(f"{where}, colour of {row.head}", hue, "training" if ours else "other", "the page")
    on_a_line(where, [v for v, _ in across], [x for _, x in across], rising=True)
    if not all(math.isclose(a, b, abs_tol=0.02) for a, b in zip(*_fitted(up), strict=True)):
        on_a_line(where, [v for v, _ in up], [y for _, y in up], rising=False)
    lines = [p for p in svg.iter("path") if re.search(r"stroke-width: (?:0.9|2)\b", p.get("style", ""))]
    for place, row in enumerate(table.rows):
        ((x, y),) = marks(svg, f"benchmark-panel-{place}-mark")
        if not any(passes(line, (x, y)) for line in lines):
            fail(f"{where}: no line goes through the mark of {row.head}")


def _fitted(pairs: Sequence[Point]) -> tuple[list[float], list[float]]:
    values, places = [v for v, _ in pairs], [y for _, y in pairs]
    slope, start = np.polyfit(values, places, 1)
    return [start + slope * value for value in values], list(places)
