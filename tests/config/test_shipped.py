"""config.yaml as it comes with the project, and what is shown of it; once edited it is its user's (see committed)."""

import json
import re
from typing import Any

import pytest
import yaml
from committed import ROOT, as_committed
from synthetic import LINEAR

from pipeline.analysis import collapse
from pipeline.config import load as config
from pipeline.config.settings import Config
from pipeline.figures import catalogue
from pipeline.report.views import appendix
from pipeline.writeup import published

FILE = ROOT / "config.yaml"
pytestmark = as_committed("config.yaml")


@pytest.fixture(scope="module")
def shipped() -> Config:
    return config.load(FILE)


def resolved() -> dict[str, Any]:
    return config.resolved(config.read_tree(FILE, {}))


def test_the_experiments_are_the_write_ups(shipped: Config) -> None:
    sizes = {e.name: (len(e.configurations), e.replicates) for e in shipped.experiments.values()}
    told = "the report would not judge all of the numbers that the write-up prints in Tables 4 to 8"
    assert sizes["learning_rates"] == (4, 10), told
    assert sizes["regularization"] == (5, 10), told
    assert sizes["grid"] == (48, 1), told
    assert shipped.split.sizes(60_000) == (48_000, 12_000), told


def test_the_coefficients_lie_on_both_sides_of_the_critical_one(shipped: Config) -> None:
    told = "section 3.2 would not show where the weights begin to stay at zero"
    assert [each.name for each in collapse.experiments(shipped)] == ["regularization", "collapse"], told
    told = "the experiment would have a section of its own besides"
    assert "collapse" not in {each.name for each in catalogue.further(shipped)}, told
    coefficients = [float(each.reg) for each in shipped.experiments["collapse"].configurations]
    assert min(coefficients) < LINEAR.critical < max(coefficients)


def test_the_randomization_tests_are_the_papers() -> None:
    told = "section 2.3 would lack some of the paper's tests"
    assert resolved()["randomisation"]["corruption"] == [0.2, 0.5, 0.8, 1], told


def test_the_listing_fits_half_a_page() -> None:
    lines = appendix.listing(resolved()).splitlines()
    assert max(map(len, lines)) <= 58, "lines of the listing in the appendix would break"
    assert not any("http" in line for line in lines), "the appendix would list addresses"


OF_THE_REPORT = {"report/config.json": "numpy"} | {
    f"report/reference/{engine}/config.json": engine for engine in ("numpy", "compiled")
}


@pytest.mark.parametrize(("path", "engine"), OF_THE_REPORT.items())
@as_committed("report")
def test_the_report_was_built_from_it(path: str, engine: str) -> None:
    built_from = json.loads((ROOT / path).read_text(encoding="utf-8"))
    told = "make report and make reference were not run since: the report shows other experiments, make verify fails"
    assert built_from == resolved() | {"engine": engine}, told


@pytest.mark.parametrize("page", ["README.md", "docs/experiments.md"])
def test_the_experiment_in_the_readme_can_be_added_to_it(shipped: Config, page: str) -> None:
    readme = (ROOT / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(experiments:\n.*?)^```", readme, re.MULTILINE | re.DOTALL)
    found = config.load(FILE, yaml.safe_load(example))
    assert len(found.experiments) == len(shipped.experiments) + 1, "the README's example would replace an experiment"


@as_committed("examples")
def test_the_example_of_a_submission_can_be_judged_by_it(shipped: Config) -> None:
    found = published.load(ROOT / "examples/submission.yaml", shipped)
    assert found.data == shipped.data.name, "make check PUBLISHED=examples/submission.yaml would judge no number"
    assert len(found.cells) == 7
    assert len(found.configurations) == 4
