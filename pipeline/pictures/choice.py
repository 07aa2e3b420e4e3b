"""Which runs are trained once more for the sake of their networks. Light to import: the Snakefile plans with it."""

from dataclasses import dataclass, replace

from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.experiments import plan
from pipeline.experiments.plan import Run

MOST_COEFFICIENTS = 3  # whose weights are drawn, besides those without a penalty


@dataclass(frozen=True)
class Choice:
    """Runs by what is shown of them: first weights, the smallest coefficient first, and confusions."""

    weights: tuple[Run, ...]
    confusion: Run | None

    @property
    def runs(self) -> dict[str, Run]:
        """All of them by key, each once."""
        return {run.key: run for run in (*self.weights, *([self.confusion] if self.confusion else []))}


def choose(config: Config, data: str) -> Choice:
    """The runs for a configuration whose selections are made, on the data of this fingerprint.

    Weights: the first seed of the smallest coefficients of section 3.2, and of the same without a penalty, if an
    experiment has that. Confusions: the selected configuration, with the first seed that had no part in its choice.
    """
    selected, tuning = None, config.tables.tuning
    if tuning:
        best = config.experiments[tuning.best]
        selected = _run(config, best, best.configurations[0], config.fresh_seeds(best)[0], data)
    return Choice(tuple(_run(config, e, c, e.seeds[0], data) for e, c in penalties(config)), selected)


def penalties(config: Config) -> list[tuple[Experiment, Configuration]]:
    """The configurations whose first weights are drawn, each of an experiment; none without section 3.2."""
    if not config.tables.regularization:
        return []
    sweep = config.experiments[config.tables.regularization.experiment]
    swept = sorted({float(c.reg): c for c in sweep.configurations}.values(), key=lambda c: c.reg)
    free = replace(swept[0], reg=0)
    without = [(e, c) for e in config.experiments.values() for c in e.configurations if c == free]
    penalized = [(sweep, c) for c in swept if c.reg][:MOST_COEFFICIENTS]
    return [*without[:1], *penalized]


def _run(config: Config, experiment: Experiment, configuration: Configuration, seed: int, data: str) -> Run:
    runs = plan.runs(config, [experiment], data)
    return next(run for run in runs if run.configuration == configuration and run.seed == seed)
