"""What is fuzzed: each target reads one input and lets nothing out but what the reader documents, InputError."""

import gzip
import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from configuration import CONFIG_YAML

from pipeline.config import checks
from pipeline.config import load as config
from pipeline.config.quantity import half_unit
from pipeline.data import csv_images, idx, npz_images
from pipeline.errors import InputError
from pipeline.files.unpacked import LARGEST_BYTES
from pipeline.writeup import published

CONFIG = config.load(CONFIG_YAML)
CORPUS = Path(__file__).parent / "corpus"
LONGEST_LINE = 5_000

Target = Callable[[bytes, Path], None]


def images(content: bytes, path: Path) -> None:
    """An IDX file of images, plain or compressed."""
    path.write_bytes(content)
    assert_arrays((idx.read_images(path),), 3)


def labels(content: bytes, path: Path) -> None:
    """An IDX file of labels, plain or compressed."""
    path.write_bytes(content)
    assert_arrays((idx.read_labels(path),), 1)


def packed(content: bytes, path: Path) -> None:
    """Images inside a sound gzip file, so that what is wrong lies in what is unpacked."""
    images(gzip.compress(content, compresslevel=1, mtime=0), path)


def rows(content: bytes, path: Path) -> None:
    """A CSV file of images, plain or compressed."""
    path.write_bytes(content)
    assert_arrays(csv_images.read(path), 3, 1)


def archive(content: bytes, path: Path) -> None:
    """A NumPy archive of images."""
    path.write_bytes(content)
    assert_arrays(npz_images.read(path), 3, 1, 3, 1)


def assert_arrays(arrays: Sequence[np.ndarray], *dimensions: int) -> None:
    """Arrays of bytes with these dimensions, none of them empty or larger than a file may be."""
    assert [array.ndim for array in arrays] == list(dimensions)
    assert all(array.dtype == np.uint8 and 0 < array.size <= LARGEST_BYTES for array in arrays)


def configuration(content: bytes, path: Path) -> None:
    """config.yaml."""
    path.write_bytes(content)
    tree = config.read_tree(path, {})
    found = config.parse(tree, str(path))
    json.dumps(config.resolved(tree), allow_nan=False).encode()
    assert_sets(found.title, found.author, found.data.name)
    for file in found.data.files.values():
        assert (path.parent / file.name).parent == path.parent
        assert len(file.name) <= 100
    assert sum(len(each.configurations) * each.replicates for each in found.experiments.values()) <= checks.MOST_RUNS
    for name in found.experiments:
        assert (path.parent / name).name == name


def printed_numbers(content: bytes, path: Path) -> None:
    """A file of printed numbers."""
    path.write_bytes(content)
    found = published.load(path, CONFIG)
    assert all(half_unit(cell.printed.text) > 0 for cell in found.cells)
    for cell in found.cells:
        assert 0 <= cell.printed <= (1 if cell.metrics[0].endswith("accuracy") else 1_000_000)
        assert_sets(cell.table, cell.text, cell.column.label, cell.column.reason)
    assert_sets(found.title, found.data)


def assert_sets(*texts: str) -> None:
    """Texts that the report can hold: of characters that HTML and XML allow, none a control."""
    for text in texts:
        assert not {unicodedata.category(letter) for letter in text} & {"Cc", "Cs", "Zl", "Zp"}, ascii(text)
        assert not set(text) & set("\ufffe\uffff"), ascii(text)


TARGETS: dict[str, Target] = {
    "images": images,
    "labels": labels,
    "packed": packed,
    "rows": rows,
    "archive": archive,
    "config": configuration,
    "published": printed_numbers,
}


def run(target: Target, content: bytes, path: Path) -> bool:
    """Give one input to a target, and tell whether it was accepted; any error but a well-formed one gets out."""
    try:
        target(content, path)
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.startswith(str(path)), problem
            assert "expected" in problem, problem
            assert problem.isprintable(), ascii(problem)
            assert len(problem) <= LONGEST_LINE, len(problem)
        assert error.exit_status == 2
        return False
    return True


def corpus(name: str) -> list[bytes]:
    """The inputs that are kept for a target, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
