"""Which files of the project lie in the crate, the folder report/, and where. Light to import: the Snakefile asks.

The crate holds the report, what it was made from, and every result behind it but the norms of each epoch (norms.csv)
and the drawings, which are in the report. What is copied keeps its path, but for PLACES.
"""

from collections.abc import Iterable
from pathlib import Path

from pipeline.config.settings import Config
from pipeline.figures import catalogue
from pipeline.randomisation import record

ROOT = "report"
METADATA = "ro-crate-metadata.json"
WORKFLOW = "Snakefile"
RULES = "rules"
WRITEUP = ("pipeline/writeup/published.yaml", "pipeline/writeup/claims.yaml")
PLACES = {
    "results/report/html/report.html": "report.html",
    "results/report/pdf/report.pdf": "report.pdf",
    "results/config.json": "config.json",
    "pipeline/writeup/published.yaml": "workflow/published.yaml",
    "pipeline/writeup/claims.yaml": "workflow/claims.yaml",
}
WORKFLOW_FOLDER = "workflow"  # with the Snakefile and rules/


def inputs(config: Config) -> list[str]:
    """What the report is made from besides the configuration: the write-up, where the report speaks of it."""
    return [*WRITEUP] if config.writeup else []


def results(config: Config, tests: Iterable[str]) -> list[str]:
    """The results that are copied to the crate; `tests` are the randomization tests."""
    return [
        "results/data/data.json",
        "results/theory/theory.json",
        "results/pictures/pictures.json",
        "results/selection/selection.json",
        "results/runs.csv",
        "results/histories.csv",
        *(f"results/tables/{name}.csv" for name in catalogue.tables(config)),
        *catalogue.collapse(config),
        *catalogue.verdicts(config),
        catalogue.MATHEMATICS,
        *record.files(tests),
    ]


def place(file: Path, folder: Path = Path("results")) -> str:
    """The path in the crate of a file of the project, whose results are in `folder`.

    >>> place(Path("results/runs.csv")), place(Path("Snakefile")), place(Path("report/benchmark.json"))
    ('results/runs.csv', 'workflow/Snakefile', 'benchmark.json')
    """
    within = "results" / file.relative_to(folder) if file.is_relative_to(folder) else file
    path = within.as_posix()
    if path == WORKFLOW or path.startswith(f"{RULES}/"):
        return f"{WORKFLOW_FOLDER}/{path}"
    return PLACES.get(path, path.removeprefix(f"{ROOT}/"))
