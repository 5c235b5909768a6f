"""Tables of a budget plan: what each budget comes to, and what to buy in rounds."""

from __future__ import annotations

from leadline.phases.forecast.budget_outcome import BudgetOutcome, Range
from leadline.phases.number_format import bare_money, granted_money, money, percent
from leadline.report.text_table import Table, tabled
from leadline.services.queries.plan import BudgetPlan

ANEW = (
    "After each round the curve is measured again and the plan is made anew: only the first line "
    "is to be acted on, and purchases that no line has may follow."
)
"""What a table of rounds is good for."""


def asked_machine(plan: BudgetPlan) -> str:
    """The language models that label with one of the budgets; empty: none does."""
    return " or ".join(dict.fromkeys(each.machine for each in plan.outcomes if each.machine))


def outcome_table(plan: BudgetPlan) -> Table:
    """A line a budget: the chance, and what is bought and spent in nine of ten projects."""
    asked = asked_machine(plan)
    heads = ["Budget", "Met at the end"]
    heads += ["People alone"] if asked else []
    heads += ["Votes of people"]
    heads += [f"Labels of {asked}"] if asked else []
    heads += [f"Still to be spent, {plan.currency}", "Days"]
    alone = plan.without_machine or plan.outcomes
    rows = [
        _outcome_row(its, beside if asked else None)
        for its, beside in zip(plan.outcomes, alone, strict=True)
    ]
    caption = "What budgets buy: the middle of all projects, and the range of nine of ten"
    return tabled(caption, heads, rows)


def _outcome_row(its: BudgetOutcome, alone: BudgetOutcome | None) -> list[str]:
    chance = percent(its.p_met)
    if its.chance is not None:
        chance += f" ({percent(its.chance.low)} to {percent(its.chance.high)})"
    row = [granted_money(its.budget), chance]
    row += [] if alone is None else [percent(alone.p_met)]
    row += [_range(its.votes)]
    row += [] if alone is None else [_range(its.machine_labels)]
    spent = _told(*map(bare_money, (its.money.q05, its.money.q50, its.money.q95)))
    return [*row, spent, _range(its.days, 1)]


def round_table(plan: BudgetPlan) -> Table:
    """What to buy with the granted budget, a line a round."""
    asked = plan.granted.machine
    heads = ["Round", "Labels of people"]
    heads += [f"Labels of {asked}"] if asked else []
    heads += ["Money", "Chance of the target then"]
    rows = [
        [
            f"{place}{', if it is still missed' if place > 1 else ''}",
            f"{each.labels:,}",
            *([f"{each.machine_labels:,}"] if asked else []),
            money(each.cost, plan.currency),
            percent(each.p_met),
        ]
        for place, each in enumerate(plan.rounds, 1)
    ]
    granted = f"{granted_money(plan.granted.budget)} {plan.currency}"
    return tabled(f"What to buy with {granted}, in rounds", heads, rows)


def _range(its: Range, digits: int = 0) -> str:
    return _told(*(f"{each:,.{digits}f}" for each in (its.q05, its.q50, its.q95)))


def _told(low: str, middle: str, high: str) -> str:
    return middle if low == high else f"{middle} ({low} to {high})"
