"""The project's modules by their dotted names: where each lies, and what it imports. Light to import."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def path(name: str) -> str:
    """Where a module lies, from the project's folder: pipeline/data/idx.py for pipeline.data.idx."""
    return f"{name.replace('.', '/')}.py"


@cache
def source(name: str) -> str:
    """The text of a module."""
    return (ROOT / path(name)).read_text(encoding="utf-8")


def exists(name: str) -> bool:
    """Whether there is a module of this name; a package is none."""
    return (ROOT / path(name)).is_file()


def named(statement: ast.ImportFrom, alias: ast.alias) -> str | None:
    """The module of the project that a name in a `from` import is, or comes from; None for one of elsewhere."""
    origin = statement.module or ""
    if origin.partition(".")[0] != __name__.partition(".")[0]:
        return None
    inner = f"{origin}.{alias.name}"
    return inner if exists(inner) else origin


@cache
def imports(name: str) -> tuple[str, ...]:
    """The modules of the project that one module imports itself, wherever in its code, each once."""
    found = (
        named(node, alias)
        for node in _statements(ast.parse(source(name)))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )
    return tuple(dict.fromkeys(filter(None, found)))


def needed_by(*names: str) -> list[str]:
    """The named modules and all that they import, and what those import, sorted."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports(name)
    return sorted(found)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All that is no part of an expression, where no import can be."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from _statements(child)
