"""Chart of watch / decay: error added by age, and the cheapest retraining interval."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.theme import (
    BLUE,
    GREEN,
    SOFT,
    WIDTH,
    Picture,
    Record,
    framed,
    layered,
    rule_at,
    table,
)
from leadline.phases import decay as phase
from leadline.phases.decay import Decay, Staleness
from leadline.phases.scoring import scoring_of

_HEIGHT = 340
# no narrower than its subtitle
_WIDER = 200
_MOST_POINTS = 30


def chart(verdict: Decay) -> Picture | None:
    """Added error by age with its bands, and the retraining mark; None if not measured."""
    if not verdict.staleness:
        return None
    base = alt.Chart(table(_rows(verdict.staleness)))
    scoring = scoring_of(verdict.scoring)
    unit = scoring.words if scoring.is_loss else f"{scoring.words} lost"
    x, y = _x(verdict), alt.Y("added:Q", title=unit, axis=alt.Axis(format="+.3~f"))
    drawn = layered(
        *_retraining(verdict, x),
        *_of_one_model(verdict, x),
        base.mark_area(color=BLUE, opacity=0.22).encode(x, y=alt.Y("low:Q"), y2="high:Q"),
        rule_at(y=0.0, color=SOFT),
        base.mark_line(color=BLUE, strokeWidth=2.5).encode(x, y),
        *_points(base, verdict, x, y),
        width=WIDTH + _WIDER,
        height=_HEIGHT,
    )
    return framed(drawn, _title(verdict), _subtitle(verdict))


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


def _points(base: alt.Chart, verdict: Decay, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """A point an age, unless they would hide the line."""
    if len(verdict.staleness) > _MOST_POINTS:
        return []
    return [base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(x, y)]


def _of_one_model(verdict: Decay, x: alt.X) -> list[alt.Chart]:
    """Where one model will lie, four times of five: dashed lines around the mean."""
    base = alt.Chart(table(_rows(verdict.forecast)))
    ends = ("low", "high") if verdict.forecast else ()
    line = base.mark_line(color=SOFT, strokeWidth=1.5, strokeDash=[3, 3])
    return [line.encode(x, alt.Y(f"{end}:Q")) for end in ends]


def _x(verdict: Decay) -> alt.X:
    oldest = max(step.delay for step in verdict.staleness)
    right = max(oldest, verdict.retrain_every or 0) + 0.5
    return alt.X(
        "age:Q",
        title=f"age of the model in {verdict.block}s",
        scale=alt.Scale(domain=[0.5, right], nice=False),
        axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
    )


def _retraining(verdict: Decay, x: alt.X) -> list[alt.Chart]:
    if verdict.retrain_every is None:
        return []
    layers = []
    oldest = max(step.delay for step in verdict.staleness)
    right = max(oldest, verdict.retrain_every) + 0.5
    if verdict.flat_low is not None and verdict.flat_high is not None:
        flat = table([{"age": verdict.flat_low, "to": min(verdict.flat_high, right)}])
        area = alt.Chart(flat).mark_rect(color=GREEN, opacity=0.12)
        layers.append(area.encode(x, x2="to:Q", y=alt.value(0), y2=alt.value(_HEIGHT)))
    row = table(
        [
            {
                "age": verdict.retrain_every,
                "text": f"retrain at {verdict.retrain_every} {verdict.block}s",
            }
        ]
    )
    rule = alt.Chart(row).mark_rule(color=GREEN, strokeWidth=2, strokeDash=[6, 4])
    label = alt.Chart(row).mark_text(color=GREEN, fontWeight="bold", baseline="bottom")
    layers.append(rule.encode(x))
    layers.append(label.encode(x, y=alt.value(-6), text="text:N"))
    return layers


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
    block = verdict.block
    words = f"Models of the past on later {block}s, beside one a {block} old. "
    if verdict.forecast:
        words += "Blue: mean to come, 90%. Dashed: one model, 80%."
    else:
        words += "Blue band: 90% interval."
    if verdict.retrain_every is not None and verdict.flat_low is not None:
        words += " Green band: retraining anywhere in it costs nearly the same."
    return words
