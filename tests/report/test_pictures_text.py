"""What is said of the pictures, where something is missing or comes out otherwise."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sections
from synthetic import LINEAR, MANIFEST, write_results

from pipeline.experiments import plan
from pipeline.files import sealed
from pipeline.pictures import record
from pipeline.pictures.record import Pictures
from pipeline.report.context import Context
from pipeline.report.views import pictures as pictures_text
from pipeline.report.views.pictures import PicturesText


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("pictures") / "results")


@pytest.fixture(scope="module")
def page() -> Context:
    return sections.usual_context()


@pytest.fixture
def told(results: Path, tmp_path: Path) -> Any:
    """The views on other pictures of the same results."""
    config = plan.load_selected(results / "config.json", results / "selection/selection.json")
    (tmp_path / "figures").symlink_to(results / "figures")

    def tell(change: Any = lambda pictures: pictures, **manifest: Any) -> PicturesText:
        sealed.write_json(tmp_path / "pictures/pictures.json", change(record.read(results)))
        return pictures_text.build(config, replace(MANIFEST, **manifest), tmp_path, LINEAR)

    return tell


def shown(name: str, page: Context, found: PicturesText) -> str:
    return str(sections.text(name, replace(page, pictures=found)))


def confused(**changes: Any) -> Any:
    def change(pictures: Pictures) -> Pictures:
        assert pictures.confusion
        return replace(pictures, confusion=replace(pictures.confusion, **changes))

    return change


def test_images_that_are_not_square_are_not_drawn_but_counted(told: Any) -> None:
    found = told(pixels=785)
    assert (found.digits, found.tests, found.weights) == (None, None, None)
    assert found.confusion.plot is None
    assert found.confusion.rows


def test_networks_that_diverged_are_not_spoken_of(told: Any, page: Context) -> None:
    def one_lost(pictures: Pictures) -> Pictures:
        start, free, *others = pictures.weights
        return replace(pictures, weights=(start, replace(free, diverged=True, best_epoch=None), *others))

    def all_lost(pictures: Pictures) -> Pictures:
        start, *others = pictures.weights
        return replace(pictures, weights=(start, *(replace(panel, diverged=True) for panel in others)), confusion=None)

    assert len(told(one_lost).weights.leading) == len(told().weights.leading) - 1
    none = told(all_lost)
    assert (none.weights, none.confusion) == (None, None)
    assert shown("weights", page, none) == shown("mistakes", page, none) == ""


def test_a_network_without_a_mistake_has_none_to_show(told: Any, page: Context) -> None:
    matrix = tuple(tuple(20 * (a == b) for b in range(10)) for a in range(10))
    found = told(confused(matrix=matrix, mistakes=(), unsure=None, recorded=1.0))
    text = shown("mistakes", page, found)
    assert "It misreads none of the 200 testing images." in text
    assert found.confusion.plot is None
    assert "rounding" not in text


def test_another_accuracy_than_the_runs_is_owned_up_to(told: Any, page: Context) -> None:
    of_page = told().confusion
    text = shown("mistakes", page, told(confused(recorded=0.9015)))
    assert f"testing accuracy is {of_page.accuracy}, where the run has 0.9015" in text
    assert "rounding" in text


def test_of_many_classes_the_pairs_are_told_and_no_table_is_shown(told: Any, page: Context) -> None:
    matrix = tuple(tuple(30 if a == b else 2 * (b == a + 1) for b in range(17)) for a in range(17))
    text = shown("mistakes", page, told(confused(matrix=matrix)))
    assert "0 for 1 (2 of 32)" in text
    assert "Table" not in text


def test_a_class_without_testing_images_is_neither_best_nor_worst(told: Any) -> None:
    matrix = ((9, 1, 0), (0, 0, 0), (2, 0, 8))
    found = told(confused(matrix=matrix)).confusion
    assert (found.easiest, found.hardest) == ("0 (10.0% wrong)", "2 (20.0%)")


@pytest.mark.parametrize(("part", "text"), [(0.112, "11.2%"), (0.9996, "99.9%"), (1.0, "100.0%"), (0.0, "0.0%")])
def test_nearly_all_is_not_rounded_to_all(part: float, text: str) -> None:
    assert pictures_text.share(part) == text


def test_the_theory_is_told_where_it_leaves_one_direction(told: Any, page: Context) -> None:
    def alike(share: float) -> Any:
        return lambda pictures: replace(
            pictures, weights=tuple(replace(panel, leading=share) for panel in pictures.weights)
        )

    found = told(alike(0.95))
    assert (found.weights.one.value, found.weights.one.first, found.weights.one.second) == (
        "0.1353",
        "0.1445",
        "0.1265",
    )
    assert "One pattern is what the network has." in shown("weights", page, found)
    text = shown("weights", page, told(alike(0.5)))
    assert "more than that one" in text
    assert "not make the hidden units more alike" in text


def test_one_class_less_is_no_trouble(told: Any) -> None:
    def halved(pictures: Pictures) -> Pictures:
        return replace(pictures, digits=pictures.digits[::2])

    assert told(halved).digits.of_each == 1
