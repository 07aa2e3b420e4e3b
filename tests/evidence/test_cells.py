"""Printed numbers against runs: the interval is Student's, and a verdict follows from it and from nothing else."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import strategies as st
from judging import of_cells
from scipy import stats

from pipeline.analysis import intervals
from pipeline.config import load as config
from pipeline.config.metrics import METRICS
from pipeline.config.quantity import Quantity
from pipeline.evidence import cells, readings, spread
from pipeline.evidence.class_shares import ClassShares
from pipeline.experiments.tidy import PARAMETERS
from pipeline.writeup import published
from pipeline.writeup.published import ONE, Summary

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
    return list(cells.judge(published.load(path, CONFIG), readings.samples(table)))


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
    rows = [{"metric": "testing_accuracy", "printed": [printed, "0.50"]}]  # alone in its file, but for one without runs
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
    assert (judged.verdict, judged.others, judged.refused) == ("not judged", 0, 0)
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


def test_the_epoch_that_a_row_leaves_open_is_the_one_under_which_all_of_it_is_likelier(tmp_path: Path) -> None:
    """0.9400 is usual at either epoch and nearer to the last one; the other column decides for the best."""
    last, best = [0.939, 0.940, 0.941], [0.941, 0.942, 0.943]
    first = runs(validation_accuracy=last, best_validation_accuracy=best)
    second = runs(validation_accuracy=[0.900, 0.901, 0.902], best_validation_accuracy=[0.919, 0.920, 0.921])
    second = second.assign(learning_rate=0.5, key=["m0", "m1", "m2"])
    alone = judge(write(tmp_path), first)[2]
    assert (alone.metric, alone.verdict, alone.instead) == ("validation_accuracy", "reproduced", None)
    row = judge(write(tmp_path), pd.concat([first, second]))[2:]
    assert [each.metric for each in row] == ["best_validation_accuracy"] * 2
    assert [each.verdict for each in row] == ["reproduced"] * 2
    told = [each.open for each in row]
    assert [each.usual for each in told if each] == [True, False]
    assert told[0] is not None
    assert told[1] is not None
    assert told[0].advantage < 0 < told[1].advantage
    # the first: logarithm of the probability from 0.93995 to 0.94005 of Student's t around 0.942 against around 0.940,
    # both with the scale 0.001 √(4/3), widened by the rounding, and the degrees of freedom of the pool
    scale = math.hypot(row[0].spread.sd * math.sqrt(4 / 3), 0.00005) if row[0].spread else math.nan
    freedom = row[0].spread.freedom if row[0].spread else math.nan
    ends = [stats.t.cdf(np.array([0.93995, 0.94005]), freedom, mean, scale) for mean in (0.942, 0.940)]
    assert told[0].advantage == pytest.approx(math.log((ends[0][1] - ends[0][0]) / (ends[1][1] - ends[1][0])), rel=1e-6)
    assert judge(write(tmp_path), first)[0].open is None


def test_a_row_that_fits_neither_epoch_is_not_reproduced(tmp_path: Path) -> None:
    far = runs(validation_accuracy=[0.92, 0.921, 0.922], best_validation_accuracy=[0.959, 0.960, 0.961])
    assert judge(write(tmp_path), far)[2].verdict == "not reproduced"


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
    tally = cells.Tally(reproduced=26, unusual=2, failed=1, unjudged=2, with_interval=24, outside=3)
    assert tally.judged == 29
    assert tally.by_chance == pytest.approx(1.2)
    assert tally.luck == pytest.approx(1 - sum(math.comb(24, k) * 0.05**k * 0.95 ** (24 - k) for k in range(3)))


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))
def test_luck_is_the_binomial_tail(reproduced: int, unusual: int, failed: int) -> None:
    every = reproduced + unusual + failed
    tally = cells.Tally(reproduced, unusual, failed, 0, every, unusual + failed)
    assert tally.luck == pytest.approx(stats.binom.sf(unusual + failed - 1, tally.judged, 0.05), rel=1e-12)


@given(st.floats(1, 100), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_quantiles_are_students(freedom: float, level: float) -> None:
    assert intervals.quantile(freedom, level) == stats.t.ppf((1 + level) / 2, freedom)


def test_altering_one_cell_changes_exactly_its_verdict(tmp_path: Path) -> None:
    """The write-up's own file on runs that all print what it does."""
    printed = published.load(published.FILE, CONFIG)
    table = matching_runs(printed)
    before = cells.judge(printed, readings.samples(table))
    # (0.9471 - 0.9301) / (1 - e^-2) is 0.0197, not the printed 0.012; the other rates are as the table gives them
    failed = [(each.table, each.column) for each in before if each.verdict != "reproduced"]
    assert failed == [("Table 5", "learning_rate e^-2 to 1")]
    text = published.FILE.read_text(encoding="utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("[0.9471, 0.9443, 0.9461, 0.9301]", "[0.9471, 0.9543, 0.9461, 0.9301]"))
    after = cells.judge(published.load(changed, CONFIG), readings.samples(table))
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
        assert list(each)[:10] == ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
        assert list(each)[10:] == ["spread", "freedom", "file_low", "file_high", "others", "refused"]
    first = frame.iloc[0].to_dict()
    texts = {"table": "Table 1", "row": "testing_accuracy", "column": "learning_rate 1", "published": "0.9450"}
    # Student's t of 2 is 4.302653, and the interval of a further run is 1.1547 times as wide as that of one
    numbers = {"mean": 0.945, "sd": 0.001, "n": 3, "low": 0.945 - 0.0049682, "high": 0.945 + 0.0049682}
    # the two cells with runs, of which the other (0.5, without spread) is no class share: t of 2 and 0.95^(1/2)
    reach = stats.t.ppf((1 + 0.95**0.5) / 2, 2) * 0.0011547
    numbers |= {"spread": 0.001, "freedom": 2, "file_low": 0.945 - reach, "file_high": 0.945 + reach, "others": 1}
    numbers |= {"refused": 1}  # 0.9300
    assert {name: first[name] for name in texts} == texts
    for name, value in numbers.items():
        assert first[name] == pytest.approx(value, abs=1e-6), f"cells.csv, {name}: {first[name]}, not {value}"
    assert first["verdict"] == "reproduced"
    for name in ("mean", "sd", "low", "high"):
        assert frame[name].isna().tolist() == [False, True, False, True], name
    assert frame["n"].tolist() == [3, 0, 3, 0]


# --- The rule for a file


def file_of(folder: Path, **printed: list[str]) -> Path:
    """A table of the rates 1, 0.9, ..., a row for each metric."""
    count = max(map(len, printed.values()))
    columns = [{"learning_rate": f"{1 - n / 10:.1f}"} for n in range(count)]
    rows = [{"metric": metric, "printed": numbers} for metric, numbers in printed.items()]
    return write(folder, columns=columns, rows=rows)


def runs_of(*columns: dict[str, list[float]]) -> pd.DataFrame:
    """Runs of the same rates, one after the other."""
    tables = [
        runs(**column).assign(learning_rate=round(1 - n / 10, 1), key=lambda table, n=n: table["key"] + f"-{n}")
        for n, column in enumerate(columns)
    ]
    return pd.concat(tables)


def test_outside_its_own_interval_a_number_is_unusual_and_outside_that_of_the_file_not_reproduced(
    tmp_path: Path,
) -> None:
    """Five cells of equal spread: Student's t at 0.95, and at 0.95^(1/5)."""
    later = [value + 0.005 for value in SPREAD]
    columns = [{"testing_accuracy": SPREAD, "last_testing_accuracy": later}] * 5
    prior = spread.fit([1e-6] * 5, [2] * 5)
    freedom = 2 + prior.freedom / 2
    reach = math.sqrt((prior.freedom * prior.variance + 2e-6) / (prior.freedom + 2) * 4 / 3)
    edges = [stats.t.ppf((1 + level) / 2, freedom) * reach for level in (0.95, 0.95**0.2)]
    printed = ["0.9450", *(f"{0.945 + edge + off:.4f}" for edge in edges for off in (-0.0001, 0.0002))]
    judged = judge(file_of(tmp_path, testing_accuracy=printed), runs_of(*columns))
    assert [each.spread.freedom for each in judged if each.spread] == pytest.approx([freedom] * 5)
    assert [each.verdict for each in judged] == ["reproduced", "reproduced", "unusual", "unusual", "not reproduced"]
    assert [(each.file_low, each.file_high) for each in judged] == [
        pytest.approx((0.945 - edges[1], 0.945 + edges[1]), abs=1e-6)
    ] * 5
    # what lies within the interval of the file is not refused
    assert [(each.others, each.refused) for each in judged] == [(4, 1)] * 4 + [(4, 0)]
    assert [each.instead for each in judged] == [None] * 2 + ["last_testing_accuracy"] * 3
    found = cells.tally([*judged, *judge(write(tmp_path), runs(testing_accuracy=[0.9]))])
    counts = (found.reproduced, found.unusual, found.failed, found.unjudged, found.with_interval, found.outside)
    assert counts == (2, 2, 1, 4, 5, 3)


SHARES = ClassShares(validation=(0.09, 0.1, 0.1104), testing=(0.1, 0.11352, 0.12))


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("0.1135", "reproduced"), ("0.1200", "reproduced"), ("0.12", "reproduced"), ("0.1100", "not reproduced")],
)
def test_where_all_runs_answer_with_one_class_every_class_share_is_reproduced(
    tmp_path: Path, printed: str, verdict: str
) -> None:
    table = runs_of({"testing_accuracy": [0.11352] * 3}, {"testing_accuracy": SPREAD})
    file = published.load(file_of(tmp_path, testing_accuracy=[printed, "0.9450"]), CONFIG)
    judged = cells.judge(file, readings.samples(table), SHARES)
    assert [(each.discrete, each.verdict) for each in judged] == [(True, verdict), (False, "reproduced")]
    assert (judged[0].low, judged[0].high) == (judged[0].file_low, judged[0].file_high) == (0.1, 0.12)
    assert cells.tally(judged).with_interval == 1
    assert (judged[1].file_low, judged[1].file_high) == (judged[1].low, judged[1].high)  # alone with an interval


def test_beyond_all_class_shares_a_number_is_not_reproduced(tmp_path: Path) -> None:
    file = published.load(file_of(tmp_path, testing_accuracy=["0.2000"], validation_accuracy=["0.1200"]), CONFIG)
    table = runs(testing_accuracy=[0.1, 0.12], validation_accuracy=[0.1104, 0.09])
    assert [each.verdict for each in cells.judge(file, readings.samples(table), SHARES)] == ["not reproduced"] * 2


def test_a_run_that_learned_or_a_running_mean_is_no_class_share(tmp_path: Path) -> None:
    file = published.load(file_of(tmp_path, testing_accuracy=["0.11"], training_accuracy=["0.11"]), CONFIG)
    table = runs(testing_accuracy=[0.11352, 0.11352, 0.13], training_accuracy=[0.11352, 0.12, 0.12])
    judged = cells.judge(file, readings.samples(table), SHARES)
    assert [each.discrete for each in judged] == [False, False]
    assert [each.discrete for each in cells.judge(file, readings.samples(table))] == [False, False]


def test_the_epoch_of_class_shares_is_the_one_at_which_more_runs_had_them(tmp_path: Path) -> None:
    """Of three runs and three shares: (3 + 1) / 6 for the best epoch, (0 + 1) / 6 for the last."""
    rows = [{"metric": ["validation_accuracy", "best_validation_accuracy"], "printed": ["0.1104", "-"]}]
    table = runs(validation_accuracy=[0.09] * 3, best_validation_accuracy=[0.1104] * 3)
    file = published.load(write(tmp_path, rows=rows), CONFIG)
    (judged,) = cells.judge(file, readings.samples(table), SHARES)
    assert (judged.metric, judged.discrete, judged.verdict) == ("best_validation_accuracy", True, "reproduced")
    assert judged.open is not None
    assert judged.open.advantage == pytest.approx(math.log(4))


def test_how_many_numbers_of_other_columns_an_interval_refuses_is_counted(tmp_path: Path) -> None:
    """0.945 ± 0.005 or so: of 0.9450 (printed again), 0.9460, 0.9300 and 0.9800 the last two are refused."""
    columns = [{"testing_accuracy": SPREAD}] * 5
    printed = ["0.9450", "0.9450", "0.9460", "0.9300", "0.9800"]
    other_row = ["0.9700", *["-"] * 4]
    judged = judge(file_of(tmp_path, testing_accuracy=printed, training_accuracy=other_row), runs_of(*columns))[:5]
    assert [(each.others, each.refused) for each in judged] == [(3, 2), (3, 2), (4, 2), (4, 1), (4, 1)]
    assert [each.wide for each in judged] == [False, False, False, True, True]
    frame = cells.to_frame(judged)
    assert (frame["others"].tolist(), frame["refused"].tolist()) == ([3, 3, 4, 4, 4], [2, 2, 2, 1, 1])
    assert judge(file_of(tmp_path, testing_accuracy=["0.9450"]), runs_of(*columns))[0].wide is False


def test_a_rate_of_change_is_held_against_that_of_each_seed(tmp_path: Path) -> None:
    """From 0.90 at rate 0.5 to 0.94, 0.96 and 0.95 at rate 1: 0.08, 0.12 and 0.10, so 0.1 ± 4.3027 × 0.02 √(4/3).

    The first seed of rate 1 is none of rate 0.5.
    """
    path = write(tmp_path)
    tree = yaml.safe_load(path.read_text())
    change = {"name": "Table 2", "table": "Table 1", "metric": "testing_accuracy"}
    tree["rates_of_change"] = change | {"pairs": [["1", "0.5"], ["0.5", "1"]], "printed": ["0.19", "-"]}
    path.write_text(yaml.safe_dump(tree))
    first = runs(testing_accuracy=[0.99, 0.94, 0.96, 0.95])
    second = runs(testing_accuracy=[0.50, 0.90, 0.90, 0.90]).assign(learning_rate=0.5, key=["m0", "m1", "m2", "m3"])[1:]
    *_, rate = judge(path, pd.concat([first, second.iloc[::-1]]))
    assert (rate.table, rate.metric, rate.column) == (
        *("Table 2", "testing_accuracy rate of change", "learning_rate 0.5 to 1"),
    )
    assert [each.learning_rate for each in rate.configurations] == [1, 0.5]
    assert rate.values == pytest.approx((0.08, 0.12, 0.10))
    assert rate.interval is not None
    reach = 4.302653 * 0.02 * math.sqrt(4 / 3)
    assert (rate.interval.low, rate.interval.high) == pytest.approx((0.1 - reach, 0.1 + reach), abs=1e-6)
    assert rate.verdict == "reproduced"
    second = runs(testing_accuracy=[0.9, 0.9, None]).assign(learning_rate=0.5, key=["m0", "m1", "m2"])
    lost = judge(path, pd.concat([first, second]))[-1]
    assert (lost.verdict, lost.diverged) == ("not judged", 1)


def test_other_runs_of_like_accuracy_tell_how_much_runs_differ_and_nothing_else(tmp_path: Path) -> None:
    file = published.load(file_of(tmp_path, testing_accuracy=["0.9450"]), CONFIG)
    own = readings.samples(runs(testing_accuracy=SPREAD))
    wild = [0.90, 0.95, 0.97]
    others = readings.samples(runs_of(*[{"testing_accuracy": wild}] * 4).assign(batch_size=16))
    alone, moderated = (cells.judge(file, own, None, given)[0] for given in ({}, others))
    assert (alone.mean, alone.sd, alone.n) == (moderated.mean, moderated.sd, moderated.n)
    assert alone.spread is not None
    assert moderated.spread is not None
    variances = [np.var(SPREAD, ddof=1), *[np.var(wild, ddof=1)] * 4]
    prior = spread.fit(variances, [2] * 5)
    expected = (prior.freedom * prior.variance + 2 * variances[0]) / (prior.freedom + 2)
    assert moderated.spread.sd**2 == pytest.approx(expected)
    assert moderated.spread.sd > alone.spread.sd
    worse = runs_of(*[{"testing_accuracy": [0.75, 0.80, 0.82]}] * 4).assign(batch_size=16)  # err four times as often
    for unlike in (readings.samples(worse), readings.samples(runs_of({"testing_accuracy": wild}))):
        assert cells.judge(file, own, None, unlike) == (alone,)


def test_the_first_seeds_are_those_of_the_smallest_numbers_in_whatever_order_the_runs_come() -> None:
    (sample,) = readings.samples(runs(testing_accuracy=[0.91, 0.92, 0.93, None]).iloc[::-1]).values()
    first = sample.to_seed(2)
    assert (first.seeds, first.values["testing_accuracy"], first.diverged) == ((1, 2), (0.91, 0.92), ())
    assert sample.to_seed(4).diverged == (4,)  # which others asked for, and which counts for them alone


def rates_file(folder: Path, metrics: list[str], printed: list[str]) -> Path:
    """Rates of change between the rates 1 and 0.5, and 1 and 0.25, which no column has."""
    rows = [{"metric": metrics, "printed": ["0.9450", "0.9300"]}]
    path = write(folder, rows=rows)
    tree = yaml.safe_load(path.read_text())
    change = {"name": "Table 2", "table": "Table 1", "metric": metrics[0], "pairs": [["1", "0.5"], ["0.5", "1"]]}
    path.write_text(yaml.safe_dump(tree | {"rates_of_change": change | {"printed": printed}}))
    return path


def test_a_rate_of_change_is_of_the_epoch_that_its_row_is_taken_for(tmp_path: Path) -> None:
    """The accuracies fit the best epoch, from which the rate is (0.945 - 0.930) / 0.5."""
    best = ([0.944, 0.945, 0.946], [0.929, 0.930, 0.931])
    tables = [
        runs(
            testing_accuracy=[level + 0.5 for level in own], best_validation_accuracy=own, validation_accuracy=[0.5] * 3
        )
        for own in best
    ]
    tables[1] = tables[1].assign(learning_rate=0.5, key=["m0", "m1", "m2"])
    path = rates_file(tmp_path, ["validation_accuracy", "best_validation_accuracy"], ["0.03", "-"])
    *row, rate = judge(path, pd.concat(tables))
    assert [each.metric for each in row] == ["best_validation_accuracy"] * 2
    assert (rate.metric, rate.values) == ("best_validation_accuracy rate of change", pytest.approx((0.03,) * 3))


def test_a_rate_of_change_may_be_negative_and_without_runs_of_one_column_is_not_judged(tmp_path: Path) -> None:
    path = rates_file(tmp_path, ["testing_accuracy"], ["-", "0.01"])
    first = runs(testing_accuracy=[0.94, 0.95, 0.96])
    *_, rate = judge(path, first)
    assert (rate.verdict, rate.values, rate.others, rate.refused) == ("not judged", (), 0, 0)
    second = runs(testing_accuracy=[0.95, 0.95, 0.95]).assign(learning_rate=0.5, key=["m0", "m1", "m2"])
    *cells_of_table, rate = judge(path, pd.concat([first, second]))
    assert rate.interval is not None
    assert rate.interval.low < 0 < rate.interval.high
    assert [each.configurations[0].learning_rate for each in cells_of_table] == [1, 0.5]


def test_of_class_shares_the_epoch_with_more_runs_of_the_printed_one_is_likelier(tmp_path: Path) -> None:
    """Of three runs two have the share at the best epoch and none at the last one: 3 of 6 against 1 of 6."""
    rows = [{"metric": ["validation_accuracy", "best_validation_accuracy"], "printed": ["0.1104", "-"]}]
    table = runs(validation_accuracy=[0.09, 0.09, 0.1], best_validation_accuracy=[0.1104, 0.1104, 0.1])
    file = published.load(write(tmp_path, rows=rows), CONFIG)
    (judged,) = cells.judge(file, readings.samples(table), SHARES)
    assert (judged.metric, judged.discrete) == ("best_validation_accuracy", True)
    assert judged.open is not None
    assert judged.open.advantage == pytest.approx(math.log(3))


def test_a_rate_of_change_of_a_number_that_is_not_printed_is_left_out(tmp_path: Path) -> None:
    path = rates_file(tmp_path, ["testing_accuracy"], ["0.03", "-"])
    path.write_text(path.read_text().replace("'0.9300'", "'-'"))
    assert [each.table for each in judge(path, runs(testing_accuracy=SPREAD))] == ["Table 1"]


def test_as_far_above_the_mean_as_below_it_a_number_is_as_likely() -> None:
    reading = readings.Reading("testing_accuracy", (0.941, 0.942, 0.943), spread.Spread(0.001, 5))
    above, below, far = (reading.log_likelihood(Quantity(text)) for text in ("0.9440", "0.9400", "0.9460"))
    assert above == pytest.approx(below)
    assert far < above - 1


# --- Means and bests of several runs, repeated runs, and what is not judged

MEAN_OF_5, BEST_OF_7 = Summary("mean", 5), Summary("best", 7)


def cell(printed: str, metric: str = "testing_accuracy", rate: float = 1.0, **of: Any) -> published.Cell:
    """A number of a table with a column for each rate; `of`: its summary, which of equal columns, what is beyond."""
    summary = of.pop("summary", ONE)
    column = published.Column({"learning_rate": rate}, replace(CONFIG.defaults, learning_rate=rate), **of)
    return published.Cell("Table 1", (metric,), column, Quantity(printed), printed, summary)


def judge_cells(table: pd.DataFrame, *printed: published.Cell) -> tuple[cells.JudgedCell, ...]:
    return cells.judge(of_cells(*printed), readings.samples(table), SHARES)


def edge(judged: cells.JudgedCell) -> tuple[float, float]:
    """The ends of its own interval, in standard errors of one run around the mean of the runs."""
    assert judged.low is not None
    assert judged.high is not None
    error = 0.001 * math.sqrt(4 / 3)
    return (judged.low - 0.945) / error, (judged.high - 0.945) / error


def test_a_mean_of_five_runs_is_held_against_where_such_means_fall() -> None:
    """4.302653 is Student's t of two degrees: ± 4.302653 · 0.001 · √(1/5 + 1/3), which is 0.003142."""
    for printed, verdict in (("0.94814", "reproduced"), ("0.94815", "not reproduced")):
        (judged,) = judge_cells(runs(testing_accuracy=SPREAD), cell(printed, summary=MEAN_OF_5))
        assert (judged.low, judged.high) == pytest.approx((0.945 - 0.0031422, 0.945 + 0.0031422), abs=1e-6)
        assert (judged.verdict, judged.summary) == (verdict, MEAN_OF_5)


def test_the_best_of_several_runs_is_held_against_the_largest_and_of_losses_the_smallest() -> None:
    rng = np.random.default_rng(4)
    ours, theirs = rng.standard_normal((40_000, 3)), rng.standard_normal((40_000, 7)).max(axis=1)
    places = (theirs - ours.mean(axis=1)) / ours.std(axis=1, ddof=1) / math.sqrt(4 / 3)
    low, high = np.quantile(places, [0.025, 0.975])
    (largest,) = judge_cells(runs(testing_accuracy=SPREAD), cell("0.9460", summary=BEST_OF_7))
    assert edge(largest) == (pytest.approx(low, abs=0.05), pytest.approx(high, rel=0.05))
    (smallest,) = judge_cells(runs(testing_loss=SPREAD), cell("0.9440", "testing_loss", summary=BEST_OF_7))
    assert edge(smallest) == (pytest.approx(-high, rel=0.05), pytest.approx(-low, abs=0.05))
    (usual,) = judge_cells(runs(testing_accuracy=SPREAD), cell("0.9450"))
    assert largest.deviate is not None
    assert largest.deviate < 0 < (largest.difference or 0)  # above the mean, and less than the best of seven would be
    assert usual.deviate == 0


def test_the_best_run_may_have_been_chosen_by_any_number_of_its_column_that_is_stated_so() -> None:
    """From where any run would fall to where the best of seven would; nobody knows the deviate."""
    table = runs(testing_accuracy=SPREAD, best_validation_accuracy=SPREAD)
    bests = cell("0.9450", summary=BEST_OF_7), cell("0.9450", "best_validation_accuracy", summary=BEST_OF_7)
    (single,), (alone,) = judge_cells(table, cell("0.9450")), judge_cells(table, bests[0])
    for judged in judge_cells(table, *bests):
        assert edge(judged) == pytest.approx((edge(single)[0], edge(alone)[1]))
        assert judged.deviate is None


def test_a_mean_of_class_shares_lies_among_them_and_the_best_is_one() -> None:
    table = runs(testing_accuracy=[0.11352] * 3)
    for printed, of_one, of_mean in (("0.1135", "r", "r"), ("0.1100", "n", "r"), ("0.0990", "n", "n")):
        verdicts = {"r": "reproduced", "n": "not reproduced"}
        for summary, expected in ((ONE, of_one), (BEST_OF_7, of_one), (MEAN_OF_5, of_mean)):
            (judged,) = judge_cells(table, cell(printed, summary=summary))
            assert (judged.discrete, judged.verdict) == (True, verdicts[expected]), (printed, summary)


def test_the_epoch_of_a_mean_of_class_shares_is_the_one_at_which_it_lies_among_them() -> None:
    table = runs(validation_accuracy=[0.944, 0.945, 0.946], best_validation_accuracy=[0.1] * 3)
    one = replace(cell("0.1050", summary=MEAN_OF_5), metrics=("validation_accuracy", "best_validation_accuracy"))
    assert judge_cells(table, one)[0].metric == "best_validation_accuracy"
    (other,) = judge_cells(table, replace(one, printed=Quantity("0.9450")))
    assert other.metric == "validation_accuracy"


def test_repeated_runs_are_each_held_against_the_same_runs_and_not_told_from_each_other() -> None:
    table = runs(testing_accuracy=SPREAD)
    printed = [cell(text, run=number + 1) for number, text in enumerate(("0.9450", "0.9460", "0.9600"))]
    judged = judge_cells(table, *printed)
    assert [each.column for each in judged] == [each.column.label for each in printed]
    assert [each.verdict for each in judged] == ["reproduced", "reproduced", "not reproduced"]
    assert [each.others for each in judged] == [0, 0, 0]
    assert not any(each.wide for each in judged)


def test_what_no_run_has_is_not_judged_and_says_so() -> None:
    beyond = cell("0.9450", beyond=("momentum 0.9", "loss quadratic"))
    diverged = cell("0.9450", rate=0.5)
    table = pd.concat(
        [runs(testing_accuracy=SPREAD), runs(testing_accuracy=[0.9, None]).assign(learning_rate=0.5, key=["a", "b"])]
    )
    judged = judge_cells(table, cell("0.9450"), beyond, diverged, cell("0.9450", rate=0.1))
    assert [each.reason for each in judged] == ["", beyond.column.reason, "1 of 2 runs diverged", "too few runs: 0"]
    assert "momentum 0.9, loss quadratic" in judged[1].reason
    assert [each.verdict for each in judged] == ["reproduced"] + ["not judged"] * 3
    assert judged[1].values == ()
    assert judged[0].file_low == judged[0].low  # the only one that is judged
    assert cells.tally(judged).unjudged == 3


def test_a_number_keeps_the_text_of_its_file() -> None:
    (judged,) = judge_cells(runs(testing_accuracy=SPREAD), replace(cell("0.9450"), text="94.50%"))
    assert (judged.text, judged.printed) == ("94.50%", "0.9450")
