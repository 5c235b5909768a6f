"""Chart of ship / release: the new model beside the one in service."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREY
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    labels,
    layered,
    names_axis,
    row_step,
    rule_at,
    table,
)
from leadline.phases.release import Release
from leadline.phases.scoring import scoring_of

# what three digits do not tell apart
_SAME = 0.0005


def chart(verdict: Release, sheet: Sheet = WIDE) -> Picture | None:
    """Both scores on the same test rows, and how sure their gap is; None for the first release."""
    champion, challenger = verdict.champion_score, verdict.challenger_score
    if champion is None or challenger is None:
        return None
    rows = [
        _row(f"in service: {verdict.replaces}", champion, GREY, "square"),
        _row(f"new: {verdict.release_id}", challenger, BLUE, "circle"),
    ]
    base = alt.Chart(table(rows))
    x = alt.X(
        "score:Q",
        title=f"{scoring_of(verdict.scoring).words}, on the same test rows",
        scale=_scale(verdict, champion, challenger),
        axis=alt.Axis(tickCount=sheet.n_ticks(6)),
    )
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet))
    color = alt.Color("color:N", scale=None)
    drawn = layered(
        rule_at(x=champion, color=GREY),
        *_interval(verdict, champion, x, y),
        base.mark_point(filled=True, size=200, opacity=1).encode(
            x, y, color=color, shape=alt.Shape("shape:N", scale=None)
        ),
        *labels(base, x, y, dy=14, baseline="top", fontWeight="bold"),
        width=sheet.width,
        height=row_step(sheet, 64),
    )
    return framed(drawn, _title(verdict, champion, challenger), _subtitle(verdict), sheet)


def _interval(verdict: Release, champion: float, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Where the new one's score lies with the other's taken as it is: the interval of the gap."""
    if verdict.difference is None:
        return []
    row: Record = {
        "name": f"new: {verdict.release_id}",
        "score": champion + verdict.difference.low,
        "high": champion + verdict.difference.high,
    }
    bar = alt.Chart(table([row])).mark_rule(
        strokeWidth=9, opacity=0.4, color=BLUE, strokeCap="round"
    )
    return [bar.encode(x, y, x2="high:Q")]


def _title(verdict: Release, champion: float, challenger: float) -> str:
    gap = abs(challenger - champion)
    if gap < _SAME:
        return "The new release scores the same as the one in service"
    is_better = scoring_of(verdict.scoring).is_met(challenger, champion)
    side = "better" if is_better else "worse"
    between = verdict.difference
    if between is not None and between.low <= 0 <= between.high:
        return f"Too close to tell: the new release is {side} by {gap:.3f}, within chance"
    return f"The new release is {side} than the one in service, by {gap:.3f}"


def _subtitle(verdict: Release) -> str:
    if verdict.difference is None:
        return verdict.summary
    return f"{verdict.summary} Thick line: 90% interval of the gap between the two."


def _scale(verdict: Release, champion: float, challenger: float) -> alt.Scale:
    """Around both scores and the interval; what is the same to three digits is not far apart."""
    ends = [champion, challenger]
    if verdict.difference is not None:
        ends += [champion + verdict.difference.low, champion + verdict.difference.high]
    low, high = min(ends), max(ends)
    room = 0.12 * (high - low)
    if abs(champion - challenger) < _SAME and verdict.difference is None:
        room = max(abs(champion), abs(challenger)) / 50 or 0.01
    return alt.Scale(domain=[low - room, high + room], nice=False)


def _row(name: str, score: float, color: str, shape: str) -> Record:
    return {
        "name": name,
        "score": score,
        "label": f"{score:.3f}",
        "color": color,
        "shape": shape,
    }
