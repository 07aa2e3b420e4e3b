"""Checks of the report's folder as an RO-Crate, and of CITATION.cff, by validators of others."""

from pathlib import Path

from page.programs import ROOT, TOOLS, output, run

PROGRAMS = ROOT / ".venv-crate/bin"
PROFILE = "workflow-run-crate-0.5"


def validity(folder: Path) -> list[str]:
    """Every requirement of RO-Crate 1.1 and Workflow Run Crate that the folder does not meet."""
    return output(str(PROGRAMS / "python"), TOOLS / "validate_crate.py", folder, PROFILE).splitlines()


def citable(path: Path) -> bool:
    """Whether a file is as the Citation File Format asks."""
    return run(str(PROGRAMS / "cffconvert"), "--validate", "-i", path).returncode == 0
