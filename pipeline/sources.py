"""What a build is made from, and which modules a module is made of: itself, what it imports, and what those import."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SOURCES = (
    *("Snakefile", "config.yaml", "requirements.lock", "pyproject.toml", "CITATION.cff"),
    *("pipeline", "templates", "profiles"),
)
_FOLDER = Path(__file__).parent


def needed_by(*names: str) -> list[str]:
    """The paths (pipeline/name.py) of the named modules and of all that they import, sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports(name)
    return [f"pipeline/{name}.py" for name in sorted(found)]


@cache
def imports(name: str) -> tuple[str, ...]:
    """The modules of the project that one module imports itself, wherever in its code."""
    tree = ast.parse((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    found: list[str] = []
    for node in _statements(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "pipeline":
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline."):
            found.append(node.module.removeprefix("pipeline."))
    return tuple(found)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All that is no part of an expression, where no import can be."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from _statements(child)
