"""The formulas in templates/formulas.json are those that Node.js draws; the check finds one that is not."""

import copy

import pytest

from page.drawing_checks import Lock, drawn_anew, outdated, read
from page.programs import ROOT, expect_none


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Lock:
    """Every formula drawn anew."""
    return drawn_anew(tmp_path_factory.mktemp("formulas"))


def test_every_formula_is_drawn_as_it_would_be_today(fresh: Lock) -> None:
    lock = read(ROOT / "templates/formulas.json")
    expect_none(outdated(lock, fresh))
    assert lock == fresh


def test_another_and_a_missing_drawing_are_found(fresh: Lock) -> None:
    lock = copy.deepcopy(fresh)
    first, second = list(lock["display"])[:2]
    lock["display"][first]["speech"] = "something else"
    del lock["display"][second]
    assert outdated(lock, fresh) == [
        f"{first}: expected the display drawing that MathJax gives, found another",
        f"{second}: expected the display drawing that MathJax gives, found none",
    ]
    assert outdated(fresh, fresh) == []
