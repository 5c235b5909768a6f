"""A picture as SVG or PNG, without a browser and without the network."""

from __future__ import annotations

import hashlib
import json
import re

import vl_convert

from leadline.charts.theme import Picture

_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)([\w-]+)')


def svg(chart: Picture) -> str:
    """Draw a chart as an SVG element that can stand inside a page.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.

    Returns
    -------
    str
        One ``<svg>`` element; its ids are its own, so that many fit on one page.

    Examples
    --------
    >>> import altair as alt
    >>> svg(alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q"))[:4]
    '<svg'
    """
    spec = chart.to_dict()
    drawn = vl_convert.vegalite_to_svg(spec)
    prefix = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:8]
    return _REFERENCE.sub(rf"\1p{prefix}-\2", drawn)


def png(chart: Picture, *, scale: float = 2.0) -> bytes:
    """Draw a chart as a PNG image.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.
    scale : float > 0, default=2.0
        Image pixels a pixel of the drawing.

    Returns
    -------
    bytes
        A PNG file.
    """
    return vl_convert.vegalite_to_png(chart.to_dict(), scale=scale)


def description(chart: Picture) -> str:
    """What a picture says, for who cannot see it.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.

    Returns
    -------
    str
        Its title and subtitle.
    """
    title = chart.to_dict().get("title", {})
    parts = [*title.get("text", []), *title.get("subtitle", [])]
    return " ".join(parts)
