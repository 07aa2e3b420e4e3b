"""The machines: what each has before the project's set-up, and what is expected of a build on it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RELEASES = {"bookworm": "Debian 12", "trixie": "Debian 13"}
VENV = ("python3-venv",)
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0")
SUBSET = ("libharfbuzz-subset0",)
ASKS_FOR_SUBSET = r"(?i)hint.*libharfbuzz-subset0"
# They need the libraries: NumPy's kernels, drawing, the PDF; Snakemake; what an ordinary user may not.
TESTS = (
    "config/test_config",
    "workflow/test_steps",
    "environment/test_kernels",
    "figures/test_figures",
    "files/test_leftovers",
)
TESTS_OF_PDF = ("report/test_report",)


@dataclass(frozen=True)
class Machine:
    """A system and what is expected on it, if nothing else is said: both reports, and no word of a missing library."""

    release: str = "bookworm"
    user: str = "newcomer"
    packages: tuple[str, ...] = ()  # beside the bare system's
    folder: str = "report"  # of the clone, in the home folder
    options: str = "source=sample epochs=2 replicates=1"
    reaches_data: bool = True
    installed: tuple[str, ...] = ()  # packages, by set-up
    formats: tuple[str, ...] = ("html", "pdf")
    said: str | None = None  # pattern of a line of the build
    said_first: str | None = None  # of one before the first run is trained
    unsaid: str | None = ASKS_FOR_SUBSET

    @property
    def report(self) -> str:
        """The README's command for the report, shortened to a build of some minutes."""
        return f'make report SNAKEMAKE_OPTIONS="--config {self.options}"'

    @property
    def test(self) -> str:
        """The README's command for the tests, shortened to some files."""
        names = (*TESTS, *(TESTS_OF_PDF if "pdf" in self.formats else ()))
        return f'make test TESTS="{" ".join(f"tests/{name}.py" for name in names)}"'


MACHINES: Mapping[str, Machine] = {
    "bare": Machine(user="root", installed=(*VENV, *PANGO, *SUBSET)),
    "pango-without-subset": Machine(packages=(*VENV, *PANGO), said="libharfbuzz-subset0", unsaid=None),
    "debian13": Machine(
        *("trixie", "root"),
        folder="Übung 1/report",
        options="source=sample epochs=2 replicates=1 engine=compiled",  # which has to bring its compiler
        installed=(*VENV, *PANGO, *SUBSET),
        said="no clang or gcc here: installing zig",
    ),
    "without-pango": Machine(
        packages=VENV, formats=("html",), said_first=r"(?=.*\bPDF\b).*libpango-1\.0-0", unsaid=None
    ),
    "without-data": Machine(
        packages=(*VENV, *PANGO, *SUBSET),
        folder="Übung 1/report",
        options="epochs=2 replicates=1",
        reaches_data=False,
        said="WARNING.*sample",
    ),
    "pango-without-subset-as-root": Machine(user="root", packages=(*VENV, *PANGO), installed=SUBSET),
}


def mirrors(project: Path) -> list[str]:
    """The hosts of the addresses in config.yaml."""
    text = (project / "config.yaml").read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(r"^\s*- https?://([^/\s:]+)", text, re.MULTILINE)))
