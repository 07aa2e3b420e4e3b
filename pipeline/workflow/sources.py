"""What a build is made from, and which files stand behind a step."""

import re

from pipeline.environment import modules

LOCK = "locks/requirements.lock"
SOURCES = (
    *("Snakefile", "config.yaml", "pyproject.toml", "CITATION.cff"),
    *("rules", "pipeline", "templates", "profiles", "locks"),
)


def files_behind(*names: str) -> list[str]:
    """The files of the named modules and of all that they import, and the lock file: the packages behind them."""
    return [*map(modules.path, modules.needed_by(*names)), LOCK]


def workflow_files() -> list[str]:
    """The Snakefile, and what it includes."""
    text = (modules.ROOT / "Snakefile").read_text(encoding="utf-8")
    return ["Snakefile", *re.findall(r'^include: "(.+)"$', text, flags=re.MULTILINE)]
