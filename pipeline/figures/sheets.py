"""Sheets of small images: SVG with a PNG for each row of them, a pixel for a pixel, and texts around it.

The images keep their light ground on a dark page; texts have the colour of the page's.
"""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from pipeline.config.quantity import power_of_e, written
from pipeline.experiments import labels
from pipeline.figures.style import FULL_WIDTH, SMALL, TRAINING, VALIDATION

Levels = npt.NDArray[np.uint8]

WIDTH = FULL_WIDTH * 72  # points
LARGEST = 34.0  # points, of an image
GAP = 5  # pixels between two images
LINE = 9.5  # points from one line of text to the next
BETWEEN = 5.0  # points between two rows
STEPS = 16  # of colour on either side of zero
WHITE = 255
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Row:
    """Images (n, side, side) side by side, lines of text (as SVG) at their left and below each."""

    images: Levels
    head: tuple[str, ...] = ()
    below: tuple[tuple[str, ...], ...] = ()


def ink(brightness: Levels) -> Levels:
    """Grey levels of images whose brightest pixels are drawn black on white."""
    return WHITE - brightness


def steps(values: npt.NDArray[np.floating], largest: float) -> Levels:
    """Values from -largest to largest as steps of the palette of `diverging`, the middle one for zero."""
    scaled = values / largest if largest else np.zeros_like(values)
    levels: Levels = (np.rint(np.clip(scaled, -1, 1) * STEPS) + STEPS).astype(np.uint8)
    return levels


def diverging() -> bytes:
    """A palette from the colour of validation for the lowest step through white to that of training."""
    colours = []
    for step in range(-STEPS, STEPS + 1):
        full = bytes.fromhex((TRAINING if step > 0 else VALIDATION).colour[1:])
        colours += [round(WHITE + (part - WHITE) * abs(step) / STEPS) for part in full]
    return bytes(colours)


def draw(rows: Sequence[Row], head: float = 0.0, palette: bytes = b"") -> str:
    """Rows below each other as SVG, `head` points wide at the left for their heads; steps of a palette, or grey."""
    side, most = rows[0].images.shape[1], max(len(row.images) for row in rows)
    pixel = min((WIDTH - head) / (most * (side + GAP) - GAP), LARGEST / side)
    top, parts = 0.0, []
    for row in rows:
        parts += _row(row, top, head, pixel, palette)
        top += side * pixel + LINE * max(map(len, row.below), default=0) + BETWEEN
    width, height = head + (most * (side + GAP) - GAP) * pixel, top
    size = f'width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}"'
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {space} {size}>\n" + "\n".join(parts) + "\n</svg>\n"


def plain(text: str, colour: str = "") -> str:
    """A text as SVG, in a colour of its own if one is named."""
    return f'<tspan style="fill: {colour}">{escape(text)}</tspan>' if colour else escape(text)


def coefficient(value: float) -> str:
    """λ = e^-4 as SVG."""
    text = written(value)
    if power := power_of_e(text):
        factor, exponent = power
        raised = f'<tspan dy="-3" style="font-size: {SMALL * 0.75}px">{labels.minus(exponent)}</tspan>'
        return f"λ = {factor}<tspan style='font-style: italic'>e</tspan>{raised}"
    return f"λ = {labels.with_zero(text)}"


def _row(row: Row, top: float, head: float, pixel: float, palette: bytes) -> list[str]:
    count, side, _ = row.images.shape
    size, pitch = side * pixel, (side + GAP) * pixel
    strip = np.full((side, count * (side + GAP) - GAP), STEPS if palette else WHITE, np.uint8)
    for place, image in enumerate(row.images):
        strip[:, place * (side + GAP) : place * (side + GAP) + side] = image
    first = top + size / 2 + SMALL / 3 - LINE * (len(row.head) - 1) / 2
    heads = [_text(line, 0, first + number * LINE, "start") for number, line in enumerate(row.head)]
    names = [
        _text(line, head + place * pitch + size / 2, top + size + SMALL + number * LINE, "middle")
        for place, lines in enumerate(row.below)
        for number, line in enumerate(lines)
    ]
    return [*heads, _image(strip, head, top, pixel, palette), *names]


def _text(line: str, x: float, y: float, anchor: str) -> str:
    style = f"font: {SMALL}px 'STIXGeneral'; text-anchor: {anchor}"
    return f'<text x="{x:.2f}" y="{y:.2f}" style="{style}">{line}</text>'


def _image(levels: Levels, x: float, y: float, pixel: float, palette: bytes) -> str:
    height, width = levels.shape
    place = f'x="{x:.2f}" y="{y:.2f}" width="{width * pixel:.2f}" height="{height * pixel:.2f}"'
    data = base64.b64encode(png(levels, palette)).decode()
    return f'<image {place} style="image-rendering: pixelated" xlink:href="data:image/png;base64,{data}"/>'


def png(levels: Levels, palette: bytes = b"") -> bytes:
    """A PNG of grey levels (height, width), or of steps of a palette; https://www.w3.org/TR/png-3/."""
    height, width = levels.shape
    rows = np.insert(levels, 0, 0, axis=1)  # each begins with the filter that changes nothing
    head = struct.pack(">IIBBBBB", width, height, 8, 3 if palette else 0, 0, 0, 0)
    chunks = [(b"IHDR", head), *([(b"PLTE", palette)] if palette else [])]
    chunks += [(b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")]
    return PNG + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
