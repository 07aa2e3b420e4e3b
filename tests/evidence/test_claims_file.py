"""Files of claims: what somebody may add without Python, and a line for whatever is wrong with one."""

import copy
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.settings import Configuration
from pipeline.errors import InputError
from pipeline.evidence import claims_file
from pipeline.evidence.archive import COURSES, Courses
from pipeline.evidence.claims import Wanted
from pipeline.evidence.claims_file import Stated
from pipeline.evidence.measures import FAMILIES, NUMBERS, Measure
from pipeline.files.yamlfile import read_yaml

RUN = {"learning_rate": "e^-2", "epochs": 20}
THRESHOLDS = {
    "small": {"value": 0.2, "unit": "percentage points", "reason": "A reason."},
    "none": {"value": 0, "unit": "any", "reason": "2024"},
}


NONE = {"above": "none"}


def trial(**changes: Any) -> dict[str, Any]:
    settings = {
        "what": "accuracy at e^-2 minus that of the default",
        "runs": [RUN, {}],
        "measure": "best_accuracy",
        "claimed": {"above": "small"},
        **{verdict: f"It is {verdict}." for verdict in ("supported", "contradicted", "undetermined")},
    }
    return {name: value for name, value in (settings | changes).items() if value is not None}


def claim(*tests: dict[str, Any], **changes: Any) -> dict[str, Any]:
    settings = {"name": "a-claim", "section": "3.1", "text": "A rate is better.", "tests": list(tests or [trial()])}
    return settings | changes


def tree(*claims: dict[str, Any], **changes: Any) -> dict[str, Any]:
    point = {"learning_rate": 0.1, "reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10}
    curves = {name: [{}] for name in ("learning_rate", "batch_size", "reg")}
    whole = {"thresholds": THRESHOLDS, "training_images": 1000, "defaults": point, "best": {"reg": 0}, "curves": curves}
    return whole | {"claims": list(claims or [claim()])} | changes


def load(folder: Path, content: Any) -> Stated:
    path = folder / "claims.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return claims_file.load(path)


def test_a_claim_is_what_its_file_says(tmp_path: Path) -> None:
    stated = load(tmp_path, tree(claim(trial(), trial(decides="no", runs=[{}]))))
    ((first, second),) = (each.tests for each in stated.claims)
    assert first.needs == (
        Configuration(math.exp(-2), 0.001, 64, 128, 20),
        Configuration(0.1, 0.001, 64, 128, 10),
    )
    assert (first.predicts, first.threshold.name, first.unit.name) == ("above", "small", "percentage points")
    assert (first.threshold.value, first.bound, first.margin) == (0.2, 0.002, pytest.approx(0.00005))
    assert (first.supported, first.contradicted) == ("It is supported.", "It is contradicted.")
    assert (first.decides, second.decides) == (True, False)
    assert (stated.claims[0].name, stated.claims[0].section) == ("a-claim", "3.1")
    assert stated.training_images == 1000
    assert [(each.name, each.unit, each.reason) for each in stated.thresholds] == [
        ("none", "", "2024"),  # safe_dump sorts them
        ("small", "percentage points", "A reason."),
    ]


def test_seeds_of_a_run_count_from_the_one_after(tmp_path: Path) -> None:
    (found,) = load(tmp_path, tree(claim(trial(runs=[RUN | {"after": 5}, {}])))).claims[0].tests
    default = Configuration(0.1, 0.001, 64, 128, 10)
    assert found.runs == (Wanted(Configuration(math.exp(-2), 0.001, 64, 128, 20), 5), Wanted(default, 0))


def test_a_bound_of_any_unit_is_one_of_what_is_measured(tmp_path: Path) -> None:
    in_epochs = trial(measure={"epochs_to": 0.9}, claimed={"below": "none"})
    (found,) = load(tmp_path, tree(claim(in_epochs))).claims[0].tests
    assert (found.bound, found.unit.name, found.threshold.unit) == (0, "epochs", "")


def test_what_is_said_is_a_text_whatever_it_looks_like(tmp_path: Path) -> None:
    (found,) = load(tmp_path, tree(claim(trial(supported="e^-1", what="2024")))).claims[0].tests
    assert (found.supported, found.what) == ("e^-1", "2024")


@pytest.mark.parametrize(
    ("settings", "measure"),
    [
        ({"measure": {"gap": 3}}, Measure("gap", (3,))),
        ({"measure": {"gap": 3}, "since": 3}, Measure("gap", (3,), 3)),
        ({"measure": {"late": "validation_loss"}, "claimed": NONE}, Measure("late", ("validation_loss",))),
        (
            {"measure": {"late": "validation_loss"}, "since": 3, "claimed": NONE},
            Measure("late", ("validation_loss",), 3),
        ),
        ({"measure": {"at_end": "training_accuracy"}}, Measure("at_end", ("training_accuracy",))),
        ({"measure": {"roughness": 5}}, Measure("roughness", (5,))),
        ({"measure": {"epochs_to": 0.85}, "claimed": NONE}, Measure("epochs_to", (0.85,))),
        ({"measure": {"epochs_to_share": 0.95}, "claimed": NONE}, Measure("epochs_to_share", (0.95,))),
        ({"measure": {"updates_to": 0.9}, "claimed": NONE}, Measure("updates_to", (0.9, 1000))),
        ({"measure": {"gradient_against_end": 9}, "claimed": NONE}, Measure("gradient_against_end", (9,))),
    ],
)
def test_a_measure_has_its_arguments(tmp_path: Path, settings: dict[str, Any], measure: Measure) -> None:
    (found,) = load(tmp_path, tree(claim(trial(**settings)))).claims[0].tests
    assert found.measure == measure


def test_an_epoch_is_one_that_a_course_has_and_a_course_may_be_rough_as_a_whole(tmp_path: Path) -> None:
    gradient = trial(measure={"gradient_against_end": 9}, runs=[{}], claimed=NONE)
    rough = trial(measure={"roughness": 5}, runs=[{"epochs": 5}])
    for each in load(tmp_path, tree(claim(gradient, rough))).claims[0].tests:
        assert each.measure.of(*map(rising, each.needs)) is not None


def test_every_measure_may_be_asked_for_and_no_other() -> None:
    plain, with_argument = read_yaml(claims_file.SCHEMA)["$defs"]["test"]["properties"]["measure"]["anyOf"]
    assert {*plain["enum"], *with_argument["properties"]} == {*NUMBERS, *FAMILIES}


def test_every_unit_may_be_that_of_a_threshold_and_no_other() -> None:
    (unit,) = read_yaml(claims_file.SCHEMA)["properties"]["thresholds"]["additionalProperties"]["properties"][
        "unit"
    ].values()
    told = {name: ("validation_loss",) if name == "late" else (1,) for name in FAMILIES if name != "at_end"}
    units = {Measure(name, arguments).unit.name for name, arguments in told.items()} | {
        Measure("best_accuracy").unit.name
    }
    assert set(unit) == units | {"any"}


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (trial(measure="best"), "measure: expected best_accuracy, or one of .*, found .*best"),
        (trial(measure={"late": "accuracy"}), "measure: expected .* late .*, found .*accuracy"),
        (trial(runs=[RUN, RUN, RUN]), "runs: expected a list of one or two configurations, found"),
        (trial(runs=[{"rate": 1}]), "runs.0: expected .*learning_rate.* found .*rate"),
        (trial(runs=["rivals"]), "runs.0: expected values for learning_rate, .* after, found .*rivals"),
        (trial(runs=[{"after": 0}]), "runs.0.after: expected a whole number of at least 1, found 0"),
        (trial(claimed={"within": "small"}), "claimed: expected above or below for a test that decides, found within"),
        (trial(claimed={"above": "none", "below": "small"}), "claimed: expected"),
        (trial(claimed={}), "claimed: expected where the claim puts the number"),
        (trial(measure={"gradient_against_end": 9}, since=3), "since: expected none for this measure, found 3"),
        (trial(undetermined=None), "expected the keys .undetermined."),
        (trial(decides="maybe"), "decides: expected yes or no, found .*maybe"),
    ],
)
def test_what_is_wrong_with_a_test_is_a_line(tmp_path: Path, broken: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=rf"claims\.yaml: claims\.0\.tests\.1[.:] ?{problem}") as caught:
        load(tmp_path, tree(claim(trial(), broken)))
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (tree(claim(), claim(text="Another.")), "claims.1.name: expected a name of its own .*, found 'a-claim' again"),
        (tree(defaults={"learning_rate": 1}), "defaults: expected the keys .reg., .batch_size., .hidden., .epochs."),
        (tree(claims=[]), "claims: expected a list of one to 200 claims"),
        (tree(claim(trial(since=10))), "claims.0.tests.0: expected an epoch before the last of its runs, 10, found 10"),
        (
            tree(claim(trial(measure={"gradient_against_end": 20}, runs=[RUN], claimed=NONE))),
            "claims.0.tests.0: .* 20, found 20",
        ),
        (
            tree(claim(trial(measure={"roughness": 5}, runs=[{"epochs": 4}]))),
            "claims.0.tests.0: expected at least 5 epochs for roughness, found 4",
        ),
        (
            tree(claim(trial(measure={"gap": 5}, since=3))),
            "claims.0.tests.0: expected at least 5 epochs for gap, found 3",
        ),
        (
            tree(claim(trial(measure={"drops": 5}))),
            "claims.0.tests.0: expected a threshold in falls, found one in percentage points",
        ),
        (
            tree(claim(trial(claimed={"below": "much"}))),
            "claims.0.tests.0.claimed.below: expected one of none, small, found 'much'",
        ),
        (tree(thresholds={}), "thresholds: expected a list of one to 50 thresholds"),
        (
            tree(thresholds=THRESHOLDS | {"odd": {"value": 1, "unit": "miles", "reason": "None."}}),
            "thresholds.odd.unit: expected any, .* crossings, found .*miles",
        ),
        (
            tree(thresholds=THRESHOLDS | {"odd": {"value": 1, "unit": "any"}}),
            "thresholds.odd: expected the keys .reason.",
        ),
        (
            tree(claim(trial(decides="no"), trial(decides="no"))),
            "claims.0.tests: expected one that decides, found none",
        ),
        (tree(claim(tests=[])), "claims.0.tests: expected a list of one to 20 tests"),
        (tree(claim(name="A claim")), "claims.0.name: expected a name of lower-case letters"),
        ([], "the file: expected the claims"),
    ],
)
def test_what_is_wrong_with_a_file_is_a_line(tmp_path: Path, broken: Any, problem: str) -> None:
    with pytest.raises(InputError, match=rf"claims\.yaml: {problem}") as caught:
        load(tmp_path, broken)
    assert len(caught.value.problems) == 1


ODD = [None, "", "x", "e^-1", "small", "no", [], {}, [{}], 0, -1, 3, 0.5, 1e9, "gap", "best_accuracy"]
ODD += [{"epochs": 1}, {"epochs_to": 0.9}, {"late": "x"}, {"above": "e^-2"}, {"within": "small"}, {"after": 3}]
ODD += [{name: window} for name in ("gap", "drops") for window in (2, 30)]
ODD += [{"gradient_against_end": epoch} for epoch in (9, 500)]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, item in inner for each in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    changed = copy.copy(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


WHOLE = tree(
    claim(trial(), trial(measure={"late": "training_loss"}, since=3, claimed=NONE)), claim(trial(runs=[{}]), name="b")
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(places(WHOLE)), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_whatever_stands_in_a_file_it_is_told_in_lines_or_can_be_measured(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    content = WHOLE
    for path, new in changes:
        with suppress(LookupError, TypeError):  # a place that an earlier change has taken away
            content = replaced(content, path, new)
    try:
        stated = load(tmp_path_factory.mktemp("claims"), content)
    except InputError as error:
        assert all("\n" not in problem and "claims.yaml: " in problem for problem in error.problems)
        return
    for each in (test for claim in stated.claims for test in claim.tests):
        if max(need.epochs for need in each.needs) <= 100:
            found = each.measure.of(*map(rising, each.needs))
            assert found is None or math.isfinite(found.value)


def rising(configuration: Configuration) -> Courses:
    """Three seeds whose numbers all rise from epoch to epoch."""
    course = np.linspace(0.1, 0.9, configuration.epochs)[None, :].repeat(3, axis=0)
    return Courses(configuration, (1, 2, 3), dict.fromkeys(COURSES, course))
