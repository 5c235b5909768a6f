"""Typeface of every chart: Arimo, shipped, as wide as Arial letter by letter.

Charts are measured in Arial. Where a machine has none, another face would be wider and words
would be cut; so a browser gets this one with the drawing.
"""

from __future__ import annotations

import base64
from pathlib import Path

FAMILY = "Arimo"
MEASURED_IN = "Arial, 'Liberation Sans', sans-serif"
"""A face as wide as Arial comes with the renderer; a PNG by Arial alone has no words without it."""
FALLBACKS = f"{FAMILY}, Arial, 'Liberation Sans', Helvetica, sans-serif"
"""What a browser is to look for, best first."""

_FOLDER = Path(__file__).parents[1] / "fonts"
_FILES = {400: "arimo-regular.woff2", 700: "arimo-bold.woff2"}


def font_css() -> str:
    """Style rules that hold the letters themselves, Latin ones, in two weights."""
    return "".join(
        f"@font-face{{font-family:{FAMILY};font-weight:{weight};src:url(data:font/woff2;base64,"
        f"{base64.b64encode((_FOLDER / name).read_bytes()).decode()}) format('woff2')}}"
        for weight, name in _FILES.items()
    )
