"""Which runs the experiments need, and under which key each is found.

An experiment of kind best_of gets its configurations from results/selection/selection.json once the
experiment it refers to is trained.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.config import load as configuration_file
from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.errors import InputError
from pipeline.experiments import keys
from pipeline.files.sealed import read_json
from pipeline.training.specification import Specification

Selection = Mapping[str, tuple[Configuration, ...]]


@dataclass(frozen=True)
class Run:
    """One run of one experiment; equal keys are the same training."""

    experiment: str
    configuration: Configuration
    seed: int
    specification: Specification
    key: str


def runs(config: Config, experiments: Iterable[Experiment], data_fingerprint: str) -> tuple[Run, ...]:
    """The runs of the experiments, in the order of the configuration file and by seed."""
    return tuple(
        _run(config, experiment, configuration, seed, data_fingerprint)
        for experiment in experiments
        for configuration in experiment.configurations
        for seed in experiment.seeds
    )


def select(config: Config, selection: Selection) -> Config:
    """A configuration whose best_of experiments hold the configurations selected for them."""
    experiments = {
        name: replace(experiment, configurations=selection[name]) if experiment.best_of else experiment
        for name, experiment in config.experiments.items()
    }
    return replace(config, experiments=experiments)


def load_selected(config: Path, selection: Path) -> Config:
    """The resolved configuration, its selections made. Raises InputError for a file that is not what it should be."""
    settings = configuration_file.read_resolved(config)
    return select(settings, read_selection(selection, settings))


def candidates(config: Config) -> tuple[Experiment, ...]:
    """The experiments that a best_of experiment chooses from, each once."""
    names = dict.fromkeys(e.best_of for e in config.experiments.values() if e.best_of)
    return tuple(config.experiments[name] for name in names)


def read_selection(path: Path, config: Config) -> dict[str, tuple[Configuration, ...]]:
    """The selected configurations of each best_of experiment, the best first.

    Raises InputError if the file does not fit.
    """
    chosen = read_json(path, dict[str, tuple[Configuration, ...]])
    try:
        return {
            name: _chosen(config.experiments[experiment.best_of], experiment.count, chosen[name])
            for name, experiment in config.experiments.items()
            if experiment.best_of
        }
    except (ValueError, KeyError) as error:
        raise InputError(
            f"{path}: expected the selected configurations of each best_of experiment, found: {error!r}. "
            f"Hint: `rm {path}` and build again."
        ) from error


def read_fingerprint(manifest: Path) -> str:
    """The data's fingerprint, in data.json and prepared.json, without the checks of arrays. Raises InputError."""
    try:
        return str(read_json(manifest, dict[str, Any])["fingerprint"])
    except KeyError as error:
        raise InputError(f"{manifest}: expected a file with the data's fingerprint, found: {error!r}.") from error


def _run(config: Config, experiment: Experiment, configuration: Configuration, seed: int, data: str) -> Run:
    specification = keys.specification(config, configuration, seed, data)
    return Run(experiment.name, configuration, seed, specification, keys.key(specification))


def _chosen(experiment: Experiment, count: int, chosen: tuple[Configuration, ...]) -> tuple[Configuration, ...]:
    """Those configurations, as the experiment has them. Raises ValueError if they are not `count` of its own."""
    found = [own for each in chosen for own in experiment.configurations if own == each]
    if not len(found) == len(set(found)) == len(chosen) == count:
        raise ValueError(f"{len(chosen)} entries, {len(set(found))} of them of {experiment.name}, not {count}")
    return tuple(found)
