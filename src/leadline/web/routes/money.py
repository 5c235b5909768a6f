"""Pages of the project's accounts: what it has cost, what a budget buys, where it was when."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline.charts import NARROW, WIDE, Picture, budget_outcomes, standalone, svg
from leadline.charts import costs as costs_chart
from leadline.charts import timeline as timeline_chart
from leadline.errors import NotReadyError, SettingsError
from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
from leadline.services.accounting.machine_budgets import budget_table, machine_budgets, remarks
from leadline.services.parsing import parse_amounts, parse_day
from leadline.services.plan_tables import ANEW, outcome_table, round_table
from leadline.services.queries import BudgetPlan, budget_plan
from leadline.services.queries.plan import has_budget
from leadline.services.timing import project_timeline, timeline_sentences, timeline_tables
from leadline.web.middleware import PICTURE_POLICY
from leadline.web.page_context import Context

_MOST_BUDGETS = 8

router = APIRouter()

Room = Literal["wide", "narrow"]
_SHEETS = {"wide": WIDE, "narrow": NARROW}


@router.get("/money")
def money(request: Request, context: Context) -> Response:
    """Show what the project has cost, by stage and over time."""
    ledger = project_ledger(context.workspace)
    budgets = machine_budgets(context.workspace)
    return context.render(
        request,
        "pages/money.html",
        ledger=ledger,
        sentences=ledger_sentences(ledger),
        table=ledger_table(ledger),
        machines=budget_table(budgets) if budgets else None,
        remarks=[f"{each.name}: {remark}" for each in budgets for remark in remarks(each)],
    )


@router.get("/plan")
def plan(request: Request, context: Context, budget: str = "") -> Response:
    """Show what a budget would buy of people and of machines; ask for one where none is granted."""
    if not (budget.strip() or has_budget(context.workspace)):
        currency = context.workspace.settings.problem.currency
        return context.render(request, "pages/plan.html", plan=None, currency=currency, budget="")
    its = _plan(context, budget)
    return context.render(
        request,
        "pages/plan.html",
        plan=its,
        currency=its.currency,
        budget=budget,
        outcomes=outcome_table(its),
        rounds=round_table(its),
        anew=ANEW,
    )


@router.get("/plan/picture.svg")
def plan_picture(context: Context, budget: str = "") -> Response:
    """Draw what budgets would buy."""
    its = _plan(context, budget)
    return _picture(
        budget_outcomes.chart(
            its.outcomes,
            granted=its.granted.budget,
            currency=its.currency,
            without_machine=its.without_machine,
        )
    )


def _plan(context: Context, budget: str) -> BudgetPlan:
    """Of the budgets asked for, else of the one that is granted: each takes seconds."""
    granted = context.workspace.settings.problem.budget
    asked = parse_amounts(budget)
    if len(asked) > _MOST_BUDGETS:
        raise SettingsError(
            f"There are {len(asked):,} budgets.",
            f"A page compares {_MOST_BUDGETS} at most: each takes seconds.",
            "Name fewer, or ask 'leadline plan' in a terminal.",
        )
    return budget_plan(context.workspace, asked or ([granted] if granted else ()))


@router.get("/timeline")
def timeline(request: Request, context: Context, by: str = "") -> Response:
    """Show where the project was when, and when people will have answered."""
    day = parse_day(by)
    its = project_timeline(context.workspace, by=day)
    return context.render(
        request,
        "pages/timeline.html",
        timeline=its,
        by=day,
        sentences=timeline_sentences(its),
        tables=timeline_tables(its),
    )


@router.get("/timeline/picture.svg")
def timeline_picture(context: Context, sheet: Room = "wide") -> Response:
    """Draw where the project was when, as it is now."""
    chart = timeline_chart.chart(project_timeline(context.workspace), _SHEETS[sheet])
    if chart is None:
        raise NotReadyError("The record is empty.", "", "State the problem first.")
    return _picture(chart)


@router.get("/money/picture.svg")
def money_picture(context: Context, sheet: Room = "wide") -> Response:
    """Draw what the project has cost, as it is now."""
    chart = costs_chart.chart(project_ledger(context.workspace), _SHEETS[sheet])
    if chart is None:
        raise NotReadyError("Nothing has been spent yet.", "", "Look again once something is.")
    return _picture(chart)


def _picture(chart: Picture) -> Response:
    headers = {"Content-Security-Policy": PICTURE_POLICY}
    return Response(standalone(svg(chart)), media_type="image/svg+xml", headers=headers)
