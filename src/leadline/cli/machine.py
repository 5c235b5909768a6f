"""``leadline machine``: language models that answer for money."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.errors import SettingsError
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.services.accounting.machine_budgets import MachineBudget
    from leadline.workspace import Workspace

_ACTS = ("list", "estimate", "label", "delegation", "decide", "release-reservations")


@verb(
    "machine",
    may=(Action.VIEW,),
    example="leadline machine list",
    stopped="What was answered is kept.",
)
@click.argument("act", type=click.Choice(_ACTS))
@click.argument("name", required=False)
@click.argument("choice", type=click.Choice(["go", "stop"]), required=False)
@click.option(
    "--blind-rows", "is_blind", is_flag=True, help="With 'label': rows that two people judged."
)
@click.option(
    "--stream",
    "is_stream",
    is_flag=True,
    help="With 'label': rows of the stream that people judge, and further ones.",
)
@click.option(
    "--rows",
    "n_rows",
    type=click.IntRange(1),
    help="With 'estimate': for so many rows. With 'label': so many further ones.",
)
@click.option(
    "--try",
    "n_tried",
    type=click.IntRange(2, 20),
    help="With 'estimate': pay for so many rows first.",
)
@click.option("--batch", "is_batch", is_flag=True, help="With 'estimate': as a batch file.")
@click.option(
    "--people",
    type=click.Choice(["experts", "skilled", "crowd"]),
    default="skilled",
    show_default=True,
    help="With 'delegation': who it is held against.",
)
@click.option("--why", default="", help="With 'decide': the reason; it goes on the record.")
@by_option
def command(
    act: str, name: str | None, by: str, folder: Path, as_json: bool, **options: Any
) -> None:
    """Deal with the language models that [machines.NAME] in leadline.toml declares.

    'list' says what each has spent, what is waited for, what may be on its bill, and what is left.

    'estimate NAME --rows N' says what N rows will cost, with a range, and how many the budget
    allows: by their length, or better by a few rows that are tried for money (--try 20). With
    --batch it is the price in a batch file.

    'label NAME' asks a machine about the rows that two people judged (--blind-rows) or, once a
    person has let it in, about further ones (--rows). 'delegation NAME' holds it against these
    people: may it label here? It ends with 3 where it may not. 'decide NAME go' or 'stop' keeps
    what a person says.

    'label NAME --stream' has it read rows of the real stream beside the people who judge them.
    Asked before anybody has judged one, its reading is in the figures of the review; later it only
    stands beside them.

    'release-reservations NAME' gives back the money of requests whose process died before an
    answer came. They may have been paid: look at the bill of the machine first.
    """
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        if act == "list":
            from leadline.services.accounting.machine_budgets import machine_budgets

            if name:
                raise SettingsError(f"'list' takes no name; got {name!r}.", next="Leave it out.")
            _show(machine_budgets(workspace), as_json=as_json)
            return
        if not name:
            raise SettingsError(
                f"'{act}' needs the name of a machine.", next="See 'leadline machine list'."
            )
        if act == "estimate":
            _estimate(workspace, name, by, options, as_json=as_json)
            return
        if act != "release-reservations":
            _about_labels(workspace, act, name, by, options, as_json=as_json)
            return
        from leadline.services.accounting.machine_budgets import release_reservations

        n, money = release_reservations(workspace, name, by)
    _say_released(name, n, money, as_json=as_json)


def _estimate(
    workspace: Workspace, name: str, by: str, options: dict[str, Any], *, as_json: bool
) -> None:
    """Say what rows will cost, before they are paid for."""
    from leadline.services.delegation.money_estimate import (
        estimate_json,
        estimate_money,
        estimate_sentences,
    )

    n_rows, n_tried = options["n_rows"], options["n_tried"] or 0
    if n_rows is None:
        raise click.UsageError("Say how many rows: --rows 5000.")
    is_batch = options["is_batch"]
    found = estimate_money(workspace, name, n_rows, by, n_tried=n_tried, is_batch=is_batch)
    if as_json:
        echo_json(estimate_json(found))
    else:
        click.echo("\n".join(estimate_sentences(found)))


def _about_labels(
    workspace: Workspace,
    act: str,
    name: str,
    by: str,
    options: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    """Let a machine label, hold it against people, or keep what a person decides on it."""
    from leadline.cli.terminal import machine_labelling as labelling

    n_rows, choice = options["n_rows"], options["choice"]
    if act == "label":
        if options["is_stream"]:
            if options["is_blind"]:
                raise click.UsageError(
                    "--stream and --blind-rows are different rows: one at a time."
                )
            labelling.read_beside_people(workspace, name, by, n_rows=n_rows, as_json=as_json)
            return
        if options["is_blind"] == (n_rows is not None):
            raise click.UsageError("Say which rows: --blind-rows, --rows N, or --stream.")
        labelling.ask_machine(workspace, name, by, n_rows=n_rows, as_json=as_json)
    elif act == "delegation":
        people = options["people"]
        labelling.hold_against_people(workspace, name, by, people=people, as_json=as_json)
    elif choice is None:
        raise click.UsageError(f"Say go or stop: leadline machine decide {name} go --why REASON")
    else:
        labelling.let_in_or_not(workspace, name, choice, options["why"], by, as_json=as_json)


def _say_released(name: str, n: int, money: int, *, as_json: bool) -> None:
    from leadline.phases.project_accounts.token_price import MICROS, usd
    from leadline.phases.wording import plural

    if as_json:
        echo_json({"machine": name, "requests": n, "released_usd": money / MICROS})
    elif n:
        click.echo(f"{usd(money)} of {plural(n, 'request')} to {name} are free again.")
    else:
        click.echo(f"No request to {name} has lost its answer: there is nothing to give back.")


def _show(budgets: tuple[MachineBudget, ...], *, as_json: bool) -> None:
    if as_json:
        echo_json({"machines": [_json(each) for each in budgets]})
        return
    if not budgets:
        click.echo("No machine is declared. Write a section [machines.NAME] in leadline.toml.")
        return
    from leadline.cli.terminal.text_layout import console, print_table
    from leadline.services.accounting.machine_budgets import BUDGET_HEADS, budget_row, remarks

    print_table(console(), BUDGET_HEADS, map(budget_row, budgets))
    click.echo()
    for each in budgets:
        for remark in remarks(each):
            click.echo(f"{each.name}: {remark}")


def _json(budget: MachineBudget) -> dict[str, Any]:
    from leadline.phases.project_accounts.token_price import MICROS

    account, machine, answer = budget.account, budget.machine, budget.answer
    return {
        "name": budget.name,
        "is_declared": machine is not None,
        "model": machine.model if machine else None,
        "host": machine.host if machine else None,
        "is_outside": machine.is_outside if machine else None,
        "rows_may_leave": None if answer is None else vars(answer),
        "budget_usd": budget.budget / MICROS,
        "spent_usd": account.spent / MICROS,
        "in_flight_usd": account.in_flight / MICROS,
        "possibly_paid_usd": account.possibly_paid / MICROS,
        "left_usd": budget.left / MICROS,
        "answers": account.n_answers,
        "unsure": account.n_unsure,
        "requests_in_flight": account.n_in_flight,
        "requests_possibly_paid": account.n_possibly_paid,
        "price_warning": budget.warning,
    }
