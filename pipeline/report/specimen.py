"""A page with what the report is made of, set before anything is trained: it proves that this machine can.

    python -m pipeline.report.specimen html pdf --output results/specimen.html

The fonts, the templates' styles, a formula, a figure, and for a PDF the code and the rules that set the report.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure as Canvas

from pipeline.cli.command_line import command
from pipeline.cli.console import logger
from pipeline.config.settings import TitleBlock
from pipeline.figures.drawing import to_svg
from pipeline.figures.style import SINGLE, TRAINING, house_style
from pipeline.files.sealed import write_bytes, write_text
from pipeline.report import render as report
from pipeline.report import typesetting
from pipeline.report.views.blocks import Data, Plot, Source

TEMPLATE = "specimen.html.j2"
Format = Literal["html", "pdf"]


@dataclass(frozen=True)
class Specimen:
    """What the template shows: with a figure, the texts of the report that are the user's."""

    texts: tuple[str, ...]
    plot: Plot


def draw() -> Plot:
    """A curve with a formula for a label, in the style of the report's figures."""
    with house_style():
        canvas = Canvas(figsize=SINGLE, layout="constrained")
        axes = canvas.subplots()
        axes.plot([0, 1, 2], [0.5, 0.8, 0.9], color=TRAINING.colour, marker=TRAINING.marker)
        axes.set_xlabel("Epoch")
        axes.set_ylabel("$e^{-1}$")
        svg = to_svg(canvas)
    return Plot("specimen", svg, "A curve.", Data((), (), ()), Source("", ""))


def set_page(formats: Collection[str], texts: Collection[str], templates: Path, output: Path) -> None:
    """Write the page for the screen as `output`, and for pdf among the formats the printed one beside it.

    Raises RunError or InputError if the report could not be set either, for want of a library or of a letter.
    """
    specimen = Specimen(tuple(texts), draw())
    if "pdf" in formats:
        printed = report.render(specimen, templates, "print", TEMPLATE)
        write_bytes(output.with_suffix(".pdf"), typesetting.to_pdf(printed))
    write_text(output, report.render(specimen, templates, "screen", TEMPLATE))


def prove(
    formats: Sequence[Format] = (),
    /,
    *,
    output: Path,
    title_block: TitleBlock | None = None,
    templates: Path = Path("templates"),
) -> None:
    """Set a page with what the report is made of, as html, pdf or both, else as all that can be; `output` is *.html."""
    able = typesetting.formats()
    if not formats and "pdf" not in able:
        logger.warning(typesetting.no_pdf())
    set_page(
        formats or able, [text for text in vars(title_block).values() if text] if title_block else (), templates, output
    )


main = command(prove)

if __name__ == "__main__":
    main()
