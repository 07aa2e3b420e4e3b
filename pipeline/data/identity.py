"""Whether an array is the one that config.yaml states, down to the last byte, and if not, what would state it."""

from collections.abc import Iterator

from pipeline.config.settings import DataSet
from pipeline.data import idx
from pipeline.data.examples import Bytes


def difference(data: DataSet, role: str, array: Bytes) -> str | None:
    """What differs, in one line with the settings to change; None if nothing does.

    `array` is images (n, rows, columns) or labels (n,) of one of the roles of `data.files`, from whatever format.
    """
    differences = list(_differences(data, role, array))
    if not differences:
        return None
    expected, found, settings = (" and ".join(each) for each in zip(*differences, strict=True))
    return (
        f"{role.replace('_', ' ')}: expected {expected}, found {found}. "
        f"Hint: if they are meant, set {settings} in config.yaml; otherwise put the right ones in their place."
    )


def _differences(data: DataSet, role: str, array: Bytes) -> Iterator[tuple[str, str, str]]:
    """Each as what is expected, what is found, and the setting that fits it."""
    part, kind = role.split("_")
    count = data.training_images if part == "training" else data.testing_images
    if len(array) != count:
        yield f"a count of {count:,}", f"a count of {len(array):,}", f"data.{part}_images to {len(array)}"
    largest = int(array.max())
    if kind == "labels" and largest >= data.classes:
        yield f"labels up to {data.classes - 1}", f"labels up to {largest}", f"data.classes to at least {largest + 1}"
    expected, found = data.files[role].sha256, idx.sha256(array)
    if found != expected:
        yield (
            f"the sha256 {expected} (of the unpacked IDX file)",
            f"the sha256 {found}",
            f"data.files.{role}.sha256 to {found}",
        )
