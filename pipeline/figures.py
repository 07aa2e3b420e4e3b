"""The figures as SVG, drawn from the tables: learning curves with bands of one standard deviation, heat maps.

Colours are Okabe and Ito's, told apart in grey by their line styles. Texts stay texts in the STIX
face that matplotlib carries and the report embeds.
"""

import argparse
import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from pipeline import catalogue, labels, plan
from pipeline import config as configuration_file
from pipeline.catalogue import Figure
from pipeline.console import run_step
from pipeline.files import write_text
from pipeline.runs import PARAMETERS, read_csv, rows_of
from pipeline.settings import Config, Configuration, Experiment

TRAINING, VALIDATION = ("#0072B2", "-", "o"), ("#D55E00", "--", "s")
SINGLE = (3.25, 1.95)  # inches; two stand side by side on the page
FULL_WIDTH = 6.6
PANEL_HEIGHT = 1.75
COLUMNS = 5  # panels per row at most
MARGIN = 0.04  # of the range of the values, above and below
STYLE: dict[Any, Any] = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.3,
    "lines.markersize": 2.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "axes.unicode_minus": True,
}

Range = tuple[float, float]


def draw(figure: Figure, config: Config, summary: pd.DataFrame, curves: pd.DataFrame) -> Canvas:
    """Draw one figure of the catalogue from summary.csv and curves.csv."""
    experiment = config.experiments[figure.experiment]
    if figure.kind == "grid":
        return _heat_maps(experiment, summary[summary["experiment"] == experiment.name])
    metric = figure.kind
    limits = _limits(curves[curves["experiment"] == experiment.name], metric)
    if len(figure.panels) == 1:
        canvas = Canvas(figsize=SINGLE, layout="constrained")
        grid = [canvas.subplots()]
    else:
        rows = -(-len(figure.panels) // COLUMNS)
        columns = -(-len(figure.panels) // rows)
        canvas = Canvas(figsize=(FULL_WIDTH, PANEL_HEIGHT * rows + 0.2), layout="constrained")
        grid = list(canvas.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for axes, position in zip(grid, figure.panels, strict=False):
        configuration = experiment.configurations[position]
        _curve(axes, rows_of(curves, experiment, configuration), metric)
        _note_divergence(axes, rows_of(summary, experiment, configuration))
        axes.set_ylim(*limits)
        axes.set_xlim(0.7, configuration.epochs + 0.3)
        axes.set_title(_title(experiment, configuration))
    for axes in grid[len(figure.panels) :]:
        axes.set_visible(False)
    _name_axes(canvas, grid[: len(figure.panels)], metric.capitalize())
    return canvas


def to_svg(canvas: Canvas) -> str:
    """The figure as SVG text, the same bytes for the same figure."""
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return buffer.getvalue()


def _curve(axes: Axes, points: pd.DataFrame, metric: str) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6, min_n_ticks=1))
    if points.empty:  # every seed diverged in its first epoch
        return
    for part, (colour, line, marker) in (("training", TRAINING), ("validation", VALIDATION)):
        mean = points[f"{part}_{metric}_mean"]
        sd = points[f"{part}_{metric}_sd"].fillna(0)
        axes.fill_between(points["epoch"], mean - sd, mean + sd, color=colour, alpha=0.2, linewidth=0)
        axes.plot(points["epoch"], mean, color=colour, linestyle=line, marker=marker, label=part)


def _note_divergence(axes: Axes, summary: pd.DataFrame) -> None:
    finished, diverged = int(summary["n"].max()), int(summary["diverged"].max())
    if diverged:
        share = "diverged" if finished == 0 else f"{diverged} of {finished + diverged} runs diverged"
        axes.text(0.5, 0.5, share, transform=axes.transAxes, ha="center", style="italic")


def _name_axes(canvas: Canvas, grid: list[Axes], name: str) -> None:
    if grid[0].has_data():
        grid[0].legend(frameon=False, loc="best")
    canvas.supxlabel("Epoch", fontsize=STYLE["axes.labelsize"])
    canvas.supylabel(name, fontsize=STYLE["axes.labelsize"])


def _title(experiment: Experiment, configuration: Configuration) -> str:
    varied = experiment.varied or labels.TUNED
    return ", ".join(labels.mathtext(name, configuration.value(name)) for name in varied)


def _limits(curves: pd.DataFrame, metric: str) -> Range:
    """One range for every panel of an experiment, so that they can be compared.

    The running means of the first epoch, which begin with the untrained network, would flatten all
    that follows; they may lie outside where there are later epochs.
    """
    low, high = np.inf, -np.inf
    for part in ("training", "validation"):
        counted = curves if part == "validation" or curves["epoch"].max() == 1 else curves[curves["epoch"] > 1]
        mean, sd = counted[f"{part}_{metric}_mean"], counted[f"{part}_{metric}_sd"].fillna(0)
        low, high = min(low, (mean - sd).min()), max(high, (mean + sd).max())
    if not np.isfinite([low, high]).all():  # every run diverged in its first epoch
        return 0.0, 1.0
    margin = MARGIN * (high - low) or MARGIN
    return float(low - margin), float(high + margin)


def _heat_maps(experiment: Experiment, summary: pd.DataFrame) -> Canvas:
    """Validation accuracy over the first two varied parameters, a panel for each combination of the others."""
    accuracies = summary[summary["metric"] == "best_validation_accuracy"].set_index(PARAMETERS)["mean"]
    spare = "batch_size" if experiment.varied == ("reg",) else "reg"  # the other axis of a single parameter
    across, down, *others = [*experiment.varied, *([spare] if len(experiment.varied) == 1 else [])]
    panels = list(dict.fromkeys(tuple(c.value(name) for name in others) for c in experiment.configurations))
    columns, rows = experiment.values(across), experiment.values(down)
    per_row = min(2, len(panels))
    lines = -(-len(panels) // per_row)
    height = lines * (0.55 + 0.27 * len(rows)) + 0.5
    canvas = Canvas(figsize=(FULL_WIDTH, height), layout="constrained")
    grid = list(canvas.subplots(lines, per_row, squeeze=False, sharex=True, sharey=True).flat)
    scale = mpl.colors.Normalize(accuracies.min(), accuracies.max())
    image = None
    for axes, panel in zip(grid, panels, strict=False):
        values = np.full((len(rows), len(columns)), np.nan)
        for configuration in experiment.configurations:
            if tuple(configuration.value(name) for name in others) == panel:
                key = tuple(configuration.value(name) for name in PARAMETERS)
                cell = rows.index(configuration.value(down)), columns.index(configuration.value(across))
                values[cell] = accuracies.loc[key]
        image = axes.imshow(values, norm=scale, cmap="cividis", aspect="auto")
        _write_cells(axes, values, scale)
        axes.set_xticks(range(len(columns)), [_tick(value) for value in columns])
        axes.set_yticks(range(len(rows)), [_tick(value) for value in rows])
        axes.set_title(", ".join(labels.mathtext(n, v) for n, v in zip(others, panel, strict=True)))
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    canvas.supxlabel(_axis(across), fontsize=STYLE["axes.labelsize"])
    canvas.supylabel(_axis(down), fontsize=STYLE["axes.labelsize"])
    if image is not None and accuracies.notna().any():
        canvas.colorbar(image, ax=grid, label="Validation accuracy, best epoch", shrink=0.9, pad=0.02)
    return canvas


def _write_cells(axes: Axes, values: np.ndarray, scale: mpl.colors.Normalize) -> None:
    for (row, column), accuracy in np.ndenumerate(values):
        text = "diverged" if np.isnan(accuracy) else f"{accuracy:.4f}"
        dark = np.isfinite(accuracy) and scale(accuracy) < 0.5  # white text on the dark half of the map
        axes.text(column, row, text, ha="center", va="center", fontsize=8, color="#ffffff" if dark else "#111111")


def _tick(value: float) -> str:
    return labels.mathtext("learning_rate", value).replace(r"\eta = ", "")


def _axis(parameter: str) -> str:
    words = labels.words(parameter).capitalize()
    return {"learning_rate": rf"{words} $\eta$", "reg": rf"{words} $\lambda$"}.get(parameter, words)


def write_all(config: Path, selection: Path, summary: Path, curves: Path, output: Path) -> None:
    """Write every figure of the catalogue as output/{name}.svg."""
    settings = configuration_file.read_resolved(config)
    settings = plan.select(settings, plan.read_selection(selection, settings))
    tables = read_csv(summary), read_csv(curves)
    with mpl.rc_context(STYLE):
        for name, figure in catalogue.figures(settings).items():
            write_text(output / f"{name}.svg", to_svg(draw(figure, settings, *tables)))


def main() -> None:
    """Command line of the figures step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True, type=Path, help="the resolved configuration")
    parser.add_argument("--selection", required=True, type=Path, help="the selected configurations")
    parser.add_argument("--summary", required=True, type=Path, help="summary.csv")
    parser.add_argument("--curves", required=True, type=Path, help="curves.csv")
    parser.add_argument("--output", required=True, type=Path, help="folder for the figures")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write_all(a.config, a.selection, a.summary, a.curves, a.output), a.log)


if __name__ == "__main__":
    main()
