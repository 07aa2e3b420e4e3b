"""Tables to draw figures from, and what lies where in a drawn one."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, product

import pandas as pd
from configuration import CONFIG_YAML
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from pipeline.config import load as config
from pipeline.config.quantity import Quantity
from pipeline.config.settings import Config, Configuration, Experiment

PROJECT = config.load(CONFIG_YAML)


BASE = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=4)


VALUES = {"learning_rate": (0.2, Quantity("e^-1"), 0.6), "reg": (0.001, 0.0), "batch_size": (16, 32), "hidden": (8, 4)}


def settings(experiment: Experiment) -> Config:
    return replace(PROJECT, experiments={experiment.name: experiment})


def sweep(*rates: float) -> Experiment:
    configurations = tuple(replace(BASE, learning_rate=rate) for rate in rates)
    return Experiment("rates", "sweep", ("learning_rate",), configurations, 3)


def summary_of(experiment: Experiment, *counts: tuple[int, int]) -> pd.DataFrame:
    """n and diverged for each configuration."""
    rows = [
        {"experiment": experiment.name, **vars(each), "metric": metric, "mean": 0.9, "sd": 0.1, "n": n, "diverged": bad}
        for each, (n, bad) in zip(experiment.configurations, counts, strict=True)
        for metric in ("best_validation_accuracy", "testing_accuracy")
    ]
    return pd.DataFrame(rows)


def curves_of(experiment: Experiment, *levels: float, epochs: int = BASE.epochs, sd: float = 0.01) -> pd.DataFrame:
    """Curves that climb to each level; the first training mean lies far below (accuracy) and above (loss)."""
    rows = []
    for each, level in zip(experiment.configurations, levels, strict=True):
        for epoch in range(1, epochs + 1):
            value = level - 0.01 * (epochs - epoch)
            first = epoch == 1
            rows.append(
                {"experiment": experiment.name, **vars(each), "epoch": epoch, "n": 3}
                | {"training_accuracy_mean": 0.2 if first else value + 0.005, "training_accuracy_sd": sd}
                | {"validation_accuracy_mean": value, "validation_accuracy_sd": sd}
                | {"training_loss_mean": 9.0 if first else 1 - value, "training_loss_sd": sd}
                | {"validation_loss_mean": 1.1 - value, "validation_loss_sd": sd}
            )
    return pd.DataFrame(rows)


def marks_of(axes: Axes) -> dict[str, Line2D]:
    return {str(line.get_gid()): line for line in axes.lines if line.get_gid()}


def boxes(canvas: Canvas) -> dict[Text, Bbox]:
    """Where each text of the figure is, in pixels."""
    canvas.draw_without_rendering()
    found = [text for text in canvas.texts if text.get_text()]
    for axes in visible(canvas):
        ticks = [
            tick.label1
            for axis in (axes.xaxis, axes.yaxis)
            for tick in axis.get_major_ticks()
            if min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        ]
        found += [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, *ticks]
    return {text: text.get_window_extent() for text in found if text.get_text() and text.get_visible()}


def inside(canvas: Canvas, box: Bbox) -> bool:
    """Whether a box is within the figure, to half a pixel."""
    return bool((box.min >= -0.5).all() and (box.max <= canvas.bbox.max + 0.5).all())


def overlap(boxes: Iterable[Bbox]) -> bool:
    return any(one.overlaps(other) for one, other in combinations(boxes, 2))


def visible(canvas: Canvas) -> list[Axes]:
    return [axes for axes in canvas.axes if axes.get_visible()]


SMALLEST = 7.5  # points


def grid_of(*parameters: str) -> Experiment:
    points = product(*(VALUES[name] for name in parameters))
    configurations = tuple(replace(BASE, **dict(zip(parameters, point, strict=True))) for point in points)
    return Experiment("grid", "grid", parameters, configurations, 1)
