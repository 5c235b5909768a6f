"""Theme of every chart: type sizes, frame, marks that many share."""

from __future__ import annotations

import textwrap
from typing import Any

import altair as alt

from leadline.charts.drawing.label_placement import round_sizes
from leadline.charts.drawing.palette import GREY, GRID, INK, PAPER, SOFT
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.typeface import MEASURED_IN

Picture = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart
Record = dict[str, Any]

TEXT_SIZE = 14
ROWS_TITLE = "rows learnt from (logarithmic scale)"

_LIFT = 26  # how far above its row a name stands on a narrow sheet
_TITLE_CHAR_PX = 8.2
_MOST_SIZES = 4

_CONFIG: dict[str, Any] = {
    "aria": False,  # a screen reader gets one description, not a thousand dots
    "background": PAPER,
    "font": MEASURED_IN,
    "padding": 12,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "labelColor": INK,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titleColor": SOFT,
        "titlePadding": 10,
        "gridColor": GRID,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelLimit": 320,
        "labelFlush": False,
    },
    "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "color": INK,
        "offset": 18,
        "subtitleFontSize": 14,
        "subtitleLineHeight": 20,
        "subtitleColor": SOFT,
        "subtitlePadding": 8,
    },
    "text": {"font": MEASURED_IN, "fontSize": TEXT_SIZE, "color": INK},
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
        lines = textwrap.wrap(title, round((width + 60) / _TITLE_CHAR_PX))
        heading = alt.TitleParams(lines, fontSize=15, offset=10, frame="group", anchor="start")
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


def framed(chart: Picture, title: str, subtitle: str = "", sheet: Sheet = WIDE) -> Picture:
    """The finished picture: title above the drawing, and the common theme."""
    heading = alt.TitleParams(
        textwrap.wrap(title.removesuffix("."), sheet.title_chars),
        subtitle=textwrap.wrap(subtitle, sheet.subtitle_chars),
        fontSize=sheet.title_size,
        lineHeight=sheet.title_size + 5,
    )
    finished: Picture = chart.properties(title=heading).configure(**_CONFIG)
    return finished


def names_axis(sheet: Sheet, *, grid: bool = True, limit: int = 320, lift: int = _LIFT) -> alt.Axis:
    """Axis of named rows: the names to the left, or above each row where the sheet is narrow.

    Parameters
    ----------
    sheet : Sheet
        What is drawn on.
    grid : bool, default=True
        Whether each row has a line.
    limit : int, default=320
        Most pixels of a name.
    lift : int, default=26
        Pixels from the middle of a row up to its name, where the names stand above.
    """
    if not sheet.is_narrow:
        return alt.Axis(grid=grid, labelLimit=limit)
    return alt.Axis(
        grid=grid,
        labelAlign="left",
        labelBaseline="bottom",
        labelOffset=-lift,
        labelPadding=0,
        labelLimit=sheet.width,
    )


def row_step(sheet: Sheet, pixels: int, *, lift: int = _LIFT) -> alt.Step:
    """Height of a named row: on a narrow sheet with room for the name above it."""
    return alt.Step(max(pixels, 2 * (lift + 12)) if sheet.is_narrow else pixels)


def sizes_axis(low: float, high: float, *, is_narrow: bool = False) -> alt.Axis:
    """Logarithmic axis of numbers of rows: round ones, few where there is little room."""
    sizes = round_sizes(low, high)
    step = -(-len(sizes) // _MOST_SIZES) if is_narrow else 1
    return alt.Axis(values=sizes[::-step][::-1], format="~s" if is_narrow else ",.0f", grid=False)


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
