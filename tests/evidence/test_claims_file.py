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
from pipeline.evidence.claims_file import Stated
from pipeline.evidence.measures import FAMILIES, LEAD, NUMBERS, Measure
from pipeline.files.yamlfile import read_yaml

RUN = {"learning_rate": "e^-2", "epochs": 20}
LEADERS = ["leaders"]


def trial(**changes: Any) -> dict[str, Any]:
    settings = {
        "what": "accuracy at e^-2 minus that of the default",
        "runs": [RUN, {}],
        "measure": "best_accuracy",
        "claimed": {"above": 0.2},
        **{verdict: f"It is {verdict}." for verdict in ("supported", "contradicted", "undetermined")},
    }
    return {name: value for name, value in (settings | changes).items() if value is not None}


def claim(*tests: dict[str, Any], **changes: Any) -> dict[str, Any]:
    settings = {"name": "a-claim", "section": "3.1", "text": "A rate is better.", "tests": list(tests or [trial()])}
    return settings | changes


def tree(*claims: dict[str, Any], **changes: Any) -> dict[str, Any]:
    point = {"learning_rate": 0.1, "reg": 0.001, "batch_size": 64, "hidden": 128, "epochs": 10}
    curves = {name: [{}] for name in ("learning_rate", "batch_size", "reg")}
    whole = {"negligible": 0.2, "training_images": 1000, "defaults": point, "best": {"reg": 0}, "curves": curves}
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
    assert (first.predicts, first.threshold, first.unit.name) == ("above", 0.002, "percentage points")
    assert (first.supported, first.contradicted) == ("It is supported.", "It is contradicted.")
    assert (first.decides, second.decides) == (True, False)
    assert (stated.claims[0].name, stated.claims[0].section) == ("a-claim", "3.1")
    assert (stated.negligible, stated.training_images, stated.best.reg) == (0.2, 1000, 0)


def test_what_is_said_is_a_text_whatever_it_looks_like(tmp_path: Path) -> None:
    (found,) = load(tmp_path, tree(claim(trial(supported="e^-1", what="2024")))).claims[0].tests
    assert (found.supported, found.what) == ("e^-1", "2024")


@pytest.mark.parametrize(
    ("settings", "measure"),
    [
        ({"measure": "gap"}, Measure("gap")),
        ({"measure": "gap", "since": 3}, Measure("gap", since=3)),
        ({"measure": {"late": "validation_loss"}}, Measure("late", ("validation_loss",))),
        ({"measure": {"late": "validation_loss"}, "since": 3}, Measure("late", ("validation_loss",), 3)),
        ({"measure": {"epochs_to": 0.85}}, Measure("epochs_to", (0.85,))),
        ({"measure": {"updates_to": 0.9}}, Measure("updates_to", (0.9, 1000))),
        ({"measure": {"gradient_against_end": 9}}, Measure("gradient_against_end", (9,))),
    ],
)
def test_a_measure_has_its_arguments(tmp_path: Path, settings: dict[str, Any], measure: Measure) -> None:
    (found,) = load(tmp_path, tree(claim(trial(**settings)))).claims[0].tests
    assert found.measure == measure


def test_an_epoch_is_one_that_a_course_has_and_five_are_enough_to_be_rough(tmp_path: Path) -> None:
    gradient = trial(measure={"gradient_against_end": 9}, runs=[{}])
    rough = trial(measure="roughness", runs=[{"epochs": 5}])
    for each in load(tmp_path, tree(claim(gradient, rough))).claims[0].tests:
        assert each.measure.of(*map(rising, each.needs)) is not None


def test_every_measure_may_be_asked_for_and_no_other() -> None:
    plain, with_argument = read_yaml(claims_file.SCHEMA)["$defs"]["test"]["properties"]["measure"]["anyOf"]
    assert {*plain["enum"], *with_argument["properties"]} == {*NUMBERS, *FAMILIES, LEAD}


def test_a_lead_is_over_the_leaders(tmp_path: Path) -> None:
    (found,) = load(tmp_path, tree(claim(trial(measure=LEAD, runs=[RUN, *LEADERS])))).claims[0].tests
    assert (found.measure, len(found.needs)) == (Measure(LEAD), 1)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (trial(measure="best"), "measure: expected one of accuracy_at_end, .*, found .*best"),
        (trial(measure={"late": "accuracy"}), "measure: expected .* late .*, found .*accuracy"),
        (trial(runs=[RUN, RUN, RUN]), "runs: expected a list of one or two configurations, found"),
        (trial(runs=[{"rate": 1}]), "runs.0: expected a configuration, or leaders, found .*rate"),
        (trial(runs=["rivals"]), "runs.0: expected a configuration, or leaders, found .*rivals"),
        (trial(claimed={"above": 1, "below": 2}), "claimed: expected"),
        (trial(claimed={}), "claimed: expected where the claim puts the number"),
        (trial(measure={"gradient_against_end": 9}, since=3), "since: expected none for this measure, found 3"),
        (trial(undetermined=None), "expected the keys .undetermined."),
        (trial(decides="maybe"), "decides: expected yes or no, found .*maybe"),
        (trial(runs=[RUN, *LEADERS]), "runs: expected a configuration and leaders for smallest_lead"),
        (trial(measure=LEAD), "runs: expected a configuration and leaders for smallest_lead"),
        (trial(measure=LEAD, runs=[*LEADERS, RUN]), "runs: expected a configuration and leaders for smallest_lead"),
        (trial(measure=LEAD, runs=LEADERS), "runs: expected a configuration and leaders for smallest_lead"),
        (trial(measure=LEAD, runs=[RUN, *LEADERS], since=3), "since: expected none for this measure, found 3"),
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
        (tree(claim(trial(measure={"gradient_against_end": 20}, runs=[RUN]))), "claims.0.tests.0: .* 20, found 20"),
        (
            tree(claim(trial(measure="roughness", runs=[{"epochs": 4}]))),
            "claims.0.tests.0: expected at least 5 epochs .* 4",
        ),
        (tree(claim(trial(measure="roughness", since=3))), "claims.0.tests.0: expected at least 5 epochs .* found 3"),
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


ODD = [None, "", "x", "e^-1", "leaders", "no", [], {}, [{}], 0, -1, 3, 0.5, 1e9, "gap", "roughness", LEAD]
ODD += [{"epochs": 1}, {"epochs_to": 0.9}, {"late": "x"}, {"above": "e^-2"}]
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


WHOLE = tree(claim(trial(), trial(measure={"late": "training_loss"}, since=3)), claim(trial(runs=[{}]), name="b"))


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
        if each.measure.name != LEAD and max(need.epochs for need in each.needs) <= 100:
            found = each.measure.of(*map(rising, each.needs))
            assert found is None or math.isfinite(found.value)


def rising(configuration: Configuration) -> Courses:
    """Three seeds whose numbers all rise from epoch to epoch."""
    course = np.linspace(0.1, 0.9, configuration.epochs)[None, :].repeat(3, axis=0)
    return Courses(configuration, (1, 2, 3), dict.fromkeys(COURSES, course))
