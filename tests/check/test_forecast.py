"""What a dry run says: which runs would be trained, and for how long by those that there are."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from configuration import CONFIG_YAML

from pipeline.check import forecast
from pipeline.config import load as config
from pipeline.config.settings import Experiment
from pipeline.experiments import plan
from pipeline.files import sealed

CONFIG = config.load(CONFIG_YAML)
DEFAULTS = replace(CONFIG.defaults, learning_rate=0.1, batch_size=64, hidden=128, epochs=10)


def test_a_run_takes_its_epochs_and_its_start_by_the_timed_runs_most_like_it() -> None:
    known = {(64, 128): 0.4, (16, 128): 1.1}
    start = forecast.STARTING
    assert forecast.run_seconds(DEFAULTS, known) == pytest.approx(start + 4)
    assert forecast.run_seconds(replace(DEFAULTS, epochs=50), known) == pytest.approx(start + 20)
    assert forecast.run_seconds(replace(DEFAULTS, batch_size=20), known) == pytest.approx(start + 11)
    assert forecast.run_seconds(replace(DEFAULTS, hidden=256), known) == pytest.approx(start + 8), "twice the work"
    assert forecast.run_seconds(replace(DEFAULTS, hidden=0), known) == pytest.approx(start + 4), "at most"
    assert math.isnan(forecast.run_seconds(DEFAULTS, {}))


def test_timed_are_the_runs_that_can_be_read(tmp_path: Path) -> None:
    """The middle of each run's epochs, and of the runs: 0.2, 0.4 and 0.9; the first epoch of one was interrupted."""
    for name, seconds in {"a": [0.2, 0.2], "b": [90.0, 0.4, 0.4], "c": [0.9], "d": []}.items():
        sealed.write_json(tmp_path / name / "timing.json", {"seconds_per_epoch": seconds})
        sealed.write_json(tmp_path / name / "metrics.json", {"specification": {"batch_size": 64, "hidden": 128}})
    sealed.write_json(tmp_path / "cut/timing.json", {"seconds_per_epoch": [5.0]})
    assert forecast.timed(tmp_path) == {(64, 128): pytest.approx(0.4)}


def test_missing_runs_are_listed_by_configuration_and_summed_over_cores(tmp_path: Path) -> None:
    sealed.write_json(tmp_path / "a/timing.json", {"seconds_per_epoch": [6.0]})
    sealed.write_json(tmp_path / "a/metrics.json", {"specification": {"batch_size": 64, "hidden": 128}})
    slow = replace(DEFAULTS, epochs=100)
    experiment = Experiment("check", "grid", (), (DEFAULTS, slow), 5)
    runs = plan.runs(CONFIG, [experiment], "f" * 64)
    head, _, *rows, last = forecast.lines({CONFIG.protocol: runs}, tmp_path, 2)
    assert head.startswith("20% drawn by seed 1024 held out")
    # 5 × 61 / 2 s, and 5 × 601 / 2
    assert [row.split()[4:] for row in rows] == [["10", "5", "3", "min"], ["100", "5", "25", "min"]]
    assert last.startswith("10 runs would be trained, in about 28 min on 2 cores")
    *_, last = forecast.lines({CONFIG.protocol: runs}, tmp_path / "empty", 2)
    assert last.startswith("10 runs would be trained (how long is told once a run is there), and 2 times as many")
    assert forecast.lines({CONFIG.protocol: ()}, tmp_path, 2) == [
        "Every run is there already: nothing would be trained."
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (99, "99 s"), (150, "2 min"), (5400, "90 min"), (9000, "2.5 h")],
)
def test_a_time_is_told_as_exactly_as_it_is_known(seconds: float, text: str) -> None:
    assert forecast.told(seconds) == text
