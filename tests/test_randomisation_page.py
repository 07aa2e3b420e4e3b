"""The randomization tests on the page: their figure, what is said of them, and the section in the report."""

import copy
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import yaml
from configuration import CONFIG_YAML
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st
from synthetic import MANIFEST, PLACEHOLDER, RANDOMISATION, TEMPLATES, outcome_of, tree, usual_test, write_results
from test_figures import SMALLEST, boxes, inside, overlap
from test_report import Outline

from pipeline import config as configuration_file
from pipeline import context, randomisation_figure, randomisation_text, report
from pipeline import randomisation_record as record
from pipeline.blocks import Plot
from pipeline.errors import InputError
from pipeline.randomisation_record import Epoch, Outcome, Variant
from pipeline.style import STYLE

ROOT = Path(__file__).parent.parent
TRUE, SHUFFLED = Variant("true_labels"), Variant("shuffled_pixels")
PIXELS, NOISE = Variant("random_pixels"), Variant("gaussian_images")
RANDOM = Variant("corrupted_labels", 1.0)
ALL = (TRUE, Variant("corrupted_labels", 0.5), RANDOM, SHUFFLED, PIXELS, NOISE)


# --- The figure


def draw(*outcomes: Outcome) -> Any:
    return randomisation_figure.draw(outcomes)


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


def test_lines_are_the_accuracies_and_the_thin_one_is_that_of_the_true_labels() -> None:
    outcomes = [usual_test(TRUE), usual_test(RANDOM)]
    first, second = draw(*outcomes).axes
    lines = [line for line in second.lines if line.get_linestyle() != "None"]
    assert [list(line.get_ydata()) for line in lines] == [[e.accuracy for e in o.epochs] for o in outcomes]
    assert list(lines[1].get_xdata()) == list(range(1, 13))
    assert lines[0].get_linewidth() < lines[1].get_linewidth()
    assert lines[0].get_color() != lines[1].get_color()
    assert len([line for line in first.lines if line.get_linestyle() != "None"]) == 1


@pytest.mark.parametrize(
    ("outcome", "note"),
    [
        (outcome_of(TRUE, 7, 0.9), "fitted after 7 epochs"),
        (outcome_of(TRUE, 1, 0.9), "fitted after 1 epoch"),
        (outcome_of(TRUE, None, 0.9), "0.9500 after 20 epochs"),
        (outcome_of(TRUE, 3, None), "diverged"),
        (Outcome(TRUE, 9, 0.0, (), True, None), "diverged"),
    ],
)
def test_a_panel_says_how_its_test_ended(outcome: Outcome, note: str) -> None:
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
    results = write_results(tmp_path / "results", draw=True)
    plot = plot_of(results)
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


def plot_of(results: Path) -> Plot:
    facts = context.build(results, "Title", "Author", ()).randomisation
    assert facts is not None
    return facts.plot


def test_the_svg_is_the_same_each_time(tmp_path: Path) -> None:
    for variant in ALL:
        record.write(usual_test(variant), tmp_path)
    for name in "ab":
        randomisation_figure.write(ALL, tmp_path, tmp_path / f"{name}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    command = [sys.executable, "-m", "pipeline.randomisation_figure", *(variant.name for variant in ALL)]
    command += ["--results", str(tmp_path), "--output", str(tmp_path / "c.svg")]
    subprocess.run(command, cwd=ROOT, check=True)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "c.svg").read_bytes()


# --- What the page says


def told(*changed: Outcome, corruption: tuple[float, ...] = (0.5, 1.0)) -> randomisation_text.Randomisation:
    """The facts of the usual tests, some of them changed."""
    settings = configuration_file.parse(tree(randomisation=RANDOMISATION | {"corruption": list(corruption)}), "x")
    assert settings.randomisation is not None
    by_variant = {outcome.variant: outcome for outcome in changed}
    outcomes = [by_variant.get(v, usual_test(v)) for v in record.variants(settings.randomisation)]
    return randomisation_text.describe(settings.randomisation, outcomes, PLACEHOLDER, 128, MANIFEST)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> context.Context:
    return context.build(write_results(tmp_path_factory.mktemp("tests") / "results"), "Title", "Author", ())


@pytest.fixture
def words(base: context.Context, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The section's text for changed tests."""
    monkeypatch.setattr(report, "font_faces", lambda _: "")

    def text(*changed: Outcome, **options: Any) -> str:
        html = report.render(replace(base, randomisation=told(*changed, **options)), TEMPLATES, "print")
        body = html[html.index('<h3 id="section-randomisation"') : html.index('<h2 id="section-coding"')]
        body = re.sub(r'<img\b[^>]*>|<table.*?</table>|<div class="source">.*?</div>', " ", body, flags=re.DOTALL)
        body = re.sub(r"</?(?:p|h\d|li|ul|div|figure|figcaption)\b[^>]*>", " ", body)
        found = " ".join(unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ").split())
        assert not re.search(r"\bnan\b|\bNone\b|Quantity\(|Markup\(|\binf\b| [.,;:](?: |$)|\.\.", found), found
        return found

    return text


def test_usual_tests_agree_with_the_paper(words: Callable[..., str]) -> None:
    text = words()
    for sentence in (
        "784 inputs, 128 sigmoid units and 10 softmax outputs, 101,770 parameters in all.",
        "It learns 200 of the training images until it classifies every one of them correctly, for at most 20 epochs.",
        "weights start at 0.1 times standard normal numbers, the learning rate is 0.5, a batch has 20 images, and "
        "there is no weight penalty.",
        "Here p is 0.5 or 1.",
        "on the 200 testing images with their true labels.",
        "In every test the network comes to classify all training images correctly",
        "To fit random labels takes 12 epochs, and to fit the true ones 4 epochs. That is 3.0 times as many.",
        "The number of epochs grows with p throughout.",
        "With true labels the testing accuracy is 0.9000, and with random labels 0.1000. It falls with every step of "
        "p, as in the paper. It ends 0.00 percentage points from chance, which is 0.1000, and in the paper, too,",
        "In between, the network has learned every wrong label by heart and still predicts the testing images better",
        "The random pixels and Gaussian images are fitted sooner than random labels, as in the paper, in 5 and 5",
        "in epoch 1 with true labels, in epoch 3 with random pixels, in epoch 3 with Gaussian images, and in epoch 7 "
        "with random labels. So it is at the start that random labels lose time",
        "The numbers agree: the testing accuracy is 0.9100, and without the permutation 0.9000.",
        "They alone say something about the class: the testing accuracy is 0.1600, where chance is 0.1000.",
        "the testing accuracy of 0.1000 is that of guesses.",
        "Each test was run once, with seed 3;",
        "differences of up to 10% between numbers of epochs, or of up to 3.00 percentage points between testing",
    ):
        assert sentence in text, text
    assert "did not fit" not in text
    assert "diverged" not in text


def test_a_test_that_is_not_fitted_is_told(words: Callable[..., str]) -> None:
    text = words(outcome_of(RANDOM, None, 0.1, start=9))
    assert (
        "Here the network did not fit random labels within 20 epochs, and ended at a training accuracy of 0.9500"
        in text
    )
    assert "In every test" not in text
    assert "times as many" not in text
    assert "are fitted sooner than random labels" in text
    text = words(outcome_of(PIXELS, None, 0.1), outcome_of(NOISE, None, 0.1))
    assert "did not fit random pixels and Gaussian images within 20 epochs" in text
    assert (
        "The random pixels and Gaussian images are not clearly fitted sooner than random labels; in the paper they are."
        in text
    )


def test_a_test_that_diverged_is_left_out(words: Callable[..., str]) -> None:
    text = words(outcome_of(RANDOM, 3, None))
    assert "Training diverged with random labels, which is left out of what follows." in text
    assert "To fit" not in text
    assert "With true labels the testing accuracy" not in text
    assert "sooner" not in text
    every = [outcome_of(variant, 2, None) for variant in ALL]
    text = words(*every)
    assert "and Gaussian images, which are left out of what follows." in text
    assert "Each test was run once" in text


def test_corrupted_labels_that_take_no_longer_disagree_with_the_paper(words: Callable[..., str]) -> None:
    half = Variant("corrupted_labels", 0.5)
    text = words(outcome_of(RANDOM, 4, 0.1), outcome_of(half, 6, 0.5))
    assert "So the corrupted labels do not clearly take longer than the true ones; in the paper they do" in text
    assert "The number of epochs does not clearly grow with p throughout." in text
    assert "The random pixels and Gaussian images are not clearly fitted sooner than random labels" in text
    assert "So random labels do not clearly start last, which in the paper they do." in text


def test_a_test_accuracy_that_does_not_fall_to_chance_is_told(words: Callable[..., str]) -> None:
    text = words(outcome_of(RANDOM, 12, 0.6))
    assert "It does not clearly fall with every step of p, which in the paper it does." in text
    assert "It ends 50.00 percentage points above chance, which is 0.1000; in the paper the end is chance." in text
    text = words(outcome_of(RANDOM, 12, 0.02))
    assert "It ends 8.00 percentage points below chance" in text


def test_accuracies_between_that_are_not_above_chance_are_told(words: Callable[..., str]) -> None:
    half = Variant("corrupted_labels", 0.5)
    assert "With p between, not every testing accuracy is above chance." in words(outcome_of(half, 8, 0.12))
    text = words(outcome_of(half, None, 0.5))
    assert "In between, the testing images are still predicted better than chance." in text
    assert "by heart" not in text


def test_without_p_of_one_nothing_is_said_of_random_labels(words: Callable[..., str]) -> None:
    text = words(corruption=(0.5,))
    assert "No test replaces every label, so these do not show whether it would fall to chance." in text
    assert "To fit labels with p = 0.5 takes 8 epochs" in text
    assert "sooner" not in text
    assert "The network has learned every wrong label by heart" in text
    assert "grow" not in text


def test_one_of_the_random_images_may_be_late(words: Callable[..., str]) -> None:
    text = words(outcome_of(NOISE, 15, 0.1, start=9))
    assert (
        "The random pixels are fitted sooner than random labels, as in the paper, and Gaussian images are not clearly "
        "so." in text
    )
    assert "So random labels do not clearly start last" in text


def test_a_permutation_that_matters_is_told(words: Callable[..., str]) -> None:
    text = words(outcome_of(SHUFFLED, 5, 0.8))
    assert "Still, the testing accuracies differ by more than 3.00 percentage points: 0.8000" in text
    assert "The numbers agree" not in text


def test_pixel_values_that_say_little_are_told(words: Callable[..., str]) -> None:
    assert "They alone say little about the class: the testing accuracy is 0.1100" in words(outcome_of(PIXELS, 5, 0.11))


@pytest.mark.parametrize(
    ("accuracy", "sentence"),
    [
        (0.1299, "In noise there is nothing to find, and the testing accuracy of 0.1299 is that of guesses."),
        (0.1301, "still, the testing accuracy of 0.1301 is 3.01 percentage points above chance."),
        (0.06, "still, the testing accuracy of 0.0600 is 4.00 percentage points below chance."),
    ],
)
def test_noise_is_said_to_be_guessed_where_it_is(words: Callable[..., str], accuracy: float, sentence: str) -> None:
    text = words(outcome_of(NOISE, 5, accuracy))
    assert sentence in text
    assert ("that of guesses" in text) == (accuracy == 0.1299)


@pytest.mark.parametrize(("half", "clear"), [(0.88, False), (0.86, True)])
def test_a_fall_is_one_by_more_than_the_tolerance(half: float, clear: bool) -> None:
    facts = told(outcome_of(Variant("corrupted_labels", 0.5), 8, half))  # after 0.9
    assert facts.decline is not None
    assert facts.decline.falls is clear


@pytest.mark.parametrize(("epochs", "clear"), [(11, False), (12, True)])
def test_numbers_of_epochs_differ_by_more_than_the_margin(epochs: int, clear: bool) -> None:
    half = Variant("corrupted_labels", 0.5)
    facts = told(outcome_of(TRUE, 10, 0.9), outcome_of(half, epochs, 0.5), outcome_of(RANDOM, 20, 0.1))
    assert facts.slowdown is not None
    assert (facts.slowdown.grows, facts.slowdown.longer) == (clear, True)
    facts = told(outcome_of(TRUE, 10, 0.9), outcome_of(RANDOM, epochs, 0.1), outcome_of(NOISE, 10, 0.1))
    assert facts.slowdown is not None
    assert facts.order is not None
    assert facts.slowdown.longer is clear
    assert ("Gaussian images" in {each.label for each in facts.order.sooner}) is clear


@pytest.mark.parametrize(("start", "clear"), [(11, False), (12, True)])
def test_random_labels_start_later_by_more_than_the_margin(start: int, clear: bool) -> None:
    facts = told(outcome_of(NOISE, 15, 0.1, start=10), outcome_of(RANDOM, 18, 0.1, start=start))
    assert facts.order is not None
    assert facts.order.later is clear


def test_a_test_that_never_starts_has_no_epoch(words: Callable[..., str]) -> None:
    flat = replace(outcome_of(RANDOM, None, 0.1), epochs=(Epoch(2.3, 0.11),) * 20)
    assert "and never with random labels. So it is at the start that random labels lose time" in words(flat)


@given(
    epochs=st.lists(st.none() | st.integers(1, 20), min_size=6, max_size=6),
    testing=st.lists(st.none() | st.floats(0, 1), min_size=6, max_size=6),
)
@tries(max_examples=40)
def test_facts_follow_the_outcomes(epochs: list[int | None], testing: list[float | None]) -> None:
    outcomes = [outcome_of(v, e, t) for v, e, t in zip(ALL, epochs, testing, strict=True)]
    facts = told(*outcomes)
    fitted = [o for o in outcomes if o.epochs_to_fit]
    assert len(fitted) + len(facts.unfitted) + len(facts.diverged) == len(outcomes) == facts.tests
    assert [cells[1] for _, cells in facts.table.rows] == [
        "–" if o.diverged else str(o.epochs_to_fit or "over 20") for o in outcomes
    ]
    true, _, random, *_ = outcomes
    assert (facts.slowdown is not None) == bool(true.epochs_to_fit and random.epochs_to_fit)
    assert (facts.decline is not None) == all(t is not None for t in testing[:3])


def test_other_counts_of_classes_and_pixels_are_told(base: context.Context) -> None:
    settings = configuration_file.parse(tree(randomisation=RANDOMISATION), "x").randomisation
    assert settings is not None
    outcomes = [usual_test(variant) for variant in record.variants(settings)]
    manifest = replace(MANIFEST, pixels=9, classes=2)
    facts = randomisation_text.describe(settings, outcomes, PLACEHOLDER, 5, manifest)
    assert (facts.parameters, facts.chance) == (9 * 5 + 5 + 5 * 2 + 2, "0.5000")
    assert facts.decline is not None
    assert not facts.decline.at_chance


# --- The section in the report


def test_the_section_takes_no_number_of_the_write_up(base: context.Context) -> None:
    with_it, without = (report.render(each, TEMPLATES, "screen") for each in (base, replace(base, randomisation=None)))
    for html in (with_it, without):
        for kind in ("Table", "Figure"):
            numbers = [int(number) for number in re.findall(rf">{kind} (\d+)\.</a>", html)]
            assert numbers == list(range(1, len(numbers) + 1))
    captions = r'href="#((?:table|figure)-[^"]+)">((?:Table|Figure) \d+)\.</a>'
    assert re.findall(captions, with_it) == re.findall(captions, without)
    assert "Figure R1.</a> Training accuracy by epoch" in with_it
    assert '<a href="#figure-randomisation">Figure R1</a> shows how the tests went' in with_it
    assert '<a href="#table-randomisation">Table R1</a> how they' in with_it
    assert "Table R1.</a> The randomization tests." in with_it
    assert '<table aria-label="Data of Figure R1">' in with_it
    assert '<span class="number">2.3</span> Randomization tests' in with_it
    assert with_it.index('id="section-review-questions"') < with_it.index('id="section-randomisation"')
    assert "2.3" not in re.findall(r'<span class="number">([\d.]+)</span>', without)
    assert "andomization tests" not in without


@pytest.mark.parametrize("medium", ["screen", "print"])
def test_the_page_with_the_section_is_sound(base: context.Context, medium: report.Medium) -> None:
    outline = Outline(report.render(base, TEMPLATES, medium))
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert outline.unnamed == []


def test_results_without_the_tests_make_a_report(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", randomisation=None)
    assert not (results / "randomisation").exists()
    built = context.build(results, "Title", "Author", ())
    assert built.randomisation is None
    assert "Figure R1" not in report.render(built, TEMPLATES, "print")


def test_a_missing_test_is_named(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results")
    (results / "randomisation/random_pixels.json").unlink()
    with pytest.raises(InputError, match=r"randomisation/random_pixels\.json: expected what"):
        context.build(results, "Title", "Author", ())


def test_a_setting_may_be_a_power_of_e() -> None:
    shown = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))["randomisation"]
    assert set(shown) == set(RANDOMISATION)
    changed = copy.deepcopy(shown) | {"reg": "e^-3"}
    assert configuration_file.parse(tree(randomisation=changed), "x").randomisation.reg == math.exp(-3)
