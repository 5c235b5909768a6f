"""Chart of train / curve: score by number of rows, for each candidate."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.label_placement import spread
from leadline.charts.drawing.palette import AMBER, BLUE, GREEN, SOFT, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    ROWS_TITLE,
    Picture,
    Record,
    framed,
    layered,
    rule_at,
    sizes_axis,
    table,
)
from leadline.phases.curve import CandidateCurve, Curve
from leadline.phases.scoring import Metric, scoring_of

_HEIGHT = 360
_LABEL_GAP = 18
_NAMES = 116  # pixels of the names beside a narrow plot
_COLORS = (BLUE, VERMILION, GREEN, AMBER, SOFT)
_DASHES = ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4])
_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")


def chart(verdict: Curve, sheet: Sheet = WIDE) -> Picture:
    """Score against rows, one line a candidate, with error bars."""
    scoring = scoring_of(verdict.scoring)
    chance = scoring.score(verdict.chance_error)
    domain = _domain(verdict, scoring)
    layers = []
    for i, curve in enumerate(verdict.curves[: len(_COLORS)]):
        layers += _lines(curve, i, scoring, domain, is_narrow=sheet.is_narrow)
    layers += [rule_at(y=chance, color=SOFT), *_labels(verdict, scoring, chance, domain, sheet)]
    drawn = layered(*layers, width=sheet.plot(beside=_NAMES), height=_HEIGHT)
    first = verdict.curves[0]
    start, end = first.points[0], first.points[-1]
    title = (
        f"From {start.n_train:,} to {end.n_train:,} rows, {first.candidate} goes from "
        f"{scoring.score(start.mean):.3f} to {scoring.score(end.mean):.3f}"
    )
    subtitle = (
        f"{scoring.words[0].upper()}{scoring.words[1:]}; "
        f"{'lower' if scoring.is_loss else 'higher'} is better. Bars: two standard errors of "
        "repeated fits either way. A line still steep at its right end wants more rows."
    )
    return framed(drawn, title, subtitle, sheet)


def _domain(verdict: Curve, scoring: Metric) -> tuple[float, float]:
    scores = [scoring.score(verdict.chance_error)]
    for curve in verdict.curves[: len(_COLORS)]:
        for point in curve.points:
            bar = 2 * (point.stderr or 0.0)
            scores += [scoring.score(point.mean - bar), scoring.score(point.mean + bar)]
    margin = 0.06 * (max(scores) - min(scores) or 1.0)
    return min(scores) - margin, max(scores) + margin


def _lines(
    curve: CandidateCurve,
    i: int,
    scoring: Metric,
    domain: tuple[float, float],
    *,
    is_narrow: bool,
) -> list[alt.Chart]:
    rows: list[Record] = []
    for point in curve.points:
        bar = 2 * (point.stderr or 0.0)
        rows.append(
            {
                "n": point.n_train,
                "score": scoring.score(point.mean),
                "low": scoring.score(point.mean - bar),
                "high": scoring.score(point.mean + bar),
            }
        )
    low, high = curve.points[0].n_train, curve.points[-1].n_train
    x = alt.X(
        "n:Q",
        title=ROWS_TITLE,
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=sizes_axis(low, high, is_narrow=is_narrow),
    )
    y = alt.Y("score:Q", title=scoring.words, scale=alt.Scale(domain=list(domain), nice=False))
    base = alt.Chart(table(rows))
    line = base.mark_line(color=_COLORS[i], strokeDash=_DASHES[i], strokeWidth=2.5)
    bars = base.mark_rule(color=_COLORS[i], strokeWidth=1.5)
    points = base.mark_point(filled=True, size=70, color=_COLORS[i], shape=_SHAPES[i], opacity=1)
    return [line.encode(x, y), bars.encode(x, y="low:Q", y2="high:Q"), points.encode(x, y)]


def _labels(
    verdict: Curve, scoring: Metric, chance: float, domain: tuple[float, float], sheet: Sheet
) -> list[alt.Chart]:
    low, high = domain
    ends = [(chance, "learns nothing", SOFT)]
    ends += [
        (scoring.score(curve.points[-1].mean), curve.candidate, _COLORS[i])
        for i, curve in enumerate(verdict.curves[: len(_COLORS)])
    ]
    pixels = spread([_HEIGHT * (high - s) / (high - low) for s, _, _ in ends], _LABEL_GAP)
    return [
        alt.Chart(table([{"text": text}]))
        .mark_text(
            align="left",
            color=color,
            fontWeight="bold",
            fontSize=13,
            limit=170,
        )
        .encode(
            x=alt.value(sheet.plot(beside=_NAMES) + 8), y=alt.value(round(pixel, 1)), text="text:N"
        )
        for pixel, (_, text, color) in zip(pixels, ends, strict=True)
    ]
