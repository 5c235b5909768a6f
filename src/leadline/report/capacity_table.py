"""Table of one instance under load."""

from __future__ import annotations

from leadline.phases.capacity import Capacity
from leadline.report.text_table import Table, tabled


def capacity_table(verdict: Capacity) -> Table:
    """Requests answered and how fast, by rate; where no rate was held, by clients at once."""
    rows = [
        (
            f"{step.rate_per_s:,.0f}{' (the plan)' if step is verdict.planned else ''}",
            f"{step.n_requests:,}",
            _milliseconds(step.p50_s),
            _milliseconds(step.p99_s),
            _milliseconds(step.p99_high_s),
        )
        for step in sorted(
            [*verdict.steps, *([verdict.planned] if verdict.planned else [])],
            key=lambda each: each.rate_per_s,
        )
    ]
    head = ("Requests a second", "Requests", "Half within", "99% within", "At most")
    if not rows:
        return tabled(
            "One instance under load",
            ("Clients at once", *head[:1], *head[2:4]),
            [
                (
                    f"{load.n_clients:,}",
                    f"{load.per_s:,.0f}",
                    _milliseconds(load.p50_s),
                    _milliseconds(load.p99_s),
                )
                for load in verdict.loads
            ],
        )
    return tabled("One instance under load", head, rows)


def _milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1e3:,.3g} ms"
