"""What is known of how the printed numbers were made, and recovery.json, which holds it.

Where something could not be judged, its part is None.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.analysis import intervals
from pipeline.files.sealed import read_json

LEVEL = 0.99  # of the interval in which a difference of two runs falls


@dataclass(frozen=True)
class Match:
    """A printed number, and the classes whose share of some images rounds to it."""

    printed: str
    classes: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A set of images: its class shares, rounded as the numbers are printed, and the printed numbers among them."""

    images: int
    shares: tuple[str, ...]
    matches: tuple[Match, ...]

    @property
    def found(self) -> tuple[Match, ...]:
        """The printed numbers that are class shares."""
        return tuple(match for match in self.matches if match.classes)

    @property
    def all_found(self) -> bool:
        """Whether every printed number is a class share."""
        return len(self.found) == len(self.matches)


@dataclass(frozen=True)
class ClassColumn:
    """A printed column whose testing and validation accuracies are class shares; `named` as its head has it."""

    named: Mapping[str, str]
    validation: Match
    testing: Match

    @property
    def at_odds(self) -> bool:
        """Whether no network that gives every image the same answer has both."""
        return not set(self.validation.classes) & set(self.testing.classes)


@dataclass(frozen=True)
class Chance:
    """Among `draws` random splits, `hits` have every printed number as a class share."""

    draws: int
    hits: int

    @property
    def one_in(self) -> int | None:
        """In how many splits one is such, to two digits; None where none was."""
        return int(float(f"{self.draws / self.hits:.1e}")) if self.hits else None


@dataclass(frozen=True)
class RecoveredSplit:
    """Which split the printed accuracies of networks that answer with one class fit.

    The columns are those whose printed testing accuracy is a class share of the testing images. The parts are of the
    split in use (`shuffled`, or else the last images in file order) and of the one in file order. Of the columns,
    `columns` have validation accuracies that are class shares of the split in use.
    """

    shuffled: bool
    testing: Part
    validation: Part
    validation_in_order: Part
    training: Part
    training_in_order: Part
    chance: Chance
    columns: tuple[ClassColumn, ...] = ()

    @property
    def order_excluded(self) -> bool:
        """Whether the split in file order does not give the printed validation accuracies."""
        return not self.validation_in_order.all_found

    @property
    def fits(self) -> bool:
        """Whether the split in use is shuffled and gives them."""
        return self.shuffled and self.validation.all_found


@dataclass(frozen=True)
class HeldOut:
    """How many images are held out for validation: here, and of the same images by the write-up."""

    here: int
    published: int

    @property
    def same(self) -> bool:
        """Whether the parts are of one size, without which their class shares cannot be compared."""
        return self.here == self.published


@dataclass(frozen=True)
class Factor:
    """Runs with so many times the penalty: how far the printed numbers are from them in the mean."""

    factor: float
    distance: float


@dataclass(frozen=True)
class Penalty:
    """The printed column that tells the factor of the penalty, by its coefficient, and its `cells` numbers."""

    reg: str
    cells: int
    factors: tuple[Factor, ...]

    @property
    def nearest(self) -> Factor:
        """The factor whose runs are nearest."""
        return min(self.factors, key=lambda each: each.distance)


@dataclass(frozen=True)
class DecimalReading:
    """A column that would repeat another one if e^-1 meant 0.1: both testing accuracies as printed.

    `sd` is the standard deviation of the testing accuracy over the `seeds` of the other column; None with fewer than
    two.
    """

    parameter: str
    written: str
    decimal: str
    table: str
    other_table: str
    printed: str
    other_printed: str
    sd: float | None
    seeds: int

    @property
    def difference(self) -> float:
        """By how much the two differ."""
        return abs(float(self.printed) - float(self.other_printed))

    @property
    def refuted(self) -> bool:
        """Whether the difference of two further runs of one configuration would fall below this: Student's t."""
        if self.sd is None:
            return False
        return self.difference > intervals.quantile(self.seeds - 1, LEVEL) * math.sqrt(2) * self.sd


@dataclass(frozen=True)
class EpochDistances:
    """Printed testing accuracies against the models of the best and of the last epoch.

    `best` and `last` are the distances in the mean over `cells` numbers; `nearer_best` of these are nearer to the model
    of the best epoch, `nearer_last` to that of the last.
    """

    cells: int
    best: float
    last: float
    nearer_best: int
    nearer_last: int


@dataclass(frozen=True)
class Recovery:
    """What is known of the protocol. `data` is the data set at hand, `published_data` that of the printed numbers.

    `split` is judged only where the part held out is as large as the write-up's.
    """

    data: str
    published_data: str
    held_out: HeldOut
    split: RecoveredSplit | None
    penalty: Penalty | None
    readings: tuple[DecimalReading, ...]
    epoch: EpochDistances | None

    @property
    def comparable(self) -> bool:
        """Whether the data set is the one that the numbers are of."""
        return self.data == self.published_data


def read(path: Path) -> Recovery:
    """Read what the recovery step wrote. Raises InputError if the file is missing or something else."""
    return read_json(path, Recovery)
