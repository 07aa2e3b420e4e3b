"""Arrays on disk, read without loading them: the system maps the file, and processes share its memory."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import InputError
from pipeline.files import sealed


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write an array as NumPy does (.npy), atomically, with its checksum."""
    with sealed.replacing(path) as file:
        np.save(file, array)


def read_array(path: Path, dtype: npt.DTypeLike, mend: str) -> npt.NDArray[Any]:
    """Map an array of the expected type that `write_array` wrote. Raises InputError, with the hint `mend`."""
    sealed.verify(path, mend)
    try:
        array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: expected an array as NumPy saves it, found: {error}. {mend}") from error
    if array.dtype != dtype:
        raise InputError(f"{path}: expected {np.dtype(dtype)}, found {array.dtype}. {mend}")
    return array
