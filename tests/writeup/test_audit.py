"""The arithmetic of the write-up: each verdict against numbers that are worked out here."""

import copy
import math
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sections
import yaml
from configuration import CONFIG_YAML
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import OUTCOME, passage

from pipeline.config import load as config
from pipeline.config.quantity import Quantity, half_unit
from pipeline.report.views import audit as audit_text
from pipeline.writeup import arithmetic, audit, published
from pipeline.writeup.arithmetic import Place, PrintedTables, holds
from pipeline.writeup.audit import Audited
from pipeline.writeup.statements import statements

CONFIG = config.load(CONFIG_YAML)
TREE: dict[str, Any] = yaml.load(published.FILE.read_text(), Loader=yaml.BaseLoader)
WRITE_UP = published.load(published.FILE, CONFIG)
Outcomes = dict[str, tuple[str, str, str]]


def outcomes(path: Path) -> Outcomes:
    """(published, recomputed, verdict) of every statement by its claim."""
    frame = audit.to_frame(audit.audit(published.load(path, CONFIG)))
    assert tuple(frame.columns) == ("claim", "published", "recomputed", "verdict")
    assert frame["claim"].is_unique
    return {claim: tuple(rest) for claim, *rest in frame.itertuples(index=False)}


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Outcomes]:
    """The outcomes of the write-up's numbers after a change."""

    def audited(change: Callable[[dict[str, Any]], None]) -> Outcomes:
        tree = copy.deepcopy(TREE)
        change(tree)
        (tmp_path / "altered.yaml").write_text(yaml.safe_dump(tree))
        return outcomes(tmp_path / "altered.yaml")

    return audited


@pytest.fixture
def known() -> Outcomes:
    return outcomes(published.FILE)


# e^-1 and e^-2 as the sums of their series, and the slopes of Table 4 with them
E1 = sum(Fraction((-1) ** k, math.factorial(k)) for k in range(40))
E2 = E1 * E1
SLOPES = (
    (Fraction("0.9471") - Fraction("0.9301")) / (1 - E2),
    (Fraction("0.9443") - Fraction("0.9301")) / (E1 - E2),
    (Fraction("0.9471") - Fraction("0.9443")) / (1 - E1),
)

# what each row reads, worked out by hand from the printed tables
BY_HAND = {
    "3.1 training accuracy: difference among the rates 1, e^-1 and 5e^-2": (
        "at most 0.2 percentage points",
        Decimal("94.51") - Decimal("94.31"),
        "right",
    ),
    "3.1 testing accuracy: difference among the rates 1, e^-1 and 5e^-2": (
        "at most 0.2 percentage points",
        Decimal("94.71") - Decimal("94.43"),
        "wrong",
    ),
    "3.1 training accuracy: how far e^-2 is below the mean of those three": (
        "about 2 percentage points",
        Fraction(9450 + 9431 + 9451, 300) - Fraction(9285, 100),
        "right",
    ),
    "3.1 testing accuracy: how far e^-2 is below the mean of those three": (
        "about 2 percentage points",
        Fraction(9471 + 9443 + 9461, 300) - Fraction(9301, 100),
        "right",
    ),
    "3.1 e^-1 in decimals": ("0.3679", E1, "right"),
    "3.1 e^-2 in decimals": ("0.1353", E2, "right"),
    "3.1 Table 5: from e^-2 to 1": ("0.012", SLOPES[0], "wrong"),
    "3.1 Table 5: from e^-2 to e^-1": ("0.061", SLOPES[1], "right"),
    "3.1 Table 5: from e^-1 to 1": ("0.004", SLOPES[2], "right"),
    "3.1 Table 5: its second number over its first, the average": ("almost 6 times", Fraction(61, 12), "wrong"),
    "3.1 Table 5: the same, both computed from Table 4": ("almost 6 times", SLOPES[1] / SLOPES[0], "wrong"),
    "3.1 Table 5: rates that its first pair, e^-2 to 1, spans (the entire range)": ("4", "4", "right"),
    "3.1 Table 5: rates that its last pair, e^-1 to 1, spans (the highest)": ("3", "3", "right"),
    "3.1 training accuracy: smallest step as the rate rises to 1": (
        "no dip",
        Decimal("94.50") - Decimal("94.51"),
        "wrong",
    ),
    "3.1 testing accuracy: smallest step as the rate rises to 1": (
        "no dip",
        Decimal("94.71") - Decimal("94.61"),
        "right",
    ),
    "3.2 training accuracy: e^-4 above 1": ("improved", Decimal("86.36") - Decimal("10.19"), "right"),
    "3.2 validation accuracy: e^-4 above 1": ("improved", Decimal("86.16") - Decimal("11.04"), "right"),
    "3.2 testing accuracy: e^-4 above 1": ("improved", Decimal("87.45") - Decimal("11.35"), "right"),
    "3.2 training accuracy: smallest step to the next smaller coefficient": (
        "improved",
        Decimal("10.22") - Decimal("10.19"),
        "right",
    ),
    "3.2 validation accuracy: smallest step to the next smaller coefficient": (
        "improved",
        Decimal("10.68") - Decimal("11.04"),
        "wrong",
    ),
    "3.2 testing accuracy: smallest step to the next smaller coefficient": ("improved", Decimal("0.00"), "wrong"),
    "3.2 training accuracy: where it rises most": ("e^-3 to e^-4", "e^-2 to e^-3 (0.5561)", "wrong"),  # 0.7069 - 0.1508
    "3.2 validation accuracy: where it rises most": ("e^-3 to e^-4", "e^-2 to e^-3 (0.6286)", "wrong"),
    "3.2 testing accuracy: where it rises most": ("e^-3 to e^-4", "e^-2 to e^-3 (0.6233)", "wrong"),
    "3.2 training accuracy: rise from e^-3 to e^-4": ("over 0.6", Decimal("0.8636") - Decimal("0.7069"), "wrong"),
    "3.2 validation accuracy: rise from e^-3 to e^-4": ("over 0.6", Decimal("0.8616") - Decimal("0.7354"), "wrong"),
    "3.2 testing accuracy: rise from e^-3 to e^-4": ("over 0.6", Decimal("0.8745") - Decimal("0.7368"), "wrong"),
    "3.2 training accuracy: rise from e^-2 to e^-3, if that was meant": (
        "over 0.6",
        Decimal("0.7069") - Decimal("0.1508"),
        "wrong",
    ),
    "3.2 validation accuracy: rise from e^-2 to e^-3, if that was meant": (
        "over 0.6",
        Decimal("0.7354") - Decimal("0.1068"),
        "right",
    ),
    "3.2 testing accuracy: rise from e^-2 to e^-3, if that was meant": (
        "over 0.6",
        Decimal("0.7368") - Decimal("0.1135"),
        "right",
    ),
    "3.2 training accuracy: lowest of section 3.1 above the highest of section 3.2": (
        "higher",
        Decimal("92.85") - Decimal("86.36"),
        "right",
    ),
    "3.2 testing accuracy: lowest of section 3.1 above the highest of section 3.2": (
        "higher",
        Decimal("93.01") - Decimal("87.45"),
        "right",
    ),
    "3.2 smallest coefficient tested, less the default one": (
        "default is smaller",
        E2 * E2 - Fraction(1, 1000),
        "right",
    ),
    # 0.1104 - 0.1019 and 0.8636 - 0.8616
    "3.2 distance of training and validation accuracy: with 1, less with e^-4": (
        "no divergence",
        Decimal("0.85") - Decimal("0.20"),
        "right",
    ),
    "3.3 Table 5: its last number below the smaller of the others (little gain above e^-1)": (
        "lower",
        Decimal("0.012") - Decimal("0.004"),
        "right",
    ),
    "3.3 training accuracy: parameters found above the default row": (
        "higher",
        Decimal("98.10") - Decimal("92.34"),
        "right",
    ),
    "3.3 validation accuracy: parameters found above the default row": (
        "higher",
        Decimal("97.17") - Decimal("91.97"),
        "right",
    ),
    "3.3 testing accuracy: parameters found above the default row": (
        "higher",
        Decimal("97.47") - Decimal("92.62"),
        "right",
    ),
    "3.3 training accuracy: parameters found above the best of all other printed columns": (
        "highest",
        Decimal("98.10") - Decimal("94.51"),
        "right",
    ),
    "3.3 validation accuracy: parameters found above the best of all other printed columns": (
        "highest",
        Decimal("97.17") - Decimal("91.97"),
        "right",
    ),
    "3.3 testing accuracy: parameters found above the best of all other printed columns": (
        "highest",
        Decimal("97.47") - Decimal("94.71"),
        "right",
    ),
    # 0.9810 - 0.9717 and 0.9747 - 0.9717
    "3.3 how much closer validation is to testing accuracy than to training accuracy": (
        "closer",
        Decimal("0.93") - Decimal("0.30"),
        "right",
    ),
}


def test_every_statement_is_worked_out_here_and_no_other(known: Outcomes) -> None:
    assert list(known) == list(BY_HAND)


@pytest.mark.parametrize("claim", BY_HAND)
def test_every_row_is_as_worked_out_by_hand(known: Outcomes, claim: str) -> None:
    said, value, verdict = BY_HAND[claim]
    printed, recomputed, found = known[claim]
    assert (printed, found) == (said, verdict)
    if isinstance(value, str):
        assert recomputed == value
        return
    shown = recomputed.split()[0]
    # as many digits as are shown, and the last one rounded
    assert abs(Fraction(shown) - Fraction(value)) <= half_unit(shown)
    assert recomputed.removeprefix(shown).strip() in ("", "percentage points", "times")


def used(cell: tuple[str, str, float]) -> set[str]:
    """The claims whose computation reads a cell."""

    class Watched(PrintedTables):
        def __init__(self) -> None:
            super().__init__(WRITE_UP)
            self.read: set[Any] = set()

        def cell(self, place: Place, metric: str, value: float) -> Fraction:
            self.read.add((place.table, metric, float(value)))
            return super().cell(place, metric, value)

        def row(self, place: Place, metric: str) -> dict[float, Fraction]:
            found = super().row(place, metric)
            self.read |= {(place.table, metric, float(value)) for value in found}
            return found

        def lead(self, place: Place, metric: str, value: float) -> Fraction:
            cells = WRITE_UP.cells
            names = {"Table 4": "learning_rate", "Table 6": "reg", "Table 7": "learning_rate"}
            self.read |= {
                (c.table, metric, float(c.column.configuration.value(names[c.table])))
                for c in cells
                if metric in c.metrics
            }
            return super().lead(place, metric, value)

    found = set()
    for statement in statements(WRITE_UP):
        tables = Watched()
        statement.compute(tables)
        if cell in tables.read:
            found.add(f"{statement.section} {f'{statement.phase}: ' * bool(statement.phase)}{statement.claim}")
    return found


CELLS = [
    (number, row, column)
    for number, table in enumerate(TREE["tables"])
    for row, each in enumerate(table["rows"])
    for column in range(len(each["printed"]))
]


@pytest.mark.parametrize("place", CELLS)
def test_one_altered_cell_changes_only_the_statements_that_use_it(
    known: Outcomes, altered: Callable[..., Outcomes], place: tuple[int, int, int]
) -> None:
    number, row, column = place

    def change(tree: dict[str, Any]) -> None:
        tree["tables"][number]["rows"][row]["printed"][column] = "0.9999"

    changed = {claim for claim, outcome in altered(change).items() if outcome != known[claim]}
    table = TREE["tables"][number]
    metric = table["rows"][row]["metric"]
    metric = metric if isinstance(metric, str) else metric[0]
    of = float(Quantity(table["columns"][column]["reg" if table["name"] == "Table 6" else "learning_rate"]))
    using = used((table["name"], metric, of))
    assert changed <= using
    assert changed, "every cell matters to some statement"


def test_a_cell_changes_what_is_computed_from_it(known: Outcomes, altered: Callable[..., Outcomes]) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["tables"][0]["rows"][1]["printed"][3] = "0.9421"  # testing accuracy of e^-2

    now = altered(change)
    assert {claim for claim in now if now[claim] != known[claim]} == {
        "3.1 testing accuracy: how far e^-2 is below the mean of those three",
        "3.1 Table 5: from e^-2 to 1",
        "3.1 Table 5: from e^-2 to e^-1",
        "3.1 Table 5: the same, both computed from Table 4",
        "3.2 testing accuracy: lowest of section 3.1 above the highest of section 3.2",
    } | {claim for claim in now if "smallest step as the rate rises" in claim and now[claim] != known[claim]}
    assert now["3.1 testing accuracy: how far e^-2 is below the mean of those three"][1:] == (
        "0.37 percentage points",
        "wrong",
    )


@pytest.mark.parametrize(
    ("position", "value", "changed"),
    [
        (0, "0.020", {"Table 5: from e^-2 to 1", "Table 5: its second number over its first, the average"}),
        (1, "0.065", {"Table 5: from e^-2 to e^-1", "Table 5: its second number over its first, the average"}),
        (2, "0.005", {"Table 5: from e^-1 to 1"}),
    ],
)
def test_a_number_of_table_5_is_held_against_table_4(
    known: Outcomes, altered: Callable[..., Outcomes], position: int, value: str, changed: set[str]
) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["rates_of_change"]["printed"][position] = value

    now = altered(change)
    marginal = "3.3 Table 5: its last number below the smaller of the others (little gain above e^-1)"
    different = {claim for claim in now if now[claim] != known[claim]} - {marginal}
    assert {claim.split(" ", 1)[1] for claim in different} == changed
    assert now["3.1 Table 5: from e^-2 to 1"][2] == ("right" if position == 0 else "wrong")
    assert now["3.1 Table 5: from e^-2 to e^-1"][2] == ("wrong" if position == 1 else "right")
    assert now["3.1 Table 5: from e^-1 to 1"][2] == ("wrong" if position == 2 else "right")


@settings(max_examples=30)
@given(st.data())
def test_no_verdict_of_wrong_is_owed_to_the_rounding_of_the_cells(data: st.DataObject) -> None:
    """Whatever the unrounded cells were, what is wrong stays wrong; orders of equal cells apart."""

    class Unrounded(PrintedTables):
        def _shift(self, number: Fraction, digits: int) -> Fraction:
            within = st.fractions(-1, 1, max_denominator=8)
            return number + data.draw(within) * Fraction(1, 2 * 10**digits) * Fraction(999, 1000)

        def cell(self, place: Place, metric: str, value: float) -> Fraction:
            return self._shift(super().cell(place, metric, value), 4)

        def row(self, place: Place, metric: str) -> dict[float, Fraction]:
            return {value: self._shift(number, 4) for value, number in super().row(place, metric).items()}

        def rate_of_change(self, first: float, second: float) -> Fraction:
            return self._shift(super().rate_of_change(first, second), 3)

    for each, printed in zip(audit.audit(WRITE_UP), statements(WRITE_UP), strict=True):
        equal = each.recomputed and printed.compute(PrintedTables(WRITE_UP)).value == 0
        if each.verdict != "wrong" or (equal and printed.relation in ("above", "not below")):
            continue
        value = printed.compute(Unrounded(WRITE_UP)).value
        assert not holds(printed.relation, value, printed.printed), printed.claim


def test_where_the_largest_rise_is_where_it_is_said_to_be_that_is_right(altered: Callable[..., Outcomes]) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["tables"][1]["rows"][2]["printed"] = ["0.1135", "0.1135", "0.2135", "0.3368", "0.8745"]

    now = altered(change)
    # 0.8745 - 0.3368; the next largest is 0.3368 - 0.2135
    assert now["3.2 testing accuracy: where it rises most"][1:] == ("e^-3 to e^-4 (0.5377)", "right")
    assert now["3.2 training accuracy: where it rises most"][2] == "wrong"


def test_parameters_that_are_printed_twice_are_not_ahead_of_or_behind_themselves(
    altered: Callable[..., Outcomes],
) -> None:
    claim = "3.3 testing accuracy: parameters found above the best of all other printed columns"

    def change(tree: dict[str, Any], found: dict[str, str]) -> None:
        rows = [{"metric": "testing_accuracy", "printed": ["0.9999"]}]
        tree["tables"].append({"name": "Another", "columns": [found], "rows": rows})

    best = {"learning_rate": "0.6", "reg": "0.0001", "batch_size": "16"}
    # 97.47 - 94.71, and 97.47 - 99.99
    assert altered(lambda tree: change(tree, best))[claim][1:] == ("2.76 percentage points", "right")
    assert altered(lambda tree: change(tree, best | {"reg": "0.001"}))[claim][1:] == (
        "-2.52 percentage points",
        "wrong",
    )


# --- Relations at their boundaries

printed_numbers = st.decimals(0, 1000, places=3).map(str)
tiny = st.fractions("1/1000000", "1/1000")


@given(printed_numbers, tiny)
def test_equal_and_about_reach_half_a_unit_to_either_side(printed: str, beyond: Fraction) -> None:
    half = Fraction(1, 2000)
    assert half_unit(printed) == half
    for relation in ("equal", "about"):
        for side in (1, -1):
            assert holds(relation, Fraction(printed) + side * half, printed)
            assert not holds(relation, Fraction(printed) + side * (half + beyond), printed)


@given(printed_numbers, st.fractions("1/1000000", "1/2000"), tiny)
def test_almost_is_below_and_rounds_up(printed: str, below: Fraction, beyond: Fraction) -> None:
    number = Fraction(printed)
    assert holds("almost", number - below, printed)
    assert not holds("almost", number, printed)
    assert not holds("almost", number + below, printed)
    assert holds("almost", number - Fraction(1, 2000), printed)
    assert not holds("almost", number - Fraction(1, 2000) - beyond, printed)


@given(printed_numbers, tiny)
def test_at_most_includes_its_bound_and_over_does_not(printed: str, beyond: Fraction) -> None:
    number = Fraction(printed)
    assert [holds("at most", number + step, printed) for step in (-beyond, 0, beyond)] == [True, True, False]
    assert [holds("over", number + step, printed) for step in (-beyond, 0, beyond)] == [False, False, True]


@given(tiny)
def test_an_order_has_its_bound_at_zero(beyond: Fraction) -> None:
    assert [holds("above", step, "higher") for step in (-beyond, Fraction(0), beyond)] == [False, False, True]
    assert [holds("not below", step, "no dip") for step in (-beyond, Fraction(0), beyond)] == [False, True, True]


@given(st.decimals(-10, 10, places=6), st.integers(0, 5))
def test_a_number_is_about_what_it_rounds_to(value: Decimal, digits: int) -> None:
    rounded = f"{value:.{digits}f}"
    assert holds("equal", Fraction(value), rounded)


@pytest.mark.parametrize(("printed", "half"), [("0.012", "1/2000"), ("6", "1/2"), ("2.0", "1/20"), ("1e-3", "1/2000")])
def test_half_a_unit_follows_the_printed_digits(printed: str, half: str) -> None:
    assert half_unit(printed) == Fraction(half)


def test_powers_of_e_are_exact_to_many_digits() -> None:
    assert abs(arithmetic.exact(Quantity("e^-1")) - E1) < Fraction(1, 10**29)
    assert abs(arithmetic.exact(Quantity("5e^-2")) - 5 * E2) < Fraction(1, 10**29)
    assert arithmetic.exact(Quantity("0.9450")) == Fraction(945, 1000)


# --- Cells that are not there


@pytest.mark.parametrize(
    ("table", "lost"), [("Table 4", "3.1 testing"), ("Table 6", "3.2 validation"), ("Table 7", "3.3 testing")]
)
def test_without_a_table_nothing_is_said_of_it(
    known: Outcomes, altered: Callable[..., Outcomes], table: str, lost: str
) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["tables"] = [each for each in tree["tables"] if each["name"] != table]
        if table == "Table 4":
            del tree["rates_of_change"]

    now = altered(change)
    unjudged = {claim for claim, outcome in now.items() if outcome[1:] == ("", "not judged")}
    assert any(claim.startswith(lost) for claim in unjudged)
    assert all(now[claim] == known[claim] for claim in now.keys() - unjudged if "other printed columns" not in claim)


def test_an_unprinted_cell_is_not_judged(altered: Callable[..., Outcomes]) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["tables"][1]["rows"][0]["printed"][4] = "-"
        tree["rates_of_change"]["printed"][0] = "-"

    now = altered(change)
    assert now["3.2 training accuracy: rise from e^-3 to e^-4"] == ("over 0.6", "", "not judged")
    assert now["3.2 testing accuracy: rise from e^-3 to e^-4"][2] == "wrong"
    assert "3.1 Table 5: from e^-2 to 1" not in now
    assert now["3.1 Table 5: its second number over its first, the average"][2] == "not judged"
    assert now["3.1 Table 5: the same, both computed from Table 4"][2] == "wrong"


def test_a_ratio_to_zero_is_not_judged(altered: Callable[..., Outcomes]) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["rates_of_change"]["printed"][0] = "0.000"

    assert altered(change)["3.1 Table 5: its second number over its first, the average"][2] == "not judged"


def test_someone_elses_numbers_are_not_taken_for_the_write_ups(altered: Callable[..., Outcomes]) -> None:
    def change(tree: dict[str, Any]) -> None:
        tree["tables"] = [
            {
                "name": "Mine",
                "columns": [{"hidden": "64"}],
                "rows": [{"metric": "testing_accuracy", "printed": ["0.95"]}],
            }
        ]
        del tree["rates_of_change"]

    now = altered(change)
    assert {verdict for claim, (_, _, verdict) in now.items() if "in decimals" not in claim} == {"not judged"}


# --- The page


def shown(audited: tuple[Audited, ...]) -> str:
    """The section's HTML."""
    facts = SimpleNamespace(audit=audit_text.build(audited))
    return sections.html("audit", sections.page_of(evidence=facts))


@pytest.fixture
def audited() -> tuple[Audited, ...]:
    return audit.audit(WRITE_UP)


def test_the_page_lists_every_statement_once_with_its_checks_and_their_verdict(audited: tuple[Audited, ...]) -> None:
    html = shown(audited)
    table = html.split('<table class="audit"')[1].split("</table>")[0]
    rows = sections.cells(table)
    assert [row[0] for row in rows if len(row) == 1] == [f"The write-up’s section 3.{n}" for n in (1, 2, 3)]
    of = {row[0]: row[1:] for row in rows if len(row) > 1}
    # 94.51 - 94.31 and 94.71 - 94.43; of the rest, see BY_HAND
    name = "Difference among the rates 1, e−1 and 5e−2"
    assert of[name] == ["at most 0.2 points", "training 0.20 points, testing 0.28 points", "wrong in part"]
    assert of["Rise from e−3 to e−4"] == ["over 0.6", "training 0.1567, validation 0.1262, testing 0.1377", "wrong"]
    assert of["e−1 in decimals"] == ["0.3679", "0.3679", "right"]
    assert len(of) == len({(each.section, each.claim) for each in audited}) + 1  # and the heads
    wrong = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<span class="wrong">(.*?)</span>', table)]
    assert len(wrong) == sum(each.verdict == "wrong" for each in audited)
    assert "testing 0.28 points" in wrong
    assert table.count("check failed") == sum("wrong" in cells[-1] for cells in of.values())
    assert "results/evidence/audit.csv" in html


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        # the first two are of one statement, as are the third and the fourth
        (["right"], "one statement .* is right"),
        (["right", "right"], "one statement .* is right"),
        (["wrong"], "one statement .* is wrong"),
        (["wrong", "right"], "one statement .* is wrong in part"),
        (["right"] * 4, "all 2 statements .* are right"),
        (["wrong"] * 4, "all 2 statements .* are wrong"),
        (["right", "right", "wrong", "wrong"], "of 2 statements .* 1 is right, 1 is wrong and 0 are wrong for some"),
        (["right", "wrong", "wrong", "right"], "of 2 statements .* 0 are right, 0 are wrong and 2 are wrong for some"),
        (["right", "wrong", "not judged", "wrong"], "of 2 statements .* 0 are right, 1 is wrong and 1 is wrong for"),
        (["right", "right", "not judged", "not judged"], "one statement .* is right"),
    ],
)
def test_statements_are_counted_once_and_their_checks_beside(
    audited: tuple[Audited, ...], verdicts: list[Any], said: str
) -> None:
    told = passage(
        shown(tuple(replace(each, verdict=verdict) for each, verdict in zip(audited, verdicts, strict=False)))
    )
    told.sentence(said)
    right, wrong, missing = (verdicts.count(each) for each in ("right", "wrong", "not judged"))
    if right + wrong > 2:
        assert told.sentence("checks .* out right").numbers("any") == [right + wrong, right, wrong]
    assert told.has("are missing") is bool(missing)
    if missing:
        assert told.sentence("are missing").numbers("any") == [missing]


@pytest.mark.parametrize("verdicts", [["not judged"], []])
def test_where_nothing_can_be_recomputed_that_is_said(audited: tuple[Audited, ...], verdicts: list[Any]) -> None:
    html = shown(tuple(replace(each, verdict=verdict) for each, verdict in zip(audited, verdicts, strict=False)))
    told = passage(html)
    assert told.has("no number .* can be recomputed")
    assert "<table" not in html
    assert not told.words(OUTCOME)
