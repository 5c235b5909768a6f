"""``leadline comment``: say something on an entry, a stage or the project."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action


@verb(
    "comment",
    may=(Action.COMMENT,),
    example="leadline comment train 'Is the price of a label right, @Ada?'",
)
@click.argument("about", metavar="[ENTRY|STAGE|project]", required=False)
@click.argument("text", metavar="[TEXT]", required=False)
@by_option
def command(about: str | None, text: str | None, by: str, folder: Path, as_json: bool) -> None:
    """Comment on an entry, a stage or the project; without TEXT, read what was said.

    An entry is named by its number. Who is named with an @ is told by the ways of [notify]. A
    comment is kept for good, as everything on the record.
    """
    from leadline.notifications import deliver
    from leadline.services.commands import add_comment
    from leadline.services.commenting.comment_lines import parse_about
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        comments = workspace.record.comments
        if about is None:
            said = comments.newest()
        elif text is None:
            said = comments.of(parse_about(about))
        else:
            said = (add_comment(workspace, about, text, by),)
            deliver(workspace)
    if as_json:
        echo_json([vars(one) | {"at": one.at.isoformat(timespec="seconds")} for one in said])
        return
    if not said:
        click.echo("Nobody has said anything yet.")
    for one in said:
        click.echo(f"{one.about}: {one.by}, {one.at:%Y-%m-%d %H:%M} UTC")
        click.echo("\n".join(f"  {line}" for line in one.text.splitlines()))
