"""The mutation run, on a project of two lines."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from mutation import __main__ as mutation
from mutation import mutants, planted, trees
from mutation.planted import Fault

CODE = "def larger(a, b):\n    return a if a > b else b\n"
TEST = "from code_ import larger\n\n\ndef test_the_larger_of_two():\n    assert larger(2, 1) == 2\n"
REVERSED = Fault("a", "code_.py", "a > b", "a < b", ("test_code.py",))
WEAK = Fault("a", "code_.py", "else b", "else a", ("test_code.py",))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project under version control, with a test that sees one branch of two."""
    (tmp_path / "code_.py").write_text(CODE)
    (tmp_path / "test_code.py").write_text(TEST)
    (tmp_path / "broken_test.py").write_text("def test_nothing():\n    assert False\n")
    (tmp_path / "untracked.py").write_text("")
    (tmp_path / "planted").mkdir()
    for command in (["init", "--quiet"], ["add", "*code*", "broken_test.py"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(trees, "ROOT", tmp_path)
    monkeypatch.setattr(planted, "FOLDER", tmp_path / "planted")
    return tmp_path


def test_a_fault_is_noticed_where_a_test_fails_and_the_project_stays_as_it_is(project: Path) -> None:
    assert list(planted.noticed([REVERSED, WEAK, REVERSED], 1)) == [(REVERSED, True), (WEAK, False), (REVERSED, True)]
    assert (project / "code_.py").read_text() == CODE


def test_tests_that_fail_without_a_fault_notice_nothing(project: Path) -> None:
    with pytest.raises(RuntimeError, match=r"broken_test\.py"):
        list(planted.noticed([Fault("a", "code_.py", "a > b", "a < b", ("broken_test.py",))], 1))


@pytest.mark.parametrize(("old", "times"), [("a >= b", 0), ("else", 1), ("b", 3)])
def test_a_fault_stands_where_its_text_stands_once(project: Path, old: str, times: int) -> None:
    (project / "planted/area.yaml").write_text(f"[{{file: code_.py, old: '{old}', new: x, tests: [test_code.py]}}]")
    if times == 1:
        assert planted.load() == [Fault("area", "code_.py", "else", "x", ("test_code.py",))]
    else:
        with pytest.raises(ValueError, match=f"found it {times} times"):
            planted.load(["area"])
    assert planted.load(["other"]) == []


@pytest.mark.parametrize(("living", "reason", "status"), [(0, None, 0), (1, "equal", 0), (1, None, 1), (2, "equal", 1)])
def test_too_many_living_faults_or_one_without_a_reason_end_in_failure(
    living: int, reason: str | None, status: int
) -> None:
    tried = [mutation.Tried("a", f"fault {n}", n >= living, reason if n < living else None) for n in range(20)]
    assert mutation.tell(tried) == status


def test_a_run_without_a_fault_is_no_success() -> None:
    assert mutation.tell([]) == 1


def test_what_mutmut_tells_is_read_and_a_mutant_that_was_not_tried_ends_the_run() -> None:
    told = "    a.x_b__mutmut_1: killed\n    a.x_b__mutmut_2: survived\n    c.xǁDǁe__mutmut_1: timeout\n"
    assert mutants.statuses(told) == {
        "a.x_b__mutmut_1": True,
        "a.x_b__mutmut_2": False,
        "c.xǁDǁe__mutmut_1": True,
    }
    for untold in ("not checked", "segfault", "check was interrupted by user"):
        with pytest.raises(RuntimeError, match=untold):
            mutants.statuses(f"{told}    a.x_f__mutmut_1: {untold}\n")
    with pytest.raises(RuntimeError, match="found none"):
        mutants.statuses("")


@pytest.mark.parametrize(
    ("name", "line", "known"),
    [
        ("pipeline.a.x_b__mutmut_3", "zip(one, other, strict=None)", True),
        ("pipeline.theory.threshold.x_linear__mutmut_22", 'sign = "-" if coefficient <= 0 else "+"', True),
        ("pipeline.theory.threshold.x_other__mutmut_22", 'sign = "-" if coefficient <= 0 else "+"', False),
        ("pipeline.theory.threshold.x_linear__mutmut_22", "sign = None", False),
    ],
)
def test_a_reason_holds_for_what_is_written_in_its_functions(name: str, line: str, known: bool) -> None:
    change = f"--- a\n+++ coefficient < 1\n- sound\n+ {line}\n"
    mutant = mutants.Mutant("pipeline.a", name, noticed=False, change=change)
    assert any(reason.holds(mutant) for reason in mutants.reasons()) is known


def test_no_reason_holds_for_whatever_is_written() -> None:
    known = mutants.reasons()
    assert known
    assert not any(reason.written.search("") or reason.written.search("x") for reason in known)


def test_the_rooms_name_what_is_there() -> None:
    rooms = yaml.safe_load(mutants.ROOMS.read_text(encoding="utf-8"))
    named = [name for room in rooms for name in (*room["modules"], *room["tests"])]
    assert [name for name in (*named, *mutants.COPIED) if not (trees.ROOT / name).exists()] == []
    file, name = mutants.LEFT_OUT[-1].split("::")
    assert f"def {name}(" in (trees.ROOT / file).read_text(encoding="utf-8")


def test_what_mutmut_is_told_is_toml() -> None:
    told = tomllib.loads(mutants.settings(["a.py"], ["test_a.py"]))["tool"]["mutmut"]
    assert (told["only_mutate"], told["pytest_add_cli_args_test_selection"]) == (["a.py"], ["test_a.py"])
    assert re.search(told["do_not_mutate_patterns"][0], "    raise InputError(")
