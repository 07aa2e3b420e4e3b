"""Where this process reads what the rules call results/...: there, or in copies of what a storage holds of it."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import atomic

BEGUN = "logs/begun.log"


@dataclass(frozen=True)
class Storage:
    """A storage provider of Snakemake's, and what stands there before a file's path; None for the project's folder."""

    provider: Any = None
    prefix: str = ""

    def require(self) -> None:
        """Raise InputError for a prefix that the provider does not take, or one that a command would split."""
        if self.provider is None:
            return
        told = self.provider.is_valid_query(self._query("results"))
        if not told or self.prefix.split() != [self.prefix]:
            wrong = " ".join(str(told).split()) if not told else "none, or one with a space"
            raise InputError(
                f"--default-storage-prefix: expected where files lie in the storage, found {self.prefix!r}: {wrong}. "
                "Hint: s3://bucket/name for a bucket, /folder/name for fs."
            )

    def path(self, name: str) -> Path:
        """Where a file, or a folder, is here."""
        return Path(name) if self.provider is None else Path(self._object(name).local_path())

    def fetch(self, name: str, *others: str) -> Path:
        """Bring files here, as the storage has them, and tell where the first is. Raises InputError.

        One that the storage lacks is not here, either.
        """
        if self.provider is not None:
            for each in (name, *others):
                self._reach(partial(bring, self._object(each)))
        return self.path(name)

    def begin(self) -> None:
        """Tell it in which folder a build begins. Raises InputError if it takes no file."""
        if self.provider is not None:
            atomic.write_text(self.path(BEGUN), f"{platform.node()}:{Path.cwd()}\n")
            self.store(BEGUN)

    def store(self, name: str) -> None:
        """Give the storage a file that is here. Raises InputError."""
        if self.provider is not None:
            self._reach(self._object(name).store_object)

    def _query(self, name: str) -> str:
        return f"{self.prefix.rstrip('/')}/{name}" if self.prefix else name

    def _object(self, name: str) -> Any:
        return self.provider.object(self._query(name))

    def _reach(self, ask: Callable[[], object]) -> None:
        try:
            ask()
        except Exception as error:  # each provider has its own
            found = " ".join(str(error).split()).rstrip(".")
            raise InputError(
                f"{self.prefix}: expected a storage that can be read and written, found: {found}. "
                "Hint: check its address, and what gives access to it."
            ) from error


def bring(stored: Any) -> None:
    """Make the copy here of a storage's object what the object is: absent, or of its content and time."""
    copy = Path(stored.local_path())
    if not stored.exists():
        copy.unlink(missing_ok=True)
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    stored.retrieve_object()
    os.utime(copy, (stored.mtime(),) * 2)  # no file is newer for being a copy
