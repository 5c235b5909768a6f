"""``leadline invite``: links by which people come to label, to judge or to adjudicate."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import FiniteRange, by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from datetime import datetime

    from leadline.record import Invitation
    from leadline.workspace import Workspace

_DOES = {"label": "labels", "judge": "judges", "adjudicate": "adjudicates"}
_HERE = "http://127.0.0.1:8765"


@verb("invite", may=(Action.INVITE,), example="leadline invite Ben --role label --days 14")
@click.argument("name", required=False)
@click.option(
    "--role",
    type=click.Choice(["label", "judge", "adjudicate"]),
    default="label",
    show_default=True,
    help="What the person may do.",
)
@click.option(
    "--days",
    type=FiniteRange(min=0, min_open=True, max=366),
    default=14,
    show_default=True,
    help="How long the link is good.",
)
@click.option("--list", "is_list", is_flag=True, help="Show every invitation.")
@click.option("--revoke", default=None, metavar="NAME", help="Take a person's links back.")
@by_option
def command(
    name: str | None,
    role: str,
    days: float,
    is_list: bool,
    revoke: str | None,
    by: str,
    folder: Path,
    as_json: bool,
) -> None:
    """Print a link by which NAME comes to label, as NAME and nobody else.

    With --role judge NAME judges the stream, blind; with --role adjudicate NAME decides the items
    on which people's votes leave the label open.

    Whoever has the link is NAME: send it to that person alone. It opens the pages of its role and
    no other. Inviting again makes a new link and revokes the one before. Where people reach the
    pages at another address than this machine's, set LEADLINE_URL to it.
    """
    from leadline.workspace import Workspace

    if sum([name is not None, is_list, revoke is not None]) != 1:
        raise click.UsageError("Give a NAME, or --list, or --revoke NAME.")
    with Workspace.open(folder) as workspace:
        if is_list:
            _show(workspace.record.invitations.all(), as_json=as_json)
        elif revoke is not None:
            _revoke(workspace, revoke, as_json=as_json)
        else:
            assert name is not None
            _invite(workspace, name, role, days, by, as_json=as_json)


def _invite(
    workspace: Workspace, name: str, role: str, days: float, by: str, *, as_json: bool
) -> None:
    from leadline.record import Role
    from leadline.services.invitations import invite

    made, path = invite(workspace, name, Role(role), days=days, by=by)
    link = os.environ.get("LEADLINE_URL", _HERE).rstrip("/") + path
    if as_json:
        echo_json(_plain(made) | {"link": link})
        return
    click.echo(link)
    click.echo(
        f"{made.person} {_DOES[made.role]} by this link until "
        f"{made.expires_at:%d %B %Y %H:%M} UTC. "
        "Whoever has it is that person; send it to nobody else.",
        err=True,
    )


def _revoke(workspace: Workspace, name: str, *, as_json: bool) -> None:
    revoked = workspace.record.invitations.revoke(name)
    if as_json:
        echo_json([one.id for one in revoked])
    else:
        click.echo(f"{len(revoked)} of {revoked[0].person}'s links opens nothing any more.")


def _show(invitations: tuple[Invitation, ...], *, as_json: bool) -> None:
    from datetime import UTC, datetime

    if as_json:
        echo_json([_plain(one) for one in invitations])
        return
    if not invitations:
        click.echo("Nobody was invited yet: leadline invite NAME")
    now = datetime.now(UTC)
    for one in invitations:
        click.echo(f"{one.person}  {one.role.value}  {_state(one, now)}, by {one.made_by}")


def _state(invitation: Invitation, now: datetime) -> str:
    if invitation.revoked_at is not None:
        return f"revoked {invitation.revoked_at:%Y-%m-%d}"
    used = "used" if invitation.first_used_at else "nothing sent yet"
    word = "good until" if invitation.is_good(now) else "expired"
    return f"{word} {invitation.expires_at:%Y-%m-%d}, {used}"


def _plain(invitation: Invitation) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(invitation)
