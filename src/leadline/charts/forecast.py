"""train / forecast: the measured points, where the curve will go, and where it meets the target."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt

from leadline.charts.layout import log_position, round_sizes, stack
from leadline.charts.theme import (
    BLUE,
    GREEN,
    INK,
    SOFT,
    VERMILION,
    WIDTH,
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    table,
)
from leadline.phases.forecast import Forecast, Need, Recommendation
from leadline.phases.scoring import scoring_of
from leadline.phases.wording import chance

_HEIGHT = 380
_STOREY = 21
_LABEL_GAP = 18
_BANDS = ((0.05, 0.95, "90%", 0.16), (0.1, 0.9, "80%", 0.2), (0.25, 0.75, "50%", 0.28))
_FAR = 4.0  # how far right of the grid the picture still reaches for a point of need

_TITLES = {
    Recommendation.GOOD_ENOUGH: "Good enough: today's rows most likely meet the target",
    Recommendation.BUY: "Buy more rows: the budget can probably reach the target",
    Recommendation.TOO_CLOSE: "Too close to call: the budget may or may not reach the target",
    Recommendation.STOP: "Stop: the target costs more than was granted",
    Recommendation.UNREACHABLE: "Unreachable: no number of rows is likely to meet the target",
}


@dataclass(frozen=True)
class _Frame:
    """What the two axes show."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def x(self) -> alt.X:
        return alt.X(
            "n:Q",
            title="rows learnt from (logarithmic scale)",
            scale=alt.Scale(type="log", domain=[self.left, self.right], nice=False),
            axis=alt.Axis(values=round_sizes(self.left, self.right), format=",.0f", grid=False),
        )

    def y(self, title: str) -> alt.Y:
        domain = [self.bottom, self.top]
        return alt.Y("score:Q", title=title, scale=alt.Scale(domain=domain, nice=False))

    def y_pixel(self, score: float) -> float:
        return _HEIGHT * (self.top - score) / (self.top - self.bottom)


def chart(verdict: Forecast) -> Picture:
    """Score against rows: points, median, bands, target, and the sizes that matter."""
    frame = _frame_of(verdict)
    words = scoring_of(verdict.scoring).words
    drawn = layered(
        *_bands(verdict, frame, words),
        *_measured(verdict, frame),
        *_target(verdict, frame),
        *_sizes(verdict, frame),
        *_far_end(verdict, frame),
        width=WIDTH,
        height=_HEIGHT,
    )
    return framed(drawn, _TITLES[verdict.recommendation], _subtitle(verdict))


def _subtitle(verdict: Forecast) -> str:
    chances = f"The chance of meeting the target is {chance(verdict.p_now)} with today's rows"
    if verdict.n_affordable is not None:
        chances += f" and {chance(verdict.p_affordable)} with all rows the budget can buy"
    return (
        f"{chances}. {_need_words(verdict)} "
        "Dots are measured; the bands hold 50, 80 and 90% of what the forecast deems possible."
    )


def _need_words(verdict: Forecast) -> str:
    if _need(verdict, 0.5) is None:
        return "Not even a 50% chance can be promised at any number of rows."
    parts = []
    for probability, name in ((0.5, "An even chance"), (0.9, "A 90% chance")):
        need = _need(verdict, probability)
        if need is None:
            parts.append(f"{name} cannot be promised at any number of rows.")
        elif need.n_more == 0:
            parts.append(f"{name} takes no more rows than there are.")
        else:
            cost = f", about {need.cost:,.0f} {verdict.currency}" if need.cost else ""
            parts.append(f"{name} takes {need.n_more:,} more rows{cost}.")
    return " ".join(parts)


def _need(verdict: Forecast, probability: float) -> Need | None:
    for need in verdict.needs:
        if need.probability == probability and need.n_rows is not None:
            return need
    return None


def _frame_of(verdict: Forecast) -> _Frame:
    to_score = scoring_of(verdict.scoring).score
    right = verdict.grid[-1] * 1.15
    for probability in (0.5, 0.9):
        need = _need(verdict, probability)
        if need and need.n_rows and need.n_rows <= verdict.grid[-1] * _FAR:
            right = max(right, need.n_rows * 1.15)
    scores = [verdict.target_score]
    pairs = zip(verdict.errors, verdict.stderrs, strict=True)
    scores += [to_score(e + side * 2 * s) for e, s in pairs for side in (-1, 1)]
    scores += [to_score(e) for line in verdict.lines for e in line.errors[len(line.errors) // 4 :]]
    margin = 0.08 * (max(scores) - min(scores) or 1.0)
    top = max(scores) + margin
    if not scoring_of(verdict.scoring).is_loss:
        top = max(min(top, 1.0), verdict.target_score + margin / 2)
    return _Frame(verdict.grid[0] * 0.93, right, min(scores) - margin, top)


def _bands(verdict: Forecast, frame: _Frame, words: str) -> list[alt.Chart]:
    to_score = scoring_of(verdict.scoring).score
    lines = {line.q: line.errors for line in verdict.lines}
    layers = []
    for low, high, _, opacity in _BANDS:
        rows = [
            {"n": n, "score": to_score(a), "other": to_score(b)}
            for n, a, b in zip(verdict.grid, lines[low], lines[high], strict=True)
        ]
        area = alt.Chart(table(rows)).mark_area(color=BLUE, opacity=opacity, clip=True)
        layers.append(area.encode(frame.x, frame.y(words), y2="other:Q"))
    median: list[Record] = [
        {"n": n, "score": to_score(e)} for n, e in zip(verdict.grid, lines[0.5], strict=True)
    ]
    line = alt.Chart(table(median)).mark_line(color=BLUE, strokeWidth=2.5, clip=True)
    return [*layers, line.encode(frame.x, frame.y(words))]


def _measured(verdict: Forecast, frame: _Frame) -> list[alt.Chart]:
    to_score = scoring_of(verdict.scoring).score
    rows = [
        {"n": n, "score": to_score(e), "low": to_score(e - 2 * s), "high": to_score(e + 2 * s)}
        for n, e, s in zip(verdict.train_sizes, verdict.errors, verdict.stderrs, strict=True)
    ]
    bars = alt.Chart(table(rows)).mark_rule(color=INK, strokeWidth=1.5, clip=True)
    points = alt.Chart(table(rows)).mark_point(filled=True, size=70, color=INK, opacity=1)
    return [bars.encode(frame.x, y="low:Q", y2="high:Q"), points.encode(frame.x, y="score:Q")]


def _target(verdict: Forecast, frame: _Frame) -> list[alt.Chart]:
    layers = [rule_at(y=verdict.target_score, color=VERMILION), *_target_name(verdict)]
    marks: list[Record] = []
    for probability, shape in ((0.5, "diamond"), (0.9, "circle")):
        need = _need(verdict, probability)
        if need and need.n_rows and frame.left <= need.n_rows <= frame.right:
            marks.append({"n": need.n_rows, "score": verdict.target_score, "shape": shape})
    if marks:
        layers.append(
            alt.Chart(table(marks))
            .mark_point(filled=True, size=160, color=VERMILION, opacity=1)
            .encode(frame.x, y="score:Q", shape=alt.Shape("shape:N", scale=None))
        )
    return layers


def _target_name(verdict: Forecast) -> list[alt.Chart]:
    """The target by name, on the side of its line that the curve comes to last."""
    is_loss = scoring_of(verdict.scoring).is_loss
    row = {"score": verdict.target_score, "label": f"target {verdict.target_score:g}"}
    return labels(
        alt.Chart(table([row])),
        alt.Y("score:Q"),
        x=8,
        align="left",
        baseline="top" if is_loss else "bottom",
        dy=5 if is_loss else -5,
        color=VERMILION,
        fontWeight="bold",
    )


def _sizes(verdict: Forecast, frame: _Frame) -> list[alt.Chart]:
    """Upright lines at the sizes that matter, named above the plot."""
    sizes: list[tuple[float, str, str]] = [(verdict.n_available, "today", INK)]
    if verdict.n_affordable and verdict.n_affordable > verdict.n_available:
        sizes.append((verdict.n_affordable, "budget reaches", GREEN))
    for probability, name in ((0.5, "even chance"), (0.9, "90% chance")):
        need = _need(verdict, probability)
        if need and need.n_rows and need.n_more:
            sizes.append((need.n_rows, name, VERMILION))
    shown = [(n, f"{name}: {n:,.0f}", c) for n, name, c in sizes if frame.left <= n <= frame.right]
    centres = [log_position(n, frame.left, frame.right, WIDTH) for n, _, _ in shown]
    storeys = stack(centres, [text for _, text, _ in shown])
    rules, words = [], []
    for (n, text, color), storey in zip(shown, storeys, strict=True):
        height = -8 - _STOREY * storey
        one = alt.Chart(table([{"n": n, "label": text}]))
        rule = one.mark_rule(color=color, strokeDash=[2, 3], strokeWidth=1.5)
        rules.append(rule.encode(frame.x, y=alt.value(height + 2), y2=alt.value(_HEIGHT)))
        words += labels(one, frame.x, y=height, color=color, baseline="bottom", fontSize=13)
    return [*rules, *words]


def _far_end(verdict: Forecast, frame: _Frame) -> list[alt.Chart]:
    """What the forecast says at its right end, beside it."""
    to_score = scoring_of(verdict.scoring).score
    ends = {line.q: to_score(line.errors[-1]) for line in verdict.lines}
    lines = [
        (f"at {verdict.grid[-1]:,.0f} rows", SOFT, 0.0),
        (f"most likely {ends[0.5]:.3g}", BLUE, 0.0),
    ]
    opacity = 0.0
    ranges = []
    for low, high, name, own in _BANDS:
        opacity = opacity + own * (1 - opacity)
        a, b = sorted((ends[low], ends[high]))
        ranges.append((f"{name}: {a:.3g} to {b:.3g}", INK, opacity))
    lines += reversed(ranges)
    middle = frame.y_pixel(ends[0.5])
    start = min(max(middle - _LABEL_GAP * 1.5, 8), _HEIGHT - _LABEL_GAP * len(lines))
    layers = []
    for i, (text, color, shade) in enumerate(lines):
        y = alt.value(round(start + i * _LABEL_GAP, 1))
        one = alt.Chart(table([{"text": text}]))
        if shade:
            square = one.mark_square(size=130, color=BLUE, opacity=shade)
            layers.append(square.encode(x=alt.value(WIDTH + 18), y=y))
        words = one.mark_text(
            align="left", color=color, fontWeight="bold" if color == BLUE else "normal", fontSize=13
        )
        layers.append(words.encode(x=alt.value(WIDTH + (30 if shade else 10)), y=y, text="text:N"))
    return layers
