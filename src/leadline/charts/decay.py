"""Chart of watch / decay: error added by age, and the cheapest retraining interval."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.label_placement import CHAR_PX, spread
from leadline.charts.drawing.palette import BLUE, GREEN, SOFT
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    labels,
    layered,
    rule_at,
    table,
)
from leadline.phases import decay as phase
from leadline.phases.decay import Decay, Staleness
from leadline.phases.scoring import scoring_of

_HEIGHT = 300
_MOST_POINTS = 30
_NAMES = 112  # pixels of the names beside a narrow plot
_LINE_PX = 17


def chart(verdict: Decay, sheet: Sheet = WIDE) -> Picture | None:
    """Added error by age with its bands, and the retraining mark; None if not measured."""
    if not verdict.staleness:
        return None
    frame = _Frame(verdict, sheet)
    base = alt.Chart(table(_rows(verdict.staleness)))
    drawn = layered(
        *_retraining(verdict, frame),
        *_of_one_model(verdict, frame),
        base.mark_area(color=BLUE, opacity=0.22).encode(
            frame.x, y=alt.Y("low:Q", scale=frame.scale), y2="high:Q"
        ),
        rule_at(y=0.0, color=SOFT, dash=False),
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(frame.x, frame.y),
        *_points(base, verdict, frame),
        *_names(verdict, frame),
        width=frame.width,
        height=_HEIGHT,
    )
    return framed(drawn, _title(verdict), _subtitle(verdict), sheet)


class _Frame:
    """The axes: age to the right, what it costs upwards."""

    def __init__(self, verdict: Decay, sheet: Sheet) -> None:
        scoring = scoring_of(verdict.scoring)
        steps = [*verdict.staleness, *verdict.forecast]
        low = min(0.0, *(step.added_error.low for step in steps))
        high = max(0.0, *(step.added_error.high for step in steps))
        room = 0.08 * (high - low or 0.01)
        self.low, self.high = low - room, high + room
        self.width = sheet.plot(beside=_NAMES)
        self.right = max(verdict.staleness[-1].delay, verdict.retrain_every or 0) + 0.5
        self.scale = alt.Scale(domain=[self.low, self.high], nice=False)
        self.x = alt.X(
            "age:Q",
            title=f"age of the model in {verdict.block}s",
            scale=alt.Scale(domain=[0.5, self.right], nice=False),
            axis=alt.Axis(grid=False, tickMinStep=1, format="d", tickCount=min(self.right, 10)),
        )
        self.y = alt.Y(
            "added:Q",
            title=f"more {scoring.words}" if scoring.is_loss else f"{scoring.words} lost",
            axis=alt.Axis(format="+.6~g", tickCount=6),
            scale=self.scale,
        )

    def x_pixel(self, age: float) -> float:
        """Pixels from the left."""
        return self.width * (age - 0.5) / (self.right - 0.5)

    def y_pixel(self, added: float) -> float:
        """Pixels from the top."""
        return _HEIGHT * (self.high - added) / (self.high - self.low)


def _rows(steps: Sequence[Staleness]) -> list[Record]:
    return [
        {
            "age": step.delay,
            "added": step.added_error.estimate,
            "low": step.added_error.low,
            "high": step.added_error.high,
        }
        for step in steps
    ]


def _points(base: alt.Chart, verdict: Decay, frame: _Frame) -> list[alt.Chart]:
    """A point an age, unless they would hide the line."""
    if len(verdict.staleness) > _MOST_POINTS:
        return []
    mark = base.mark_point(filled=True, size=70, color=BLUE, opacity=1)
    return [mark.encode(frame.x, frame.y)]


def _of_one_model(verdict: Decay, frame: _Frame) -> list[alt.Chart]:
    """Where one model will lie, four times of five: dashed lines around the mean."""
    base = alt.Chart(table(_rows(verdict.forecast)))
    ends = ("low", "high") if verdict.forecast else ()
    line = base.mark_line(color=SOFT, strokeWidth=1.5, strokeDash=[3, 3])
    return [line.encode(frame.x, alt.Y(f"{end}:Q", scale=frame.scale)) for end in ends]


def _names(verdict: Decay, frame: _Frame) -> list[alt.Chart]:
    """What each line is, at its right end."""
    last = verdict.staleness[-1]
    ends = [(0.0, "as when new", SOFT), (last.added_error.estimate, "the average", BLUE)]
    if verdict.forecast:
        ends.append((verdict.forecast[-1].added_error.high, "one model", SOFT))
    # the line may end before the plot does
    heights = spread([frame.y_pixel(added) for added, _, _ in ends], _LINE_PX)
    return [
        alt.Chart(table([{"text": words}]))
        .mark_text(align="left", color=color, fontWeight="bold", fontSize=13)
        .encode(x=alt.value(frame.width + 8), y=alt.value(round(height, 1)), text="text:N")
        for (_, words, color), height in zip(ends, heights, strict=True)
    ]


def _retraining(verdict: Decay, frame: _Frame) -> list[alt.Chart]:
    """The period that costs least, and those that cost nearly the same."""
    if verdict.retrain_every is None:
        return []
    layers = []
    if verdict.flat_low is not None and verdict.flat_high is not None:
        ends = max(verdict.flat_low, 0.5), min(verdict.flat_high, frame.right)
        area = alt.Chart(table([{"age": ends[0], "to": ends[1]}])).mark_rect(
            color=GREEN, opacity=0.12
        )
        layers.append(area.encode(frame.x, x2="to:Q", y=alt.value(0), y2=alt.value(_HEIGHT)))
    rule = alt.Chart(table([{"age": verdict.retrain_every}])).mark_rule(
        color=GREEN, strokeWidth=2, strokeDash=[6, 4]
    )
    words = f"retrain every {verdict.retrain_every} {verdict.block}s"
    half = len(words) * CHAR_PX / 2
    middle = min(max(frame.x_pixel(verdict.retrain_every), half), frame.width - half)
    name = labels(
        alt.Chart(table([{"label": words}])),
        x=round(middle, 1),
        y=-6,
        color=GREEN,
        fontWeight="bold",
        baseline="bottom",
    )
    return [*layers, rule.encode(frame.x), *name]


def _title(verdict: Decay) -> str:
    last = verdict.staleness[-1]
    if verdict.retrain_every is None and verdict.p_ages >= phase.AGES:
        return (
            f"It ages, but no period up to {last.delay} {verdict.block}s pays for its retrainings"
        )
    if verdict.retrain_every is None:
        return f"No clear ageing over {last.delay} {verdict.block}s"
    return f"It ages: retraining every {verdict.retrain_every} {verdict.block}s costs least"


def _subtitle(verdict: Decay) -> str:
    block, last = verdict.block, verdict.staleness[-1]
    added = last.added_error
    words = (
        f"Models of the past on later {block}s, beside one a {block} old: at {last.delay} {block}s "
        f"{added.estimate:+.3f} ({added.low:+.3f} to {added.high:+.3f}); above the line is worse. "
    )
    if verdict.forecast:
        words += "Blue: average to come, 90%. Dashed: one model, 80%."
    else:
        words += "Blue band: 90% interval."
    if verdict.retrain_every is not None and verdict.flat_low is not None:
        words += " Green band: retraining anywhere in it costs nearly the same."
    return words
