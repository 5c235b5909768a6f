"""Machines that label, on the terminal: asked about rows, held against people, let in or not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import EXIT_NO, echo_json

if TYPE_CHECKING:
    from leadline.record import DelegationEntry
    from leadline.services.accounting.machine_budgets import MachineBudget
    from leadline.services.delegation.row_answers import MachineLabelling
    from leadline.workspace import Workspace

_SHOWN = 5


def ask_machine(
    workspace: Workspace, name: str, by: str, *, n_rows: int | None, as_json: bool
) -> None:
    """Ask a machine about rows that people judged, or about further ones, and say what came."""
    from leadline.cli.terminal.progress import Display, tell_when_long
    from leadline.cli.terminal.text_layout import console
    from leadline.services.delegation.delegate import label_blind_rows, label_open_rows
    from leadline.services.delegation.machine_training import teaches

    with Display(console(as_json=as_json)) as display:
        tell = tell_when_long(display, name)
        if n_rows is None:
            done = label_blind_rows(workspace, name, by, tell=tell)
        else:
            done = label_open_rows(workspace, name, n_rows, by, tell=tell)
        display.clear()
    if as_json:
        echo_json(vars(done) | _money_json(workspace, name))
    elif not _say_labelled(workspace, name, done):
        is_taught = done.n_untaught < done.n_rows and teaches(workspace, name)
        learns = "leadline run, which learns from them, or " if is_taught else ""
        then = f"leadline machine delegation {name}"
        click.echo(
            f"Next: {then if n_rows is None else f'{learns}leadline export machine-labels FILE'}"
        )


def read_beside_people(
    workspace: Workspace, name: str, by: str, *, n_rows: int | None, as_json: bool
) -> None:
    """Have a machine read rows of the stream, and say what its reading is good for."""
    from leadline.cli.terminal.progress import Display, tell_when_long
    from leadline.cli.terminal.text_layout import console
    from leadline.services.delegation.second_reader import read_stream

    with Display(console(as_json=as_json)) as display:
        tell = tell_when_long(display, name)
        found = read_stream(workspace, name, by, n_further=n_rows, tell=tell)
        display.clear()
    done, is_headline = found.labelling, found.is_headline
    if as_json:
        echo_json(vars(done) | {"is_headline": is_headline} | _money_json(workspace, name))
        return
    is_unfinished = _say_labelled(workspace, name, done)
    if is_headline:
        click.echo(
            "Nobody had judged a row when it was first asked: its reading is in the figures of the "
            "review, where it is of use."
        )
    else:
        click.echo(
            "Judging had begun: its reading stands beside the figures, which stay people's alone."
        )
    if not is_unfinished:
        click.echo("Next: leadline review. Once further rows are drawn, run this again.")


def _say_labelled(workspace: Workspace, name: str, done: MachineLabelling) -> bool:
    """Say what a machine did and spent; return whether rows got no answer."""
    from leadline.phases.project_accounts.token_price import usd
    from leadline.phases.wording import plural

    click.echo(
        f"{name} labelled {plural(done.n_labelled, 'row')} and was unsure of {done.n_unsure:,}; "
        f"{done.n_before:,} of {done.n_rows:,} it had answered before."
    )
    its = _budget(workspace, name)
    click.echo(f"It has spent {usd(its.account.spent)} of {usd(its.budget)}.")
    if done.n_lost:
        click.echo(f"{plural(done.n_lost, 'row')} got no answer: run this again to go on.")
    if done.n_untaught:
        click.echo(
            f"No model learns from {done.n_untaught:,} of the {plural(done.n_rows, 'row')}: they "
            "are on the test side, or later than the train rows."
        )
    return bool(done.n_lost)


def _money_json(workspace: Workspace, name: str) -> dict[str, float]:
    from leadline.phases.project_accounts.token_price import MICROS

    its = _budget(workspace, name)
    return {"spent_usd": its.account.spent / MICROS, "left_usd": its.left / MICROS}


def _budget(workspace: Workspace, name: str) -> MachineBudget:
    from leadline.services.accounting.machine_budgets import machine_budgets

    return next(each for each in machine_budgets(workspace) if each.name == name)


def hold_against_people(
    workspace: Workspace, name: str, by: str, *, people: str, as_json: bool
) -> None:
    """Say whether a machine may label here; ends with 3 where it may not."""
    from leadline.cli.terminal.text_layout import console, print_table, printable
    from leadline.phases.verdict import Answer
    from leadline.services.delegation.delegate import judge_machine
    from leadline.services.delegation.machine_lines import (
        delegation_line,
        duel_table,
        next_step,
        wrong_caption,
    )

    entry = judge_machine(workspace, name, by, people=people)
    verdict = entry.verdict
    if as_json:
        echo_json(delegation_json(entry))
    else:
        click.echo(printable(f"{verdict.badge}: {verdict.summary}"))
        for finding in verdict.findings:
            click.echo(printable(f"  • {finding.what} {finding.next}".rstrip()))
        duels = duel_table(verdict)
        if duels.rows:
            click.echo(f"\n{duels.caption}")
            print_table(console(), duels.head, duels.rows)
        if verdict.wrong:
            more = " (more on the page /machines)" if verdict.n_wrong > _SHOWN else ""
            click.echo(f"\n{wrong_caption(verdict)}{more}")
        for row in verdict.wrong[:_SHOWN]:
            told = f"people {row.said}, machine {row.machine}: {row.shown or row.item}"
            click.echo(f"  {printable(told)}")  # strangers wrote the rows
        click.echo(f"\nNext: {next_step(delegation_line(workspace, name))}")
    if verdict.answer is Answer.NO:
        sys.exit(EXIT_NO)


def let_in_or_not(
    workspace: Workspace, name: str, choice: str, why: str, by: str, *, as_json: bool
) -> None:
    """Keep a person's decision on a machine."""
    from leadline.services.delegation.delegate import decide_delegation
    from leadline.services.delegation.machine_lines import delegation_line

    entry = decide_delegation(workspace, name, choice, why, by)
    if as_json:
        echo_json(delegation_json(entry))
    else:
        click.echo(f"{delegation_line(workspace, name).decided}.".replace("..", "."))


def delegation_json(entry: DelegationEntry) -> dict[str, Any]:
    """A verdict on a machine as plain JSON, with what a person decided on it."""
    from leadline.record.codec import encode

    decided = entry.decided
    return {
        "number": entry.number,
        "machine": entry.verdict.machine,
        "answer": entry.verdict.answer.value,
        "badge": entry.verdict.badge,
        "summary": entry.verdict.summary,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "decided": None
        if decided is None
        else {
            "choice": decided.choice.value,
            "why": decided.why,
            "by": decided.by,
            "at": decided.at.isoformat(),
        },
        "verdict": encode(entry.verdict),
    }
