"""The fingerprint of the code that the numbers of a run come from. Light to import: every job checks it."""

import ast
import hashlib
from functools import cache
from pathlib import Path

NUMERICAL_MODULES = ("network", "sgd", "run", "examples", "metrics")


def code_fingerprint() -> str:
    """The fingerprint of NUMERICAL_MODULES."""
    return of(NUMERICAL_MODULES)


@cache
def of(modules: tuple[str, ...]) -> str:
    """The sha256 over the code of modules, comments, docstrings and layout left out."""
    digest = hashlib.sha256()
    for name in modules:
        source = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        digest.update(f"{name}\n{code_only(source)}\n".encode())
    return digest.hexdigest()


def code_only(source: str) -> str:
    """Python source without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body[0] = ast.Pass()
    return ast.unparse(tree)
