import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from configuration import ROOT
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, FileSystemLoader, StrictUndefined

from pipeline.errors import InputError, RunError
from pipeline.report import formulas
from pipeline.report.formulas import Formulas, TexExtension
from pipeline.report.references import Numbering

PROJECT = ROOT
TEMPLATES = PROJECT / "templates"


def environment(templates: dict[str, str] | None = None) -> Environment:
    loader = FileSystemLoader(TEMPLATES) if templates is None else DictLoader(templates)
    return Environment(loader=loader, extensions=[TexExtension], autoescape=True, undefined=StrictUndefined)


# --- TeX in source

TEX = st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1).filter(
    lambda tex: not re.search(r"\\\)|\\end\{equation\}", tex + r"\)"[:1])
)


@given(TEX)
@example("\"'\\\\\n{{ }} {% %} {# #} é\\\n")
def test_tex_reaches_its_function_unchanged(tex: str) -> None:
    source = f"\\({tex}\\)\n\\begin{{equation}}\n\\label{{name}}{tex}\\end{{equation}}\n\\eqref{{name}}\n{{{{ line }}}}"
    seen: list[str] = []
    jinja = Environment(extensions=[TexExtension], undefined=StrictUndefined)
    jinja.globals.update(
        math=seen.append, equation=lambda name, tex: seen.extend([name, tex]), ref=lambda *key: seen.extend(key)
    )
    jinja.from_string(source).render(line="")
    assert seen == [tex, "name", tex, "equation", "name"]


@given(TEX)
def test_lines_are_kept(tex: str) -> None:
    source = f"\\({tex}\\)\n\\begin{{equation}}\n\n\\label{{name}}{tex}\\end{{equation}}"
    assert TexExtension(Environment()).preprocess(source, None).count("\n") == source.count("\n")


def test_an_error_after_tex_has_the_right_line() -> None:
    source = "\\begin{equation}\n\\label{a}\nx\n\\\\\ny\n\\end{equation}\n{% bad %}"
    with pytest.raises(Exception, match="bad") as caught:
        environment().from_string(source)
    assert getattr(caught.value, "lineno", None) == 7


@pytest.mark.parametrize("stray", [r"\(", r"\)", r"\begin{equation}", r"\end{equation}", r"\eqref"])
def test_unfinished_tex_is_an_error(stray: str) -> None:
    with pytest.raises(InputError, match=r"page:2: expected .* found a lone " + re.escape(stray)):
        environment({"page": f"one\n{stray} two"}).get_template("page")


# --- Inline text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\eta", "<i>η</i>"),
        (r"\eta = e^{-2}", "<i>η</i> = <i>e</i><sup>−2</sup>"),
        (r"5e^{-2}", "5<i>e</i><sup>−2</sup>"),
        (r"w_1 + w_2 \geq -b", "<i>w</i><sub>1</sub> + <i>w</i><sub>2</sub> ≥ −<i>b</i>"),
        (r"b < 0", "<i>b</i> &lt; 0"),
        (r"= 0.5", "= 0.5"),
        (r"f_{\mathrm{OR}}(\mathbf{x})", "<i>f</i><sub>OR</sub>(<b>x</b>)"),
        (r"x_1, x_2 \in \{0, 1\}", "<i>x</i><sub>1</sub>, <i>x</i><sub>2</sub> ∈ {0, 1}"),
        (r"n = 10^4", "<i>n</i> = 10<sup>4</sup>"),
    ],
)
def test_simple_tex_becomes_text(tex: str, text: str) -> None:
    html = formulas.inline_text(tex)
    assert html is not None
    assert html.replace("\u00a0", " ") == f'<span class="math">{text}</span>'


@pytest.mark.parametrize("tex", [r"\frac{1}{2}", "e^{z_i}", "x_i^2", r"\mathbf", r"a \\ b", "x__1", "x'", "", "^2"])
def test_other_tex_is_left_to_be_drawn(tex: str) -> None:
    assert formulas.inline_text(tex) is None


# --- The lock file


def test_a_missing_formula_is_reported_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.html.j2").write_text("\\(x\\)\n\\( \\frac{1}{2} \\)")
    (tmp_path / "b.html.j2").write_text(r"\begin{equation}\label{q} x \end{equation}")
    with pytest.raises(InputError) as caught:
        Formulas({"display": {}, "inline": {}}).check(tmp_path)
    first, second = caught.value.problems
    assert r"a.html.j2:2: expected a drawing of \frac{1}{2}" in first
    assert "b.html.j2:1: expected a drawing of x" in second
    assert first.endswith("Hint: run `make formulas` (needs Node.js)")


def test_a_simple_display_formula_needs_no_drawing() -> None:
    jinja = environment()
    Formulas({"display": {}, "inline": {}}).install(jinja, Numbering(), "screen")
    html = jinja.from_string(r'{{ equation("sum", "0.5 \\cdot 1 - 1 = -0.5 < 0") }}').render()
    assert "0.5\u00a0·\u00a01\u00a0−\u00a01\u00a0=\u00a0−0.5\u00a0&lt;\u00a00" in html
    assert '<div class="equation" id="equation-sum">' in html
    assert '<a class="number" href="#equation-sum">(1)</a>' in html


def test_equations_are_numbered_as_they_stand() -> None:
    source = r"""\begin{equation}\label{a-1} x \end{equation} {{ equation("b", tex) }}
        \begin{equation}\label{c} y \end{equation}"""
    assert formulas.equation_numbers(source) == {"a-1": 1, "b": 2, "c": 3}


def test_a_missing_formula_is_reported_when_rendering() -> None:
    jinja = environment()
    Formulas({"display": {}, "inline": {}}).install(jinja, Numbering(), "screen")
    with pytest.raises(InputError, match="expected a drawing of"):
        jinja.from_string(r"\(\frac{1}{2}\)").render()


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"display": {"x": {}}, "inline": {}}'])
def test_a_bad_lock_file_is_an_input_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "formulas.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match="make formulas"):
        formulas.load(path)


def test_the_lock_file_matches_the_templates() -> None:
    lock = json.loads((TEMPLATES / "formulas.json").read_text(encoding="utf-8"))
    used = {(use.style, use.tex) for use in formulas.uses(TEMPLATES)}
    assert {(style, tex) for style, drawings in lock.items() for tex in drawings} == used
    formulas.load(TEMPLATES / "formulas.json").check(TEMPLATES)


def test_every_drawing_is_plain_svg_with_words() -> None:
    lock = json.loads((TEMPLATES / "formulas.json").read_text(encoding="utf-8"))
    for drawing in (*lock["display"].values(), *lock["inline"].values()):
        assert drawing["svg"].startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="')
        assert "data-" not in drawing["svg"]
        assert drawing["speech"]
        assert not re.search(r"metric|down tack|\d by \d", drawing["speech"])


@pytest.mark.parametrize("tool", ["formulas", "page"])
def test_packages_are_locked_without_addresses(tool: str) -> None:
    lock = json.loads((PROJECT / "tools" / tool / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


# --- Drawing, with a stand-in for Node.js


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/a.html.j2").write_text(r"\(\frac{1}{2}\) \(\sqrt{2}\) \(\frac{1}{2}\)")
    return tmp_path


def test_update_writes_each_formula_once_and_sorted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = {"svg": "<svg/>", "width": 1.0, "height": 1.0, "vertical_align": 0.0, "speech": "words"}
    monkeypatch.setattr(formulas, "_install_packages", lambda: None)
    monkeypatch.setattr(formulas, "_run", lambda *command: json.dumps([drawing for _ in json.loads(command[2])]))
    formulas.update()
    lock = json.loads((project / "templates/formulas.json").read_text())
    assert lock == {"display": {}, "inline": {r"\frac{1}{2}": drawing, r"\sqrt{2}": drawing}}
    assert list(lock["inline"]) == sorted(lock["inline"])


def test_update_names_invalid_tex(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "_install_packages", lambda: None)
    monkeypatch.setattr(formulas, "_run", lambda *command: '[{"error": "one"}, {"error": "two"}]')
    with pytest.raises(InputError) as caught:
        formulas.update()
    assert caught.value.problems == (
        "templates/a.html.j2:1: expected TeX that MathJax can draw, found: one",
        "templates/a.html.j2:1: expected TeX that MathJax can draw, found: two",
    )


@pytest.mark.usefixtures("project")
def test_update_needs_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RunError, match="Hint: install Node"):
        formulas.update()
