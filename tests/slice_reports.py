"""Slice reports, as tuning keeps them: late flights, and one slice that fares worse."""

from __future__ import annotations

from leadline.phases.performance.slice_report import (
    NOT_SHOWN,
    UNKNOWN,
    WORSE,
    GroupLine,
    PointSlices,
    RateGap,
    SliceLine,
)
from leadline.phases.verdict import Bounds


def bounds(estimate: float, low: float, high: float) -> Bounds:
    return Bounds(estimate=estimate, low=low, high=high)


UA = SliceLine(
    name="carrier = UA",
    columns=("carrier",),
    n_rows=160,
    loss=bounds(0.34, 0.28, 0.41),
    rest=0.17,
    at_least=0.04,
    p_value=0.002,
    detectable=0.12,
    state=WORSE,
    precision=bounds(0.5, 0.42, 0.58),
    recall=bounds(0.61, 0.5, 0.71),
)
PAIR = SliceLine(
    name="carrier = DL and origin = JFK",
    columns=("carrier", "origin"),
    n_rows=90,
    loss=bounds(0.4, 0.32, 0.48),
    rest=0.18,
    at_least=0.03,
    p_value=0.01,
    detectable=0.15,
    explained=0.19,
    state=WORSE,
)
EWR = SliceLine(
    name="origin = EWR",
    columns=("origin",),
    n_rows=400,
    loss=bounds(0.2, 0.17, 0.24),
    rest=0.19,
    p_value=0.8,
    detectable=0.08,
    state=NOT_SHOWN,
    is_group=True,
)
LGA = SliceLine(
    name="origin = LGA",
    columns=("origin",),
    n_rows=31,
    loss=bounds(0.23, 0.13, 0.37),
    rest=0.19,
    p_value=0.9,
    detectable=0.31,
    state=UNKNOWN,
    is_group=True,
)
SHOWN = RateGap(rate=0.36, rest=0.22, gap=bounds(0.14, 0.05, 0.23))
OPEN = RateGap(rate=0.3, rest=0.32, gap=bounds(-0.02, -0.2, 0.16))
NOBODY = RateGap(rate=None, rest=0.1, gap=bounds(0.0, -1.0, 1.0))
GROUPS = (
    GroupLine(name="origin = EWR", n_rows=400, selection=SHOWN, miss=OPEN, false_alarm=OPEN),
    GroupLine(name="origin = LGA", n_rows=31, selection=OPEN, miss=NOBODY, false_alarm=OPEN),
)
CAUTIOUS = PointSlices(
    point="cautious",
    mean_loss=0.17,
    n_tested=24,
    n_pairs=180,
    n_unknown=1,
    lines=(EWR, LGA),
    groups=GROUPS,
)
BALANCED = PointSlices(
    point="balanced",
    mean_loss=0.19,
    n_tested=24,
    n_pairs=180,
    n_unknown=1,
    lines=(UA, PAIR, EWR, LGA),
    groups=GROUPS,
)
REPORTS = (CAUTIOUS, BALANCED)
NUMBERS = PointSlices(
    point="as-predicted",
    mean_loss=20.5,
    is_share=False,
    n_tested=10,
    n_pairs=0,
    lines=(
        SliceLine(
            name="bmi of at least 30",
            columns=("bmi",),
            n_rows=120,
            loss=bounds(31.2, 28.0, 34.4),
            rest=18.4,
            at_least=4.2,
            p_value=0.004,
            detectable=9.0,
            state=WORSE,
        ),
    ),
)
