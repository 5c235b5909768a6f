"""Drawings in browsers: what they need of a page, or bring along as files of their own."""

from __future__ import annotations

from leadline.charts.drawing.palette import night_css
from leadline.charts.drawing.typeface import font_css


def picture_css() -> str:
    """Style rules for drawings: the shipped typeface, and the colours of the night."""
    return font_css() + night_css()


def standalone(drawn: str) -> str:
    """A drawing as a file of its own, with its typeface and colours.

    Parameters
    ----------
    drawn : str
        What `leadline.charts.svg` gave.
    """
    head, close, rest = drawn.partition(">")
    return f"{head}{close}<style>{picture_css()}</style>{rest}"
