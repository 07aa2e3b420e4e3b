"""Other people's printed numbers: their files, and the runs that it takes to judge them.

Light to import: the Snakefile loads it. A run is kept under the same key as one of the report, so that what is trained
for the one is there for the other, and for every file that asks for the same configuration.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipeline.config.settings import (
    SAMPLE_NAME,
    SAMPLE_TRAINING_IMAGES,
    Config,
    Configuration,
    Experiment,
    Protocol,
)
from pipeline.errors import InputError, shown
from pipeline.experiments import plan
from pipeline.experiments.plan import Run
from pipeline.files.sealed import read_json
from pipeline.writeup import published
from pipeline.writeup.published import Published

WANTED = Path("results/check/wanted.json")
MORE = 3  # times as many seeds, where a number is unusual
_DEFECTS = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)
_SUFFIXES = (".yaml", ".yml")


Mistakes = Mapping[Path, tuple[str, ...]]  # of the files that cannot be judged, a line each


@dataclass(frozen=True)
class Submission:
    """A file of printed numbers that can be read."""

    path: Path
    published: Published


def find(name: str) -> tuple[Path, ...]:
    """The file itself, or the YAML files in a folder and below, sorted; hidden ones do not count.

    Raises InputError if there is none.
    """
    path = Path(name)
    if not (name and os.path.exists(path)):  # noqa: PTH110 - Path.exists raises for a name that is too long
        raise InputError(
            "PUBLISHED: expected a file of printed numbers or a folder of them, "
            f"found {shown(name) or 'nothing'}. "
            "Hint: make check PUBLISHED=examples/submission.yaml"
        )
    if not path.is_dir():
        return (path,)
    files = sorted(file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    visible = tuple(file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts))
    if not visible:
        raise InputError(f"{shown(path)}: expected files of printed numbers, *.yaml or *.yml, found none.")
    return visible


def load(
    paths: Iterable[Path], config: Config, protocol: Protocol | None = None
) -> tuple[tuple[Submission, ...], Mistakes]:
    """(What can be read, the mistakes of all other files); `protocol` is that of files which say none."""
    submissions: list[Submission] = []
    mistakes: dict[Path, tuple[str, ...]] = {}
    for path in paths:
        try:
            submissions.append(Submission(path, published.load(path, config, protocol)))
        except InputError as error:
            mistakes[path] = error.problems
        except _DEFECTS as error:  # of ours; it shall not keep the others from being judged
            what = f"{shown(path)}: expected printed numbers, found what ends in {type(error).__name__}."
            mistakes[path] = (what,)
    return tuple(submissions), mistakes


def unfit(submission: Submission, data: "DataAtHand") -> Iterator[str]:
    """Why a file of these data cannot be judged: nothing to validate on, or batches larger than the training set."""
    path, published = shown(submission.path), submission.published
    training, validation = published.protocol.split.sizes(data.training_images)
    sizes = dict.fromkeys(c.batch_size for c in published.configurations if c.batch_size > training)
    if published.data != data.name:
        return
    if not validation:
        yield f"{path}: protocol.validation_fraction: expected one that holds out an image, found none held out."
    yield from (f"{path}: batch_size: expected at most {training:,} (the training set), found {s:,}." for s in sizes)


def foreign(published: Published, config: Config, data: str) -> str:
    """Why no number of a file is judged on the data set of this name: it is of another; empty if it is not."""
    if published.data == data:
        return ""
    return f"of {shown(published.data)}, and the data set at hand is {data}. {_mend(published.data, config)}"


def _mend(name: str, config: Config) -> str:
    if name != config.data.name:
        return "Hint: correct the name, or set data and source in config.yaml."
    if config.source == "sample":
        return "Hint: config.yaml asks for the sample; set source to mnist there."
    return 'Hint: mend what logs/data.log names, then add SNAKEMAKE_OPTIONS="--forcerun data" to make check.'


# --- The runs


@dataclass(frozen=True)
class Wanted:
    """The configurations that a check asks for, of one data set and protocol.

    `doubtful` are those of them that need more seeds: a number was unusual there.
    """

    data: str
    protocol: Protocol
    configurations: tuple[Configuration, ...]
    doubtful: tuple[Configuration, ...] = ()


def wanted(files: Iterable[Published], doubtful: Collection[tuple[Protocol, Configuration]] = ()) -> tuple[Wanted, ...]:
    """What it takes to judge printed numbers: the configurations of all files, each once."""
    asked: dict[tuple[str, Protocol], dict[Configuration, None]] = {}
    for each in files:
        asked.setdefault((each.data, each.protocol), {}).update(dict.fromkeys(each.configurations))
    return tuple(
        Wanted(data, protocol, (*of,), tuple(each for each in of if (protocol, each) in doubtful))
        for (data, protocol), of in asked.items()
        if of
    )


def read_wanted(path: Path) -> tuple[Wanted, ...]:
    """What the last check asks for; nothing where none was made. Raises InputError for another file."""
    return read_json(path, tuple[Wanted, ...], f"Hint: `rm {path}`") if path.exists() else ()


@dataclass(frozen=True)
class DataAtHand:
    """What the keys of runs say of the data, and how many images there are for training and validation."""

    name: str
    training_images: int
    fingerprint: str

    @classmethod
    def read(cls, manifest: Path) -> Self:
        """The data that `manifest`, data.json, describes. Raises InputError."""
        try:
            data = read_json(manifest, dict[str, Any])
            return cls(str(data["name"]), int(data["training_images"]), str(data["fingerprint"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{manifest}: expected what the data step writes, found: {error!r}.") from error

    @classmethod
    def expected(cls, config: Config) -> Self:
        """Those that config.yaml asks for, before they are there."""
        if config.source == "sample":
            return cls(SAMPLE_NAME, SAMPLE_TRAINING_IMAGES, "")
        return cls(config.data.name, config.data.training_images, "")


Runs = Mapping[Protocol, tuple[Run, ...]]


def runs(asked: Iterable[Wanted], config: Config, data: DataAtHand) -> Runs:
    """The runs that are asked for on these data, by protocol.

    As many seeds as config.yaml says, MORE times as many of what is doubtful, and no configuration that the data are
    too few for.
    """
    return {each.protocol: _runs(each, config.under(each.protocol), data) for each in asked if each.data == data.name}


def _runs(asked: Wanted, config: Config, data: DataAtHand) -> tuple[Run, ...]:
    training, validation = config.split.sizes(data.training_images)
    largest = training if validation else 0
    experiments = [
        Experiment("check", "grid", (), tuple(each for each in of if each.batch_size <= largest), seeds)
        for of, seeds in ((asked.configurations, config.replicates), (asked.doubtful, MORE * config.replicates))
    ]
    return plan.runs(config, experiments, data.fingerprint)


def wanted_runs(path: Path, config: Config, manifest: Path) -> Runs:
    """The runs that the last check asks for on the data that `manifest`, data.json, describes. Raises InputError."""
    return runs(read_wanted(path), config, DataAtHand.read(manifest))
