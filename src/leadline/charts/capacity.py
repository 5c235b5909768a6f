"""Chart of ship / capacity: latency by rate of requests, and what a row costs in a request."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.theme import (
    BLUE,
    GREEN,
    VERMILION,
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    table,
)
from leadline.phases.capacity import Capacity, Step
from leadline.phases.capacity.capacity_evidence import ms

_LATENCY, _ROWS = 480, 200
_HEIGHT = 290
# what is far above the promise must not press the rest flat
_MOST = 2.5


def chart(verdict: Capacity) -> Picture | None:
    """Latency on the left, requests of many rows on the right; None without measurements."""
    if not verdict.steps or verdict.promised_s is None:
        return None
    left = _latency(verdict, verdict.promised_s * 1e3)
    drawn: Picture = left
    if len(verdict.batches) > 1:
        drawn = alt.hconcat(left, _batches(verdict), spacing=50)
    return framed(drawn, _title(verdict), _subtitle(verdict))


def _title(verdict: Capacity) -> str:
    planned = verdict.planned
    if planned is None or planned.p99_s is None or verdict.n_instances is None:
        return "No rate was answered as promised"
    held = f"One instance held {planned.rate_per_s:,.0f} requests a second"
    return f"{held}, 99% within {ms(planned.p99_s)}"


def _subtitle(verdict: Capacity) -> str:
    load = (
        f"a peak of {verdict.peak_per_s:g} requests a second that may grow {verdict.growth:g}-fold"
    )
    carried = f"Expected is {load}. "
    if verdict.n_instances is not None and verdict.cost_per_month is not None:
        plural = "" if verdict.n_instances == 1 else "s"
        carried = (
            f"{verdict.n_instances} instance{plural} for {load}, with {verdict.spare} lost: "
            f"{verdict.cost_per_month:,.0f} {verdict.currency} a month. "
        )
    return (
        f"{carried}Requests come at random; their latency counts from when they were due. The line "
        "from each dot ends at the upper bound of what was measured."
    )


def _latency(verdict: Capacity, promised: float) -> alt.LayerChart:
    steps = sorted(verdict.steps, key=lambda each: each.rate_per_s)
    most = max(each.rate_per_s for each in steps)
    seen = [each.p99_s * 1e3 for each in steps if each.p99_s is not None]
    top = min(max([*seen, promised]) * 1.15, _MOST * promised)
    x = alt.X(
        "rate:Q",
        title="requests a second to one instance",
        scale=alt.Scale(domain=[0, most * 1.1], nice=False),
        axis=alt.Axis(grid=False, tickCount=6),
    )
    y = alt.Y(
        "ms:Q", title="milliseconds", scale=alt.Scale(domain=[0, top], nice=False, clamp=True)
    )
    rows = [_point(each, top) for each in steps]
    base = alt.Chart(table(rows))
    layers = [
        rule_at(y=promised, color=VERMILION),
        *labels(
            alt.Chart(
                table([{"rate": 0, "ms": promised, "label": f"promised: {promised:,.3g} ms"}])
            ),
            x,
            y,
            align="left",
            dx=6,
            dy=-9,
            color=VERMILION,
            fontWeight="bold",
        ),
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(x, y),
        base.mark_rule(color=BLUE, strokeWidth=2).encode(x, y, alt.Y2("high:Q")),
        base.mark_point(filled=True, size=80, color=BLUE, opacity=1).encode(x, y),
        *_plan(verdict, x, y, top),
    ]
    return layered(
        *layers, width=_LATENCY, height=_HEIGHT, title="99% are answered within, one instance"
    )


def _plan(verdict: Capacity, x: alt.X, y: alt.Y, top: float) -> list[alt.Chart]:
    """The planned rate, measured again: a diamond with its name."""
    planned = verdict.planned
    if planned is None:
        return []
    row = _point(planned, top)
    row["label"] = f"the plan: {planned.rate_per_s:,.0f}"
    base = alt.Chart(table([row]))
    dot = base.mark_point(filled=True, size=170, shape="diamond", color=GREEN, opacity=1)
    rule = base.mark_rule(color=GREEN, strokeWidth=3).encode(x, y, alt.Y2("high:Q"))
    named = alt.Chart(table([row | {"ms": row["high"]}]))
    text = labels(named, x, y, align="right", dx=-8, dy=-8, color=GREEN, fontWeight="bold")
    return [rule, dot.encode(x, y), *text]


def _point(step: Step, top: float) -> Record:
    """A step in milliseconds; what cannot be told is at the top."""
    p99 = top if step.p99_s is None else min(step.p99_s * 1e3, top)
    high = top if step.p99_high_s is None else min(step.p99_high_s * 1e3, top)
    return {"rate": step.rate_per_s, "ms": p99, "high": high}


def _batches(verdict: Capacity) -> alt.LayerChart:
    rows: list[Record] = [
        {"rows": each.n_rows, "ms": each.cpu_s * 1e3 / each.n_rows} for each in verdict.batches
    ]
    base = alt.Chart(table(rows))
    x = alt.X(
        "rows:Q",
        title="rows in a request",
        scale=alt.Scale(type="log", base=2),
        axis=alt.Axis(grid=False, values=[1, 4, 16, 64, 256], format="d"),
    )
    y = alt.Y("ms:Q", title="milliseconds", scale=alt.Scale(domainMin=0))
    ends = [row | {"label": f"{row['ms']:,.2g}"} for row in (rows[0], rows[-1])]
    return layered(
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(x, y),
        base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x, y),
        *labels(alt.Chart(table(ends)), x, y, dy=-12, color=BLUE, fontWeight="bold"),
        width=_ROWS,
        height=_HEIGHT,
        title="Processor time of one row",
    )
