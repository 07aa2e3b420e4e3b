"""The figure of the claims: three comparisons on a scale of their own, where equal epochs would mislead.

Learning rates against learning rate × epochs, batch sizes against the number of updates, and the best configuration
trained on with and without the penalty. Means over the seeds; a panel without runs says so.
"""

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from pipeline import config as configuration_file
from pipeline.archive import Archive, Courses, Values
from pipeline.console import run_step
from pipeline.drawing import to_svg
from pipeline.files import write_text
from pipeline.runs import read_csv
from pipeline.settings import Configuration
from pipeline.style import FULL_WIDTH, SMALL, STYLE, TRAINING, VALIDATION
from pipeline.writeup_claims import BEST, LARGE_BATCH, RATE_1, RATE_E1, RATE_E2

HEIGHT = 2.5  # inches
OTHER_COLOUR = "#777777"
LOWEST = 0.88  # of the accuracies shown; what lies below is the first epoch or two
FIRST: dict[str, Any] = {"color": TRAINING.colour, "linestyle": "-", "marker": "o"}
SECOND: dict[str, Any] = {"color": VALIDATION.colour, "linestyle": "--", "marker": "s"}
THIRD: dict[str, Any] = {"color": OTHER_COLOUR, "linestyle": ":", "marker": "^"}


def draw(archive: Archive, training_images: int) -> Canvas:
    """Draw the three panels; `training_images` turn epochs into updates."""
    canvas = Canvas(figsize=(FULL_WIDTH, HEIGHT), layout="constrained")
    rates, batches, longer = canvas.subplots(1, 3)
    _rates(rates, archive)
    _batches(batches, archive, training_images)
    _trained_on(longer, archive)
    for axes in (rates, batches, longer):
        if axes.lines:
            axes.legend(
                fontsize=SMALL, frameon=False, handlelength=2.2, borderpad=0, labelspacing=0.2, loc="lower right"
            )
        else:
            axes.text(0.5, 0.5, "not trained", transform=axes.transAxes, ha="center", style="italic")
            axes.set(xticks=[], yticks=[])
    rates.set_ylabel("Validation accuracy")
    return canvas


def _rates(axes: Axes, archive: Archive) -> None:
    axes.set_title("Rates at equal learning rate × epochs", fontsize=SMALL)
    shown = (
        (RATE_1, r"$\eta = 1$", FIRST),
        (RATE_E1, r"$\eta = e^{-1}$", SECOND),
        (RATE_E2, r"$\eta = e^{-2}$", THIRD),
    )
    for configuration, name, style in shown:
        if courses := archive.longest(configuration):
            epochs = np.arange(1.0, courses.configuration.epochs + 1)
            _line(axes, epochs * configuration.learning_rate, courses, "validation_accuracy", style | {"label": name})
    if axes.lines:
        axes.set_xscale("log")
        axes.set_xticks([0.3, 1, 3, 10], ["0.3", "1", "3", "10"])
        axes.minorticks_off()
        axes.set_xlabel("Learning rate × epochs")


def _batches(axes: Axes, archive: Archive, training_images: int) -> None:
    axes.set_title("Batch sizes at equal updates", fontsize=SMALL)
    for configuration, style in ((BEST, FIRST), (LARGE_BATCH, SECOND)):
        if courses := _within(archive, configuration):
            updates = math.ceil(training_images / configuration.batch_size) / 1000
            epochs = np.arange(1.0, courses.configuration.epochs + 1)
            name = f"batches of {configuration.batch_size}"
            _line(axes, epochs * updates, courses, "validation_accuracy", style | {"label": name})
    if axes.lines:
        axes.set_xlabel("Updates, thousands")


def _within(archive: Archive, configuration: Configuration) -> Courses | None:
    """The small batch for ten epochs, the large one for as long as it was trained."""
    return archive.find(configuration) if configuration == BEST else archive.longest(configuration)


def _trained_on(axes: Axes, archive: Archive) -> None:
    axes.set_title("The best configuration, trained on", fontsize=SMALL)
    for configuration, name, style in (
        (BEST, r"$\lambda = 0.0001$", FIRST),
        (replace(BEST, reg=0.0), "no penalty", SECOND),
    ):
        if courses := archive.longest(configuration):
            epochs = np.arange(1.0, courses.configuration.epochs + 1)
            pale = {"label": f"training, {name}", "marker": "", "alpha": 0.6}
            _line(axes, epochs, courses, "training_accuracy", style | pale)
            _line(axes, epochs, courses, "validation_accuracy", style | {"label": f"validation, {name}"})
    if axes.lines:
        axes.set_xlabel("Epoch")


def _line(axes: Axes, x: Values, courses: Courses, column: str, style: dict[str, Any]) -> None:
    """The mean over the seeds, from LOWEST on, with about ten marks."""
    mean = courses[column].mean(axis=0)
    seen = mean >= LOWEST
    every = max(1, int(seen.sum()) // 10)
    axes.plot(x[seen], mean[seen], markersize=3, markevery=every, linewidth=1.1, **style)


def write(results: Path, output: Path) -> None:
    """Draw the runs of a results folder and write the SVG."""
    config = configuration_file.read_resolved(results / "config.json")
    archive = Archive.of(*(read_csv(results / f"{name}.csv") for name in ("runs", "histories", "norms")))
    training, _ = config.split.sizes(config.data.training_images)
    with mpl.rc_context(STYLE):
        write_text(output, to_svg(draw(archive, training)))


def main() -> None:
    """Command line of the step that draws the claims."""
    parser = argparse.ArgumentParser(description="Draw the comparisons that the claims rest on.")
    parser.add_argument("--results", required=True, type=Path, help="folder of the results")
    parser.add_argument("--output", required=True, type=Path, help="the SVG")
    parser.add_argument("--log", type=Path)
    a = parser.parse_args()
    run_step(lambda: write(a.results, a.output), a.log)


if __name__ == "__main__":
    main()
