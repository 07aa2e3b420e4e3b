"""What seeds share, and what longer runs of them tell of shorter ones."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy import stats

from pipeline.analysis.common_noise import common_noise
from pipeline.analysis.comparison import Estimate, Results, Sweep, Trained
from pipeline.analysis.penalty import without_penalty
from pipeline.config.settings import Configuration, Experiment
from pipeline.experiments.tidy import Rows

BASE = Configuration(learning_rate=0.6, reg=0.0001, batch_size=16, hidden=128, epochs=4)
Accuracies = npt.NDArray[np.float64]  # (seeds, epochs)


def history(experiment: str, configuration: Configuration, accuracies: Accuracies) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "experiment": experiment,
                **vars(configuration),
                "seed": seed,
                "epoch": epoch,
                "validation_accuracy": value,
            }
            for seed, values in enumerate(accuracies, start=1)
            for epoch, value in enumerate(values, start=1)
        ]
    )


def results(*histories: pd.DataFrame) -> Results:
    table = pd.concat(histories, ignore_index=True)
    return Results(Rows(table.iloc[:0]), Rows(table), 0.1)


def trained(configuration: Configuration) -> Trained:
    return Trained((), configuration, {"best_validation_accuracy": Estimate(0.9, 0.01, 5, 0)}, None)


# --- The noise that configurations have in common


def rates_of(*accuracies: Accuracies) -> tuple[Sweep, Experiment, Results]:
    chosen = tuple(replace(BASE, learning_rate=n, epochs=a.shape[1]) for n, a in enumerate(accuracies, start=1))
    experiment = Experiment("rates", "sweep", ("learning_rate",), chosen, len(accuracies[0]))
    every = tuple(map(trained, chosen))
    told = results(*(history("rates", c, a) for c, a in zip(chosen, accuracies, strict=True)))
    return Sweep(every, every, (), every, False), experiment, told


def test_fluctuations_of_one_seed_are_correlated_as_scipy_has_it() -> None:
    draws = np.random.default_rng(7)
    common, *own = (draws.normal(0, 0.002, (6, 9)) for _ in range(4))
    curve = np.linspace(0.8, 0.95, 9)
    one, two, three = curve + common + own[0] / 4, 0.9 * curve + common + own[1] / 4, curve + own[2]
    sweep, experiment, told = rates_of(one, two, three)
    shuffled = replace(told, histories=Rows(told.histories.table.sample(frac=1, random_state=3)))
    found = common_noise(sweep, experiment, shuffled)
    assert found is not None
    moves = [np.diff(each) - np.diff(each).mean(axis=0) for each in (one, two, three)]
    wanted = {(a, b): stats.pearsonr(moves[a].ravel(), moves[b].ravel()).statistic for a, b in ((0, 1), (0, 2), (1, 2))}
    assert found.seeds == 6
    for pair, of in ((found.most, max), (found.least, min)):
        rates = pair.first.configuration.learning_rate - 1, pair.second.configuration.learning_rate - 1
        assert rates == of(wanted, key=lambda each: wanted[each])  # type: ignore[arg-type, return-value]
        assert pair.correlation == pytest.approx(of(wanted.values()))
    assert found.most.correlation > 0.8
    assert found.least.correlation < 0.5
    assert found.mostly_shared


@pytest.mark.parametrize("shape", [(2, 9), (6, 3)])
def test_two_seeds_or_two_changes_tell_of_no_common_noise(shape: tuple[int, int]) -> None:
    draws = np.random.default_rng(1)
    assert common_noise(*rates_of(draws.random(shape), draws.random(shape))) is None


def test_curves_that_are_the_same_for_every_seed_have_no_noise() -> None:
    still = np.tile(np.linspace(0.1, 0.9, 8), (5, 1))
    assert common_noise(*rates_of(still, still + 0.01)) is None


# --- Without the penalty

WITH = np.array([[0.90, 0.95, 0.96, 0.94], [0.90, 0.95, 0.962, 0.94], [0.90, 0.95, 0.961, 0.94]])
WITHOUT = np.array([[0.90, 0.964, 0.95, 0.95, 0.99], [0.90, 0.95, 0.966, 0.95, 0.99]])


def gain(without: Accuracies, free: Configuration) -> float | None:
    told = results(history("own", BASE, WITH), history("free", free, without))
    found = without_penalty(Experiment("own", "single", (), (BASE,), 3), trained(BASE), told)
    return found and found.gain


def test_the_gain_without_a_penalty_is_of_as_many_epochs() -> None:
    """Best of four epochs: 0.964 and 0.966 against 0.960, 0.962 and 0.961; the fifth epoch does not count."""
    told = results(history("own", BASE, WITH), history("free", replace(BASE, reg=0, epochs=5), WITHOUT))
    found = without_penalty(Experiment("own", "single", (), (BASE,), 3), trained(BASE), told)
    assert found is not None
    assert found.gain == pytest.approx(0.004)
    wanted = stats.ttest_ind([0.964, 0.966], [0.960, 0.962, 0.961], equal_var=False).confidence_interval()
    assert (found.interval.low, found.interval.high) == pytest.approx((wanted.low, wanted.high))
    assert (found.seeds, found.against) == (2, 3)
    assert (found.experiment.name, found.trained) == ("own", trained(BASE))


def test_runs_of_the_same_length_without_the_penalty_count_whole() -> None:
    assert gain(WITHOUT[:, :4], replace(BASE, reg=0)) == pytest.approx(0.004)


def test_a_configuration_without_a_penalty_gains_nothing_by_leaving_it_out() -> None:
    free = replace(BASE, reg=0)
    told = results(history("own", free, WITH), history("more", replace(free, epochs=5), WITHOUT))
    assert without_penalty(Experiment("own", "single", (), (free,), 3), trained(free), told) is None


def test_a_large_penalty_is_compared_with_none_as_a_small_one_is() -> None:
    large = replace(BASE, reg=1)
    told = results(history("own", large, WITH), history("free", replace(BASE, reg=0, epochs=5), WITHOUT))
    found = without_penalty(Experiment("own", "single", (), (large,), 3), trained(large), told)
    assert found is not None
    assert found.gain == pytest.approx(0.004)


def test_a_run_without_the_penalty_that_two_experiments_share_counts_once() -> None:
    free = replace(BASE, reg=0, epochs=5)
    told = results(history("own", BASE, WITH), history("free", free, WITHOUT), history("again", free, WITHOUT))
    found = without_penalty(Experiment("own", "single", (), (BASE,), 3), trained(BASE), told)
    assert found is not None
    assert found.seeds == 2


@pytest.mark.parametrize(
    "other", [{"reg": 0.0005}, {"reg": 0, "batch_size": 32}, {"reg": 0, "learning_rate": 0.5}, {"reg": 0, "epochs": 3}]
)
def test_runs_that_differ_in_more_than_the_penalty_are_not_those_without_it(other: dict[str, float]) -> None:
    free = replace(BASE, epochs=5) if "epochs" not in other else BASE
    assert gain(WITHOUT, replace(free, **other)) is None


def test_where_a_seed_without_the_penalty_diverged_there_is_no_gain() -> None:
    short = history("free", replace(BASE, reg=0, epochs=5), WITHOUT).query("seed == 1 or epoch < 3")
    told = results(history("own", BASE, WITH), short)
    assert without_penalty(Experiment("own", "single", (), (BASE,), 3), trained(BASE), told) is None
