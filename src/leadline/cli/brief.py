"""``leadline brief``: all that a decision on a stage needs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from rich.console import Console

    from leadline.services.briefing import Brief

_MARGIN = 14


@verb("brief", may=(Action.VIEW,), example="leadline brief train")
@click.argument("stage", metavar="STAGE")
def command(stage: str, folder: Path, as_json: bool) -> None:
    """Show what a decision on a stage needs.

    What the evidence speaks for and how sure that is, money and time so far and left, what going
    on, going back and stopping cost and change, open warnings, who answers, what is in service.
    """
    from leadline.cli.terminal.text_layout import console
    from leadline.services.briefing import brief
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        told = brief(workspace, stage)
    if as_json:
        costs = told.costs
        amounts = {name: getattr(costs, name) for name in ("granted", "spent", "committed", "left")}
        echo_json(asdict(told) | {"costs": amounts | {"currency": costs.currency}})
    else:
        _print(console(), told)


def _print(screen: Console, told: Brief) -> None:
    from leadline.cli.terminal.text_layout import Cell, print_line

    def about(name: str, words: str) -> None:
        print_line(screen, [Cell(name, _MARGIN, "bold")], words)

    print_line(screen, [Cell(told.stage.value, len(told.stage.value), "bold")], told.question)
    screen.print()
    for name, words in (*told.of_stage, ("money", told.money_words), *told.of_project):
        about(name, words)
    screen.print()
    for each in told.choices:
        about(each.choice.value, f"{each.title}.")
        for words in (
            f"Not on offer: {each.closed}" if each.closed else "",
            each.costs,
            each.changes,
        ):
            if words:
                print_line(screen, [Cell("", _MARGIN)], words)
    if told.warnings:
        screen.print()
    for warned in told.warnings:
        about(warned.severity.value, f"{warned.title}: {warned.what} {warned.next}".strip())
    screen.print()
    about("decide", f"leadline decide {told.stage} go --why REASON   (or back, or stop)")
