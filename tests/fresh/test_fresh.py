"""Trying bare systems, but for the systems: what pip and apt are told, and what is called wrong. Needs no root."""

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from configuration import ROOT
from hypothesis import given
from hypothesis import strategies as st

from fresh import host, machines, roots, verdicts
from fresh.machines import MACHINES, Machine
from fresh.roots import Line, Outcome

PARAGRAPHS = """\
# a comment: not a field
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBGPL
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
# between fields
Components: main

Types: deb
URIs: http://vendor.example/apt
Suites: bookworm
Components: stable

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
"""
LINES = """\
# deb http://off.example/debian bookworm main
deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/own.gpg] http://mirror.example/debian stable main contrib # ours
deb-src http://source.example/debian bookworm main
 deb http://mirror.example/debian-security bookworm-security main
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
deb http://vendor.example/apt bookworm-pgdg main
"""


def test_of_paragraphs_the_suites_of_debians_own_packages_become_those_of_another_release() -> None:
    changed = host.for_release(PARAGRAPHS, ".sources", "bookworm", "trixie")
    assert re.findall("URIs: (.*)", changed) == [
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]
    assert re.findall("Suites: (.*)", changed) == ["trixie trixie-updates", "trixie-security"]
    assert set(re.findall("Types: (.*)|Components: (.*)", changed)) == {("deb", ""), ("", "main")}
    key = PARAGRAPHS[PARAGRAPHS.index(" -----BEGIN") : PARAGRAPHS.index("\n\nTypes")]
    assert f"Signed-By: \n{key}\n" in changed


def test_of_lines_the_same() -> None:
    changed = host.for_release(LINES, ".list", "bookworm", "trixie")
    assert re.findall("Suites: (.*)", changed) == ["trixie", "trixie-security"]
    assert "Architectures: amd64 arm64\nSigned-By: /usr/share/keyrings/own.gpg\n" in changed
    assert "example/apt" not in changed


def test_what_was_changed_is_read_again_as_it_is() -> None:
    for text, suffix in ((PARAGRAPHS, ".sources"), (LINES, ".list")):
        changed = host.for_release(text, suffix, "bookworm", "trixie")
        assert host.for_release(changed, ".sources", "trixie", "trixie") == changed


@given(st.text(), st.sampled_from([".list", ".sources", ".save"]))
def test_whatever_is_no_source_is_left_out(text: str, suffix: str) -> None:
    assert host.for_release(text, suffix, "bookworm", "trixie") == ""


NAME = st.from_regex(r"[a-z][a-z0-9.-]{0,8}", fullmatch=True)


@given(st.lists(st.tuples(NAME, st.sampled_from(["", "-updates", "-security"]), st.booleans()), max_size=5))
def test_lines_and_paragraphs_of_the_same_sources_become_the_same(sources: list[tuple[str, str, bool]]) -> None:
    lines, paragraphs = "", ""
    for place, archive, main in sources:
        components = "main contrib" if main else "contrib"
        lines += f"deb [trusted=yes] http://{place}/debian bookworm{archive} {components}\n"
        paragraphs += f"Trusted: yes\nTypes: deb\nURIs: http://{place}/debian\n"
        paragraphs += f"Suites: bookworm{archive}\nComponents: {components}\n\n"
    one, other = (
        sorted(sorted(each.splitlines()) for each in host.for_release(*text, "bookworm", "trixie").split("\n\n"))
        for text in ((lines, ".list"), (paragraphs, ".sources"))
    )
    assert one == other


def test_of_apts_settings_those_are_told_by_which_packages_are_fetched() -> None:
    kept = 'Acquire::http::Proxy "http://proxy.example:1";\n'
    assert host.apt_options(f'Dir "/";\n{kept}Acquire::IndexTargets::deb "x";\nDPkg::Post-Invoke "";\n') == kept


def test_variables_of_pip_certificates_and_proxies_are_told_and_no_others() -> None:
    told = {"PIP_INDEX_URL": "a", "https_proxy": "b", "NO_PROXY": "c", "SSL_CERT_FILE": "d"}
    assert host.variables(told | {"PIP_CACHE_DIR": "x", "PYTHONPATH": "x", "OPENBLAS_CORETYPE": "x"}) == told


def test_hosts_that_are_not_reached_have_no_proxy_either() -> None:
    told = {"https_proxy": "a", "no_proxy": "b"}
    assert host.without_proxy(told, []) == told
    assert host.without_proxy(told, ["c", "d"]) == {"https_proxy": "a", "no_proxy": "b,c,d", "NO_PROXY": "c,d"}


def test_pips_files_are_found_where_pip_says_it_looks_for_them(tmp_path: Path) -> None:
    places = ["xdg/pip/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf", "named.conf"]
    for place in places:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("[global]\n")
    folders = {"XDG_CONFIG_DIRS": str(tmp_path / "xdg"), "PIP_CONFIG_FILE": str(tmp_path / "named.conf")}
    system, user = host.pip_files(folders, tmp_path / "home")
    debug = [sys.executable, "-m", "pip", "config", "debug"]
    environment = {**os.environ, **folders, "HOME": str(tmp_path / "home")}
    environment.pop("XDG_CONFIG_HOME", None)
    printed = subprocess.run(debug, env=environment, capture_output=True, text=True).stdout
    there = {Path(path) for path in re.findall(r"^ *(/.*), exists: True$", printed, re.MULTILINE)}
    assert there, printed
    assert {*system, *user.values()} >= there
    assert {tmp_path / place for place in places} <= {*system, *user.values()}
    assert user == {place: tmp_path / "home" / place for place in (".pip/pip.conf", ".config/pip/pip.conf")}


def test_files_and_folders_that_settings_name_are_found(tmp_path: Path) -> None:
    for name in ("wheels", "index/simple", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "constraints.txt").touch()
    text = f"""\
[global]
constraint = {tmp_path}/constraints.txt
find-links =
    {tmp_path}/wheels
    http://mirror.example{tmp_path}/other
[install]
extra-index-url = file://{tmp_path}/index/simple {tmp_path}/missing
"""
    expected = [tmp_path / name for name in ("constraints.txt", "wheels", "index/simple")]
    assert host.named_paths(host.pip_values(text)) == expected
    assert host.named_paths([f'Acquire::https::CaInfo "{tmp_path}/constraints.txt";', "/dev/null"]) == expected[:1]


@pytest.fixture
def able() -> None:
    """Skip the test where no machine can be made."""
    if reason := roots.obstacle():
        pytest.skip(reason)


def test_what_is_told_on_this_machine_can_be_read(able: None) -> None:
    told = host.settings()
    assert all(path.exists() for path in (*told.files, *told.folders, *told.home.values()))
    assert "Suites: trixie" in host.read_sources("trixie")


def test_a_machine_changes_only_its_own_folder_and_nothing_survives_a_command(able: None, tmp_path: Path) -> None:
    root = roots.Root(Path("/"), tmp_path / "machine", "newcomer", {"TOLD": "a b"}, [], tmp_path / "cache")
    root.make(host.Settings({}, "", [], [], {}))
    clone = root.clone(ROOT, root.home / "Übung 1/report")
    mark = f"sleep {os.getpid()}.5"
    leave_behind = f"setsid --fork {mark} >&- 2>&-; until pgrep -x sleep; do :; done"
    command = f"id -u; pwd; {leave_behind}; echo $TOLD >told; touch /etc/new || exit 7"
    outcome = root.run(command, root.home / "Übung 1/report", tmp_path / "log")
    assert outcome.status == 7
    who, where, asleep, *_ = (line.text for line in outcome.lines)
    assert (who, where) == ("1000", "/home/newcomer/Übung 1/report")
    assert int(asleep) < 100, "in a namespace of its own"
    assert (clone / "told").read_text() == "a b\n"
    assert command in (tmp_path / "log").read_text()
    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    assert root.run("touch /etc/new", Path("/"), tmp_path / "log", user="root").status == 0
    assert root.outside(Path("/etc/new")).is_file()
    assert not Path("/etc/new").exists()


COMMITTED = {"report.html": hashlib.sha256(b"old").hexdigest(), "report.pdf": hashlib.sha256(b"old").hexdigest()}
BUILD = Machine(said="SAID", said_first="FIRST", unsaid="UNSAID", installed=("libfirst", "libother"))
PRINTED = [Line(1, "FIRST"), Line(3, "SAID")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a build leaves on a machine, as far as it is judged."""
    for name in ("clone/report", "clone/logs/train", "clone/results/runs/1", "changes/var/lib/dpkg/info"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("libfirst.list", "libother:amd64.list"):
        (tmp_path / "changes/var/lib/dpkg/info" / name).touch()
    folder = tmp_path / "clone"
    (folder / "logs/train/1.log").write_text("fine")
    metrics = folder / "results/runs/1/metrics.json"
    metrics.touch()
    os.utime(metrics, (2, 2))
    write_reports(folder, html="new", pdf="new")
    return folder


def write_reports(folder: Path, **contents: str) -> None:
    for path in (folder / "report").glob("report.*"):
        path.unlink()
    record = {}
    for format, content in contents.items():
        path = folder / f"report/report.{format}"
        path.write_text(content)
        record[f"report/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "report/build.json").write_text(json.dumps({"files": record}))


def judge(clone: Path, machine: Machine = BUILD, lines: list[Line] = PRINTED, status: int = 0) -> list[str]:
    return verdicts.of_build(machine, Outcome(status, 1, lines), clone, COMMITTED, clone.parent / "changes")


def test_a_build_as_expected_has_no_problem(clone: Path) -> None:
    assert judge(clone) == []
    write_reports(clone, html="new")
    assert judge(clone, replace(BUILD, formats=("html",))) == []


@pytest.mark.parametrize(
    ("lines", "status", "named"),
    [
        (PRINTED, 1, "exit status 0, found 1"),
        ([Line(0, "Traceback (most recent call last):"), *PRINTED], 0, "traceback"),
        ([Line(1, "FIRST")], 0, "'SAID'"),
        ([Line(1, "SAID"), Line(3, "FIRST")], 0, "'FIRST' before the training"),
        ([*PRINTED, Line(4, "UNSAID")], 0, "no line like 'UNSAID'"),
    ],
)
def test_what_was_printed_is_judged(clone: Path, lines: list[Line], status: int, named: str) -> None:
    (problem,) = judge(clone, lines=lines, status=status)
    assert named in problem


def change_a_report(clone: Path) -> None:
    (clone / "report/report.pdf").write_text("newer")


def lose_a_package(clone: Path) -> None:
    (clone.parent / "changes/var/lib/dpkg/info/libother:amd64.list").unlink()


def fail_in_a_log(clone: Path) -> None:
    (clone / "logs/train/1.log").write_text("Traceback (most recent call last):")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda clone: write_reports(clone, html="new"), "found report.html"),
        (lambda clone: write_reports(clone, html="new", pdf="old"), "found report.pdf as committed"),
        (change_a_report, "sha256"),
        (lambda clone: (clone / "report/build.json").unlink(), "sha256"),
        (lose_a_package, "libother"),
        (fail_in_a_log, "logs/train/1.log"),
    ],
)
def test_what_is_on_disk_is_judged(clone: Path, spoil, named: str) -> None:
    spoil(clone)
    (problem,) = judge(clone)
    assert named in problem


def test_an_old_pdf_beside_a_new_page_is_a_problem_where_there_is_no_pango(clone: Path) -> None:
    write_reports(clone, html="new", pdf="old")
    assert len(judge(clone, replace(BUILD, formats=("html",)))) == 2


def test_a_second_build_changes_no_file(clone: Path) -> None:
    before = verdicts.times(clone)
    assert verdicts.of_nothing_to_do(Outcome(0, 1, []), before, verdicts.times(clone)) == []
    (clone / "results/runs/1/metrics.json").touch()
    (clone / "report/report.pdf").unlink()
    (problem,) = verdicts.of_nothing_to_do(Outcome(0, 1, []), before, verdicts.times(clone))
    assert "report/report.pdf, results/runs/1/metrics.json" in problem


def test_tests_have_to_pass_and_to_be_there() -> None:
    assert verdicts.of_tests(Outcome(0, 1, [Line(0, "== 12 passed in 1.2s ==")])) == []
    assert len(verdicts.of_tests(Outcome(0, 1, [Line(0, "no tests ran")]))) == 1
    assert len(verdicts.of_tests(Outcome(2, 1, [Line(0, "1 failed, 12 passed in 1.2s")]))) == 1


def test_only_the_report_may_differ_from_the_commit() -> None:
    clean = [Line(0, " M report/report.html"), Line(0, " D report/report.pdf"), Line(0, "?? report/new")]
    assert verdicts.of_status(Outcome(0, 1, clean)) == []
    assert len(verdicts.of_status(Outcome(0, 1, [*clean, Line(0, "?? cache/"), Line(0, ' M "\\303\\234.md"')]))) == 2


def test_the_mirrors_are_those_of_the_configuration() -> None:
    found = machines.mirrors(ROOT)
    assert found
    text = (ROOT / "config.yaml").read_text(encoding="utf-8")
    assert all(f"://{each}/" in text for each in found)


def test_what_is_run_on_a_machine_is_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for machine in MACHINES.values():
        assert machine.report.partition('"')[0] in readme
        for path in re.findall(r"tests/\S+\.py", machine.test):
            assert (ROOT / path).is_file()


def test_an_unknown_machine_is_one_line() -> None:
    command = [sys.executable, "-m", "fresh", "bare", "windows"]
    refused = subprocess.run(command, cwd=ROOT / "tests", capture_output=True, text=True)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert "windows" in line
    assert all(name in line for name in MACHINES)
