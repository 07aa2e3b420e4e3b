"""The versions that the appendix tells are those installed, and the lock is read for this platform."""

import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from configuration import ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline.environment import software
from pipeline.errors import InputError

LOCK, PROJECT = ROOT / "locks/requirements.lock", ROOT / "pyproject.toml"

HERE = f"sys_platform == '{sys.platform}'"
MARKERS = {
    "": True,
    HERE: True,
    "sys_platform == 'elsewhere'": False,
    f"sys_platform == 'elsewhere' or {HERE}": True,
    f"sys_platform == 'elsewhere' and {HERE}": False,
    "python_full_version < '3.11'": False,
    "python_version >= '3.11'": True,
}
names = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True)
versions = st.from_regex(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}(\.post[1-9])?", fullmatch=True)


def locked(name: str, number: str, marker: str, hashes: int) -> str:
    """A requirement as uv writes it."""
    first = f"{name}=={number}" + (f" ; {marker}" if marker else "")
    return " \\\n    ".join([first, *(f"--hash=sha256:{n:064x}" for n in range(hashes))]) + "\n"


@given(st.dictionaries(names, st.tuples(versions, st.sampled_from(list(MARKERS)), st.integers(0, 3))))
def test_a_lock_names_what_is_for_this_platform(tmp_path_factory, requirements):
    lock = tmp_path_factory.mktemp("lock") / "requirements.lock"
    lock.write_text("# a comment\n\n" + "".join(locked(name, *rest) for name, rest in requirements.items()))
    assert software.pins(lock) == {
        name: number for name, (number, marker, _) in requirements.items() if MARKERS[marker]
    }


def test_every_version_is_that_of_the_installed_package():
    found = software.installed(LOCK, PROJECT)
    assert len(found) > 40
    assert [package.version for package in found] == [version(package.name) for package in found]
    assert [package.name for package in found] == sorted(package.name for package in found)
    # what this test's environment has of the lock, read in another way
    in_lock = re.findall(r"^([a-z0-9.-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {(package.name, package.locked) for package in found} <= set(in_lock)
    assert {"numpy", "snakemake", "weasyprint", "jinja2", "matplotlib"} <= {p.name for p in found if p.direct}


def test_every_direct_dependency_is_in_the_lock_and_marked():
    direct = software.direct_dependencies(PROJECT)
    assert direct == {package.name for package in software.installed(LOCK, PROJECT) if package.direct}


def test_a_package_of_the_lock_that_is_not_installed_is_left_out(tmp_path: Path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==0.0.1\nsurely-not-installed==1.0\nother==1 ; sys_platform == 'elsewhere'\n")
    (package,) = software.installed(lock, PROJECT)
    assert package == software.Package("numpy", version("numpy"), "0.0.1", direct=True)


@pytest.mark.parametrize(
    "text", ["numpy>=1.0\n", "numpy\n", "==1\n", "numpy==1 ; nothing == 'x'\n", "a b c\n", "numpy==1,==2\n"]
)
def test_what_is_no_lock_is_named_in_one_line(tmp_path: Path, text: str):
    lock = tmp_path / "requirements.lock"
    lock.write_text(text)
    with pytest.raises(InputError) as caught:
        software.pins(lock)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{lock}: expected a lock of pinned versions, found: ")
    assert "\n" not in problem


def test_files_that_are_missing_or_something_else_are_named(tmp_path: Path):
    with pytest.raises(InputError):
        software.pins(tmp_path / "requirements.lock")
    project = tmp_path / "pyproject.toml"
    for text in ("[project]\n", "[project]\ndependencies = ['>=1']\n", "[", "project = 1\n"):
        project.write_text(text)
        with pytest.raises(InputError) as caught:
            software.direct_dependencies(project)
        assert "expected project.dependencies" in caught.value.problems[0]
