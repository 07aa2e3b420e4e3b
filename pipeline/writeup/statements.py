"""What section 3 of the write-up derives from its own tables, each statement as data and a computation.

A percentage of accuracy is meant in percentage points. To list another statement, add it to `statements`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise

from pipeline.config.quantity import Quantity, written
from pipeline.writeup.arithmetic import Place, PrintedTables, Relation, exact
from pipeline.writeup.published import Published, RatesOfChange

POINTS = "percentage points"
TIMES = "times"
_DIGITS = 4  # of accuracies and rates of change


@dataclass(frozen=True)
class Found:
    """What a computation gives: the number that is compared, and how it reads."""

    value: Fraction
    text: str


Computation = Callable[[PrintedTables], Found]


@dataclass(frozen=True)
class Statement:
    """Something that a section derives from tables.

    claim: what of, in words of our own. phase: the accuracy that it is checked on; empty where there is none.
    printed: the number that the section gives, or its word where it gives none. relation: how that is meant
    (pipeline.writeup.arithmetic.holds). unit: of the number; none of an accuracy as in the tables.
    """

    section: str
    claim: str
    printed: str
    relation: Relation
    unit: str
    compute: Computation
    phase: str = ""

    @property
    def published(self) -> str:
        """What the section says, shortly: 'at most 0.2 percentage points'."""
        if self.relation in ("above", "not below"):
            return self.printed
        meant = "" if self.relation == "equal" else self.relation
        return f"{meant} {self.printed} {self.unit}".strip()


_RATES, _COEFFICIENTS = Place("Table 4", "learning_rate"), Place("Table 6", "reg")
_TUNED = Place("Table 7", "learning_rate")
_ONE, _E1, _5E2, _E2, _E3, _E4 = (Quantity(text) for text in ("1", "e^-1", "5e^-2", "e^-2", "e^-3", "e^-4"))
_LARGER = (_ONE, _E1, _5E2)
_FOUND, _DEFAULT = Quantity("0.6"), Quantity("0.1")
_SAID, _MEANT = (_E3, _E4), (_E2, _E3)  # between which coefficients the largest rise is said to be, and where it is
_PHASES = {
    "training_accuracy": "training accuracy",
    "validation_accuracy": "validation accuracy",
    "testing_accuracy": "testing accuracy",
}
_SETS = {name: phase for name, phase in _PHASES.items() if name != "validation_accuracy"}  # as Table 4 has them


def statements(published: Published) -> tuple[Statement, ...]:
    """The statements in the order of the write-up; one of them for each number of the table of rates of change."""
    return tuple(_statements(published))


def _statements(published: Published) -> Iterator[Statement]:
    section = "3.1"
    claim = "difference among the rates 1, e^-1 and 5e^-2"
    yield from _each(_SETS, section, claim, ("0.2", "at most", POINTS), _spread_of_larger)
    claim = "how far e^-2 is below the mean of those three"
    yield from _each(_SETS, section, claim, ("2", "about", POINTS), _below_larger)
    for rate, printed in ((_E1, "0.3679"), (_E2, "0.1353")):
        yield Statement(section, f"{rate.text} in decimals", printed, "equal", "", partial(_decimal, rate=rate))
    if change := published.rates_of_change:
        for pair, number in zip(change.pairs, change.printed, strict=True):
            if number is not None:
                claim = f"{change.name}: from {written(pair[1])} to {written(pair[0])}"
                compute = partial(_rate_of_change, change=change, pair=pair)
                yield Statement(section, claim, number.text, "equal", "", compute)
    claim = "Table 5: its second number over its first, the average"
    yield Statement(section, claim, "6", "almost", TIMES, _times_as_printed)
    claim = "Table 5: the same, both computed from Table 4"
    yield Statement(section, claim, "6", "almost", TIMES, _times_computed)
    claim = "Table 5: rates that its first pair, e^-2 to 1, spans (the entire range)"
    yield Statement(section, claim, "4", "equal", "", partial(_spanned, least=_E2))
    claim = "Table 5: rates that its last pair, e^-1 to 1, spans (the highest)"
    yield Statement(section, claim, "3", "equal", "", partial(_spanned, least=_E1))
    claim = "smallest step as the rate rises to 1"
    yield from _each(_SETS, section, claim, ("no dip", "not below", POINTS), _smallest_step_of_rates)

    section = "3.2"
    claim = "e^-4 above 1"
    yield from _each(_PHASES, section, claim, ("improved", "above", POINTS), _smallest_against_largest)
    claim = "smallest step to the next smaller coefficient"
    yield from _each(_PHASES, section, claim, ("improved", "above", POINTS), _smallest_step_of_coefficients)
    claim = "where it rises most"
    yield from _each(_PHASES, section, claim, (_step(_SAID), "above", ""), _largest_rise)
    claim = "rise from e^-3 to e^-4"
    yield from _each(_PHASES, section, claim, ("0.6", "over", ""), partial(_rise, step=_SAID))
    claim = "rise from e^-2 to e^-3, if that was meant"
    yield from _each(_PHASES, section, claim, ("0.6", "over", ""), partial(_rise, step=_MEANT))
    claim = "lowest of section 3.1 above the highest of section 3.2"
    yield from _each(_SETS, section, claim, ("higher", "above", POINTS), _rates_against_coefficients)
    claim = "smallest coefficient tested, less the default one"
    yield Statement(section, claim, "default is smaller", "above", "", _above_default)
    claim = "distance of training and validation accuracy: with 1, less with e^-4"
    yield Statement(section, claim, "no divergence", "not below", POINTS, _closing)

    section = "3.3"
    claim = "Table 5: its last number below the smaller of the others (little gain above e^-1)"
    yield Statement(section, claim, "lower", "above", "", _marginal)
    claim = "parameters found above the default row"
    yield from _each(_PHASES, section, claim, ("higher", "above", POINTS), _found_against_default)
    claim = "parameters found above the best of all other printed columns"
    yield from _each(_PHASES, section, claim, ("highest", "above", POINTS), _lead)
    claim = "how much closer validation is to testing accuracy than to training accuracy"
    yield Statement(section, claim, "closer", "above", POINTS, _closeness)


def _each(
    phases: Mapping[str, str],
    section: str,
    claim: str,
    meant: tuple[str, Relation, str],
    compute: Callable[[PrintedTables, str], Found],
) -> Iterator[Statement]:
    """One statement for each phase, `meant` as (printed, relation, unit); `compute` gets its metric."""
    for metric, phase in phases.items():
        yield Statement(section, claim, *meant, partial(_of_metric, compute=compute, metric=metric), phase)


def _of_metric(tables: PrintedTables, compute: Callable[[PrintedTables, str], Found], metric: str) -> Found:
    return compute(tables, metric)


# --- How numbers read


def _number(value: Fraction, digits: int = _DIGITS) -> Found:
    return Found(value, f"{float(value):.{digits}f}")


def _points(difference: Fraction) -> Found:
    """A difference of accuracies in percentage points."""
    return _number(100 * difference, 2)


def _step(step: tuple[Quantity, Quantity]) -> str:
    return f"{step[0].text} to {step[1].text}"


# --- Section 3.1


def _spread_of_larger(tables: PrintedTables, metric: str) -> Found:
    numbers = [tables.cell(_RATES, metric, rate) for rate in _LARGER]
    return _points(max(numbers) - min(numbers))


def _below_larger(tables: PrintedTables, metric: str) -> Found:
    larger = [tables.cell(_RATES, metric, rate) for rate in _LARGER]
    return _points(sum(larger) / Fraction(len(larger)) - tables.cell(_RATES, metric, _E2))


def _decimal(_: PrintedTables, rate: Quantity) -> Found:
    return _number(exact(rate))


def _rate_of_change(tables: PrintedTables, change: RatesOfChange, pair: tuple[float, float]) -> Found:
    return _number(tables.slope(Place(change.table, "learning_rate"), change.metric, *pair))


def _times_as_printed(tables: PrintedTables) -> Found:
    return _number(tables.rate_of_change(_E1, _E2) / tables.rate_of_change(_ONE, _E2), 1)


def _times_computed(tables: PrintedTables) -> Found:
    steep, average = (tables.slope(_RATES, "testing_accuracy", rate, _E2) for rate in (_E1, _ONE))
    return _number(steep / average, 1)


def _spanned(tables: PrintedTables, least: float) -> Found:
    tables.rate_of_change(_ONE, least)
    return _number(Fraction(sum(least <= rate <= _ONE for rate in tables.row(_RATES, "testing_accuracy"))), 0)


def _smallest_step_of_rates(tables: PrintedTables, metric: str) -> Found:
    return _points(min(larger - smaller for larger, smaller in pairwise(tables.row(_RATES, metric).values())))


# --- Section 3.2


def _smallest_against_largest(tables: PrintedTables, metric: str) -> Found:
    return _points(tables.cell(_COEFFICIENTS, metric, _E4) - tables.cell(_COEFFICIENTS, metric, _ONE))


def _smallest_step_of_coefficients(tables: PrintedTables, metric: str) -> Found:
    return _points(min(_rises(tables, metric).values()))


def _largest_rise(tables: PrintedTables, metric: str) -> Found:
    """The largest step; the number compared is the lead of the step that is said to be it."""
    rises = _rises(tables, metric)
    largest = max(rises, key=lambda step: rises[step])
    lead = rises[_SAID] - max(rise for step, rise in rises.items() if step != _SAID)
    return Found(lead, f"{_step(largest)} ({_number(rises[largest]).text})")


def _rise(tables: PrintedTables, metric: str, step: tuple[Quantity, Quantity]) -> Found:
    return _number(_rises(tables, metric)[step])


def _rises(tables: PrintedTables, metric: str) -> dict[tuple[Quantity, Quantity], Fraction]:
    """By how much the number of each coefficient exceeds that of the next larger one."""
    numbers = {value: tables.cell(_COEFFICIENTS, metric, value) for value in (_ONE, _E1, _E2, _E3, _E4)}
    return {(larger, smaller): numbers[smaller] - numbers[larger] for larger, smaller in pairwise(numbers)}


def _rates_against_coefficients(tables: PrintedTables, metric: str) -> Found:
    return _points(min(tables.row(_RATES, metric).values()) - max(tables.row(_COEFFICIENTS, metric).values()))


def _above_default(tables: PrintedTables) -> Found:
    tested = tables.parameter(_COEFFICIENTS, "testing_accuracy", "reg")
    return _number(min(tested) - max(tables.parameter(_RATES, "testing_accuracy", "reg")))


def _closing(tables: PrintedTables) -> Found:
    large, small = (
        abs(tables.cell(_COEFFICIENTS, "training_accuracy", c) - tables.cell(_COEFFICIENTS, "validation_accuracy", c))
        for c in (_ONE, _E4)
    )
    return _points(large - small)


# --- Section 3.3


def _marginal(tables: PrintedTables) -> Found:
    others = tables.rate_of_change(_ONE, _E2), tables.rate_of_change(_E1, _E2)
    return _number(min(others) - tables.rate_of_change(_ONE, _E1), 3)


def _found_against_default(tables: PrintedTables, metric: str) -> Found:
    return _points(tables.cell(_TUNED, metric, _FOUND) - tables.cell(_TUNED, metric, _DEFAULT))


def _lead(tables: PrintedTables, metric: str) -> Found:
    return _points(tables.lead(_TUNED, metric, _FOUND))


def _closeness(tables: PrintedTables) -> Found:
    training, validation, testing = (tables.cell(_TUNED, metric, _FOUND) for metric in _PHASES)
    return _points(abs(training - validation) - abs(testing - validation))
