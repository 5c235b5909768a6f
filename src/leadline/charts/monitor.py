"""Chart of watch / monitor: error and flagged share of each block beside the reference."""

from __future__ import annotations

import altair as alt

from leadline.charts.drawing.challenge_panel import challenge_panel
from leadline.charts.drawing.theme import (
    BLUE,
    GREY,
    INK,
    SOFT,
    VERMILION,
    WIDTH,
    Picture,
    Record,
    framed,
    layered,
    rule_at,
    table,
)
from leadline.phases.monitor import Block, Monitor

_WIDTH = WIDTH + 60
_MOST_NAMES = 14
_ERROR_HEIGHT = 280


def chart(verdict: Monitor) -> Picture | None:
    """Error per block with interval and limit, share flagged below; None without blocks."""
    if not verdict.blocks:
        return None
    panels: list[alt.LayerChart] = []
    if any(block.error for block in verdict.blocks):
        panels.append(_errors(verdict))
    has_flags = verdict.reference_alert_share is not None
    panels.append(_alerts(verdict) if has_flags else _means(verdict))
    if verdict.challenge is not None:
        panels.append(challenge_panel(verdict.challenge, _x(verdict), _WIDTH))
    return framed(alt.vconcat(*panels), _title(verdict), _subtitle(verdict))


def _x(verdict: Monitor, *, title: str | None = None) -> alt.X:
    names = [block.name for block in verdict.blocks]
    step = -(-len(names) // _MOST_NAMES)
    axis = alt.Axis(grid=False, values=names[::step], labelAngle=0 if len(names) <= 7 else -45)
    return alt.X("name:N", sort=None, title=title, axis=axis, scale=alt.Scale(domain=names))


def _errors(verdict: Monitor) -> alt.LayerChart:
    labelled = [block for block in verdict.blocks if block.error is not None]
    rows = [_error_row(block) for block in labelled]
    base = alt.Chart(table(rows))
    x = _x(verdict)
    scale = alt.Scale(zero=False, padding=14)
    y = alt.Y("error:Q", title="share wrong", axis=alt.Axis(format=".1~%"), scale=scale)
    color, shape = alt.Color("color:N", scale=None), alt.Shape("shape:N", scale=None)
    return layered(
        *_levels(verdict),
        base.mark_rule(strokeWidth=2).encode(x, y=alt.Y("low:Q"), y2="high:Q", color=color),
        base.mark_point(filled=True, size=130, opacity=1).encode(x, y, color=color, shape=shape),
        base.mark_text(dy=-12, fontWeight="bold", color=VERMILION, baseline="bottom").encode(
            x, y=alt.Y("high:Q"), text="alarm:N"
        ),
        *_unlabelled(verdict, x),
        width=_WIDTH,
        height=_ERROR_HEIGHT,
        title="Predictions that were wrong",
    )


def _unlabelled(verdict: Monitor, x: alt.X) -> list[alt.Chart]:
    rows = [
        {"name": block.name, "text": "no labels"} for block in verdict.blocks if not block.error
    ]
    if not rows:
        return []
    words = alt.Chart(table(rows)).mark_text(color=SOFT, fontSize=12, fontStyle="italic")
    return [words.encode(x, y=alt.value(_ERROR_HEIGHT - 14), text="text:N")]


def _error_row(block: Block) -> Record:
    assert block.error is not None
    return {
        "name": block.name,
        "error": block.error.estimate,
        "low": block.error.low,
        "high": block.error.high,
        "color": VERMILION if block.is_alarm else BLUE,
        "shape": "triangle-up" if block.is_alarm else "circle",
        "alarm": "alarm" if block.is_alarm else "",
    }


def _levels(verdict: Monitor) -> list[alt.Chart]:
    levels = [(verdict.reference_error, "reference", INK)]
    limit = verdict.error_limit
    if limit is not None:
        levels.append((limit, "alarm above", VERMILION))
    layers = []
    for level, words, color in levels:
        row = table([{"y": level, "text": f"{words} {level:.1%}"}])
        text = alt.Chart(row).mark_text(align="left", color=color, fontWeight="bold", fontSize=13)
        layers.append(rule_at(y=level, color=color))
        layers.append(text.encode(x=alt.value(_WIDTH + 8), y="y:Q", text="text:N"))
    return layers


def _alerts(verdict: Monitor) -> alt.LayerChart:
    rows: list[Record] = [
        {"name": block.name, "share": block.alert_share, "label": f"{block.alert_share:.0%}"}
        for block in verdict.blocks
    ]
    base = alt.Chart(table(rows))
    x = _x(verdict, title="block of new data, by its first day")
    y = alt.Y("share:Q", title="share flagged", axis=alt.Axis(format=".0%", tickCount=3))
    level = verdict.reference_alert_share or 0.0
    return layered(
        base.mark_bar(color=GREY, width={"band": 0.6}).encode(x, y),
        *_reference(level, f"reference {level:.1%}", "share"),
        width=_WIDTH,
        height=130,
        title="Rows that were flagged",
    )


def _means(verdict: Monitor) -> alt.LayerChart:
    """What the model said on average, where nothing is flagged."""
    rows: list[Record] = [
        {"name": block.name, "mean": block.mean_score} for block in verdict.blocks
    ]
    base = alt.Chart(table(rows))
    x = _x(verdict, title="block of new data, by its first day")
    scale = alt.Scale(zero=False, padding=14)
    y = alt.Y("mean:Q", title=verdict.score_words, axis=alt.Axis(tickCount=3), scale=scale)
    level = verdict.reference_mean_score
    known = [] if level is None else _reference(level, f"reference {level:,.3g}", "mean")
    return layered(
        *known,
        base.mark_point(color=BLUE, filled=True, size=110, opacity=1).encode(x, y),
        width=_WIDTH,
        height=130,
        title=verdict.score_words.capitalize(),
    )


def _reference(level: float, words: str, field: str) -> list[alt.Chart]:
    row = table([{field: level, "text": words}])
    text = alt.Chart(row).mark_text(align="left", color=INK, fontWeight="bold", fontSize=13)
    named: alt.Chart = text.encode(x=alt.value(_WIDTH + 8), y=f"{field}:Q", text="text:N")
    return [rule_at(y=level, color=INK), named]


def _title(verdict: Monitor) -> str:
    n_labelled = sum(block.error is not None for block in verdict.blocks)
    alarms = [block.name for block in verdict.blocks if block.is_alarm]
    if not n_labelled:
        return "No labels have arrived: how many predictions are wrong is not known"
    if not alarms:
        return f"No alarm: {n_labelled} of {len(verdict.blocks)} blocks have labels"
    return f"Alarms in {len(alarms)} of {n_labelled} labelled blocks, first in {alarms[0]}"


def _subtitle(verdict: Monitor) -> str:
    words = "Each mark is one block of new data; lines are 90% intervals."
    if verdict.false_alarm_rate is not None:
        words += (
            f" Of blocks in which nothing has changed, {verdict.false_alarm_rate:.0%} would alarm."
        )
    return words
