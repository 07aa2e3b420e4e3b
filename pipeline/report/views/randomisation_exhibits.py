"""The randomization tests one by one: each in words, their table and their figure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from markupsafe import Markup, escape

from pipeline.analysis.comparison import Estimate
from pipeline.config.metrics import DIGITS
from pipeline.experiments.labels import counted
from pipeline.figures.randomisation import note
from pipeline.randomisation.record import FIGURE, FOLDER, Variant, VariantOutcome, marked
from pipeline.report.views import typography
from pipeline.report.views.blocks import Data, DataRow, Plot, Source, Table, Value
from pipeline.report.views.wording import cell


@dataclass(frozen=True)
class VariantText:
    """A test in words, with its numbers over the seeds as they read: no epochs where a seed was not fitted."""

    label: Markup
    epochs: Markup | None
    training_accuracy: Markup
    testing_accuracy: Markup


def name(variant: Variant) -> Markup:
    """A test in a sentence: 'labels with p = 0.2', 'random labels', 'shuffled pixels'."""
    if variant.kind != "corrupted_labels":
        return escape(variant.words)
    if variant.corruption == 1:
        return Markup("random labels")
    return Markup("labels with <i>p</i>\u00a0=\u00a0{}").format(typography.decimal(variant.corruption))


def accuracy(value: float) -> str:
    """As it is printed: 0.9747."""
    return f"{value:.4f}"


def told(outcome: VariantOutcome) -> VariantText:
    """A test in words."""
    training, testing = ([getattr(s, f"{on}_accuracy") for s in outcome.seeds] for on in ("training", "testing"))
    epochs = _epochs(to_fit(outcome)) if outcome.fitted else None
    return VariantText(name(outcome.variant), epochs, over_seeds(training), over_seeds(testing))


def over_seeds(values: Sequence[float | None], digits: int = DIGITS) -> Markup:
    """The mean ± standard deviation of the seeds that have a value: the others diverged."""
    found = [value for value in values if value is not None]
    mean, sd = (fmean(found) if found else math.nan), (stdev(found) if len(found) > 1 else None)
    return cell(Estimate(mean, sd, len(found), len(values) - len(found)), digits)


def _epochs(numbers: Sequence[int]) -> Markup:
    """'61.2 ± 3.1 epochs', or '61 epochs' of one seed."""
    (first, *others) = numbers
    return over_seeds(numbers, 1) + " epochs" if others else escape(counted(first, "epoch"))


def to_fit(outcome: VariantOutcome) -> list[int]:
    """The epochs that each seed took until all was classified correctly; one more than it had, if it never was."""
    return [seed.epochs_to_fit or len(seed.epochs) + 1 for seed in outcome.seeds]


def tested(outcome: VariantOutcome) -> list[float]:
    """The testing accuracy of each seed that did not diverge."""
    return [seed.testing_accuracy for seed in outcome.seeds if seed.testing_accuracy is not None]


# --- The table and the figure


def table(outcomes: Sequence[VariantOutcome]) -> Table:
    """A row for each test."""
    return Table(
        corner=Markup("Test"),
        columns=tuple(map(Markup, ("Changed labels", "Epochs to fit", "Training accuracy", "Testing accuracy"))),
        rows=tuple((typography.capitalized(name(outcome.variant)), _cells(outcome)) for outcome in outcomes),
        source=Source(f"{FOLDER}/*/*.json", "pipeline.randomisation.step"),
    )


def _cells(outcome: VariantOutcome) -> tuple[Markup, ...]:
    text = told(outcome)
    epochs = over_seeds(to_fit(outcome), 1 if len(outcome.seeds) > 1 else 0)
    if outcome.diverged:
        epochs = Markup("–")
    elif not outcome.fitted:
        epochs = escape(f"over {len(outcome.course)}")
    return (
        over_seeds([s.changed_labels for s in outcome.seeds]),
        epochs,
        text.training_accuracy,
        text.testing_accuracy,
    )


def plot(outcomes: Sequence[VariantOutcome], svg: str) -> Plot:
    """The figure, in words and with the numbers that it marks."""
    endings = "; ".join(f"{name(outcome.variant).striptags()}: {note(outcome)}" for outcome in outcomes)
    return Plot(
        name=FIGURE,
        svg=svg,
        description=f"Line charts of the training accuracy against the epoch, a panel for each test. {endings}.",
        data=_data(outcomes),
        source=Source(f"{FOLDER}/*/*.csv", "pipeline.figures.randomisation"),
    )


def _data(outcomes: Sequence[VariantOutcome]) -> Data:
    """A row for each epoch that is marked; tests sort in their order."""
    rows = [
        DataRow(
            panel,
            (Value(name(outcome.variant), panel), Value(escape(epoch), epoch)),
            tuple(Value(escape(accuracy(value)), value) for value in (after.accuracy, after.loss)),
        )
        for panel, outcome in enumerate(outcomes)
        for epoch in marked(len(outcome.course))
        for after in [outcome.course[epoch - 1]]
    ]
    return Data((Markup("Test"), Markup("Epoch")), (Markup("Training accuracy"), Markup("Training loss")), tuple(rows))
