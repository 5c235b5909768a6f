"""Theme of every chart: colours, type sizes, frame.

Blue, vermilion, green and amber are Okabe and Ito's, told apart by every common kind of colour
blindness; shapes and labels say the same again, so that a grey print loses nothing.

References
----------
M. Okabe and K. Ito (2008), Color universal design: how to make figures and presentations that
are friendly to colorblind people.
"""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt

Picture = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart
Record = dict[str, Any]

INK = "#1d2733"
SOFT = "#5b6773"
FAINT = "#d5dae0"
BLUE = "#0072b2"
VERMILION = "#d55e00"
GREEN = "#007a5a"
AMBER = "#e69f00"
GREY = "#98a2ad"
REGION_COLORS = {"small data": "#fbe3b3", "power law": "#d9efe4", "irreducible": "#dfe3e8"}
"""Light backgrounds for the regions of a learning curve; each has its name written on it."""

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"
TEXT_SIZE = 14
WIDTH = 620
"""Pixels of a plotting area; axes and labels bring the picture to about 900."""

_TITLE_CHARS = 78
_SUBTITLE_CHARS = 120

_CONFIG: dict[str, Any] = {
    "aria": False,  # a screen reader gets one description, not a thousand dots
    "background": "white",
    "font": FONT,
    # to the right more: names of levels end there, and fonts of other machines are wider
    "padding": {"left": 12, "top": 12, "right": 28, "bottom": 12},
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "labelColor": INK,
        "titleFontSize": 14,
        "titleFontWeight": "normal",
        "titleColor": SOFT,
        "titlePadding": 10,
        "gridColor": "#eceff2",
        "domainColor": GREY,
        "tickColor": GREY,
        "labelLimit": 320,
        "labelFlush": False,
    },
    "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": 20,
        "lineHeight": 25,
        "color": INK,
        "offset": 18,
        "subtitleFontSize": 14,
        "subtitleLineHeight": 20,
        "subtitleColor": SOFT,
        "subtitlePadding": 8,
    },
    "text": {"font": FONT, "fontSize": TEXT_SIZE, "color": INK},
    "concat": {"spacing": 34},
}


def table(rows: list[Record]) -> alt.InlineData:
    """Rows as the data of a chart."""
    return alt.InlineData(values=rows)


def layered(
    *layers: alt.Chart, width: int, height: int | alt.Step, title: str = ""
) -> alt.LayerChart:
    """Drawings over each other, the first at the bottom; a title makes them a panel of several."""
    chart = alt.layer(*layers).properties(width=width, height=height)
    if title:
        heading = alt.TitleParams(title, fontSize=15, offset=10, frame="group", anchor="start")
        chart = chart.properties(title=heading)
    assert isinstance(chart, alt.LayerChart)
    return chart


def labels(base: alt.Chart, *channels: Any, text: str = "label:N", **mark: Any) -> list[alt.Chart]:
    """Text with a white outline, readable in front of a line."""
    halo = base.mark_text(**mark | {"color": "white", "stroke": "white"})
    drawn: list[alt.Chart] = [
        halo.encode(*channels, text=text, strokeWidth=alt.value(5)),
        base.mark_text(**mark).encode(*channels, text=text),
    ]
    return drawn


def framed(chart: Picture, title: str, subtitle: str = "") -> Picture:
    """The finished picture: title above the drawing, and the common theme."""
    heading = alt.TitleParams(
        textwrap.wrap(title.removesuffix("."), _TITLE_CHARS),
        subtitle=textwrap.wrap(subtitle, _SUBTITLE_CHARS),
    )
    finished: Picture = chart.properties(title=heading).configure(**_CONFIG)
    return finished


def rule_at(
    *, x: float | None = None, y: float | None = None, color: str = SOFT, dash: bool = True
) -> alt.Chart:
    """One straight line across the plot."""
    chart: alt.Chart = alt.Chart(table([{"x": x, "y": y}])).mark_rule(
        color=color, strokeWidth=1.5, strokeDash=[6, 4] if dash else [1, 0]
    )
    loose = alt.Scale(zero=False)
    channel = alt.X("x:Q", scale=loose) if x is not None else alt.Y("y:Q", scale=loose)
    drawn: alt.Chart = chart.encode(channel)
    return drawn
