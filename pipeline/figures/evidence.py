"""The step that draws the figures of the evidence: what the verdicts rest on, and all of them for the first page.

python -m pipeline.figures.evidence --help
"""

from pathlib import Path

from pipeline.cli.command_line import command
from pipeline.evidence import step as evidence
from pipeline.evidence.claims_thresholds import rows
from pipeline.experiments.tidy import read_csv
from pipeline.figures import catalogue, cells, claims, overview, thresholds
from pipeline.figures.drawing import to_svg
from pipeline.figures.style import house_style
from pipeline.files.sealed import write_text


def write(verdicts: Path, mathematics: Path, output: Path) -> None:
    """Draw the folder of the evidence, `verdicts`, with the verdicts of section 1, as output/{name}.svg."""
    found = evidence.read(verdicts)
    files = {name: verdicts / f"{name}.csv" for name in catalogue.EVIDENCE} | {"mathematics": mathematics}
    tables = {title: read_csv(files[file]) for title, file in overview.FILES.items()}
    with house_style():
        figures = {
            catalogue.OVERVIEW: overview.draw(tables),
            catalogue.CELLS: cells.draw(tables["Printed numbers"]),
            catalogue.CLAIMS: claims.draw(found.curves),
            catalogue.THRESHOLDS: thresholds.draw(rows(found.claims)),
        }
        for name, canvas in figures.items():
            write_text(output / f"{name}.svg", to_svg(canvas))


main = command(write)

if __name__ == "__main__":
    main()
