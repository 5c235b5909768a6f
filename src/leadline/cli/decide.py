"""``leadline decide``: a person's decision on a stage."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import ask, by_option, echo_json, verb
from leadline.phases.permissions import Action

_CHOICES = click.Choice(["go", "back", "stop", "keep"])


@verb(
    "decide",
    may=(Action.DECIDE,),
    example="leadline decide find go --why 'the demo convinced sales'",
)
@click.argument("stage", metavar="STAGE")
@click.argument("choice", type=_CHOICES, required=False)
@click.option("--why", help="The reason: it goes on the record. 'keep' needs none.")
@click.option("--to", default="", metavar="STAGE", help="With 'back': the stage to go back to.")
@click.option("--change", default="", help="With 'back': what must be different there.")
@click.option(
    "--below-target", is_flag=True, help="Sign for a release that does not reach the target."
)
@by_option
def command(  # noqa: PLR0913, PLR0917 (an option each)
    stage: str,
    choice: str | None,
    why: str | None,
    to: str,
    change: str,
    below_target: bool,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Say go, back or stop after a stage, and why; or keep what was said.

    Only a "go" opens what comes after a verdict of "no". A release that does not reach the target
    goes into service only where 'go' on ship is signed with --below-target. "back" says to which
    stage, and what to change there: --to define --change "a target of .70".

    "keep" signs the decision there was once more, where its verdicts were computed again and every
    answer has come out the same. What is not given is asked for.
    """
    from leadline.cli.terminal.entry_text import entry_json, print_entry
    from leadline.cli.terminal.text_layout import console
    from leadline.services.commands import WayBack, decide, keep_decision
    from leadline.services.parsing import parse_stage
    from leadline.workspace import Workspace

    parse_stage(stage)  # before anything is asked
    choice = choice or ask(
        "Go, back, stop or keep", "Missing argument: go, back, stop or keep.", _CHOICES
    )
    if choice == "keep" and (to or change):
        raise click.UsageError("'keep' changes nothing: leave --to and --change out.")
    if choice == "back":
        to = to or ask("Back to which stage", "Missing option '--to': the stage to go back to.")
        change = change or ask(
            "What is to change there", "Missing option '--change': what changes."
        )
    if choice != "keep":
        why = why or ask("Why", "Missing option '--why': the reason goes on the record.")
    with Workspace.open(folder) as workspace:
        if choice == "keep":
            entry = keep_decision(workspace, stage, by, why=why or "")
        else:
            back = WayBack(to, change)
            entry = decide(
                workspace, stage, choice, why or "", by, back=back, below_target=below_target
            )
    if as_json:
        echo_json(entry_json(entry))
    else:
        print_entry(console(), entry)
