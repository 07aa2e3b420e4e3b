"""A finished build, whichever folder it lies in: what it was made from and with."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import software
from pipeline.differences import read_table
from pipeline.errors import InputError, shown

NEEDED = ("config.json", "data/data.json", "runs.csv")
MEND = "Hint: make report builds one in the project's folder."


@dataclass(frozen=True)
class Finished:
    """A build by its folder of results. `project` is the folder they lie in, if that is a copy of the project."""

    results: Path
    project: Path | None

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
        around = results.resolve().parent
        own = results.resolve().name == "results" and (around / "requirements.lock").is_file()
        return cls(results, around if own else None)

    @property
    def configuration(self) -> dict[str, Any]:
        """The resolved configuration, all but title and author."""
        return read_mapping(self.results / "config.json")

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
        """The class of the machine it was built on; None if its record is gone or another build's."""
        record = self.project / "report/build.json" if self.project else None
        if record is None or not record.is_file():
            return None
        told = read_mapping(record)
        page = self.results / "report/report.html"
        if not page.is_file() or told.get("files", {}).get("report/report.html") != checksum(page):
            return None
        found: dict[str, Any] | None = told.get("machine_class")
        return found

    def packages(self) -> dict[str, str] | None:
        """Name and version of each package of the project's lock; None if there is no project."""
        return software.pins(self.project / "requirements.lock") if self.project else None


def read_mapping(path: Path) -> dict[str, Any]:
    """A JSON file that holds a mapping. Raises InputError if it does not."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{shown(path)}: expected what a build writes, found: {error}. {MEND}") from error


def checksum(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
