"""The report: templates and context become one HTML file, or a PDF set from the same templates."""

import argparse
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.cli.arguments import TITLE_BLOCK
from pipeline.cli.console import run_step
from pipeline.config.metrics import METRICS
from pipeline.environment import modules, software
from pipeline.environment.software import Package
from pipeline.experiments import labels
from pipeline.figures.style import custom_properties
from pipeline.files.sealed import write_bytes, write_text
from pipeline.report import context as report_context
from pipeline.report import formulas, svg
from pipeline.report.fonts import font_faces
from pipeline.report.formulas import Medium
from pipeline.report.references import Numbering
from pipeline.report.typesetting import to_pdf
from pipeline.report.views import typography, wording
from pipeline.report.views.blocks import Plot

STYLES: dict[Medium, tuple[str, ...]] = {
    "screen": ("page.css", "provenance.css", "screen.css", "figure.css", "evidence.css", "speed.css"),
    "print": ("page.css", "provenance.css", "print.css", "evidence.css", "speed.css"),
}
SCRIPTS = ("contents.js", "figure.js")
FONTS = "/* the fonts */"
ADDED = "\u2010\u2022"  # hyphens at line ends, the bullets of lists


def render(context: object, templates: Path, medium: Medium, page: str = "report.html.j2") -> str:
    """A page as HTML for one medium; its template knows the context as `report`.

    Raises InputError for a missing formula or an unknown reference.
    """
    numbering = Numbering()
    document = environment(templates, medium, numbering).get_template(page)
    script = Markup("\n".join((templates / name).read_text(encoding="utf-8") for name in SCRIPTS))  # noqa: S704 - our own scripts
    styles = _styles(templates, medium)
    text = ""
    for _ in numbering.passes():
        text = document.render(report=context, medium=medium, styles=styles, script=script)
    return text.replace(FONTS, font_faces(_characters(text)), 1)


def environment(templates: Path, medium: Medium, numbering: Numbering) -> Environment:
    """What the templates know: formulas, numbers of sections, tables and figures, and the filters.

    Raises InputError for a missing formula.
    """
    lock = formulas.load(templates / "formulas.json")
    lock.check(templates)
    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=[formulas.TexExtension],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["power"] = labels.is_power
    lock.install(made, numbering, medium)
    made.filters |= {
        "cell": wording.cell,
        "listing": wording.listing,
        "points": wording.points,
        "gap": wording.gap,
        "epochs": wording.epochs,
        "counted": labels.counted,
        "power_above": wording.power_above,
        "metric": lambda name: METRICS[name].title,
        "configuration": wording.configuration,
        "label": typography.label,
        "symbol": typography.symbol,
        "words": labels.words,
        "powers": typography.powers,
        "capitalized": typography.capitalized,
        "value": typography.value,
        "decimal": typography.decimal,
        "title_of": labels.title,
        "path": modules.path,
        "place": lambda plot: _place(plot, medium),
    }
    return made


def _place(plot: Plot, medium: Medium) -> Markup:
    if medium == "screen":
        return svg.inline(plot.svg, plot.name, plot.description)
    return svg.image(plot.svg, plot.description)


def _styles(templates: Path, medium: Medium) -> Markup:
    parts = [(templates / name).read_text(encoding="utf-8") for name in STYLES[medium]]
    colours = [custom_properties()] if medium == "screen" else []
    return Markup("\n".join([FONTS, *parts, *colours]))  # noqa: S704 - our own style sheets


def _characters(html: str) -> str:
    """The characters that the page can show, those that setting it adds among them."""
    return "".join(sorted(set(unescape(html)) | set(map(chr, range(32, 127))) | set(ADDED)))


def write(
    medium: Medium,
    results: Path,
    templates: Path,
    output: Path,
    *,
    title: str,
    author: str,
    packages: Sequence[Package],
    benchmark: Path | None,
    published: Path,
) -> None:
    """Build the report for one medium and write it to `output`."""
    html = render(
        report_context.build(results, title, author, packages, benchmark=benchmark, printed=published),
        templates,
        medium,
    )
    if medium == "screen":
        write_text(output, html)
        return
    write_bytes(output, to_pdf(html))


def main() -> None:
    """Command line of the report step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=["html", "pdf"])
    parser.add_argument("--title-block", required=True, type=TITLE_BLOCK, help="title and author, as JSON")
    parser.add_argument("--results", required=True, type=Path, help="folder of the results")
    parser.add_argument("--templates", required=True, type=Path, help="folder of the templates")
    parser.add_argument("--lock", required=True, type=Path, help="the lock whose packages the appendix lists")
    parser.add_argument("--project", required=True, type=Path, help="pyproject.toml")
    parser.add_argument("--published", required=True, type=Path, help="the write-up's printed numbers")
    parser.add_argument("--benchmark", nargs="?", type=Path, help="what make bench measured, if there is any")
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    medium: Medium = "screen" if a.format == "html" else "print"

    def step() -> None:
        packages = software.installed(a.lock, a.project)
        sources = {"packages": packages, "benchmark": a.benchmark, "published": a.published}
        write(medium, a.results, a.templates, a.output, **sources, **a.title_block)

    run_step(step, a.log)


if __name__ == "__main__":
    main()
