"""The wording of section 3 follows the results, synthetic ones whose truth is known."""

import math
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import synthetic
from hypothesis import given
from hypothesis import strategies as st
from synthetic import (
    TEMPLATES,
    Course,
    Rule,
    jitter,
    record_of,
    rising,
    tree,
    usual,
    write_results,
)

from pipeline import context, report, wording
from pipeline.records import Record
from pipeline.settings import Configuration


def words(html: str) -> str:
    """The text of section 3 on one line, without its tables, figures and their sources."""
    body = html[html.index('<h2 id="section-coding"') : html.index('<h2 id="section-references"')]
    body = re.sub(r'<(svg|table|details)\b.*?</\1>|<div class="source">.*?</div>', " ", body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"</?(?:p|h\d|li|div|figure|figcaption)\b[^>]*>|<!--.*?-->", " ", body)).split())


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The text of section 3 for a rule; fonts and figures, which change no word, are left out."""
    monkeypatch.setattr(report, "font_faces", lambda _: "")

    def text(rule: Rule = usual, folder: str = "results", **changes: Any) -> str:
        results = write_results(tmp_path / folder, rule, **changes)
        html = report.render(context.build(results, "Title", "Author", ()), TEMPLATES, "screen")
        found = re.sub(r"<[^>]+>", "", words(html)).replace("\u00a0", " ")
        assert not re.search(r"\bnan\b|\bNone\b|Quantity\(|Markup\(|\binf\b| [.,;:](?: |$)|\.\.", found), found
        return found

    return text


def tell_again(tell: Callable[..., str], rule: Rule = usual, **changes: Any) -> str:
    """What is told of other results in the same test."""
    return tell(rule, folder="again", **changes)


def by_rate(**accuracies: float) -> Rule:
    """The usual results, but these accuracies for the three rates of the sweep."""
    rates = {1.0: accuracies["large"], math.exp(-1): accuracies["middle"], math.exp(-2): accuracies["small"]}

    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.learning_rate in rates and chosen.reg == 0.001:
            return rising(rates[chosen.learning_rate] + jitter(seed), gain=accuracies.get("gain", 0.0))
        return usual(chosen, seed)

    return rule


# --- Section 3.1 follows its numbers


def test_a_smallest_rate_that_still_rises_ran_out_of_epochs(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.94, middle=0.93, small=0.90, gain=0.01))
    assert "η = 1 does best (0.9400 ± 0.0014) and η = e−2 worst (0.9000 ± 0.0014)" in text
    assert "With η = e−2 the best validation accuracy is 4.00 percentage points below that of η = 1." in text
    assert "still falls by 20.0% over the last epoch" in text  # 0.5 to 0.4
    assert "risen by 3.00 percentage points over the last 3 epochs." in text
    assert "more than that of η" not in text
    assert "This one was still improving when the epochs ran out" in text
    assert "leveled off" not in text
    assert "stands still" not in text
    assert "Every other rate is clearly below the best." in text


def test_a_smallest_rate_that_levelled_off_is_not_said_to_be_on_its_way(tell: Callable[..., str]) -> None:
    text = tell(ending_with(flat=True))
    assert "Its curve has leveled off by the end" in text
    assert "still improving" not in text
    assert "stands still" not in text


def ending_with(*, gain: float = 0.0, flat: bool = False) -> Rule:
    """The smallest rate is worst and gains that much in every epoch; its loss falls, or is flat."""

    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.learning_rate != math.exp(-2):
            return usual(chosen, seed)
        course = rising(0.85 + jitter(seed), gain=gain)
        return [(0.5, b, c, d) for _, b, c, d in course] if flat else course

    return rule


def test_a_smallest_rate_whose_loss_alone_moves_has_not_settled(tell: Callable[..., str]) -> None:
    text = tell(ending_with())
    assert "stands still while its training loss still falls, by 20.0% over the last epoch: it is moving" in text
    assert "still improving" not in text
    assert "leveled off" not in text


def test_a_smallest_rate_that_gains_more_than_the_best_is_said_to(tell: Callable[..., str]) -> None:
    assert "over the last 3 epochs, more than that of η = 1." in tell(ending_with(gain=0.02))


def test_a_smallest_rate_that_learned_nothing_has_no_minimum(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.94, middle=0.93, small=0.11, gain=0.01))
    assert "It has not left the accuracy of a constant answer, so its curve shows no minimum" in text
    assert "still improving" not in text


def test_the_ending_is_over_as_many_epochs_as_there_are(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: usual(chosen, seed)[-2:], epochs=2)
    assert "risen by 1.00 percentage points over the last 1 epoch." in text


def test_a_smallest_rate_that_is_best_is_not_too_small(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.90, middle=0.91, small=0.94, gain=0.01))
    assert "The smallest rate is also the best one" in text
    assert "What holds the smallest rate back" not in text
    assert "still improving" not in text


def test_equal_rates_have_no_best_and_no_worst(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.94, middle=0.94, small=0.94)).split("Hyper-parameter tuning")[0]
    assert "All rates reach the same validation accuracy, 0.9400 ± 0.0014." in text
    assert "does best" not in text
    assert "other rate is" not in text
    assert "The smallest rate is not clearly below the best" in text


def test_two_rates_are_the_best_and_the_other(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: None if chosen.learning_rate == 1 else usual(chosen, seed))
    assert "The other rate is clearly below the best." in text
    assert "Every other rate" not in text


def test_rates_within_the_noise_are_not_ordered(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.9400, middle=0.9399, small=0.9398))
    assert "No rate is clearly below the best" in text
    assert "other rate is" not in text
    assert "cannot be told apart" not in text
    assert "does best (0.9400 ± 0.0014)" in text


def test_two_close_rates_and_one_apart_are_named(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.9400, middle=0.9399, small=0.90))
    assert (
        "η = e−1 cannot be told apart from the best, and the testing accuracies of these rates lie within 0.01 "
        "percentage points; η = e−2 is clearly below." in text
    )


@pytest.mark.parametrize(
    ("falling", "expected", "absent"),
    [
        (1.0, "gives the rougher curve", "gives the smoother curve"),
        (math.exp(-2), "gives the smoother curve", "gives the rougher curve"),
        (None, "equally smooth", "gives the"),
    ],
)
def test_oscillation_is_counted(tell: Callable[..., str], falling: float | None, expected: str, absent: str) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        course = usual(chosen, seed)
        if chosen.learning_rate == falling and chosen.reg == 0.001:
            return [(a, b, c, accuracy - 0.02 * (n % 2)) for n, (a, b, c, accuracy) in enumerate(course)]
        return course

    text = tell(rule)
    assert expected in text
    assert absent not in text.split("Do large rates oscillate?")[1].split("Regularization")[0]
    if falling == 1.0:
        assert "falls 3.0 times in 6 epochs with η = 1" in text


def test_a_rate_that_diverged_is_named_and_left_out(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: None if chosen.learning_rate == 1 else usual(chosen, seed))
    assert "Training diverged with η = 1. This rate is left out of what follows." in text
    assert "η = e−1 does best" in text
    assert "These rates are" not in text


def test_a_single_finished_rate_is_not_compared(tell: Callable[..., str]) -> None:
    text = tell(
        lambda chosen, seed: None if chosen.learning_rate > 0.2 and chosen.reg == 0.001 else usual(chosen, seed)
    )
    assert "Training diverged with η = 1 and η = e−1. These rates are left out of what follows." in text
    assert "Only η = e−2 can be judged. It reaches a testing accuracy of 0.9240 ± 0.0014." in text
    assert "does best" not in text.split("Regularization")[0]


# --- Section 3.2


def test_coefficients_that_stop_learning_are_named_and_the_rest_are_not(tell: Callable[..., str]) -> None:
    text = tell()
    assert "With λ = 1 and λ = e−1 the network learns nothing" in text
    assert "leaves the network able to learn" not in text
    assert "The penalty shrinks the weights in every step by more than the data can grow them" in text
    assert "not just the largest coefficients" not in text


def test_where_every_coefficient_learns_no_collapse_is_told(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: rising(0.95 - chosen.reg / 100 + jitter(seed)))
    assert "Every coefficient that finished leaves the network able to learn" in text
    assert "learns nothing" not in text
    assert "No step to a smaller coefficient lowers" in text


def by_coefficient(first: float, second: float, third: float, default: float) -> Rule:
    of = {1.0: first, math.exp(-1): second, math.exp(-2): third, 0.001: default}

    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.learning_rate == 0.1 and chosen.batch_size == 64 and chosen.hidden == 128:
            return rising(of[chosen.reg] + jitter(seed))
        return usual(chosen, seed)

    return rule


def test_a_drop_on_the_way_to_smaller_coefficients_is_said(tell: Callable[..., str]) -> None:
    text = tell(by_coefficient(0.70, 0.90, 0.80, 0.91))
    assert "No step to a smaller coefficient" not in text
    assert "A smaller coefficient does not always help" in text
    assert "between λ = 1 (0.7000 ± 0.0014) and λ = e−1 (0.9000 ± 0.0014)" in text
    assert "a rise of 20.00 percentage points." in text


def test_a_drop_within_the_noise_is_not_clear(tell: Callable[..., str]) -> None:
    text = tell(by_coefficient(0.9000, 0.9001, 0.8999, 0.91))
    assert "Where a smaller coefficient lowers the validation accuracy, it does not do so clearly." in text
    assert "a fall of 0.02 percentage points, which is not clear against the seeds." in text
    assert "does not always help" not in text


@pytest.mark.parametrize(
    ("default", "phrase"),
    [
        (0.95, "Even the best of these coefficients is too large"),
        (0.60, "does clearly worse than the best of them"),
        (0.9001, "is not clear"),
    ],
)
def test_the_default_is_compared_with_the_coefficients(tell: Callable[..., str], default: float, phrase: str) -> None:
    text = tell(by_coefficient(0.70, 0.80, 0.90, default)).split("Hyper-parameter tuning")[0]
    phrases = (
        "Even the best of these coefficients is too large",
        "does clearly worse than the best of them",
        "is not clear",
    )
    assert [each for each in phrases if each in text] == [phrase]


# --- Section 3.3


def by_part(grid: Callable[[Configuration], float], selected_again: float, default: float) -> Rule:
    """Accuracies of the grid with seed 1, of the selected configuration's other seed, and of the default."""

    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.batch_size == 32:
            return rising(grid(chosen) if seed == 1 else selected_again)
        if (chosen.learning_rate, chosen.reg, chosen.hidden) == (0.1, 0.001, 128):
            return rising(default + jitter(seed))
        return usual(chosen, seed)

    return rule


def test_tuning_that_pays_is_said_to_pay(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.90 + c.learning_rate / 10, 0.959, 0.91))
    assert "Tuning pays" in text
    assert "clearly better" in text
    assert "do not show that tuning pays" not in text
    assert "selects η = 0.6, λ = 0.001 and batch size 32" in text
    # (0.960 + 0.959) / 2 - 0.91
    assert "by 4.95 percentage points in validation" in text


def test_tuning_that_makes_no_difference_is_not_said_to_pay(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.90 + c.learning_rate / 100, 0.9055, 0.906))
    # (0.9060 + 0.9055) / 2 - 0.9060
    assert "Against the default that makes no clear difference (0.02 percentage points in validation)." in text
    assert "do not show that tuning pays" in text
    assert "Tuning pays" not in text


def test_a_selection_that_is_worse_than_the_default_is_said_to_be_worse(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.80 + c.learning_rate / 100, 0.805, 0.91))
    assert "clearly worse" in text
    assert "clearly better" not in text
    assert "Tuning pays" not in text


def test_rivals_are_counted(tell: Callable[..., str]) -> None:
    # sd of 0.960 and 0.958 is 0.00141; with two seeds rivals lie within 12.7 * 1.414 * 0.00141 = 0.025 of 0.960
    near = {0.6: 0.960, 0.4: 0.957, 0.2: 0.90}
    text = tell(by_part(lambda c: near[c.learning_rate] - (0.05 if c.reg == 0.0005 else 0), 0.958, 0.91))
    assert "1 other combination comes so near that another order of the images could have put it first" in text
    assert "That it is the best of the grid is not certain." in text
    assert "reached 0.9600, more than its mean over the seeds" in text


def test_several_rivals_are_plural(tell: Callable[..., str]) -> None:
    near = {0.6: 0.960, 0.4: 0.957, 0.2: 0.959}
    text = tell(by_part(lambda c: near[c.learning_rate] - (0.05 if c.reg == 0.0005 else 0), 0.958, 0.91))
    assert "2 other combinations come so near" in text
    assert "could have put one of them first" in text


def test_without_rivals_the_choice_is_certain(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.84 + c.learning_rate / 4 - 80 * c.reg, 0.949, 0.91))
    assert "No other combination of the grid comes near enough" in text
    assert "not certain" not in text


def test_edges_are_those_of_the_parameters_whose_best_value_is_at_one(tell: Callable[..., str]) -> None:
    # the middle rate is best; the smaller of two coefficients is; one batch size was tried
    text = tell(by_part(lambda c: 0.95 - abs(c.learning_rate - 0.4) / 10 - 5 * c.reg, 0.9445, 0.91))
    learning_rate = (
        "Learning rate: averaged over the combinations, 0.4 does best, 2.00 percentage points above the worst"
    )
    assert f"{learning_rate} value. Regularization" in text
    assert (
        "0.0005 does best, 0.25 percentage points above the worst value. It is at the edge of the range searched, so "
        "the best value may lie outside. Batch size: only 32 was tried." in text
    )
    assert text.count("at the edge of the range searched") == 1
    assert "beyond the edge in regularization coefficient." in text
    assert "rises steadily" not in text  # two coefficients are no trend


@pytest.mark.parametrize(("sign", "towards", "end"), [(1, "larger", "0.6"), (-1, "smaller", "0.2")])
def test_three_values_that_rise_steadily_have_a_direction(
    tell: Callable[..., str], sign: int, towards: str, end: str
) -> None:
    text = tell(by_part(lambda c: 0.93 + sign * c.learning_rate / 100, 0.93, 0.91))
    assert f"{end} does best, 0.40 percentage points above the worst value; accuracy rises steadily towards" in text
    assert f"rises steadily towards {towards} values. It is at the edge" in text
    assert text.count("rises steadily") == 1
    assert "Regularization coefficient: averaged over the rest of the grid, its values do equally well." in text


def test_means_over_a_grid_with_divergence_are_of_what_finished(tell: Callable[..., str]) -> None:
    def rule(chosen: Configuration, seed: int) -> Course | None:
        lost = chosen.batch_size == 32 and chosen.learning_rate == 0.6 and chosen.reg == 0.001
        return None if lost else usual(chosen, seed)

    assert "Learning rate: averaged over the combinations that finished, 0.6 does best" in tell(rule)


def test_the_only_value_that_finished_is_said_to(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.4, 9], "reg": [0.001, 0.0005]}, "replicates": 1}}
    text = tell(
        lambda chosen, seed: None if chosen.learning_rate == 9 else usual(chosen, seed),
        experiments=tree()["experiments"] | grid,
    )
    assert "Learning rate: only 0.4 finished." in text


def test_the_only_value_tried_was_tried_whatever_diverged(tell: Callable[..., str]) -> None:
    text = tell(
        lambda chosen, seed: None if chosen.batch_size == 32 and chosen.learning_rate == 0.2 else usual(chosen, seed)
    )
    assert "Batch size: only 32 was tried." in text


def test_a_best_value_inside_the_grid_asks_for_no_wider_search(tell: Callable[..., str]) -> None:
    changes = tree()["experiments"] | {"grid": {"grid": {"learning_rate": [0.2, 0.4, 0.6], "batch_size": [32]}}}
    text = tell(by_part(lambda c: 0.95 - abs(c.learning_rate - 0.4), 0.9445, 0.91), experiments=changes)
    told = text.split("Observations")[1]
    assert "0.4 does best" in told
    assert "edge" not in told


# --- One seed, one epoch, no finished run


def test_with_one_seed_nothing_is_called_clear(tell: Callable[..., str]) -> None:
    text = tell(replicates=1)
    told = text.split("Learning curves", 1)[1]
    assert "Every configuration was trained with one order of the training images, so no difference is called" in text
    assert "Where only one run of a rate finished, it cannot be said" in told
    assert "With one run of a rate it is open whether the smallest rate is below the best at all." in told
    assert "of which at least one side was measured with a single run." in told
    assert "In validation that is 5.65 percentage points above the default, of which at least one was measured" in told
    assert "With one seed for the selected configuration, how many others are as good cannot be said." in told
    assert "That it is the best of the grid is not certain." in told
    assert "the network learns nothing: its accuracy" in told
    for claim in ("is clearly", "are clearly", "clearly better", "clearly worse", "Tuning pays", "±", "cannot be told"):
        assert claim not in told
    assert "so near that another order" not in told


def test_with_one_epoch_nothing_is_said_about_how_training_went_on(tell: Callable[..., str]) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        return usual(chosen, seed)[-1:]

    text = tell(rule, epochs=1)
    assert "One epoch does not show how training would have gone on." in text
    assert "leveled off" not in text
    for claim in ("still improving", "stands still", "falls over", "Do large rates", "had not begun", "1 epochs"):
        assert claim not in text


def test_with_one_epoch_a_wide_gap_says_nothing_about_training_further(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: rising(0.7 - chosen.reg / 10 + jitter(seed), gap=0.25)[-1:], epochs=1)
    assert "25.00 percentage points above validation accuracy" in text
    assert "had not begun to hurt" not in text


def test_where_everything_diverged_nothing_is_compared(tell: Callable[..., str]) -> None:
    text = tell(lambda *_: None)
    assert "Every learning rate made a run diverge, so there is nothing to compare." in text
    assert "Every coefficient made a run diverge, so there is nothing to compare." in text
    assert "diverged, so they cannot be compared" in text
    assert "Every configuration of this experiment made a run diverge." in text
    for claim in ("does best", "learns nothing", "Tuning pays", "edge of the range", "clearly"):
        assert claim not in text.split("Learning curves", 1)[1]


def test_a_diverged_seed_is_counted_in_its_cell(tell: Callable[..., str], tmp_path: Path) -> None:
    text = tell(lambda chosen, seed: None if chosen.learning_rate == 1 and seed == 2 else usual(chosen, seed))
    assert "Training diverged with η = 1. This rate is left out of what follows." in text
    assert "η = e−1 does best" in text
    built = context.build(tmp_path / "results", "", "", ())
    assert built.tables["learning_rates"].rows[1][1][0] == "0.9450 (1 of 2 diverged)"
    assert built.diverged_runs == 1


# --- Wording that would be false for some results


def test_a_smallest_rate_that_is_not_clearly_worse_is_not_held_back(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.9400, middle=0.9399, small=0.9398, gain=0.01))
    assert "No rate is clearly below the best" in text
    assert "The smallest rate is not clearly below the best, so nothing suggests that it is too small." in text
    assert "What holds the smallest rate back" not in text


def test_an_accuracy_that_falls_at_the_end_has_not_levelled_off(tell: Callable[..., str]) -> None:
    text = tell(by_rate(large=0.94, middle=0.93, small=0.50, gain=-0.05))
    assert "Its validation accuracy falls over the last 3 epochs, by 15.00 percentage points, which is no sign" in text
    assert "leveled off" not in text
    assert "still improving" not in text


def test_one_seed_is_not_an_average(tell: Callable[..., str]) -> None:
    text = tell(replicates=1)
    assert "averaged over the seeds" not in text
    assert "Over the seeds" not in text
    assert "times on average" not in text
    assert "0.0 times with η = e−2. " in text
    assert " It reaches a validation accuracy of 0.9665 and" in text


def test_several_seeds_are_an_average(tell: Callable[..., str]) -> None:
    text = tell()
    assert "0.0 times with η = e−2, averaged over the seeds. " in text
    assert "Over the seeds it reaches a validation accuracy of 0.9655 ± 0.0014 and" in text
    assert "0.0 times on average." in text
    assert "A difference of two means is called clear below if its confidence interval (95%" in text
    assert "trained with one order" not in text


def test_the_largest_change_may_be_a_drop(tell: Callable[..., str]) -> None:
    text = tell(by_coefficient(0.80, 0.90, 0.50, 0.91))
    assert (
        "The largest change lies between λ = e−1 (0.9000 ± 0.0014) and λ = e−2 (0.5000 ± 0.0014), a fall of 40.00"
        in text
    )


def test_a_default_written_as_a_power_is_shown_as_written(tell: Callable[..., str]) -> None:
    defaults = {"learning_rate": 0.1, "reg": "1e-4", "batch_size": 64}
    text = tell(lambda chosen, seed: rising(0.9 - chosen.reg / 10 + jitter(seed)), defaults=defaults)
    assert "With 1e−4, the default, it reaches 0.9000 ± 0.0014, 1.35 percentage points more." in text


def test_where_no_coefficient_learns_the_penalty_is_not_blamed(tell: Callable[..., str]) -> None:
    changes = tree()["experiments"] | {"regularization": {"sweep": {"reg": ["e^-1", 0]}}}
    text = tell(lambda chosen, seed: rising(0.112 + jitter(seed)), experiments=changes)
    assert "The penalty shrinks the weights in every step by more than the data can grow them" not in text
    assert "With λ = e−1 and λ = 0 the network learns nothing" in text
    assert "These are not just the largest coefficients, so the penalty need not be the reason." in text


def test_a_coefficient_that_diverged_does_not_leave_the_network_able_to_learn(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: None if chosen.reg == 1 else rising(0.9 + jitter(seed)))
    assert "Training diverged with λ = 1. This coefficient is left out of what follows." in text
    assert "Every coefficient that finished leaves the network able to learn" in text


def test_a_wide_gap_speaks_of_overfitting(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: rising(0.7 - chosen.reg / 10 + jitter(seed), gap=0.25))
    assert "25.00 percentage points above validation accuracy" in text
    assert (
        "Training accuracy is well ahead, but validation loss has not clearly risen from its lowest, so training"
        in text
    )
    assert "further had not begun to hurt." in text
    assert "too little to speak of overfitting" not in text


def hurt(course: Course) -> Course:
    """The same run, its validation loss lowest in epoch 4."""
    return [(a, b, 1 + abs(n - 4) / 10, d) for n, (a, b, _, d) in enumerate(course, start=1)]


def test_a_wide_gap_and_a_rising_validation_loss_are_overfitting(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: hurt(rising(0.7 - chosen.reg / 10 + jitter(seed), gap=0.25)))
    assert (
        "Its validation loss is lowest in epoch 4 of 6 and clearly higher in the end, which is what overfitting" in text
    )
    assert "had not begun to hurt" not in text


@pytest.mark.parametrize("turns", [False, True])
def test_a_narrow_gap_is_too_little_to_speak_of_overfitting(tell: Callable[..., str], turns: bool) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        course = rising(0.7 - chosen.reg / 10 + jitter(seed), gap=0.005)
        return hurt(course) if turns else course

    text = tell(rule)
    assert "That is too little to speak of overfitting" in text
    assert ("and its validation loss is lowest in the last epoch." in text) is not turns
    assert "what overfitting looks like" not in text


def by_gap(first: float, second: float, third: float) -> Rule:
    """Training minus validation accuracy for the three coefficients of the sweep."""
    gaps = {1.0: first, math.exp(-1): second, math.exp(-2): third}
    return lambda chosen, seed: rising(0.7 + jitter(seed), gap=gaps.get(chosen.reg, 0))


def test_the_widest_gap_is_told_where_it_is_not_the_smallest_coefficients(tell: Callable[..., str]) -> None:
    text = tell(by_gap(0.01, 0.08, 0.03))
    assert "training accuracy is 3.00 percentage points above validation accuracy; with λ = e−1 it is 8.00" in text
    assert "the most of all" not in tell_again(tell, by_gap(0.01, 0.03, 0.08))


def test_training_accuracies_below_validation_are_not_furthest_where_nearest(tell: Callable[..., str]) -> None:
    text = tell(by_gap(-0.03, -0.01, -0.02))
    assert "training accuracy is 2.00 percentage points below validation accuracy" in text
    assert "1.00 percentage points below, the most of all" not in text


def test_a_grid_that_is_worse_throughout_was_not_lucky(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.80 + c.learning_rate / 100, 0.806, 0.91))
    assert (
        "That is clearly worse than the default in validation, by 10.40 percentage points: the grid holds nothing "
        "better." in text
    )
    assert "luck" not in text.split("Observations")[1]


def test_a_choice_above_the_default_in_the_grid_alone_was_luck(tell: Callable[..., str]) -> None:
    # mean of 0.916 and four times 0.890 is 0.8952, its standard error 0.0052
    text = tell(by_part(lambda c: 0.91 + c.learning_rate / 100, 0.890, 0.911), replicates=5)
    assert "clearly worse than the default in validation, by 1.60 percentage points: its place in the grid was" in text
    assert "holds nothing better" not in text


def test_no_difference_is_not_less(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.1, 0.2], "reg": [0.001]}, "replicates": 1}}
    text = tell(
        lambda chosen, seed: rising(0.9 - chosen.learning_rate), replicates=1, experiments=tree()["experiments"] | grid
    )
    assert "That is the default configuration itself." in text
    assert "In validation that is" not in text


def test_a_lower_testing_accuracy_is_not_by_less(tell: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def record(course: Course | None) -> Record:
        done = original(course)
        if done.metrics["testing_accuracy"] is not None and done.metrics["validation_accuracy"] > 0.945:
            done.metrics["testing_accuracy"] -= 0.1
        return done

    original = record_of
    monkeypatch.setattr(synthetic, "record_of", record)
    text = tell(by_part(lambda c: 0.90 + c.learning_rate / 10, 0.959, 0.91))
    # 4.95 - 10
    assert "by 4.95 percentage points; in testing it is 5.05 percentage points below it." in text
    assert "the testing images do not confirm it: there the selected configuration is 5.05 percentage points" in text
    assert "5.05 percentage points below the default." in text
    assert "Tuning pays" not in text


def test_a_best_value_beside_a_diverged_one_is_not_at_the_edge(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4, 9], "batch_size": [32]}, "replicates": 1}}

    def rule(chosen: Configuration, seed: int) -> Course | None:
        return None if chosen.learning_rate == 9 else rising(0.9 + chosen.learning_rate / 10 + jitter(seed))

    text = tell(rule, experiments=tree()["experiments"] | grid)
    assert "0.4 does best" in text
    assert "at the edge" not in text


def test_equal_values_have_no_best_at_the_edge(tell: Callable[..., str]) -> None:
    text = tell(by_part(lambda c: 0.95, 0.95, 0.91))
    told = text.split("Observations")[1]
    assert told.count("averaged over the rest of the grid, its values do equally well.") == 2
    assert "does best" not in told
    assert "edge" not in told


def test_a_negative_gap_is_no_closer_fit(tell: Callable[..., str]) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        return rising(0.95 + jitter(seed), gap=-0.01 if chosen.batch_size == 32 else -0.02)

    text = tell(rule)
    assert "training accuracy is 1.00 percentage points below validation accuracy; with the default" in text
    assert CLOSER not in text


CLOSER = "fits the training images more closely than it generalizes, and more so than the default one"


@pytest.mark.parametrize(("tuned", "default", "closer"), [(0.02, 0.01, True), (0.01, 0.02, False)])
def test_a_wider_gap_is_a_closer_fit(tell: Callable[..., str], tuned: float, default: float, closer: bool) -> None:
    text = tell(lambda c, seed: rising(0.95 + jitter(seed), gap=tuned if c.batch_size == 32 else default))
    assert (CLOSER in text) is closer


@pytest.mark.parametrize("gain", [0.01, 0.0])
def test_the_selected_networks_loss_may_turn_before_the_end(tell: Callable[..., str], gain: float) -> None:
    text = tell(lambda c, seed: hurt(rising(0.9 + jitter(seed), gain=gain))).split("Observations")[1]
    assert "Its validation loss is lowest in epoch 4 of 6 and clearly higher in the end." in text
    assert "had not begun to hurt" not in text


def test_one_combination_is_singular(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"learning_rate": [0.2], "batch_size": [32]}, "replicates": 1}}
    text = tell(experiments=tree()["experiments"] | grid)
    assert "The one combination is trained. Figure 8 shows it." in text
    assert "combinations is trained" not in text
    assert "Learning rate: only 0.2 was tried." in text
    for claim in ("No other combination", "other combinations", "not certain"):
        assert claim not in text


def test_a_grid_with_several_seeds_is_judged_by_its_mean(tell: Callable[..., str]) -> None:
    text = tell()
    assert "Each of the 6 combinations is trained, and the one with the highest validation accuracy in" in text
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4], "batch_size": [32]}, "replicates": 2}}
    again = tell_again(tell, experiments=tree()["experiments"] | grid)
    assert "Each of the 2 combinations is trained, and the one with the highest mean validation accuracy in" in again


def test_what_is_searched_is_what_the_grid_varies(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"hidden": [16, 32], "batch_size": [32]}, "replicates": 1}}
    text = tell(experiments=tree()["experiments"] | grid)
    assert "looks for a better combination of hidden units and batch size." in text
    assert "combination of learning rate" not in text


def test_a_search_above_the_default_is_not_said_to_go_down(tell: Callable[..., str]) -> None:
    grid = {"grid": {"grid": {"reg": [0.01, 0.1], "batch_size": [32]}, "replicates": 1}}
    assert "The search goes down from the default." not in tell(experiments=tree()["experiments"] | grid)
    assert "The search goes down from the default." in tell_again(tell)


def test_other_numbers_of_epochs_are_not_said_to_be_the_same(tell: Callable[..., str]) -> None:
    stays = "The number of epochs stays as it was"
    grid = {"grid": {"grid": {"learning_rate": [0.2, 0.4], "batch_size": [32]}, "epochs": 3, "replicates": 1}}
    text = tell(lambda c, seed: usual(c, seed)[-c.epochs :], experiments=tree()["experiments"] | grid)
    assert stays not in text
    assert stays in tell_again(tell)


@pytest.mark.parametrize("left_out", ["learning_rates", "regularization"])
def test_a_sweep_can_be_left_out_while_tuning_stays(tell: Callable[..., str], left_out: str) -> None:
    shown = {name: table for name, table in tree()["tables"].items() if name != left_out}
    text = tell(tables=shown)
    assert "Hyper-parameter tuning" in text
    assert ("compares rates at one batch size" in text) is (left_out != "learning_rates")
    assert ("compares coefficients at one learning rate" in text) is (left_out != "regularization")


def test_a_diverged_further_configuration_is_told(tell: Callable[..., str]) -> None:
    text = tell(lambda chosen, seed: None if chosen.hidden == 32 else usual(chosen, seed))
    assert "Training diverged with hidden units 32. This configuration is left out of what follows." in text


def test_a_further_sweep_names_its_best_and_worst_unless_they_are_equal(tell: Callable[..., str]) -> None:
    text = tell(lambda c, seed: rising(0.95 - (0.05 if c.hidden == 16 else 0) + jitter(seed)))
    assert "The highest validation accuracy is that of hidden units 32 (0.9500 ± 0.0014), the lowest that of" in text
    assert "The highest validation accuracy" not in tell_again(tell).split("Further experiments")[1]


def test_a_further_selection_says_what_was_selected(tell: Callable[..., str]) -> None:
    grid = {"grid": {"hidden": [16, 32], "batch_size": [64]}, "replicates": 1}
    more = {"sizes": grid, "best_size": {"best_of": "sizes"}}
    text = tell(experiments=tree()["experiments"] | more)
    assert "selects" in text.split("Further experiments")[1]


LEADERS = {"leaders": {"best_of": "grid", "count": 3}}


def test_several_selected_configurations_are_named_by_what_the_grid_varies(tell: Callable[..., str]) -> None:
    def rule(chosen: Configuration, seed: int) -> Course:
        if chosen.batch_size != 32:
            return usual(chosen, seed)
        best_in_grid = chosen.learning_rate == 0.6
        return rising(0.96 + chosen.learning_rate / 100 - chosen.reg - (0.02 if best_in_grid and seed > 1 else 0))

    text = tell(rule, experiments=tree()["experiments"] | LEADERS).split("Leaders")[1]
    assert "These are the 3 configurations with the highest validation accuracy in Grid, the best first." in text
    assert "The highest validation accuracy here is that of η = 0.4, λ = 0.0005, batch size 32 (0.9635 ± 0.0" in text
    assert "the lowest that of η = 0.6, λ = 0.001, batch size 32" in text
    assert "selects" not in text


def test_selected_configurations_are_the_rows_of_their_table_best_first(tmp_path: Path) -> None:
    results = write_results(tmp_path / "results", experiments=tree()["experiments"] | LEADERS)
    built = context.build(results, "Title", "Author", ())
    (section,) = [each for each in built.further if each.experiment.name == "leaders"]
    assert [head.replace("\u00a0", " ") for head, _ in section.table.rows] == [
        f"<i>η</i> = {rate}, <i>λ</i> = {reg}, batch size 32"
        for rate, reg in ((0.6, 0.0005), (0.6, 0.001), (0.4, 0.0005))
    ]
    assert len(section.table.source.runs) == 6
    assert {row.panel for row in section.plot.data.rows} == {0, 1, 2}


def test_the_protocol_tells_the_defaults(tell: Callable[..., str]) -> None:
    text = tell()
    assert "through 128 sigmoid units to 10 softmax outputs" in text
    assert "a batch has 64 images, and training lasts 6 epochs." in text


@pytest.mark.parametrize(
    ("seed", "phrase"), [(None, "the last ones in file order"), (7, "picked by a permutation with seed 7")]
)
def test_the_split_is_told(tell: Callable[..., str], seed: int | None, phrase: str) -> None:
    split = tree()["split"] | {"seed": seed}
    assert f"200 are held out for validation, {phrase}." in tell(split=split)


@given(st.one_of(st.just(0.0), st.floats(1e-30, 1e3)))
def test_a_bound_is_above_and_no_power_of_ten_too_large(value: float) -> None:
    (exponent,) = re.fullmatch(r"10<sup>(.+)</sup>", wording.power_above(value)).groups()
    power = int(exponent.replace("−", "-"))
    assert value < 10.0**power
    assert power == -16 or 10.0 ** (power - 1) <= value * (1 + 1e-12)


def test_every_number_of_the_prose_follows_the_results(tell: Callable[..., str], tmp_path: Path) -> None:
    """Different results share no number of four decimals in the prose."""
    first = tell()
    (tmp_path / "results").rename(tmp_path / "first")
    second = tell(lambda c, seed: [(a, b - 0.0123, x, y - 0.0123) for a, b, x, y in usual(c, seed)])
    numbers = [set(re.findall(r"\b0\.\d{4}\b(?= ±)", text)) for text in (first, second)]
    assert len(numbers[0]) > 4
    assert not numbers[0] & numbers[1]
