"""Chart of a ledger: money over time beside what was granted, and people's hours by stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import altair as alt

from leadline.charts.drawing.palette import AMBER, BLUE, GREEN, GREY, INK, VERMILION
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import (
    Picture,
    Record,
    framed,
    labels,
    layered,
    table,
)
from leadline.phases.number_format import bare_money, money
from leadline.phases.project_accounts.ledger import ExpenseKind, Ledger, LedgerDay
from leadline.phases.wording import capital

_HEIGHT = 240
_NAMES = 90  # pixels of the names beside a narrow plot
_COLORS = {ExpenseKind.LABELS.words: BLUE, ExpenseKind.MACHINES.words: AMBER}
_WITH_MODELS = _COLORS | {ExpenseKind.MODELS.words: GREY}


def chart(ledger: Ledger, sheet: Sheet = WIDE) -> Picture | None:
    """Money on top, hours below; None where nothing was spent."""
    panels: list[alt.LayerChart] = []
    if ledger.spent > 0:
        panels.append(_money(ledger, sheet))
    if ledger.people_hours > 0:
        panels.append(_hours(ledger, sheet))
    if not panels:
        return None
    drawn: Picture = panels[0] if len(panels) == 1 else alt.vconcat(*panels)
    return framed(drawn, _title(ledger), _subtitle(ledger), sheet)


def _title(ledger: Ledger) -> str:
    spent = capital(money(ledger.spent, ledger.currency))
    left = ledger.left
    if ledger.spent <= 0:
        return f"No money was spent; people worked {ledger.people_hours:,.1f} hours"
    if left is None:
        return f"{spent} were spent; no budget was stated"
    if left < 0:
        return f"{spent} were spent or are committed, {bare_money(-left)} more than was granted"
    return f"{spent} of {bare_money(ledger.granted)} granted are spent; {bare_money(left)} are left"


def _subtitle(ledger: Ledger) -> str:
    if ledger.committed > 0:
        return (
            f"Beside it {money(ledger.committed, ledger.currency)} are committed. Superseded, "
            "withdrawn and failed work is counted."
        )
    return "Superseded, withdrawn and failed work is counted."


def _money(ledger: Ledger, sheet: Sheet) -> alt.LayerChart:
    """Steps of what was spent, stacked by kind; the grant as a line above."""
    days = _with_ends(ledger)
    colors = _WITH_MODELS if days[-1].models else _COLORS
    rows: list[Record] = [
        {"day": each.day.isoformat(), "kind": kind, "money": spent}
        for each in days
        for kind, spent in zip(
            colors, (each.labels, each.machines, each.models)[: len(colors)], strict=True
        )
    ]
    x = alt.X(
        "day:T",
        title=None,
        axis=alt.Axis(grid=False, format="%-d %b %Y", values=_some_days(days, sheet.n_ticks(5))),
    )
    y = alt.Y("money:Q", title=ledger.currency, stack="zero", axis=alt.Axis(tickCount=5))
    color = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(colors), range=list(colors.values())),
        legend=alt.Legend(orient="top", direction="horizontal", labelFontSize=13),
    )
    areas = alt.Chart(table(rows)).mark_area(interpolate="step-after", opacity=0.85)
    return layered(
        areas.encode(x, y, color),
        *_grants(days, x, ledger.currency),
        width=sheet.width,
        height=_HEIGHT,
        title="Money spent so far",
    )


def _some_days(days: list[LedgerDay], n: int) -> list[str]:
    """Days to name on the axis: as many as fit, each once."""
    first = days[0].day
    n_days = (days[-1].day - first).days + 1
    return [(first + timedelta(days=at)).isoformat() for at in range(0, n_days, -(-n_days // n))]


def _grants(days: list[LedgerDay], x: alt.X, currency: str) -> list[alt.Chart]:
    known: list[Record] = [
        {"day": each.day.isoformat(), "money": each.granted}
        for each in days
        if each.granted is not None
    ]
    if not known:
        return []
    y = alt.Y("money:Q", title=currency)
    line = alt.Chart(table(known)).mark_line(
        interpolate="step-after", color=VERMILION, strokeWidth=2, strokeDash=[6, 4]
    )
    end = [known[0] | {"label": "granted"}]
    words = labels(
        alt.Chart(table(end)), x, y, align="left", dx=4, dy=10, color=VERMILION, fontWeight="bold"
    )
    return [line.encode(x, y), *words]


def _with_ends(ledger: Ledger) -> list[LedgerDay]:
    """The days, from one with nothing spent to today, so that one day's spending is a step too."""
    days = list(ledger.days)
    first = days[0].day - timedelta(days=1)
    # a stated budget holds from its own day on; before, the picture would begin with a gap
    before = LedgerDay(first, 0.0, 0.0, days[0].granted)
    last = days[-1]
    end: date = max(ledger.until, last.day) + timedelta(days=1)
    return [before, *days, replace(last, day=end)]


def _hours(ledger: Ledger, sheet: Sheet) -> alt.LayerChart:
    rows: list[Record] = [
        {
            "what": f"{line.stage.value}: {line.kind.words}",
            "hours": line.people_hours,
            "label": f"{line.people_hours:,.3g} h, {_days(line.working_days)}",
        }
        for line in ledger.lines
        if line.people_hours > 0
    ]
    most = max(float(row["hours"]) for row in rows)
    x = alt.X(
        "hours:Q",
        title=None,
        scale=alt.Scale(domain=[0, (2.2 if sheet.is_narrow else 1.5) * most], nice=False),
        axis=None,
    )
    y = alt.Y("what:N", title=None, sort=None)
    base = alt.Chart(table(rows))
    return layered(
        base.mark_bar(color=GREEN, height=18).encode(x, y),
        *labels(base, x, y, align="left", dx=6, color=INK),
        width=sheet.plot(beside=_NAMES),
        height=alt.Step(30),
        title="Hours that people worked",
    )


def _days(days: float) -> str:
    if days < 0.1:
        return "under a tenth of a working day"
    return f"{days:,.0f} working days" if days >= 10 else f"{days:,.1f} working days"
