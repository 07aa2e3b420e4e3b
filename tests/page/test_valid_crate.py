"""The report's folder is a valid RO-Crate; the validator finds what it is for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import crates
import pytest

from page.conftest import Report
from page.crate_checks import citable, validity
from page.programs import ROOT, expect_none


def test_the_folder_of_the_report_is_a_workflow_run_crate(report: Report) -> None:
    expect_none(validity(report.page.parent))


def test_its_files_are_those_that_the_metadata_tell(report: Report) -> None:
    expect_none(crates.changed_files(report.page.parent))


def test_a_small_crate_is_one(tmp_path: Path) -> None:
    crates.write(tmp_path)
    expect_none(validity(tmp_path))


BREAKAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ro-crate-1.1": lambda entity: entity["./"].pop("datePublished"),
    "process-run-crate-0.5": lambda entity: entity["#build"].pop("instrument"),
    "workflow-ro-crate-1.0": lambda entity: entity["workflow/Snakefile"].pop("programmingLanguage"),
    "workflow-run-crate-0.5": lambda entity: entity["./"]["conformsTo"].pop(1),
}


@pytest.mark.parametrize("profile", BREAKAGES)
def test_what_a_profile_asks_for_is_missed(tmp_path: Path, profile: str) -> None:
    metadata = crates.write(tmp_path)
    BREAKAGES[profile]({entity["@id"]: entity for entity in metadata["@graph"]})
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    assert any(problem.startswith(profile) for problem in validity(tmp_path))


def test_the_citation_is_as_its_format_asks(tmp_path: Path) -> None:
    assert citable(ROOT / "CITATION.cff")
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    wrong = tmp_path / "CITATION.cff"
    wrong.write_text(text.replace("date-released: 20", "date-released: on 20"), encoding="utf-8")
    assert not citable(wrong)
