"""A finished build, whichever folder it lies in: what it was made from and with."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.crate import publication
from pipeline.crate.publication import checksum
from pipeline.errors import InputError, shown
from pipeline.verification import differences
from pipeline.verification.differences import read_table

NEEDED = ("config.json", "data/data.json", "runs.csv")
MEND = "Hint: make report builds one in the project's folder."


@dataclass(frozen=True)
class Finished:
    """A build by its folder of results."""

    results: Path

    @classmethod
    def find(cls, folder: Path) -> "Finished":
        """The build of a project's folder, or of a folder of results alone. Raises InputError if there is none."""
        results = folder / "results" if (folder / "results").is_dir() else folder
        missing = next((name for name in NEEDED if not (results / name).is_file()), None)
        if missing:
            found = f"no {missing} in {shown(results)}" if results.is_dir() else "no such folder"
            raise InputError(
                f"{shown(folder)}: expected a project with a finished build, or its results, found {found}. {MEND}"
            )
        return cls(results)

    @property
    def configuration(self) -> dict[str, Any]:
        """The resolved configuration, all but title and author."""
        return read_mapping(self.results / "config.json")

    @property
    def engine(self) -> str:
        """What trained its runs."""
        return str(self.configuration.get("engine", "numpy"))

    @property
    def data(self) -> dict[str, Any]:
        """What data.json says of the images."""
        return read_mapping(self.results / "data/data.json")

    def training(self) -> dict[str, str]:
        """The fingerprint of the code and the version of NumPy that the runs were trained with."""
        found: dict[str, set[str]] = {"code": set(), "numpy": set()}
        for key in dict.fromkeys(read_table(self.results / "runs.csv")["key"]):
            specification = read_mapping(self.results / "runs" / key / "metrics.json").get("specification", {})
            for what, values in found.items():
                values.add(str(specification.get(what))[:16])
        return {what: ", ".join(sorted(values)) for what, values in found.items()}

    def machine_class(self) -> dict[str, Any] | None:
        """The class of the machine it was built on; None if nothing tells."""
        return self._published().get("machine_class")

    def packages(self) -> dict[str, str] | None:
        """Name and version of each package that it was built with; None if nothing tells."""
        return self._published().get("packages")

    def names(self, *patterns: str) -> list[str]:
        """Its files that match; without the randomization tests of other configurations, which are kept for later."""
        of_this = self._published().get("files")
        return [
            name
            for name in differences.names(self.results, *patterns)
            if not (of_this and name.startswith("randomisation/") and f"results/{name}" not in of_this)
        ]

    def _published(self) -> dict[str, Any]:
        """What published.json says of this build; nothing if it is gone or another build's."""
        told = publication.read(self.results / publication.MARK.name) or {}
        page = self.results / "report/html/report.html"
        same = page.is_file() and told.get("files", {}).get("report.html") == checksum(page)
        return told if same else {}


def read_mapping(path: Path) -> dict[str, Any]:
    """A JSON file that holds a mapping. Raises InputError if it does not."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{shown(path)}: expected what a build writes, found: {error}. {MEND}") from error
