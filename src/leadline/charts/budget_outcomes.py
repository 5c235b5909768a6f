"""Outcomes of budgets: the chance of meeting the target, and the spending on the way."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from leadline.charts.drawing.palette import BLUE, GREEN, GREY
from leadline.charts.drawing.sheet import WIDE
from leadline.charts.drawing.theme import Picture, Record, framed, labels, layered, table
from leadline.phases.forecast.budget_outcome import BudgetOutcome
from leadline.phases.number_format import granted_money, money, percent


def chart(
    outcomes: Sequence[BudgetOutcome],
    *,
    granted: float,
    currency: str,
    without_machine: Sequence[BudgetOutcome] = (),
) -> Picture:
    """Two panels, a row a budget: the chance, and money with people's days.

    Parameters
    ----------
    outcomes : sequence of BudgetOutcome
        By ascending budget.
    granted : float
        The budget of the project, which stands out.
    currency : str
        Of all money.
    without_machine : sequence of BudgetOutcome, default=()
        The same budgets with people alone, where a machine may label.
    """
    rows = [_row(outcome, granted, currency) for outcome in outcomes]
    for row, alone in zip(rows, without_machine, strict=False):
        row |= {"alone": alone.p_met, "alone_q50": alone.money.q50}
    is_beside = any(outcome.machine for outcome in outcomes) and bool(without_machine)
    base = alt.Chart(table(rows))
    y = alt.Y("budget:N", sort=None, title=f"budget, {currency}")
    drawn = alt.vconcat(
        _chances(base, y, is_beside=is_beside), _spending(base, y, currency, is_beside=is_beside)
    )
    subtitle = f"{_SUBTITLE} {_BESIDE}" if is_beside else _SUBTITLE
    return framed(drawn, _title(outcomes, granted, currency), subtitle)


_SUBTITLE = (
    "Each budget was played through 400 times with what is known today: rows bought in rounds, the "
    "curve measured again after each, stopped when the target is shown or no longer worth it. "
    "Thick bars hold half of the projects, thin ones nine of ten."
)


_BESIDE = (
    "Grey rings are people alone with the same budget. The bar at a chance is what it comes to at "
    "both ends of what a label of the machine may be worth."
)


def _row(outcome: BudgetOutcome, granted: float, currency: str) -> Record:
    spent = outcome.money
    return {
        "budget": granted_money(outcome.budget),
        "none": 0.0,
        "chance": outcome.p_met,
        "said": percent(outcome.p_met),
        "low": outcome.chance.low if outcome.chance else outcome.p_met,
        "high": outcome.chance.high if outcome.chance else outcome.p_met,
        "color": GREEN if outcome.budget == granted else BLUE,
        "shape": "diamond" if outcome.budget == granted else "circle",
        "q05": spent.q05,
        "q25": spent.q25,
        "q50": spent.q50,
        "q75": spent.q75,
        "q95": spent.q95,
        "spent": _spent(outcome, currency),
    }


def _spent(outcome: BudgetOutcome, currency: str) -> str:
    if not (outcome.labels.q95 or outcome.machine_labels.q95):
        return "buys nothing: more rows are not worth it, or out of reach"
    days = _span(outcome.days.q05, outcome.days.q95)
    labels = f"{outcome.labels.q50:,.0f} labels"
    if outcome.machine and outcome.labels.q95 < 1:
        labels = f"{outcome.machine_labels.q50:,.0f} labels of {outcome.machine}"
    elif outcome.machine:
        labels += f" and {outcome.machine_labels.q50:,.0f} of {outcome.machine}"
    return f"{money(outcome.money.q50, currency)}, {labels}, {days} days"


def _chances(base: alt.Chart, y: alt.Y, *, is_beside: bool) -> alt.LayerChart:
    x = alt.X(
        "chance:Q",
        title="chance that the target is met",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    color = alt.Color("color:N", scale=None)
    stems = base.mark_rule(strokeWidth=2, color=GREY).encode(y=y, x="none:Q", x2="chance:Q")
    dots = base.mark_point(filled=True, size=170, opacity=1).encode(
        x, y, color=color, shape=alt.Shape("shape:N", scale=None)
    )
    words = labels(base, x, y, text="said:N", dy=-17, dx=-8, align="left", fontWeight="bold")
    title = "How likely is the target?"
    beside = []
    if is_beside:
        span = base.mark_rule(strokeWidth=5, color=BLUE, opacity=0.4)
        beside = [span.encode(y=y, x="low:Q", x2="high:Q"), _ring(base, y, "alone:Q")]
    return layered(stems, *beside, dots, *words, width=WIDE.width, height=alt.Step(46), title=title)


def _ring(base: alt.Chart, y: alt.Y, field: str) -> alt.Chart:
    """People alone."""
    mark = base.mark_point(filled=False, size=120, strokeWidth=2.5, opacity=1, color=GREY)
    drawn: alt.Chart = mark.encode(y=y, x=alt.X(field))
    return drawn


def _spending(base: alt.Chart, y: alt.Y, currency: str, *, is_beside: bool) -> alt.LayerChart:
    def across(low: str, high: str, width: int) -> alt.Chart:
        bar = base.mark_rule(strokeWidth=width, color=BLUE, opacity=0.55)
        drawn: alt.Chart = bar.encode(y=y, x=alt.X(f"{low}:Q"), x2=f"{high}:Q")
        return drawn

    x = alt.X("q50:Q", title=f"still to be spent, {currency}")
    dots = base.mark_point(filled=True, size=120, opacity=1, color=BLUE).encode(x, y)
    left = alt.X("q05:Q")
    words = labels(base, left, y, text="spent:N", dy=-17, align="left")
    title = "What will be spent, how long, how many labels?"
    thin, thick = across("q05", "q95", 3), across("q25", "q75", 9)
    beside = [_ring(base, y, "alone_q50:Q")] if is_beside else []
    return layered(
        thin, thick, *beside, dots, *words, width=WIDE.width, height=alt.Step(46), title=title
    )


def _title(outcomes: Sequence[BudgetOutcome], granted: float, currency: str) -> str:
    mine = next((outcome for outcome in outcomes if outcome.budget == granted), outcomes[-1])
    return (
        f"With {granted_money(mine.budget)} {currency} the target is met in {percent(mine.p_met)} "
        "of the projects"
    )


def _span(low: float, high: float) -> str:
    digits = 1 if high < 10 else 0
    first, last = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return first if first == last else f"{first} to {last}"
