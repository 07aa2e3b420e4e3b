"""What the pictures show, in words and as a table: digits, randomized examples, first weights, confusions, mistakes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markupsafe import Markup, escape

from pipeline.analysis.linearisation import Linearisation
from pipeline.config.settings import Config
from pipeline.data.dataset import Manifest
from pipeline.figures import catalogue
from pipeline.figures.pictures import name
from pipeline.files.sealed import read_text
from pipeline.pictures import choice, record
from pipeline.pictures.record import Confusion, Panel, Pictures, Tested
from pipeline.randomisation.record import Variant
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, Plot, Source

MODULE = "pipeline.pictures.step"
NO_DATA = Data((), (), ())
PAIRS = 3  # of classes that are named
MOST_CLASSES = 16  # in a table
SHADES = 5
ALIKE = 0.9  # of the squared weights in one direction, from which on hidden units are said to have one pattern


@dataclass(frozen=True)
class DigitsText:
    """Images with their labels; of the labels for training, the most and the least frequent class with their shares."""

    plot: Plot
    of_each: int
    classes: int
    most: int
    most_share: str
    least: int
    least_share: str


@dataclass(frozen=True)
class TestsText:
    """Randomized examples: `changed` of the `images` labels with probability `corruption` are not the true ones."""

    plot: Plot
    images: int
    corruption: Markup
    random: bool
    changed: int


@dataclass(frozen=True)
class OneDirection:
    """A coefficient that leaves one direction to grow, by the two largest growth rates; `found` if one is there."""

    label: Markup
    value: str
    first: str
    second: str
    found: bool


@dataclass(frozen=True)
class WeightsText:
    """First weights: which share of the squares lies in one direction, for each coefficient; `grows` throughout."""

    plot: Plot
    seed: int
    units: int
    leading: tuple[Markup, ...]
    grows: bool | None
    one: OneDirection | None


@dataclass(frozen=True)
class Count:
    """Images of a label that a network gives an answer; `shade` is darker for more, 0 where right or none."""

    images: int
    shade: int
    right: bool


@dataclass(frozen=True)
class ConfusionText:
    """What a network takes the testing images for: `rows` by label, none where they are too many for a table.

    `fresh` tells whether the seed had no part in the choice, `recorded` the testing accuracy of the run where this
    network's is another, by the rounding of another processor.
    """

    source: Source
    rows: tuple[tuple[Count, ...], ...]
    images: int
    wrong: int
    accuracy: str
    recorded: str
    seed: int
    fresh: bool
    epoch: int
    pairs: tuple[Markup, ...]
    easiest: str
    hardest: str
    plot: Plot | None
    shown: int
    least: str
    sure: str | None
    unsure: str | None
    warns: bool


@dataclass(frozen=True)
class PicturesText:
    """What is shown; None is left out."""

    digits: DigitsText | None
    tests: TestsText | None
    weights: WeightsText | None
    confusion: ConfusionText | None


def build(config: Config, manifest: Manifest, results: Path, linear: Linearisation | None) -> PicturesText:
    """Read the pictures from the results folder; `linear` is the theory of section 3.2. Raises InputError."""
    pictures = record.read(results)
    figures = {what: read_text(results / "figures" / catalogue.drawing(record.figure(what))) for what in record.NAMES}
    drawn = record.side(manifest.pixels) is not None
    finished = any(not panel.diverged for panel in pictures.weights[1:])
    return PicturesText(
        digits=_digits(pictures, manifest, figures[record.DIGITS]) if drawn else None,
        tests=_tests(pictures.tests, figures[record.TESTS]) if drawn and pictures.tests else None,
        weights=_weights(pictures, config, linear, figures[record.WEIGHTS]) if drawn and finished else None,
        confusion=_confusion(pictures.confusion, config, figures[record.MISTAKES], drawn=drawn)
        if pictures.confusion
        else None,
    )


def _plot(what: str, svg: str, description: str, *runs: str) -> Plot:
    return Plot(record.figure(what), svg, description, NO_DATA, Source(record.FILE, MODULE, tuple(runs)))


def share(part: float) -> str:
    """A share in percent: 11.2%; 99.96% is not rounded up to all."""
    return f"{math.floor(part * 1000) / 10 if part > 0.999 else part * 100:.1f}%"


def _digits(pictures: Pictures, manifest: Manifest, svg: str) -> DigitsText:
    total, counts = sum(pictures.counts), pictures.counts
    most, least = counts.index(max(counts)), counts.index(min(counts))
    shown = [digit.label for digit in pictures.digits]
    told = ", ".join(map(str, shown))
    return DigitsText(
        plot=_plot(record.DIGITS, svg, f"Images of {manifest.name}, above their labels: {told}."),
        of_each=max(map(shown.count, shown)),
        classes=len(set(shown)),
        most=most,
        most_share=share(counts[most] / total),
        least=least,
        least_share=share(counts[least] / total),
    )


def _tests(shown: Sequence[Tested], svg: str) -> TestsText:
    true = shown[0].labels
    random = next(test for test in shown if test.name.startswith("corrupted_labels"))
    told = "; ".join(f"{name(test)}: {', '.join(map(str, test.labels))}" for test in shown)
    corruption = Variant.named(random.name).corruption
    return TestsText(
        plot=_plot(
            record.TESTS,
            svg,
            f"The same {len(true)} images in each randomization test, in rows. With true and with random labels they "
            f"can be recognized; the other rows look like noise. Labels: {told}.",
        ),
        images=len(true),
        corruption=typography.decimal(corruption),
        random=corruption == 1,
        changed=sum(a != b for a, b in zip(true, random.labels, strict=True)),
    )


def _weights(pictures: Pictures, config: Config, linear: Linearisation | None, svg: str) -> WeightsText:
    drawn = choice.penalties(config)
    pairs = zip(pictures.weights[1:], drawn, strict=True)
    trained = [(panel, configuration.reg) for panel, (_, configuration) in pairs if not panel.diverged]
    shares = [panel.leading for panel, _ in trained]
    told = "; ".join(f"λ = {float(reg):.4g}: {share(panel.leading)}" for panel, reg in trained)
    units = pictures.weights[0].units
    return WeightsText(
        plot=_plot(
            record.WEIGHTS,
            svg,
            f"First weights of {units} hidden units as images, a row for each network. At the start they are noise; "
            f"after training they are patterns. Share of the squared weights in one direction: {told}.",
            *(panel.key for panel, _ in trained if panel.key),
        ),
        seed=drawn[0][0].seeds[0],
        units=units,
        leading=tuple(
            Markup("{} with {}").format(share(panel.leading), typography.setting("reg", reg)) for panel, reg in trained
        ),
        grows=all(a < b for a, b in pairwise(shares)) if len(shares) > 1 else None,
        one=_one_direction(trained, linear) if linear else None,
    )


def _one_direction(trained: Sequence[tuple[Panel, float]], linear: Linearisation) -> OneDirection | None:
    first, second = (*linear.growth_rates, 0.0, 0.0)[:2]
    for panel, reg in trained:
        if second <= reg < first:
            label, found = typography.setting("reg", reg), panel.leading > ALIKE
            return OneDirection(label, f"{float(reg):.4f}", f"{first:.4f}", f"{second:.4f}", found)
    return None


def _confusion(found: Confusion, config: Config, svg: str, *, drawn: bool) -> ConfusionText:
    errors = {(a, b): n for a, row in enumerate(found.matrix) for b, n in enumerate(row) if a != b and n}
    most = max(errors.values(), default=0)
    there = {label: sum(row) for label, row in enumerate(found.matrix) if any(row)}
    wrong = {label: 1 - found.matrix[label][label] / count for label, count in there.items()}
    ranked = sorted(errors, key=lambda pair: (-errors[pair], pair))[:PAIRS]
    easiest, hardest = min(wrong, key=wrong.__getitem__), max(wrong, key=wrong.__getitem__)
    accuracy, recorded = (f"{part:.4f}" for part in ((found.images - found.wrong) / found.images, found.recorded))
    tuning = config.tables.tuning
    best = config.experiments[tuning.best] if tuning else None
    probabilities = [mistake.probability for mistake in found.mistakes]
    return ConfusionText(
        source=Source(record.FILE, MODULE, (found.key,)),
        rows=tuple(
            tuple(Count(n, 0 if a == b else math.ceil(SHADES * n / max(most, 1)), a == b) for b, n in enumerate(row))
            for a, row in enumerate(found.matrix)
        )
        if len(found.matrix) <= MOST_CLASSES
        else (),
        images=found.images,
        wrong=found.wrong,
        accuracy=accuracy,
        recorded="" if recorded == accuracy else recorded,
        seed=found.seed,
        fresh=best is not None and config.fresh_seeds(best) != best.seeds,
        epoch=found.best_epoch,
        pairs=tuple(escape(f"{a} for {b} ({errors[a, b]:,} of {there[a]:,})") for a, b in ranked),
        easiest=f"{easiest} ({share(wrong[easiest])} wrong)",
        hardest=f"{hardest} ({share(wrong[hardest])})",
        plot=_mistakes(found, svg) if drawn and probabilities else None,
        shown=len(probabilities),
        least=f"{min(probabilities, default=0):.2f}",
        sure=None if found.sure is None else f"{found.sure:.2f}",
        unsure=None if found.unsure is None else f"{found.unsure:.2f}",
        warns=(found.sure or 0) > (found.unsure or 0),
    )


def _mistakes(found: Confusion, svg: str) -> Plot:
    told = "; ".join(f"{m.label} taken for {m.answer} with {m.probability:.4f}" for m in found.mistakes)
    return _plot(record.MISTAKES, svg, f"Testing images that the network is surest of and wrong: {told}.", found.key)
