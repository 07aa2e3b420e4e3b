"""No page of a PDF is blank, or nearly so."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from page.programs import output

DOTS_PER_INCH = "30"
DARK = 220  # of 255: thin strokes are light grey at this size
MARGIN = 0.08  # of the height, above and below: running title and page number
LEAST = 0.005  # of the page between the margins, about two lines of text


def blank_pages(pdf: Path) -> list[str]:
    """Pages with less ink than two lines of text leave."""
    with TemporaryDirectory() as folder:
        output("pdftoppm", "-r", DOTS_PER_INCH, "-gray", pdf, Path(folder) / "page")
        shares = [_ink(picture.read_bytes()) for picture in sorted(Path(folder).iterdir())]
    return [
        f"page {n}: expected ink on at least {LEAST:.1%}, found {share:.2%}"
        for n, share in enumerate(shares, 1)
        if share < LEAST
    ]


def _ink(picture: bytes) -> float:
    """The share of dark pixels in a PGM picture without its margins."""
    _, size, _, pixels = picture.split(b"\n", 3)
    width, height = map(int, size.split())
    margin = int(height * MARGIN)
    rows = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width)
    return float(np.mean(rows[margin : height - margin] < DARK))
