"""Which tables and figures a configuration gives rise to, by name."""

import math
from dataclasses import dataclass
from typing import Literal

from pipeline.analysis import ratio
from pipeline.config.settings import Config, Experiment
from pipeline.pictures import record as pictures
from pipeline.randomisation import record as randomisation
from pipeline.training import benchmarks

EVIDENCE = ("cells", "audit", "claims", "tests")  # the CSV files under results/evidence/
MATHEMATICS = "results/theory/mathematics.csv"  # which section 1 alone decides
COLLAPSE = "collapse"  # the figure of collapse.csv, on the two experiments of section 3.2
# the figures of the evidence, which no experiment has: its figures are called {experiment}-...
OVERVIEW, CELLS, CLAIMS, THRESHOLDS = "evidence-overview", "evidence-cells", "claims-curves", "claims-thresholds"
DRAWN_BY = {
    **dict.fromkeys((OVERVIEW, CELLS, CLAIMS, THRESHOLDS), "evidence"),
    **dict.fromkeys(map(pictures.figure, pictures.NAMES), "pictures"),
    COLLAPSE: "collapse",
    randomisation.FIGURE: "randomisation",
    benchmarks.FIGURE: "speed",
}
MOST_PANELS = 24  # in one figure

FigureKind = Literal["accuracy", "loss", "grid", "ratio"]


@dataclass(frozen=True)
class Figure:
    """One figure: curves of some configurations of an experiment (a panel each), or a grid's heat maps or ratios.

    `panels` are positions in the experiment's configurations.
    """

    name: str
    kind: FigureKind
    experiment: str
    panels: tuple[int, ...]


def verdicts(config: Config) -> list[str]:
    """The files on what the write-up prints and claims; none where the report leaves it out."""
    evidence = ["evidence.json", *(f"{name}.csv" for name in EVIDENCE)]
    files = ["results/recovery/recovery.json", *(f"results/evidence/{name}" for name in evidence)]
    return files if config.writeup else []


def verdict_figures(config: Config) -> list[str]:
    """The figures of those files."""
    return [OVERVIEW, CELLS, CLAIMS, THRESHOLDS] if config.writeup else []


def drawing(name: str) -> str:
    """The file of a figure, below results/figures: each step that draws has a folder of its own.

    >>> drawing("learning_rates-1"), drawing(CELLS)
    ('experiments/learning_rates-1.svg', 'evidence/evidence-cells.svg')
    """
    return f"{DRAWN_BY.get(name, 'experiments')}/{name}.svg"


def tables(config: Config) -> list[str]:
    """The names of the CSV files under results/tables/."""
    shown = config.tables
    names = ["summary", "curves"]
    if shown.learning_rates:
        names += ["learning_rates"] + (["rate_of_change"] if shown.learning_rates.rate_of_change else [])
    if shown.regularization:
        names += ["regularization"]
    if shown.tuning:
        names += ["tuning", "search_space"]
    return names


def figures(config: Config) -> dict[str, Figure]:
    """Every figure of the report by name."""
    found: list[Figure] = []
    for sweep in sweeps(config):
        found += [*curves(sweep), losses(sweep)]
    if config.tables.tuning and config.searched:
        found += [heat_maps(config.searched), *ratios(config.searched)]
        found += curves(config.experiments[config.tables.tuning.best])
    for experiment in further(config):
        found.append(overview(experiment))
    return {figure.name: figure for figure in found}


def sweeps(config: Config) -> list[Experiment]:
    """The experiments of sections 3.1 and 3.2."""
    tables = (config.tables.learning_rates, config.tables.regularization)
    return [config.experiments[table.experiment] for table in tables if table]


def collapse(config: Config) -> list[str]:
    """The files on the critical coefficient; none without the table of regularization."""
    return ["results/collapse/collapse.json", "results/collapse/collapse.csv"] if config.tables.regularization else []


def further(config: Config) -> list[Experiment]:
    """The experiments that sections 3.1 to 3.3 do not show and that are not there for the evidence."""
    shown = {experiment.name for experiment in sweeps(config)}
    if config.writeup:
        shown |= {*config.tables.evidence}
    if config.tables.regularization and config.tables.regularization.critical:
        shown.add(config.tables.regularization.critical)
    if config.tables.tuning and config.searched:
        shown |= {*config.tables.tuning.rows, config.searched.name}
    return [experiment for name, experiment in config.experiments.items() if name not in shown]


def curves(experiment: Experiment) -> list[Figure]:
    """One figure of accuracy per epoch for each configuration."""
    return [
        Figure(f"{experiment.name}-{position + 1}", "accuracy", experiment.name, (position,))
        for position in _positions(experiment)
    ]


def losses(experiment: Experiment) -> Figure:
    """One figure of loss per epoch with a panel for each configuration."""
    name = f"{experiment.name}-loss"
    return Figure(name, "loss", experiment.name, _positions(experiment))


def overview(experiment: Experiment) -> Figure:
    """The one figure of an experiment that has a section of its own."""
    many = len(_positions(experiment)) > MOST_PANELS and not experiment.best_of
    return heat_maps(experiment) if many or experiment.kind == "grid" else panels(experiment)


def panels(experiment: Experiment) -> Figure:
    """One figure of accuracy per epoch with a panel for each configuration."""
    name = f"{experiment.name}-accuracy"
    return Figure(name, "accuracy", experiment.name, _positions(experiment))


def heat_maps(experiment: Experiment) -> Figure:
    """One figure with the validation accuracy of every configuration of a grid."""
    name = f"{experiment.name}-grid"
    return Figure(name, "grid", experiment.name, _positions(experiment))


def ratios(experiment: Experiment) -> list[Figure]:
    """The figure of a grid's validation accuracy against learning rate over batch size, where that tells anything."""
    name = f"{experiment.name}-ratio"
    return [Figure(name, "ratio", experiment.name, _positions(experiment))] if ratio.applies(experiment) else []


def folded(experiment: Experiment) -> tuple[str, ...]:
    """The parameters of a grid that would take more panels than a page holds: each cell is then the best over them."""
    others = experiment.varied[2:]
    return others if math.prod(len(experiment.values(name)) for name in others) > MOST_PANELS else ()


def _positions(experiment: Experiment) -> tuple[int, ...]:
    return tuple(range(experiment.count if experiment.best_of else len(experiment.configurations)))
