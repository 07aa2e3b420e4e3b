"""Figures as the page shows them: the SVG with its words and its data."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pipeline.analysis import comparison, ratio
from pipeline.analysis.comparison import Estimate
from pipeline.config.quantity import written
from pipeline.config.settings import Config, Experiment
from pipeline.experiments import labels
from pipeline.experiments.tidy import Rows
from pipeline.figures import catalogue, scale
from pipeline.figures.catalogue import Figure
from pipeline.files.sealed import read_text
from pipeline.report.views import figure_data, typography
from pipeline.report.views.blocks import Plot
from pipeline.report.views.provenance import Provenance
from pipeline.report.views.wording import cell

MOST_TOLD = 60  # cells of a grid that are read out one by one


class Plots:
    """Reads figures and puts into words what they show.

    `folder` holds the SVG files; `summary`, `curves` and `histories` are the CSV files of these names; `provenance`
    names the sources.
    """

    def __init__(
        self,
        folder: Path,
        config: Config,
        summary: pd.DataFrame,
        curves: pd.DataFrame,
        histories: pd.DataFrame,
        *,
        provenance: Provenance,
    ) -> None:
        self.folder, self.config, self.summary, self.curves = folder, config, summary, curves
        self.provenance = provenance
        self._summary, self._curves, self._histories = Rows(summary), Rows(curves), Rows(histories)

    def plot(self, figure: Figure) -> Plot:
        """One figure of the catalogue."""
        experiment = self.config.experiments[figure.experiment]
        configurations = [experiment.configurations[position] for position in figure.panels]
        single = configurations[0] if len(configurations) == 1 else None
        run = self._run(figure, experiment)
        return Plot(
            name=figure.name,
            svg=read_text(self.folder / catalogue.drawing(figure.name)),
            description=self._describe(figure, experiment) + _told_of(run, figure.kind),
            data=figure_data.data(figure, experiment, self.summary, self.curves, run),
            source=self.provenance.figure(figure),
            label=typography.caption(experiment, single) if single else Markup(""),
            detail=run is not None,
        )

    def _run(self, figure: Figure, experiment: Experiment) -> pd.DataFrame | None:
        """The run that a frame of its own shows, where the means are flat on the common scale."""
        if figure.kind not in ("accuracy", "loss") or len(figure.panels) > 1:
            return None
        configuration = experiment.configurations[figure.panels[0]]
        limits = scale.common(self.curves[self.curves["experiment"] == experiment.name], figure.kind)
        if not scale.flat(self._curves.of(experiment, configuration), limits, figure.kind):
            return None
        return scale.single_run(self._histories.of(experiment, configuration))

    def _describe(self, figure: Figure, experiment: Experiment) -> str:
        if figure.kind == "grid":
            return f"Heat maps of the validation accuracy at the best epoch. {self._cells(experiment, figure.panels)}."
        if figure.kind == "ratio":
            return f"Validation accuracy at the best epoch by learning rate over batch size. {self._lines(experiment)}"
        told = "; ".join(self._end(experiment, position, figure.kind) for position in figure.panels)
        return f"Line chart of training and validation {figure.kind} against the epoch. In the last epoch, {told}."

    def _lines(self, experiment: Experiment) -> str:
        """Each line by the means at its ends and at its highest point."""
        estimates = {c: self._best(experiment, position) for position, c in enumerate(experiment.configurations)}
        accuracies = {c: estimate.mean for c, estimate in estimates.items() if estimate.n and not estimate.diverged}
        told = []
        for line in ratio.lines(experiment, accuracies):
            others = [name for name in experiment.varied if name not in ratio.PARAMETERS]
            named = ", ".join(f"{labels.words(name)} {written(line.shared.value(name))}" for name in others)
            places = dict.fromkeys((min(line.means), line.best, max(line.means)))
            means = ", ".join(f"{line.means[place]:.4f} at {place:.4g}" for place in places)
            told.append(f"{named}: {means}" if named else means)
        return f"Smallest, best and largest ratio: {'; '.join(told)}." if told else "All made a run diverge."

    def _cells(self, experiment: Experiment, panels: Sequence[int]) -> str:
        """Every cell, or the highest and the lowest where nobody would listen to all."""
        estimates = {position: self._best(experiment, position) for position in panels}
        told = "; ".join(
            f"{_named(experiment, position)}: {cell(estimates[position])}" for position in _told(estimates)
        )
        if len(panels) <= MOST_TOLD:
            return told
        return (
            f"The highest and the lowest of {len(panels):,}: {told}"
            if told
            else f"All {len(panels):,} made a run diverge"
        )

    def _best(self, experiment: Experiment, position: int) -> Estimate:
        of_this = self._summary.of(experiment, experiment.configurations[position])
        (row,) = of_this[of_this["metric"] == comparison.JUDGED_BY].to_dict("records")
        return comparison.estimate(row, comparison.JUDGED_BY)

    def _end(self, experiment: Experiment, position: int, metric: str) -> str:
        epochs = self._curves.of(experiment, experiment.configurations[position])
        if epochs.empty:
            return f"{_named(experiment, position)}: diverged"
        last = epochs.iloc[-1]
        training, validation = (f"{part} {last[f'{part}_{metric}_mean']:.4f}" for part in scale.PARTS)
        return f"{_named(experiment, position)}: {training}, {validation}"


def _told_of(run: pd.DataFrame | None, metric: str) -> str:
    """What is read out of the frame of single runs: between which values the drawn one moves."""
    if run is None:
        return ""
    ends = (
        f"{part} {run[f'{part}_{metric}'].min():.4f} to {run[f'{part}_{metric}'].max():.4f}" for part in scale.PARTS
    )
    return f" A frame of its own shows single runs; with seed {run['seed'].iloc[0]}, {', '.join(ends)}."


def _told(estimates: Mapping[int, Estimate]) -> list[int]:
    """The cells to read out; of many the best and the worst of which no run diverged."""
    if len(estimates) <= MOST_TOLD:
        return list(estimates)
    finished = [position for position, estimate in estimates.items() if not estimate.diverged]
    by_mean = sorted(finished, key=lambda position: estimates[position].mean)
    return [by_mean[-1], by_mean[0]] if by_mean else []


def _named(experiment: Experiment, position: int) -> str:
    chosen = experiment.configurations[position]
    return ", ".join(f"{labels.words(p)} {written(chosen.value(p))}" for p in experiment.varied or labels.TUNED)
