"""Chart of earlier forecasts beside what was measured since."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREEN, SOFT, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    labels,
    layered,
    names_axis,
    row_step,
    table,
)
from leadline.phases.forecast import Forecast
from leadline.phases.forecast.verification import Verified, farthest
from leadline.phases.scoring import scoring_of
from leadline.phases.wording import three_digits

_MOST = 10  # rows that can still be told apart
_ROW = 46


def verification_chart(verdict: Forecast, sheet: Sheet = WIDE) -> Picture | None:
    """A range a promise and a dot where it came out, the newest last; None: nothing to judge."""
    shown = _shown(verdict.checks)
    if not shown:
        return None
    scoring = scoring_of(verdict.scoring)
    base = alt.Chart(table([_row(check, verdict) for check in shown]))
    y = alt.Y("row:N", sort=None, title=None, axis=names_axis(sheet, grid=False, limit=420))
    x = alt.X(
        "low:Q",
        title=scoring.words,
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(tickCount=sheet.n_ticks(8)),
    )
    outcome = alt.condition("datum.inside", alt.value(GREEN), alt.value(VERMILION))
    shape = alt.Shape(
        "inside:N", legend=None, scale=alt.Scale(domain=[True, False], range=["circle", "diamond"])
    )
    drawn = layered(
        *_target(verdict.target_score),
        base.mark_bar(color=BLUE, opacity=0.22, height=18, cornerRadius=9).encode(
            x, y, x2="high:Q"
        ),
        base.mark_tick(color=BLUE, thickness=3, size=18).encode(alt.X("median:Q"), y),
        base.mark_point(filled=True, size=150, opacity=1, stroke="white", strokeWidth=1.5).encode(
            alt.X("measured:Q"), y, shape, color=outcome
        ),
        *labels(base, alt.X("measured:Q"), y, text="words:N", dy=-17, fontSize=13),
        width=sheet.width,
        height=row_step(sheet, _ROW),
    )
    return framed(drawn, _title(shown), _subtitle(verdict), sheet)


def _shown(checks: tuple[Verified, ...]) -> tuple[Verified, ...]:
    """Every promise, or where there are too many one a forecast; the newest."""
    return (checks if len(checks) <= _MOST else farthest(checks))[-_MOST:]


def _row(check: Verified, verdict: Forecast) -> Record:
    score = scoring_of(verdict.scoring).score
    ends = sorted((score(check.low), score(check.high)))
    other = "" if check.is_same else " *"
    return {
        "row": f"entry {check.entry}: {check.n_known:,} to {check.n_train:,} rows{other}",
        "low": ends[0],
        "high": ends[1],
        "median": score(check.median),
        "measured": score(check.measured),
        "inside": check.is_inside,
        "words": three_digits(score(check.measured)),
    }


def _target(target_score: float) -> list[alt.Chart]:
    at = alt.Chart(table([{"target": target_score, "words": f"target {target_score:g}"}]))
    x = alt.X("target:Q")
    rule = at.mark_rule(color=SOFT, strokeWidth=1.5, strokeDash=[6, 4]).encode(x)
    words = at.mark_text(color=SOFT, fontSize=13, baseline="bottom").encode(
        x, y=alt.value(-4), text="words:N"
    )
    return [rule, words]


def _title(shown: tuple[Verified, ...]) -> str:
    judged = farthest(shown)
    n_inside = sum(check.is_inside for check in judged)
    return (
        f"{n_inside} of {len(judged)} earlier forecasts held"
        if len(judged) > 1
        else ("The earlier forecast held" if n_inside else "The earlier forecast did not hold")
    )


def _subtitle(verdict: Forecast) -> str:
    words = (
        "Bar: the 90% range promised before the rows were there, with the error of measuring; "
        "blue line: its middle. Green dot: measured since, inside. Vermilion diamond: outside."
    )
    if not all(check.is_same for check in verdict.checks):
        words += " * Of another model than the one forecast."
    return words
