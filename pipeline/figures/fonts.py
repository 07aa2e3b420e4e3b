"""The report's typefaces, cut to the characters used, as CSS: STIX and DejaVu Sans Mono, which matplotlib carries."""

import base64
import io
from pathlib import Path

import matplotlib as mpl
from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "STIXGeneral"  # the name that matplotlib writes into the figures
MONOSPACED = "Report Mono"  # a name that no machine has for a font of its own
FACES = {
    "STIXGeneral.ttf": (FAMILY, "normal", "normal"),
    "STIXGeneralItalic.ttf": (FAMILY, "normal", "italic"),
    "STIXGeneralBol.ttf": (FAMILY, "bold", "normal"),
    "STIXGeneralBolIta.ttf": (FAMILY, "bold", "italic"),
    "DejaVuSansMono.ttf": (MONOSPACED, "normal", "normal"),
}


def font_faces(text: str) -> str:
    """@font-face rules with every character of `text` that the faces have, embedded as WOFF2."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return "\n".join(_rule(folder / name, *style, text) for name, style in FACES.items())


def _rule(path: Path, family: str, weight: str, style: str, text: str) -> str:
    font = TTFont(path, recalcTimestamp=False)
    options = subset.Options(
        drop_tables=["FFTM"], flavor="woff2", recalc_timestamp=False, name_IDs=[1, 2], notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f"src: url(data:font/woff2;base64,{data}) format('woff2'); }}"
    )
