"""How far printed numbers are from runs: means over seeds, of the right epoch, metric and length, by hand."""

import pandas as pd
import pytest
from judging import of_cells

from pipeline.config.quantity import Quantity
from pipeline.config.settings import Configuration
from pipeline.evidence import recovery
from pipeline.evidence.recovered import (
    Chance,
    DecimalReading,
    EpochDistances,
    Factor,
    Match,
    Part,
    Penalty,
    RecoveredSplit,
)
from pipeline.writeup.published import Cell, Column, Published

TESTING, LAST, VALIDATION = "testing_accuracy", "last_testing_accuracy", "best_validation_accuracy"


def configuration(reg: float | str, epochs: int = 10) -> Configuration:
    return Configuration(0.1, Quantity(str(reg)), 64, 128, epochs)


def published(*rows: tuple[Configuration, tuple[str, ...], str]) -> Published:
    """Printed numbers: of which configuration, which metrics it may be, and what stands there."""
    cells = tuple(
        Cell("T", metrics, Column({"reg": each.reg}, each), Quantity(text), text) for each, metrics, text in rows
    )
    return of_cells(*cells)


def runs(*rows: tuple[Configuration, dict[str, float]]) -> pd.DataFrame:
    every = [TESTING, LAST, VALIDATION, "validation_accuracy", "training_accuracy"]
    return pd.DataFrame([dict.fromkeys(every, 0.5) | vars(each) | measured for each, measured in rows])


ONE, TWO, THREE, FOUR, FIVE = (configuration(reg) for reg in (1, 2, 3, 4, 5))


def test_the_epoch_is_that_whose_model_is_nearer_in_most_columns() -> None:
    """The mean over two seeds counts, and a run of 74 epochs is none of one that was printed for ten."""
    numbers = published(*((each, (TESTING,), "0.75") for each in (ONE, TWO, THREE, FOUR, FIVE)))
    trained = runs(
        (ONE, {TESTING: 0.74, LAST: 0.65}),
        (ONE, {TESTING: 0.78, LAST: 0.69}),  # 0.01 and 0.08
        (configuration(1, epochs=74), {TESTING: 0.10, LAST: 0.75}),
        (TWO, {TESTING: 0.77, LAST: 0.80}),  # 0.02 and 0.05
        (THREE, {TESTING: 0.72, LAST: 0.76}),  # 0.03 and 0.01
        (FOUR, {TESTING: 0.6875, LAST: 0.8125}),  # as far: 0.0625
        (FIVE, {TESTING: 0.71, LAST: 0.81}),  # 0.04 and 0.06
    )
    found = recovery.epoch(numbers, trained)
    assert found == EpochDistances(
        5, pytest.approx(0.1625 / 5), pytest.approx(0.2625 / 5), nearer_best=3, nearer_last=1
    )


def test_of_several_metrics_that_a_number_may_be_the_nearest_counts() -> None:
    """0.5 times the penalty is 0.01 away by the last epoch; the factor 2 is 0.05 away by either."""
    base, twice, half = configuration("0.4"), configuration(0.8), configuration(0.2)
    numbers = published((base, (TESTING, LAST), "0.70"))
    measured = {base: (0.60, 0.90), twice: (0.75, 0.65), half: (0.20, 0.71)}
    trained = runs(
        *((each, {TESTING: best, LAST: last}) for each, (best, last) in measured.items() for _ in range(2)),
        (configuration("0.4", epochs=74), {TESTING: 0.70}),
    )
    found = recovery.penalty(numbers, trained)
    near = pytest.approx
    assert found == Penalty("0.4", 1, (Factor(1.0, near(0.10)), Factor(2.0, near(0.05)), Factor(0.5, near(0.01))))
    assert found is not None
    assert found.nearest.factor == 0.5


def test_columns_without_a_penalty_tell_no_factor() -> None:
    numbers = published((configuration(0), (TESTING,), "0.70"))
    assert recovery.penalty(numbers, runs(*((configuration(0), {}) for _ in range(4)))) is None


def test_the_numbers_of_a_column_read_as_tenths_are_those_of_the_other_column() -> None:
    tenth = configuration("0.1")
    column = Column({"reg": Quantity("e^-1")}, configuration("e^-1"))
    other = Column({"reg": Quantity("0.1")}, tenth)
    cells = (
        Cell("T", (TESTING,), column, Quantity("0.91"), "0.91"),
        Cell("U", (TESTING,), other, Quantity("0.95"), "0.95"),
    )
    printed = of_cells(*cells)
    trained = runs(
        *((tenth, {TESTING: value}) for value in (0.94, 0.95, 0.96)), (configuration("0.1", epochs=74), {TESTING: 0.1})
    )
    assert list(recovery.read_as_tenths(printed, trained)) == [
        DecimalReading("reg", "e^-1", "0.1", "T", "U", "0.91", "0.95", pytest.approx(0.01), 3)  # type: ignore[arg-type]
    ]


def test_a_split_fits_where_it_is_shuffled_and_has_every_printed_share() -> None:
    has, lacks = (Part(10, ("0.1",), (Match("0.1", (0,)), Match("0.2", classes))) for classes in ((1, 2), ()))
    assert (has.all_found, lacks.all_found) == (True, False)
    assert (len(has.found), len(lacks.found)) == (2, 1)

    def split(shuffled: bool, validation: Part, in_order: Part) -> RecoveredSplit:
        return RecoveredSplit(shuffled, has, validation, in_order, lacks, lacks, Chance(1000, 8))

    judged = {
        (True, has, lacks): (True, True),
        (False, has, lacks): (False, True),
        (True, lacks, lacks): (False, True),
        (True, has, has): (True, False),
    }
    for given, (fits, excluded) in judged.items():
        found = split(*given)
        assert (found.fits, found.order_excluded) == (fits, excluded)
