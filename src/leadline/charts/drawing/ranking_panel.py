"""Panel of the search's picture: the best candidate of each family, and the baseline."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREY, INK, SOFT
from leadline.charts.drawing.sheet import Sheet
from leadline.charts.drawing.theme import (
    Record,
    labels,
    layered,
    names_axis,
    row_step,
    rule_at,
    table,
)
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial


def ranking_panel(verdict: Search, families: Sequence[str], sheet: Sheet) -> alt.LayerChart:
    """A line a family: the score of its best candidate, how sure it is, and the baseline.

    Parameters
    ----------
    verdict : Search
        With a score of each of these families.
    families : sequence of str
        Those shown, best first.
    sheet : Sheet
        What is drawn on.
    """
    rows = [_row(_best_of(verdict, family), verdict) for family in families]
    base = alt.Chart(table(rows))
    level = verdict.baseline.mean if verdict.baseline else None
    ends = [float(row[end]) for row in rows for end in ("low", "high")]
    ends += [] if level is None else [level]
    room = 0.1 * (max(ends) - min(ends) or 0.01)
    x = alt.X(
        "score:Q",
        title=scoring_of(verdict.scoring).words,
        scale=alt.Scale(domain=[min(ends) - room, max(ends) + room], nice=False),
        axis=alt.Axis(tickCount=4 if sheet.is_narrow else 7),
    )
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet))
    color = alt.Color("color:N", scale=None)
    return layered(
        *_baseline(level, x),
        base.mark_rule(strokeWidth=6, opacity=0.45, strokeCap="round").encode(
            alt.X("low:Q"), y, color=color, x2="high:Q"
        ),
        base.mark_point(filled=True, size=130, opacity=1).encode(
            x, y, color=color, shape=alt.Shape("shape:N", scale=None)
        ),
        *labels(base, x, y, dy=-13, fontSize=13, fontWeight="bold"),
        width=sheet.width,
        height=row_step(sheet, 42),
    )


def _best_of(verdict: Search, family: str) -> Trial:
    mine = [trial for trial in verdict.ranked if trial.family == family and trial.mean is not None]
    return next((trial for trial in mine if trial.name == verdict.chosen), mine[0])


def _row(trial: Trial, verdict: Search) -> Record:
    is_chosen = trial.name == verdict.chosen
    score, half = trial.mean or 0.0, 2 * (trial.stderr or 0.0)
    return {
        "name": f"{trial.name}, chosen" if is_chosen else trial.name,
        "score": score,
        "low": score - half,
        "high": score + half,
        "label": f"{score:z.3f}",
        "color": BLUE if is_chosen else GREY,
        "shape": "diamond" if is_chosen else "circle",
        "ink": BLUE if is_chosen else INK,
    }


def _baseline(level: float | None, x: alt.X) -> list[alt.Chart]:
    if level is None:
        return []
    name = alt.Chart(table([{"score": level, "label": "baseline"}]))
    words = name.mark_text(color=SOFT, baseline="bottom", fontWeight="bold", align="left", dx=-4)
    return [rule_at(x=level, color=SOFT), words.encode(x, y=alt.value(-5), text="label:N")]
