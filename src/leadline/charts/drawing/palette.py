"""Colours of every chart, by day and by night.

Blue, vermilion, green and amber are Okabe and Ito's, told apart by every common kind of colour
blindness; shapes and labels say the same again, so that a grey print loses nothing. Charts are
drawn in the colours of the day; a browser gets each as a custom property with that colour as its
fallback, so that one drawing serves both.

References
----------
M. Okabe and K. Ito (2008), Color universal design: how to make figures and presentations that
are friendly to colorblind people.
"""

from __future__ import annotations

import re

PAPER = "#ffffff"
INK = "#1d2733"
SOFT = "#5b6773"
FAINT = "#d5dae0"
GRID = "#eceff2"
BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#007a5a"
AMBER = "#e69f00"
GREY = "#98a2ad"
REGION_COLORS = {"small data": "#fbe3b3", "power law": "#d9efe4", "irreducible": "#dfe3e8"}
"""Light backgrounds for the regions of a learning curve; each has its name written on it."""
BOX_COLORS = {"input": "#e4eef6", "output": "#f8dccb", "other": "#f1f3f5"}
"""Light backgrounds for the layers of a network that no region's colour serves."""

_BY_NIGHT = {
    PAPER: "#1d242c",
    INK: "#e8ecf1",
    SOFT: "#a9b4c0",
    FAINT: "#46515d",
    GRID: "#2c353f",
    BLUE: "#62b4ea",
    VERMILION: "#ff8f4d",
    GREEN: "#45c99d",
    AMBER: "#eeb13c",
    GREY: "#7f8b97",
    REGION_COLORS["small data"]: "#4d3c12",
    REGION_COLORS["power law"]: "#163f30",
    REGION_COLORS["irreducible"]: "#39424c",
    BOX_COLORS["input"]: "#1f3a50",
    BOX_COLORS["output"]: "#51301f",
    BOX_COLORS["other"]: "#313a44",
}
_PAINT = re.compile(r'\b(fill|stroke)="(#[0-9a-f]{6}|white)"')


def _property(color: str) -> str:
    return f"--of-{color[1:]}"


def themed(svg: str) -> str:
    """The same drawing with each colour as a custom property.

    Parameters
    ----------
    svg : str
        A drawing in the colours of the day.

    Examples
    --------
    >>> themed('<path fill="#0072b2" stroke="white"/>')
    '<path fill="var(--of-0072b2,#0072b2)" stroke="var(--of-ffffff,#ffffff)"/>'
    """

    def by_name(found: re.Match[str]) -> str:
        color = PAPER if found[2] == "white" else found[2]
        return f'{found[1]}="var({_property(color)},{color})"' if color in _BY_NIGHT else found[0]

    return _PAINT.sub(by_name, svg)


def night_css() -> str:
    """Style rules that give drawings the colours of the night, where it is dark."""
    values = ";".join(f"{_property(day)}:{night}" for day, night in _BY_NIGHT.items())
    return f"@media screen and (prefers-color-scheme:dark){{svg{{{values}}}}}"
