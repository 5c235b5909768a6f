"""``leadline costs``: what the project has cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.cli.terminal.picture_file import draw_into, picture_option
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.phases.project_accounts.ledger import Ledger


@verb("costs", may=(Action.VIEW,), example="leadline costs --picture costs.png")
@picture_option()
def command(picture: Path | None, folder: Path, as_json: bool) -> None:
    """Show what the project has cost: money and hours by stage, spent, committed and left.

    Labels, judgments, machine time and reported work, superseded work included. What would come
    next, and what it would buy, is for 'leadline plan'.
    """
    from leadline.cli.terminal.text_layout import console, print_table
    from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        ledger = project_ledger(workspace)
    if picture is not None:
        from leadline.charts import costs as costs_chart

        drawn = costs_chart.chart(ledger)
        draw_into(picture, drawn, nothing="Nothing has been spent yet.", next="Look again later.")
    if as_json:
        echo_json(_json(ledger))
        return
    first, second, *others = ledger_sentences(ledger)
    click.echo(f"{first} {second}")
    if ledger.lines:
        told = ledger_table(ledger)
        click.echo()
        print_table(console(), [head.lower() for head in told.head], told.rows)
        click.echo()
    for sentence in others:
        click.echo(sentence)
    if picture is not None:
        click.echo(f"Drawn: {picture}")


def _json(ledger: Ledger) -> dict[str, Any]:
    return {
        "currency": ledger.currency,
        "granted": ledger.granted or None,
        "spent": ledger.spent,
        "committed": ledger.committed,
        "left": ledger.left,
        "people_hours": ledger.people_hours,
        "working_days": ledger.working_days,
        "machine_hours": ledger.machine_hours,
        "hours_a_day": vars(ledger.hours_a_day),
        "lines": [vars(line) for line in ledger.lines],
        "days": [vars(day) for day in ledger.days],
        "commitments": [vars(each) for each in ledger.commitments],
        "runs_of_unknown_time": ledger.n_untimed,
    }
