"""What a longer run tells of a shorter one: the change of accuracy, the gaps, and where the loss is lowest."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

from pipeline.analysis.comparison import Estimate, Results, Trained
from pipeline.analysis.trained_on import TrainedOn, trained_on
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments.tidy import Rows

BASE = Configuration(learning_rate=0.6, reg=0.0001, batch_size=16, hidden=128, epochs=4)
OWN = Experiment("own", "single", (), (BASE,), 3)
Accuracies = npt.NDArray[np.float64]  # (seeds, epochs)


def history(configuration: Configuration, accuracies: Accuracies, *, ahead: float = 0.01, lowest: int = 1):
    """Runs whose training accuracy is `ahead` times the epoch above, with the lowest validation loss in one epoch."""
    rows = [
        {"experiment": "any", **vars(configuration), "seed": seed, "epoch": epoch, "validation_accuracy": value}
        | {"training_accuracy": value + ahead * epoch, "validation_loss": 1 + abs(epoch - lowest)}
        for seed, values in enumerate(accuracies, start=1)
        for epoch, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(rows)


def found(*histories: pd.DataFrame) -> TrainedOn | None:
    table = pd.concat(histories, ignore_index=True)
    trained = Trained((), BASE, {"best_validation_accuracy": Estimate(0.9, 0.01, 3, 0)}, None)
    return trained_on(OWN, trained, Results(Rows(table.iloc[:0]), Rows(table), 0.1))


def runs(seeds: int, epochs: int) -> Accuracies:
    return 0.9 + np.random.default_rng(3).normal(0, 0.01, (seeds, epochs))


def test_each_seed_is_compared_with_itself_over_the_last_three_epochs() -> None:
    longer = runs(5, 9)
    told = found(history(BASE, runs(3, 4)), history(replace(BASE, epochs=9), longer, ahead=0.002, lowest=7))
    assert told is not None
    change = longer[:, 6:9].mean(axis=1) - longer[:, 1:4].mean(axis=1)
    assert (told.epochs, told.seeds, told.late, told.lowest_loss_epoch) == (9, 5, 3, 7)
    assert told.change == pytest.approx(change.mean())
    expected = stats.ttest_1samp(change, 0).confidence_interval(0.95)
    assert (told.interval.low, told.interval.high) == pytest.approx((expected.low, expected.high))
    assert (told.gap_before, told.gap) == pytest.approx((0.002 * 3, 0.002 * 8))  # of epochs 2 to 4 and 7 to 9


def test_of_several_lengths_the_longest_counts() -> None:
    middle, long = runs(3, 8), runs(2, 12)
    told = found(history(replace(BASE, epochs=8), middle), history(replace(BASE, epochs=12), long))
    assert told is not None
    assert (told.epochs, told.seeds) == (12, 2)


@pytest.mark.parametrize(
    ("seeds", "epochs", "other"),
    [(3, 4, {}), (3, 6, {}), (1, 9, {}), (3, 9, {"reg": 0.0}), (3, 9, {"learning_rate": 0.4})],
    ids=["no longer", "hardly longer", "one seed", "another penalty", "another rate"],
)
def test_without_longer_runs_of_several_seeds_nothing_is_told(seeds: int, epochs: int, other: dict[str, float]) -> None:
    assert found(history(BASE, runs(3, 4)), history(replace(BASE, epochs=epochs, **other), runs(seeds, epochs))) is None
