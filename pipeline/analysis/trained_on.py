"""What a configuration gains or loses when it is trained on: whether it would have needed early stopping.

The order of the images is the seed's alone, so a longer run begins as the shorter one did: each seed is compared with
itself. Accuracies are means over the last epochs, which are less noisy than one of them.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline.analysis import intervals
from pipeline.analysis.comparison import LATE_EPOCHS, Results, Trained
from pipeline.analysis.intervals import Interval
from pipeline.analysis.penalty import trained_alike
from pipeline.config.settings import Experiment


@dataclass(frozen=True)
class TrainedOn:
    """How validation accuracy changes from the end of `trained` to `epochs`, over so many seeds, with its interval.

    `experiment` is that of `trained`. `gap_before` and `gap` are training minus validation accuracy at the two ends,
    `lowest_loss_epoch` is where the mean validation loss is lowest. `late` is how many epochs an end spans.
    """

    experiment: Experiment
    trained: Trained
    epochs: int
    seeds: int
    change: float
    interval: Interval
    gap_before: float
    gap: float
    lowest_loss_epoch: int
    late: int


def trained_on(experiment: Experiment, trained: Trained, results: Results) -> TrainedOn | None:
    """The change of one configuration; None where fewer of its seeds were trained on than have a spread."""
    shorter = trained.configuration.epochs
    alike = trained_alike(results.histories.table, trained.configuration)
    longer = alike[alike["epochs"] == alike["epochs"].max()]
    epochs = int(alike["epochs"].max()) if len(alike) else 0
    whole = longer[longer.groupby("seed")["epoch"].transform("size") == epochs]
    late = min(LATE_EPOCHS, shorter)
    if epochs < shorter + late or whole["seed"].nunique() < intervals.FEWEST:
        return None
    before, after = (_end(whole, end, late) for end in (shorter, epochs))
    change = after["validation_accuracy"] - before["validation_accuracy"]
    gaps = [float((end["training_accuracy"] - end["validation_accuracy"]).mean()) for end in (before, after)]
    return TrainedOn(
        experiment=experiment,
        trained=trained,
        epochs=epochs,
        seeds=len(change),
        change=float(change.mean()),
        interval=intervals.mean(change.to_numpy(float)),
        gap_before=gaps[0],
        gap=gaps[1],
        lowest_loss_epoch=int(whole.groupby("epoch")["validation_loss"].mean().idxmin()),
        late=late,
    )


def _end(histories: pd.DataFrame, epoch: int, late: int) -> pd.DataFrame:
    """Each seed's means over the last epochs up to one."""
    shown = histories[(histories["epoch"] <= epoch) & (histories["epoch"] > epoch - late)]
    return shown.groupby("seed")[["training_accuracy", "validation_accuracy"]].mean()
