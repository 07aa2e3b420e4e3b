"""The write-up's claims as a table of their own: which runs and seeds, what of them, which side, threshold and unit.

It is written from the write-up's section 3 and its protocol, and shares nothing with what it is held against.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest

from pipeline.analysis.hypotheses import Measured
from pipeline.config.settings import Configuration
from pipeline.evidence import claims, claims_file
from pipeline.evidence.archive import COURSES, Courses

Seed = Mapping[str, list[float]]  # of one seed: by column, the epochs
Number = Callable[[Seed], float]

E1, E2, E3, E4 = 0.36787944, 0.13533528, 0.04978707, 0.01831564


def runs(rate: float = 0.1, reg: float = 0.001, batch: int = 64, epochs: int = 10) -> Configuration:
    """The write-up's default, but for what is said."""
    return Configuration(rate, reg, batch, 128, epochs)


def best(reg: float = 0.0001, batch: int = 16, epochs: int = 10, rate: float = 0.6) -> Configuration:
    """The write-up's best configuration, but for what is said."""
    return Configuration(rate, reg, batch, 128, epochs)


def last_three(column: str) -> Number:
    return lambda seed: sum(seed[column][-3:]) / 3


def later(number: Number) -> Number:
    """By how much a number is larger at the end than after ten epochs."""
    return lambda seed: number(seed) - number({name: values[:10] for name, values in seed.items()})


def end(seed: Seed) -> float:
    return seed["validation_accuracy"][-1]


def highest(seed: Seed) -> float:
    return max(seed["validation_accuracy"])


def parted(seed: Seed) -> float:
    """Of the last five epochs."""
    return sum(t - v for t, v in zip(seed["training_accuracy"][-5:], seed["validation_accuracy"][-5:], strict=True)) / 5


def rough(seed: Seed) -> float:
    """Of the last five epochs: 6 to 10, or 70 to 74."""
    steps = [after - before for before, after in pairwise(seed["validation_accuracy"][-5:])]
    return sum(abs(after - before) for before, after in pairwise(steps)) / 3


def falls(seed: Seed) -> float:
    """In the last ten epochs: all of ten, or 65 to 74."""
    return sum(after < before for before, after in pairwise(seed["validation_accuracy"][-10:]))


def met(seed: Seed) -> float:
    """How often one curve overtakes the other in ten epochs."""
    ahead = [t > v for t, v in zip(seed["training_accuracy"], seed["validation_accuracy"], strict=True)]
    return sum(before is not after for before, after in pairwise(ahead))


def first(accuracy: float) -> Number:
    def number(seed: Seed) -> float:
        reached = [epoch for epoch, value in enumerate(seed["validation_accuracy"], start=1) if value >= accuracy]
        return reached[0] if reached else len(seed["validation_accuracy"]) + 1

    return number


def near_its_best(seed: Seed) -> float:
    return first(highest(seed) * 0.95)(seed)


def trained(seed: Seed) -> float:
    return seed["training_accuracy"][-1]


def updates(batch: int) -> Number:
    """In thousands: 48,000 images are 3,000 batches of 16, and 375 of 128."""
    return lambda seed: first(0.96)(seed) * {16: 3.0, 128: 0.375}[batch]


@dataclass(frozen=True)
class Stated:
    """A test as the write-up's claim asks for it. `numbers` are of each configuration, the second is subtracted.

    `seeds` are the first that count, of each configuration.
    """

    claim: str
    section: str
    needs: tuple[Configuration, ...]
    numbers: tuple[Number, ...]
    side: str
    threshold: float
    unit: str
    decides: bool = True
    seeds: tuple[int, ...] = ()


VALIDATION, LOSS = last_three("validation_accuracy"), last_three("validation_loss")
POINTS, NATS, EPOCHS, DROPS, CROSSINGS = "percentage points", "nats", "epochs", "falls", "crossings"
NEW, RIVALS = (6, 6), (2, 2)


def mean_gradient(seed: Seed) -> float:
    return seed["gradient_norm"][9] / seed["gradient_norm"][73]


TABLE = (
    Stated("local-minimum", "3.1", (runs(E2, epochs=74),), (later(VALIDATION),), "below", 0.2, POINTS, False),
    Stated("local-minimum", "3.1", (runs(E1), runs(E2, epochs=27)), (end, end), "above", 0.2, POINTS),
    Stated("local-minimum", "3.1", (runs(1), runs(E2, epochs=74)), (end, end), "above", 0.2, POINTS),
    Stated("local-minimum", "3.1", (runs(E2, epochs=74),), (mean_gradient,), "below", 1, "times", False),
    Stated("smoother-convergence", "3.1", (runs(5 * E2), runs(E2)), (falls,) * 2, "above", 0, DROPS, seeds=NEW),
    Stated("smoother-convergence", "3.1", (runs(1), runs(E2)), (falls,) * 2, "above", 0, DROPS, seeds=NEW),
    Stated("smoother-convergence", "3.1", (runs(1), runs(E2, epochs=74)), (falls,) * 2, "above", 0, DROPS, False),
    Stated("oscillation", "3.1", (runs(1), runs(E2, epochs=74)), (rough,) * 2, "above", 0, POINTS, seeds=(6, 1)),
    Stated("oscillation", "3.1", (runs(5 * E2), runs(E2, epochs=74)), (rough,) * 2, "above", 0, POINTS, False, (6, 1)),
    Stated("crossing-curves", "3.1", (runs(E2),), (met,), "below", 0.5, CROSSINGS),
    Stated("crossing-curves", "3.1", (runs(5 * E2), runs(E2)), (met, met), "above", 0, CROSSINGS, False),
    Stated("crossing-curves", "3.1", (runs(1), runs(E2)), (met, met), "above", 0, CROSSINGS, False),
    Stated("no-overshooting", "3.1", (runs(5 * E2), runs(1)), (highest, highest), "below", 0.2, POINTS),
    Stated("nothing-learned", "3.2", (runs(reg=E2), runs(reg=E1)), (VALIDATION, VALIDATION), "below", 5, POINTS),
    Stated("nothing-learned", "3.2", (runs(reg=E3), runs(reg=E1)), (VALIDATION, VALIDATION), "below", 5, POINTS),
    Stated("wild-curves", "3.2", (runs(reg=1), runs(reg=E4)), (falls, falls), "above", 0, DROPS, seeds=NEW),
    Stated("wild-curves", "3.2", (runs(reg=E1), runs(reg=E4)), (falls, falls), "above", 0, DROPS, seeds=NEW),
    Stated("wild-curves", "3.2", (runs(reg=E2), runs(reg=E4)), (falls, falls), "above", 0, DROPS, seeds=NEW),
    Stated("wild-curves", "3.2", (runs(reg=E3), runs(reg=1)), (rough, rough), "below", 0, POINTS, False),
    Stated("about-each-other", "3.2", (runs(reg=1), runs(reg=E4)), (met, met), "above", 0, CROSSINGS),
    Stated("about-each-other", "3.2", (runs(reg=E1), runs(reg=E4)), (met, met), "above", 0, CROSSINGS),
    Stated("smaller-is-better", "3.2", (runs(reg=E4), runs()), (LOSS, LOSS), "above", 0, NATS),
    Stated("no-overfitting", "3.2", (runs(), runs(reg=E4)), (parted, parted), "below", 0.2, POINTS),
    Stated("no-overfitting", "3.2", (runs(reg=E4),), (parted,), "below", 1, POINTS),
    Stated("no-overfitting", "3.2", (runs(reg=0),), (parted,), "below", 1, POINTS, False),
    Stated("faster-convergence", "3.2", (runs(reg=E3), runs(reg=E4)), (near_its_best,) * 2, "above", 0.5, EPOCHS),
    Stated("faster-convergence", "3.2", (runs(reg=E4), runs()), (near_its_best,) * 2, "above", 0.5, EPOCHS, False),
    Stated("faster-convergence", "3.2", (runs(), runs(reg=0)), (near_its_best,) * 2, "above", 0.5, EPOCHS, False),
    Stated("marginal-rates", "3.3", (runs(1), runs(E1)), (highest, highest), "below", 1, POINTS),
    Stated("larger-batch", "3.3", (best(), best(batch=128)), (highest, highest), "above", 0.2, POINTS, False),
    Stated("larger-batch", "3.3", (best(), best(batch=128, epochs=80)), (VALIDATION,) * 2, "above", 0.2, POINTS),
    Stated("small-batch-epochs", "3.3", (best(), best(batch=128, epochs=80)), (first(0.96),) * 2, "above", 0.5, EPOCHS),
    Stated(
        *("small-batch-updates", "3.3", (best(), best(batch=128, epochs=80)), (updates(16), updates(128))),
        *("above", 0, "thousand updates"),
    ),
    Stated("further-overfitting", "3.3", (best(epochs=30),), (later(parted),), "above", 0, POINTS),
    Stated("further-overfitting", "3.3", (best(reg=0, epochs=30),), (later(parted),), "above", 0, POINTS, False),
    Stated("early-stopping", "3.3", (best(epochs=30),), (later(VALIDATION),), "below", -0.2, POINTS),
    Stated("early-stopping", "3.3", (best(reg=0, epochs=30),), (later(VALIDATION),), "below", -0.2, POINTS, False),
    Stated("early-stopping", "3.3", (best(reg=0, epochs=30),), (later(LOSS),), "above", 0, NATS, False),
    Stated("larger-coefficient", "3.3", (best(), best(reg=0.0005)), (highest, highest), "above", 1, POINTS),
    Stated("smaller-rate", "3.3", (best(), best(rate=0.4)), (highest, highest), "above", 0.2, POINTS),
    Stated("best-of-grid", "3.3", (best(), best(batch=32)), (highest,) * 2, "above", 0.2, POINTS, True, RIVALS),
    Stated("best-of-grid", "3.3", (best(), best(batch=32)), (highest,) * 2, "within", 0.2, POINTS, False, RIVALS),
    Stated("best-of-grid", "3.3", (best(), best(rate=0.4)), (highest,) * 2, "within", 0.2, POINTS, False, RIVALS),
    Stated(
        *("best-of-grid", "3.3", (best(), best(rate=0.8, batch=32)), (highest, highest), "within", 0.2, POINTS),
        *(False, RIVALS),
    ),
    Stated(
        *("highest-in-all-phases", "3.3", (best(), best(rate=0.4)), (trained, trained), "above", 0, POINTS),
        seeds=NEW,
    ),
)
FOUND = [(claim, test) for claim in claims_file.load().claims for test in claim.tests]
# How many of a unit make one of what is measured, and the digits that are printed.
UNITS = {POINTS: (100, 2), NATS: (1, 3), EPOCHS: (1, 1), "thousand updates": (1, 1), "times": (1, 2)}
UNITS |= {DROPS: (1, 1), CROSSINGS: (1, 1)}
PAIRS = pytest.mark.parametrize(
    ("stated", "found"),
    list(zip(TABLE, FOUND, strict=False)),
    ids=[f"{n}-{each.claim}" for n, each in enumerate(TABLE)],
)


def courses(chosen: Configuration, rng: np.random.Generator) -> Courses:
    """Three seeds; accuracies that rise past every level, and columns none of which is another."""
    shape = (3, chosen.epochs)
    rise = np.linspace(0.3, 1.0, chosen.epochs)[None, :]
    columns = {name: rng.uniform(0.1, 2.0, shape) for name in COURSES}
    columns |= {name: rise - rng.uniform(0, 0.1, shape) for name in ("training_accuracy", "validation_accuracy")}
    return Courses(chosen, (1, 2, 3), columns)


def by_hand(numbers: tuple[Number, ...], given: list[Courses]) -> float:
    means = []
    for number, each in zip(numbers, given, strict=True):
        seeds = [{name: values[row].tolist() for name, values in each.columns.items()} for row in range(3)]
        means.append(sum(map(number, seeds)) / 3)
    return means[0] - means[1] if len(means) == 2 else means[0]


def test_every_claim_is_in_the_table_and_has_its_tests_in_this_order() -> None:
    assert [(claim.name, claim.section) for claim, _ in FOUND] == [(each.claim, each.section) for each in TABLE]


@PAIRS
def test_a_test_looks_at_the_runs_that_the_claim_speaks_of(
    stated: Stated, found: tuple[claims.Claim, claims.Test]
) -> None:
    needs = [list(vars(each).values()) for each in found[1].needs]
    assert needs == [pytest.approx(list(vars(each).values()), rel=1e-6) for each in stated.needs]
    assert [each.after + 1 for each in found[1].runs] == list(stated.seeds or [1] * len(needs))


@PAIRS
def test_a_test_that_leaves_seeds_out_says_so(stated: Stated, found: tuple[claims.Claim, claims.Test]) -> None:
    what = found[1].what
    if stated.seeds and not what.startswith("the same"):  # as the test before it
        assert re.search(rf"\bseeds {stated.seeds[0]} on\b", what), what
    assert bool(stated.seeds) or "seeds" not in what


@PAIRS
def test_a_test_measures_what_the_claim_speaks_of(stated: Stated, found: tuple[claims.Claim, claims.Test]) -> None:
    given = [courses(each, np.random.default_rng(seed)) for seed, each in enumerate(stated.needs)]
    measured = found[1].measure.of(*given)
    assert measured is not None
    assert measured.value == pytest.approx(by_hand(stated.numbers, given)), found[1].what
    assert measured.seeds == 3


@PAIRS
def test_the_claim_holds_on_one_side_of_its_threshold_and_fails_on_the_other(
    stated: Stated, found: tuple[claims.Claim, claims.Test]
) -> None:
    scale, digits = UNITS[stated.unit]
    step = 1.0 if stated.unit in (EPOCHS, DROPS, CROSSINGS, "thousand updates") else 0.02  # in the unit

    def judged(value: float, error: float) -> claims.Tested:
        measured = Measured(value / scale, error / scale, 9, 10, error / scale * 10**0.5)
        return claims._decided(claims.Tested(found[1], measured), claims._Weight(1, 0, 0), [])

    verdicts = {"above": ("contradicted", "supported"), "below": ("supported", "contradicted")}
    verdicts |= {"within": ("supported", "contradicted")}
    for sign, verdict in zip((-1, 1), verdicts[stated.side], strict=True):
        tested = judged(stated.threshold + sign * step, step / 10)
        assert tested.verdict == verdict, f"{found[1].what}: {sign} {stated.unit}"
        assert tested.sentence == getattr(found[1], verdict)
    told = judged(stated.threshold, step)
    assert told.verdict == "undetermined"
    assert found[1].decides is stated.decides
    assert found[1].unit.scale == scale
    threshold = f"{stated.threshold:.{digits}f}"
    assert told.claimed == f"{stated.side} {threshold}"
    assert told.statistic.startswith(f"{threshold} {stated.unit} (")


NAMES = {1.0: "1", E1: "e^-1", E2: "e^-2", 5 * E2: "5e^-2", E3: "e^-3", E4: "e^-4", 0.001: "0.001", 0.0001: "0.0001"}
NAMES |= {0.0005: "0.0005", 0.6: "0.6", 0.4: "0.4", 0.8: "0.8", 0.0: "without a penalty"}


@PAIRS
def test_what_a_test_is_called_names_its_runs(stated: Stated, found: tuple[claims.Claim, claims.Test]) -> None:
    """The rates, coefficients, batches and lengths by which its two configurations differ, in their order."""
    what = found[1].what
    if re.match(r"the same\b(?! learning| of| in|, rate|, with|: rate)", what):
        return  # named by the test before it
    for name, known in (("learning_rate", NAMES), ("reg", NAMES), ("batch_size", {16: "16", 32: "32", 128: "128"})):
        values = [getattr(each, name) for each in stated.needs]
        if len(set(values)) > 1:
            told = [
                next((text for value, text in known.items() if math.isclose(value, each)), f"{each}, missing in NAMES")
                for each in values
            ]
            places = [re.search(rf"(?<![\w^.-]){re.escape(text)}(?![\w^.]|-\d)", what) for text in told]
            starts = [place.start() for place in places if place]
            assert len(starts) == 2, f"{what}: expected {told}"
            assert starts == sorted(starts), what
    for epochs in {each.epochs for each in stated.needs} - {10}:
        assert re.search(rf"\b{epochs}\b", what) or "0.96" in what, what


def test_sentences_of_a_test_differ_and_name_its_bound() -> None:
    for _, test in FOUND:
        assert len({test.supported, test.contradicted, test.undetermined}) == 3
        for sentence in (test.supported, test.contradicted):
            for told in re.findall(r"(\d\.\d) points", sentence):
                assert float(told) == pytest.approx(abs(test.bound) * 100), sentence


@PAIRS
def test_numbers_in_words_are_those_of_the_runs(stated: Stated, found: tuple[claims.Claim, claims.Test]) -> None:
    sentences = " ".join((found[1].supported, found[1].contradicted, found[1].undetermined))
    if re.search(r"(?i)\btwenty more epochs\b", sentences):
        assert stated.needs[0].epochs - 10 == 20
    if re.search(r"(?i)\bfive times the coefficient\b", sentences):
        assert stated.needs[1].reg == pytest.approx(5 * stated.needs[0].reg)
    if told := re.search(r"\bafter (\d+) epochs\b", found[1].supported):
        assert int(told[1]) == 10
    if told := re.search(r"\bRate (\d\.\d) is\b", found[1].supported):
        assert float(told[1]) == stated.needs[1].learning_rate


OPPOSITES = (
    (r"\bstill below\b|\bstill behind\b|\bis behind\b", r"\bis not\b"),
    (r"\brougher\b", r"\bsmoother\b"),
    (r"\bless than\b", r"\bmore than\b|\bgoes on\b"),
    (r"\bcosts? more\b|\bis more than\b", r"\bcosts? less\b|\bnot\b"),
    (r"\bsooner\b", r"\bno sooner\b|\bnot come\b"),
    (r"\blittle better\b", r"\bgood part\b"),
    (r"\brises?\b", r"\bfalls?\b"),
    (r"\bdraws? away\b", r"\bdo not draw\b"),
    (r"\bneed more\b|\btake longer\b|\breaches a lower\b", r"\bneed no more\b|\bdo not take\b|\breaches no\b"),
    (r"\bas small\b", r"\blarger\b"),
    (r"\bmore often\b|\bis higher\b", r"\bless often\b|\bis lower\b"),
    (r": a tie\b", r": no tie\b"),
    (r"\bdo not cross\b", r"\bcross, too\b"),
    (r"\bwith 1 is rougher\b", r"\bwith e\^-3 is rougher\b"),
)


@PAIRS
def test_the_sentence_of_a_verdict_has_its_direction(stated: Stated, found: tuple[claims.Claim, claims.Test]) -> None:
    test = found[1]
    fits = [p for p in OPPOSITES if re.search(p[0], test.supported) and re.search(p[1], test.contradicted)]
    assert fits, f"OPPOSITES: expected a pair of words for {test.supported!r} and {test.contradicted!r}"
    assert re.search(r"\btold\b|\bverdict\b", test.undetermined)
