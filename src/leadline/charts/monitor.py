"""Chart of watch / monitor: error and flagged share of each block beside the reference."""

from __future__ import annotations

from math import ceil

import altair as alt

from leadline.charts.drawing.challenge_panel import challenge_panel
from leadline.charts.drawing.label_placement import CHAR_PX, spread
from leadline.charts.drawing.palette import BLUE, GREEN, GREY, INK, SOFT, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, Record, framed, layered, rule_at, table
from leadline.phases.monitor import RECALL, Block, Monitor
from leadline.phases.monitor.class_rates import worse_words
from leadline.phases.wording import plural, share_words, three_digits

_NAMES = 120  # pixels of the words beside a narrow plot
_NAME_GAP = 14  # pixels between the names of two blocks
_ERROR_HEIGHT = 260
_LINE_PX = 17


def chart(verdict: Monitor, sheet: Sheet = WIDE) -> Picture | None:
    """Error per block with interval and levels, share flagged below; None without blocks."""
    if not verdict.blocks:
        return None
    panels: list[alt.LayerChart] = []
    width = sheet.plot(beside=_NAMES)
    if any(block.error for block in verdict.blocks):
        panels.append(_errors(verdict, width))
    panels += _recalls(verdict, width)
    has_flags = verdict.reference_alert_share is not None
    below = _x(verdict, width, title="block of new data, by its first day")
    x = below if verdict.challenge is None else _x(verdict, width)
    panels.append(_alerts(verdict, x, width) if has_flags else _means(verdict, x, width))
    if verdict.challenge is not None:
        panels.append(challenge_panel(verdict.challenge, below, width))
    return framed(alt.vconcat(*panels), _title(verdict), _subtitle(verdict), sheet)


def _x(verdict: Monitor, width: int, *, title: str | None = None) -> alt.X:
    """Blocks in their order; so many are named as can stand side by side."""
    names = [block.name for block in verdict.blocks]
    longest = max(map(len, names)) * CHAR_PX + _NAME_GAP
    step = max(ceil(longest * len(names) / width), 1)
    shown = names[::-step][::-1]
    axis = alt.Axis(grid=False, values=shown, labelAngle=0, labelOverlap=False)
    return alt.X("name:N", sort=None, title=title, axis=axis, scale=alt.Scale(domain=names))


def _errors(verdict: Monitor, width: int) -> alt.LayerChart:
    rows = [_error_row(verdict, block) for block in verdict.blocks if block.error is not None]
    base = alt.Chart(table(rows))
    x = _x(verdict, width)
    low, high = _range(verdict)
    scale = alt.Scale(domain=[low, high], nice=False)
    y = alt.Y(
        "error:Q", title="share wrong", axis=alt.Axis(format=".3~%", tickCount=6), scale=scale
    )
    color, shape = alt.Color("color:N", scale=None), alt.Shape("shape:N", scale=None)
    return layered(
        *_levels(verdict, low, high, width),
        base.mark_rule(strokeWidth=2).encode(x, y=alt.Y("low:Q"), y2="high:Q", color=color),
        base.mark_point(filled=True, size=130, opacity=1).encode(x, y, color=color, shape=shape),
        base.mark_text(dy=-12, fontWeight="bold", color=VERMILION, baseline="bottom").encode(
            x, y=alt.Y("high:Q"), text="alarm:N"
        ),
        *_unlabelled(verdict, x),
        width=width,
        height=_ERROR_HEIGHT,
        title="Predictions that were wrong",
    )


def _range(verdict: Monitor) -> tuple[float, float]:
    """What the axis of the error shows: every interval and every level, with some room."""
    errors = [block.error for block in verdict.blocks if block.error is not None]
    levels = [level for level, _, _ in _named_levels(verdict)]
    low = min([*levels, *(error.low for error in errors)])
    high = max([*levels, *(error.high for error in errors)])
    room = max((high - low) * 0.12, 0.005)
    return max(low - room, 0.0), min(high + room, 1.05)


def _unlabelled(verdict: Monitor, x: alt.X) -> list[alt.Chart]:
    rows = [
        {"name": block.name, "text": "left aside" if block.n_aside else "no labels"}
        for block in verdict.blocks
        if not block.error
    ]
    if not rows:
        return []
    words = alt.Chart(table(rows)).mark_text(color=SOFT, fontSize=12, fontStyle="italic")
    return [words.encode(x, y=alt.value(_ERROR_HEIGHT - 14), text="text:N")]


def _error_row(verdict: Monitor, block: Block) -> Record:
    """Grey: known too little to say anything, or history of an alarm that was closed."""
    assert block.error is not None
    color = BLUE if verdict.is_known(block) and not block.is_closed else GREY
    return {
        "name": block.name,
        "error": block.error.estimate,
        "low": block.error.low,
        "high": block.error.high,
        "color": VERMILION if block.is_alarm else color,
        "shape": "triangle-up" if block.is_alarm else "circle",
        "alarm": _alarm_words(block),
    }


def _alarm_words(block: Block) -> str:
    if not block.is_alarm:
        return ""
    return "closed" if block.is_closed else "alarm"


def _named_levels(verdict: Monitor) -> list[tuple[float, str, str]]:
    """Levels of the error: of the reference, of what is accepted, of the target."""
    levels = [(verdict.reference_error, "reference", INK)]
    if verdict.accepted_rise:
        levels.append((verdict.reference_error + verdict.accepted_rise, "accepted", SOFT))
    target = verdict.target
    if target is not None and target.scoring == "accuracy":
        levels.append((1 - target.target, "target", GREEN))
    elif target is not None and target.scoring == "error_rate":
        levels.append((target.target, "target", GREEN))
    return levels


def _levels(verdict: Monitor, low: float, high: float, width: int) -> list[alt.Chart]:
    levels = _named_levels(verdict)
    heights = [_ERROR_HEIGHT * (high - level) / (high - low) for level, _, _ in levels]
    layers = []
    for (level, words, color), height in zip(levels, spread(heights, _LINE_PX), strict=True):
        row = table([{"text": f"{words} {share_words(level, 1)}"}])
        text = alt.Chart(row).mark_text(align="left", color=color, fontWeight="bold", fontSize=13)
        layers.append(rule_at(y=level, color=color))
        place = alt.value(width + 8), alt.value(height)
        layers.append(text.encode(x=place[0], y=place[1], text="text:N"))
    return layers


def _recalls(verdict: Monitor, width: int) -> list[alt.LayerChart]:
    """Share of the positive rows that was found: rare ones hardly show in the share wrong."""
    level = next((rate.reference for rate in verdict.rates if rate.name == RECALL), None)
    rows: list[Record] = [
        {"name": block.name, **vars(block.recall), "color": GREY if block.is_closed else BLUE}
        for block in verdict.blocks
        if block.recall is not None
    ]
    if level is None or not rows:
        return []
    base, x, positive = alt.Chart(table(rows)), _x(verdict, width), verdict.positive
    color = alt.Color("color:N", scale=None)
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y("estimate:Q", title="recall", axis=alt.Axis(format=".0%", tickCount=3), scale=scale)
    return [
        layered(
            *_reference(level, f"reference {share_words(level)}", "estimate", width),
            base.mark_rule(strokeWidth=2).encode(x, y=alt.Y("low:Q"), y2="high:Q", color=color),
            base.mark_point(filled=True, size=90, opacity=1).encode(x, y, color=color),
            width=width,
            height=130,
            title=f"Found of what is {positive}" if positive else "Positive rows that were found",
        )
    ]


def _alerts(verdict: Monitor, x: alt.X, width: int) -> alt.LayerChart:
    rows: list[Record] = [
        {
            "name": block.name,
            "share": block.alert_share,
            "label": share_words(block.alert_share or 0.0),
        }
        for block in verdict.blocks
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("share:Q", title="share flagged", axis=alt.Axis(format=".3~%", tickCount=3))
    level = verdict.reference_alert_share or 0.0
    return layered(
        base.mark_bar(color=GREY, width={"band": 0.6}).encode(x, y),
        *_reference(level, f"reference {share_words(level, 1)}", "share", width),
        width=width,
        height=130,
        title="Rows that were flagged",
    )


def _means(verdict: Monitor, x: alt.X, width: int) -> alt.LayerChart:
    """What the model said on average, where nothing is flagged."""
    rows: list[Record] = [
        {"name": block.name, "mean": block.mean_score} for block in verdict.blocks
    ]
    base = alt.Chart(table(rows))
    scale = alt.Scale(zero=False, padding=14)
    y = alt.Y("mean:Q", title=verdict.score_words, axis=alt.Axis(tickCount=3), scale=scale)
    level = verdict.reference_mean_score
    known = (
        []
        if level is None
        else _reference(level, f"reference {three_digits(level)}", "mean", width)
    )
    return layered(
        *known,
        base.mark_point(color=BLUE, filled=True, size=110, opacity=1).encode(x, y),
        width=width,
        height=130,
        title=verdict.score_words.capitalize(),
    )


def _reference(level: float, words: str, field: str, width: int) -> list[alt.Chart]:
    row = table([{field: level, "text": words}])
    text = alt.Chart(row).mark_text(align="left", color=INK, fontWeight="bold", fontSize=13)
    named: alt.Chart = text.encode(x=alt.value(width + 8), y=f"{field}:Q", text="text:N")
    return [rule_at(y=level, color=INK), named]


def _title(verdict: Monitor) -> str:
    n_labelled = sum(block.error is not None for block in verdict.blocks)
    alarm = verdict.open_alarm
    if not n_labelled:
        return "No labels have arrived: how many predictions are wrong is not known"
    if alarm is not None:
        worse = worse_words(alarm.worse, verdict.positive)
        return f"Alarm since {alarm.block}: {worse} than on the reference"
    closed = f", {plural(len(verdict.alarms), 'closed alarm')}" if verdict.alarms else ""
    return f"No open alarm: {n_labelled} of {len(verdict.blocks)} blocks have labels{closed}"


def _subtitle(verdict: Monitor) -> str:
    words = (
        "Each mark is one block of new data; lines are "
        f"{verdict.confidence_level:.0%} intervals; grey: too little is known, or history."
    )
    if verdict.self_test is not None:
        words += (
            f" Of runs of {verdict.self_test.n_blocks} blocks in which nothing has changed, "
            f"{share_words(verdict.self_test.rate, 1)} alarmed."
        )
    return words
