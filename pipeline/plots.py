"""Figures as the page shows them: the SVG with its words and its data."""

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pipeline import comparison, figure_data, labels
from pipeline.blocks import Plot
from pipeline.catalogue import Figure
from pipeline.provenance import Provenance
from pipeline.quantity import written
from pipeline.runs import rows_of
from pipeline.sealed import read_text
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
            svg=read_text(self.folder / f"{figure.name}.svg"),
            description=self._describe(figure, experiment),
            label=labels.caption(experiment, single) if single else Markup(""),
            data=figure_data.data(figure, experiment, self.summary, self.curves),
            source=self.provenance.figure(figure),
        )

    def _describe(self, figure: Figure, experiment: Experiment) -> str:
        if figure.kind == "grid":
            told = "; ".join(self._best(experiment, position) for position in figure.panels)
            return f"Heat maps of the validation accuracy at the best epoch. {told}."
        told = "; ".join(self._end(experiment, position, figure.kind) for position in figure.panels)
        return f"Line chart of training and validation {figure.kind} against the epoch. In the last epoch, {told}."

    def _best(self, experiment: Experiment, position: int) -> str:
        of_this = rows_of(self.summary, experiment, experiment.configurations[position])
        (row,) = of_this[of_this["metric"] == comparison.JUDGED_BY].to_dict("records")
        return f"{_named(experiment, position)}: {cell(comparison.estimate(row))}"

    def _end(self, experiment: Experiment, position: int, metric: str) -> str:
        epochs = rows_of(self.curves, experiment, experiment.configurations[position])
        if epochs.empty:
            return f"{_named(experiment, position)}: diverged"
        last = epochs.iloc[-1]
        training, validation = (f"{part} {last[f'{part}_{metric}_mean']:.4f}" for part in figure_data.PARTS)
        return f"{_named(experiment, position)}: {training}, {validation}"


def _named(experiment: Experiment, position: int) -> str:
    chosen = experiment.configurations[position]
    return ", ".join(f"{labels.words(p)} {written(chosen.value(p))}" for p in experiment.varied or labels.TUNED)
