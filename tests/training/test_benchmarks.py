"""report/benchmark.json: what is accepted, what is drawn of it, and what the page says of it."""

import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import sections
from contrast import GROUNDS, LINE, contrast, rgb
from drawn import SMALLEST, boxes, inside, overlap
from hypothesis import Phase, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from measured import AVX2, COMPILED, ENGINES, FLOORS, NUMPY, OTHERS, SIZES, SPARSE_FLOORS, records
from outline import Outline
from saying import Group, Passage
from synthetic import PLACEHOLDER, TEMPLATES, write_results

from pipeline.environment import modules
from pipeline.errors import InputError
from pipeline.figures import benchmark as benchmark_figure
from pipeline.figures import catalogue, style
from pipeline.figures.spacing import apart
from pipeline.files import sealed
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.views import speed
from pipeline.training import benchmarks
from pipeline.training.benchmarks import Benchmark


@pytest.fixture(autouse=True)
def set_style() -> Iterator[None]:
    with mpl.rc_context(style.STYLE):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark")


def written(folder: Path, content: Any) -> Path:
    path = folder / "benchmark.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def read(folder: Path, content: Any) -> Benchmark:
    return benchmarks.read(written(folder, content))


# --- What is accepted


def test_what_is_read_is_what_the_file_holds(folder: Path) -> None:
    found = read(folder, records())
    assert found.systems == ("NumPy engine", "compiled engine", "compiled engine for AVX2", *OTHERS)
    assert [group.batch_size for group in found.groups] == list(SIZES)
    assert [group.floors for group in found.groups] == list(zip(FLOORS, SPARSE_FLOORS, strict=True))
    assert all(list(group.seconds) == list(found.systems) for group in found.groups)
    seconds = {system: tuple(group.seconds[system] for group in found.groups) for system in found.systems}
    assert seconds == ENGINES | OTHERS
    assert (found.machine.cpu, found.machine.python, found.versions["jax"]) == ("Invented CPU", "3.11.2", "0.9.1")


def test_the_order_of_the_records_decides_nothing_but_that_of_the_systems(folder: Path) -> None:
    backwards = read(folder, records()[::-1])
    assert backwards.systems == (*ENGINES, *reversed(OTHERS))
    assert [g.seconds for g in backwards.groups] == [g.seconds for g in read(folder, records()).groups]


def test_the_record_of_an_older_benchmark_is_refused_in_one_line(folder: Path) -> None:
    content = records(engines={"this project": NUMPY})
    for record in content:
        del record["sparse_floor_seconds"]
        record["ratio_to_ours"] = 1.0
    assert "[0]: expected the field sparse_floor_seconds, found none" in problem(folder, content)


def test_the_compiled_engine_may_be_without_a_second_compilation(folder: Path) -> None:
    content = [record for record in records() if record["system"] != "compiled engine for AVX2"]
    assert read(folder, content).systems == ("NumPy engine", "compiled engine", *OTHERS)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def problem(folder: Path, content: Any) -> str:
    """The one line that a wrong file gives."""
    with pytest.raises(InputError) as caught:
        read(folder, content)
    assert caught.value.exit_status == 2
    (line,) = caught.value.problems
    assert line.startswith(f"{folder / 'benchmark.json'}: ")
    assert "expected " in line
    assert ", found " in line
    assert line.endswith(". Hint: make bench")
    assert len(line.splitlines()) == 1
    return line


@given(content=ANY_JSON)
def test_what_is_no_list_of_records_is_one_line(folder: Path, content: Any) -> None:
    problem(folder, content)


@given(field=st.sampled_from(sorted(records()[0])), value=ANY_JSON, position=st.integers(0, len(records()) - 1))
def test_a_wrong_value_in_any_record_is_one_line(folder: Path, field: str, value: Any, position: int) -> None:
    content = records()
    if field == "versions" and isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        value = None
    content[position][field] = value if content[position][field] != value else None
    if isinstance(value, int | float) and not isinstance(value, bool) and field in ("batch_size", "seconds_per_epoch"):
        value = content[position][field] = -abs(value)
    if field == "system" and isinstance(value, str):
        value = content[position][field] = ""
    problem(folder, content)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("batch_size", 16.0, "a whole number, found 16.0"),
        ("batch_size", True, "a whole number, found true"),
        ("batch_size", 0, "a whole number >= 1, found 0"),
        ("seconds_per_epoch", 0, "a number >= 1e-09, found 0"),
        ("seconds_per_epoch", math.nan, "JSON, found ["),
        ("seconds_per_epoch", math.inf, "JSON, found ["),
        ("seconds_per_epoch", 10**400, "another value, found 1000000"),
        ("floor_seconds", "0.5", 'a number, found "0.5"'),
        ("floor_seconds", 0.5, "one floor_seconds at batch size 16, found 0.5 and 0.55"),
        ("sparse_floor_seconds", 0.5, "one sparse_floor_seconds at batch size 16, found 0.11 and 0.5"),
        ("system", " ", "only texts that can be printed in [0], found ' '"),
        ("system", "a\nb", "only texts that can be printed in [0], found 'a\\nb'"),
        ("system", "x" * 41, 'a text of length <= 40, found "xxx'),
        ("system", "JAX", "one record of JAX at batch size 16, found another"),
        ("machine", {}, "the field cpu, found none"),
        ("versions", {"numpy": 2}, "a text, found a whole number"),
        ("versions", {"numpy": "1"}, "one version of numpy in all records, found 1 and 2.4.6"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(folder: Path, field: str, value: Any, told: str) -> None:
    content = records()
    content[0][field] = value
    assert f"expected {told}" in problem(folder, content)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("cores", 1.5, "a whole number, found 1.5"),
        ("memory_bytes", True, "a whole number, found true"),
        ("cpu", "", "only texts that can be printed in [2], found ''"),
        ("cpu", "Another", "one machine in all records, found another in [2]"),
        ("name", "host", "no other fields, found [2].machine.name"),
    ],
)
def test_a_wrong_machine_is_named_with_its_place(folder: Path, field: str, value: Any, told: str) -> None:
    content = records()
    content[2]["machine"][field] = value
    assert f"expected {told}" in problem(folder, content)


@pytest.mark.parametrize("field", sorted(records()[0]))
def test_a_record_has_each_field_and_no_other(folder: Path, field: str) -> None:
    content = records()
    value = content[4].pop(field)
    assert f"[4]: expected the field {field}, found none" in problem(folder, content)
    content[4] |= {field: value, "note": "x"}
    assert "expected no other fields, found [4].note" in problem(folder, content)


@pytest.mark.parametrize("engine", ["NumPy engine", "compiled engine"])
@pytest.mark.parametrize("size", SIZES)
def test_both_engines_are_measured_at_every_batch_size(folder: Path, engine: str, size: int) -> None:
    content = [r for r in records() if (r["system"], r["batch_size"]) != (engine, size)]
    assert f"expected a record of {engine} at batch size {size}, found none" in problem(folder, content)


@pytest.mark.parametrize("text", ["", "[", "{}", "[]", "null", "\ufeff[]", "[" * 100_000, f"[{'9' * 5000}]"])
def test_what_is_no_json_of_records_is_one_line(folder: Path, text: str) -> None:
    assert "expected " in problem(folder, text)


def test_a_folder_in_place_of_the_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a list of measurements, found Is a directory. Hint: make"):
        benchmarks.read(tmp_path)


def test_a_wrong_file_ends_the_step_with_status_2_and_one_line(tmp_path: Path) -> None:
    content = records()
    content[1]["seconds_per_epoch"] = -1
    path = written(tmp_path, content)
    command = [sys.executable, "-m", "pipeline.figures.benchmark", str(path), "--output", str(tmp_path / "a.svg")]
    result = subprocess.run(command, cwd=TEMPLATES.parent, capture_output=True, text=True)
    assert result.returncode == 2
    expected = f"{path}: [1].seconds_per_epoch: expected a number >= 1e-09, found -1."
    assert result.stderr == f"{expected} Hint: make bench\n"
    assert not (tmp_path / "a.svg").exists()


def test_what_the_snakefile_asks_is_light() -> None:
    needed = ["pipeline.errors", "pipeline.files.typed_json", "pipeline.training.benchmarks"]
    assert modules.needed_by("pipeline.training.benchmarks") == needed


# --- What is drawn


def drawn(benchmark: Benchmark) -> tuple[Canvas, Axes]:
    canvas = benchmark_figure.draw(benchmark)
    (axes,) = canvas.axes
    return canvas, axes


SECONDS = st.floats(1e-3, 1e3)


@st.composite
def measured(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any number of systems and batch sizes, some not measured, some as fast as others."""
    sizes = sorted(draw(st.sets(st.sampled_from([8, 16, 32, 64, 128, 256]), min_size=1, max_size=5)))
    times = st.lists(draw(st.sampled_from([SECONDS, st.floats(0.4, 0.5), st.just(0.5)])), min_size=len(sizes))
    names = draw(st.lists(st.sampled_from([*OTHERS, "_", "$x$ & <y>", "w" * 20]), unique=True, max_size=8))
    some = st.lists(st.none() | SECONDS, min_size=len(sizes), max_size=len(sizes)).filter(any)
    others = {name: draw(some) for name in names}
    engines = {"NumPy engine": draw(times), "compiled engine": draw(times), "compiled engine for AVX2": draw(some)}
    return records(others, engines=engines, sizes=sizes, floors=draw(times), sparse_floors=draw(times))


FLOOR, SPARSE_FLOOR = "matrix products alone", "products without black pixels"


@tries(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking draws too many figures
@given(content=measured())
def test_every_line_is_named_at_its_end_without_overlap(folder: Path, content: list[dict[str, Any]]) -> None:
    benchmark = read(folder, content)
    canvas, axes = drawn(benchmark)
    placed = boxes(canvas) | {text: Text.get_window_extent(text) for text in axes.texts}  # without the thin lines
    named = {text.get_text(): placed[text] for text in axes.texts}
    assert set(named) == {FLOOR, SPARSE_FLOOR, *benchmark.systems}
    assert not overlap(placed.values())
    assert all(inside(canvas, box) for box in placed.values())
    assert all(box.x0 > axes.bbox.x1 for box in named.values())
    assert canvas.legends == []
    assert axes.get_legend() is None
    ends = {}
    for group in benchmark.groups:
        ends |= group.seconds | dict(zip((FLOOR, SPARSE_FLOOR), group.floors, strict=True))
    upward = sorted(named, key=lambda name: named[name].y0)
    # as far as a drawing tells two numbers apart
    assert all(ends[below] <= ends[above] * (1 + 1e-9) for below, above in pairwise(upward))


def test_the_lines_are_the_seconds_of_the_file_and_the_engines_stand_out(folder: Path) -> None:
    _, axes = drawn(read(folder, records()))
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert all(list(line.get_xdata()) == list(SIZES) for line in lines)
    floor, sparse, numpy, compiled, avx2, *others = lines
    assert [tuple(line.get_ydata()) for line in (floor, sparse)] == [FLOORS, SPARSE_FLOORS]
    (_, (dash, _)), (_, (dot, _)) = (line._unscaled_dash_pattern for line in (floor, sparse))  # type: ignore[attr-defined]
    assert dash > 2 * dot, "a dashed line and a dotted one, as the page calls them"
    ours = numpy, compiled, avx2
    assert [tuple(line.get_ydata()) for line in ours] == [NUMPY, COMPILED, AVX2]
    assert [tuple(line.get_ydata()) for line in others] == list(OTHERS.values())
    assert min(line.get_linewidth() for line in ours) > 2 * max(line.get_linewidth() for line in others)
    assert {line.get_color() for line in others} == {style.OTHER_COLOUR}
    assert {line.get_color() for line in ours} == {style.TRAINING.colour}
    assert min(line.get_zorder() for line in ours) > max(line.get_zorder() for line in others)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["16", "32", "64", "128"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Batch size", "Seconds per epoch")


def test_each_system_has_a_marker_of_its_own(folder: Path) -> None:
    _, axes = drawn(read(folder, records()))
    marks = [line.get_marker() for line in axes.lines if str(line.get_gid()).startswith("panel-")]
    assert [set(marks[k::8]) for k in range(8)] == [{marks[k]} for k in range(8)]
    assert len(set(marks)) == 8


def test_a_text_is_large_enough_in_print(folder: Path) -> None:
    canvas, _ = drawn(read(folder, records()))
    assert min(text.get_fontsize() for text in boxes(canvas)) >= SMALLEST


@pytest.mark.parametrize("scheme", GROUNDS)
def test_the_lines_of_others_stand_out_from_the_page(scheme: str) -> None:
    assert contrast(rgb(style.OTHER_COLOUR), rgb(GROUNDS[scheme])) >= LINE


@given(low=st.floats(1e-9, 1e9), ratio=st.floats(1.1, 1e6))
def test_the_ticks_hold_the_values_between_them(low: float, ratio: float) -> None:
    found = benchmark_figure.ticks(low, low * ratio)
    assert found[0] <= low < found[1]
    assert found[-2] < low * ratio <= found[-1] or len(found) == 2
    assert all(1.9 < after / before < 2.6 for before, after in pairwise(found))


@pytest.mark.parametrize("scale", [1e-9, 1, 1e9])
def test_seconds_of_any_size_are_drawn_with_few_ticks(folder: Path, scale: float) -> None:
    others = {"JAX": [scale, 2.0]}
    engines = {"NumPy engine": [scale, 1.0], "compiled engine": [scale, 1.0]}
    ones = [1, 1]
    content = records(others, engines=engines, sizes=[1, 10**9], floors=ones, sparse_floors=ones)
    _, axes = drawn(read(folder, content))
    assert 2 <= len(axes.get_yticks()) <= benchmark_figure.MOST_TICKS


def test_the_svg_is_the_same_each_time_and_its_text_is_text(folder: Path) -> None:
    path = written(folder, records())
    for name in ("a", "b"):
        benchmark_figure.write(path, folder / f"{name}.svg")
    first = (folder / "a.svg").read_bytes()
    assert first == (folder / "b.svg").read_bytes()
    texts = set(re.findall(r"<text[^>]*>([^<]+)</text>", first.decode()))
    assert {FLOOR, SPARSE_FLOOR, *ENGINES, *OTHERS} <= texts
    assert not re.search(r"<dc:date>|Matplotlib v", first.decode())


LINK, SVG = "{http://www.w3.org/1999/xlink}href", "{http://www.w3.org/2000/svg}"


def test_each_row_of_the_data_has_its_mark_and_a_frame_in_its_middle(folder: Path) -> None:
    others = OTHERS | {"JAX": (None, 1.05, None, 0.4)}
    path = written(folder, records(others))
    benchmark_figure.write(path, folder / catalogue.drawing(benchmarks.FIGURE))
    plot = speed.build(path, folder).plot
    places = {}
    for group in ET.fromstring(plot.svg).iter(f"{SVG}g"):
        if re.fullmatch(r"panel-\d+-mark|frame-\d+", group.get("id", "")):
            (use,) = group.iter(f"{SVG}use")
            places[group.get("id")] = float(use.attrib["x"]), float(use.attrib["y"])
    assert len(places) == 2 * len(plot.data.rows) == 2 * 30
    assert [row.panel for row in plot.data.rows] == list(range(30))
    assert all(places[f"panel-{k}-mark"] == places[f"frame-{k}"] for k in range(30))
    seconds = [math.log(row.values[0].number or 0) for row in plot.data.rows]
    heights = [places[f"panel-{row.panel}-mark"][1] for row in plot.data.rows]
    slope, start = np.polyfit(seconds, heights, 1)
    assert slope < 0
    assert heights == pytest.approx(start + slope * np.array(seconds), abs=0.01)
    assert {row.heads[0].number: places[f"frame-{row.panel}"][0] for row in plot.data.rows}.keys() == set(SIZES)


# --- Labels that are moved apart


@given(
    places=st.lists(st.floats(0, 100) | st.sampled_from([0.0, 50.0, 100.0]), max_size=9),
    gap=st.floats(0.5, 30),
)
def test_places_are_set_apart_within_the_limits_in_their_order(places: list[float], gap: float) -> None:
    moved = apart(places, gap, (0, 100))
    kept = min(gap, 100 / max(len(places) - 1, 1))
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in moved)
    assert all(after - before >= kept - 1e-6 for before, after in pairwise(sorted(moved)))
    for one, other in pairwise(sorted(range(len(places)), key=lambda k: (places[k], -k))):
        assert moved[one] <= moved[other]
    if all(after - before >= gap for before, after in pairwise(sorted(places))):
        assert moved == pytest.approx(places)


@given(st.lists(st.floats(20, 80), min_size=1, max_size=6), st.floats(1, 8), st.data())
def test_no_other_places_are_nearer(places: list[float], gap: float, data: st.DataObject) -> None:
    moved = apart(places, gap, (0, 100))
    step = data.draw(st.lists(st.floats(-1, 1), min_size=len(places), max_size=len(places)))
    other = [place + by for place, by in zip(moved, step, strict=True)]
    order = sorted(range(len(places)), key=lambda k: (places[k], -k))
    allowed = all(other[b] - other[a] >= gap for a, b in pairwise(order)) and all(0 <= each <= 100 for each in other)

    def moves(found: list[float]) -> float:
        return sum((a - b) ** 2 for a, b in zip(found, places, strict=True))

    assert not allowed or moves(moved) <= moves(other) + 1e-6


# --- What the page says


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_results(tmp_path_factory.mktemp("speed") / "results")
    sealed.write_text(folder / "figures/speed/benchmark.svg", PLACEHOLDER)
    return folder


def page(results: Path, content: Any, medium: report.Medium = "screen") -> str:
    path = None if content is None else written(results, content)
    return report.render(context.build(results, "Title", "Author", (), benchmark=path), TEMPLATES, medium)


def tell(results: Path, content: Any) -> Passage:
    """The section's words."""
    return sections.text("speed", speed=speed.build(written(results, content), results / "figures"))


def test_without_the_file_there_is_no_section_and_no_word_of_it(results: Path) -> None:
    for medium in ("screen", "print"):
        html = page(results, None, medium)
        assert "Speed of training" not in html
        assert "benchmark" not in html


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_with_the_file_the_section_is_a_part_of_a_sound_page(results: Path, medium: report.Medium) -> None:
    html = page(results, records(), medium)
    outline = Outline(html)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert outline.unnamed == []
    assert html.index("To rebuild</") < html.index('id="section-appendix-speed"')
    numbers = [int(n) for n in re.findall(r">Figure R(\d+)\.</a>", html)]
    assert numbers == list(range(1, len(numbers) + 1))
    body = html[html.index('id="figure-benchmark"') :]
    assert body.index(f">Figure R{numbers[-1]}.</a> Seconds per epoch by batch size") > 0
    assert "<code>report/benchmark.json</code>" in body
    assert ("by <code>pipeline/figures/benchmark.py</code>" in body) == (medium == "screen")
    assert (body.count("<tr data-panel=") == 32) == (medium == "screen")


def test_what_was_measured_on_what_and_with_what(results: Path) -> None:
    told = tell(results, records())
    assert told.sentence("how long an epoch takes").numbers("any")[-2:] == [48_000, 128]
    with_what = told.sentence("measured on one machine")
    assert with_what.has(r"\(Invented CPU\)")
    assert re.findall(r"(Python|NumPy|BLAS openblas|PyTorch|JAX) ([\d.]+\d)", with_what) == [
        *(("Python", "3.11.2"), ("NumPy", "2.4.6"), ("BLAS openblas", "0.3.30"), ("PyTorch", "2.13.0")),
        ("JAX", "0.9.1"),
    ]
    assert told.sentence("one thread").has("median")
    assert told.sentence("dashed line").has("matrix products")
    assert told.sentence("dotted line").has("without black pixels")


def test_the_second_compilation_is_told_where_it_was_measured(results: Path) -> None:
    assert tell(results, records()).sentence("compiled for this processor").has("AVX2")
    without = [record for record in records() if record["system"] != "compiled engine for AVX2"]
    assert "AVX2" not in tell(results, without)


JUDGED: Group = {
    "faster": r"\bis faster\b",
    "slower": r"\bis slower\b",
    "equal": r"\btakes as long\b",
    "alone": r"\bno other system\b",
}
Verdicts = dict[str, dict[int, Any]]


def verdicts(told: Passage, engine: str = "NumPy engine") -> Verdicts:
    """What is said of an engine at each batch size: the factor and, where they differ, the fastest of the others."""
    found: Verdicts = {}
    subject = ""
    for sentence in told.line("measured on one machine").sentences():
        if named := re.match(r"The (.* engine(?: for AVX2)?) (?:is|takes)\b", sentence):
            subject = named[1]
        for verdict in sentence.words(JUDGED):
            if verdict != "alone" and subject != engine:
                continue
            one = r"(?:([\d.]+) at |\bat |, | and )(?:batch size )?(\d+)(?: \(([^)]*)\))?(?=,|\.$| and )"
            said = re.findall(one, sentence)
            found[verdict] = {int(size): (float(factor or 1), rival or None) for factor, size, rival in said}
    return found


def fastest(told: Passage) -> str | None:
    """The system that is said to be the fastest of the others throughout."""
    match = re.search(r"At every batch size the fastest of the other systems is ([^.]+)\.", told)
    return match[1] if match else None


def of(*factors: float) -> tuple[float, ...]:
    """Seconds that are so many times the NumPy engine's."""
    return tuple(factor * ours for factor, ours in zip(factors, NUMPY, strict=True))


HAND, EAGER, JAX = "PyTorch, by hand", "PyTorch, eager", "JAX"


@pytest.mark.parametrize(
    ("others", "throughout", "said"),
    [
        (OTHERS, None, {"faster": {16: (1.42, HAND), 32: (1.34, HAND), 64: (1.20, HAND), 128: (1.05, JAX)}}),
        (
            {JAX: of(2, 1.25, 12.345, 1.006), EAGER: of(3, 3, 100, 3)},
            JAX,
            {"faster": {16: (2.0, None), 32: (1.25, None), 64: (12.3, None), 128: (1.01, None)}},
        ),
        (
            {JAX: of(0.5, 0.8, 0.99, 0.25)},
            JAX,
            {"slower": {16: (2.0, None), 32: (1.25, None), 64: (1.01, None), 128: (4.0, None)}},
        ),
        (
            {JAX: of(0.5, 2, 2, 2), EAGER: of(3, 1.5, 3, 3)},
            None,
            {"faster": {32: (1.5, EAGER), 64: (2.0, JAX), 128: (2.0, JAX)}, "slower": {16: (2.0, JAX)}},
        ),
        (
            {JAX: of(1, 1.004, 0.997, 2)},
            JAX,
            {"faster": {128: (2.0, None)}, "equal": {16: (1, None), 32: (1, None), 64: (1, None)}},
        ),
        (
            {JAX: (*of(1, 1, 1, 1)[:2], None, None), EAGER: (None, 1.0, 0.23, None)},
            None,
            {"slower": {64: (2.0, EAGER)}, "equal": {16: (1, JAX), 32: (1, JAX)}, "alone": {128: (1, None)}},
        ),
        ({}, None, {"alone": dict.fromkeys((16, 32, 64, 128), (1, None))}),
    ],
    ids=["faster", "faster than one", "slower", "both", "equal", "some missing", "alone"],
)
def test_who_is_faster_is_said_as_it_is(
    results: Path, others: dict[str, Any], throughout: str | None, said: Verdicts
) -> None:
    told = tell(results, records(others))
    assert verdicts(told) == said
    assert fastest(told) == throughout
    if "slower" in said:
        assert ("The NumPy engine is slower" in told) is ("faster" not in said)
    if "equal" in said:
        assert told.sentence("takes as long").number("percent") == 0.5


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_is_told_by_its_own_seconds(results: Path, engine: str) -> None:
    others = {JAX: (2.0, 1.0, None, 0.5)}
    told = tell(results, records(others, engines=dict.fromkeys(ENGINES, (2.0, 1.0, 1.0, 0.5)) | {engine: (1, 2, 1, 2)}))
    said = {"faster": {16: (2.0, JAX)}, "slower": {32: (2.0, JAX), 128: (4.0, JAX)}, "alone": {64: (1, None)}}
    assert verdicts(told, engine) == said
    equal = {"equal": {16: (1, JAX), 32: (1, JAX), 128: (1, JAX)}, "alone": {64: (1, None)}}
    assert all(verdicts(told, other) == equal for other in ENGINES if other != engine)


def test_one_batch_size_is_told_too(results: Path) -> None:
    told = tell(results, records({JAX: [2.0]}, engines=dict.fromkeys(ENGINES, (1.0,)), sizes=[64]))
    assert verdicts(told) == {"faster": {64: (2.0, None if fastest(told) else JAX)}}


@tries(max_examples=40)
@given(content=measured())
def test_each_batch_size_is_judged_once_and_rightly(folder: Path, content: list[dict[str, Any]]) -> None:
    sealed.write_text(folder / catalogue.drawing(benchmarks.FIGURE), PLACEHOLDER)
    told = speed.build(written(folder, content), folder)
    assert {engine.name for engine in told.engines} == {r["system"] for r in content} & set(ENGINES)
    for engine in told.engines:
        judged = {
            gap.batch_size: (sign, gap) for sign in ("faster", "slower", "equal") for gap in getattr(engine, sign)
        }
        sizes = {record["batch_size"] for record in content if record["system"] == engine.name}
        assert sorted([*judged, *(size for size in told.alone if size in sizes)]) == sorted(sizes)
        for size in sizes:
            seconds = {r["system"]: r["seconds_per_epoch"] for r in content if r["batch_size"] == size}
            ours = seconds[engine.name]
            others = {name: seconds[name] for name in seconds if name not in ENGINES}
            assert (size in told.alone) == (not others)
            if others:
                best = min(others.values())
                sign, gap = judged[size]
                assert others[gap.rival] == best
                rightly = {
                    "faster": ours < best,
                    "slower": ours > best,
                    "equal": math.isclose(ours, best, rel_tol=0.006),
                }
                assert rightly[sign]
                assert float(gap.factor) == pytest.approx(max(best / ours, ours / best), rel=0.006)


def test_the_words_for_the_figure_hold_every_number(results: Path) -> None:
    plot = speed.build(written(results, records()), results / "figures").plot
    assert plot.description.startswith("Line chart of the seconds that an epoch takes against the batch size. Batch")
    assert (
        "Batch size 128: NumPy engine 0.380, compiled engine 0.200, compiled engine for AVX2 0.260, "
        "textbook NumPy 1.50, PyTorch, eager 0.500, PyTorch, by hand 0.420, JAX 0.400, scikit-learn 0.660, "
        "matrix products alone 0.300, products without black pixels 0.0600." in plot.description
    )


def test_the_data_are_the_records(results: Path) -> None:
    data = speed.build(written(results, records()), results / "figures").plot.data
    assert (*data.heads, *data.columns) == (
        "Batch size",
        "System",
        "Seconds per epoch",
        "Ratio to compiled engine",
        "Products without black pixels",
    )
    found = {(row.heads[0].number, row.heads[1].text): [value.number for value in row.values] for row in data.rows}
    for record in records():
        size, seconds = record["batch_size"], record["seconds_per_epoch"]
        numbers = [seconds, seconds / COMPILED[SIZES.index(size)], record["sparse_floor_seconds"]]
        assert found.pop((size, record["system"])) == numbers
    assert found == {}
    assert [row.heads[1].number for row in data.rows] == list(range(8)) * 4
    assert [value.text for value in data.rows[3].values] == ["4.10", "13.2", "0.110"]


def test_names_are_text_not_markup(results: Path) -> None:
    facts = speed.build(written(results, records({"<b>&": OTHERS["JAX"]})), results / "figures")
    html = sections.html("speed", sections.page_of(speed=facts))
    assert "<b>&" not in html
    assert "(&lt;b&gt;&amp;)" in html or "systems is &lt;b&gt;&amp;." in html
