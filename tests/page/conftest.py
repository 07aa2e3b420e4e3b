"""The two reports under test: the one in report/, and one built by the code as it is."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Project, copy_project

from page.html_checks import Finding, in_browser
from page.programs import ROOT

# All of tests/config.yaml's experiments, so every section, table and figure, in runs that take no time.
QUICK = {"source": "sample", "epochs": 2, "replicates": 2}


@dataclass(frozen=True)
class Report:
    """A finished report."""

    page: Path
    pdf: Path

    @property
    def html(self) -> str:
        """The source of the page."""
        return self.page.read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=["present", "built"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report in report/, whoever built it, or one built from the code and tests/config.yaml on the sample."""
    folder = ROOT
    if request.param == "built":
        folder = tmp_path_factory.mktemp("built")
        copy_project(folder)
        project = Project(folder)
        project.configure(**QUICK)
        project.build()
    return Report(folder / "report/report.html", folder / "report/report.pdf")


@pytest.fixture(scope="session")
def findings(report: Report) -> list[Finding]:
    """What the browser finds on the page."""
    return in_browser(report.page)
