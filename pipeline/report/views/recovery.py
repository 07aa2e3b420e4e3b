"""How the protocol was recovered, as the page shows it: the printed numbers and classes typeset, and what follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup, escape

from pipeline.config.quantity import Quantity
from pipeline.evidence.recovered import ClassColumn, DecimalReading, Factor, Match, Recovery
from pipeline.report.views import typography
from pipeline.report.views.evidence import EpochChoice
from pipeline.report.views.wording import listing


@dataclass(frozen=True)
class RecoveryText:
    """What the template needs beside the facts: printed numbers in rows of text, and penalties and columns by name."""

    facts: Recovery
    validation: Markup
    training: Markup
    testing_shares: Markup
    validation_shares: Markup
    in_order_shares: Markup
    training_shares: Markup
    coefficient: Markup
    factors: tuple[tuple[Markup, float], ...]
    nearest: Markup
    as_here: bool
    readings: tuple[tuple[Markup, DecimalReading], ...]
    readings_refuted: bool
    at_odds: Markup
    odd_shares: Markup
    choices: tuple[EpochChoice, ...] = ()


def tell(facts: Recovery, choices: tuple[EpochChoice, ...] = ()) -> RecoveryText:
    """What the page says of the facts, and of the rows that leave open of which epoch they are."""
    split, penalty = facts.split, facts.penalty
    odd = tuple(column for column in (split.columns if split and split.fits else ()) if column.at_odds)
    return RecoveryText(
        facts=facts,
        validation=_numbers(split.validation.matches if split else ()),
        training=_numbers(split.training.matches if split else ()),
        testing_shares=_shares(split.testing.matches if split else ()),
        validation_shares=_shares(split.validation.found if split else ()),
        in_order_shares=_shares(split.validation_in_order.found if split else ()),
        training_shares=_shares(split.training.found if split else ()),
        coefficient=typography.setting("reg", Quantity(penalty.reg)) if penalty else Markup(""),
        factors=tuple((_penalty(factor), factor.distance) for factor in (penalty.factors if penalty else ())),
        nearest=_penalty(penalty.nearest) if penalty else Markup(""),
        as_here=penalty is not None and penalty.nearest.factor == 1,
        readings=tuple((typography.setting(each.parameter, Quantity(each.written)), each) for each in facts.readings),
        readings_refuted=any(each.refuted for each in facts.readings),
        at_odds=listing([_column(column) for column in odd]),
        odd_shares=listing(list(dict.fromkeys(map(_pair, odd)))),
        choices=choices,
    )


def _column(column: ClassColumn) -> Markup:
    return Markup(", ").join(typography.setting(name, Quantity(text)) for name, text in column.named.items())


def _pair(column: ClassColumn) -> Markup:
    """0.1068 of class 3 in validation, 0.1135 of class 1 in testing."""
    return Markup("{} in validation, {} in testing").format(_shares((column.validation,)), _shares((column.testing,)))


def _numbers(matches: Iterable[Match]) -> Markup:
    return listing([escape(match.printed) for match in matches])


def _shares(matches: Sequence[Match]) -> Markup:
    """0.1104 of class 1 and 0.1068 of class 3."""
    return listing([Markup("{} of {}").format(match.printed, _classes(match.classes)) for match in matches])


def _classes(classes: Sequence[int]) -> Markup:
    names = listing([escape(each) for each in classes], "or")
    return Markup("class {}").format(names) if len(classes) == 1 else Markup("classes {}").format(names)


def _penalty(factor: Factor) -> Markup:
    """The penalty of a weight matrix whose gradient is `factor` times that of λ/2 ‖W‖²: λ/2, λ or λ/4 ‖W‖²."""
    halves = Fraction(factor.factor) / 2
    number = "" if halves.numerator == 1 else str(halves.numerator)
    over = "" if halves.denominator == 1 else f"/{halves.denominator}"
    return Markup("{}<i>λ</i>{}\u00a0‖<i>W</i>‖<sup>2</sup>").format(number, over)
