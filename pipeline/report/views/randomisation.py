"""What section 2.3 says of the randomization tests: their table, their figure, and how they compare with the paper's.

The paper is Zhang et al. (2017). Every claim of the section is decided here, from the outcomes of the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.config.settings import Config, Randomisation
from pipeline.data.dataset import Manifest
from pipeline.files.sealed import read_text
from pipeline.randomisation import record
from pipeline.randomisation.record import FIGURE, FOLDER, Variant, VariantOutcome, marked
from pipeline.report.views import typography, wording
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Table, Value

TOLERANCE = 0.03  # testing accuracies this near to each other, or to chance, are told as alike
MARGIN = 0.1  # so are numbers of epochs that differ by this share of the smaller one: each test has one seed


@dataclass(frozen=True)
class VariantText:
    """A test in words, with its numbers as they read: None where there is none."""

    label: Markup
    epochs: int | None
    training_accuracy: str | None
    testing_accuracy: str | None


@dataclass(frozen=True)
class Slowdown:
    """The strongest corruption against true labels, both fitted: `factor` times as many epochs, clearly more or not.

    `grows` tells whether the epochs clearly grow with the probability throughout; None where that cannot be said.
    """

    random: VariantText
    true: VariantText
    factor: str
    longer: bool
    grows: bool | None


@dataclass(frozen=True)
class Decline:
    """Testing accuracy from true labels to the strongest corruption.

    `falls`: whether each test is clearly below the one before. `random` tells whether the strongest replaces every
    label, `at_chance` whether it ends near chance, `gap` away from it. `above` are the tests between with an accuracy
    above chance; `between` tells how many there are between, and `fitted` whether every one of them was fitted.
    """

    true: VariantText
    last: VariantText
    falls: bool
    random: bool
    at_chance: bool
    gap: float
    above: tuple[VariantText, ...]
    between: int
    fitted: bool


@dataclass(frozen=True)
class Start:
    """The first epoch in which a test is more than halfway from chance to a perfect fit; None if it never is."""

    label: Markup
    epoch: int | None


@dataclass(frozen=True)
class Order:
    """Random images against random labels, p = 1: which are clearly fitted sooner, and where each test starts.

    `starts` has the true labels, too. `later` tells whether the random labels clearly start after each of the others.
    """

    random: VariantText
    sooner: tuple[VariantText, ...]
    not_sooner: tuple[VariantText, ...]
    random_start: Start
    starts: tuple[Start, ...]
    later: bool


@dataclass(frozen=True)
class Shuffled:
    """One permutation for all images against none: whether the testing accuracies are alike."""

    shuffled: VariantText
    true: VariantText
    alike: bool


@dataclass(frozen=True)
class Meaningless:
    """What is left to predict from: pixel values without their places, and noise, which ends `gap` from chance."""

    pixels: VariantText
    noise: VariantText
    above_chance: bool
    guesses: bool
    gap: float


@dataclass(frozen=True)
class RandomisationText:
    """Section 2.3. `hidden`, `pixels`, `classes` and `parameters` are the network's, `chance` is 1 / classes.

    A comparison is None where a test that it needs diverged, was not fitted (slowdown), or is none of the
    configuration (order).
    """

    plot: Plot
    table: Table
    settings: Randomisation
    hidden: int
    pixels: int
    classes: int
    parameters: int
    images: int
    testing_images: int
    corruption: tuple[Markup, ...]
    chance: str
    tolerance: float
    margin: str
    tests: int
    unfitted: tuple[VariantText, ...]
    diverged: tuple[VariantText, ...]
    slowdown: Slowdown | None
    decline: Decline | None
    order: Order | None
    shuffled: Shuffled | None
    meaningless: Meaningless | None


def build(config: Config, manifest: Manifest, results: Path) -> RandomisationText | None:
    """Read the tests and their figure from the results folder; None where the configuration has none.

    Raises InputError if something does not fit.
    """
    settings = config.randomisation
    if settings is None:
        return None
    outcomes = record.read_all(results / Path(FOLDER).name, settings)
    svg = read_text(results / "figures" / f"{FIGURE}.svg")
    return describe(settings, outcomes, svg, config.defaults.hidden, manifest)


def describe(
    settings: Randomisation, outcomes: Sequence[VariantOutcome], svg: str, hidden: int, manifest: Manifest
) -> RandomisationText:
    """What the outcomes come to, for tests in the order of `record.variants`."""
    pixels, classes = manifest.pixels, manifest.classes
    by_kind = {outcome.variant.kind: outcome for outcome in outcomes}  # of the corrupted ones, the strongest
    by_corruption = [o for o in outcomes if o.variant.kind in ("true_labels", "corrupted_labels")]
    true, random, shuffled, permuted, noise = (
        by_kind[kind]
        for kind in ("true_labels", "corrupted_labels", "shuffled_pixels", "random_pixels", "gaussian_images")
    )
    return RandomisationText(
        plot=_plot(outcomes, svg),
        table=_table(outcomes),
        settings=settings,
        hidden=hidden,
        pixels=pixels,
        classes=classes,
        parameters=(pixels + 1) * hidden + (hidden + 1) * classes,
        images=true.images,
        testing_images=manifest.testing_images,
        corruption=tuple(typography.decimal(outcome.variant.corruption) for outcome in by_corruption[1:]),
        chance=_accuracy(1 / classes),
        tolerance=TOLERANCE,
        margin=f"{MARGIN:.0%}",
        tests=len(outcomes),
        unfitted=tuple(_told(o) for o in outcomes if not o.diverged and o.epochs_to_fit is None),
        diverged=tuple(_told(o) for o in outcomes if o.diverged),
        slowdown=_slowdown(by_corruption),
        decline=_decline(by_corruption, 1 / classes),
        order=_order(random, (permuted, noise), true, 1 / classes),
        shuffled=_shuffled(shuffled, true),
        meaningless=_meaningless(permuted, noise, 1 / classes),
    )


def name(variant: Variant) -> Markup:
    """A test in a sentence: 'labels with p = 0.2', 'random labels', 'shuffled pixels'."""
    if variant.kind != "corrupted_labels":
        return escape(variant.words)
    if variant.corruption == 1:
        return Markup("random labels")
    return Markup("labels with <i>p</i>\u00a0=\u00a0{}").format(typography.decimal(variant.corruption))


def _accuracy(value: float) -> str:
    return f"{value:.4f}"


def _told(outcome: VariantOutcome) -> VariantText:
    training, testing = (
        None if value is None else _accuracy(value) for value in (outcome.training_accuracy, outcome.testing_accuracy)
    )
    return VariantText(name(outcome.variant), outcome.epochs_to_fit, training, testing)


# --- Comparisons


def _fewer(epochs: int, others: int) -> bool:
    """Whether the first number of epochs is clearly the smaller one."""
    return others > (1 + MARGIN) * epochs


def _slowdown(by_corruption: Sequence[VariantOutcome]) -> Slowdown | None:
    true, *corrupted = by_corruption
    random = corrupted[-1]
    if not (true.epochs_to_fit and random.epochs_to_fit):
        return None
    epochs = [outcome.epochs_to_fit for outcome in by_corruption]
    fitted = [each for each in epochs if each is not None]
    grows = all(_fewer(a, b) for a, b in pairwise(fitted))
    factor = random.epochs_to_fit / true.epochs_to_fit
    return Slowdown(
        random=_told(random),
        true=_told(true),
        factor=f"{factor:.1f}",
        longer=_fewer(true.epochs_to_fit, random.epochs_to_fit),
        grows=grows if len(corrupted) > 1 and len(fitted) == len(epochs) else None,
    )


def _decline(by_corruption: Sequence[VariantOutcome], chance: float) -> Decline | None:
    accuracies = [o.testing_accuracy for o in by_corruption if o.testing_accuracy is not None]
    if len(accuracies) < len(by_corruption):
        return None
    last = by_corruption[-1]
    random = last.variant.corruption == 1
    between = by_corruption[1:-1] if random else by_corruption[1:]
    above = [o for o in between if (o.testing_accuracy or 0) > chance + TOLERANCE]
    return Decline(
        true=_told(by_corruption[0]),
        last=_told(last),
        falls=all(a > b + TOLERANCE for a, b in pairwise(accuracies)),
        random=random,
        at_chance=abs(accuracies[-1] - chance) <= TOLERANCE,
        gap=accuracies[-1] - chance,
        above=tuple(map(_told, above)),
        between=len(between),
        fitted=all(o.epochs_to_fit for o in between),
    )


def _order(
    random: VariantOutcome, others: Sequence[VariantOutcome], true: VariantOutcome, chance: float
) -> Order | None:
    compared = (true, *others)
    if random.variant.corruption < 1 or any(outcome.diverged for outcome in (random, *compared)):
        return None
    halfway = (1 + chance) / 2
    starts = [outcome.first_above(halfway) for outcome in compared]
    start = random.first_above(halfway)
    beyond = len(random.epochs) + 1  # what it takes at least that did not happen
    sooner = [o for o in others if o.epochs_to_fit and _fewer(o.epochs_to_fit, random.epochs_to_fit or beyond)]
    return Order(
        random=_told(random),
        sooner=tuple(map(_told, sooner)),
        not_sooner=tuple(_told(o) for o in others if o not in sooner),
        random_start=Start(name(random.variant), start),
        starts=tuple(Start(name(o.variant), epoch) for o, epoch in zip(compared, starts, strict=True)),
        later=all(epoch is not None and _fewer(epoch, start or beyond) for epoch in starts),
    )


def _shuffled(shuffled: VariantOutcome, true: VariantOutcome) -> Shuffled | None:
    if shuffled.testing_accuracy is None or true.testing_accuracy is None:
        return None
    alike = abs(shuffled.testing_accuracy - true.testing_accuracy) <= TOLERANCE
    return Shuffled(_told(shuffled), _told(true), alike)


def _meaningless(pixels: VariantOutcome, noise: VariantOutcome, chance: float) -> Meaningless | None:
    if pixels.testing_accuracy is None or noise.testing_accuracy is None:
        return None
    gap = noise.testing_accuracy - chance
    return Meaningless(
        pixels=_told(pixels),
        noise=_told(noise),
        above_chance=pixels.testing_accuracy > chance + TOLERANCE,
        guesses=abs(gap) <= TOLERANCE,
        gap=gap,
    )


# --- The table and the figure


def _table(outcomes: Sequence[VariantOutcome]) -> Table:
    return Table(
        corner=Markup("Test"),
        columns=tuple(map(Markup, ("Changed labels", "Epochs to fit", "Training accuracy", "Testing accuracy"))),
        rows=tuple((_head(outcome.variant), _cells(outcome)) for outcome in outcomes),
        source=Source(f"{FOLDER}/*.json", "pipeline.randomisation.step"),
    )


def _head(variant: Variant) -> Markup:
    return typography.capitalized(name(variant))


def _cells(outcome: VariantOutcome) -> tuple[Markup, ...]:
    told = _told(outcome)
    epochs = told.epochs or ("–" if outcome.diverged else f"over {len(outcome.epochs)}")
    accuracies = ("diverged" if text is None else text for text in (told.training_accuracy, told.testing_accuracy))
    return tuple(escape(cell) for cell in (_accuracy(outcome.changed_labels), epochs, *accuracies))


def _plot(outcomes: Sequence[VariantOutcome], svg: str) -> Plot:
    told = "; ".join(_ending(outcome) for outcome in outcomes)
    return Plot(
        name=FIGURE,
        svg=svg,
        description=f"Line charts of the training accuracy against the epoch, a panel for each test. {told}.",
        data=_data(outcomes),
        source=Source(f"{FOLDER}/*.csv", "pipeline.figures.randomisation"),
    )


def _ending(outcome: VariantOutcome) -> str:
    words = name(outcome.variant).striptags()
    if outcome.diverged:
        return f"{words}: diverged"
    return f"{words}: {_accuracy(outcome.epochs[-1].accuracy)} after {wording.epochs(len(outcome.epochs))}"


def _data(outcomes: Sequence[VariantOutcome]) -> Data:
    """A row for each epoch that is marked; tests sort in their order."""
    rows = [
        DataRow(
            panel,
            (Value(name(outcome.variant), panel), Value(escape(epoch), epoch)),
            tuple(
                Value(escape(_accuracy(value)), value)
                for value in (outcome.epochs[epoch - 1].accuracy, outcome.epochs[epoch - 1].loss)
            ),
        )
        for panel, outcome in enumerate(outcomes)
        for epoch in marked(len(outcome.epochs))
    ]
    return Data((Markup("Test"), Markup("Epoch")), (Markup("Training accuracy"), Markup("Training loss")), tuple(rows))
