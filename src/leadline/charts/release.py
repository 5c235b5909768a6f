"""Chart of ship / release: the new model beside the one in service."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.theme import (
    BLUE,
    GREY,
    WIDTH,
    Picture,
    Record,
    framed,
    labels,
    layered,
    table,
)
from leadline.phases.release import Release
from leadline.phases.scoring import scoring_of

# what three digits do not tell apart
_SAME = 0.0005


def chart(verdict: Release) -> Picture | None:
    """Both scores on the same test rows; None for the first release."""
    champion, challenger = verdict.champion_score, verdict.challenger_score
    if champion is None or challenger is None:
        return None
    rows: list[Record] = [
        _row(f"before: {verdict.replaces}", champion, GREY, "square"),
        _row(f"new: {verdict.release_id}", challenger, BLUE, "circle"),
    ]
    scoring = scoring_of(verdict.scoring)
    words = scoring.words
    base = alt.Chart(table(rows))
    x = alt.X(
        "score:Q",
        title=f"{words}, on the same test rows",
        scale=_scale(champion, challenger),
        axis=alt.Axis(tickCount=5),  # scores that are close have long numbers
    )
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(grid=True, minExtent=170))
    color = alt.Color("color:N", scale=None)
    drawn = layered(
        base.mark_point(filled=True, size=200, opacity=1).encode(
            x, y, color=color, shape=alt.Shape("shape:N", scale=None)
        ),
        *labels(base, x, y, dy=-18, fontWeight="bold"),
        width=WIDTH,
        height=alt.Step(58),
    )
    gap = abs(challenger - champion)
    if gap < _SAME:
        title = "The new release scores the same as the one in service"
    else:
        is_better = scoring.is_met(challenger, champion)
        side = "better" if is_better else "worse"
        title = f"The new release is {side} than the one in service, by {gap:.3f}"
    return framed(drawn, title, verdict.summary)


def _scale(champion: float, challenger: float) -> alt.Scale:
    """Around both scores; what is the same to three digits is not drawn far apart."""
    if abs(champion - challenger) >= _SAME:
        return alt.Scale(zero=False, padding=60)
    middle, half = (champion + challenger) / 2, max(abs(champion), abs(challenger)) / 50 or 0.01
    return alt.Scale(domain=[middle - half, middle + half], nice=False)


def _row(name: str, score: float, color: str, shape: str) -> Record:
    return {
        "name": name,
        "score": score,
        "label": f"{score:.3f}",
        "color": color,
        "shape": shape,
    }
