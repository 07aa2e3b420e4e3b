"""The page of a finished build is held against the results of the build, as in test_page_numbers."""

from typing import Any

import page_print
import page_reader
import pytest
from page_checks import Case, Check
from page_oracle import Results
from whole_page import CHECKS


@pytest.fixture(scope="module")
def built_page(finished: Any) -> Case:
    page = page_reader.read((finished / "report/report.html").read_text(encoding="utf-8"))
    return Case(page, Results(finished / "results"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_on_the_page_of_a_build(built_page: Case, check: Check) -> None:
    check(built_page)


def test_the_pdf_of_a_build_has_the_numbers_of_its_page(finished: Any, built_page: Case) -> None:
    page_print.same_numbers(built_page.page, (finished / "report/report.pdf").read_bytes())
