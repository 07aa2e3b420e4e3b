"""The pages of a check, one about each file, to be handed to who wrote it, and an overview of all, with their data.

    results/check/index.html, overview.json      the whole check
    results/check/pages/NAME.html, NAME.json     a file, by its name below the folder that was given

A page is one HTML file in the style of the report, which asks for nothing else. What does not change is not written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.analysis.intervals import LEVEL
from pipeline.check import overview, record
from pipeline.check.overview import FileLine, Overview
from pipeline.check.printout import Checked
from pipeline.check.protocols import held_out
from pipeline.check.record import Counts, Number
from pipeline.config.metrics import DIGITS, METRICS
from pipeline.config.quantity import written
from pipeline.config.settings import Configuration
from pipeline.environment.modules import ROOT
from pipeline.experiments import labels
from pipeline.figures.fonts import font_faces
from pipeline.figures.style import custom_properties
from pipeline.files.sealed import discard, holds, write_text
from pipeline.files.typed_json import encode
from pipeline.writeup.published import RATE

FOLDER = Path("results/check")
TEMPLATES = ROOT / "templates"
STYLES = ("page.css", "provenance.css", "screen.css", "check/check.css")
# What the pages embed of their typefaces: Western and Central European letters, and the signs that the templates have.
CHARACTERS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180)))) + "–—‘’“”…−•‐ηλ"
LONGEST = 200  # bytes of a part of a name; file systems take 255
MOST_TABLES = 6  # that have a column of their own in the overview
MOST_FAILING = 25  # lines there


def write(checked: Sequence[Checked], bad: Mapping[Path, Sequence[str]], root: Path) -> Path:
    """Write the pages and the data of a check of the file or folder `root`; the path of the overview page.

    `bad` are the files that could not be judged, with a line for each mistake; their pages of earlier checks go.
    """
    names = page_names([*(each.path for each in checked), *bad], root)
    for path in bad:
        for suffix in (".html", ".json"):
            discard(FOLDER / f"{names[path]}{suffix}")
    files = {}
    for each in sorted(checked, key=lambda each: each.path):
        name = names[each.path]
        found = files[f"{quote(name)}.html"] = record.of(each)
        _update(FOLDER / f"{name}.json", encode(found))
        _update(FOLDER / f"{name}.html", _render("feedback.html.j2", file=found, tables=tables(found.numbers)))
    together = overview.of(files, bad)
    _update(FOLDER / "overview.json", encode(together))
    index = FOLDER / "index.html"
    shown = columns(together)
    _update(
        index,
        _render(
            "overview.html.j2",
            check=together,
            columns=shown,
            others=any(rest(file, shown).all for file in together.files),
            pages={file.path: file.page for file in together.files},
            most=MOST_FAILING,
        ),
    )
    return index


def page_names(paths: Iterable[Path], root: Path) -> dict[Path, str]:
    """The name of each file's page without suffix, all different where upper and lower case are not told apart.

    It is the file's path without .yaml, from the current folder or from the one that holds the folder given as `root`,
    with another sign for what could lead elsewhere or be no name on some system. So a file keeps its name, whatever
    comes beside it and in whichever folder it is given, but for such signs.
    """
    names: dict[Path, str] = {}
    taken: set[str] = set()
    for path in sorted(set(paths)):
        below = _below(path, root)
        folders = [_component(each.replace(".", "_")) for each in below.parts[:-1]]
        plain = "/".join(["pages", *folders, _component(below.name.removesuffix(".yaml"))])
        name, count = plain, 1
        while name.casefold() in taken:
            count += 1
            name = f"{plain}-{count}"
        taken.add(name.casefold())
        names[path] = name
    return names


def _below(path: Path, root: Path) -> Path:
    here, top = Path.cwd(), (root if path != root else root.parent).absolute()
    for folder in (here, top.parent, top, path.absolute().parent):
        if path.absolute().is_relative_to(folder):
            return path.absolute().relative_to(folder)
    return Path(path.name)


def _component(name: str) -> str:
    """A part of a path that is one: with no sign that any system takes for another, not hidden and not too long."""
    kept = "".join(sign if sign.isprintable() and sign not in '/\\:*?"<>|' else "_" for sign in name)
    kept = kept.encode()[:LONGEST].decode(errors="ignore")
    return f"_{kept}" if kept.startswith(".") or not kept else kept


# --- What the templates show


@dataclass(frozen=True)
class Strip:
    """A number among the runs, as places from 0 to 100: the two intervals, the runs, and where it is printed.

    `beyond` is 1 where it is so far above that its mark stands at the end instead, -1 where below, and else 0.
    """

    one_more: tuple[float, float]
    together: tuple[float, float]
    runs: tuple[float, ...]
    printed: float
    beyond: int


def strip(number: Number) -> Strip | None:
    """Where everything stands; None where the runs tell no interval. A number not too far outside moves the scale."""
    if number.interval is None or number.file_interval is None:
        return None
    ends = (number.file_interval.low, number.file_interval.high, *number.values)
    low, high = min(ends), max(ends)
    width = high - low or 10.0**-DIGITS
    if low - width <= number.value <= high + width:
        low, high = min(low, number.value), max(high, number.value)
    low, high = low - 0.1 * (high - low or width), high + 0.1 * (high - low or width)

    def place(value: float) -> float:
        return round(100 * (min(max(value, low), high) - low) / (high - low), 1)

    return Strip(
        one_more=(place(number.interval.low), place(number.interval.high)),
        together=(place(number.file_interval.low), place(number.file_interval.high)),
        runs=tuple(map(place, number.values)),
        printed=place(number.value),
        beyond=(number.value > high) - (number.value < low),
    )


@dataclass(frozen=True)
class Row:
    """A number in a table of a page; `anchor` is what a link to it names."""

    anchor: str
    number: Number
    strip: Strip | None


def tables(numbers: Iterable[Number]) -> dict[str, list[tuple[str, list[Row]]]]:
    """The numbers by table, and in each by metric, in the order of the file."""
    rows = [Row(f"number-{count}", number, strip(number)) for count, number in enumerate(numbers, start=1)]
    found: dict[str, list[tuple[str, list[Row]]]] = {}
    for (table, metric), of in groupby(rows, key=lambda row: (row.number.table, row.number.metric)):
        found.setdefault(table, []).append((metric, list(of)))
    return found


def columns(check: Overview) -> list[str]:
    """The tables that have a column in the overview: all if they are few, else those that most files have."""
    files: dict[str, int] = {}
    for file in check.files:
        for table in file.tables:
            files[table] = files.get(table, 0) + 1
    if len(files) <= MOST_TABLES:
        return [*files]
    most = sorted((name for name in files if files[name] > 1), key=lambda name: -files[name])[: MOST_TABLES - 1]
    return [name for name in files if name in most]


def rest(file: FileLine, shown: Sequence[str]) -> Counts:
    """How the numbers of a file fared in all tables but some."""
    others = [vars(counts).values() for table, counts in file.tables.items() if table not in shown]
    return Counts(*map(sum, zip(*others, strict=True)))


# --- Rendering


def _update(path: Path, text: str) -> None:
    if not holds(path, text):
        write_text(path, text)


def _render(template: str, **context: Any) -> str:
    return _environment().get_template(template).render(styles=_styles(), **context)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / "check"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["level"] = f"{LEVEL:g}"
    made.filters |= {
        "metric": _metric,
        "column": _column,
        "number": lambda value: labels.minus(f"{value:.{DIGITS}f}"),
        "tenths": lambda value: f"{value:.1f}",
        "counted": labels.counted,
        "settings": _settings,
        "rest": rest,
        "as_value": _as_value,
        "held_out": held_out,
    }
    return made


@cache
def _styles() -> Markup:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES]
    return Markup("\n".join([font_faces(CHARACTERS), *parts, custom_properties()]))  # noqa: S704 - our own style sheets


def _metric(name: str) -> str:
    """'Testing accuracy', 'Testing accuracy, rate of change'."""
    metric, rate, _ = name.partition(RATE)
    return METRICS[metric].title + (f",{rate}" if rate else "")


def _column(name: str) -> str:
    """'learning rate 0.1' for learning_rate 0.1."""
    return name.replace("_", " ")


def _settings(configurations: Iterable[Configuration]) -> str:
    """'learning rate 0.1, batch size 64'; those of a rate of change one after the other."""
    return "; ".join(
        ", ".join(f"{_column(name)} {written(value)}" for name, value in vars(each).items()) for each in configurations
    )


def _as_value(number: Number) -> str:
    """The value of a number that is written otherwise: 0.9450 for 94.50%; else nothing."""
    return "" if repr(number.value) in number.printed else f"{number.value:.{DIGITS}f}"
