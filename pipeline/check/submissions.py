"""Other people's printed numbers: their files, and the runs that it takes to judge them.

Light to import: the Snakefile loads it. A run is kept under the same key as one of the report, so that what is trained
for the one is there for the other, and for every file that asks for the same configuration.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.errors import InputError, shown
from pipeline.experiments import plan
from pipeline.experiments.plan import Run
from pipeline.files.sealed import read_json, write_json
from pipeline.writeup import published
from pipeline.writeup.published import Published

WANTED = Path("results/check/wanted.json")
MORE = 3  # times as many seeds, where a number is unusual
_DEFECTS = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, MemoryError)
_SUFFIXES = (".yaml", ".yml")


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


def load(paths: Iterable[Path], config: Config) -> tuple[tuple[Submission, ...], tuple[str, ...]]:
    """(what can be read, the problems of all others, one line each)."""
    submissions: list[Submission] = []
    problems: list[str] = []
    for path in paths:
        try:
            submissions.append(Submission(path, published.load(path, config)))
        except InputError as error:
            problems += error.problems
        except _DEFECTS as error:  # of ours; it shall not keep the others from being judged
            problems.append(f"{shown(path)}: expected printed numbers, found what ends in {type(error).__name__}.")
    return tuple(submissions), tuple(problems)


def unfit(submission: Submission, config: Config, data: str, images: int) -> Iterator[str]:
    """Why a file cannot be judged on a data set with this name and so many images for training and validation."""
    path, name = shown(submission.path), submission.published.data
    if name != data:
        yield f"{path}: data: expected {data!r}, the data set at hand, found {name!r}. {_mend(name, config)}"
        return
    training, _ = config.split.sizes(images)
    sizes = dict.fromkeys(c.batch_size for c in submission.published.configurations if c.batch_size > training)
    yield from (f"{path}: batch_size: expected at most {training:,} (the training set), found {s:,}." for s in sizes)


def _mend(name: str, config: Config) -> str:
    if name != config.data.name:
        return "Hint: correct the name, or set data and source in config.yaml."
    if config.source == "sample":
        return "Hint: config.yaml asks for the sample; set source to mnist there."
    return 'Hint: mend what logs/data.log names, then add SNAKEMAKE_OPTIONS="--forcerun data" to make check.'


# --- The runs


@dataclass(frozen=True)
class Wanted:
    """The configurations that a check asks for, and those of them that need more seeds: a number was unusual there."""

    configurations: tuple[Configuration, ...] = ()
    doubtful: tuple[Configuration, ...] = ()


def write_wanted(path: Path, submissions: Iterable[Submission], doubtful: Collection[Configuration] = ()) -> None:
    """Write the configurations of all files, each once, by the name of the data set that they are of."""
    asked: dict[str, dict[Configuration, None]] = {}
    for submission in submissions:
        asked.setdefault(submission.published.data, {}).update(dict.fromkeys(submission.published.configurations))
    wanted = {data: Wanted((*of,), tuple(each for each in of if each in doubtful)) for data, of in asked.items()}
    write_json(path, wanted)


def read_wanted(path: Path, data: str) -> Wanted:
    """What is wanted of one data set; nothing where no check was made. Raises InputError for another file."""
    if not path.exists():
        return Wanted()
    return read_json(path, dict[str, Wanted], f"Hint: `rm {path}`").get(data, Wanted())


def wanted_runs(path: Path, config: Config, manifest: Path) -> tuple[Run, ...]:
    """The runs that the last check asks for on the data that `manifest`, data.json, describes.

    As many seeds as config.yaml says, MORE times as many of what is doubtful, and no configuration that the data are
    too few for. Raises InputError.
    """
    try:
        data = read_json(manifest, dict[str, Any])
        name, images, fingerprint = str(data["name"]), int(data["training_images"]), str(data["fingerprint"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{manifest}: expected what the data step writes, found: {error!r}.") from error
    training, _ = config.split.sizes(images)
    wanted = read_wanted(path, name)
    experiments = [
        Experiment("check", "grid", (), tuple(each for each in of if each.batch_size <= training), seeds)
        for of, seeds in ((wanted.configurations, config.replicates), (wanted.doubtful, MORE * config.replicates))
    ]
    return plan.runs(config, experiments, fingerprint)
