"""Which file, module and runs each table and figure comes from: worked out from the configuration and runs.csv."""

from collections.abc import Iterable, Iterator

import pandas as pd

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.experiments.tidy import PARAMETERS
from pipeline.figures.catalogue import Figure
from pipeline.report.views.blocks import Source

THEORY = Source("results/theory/theory.json", "pipeline.theory.step")
TABLES, FIGURES = "pipeline.analysis.tables", "pipeline.figures.step"

Shown = tuple[Experiment, Configuration]


class Provenance:
    """Names the sources. `config` has its selections made; `runs` is runs.csv, or the part of it that is shown."""

    def __init__(self, config: Config, runs: pd.DataFrame) -> None:
        self.config = config
        self._runs = runs
        self._keys = {point: list(keys) for point, keys in runs.groupby(["experiment", *PARAMETERS])["key"]}

    def table(self, name: str) -> Source:
        """The source of a table of section 3, by its name in the catalogue."""
        return self._of(f"results/tables/{name}.csv", TABLES, self._in_table(name))

    def whole(self, experiment: Experiment) -> Source:
        """The source of a table that shows every configuration of an experiment."""
        return self.experiments("results/tables/summary.csv", TABLES, [experiment])

    def part(self, experiment: Experiment, shown: Iterable[Configuration]) -> Source:
        """The source of a table that shows some configurations of an experiment."""
        return self._of("results/tables/summary.csv", TABLES, ((experiment, each) for each in shown))

    def figure(self, figure: Figure) -> Source:
        """The source of a figure of the catalogue."""
        experiment = self.config.experiments[figure.experiment]
        shown = [(experiment, experiment.configurations[position]) for position in figure.panels]
        table = "summary" if figure.kind in ("grid", "ratio") else "curves"
        return self._of(f"results/tables/{table}.csv", FIGURES, shown)

    def experiments(self, file: str, module: str, experiments: Iterable[Experiment]) -> Source:
        """The source of what shows experiments whole."""
        return self._of(file, module, (shown for experiment in experiments for shown in _all(experiment)))

    def configurations(
        self, file: str, module: str, configurations: Iterable[Configuration], *apart_from: str
    ) -> Source:
        """The source of what shows configurations, whichever experiments trained them.

        Runs that differ from one of them in nothing but the parameters `apart_from` count, too.
        """
        names = [name for name in PARAMETERS if name not in apart_from]
        points = {tuple(configuration.value(name) for name in names) for configuration in configurations}
        own = [tuple(row) in points for row in self._runs[names].itertuples(index=False)]
        return Source(file, module, tuple(dict.fromkeys(self._runs.loc[own, "key"])))

    def keys(self, experiment: Experiment, configuration: Configuration) -> tuple[str, ...]:
        """The keys of the runs of one configuration of an experiment, by seed."""
        parameters = (configuration.value(name) for name in PARAMETERS)
        return tuple(dict.fromkeys(self._keys.get((experiment.name, *parameters), ())))

    def _of(self, file: str, module: str, shown: Iterable[Shown]) -> Source:
        shown = tuple(shown)
        # as keys, which keep their order: equal runs of two experiments count once
        runs = dict.fromkeys(key for experiment, configuration in shown for key in self.keys(experiment, configuration))
        experiments = dict.fromkeys(experiment.name for experiment, _ in shown)
        return Source(file, module, tuple(runs), tuple(experiments))

    def _in_table(self, name: str) -> Iterator[Shown]:
        tables, experiments = self.config.tables, self.config.experiments
        if name == "learning_rates" and tables.learning_rates:
            yield from _all(experiments[tables.learning_rates.experiment])
        elif name == "rate_of_change" and tables.learning_rates and tables.learning_rates.rate_of_change:
            rates = {rate for pair in tables.learning_rates.rate_of_change.pairs for rate in pair}
            sweep = experiments[tables.learning_rates.experiment]
            yield from (shown for shown in _all(sweep) if shown[1].learning_rate in rates)
        elif name == "regularization" and tables.regularization:
            yield from _all(experiments[tables.regularization.experiment])
        elif name == "tuning" and tables.tuning:
            for row in tables.tuning.rows:
                yield from _all(experiments[row])


def _all(experiment: Experiment) -> Iterator[Shown]:
    return ((experiment, configuration) for configuration in experiment.configurations)
