"""Chart of a timeline: stages as bars, waits for people below, answers of each day at the foot."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREEN, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    table,
)
from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.timeline import Timeline

_WAITING = "waits for people"
_LEAST_SHARE = 0.004  # of the whole time: what is shorter would not be seen
_ANSWERS_HEIGHT = 90
_SHORT = timedelta(days=2)
_NAMES = 90  # pixels of the names beside a narrow plot


def chart(timeline: Timeline, sheet: Sheet = WIDE) -> Picture | None:
    """Bars along the days; None before the first entry."""
    if not timeline.stretches:
        return None
    start, end = timeline.stretches[0].start, timeline.at
    # a project of hours is not shown from midnight on
    if timeline.answers and end - start >= _SHORT:
        first = min(each.day for each in timeline.answers)
        start = min(start, datetime(first.year, first.month, first.day, tzinfo=start.tzinfo))
    x = alt.X(
        "start:T",
        title=None,
        scale=alt.Scale(domain=[_text(start), _text(max(end, start + timedelta(minutes=1)))]),
        axis=alt.Axis(
            grid=True, labelOverlap=True, tickCount=sheet.n_ticks(6), format=_format(end - start)
        ),
    )
    drawn: Picture = _bars(timeline, x, (end - start) * _LEAST_SHARE, sheet)
    if timeline.answers:
        panels = alt.vconcat(drawn, _answers(timeline, x, sheet))
        drawn = panels.resolve_scale(color="independent")
    return framed(
        drawn, _title(timeline), "Bars: the stage of the entries. All times are UTC.", sheet
    )


def _format(span: timedelta) -> str:
    """How times are written on the axis."""
    return "%H:%M" if span < _SHORT else "%-d %b %Y" if span.days > 300 else "%-d %b"


def _title(timeline: Timeline) -> str:
    now = timeline.now
    assert now is not None
    waiting = [each for each in timeline.waits if each.end is None]
    if waiting:
        return f"It is in {now.stage} and waits for a person: {waiting[-1].what}"
    return f"It is in {now.stage}, after {len(timeline.stretches) - 1} changes of stage"


def _bars(timeline: Timeline, x: alt.X, least: timedelta, sheet: Sheet) -> alt.LayerChart:
    rows: list[Record] = [
        {
            "lane": each.stage.value,
            "start": _text(each.start),
            "end": _text(max(each.end, each.start + least)),
            "color": BLUE,
        }
        for each in timeline.stretches
    ]
    waits = [each for each in timeline.waits if each.is_for_person]
    rows += [
        {
            "lane": _WAITING,
            "start": _text(each.start),
            "end": _text(max(each.end or timeline.at, each.start + least)),
            "color": VERMILION,
        }
        for each in waits
    ]
    lanes = [*(stage.value for stage in Stage), *([_WAITING] if waits else [])]
    y = alt.Y("lane:N", title=None, scale=alt.Scale(domain=lanes), axis=alt.Axis(grid=True))
    color = alt.Color("color:N", scale=None)
    bars = alt.Chart(table(rows)).mark_bar(height=16)
    return layered(
        bars.encode(x, alt.X2("end:T"), y, color),
        width=sheet.plot(beside=_NAMES),
        height=alt.Step(28),
    )


def _answers(timeline: Timeline, x: alt.X, sheet: Sheet) -> alt.LayerChart:
    below: dict[date, int] = {}
    rows: list[Record] = []
    for each in timeline.answers:
        low = below.get(each.day, 0)
        below[each.day] = high = low + each.n
        start, end = (f"{each.day.isoformat()}T{time}Z" for time in ("00:00:00", "23:59:59"))
        rows.append({"start": start, "end": end, "what": each.what, "low": low, "high": high})
    color = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=["labels", "judgments"], range=[BLUE, GREEN]),
        legend=alt.Legend(orient="top", direction="horizontal", labelFontSize=13),
    )
    y = alt.Y("high:Q", title="a day", axis=alt.Axis(tickCount=3))
    bars = alt.Chart(table(rows)).mark_rect(opacity=0.85, clip=True)
    return layered(
        bars.encode(x, alt.X2("end:T"), y, alt.Y2("low:Q"), color),
        width=sheet.plot(beside=_NAMES),
        height=_ANSWERS_HEIGHT,
        title="Answers of people",
    )


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
