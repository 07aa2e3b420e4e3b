"""The common scale of an experiment's curves, and which of its panels are flat on it."""

import numpy as np
import pandas as pd

PARTS = ("training", "validation")
MARGIN = 0.04  # of the range of the values, on each side
FLAT = 0.3  # of the height of the frame, from below: curves that stay there are shown once more, on their own scale

Range = tuple[float, float]


def common(curves: pd.DataFrame, metric: str) -> Range:
    """One range for every panel of an experiment, so that they can be compared.

    The running means of the first epoch, which begin with the untrained network, would flatten all
    that follows; they may lie outside where there are later epochs.
    """
    low, high = np.inf, -np.inf
    for part in PARTS:
        counted = curves if part == "validation" or curves["epoch"].max() == 1 else curves[curves["epoch"] > 1]
        mean, sd = counted[f"{part}_{metric}_mean"], counted[f"{part}_{metric}_sd"].fillna(0)
        low, high = min(low, (mean - sd).min()), max(high, (mean + sd).max())
    return padded(low, high) if np.isfinite([low, high]).all() else (0.0, 1.0)  # all diverged in their first epoch


def padded(low: float, high: float) -> Range:
    """A range with a margin on each side."""
    margin = MARGIN * (high - low) or MARGIN
    return float(low - margin), float(high + margin)


def flat(points: pd.DataFrame, limits: Range, metric: str) -> bool:
    """Whether the curves of one panel stay so low in its frame that it does not show their course."""
    if len(points) < 2:
        return False
    high = max(points[f"{part}_{metric}_mean"].max() for part in PARTS)
    return bool(high < limits[0] + FLAT * (limits[1] - limits[0]))


def single_run(history: pd.DataFrame) -> pd.DataFrame:
    """The epochs of the first seed of a configuration that finished, in their order; none where none did."""
    finished = history[history.groupby("seed")["validation_loss"].transform("count") == history["epochs"]]
    run: pd.DataFrame = finished[finished["seed"] == finished["seed"].min()]
    return run.sort_values("epoch")
