"""Which configurations of an experiment are best: those with the highest validation accuracy.

The testing images have no say. Where an experiment has several seeds, their mean counts; a
configuration with a diverged run loses to every other; the first in the file wins a tie. A best_of
experiment may take over several configurations, the best first.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.settings import Configuration
from pipeline.data.dataset import read_manifest
from pipeline.experiments import plan, records
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.files.sealed import write_json


def best(runs: tuple[Run, ...], records: Mapping[str, Record], count: int = 1) -> tuple[Configuration, ...]:
    """The `count` configurations with the highest mean best_validation_accuracy over their seeds, best first."""
    accuracies: dict[Configuration, list[float]] = {}
    for run in runs:
        accuracy = records[run.key].metrics["best_validation_accuracy"]
        accuracies.setdefault(run.configuration, []).append(-math.inf if accuracy is None else accuracy)
    return tuple(sorted(accuracies, key=lambda configuration: -fmean(accuracies[configuration]))[:count])


def select(config: Path, data: Path, runs: Path, output: Path) -> None:
    """Write {best_of experiment: its configurations, best first} as JSON."""
    settings = configuration_file.read_resolved(config)
    fingerprint = read_manifest(data).fingerprint
    chosen = {}
    for experiment in settings.experiments.values():
        if experiment.best_of:
            candidates = plan.runs(settings, [settings.experiments[experiment.best_of]], fingerprint)
            chosen[experiment.name] = best(candidates, records.read_all(runs, candidates), experiment.count)
    write_json(output, chosen)


main = command(select)

if __name__ == "__main__":
    main()
