"""``leadline notify``: what people were told, and whether it arrived; a test of every way."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leadline.cli.terminal.options import EXIT_ERROR, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import Message
    from leadline.workspace import Workspace


@verb("notify", may=(Action.VIEW,), example="leadline notify --test")
@click.option("--test", "is_test", is_flag=True, help="Send a test by every way under [notify].")
def command(is_test: bool, folder: Path, as_json: bool) -> None:
    """Send what waits, and list what people were told and whether it arrived.

    Who is told of what stands under [notify] in leadline.toml: an alarm, a retraining that is due,
    a rollback, a check or a run that failed, a decision or judgments that wait, a comment that
    names somebody; by webhook, mail or a command. A message that has not arrived is tried again,
    with longer and longer pauses, whenever leadline watches, checks or runs, and by its workers; it
    is sent once. Ends with exit code 1 if a test has not arrived.
    """
    from leadline.errors import SettingsError
    from leadline.notifications import deliver
    from leadline.record import MessageState
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        if is_test and not workspace.settings.notify.channels:
            raise SettingsError(
                "[notify] names no way to tell anybody.",
                "A webhook, a mail server or a command is needed.",
                "Set webhook, smtp_host or command under [notify] in leadline.toml.",
            )
        if is_test:
            messages = _test(workspace)
        else:
            deliver(workspace)
            messages = workspace.record.outbox.newest()
    if as_json:
        echo_json([_json(message) for message in messages])
    else:
        _print(messages)
    if is_test and any(message.state is not MessageState.SENT for message in messages):
        sys.exit(EXIT_ERROR)


def _test(workspace: Workspace) -> tuple[Message, ...]:
    from leadline.notifications import Event, tell

    text = "This is a test: whoever reads it will be told when a person is needed."
    return tell(workspace, Event("test", secrets.token_hex(8), "A test", text))


def _print(messages: tuple[Message, ...]) -> None:
    if not messages:
        click.echo("Nobody was told anything yet.")
    for message in messages:
        title = json.loads(message.body)["title"]
        why = f"  {message.message}" if message.message else ""
        click.echo(
            f"{message.made_at:%Y-%m-%d %H:%M}  {message.channel:<8} {message.state.value:<9} "
            f"{title}{why}"
        )


def _json(message: Message) -> dict[str, Any]:
    return {
        "event": message.event,
        "channel": message.channel,
        "state": message.state.value,
        "tries": message.n_tries,
        "message": message.message,
        "made_at": message.made_at.isoformat(timespec="seconds"),
        "next_at": message.next_at.isoformat(timespec="seconds"),
        "body": json.loads(message.body),
    }
