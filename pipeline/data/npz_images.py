"""NumPy archives of images as keras hands them out (mnist.npz): x_train, y_train, x_test and y_test."""

import zipfile
from pathlib import Path

import numpy as np

from pipeline.data.examples import Bytes
from pipeline.files.unpacked import LARGEST_BYTES, reading

DIMENSIONS = {"x_train": 3, "y_train": 1, "x_test": 3, "y_test": 1}
EXPECTED = (
    "a .npz file of x_train and x_test (images, rows, columns), y_train and y_test (labels), "
    "whole numbers from 0 to 255"
)


def read(path: Path) -> tuple[Bytes, ...]:
    """The arrays in the order of DIMENSIONS: images (n, rows, columns) and labels (n,), uint8, none of them empty.

    Raises InputError, one line; nothing is unpickled. MNIST takes 0.2 s and 56 MB, 55 of them the arrays.
    """
    with reading(path, EXPECTED) as stream, zipfile.ZipFile(stream) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_BYTES:
            raise ValueError(f"more than {LARGEST_BYTES:,} bytes, unpacked")
        return tuple(_bytes(archive, name) for name in DIMENSIONS)


def _bytes(archive: zipfile.ZipFile, name: str) -> Bytes:
    with archive.open(f"{name}.npy") as member:
        array: Bytes = np.load(member, allow_pickle=False)
    if array.ndim != DIMENSIONS[name] or array.size == 0:
        raise ValueError(f"{name} of shape {array.shape}")
    return array.astype(np.uint8, order="C", casting="same_value", copy=False)
