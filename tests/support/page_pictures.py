"""Checks of the pictures of a finished page: labels and pixels, the confusion matrix, and the numbers told of them."""

import base64
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib.image
import numpy as np
import numpy.typing as npt
from page_checks import Case, Check, adds_to, exhibit, fail, same, told
from page_oracle import number, setting, written

CHECKS: list[Check] = []
check = adds_to(CHECKS)

Told = tuple[str, str]  # a number as it reads, and what stands near it
SIDE, GAP = 28, 5
ORANGE = re.compile(r"--validation-text|#a84b00")


def pictures(case: Case) -> dict[str, Any]:
    found: dict[str, Any] = case.results.json("pictures/pictures.json")
    return found


def percent(part: float) -> str:
    return f"{100 * part:.1f}%"


# --- Numbers in sentences


def of_digits(case: Case) -> Iterator[Told]:
    counts = np.array(pictures(case)["counts"])
    for place, word in ((counts.argmax(), "most frequent"), (counts.argmin(), "rarest")):
        share = percent(counts[place] / counts.sum())
        yield str(place), rf"{word} class, #, .*{share}"
        yield share, rf"{word} class, {place}, .*#"


def of_examples(case: Case) -> Iterator[Told]:
    found = {test["name"]: test["labels"] for test in pictures(case)["tests"]}
    if not found:
        return
    corruption = max(number(p) for p in case.results.config["randomisation"]["corruption"])
    changed = int((np.array(found["true_labels"]) != np.array(found[f"corrupted_labels_{corruption!r}"])).sum())
    yield f"p = {corruption:g}", "With #"
    yield str(changed), f"# of the {len(found['true_labels'])} labels shown (?:is|are) not the true"
    yield str(len(found["true_labels"])), f"{changed} of the # labels"


def _weights(case: Case) -> list[tuple[str, float, float]]:
    """The coefficients as they are written, their values, and the shares of the squares in one direction."""
    sweep = case.results.experiments[case.results.shown["regularization"]["experiment"]]
    as_written = {number(value): written(value) for value in sweep.values("reg")}
    panels = pictures(case)["weights"][1:]
    return [(as_written.get(p["reg"], f"{p['reg']:g}"), p["reg"], p["leading"]) for p in panels if not p["diverged"]]


def of_weights(case: Case) -> Iterator[Told]:
    for text, _, share in _weights(case):
        label = setting("reg", text)
        yield percent(share), rf"# with {re.escape(label)}(?!\d)"
        yield label, rf"{percent(share)} with #"
    first, second, *_ = *case.results.json("collapse/collapse.json")["growth_rates"], 0, 0
    for text, reg, _ in _weights(case):
        if second <= reg < first:
            yield setting("reg", text), "With #, theory leaves just one direction"
            yield f"{reg:.4f}", "# lies between the largest"
            yield f"{first:.4f}", "largest .*, #, and the second"
            yield f"{second:.4f}", "second, #"


def _wrong(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """The confusion matrix, and the share of each label that is taken for another."""
    matrix = np.array(pictures(case)["confusion"]["matrix"])
    return matrix, 1 - matrix.diagonal() / matrix.sum(axis=1)


def of_mistakes(case: Case) -> Iterator[Told]:
    found = pictures(case)["confusion"]
    if not found:
        return
    matrix, wrong = _wrong(case)
    errors = matrix - np.diag(matrix.diagonal())
    for flat in np.argsort(-errors, axis=None, kind="stable")[:3]:
        a, b = (int(place) for place in np.unravel_index(flat, errors.shape))
        n, all_of = errors[a, b], f"{matrix[a].sum():,}"
        if not n:
            break
        yield str(a), rf"takes.* # for {b} \({n} of"
        yield str(b), rf"takes.* {a} for # \({n} of"
        yield str(n), rf"takes.* {a} for {b} \(# of {all_of}\)"
        yield all_of, rf"takes.* {a} for {b} \({n} of #\)"
    yield f"{errors.sum():,}", f"misreads # of the {matrix.sum():,} testing"
    yield f"{matrix.sum():,}", f"misreads {errors.sum():,} of the # testing"
    for place, word in ((wrong.argmin(), "Best read is"), (wrong.argmax(), "worst")):
        yield str(place), rf"{word} class # \({percent(wrong[place])}"
        yield percent(wrong[place]), rf"{word} class {place} \(#"
    (run,) = case.results.runs[case.results.runs["key"] == found["key"]].drop_duplicates("key").to_dict("records")
    yield str(run["seed"]), "trained with seed #"
    yield f"{run['best_epoch']:.0f}", "after epoch #"
    accuracy = f"{matrix.trace() / matrix.sum():.4f}"
    yield accuracy, "its testing accuracy is #"
    if f"{run['testing_accuracy']:.4f}" != accuracy:
        yield f"{run['testing_accuracy']:.4f}", "where the run has #"
    yield f"{found['sure']:.2f}", "# where (?:it|the network) is right"
    yield f"{found['unsure']:.2f}", "# where it is wrong"
    mistakes = found["mistakes"]
    yield str(len(mistakes)), "# mistakes that it is surest of"
    yield f"{min(m['probability'] for m in mistakes):.2f}", "probability of at least #"


@check
def sentences_on_the_pictures_have_the_verdicts_of_their_numbers(case: Case) -> None:
    found = pictures(case)
    shares = [share for *_, share in _weights(case)] if found["weights"] else []
    if len(shares) > 1:
        grows = shares == sorted(set(shares))
        text = case.page.text("regularization")
        yes, no = "the more alike the hidden units become", "not make the hidden units more alike throughout"
        told("Section 3.2", text, yes if grows else no, never=no if grows else yes)
    if found["confusion"]:
        warns = found["confusion"]["sure"] > found["confusion"]["unsure"]
        text = case.page.text("tuning")
        yes, no = "A low probability warns of a mistake", "does not warn of mistakes"
        told("Section 3.3", text, yes if warns else no, never=no if warns else yes)


# --- The table


@check
def the_confusion_matrix_has_labels_in_rows_and_answers_in_columns(case: Case) -> None:
    found = pictures(case)["confusion"]
    if not found:
        return
    own = exhibit(case, "table-confusion")
    told(own.label, own.caption, "(?i)testing images by label, in rows", "(?i)takes them for, in columns")
    matrix = np.array(found["matrix"])
    table = case.page.table("confusion")
    classes = [str(label) for label in range(len(matrix))]
    same(f"{own.label}, columns", list(table.columns), classes, "pictures/pictures.json")
    same(
        f"{own.label}, rows",
        [row.head for row in table.rows],
        [(label,) for label in classes],
        "pictures/pictures.json",
    )
    shades = []
    for label, row in enumerate(table.rows):
        same(
            f"{own.label}, label {label}",
            list(row.cells.values()),
            [f"{n:,}" for n in matrix[label]],
            "pictures/pictures.json",
        )
        for answer, cell in enumerate(each for each in row.element if each.tag == "td"):
            kinds = cell.get("class", "").split()
            same(f"{own.label}, {label} for {answer}, right", "right" in kinds, label == answer, "the diagonal")
            shade = int(next(kind for kind in kinds if kind.startswith("shade-")).removeprefix("shade-"))
            if label != answer:
                shades.append((int(matrix[label, answer]), shade))
            elif shade:
                fail(f"{own.label}: {label} for {answer} is right, and shaded as an error")
    shades.sort()
    by_count = [shade for _, shade in shades]
    if by_count != sorted(by_count) or any((n > 0) != (shade > 0) for n, shade in shades) or max(by_count) != 5:
        fail(f"{own.label}: more errors are not darker throughout: {shades}")


@check
def the_confusion_matrix_is_that_of_the_run_that_it_names(case: Case) -> None:
    found = pictures(case)["confusion"]
    if found:
        (run,) = case.results.runs[case.results.runs["key"] == found["key"]].drop_duplicates("key").to_dict("records")
        facts = (found["seed"], found["best_epoch"], found["recorded"])
        same(
            "the run of the confusion matrix", facts, (run["seed"], run["best_epoch"], run["testing_accuracy"]), "runs"
        )
        (chosen,) = case.results.experiments[case.results.shown["tuning"]["best"]].configurations
        same("its configuration", found["key"] in case.results.keys(chosen), True, "selection/selection.json")


# --- The figures


def drawing(case: Case, name: str) -> ET.Element | None:
    found = case.page.exhibits.get(f"figure-pictures-{name}")
    if found is None or found.drawing is None or not list(found.drawing.iter("text")):
        return None
    return found.drawing


def lines(svg: ET.Element) -> list[str]:
    """All texts, from top to bottom and from left to right."""
    placed = [
        (float(t.get("y", "nan")), float(t.get("x", "nan")), " ".join("".join(t.itertext()).replace("−", "-").split()))
        for t in svg.iter("text")
    ]
    return [text for _, _, text in sorted(placed)]


def strips(svg: ET.Element) -> list[npt.NDArray[np.float64]]:
    """The rows of images as they look: red, green and blue from 0 to 1."""
    found = []
    for image in svg.iter("image"):
        data = base64.b64decode(image.get("xlink:href", "").partition("base64,")[2])
        pixels = matplotlib.image.imread(io.BytesIO(data), format="png")
        found.append(np.stack([pixels] * 3, axis=-1) if pixels.ndim == 2 else pixels[..., :3])
        if image.get("style") != "image-rendering: pixelated":
            fail("an image of pixels would be smoothed")
    return found


def tiles(svg: ET.Element) -> npt.NDArray[np.float64]:
    """The single images, row by row: (n, side, side, 3)."""
    found = []
    for strip in strips(svg):
        padded = np.pad(strip, ((0, 0), (0, GAP), (0, 0)))
        found += [each[:, :SIDE] for each in np.split(padded, padded.shape[1] // (SIDE + GAP), axis=1)]
    return np.stack(found)


def pixels(case: Case, name: str) -> npt.NDArray[Any] | None:
    """What was to be drawn, where the folder has it: the published one has not."""
    path: Path = case.results.folder / f"pictures/{name}.npy"
    return np.load(path) if path.is_file() else None


def _black_on_white(case: Case, name: str, svg: ET.Element) -> None:
    given = pixels(case, name)
    if given is not None:
        drawn = np.rint(tiles(svg)[..., 0] * 255).reshape(-1, SIDE * SIDE)
        if not np.array_equal(drawn, 255 - given.reshape(-1, SIDE * SIDE).astype(int)):
            fail(f"the images of {name} are not those of pictures/{name}.npy, black on white")


@check
def digits_stand_above_their_labels(case: Case) -> None:
    svg = drawing(case, "digits")
    if svg is None:
        return
    labels = [str(digit["label"]) for digit in pictures(case)["digits"]]
    same("the labels of the digits", lines(svg), labels, "pictures/pictures.json")
    same("the number of digits", len(tiles(svg)), len(labels), "pictures/pictures.json")
    _black_on_white(case, "digits", svg)
    description = exhibit(case, "figure-pictures-digits").description
    told("the digits in words", description, re.escape(", ".join(labels)))


@check
def randomized_examples_stand_above_the_labels_that_are_learned(case: Case) -> None:
    svg = drawing(case, "tests")
    if svg is None:
        return
    tests = pictures(case)["tests"]
    true = tests[0]["labels"]
    expected = []
    for test in tests:
        name = test["name"].replace("_", " ").replace("gaussian", "Gaussian")
        name = re.sub(r"corrupted labels ([\d.]+)", lambda found: f"labels, p = {float(found[1]):g}", name)
        expected += [name, *map(str, test["labels"])]
    same("the tests and their labels", lines(svg), expected, "pictures/pictures.json")
    colored = [text for text in svg.iter("text") if ORANGE.search(" ".join(e.get("style", "") for e in text.iter()))]
    changed = [str(b) for test in tests for a, b in zip(true, test["labels"], strict=True) if a != b]
    same("the colored labels", ["".join(text.itertext()) for text in colored], changed, "pictures/pictures.json")
    _black_on_white(case, "tests", svg)


@check
def weights_are_blue_above_zero_and_orange_below_on_the_scale_of_their_row(case: Case) -> None:
    svg = drawing(case, "weights")
    if svg is None:
        return
    panels = pictures(case)["weights"]
    names = ["start", *(setting("reg", text) for text, *_ in _weights(case))]
    scales = [Decimal(f"{panel['largest']:.2g}") for panel in panels]
    expected = [text for name, scale in zip(names, scales, strict=True) for text in (name, f"±{scale:f}")]
    drawn = [re.sub(r"e\s*(-\d)", r"e^\1", text) for text in lines(svg)]
    same("the rows of weights", drawn, expected, "pictures/pictures.json")
    given = pixels(case, "weights")
    if given is None:
        return
    shown = tiles(svg).reshape(len(panels), -1, SIDE * SIDE, 3)
    for panel, weights, colours in zip(panels, given, shown, strict=True):
        redder = colours[..., 0] - colours[..., 2]  # orange is, blue is not
        scaled = weights / panel["largest"]
        if (redder[scaled > 0.1] >= 0).any() or (redder[scaled < -0.1] <= 0).any():
            fail(f"weights with λ = {panel['reg']}: a sign is not told by its color")
        depth = 1 - colours.min(axis=-1)
        if (
            abs(np.corrcoef(depth.ravel(), np.abs(scaled).ravel())[0, 1]) < 0.97
            or depth[np.abs(scaled) < 0.02].max() > 0.05
        ):
            fail(f"weights with λ = {panel['reg']}: the color does not grow with the weight, from white at zero")


@check
def mistakes_stand_above_label_answer_and_probability(case: Case) -> None:
    svg = drawing(case, "mistakes")
    if svg is None:
        return
    mistakes = pictures(case)["confusion"]["mistakes"]
    expected = []
    for start in range(0, len(mistakes), 6):
        row = mistakes[start : start + 6]
        expected += [f"{m['label']} → {m['answer']}" for m in row] + [f"{m['probability']:.4f}" for m in row]
    same("the mistakes", lines(svg), expected, "pictures/pictures.json")
    same(
        "their order",
        [m["probability"] for m in mistakes],
        sorted((m["probability"] for m in mistakes), reverse=True),
        "p",
    )
    _black_on_white(case, "mistakes", svg)
    description = exhibit(case, "figure-pictures-mistakes").description
    for mistake in mistakes:
        told("the mistakes in words", description, f"{mistake['label']} taken for {mistake['answer']} with")
