"""Text that the project exchanges with files and other programs is UTF-8, whatever the user's locale."""

import ast

import pytest
from configuration import ROOT


def calls(source: str) -> list[ast.Call]:
    """The calls that say no encoding."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call for call in found if "encoding" not in {keyword.arg for keyword in call.keywords}]


def is_for_text(call: ast.Call) -> bool:
    """Whether a call reads or writes text in a file or a pipe; ruff asks only where it knows the type."""
    match call.func, call.args:
        case (ast.Attribute(attr="read_text"), []) | (ast.Attribute(attr="write_text"), [_]):  # those of Path
            return True
        case ast.Attribute(ast.Name("os" | "gzip" | "archive"), "open"), _:  # give bytes
            return False
        case (ast.Attribute(attr="open"), [ast.Constant(mode)]) | (ast.Name("open"), [_, ast.Constant(mode)]):
            return "b" not in str(mode)
        case ((ast.Attribute(attr="open") | ast.Name("open")), _):
            return True
        case ast.Attribute(ast.Name("subprocess")), _:
            return bool({"text", "universal_newlines"} & {keyword.arg for keyword in call.keywords})
    return False


@pytest.mark.parametrize("folder", ["pipeline", "bench", "tools"])
def test_no_text_depends_on_the_locale(folder: str) -> None:
    modules = [path for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts]
    assert modules
    found = {
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path in modules
        for call in calls(path.read_text(encoding="utf-8"))
        if is_for_text(call)
    }
    assert not found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("path.read_text()", True),
        ("path.read_text(errors='replace')", True),
        ("path.read_text(encoding='utf-8')", False),
        ("files.read_text(path)", False),
        ("(folder / name).write_text(text)", True),
        ("sealed.write_text(path, text)", False),
        ("path.open()", True),
        ("path.open('w')", True),
        ("path.open('rb')", False),
        ("open(path)", True),
        ("open(path, 'rb')", False),
        ("os.open(path, os.O_RDWR)", False),
        ("subprocess.run(command, text=True)", True),
        ("subprocess.run(command, encoding='utf-8')", False),
        ("subprocess.run(command)", False),
    ],
)
def test_which_calls_those_are(source: str, expected: bool) -> None:
    assert any(map(is_for_text, calls(source))) == expected
