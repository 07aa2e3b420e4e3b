"""The report: templates and context become one HTML file, or a PDF set from the same templates."""

import re
from html import unescape
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.cli.command_line import command
from pipeline.config.metrics import METRICS
from pipeline.config.settings import TitleBlock
from pipeline.environment import modules, software
from pipeline.experiments import labels
from pipeline.figures.fonts import font_faces
from pipeline.figures.style import custom_properties
from pipeline.files.sealed import write_bytes, write_text
from pipeline.report import context as report_context
from pipeline.report import formulas, svg
from pipeline.report.formulas import Medium
from pipeline.report.references import Numbering
from pipeline.report.typesetting import to_pdf
from pipeline.report.views import typography, wording
from pipeline.report.views.blocks import Plot

STYLES: dict[Medium, tuple[str, ...]] = {
    "screen": (
        "page.css",
        "front.css",
        "provenance.css",
        "screen.css",
        "figure.css",
        "evidence.css",
        "pictures.css",
        "speed.css",
    ),
    "print": ("page.css", "front.css", "provenance.css", "print.css", "evidence.css", "pictures.css", "speed.css"),
}
SCRIPTS = ("contents.js", "figure.js")
FONTS = "/* the fonts */"
ADDED = "\u2010\u2022"  # hyphens at line ends, the bullets of lists
SPACE_BEFORE_LINK = re.compile(r"(?<=[^\s>])\s+(?=<a )")


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
    if medium == "print":  # or WeasyPrint may end a line after the first word of a text before a link
        text = SPACE_BEFORE_LINK.sub("<span> </span>", text)
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
        "won": wording.won,
        "interval": wording.interval,
        "minus": labels.minus,
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
        "plain": typography.plain,
        "breakable": typography.breakable,
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
    format: Literal["html", "pdf"],
    /,
    *,
    title_block: TitleBlock,
    results: Path,
    templates: Path,
    lock: Path,
    project: Path,
    output: Path,
    benchmark: Path | None = None,
) -> None:
    """Build the report from a folder of results, as HTML or as PDF.

    `lock` and `project` tell which packages the appendix lists, `benchmark` is what make bench measured, if anything.
    """
    packages = software.installed(lock, project)
    head = title_block.title, title_block.author
    context = report_context.build(results, *head, packages, benchmark, subtitle=title_block.subtitle)
    if format == "html":
        write_text(output, render(context, templates, "screen"))
    else:
        write_bytes(output, to_pdf(render(context, templates, "print")))


main = command(write)

if __name__ == "__main__":
    main()
