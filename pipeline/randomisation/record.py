"""The randomization tests of section 2.3: which there are, and the files that each leaves.

In results/randomisation/{test}, {test}.csv has a row for each seed and epoch (loss and accuracy on the training images
after it), and {test}.json what each seed came to. Light to import: the Snakefile asks for the names.
"""

import contextlib
import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Annotated, Literal, get_args

from msgspec import Meta

from pipeline.config.settings import Randomisation
from pipeline.errors import InputError, shown
from pipeline.files.sealed import read_text, write_json, write_text
from pipeline.files.typed_json import decode

FOLDER = "results/randomisation"
FIGURE = "randomisation"
CODE = (  # what the files come from, beside the trainer
    "pipeline.data.examples",
    "pipeline.randomisation.record",
    "pipeline.randomisation.step",
    "pipeline.randomisation.treatment",
)
STEPS = (1, 2, 3, 4, 5, 6, 8)  # what the epochs that a figure marks begin with
COLUMNS = ("seed", "epoch", "training_loss", "training_accuracy")
Proportion = Annotated[float, Meta(ge=0, le=1)]
VariantKind = Literal["true_labels", "corrupted_labels", "shuffled_pixels", "random_pixels", "gaussian_images"]


def files(tests: Iterable[str]) -> list[str]:
    """What the tests of these names leave."""
    return [f"{FOLDER}/{test}/{test}.{kind}" for test in tests for kind in ("csv", "json")]


@dataclass(frozen=True)
class Variant:
    """What one test does to the data; `corruption` is the probability with which a label is replaced.

    >>> Variant("corrupted_labels", 0.2).name
    'corrupted_labels_0.2'
    """

    kind: VariantKind
    corruption: float = 0.0

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.kind}_{float(self.corruption)!r}" if self.kind == "corrupted_labels" else self.kind

    @property
    def words(self) -> str:
        """What is done, in words: 'shuffled pixels'."""
        return self.kind.replace("_", " ").replace("gaussian", "Gaussian")

    @classmethod
    def named(cls, name: str) -> "Variant":
        """The variant of this name. Raises InputError if there is none."""
        kind: VariantKind
        for kind in get_args(VariantKind):
            probability = name.removeprefix(f"{kind}_")
            with contextlib.suppress(ValueError):
                variant = cls(kind, float(probability)) if probability != name else cls(kind)
                if variant.name == name and 0 <= variant.corruption <= 1:
                    return variant
        raise InputError(f"test: expected the name of a randomization test, found {shown(name)}.")


def variants(settings: Randomisation) -> tuple[Variant, ...]:
    """The tests of a configuration, in the order in which they are shown: labels from true to random, then images."""
    corrupted = [Variant("corrupted_labels", float(probability)) for probability in sorted(settings.corruption)]
    images = [Variant("shuffled_pixels"), Variant("random_pixels"), Variant("gaussian_images")]
    return (Variant("true_labels"), *corrupted, *images)


@dataclass(frozen=True)
class VariantEpoch:
    """Cross-entropy (nats) and accuracy on the training images after an epoch."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class SeedOutcome:
    """What a test came to with one seed: its epochs, and the accuracy on the testing images at the end.

    One that `diverged` ended with a number that is not finite; its last epochs are left out, and there is no testing
    accuracy. `changed_labels` is the share of training labels that are not the true ones.
    """

    seed: int
    changed_labels: float
    epochs: tuple[VariantEpoch, ...]
    diverged: bool
    testing_accuracy: float | None

    @property
    def epochs_to_fit(self) -> int | None:
        """After how many epochs every training image was classified correctly; None if it never was."""
        return len(self.epochs) if self.epochs and self.epochs[-1].accuracy == 1 else None

    @property
    def training_accuracy(self) -> float | None:
        """The training accuracy at the end; None if training diverged."""
        return None if self.diverged else self.epochs[-1].accuracy

    def first_above(self, accuracy: float) -> int | None:
        """The first epoch with a training accuracy above the given one; None if there is none."""
        return next((n for n, epoch in enumerate(self.epochs, start=1) if epoch.accuracy > accuracy), None)


@dataclass(frozen=True)
class VariantOutcome:
    """What a test came to on so many images, with each of its seeds."""

    variant: Variant
    images: int
    seeds: tuple[SeedOutcome, ...]

    @property
    def diverged(self) -> bool:
        """Whether a seed diverged; such a test is shown and not compared."""
        return any(seed.diverged for seed in self.seeds)

    @property
    def fitted(self) -> bool:
        """Whether every seed classified all training images correctly."""
        return all(seed.epochs_to_fit for seed in self.seeds)

    @property
    def course(self) -> tuple[VariantEpoch, ...]:
        """The mean over the seeds after each epoch; a seed that has ended counts as it ended."""
        trained = [seed.epochs for seed in self.seeds if seed.epochs]
        reached = [
            [epochs[min(n, len(epochs) - 1)] for epochs in trained] for n in range(max(map(len, trained), default=0))
        ]
        return tuple(VariantEpoch(fmean(e.loss for e in each), fmean(e.accuracy for e in each)) for each in reached)


@dataclass(frozen=True)
class SeedFacts:
    """What {test}.json holds of a seed."""

    seed: int
    changed_labels: Proportion
    epochs_to_fit: int | None
    diverged: bool
    training_accuracy: Proportion | None
    testing_accuracy: Proportion | None

    @classmethod
    def of(cls, outcome: SeedOutcome) -> "SeedFacts":
        """Those of an outcome."""
        return cls(**{field.name: getattr(outcome, field.name) for field in fields(cls)})


@dataclass(frozen=True)
class Facts:
    """What {test}.json holds."""

    test: str
    images: int
    seeds: tuple[SeedFacts, ...]

    @classmethod
    def of(cls, outcome: VariantOutcome) -> "Facts":
        """Those of an outcome."""
        return cls(outcome.variant.name, outcome.images, tuple(map(SeedFacts.of, outcome.seeds)))


def marked(epochs: int) -> list[int]:
    """The epochs that a figure marks on a logarithmic axis: round ones and the last.

    >>> marked(25)
    [1, 2, 3, 4, 5, 6, 8, 10, 20, 25]
    """
    rounded = [step * 10**power for power in range(len(str(epochs))) for step in STEPS]
    return [*(epoch for epoch in rounded if epoch < epochs), *([epochs] if epochs else [])]


def write(outcome: VariantOutcome, folder: Path) -> None:
    """Write {test}.csv and {test}.json, the same bytes for the same outcome."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in outcome.seeds:
        for number, epoch in enumerate(each.epochs, start=1):
            writer.writerow((each.seed, number, repr(epoch.loss), repr(epoch.accuracy)))
    write_text(folder / f"{outcome.variant.name}.csv", table.getvalue())
    write_json(folder / f"{outcome.variant.name}.json", Facts.of(outcome))


def read(folder: Path, variant: Variant) -> VariantOutcome:
    """Read back what `write` wrote. Raises InputError if a file is missing, damaged or another test's."""
    path = folder / f"{variant.name}.json"
    try:
        outcome = _outcome(variant, decode(read_text(path), Facts), _epochs(read_text(path.with_suffix(".csv"))))
    except (ValueError, csv.Error) as error:
        raise InputError(
            f"{path}: expected what the randomization test {variant.name} writes, found: {error!r}. "
            f"Hint: `rm {path}` and build again."
        ) from error
    return outcome


def read_all(folder: Path, settings: Randomisation) -> tuple[VariantOutcome, ...]:
    """The outcomes of all tests of a configuration."""
    return tuple(read(folder / variant.name, variant) for variant in variants(settings))


def _epochs(text: str) -> dict[int, tuple[VariantEpoch, ...]]:
    """The epochs of each seed. Raises ValueError or csv.Error for what is none."""
    names, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if tuple(names) != COLUMNS:
        raise ValueError(f"the columns {names}")
    found = {}
    for seed, lines in groupby(rows, key=lambda row: int(row[0])):
        numbers, losses, accuracies = zip(*((int(n), float(x), float(y)) for _, n, x, y in lines), strict=True)
        if seed in found or numbers != tuple(range(1, len(numbers) + 1)):
            raise ValueError("epochs that do not count from 1")
        if not all(
            math.isfinite(loss) and 0 <= accuracy <= 1 for loss, accuracy in zip(losses, accuracies, strict=True)
        ):
            raise ValueError("a loss or an accuracy that is none")
        found[seed] = tuple(map(VariantEpoch, losses, accuracies))
    return found


def _outcome(variant: Variant, facts: Facts, epochs: dict[int, tuple[VariantEpoch, ...]]) -> VariantOutcome:
    """Raises ValueError if the facts are not those of these epochs."""
    seeds = tuple(
        SeedOutcome(each.seed, each.changed_labels, epochs.pop(each.seed, ()), each.diverged, each.testing_accuracy)
        for each in facts.seeds
    )
    outcome = VariantOutcome(variant, facts.images, seeds)
    if not seeds or epochs:
        raise ValueError(f"{len(seeds)} seeds, and epochs of others")
    if not all(each.epochs or each.diverged for each in seeds):
        raise ValueError("a test without an end")
    if Facts.of(outcome) != facts:
        raise ValueError(f"{facts}, which does not fit {variant.name}.csv")
    if any(each.diverged != (each.testing_accuracy is None) for each in seeds):
        raise ValueError("a testing accuracy that is none")
    return outcome
