"""The report's typeface: the STIX faces that matplotlib carries, cut to the characters used, as CSS."""

import base64
import io
from pathlib import Path

import matplotlib as mpl
from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "STIXGeneral"  # the name that matplotlib writes into the figures
FACES = {
    "STIXGeneral.ttf": ("normal", "normal"),
    "STIXGeneralItalic.ttf": ("normal", "italic"),
    "STIXGeneralBol.ttf": ("bold", "normal"),
    "STIXGeneralBolIta.ttf": ("bold", "italic"),
}


def font_faces(text: str) -> str:
    """@font-face rules with every character of `text` that the faces have, embedded as WOFF2."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return "\n".join(_rule(folder / name, *style, text) for name, style in FACES.items())


def _rule(path: Path, weight: str, style: str, text: str) -> str:
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
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-style: {style}; '
        f"src: url(data:font/woff2;base64,{data}) format('woff2'); }}"
    )
