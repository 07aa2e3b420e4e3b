"""The pictures: digits with their labels, randomized examples, first weights, and the most confident mistakes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.cli.command_line import command
from pipeline.config.settings import Config
from pipeline.experiments import plan
from pipeline.figures import sheets
from pipeline.figures.sheets import Levels, Row, coefficient, ink, plain
from pipeline.figures.style import VALIDATION
from pipeline.files.arrays import read_array
from pipeline.files.sealed import write_text
from pipeline.pictures import choice, record
from pipeline.pictures.record import Confusion, Labelled, Panel, Pictures, Tested
from pipeline.randomisation.record import Variant

IN_A_ROW = 10, 6  # digits, mistakes
HEAD = 78.0, 50.0  # points, for the names of tests and of panels
EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt" viewBox="0 0 1 1"></svg>\n'
MEND = "Hint: `rm results/pictures/pictures.json` and build again."

Pixels = npt.NDArray[Any]


def digits(shown: Sequence[Labelled], images: Levels) -> str:
    """Images with their labels below."""
    return sheets.draw(_rows(images, [(plain(str(each.label)),) for each in shown], IN_A_ROW[0]))


def tests(shown: Sequence[Tested], images: Pixels) -> str:
    """A row for each test, with the labels that are learned; those that are not the true ones stand out."""
    true = shown[0].labels
    rows = [
        Row(ink(own), head=(plain(name(test)),), below=tuple(map(_learned, test.labels, true)))
        for test, own in zip(shown, images, strict=True)
    ]
    return sheets.draw(rows, HEAD[0])


def name(test: Tested) -> str:
    """A test as its row is called: 'labels, p = 1', 'shuffled pixels'."""
    variant = Variant.named(test.name)
    return f"labels, p = {variant.corruption:g}" if variant.kind == "corrupted_labels" else variant.words


def _learned(label: int, true: int) -> tuple[str, ...]:
    return (plain(str(label), VALIDATION.ink if label != true else ""),)


def positional(number: float) -> str:
    """Two digits, however small the number: 0.00009."""
    return np.format_float_positional(number, precision=2, fractional=False, trim="-")


def weights(shown: Sequence[Panel], regs: Sequence[float], images: Pixels) -> str:
    """A row for each panel, each on a scale of its own; `regs` are the coefficients of the panels after the start."""
    heads = [plain("start"), *map(coefficient, regs)]
    rows = [
        Row(sheets.steps(own, panel.largest), head=(head, plain(f"±{positional(panel.largest)}")))
        for panel, head, own in zip(shown, heads, images, strict=True)
        if not panel.diverged
    ]
    return sheets.draw(rows, HEAD[1], sheets.diverging())


def mistakes(confusion: Confusion, images: Levels) -> str:
    """Images, below each its label and what it is taken for, and with which probability."""
    below = [(plain(f"{m.label} → {m.answer}"), plain(f"{m.probability:.4f}")) for m in confusion.mistakes]
    return sheets.draw(_rows(images, below, IN_A_ROW[1]))


def _rows(images: Levels, below: Sequence[tuple[str, ...]], many: int) -> list[Row]:
    parts = [slice(start, start + many) for start in range(0, len(images), many)]
    return [Row(ink(images[part]), below=tuple(below[part])) for part in parts]


def draw(what: str, pictures: Pictures, config: Config, images: Pixels) -> str:
    """One picture by its name, from its pixels (..., pixels); EMPTY where there is nothing to draw."""
    side = record.side(images.shape[-1])
    if side is None or not images.size:
        return EMPTY
    square = images.reshape(*images.shape[:-1], side, side)
    if what == record.DIGITS:
        return digits(pictures.digits, square)
    if what == record.TESTS:
        return tests(pictures.tests, square)
    if what == record.WEIGHTS:
        return weights(pictures.weights, [c.reg for _, c in choice.penalties(config)], square)
    return mistakes(pictures.confusion, square) if pictures.confusion else EMPTY


def write(results: Path, output: Path) -> None:
    """Draw every picture of a folder of results as output/pictures-{name}.svg."""
    config = plan.load_selected(results / "config.json", results / "selection/selection.json")
    pictures = record.read(results)
    for what in record.NAMES:
        kind = np.float32 if what == record.WEIGHTS else np.uint8
        images = read_array(results / Path(record.FOLDER).name / f"{what}.npy", kind, MEND)
        write_text(output / f"{record.figure(what)}.svg", draw(what, pictures, config, images))


main = command(write)

if __name__ == "__main__":
    main()
