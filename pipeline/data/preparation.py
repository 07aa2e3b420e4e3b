"""The prepare step: what runs are trained on, made once for all of them from the data set and the split.

    python -m pipeline.data.preparation --help

pixels.npy has the order of the pixels (pipeline.data.examples); {set}_images.npy, {set}_labels.npy and
{set}_lengths.npy are the three sets, training, validation and testing; prepared.json says what they were made from.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from pipeline.cli.command_line import command
from pipeline.config.settings import Split
from pipeline.data import dataset
from pipeline.data.examples import SETS, Prepared, Sorted, prepare
from pipeline.environment import fingerprint
from pipeline.errors import InputError
from pipeline.files.arrays import read_array, write_array
from pipeline.files.sealed import read_json, write_json

CODE = ("pipeline.data.examples",)  # the modules whose code the arrays come from
DESCRIPTION = "prepared.json"
MEND = "Hint: prepare the images again with `snakemake --cores all --forcerun prepare`."
TYPES = {"images": np.uint8, "labels": np.uint8, "lengths": np.int32}


@dataclass(frozen=True)
class Description:
    """What prepared.json records: the data's fingerprint and classes, the split, the code (its fingerprint), NumPy."""

    fingerprint: str
    classes: int
    validation_fraction: float
    split_seed: int | None
    code: str
    numpy: str


def make(data: Path, validation_fraction: float, seed: int | None) -> tuple[Description, Prepared]:
    """Prepare the data set in the folder `data` for training. Raises InputError if it is damaged."""
    manifest, examples, testing = dataset.load(data)
    description = Description(
        manifest.fingerprint, manifest.classes, validation_fraction, seed, fingerprint.of(CODE), np.__version__
    )
    return description, prepare(examples, testing, validation_fraction, seed)


def save(folder: Path, description: Description, prepared: Prepared) -> None:
    """Write the arrays and, last, prepared.json."""
    write_array(folder / "pixels.npy", prepared.pixels)
    for name in SETS:
        for kind, array in vars(getattr(prepared, name)).items():
            write_array(_path(folder, name, kind), array)
    write_json(folder / DESCRIPTION, description)


def load(folder: Path) -> tuple[Description, Prepared]:
    """What `save` wrote, the arrays mapped. Raises InputError if something is missing or does not fit."""
    description = read_json(folder / DESCRIPTION, Description, MEND)
    pixels = read_array(folder / "pixels.npy", np.intp, MEND)
    sets = {name: _read_set(folder, name, len(pixels)) for name in SETS}
    return description, Prepared(pixels, **sets)


def _read_set(folder: Path, name: str, pixels: int) -> Sorted:
    arrays = {f.name: read_array(_path(folder, name, f.name), TYPES[f.name], MEND) for f in fields(Sorted)}
    count = len(arrays["labels"])
    expected = {"images": (count, pixels), "labels": (count,), "lengths": (count,)}
    for kind, array in arrays.items():
        if array.shape != expected[kind]:
            raise InputError(f"{_path(folder, name, kind)}: expected {expected[kind]}, found {array.shape}. {MEND}")
    return Sorted(**arrays)


def _path(folder: Path, name: str, kind: str) -> Path:
    return folder / f"{name}_{kind}.npy"


def run(split: Split, data: Path, output: Path) -> None:
    """Prepare the data set in the folder `data` for training: what `save` writes, into the folder `output`."""
    save(output, *make(data, split.validation_fraction, split.seed))


main = command(run)

if __name__ == "__main__":
    main()
