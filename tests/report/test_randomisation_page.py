"""The randomization tests on the page: their figure, what is said of them, and the section in the report."""

import copy
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import sections
import yaml
from configuration import CONFIG_YAML, ROOT
from drawn import SMALLEST, boxes, inside, overlap
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from saying import CLEAR, MOVE, SIDE, Group, Passage
from sections import usual_context
from synthetic import MANIFEST, PLACEHOLDER, RANDOMISATION, TEMPLATES, outcome_of, tree, usual_test, write_results

from pipeline.config import load as configuration_file
from pipeline.errors import InputError
from pipeline.figures import randomisation
from pipeline.figures.style import STYLE
from pipeline.files import sealed
from pipeline.randomisation import record
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantOutcome
from pipeline.report import context
from pipeline.report import render as report
from pipeline.report.views import randomisation as randomisation_text

TRUE, SHUFFLED = Variant("true_labels"), Variant("shuffled_pixels")
PIXELS, NOISE = Variant("random_pixels"), Variant("gaussian_images")
RANDOM = Variant("corrupted_labels", 1.0)
ALL = (TRUE, Variant("corrupted_labels", 0.5), RANDOM, SHUFFLED, PIXELS, NOISE)


# --- The figure


FITTED = outcome_of(TRUE, 7, 0.9, seeds=1).seeds[0]
LOST = outcome_of(TRUE, 3, None, seeds=1).seeds[0]


def of_seeds(outcome: VariantOutcome, count: int) -> VariantOutcome:
    return replace(outcome, seeds=outcome.seeds[:count])


def draw(*outcomes: VariantOutcome) -> Any:
    return randomisation.draw(outcomes)


@pytest.mark.parametrize("corruption", [[1], [0.5], [0.2, 0.5, 0.8, 1], [0.1, 0.15, 0.3, 1 / 3, 0.7, 0.8, 0.9, 1]])
def test_every_panel_is_named_and_no_text_covers_another(corruption: list[float]) -> None:
    settings = configuration_file.parse(tree(randomisation=RANDOMISATION | {"corruption": corruption}), "x")
    assert settings.randomisation is not None
    outcomes = [usual_test(variant) for variant in record.variants(settings.randomisation)]
    with mpl.rc_context(STYLE):
        canvas = draw(*outcomes)
        placed = boxes(canvas)
        assert not overlap(placed.values())
        assert all(inside(canvas, box) for box in placed.values())
        assert min(text.get_fontsize() for text in placed) >= SMALLEST
        titles = [axes.get_title() for axes in canvas.axes if axes.get_visible()]
        assert len(set(titles)) == len(titles) == len(outcomes)
        assert len({axes.get_xlim() for axes in canvas.axes}) == 1


def lines_of(axes: Any) -> list[Any]:
    return [line for line in axes.lines if line.get_linestyle() != "None"]


def test_lines_are_the_accuracies_and_the_thin_one_is_that_of_the_true_labels() -> None:
    outcomes = [of_seeds(usual_test(TRUE), 1), of_seeds(usual_test(RANDOM), 1)]
    first, second = draw(*outcomes).axes
    true, random = lines_of(second)
    for line, outcome in ((true, outcomes[0]), (random, outcomes[1])):
        assert list(line.get_ydata()) == [epoch.accuracy for epoch in outcome.seeds[0].epochs]
    assert list(random.get_xdata()) == list(range(1, 13))
    assert true.get_linewidth() < random.get_linewidth()
    assert true.get_color() != random.get_color()
    assert len(lines_of(first)) == 1


def test_each_seed_is_a_pale_line_below_the_mean() -> None:
    early, late = outcome_of(RANDOM, 4, 0.1, seeds=1).seeds[0], outcome_of(RANDOM, 6, 0.1, start=3, seeds=1).seeds[0]
    (axes,) = draw(VariantOutcome(RANDOM, 200, (early, replace(late, seed=2)))).axes
    *seeds, mean = lines_of(axes)
    assert [list(line.get_ydata()) for line in seeds] == [[e.accuracy for e in s.epochs] for s in (early, late)]
    # until epoch 3 the second is at 0.11; from epoch 4 on, the first stays where it ended
    assert list(mean.get_ydata()) == pytest.approx([0.53, 0.53, 0.95, 0.975, 0.975, 1.0])
    assert {line.get_color() for line in seeds} == {mean.get_color()}
    assert all(line.get_linewidth() < mean.get_linewidth() for line in seeds)


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        (outcome_of(TRUE, 7, 0.9), "fitted after 7 epochs"),
        (outcome_of(TRUE, 1, 0.9), "fitted after 1 epoch"),
        (outcome_of(TRUE, None, 0.9), "0.9500 after 20 epochs"),
        (outcome_of(TRUE, 3, None), "diverged"),
        (VariantOutcome(TRUE, 9, (SeedOutcome(1, 0.0, (), True, None),)), "diverged"),
        (VariantOutcome(TRUE, 9, (FITTED, LOST, LOST)), "2 of 3 diverged"),
        (VariantOutcome(TRUE, 9, (FITTED, replace(FITTED, epochs=FITTED.epochs[2:]))), "fitted after 5 to 7 epochs"),
    ],
)
def test_a_panel_says_how_its_test_ended(outcome: VariantOutcome, note: str) -> None:
    (axes,) = draw(outcome).axes
    assert [text.get_text() for text in axes.texts] == [note]


def test_the_marked_epochs_are_round_ones_and_the_last() -> None:
    assert record.marked(0) == []
    assert record.marked(1) == [1]
    assert record.marked(10) == [1, 2, 3, 4, 5, 6, 8, 10]
    assert record.marked(148)[-5:] == [50, 60, 80, 100, 148]
    for count in range(1, 300):
        found = record.marked(count)
        assert found == sorted(set(found))
        assert found[-1] == count


def test_each_row_of_the_data_has_its_mark(tmp_path: Path) -> None:
    for variant in ALL:
        record.write(usual_test(variant), tmp_path / variant.name)
    randomisation.write([test.name for test in ALL], tmp_path, tmp_path / "drawn.svg")
    plot = told(svg=sealed.read_text(tmp_path / "drawn.svg")).plot
    groups = {group.get("id", ""): group for group in ET.fromstring(plot.svg).iter("{http://www.w3.org/2000/svg}g")}
    panels = {row.panel for row in plot.data.rows}
    assert panels == set(range(len(ALL)))
    for panel in panels:
        rows = [row for row in plot.data.rows if row.panel == panel]
        uses = list(groups[f"panel-{panel}-training"].iter("{http://www.w3.org/2000/svg}use"))
        places = np.array([(float(use.attrib["x"]), float(use.attrib["y"])) for use in uses])
        epochs, accuracies = (np.array(column) for column in zip(*map(numbers, rows), strict=True))
        assert len(places) == len(rows)
        for found, expected in ((places[:, 0], np.log(epochs)), (places[:, 1], accuracies)):
            assert np.ptp(found - np.polyval(np.polyfit(expected, found, 1), expected)) < 0.01
        assert f'id="frame-{panel}"' in plot.svg


def numbers(row: Any) -> tuple[float, float]:
    """Epoch and accuracy of a row."""
    return float(row.heads[1].number), float(row.values[0].number)


def test_the_figures_words_say_how_each_test_ended() -> None:
    plot = told(outcome_of(NOISE, 1, 0.1), outcome_of(PIXELS, 3, None)).plot
    for ending in (
        *("true labels: fitted after 4 epochs", "labels with p = 0.5: fitted after 8 epochs"),
        *("random labels: fitted after 12 epochs", "random pixels: diverged", "Gaussian images: fitted after 1 epoch."),
    ):
        assert ending in plot.description.replace("\u00a0", " ")


def test_the_svg_is_the_same_each_time(tmp_path: Path) -> None:
    for variant in ALL:
        record.write(usual_test(variant), tmp_path / variant.name)
    for name in "ab":
        randomisation.write([test.name for test in ALL], tmp_path, tmp_path / f"{name}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    command = [sys.executable, "-m", "pipeline.figures.randomisation", *(variant.name for variant in ALL)]
    command += ["--results", str(tmp_path), "--output", str(tmp_path / "c.svg")]
    subprocess.run(command, cwd=ROOT, check=True)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "c.svg").read_bytes()


# --- What the page says


def told(
    *changed: VariantOutcome, corruption: tuple[float, ...] = (0.5, 1.0), svg: str = PLACEHOLDER, seeds: int = 3
) -> randomisation_text.RandomisationText:
    """The facts of the usual tests, some of them changed; of the first so many seeds."""
    given = RANDOMISATION | {"corruption": list(corruption), "replicates": seeds}
    settings = configuration_file.parse(tree(randomisation=given), "x")
    assert settings.randomisation is not None
    by_variant = {outcome.variant: outcome for outcome in changed}
    usual = (by_variant.get(v, usual_test(v)) for v in record.variants(settings.randomisation))
    outcomes = [of_seeds(outcome, seeds) for outcome in usual]
    return randomisation_text.describe(settings.randomisation, outcomes, svg, 128, MANIFEST)


AGREES: Group = {
    "differs": r"\bin the paper (?:they (?:are|do)|it does|the end is chance)\b",
    "agrees": r"\b(?:as in the paper|paper, too|the paper finds the same)\b",
}
HALF = Variant("corrupted_labels", 0.5)
NAMES = r"true labels|random labels|labels with p = [\d.]+|shuffled pixels|random pixels|Gaussian images"


def tell(*changed: VariantOutcome, **options: Any) -> Passage:
    """The section's text for changed tests."""
    return sections.text("randomisation", replace(usual_context(), randomisation=told(*changed, **options)))


def named(said: Passage) -> list[str]:
    """The tests that a sentence names, in their order."""
    return re.findall(NAMES, said)


def test_the_settings_of_the_tests_are_told() -> None:
    said = tell()
    # (784 + 1) × 128 + (128 + 1) × 10
    assert said.sentence("in all").numbers("any") == [784, 128, 10, 101_770]
    assert said.sentence("at most").numbers("any") == [200, 20]
    settings = said.sentence("standard normal")
    assert settings.numbers("any") == [0.1, 0.5, 20]
    assert settings.has("no weight penalty")
    assert said.line("^Labels with p").sentence("here p is").numbers("any") == [0.5, 1]
    assert said.sentence("testing images with their true labels").numbers("any") == [200]
    assert said.sentence("each test is run").numbers("any") == [3]
    assert said.sentence("a seed decides").has("initial weights", "order of the images", "images .* always the same")
    assert said.sentence("called clear").numbers("any") == [95, 3]


def test_with_one_seed_nothing_is_clear_and_numbers_have_no_spread() -> None:
    said = tell(seeds=1)
    assert said.line("run once").has("nothing is called clear")
    assert not said.has("each test is run with|±|seed by seed")
    assert said.sentence("^To fit").numbers("epochs") == [12, 4]
    assert said.sentence("take longer than").meaning(CLEAR) == "open"
    assert said.sentence("with every step").meaning(CLEAR) == "open"
    assert said.sentence("^It ends").has("one seed cannot tell")
    assert not said.has("as in the paper")
    starts = said.sentence("halfway")
    assert starts.numbers("epoch") == [1, 3, 3, 7]
    rows = dict(told(seeds=1).table.rows)
    assert rows["Random labels"] == ("0.9000", "12", "1.0000", "0.0990")
    assert "once" not in tell()


def test_a_penalty_is_told_where_there_is_one() -> None:
    facts = told()
    facts = replace(facts, settings=replace(facts.settings, reg=0.25))
    said = sections.text("randomisation", replace(usual_context(), randomisation=facts)).sentence("standard normal")
    assert said.numbers("any") == [0.1, 0.5, 20, 0.25]
    assert not said.has("no weight penalty")


def test_usual_tests_agree_with_the_paper() -> None:
    said = tell()
    assert said.sentence("in every test").has("all training images correctly")
    longer = said.line("^To fit")
    assert longer.sentence("^To fit").has(r"random labels takes 12\.0 ± 0\.0 epochs", r"true ones 4\.0 ± 0\.0 epochs")
    assert longer.sentence("times as many").has(r"is 3\.0 ± 0\.0 times")
    assert longer.sentence("with p throughout").meaning(MOVE) == "rise"
    falls = said.line("with every step")
    assert falls.sentence("^With true labels").numbers("accuracy") == [0.9, 0.1]
    assert named(falls.sentence("^With true labels")) == ["true labels", "random labels"]
    assert falls.sentence("with every step").meaning(MOVE) == "fall"
    assert falls.sentence("from chance").numbers("any") == [0.0, 0.1]
    assert falls.sentence("^With true labels").has(r"0\.9000 ± 0\.0010")
    assert falls.sentence("in between").has("by heart", "better than chance")
    order = said.line("sooner")
    sooner = order.sentence("fitted sooner")
    assert named(sooner) == ["random pixels", "Gaussian images", "random labels"]
    assert sooner.has(r"in 5\.0 ± 0\.0 epochs and 5\.0 ± 0\.0 epochs")
    starts = order.sentence("halfway")
    assert named(starts) == ["true labels", "random pixels", "Gaussian images", "random labels"]
    assert starts.numbers("epoch") == [1, 3, 3, 7]
    assert order.sentence("at the start").has("random labels lose time")
    assert said.sentence("without the permutation").numbers("accuracy") == [0.902, 0.9]
    assert said.sentence("without the permutation").meaning(CLEAR) == "open"
    assert said.sentence("something about the class").numbers("accuracy") == [0.16, 0.1]
    assert said.sentence("in noise").number("accuracy") == 0.1
    assert set(said.words(AGREES)) == {"agrees"}
    assert not said.has("did not fit|diverged|still,")


def test_the_order_of_the_epochs_is_that_of_the_tests() -> None:
    late = outcome_of(RANDOM, 12, 0.1, start=8)
    said = tell(outcome_of(PIXELS, 6, 0.16, start=2), outcome_of(NOISE, 7, 0.1, start=4), late)
    assert said.sentence("fitted sooner").has(r"in 6\.0 .* and 7\.0 ± 0\.0 epochs")
    starts = said.sentence("halfway")
    assert dict(zip(named(starts), starts.numbers("epoch"), strict=True)) == {
        "true labels": 1,
        "random pixels": 2,
        "Gaussian images": 4,
        "random labels": 8,
    }


def test_a_test_that_is_not_fitted_is_told() -> None:
    said = tell(outcome_of(RANDOM, None, 0.1, start=9))
    unfitted = said.sentence("did not fit")
    assert (named(unfitted), unfitted.numbers("any")) == (["random labels"], [20, 0.95, 0.0])
    assert unfitted.has("with every seed")
    assert not said.has("in every test|times as many|^To fit")
    assert said.sentence("fitted sooner").meaning(AGREES) == "agrees"
    said = tell(outcome_of(PIXELS, None, 0.1), outcome_of(NOISE, None, 0.1))
    assert named(said.sentence("did not fit")) == ["random pixels", "Gaussian images"]
    sooner = said.sentence("sooner")
    assert (named(sooner), sooner.meaning(AGREES)) == (["random pixels", "Gaussian images", "random labels"], "differs")
    assert sooner.meaning(CLEAR) == "open"


def test_a_test_that_diverged_is_left_out() -> None:
    said = tell(outcome_of(RANDOM, 3, None))
    lost = said.sentence("diverged")
    assert (named(lost), lost.has("which is left out")) == (["random labels"], True)
    assert not said.has("To fit|With true labels the testing accuracy|sooner|in every test")
    said = tell(*(outcome_of(variant, 2, None) for variant in ALL))
    lost = said.sentence("diverged")
    assert lost.has("which are left out")
    assert named(lost) == [
        *("true labels", "labels with p = 0.5", "random labels"),
        *("shuffled pixels", "random pixels", "Gaussian images"),
    ]
    assert not said.has("did not fit")


def test_a_test_of_which_one_seed_diverged_is_left_out_and_shown_with_the_others() -> None:
    usual = usual_test(RANDOM)
    some = replace(usual, seeds=(*usual.seeds[:2], replace(LOST, seed=3)))
    assert tell(some).sentence("diverged").has("random labels, which is left out")
    assert dict(told(some).table.rows)["Random labels"][1:] == (
        "–", "1.0000\u00a0±\u00a00.0000 (1 of 3 diverged)", "0.0995\u00a0±\u00a00.0007 (1 of 3 diverged)",
    )  # fmt: skip


def test_a_test_that_only_some_seeds_fit_is_not_fitted() -> None:
    usual, never = usual_test(RANDOM), outcome_of(RANDOM, None, 0.1, start=9)
    some = replace(usual, seeds=(*usual.seeds[:2], never.seeds[2]))
    assert named(tell(some).sentence("did not fit")) == ["random labels"]
    assert dict(told(some).table.rows)["Random labels"][1] == "over 20"


def test_corrupted_labels_that_take_no_longer_disagree_with_the_paper() -> None:
    said = tell(outcome_of(RANDOM, 4, 0.1), outcome_of(HALF, 6, 0.5))
    longer = said.sentence("take longer")
    assert (longer.meaning(CLEAR), longer.meaning(AGREES)) == ("open", "differs")
    assert said.sentence("with p throughout").meaning(CLEAR) == "open"
    sooner = said.sentence("fitted sooner")
    assert (sooner.meaning(CLEAR), sooner.meaning(AGREES)) == ("open", "differs")
    last = said.sentence("start last")
    assert (named(last), last.meaning(CLEAR), last.meaning(AGREES)) == (["random labels"], "open", "differs")
    assert not said.has("times as many|lose time")


# the seeds are 0.001 apart: the mean of three is known to within 4.30 × 0.001 / √3 = 0.0025, and differences of two
# tests, whose seeds stand in another order, to within 4.30 × 0.00173 / √3 = 0.0043
@pytest.mark.parametrize(("end", "gap", "side"), [(0.6, 50.0, "above"), (0.02, 8.0, "below"), (0.1026, 0.26, "above")])
def test_a_testing_accuracy_that_does_not_fall_to_chance_is_told(end: float, gap: float, side: str) -> None:
    said = tell(outcome_of(RANDOM, 12, end)).line("with every step")
    falls = said.sentence("with every step")
    if end == 0.6:  # after 0.5
        assert (falls.meaning(CLEAR), falls.meaning(AGREES)) == ("open", "differs")
    else:
        assert (falls.words(CLEAR), falls.meaning(AGREES)) == ([], "agrees")
    ends = said.sentence("^It ends")
    assert (ends.number("points"), ends.meaning(SIDE), ends.number("accuracy")) == (gap, side, 0.1)
    assert (ends.meaning(AGREES), ends.meaning(CLEAR)) == ("differs", "clear")


@pytest.mark.parametrize("end", [0.0976, 0.1024])
def test_an_accuracy_that_the_seeds_do_not_tell_from_chance_ends_there(end: float) -> None:
    ends = tell(outcome_of(RANDOM, 12, end)).sentence("^It ends")
    assert (ends.number("points"), ends.meaning(AGREES), ends.meaning(CLEAR)) == (0.24, "agrees", "open")
    assert not ends.words(SIDE)


def test_accuracies_between_that_are_not_above_chance_are_told() -> None:
    for accuracy in (0.1024, 0.05):
        said = tell(outcome_of(HALF, 8, accuracy)).sentence("with p between")
        assert said.has("not every .* is clearly above chance")
    assert not tell(outcome_of(HALF, 8, 0.1026)).has("with p between")
    said = tell(outcome_of(HALF, None, 0.5)).sentence("^In between")
    assert said.has("better than chance")
    assert not said.has("by heart")


def test_without_a_test_between_nothing_is_said_of_any() -> None:
    assert not tell(corruption=(1.0,)).has("in between|p between")


def test_without_p_of_one_nothing_is_said_of_random_labels() -> None:
    said = tell(corruption=(0.5,))
    assert said.has("no test replaces every label")
    assert said.sentence("^To fit").has(r"p = 0\.5 takes 8\.0 .* ones 4\.0")
    assert said.sentence("by heart").has("^The network")
    assert not said.has("sooner|grow|in between|it ends")
    below = tell(outcome_of(HALF, 8, 0.1), corruption=(0.5,))
    assert below.sentence("clearly above chance").has("^With p above zero, not every")


@pytest.mark.parametrize(("late", "early"), [(NOISE, "random pixels"), (PIXELS, "Gaussian images")])
def test_one_of_the_random_images_may_be_late(late: Variant, early: str) -> None:
    said = tell(outcome_of(late, 15, 0.1, start=9))
    sooner = said.sentence("fitted sooner")
    other = ({"random pixels", "Gaussian images"} - {early}).pop()
    assert named(sooner) == [early, "random labels", other]
    assert (sooner.words(AGREES), sooner.words(CLEAR)) == (["agrees"], ["open"])
    assert sooner.has(f"{other} are not clearly so")
    assert said.sentence("start last").meaning(CLEAR) == "open"


@pytest.mark.parametrize(("accuracy", "differ"), [(0.8956, True), (0.8958, False), (0.9042, False), (0.9044, True)])
def test_a_permutation_that_matters_is_told(accuracy: float, differ: bool) -> None:
    said = tell(outcome_of(SHUFFLED, 5, accuracy)).sentence("without the permutation")
    assert said.numbers("accuracy") == [accuracy, 0.9]
    assert said.meaning(CLEAR) == ("clear" if differ else "open")


@pytest.mark.parametrize(("accuracy", "more"), [(0.1024, False), (0.1026, True), (0.05, False)])
def test_pixel_values_say_something_where_they_predict_better_than_chance(accuracy: float, more: bool) -> None:
    said = tell(outcome_of(PIXELS, 5, accuracy)).sentence("about the class")
    assert said.numbers("accuracy") == [accuracy, 0.1]
    assert (said.has("alone say something"), said.has("do not clearly say")) == (more, not more)


@pytest.mark.parametrize(
    ("accuracy", "gap", "side"), [(0.1024, None, ""), (0.0976, None, ""), (0.1026, 0.26, "above"), (0.06, 4.0, "below")]
)
def test_noise_is_said_to_be_guessed_where_it_is(accuracy: float, gap: float | None, side: str) -> None:
    said = tell(outcome_of(NOISE, 5, accuracy)).sentence("in noise")
    assert said.number("accuracy") == accuracy
    assert said.has("not clearly away from chance") is (gap is None)
    if gap:
        assert (said.number("points"), said.meaning(SIDE), said.has("still")) == (gap, side, True)


@pytest.mark.parametrize(("half", "clear"), [(0.8958, False), (0.8956, True)])
def test_a_fall_is_one_that_the_seeds_agree_on(half: float, clear: bool) -> None:
    facts = told(outcome_of(Variant("corrupted_labels", 0.5), 8, half))  # after 0.9
    assert facts.decline is not None
    assert facts.decline.falls is clear


def ending(variant: Variant, *epochs: int, testing: float = 0.1) -> VariantOutcome:
    """A test whose seeds are fitted after so many epochs each, and above 0.9 from the one before on."""
    of = [outcome_of(variant, each, testing, start=each - 1) for each in epochs]
    return replace(of[0], seeds=tuple(outcome.seeds[n] for n, outcome in enumerate(of)))


@pytest.mark.parametrize(
    ("epochs", "clear"),
    [
        ((10, 10, 10), False),
        ((11, 11, 11), True),  # half an epoch more is clear where all seeds agree
        ((11, 11, 10), False),
        ((12, 12, 11), False),  # 1.67 ± 4.30 × 0.577 / √3 = 1.43 reaches below half an epoch
        ((13, 13, 12), True),  # 2.67 ± 1.43 does not
        ((9, 9, 9), False),
    ],
)
def test_numbers_of_epochs_differ_where_the_seeds_agree_on_it(epochs: tuple[int, ...], clear: bool) -> None:
    half = Variant("corrupted_labels", 0.5)
    ten = ending(TRUE, 10, 10, 10)
    facts = told(ten, ending(half, *epochs), ending(RANDOM, 20, 20, 20))
    assert facts.slowdown is not None
    assert (facts.slowdown.grows, facts.slowdown.longer) == (clear, True)
    facts = told(ten, ending(RANDOM, *epochs), ending(NOISE, 10, 10, 10), ending(PIXELS, 4, 4, 4))
    assert facts.slowdown is not None
    assert facts.order is not None
    assert (facts.slowdown.longer, facts.order.later) == (clear, clear)
    assert ("Gaussian images" in {each.label for each in facts.order.sooner}) is clear


def test_seeds_are_compared_one_by_one() -> None:
    """Tests that vary from seed to seed, but together: the second takes two epochs longer with each."""
    facts = told(ending(TRUE, 4, 9, 14), ending(RANDOM, 6, 11, 16), corruption=(1.0,))
    assert facts.slowdown is not None
    assert facts.slowdown.longer
    # 6/4, 11/9 and 16/14: 1.29 on average
    assert facts.slowdown.factor.startswith("1.3\u00a0±\u00a00.2")


def test_a_test_that_never_starts_has_no_epoch() -> None:
    never = outcome_of(RANDOM, None, 0.1)
    flat = [replace(each, epochs=(VariantEpoch(2.3, 0.11),) * 20) for each in never.seeds]
    said = tell(replace(never, seeds=tuple(flat)))
    starts = said.sentence("halfway")
    assert (starts.numbers("epoch"), starts.has("not with every seed with random labels")) == ([1, 3, 3], True)
    assert said.sentence("at the start").has("random labels lose time")


@given(
    epochs=st.lists(st.none() | st.integers(1, 20), min_size=6, max_size=6),
    testing=st.lists(st.none() | st.floats(0, 1), min_size=6, max_size=6),
)
@tries(max_examples=40)
def test_facts_follow_the_outcomes(epochs: list[int | None], testing: list[float | None]) -> None:
    outcomes = [outcome_of(v, e, t) for v, e, t in zip(ALL, epochs, testing, strict=True)]
    facts = told(*outcomes)
    fitted = [o for o in outcomes if o.fitted]
    assert len(fitted) + len(facts.unfitted) + len(facts.diverged) == len(outcomes)
    assert [cells[1] for _, cells in facts.table.rows] == [
        "–" if o.diverged else f"{e}.0\u00a0±\u00a00.0" if o.fitted else "over 20"
        for o, e in zip(outcomes, epochs, strict=True)
    ]
    true, _, random, *_ = outcomes
    assert (facts.slowdown is not None) == (true.fitted and random.fitted)
    assert (facts.decline is not None) == all(t is not None for t in testing[:3])


def test_other_counts_of_classes_and_pixels_are_told() -> None:
    settings = configuration_file.parse(tree(randomisation=RANDOMISATION), "x").randomisation
    assert settings is not None
    outcomes = [usual_test(variant) for variant in record.variants(settings)]
    manifest = replace(MANIFEST, pixels=9, classes=2)
    facts = randomisation_text.describe(settings, outcomes, PLACEHOLDER, 5, manifest)
    assert (facts.parameters, facts.chance) == (9 * 5 + 5 + 5 * 2 + 2, "0.5000")
    assert facts.decline is not None
    assert not facts.decline.at_chance


# --- The section in the report


def test_the_section_takes_no_number_of_the_write_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "font_faces", lambda _: "")
    page = usual_context()
    with_it, without = (report.render(each, TEMPLATES, "screen") for each in (page, replace(page, randomisation=None)))
    for html in (with_it, without):
        for kind in ("Table", "Figure"):
            numbers = [int(number) for number in re.findall(rf">{kind} (\d+)\.</a>", html)]
            assert numbers == list(range(1, len(numbers) + 1))
    captions = r'href="#((?:table|figure)-[^"]+)">((?:Table|Figure) \d+)\.</a>'
    assert re.findall(captions, with_it) == re.findall(captions, without)
    (figure,) = re.findall(r"(Figure R\d+)\.</a> Training accuracy by epoch", with_it)
    (table,) = re.findall(r"(Table R\d+)\.</a> The randomization tests:", with_it)
    assert f'<a href="#figure-randomisation">{figure}</a> shows how the tests went' in with_it
    assert f'<a href="#table-randomisation">{table}</a> how they' in with_it
    assert f'<table aria-label="Data of {figure}">' in with_it
    assert '<span class="number">2.3</span> Randomization tests' in with_it
    assert with_it.index('id="section-review-questions"') < with_it.index('id="section-randomisation"')
    assert "2.3" not in re.findall(r'<span class="number">([\d.]+)</span>', without)
    assert "andomization tests" not in without


def test_results_without_the_tests_make_a_report(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", randomisation=None)
    assert not (results / "randomisation").exists()
    built = context.build(results, "Title", "Author", ())
    assert built.randomisation is None
    assert "Figure R1" not in sections.html("review", built, "print")
    assert "Figure R1" in sections.html("review", usual_context(), "print")


def test_a_missing_test_is_named(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results")
    (results / "randomisation/random_pixels/random_pixels.json").unlink()
    with pytest.raises(InputError, match=r"randomisation/random_pixels/random_pixels\.json: expected what"):
        context.build(results, "Title", "Author", ())


def test_a_setting_may_be_a_power_of_e() -> None:
    shown = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))["randomisation"]
    assert {*shown, "replicates"} == set(RANDOMISATION)
    changed = copy.deepcopy(shown) | {"reg": "e^-3"}
    assert configuration_file.parse(tree(randomisation=changed), "x").randomisation.reg == math.exp(-3)
