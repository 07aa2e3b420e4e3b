"""Builds whose files lie in a bucket, and what they are held against: a plain build of the same settings."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from conftest import SMALL, Project, copy_project
from faults.striking import WITH_TIMES as TIMES

from storage.bucket import Bucket, bucket

# Both checkpoints, few steps: a file in a bucket costs many requests.
SETTINGS = SMALL | {
    "writeup": False,
    "experiments": {
        "learning_rates": {"sweep": {"learning_rate": [1, "e^-1"]}},
        "grid": {"grid": {"learning_rate": [0.4, 0.8]}, "replicates": 1},
        "best": {"best_of": "grid"},
    },
    "tables": {},
}
WITH_TIMES = (*TIMES, "SHA256SUMS")
TRAINED = r"^results/runs/.*/SHA256SUMS$"  # stored after the other files of a run


def make(folder: Path) -> Project:
    """A copy of the project with these settings."""
    folder.mkdir()
    copy_project(folder)
    project = Project(folder)
    project.configure(**SETTINGS)
    tree = yaml.safe_load((project / "config.yaml").read_text(encoding="utf-8"))
    del tree["randomisation"]
    (project / "config.yaml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return project


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[[str], Project]:
    """Make a copy of the project, by a name."""
    return lambda name: make(tmp_path / name)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished build of the same settings without a storage, which no test changes."""
    project = make(tmp_path_factory.mktemp("plain") / "project")
    project.build()
    return project


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    """A bucket."""
    with bucket() as made:
        yield made


def timings(here: Bucket) -> dict[str, bytes]:
    """How long each run took that is trained, by the name of its object: other bytes if it is trained again."""
    trained = (key.replace("SHA256SUMS", "timing.json") for key in here.objects(TRAINED))
    return {key: here.read(key) for key in trained}


def report(project: Project) -> dict[str, str]:
    """The sha256 of every file of the published report, by name, but of those that hold times."""
    return {
        path.relative_to(project / "report").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((project / "report").rglob("*"))
        if path.is_file() and path.name not in WITH_TIMES
    }


def differing(here: Bucket, project: Project) -> list[str]:
    """The objects below results/ whose bytes are not those of a project's file, but of those that hold times."""
    return [
        key
        for key in here.objects("^results/")
        if Path(key).name not in WITH_TIMES
        and not ((project / key).is_file() and (project / key).read_bytes() == here.read(key))
    ]
