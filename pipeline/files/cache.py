"""Where this user's files lie that no build makes and that can be had again: downloads, compiled code."""

from pathlib import Path

from platformdirs import user_cache_path

NAME = "reproducible-report"  # of the folder in a user's cache


def folder() -> Path:
    """The folder of this project in the user's cache; it may not exist yet."""
    return user_cache_path(NAME)
