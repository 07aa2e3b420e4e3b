"""The fingerprint of the code that numbers come from. Light to import: every job checks it.

Comments, docstrings and layout do not count. Nor does what the project's modules are called and where they lie: what is
imported from one that counts stands for its code, a function of another for its name alone.
"""

import ast
import hashlib
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.environment import modules

KERNEL = "pipeline/training/kernel.c"
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def of_runs(engine: str, *, hidden: bool) -> str:
    """The fingerprint of what the numbers of a run come from; without hidden units it is softmax regression."""
    return of_training(engine, *modules.needed_by("pipeline.training.run"), hidden=hidden)


def of_training(engine: str, *names: str, hidden: bool = True) -> str:
    """The fingerprint of modules and of the trainer of an engine."""
    numpy = "pipeline.training.sgd" if hidden else "pipeline.training.softmax"
    trainer = "pipeline.training.compiled" if engine == "compiled" else numpy
    code = of(tuple(sorted({*names, *modules.needed_by(trainer)})))
    return _sha256(code + _c_code(modules.ROOT / KERNEL)) if engine == "compiled" else code


def _c_code(path: Path) -> str:
    """C source without comments and layout."""
    return "".join(re.sub(r"//.*", "", path.read_text(encoding="utf-8")).split())


@cache
def of(names: tuple[str, ...]) -> str:
    """The sha256 over the code of modules, given by their dotted names in any order."""
    return _sha256("\n".join(sorted(_digest(name, names) for name in names)))


def code_only(source: str, counted: Collection[str] = ()) -> str:
    """Python source without comments, docstrings, layout and imports from the project; `counted` are the modules that
    stand for their code.
    """
    return ast.unparse(_Code(counted).visit(ast.parse(source)))


@cache
def _digest(name: str, counted: tuple[str, ...]) -> str:
    return _sha256(code_only(modules.source(name), counted))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Code(ast.NodeTransformer):
    def __init__(self, counted: Collection[str]) -> None:
        self._counted = tuple(counted)
        self._meant: dict[str, str] = {}  # by the names that this source gives to what it imports

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body[0] = ast.Pass()
        return super().visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        for alias in node.names:
            if module := modules.named(node, alias):
                code = _digest(module, self._counted) if module in self._counted else ""
                inner = "" if module != node.module else f".{alias.name}"
                self._meant[alias.asname or alias.name] = f"{code}{inner}"
        return None if modules.named(node, node.names[0]) else node

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._meant.get(node.id, node.id)
        return node
