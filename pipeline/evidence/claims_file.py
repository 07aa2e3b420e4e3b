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
from pipeline.evidence.claims import Claim, Test, Threshold, Wanted
from pipeline.evidence.measures import Measure
from pipeline.files.yamlfile import read_yaml
from pipeline.writeup import published

FILE = published.FILE.with_name("claims.yaml")
SCHEMA = published.FILE.with_name("claims.schema.yaml")
ANY_UNIT = "any"


@dataclass(frozen=True)
class Stated:
    """What a file states: its claims, the configuration that the write-up chose, and the curves of the figure.

    `training_images` make an epoch. `curves` are by the parameter that tells them apart.
    """

    thresholds: tuple[Threshold, ...]
    training_images: int
    curves: Mapping[str, tuple[Configuration, ...]]
    claims: tuple[Claim, ...]


def load(path: Path = FILE) -> Stated:
    """Read and check a file of claims. Raises InputError with one line per problem."""
    tree = read_numbers(read_yaml(path), Quantity)
    problems, rest = schema.check(tree, SCHEMA, {"claims": []})
    _refuse(path, [*problems, *_contradictions(rest["claims"])])
    _refuse(path, _unknown_thresholds(tree))
    stated = _build(tree)
    _refuse(path, _unmeasurable(stated.claims))
    return stated


def _refuse(path: Path, problems: Iterable[str]) -> None:
    if found := schema.bounded(problems):
        raise InputError(*(f"{shown(path)}: {problem}" for problem in found))


def _build(tree: Mapping[str, Any]) -> Stated:
    images, defaults = int(tree["training_images"]), tree["defaults"]
    thresholds = {name: _threshold(name, each) for name, each in tree["thresholds"].items()}

    def configuration(named: Mapping[str, float]) -> Configuration:
        return Configuration.of({**defaults, **named})

    def test(settings: Mapping[str, Any]) -> Test:
        ((side, threshold),) = settings["claimed"].items()
        return Test(
            what=settings["what"],
            runs=tuple(Wanted(configuration(run), int(run.get("after", 0))) for run in settings["runs"]),
            measure=_measure(settings, images),
            predicts=side,
            threshold=thresholds[threshold],
            **{verdict: settings[verdict] for verdict in ("supported", "contradicted", "undetermined")},
            decides=settings.get("decides") != "no",
        )

    return Stated(
        thresholds=tuple(thresholds.values()),
        training_images=images,
        curves={name: tuple(map(configuration, points)) for name, points in tree["curves"].items()},
        claims=tuple(
            Claim(each["name"], each["section"], each["text"], tuple(map(test, each["tests"])))
            for each in tree["claims"]
        ),
    )


def _threshold(name: str, settings: Mapping[str, Any]) -> Threshold:
    unit = "" if settings["unit"] == ANY_UNIT else settings["unit"]
    return Threshold(name, float(settings["value"]), unit, settings["reason"])


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
    if "within" in test["claimed"] and test.get("decides") != "no":
        yield "claimed: expected above or below for a test that decides, found within."
    if "since" in test and "gradient_against_end" in test["measure"]:
        yield f"since: expected none for this measure, found {test['since']:g}."


def _unknown_thresholds(tree: Mapping[str, Any]) -> Iterator[str]:
    """One line for each test that names a threshold which the file does not have."""
    for number, claim in enumerate(tree["claims"]):
        for position, test in enumerate(claim["tests"]):
            ((side, name),) = test["claimed"].items()
            if name not in tree["thresholds"]:
                where, known = f"claims.{number}.tests.{position}.claimed.{side}", ", ".join(tree["thresholds"])
                yield f"{where}: expected one of {known}, found '{shown(name)}'."


def _unmeasurable(claims: Iterable[Claim]) -> Iterator[str]:
    """One line for each test whose threshold is of another unit, or whose runs are too short for what it looks at."""
    for number, claim in enumerate(claims):
        for position, test in enumerate(claim.tests):
            where, shortest = f"claims.{number}.tests.{position}", min(each.epochs for each in test.needs)
            if test.threshold.unit not in ("", test.unit.name):
                yield f"{where}: expected a threshold in {test.unit.name}, found one in {test.threshold.unit}."
            if test.measure.epoch >= shortest:
                yield f"{where}: expected an epoch before the last of its runs, {shortest}, found {test.measure.epoch}."
            elif test.measure.window > (test.measure.since or shortest):
                found = test.measure.since or shortest
                yield f"{where}: expected at least {test.measure.window} epochs for {test.measure.name}, found {found}."
