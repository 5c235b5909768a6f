"""Chart of the default decision: precision and recall by class, or errors of numbers."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.palette import BLUE, INK, VERMILION
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
from leadline.phases.performance.default_decision import (
    SHARES,
    ClassScores,
    DefaultDecision,
    NumberErrors,
)
from leadline.phases.verdict import Bounds
from leadline.phases.wording import share_words, shortened, three_digits

_MOST_CLASSES = 20
_MOST_CHARS = 24
_HEIGHT = 300
_MEASURES = (
    ("precision", BLUE, "circle", "of what is predicted to be of it, is (precision)"),
    ("recall", VERMILION, "diamond", "of what is of it, is predicted to be (recall)"),
)


def default_decision_chart(
    point: DefaultDecision, subtitle: str, rows: str = "the test set", *, sheet: Sheet = WIDE
) -> Picture:
    """Precision and recall class by class, or the share of rows by distance.

    Parameters
    ----------
    point : DefaultDecision
        As these rows have it.
    subtitle : str
        Where the numbers come from.
    rows : str, default="the test set"
        Which rows.
    sheet : Sheet, default=WIDE
        What it is drawn on.
    """
    if point.numbers is not None:
        drawn = _distances(point.right, point.numbers, sheet)
        return framed(drawn, _number_title(point), subtitle, sheet)
    shown = point.classes[:_MOST_CLASSES]
    if len(point.classes) > len(shown):
        subtitle += f" The {_MOST_CLASSES} most frequent of {len(point.classes)} classes."
    panels = [_panel(shown, *measure, sheet) for measure in _MEASURES]
    return framed(alt.vconcat(*panels, spacing=26), _class_title(point, rows), subtitle, sheet)


def _class_title(point: DefaultDecision, rows: str) -> str:
    worst = min(point.classes, key=lambda each: each.recall.estimate)
    if worst.recall.estimate == 1:
        return f"All {len(point.classes)} classes are told without an error on {rows}"
    name = shortened(worst.name, _MOST_CHARS)
    return (
        f"Right in {share_words(point.right.estimate)}; {name!r} is found least, in "
        f"{share_words(worst.recall.estimate)}"
    )


def _panel(
    classes: Sequence[ClassScores], measure: str, color: str, shape: str, title: str, sheet: Sheet
) -> alt.LayerChart:
    rows: list[Record] = []
    for each in classes:
        bounds: Bounds = getattr(each, measure)
        rows.append(
            {
                "name": f"{shortened(each.name, _MOST_CHARS)} ({each.n_true:,})",
                "share": bounds.estimate,
                "low": bounds.low,
                "high": bounds.high,
                "label": share_words(bounds.estimate),
            }
        )
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet))
    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1])
    x = alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=axis)
    return layered(
        base.mark_rule(strokeWidth=4, color=color).encode(y=y, x="low:Q", x2="high:Q"),
        base.mark_point(filled=True, size=110, opacity=1, color=color, shape=shape).encode(x, y),
        base.mark_text(align="left", dx=8, fontSize=12, color=INK).encode(
            alt.X("high:Q"), y, text="label:N"
        ),
        width=_width(sheet),
        height=row_step(sheet, 24),
        title=f"Share {title}",
    )


def _number_title(point: DefaultDecision) -> str:
    assert point.numbers is not None
    return (
        f"{share_words(point.right.estimate)} of predictions are off by at most "
        f"{three_digits(point.numbers.tolerance)}"
    )


def _distances(right: Bounds, numbers: NumberErrors, sheet: Sheet) -> alt.LayerChart:
    """The share of rows that are off by at most so much, and the tolerance."""
    rows: list[Record] = [{"off": 0.0, "share": 0.0}]
    rows += [{"off": off, "share": part} for part, off in zip(SHARES, numbers.off_by, strict=True)]
    # the last 5 % may be far out, and would squeeze the rest into a corner
    most = max(numbers.off_by[-2], numbers.tolerance) * 1.15
    rows = [row for row in rows if float(row["off"] or 0) <= most]
    scale = alt.Scale(domain=[0, most], nice=False)
    words = "off by at most, in units of what is predicted"
    x = alt.X("off:Q", title=words, scale=scale, axis=alt.Axis(tickCount=sheet.n_ticks(8)))
    y = alt.Y(
        "share:Q",
        title="share of test rows",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    base = alt.Chart(table(rows))
    mark = alt.Chart(
        table(
            [
                {
                    "off": numbers.tolerance,
                    "share": right.estimate,
                    "low": right.low,
                    "high": right.high,
                    "label": share_words(right.estimate),
                }
            ]
        )
    )
    return layered(
        rule_at(x=numbers.tolerance, color=VERMILION),
        base.mark_line(color=BLUE, strokeWidth=2.5, interpolate="monotone").encode(x, y),
        mark.mark_rule(strokeWidth=4, color=VERMILION).encode(x, y=alt.Y("low:Q"), y2="high:Q"),
        mark.mark_point(filled=True, size=150, opacity=1, color=VERMILION).encode(x, y),
        *labels(mark, x, y, dx=26, fontWeight="bold"),
        width=_width(sheet),
        height=_HEIGHT,
    )


def _width(sheet: Sheet) -> int:
    return sheet.width - 20 if sheet.is_narrow else sheet.width + 110
