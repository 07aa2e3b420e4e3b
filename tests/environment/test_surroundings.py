"""Whatever surrounds a build, its result is the same: variables, locale, home folder, settings of others, dates."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, Project
from faults.striking import outputs

from pipeline.config import launch
from pipeline.environment import surroundings

SET_AGAIN = ("--forcerun", "tables", "figures", "report", "publish")
TITLE = "Über ‘π’ – Łódź"


def launched(project: Project, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as .venv/bin/snakemake does."""
    return subprocess.run(
        [*launch.COMMAND, *arguments],
        cwd=project.folder,
        env=project.environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=600,
    )


# --- The environment


def test_variables_for_other_pythons_are_taken_out_and_all_others_stay(tmp_path: Path) -> None:
    foreign = dict.fromkeys(("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "MPLBACKEND", "MATPLOTLIBRC"), "x")
    own = {"HOME": str(tmp_path), "PATH": "/bin", "MNIST_DIR": "~/mnist", "LC_ALL": "C"}
    variables = foreign | own
    surroundings.shield(variables, tmp_path / "state")
    assert variables == own | {"PYTHONUTF8": "1"}
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("variables", [{"HOME": "/dev/null"}, {"HOME": "{}", "XDG_CACHE_HOME": "/dev/null/x"}])
def test_a_cache_that_cannot_be_written_is_replaced(variables: dict[str, str], tmp_path: Path) -> None:
    variables = {name: value.format(tmp_path) for name, value in variables.items()}
    surroundings.shield(variables, tmp_path / "state")
    assert Path(variables["XDG_CACHE_HOME"]) == tmp_path / "state"
    assert Path(variables["MPLCONFIGDIR"]).is_relative_to(tmp_path / "state")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder of modules that end whatever imports them."""
    for name in ("yaml", "numpy", "sitecustomize", "pipeline"):
        (tmp_path / f"foreign/{name}.py").parent.mkdir(exist_ok=True)
        (tmp_path / f"foreign/{name}.py").write_text("raise SystemExit('foreign')\n")
    return tmp_path / "foreign"


def test_no_module_or_setting_of_the_user_reaches_a_build(built: Project, foreign: Path) -> None:
    before = outputs(built)
    environment = {
        "PYTHONPATH": str(foreign),
        "PYTHONSAFEPATH": "1",
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "2",
        "MPLBACKEND": "nonsense",
        "HOME": "/dev/null",
        "XDG_CACHE_HOME": "/dev/null",
    }
    (built / "matplotlibrc").write_text("text.usetex: True\naxes.grid: True\nfont.size: 20\naxes.facecolor: red\n")
    result = launched(built, *SET_AGAIN, **environment)
    assert result.returncode == 0, result.stdout
    assert outputs(built) == before


def test_rules_run_the_python_that_runs_snakemake(built: Project, tmp_path: Path) -> None:
    before = outputs(built)
    (tmp_path / "bin").mkdir()
    for name in ("python", "python3"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho another Python >&2\nexit 1\n")
        (tmp_path / "bin" / name).chmod(0o755)
    built.build(*SET_AGAIN, PATH=f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert outputs(built) == before


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "de_DE.ISO-8859-1"}])
def test_no_locale_changes_or_ends_a_build(built: Project, locale: dict[str, str]) -> None:
    built.configure(title=TITLE, author="Зоя")
    result = subprocess.run(
        [sys.executable, "-m", "snakemake"],
        cwd=built.folder,
        env=built.environment(**locale),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout.decode(errors="replace")
    assert f"<title>{TITLE}</title>" in (built / "report/report.html").read_text(encoding="utf-8")
    assert TITLE in (built / "report/ro-crate-metadata.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", ["check.command", "verification.compare"])
def test_what_is_printed_cannot_fail(module: str, tmp_path: Path) -> None:
    """A name that no terminal here can show is escaped."""
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    folders = ["nøwhere", "nowhere"] if module.endswith("compare") else ["nøwhere"]
    command = [sys.executable, "-m", f"pipeline.{module}", *folders]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert b"expected a" in line


# --- Dates


DAY = 86_400


def dated(path: Path, days: float) -> float:
    """Date a file so many days from now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    date = time.time() + days * DAY
    os.utime(path, (date, date))
    return date


def set_clock_back(folder: Path) -> None:
    """Date everything in a folder a day later."""
    for path in folder.rglob("*"):
        if path.is_file():
            date = path.stat().st_mtime + DAY
            os.utime(path, (date, date))


def test_sources_of_the_future_are_of_now_and_results_older_in_their_order(tmp_path: Path) -> None:
    past = dated(tmp_path / "source/past", -2)
    dated(tmp_path / "source/future", 2)
    dated(tmp_path / "Snakefile", 1)
    for name, days in (("first", -1), ("runs/second", 3), ("third", 3.5)):
        dated(tmp_path / "results" / name, days)
    (tmp_path / "source/.#past").symlink_to("me@host.1234:1")
    surroundings.mend_times([tmp_path / "source", tmp_path / "Snakefile", tmp_path / "none"], [tmp_path / "results"])
    date = {path.name: path.lstat().st_mtime for path in tmp_path.rglob("*")}
    now = time.time()
    assert now - 60 < date["Snakefile"] <= now
    assert now - 60 < (tmp_path / "source/future").stat().st_mtime <= now
    assert date["past"] == pytest.approx(past)
    assert date["first"] < date["second"] < date["third"] < past
    assert date["third"] - date["second"] == pytest.approx(DAY / 2, abs=1)


def test_an_archive_from_the_future_is_built(built: Project) -> None:
    before = outputs(built)
    for path in built.folder.rglob("*"):
        if path.is_file() and not path.is_relative_to(built / "results"):
            dated(path, 1)
    built.build(*SET_AGAIN)
    assert outputs(built) == before
    assert built.planned() == {}


def test_what_an_interrupted_build_has_left_is_finished_after_the_clock_was_set_back(built: Project) -> None:
    built.configure(epochs=3)
    built.build("results/runs.csv")
    planned = built.planned()
    assert "tables" in planned
    set_clock_back(built / "results")
    assert built.planned() == planned


def test_after_the_clock_was_set_back_an_edit_is_noticed_and_nothing_is_trained(built: Project) -> None:
    set_clock_back(built.folder)
    assert built.planned() == {}
    template = built / "templates/summary.html.j2"
    template.write_text(template.read_text() + "<p>Added.</p>")
    planned = built.planned()
    assert planned["report"] == 2
    assert not {"train", "randomisation", "data"} & set(planned)
    built.build()
    assert "<p>Added.</p>" in (built / "report/report.html").read_text()
    assert built.planned() == {}
