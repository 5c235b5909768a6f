"""``leadline decide``: a person's decision on a stage."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action


@verb(
    "decide",
    may=(Action.DECIDE,),
    example="leadline decide find go --why 'the demo convinced sales'",
)
@click.argument("stage", metavar="STAGE")
@click.argument("choice", type=click.Choice(["go", "back", "stop"]))
@click.option("--why", required=True, help="The reason: it goes on the record.")
@click.option(
    "--below-target", is_flag=True, help="Sign for a release that does not reach the target."
)
@by_option
def command(
    stage: str,
    choice: str,
    why: str,
    below_target: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Say go, back or stop after a stage, and why.

    Only a "go" opens what comes after a verdict of "no". A release that does not reach the target
    goes into service only where 'go' on ship is signed with --below-target.
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.text_layout import console
    from leadline.services.commands import decide
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        entry = decide(workspace, stage, choice, why, by, below_target=below_target)
    if as_json:
        echo_json(entry_json(entry))
    else:
        print_entry(console(), entry)
