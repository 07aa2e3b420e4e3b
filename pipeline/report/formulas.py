r"""Formulas in templates, written as TeX: `\( x^2 \)`, and numbered displays with `\eqref`.

Simple inline TeX becomes text, which can be searched and copied. All other TeX is drawn ahead of
time by the Node.js program in tools/formulas (MathJax) into a lock file, so that building the
report needs no Node.js. `python -m pipeline.report.formulas` brings the lock file up to date.
"""

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup

from pipeline.cli.console import run_step
from pipeline.errors import InputError, RunError
from pipeline.files.atomic import write_json
from pipeline.files.typed_json import decode
from pipeline.report.references import Numbering

TEMPLATES = Path("templates")
LOCK = TEMPLATES / "formulas.json"
RENDERER = Path("tools/formulas")

Medium = Literal["screen", "print"]
Style = Literal["inline", "display"]
_Key = tuple[Style, str]

# The drawing has a box of its own because WeasyPrint fails on a bare image in a grid at the end of a page.
_DISPLAY = Markup(
    '<div class="equation" id="equation-{}"><span class="formula">{}</span> '
    '<a class="number" href="#equation-{}">({})</a></div>'
)

_UPDATE = "Hint: run `make formulas` (needs Node.js)"


# --- TeX in a template's source

_TEX = re.compile(
    r"""
      \\\( (?P<inline>.+?) \\\)
    | \\begin\{equation\} \s* \\label\{(?P<name>[\w-]+)\} (?P<display>.+?) \\end\{equation\}
    | \\eqref\{(?P<target>[\w-]+)\}
    | (?P<stray> \\[()] | \\(?:begin|end)\{equation\} | \\eqref )
    """,
    re.VERBOSE | re.DOTALL,
)


class TexExtension(Extension):
    r"""Lets templates hold TeX: `\(...\)`, `\begin{equation}\label{name}...\end{equation}`, `\eqref{name}`.

    They become calls of `math`, `equation` and `ref`. Raises InputError for TeX that is not closed
    or an equation without a label.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source with calls in place of TeX, on the same lines."""

        def call(match: re.Match[str]) -> str:
            if match["stray"]:
                raise _stray(match, name or "template")
            if match["inline"]:
                return f"{{{{ math({_literal(match['inline'])}) }}}}"
            if match["target"]:
                return f'{{{{ ref("equation", "{match["target"]}") }}}}'
            newlines = "\n" * match[0].partition(r"\label")[0].count("\n")
            return f'{{{{ {newlines}equation("{match["name"]}", {_literal(match["display"])}) }}}}'

        return _TEX.sub(call, source)


def _literal(tex: str) -> str:
    """`tex` as a Jinja string, which may run over several lines."""
    return '"' + tex.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(match: re.Match[str]) -> int:
    return match.string.count("\n", 0, match.start()) + 1


def _stray(match: re.Match[str], template: str) -> InputError:
    return InputError(
        rf"{template}:{_line(match)}: expected \(...\), \eqref{{name}} or "
        rf"\begin{{equation}}\label{{name}}...\end{{equation}}, found a lone {match[0]}"
    )


def _normal(tex: str) -> str:
    return " ".join(tex.split())


class Use(NamedTuple):
    """A formula that needs a drawing, and where it stands: `templates/a.html.j2:12`."""

    style: Style
    tex: str
    place: str


def uses(folder: Path) -> Iterator[Use]:
    """Each formula in the templates under `folder` that needs a drawing."""
    for template in sorted(folder.rglob("*.j2")):
        for match in _TEX.finditer(template.read_text(encoding="utf-8")):
            place = f"{template.as_posix()}:{_line(match)}"
            if match["display"]:
                yield Use("display", _normal(match["display"]), place)
            elif match["inline"] and inline_text(match["inline"]) is None:
                yield Use("inline", _normal(match["inline"]), place)


_LABEL = re.compile(r'\\label\{(?P<static>[\w-]+)\}|\bequation\("(?P<called>[\w-]+)"')


def equation_numbers(template: str) -> dict[str, int]:
    """The numbers of the equations in the source of the report's first section, by label."""
    labels = [match["static"] or match["called"] for match in _LABEL.finditer(template)]
    return {label: number for number, label in enumerate(labels, start=1)}


def equations(template: str) -> dict[str, str]:
    """The TeX of the displayed equations in a template's source, by label, spaces made even."""
    return {match["name"]: _normal(match["display"]) for match in _TEX.finditer(template) if match["display"]}


# --- Simple TeX as text

_SPACE = "\u00a0"  # a formula is not broken at the end of a line
_GREEK = {
    r"\alpha": "α",
    r"\beta": "β",
    r"\gamma": "γ",
    r"\delta": "δ",
    r"\epsilon": "ϵ",
    r"\eta": "η",
    r"\theta": "θ",
    r"\lambda": "λ",
    r"\mu": "μ",
    r"\sigma": "σ",
}
_UPRIGHT = {r"\infty": "∞", r"\partial": "∂", r"\ldots": "…", r"\{": "{", r"\}": "}", ",": f",{_SPACE}"}
_RELATIONS = {
    **{sign: sign for sign in "=<>"},
    r"\leq": "≤",
    r"\le": "≤",
    r"\geq": "≥",
    r"\ge": "≥",
    r"\neq": "≠",
    r"\ne": "≠",
    r"\approx": "≈",
    r"\in": "∈",
    r"\to": "→",
}
_OPERATORS = {"+": "+", "-": "−", r"\pm": "±", r"\cdot": "·", r"\times": "×"}
_NOT_OPERANDS = {*_RELATIONS, *_OPERATORS, "(", "[", r"\{", ","}

_PIECE = re.compile(
    r"""\s*
    (?P<base>
        \\(?P<alphabet>mathbf|mathrm|text)\{(?P<letters>[A-Za-z0-9 ]+)\}
      | \\[A-Za-z]+ | \\[{}] | \d+(?:\.\d+)? | \.\d+ | [A-Za-z=<>+\-,()\[\]/|!]
    ) \s*
    (?: (?P<place>[_^]) \s* (?: (?P<single>\\[A-Za-z]+|[A-Za-z0-9]) | \{(?P<group>(?:[^{}]|\{[^{}]*\})+)\} ) \s* )?
    """,
    re.VERBOSE,
)


def inline_text(tex: str) -> Markup | None:
    r"""Simple inline TeX as HTML text, `\eta_1 = 2` as `<i>η</i><sub>1</sub> = 2`; None if it is not simple."""
    html = _row(tex, _SPACE)
    return None if html is None else Markup(f'<span class="math">{html}</span>')  # noqa: S704 - built from escaped pieces


def sentence(text: str) -> Markup:
    r"""A sentence with simple TeX in \(...\), as HTML."""
    parts = re.split(r"\\\((.+?)\\\)", text)
    return Markup("").join(inline_text(part) or "" if n % 2 else part for n, part in enumerate(parts))


def _row(tex: str, space: str) -> str | None:
    html = ""
    end = 0
    operand = False  # whether a + or - here stands between two operands
    while end < len(tex):
        match = _PIECE.match(tex, end)
        if match is None:
            return None
        base = _base(match, space, operand)
        script = _script(match)
        if base is None or script is None:
            return None
        html += base + script
        end = match.end()
        operand = match["base"] not in _NOT_OPERANDS
    return html.strip(_SPACE) or None


def _base(match: re.Match[str], space: str, operand: bool) -> str | None:
    token = match["base"]
    if match["alphabet"]:
        return f"<b>{match['letters']}</b>" if match["alphabet"] == "mathbf" else match["letters"]
    if token in _RELATIONS:
        return f"{space}{escape(_RELATIONS[token])}{space}"
    if token in _OPERATORS:
        return f"{space}{_OPERATORS[token]}{space}" if operand else _OPERATORS[token]
    if token in _GREEK or token.isalpha():
        return f"<i>{_GREEK.get(token, token)}</i>"
    if token in _UPRIGHT or not token.startswith("\\"):
        return _UPRIGHT.get(token, token)
    return None


def _script(match: re.Match[str]) -> str | None:
    if match["place"] is None:
        return ""
    tex = match["single"] or match["group"]
    content = None if "_" in tex or "^" in tex else _row(tex, space="")  # a script of a script is left to be drawn
    tag = "sub" if match["place"] == "_" else "sup"
    return None if content is None else f"<{tag}>{content}</{tag}>"


# --- The lock file and what is made of it


@dataclass(frozen=True)
class Drawing:
    """A formula as SVG, its size and vertical position in em, and the words to say for it."""

    svg: str
    width: int | float  # as it is written
    height: int | float
    vertical_align: int | float
    speech: str

    def html(self, medium: Medium) -> Markup:
        """An inline <svg> in the colour of the text for the screen, an <img> with alternative text for print."""
        style = f"width: {self.width}em; height: {self.height}em; vertical-align: {self.vertical_align}em"
        if medium == "screen":
            attributes = Markup('<svg class="math" role="img" aria-label="{}" style="{}"').format(self.speech, style)
            return attributes + Markup(self.svg.removeprefix("<svg"))  # noqa: S704 - from our own lock file
        data = base64.b64encode(self.svg.replace("currentColor", "#000").encode()).decode()
        return Markup('<img class="math" src="data:image/svg+xml;base64,{}" alt="{}" style="{}">').format(
            data, self.speech, style
        )


class Lock(TypedDict):
    """What the lock file holds, by style and TeX."""

    display: dict[str, Drawing]
    inline: dict[str, Drawing]


@dataclass(frozen=True)
class Formulas:
    """The drawn formulas by style and TeX."""

    drawings: Mapping[Style, Mapping[str, Drawing]]

    def check(self, templates: Path) -> None:
        """Raise InputError with one problem for each formula in the templates that is missing."""
        missing = [use for use in uses(templates) if use.tex not in self.drawings[use.style]]
        if missing:
            raise InputError(*(_missing(use.tex, use.place) for use in missing))

    def install(self, environment: Environment, numbering: Numbering, medium: Medium) -> None:
        """Set the globals `math`, `equation`, `numbering`, `ref`, `number` and the filter `math` of `environment`.

        `math` and `equation` raise InputError for a formula that is not drawn.
        """

        def math(tex: str) -> Markup:
            return inline_text(tex) or self._drawing("inline", tex).html(medium)

        def equation(name: str, tex: str) -> Markup:
            formula = inline_text(tex) if _normal(tex) not in self.drawings["display"] else None
            formula = formula or self._drawing("display", tex).html(medium)
            return _DISPLAY.format(name, formula, name, numbering.number("equation", name))

        environment.filters["math"] = math
        environment.globals.update(
            math=math, equation=equation, numbering=numbering, ref=numbering.ref, number=numbering.number
        )

    def _drawing(self, style: Style, tex: str) -> Drawing:
        try:
            return self.drawings[style][_normal(tex)]
        except KeyError:
            raise InputError(_missing(tex, "formula")) from None


def _missing(tex: str, place: str) -> str:
    return f"{place}: expected a drawing of {_normal(tex)} in {LOCK.as_posix()}, found none. {_UPDATE}"


def load(path: Path) -> Formulas:
    """Read the lock file; raise InputError if it is missing or is not one."""
    try:
        lock = decode(path.read_bytes(), Lock)
    except OSError as error:
        raise InputError(f"{path}: expected the drawn formulas, found {error.strerror}. {_UPDATE}") from None
    except ValueError as error:
        raise InputError(f"{path}: expected the drawn formulas, found other JSON: {error}. {_UPDATE}") from None
    return Formulas({"display": lock["display"], "inline": lock["inline"]})


# --- Bringing the lock file up to date


def update() -> None:
    """Draw every formula of the templates and write the lock file, which keeps no other.

    Raises RunError if Node.js or its packages cannot be had, InputError for TeX that MathJax rejects.
    """
    places = {(use.style, use.tex): use.place for use in uses(TEMPLATES)}
    _install_packages()
    drawings = _draw(places)
    write_json(LOCK, {style: _of_style(style, drawings) for style in ("display", "inline")})


def _of_style(style: Style, drawings: Mapping[_Key, Drawing]) -> dict[str, Drawing]:
    return {tex: drawings[style, tex] for each, tex in sorted(drawings) if each == style}


def _install_packages() -> None:
    wanted, installed = RENDERER / "package-lock.json", RENDERER / "node_modules/.package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        _run("npm", "ci")


def _draw(places: Mapping[_Key, str]) -> dict[_Key, Drawing]:
    request = [{"tex": tex, "display": style == "display"} for style, tex in places]
    answers = json.loads(_run("node", "render.mjs", json.dumps(request)))
    if errors := [
        (place, answer["error"]) for place, answer in zip(places.values(), answers, strict=True) if "error" in answer
    ]:
        raise InputError(*(f"{place}: expected TeX that MathJax can draw, found: {error}" for place, error in errors))
    return {key: Drawing(**answer) for key, answer in zip(places, answers, strict=True)}


def _run(program: str, argument: str, standard_input: str = "") -> str:
    """Run a program in the renderer's folder and return what it prints; its messages go to ours."""
    path = shutil.which(program)
    if path is None:
        raise RunError(f"{program}: expected it on the PATH, found none. Hint: install Node.js 18 or newer with npm")
    result = subprocess.run(  # noqa: S603 - both arguments are constants
        [path, argument], cwd=RENDERER, input=standard_input, stdout=subprocess.PIPE, encoding="utf-8", check=False
    )
    if result.returncode:
        raise RunError(f"{program} {argument}: expected it to succeed, found exit status {result.returncode}")
    return result.stdout


if __name__ == "__main__":
    run_step(update)
