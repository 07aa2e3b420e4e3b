"""The collapse step: on which side of the critical coefficient each run of section 3.2 lies, and whether it shows it.

    python -m pipeline.analysis.collapse --help

A run shows its side by the norm of W1: weights that leave zero end with a larger one than they start from, weights that
do not, with a smaller one. The slope at the end would not tell: below the critical coefficient the norm has levelled
off by then, and above it the noise of the batches keeps up a small norm, which may rise slowly. Some coefficients are
undecided, whatever their runs do:

- within NEAR of the critical one;
- below it, where the weights settle near the norm of the start or under it: SETTLED √(1 - reg / critical);
- above it, where the batches alone may keep the norm at that of the start: see `noise`;
- where learning_rate × updates × |critical - reg| is below log √(2 pixels). A random W1 has 1/√pixels of its norm along
  one singular vector of C, and half of the square of that grows: it takes a factor of √(2 pixels) to outgrow the start;
- where W1 starts from zero, or from singular values that are typically above FAR and so not near zero: the Frobenius
  norm would rise with the number of hidden units, of which the equations hold for any;
- where there is one hidden unit.
"""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.analysis import linearisation
from pipeline.analysis.comparison import Estimate
from pipeline.analysis.intervals import standard_deviation
from pipeline.analysis.linearisation import Linearisation
from pipeline.cli.command_line import command
from pipeline.config import load as configuration_file
from pipeline.config.settings import Config, Configuration, Experiment
from pipeline.data import preparation
from pipeline.experiments.tidy import Rows, read_csv, to_csv
from pipeline.files.sealed import write_text
from pipeline.training.network import initial_weights

NEAR = 0.03  # of the critical coefficient
SETTLED = 1.8  # norm; so measured on MNIST at 0.83 to 0.94 of the critical coefficient, or a little more
FAR = 0.05  # root mean square of the singular values

CollapseVerdict = Literal["as predicted", "not as predicted", "undecided", "diverged"]


@dataclass(frozen=True)
class CoefficientOutcome:
    """One configuration: a row of collapse.csv.

    ratio: reg over the critical coefficient. predicted_rate: critical - reg, the rate of the fastest direction, per
    learning_rate × updates. w1_start: the norm of the initial W1. w1, w2: norms after the last epoch over the n
    finished runs. rate: log(w1 / w1_start) per learning_rate × updates. as_predicted: how many of the n runs
    ended on the predicted side of the start.
    """

    experiment: str
    learning_rate: float
    reg: float
    batch_size: int
    hidden: int
    epochs: int
    ratio: float
    predicted_rate: float
    w1_start: float
    w1_mean: float
    w1_sd: float
    w2_mean: float
    w2_sd: float
    rate_mean: float
    rate_sd: float
    n: int
    diverged: int
    as_predicted: int
    verdict: CollapseVerdict

    @property
    def below(self) -> bool:
        """Whether the weights are predicted to leave zero."""
        return self.predicted_rate > 0

    @property
    def decided(self) -> bool:
        """Whether the coefficient can show its side, and a run of it finished."""
        return self.verdict in ("as predicted", "not as predicted")

    @property
    def grew(self) -> bool:
        """Whether the mean norm of W1 ended above the start."""
        return self.w1_mean > self.w1_start

    def norm(self, matrix: Literal["w1", "w2"]) -> Estimate:
        """The norm of a weight matrix after the last epoch."""
        mean, sd = getattr(self, f"{matrix}_mean"), getattr(self, f"{matrix}_sd")
        return Estimate(mean, None if math.isnan(sd) else sd, self.n, self.diverged)


def experiments(config: Config) -> list[Experiment]:
    """The sweep of Table 6 and the one that looks at both sides of the critical coefficient; none without Table 6."""
    shown = config.tables.regularization
    if shown is None:
        return []
    return [config.experiments[name] for name in (shown.experiment, shown.critical) if name]


def outcomes(config: Config, norms: pd.DataFrame, linear: Linearisation) -> list[CoefficientOutcome]:
    """Every configuration of the experiments, in their order; `norms` is norms.csv."""
    rows = Rows(norms)
    return [
        _outcome(config, experiment, configuration, rows.of(experiment, configuration), linear)
        for experiment in experiments(config)
        for configuration in experiment.configurations
    ]


def _outcome(
    config: Config, experiment: Experiment, chosen: Configuration, norms: pd.DataFrame, linear: Linearisation
) -> CoefficientOutcome:
    last = norms[norms["epoch"] == chosen.epochs]
    start = _start(config, linear, chosen.hidden)
    time = training_time(chosen, linear)
    predicted_rate = linear.critical - float(chosen.reg)
    w1 = last["w1_norm"]
    with np.errstate(divide="ignore"):
        rates = np.log(w1 / (start or math.nan)) / time
    as_predicted = int(((w1 > start) if predicted_rate > 0 else (w1 < start)).sum())
    able = decidable(chosen, predicted_rate, start, linear)
    return CoefficientOutcome(
        experiment=experiment.name,
        **{**vars(chosen), "learning_rate": float(chosen.learning_rate), "reg": float(chosen.reg)},
        ratio=float(chosen.reg) / linear.critical if linear.critical else math.inf,
        predicted_rate=predicted_rate,
        w1_start=start,
        w1_mean=float(w1.mean()),
        w1_sd=standard_deviation(w1),
        w2_mean=float(last["w2_norm"].mean()),
        w2_sd=standard_deviation(last["w2_norm"]),
        rate_mean=float(rates.mean()),
        rate_sd=standard_deviation(rates),
        n=len(last),
        diverged=experiment.replicates - len(last),
        as_predicted=as_predicted,
        verdict=_verdict(able, as_predicted, len(last)),
    )


def _start(config: Config, linear: Linearisation, hidden: int) -> float:
    """The Frobenius norm of the initial W1."""
    network = config.network
    initial = initial_weights(linear.pixels, hidden, linear.classes, network.initial_scale, network.initial_seed)
    return math.sqrt(np.square(initial.w1).sum())


def training_time(chosen: Configuration, linear: Linearisation, epochs: int | None = None) -> float:
    """Learning rate × updates of a whole run, or of so many epochs."""
    updates = math.ceil(linear.images / chosen.batch_size)
    return float(chosen.learning_rate) * updates * (chosen.epochs if epochs is None else epochs)


def factor_needed(linear: Linearisation) -> float:
    """How much the growing direction has to gain before W1 is larger than at its start: √(2 pixels)."""
    return math.sqrt(2 * linear.pixels)


def decidable(chosen: Configuration, predicted_rate: float, start: float, linear: Linearisation) -> bool:
    """Whether the norm of W1 can tell on which side of the critical coefficient the configuration is."""
    if abs(predicted_rate) <= NEAR * linear.critical or chosen.hidden == 1:
        return False
    if start == 0 or far(start, chosen.hidden, linear):
        return False
    if abs(predicted_rate) * training_time(chosen, linear) < math.log(factor_needed(linear)):
        return False
    if predicted_rate > 0:
        return start < SETTLED * math.sqrt(predicted_rate / linear.critical)
    return start > noise(chosen, linear)


def far(start: float, hidden: int, linear: Linearisation) -> bool:
    """Whether a W1 of this Frobenius norm is too large for the linear equations."""
    return start / math.sqrt(min(linear.pixels, hidden)) > FAR


def noise(chosen: Configuration, linear: Linearisation) -> float:
    """A norm of W1 that the batches alone may keep up above the critical coefficient, wherever the weights start.

    The class shares of a batch differ from those of all images, with a covariance of S / batch_size, S as in
    pipeline.analysis.linearisation. This moves what the rows of W2 have in common, with the output biases, which draw
    it back: W2 has a norm of √((classes - 1) rate / (2 batch_size)) or less. C passes it on to W1, at most
    critical / reg of it. Besides, the product of noise and W2 has a mean, in the direction of the mean image, whose
    norm is at most √pixels: it holds W1 at up to √(pixels hidden) rate / (16 batch_size reg). The two add in squares.

    This is of leading order and leaves out what slows down close to the critical coefficient; but norms measured on
    MNIST at 1.04 to 6.9 times that coefficient are less than half of it.
    """
    per_image = float(chosen.learning_rate) / chosen.batch_size
    passed_on = linear.critical * math.sqrt((linear.classes - 1) * per_image / 2)
    mean = math.sqrt(linear.pixels * chosen.hidden) * per_image / 16
    return math.hypot(passed_on, mean) / float(chosen.reg)


def _verdict(able: bool, as_predicted: int, finished: int) -> CollapseVerdict:
    if not finished:
        return "diverged"
    if not able:
        return "undecided"
    return "as predicted" if as_predicted == finished else "not as predicted"


def read_outcomes(path: Path) -> list[CoefficientOutcome]:
    """The rows of collapse.csv."""
    rows = read_csv(path).to_dict("records")
    return [CoefficientOutcome(**{str(name): value for name, value in row.items()}) for row in rows]


def distinct(found: list[CoefficientOutcome]) -> list[CoefficientOutcome]:
    """The outcomes by rising coefficient; of a configuration that both experiments have, the first."""
    seen: dict[tuple[float, ...], CoefficientOutcome] = {}
    for each in found:
        seen.setdefault((each.reg, each.learning_rate, each.batch_size, each.hidden, each.epochs), each)
    return [seen[point] for point in sorted(seen)]


def write_all(config: Path, prepared: Path, norms: Path, output: Path) -> None:
    """Write collapse.json and collapse.csv into `output`."""
    description, data = preparation.load(prepared)
    linear = linearisation.linearise(data.training.images, data.training.labels, description.classes)
    write_tables(config, linear, norms, output)


def write_tables(config: Path, linear: Linearisation, norms: Path, output: Path) -> None:
    """Write collapse.json and collapse.csv into `output`, for a linearisation that is known."""
    settings = configuration_file.read_resolved(config)
    rows = [asdict(outcome) for outcome in outcomes(settings, read_csv(norms), linear)]
    linearisation.save(output / "collapse.json", linear)
    write_text(output / "collapse.csv", to_csv(pd.DataFrame(rows)))


main = command(write_all)

if __name__ == "__main__":
    main()
