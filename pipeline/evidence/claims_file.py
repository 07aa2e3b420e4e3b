"""Claims as a file: what a write-up's analysis says, with the tests that would refute it, read and checked.

claims.yaml of pipeline/writeup holds those of the write-up that the report rebuilds; claims.schema.yaml describes the
format.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import schema
from pipeline.config.quantity import Quantity, read_numbers
from pipeline.config.settings import Configuration
from pipeline.errors import InputError, shown
from pipeline.evidence.claims import Claim, Test
from pipeline.evidence.measures import LEAD, Measure
from pipeline.files.yamlfile import read_yaml
from pipeline.writeup import published

FILE = published.FILE.with_name("claims.yaml")
SCHEMA = published.FILE.with_name("claims.schema.yaml")
LEADERS = "leaders"
FEWEST_EPOCHS = 5  # whose second half has a second difference


@dataclass(frozen=True)
class Stated:
    """What a file states: its claims, the configuration that the write-up chose, and the curves of the figure.

    `negligible` is a difference of accuracies in percentage points. `training_images` make an epoch. `curves` are by
    the parameter that tells them apart.
    """

    negligible: float
    training_images: int
    best: Configuration
    curves: Mapping[str, tuple[Configuration, ...]]
    claims: tuple[Claim, ...]


def load(path: Path = FILE) -> Stated:
    """Read and check a file of claims. Raises InputError with one line per problem."""
    tree = read_numbers(read_yaml(path), Quantity)
    problems, rest = schema.check(tree, SCHEMA, {"claims": []})
    _refuse(path, [*problems, *_contradictions(rest["claims"])])
    stated = _build(tree)
    _refuse(path, _unmeasurable(stated.claims))
    return stated


def _refuse(path: Path, problems: Iterable[str]) -> None:
    if found := schema.bounded(problems):
        raise InputError(*(f"{shown(path)}: {problem}" for problem in found))


def _build(tree: Mapping[str, Any]) -> Stated:
    images, defaults = int(tree["training_images"]), tree["defaults"]

    def configuration(named: Mapping[str, float]) -> Configuration:
        return Configuration.of({**defaults, **named})

    def test(settings: Mapping[str, Any]) -> Test:
        ((side, threshold),) = settings["claimed"].items()
        measure = _measure(settings, images)
        return Test(
            what=settings["what"],
            needs=tuple(configuration(run) for run in settings["runs"] if run != LEADERS),
            measure=measure,
            predicts=side,
            threshold=threshold / measure.unit.scale,
            **{verdict: settings[verdict] for verdict in ("supported", "contradicted", "undetermined")},
            decides=settings.get("decides") != "no",
        )

    return Stated(
        negligible=tree["negligible"],
        training_images=images,
        best=configuration(tree["best"]),
        curves={name: tuple(map(configuration, points)) for name, points in tree["curves"].items()},
        claims=tuple(
            Claim(each["name"], each["section"], each["text"], tuple(map(test, each["tests"])))
            for each in tree["claims"]
        ),
    )


def _measure(settings: Mapping[str, Any], images: int) -> Measure:
    since = int(settings["since"]) if "since" in settings else None
    if isinstance(settings["measure"], str):
        return Measure(settings["measure"], since=since)
    ((name, argument),) = settings["measure"].items()
    if isinstance(argument, Quantity):
        argument = int(argument) if argument.is_integer() else float(argument)
    return Measure(name, (argument, images) if name == "updates_to" else (argument,), since)


def _contradictions(claims: list[Any]) -> Iterator[str]:
    """One line for each thing that the schema cannot express."""
    names = [claim["name"] for claim in claims]
    for number, claim in enumerate(claims):
        if claim["name"] in names[:number]:
            yield f"claims.{number}.name: expected a name of its own for each claim, found '{claim['name']}' again."
        if all(test.get("decides") == "no" for test in claim["tests"]):
            yield f"claims.{number}.tests: expected one that decides, found none."
        for position, test in enumerate(claim["tests"]):
            yield from (f"claims.{number}.tests.{position}.{problem}" for problem in _test_contradictions(test))


def _test_contradictions(test: Mapping[str, Any]) -> Iterator[str]:
    of_leaders, leads = LEADERS in test["runs"], test["measure"] == LEAD
    if of_leaders != leads or (leads and (test["runs"][0] == LEADERS or len(test["runs"]) != 2)):
        found = schema.show(test["runs"])
        yield f"runs: expected a configuration and {LEADERS} for {LEAD}, configurations for all else, found {found}."
    if "since" in test and (leads or "gradient_against_end" in test["measure"]):
        yield f"since: expected none for this measure, found {test['since']:g}."


def _unmeasurable(claims: Iterable[Claim]) -> Iterator[str]:
    """One line for each test whose runs are too short for what it looks at."""
    for number, claim in enumerate(claims):
        for position, test in enumerate(claim.tests):
            where, last = f"claims.{number}.tests.{position}", min(each.epochs for each in test.needs)
            if test.measure.epoch >= last:
                yield f"{where}: expected an epoch before the last of its runs, {last}, found {test.measure.epoch}."
            elif test.measure.name == "roughness" and (shortest := test.measure.since or last) < FEWEST_EPOCHS:
                yield f"{where}: expected at least {FEWEST_EPOCHS} epochs for roughness, found {shortest}."
