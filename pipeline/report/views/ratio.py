"""Accuracy against learning rate over batch size, as the page says it."""

from dataclasses import dataclass

from markupsafe import Markup, escape

from pipeline.analysis import ratio
from pipeline.analysis.ratio import Line, RatioFinding
from pipeline.config.settings import Experiment
from pipeline.report.views import typography
from pipeline.report.views.wording import listing, significant


@dataclass(frozen=True)
class RatioText:
    """What section 3.3 says where the ratio governs.

    names: the lines, by their other parameters; empty for a single one without any. equal, overall: how far apart
    accuracies of equal ratio lie at most, and all, by line. best: the best ratio of all lines, or their range. losses:
    what the largest ratio loses against the best.
    """

    names: Markup
    equal: Markup
    overall: Markup
    best: str
    losses: str


def tell(found: RatioFinding, searched: Experiment) -> RatioText:
    """Put a finding on a grid into words."""
    losses = [line.loss_at_largest for line in found.lines]
    return RatioText(
        names=listing([_name(line, searched) for line in found.lines]),
        equal=listing([_points(line.at_equal) for line in found.lines]),
        overall=listing([_points(line.overall) for line in found.lines]),
        best=_range(*(significant(each, 2) for each in found.best)),
        losses=_range(_points(min(losses)), _points(max(losses))),
    )


def _name(line: Line, searched: Experiment) -> Markup:
    others = [name for name in searched.varied if name not in ratio.PARAMETERS]
    return Markup(", ").join(typography.setting(name, line.shared.value(name)) for name in others)


def _points(difference: float) -> Markup:
    return escape(f"{difference * 100:.2f}")


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
