"""The evidence in words: what is said of printed numbers and claims follows the verdicts."""

import math
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from synthetic import TEMPLATES, Course, Rule, rising, usual, write_results

from pipeline import context, evidence, published, report
from pipeline.settings import Configuration
from pipeline.writeup_claims import CLAIMS

PRINTED = {1.0: 0.9471, math.exp(-1): 0.9443, math.exp(-2): 0.9301}  # testing accuracies of Table 4
TESTING = 0.005  # by how much synthetic.record_of puts testing above the best validation accuracy


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The text of the whole report for a rule, without markup."""
    monkeypatch.setattr(report, "font_faces", lambda _: "")

    def text(rule: Rule = ten, data: str = "MNIST", **changes: Any) -> str:
        results = write_results(tmp_path / "results", rule, data=data, epochs=10, **changes)
        html = report.render(context.build(results, "Title", "Author", ()), TEMPLATES, "screen")
        body = re.sub(r"<(style|script|svg|details)\b.*?</\1>", " ", html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ").split())

    return text


def as_printed(shift: float = 0.0, spread: float = 0.0003) -> Rule:
    """Testing accuracies of the three rates around the printed ones, the first rate `shift` above."""

    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.learning_rate in PRINTED and chosen.reg == 0.001:
            level = PRINTED[chosen.learning_rate] - TESTING + (shift if chosen.learning_rate == 1 else 0)
            return rising(level + (spread if seed % 2 else -spread), epochs=10, gain=0.001)
        return ten(chosen, seed)

    return rule


def ten(chosen: Configuration, seed: int) -> Course:
    """The usual results, as long as the write-up's."""
    course = usual(chosen, seed)
    return course + [course[-1]] * (10 - len(course))


def test_another_data_set_judges_nothing(tell: Callable[..., str]) -> None:
    text = tell(data="Synthetic")
    assert "so none of its numbers and claims can be judged here: data Synthetic instead of MNIST." in text
    assert "Printed numbers cannot be judged by these runs" in text
    assert f"0 supported, 0 contradicted, {len(CLAIMS) + 1} undetermined" in text


def test_numbers_that_the_runs_meet_are_counted(tell: Callable[..., str]) -> None:
    text = tell(as_printed())
    found = re.search(r"Of (\d+) numbers, (\d+) (?:is|are) reproduced", text)
    assert found
    assert int(found[1]) >= 6
    assert "testing accuracy, η = 1: the printed" not in text
    assert re.search(r"Were every printed number one more run of the same kind, \d+\.\d would fall outside", text)
    assert f"{found[2]} of {found[1]} reproduced" in text


def test_a_number_beyond_all_runs_is_named_with_what_the_runs_support(tell: Callable[..., str]) -> None:
    text = tell(as_printed(shift=-0.02))
    assert (
        "Table 4, testing accuracy, η = 1: the printed 0.9471 is 2.00 percentage points above the mean of 2 runs and "
        "above every one of them. Nothing that these runs vary explains it." in text
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"network": {"hidden": 128, "initial_scale": 0.1, "initial_seed": 1024}},
            "initial scale 0.1 instead of 0.001.",
        ),
        ({"split": {"validation_fraction": 0.2, "seed": None}}, "split seed none instead of 1024."),
        ({"split": {"validation_fraction": 0.25, "seed": 1024}}, "validation fraction 0.25 instead of 0.2."),
    ],
)
def test_another_protocol_judges_nothing(tell: Callable[..., str], changes: dict[str, Any], told: str) -> None:
    text = tell(as_printed(), **changes)
    assert told in text
    assert "Printed numbers cannot be judged by these runs" in text


def test_without_seeds_no_number_is_judged(tell: Callable[..., str]) -> None:
    text = tell(as_printed(), replicates=1)
    assert "None of the write-up’s numbers can be judged" in text
    assert "Printed numbers cannot be judged by these runs" in text


def test_a_list_without_the_write_ups_rates_judges_the_rest(tell: Callable[..., str]) -> None:
    experiments = {
        "learning_rates": {"sweep": {"learning_rate": [0.5, 0.25]}},
        "regularization": {"sweep": {"reg": [1, "e^-1"]}},
    }
    tables = {
        "learning_rates": {"experiment": "learning_rates", "metrics": ["testing_accuracy"]},
        "regularization": {"experiment": "regularization", "metrics": ["testing_accuracy"]},
    }
    text = tell(as_printed(), experiments=experiments, tables=tables)
    assert re.search(r"Of 6 numbers, \d (?:is|are) reproduced", text)
    assert "23 more cannot be judged, since no experiment here has two finished runs of their configurations." in text
    assert "Two seeds or more, all finished, are wanted of learning_rate 0.1353, reg 0.001, batch_size 64" in text


def test_the_step_writes_its_tables(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", as_printed(), data="MNIST", epochs=10)
    evidence.write_all(results, published.FILE, tmp_path / "evidence")
    columns = {path.stem: list(pd.read_csv(path)) for path in (tmp_path / "evidence").glob("[!.]*")}
    assert columns["cells"] == ["table", "row", "column", "published", "mean", "sd", "n", "low", "high", "verdict"]
    assert columns["audit"] == ["claim", "published", "recomputed", "verdict"]
    assert columns["claims"] == ["claim", "test", "statistic", "verdict", "sentence"]
    assert set(columns) == {"cells", "audit", "claims", "tests"}
    first = (tmp_path / "evidence/cells.csv").read_bytes()
    evidence.write_all(results, published.FILE, tmp_path / "evidence")
    assert (tmp_path / "evidence/cells.csv").read_bytes() == first
