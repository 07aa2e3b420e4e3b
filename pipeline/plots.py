"""Figures as the page shows them: the SVG with its words and its data."""

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pipeline import analysis, figure_data, labels
from pipeline.blocks import Plot
from pipeline.catalogue import Figure
from pipeline.provenance import Provenance
from pipeline.quantity import written
from pipeline.runs import rows_of
from pipeline.settings import Config, Experiment
from pipeline.wording import cell


class Plots:
    """Reads figures and puts into words what they show.

    `folder` holds the SVG files, `summary` and `curves` are summary.csv and curves.csv, `provenance` names the sources.
    """

    def __init__(
        self, folder: Path, config: Config, summary: pd.DataFrame, curves: pd.DataFrame, provenance: Provenance
    ) -> None:
        self.folder, self.config, self.summary, self.curves = folder, config, summary, curves
        self.provenance = provenance

    def plot(self, figure: Figure) -> Plot:
        """One figure of the catalogue."""
        experiment = self.config.experiments[figure.experiment]
        configurations = [experiment.configurations[position] for position in figure.panels]
        single = configurations[0] if len(configurations) == 1 else None
        return Plot(
            name=figure.name,
            svg=(self.folder / f"{figure.name}.svg").read_text(encoding="utf-8"),
            description=self._describe(figure, experiment),
            label=labels.caption(experiment, single) if single else Markup(""),
            data=figure_data.data(figure, experiment, self.summary, self.curves),
            source=self.provenance.figure(figure),
        )

    def _describe(self, figure: Figure, experiment: Experiment) -> str:
        results = "; ".join(self._ends(experiment, position) for position in figure.panels)
        if figure.kind == "grid":
            return f"Heat maps of the validation accuracy at the best epoch. {results}."
        return f"Line chart of training and validation {figure.kind} against the epoch. {results}."

    def _ends(self, experiment: Experiment, position: int) -> str:
        chosen = experiment.configurations[position]
        of_this = rows_of(self.summary, experiment, chosen)
        estimates = {row["metric"]: analysis.estimate(row) for _, row in of_this.iterrows()}
        varied = experiment.varied or labels.TUNED
        name = ", ".join(f"{labels.words(p)} {written(chosen.value(p))}" for p in varied)
        return f"{name}: validation accuracy {cell(estimates[analysis.JUDGED_BY])}"
