"""Printed numbers against runs: the interval is Student's, and a verdict follows from it and from nothing else."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.analysis import intervals
from pipeline.config import load as config
from pipeline.config.metrics import METRICS
from pipeline.evidence import cells
from pipeline.experiments.tidy import PARAMETERS
from pipeline.writeup import published

CONFIG = config.load(CONFIG_YAML)
VALUES = st.lists(st.integers(0, 1000).map(lambda value: value / 1000), min_size=2, max_size=8)


@pytest.mark.parametrize(("n", "quantile"), [(2, 12.706), (3, 4.303), (5, 2.776), (10, 2.262), (30, 2.045)])
def test_the_quantiles_are_those_of_the_tables(n: int, quantile: float) -> None:
    values = np.linspace(-1, 1, n)
    found = intervals.prediction(values)
    assert found.high / (values.std(ddof=1) * math.sqrt(1 + 1 / n)) == pytest.approx(quantile, abs=5e-4)
    assert found.low == pytest.approx(-found.high)


def test_a_further_draw_falls_inside_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)
    draws = rng.normal(0.9, 0.01, (4000, 6))
    inside = [intervals.prediction(row[:5]).contains(row[5]) for row in draws]
    assert np.mean(inside) == pytest.approx(intervals.LEVEL, abs=0.012)


@given(VALUES, VALUES)
def test_a_difference_is_welchs(first: list[float], second: list[float]) -> None:
    found = intervals.difference(first, second)
    spread = np.std(first) + np.std(second)
    if spread < 1e-6:
        assert found.contains(np.mean(first) - np.mean(second), 1e-6)
        return
    expected = stats.ttest_ind(first, second, equal_var=False).confidence_interval(intervals.LEVEL)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-9)


@given(VALUES)
def test_a_mean_is_students(values: list[float]) -> None:
    found = intervals.mean(values)
    if np.std(values) < 1e-6:
        return
    expected = stats.ttest_1samp(values, 0).confidence_interval(intervals.LEVEL)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6)


def test_an_interval_reaches_to_its_ends_and_by_the_slack_beyond() -> None:
    interval = intervals.Interval(-0.25, 0.5)
    assert interval.width == 0.75
    for slack, outside in ((0.0, (-0.2501, 0.5001)), (0.125, (-0.3751, 0.6251))):
        inside = (-0.25 - slack, 0.1, 0.5 + slack)
        assert [interval.contains(value, slack) for value in (*inside, *outside)] == [True] * 3 + [False] * 2


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.5, 0.25, (0, 0.25)), (0.5, 1.5, (0.5, 1)), (0.25, 0.5, (0.25, 0.5)), (1.5, 2, (1, 1)), (-2, -1, (0, 0))],
)
def test_an_interval_is_cut_to_what_can_be(low: float, high: float, expected: tuple[float, float]) -> None:
    found = intervals.Interval(low, high).within(0, 1)
    assert (found.low, found.high) == expected


def test_equal_values_have_an_interval_of_one_point() -> None:
    assert intervals.difference([0.75, 0.75], [0.5, 0.5, 0.5]) == intervals.Interval(0.25, 0.25)
    assert intervals.mean([0.75, 0.75]) == intervals.Interval(0.75, 0.75)


def test_intervals_by_hand_at_another_level() -> None:
    """Of 0.1, 0.2 and 0.6: mean 0.3, variance 0.07; Student's t of 2 and 90 % is 2.919986."""
    values = [0.1, 0.2, 0.6]
    reach = 2.919986 * math.sqrt(0.07)
    mean, further = intervals.mean(values, 0.9), intervals.prediction(values, 0.9)
    assert (mean.low, mean.high) == pytest.approx((0.3 - reach / 3**0.5, 0.3 + reach / 3**0.5), abs=1e-6)
    assert (further.low, further.high) == pytest.approx((0.3 - reach * (4 / 3) ** 0.5, 0.3 + reach * (4 / 3) ** 0.5))
    expected = stats.ttest_ind(values, [0.5, 0.8], equal_var=False).confidence_interval(0.9)
    found = intervals.difference(values, [0.5, 0.8], 0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


# --- Verdicts


def write(folder: Path, **changes: object) -> Path:
    """A file of printed numbers with one table of two columns."""
    table = {
        "name": "Table 1",
        "columns": [{"learning_rate": 1}, {"learning_rate": 0.5}],
        "rows": [
            {"metric": "testing_accuracy", "printed": ["0.9450", "0.9300"]},
            {"metric": ["validation_accuracy", "best_validation_accuracy"], "printed": ["0.9400", "0.9200"]},
        ],
    }
    path = folder / "printed.yaml"
    path.write_text(yaml.safe_dump({"title": "Somebody", "data": "MNIST", "tables": [table | changes]}))
    return path


def runs(**metrics: list[float | None]) -> pd.DataFrame:
    """A run for each seed at the rate 1, all metrics 0.5 unless given; None diverged."""
    count = max(map(len, metrics.values()))
    rows = []
    for seed in range(count):
        values = dict.fromkeys(METRICS, 0.5) | {name: values[seed] for name, values in metrics.items()}
        diverged = None in values.values()
        rows.append(
            {"experiment": "e", "key": f"k{seed}", "seed": seed + 1, "status": "diverged" if diverged else "ok"}
            | {name: CONFIG.defaults.value(name) for name in PARAMETERS}
            | {"learning_rate": 1.0}
            | {name: math.nan if diverged else value for name, value in values.items()}
        )
    return pd.DataFrame(rows)


def judge(path: Path, table: pd.DataFrame) -> list[cells.JudgedCell]:
    return list(cells.judge(published.load(path, CONFIG), table))


SPREAD = [0.944, 0.945, 0.946]  # the interval reaches 0.0005 beyond 0.9400 and 0.9500 by Student's t: 0.945 ± 0.00497


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [
        ("0.9450", "reproduced"),
        ("0.9499", "reproduced"),
        ("0.9500", "reproduced"),  # may be 0.94996
        ("0.9501", "not reproduced"),
        ("0.9401", "reproduced"),
        ("0.9399", "not reproduced"),
        ("0.95", "reproduced"),  # may be 0.945
        ("0.96", "not reproduced"),
    ],
)
def test_a_number_is_reproduced_within_the_interval_and_its_rounding(
    tmp_path: Path, printed: str, verdict: str
) -> None:
    rows = [{"metric": "testing_accuracy", "printed": [printed, "0.50"]}]
    judged, _ = judge(write(tmp_path, rows=rows), runs(testing_accuracy=SPREAD))
    interval = judged.interval
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.945 - 0.004968, 0.945 + 0.004968), abs=1e-6)
    assert judged.verdict == verdict


def test_equal_runs_leave_the_rounding_alone(tmp_path: Path) -> None:
    table = runs(testing_accuracy=[0.11352] * 5)
    for printed, verdict in (("0.1135", "reproduced"), ("0.1136", "not reproduced"), ("0.114", "reproduced")):
        rows = [{"metric": "testing_accuracy", "printed": [printed, "-"]}]
        (judged,) = judge(write(tmp_path, rows=rows), table)
        assert judged.verdict == verdict


@pytest.mark.parametrize("values", [[0.945], [0.945, None], [None, None, None], [0.944, 0.945, 0.946, None]])
def test_too_few_runs_or_a_diverged_one_judge_nothing(tmp_path: Path, values: list[float | None]) -> None:
    judged = judge(write(tmp_path), runs(testing_accuracy=values))[0]
    assert judged.verdict == "not judged"
    assert (judged.interval is None) == (judged.n < 2)
    assert judged.diverged == values.count(None)
    assert judged.n == len(values) - values.count(None)


def test_an_interval_of_accuracies_ends_where_accuracies_do(tmp_path: Path) -> None:
    interval = judge(write(tmp_path), runs(testing_accuracy=[0.05, 0.5, 0.95]))[0].interval
    assert interval is not None
    assert (interval.low, interval.high) == (0, 1)


def test_a_configuration_without_runs_is_not_judged(tmp_path: Path) -> None:
    judged = judge(write(tmp_path), runs(testing_accuracy=SPREAD))
    assert [each.verdict for each in judged if each.column == "learning_rate 0.5"] == ["not judged"] * 2


def test_a_run_of_two_experiments_counts_once(tmp_path: Path) -> None:
    table = runs(testing_accuracy=SPREAD)
    judged = judge(write(tmp_path), pd.concat([table, table.assign(experiment="f")]))[0]
    assert judged.n == 3


def test_of_two_possible_metrics_the_one_that_fits_counts(tmp_path: Path) -> None:
    table = runs(validation_accuracy=[0.92, 0.921, 0.922], best_validation_accuracy=[0.939, 0.940, 0.941])
    judged = judge(write(tmp_path), table)[2]
    assert (judged.metric, judged.verdict) == ("best_validation_accuracy", "reproduced")
    far = runs(validation_accuracy=[0.92, 0.921, 0.922], best_validation_accuracy=[0.959, 0.960, 0.961])
    assert judge(write(tmp_path), far)[2].verdict == "not reproduced"


def test_distances_are_counted_in_half_widths_of_the_interval_and_its_rounding(tmp_path: Path) -> None:
    rows = [{"metric": "testing_accuracy", "printed": ["0.9551", "-"]}]
    (cell,) = published.load(write(tmp_path, rows=rows), CONFIG).cells
    distance = cells.Reading("testing_accuracy", tuple(SPREAD)).distance(cell)
    assert distance == pytest.approx(0.0101 / (0.0049682 + 0.00005), abs=1e-4)
    assert cells.Reading("testing_accuracy", (0.5,)).distance(cell) == 0  # a single run has no interval


def test_the_wider_spread_is_nearer_at_the_same_distance(tmp_path: Path) -> None:
    narrow, wide = [0.919, 0.920, 0.921], [0.896, 0.900, 0.904]  # 0.94 is 0.02 from the one, 0.04 from the other
    table = runs(validation_accuracy=narrow, best_validation_accuracy=wide)
    judged = judge(write(tmp_path), table)[2]
    assert (judged.metric, judged.verdict) == ("best_validation_accuracy", "not reproduced")


@pytest.mark.parametrize(
    ("metric", "other"),
    [
        ("testing_accuracy", "last_testing_accuracy"),
        ("last_testing_accuracy", "testing_accuracy"),
        ("validation_accuracy", "best_validation_accuracy"),
        ("best_validation_accuracy", "validation_accuracy"),
        ("training_accuracy", None),
    ],
)
def test_a_number_of_another_epoch_is_recognised_and_not_reproduced(
    tmp_path: Path, metric: str, other: str | None
) -> None:
    rows = [{"metric": metric, "printed": ["0.9450", "-"]}]
    table = runs(**{metric: [0.96, 0.961, 0.962]} | ({other: SPREAD} if other else {}))
    judged = judge(write(tmp_path, rows=rows), table)[0]
    assert judged.verdict == "not reproduced"
    assert judged.instead == other
    assert judge(write(tmp_path, rows=rows), runs(**{metric: [0.96, 0.961, 0.962]}))[0].instead is None
    assert judge(write(tmp_path, rows=rows), runs(**{metric: SPREAD}))[0].instead is None


@pytest.mark.parametrize(
    ("values", "beyond"),
    [
        ([0.946, 0.947], True),
        ([0.943, 0.944], True),
        ([0.944, 0.946], False),
        ([0.945, 0.947], False),
        ([0.943, 0.945], False),
    ],
)
def test_a_number_is_beyond_all_runs_if_none_is_as_large_or_none_as_small(
    tmp_path: Path, values: list[float], beyond: bool
) -> None:
    judged = judge(write(tmp_path), runs(testing_accuracy=values))[0]
    assert judged.beyond_all is beyond
    assert judged.difference == pytest.approx(0.945 - sum(values) / 2)


def test_runs_of_more_epochs_do_not_stand_for_a_printed_number(tmp_path: Path) -> None:
    """Of 10 epochs, as printed, and of 74, with the same rate; the one of another batch size is not meant either."""
    short, long, other = (runs(testing_accuracy=[level] * 3) for level in (0.945, 0.99, 0.5))
    long = long.assign(epochs=74, key=["l1", "l2", "l3"])
    other = other.assign(batch_size=16, key=["o1", "o2", "o3"])
    judged = judge(write(tmp_path), pd.concat([long, short, other]))[0]
    assert (judged.n, judged.mean, judged.verdict) == (3, pytest.approx(0.945), "reproduced")


def test_the_tally_says_what_chance_would_do() -> None:
    tally = cells.Tally(reproduced=28, failed=1, unjudged=2)
    assert tally.judged == 29
    assert tally.by_chance == pytest.approx(1.45)
    assert tally.luck == pytest.approx(1 - 0.95**29)


@given(st.integers(0, 60), st.integers(0, 60))
def test_luck_is_the_binomial_tail(reproduced: int, failed: int) -> None:
    tally = cells.Tally(reproduced, failed, unjudged=0)
    assert tally.luck == pytest.approx(stats.binom.sf(failed - 1, tally.judged, 0.05), rel=1e-12)


@given(st.floats(1, 100), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_quantiles_are_students(freedom: float, level: float) -> None:
    assert intervals.quantile(freedom, level) == stats.t.ppf((1 + level) / 2, freedom)


def test_altering_one_cell_changes_exactly_its_verdict(tmp_path: Path) -> None:
    """The write-up's own file on runs that all print what it does."""
    printed = published.load(published.FILE, CONFIG)
    table = matching_runs(printed)
    before = cells.judge(printed, table)
    assert {each.verdict for each in before} == {"reproduced"}
    text = published.FILE.read_text(encoding="utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("[0.9471, 0.9443, 0.9461, 0.9301]", "[0.9471, 0.9543, 0.9461, 0.9301]"))
    after = cells.judge(published.load(changed, CONFIG), table)
    different = [k for k, pair in enumerate(zip(before, after, strict=True)) if pair[0].verdict != pair[1].verdict]
    (position,) = different
    assert (after[position].table, after[position].column) == ("Table 4", "learning_rate e^-1")
    assert after[position].verdict == "not reproduced"


def matching_runs(printed: published.Published) -> pd.DataFrame:
    """Runs of three seeds around every printed number."""
    rows = []
    for number, configuration in enumerate(printed.configurations):
        values = dict.fromkeys(METRICS, 0.5)
        for cell in printed.cells:
            if cell.column.configuration == configuration:
                values |= dict.fromkeys(cell.metrics, float(cell.printed))
        rows += [
            {"experiment": "e", "key": f"{number}-{seed}", "seed": seed, "status": "ok"}
            | {name: configuration.value(name) for name in PARAMETERS}
            | {name: value + 0.0005 * (seed - 2) for name, value in values.items()}
            for seed in (1, 2, 3)
        ]
    return pd.DataFrame(rows)


def test_the_table_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    frame = cells.to_frame(judge(write(tmp_path), runs(testing_accuracy=SPREAD)))
    for each in (frame, cells.to_frame([])):
        assert list(each) == ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    first = frame.iloc[0].to_dict()
    texts = {"table": "Table 1", "row": "testing_accuracy", "column": "learning_rate 1", "published": "0.9450"}
    # Student's t of 2 is 4.302653, and the interval of a further run is 1.1547 times as wide as that of one
    numbers = {"mean": 0.945, "sd": 0.001, "n": 3, "low": 0.945 - 0.0049682, "high": 0.945 + 0.0049682}
    assert {name: first[name] for name in texts} == texts
    for name, value in numbers.items():
        assert first[name] == pytest.approx(value, abs=1e-6), f"cells.csv, {name}: {first[name]}, not {value}"
    assert first["verdict"] == "reproduced"
    for name in ("mean", "sd", "low", "high"):
        assert frame[name].isna().tolist() == [False, True, False, True], name
    assert frame["n"].tolist() == [3, 0, 3, 0]
