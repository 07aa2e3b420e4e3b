"""Results without training: what the runs of a small configuration would be if they followed a rule."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import yaml
from configuration import CONFIG_YAML, ROOT

from pipeline.analysis import collapse, tables
from pipeline.analysis.linear_flow import FlowCheck
from pipeline.analysis.linearisation import Linearisation
from pipeline.config import load as config
from pipeline.config.metrics import METRICS
from pipeline.config.settings import Config, Configuration
from pipeline.data.dataset import Manifest
from pipeline.data.examples import Bytes
from pipeline.evidence import claims_file, recovery
from pipeline.evidence import step as evidence
from pipeline.evidence.recovered import Recovery
from pipeline.experiments import plan, runs, selection, tidy
from pipeline.experiments.plan import Run
from pipeline.experiments.records import Record
from pipeline.figures import catalogue, randomisation
from pipeline.figures import collapse as collapse_figure
from pipeline.figures import evidence as evidence_figures
from pipeline.figures import pictures as pictures_figures
from pipeline.figures import step as figures
from pipeline.files import sealed
from pipeline.files.arrays import write_array
from pipeline.files.typed_json import encode
from pipeline.pictures import choice
from pipeline.pictures import record as pictures_record
from pipeline.pictures.record import Confusion, Labelled, Mistake, Panel, Pictures, Tested
from pipeline.randomisation import record as randomisation_record
from pipeline.randomisation.record import SeedOutcome, Variant, VariantEpoch, VariantKind, VariantOutcome
from pipeline.theory import step as theory
from pipeline.theory.proof import Theory
from pipeline.writeup import published

TEMPLATES = ROOT / "templates"
PLACEHOLDER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path id="p"/></svg>'
MANIFEST = Manifest(
    name="Synthetic",
    source="mnist",
    fallback=False,
    training_images=1000,
    testing_images=200,
    pixels=784,
    classes=10,
    largest_class=0.112,
    files={},
    fingerprint="f" * 64,
)
EPOCHS = 6
# the critical coefficient is MNIST's
LINEAR = Linearisation(
    critical=0.1445,
    growth_rates=(0.1445, 0.1265),
    images=48_000,
    pixels=784,
    classes=10,
    largest_class=0.112,
    flow={"first-layer-flow": FlowCheck(3e-14), "second-layer-flow": FlowCheck(2e-13)},
)

RANDOMISATION: dict[str, Any] = {
    "images": 200,
    "learning_rate": 0.5,
    "reg": 0,
    "batch_size": 20,
    "initial_scale": 0.1,
    "epochs": 20,
    "seed": 3,
    "replicates": 3,
    "corruption": [0.5, 1],
}

WRONG = ((3, 5), (4, 9), (3, 5), (7, 2), (4, 9), (3, 5), (0, 6), (8, 1), (2, 8), (5, 0), (9, 4), (6, 7))
APART = 0.001  # testing accuracies of the seeds of a randomization test

Course = list[tuple[float, float, float, float]]  # training loss and accuracy, validation loss and accuracy by epoch
Rule = Callable[[Configuration, int], "Course | None"]
TestRule = Callable[[Variant], VariantOutcome]
NormRule = Callable[[Configuration, int], tuple[float, float]]  # of W1 and W2, in every epoch
RecordRule = Callable[[Configuration, int], Record]


def rising(best: float, *, gain: float = 0.0, epochs: int = EPOCHS, gap: float = 0.0) -> Course:
    """A run that ends at the validation accuracy `best`, gaining `gain` in every epoch, its losses falling."""
    accuracies = [best - gain * (epochs - epoch) for epoch in range(1, epochs + 1)]
    return [(1 - 0.1 * n, a + gap, 1 - 0.1 * n, a) for n, a in enumerate(accuracies, start=1)]


def jitter(seed: int, size: float = 0.001) -> float:
    """A deviation that depends on the seed: 0 in the mean over seeds 1 and 2."""
    return size if seed % 2 else -size


def record_of(course: Course | None) -> Record:
    """What a run of this course records; None is a run that diverged."""
    if course is None:
        return Record("diverged", dict.fromkeys(METRICS), (), ())
    columns = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")
    history = tuple({"epoch": float(n), **dict(zip(columns, row, strict=True))} for n, row in enumerate(course, 1))
    accuracies = [row[3] for row in course]
    last = history[-1]
    metrics = {name: last[name] for name in columns}
    best = accuracies.index(max(accuracies))
    testing = max(accuracies) + 0.005
    return Record(
        "ok",
        metrics
        | {
            "final_training_accuracy": last["training_accuracy"] + 0.002,
            "best_validation_accuracy": max(accuracies),
            "best_validation_loss": course[best][2],
            "best_epoch": best + 1,
            **dict.fromkeys(("testing_accuracy", "last_testing_accuracy"), testing),
            **{"testing_loss": course[best][2] - 0.02, "last_testing_loss": last["validation_loss"] - 0.02},
        },
        history,
        tuple({"epoch": row["epoch"], "w1_norm": 10.0, "w2_norm": 5.0, "gradient_norm": 0.1} for row in history),
    )


def tree(**changes: Any) -> dict[str, Any]:
    """A small configuration: tests/config.yaml with few experiments."""
    base: dict[str, Any] = yaml.safe_load(CONFIG_YAML.read_text(encoding="utf-8"))
    base |= {
        "replicates": 2,
        "epochs": EPOCHS,
        "randomisation": RANDOMISATION,
        "experiments": {
            "learning_rates": {"sweep": {"learning_rate": [1, "e^-1", "e^-2"]}},
            "regularization": {"sweep": {"reg": [1, "e^-1", "e^-2"]}},
            "grid": {
                "grid": {"learning_rate": [0.2, 0.4, 0.6], "reg": [0.001, 0.0005], "batch_size": [32]},
                "replicates": 1,
            },
            "best": {"best_of": "grid"},
            "default": {"single": {}},
            "widths": {"sweep": {"hidden": [16, 32]}},
        },
        "tables": {
            "learning_rates": {
                "experiment": "learning_rates",
                "metrics": ["training_accuracy", "testing_accuracy"],
                "rate_of_change": {"metric": "testing_accuracy", "pairs": [[1, "e^-2"]]},
            },
            "regularization": {"experiment": "regularization", "metrics": ["validation_accuracy", "testing_accuracy"]},
            "tuning": {"best": "best", "default": "default", "metrics": ["best_validation_accuracy"]},
        },
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def usual(chosen: Configuration, seed: int) -> Course:
    """Results like the write-up's: larger rates and smaller coefficients do better."""
    if chosen.reg > 0.2:
        return rising(0.112 + jitter(seed))
    rate = {1.0: 0.94, math.exp(-1): 0.93, math.exp(-2): 0.92, 0.1: 0.91}.get(chosen.learning_rate)
    accuracy = 0.96 + chosen.learning_rate / 100 if rate is None else rate
    return rising(accuracy - chosen.reg + jitter(seed), gain=0.01)


def collapsing(chosen: Configuration, seed: int) -> tuple[float, float]:
    """Norms as the linear equations predict: of 0.317 at the start, they grow below the critical coefficient alone."""
    size = 10.0 if chosen.reg < LINEAR.critical else 0.05
    return size + jitter(seed), size / 2


@cache
def _theory() -> Theory:
    """The checks of the neurons in tests/config.yaml."""
    return theory.check(config.load(CONFIG_YAML).neurons)


def checked_theory() -> str:
    """theory.json of the neurons in tests/config.yaml."""
    return encode(_theory())


def recovered_from(settings: Config, manifest: Manifest, file: Path) -> Recovery:
    """What these runs, and labels that occur equally often, tell of the write-up's protocol."""
    printed = published.load(published.FILE, settings)
    return recovery.recover(printed, settings, manifest, labels_of(manifest), tidy.read_csv(file))


def labels_of(manifest: Manifest) -> tuple[Bytes, Bytes]:
    """Labels for training and testing that occur equally often."""
    training, testing = (np.arange(n) % 10 for n in (manifest.training_images, manifest.testing_images))
    return training.astype(np.uint8), testing.astype(np.uint8)


def pictures_of(settings: Config, manifest: Manifest, runs: pd.DataFrame, *, contrary: bool = False) -> Pictures:
    """Pictures of networks that take 3 for 5 most often, and are less sure where they are wrong.

    Contrary ones are surer there, and of hidden units that are no more alike with a larger coefficient.
    """
    classes, chosen = manifest.classes, choice.choose(settings, manifest.fingerprint)
    tested = list(randomisation_record.variants(settings.randomisation)) if settings.randomisation else []
    tested = [
        v for v in tested if v.kind != "corrupted_labels" or v.corruption == max(settings.randomisation.corruption)
    ]
    true = tuple(n * 3 % classes for n in range(8))
    other = tuple(label if n == 2 else (label + 1) % classes for n, label in enumerate(true))
    shares = [0.171, 0.218, 0.287, 0.953][:: -1 if contrary else 1]
    units = min(10, settings.defaults.hidden)
    panels = [
        Panel(run.key, float(run.configuration.reg), False, 4, units, 0.25 / n, share)
        for n, (run, share) in enumerate(zip(chosen.weights, shares, strict=False), start=1)
    ]
    confusion = None
    if chosen.confusion and (runs.loc[runs["key"] == chosen.confusion.key, "status"] == "ok").all():
        own = runs[runs["key"] == chosen.confusion.key].iloc[0]
        confusion = _confusion(chosen.confusion, own, manifest, contrary=contrary)
    return Pictures(
        counts=tuple(90 + 7 * n % 25 for n in range(classes)),
        digits=tuple(Labelled(5 * n, n // 2) for n in range(2 * classes)),
        tests=tuple(Tested(v.name, other if v.kind == "corrupted_labels" else true) for v in tested),
        weights=(Panel(None, 0.0, False, None, units, 0.0037, 0.015), *panels) if panels else (),
        confusion=confusion,
    )


def _confusion(run: Run, row: "pd.Series[Any]", manifest: Manifest, *, contrary: bool) -> Confusion:
    """As many images of each class, and as many mistakes as the run has; 3 is taken for 5 most often."""
    matrix = np.diag(np.full(10, manifest.testing_images // 10))
    for mistake in range(round((1 - row["testing_accuracy"]) * manifest.testing_images)):
        label, answer = WRONG[mistake % len(WRONG)]
        matrix[label, label] -= 1
        matrix[label, answer] += 1
    return Confusion(
        key=run.key,
        seed=run.seed,
        best_epoch=int(row["best_epoch"]),
        recorded=float(row["testing_accuracy"]),
        matrix=tuple(tuple(map(int, counts)) for counts in matrix),
        sure=0.9514,
        unsure=0.9716 if contrary else 0.6718,
        mistakes=tuple(Mistake(11 * n, a, b, 0.9876 - 0.01 * n) for n, (a, b) in enumerate(WRONG[:7])),
    )


def _pictures(folder: Path, pictures: Pictures, manifest: Manifest) -> None:
    """pictures.json, and pixels that differ everywhere."""
    numbers = np.random.default_rng(7)
    mistakes = pictures.confusion.mistakes if pictures.confusion else ()
    images = {"digits": len(pictures.digits), "tests": (len(pictures.tests), 8), "mistakes": len(mistakes)}
    for name, count in images.items():
        size = (*np.atleast_1d(count), manifest.pixels)
        write_array(folder / f"pictures/{name}.npy", numbers.integers(256, size=size).astype(np.uint8))
    scales = np.array([panel.largest for panel in pictures.weights])[:, None, None]
    units = pictures.weights[0].units if pictures.weights else 0
    size = (len(pictures.weights), units, manifest.pixels)
    write_array(folder / "pictures/weights.npy", (scales * numbers.uniform(-1, 1, size)).astype(np.float32))
    sealed.write_json(folder / "pictures/pictures.json", pictures)


def _figures(folder: Path, settings: Config, *, draw: bool) -> None:
    """The figures of a results folder, or placeholders."""
    drawings = folder / "figures"
    names = [*catalogue.figures(settings), *map(pictures_record.figure, pictures_record.NAMES)]
    names += [*catalogue.verdict_figures(settings), catalogue.COLLAPSE, randomisation_record.FIGURE]
    for name in names:
        sealed.write_text(drawings / catalogue.drawing(name), PLACEHOLDER)
    if not draw:
        return
    chosen = folder / "config.json", folder / "selection/selection.json"
    averages = folder / "tables/summary.csv", folder / "tables/curves.csv"
    figures.write_all(*chosen, *averages, histories=folder / "histories.csv", output=drawings / "experiments")
    pictures_figures.write(folder, drawings / "pictures")
    if settings.writeup:
        evidence_figures.write(folder / "evidence", folder / "theory/mathematics.csv", drawings / "evidence")
    if settings.tables.regularization:
        found = folder / "collapse/collapse.json", folder / "collapse/collapse.csv"
        collapse_figure.write(chosen[0], *found, drawings / catalogue.drawing(catalogue.COLLAPSE))
    if settings.randomisation:
        tests = [variant.name for variant in randomisation_record.variants(settings.randomisation)]
        figure = drawings / catalogue.drawing(randomisation_record.FIGURE)
        randomisation.write(tests, folder / "randomisation", figure)


def write_results(
    folder: Path,
    rule: Rule = usual,
    *,
    draw: bool = False,
    data: str = MANIFEST.name,
    norms: NormRule = collapsing,
    linear: Linearisation = LINEAR,
    test_rule: "TestRule | None" = None,
    recorded: RecordRule | None = None,
    manifest: Manifest = MANIFEST,
    contrary: bool = False,
    **changes: Any,
) -> Path:
    """A results folder whose runs are what `rule` and `norms` say, on a data set called `data`.

    With `recorded` they are what that says instead. Figures are drawn, or placeholders. The randomization tests are
    what `test_rule` says, or usual ones; pictures are usual or contrary ones.
    """
    settings_tree = tree(**changes)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config.resolved(settings_tree)), encoding="utf-8")
    sealed.write_text(folder / "theory/theory.json", checked_theory())
    (folder / "data").mkdir()
    sealed.write_text(folder / "data/data.json", json.dumps(asdict(replace(manifest, name=data))))
    labels = labels_of(manifest)
    for part, of in zip(("training", "testing"), labels, strict=True):
        write_array(folder / f"data/{part}_labels.npy", of)
    settings = config.read_resolved(folder / "config.json")

    def train(wanted: tuple[Run, ...]) -> dict[str, Record]:
        return {run.key: trained(run) for run in wanted}

    def trained(run: Run) -> Record:
        if recorded:
            return recorded(run.configuration, run.seed)
        record = record_of(rule(run.configuration, run.seed))
        w1, w2 = norms(run.configuration, run.seed)
        return replace(record, norms=tuple({**epoch, "w1_norm": w1, "w2_norm": w2} for epoch in record.norms))

    chosen = {}
    for experiment in settings.experiments.values():
        if experiment.best_of:
            candidates = plan.runs(settings, [settings.experiments[experiment.best_of]], manifest.fingerprint)
            best = selection.best(candidates, train(candidates), experiment.count)
            chosen[experiment.name] = [vars(configuration) for configuration in best]
    sealed.write_text(folder / "selection/selection.json", json.dumps(chosen))
    settings = plan.select(settings, plan.read_selection(folder / "selection/selection.json", settings))
    all_runs = plan.runs(settings, settings.experiments.values(), manifest.fingerprint)
    sealed.write_text(folder / "runs.csv", tidy.to_csv(runs.runs_table(all_runs, train(all_runs))))
    sealed.write_text(folder / "norms.csv", tidy.to_csv(runs.norms_table(all_runs, train(all_runs))))
    sealed.write_text(folder / "histories.csv", tidy.to_csv(runs.histories_table(all_runs, train(all_runs))))
    inputs = folder / "config.json", folder / "selection/selection.json"
    tables.write_all(*inputs, folder / "runs.csv", folder / "histories.csv", folder / "tables")
    if settings.tables.regularization:
        collapse.write_tables(folder / "config.json", linear, folder / "norms.csv", folder / "collapse")
    sealed.write_text(folder / "theory/mathematics.csv", tidy.to_csv(theory.to_frame(_theory().propositions)))
    if settings.writeup:
        facts = recovered_from(settings, replace(manifest, name=data), folder / "runs.csv")
        sealed.write_text(folder / "recovery/recovery.json", encode(facts))
        evidence.write_all(folder, published.FILE, claims_file.FILE, folder / "evidence")
    pictured = pictures_of(settings, manifest, tidy.read_csv(folder / "runs.csv"), contrary=contrary)
    _pictures(folder, pictured, manifest)
    if settings.randomisation:
        for variant in randomisation_record.variants(settings.randomisation):
            randomisation_record.write((test_rule or usual_test)(variant), folder / "randomisation" / variant.name)
    _figures(folder, settings, draw=draw)
    return folder


def outcome_of(
    variant: Variant,
    epochs: int | None,
    testing: float | None,
    *,
    start: int = 1,
    most: int = RANDOMISATION["epochs"],
    changed: float = 0.0,
    seeds: int = RANDOMISATION["replicates"],
) -> VariantOutcome:
    """A test that is fitted after so many epochs, or never; it is above 0.9 from the epoch `start` on.

    Its seeds have testing accuracies APART from each other, in another order for each test. Without a testing accuracy
    they diverged after as many epochs.
    """
    last = most if epochs is None else epochs
    rows = [VariantEpoch(2.3 - n / last, 0.95 if n >= start else 0.11) for n in range(1, last + 1)]
    if epochs is not None and testing is not None:
        rows[-1] = VariantEpoch(0.01, 1.0)
    order = get_args(VariantKind).index(variant.kind) + round(2 * variant.corruption)
    steps = [(seed + order) % seeds - (seeds - 1) / 2 for seed in range(seeds)]
    tested = [None if testing is None else min(max(testing + APART * step, 0), 1) for step in steps]
    return VariantOutcome(
        variant,
        RANDOMISATION["images"],
        tuple(
            SeedOutcome(seed, changed, tuple(rows), value is None, value) for seed, value in enumerate(tested, start=1)
        ),
    )


def usual_test(variant: Variant) -> VariantOutcome:
    """A test like the paper's: corrupted labels take longer, the testing accuracy falls to chance."""
    if variant.kind in ("true_labels", "corrupted_labels"):
        p = variant.corruption
        return outcome_of(variant, 4 + int(8 * p), 0.9 - 0.8 * p, start=1 + int(6 * p), changed=0.9 * p)
    testing = {"shuffled_pixels": 0.902, "random_pixels": 0.16}.get(variant.kind, 0.1)
    return outcome_of(variant, 5, testing, start=1 if variant.kind == "shuffled_pixels" else 3)
