"""Rendering of charts as SVG or PNG, without a browser and without the network."""

from __future__ import annotations

import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import vl_convert

from leadline.charts.drawing.embedding import picture_css, standalone
from leadline.charts.drawing.palette import themed
from leadline.charts.drawing.theme import Picture
from leadline.charts.drawing.typeface import FALLBACKS
from leadline.errors import LeadlineError

_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)([\w-]+)')
# what a screen reader would stumble over; the whole is described once
_NOISE = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events|font-family)="[^"]*"')


def svg(chart: Picture) -> str:
    """Draw a chart as an SVG element that can stand inside a page.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.

    Returns
    -------
    str
        One ``<svg>`` element with its text alternative; its ids are its own, so that many fit on
        one page, and its colours are custom properties that `picture_css` sets by night.

    Examples
    --------
    >>> import altair as alt
    >>> svg(alt.Chart(alt.InlineData(values=[{"x": 1}])).mark_point().encode(x="x:Q"))[:4]
    '<svg'
    """
    spec = chart.to_dict()
    prefix = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()[:8]
    drawn = _NOISE.sub("", vl_convert.vegalite_to_svg(spec))
    drawn = themed(_REFERENCE.sub(rf"\1p{prefix}-\2", drawn))
    told = html.escape(_told(spec), quote=True)
    head = f'<svg role="img" aria-label="{told}" font-family="{FALLBACKS}"'
    return drawn.replace("<svg", head, 1)


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
    """Text alternative of a picture.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.

    Returns
    -------
    str
        Its title and subtitle.
    """
    return _told(chart.to_dict())


def _told(spec: dict[str, Any]) -> str:
    title = spec.get("title", {})
    head, rest = (" ".join(title.get(part, [])) for part in ("text", "subtitle"))
    stop = "" if not rest or head.endswith((".", "!", "?", ":")) else "."
    return f"{head}{stop} {rest}".strip()


def save_picture(chart: Picture, path: Path) -> None:
    """Write a picture into a file that needs nothing else.

    Parameters
    ----------
    chart : Picture
        What `chart_of` gave.
    path : Path
        Its suffix says how: ``.svg``, ``.png`` or ``.html``.

    Raises
    ------
    LeadlineError
        If the suffix is none of these.
    """
    suffix = path.suffix.lower()
    if suffix == ".png":
        path.write_bytes(png(chart))
    elif suffix == ".svg":
        path.write_text(standalone(svg(chart)), encoding="utf-8")
    elif suffix in {".html", ".htm"}:
        title = html.escape(" ".join(chart.to_dict().get("title", {}).get("text", [])))
        path.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width">'
            f"<style>{picture_css()}:root{{color-scheme:light dark}}</style>"
            f'<body style="margin:1rem">{svg(chart)}',
            encoding="utf-8",
        )
    else:
        raise LeadlineError(
            f"A picture cannot be written as {path.suffix or path.name!r}.",
            "A name that ends in .html, .svg or .png is needed.",
            "Change the name.",
        )
