"""What the page shows is what the results have: every table, caption, count and number, read as a reader reads them."""

from pathlib import Path

import page_checks
import page_oracle
import page_print
import page_reader
import pytest
import telling
from committed import ROOT, as_committed
from page_checks import Case, Check
from page_oracle import Results
from synthetic import TEMPLATES
from whole_page import CHECKS

from pipeline.environment.software import Package
from pipeline.report import context
from pipeline.report import render as report

REPORT = ROOT / "report"
PACKAGES = (("asked", "1.2.3", "1.2.3", True), ("newer", "2.1.0", "2.0.9", True), ("needed", "0.4", "0.4", False))


def rendered(results: Path, benchmark: Path | None) -> Case:
    """The page of a results folder."""
    packages = [Package(name, version, locked, direct=direct) for name, version, locked, direct in PACKAGES]
    told = context.build(results, "Title", "Author", packages, benchmark=benchmark)
    page = page_reader.read(report.render(told, TEMPLATES, "screen"))
    return Case(page, Results(results, benchmark=benchmark, packages=PACKAGES))


@pytest.fixture(scope="module")
def telling_results(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = telling.write_results(tmp_path_factory.mktemp("telling") / "results")
    return rendered(folder, telling.benchmark(folder))


@pytest.fixture(scope="module")
def contrary_results(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("contrary") / "results"
    telling.write_results(folder, telling.wrong, telling.unlike_the_paper, draw=False)
    telling.fail_checks(folder)
    return rendered(folder, telling.benchmark(folder, others=telling.FASTER))


@pytest.fixture(scope="module")
def committed_report() -> Case:
    page = page_reader.read((REPORT / "report.html").read_text(encoding="utf-8"))
    return Case(page, Results(REPORT / "results", REPORT / "config.json", REPORT / "benchmark.json"))


CASES = [
    "telling_results",
    "contrary_results",
    pytest.param("committed_report", marks=as_committed("report")),
]


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_on_the_page(case: Case, check: Check) -> None:
    check(case)


def test_a_page_of_all_results_has_every_table_and_every_figure(telling_results: Case) -> None:
    """So that no check of one that may be absent has nothing to look at."""
    assert set(telling_results.page.exhibits) == set(page_checks.sources(telling_results))
    curves = {row.head[0] for row in telling_results.page.data("claims-curves").rows}
    assert curves == {page_oracle.setting(parameter, text) for parameter, text, *_ in page_checks.CURVES}


@as_committed("report")
def test_the_pdf_in_report_has_the_numbers_of_the_page_beside_it(committed_report: Case) -> None:
    page_print.same_numbers(committed_report.page, (REPORT / "report.pdf").read_bytes())
