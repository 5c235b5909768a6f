"""Charts of verdicts: for pages, reports and notebooks.

A verdict goes in, an Altair chart comes out; `svg` and `png` need neither browser nor network.
"""

from __future__ import annotations

from leadline.charts.dispatch import chart_of, details_of
from leadline.charts.drawing.rendering import description, png, save_picture, svg
from leadline.charts.drawing.theme import Picture

__all__ = ["Picture", "chart_of", "description", "details_of", "png", "save_picture", "svg"]
