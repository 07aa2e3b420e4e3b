"""The Containerfile: what the image holds is what the project says it needs, and pinned."""

import re
import tomllib

import pytest
from configuration import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.report import typesetting

LOCK = "/opt/requirements.lock"  # in the image
OF_THE_STORAGES = ["rsync"]  # Debian's packages that those of the lock call
OF_THE_ENGINE = ["gcc"]


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """The instructions and their arguments, each in one line."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(name, " ".join(rest.split())) for name, _, rest in (line.partition(" ") for line in lines if line)]


def arguments(instructions: list[tuple[str, str]], wanted: str) -> list[str]:
    return [rest for name, rest in instructions if name == wanted]


def commands(instructions: list[tuple[str, str]]) -> list[str]:
    """The commands that are run, one after the other."""
    return [command for rest in arguments(instructions, "RUN") for command in rest.split(" && ")]


def lock(instructions: list[tuple[str, str]]) -> str:
    """The project's file that is the image's lock."""
    (copied,) = arguments(instructions, "COPY")
    source, target = copied.split()
    assert target == LOCK
    return source


def test_the_base_is_pinned_by_digest_and_is_the_python_of_the_locks(instructions):
    (base,) = arguments(instructions, "FROM")
    assert (pinned := re.fullmatch(r"python:([\d.]+)-slim-[a-z]+@sha256:[0-9a-f]{64}", base))
    (resolved,) = set(re.findall(r"--python-version (\S+)", (ROOT / "setup.sh").read_text(encoding="utf-8")))
    assert pinned[1].startswith(resolved)


def test_the_libraries_of_the_pdf_are_installed_and_little_else(instructions, monkeypatch):
    monkeypatch.setattr(typesetting, "missing", lambda: tuple(typesetting.LIBRARIES))
    (install,) = (command for command in commands(instructions) if re.search(r"\bapt(-get)? install ", command))
    packages = [word for word in install.split()[2:] if not word.startswith("--")]
    assert sorted(packages) == sorted([*typesetting.packages(), *OF_THE_STORAGES, *OF_THE_ENGINE])


def test_packages_come_from_the_lock_alone_and_are_held_against_its_hashes(instructions):
    (install,) = (command for command in commands(instructions) if re.search(r"\bpip[\d.]* install ", command))
    assert re.fullmatch(rf"python -m pip install( --[\w-]+)* --require-hashes --requirement {LOCK}", install)


def test_the_lock_has_what_a_job_without_a_shared_file_system_needs(instructions):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["project"]["dependencies"], *project["dependency-groups"]["storage"]]
    locked = re.findall(r"^([\w.-]+)==", (ROOT / lock(instructions)).read_text(encoding="utf-8"), re.MULTILINE)
    assert {canonicalize_name(Requirement(each).name) for each in needed} <= set(map(canonicalize_name, locked))


def test_nothing_of_the_project_but_the_lock_is_in_the_image(instructions):
    assert lock(instructions).startswith("locks/")
    assert {name for name, _ in instructions} <= {"FROM", "RUN", "COPY", "ENV"}
    assert "--mount" not in " ".join(arguments(instructions, "RUN"))


def test_a_user_without_a_name_has_one_and_a_home_that_can_be_written(instructions):
    variables = dict(word.split("=") for rest in arguments(instructions, "ENV") for word in rest.split())
    assert variables["HOME"] == "/tmp"
    assert variables["USER"]
