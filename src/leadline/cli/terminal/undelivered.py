"""Messages to people that have not arrived, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leadline.notifications import Event
    from leadline.workspace import Workspace


def tell_people(workspace: Workspace, event: Event) -> None:
    """Tell people of an event; what did not arrive is said on standard error."""
    from leadline.notifications import tell
    from leadline.record import MessageState

    for message in tell(workspace, event):
        if message.state is not MessageState.SENT:
            again = " It is tried again with the next command, or by 'leadline notify'."
            is_waiting = message.state is MessageState.WAITING
            words = f"Note: nobody was told by {message.channel}: {message.message}"
            click.echo(f"{words}{again if is_waiting else ''}", err=True)
