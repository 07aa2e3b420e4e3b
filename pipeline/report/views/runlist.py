"""The list of all runs for the appendix: keys by experiment and configuration, or their number where there are many."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.report.views import typography
from pipeline.report.views.blocks import LISTED, Source
from pipeline.report.views.provenance import Provenance


@dataclass(frozen=True)
class ConfigurationRuns:
    """One configuration and the keys of its runs, by seed; `diverged` are those that did not finish.

    `name` is that of its row in the page.
    """

    name: str
    label: Markup
    keys: tuple[str, ...]
    diverged: frozenset[str]


Located = tuple[ConfigurationRuns | None, tuple[str, ...]]  # a row of the list and those of its keys that are meant


@dataclass(frozen=True)
class ExperimentRuns:
    """The runs of one experiment; without rows where they are too many to list."""

    experiment: Experiment
    runs: int
    rows: tuple[ConfigurationRuns, ...]


def groups(config: Config, provenance: Provenance, diverged: Collection[str]) -> tuple[ExperimentRuns, ...]:
    """The runs of every experiment of a configuration whose selections are made, in its order."""
    runs = {e.name: len(e.configurations) * e.replicates for e in config.experiments.values()}
    listed = within(LISTED, runs)
    return tuple(
        ExperimentRuns(
            experiment,
            runs[name],
            tuple(
                _row(f"runs-{name}-{number}", experiment, chosen, provenance, diverged)
                for number, chosen in enumerate(experiment.configurations, 1)
                if name in listed
            ),
        )
        for name, experiment in config.experiments.items()
    )


def within(limit: int, runs: Mapping[str, int]) -> frozenset[str]:
    """The experiments to list so that no more than `limit` runs are listed in all: the smallest ones first."""
    listed, total = set(), 0
    for name, count in sorted(runs.items(), key=lambda item: item[1]):
        total += count
        if total <= limit:
            listed.add(name)
    return frozenset(listed)


def located(source: Source, groups: Collection[ExperimentRuns]) -> tuple[Located, ...]:
    """The runs of a source in their order, each with the row that lists it: one of the source's experiments first."""
    own_last = sorted(groups, key=lambda group: group.experiment.name in source.experiments)
    rows = {key: row for group in own_last for row in reversed(group.rows) for key in row.keys}
    return tuple((row, tuple(keys)) for row, keys in groupby(source.runs, key=rows.get))


def _row(
    name: str, experiment: Experiment, chosen: Configuration, provenance: Provenance, diverged: Collection[str]
) -> ConfigurationRuns:
    keys = provenance.keys(experiment, chosen)
    return ConfigurationRuns(name, typography.caption(experiment, chosen), keys, frozenset(keys) & frozenset(diverged))
