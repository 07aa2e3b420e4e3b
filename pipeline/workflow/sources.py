"""What a build is made from."""

from pipeline.environment import modules

LOCK = "requirements.lock"
SOURCES = (
    *("Snakefile", "config.yaml", LOCK, "pyproject.toml", "CITATION.cff"),
    *("pipeline", "templates", "profiles"),
)


def needed_by(*names: str) -> list[str]:
    """The files of the named modules and of all that they import, and the lock file: the packages behind them."""
    return [*map(modules.path, modules.needed_by(*names)), LOCK]
