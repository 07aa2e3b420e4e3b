"""The claims' tests against a table written down from the write-up: runs, number, side, threshold, unit and words."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
import pytest

from pipeline import claims
from pipeline.archive import COURSES, Archive, Courses
from pipeline.claims import Claim, Measured
from pipeline.intervals import Interval
from pipeline.settings import Configuration
from pipeline.writeup_claims import CLAIMS, best_of_grid

# --- The numbers, by plain loops over one seed's course {column: its values by epoch}

Course = Mapping[str, Sequence[float]]
Number = Callable[[Course], float]


def validation(course: Course) -> float:
    return fmean(course["validation_accuracy"][-3:])


def validation_at_end(course: Course) -> float:
    return course["validation_accuracy"][-1]


def validation_at_best(course: Course) -> float:
    return sorted(course["validation_accuracy"])[-1]


def validation_loss(course: Course) -> float:
    return fmean(course["validation_loss"][-3:])


def training_above_validation(course: Course) -> float:
    return fmean(course["training_accuracy"][-3:]) - fmean(course["validation_accuracy"][-3:])


def gain_after_ten(number: Number) -> Number:
    return lambda course: number(course) - number({name: values[:10] for name, values in course.items()})


def gradient_of_ten_over_last(course: Course) -> float:
    return course["gradient_norm"][9] / course["gradient_norm"][-1]


def unevenness_of_six_to_ten(course: Course) -> float:
    """How far the middle of three neighbours lies from the line between the others, times two."""
    late = course["validation_accuracy"][5:10]
    return fmean(abs(a - 2 * b + c) for a, b, c in zip(late, late[1:], late[2:], strict=False))


def epochs_to(level: float) -> Number:
    def count(course: Course) -> float:
        for epoch, accuracy in enumerate(course["validation_accuracy"], start=1):
            if accuracy >= level:
                return epoch
        return len(course["validation_accuracy"]) + 1

    return count


def epochs_to_a_point_below_the_best(course: Course) -> float:
    return epochs_to(validation_at_best(course) - 0.01)(course)


def of_16(course: Course) -> float:
    return epochs_to(0.96)(course) * 3.0  # thousand updates an epoch: 48,000 images


def of_128(course: Course) -> float:
    return epochs_to(0.96)(course) * 0.375


# --- The table


def usual(rate: float = 0.1, reg: float = 0.001, epochs: int = 10) -> Configuration:
    """What sections 3.1 and 3.2 vary."""
    return Configuration(learning_rate=rate, reg=reg, batch_size=64, hidden=128, epochs=epochs)


def found(rate: float = 0.6, reg: float = 0.0001, batch: int = 16, epochs: int = 10) -> Configuration:
    """The parameters of Table 7 and their neighbours."""
    return Configuration(learning_rate=rate, reg=reg, batch_size=batch, hidden=128, epochs=epochs)


class Row(NamedTuple):
    """A test as the write-up asks for it: `number` of the first run, less that of the second where there are two.

    `told` are the quantities that its description names, in order. `says` has a word of the sentence for a supported
    test, and one of that for a contradicted test which the other has not; where both name two runs, `order` is theirs.
    """

    runs: tuple[Configuration, ...]
    number: Number
    side: str
    threshold: float
    unit: str
    told: str
    says: tuple[str, str]
    order: str = ""
    decides: bool = True
    number_of_second: Number | None = None


E1, E2, E3, E4 = (math.exp(power) for power in (-1, -2, -3, -4))
POINTS, EPOCHS, NATS, UPDATES, TIMES = "percentage points", "epochs", "nats", "thousand updates", "times"
BACKGROUND = {"decides": False}
UNEVEN = unevenness_of_six_to_ten
ROUGHER, SOONER = ("rougher", "smoother"), ("sooner", "no sooner")
LONG, LARGE = usual(E2, epochs=74), found(batch=128, epochs=80)
TRAINED_ON, WITHOUT_PENALTY = found(epochs=30), found(reg=0, epochs=30)

TABLE = {
    ("local-minimum", "3.1"): [
        Row(
            (LONG,),
            gain_after_ten(validation),
            "below",
            0.002,
            POINTS,
            "74 10",
            ("less than", "goes on gaining"),
            **BACKGROUND,
        ),
        Row(
            (usual(E1), usual(E2, epochs=27)),
            validation_at_end,
            "above",
            0.002,
            POINTS,
            "e^-1 10 e^-2 27",
            ("below", "not 0.2"),
        ),
        Row((usual(1), LONG), validation_at_end, "above", 0.002, POINTS, "1 10 e^-2 74", ("below", "not 0.2")),
        Row((LONG,), gradient_of_ten_over_last, "below", 1.0, TIMES, "10 74", ("as small", "larger"), **BACKGROUND),
    ],
    ("oscillation", "3.1"): [
        Row((usual(5 * E2), usual(E2)), UNEVEN, "above", 0.0, POINTS, "6 10 5e^-2 e^-2", ROUGHER, "5e^-2 e^-2"),
        Row((usual(1), usual(E2)), UNEVEN, "above", 0.0, POINTS, "6 10 1 e^-2", ROUGHER, "1 e^-2"),
    ],
    ("no-overshooting", "3.1"): [
        Row(
            (usual(5 * E2), usual(1)), validation_at_best, "below", 0.002, POINTS, "5e^-2 1", ("less than", "more than")
        )
    ],
    ("nothing-learned", "3.2"): [
        Row(
            (usual(reg=reg), usual(reg=E1)),
            validation,
            "below",
            0.05,
            POINTS,
            f"{name} e^-1",
            ("little better", "good part"),
        )
        for name, reg in (("e^-2", E2), ("e^-3", E3))
    ],
    ("wild-curves", "3.2"): [
        Row((usual(reg=reg), usual(reg=E4)), UNEVEN, "above", 0.0, POINTS, f"6 10 {name} e^-4", ROUGHER, f"{name} e^-4")
        for name, reg in (("1", 1.0), ("e^-1", E1), ("e^-2", E2))
    ],
    ("smaller-is-better", "3.2"): [
        Row((usual(reg=E4), usual()), validation_loss, "above", 0.0, NATS, "e^-4 0.001", ("lower", "no lower"))
    ],
    ("no-overfitting", "3.2"): [
        Row((usual(reg=E4),), training_above_validation, "below", 0.01, POINTS, "e^-4", ("less than", "more than")),
        Row(
            (usual(reg=0),),
            training_above_validation,
            "below",
            0.01,
            POINTS,
            "",
            ("less than", "more than"),
            **BACKGROUND,
        ),
    ],
    ("faster-convergence", "3.2"): [
        Row((usual(reg=E3), usual(reg=E4)), epochs_to(0.6), "above", 0.5, EPOCHS, "0.6 e^-3 e^-4", SOONER, "e^-4 e^-3"),
        Row((usual(reg=E4), usual()), epochs_to(0.85), "above", 0.5, EPOCHS, "0.85 e^-4 0.001", SOONER, "0.001 e^-4"),
        Row(
            (usual(reg=E4), usual()),
            epochs_to_a_point_below_the_best,
            "above",
            0.5,
            EPOCHS,
            "e^-4 0.001",
            ("sooner", "not"),
            **BACKGROUND,
        ),
    ],
    ("marginal-rates", "3.3"): [
        Row(
            (usual(1), usual(E1)),
            validation_at_best,
            "below",
            0.01,
            POINTS,
            "1 e^-1",
            ("less than", "more than"),
            "e^-1 1",
        ),
    ],
    ("larger-batch", "3.3"): [
        Row(
            (found(), found(batch=128)),
            validation_at_best,
            "above",
            0.002,
            POINTS,
            "16 128 10",
            ("behind", "not 0.2"),
            **BACKGROUND,
        ),
        Row((found(), LARGE), validation, "above", 0.002, POINTS, "16 10 128 80", ("still behind", "not 0.2")),
    ],
    ("small-batch-slower", "3.3"): [
        Row((found(), LARGE), epochs_to(0.96), "above", 0.5, EPOCHS, "0.96 16 128", ("more", "no more")),
        Row(
            (found(), LARGE), of_16, "above", 0.0, UPDATES, "", ("longer", "not"), number_of_second=of_128, **BACKGROUND
        ),
    ],
    ("early-stopping", "3.3"): [
        Row(
            (TRAINED_ON,),
            gain_after_ten(training_above_validation),
            "above",
            0.002,
            POINTS,
            "30 10",
            ("away", "not"),
            **BACKGROUND,
        ),
        Row((TRAINED_ON,), gain_after_ten(validation), "below", -0.002, POINTS, "30 10", ("cost", "not cost 0.2")),
        Row(
            (WITHOUT_PENALTY,),
            gain_after_ten(validation),
            "below",
            -0.002,
            POINTS,
            "30 10",
            ("cost", "not cost 0.2"),
            **BACKGROUND,
        ),
        Row(
            (WITHOUT_PENALTY,),
            gain_after_ten(validation_loss),
            "above",
            0.0,
            NATS,
            "30 10",
            ("rises", "falls"),
            **BACKGROUND,
        ),
    ],
    ("larger-coefficient", "3.3"): [
        Row(
            (found(), found(reg=0.0005)),
            validation_at_best,
            "above",
            0.01,
            POINTS,
            "0.0001 0.0005",
            ("more than", "less than"),
        )
    ],
    ("smaller-rate", "3.3"): [
        Row(
            (found(), found(0.4)),
            validation_at_best,
            "above",
            0.002,
            POINTS,
            "0.6 0.4",
            ("worse", "not 0.2"),
            "0.4 0.6",
        ),
    ],
}
RIVALS = (found(batch=32), found(rate=0.8), found(reg=0.0005))
GRID = best_of_grid((RIVALS[0], found(), *RIVALS[1:]), 1)
LEAD = Row((found(), *RIVALS), validation_at_best, "above", 0.0, POINTS, "", ("ahead of every", "another leader is"))

ROWS = [row for rows in TABLE.values() for row in rows]
TESTS = [(claim, test) for claim in (*CLAIMS, GRID) for test in claim.tests]
every_test = pytest.mark.parametrize(
    ("row", "claim", "test"),
    [(row, claim, test) for row, (claim, test) in zip((*ROWS, LEAD), TESTS, strict=True)],
    ids=[f"{claim.name}-{claim.tests.index(test)}" for claim, test in TESTS],
)


# --- Courses of which every column, seed and epoch differs


def courses(configuration: Configuration, seeds: int = 4) -> Courses:
    """Accuracies that climb by steps to about 0.97, each seed and configuration in its own time, and fluctuate."""
    generator = np.random.default_rng([*repr(configuration).encode()])
    shape = seeds, configuration.epochs
    climb = generator.uniform(0.3, 0.5, (seeds, 1)) * configuration.epochs
    epochs = np.arange(1, configuration.epochs + 1)
    accuracy = 0.3 + 0.67 * np.minimum(1, epochs / climb) + generator.uniform(-0.02, 0.02, shape)
    columns = {name: generator.uniform(1, 9, shape) for name in COURSES}
    columns |= {"validation_accuracy": accuracy, "training_accuracy": accuracy + generator.uniform(-0.1, 0.1, shape)}
    return Courses(configuration, tuple(range(1, seeds + 1)), columns)


def mean(number: Number, of: Courses, seeds: Sequence[int] = range(4)) -> float:
    """The number's mean over the seeds, by a loop."""
    return fmean(number({name: list(values[seed]) for name, values in of.columns.items()}) for seed in seeds)


def archive(*configurations: Configuration, seeds: int = 4) -> Archive:
    return Archive({each: courses(each, seeds) for each in configurations})


def judged(claim: Claim, test: claims.Test, runs: Archive) -> claims.Tested:
    """One test of a claim."""
    (of_claim,) = claims.judge([claim], runs)
    return of_claim.tests[claim.tests.index(test)]


# --- The tests


def test_every_claim_is_of_its_section_and_has_its_tests() -> None:
    listed = {key: len(rows) for key, rows in TABLE.items()} | {("best-of-grid", "3.3"): 1}
    assert {(claim.name, claim.section): len(claim.tests) for claim in (*CLAIMS, GRID)} == listed


@every_test
def test_a_test_asks_for_the_runs_that_the_write_up_speaks_of(row: Row, claim: Claim, test: claims.Test) -> None:
    assert test.needs == row.runs, claim.name
    assert test.decides is row.decides


@every_test
def test_the_number_is_of_the_right_runs_epochs_and_column(row: Row, claim: Claim, test: claims.Test) -> None:
    tested = judged(claim, test, archive(*row.runs))
    assert tested.measured is not None
    seeds = range(1, 4) if claim is GRID else range(4)  # the first chose the leaders
    numbers = [mean(row.number, courses(each), seeds) for each in row.runs]
    if row.number_of_second:
        numbers[1] = mean(row.number_of_second, courses(row.runs[1]))
    expected = numbers[0] - max(numbers[1:], default=0)
    assert tested.measured.value == pytest.approx(expected, abs=1e-12), f"{claim.name}: {tested.statistic}"
    assert tested.measured.interval.low < expected < tested.measured.interval.high
    assert tested.measured.seeds == len(seeds)


@every_test
def test_the_verdict_is_for_the_write_up_on_its_side_of_the_threshold_alone(
    row: Row, claim: Claim, test: claims.Test
) -> None:
    assert test.unit.name == row.unit
    near = 1e-4
    beside = {"below": (row.threshold - 2 * near, row.threshold - near)}
    beside |= {"above": (row.threshold + near, row.threshold + 2 * near)}
    beside |= {"on": (row.threshold - near, row.threshold + near)}
    verdicts = {
        place: claims.Tested(test, Measured(fmean(ends), Interval(*ends), 4)).verdict for place, ends in beside.items()
    }
    against = "above" if row.side == "below" else "below"
    assert verdicts == {row.side: "supported", against: "contradicted", "on": "undetermined"}, claim.name


QUANTITY = re.compile(r"\d*e\^-\d|\d+(?:\.\d+)?")


@every_test
def test_the_words_name_the_quantities_of_the_runs_and_thresholds(row: Row, claim: Claim, test: claims.Test) -> None:
    assert QUANTITY.findall(test.what) == row.told.split(), test.what
    told = {*row.told.split(), f"{abs(row.threshold) * 100:.1f}"}
    for sentence in (test.supported, test.contradicted, test.undetermined):
        assert set(QUANTITY.findall(sentence)) <= told, sentence
        if "a point" in sentence:
            assert row.threshold == 0.01, sentence


@every_test
def test_the_sentences_say_for_against_and_neither(row: Row, claim: Claim, test: claims.Test) -> None:
    supporting, contradicting = row.says
    assert supporting in test.supported, claim.name
    assert contradicting in test.contradicted, claim.name
    assert contradicting not in test.supported, claim.name
    assert re.search("cannot be told|too close", test.undetermined), claim.name
    assert len({test.supported, test.contradicted, test.undetermined}) == 3


@every_test
def test_the_sentences_name_two_runs_the_right_way_round(row: Row, claim: Claim, test: claims.Test) -> None:
    for sentence in (test.supported, test.contradicted):
        named = [quantity for quantity in QUANTITY.findall(sentence) if quantity in row.order.split()]
        assert " ".join(named) == row.order, f"{claim.name}: {sentence}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_what_a_claim_says_names_no_quantity_but_those_of_its_runs(claim: Claim) -> None:
    named = set(QUANTITY.findall(claim.text))
    told = {quantity for row in TABLE[claim.name, claim.section] for quantity in row.told.split()}
    assert named <= told, claim.text


@every_test
def test_without_runs_or_with_one_seed_nothing_is_decided(row: Row, claim: Claim, test: claims.Test) -> None:
    for runs in (Archive({}), archive(*row.runs, seeds=1)):
        tested = judged(claim, test, runs)
        assert (tested.verdict, tested.missing, tested.statistic) == ("undetermined", row.runs, "")
        for name, value in vars(row.runs[0]).items():
            assert f"{name} {value:.4g}" in tested.sentence
