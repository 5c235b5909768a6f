"""Chart of apply / tuning: precision and recall of each operating point, with intervals."""

from __future__ import annotations

from textwrap import shorten

import altair as alt

from leadline.charts.default_decision import default_decision_chart
from leadline.charts.drawing.palette import BLUE, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    names_axis,
    row_step,
    table,
)
from leadline.phases.tuning import OperatingPoint, Tuning
from leadline.phases.verdict import Bounds
from leadline.phases.vocabulary.project_words import Words
from leadline.phases.wording import plural, share_words

_LONGEST_WORD = 20


def measures(words: Words) -> tuple[str, str]:
    """What precision and recall are called, in that order.

    Examples
    --------
    >>> measures(Words(positive="late"))
    ('of what is flagged, is late (precision)', 'of what is late, is flagged (recall)')
    """
    what = shorten(words.positive, _LONGEST_WORD, placeholder="…")
    return f"of what is flagged, is {what} (precision)", f"of what is {what}, is flagged (recall)"


def chart(verdict: Tuning, sheet: Sheet = WIDE) -> Picture | None:
    """Precision and recall of each point with bounds, one panel a point; None without points."""
    if verdict.plain is not None:
        said = f"Measured on {verdict.n_test:,} test rows. Lines: 90% intervals."
        return default_decision_chart(verdict.plain, said, sheet=sheet)
    if not verdict.points:
        return None
    words = verdict.words
    panels = [_panel(point, verdict.currency, words, sheet) for point in verdict.points]
    n_points = plural(len(panels), "operating point")
    title = f"{n_points} on offer: fewer false alarms, or fewer misses"
    subtitle = (
        f"Measured on {verdict.n_test:,} test rows: "
        f"{words.counts(verdict.n_positive, verdict.n_test - verdict.n_positive)}. "
        "Lines: 90% intervals. A point is a threshold: rows that score above it are flagged."
    )
    return framed(alt.vconcat(*panels, spacing=26), title, subtitle, sheet)


def interval_row(measure: str, bounds: Bounds, color: str, shape: str, group: str = "") -> Record:
    """One estimate with its interval as a row of a chart."""
    return {
        "measure": measure,
        "share": bounds.estimate,
        "low": bounds.low,
        "high": bounds.high,
        "label": share_words(bounds.estimate),
        "color": color,
        "shape": shape,
        "group": group,
    }


def _panel(point: OperatingPoint, currency: str, words: Words, sheet: Sheet) -> alt.LayerChart:
    precision, recall = measures(words)
    rows = [
        interval_row(precision, point.precision, BLUE, "circle"),
        interval_row(recall, point.recall, VERMILION, "diamond"),
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("measure:N", sort=None, title=None, axis=names_axis(sheet))
    x = share_axis("share:Q")
    color = alt.Color("color:N", scale=None)
    title = (
        f"{point.name}: flags {share_words(point.alert_share, 1)} of rows; its errors cost "
        f"{point.cost_per_1000:,.0f} {currency} per 1,000 rows"
    )
    return layered(
        base.mark_rule(strokeWidth=4).encode(y=y, x="low:Q", x2="high:Q", color=color),
        base.mark_point(filled=True, size=150, opacity=1).encode(
            x, y, color=color, shape=alt.Shape("shape:N", scale=None)
        ),
        base.mark_text(dy=-15, fontWeight="bold").encode(x, y, text="label:N", color=color),
        width=sheet.width if sheet.is_narrow else 520,
        height=row_step(sheet, 40),
        title=title,
    )


def share_axis(field: str) -> alt.X:
    """A horizontal axis of shares, from 0 to 100 %."""
    return alt.X(
        field,
        title=None,
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )
