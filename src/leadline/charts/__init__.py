"""Charts of verdicts: for pages, reports and notebooks.

A verdict goes in, an Altair chart comes out; `svg` and `png` need neither browser nor network.
What was drawn is kept by `PictureCache`: who only reads pictures does not wait for Altair.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.charts.dispatch import chart_of, details_of
    from leadline.charts.drawing.embedding import picture_css, standalone
    from leadline.charts.drawing.rendering import description, png, save_picture, svg
    from leadline.charts.drawing.sheet import NARROW, WIDE, Sheet
    from leadline.charts.drawing.theme import Picture
    from leadline.charts.picture_cache import Drawing, PictureCache

__all__ = [
    "NARROW",
    "WIDE",
    "Drawing",
    "Picture",
    "PictureCache",
    "Sheet",
    "chart_of",
    "description",
    "details_of",
    "picture_css",
    "png",
    "save_picture",
    "standalone",
    "svg",
]

_AT = {
    "NARROW": "drawing.sheet",
    "WIDE": "drawing.sheet",
    "Sheet": "drawing.sheet",
    "Picture": "drawing.theme",
    "Drawing": "picture_cache",
    "PictureCache": "picture_cache",
    "chart_of": "dispatch",
    "details_of": "dispatch",
    "picture_css": "drawing.embedding",
    "standalone": "drawing.embedding",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for, and no more; what is not listed above is of the rendering."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_AT.get(name, 'drawing.rendering')}"), name)
