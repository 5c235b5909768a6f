"""``leadline plan``: the outcomes of some budgets."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.cli.terminal.picture_file import picture_option
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from leadline.phases.forecast.budget_outcome import BudgetOutcome, Range
    from leadline.services.queries import BudgetPlan

# the fields of a plan whose keys in the JSON have other names
_JSON_KEYS = {"costs": "terms", "outcomes": "offers", "machine_costs": "hires"}


@verb("plan", may=(Action.VIEW,), example="leadline plan 200 500 1000 --picture plan.html")
@click.argument("budgets", nargs=-1, type=float, metavar="[BUDGET]...")
@picture_option("the chances of the budgets")
@click.option(
    "--example-machines", is_flag=True, help="Print a price table to put into leadline.toml."
)
def command(
    budgets: tuple[float, ...],
    picture: Path | None,
    example_machines: bool,
    folder: Path,
    as_json: bool,
) -> None:
    """Say what some budgets would buy, before any of them is spent.

    Labels, votes, people's and machines' hours, money and days, each with the range that holds
    half of all projects and the one that holds nine of ten, and the chance that the target is met.
    Without amounts, shares and multiples of the budget in leadline.toml are compared. A language
    model that may label here shares the work where that is cheaper; beside it stand people alone.
    """
    from leadline.settings.machines import example_machines as example

    if example_machines:
        click.echo(example())
        return
    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.services.queries import budget_plan
    from leadline.workspace import Workspace

    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(console(as_json=True)) as display:
        display.start("plan", "playing projects through")
        plan = budget_plan(workspace, budgets)
        if picture is not None:
            _draw(plan, picture)
    if as_json:
        echo_json({_JSON_KEYS.get(name, name): value for name, value in asdict(plan).items()})
        return
    _print(screen, plan)
    if picture is not None:
        click.echo(f"Drawn: {picture}")


def _draw(plan: BudgetPlan, path: Path) -> None:
    from leadline.charts import budget_outcomes, save_picture

    drawn = budget_outcomes.chart(
        plan.outcomes,
        granted=plan.granted.budget,
        currency=plan.currency,
        without_machine=plan.without_machine,
    )
    save_picture(drawn, path)


def _print(screen: Console, plan: BudgetPlan) -> None:
    from leadline.cli.terminal.text_layout import Cell, print_line, print_table
    from leadline.phases.number_format import duration, money
    from leadline.phases.scoring import scoring_of
    from leadline.services.plan_tables import asked_machine

    costs, metric = plan.costs, scoring_of(plan.scoring)
    screen.print(plan.answer, markup=False)
    screen.print(
        f"\n{plan.question or 'Plan'} Good enough is {metric.words} of "
        f"{metric.target_words(plan.target_score)}. There are {costs.n_available:,} train rows; "
        f"{money(costs.spent, plan.currency)} are spent.",
        markup=False,
    )
    if plan.chance is not None:
        screen.print(f"How likely is success? {plan.chance.words}", markup=False)
    for its in plan.warnings:
        print_line(screen, [Cell("•", 0, "yellow")], f"{its.what} {its.next}".strip())
    if not plan.is_current:
        screen.print("The forecast behind this plan is stale: run 'leadline run' first.")
    if plan.machines:
        _print_language_models(screen, plan)
    screen.print()
    asked = asked_machine(plan)
    heads = ["budget", "met at the end", "of projects", "labels", "votes", "people's hours"]
    heads += [f"labels of {asked}"] if asked else []
    heads += ["machine hours", plan.currency, "days"]
    print_table(screen, heads, [_cells(each, bool(asked)) for each in plan.outcomes])
    if plan.outcomes[-1].buys_nothing:
        screen.print()
    screen.print(
        "What is spent is not counted again. A project ends when it is sure of the target, or no "
        "more rows are worth their price: fewer meet it than with all rows that the money buys."
    )
    screen.print(
        f"A vote costs {costs.vote_cost:.2g} {plan.currency} and takes "
        f"{duration(costs.vote_s)}; a label takes {costs.votes_per_label:.3g} votes; "
        f"{costs.people:g} {'person labels' if costs.people == 1 else 'people label'} "
        f"{costs.hours_per_day:g} h a day. "
        f"Prices of {plan.priced_at or 'an unknown date: set [prices] priced_at'}.",
        markup=False,
    )
    if plan.machine_costs:
        _print_machine_costs(screen, plan)


def _print_language_models(screen: Console, plan: BudgetPlan) -> None:
    """Who may label beside people, what that changes, and how a cheap model takes its place."""
    from leadline.cli.terminal.text_layout import print_table
    from leadline.services.plan_tables import ANEW, round_table

    screen.print()
    for line in plan.beside:
        screen.print(line, markup=False)
    for machine in plan.machines:
        screen.print(f"{machine.name}: {machine.why}", markup=False)
    if any(outcome.machine for outcome in plan.outcomes) and plan.rounds:
        rounds = round_table(plan)
        screen.print(f"\n{rounds.caption}:")
        print_table(screen, rounds.head, rounds.rows)
        screen.print(ANEW)
    for its in plan.distillations:
        screen.print(f"\nDistillation: {its.words(plan.currency)}", markup=False)


def _print_machine_costs(screen: Console, plan: BudgetPlan) -> None:
    from leadline.cli.terminal.text_layout import print_table
    from leadline.phases.number_format import granted_money, percent

    screen.print(
        f"\nMachine hours with {granted_money(plan.granted.budget)} {plan.currency}, elsewhere:"
    )
    rows = []
    for costs in plan.machine_costs:
        spot = _range(costs.spot, 2) if costs.spot else "no spot price"
        hours = _range(costs.spot_hours, 1) if costs.spot_hours else ""
        cheaper = "" if costs.p_cheaper is None else percent(costs.p_cheaper)
        rows.append([costs.machine.name, _range(costs.on_demand, 2), spot, hours, cheaper])
    print_table(screen, ["machine", "on demand", "spot", "spot hours", "spot is cheaper"], rows)


def _cells(outcome: BudgetOutcome, is_asked: bool) -> list[str]:
    """A budget as a row of the table: the middle of all projects, then how far they spread."""
    from leadline.phases.number_format import bare_money, granted_money, percent

    head = [granted_money(outcome.budget), percent(outcome.p_met)]
    if outcome.buys_nothing:
        return [*head, "buy nothing", *[""] * (7 if is_asked else 6)]
    return [
        *head,
        "middle\nhalf lie in\n9 of 10 lie in",
        _range(outcome.labels),
        _range(outcome.votes),
        _range(outcome.people_hours, 1),
        *([_range(outcome.machine_labels)] if is_asked else []),
        _range(outcome.machine_hours, 1),
        _range(outcome.money, tell=bare_money),
        _range(outcome.days, 1),
    ]


def _range(its: Range, digits: int = 0, tell: Callable[[float], str] | None = None) -> str:
    """The middle, the range of half of all, and that of nine of ten, a line each."""

    def told(low: float, high: float) -> str:
        first, last = (tell(each) if tell else f"{each:,.{digits}f}" for each in (low, high))
        return first if first == last else f"{first} to {last}"

    return f"{told(its.q50, its.q50)}\n{told(its.q25, its.q75)}\n{told(its.q05, its.q95)}"
