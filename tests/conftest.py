"""A copy of the project to build in, with settings small enough for a test."""

import inheritance  # before what reads the environment when it is imported

# isort: split

import csv
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import matplotlib
import pytest
import yaml
from configuration import CONFIG_YAML, ROOT
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from pypdf import PdfReader

from pipeline.figures.style import STYLE
from pipeline.report import render as report
from pipeline.workflow.sources import SOURCES

# machines differ in speed: time is measured in benchmarks, not here
settings.register_profile("project", deadline=None)
settings.load_profile("project")

OWN_BUILD = {"make_project", "built"}  # what a test asks for that starts builds
# Three sections with few, short runs on the 5,000-image sample.
SMALL: dict[str, Any] = {
    "source": "sample",
    "replicates": 2,
    "epochs": 2,
    "randomisation": {
        "images": 100,
        "learning_rate": 1,
        "reg": 0,
        "batch_size": 20,
        "initial_scale": 0.05,
        "epochs": 3,
        "seed": 1,
        "corruption": [1],
    },
    "experiments": {
        "learning_rates": {"sweep": {"learning_rate": [1, "e^-1"]}},
        "regularization": {"sweep": {"reg": [1, "e^-4"]}},
        "grid": {"grid": {"learning_rate": [0.4, 0.8], "batch_size": [32, 64]}, "replicates": 1},
        "best": {"best_of": "grid"},
        "default": {"single": {}},
    },
    "tables": {
        "learning_rates": {
            "experiment": "learning_rates",
            "metrics": ["training_accuracy", "testing_accuracy"],
            "rate_of_change": {"metric": "testing_accuracy", "pairs": [[1, "e^-1"]]},
        },
        "regularization": {"experiment": "regularization", "metrics": ["validation_accuracy", "testing_accuracy"]},
        "tuning": {"best": "best", "default": "default", "metrics": ["best_validation_accuracy", "testing_accuracy"]},
    },
}


@dataclass
class Project:
    """A copy of the project in a folder of its own."""

    folder: Path

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def configure(self, **settings: Any) -> None:
        """Replace top-level settings of config.yaml."""
        path = self / "config.yaml"
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(tree | settings, sort_keys=False, allow_unicode=True), encoding="utf-8")

    def experiments(self, **experiments: Any) -> None:
        """Add or replace experiments."""
        tree = yaml.safe_load((self / "config.yaml").read_text(encoding="utf-8"))
        self.configure(experiments=tree["experiments"] | experiments)

    def environment(self, **variables: str) -> dict[str, str]:
        """The environment of a command: a cache without MNIST, this Python first, and the given variables."""
        inherited = {name: value for name, value in os.environ.items() if name != "MNIST_DIR"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # the list of the system's fonts is made once for all
        folders = {"XDG_CACHE_HOME": str(self / "cache"), "MPLCONFIGDIR": matplotlib.get_cachedir()}
        return inherited | {"PATH": path} | folders | variables

    def snakemake(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake with the default profile; the output is stdout and stderr together."""
        return subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a build in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=self.folder,
            env=self.environment(**environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def build(self, *arguments: str, **environment: str) -> str:
        """Build and return the output; fails the test if the build fails."""
        result = self.snakemake(*arguments, **environment)
        assert result.returncode == 0, result.stdout
        return result.stdout

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Hold printed numbers against runs; stdout has the verdicts, stderr the rest."""
        return subprocess.run(
            [sys.executable, "-m", "pipeline.check.command", *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=600,
        )

    def prune(self) -> str:
        """Delete unused runs and return what was said of it."""
        command = [sys.executable, "-m", "pipeline.workflow.prune"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def planned(self, *arguments: str, **environment: str) -> dict[str, int]:
        """The jobs by rule that a build would run now."""
        output = self.build("-n", *arguments, **environment)
        counts = _job_counts(output.splitlines())
        assert counts or "Nothing to be done" in output, output
        return counts

    def keys(self) -> set[str]:
        """The keys of the runs on disk."""
        return {path.name for path in (self / "results" / "runs").iterdir()}

    def used_keys(self) -> list[str]:
        """The keys of the runs that the last build counted, sorted."""
        lines = (self / "results/runs.csv").read_text(encoding="utf-8").splitlines()
        return sorted({row["key"] for row in csv.DictReader(lines)})

    def metrics(self) -> list[dict[str, Any]]:
        """metrics.json of every run on disk."""
        return [json.loads(path.read_text()) for path in sorted((self / "results/runs").glob("*/metrics.json"))]


def text_of(pdf: Path) -> str:
    """The text of every page of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(pdf).pages)


def _job_counts(lines: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        # Snakemake prints the name of a rule with spaces in place of underscores
        match = re.fullmatch(r" *([a-z]+(?: [a-z]+)?) +(\d+) *", line)
        if match and match[1] not in ("total", "job"):
            counts[match[1].replace(" ", "_")] = int(match[2])
    return counts


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests with builds of their own as slow, and put files with builds first.

    They take longest, and all processes are to end at about the same time.
    """
    for item in items:
        if OWN_BUILD & _fixtures(item):
            item.add_marker(pytest.mark.slow)
    long = {item.path for item in items if (OWN_BUILD | {"finished"}) & _fixtures(item)}
    items.sort(key=lambda item: item.path not in long)


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True, scope="session")
def signals() -> None:
    """Processes that tests start heed the signals that tests send; the one that xdist is steered from starts none."""
    inheritance.heed_signals()


@pytest.fixture
def house_style() -> Iterator[None]:
    """What is drawn looks as in the report."""
    with matplotlib.rc_context(STYLE):
        yield


@pytest.fixture(autouse=True, scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile each template once for all tests of a process, which render the report again and again."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "Environment", partial(jinja2.Environment, bytecode_cache=cache))
        yield


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Make a copy of the project; keyword arguments replace top-level settings of config.yaml."""

    def make(**settings: Any) -> Project:
        folder = tmp_path / "project"
        folder.mkdir()
        copy_project(folder)
        project = Project(folder)
        project.configure(**settings)
        return project

    return make


def copy_project(folder: Path) -> None:
    """Copy what a build needs, compiled modules included, and nothing that a build makes; the configuration is ours."""
    for name in SOURCES:
        source = CONFIG_YAML if name == CONFIG_YAML.name else ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # being written
        else:
            shutil.copy2(source, folder / name)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished build of the SMALL settings, which no test changes: one for all processes that test."""
    place = tmp_path_factory.getbasetemp().resolve()
    place = place.parent if "PYTEST_XDIST_WORKER" in os.environ else place
    project = Project(place / "finished")
    with (place / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (project / "report/build.json").is_file():
            shutil.rmtree(project.folder, ignore_errors=True)
            project.folder.mkdir()
            copy_project(project.folder)
            project.configure(**SMALL)
            project.build()
    return project


@pytest.fixture
def built(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished build, with which a test may do what it likes."""
    shutil.copytree(finished.folder, tmp_path / "built")
    return Project(tmp_path / "built")
