"""What section 2.3 says of the randomization tests, and how they compare with the paper's.

The paper is Zhang et al. (2017). Every claim of the section is decided here, from the outcomes of the tests. Tests are
compared seed by seed: a difference is clear if its 95% confidence interval leaves out zero, with one seed none is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean

from markupsafe import Markup

from pipeline.analysis import intervals
from pipeline.config.settings import Config, Randomisation
from pipeline.data.dataset import Manifest
from pipeline.figures import catalogue
from pipeline.files.sealed import read_text
from pipeline.randomisation import record
from pipeline.randomisation.record import FIGURE, FOLDER, VariantOutcome
from pipeline.report.views import randomisation_exhibits as exhibits
from pipeline.report.views import typography
from pipeline.report.views.blocks import Plot, Table
from pipeline.report.views.randomisation_exhibits import VariantText, name, over_seeds, tested, to_fit, told

HALF_AN_EPOCH = 0.5  # epochs are counted whole, so that seeds which agree tell no more than this


@dataclass(frozen=True)
class Slowdown:
    """The strongest corruption against true labels, both fitted: `factor` times as many epochs, clearly more or not.

    `grows` tells whether the epochs clearly grow with the probability throughout; None where that cannot be said.
    """

    random: VariantText
    true: VariantText
    factor: Markup
    longer: bool
    grows: bool | None


@dataclass(frozen=True)
class Decline:
    """Testing accuracy from true labels to the strongest corruption.

    `falls`: whether each test is clearly below the one before. `random` tells whether the strongest replaces every
    label, `at_chance` whether it ends at chance as far as the seeds tell (None: one does not), `gap` away from it.
    `above` are the tests between that are clearly above chance; `between` tells how many there are between, and
    `fitted` whether every one of them was fitted.
    """

    true: VariantText
    last: VariantText
    falls: bool
    random: bool
    at_chance: bool | None
    gap: float
    above: tuple[VariantText, ...]
    between: int
    fitted: bool


@dataclass(frozen=True)
class Start:
    """The first epoch in which a test is more than halfway from chance to a perfect fit; None if a seed never is."""

    label: Markup
    epoch: Markup | None


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
    """One permutation for all images against none: whether the testing accuracies clearly differ."""

    shuffled: VariantText
    true: VariantText
    differ: bool


@dataclass(frozen=True)
class Meaningless:
    """What is left to predict from: pixel values without their places, and noise, which ends `gap` from chance.

    `above_chance` and `off_chance` tell whether the one is clearly above it, and the other clearly away from it.
    """

    pixels: VariantText
    noise: VariantText
    above_chance: bool
    off_chance: bool
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
    seeds: int
    level: str
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
    svg = read_text(results / "figures" / catalogue.drawing(FIGURE))
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
        plot=exhibits.plot(outcomes, svg),
        table=exhibits.table(outcomes),
        settings=settings,
        hidden=hidden,
        pixels=pixels,
        classes=classes,
        parameters=(pixels + 1) * hidden + (hidden + 1) * classes,
        images=true.images,
        testing_images=manifest.testing_images,
        corruption=tuple(typography.decimal(outcome.variant.corruption) for outcome in by_corruption[1:]),
        chance=exhibits.accuracy(1 / classes),
        seeds=settings.replicates,
        level=f"{intervals.LEVEL:.0%}",
        unfitted=tuple(told(o) for o in outcomes if not (o.diverged or o.fitted)),
        diverged=tuple(told(o) for o in outcomes if o.diverged),
        slowdown=_slowdown(by_corruption),
        decline=_decline(by_corruption, 1 / classes),
        order=_order(random, (permuted, noise), true, 1 / classes),
        shuffled=_shuffled(shuffled, true),
        meaningless=_meaningless(permuted, noise, 1 / classes),
    )


# --- Comparisons


def _clear(first: Sequence[float], second: Sequence[float], slack: float = 0.0) -> bool:
    """Whether the first numbers, seed by seed, clearly differ from the second, by more than `slack`."""
    differences = [a - b for a, b in zip(first, second, strict=True)]
    return len(differences) >= intervals.FEWEST and not intervals.mean(differences).contains(0.0, slack)


def _above(first: Sequence[float], second: Sequence[float], slack: float = 0.0) -> bool:
    return fmean(first) > fmean(second) and _clear(first, second, slack)


def _longer(first: Sequence[int], second: Sequence[int]) -> bool:
    return _above(first, second, HALF_AN_EPOCH)


def _slowdown(by_corruption: Sequence[VariantOutcome]) -> Slowdown | None:
    true, *corrupted = by_corruption
    random = corrupted[-1]
    if not (true.fitted and random.fitted):
        return None
    epochs = [to_fit(outcome) for outcome in by_corruption]
    known = len(corrupted) > 1 and all(outcome.fitted for outcome in by_corruption)
    return Slowdown(
        random=told(random),
        true=told(true),
        factor=over_seeds([slow / fast for slow, fast in zip(epochs[-1], epochs[0], strict=True)], 1),
        longer=_longer(epochs[-1], epochs[0]),
        grows=all(_longer(b, a) for a, b in pairwise(epochs)) if known else None,
    )


def _decline(by_corruption: Sequence[VariantOutcome], chance: float) -> Decline | None:
    if any(outcome.diverged for outcome in by_corruption):
        return None
    accuracies = [tested(outcome) for outcome in by_corruption]
    last = by_corruption[-1]
    guesses = [chance] * len(last.seeds)
    random = last.variant.corruption == 1
    between = by_corruption[1:-1] if random else by_corruption[1:]
    return Decline(
        true=told(by_corruption[0]),
        last=told(last),
        falls=all(_above(a, b) for a, b in pairwise(accuracies)),
        random=random,
        at_chance=None if len(guesses) < intervals.FEWEST else not _clear(accuracies[-1], guesses),
        gap=fmean(accuracies[-1]) - chance,
        above=tuple(told(o) for o in between if _above(tested(o), guesses)),
        between=len(between),
        fitted=all(o.fitted for o in between),
    )


def _order(
    random: VariantOutcome, others: Sequence[VariantOutcome], true: VariantOutcome, chance: float
) -> Order | None:
    compared = (true, *others)
    if random.variant.corruption < 1 or any(outcome.diverged for outcome in (random, *compared)):
        return None
    starts = [_start(outcome, (1 + chance) / 2) for outcome in compared]
    late, start = _start(random, (1 + chance) / 2)
    sooner = [o for o in others if o.fitted and _longer(to_fit(random), to_fit(o))]
    return Order(
        random=told(random),
        sooner=tuple(map(told, sooner)),
        not_sooner=tuple(told(o) for o in others if o not in sooner),
        random_start=start,
        starts=tuple(told for _, told in starts),
        later=all(told.epoch and _longer(late, early) for early, told in starts),
    )


def _start(outcome: VariantOutcome, accuracy: float) -> tuple[list[int], Start]:
    """The first epoch of each seed above an accuracy, one more than it had if there is none, and as it reads."""
    first = [seed.first_above(accuracy) for seed in outcome.seeds]
    told = over_seeds(first, 1 if len(first) > 1 else 0) if all(first) else None
    reached = [epoch or len(seed.epochs) + 1 for epoch, seed in zip(first, outcome.seeds, strict=True)]
    return reached, Start(name(outcome.variant), told)


def _shuffled(shuffled: VariantOutcome, true: VariantOutcome) -> Shuffled | None:
    if shuffled.diverged or true.diverged:
        return None
    return Shuffled(told(shuffled), told(true), _clear(tested(shuffled), tested(true)))


def _meaningless(pixels: VariantOutcome, noise: VariantOutcome, chance: float) -> Meaningless | None:
    if pixels.diverged or noise.diverged:
        return None
    guesses = [chance] * len(noise.seeds)
    return Meaningless(
        pixels=told(pixels),
        noise=told(noise),
        above_chance=_above(tested(pixels), guesses),
        off_chance=_clear(tested(noise), guesses),
        gap=fmean(tested(noise)) - chance,
    )
