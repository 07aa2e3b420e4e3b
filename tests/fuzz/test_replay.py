"""The corpus and seeded mutations of it: InputError or a sound result, in little memory and time."""

import gzip
import struct
from pathlib import Path

import pytest

from fuzz.limits import limits
from fuzz.mutation import mutations
from fuzz.targets import CORPUS, TARGETS, corpus, run
from pipeline.data import idx
from pipeline.errors import InputError

MUTATIONS = {
    **{"images": 2000, "labels": 2000, "packed": 2000, "rows": 2000, "archive": 2000},
    **{"config": 250, "published": 1000},
}
KINDS = dict.fromkeys(MUTATIONS, "binary") | dict.fromkeys(("rows", "config", "published"), "text")
MEGABYTES, SECONDS = 256, 20


def test_every_target_has_a_corpus() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS) == set(MUTATIONS)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_is_read_or_refused(tmp_path: Path, name: str) -> None:
    verdicts = []
    for content in corpus(name):
        with limits(megabytes=MEGABYTES, seconds=SECONDS):
            verdicts.append(run(TARGETS[name], content, tmp_path / "input"))
    assert set(verdicts) == {True, False}  # else the target tests nothing


@pytest.mark.parametrize("name", TARGETS)
def test_mutations_of_the_corpus_are_read_or_refused(tmp_path: Path, name: str) -> None:
    for content in mutations(corpus(name), KINDS[name], MUTATIONS[name], seed=1):
        with limits(megabytes=MEGABYTES, seconds=SECONDS):
            try:
                run(TARGETS[name], content, tmp_path / "input")
            except BaseException:
                print(content)  # pytest shows it: put it into the corpus
                raise


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_takes_no_more_than_its_header_claims(tmp_path: Path, layers: int) -> None:
    """A gigabyte of zeros in a file of a megabyte, or of a few kilobytes in two layers of gzip."""
    content = struct.pack(">4I", 0x803, 2, 28, 28)
    content = gzip.compress(content, 1) + b"".join([gzip.compress(bytes(2**24), 9)] * 64)
    path = tmp_path / "bomb"
    path.write_bytes(content if layers == 1 else gzip.compress(content))
    assert path.stat().st_size < 2**21
    with (
        limits(megabytes=64, seconds=SECONDS),
        pytest.raises(InputError, match=r"found more bytes|truncated|starts with"),
    ):
        idx.read_images(path)
