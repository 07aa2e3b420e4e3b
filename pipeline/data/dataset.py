"""The prepared data set on disk: four memory-mapped arrays and data.json, which says what they are.

training_images.npy (n, pixels), training_labels.npy (n,), testing_images.npy (m, pixels) and
testing_labels.npy (m,), all uint8; pixels from 0 to 255.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pipeline.data.examples import Bytes, Examples
from pipeline.errors import InputError
from pipeline.files.arrays import read_array, write_array
from pipeline.files.sealed import read_json, write_json

ROLES = ("training_images", "training_labels", "testing_images", "testing_labels")
MANIFEST = "data.json"
MEND = "Hint: prepare the data again with `snakemake --cores all --forcerun data`."


@dataclass(frozen=True)
class Manifest:
    """What data.json records; nothing in it depends on where the files were found.

    `fallback` is true where the sample stands in for a data set that could not be had.
    `files` maps each role to a name and a sha256: those of the IDX file, in whatever format it was read.
    `fingerprint` identifies the content of the four arrays and the number of classes. `largest_class` is the
    largest share that one class has of the training labels, the accuracy of a constant answer.
    """

    name: str
    source: Literal["mnist", "sample"]
    fallback: bool
    training_images: int
    testing_images: int
    pixels: int
    classes: int
    largest_class: float
    files: Mapping[str, Mapping[str, str]]
    fingerprint: str


def fingerprint(arrays: Mapping[str, Bytes], classes: int) -> str:
    """The sha256 over the number of classes and names, shapes and bytes of the four arrays."""
    digest = hashlib.sha256(f"classes {classes}\n".encode())
    for role in ROLES:
        array = np.ascontiguousarray(arrays[role])
        digest.update(f"{role} {array.shape} {array.dtype.str}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def save(folder: Path, arrays: Mapping[str, Bytes], *, classes: int, **description: Any) -> Manifest:
    """Write the arrays and, last, data.json. `description`: the Manifest's fields that arrays do not tell."""
    for role in ROLES:
        write_array(folder / f"{role}.npy", arrays[role])
    manifest = Manifest(
        training_images=len(arrays["training_labels"]),
        testing_images=len(arrays["testing_labels"]),
        pixels=arrays["training_images"].shape[1],
        classes=classes,
        largest_class=float(np.bincount(arrays["training_labels"]).max() / len(arrays["training_labels"])),
        fingerprint=fingerprint(arrays, classes),
        **description,
    )
    write_json(folder / MANIFEST, manifest)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read data.json. Raises InputError if it is missing or not what `save` writes."""
    return read_json(folder / MANIFEST, Manifest, MEND)


def load_labels(folder: Path) -> tuple[Manifest, Bytes, Bytes]:
    """The manifest, and the labels for training and for testing, memory-mapped. Raises InputError."""
    training, testing = (read_array(folder / f"{part}_labels.npy", np.uint8, MEND) for part in ("training", "testing"))
    return read_manifest(folder), training, testing


def load(folder: Path) -> tuple[Manifest, Examples, Examples]:
    """The manifest, the training and the testing examples, memory-mapped. Raises InputError."""
    manifest = read_manifest(folder)
    arrays = {role: read_array(folder / f"{role}.npy", np.uint8, MEND) for role in ROLES}
    for part, size in (("training", manifest.training_images), ("testing", manifest.testing_images)):
        images, labels = arrays[f"{part}_images"], arrays[f"{part}_labels"]
        if images.shape != (size, manifest.pixels) or labels.shape != (size,):
            raise InputError(
                f"{folder}: expected {size} {part} images of {manifest.pixels} pixels with labels, "
                f"found {images.shape} and {labels.shape}. {MEND}"
            )
    return (
        manifest,
        Examples(arrays["training_images"], arrays["training_labels"]),
        Examples(arrays["testing_images"], arrays["testing_labels"]),
    )
