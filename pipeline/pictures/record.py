"""What the pictures show: pictures.json in results/pictures, and the pixels of each in {name}.npy beside it.

Those are bytes (n, pixels) of n images, (tests, n, pixels) of the randomization tests, and weights (panels, n, pixels)
in single precision. Images are taken for square, since nothing else tells where a row of pixels ends; where their
number of pixels is no square, nothing is drawn. Light to import: the Snakefile asks for the names.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from pipeline.files.sealed import read_json
from pipeline.randomisation.record import Proportion

FILE = "results/pictures/pictures.json"
FOLDER = "results/pictures"
DIGITS, TESTS, WEIGHTS, MISTAKES = NAMES = ("digits", "tests", "weights", "mistakes")
# with a run's key all that the files of its network come from
NETWORK_CODE = ("pipeline.pictures.network", "pipeline.pictures.trained")
CODE = (  # what these files come from, networks apart
    "pipeline.data.examples",
    "pipeline.pictures.choice",
    "pipeline.pictures.record",
    "pipeline.pictures.step",
    "pipeline.pictures.trained",
    "pipeline.randomisation.record",
    "pipeline.randomisation.treatment",
    "pipeline.training.network",
    "pipeline.training.run",
)
Place = Annotated[int, Meta(ge=0)]  # of an image in its file, from 0


@dataclass(frozen=True)
class Labelled:
    """An image of the training file with its label."""

    image: Place
    label: Place


@dataclass(frozen=True)
class Tested:
    """A randomization test: the labels that its images are learned with. The images are the same in all tests."""

    name: str
    labels: tuple[Place, ...]


@dataclass(frozen=True)
class Panel:
    """The first weights of a network: those of its first `units` hidden units are drawn.

    `largest` is the largest absolute weight that is drawn. `leading` is the share of ‖W1‖² in its first singular
    direction, 1 if all hidden units have the same weights but for a factor. A panel without a run is the start.
    """

    key: str | None
    reg: float
    diverged: bool
    best_epoch: int | None
    units: Place
    largest: float
    leading: Proportion


@dataclass(frozen=True)
class Mistake:
    """A testing image that the network takes for another class, with the probability that it gives that one."""

    image: Place
    label: Place
    answer: Place
    probability: Proportion


@dataclass(frozen=True)
class Confusion:
    """What the network of a run, after its best epoch, takes the testing images for.

    `matrix` counts them by label, then by answer. `recorded` is the testing accuracy of the run. `sure` and `unsure`
    are the mean probabilities that the network gives its answers, the right and the wrong ones; None if there are none.
    """

    key: str
    seed: int
    best_epoch: int
    recorded: Proportion
    matrix: tuple[tuple[Place, ...], ...]
    sure: Proportion | None
    unsure: Proportion | None
    mistakes: tuple[Mistake, ...]

    @property
    def images(self) -> int:
        """The number of testing images."""
        return sum(map(sum, self.matrix))

    @property
    def wrong(self) -> int:
        """The number of those that it takes for another class."""
        return self.images - sum(row[label] for label, row in enumerate(self.matrix))


@dataclass(frozen=True)
class Pictures:
    """What all pictures show. `counts` are the training labels of each class; `tests` are empty without such tests,
    `weights` without section 3.2. `confusion` is None without a selected configuration, or where its run diverged.
    """

    counts: tuple[Place, ...]
    digits: tuple[Labelled, ...]
    tests: tuple[Tested, ...]
    weights: tuple[Panel, ...]
    confusion: Confusion | None


def side(pixels: int) -> int | None:
    """The pixels in a row of a square image; None if there is no such image.

    >>> side(784), side(785)
    (28, None)
    """
    found = math.isqrt(pixels)
    return found if found**2 == pixels else None


def figure(name: str) -> str:
    """The name of the figure of a picture, which no experiment's has: those are called {experiment}-{what it shows}."""
    return f"pictures-{name}"


def read(results: Path) -> Pictures:
    """Read pictures.json. Raises InputError if it is not what the step writes."""
    return read_json(results / "pictures/pictures.json", Pictures)
