"""Sending: events are put in the outbox once, sent, tried again with patience, and given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from leadline.notifications.channels import CHANNELS, REPEATABLE, NotSentError, UnsureError
from leadline.notifications.event import Event, written
from leadline.record import Message, MessageState
from leadline.workspace import Workspace

# seconds until the next try, after each that failed; with the last one the message is given up
_PAUSES = (1.0, 4.0, 60.0, 300.0, 900.0, *(3600.0,) * 6, *(14_400.0,) * 12)
_WAITED_FOR_S = 5.0  # a command waits for pauses as short as this; others are for the next one
_LEASE_S = 300.0  # longer than any try may take

Clock = Callable[[], datetime]


def tell(workspace: Workspace, event: Event) -> tuple[Message, ...]:
    """Tell people of an event by every way that [notify] names, once.

    Parameters
    ----------
    workspace : Workspace
        The project, with its settings.
    event : Event
        What happened.

    Returns
    -------
    tuple of Message
        What became of its messages so far; empty if nobody is to be told of such events. One that
        has not arrived waits, and is tried again with the next command.
    """
    if put(workspace, event):
        deliver(workspace)
        return workspace.record.outbox.of(event.name)
    return ()


def put(workspace: Workspace, event: Event) -> bool:
    """Let the messages of an event wait for whoever delivers next: a page must not wait for mail.

    Parameters
    ----------
    workspace : Workspace
        The project, with its settings.
    event : Event
        What happened.

    Returns
    -------
    bool
        Whether anybody is to be told.
    """
    notify = workspace.settings.notify
    if event.kind != "test" and event.kind not in notify.events:
        return False
    body = written(event, workspace.record.project)
    for channel in notify.channels:
        workspace.record.outbox.put(event.name, channel, body)
    return bool(notify.channels)


def deliver(
    workspace: Workspace,
    *,
    clock: Clock = lambda: datetime.now(UTC),
    sleep: Callable[[float], object] = time.sleep,
) -> tuple[Message, ...]:
    """Send what waits and is due.

    Parameters
    ----------
    workspace : Workspace
        The project, with its settings.
    clock, sleep : callable, optional
        The time now, with a zone; waits some seconds.

    Returns
    -------
    tuple of Message
        Those that were tried, as they are now.
    """
    outbox = workspace.record.outbox
    if not workspace.settings.notify.channels:
        return ()
    outbox.recover(clock(), repeatable=REPEATABLE)
    tried: dict[int, str] = {}
    out_of_order: set[str] = set()
    for message in outbox.due(clock()):
        # a way that fails fails for the others too: nobody waits for each of them
        if message.channel in out_of_order:
            continue
        tried[message.number] = message.event
        if not _with_patience(workspace, message, clock, sleep):
            out_of_order.add(message.channel)
    events = dict.fromkeys(tried.values())
    return tuple(one for event in events for one in outbox.of(event) if one.number in tried)


def _with_patience(
    workspace: Workspace, message: Message, clock: Clock, sleep: Callable[[float], object]
) -> bool:
    """Try a message, and again after pauses that are short; False if it still waits."""
    while True:
        now = _try(workspace, message, clock)
        if now is None or now.state is not MessageState.WAITING:
            return True
        pause = (now.next_at - clock()).total_seconds()
        if pause > _WAITED_FOR_S:
            return False
        sleep(max(pause, 0.0))


def _try(workspace: Workspace, message: Message, clock: Clock) -> Message | None:
    """Send a message once; as it is then, or None if another process has it."""
    outbox, notify = workspace.record.outbox, workspace.settings.notify
    if message.channel not in notify.channels:
        return None  # a way that is no longer set: it waits until it is, or for good
    taken = outbox.claim(message.number, now=clock(), lease_s=_LEASE_S)
    if taken is None:
        return None
    state, why, next_at = MessageState.SENT, "", clock()
    try:
        CHANNELS[taken.channel](notify, taken.body, workspace.folder)
    except NotSentError as error:
        state, why = MessageState.WAITING, str(error)
        if taken.n_tries > len(_PAUSES):
            state = MessageState.GIVEN_UP
        else:
            next_at = clock() + timedelta(seconds=_PAUSES[taken.n_tries - 1])
    except UnsureError as error:
        state, why = MessageState.UNSURE, str(error)
    outbox.settle(taken.number, state, message=why, next_at=next_at)
    (now,) = [one for one in outbox.of(taken.event) if one.number == taken.number]
    return now
