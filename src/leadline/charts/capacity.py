"""Chart of ship / capacity: latency by rate of requests, and what a row costs in a request."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREEN, INK, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, Record, framed, labels, layered, rule_at, table
from leadline.phases.capacity import Capacity, Step
from leadline.phases.capacity.capacity_evidence import ms

_LATENCY, _ROWS = 480, 200
_HEIGHT = 290
# what is far above the promise must not press the rest flat
_MOST = 2.5


def chart(verdict: Capacity, sheet: Sheet = WIDE) -> Picture | None:
    """Latency on the left, requests of many rows on the right; None without measurements."""
    if not verdict.steps or verdict.promised_s is None:
        return None
    left = _latency(verdict, verdict.promised_s * 1e3, sheet)
    drawn: Picture = left
    if len(verdict.batches) > 1:
        panels = left, _batches(verdict, sheet)
        drawn = alt.vconcat(*panels) if sheet.is_narrow else alt.hconcat(*panels, spacing=50)
    return framed(drawn, _title(verdict), _subtitle(verdict), sheet)


def _title(verdict: Capacity) -> str:
    planned = verdict.planned
    if planned is None:
        return "No rate was answered as promised"
    if planned.p99_s is None or verdict.n_instances is None:
        rate = f"{planned.rate_per_s:,.0f} requests a second"
        return f"Asked again for {rate}, one instance did not hold the promise: there is no plan"
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


def _latency(verdict: Capacity, promised: float, sheet: Sheet) -> alt.LayerChart:
    steps = sorted(verdict.steps, key=lambda each: each.rate_per_s)
    share = _share(verdict)
    most = max(*(each.rate_per_s for each in steps), share or 0.0)
    seen = [each.p99_s * 1e3 for each in steps if each.p99_s is not None]
    top = min(max([*seen, promised]) * 1.15, _MOST * promised)
    x = alt.X(
        "rate:Q",
        title="requests a second to one instance",
        scale=alt.Scale(domain=[0, most * 1.1], nice=False),
        axis=alt.Axis(grid=False, tickCount=sheet.n_ticks(6)),
    )
    y = alt.Y(
        "ms:Q",
        title="milliseconds",
        scale=alt.Scale(domain=[0, top], nice=False, clamp=True),
        axis=alt.Axis(tickCount=6),
    )
    kept_up = [each for each in steps if _kept_up(each, top)]
    base = alt.Chart(table([_point(each, top) for each in kept_up]))
    kept = alt.Chart(table([{"rate": 0, "end": most * 1.1, "ms": 0, "high": promised}]))
    layers = [
        kept.mark_rect(color=GREEN, opacity=0.1).encode(x, y, x2="end:Q", y2="high:Q"),
        *_load(share, x),
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
        *_overrun([each for each in steps if not _kept_up(each, top)], x),
        *_plan(verdict, x, y, top),
    ]
    return layered(
        *layers,
        width=sheet.width if sheet.is_narrow else _LATENCY,
        height=_HEIGHT,
        title="99% are answered within, one instance",
    )


def _share(verdict: Capacity) -> float | None:
    """Requests a second that one instance gets at the grown peak, with the spare ones down."""
    if verdict.n_instances is None:
        return None
    return verdict.peak_per_s * verdict.growth / max(verdict.n_instances - verdict.spare, 1)


def _load(share: float | None, x: alt.X) -> list[alt.Chart]:
    """An upright line at what one instance will get."""
    if share is None:
        return []
    one = alt.Chart(table([{"rate": share, "label": f"expected: {share:,.3g}"}]))
    rule = one.mark_rule(color=INK, strokeDash=[2, 3], strokeWidth=1.5).encode(x)
    words = labels(one, x, y=_HEIGHT - 8, align="left", dx=5, baseline="bottom", fontSize=13)
    return [rule, *words]


def _kept_up(step: Step, top: float) -> bool:
    return step.p99_s is not None and step.p99_s * 1e3 <= top


def _overrun(steps: list[Step], x: alt.X) -> list[alt.Chart]:
    """Rates at which the server fell behind: triangles at the upper edge, and what they say."""
    if not steps:
        return []
    base = alt.Chart(table([{"rate": each.rate_per_s} for each in steps]))
    mark = base.mark_point(filled=True, size=90, shape="triangle-up", color=VERMILION, opacity=1)
    middle = alt.Chart(table([{"rate": steps[-1].rate_per_s, "label": "fell behind"}]))
    words = labels(middle, x, y=16, align="right", color=VERMILION, baseline="top", fontSize=13)
    return [mark.encode(x, y=alt.value(6)), *words]


def _plan(verdict: Capacity, x: alt.X, y: alt.Y, top: float) -> list[alt.Chart]:
    """The planned rate, measured again: a diamond with its name, or that it fell behind."""
    planned = verdict.planned
    if planned is None:
        return []
    if not _kept_up(planned, top):
        again = alt.Chart(table([{"rate": planned.rate_per_s, "label": "asked again"}]))
        mark = again.mark_point(filled=True, size=170, shape="diamond", color=VERMILION, opacity=1)
        words = labels(again, x, y=7, align="right", dx=-9, color=VERMILION, fontWeight="bold")
        return [mark.encode(x, y=alt.value(7)), *words]
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


def _batches(verdict: Capacity, sheet: Sheet) -> alt.LayerChart:
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
    y = alt.Y(
        "ms:Q", title="milliseconds", scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=5)
    )
    ends = [row | {"label": f"{row['ms']:,.2g}"} for row in (rows[0], rows[-1])]
    return layered(
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(x, y),
        base.mark_point(filled=True, size=60, color=BLUE, opacity=1).encode(x, y),
        *labels(alt.Chart(table(ends)), x, y, dy=-12, color=BLUE, fontWeight="bold"),
        width=sheet.width if sheet.is_narrow else _ROWS,
        height=180 if sheet.is_narrow else _HEIGHT,
        title="Processor time of one row",
    )
