"""Chart of ship / capacity: throughput and latency by number of clients."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.theme import (
    BLUE,
    VERMILION,
    Picture,
    Record,
    framed,
    layered,
    rule_at,
    table,
)
from leadline.phases.capacity import Capacity

_PANEL = 310
_HEIGHT = 260


def chart(verdict: Capacity) -> Picture | None:
    """Requests a second on the left, latency on the right; None without measurements."""
    if not verdict.loads:
        return None
    drawn = alt.hconcat(_throughput(verdict), _latency(verdict), spacing=50)
    subtitle = (
        "Measured on one instance, with more and more clients that ask again as soon as they are "
        f"answered. Planned for a peak of {verdict.peak_per_s:g} requests a second that may grow "
        f"{verdict.growth:g}-fold, with {verdict.spare} to spare."
    )
    title = (
        f"{_instances(verdict.n_instances)} {verdict.peak_per_s:g} requests a second, "
        f"for {verdict.cost_per_month:,.0f} {verdict.currency} a month"
    )
    return framed(drawn, title, subtitle)


def _instances(n_instances: int) -> str:
    return "1 instance carries" if n_instances == 1 else f"{n_instances} instances carry"


def _clients(verdict: Capacity) -> alt.X:
    most = max(load.n_clients for load in verdict.loads)
    return alt.X(
        "clients:Q",
        title="clients at once",
        scale=alt.Scale(domain=[0, most * 1.05], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1),
    )


def _throughput(verdict: Capacity) -> alt.LayerChart:
    rows: list[Record] = [
        {"clients": load.n_clients, "per_s": load.per_s} for load in verdict.loads
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("per_s:Q", title="requests a second", scale=alt.Scale(domainMin=0))
    peak = verdict.peak_per_s
    label = table([{"per_s": peak, "text": f"expected peak: {peak:g}"}])
    return layered(
        rule_at(y=peak, color=VERMILION),
        alt.Chart(label)
        .mark_text(align="right", dy=-9, color=VERMILION, fontWeight="bold")
        .encode(x=alt.value(_PANEL), y="per_s:Q", text="text:N"),
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(_clients(verdict), y),
        base.mark_point(filled=True, size=80, color=BLUE, opacity=1).encode(_clients(verdict), y),
        width=_PANEL,
        height=_HEIGHT,
        title="What one instance answers",
    )


def _latency(verdict: Capacity) -> alt.LayerChart:
    layers = []
    parts = (
        ("p50_s", "half:", BLUE, "circle", [1, 0]),
        ("p99_s", "99%:", VERMILION, "diamond", [6, 4]),
    )
    for field, words, color, shape, dash in parts:
        rows: list[Record] = [
            {"clients": load.n_clients, "ms": getattr(load, field) * 1e3} for load in verdict.loads
        ]
        last = rows[-1] | {"text": f"{words} {rows[-1]['ms']:,.3g} ms"}
        base, y = alt.Chart(table(rows)), alt.Y("ms:Q", title="milliseconds")
        x = _clients(verdict)
        layers += [
            base.mark_line(color=color, strokeWidth=2.5, strokeDash=dash).encode(x, y),
            base.mark_point(filled=True, size=80, color=color, shape=shape, opacity=1).encode(x, y),
            alt.Chart(table([last]))
            .mark_text(align="left", dx=10, color=color, fontWeight="bold", fontSize=13)
            .encode(x, y, text="text:N"),
        ]
    return layered(*layers, width=_PANEL, height=_HEIGHT, title="How long an answer takes")
