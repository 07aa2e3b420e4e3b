"""The pictures step: choose what is shown of the data and of the networks, and write it.

python -m pipeline.pictures.step --help
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipeline.cli.command_line import command
from pipeline.config.settings import Config, Randomisation
from pipeline.data import dataset, preparation
from pipeline.data.examples import BRIGHTEST, Bytes, Examples, Indices, Prepared, Single, sort_pixels
from pipeline.experiments import plan
from pipeline.files.arrays import write_array
from pipeline.files.sealed import write_json
from pipeline.pictures import choice, record, trained
from pipeline.pictures.record import Confusion, Labelled, Mistake, Panel, Pictures, Tested
from pipeline.pictures.trained import Network
from pipeline.randomisation.record import Variant, variants
from pipeline.randomisation.treatment import gaussian, in_original_order, stream, subset, treat
from pipeline.training.network import softmax
from pipeline.training.run import initial

OF_A_CLASS = 2  # images of each class
MOST_DIGITS = 20
TESTED = 6  # images of a randomization test
UNITS = 8  # hidden units whose weights are drawn
MISTAKEN = 12  # mistakes

Pixels = dict[str, npt.NDArray[np.generic]]


def first_of_each(labels: Bytes, classes: int) -> Indices:
    """The places of the first images of each class, OF_A_CLASS or fewer of each and at most MOST_DIGITS, by class."""
    many = max(1, min(OF_A_CLASS, MOST_DIGITS // classes))
    places = [np.flatnonzero(labels == label)[:many] for label in range(classes)]
    return np.concatenate(places)[:MOST_DIGITS]


def tests(how: Randomisation, prepared: Prepared, classes: int) -> Iterator[tuple[Tested, Bytes]]:
    """Each randomization test that is drawn, with the first of the images that its first seed learns, as bytes.

    What is brighter or darker than a byte can be is cut off.
    """
    training, testing = (
        in_original_order(examples, prepared.pixels)
        for examples in (subset(prepared.training, how.images, how.seed), prepared.testing)
    )
    for variant in drawn(how):
        if variant.kind == "gaussian_images":
            noise = gaussian(training, training.images, stream(how.seeds[0], f"training {variant.name}"))
            levels = np.clip(noise.images[:TESTED] * BRIGHTEST, 0, BRIGHTEST)
            learned = Examples(np.rint(levels).astype(np.uint8), noise.labels)
        else:
            learned, _ = treat(variant, training, testing, classes, how.seeds[0])
        yield Tested(variant.name, tuple(map(int, learned.labels[:TESTED]))), learned.images[:TESTED]


def drawn(how: Randomisation) -> list[Variant]:
    """The tests that are drawn: of those that corrupt labels, the strongest alone."""
    found = variants(how)
    strongest = max((v for v in found if v.kind == "corrupted_labels"), key=lambda v: v.corruption)
    return [v for v in found if v.kind != "corrupted_labels" or v == strongest]


def panel(key: str | None, reg: float, epoch: int | None, w1: npt.NDArray[np.floating]) -> Panel:
    """What is told of the first weights (pixels, hidden) of a network; without a key, of those at the start."""
    squares = np.linalg.svd(np.asarray(w1, np.float64), compute_uv=False) ** 2
    leading = float(squares[0] / squares.sum()) if squares.any() else 0.0
    shown = w1[:, :UNITS]
    diverged = key is not None and epoch is None
    return Panel(key, float(reg), diverged, epoch, shown.shape[1], float(np.abs(shown).max()), min(leading, 1.0))


def confuse(run: plan.Run, of: Network, logits: Single, labels: Bytes, order: Indices) -> Confusion | None:
    """What a network takes the testing images for, prepared in this order of their file; None of a diverged run."""
    if of.best_epoch is None or of.recorded is None:
        return None
    probabilities = softmax(logits.astype(np.float64))
    answers = logits.argmax(axis=1)
    sure = probabilities[np.arange(len(labels)), answers]
    matrix = np.zeros((logits.shape[1],) * 2, np.int64)
    np.add.at(matrix, (labels, answers), 1)
    right = answers == labels
    wrong = np.flatnonzero(~right)
    ranked = wrong[np.lexsort((order[wrong], -sure[wrong]))][:MISTAKEN]
    return Confusion(
        key=of.key,
        seed=run.seed,
        best_epoch=of.best_epoch,
        recorded=of.recorded,
        matrix=tuple(tuple(map(int, row)) for row in matrix),
        sure=float(sure[right].mean()) if right.any() else None,
        unsure=float(sure[wrong].mean()) if len(wrong) else None,
        mistakes=tuple(
            Mistake(int(order[i]), int(labels[i]), int(answers[i]), min(float(sure[i]), 1.0)) for i in ranked
        ),
    )


def depict(config: Config, data: Path, prepared: Path, networks: Path) -> tuple[Pictures, Pixels]:
    """What all pictures show, and their pixels by name. Raises InputError for what does not fit."""
    _, training, testing = dataset.load(data)
    description, sets = preparation.load(prepared)
    classes, pixels = description.classes, training.images.shape[1]
    chosen = choice.choose(config, description.fingerprint)
    places = first_of_each(training.labels, classes)
    tested = list(tests(config.randomisation, sets, classes)) if config.randomisation else []
    found = [(run, *trained.read(networks / run.key)[:2]) for run in chosen.weights]
    panels, weights = [], []
    if chosen.weights:
        start = initial(chosen.weights[0].specification, pixels, classes).w1
        panels = [
            panel(None, 0.0, None, start),
            *(panel(of.key, run.configuration.reg, of.best_epoch, w1) for run, of, w1 in found),
        ]
        weights = [w1[:, :UNITS].T for w1 in (start, *(w1 for *_, w1 in found))]
    confusion = None
    if chosen.confusion:
        of, _, logits = trained.read(networks / chosen.confusion.key)
        order = np.argsort(sort_pixels(testing, sets.pixels).lengths, kind="stable")
        confusion = confuse(chosen.confusion, of, logits, sets.testing.labels, order)
    mistakes = [mistake.image for mistake in confusion.mistakes] if confusion else []
    images: Pixels = {
        record.DIGITS: training.images[places],
        record.TESTS: np.array([image for _, image in tested], np.uint8),
        record.WEIGHTS: np.array(weights, np.float32),
        record.MISTAKES: testing.images[mistakes],
    }
    pictures = Pictures(
        counts=tuple(map(int, np.bincount(training.labels, minlength=classes))),
        digits=tuple(Labelled(int(place), int(training.labels[place])) for place in places),
        tests=tuple(test for test, _ in tested),
        weights=tuple(panels),
        confusion=confusion,
    )
    return pictures, images


def write(*, config: Path, selection: Path, data: Path, prepared: Path, networks: Path, output: Path) -> None:
    """Write pictures.json and the pixels of the pictures into the folder `output`.

    `data` has the images, `prepared` those that runs are trained on, `networks` the networks of the chosen runs.
    """
    settings = plan.load_selected(config, selection)
    pictures, images = depict(settings, data, prepared, networks)
    for name, pixels in images.items():
        write_array(output / f"{name}.npy", np.ascontiguousarray(pixels))
    write_json(output / "pictures.json", pictures)


main = command(write)

if __name__ == "__main__":
    main()
