"""Whether a mistake in a file of printed numbers is found: files whose numbers come from other runs than they say.

The runs follow a rule made up here, by which each of the mistakes shows.
"""

import math
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from configuration import CONFIG_YAML
from judging import PROTOCOL, judged, of_cells
from scipy.stats import norm

from pipeline.check import assumptions, explanation
from pipeline.check.explanation import Explanation, explain, needed
from pipeline.config import load as configuration_file
from pipeline.config.metrics import SUMMARISED
from pipeline.config.quantity import Quantity, written
from pipeline.config.settings import Configuration, Split
from pipeline.evidence import cells
from pipeline.evidence.cells import CellVerdict, JudgedCell
from pipeline.evidence.readings import Sample
from pipeline.writeup.published import Cell, Column, Published

CONFIG = configuration_file.load(CONFIG_YAML)
FILE_ORDER = replace(PROTOCOL, split=Split(0.2, None))
DEFAULT = Configuration(learning_rate=0.1, reg=0.001, batch_size=64, hidden=128, epochs=10)
SEEDS, SD = 5, 0.001
ABOVE: Mapping[str, float] = {  # what a metric is above the testing accuracy
    **{"training_accuracy": -0.002, "final_training_accuracy": 0.008},
    **{"validation_accuracy": -0.004, "best_validation_accuracy": 0.004, "last_testing_accuracy": -0.008},
}
TABLES: Mapping[str, tuple[Sequence[Mapping[str, float]], Sequence[str]]] = {
    "Rates": (
        [{"learning_rate": Quantity(rate)} for rate in ("1", "1e-1", "5e-2", "1e-2")],
        ("training_accuracy", "testing_accuracy"),
    ),
    "Penalties": (
        [{"reg": Quantity(reg)} for reg in ("1e-1", "1e-2", "1e-3", "1e-4")],
        ("training_accuracy", "best_validation_accuracy", "testing_accuracy"),
    ),
}
SOUND = replace(
    of_cells(
        *(
            Cell(table, (metric,), Column(head, Configuration.of(vars(DEFAULT) | head)), Quantity("0.5"), "0.5")
            for table, (heads, metrics) in TABLES.items()
            for metric in metrics
            for head in heads
        )
    ),
    protocol=FILE_ORDER,
)


def accuracy(metric: str, of: Configuration, split: Split) -> float:
    """The mean over all seeds; a seed is SD off."""
    error = 0.02 + 0.03 * of.learning_rate**-0.4 + min(4 * of.reg, 0.7)
    drawn = -0.008 if split.seed is not None and "validation" in metric else 0.0
    return max(0.1, 1 - error) + ABOVE.get(metric, 0.0) + drawn


@dataclass(frozen=True)
class World:
    """The runs of every configuration, the same whenever they are asked for."""

    number: int = 0

    def sample(self, configuration: Configuration, split: Split) -> Sample:
        rng = np.random.default_rng([self.number, zlib.crc32(f"{configuration} {split}".encode())])
        values = {m: accuracy(m, configuration, split) + SD * rng.standard_normal(SEEDS) for m in SUMMARISED}
        return Sample(tuple(range(1, SEEDS + 1)), {m: tuple(of.tolist()) for m, of in values.items()}, ())

    def judge(self, file: Published) -> tuple[JudgedCell, ...]:
        return cells.judge(file, {one: self.sample(one, file.protocol.split) for one in file.configurations})

    def printed(self, stated: Published, trained: Published) -> Published:
        """The file with numbers of other runs, trained as another file says."""
        rng = np.random.default_rng([self.number, 1])
        split = trained.protocol.split
        means = [accuracy(cell.metrics[0], cell.column.configuration, split) for cell in trained.cells]
        numbers = [Quantity(f"{mean + SD * rng.standard_normal():.4f}") for mean in means]
        pairs = zip(stated.cells, numbers, strict=True)
        return replace(stated, cells=tuple(replace(cell, printed=n, text=n.text) for cell, n in pairs))

    def explained(self, stated: Published, trained: Published) -> Explanation | None:
        file = self.printed(stated, trained)
        return explain(file, self.judge(file), self.judge, CONFIG)


def each_cell(file: Published, change: Callable[[Cell], Cell], table: str = "") -> Published:
    return replace(file, cells=tuple(change(c) if table in ("", c.table) else c for c in file.cells))


def trained(cell: Cell, **parameters: float) -> Cell:
    configuration = Configuration.of(vars(cell.column.configuration) | parameters)
    return replace(cell, column=replace(cell.column, configuration=configuration))


def rates(file: Published, of: Mapping[float, float]) -> Published:
    """The columns of the first table with other rates."""
    return each_cell(file, lambda c: trained(c, learning_rate=of.get(c.column.named["learning_rate"], 1.0)), "Rates")


def headed(file: Published, names: Mapping[float, str]) -> Published:
    """The first table with other heads, trained as they say."""

    def change(cell: Cell) -> Cell:
        named = {"learning_rate": Quantity(names[cell.column.named["learning_rate"]])}
        return replace(cell, column=Column(named, Configuration.of(vars(DEFAULT) | named)))

    return each_cell(file, change, "Rates")


def measured(file: Published, of: Mapping[str, str]) -> Published:
    return each_cell(file, lambda cell: replace(cell, metrics=(of.get(cell.metrics[0], cell.metrics[0]),)))


def penalized(file: Published, factor: float) -> Published:
    return each_cell(file, lambda cell: trained(cell, reg=cell.column.configuration.reg * factor))


E = {1.0: "1", 0.1: "e^-1", 0.05: "5e^-2", 0.01: "e^-2"}
LAST = {"best_validation_accuracy": "validation_accuracy", "testing_accuracy": "last_testing_accuracy"}
MISTAKES = {  # by kind: what the explanation says of it, the file as it is read, and how it was trained
    "split in file order": ("split", "file order", replace(SOUND, protocol=PROTOCOL), SOUND),
    "split drawn": ("split", "seed 1024", SOUND, replace(SOUND, protocol=PROTOCOL)),
    "last epoch": ("epoch", "last epoch", SOUND, measured(SOUND, LAST)),
    "best epoch": ("epoch", "best epoch", measured(SOUND, LAST), SOUND),
    "training set measured": (
        *("training accuracy", "after training", SOUND),
        measured(SOUND, {"training_accuracy": "final_training_accuracy"}),
    ),
    "e for ten": ("base", "10^-k was trained", headed(SOUND, E), SOUND),
    "ten for e": ("base", "e^-k was trained", SOUND, headed(SOUND, E)),
    "twice the penalty": ("penalty", "twice", SOUND, penalized(SOUND, 2)),
    "half the penalty": ("penalty", "half", SOUND, penalized(SOUND, 0.5)),
    "no penalty": ("penalty", "left out", SOUND, penalized(SOUND, 0)),
    "a table at rate 1": (
        *("rate", "learning_rate was 1 in Penalties", SOUND),
        each_cell(SOUND, lambda cell: trained(cell, learning_rate=1.0), "Penalties"),
    ),
    "a column again": (
        *("column", "learning_rate 1 of Rates is learning_rate 1e-1 again", SOUND),
        rates(SOUND, {1: 0.1, 0.1: 0.1, 0.05: 0.05, 0.01: 0.01}),
    ),
    "columns exchanged": (
        *("column", "learning_rate 1e-1 and learning_rate 1e-2 of Rates are exchanged", SOUND),
        rates(SOUND, {0.1: 0.01, 0.05: 0.05, 0.01: 0.1}),
    ),
    "another power": (
        *("power of ten", "trained with reg 1", SOUND),
        each_cell(SOUND, lambda c: trained(c, reg=1.0) if c.column.named["reg"] == 0.1 else c, "Penalties"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_named_with_what_it_makes_fit(mistake: str) -> None:
    kind, words, stated, truth = MISTAKES[mistake]
    found = World(1).explained(stated, truth)
    assert found
    assert found.kind == kind
    assert words in found.text
    assert found.fits_before + found.by_chance < found.fits <= found.of


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found_in_nineteen_of_twenty_files(mistake: str) -> None:
    kind, _, stated, truth = MISTAKES[mistake]
    found = [World(number).explained(stated, truth) for number in range(20)]
    assert sum(each is not None and each.kind == kind for each in found) >= 19


def test_a_sound_file_has_nothing_to_explain() -> None:
    for number in range(20):
        file = World(number).printed(SOUND, SOUND)
        verdicts = World(number).judge(file)
        if all(each.verdict != "not reproduced" for each in verdicts):
            assert explain(file, verdicts, World(number).judge, CONFIG) is None
            assert not [*needed(file, verdicts, CONFIG)]


def with_number(file: Published, place: int, text: str) -> Published:
    printed = [*file.cells]
    printed[place] = replace(printed[place], printed=Quantity(text), text=text)
    return replace(file, cells=tuple(printed))


@pytest.mark.parametrize("number", range(5))
def test_a_slip_in_one_number_is_not_taken_for_a_mistake_of_another_kind(number: int) -> None:
    world = World(number)
    file = world.printed(SOUND, SOUND)
    place = number * 4 + 1
    mistyped = with_number(file, place, f"{float(file.cells[place].printed) - 0.03:.4f}")
    verdicts = world.judge(mistyped)
    assert verdicts[place].verdict == "not reproduced"
    assert explain(mistyped, verdicts, world.judge, CONFIG) is None


@pytest.mark.parametrize("number", range(5))
def test_numbers_of_no_run_are_not_explained(number: int) -> None:
    world = World(number)
    rng = np.random.default_rng(number)
    file = world.printed(SOUND, SOUND)
    for place in range(len(file.cells)):
        file = with_number(file, place, f"{rng.uniform(0.5, 0.95):.4f}")
    assert explain(file, world.judge(file), world.judge, CONFIG) is None


def test_an_assumption_without_runs_is_not_named() -> None:
    _, _, stated, truth = MISTAKES["a table at rate 1"]
    world = World(1)
    file = world.printed(stated, truth)

    def judge(other: Published) -> tuple[JudgedCell, ...]:
        there = {one: world.sample(one, FILE_ORDER.split) for one in file.configurations}
        return cells.judge(other, {one: there[one] for one in other.configurations if one in there})

    assert explain(file, judge(file), judge, CONFIG) is None


def test_an_assumption_without_runs_for_one_of_its_wrong_columns_is_not_named() -> None:
    _, _, stated, truth = MISTAKES["a table at rate 1"]
    world = World(1)
    file = world.printed(stated, truth)
    untrained = replace(DEFAULT, learning_rate=1.0, reg=0.0001)

    def judge(other: Published) -> tuple[JudgedCell, ...]:
        there = [one for one in other.configurations if one != untrained]
        return cells.judge(other, {one: world.sample(one, other.protocol.split) for one in there})

    assert world.explained(stated, truth) is not None
    assert explain(file, judge(file), judge, CONFIG) is None


def test_only_what_reads_half_of_the_wrong_numbers_otherwise_is_asked_for() -> None:
    world = World(1)
    _, _, stated, truth = MISTAKES["a column again"]
    file = world.printed(stated, truth)
    asked = {one for each in needed(file, world.judge(file), CONFIG) for one in each.configurations}
    # the wrong column is headed by a rate: those of the powers of ten are asked for, the other columns' powers are not
    assert replace(DEFAULT, learning_rate=0.0001) in asked
    assert replace(DEFAULT, reg=0.00001) not in asked
    assert replace(DEFAULT, learning_rate=1.0, reg=0.1) not in asked  # of the table that does not fail


def test_every_assumption_has_the_cells_of_the_file_and_reads_some_otherwise() -> None:
    every = [*assumptions.assumptions(SOUND, CONFIG)]
    read = [assumptions.readings(each.published) for each in every]
    assert len(set(read)) == len(read)
    assert assumptions.readings(SOUND) not in read
    for each in every:
        assert [(c.table, c.column.label, c.text) for c in each.published.cells] == [
            (c.table, c.column.label, c.text) for c in SOUND.cells
        ]


def test_what_is_said_of_a_table_is_said_of_the_whole_file_with_the_table_left_out() -> None:
    texts = [each.text for each in assumptions.assumptions(SOUND, CONFIG) if each.kind in ("epoch", "penalty")]
    of_a_table = [text for text in texts if text.endswith((" in Rates", " in Penalties"))]
    assert len(of_a_table) == 2 + 2 * 3, "the best epoch is read: the last one, and three factors, in two tables"
    assert {text.rpartition(" in ")[0] for text in of_a_table} == {*texts} - {*of_a_table}


def test_an_explanation_completes_a_sentence_and_begins_with_no_capital() -> None:
    stated = (SOUND, measured(SOUND, LAST), headed(SOUND, E))
    texts = [each.text for file in stated for each in assumptions.assumptions(file, CONFIG)]
    assert not [text for text in texts if text[0].isupper()]


def test_a_file_that_names_no_rate_may_be_of_rate_1() -> None:
    file = replace(SOUND, cells=tuple(cell for cell in SOUND.cells if cell.table == "Penalties"))
    of_rates = [each for each in assumptions.assumptions(file, CONFIG) if each.kind == "rate"]
    assert [{one.learning_rate for one in each.published.configurations} for each in of_rates] == [{1.0}]


def test_an_assumption_about_a_column_is_about_its_own_table_alone() -> None:
    first = [cell for cell in SOUND.cells if cell.table == "Rates"]
    file = replace(SOUND, cells=(*first, *(replace(cell, table="Again") for cell in first)))
    found: Counter[tuple[str, bool]] = Counter()
    for each in assumptions.assumptions(file, CONFIG):
        if each.kind in ("column", "power of ten"):
            pairs = zip(file.cells, each.published.cells, strict=True)
            (changed,) = {now.table for was, now in pairs if was.column.configuration != now.column.configuration}
            assert changed in each.text
            found[each.kind, "exchanged" in each.text] += 1
    # of four columns each may be one of three others, any two exchanged, and each trained with three powers of ten: the
    # other three of six are the rates of columns, of which that it is that column is said first
    assert found == {("column", False): 2 * 12, ("column", True): 2 * 6, ("power of ten", False): 2 * 12}


@pytest.mark.parametrize(
    ("last", "best"),
    [
        ("validation_accuracy", "best_validation_accuracy"),
        ("validation_loss", "best_validation_loss"),
        ("last_testing_accuracy", "testing_accuracy"),
        ("last_testing_loss", "testing_loss"),
    ],
)
def test_a_number_of_the_last_epoch_may_be_of_the_best_and_the_reverse(last: str, best: str) -> None:
    for one, other in ((last, best), (best, last)):
        file = measured(SOUND, dict.fromkeys(SUMMARISED, one))
        (whole, *_) = (each for each in assumptions.assumptions(file, CONFIG) if each.kind == "epoch")
        assert {cell.metrics for cell in whole.published.cells} == {(other,)}


def test_a_number_that_may_be_of_either_epoch_stays_open() -> None:
    either = ("testing_accuracy", "last_testing_accuracy")
    file = each_cell(SOUND, lambda c: replace(c, metrics=either) if c.metrics == either[:1] else c)
    read = [each.published for each in assumptions.assumptions(file, CONFIG) if each.kind == "epoch"]
    assert read
    for each in read:
        pairs = zip(file.cells, each.cells, strict=True)
        assert {now.metrics for was, now in pairs if was.metrics == either} == {either}


@pytest.mark.parametrize(
    ("head", "rates_trained"),
    [
        ("9e-2", [9 * math.exp(-2)]),
        ("0.08", [8 * math.exp(-2)]),
        ("1e-5", [math.exp(-5)]),
        ("5e^-2", [0.05]),
        ("0.3678794", [0.1]),  # e^-1 to seven digits
        ("0.36789", []),
        ("1", []),
        ("0", []),
    ],
)
def test_a_power_of_one_base_may_have_been_trained_as_that_of_the_other(head: str, rates_trained: list[float]) -> None:
    named = {"learning_rate": Quantity(head)}
    column = Column(named, Configuration.of(vars(DEFAULT) | named))
    file = of_cells(replace(SOUND.cells[0], column=column))
    found = [each.published for each in assumptions.assumptions(file, CONFIG) if each.kind == "base"]
    assert [one.learning_rate for each in found for one in each.configurations] == pytest.approx(rates_trained)


@pytest.mark.parametrize(
    ("rate", "reg", "told"),
    [("1", "1e-2", ("1", "1e^-2")), ("5", "2e-3", ("5", "2e^-3")), ("1e-1", "0", ("1e^-1", "0"))],
)
def test_what_is_no_power_is_told_as_it_is_written_beside_one_of_another_base(
    rate: str, reg: str, told: tuple[str, str]
) -> None:
    named = {"learning_rate": Quantity(rate), "reg": Quantity(reg)}
    column = Column(named, Configuration.of(vars(DEFAULT) | named))
    file = of_cells(replace(SOUND.cells[0], column=column))
    (found,) = (each.published for each in assumptions.assumptions(file, CONFIG) if each.kind == "base")
    assert [(written(one.learning_rate), written(one.reg)) for one in found.configurations] == [told]


def test_a_power_is_trained_with_the_very_number_that_a_file_would_write() -> None:
    # e^-3 as a power of the number e differs from exp(-3) in its last bit, and with it the key of a run
    by_kind = [each for each in assumptions.assumptions(SOUND, CONFIG) if each.kind == "base"]
    trained_with = {one.reg for each in by_kind for one in each.published.configurations}
    assert {math.exp(-1), math.exp(-2), math.exp(-3), math.exp(-4)} <= trained_with
    assert math.exp(-3) != math.e**-3


ALL_AT_90 = each_cell(SOUND, lambda cell: replace(cell, printed=Quantity("0.9000"), text="0.9000"))


def drawn_explains(count: int, wrong: int = 20, others: CellVerdict = "not reproduced") -> Explanation | None:
    """Of 20 numbers, `wrong` are 0.05 below the middle of their runs; by the drawn split `count` of them fit.

    `others` is its verdict on those that do not.
    """
    template = judged(ALL_AT_90.cells[0], "training_accuracy", 0.949, 0.951)

    def judge(file: Published) -> list[JudgedCell]:
        drawn = file.protocol.split.seed is not None
        otherwise: CellVerdict = others if drawn else "not reproduced"
        fits = [place >= wrong or (drawn and place < count) for place in range(20)]
        bounds = [(0.89, 0.91, "reproduced") if each else (0.94, 0.96, otherwise) for each in fits]
        return [
            replace(
                template, metric=c.metrics[0], configurations=(c.column.configuration,), low=a, high=b, verdict=verdict
            )
            for c, (a, b, verdict) in zip(file.cells, bounds, strict=True)
        ]

    return explain(ALL_AT_90, judge(ALL_AT_90), judge, CONFIG)


def test_one_number_is_not_enough_to_name_an_assumption_and_three_are() -> None:
    # 0.95 normal with a standard deviation of 0.0051 against 0.05 / 0.1: 148 times likelier, which is e^5. Some twenty
    # assumptions read the number otherwise, each of which may be named with probability 0.05 / 20
    assert drawn_explains(1, wrong=1) is None
    assert drawn_explains(3, wrong=3) is not None


def test_chance_throws_a_number_as_far_as_it_lies_from_its_own_runs() -> None:
    # read as it is, all lie 0.05 below the middle, 0.95; thrown from 0.90 to 1.00, they fall from 0.89 to 0.91, half a
    # unit of 0.00005 more, with probability 0.01005 / 0.1
    found = drawn_explains(20)
    assert found is not None
    assert (found.kind, found.fits, found.of, found.fits_before) == ("split", 20, 20, 0)
    assert found.by_chance == pytest.approx(20 * 0.1005)


def test_an_assumption_that_leaves_more_than_a_quarter_wrong_is_not_named() -> None:
    assert drawn_explains(14) is None
    found = drawn_explains(15)
    assert found is not None
    assert (found.fits, found.of) == (15, 20)


def test_an_assumption_by_which_less_than_half_of_what_is_wrong_fits_is_not_named() -> None:
    assert drawn_explains(9, others="unusual") is None
    assert drawn_explains(10, others="unusual") is not None


def test_an_explanation_counts_the_numbers_that_it_reads_otherwise_and_no_others() -> None:
    _, _, stated, truth = MISTAKES["a column again"]
    found = World(1).explained(stated, truth)
    assert found is not None
    assert (found.fits, found.of, found.fits_before) == (2, 2, 0), "a column of two rows"


@pytest.mark.parametrize(("elsewhere", "asked_for"), [(1, True), (2, False)])
def test_what_reads_a_third_of_the_wrong_numbers_otherwise_is_not_asked_for_and_half_is(
    elsewhere: int, asked_for: bool
) -> None:
    """A number is wrong in the table of rates, and as many in that of penalties as is said."""
    first = [cell.table for cell in SOUND.cells].index("Penalties")
    wrong = (0, *range(first, first + elsewhere))
    verdicts = [
        replace(each, verdict="not reproduced" if place in wrong else "reproduced")
        for place, each in enumerate(World().judge(SOUND))
    ]
    asked = {one for each in needed(SOUND, verdicts, CONFIG) for one in each.configurations}
    # of no assumption but that the first column of the table of rates was trained with another power of ten
    assert (replace(DEFAULT, learning_rate=0.00001) in asked) is asked_for


def held(printed: str, low: float, high: float) -> JudgedCell:
    """A printed number that would fall from `low` to `high`."""
    return replace(judged(SOUND.cells[0], "testing_accuracy", 0.5, 0.5), printed=printed, low=low, high=high)


@pytest.mark.parametrize(
    ("printed", "low", "high", "middle", "half"),
    [("0.8600", 0.80505, 0.89495, 0.85, 0.045), ("0.01", 0.0, 0.02, 0.01, 0.015), ("0.0", 0.0, 0.0, 0.0, 0.05)],
)
def test_a_number_fits_half_a_unit_beyond_its_interval_even_at_zero(
    printed: str, low: float, high: float, middle: float, half: float
) -> None:
    assert explanation._interval(held(printed, low, high)) == pytest.approx((middle, half))


@pytest.mark.parametrize(("printed", "width"), [("0.8600", 0.09), ("0.8000", 0.1), ("0.6000", 0.5)])
def test_a_number_is_normal_or_anywhere_as_far_from_the_middle_as_it_lies(printed: str, width: float) -> None:
    # within 0.045 of 0.85, half a unit included, with probability 0.95; a slip of the pen, with probability 0.05, falls
    # into that at least
    density = 0.95 * norm.pdf(float(printed), 0.85, 0.045 / 1.96) + 0.05 / width
    assert explanation._log_density(held(printed, 0.80505, 0.89495)) == pytest.approx(math.log(density))


def test_a_number_in_the_very_middle_of_the_class_shares_is_explained_by_nothing() -> None:
    shares = {"discrete": True, "low": 0.0625, "high": 0.1875, "file_low": 0.0625, "file_high": 0.1875}
    between = [replace(each, **shares, printed="0.125", verdict="not reproduced") for each in World().judge(SOUND)]
    assert explain(SOUND, between, lambda _: between, CONFIG) is None
