"""Values that no sound configuration holds: refused in a line, and what is let through harms no shell and no page."""

import copy
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from configuration import CONFIG_YAML
from conftest import SMALL, copy_project
from fuzz.limits import limits
from fuzz.targets import assert_sets
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from pypdf import PdfReader
from synthetic import TEMPLATES, write_results

from pipeline.check import submissions
from pipeline.config import checks, overrides
from pipeline.config import load as config
from pipeline.errors import InputError
from pipeline.evidence import claims_file
from pipeline.evidence import step as evidence
from pipeline.files import sealed
from pipeline.files.yamlfile import LARGEST, read_yaml
from pipeline.report import context, typesetting
from pipeline.report import render as report
from pipeline.workflow.build import Build
from pipeline.writeup import published

TREE: dict[str, Any] = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8")) | copy.deepcopy(SMALL)
CONFIG = config.load(CONFIG_YAML)
# what a shell, Snakemake, Jinja, HTML, XML, TeX and rich's markup would act on
ACTIVE = (
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    '"; touch canary; "',
    "a && touch canary",
    "{input}",
    "{{ report.title }}",
    "{% raw %}",
    "{",
    "%(message)s",
    "]]>",
    "<script>alert(1)</script>",
    "</title><script>",
    '" onload="alert(1)',
    "<!--",
    "&amp; &#60;",
    "[/red]",
    "[bold]",
    "\\(x\\) $x$ \\input{/etc/passwd}",
    "../../canary",
    "~",
    "*",
    "-rf",
)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every value of a tree."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    made = copy.copy(tree)
    made[path[0]] = replaced(tree[path[0]], path[1:], value)
    return made


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**18, 2**64, 0, -1]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([*ACTIVE, "\ud800", "\uffff", "a\nb", "\x00", "x" * 10_000]),
    st.sampled_from(["e^999", "1e400", "٣", "9" * 40, "9" * 3_000, ".inf", "nan", "010", "1:10", "0x10", "2024-01-01"]),
)
odder = st.recursive(
    odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(places(TREE)), odder), min_size=1, max_size=2))
def test_whatever_stands_in_the_place_of_a_value(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    tree = TREE
    for path, value in changes:
        try:
            tree = replaced(tree, path, value)
        except (LookupError, TypeError):  # the first change took the place away
            continue
    with limits(megabytes=256, seconds=20):
        try:
            found = config.parse(tree, "config.yaml")
        except InputError as error:
            assert all(problem.startswith("config.yaml: ") and problem.isprintable() for problem in error.problems)
            return
    assert_sets(found.title, found.author, found.data.name)
    made = Build(found, tree)
    names = (*made.tables, *made.figures, *made.tests, *found.experiments)
    assert all(re.fullmatch(r"[a-z_]+[a-z0-9_.-]*", name) and len(name) < 100 for name in names), names


def problems(**settings: Any) -> tuple[str, ...]:
    with limits(megabytes=256, seconds=20), pytest.raises(InputError) as caught:
        config.parse(TREE | settings, "config.yaml")
    return caught.value.problems


def test_more_runs_than_anyone_can_train_are_one_line() -> None:
    axis = list(range(1, 301))
    grid = {"learning_rate": axis, "reg": axis, "batch_size": axis, "hidden": axis}
    (line,) = problems(experiments=TREE["experiments"] | {"huge": {"grid": grid}})
    assert line.startswith("config.yaml: experiments: expected at most 100,000 runs, found 16,200,000,016, ")
    assert line.endswith(" 16,200,000,000 of them in 'huge'.")
    many = {f"e{number}": {"single": {}, "replicates": 10_000} for number in range(11)}
    (line,) = problems(experiments=TREE["experiments"] | many)
    assert "found 110,0" in line


def test_as_many_runs_as_the_bound_are_taken() -> None:
    experiments = {"a": {"sweep": {"reg": [number / 10 for number in range(10)]}, "replicates": 10_000}}
    found = config.parse(TREE | {"experiments": experiments, "tables": {}}, "config.yaml")
    assert sum(len(each.configurations) * each.replicates for each in found.experiments.values()) == checks.MOST_RUNS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("title", "a\nb"),
        ("title", "\x1b[31m"),
        ("title", "\ud800"),
        ("title", "\uffff"),
        ("title", "x" * 201),
        ("author", "a\u2028b"),
        ("epochs", "1e300"),
        ("epochs", 10**18),
        ("defaults", TREE["defaults"] | {"learning_rate": "9" * 400}),
        ("defaults", TREE["defaults"] | {"learning_rate": f"0.{'1' * 100_000}x"}),
    ],
)
def test_a_value_that_would_fail_later_is_refused_at_once(key: str, value: Any) -> None:
    (line,) = problems(**{key: value})
    assert line.isprintable()
    assert len(line) < 300


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x [*x]\n", "line 1, column 8: expected YAML, found: *x inside &x."),
        ("".join(f"{n}: &a{n} [{f'*a{n - 1}, ' * 10}]\n" for n in range(1, 9)).replace("*a0", "1"), "100,000 values"),
        (f"a: {'[' * 50_000}", "more than 20 levels"),
        ("~: x\n", "'~' as a key, which is no text"),
        ("? [a]\n: b\n", "a list or a mapping as a key, which is no text"),
        ("a: !!set {b}\n", "the tag !!set"),
    ],
)
def test_a_hostile_file_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with limits(megabytes=128, seconds=20), pytest.raises(InputError) as caught:
        config.load(path)
    (problem,) = caught.value.problems
    assert line in problem
    assert problem.isprintable()


def test_a_mapping_that_is_merged_may_override_what_it_merges(tmp_path: Path) -> None:
    """PyYAML merges into an inner mapping before it constructs that."""
    path = tmp_path / "config.yaml"
    path.write_text("outer: {inner: &m {<<: {c: 1, d: 3}, c: 2}}\nlast: {<<: *m, d: 4}\n")
    assert read_yaml(path) == {"outer": {"inner": {"c": "2", "d": "3"}}, "last": {"c": "2", "d": "4"}}


@pytest.mark.parametrize("reading", ["config", "published"])
def test_what_is_no_file_is_one_line(tmp_path: Path, reading: str) -> None:
    made = {name: tmp_path / f"{name}.yaml" for name in ("pipe", "folder", "loop", "large")}
    os.mkfifo(made["pipe"])
    made["folder"].mkdir()
    made["loop"].symlink_to(made["loop"])
    made["large"].write_text("#" * LARGEST + "\n")
    with limits(megabytes=64, seconds=5):
        for path in (*made.values(), Path("/dev/zero"), tmp_path / ("x" * 300), tmp_path / "a\0b"):
            with pytest.raises(InputError) as caught:
                config.load(path) if reading == "config" else published.load(path, CONFIG)
            (line,) = caught.value.problems
            assert line.isprintable()


def test_a_name_that_no_file_can_have_is_one_line() -> None:
    for name in ("x" * 300, "a\0b", "a\n" * 200):
        with pytest.raises(InputError) as caught:
            submissions.find(name)
        (line,) = caught.value.problems
        assert line.isprintable()


def test_folders_that_contain_themselves_end(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "a.yaml").write_text("x")
    assert submissions.find(str(tmp_path))[-1] == tmp_path / "a.yaml"


def test_a_list_of_many_mappings_is_checked_in_linear_time(tmp_path: Path) -> None:
    """jsonschema's own uniqueItems compares them pair by pair, for hours."""
    path = tmp_path / "a.yaml"
    table = f"{{name: A, columns: [{{hidden: 64}}], rows: [{{metric: [{'{a: 1}, ' * 8_000}], printed: [0.9]}}]}}"
    path.write_text(f"title: A\ndata: MNIST\ntables: [{table}]\n")
    with limits(megabytes=512, seconds=10), pytest.raises(InputError) as caught:
        published.load(path, CONFIG)
    assert all(len(line) < 500 for line in caught.value.problems)


# --- The command line


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("epochs=abc", 'epochs: expected a whole number from 1 to 1000000000, found "abc".'),
        ("epochs=1e999", 'epochs: expected a whole number from 1 to 1000000000, found "1e999".'),
        ("epochs=nan", 'found "nan".'),
        (f"epochs={'9' * 5000}", 'found "999'),
        ("epochs=", "epochs: expected a whole number from 1 to 1000000000, found an empty value."),
        ("replicates=[", "--config replicates, line "),
        ("title=a: b: c", "--config title, line 1, column 5: expected YAML, found: "),
        ("title=&x [*x]", "--config title, line 1, column 5: expected YAML, found: *x inside &x."),
        (
            "data={name: 1, name: 2}",
            "--config data, line 1, column 11: expected YAML, found: the key 'name' a second time",
        ),
        (f"title={'[' * 50_000}", "more than 20 levels"),
        ("title=\ud800", "--config title: expected YAML, found: "),
        ("source=!!python/name:os.system", "the tag !!python/name:os.system"),
        ("__class__=1", "found '__class__'."),
        ("a\nb=1", r"found 'a\nb'."),
        ("experiments=5", "experiments: expected a list of one to 1000 named experiments, found 5."),
        ("experiments={../../x: {single: {}}}", "expected a name of lower-case letters"),
        ("experiments={'a;touch canary': {single: {}}}", "expected a name of lower-case letters"),
        ("data={files: {training_labels: {name: ../../x}}}", "expected a file name without folders"),
    ],
)
def test_odd_overrides_are_lines(entry: str, line: str) -> None:
    with limits(megabytes=256, seconds=20), pytest.raises(InputError) as caught:
        config.load(CONFIG_YAML, overrides.read([], [entry]))
    assert all(problem.isprintable() for problem in caught.value.problems)
    assert any(line in problem for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("title", ["2024", "2024-13-45", "010", "yes", "1:10", "a=b", "a b", "it's"])
def test_a_title_is_a_text_whatever_it_looks_like(title: str) -> None:
    assert config.load(CONFIG_YAML, overrides.read([], [f"title={title}"])).title == title


# what the report is made from, for the configuration of the folder
REPORT_INPUTS = """
from pathlib import Path
from pipeline.workflow.build import IN_PLACE, Build
from pipeline.figures.catalogue import drawing
build = Build.open(IN_PLACE)
figures = (f"results/figures/{drawing(name)}" for name in build.shown_figures)
print("results/histories.csv", *build.crate_results, *build.pictures, *figures)
"""


def snakemake(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *arguments]
    return subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, timeout=300
    )


def test_title_and_author_reach_the_report_step_as_they_are(tmp_path: Path) -> None:
    """The only texts of config.yaml that stand in a command line: Snakemake formats it, and a shell reads it."""
    copy_project(tmp_path)
    text = " ".join(ACTIVE)[:200]
    tree = TREE | {"title": text, "subtitle": text[1:], "author": text[::-1], "data": TREE["data"] | {"name": text}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True))
    marker = tmp_path / "seen"
    # in place of the report step, one that says what it was given
    (tmp_path / "pipeline/report/render.py").write_text(
        "import sys\nfrom pathlib import Path\n"
        f"Path({str(marker)!r}).write_text(sys.argv[sys.argv.index('--title-block') + 1])\n"
        "output = Path(sys.argv[sys.argv.index('--output') + 1])\n"
        "output.write_text('')\n"
        "output.with_name('SHA256SUMS').write_text('')\n"
    )
    (tmp_path / "pipeline/report/specimen.py").write_text("")  # which would set it with the report's code
    inputs = subprocess.run(
        [sys.executable, "-c", REPORT_INPUTS], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for name in inputs.stdout.split():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).with_name("SHA256SUMS").touch()
    rule = ("--allowed-rules", "report", "--quiet", "--printshellcmds", "results/report/html/report.html")
    ended = snakemake(tmp_path, *rule)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert yaml.safe_load(marker.read_text()) == {"title": text, "subtitle": text[1:], "author": text[::-1]}
    assert not list(tmp_path.rglob("canary*"))
    assert not list(tmp_path.parent.glob("canary*"))


# --- The report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[report.Medium, str]:
    """Both media with hostile texts wherever config.yaml, the printed numbers and the claims may hold texts."""
    folder = tmp_path_factory.mktemp("hostile")
    mark = " ".join(ACTIVE)[:180]
    written = write_results(folder / "results", data=f"D {mark}")
    resolved = json.loads((written / "config.json").read_text())
    resolved["data"] |= {"name": f"D {mark}", "mirrors": ['http://h/"><script>alert(2)</script>']}
    sealed.write_json(written / "config.json", resolved)
    printed = folder / "printed.yaml"
    text = published.FILE.read_text(encoding="utf-8")
    tree = yaml.load(text, Loader=yaml.BaseLoader)
    printed.write_text(yaml.safe_dump(tree | {"title": f"P {mark}"}, allow_unicode=True), encoding="utf-8")
    claims = read_yaml(claims_file.FILE)
    claim = claims["claims"][0]
    claim |= dict.fromkeys(("text", "section"), f"C {mark}")
    claim["tests"][0] |= dict.fromkeys(("what", "supported", "contradicted", "undetermined"), f"C {mark}")
    claimed = folder / "claims.yaml"
    claimed.write_text(yaml.safe_dump(claims, allow_unicode=True), encoding="utf-8")
    evidence.write_all(written, printed, claimed, written / "evidence")
    made = context.build(written, f"T {mark}", f"A {mark}", ())
    return {medium: report.render(made, TEMPLATES, medium) for medium in ("screen", "print")}


class Reader(HTMLParser):
    """The elements, attributes and texts of a page as a browser takes them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.texts += [value or "" for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_no_text_of_the_configuration_is_markup(page: dict[report.Medium, str], medium: report.Medium) -> None:
    read = Reader(page[medium])
    mark = " ".join(ACTIVE)[:180]
    assert read.tags["script"] == (1 if medium == "screen" else 0)
    assert read.tags["title"] == 1 + page[medium].count("<title>") - 1
    assert not {name for name in read.attributes if name.startswith("on")}
    shown = "\n".join(read.texts)
    for kind in "TAD":
        assert f"{kind} {mark}" in shown, kind
    assert "alert(2)" in shown


def test_the_metadata_of_the_pdf_hold_title_and_author_as_they_are() -> None:
    """As its dictionary and its XML say them."""
    title, author = (f"{kind} {' '.join(ACTIVE)}" for kind in "TA")
    head = f'<title>{escape(title)}</title><meta name="author" content="{escape(author)}">'
    pdf = typesetting.to_pdf(f'<html lang="en"><head>{head}</head><body><p>x</p></body></html>')
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (title, author)
    described: Any = reader.trailer["/Root"]
    assert title in "".join(ElementTree.fromstring(described["/Metadata"].get_data()).itertext())
