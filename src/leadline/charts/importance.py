"""Chart of what the chosen candidate leans on: rise of the error by column, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.palette import AMBER, BLUE, GREY, INK
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    names_axis,
    row_step,
    rule_at,
    table,
)
from leadline.phases.search.importance import ColumnImportance, Importance
from leadline.phases.wording import shortened

_MOST_COLUMNS = 15
_MOST_CHARS = 48
_LIFT = 12  # pixels from a bar up to its name, on a narrow sheet
_STEP = 30
_NAMES = 330  # pixels of a name, as generously as they are measured
_SHARE_OF_WORDS = 1.3
_STANDINGS = ["yes", "others may stand in for it", "may be chance"]
_COLORS = [BLUE, AMBER, GREY]


def importance_chart(importance: Importance | None, sheet: Sheet = WIDE) -> Picture | None:
    """A bar a column, the largest rise first; None where nothing was looked at.

    Parameters
    ----------
    importance : Importance or None
        Of a search.
    sheet : Sheet, default=WIDE
        What it is drawn on.
    """
    if importance is None or not importance.columns:
        return None
    shown = importance.columns[:_MOST_COLUMNS]
    base = alt.Chart(table([_row(each, importance, is_narrow=sheet.is_narrow) for each in shown]))
    names = names_axis(sheet, lift=_LIFT, grid=False, limit=_NAMES)
    y = alt.Y("name:N", sort=None, title=None, axis=names)
    scale = alt.Scale(domain=_domain(shown), nice=False)
    x = alt.X(
        "rise:Q",
        title="the error rises by",
        axis=alt.Axis(tickCount=sheet.n_ticks(6)),
        scale=scale,
    )
    colors = alt.Scale(domain=_STANDINGS, range=_COLORS)
    color = alt.Color("standing:N", legend=None, scale=colors)
    ends = alt.X("low:Q")
    drawn = layered(
        rule_at(x=0, color=GREY, dash=False),
        base.mark_bar(height=14, opacity=0.35).encode(x, y, color),
        base.mark_rule(strokeWidth=2.5).encode(ends, y, color, x2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(x, y, color),
        base.mark_text(align="left", dx=8, fontSize=13, color=INK).encode(
            alt.X("end:Q"), y, text="label:N"
        ),
        width=sheet.width,
        height=row_step(sheet, _STEP, lift=_LIFT),
    )
    return framed(drawn, importance.summary, _subtitle(importance, len(shown)), sheet)


def _domain(shown: Sequence[ColumnImportance]) -> list[float]:
    """From the lowest end to beyond the highest one, where the words stand."""
    low = min(0.0, *(each.rise.low for each in shown))
    high = max(0.0, *(each.rise.high for each in shown))
    margin = (high - low or 1.0) * _SHARE_OF_WORDS
    return [low, high + margin]


def _row(column: ColumnImportance, importance: Importance, *, is_narrow: bool) -> Record:
    bounds = column.rise
    way = f", {column.way}" if column.is_used and column.way and not is_narrow else ""
    return {
        "name": column.name,
        "rise": bounds.estimate,
        "low": bounds.low,
        "high": bounds.high,
        "end": max(bounds.high, 0.0),
        "standing": column.standing,
        "label": shortened(
            f"{importance.score:.3f} to {column.score_without:.3f}{way}", _MOST_CHARS
        ),
    }


def _subtitle(importance: Importance, n_shown: int) -> str:
    left_out = len(importance.columns) - n_shown
    more = f" {left_out} more columns are in the table." if left_out else ""
    return (
        f"What becomes of the score when a column's values are moved between {importance.n_rows:,} "
        f"held-out rows, {importance.n_repeats} times; columns that say much the same are moved "
        "together. Blue: it says something of its own, beyond chance; amber: the other columns may "
        "stand in for it; grey: it may be chance. "
        f"Lines: 90% intervals.{more}"
    )
