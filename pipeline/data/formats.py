"""The formats in which a folder may hold the data set, three ways to the same four arrays: IDX, CSV and npz.

A file holds one of the arrays, two or all four. Whether they are the right ones is not judged here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.settings import DataFile
from pipeline.data import csv_images, idx, npz_images
from pipeline.data.dataset import ROLES
from pipeline.data.examples import Bytes

# torchvision keeps the files in MNIST/raw below its root.
FOLDERS = ("", "MNIST/raw", "raw")
CSV_FILES = {"training": "mnist_train.csv", "testing": "mnist_test.csv"}
NPZ_FILE = "mnist.npz"
INSTEAD = f"{' and '.join(CSV_FILES.values())} (plain or .gz), or {NPZ_FILE}"  # of the four IDX files


@dataclass(frozen=True)
class Candidate:
    """A file that may hold the arrays of `roles`; `read` gives them in this order or raises InputError."""

    path: Path
    roles: tuple[str, ...]
    read: Callable[[Path], tuple[Bytes, ...]]

    def arrays(self) -> dict[str, Bytes]:
        """Images (n, rows, columns) and labels (n,), all uint8, by role. Raises InputError."""
        return dict(zip(self.roles, self.read(self.path), strict=True))


def in_folder(folder: Path, files: Mapping[str, DataFile]) -> list[Candidate]:
    """What may be in a folder, in the order in which it is to be tried; `files` says how the IDX files are called."""
    places = [folder / below for below in FOLDERS]
    return [
        *(idx_file(place / name, role) for role in ROLES for place in places for name in _idx_names(files[role].name)),
        *(
            Candidate(place / name, (f"{part}_images", f"{part}_labels"), csv_images.read)
            for part, plain in CSV_FILES.items()
            for place in places
            for name in (plain, f"{plain}.gz")
        ),
        *(Candidate(place / NPZ_FILE, ROLES, npz_images.read) for place in places),
    ]


def idx_file(path: Path, role: str) -> Candidate:
    """The IDX file of one array."""
    read = idx.read_images if role.endswith("images") else idx.read_labels
    return Candidate(path, (role,), lambda path: (read(path),))


def _idx_names(name: str) -> list[str]:
    """train-images-idx3-ubyte, train-images.idx3-ubyte, or either as .gz."""
    return list(dict.fromkeys(each + end for each in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")))
