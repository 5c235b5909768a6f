"""Chart of a delegation: the machine beside each person, both held against the other people."""

from __future__ import annotations

from functools import partial

import altair as alt

from leadline.charts.drawing.palette import BLUE, FAINT, GREY, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    layered,
    names_axis,
    row_step,
    table,
)
from leadline.phases.delegation import Delegation
from leadline.phases.number_format import percent
from leadline.phases.verdict import Answer
from leadline.phases.wording import counted_people

_STEP = 56


def chart(verdict: Delegation, sheet: Sheet = WIDE) -> Picture | None:
    """One line a person: how often machine and person are as close to the others.

    None where nobody judged enough rows.
    """
    if not verdict.duels:
        return None
    rows: list[Record] = [
        {
            "name": f"beside {duel.name}",
            "person": duel.person.estimate,
            "forgiven": max(duel.person.estimate - verdict.epsilon, 0.0),
            "machine": duel.machine.estimate,
            "low": duel.machine.low,
            "high": duel.machine.high,
            "label": f"machine {percent(duel.machine.estimate)}",
            "color": BLUE if duel.won else VERMILION,
        }
        for duel in verdict.duels
    ]
    base = alt.Chart(table(rows))
    y = alt.Y("name:N", sort=None, title=None, axis=names_axis(sheet, grid=False))
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format=".0%", tickCount=sheet.n_ticks(6))
    title = "share of rows as close to the others"
    at = partial(alt.X, title=title, scale=scale, axis=axis)
    color = alt.Color("color:N", scale=None)
    band = base.mark_bar(height=20, color=FAINT).encode(y=y, x=at("forgiven:Q"), x2="person:Q")
    person = base.mark_tick(thickness=3, size=24, color=GREY).encode(y=y, x=at("person:Q"))
    bar = base.mark_rule(strokeWidth=4).encode(y=y, x=at("low:Q"), x2="high:Q", color=color)
    point = base.mark_point(filled=True, size=150, opacity=1).encode(
        x=at("machine:Q"), y=y, color=color
    )
    said = base.mark_text(dy=-17, fontWeight="bold").encode(x=at("machine:Q"), y=y, text="label:N")
    drawn = layered(
        band,
        person,
        bar,
        point,
        said,
        width=sheet.width,
        height=row_step(sheet, _STEP),
    )
    return framed(drawn, _title(verdict), _subtitle(verdict), sheet)


def _title(verdict: Delegation) -> str:
    people = counted_people(len(verdict.duels))
    if verdict.answer is Answer.UNCLEAR:
        return f"{verdict.machine} beside {people}: too few rows to let it in"
    n_won = verdict.n_won or "none"
    return f"{verdict.machine} can take the place of {n_won} of {people}"


def _subtitle(verdict: Delegation) -> str:
    return (
        "Dot and line: the machine, with a 90% interval. Tick: the person. Grey: what the machine "
        f"is forgiven for its price, {percent(verdict.epsilon)}. It takes a place where it is "
        "shown to be less than that behind."
    )
