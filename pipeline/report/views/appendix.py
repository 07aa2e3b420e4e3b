"""How the report was made: what a reader needs to make the same one."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline.environment import fingerprint
from pipeline.environment.software import Package
from pipeline.experiments import keys
from pipeline.report.views import runlist
from pipeline.report.views.blocks import Source
from pipeline.report.views.runlist import ExperimentRuns, Located

WIDTH = 38  # characters after which a list goes on in the next line; the listing has two columns in print


@dataclass(frozen=True)
class Appendix:
    """The resolved configuration as YAML, versions of the software, and the runs.

    `engine` trained the runs; `code` is the fingerprint of its code, and `numpy` the version, that their keys hold.
    `checksum` names the hash of the data files.
    """

    configuration: str
    python: str
    packages: tuple[Package, ...]
    runs: tuple[ExperimentRuns, ...]
    engine: str
    code: str
    numpy: str
    checksum: str = "SHA-256"

    def located(self, source: Source) -> tuple[Located, ...]:
        """The runs of a source by the rows of the appendix that list them."""
        return runlist.located(source, self.runs)


def build(config: Path, packages: Sequence[Package], runs: tuple[ExperimentRuns, ...]) -> Appendix:
    """The appendix of the resolved configuration in the file `config`."""
    tree = json.loads(config.read_bytes())
    engine = tree.get("engine", "numpy")
    return Appendix(
        configuration=listing(tree),
        python=platform.python_version(),
        packages=tuple(packages),
        runs=runs,
        engine=engine,
        code=fingerprint.of_runs(engine, hidden=True),
        numpy=keys.numpy_version(),
    )


def listing(tree: Mapping[str, Any]) -> str:
    """A configuration tree as YAML, long lists wrapped; without the block `data`, which the page describes itself."""
    shown = {name: value for name, value in tree.items() if name != "data"}
    text: str = yaml.safe_dump(shown, sort_keys=False, default_flow_style=None, width=WIDTH, allow_unicode=True)
    return text.rstrip("\n")
