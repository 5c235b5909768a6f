"""Outbox: messages to people, each sent once by each way, and what became of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from leadline.record.database import Database
from leadline.record.service.service_tables import MessageState
from leadline.record.service.service_tables import notification as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class Message:
    """One message by one way.

    Attributes
    ----------
    number : int
        Its key.
    event : str
        What it tells of; unique with the channel.
    channel : str
        The way: webhook, email or command.
    body : str
        JSON, as it is sent.
    state : MessageState
        What became of it.
    n_tries : int
        How often it was tried.
    next_at : datetime
        When it is tried next, or given up by whoever sends it, UTC.
    message : str
        Why it has not arrived yet; empty if it has, or was not tried.
    made_at : datetime
        When, UTC.
    """

    number: int
    event: str
    channel: str
    body: str
    state: MessageState
    n_tries: int
    next_at: datetime
    message: str
    made_at: datetime


class Outbox:
    """Messages of a project to people.

    Contract
    --------
    *Once.* An event is put in once for each channel, however many try.

    *Claims are exclusive.* A message that is due is given to one process only, which says how it
    went. Of a process that dies before that, nobody knows whether its message arrived: `recover`
    makes it wait again where the receiver knows doubles by their key, and *unsure* elsewhere.

    *Nothing is removed.*

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, event: str, channel: str, body: str) -> bool:
        """Let a message wait; False if there is one of this event and channel already."""
        mine = self._database.mine(table)
        same = (table.c.event == event, table.c.channel == channel)
        with self._database.writing() as connection:
            if connection.execute(select(table.c.id).where(mine, *same)).first() is not None:
                return False
            now = utc()
            values = {"event": event, "channel": channel, "body": body, "made_at": now}
            values |= {"state": MessageState.WAITING, "n_tries": 0, "next_at": now, "message": ""}
            self._database.insert(connection, table, values)
        return True

    def due(self, now: datetime) -> tuple[Message, ...]:
        """Messages whose time has come, in the order they came."""
        query = select(table).where(
            self._database.mine(table),
            table.c.state == MessageState.WAITING,
            table.c.next_at <= utc(now),
        )
        with self._database.reading() as connection:
            return tuple(map(_message, connection.execute(query.order_by(table.c.id))))

    def claim(self, number: int, *, now: datetime, lease_s: float) -> Message | None:
        """Take a message to send it; None if another process has.

        Parameters
        ----------
        number : int
            Of the message.
        now : datetime
            The time.
        lease_s : float
            Seconds after which whoever has not said how it went counts as dead.
        """
        with self._database.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(
                    self._database.mine(table),
                    table.c.id == number,
                    table.c.state == MessageState.WAITING,
                )
                .values(
                    state=MessageState.SENDING,
                    n_tries=table.c.n_tries + 1,
                    next_at=utc(now) + timedelta(seconds=lease_s),
                )
            )
            if changed.rowcount != 1:
                return None
            found = connection.execute(select(table).where(table.c.id == number)).one()
        return _message(found)

    def settle(
        self, number: int, state: MessageState, *, message: str = "", next_at: datetime
    ) -> None:
        """Say how sending went; who was taken for dead meanwhile is not heard."""
        with self._database.writing() as connection:
            connection.execute(
                table.update()
                .where(
                    self._database.mine(table),
                    table.c.id == number,
                    table.c.state == MessageState.SENDING,
                )
                .values(state=state, message=message, next_at=utc(next_at))
            )

    def recover(self, now: datetime, *, repeatable: Collection[str]) -> None:
        """Decide on messages whose sender has died.

        Parameters
        ----------
        now : datetime
            The time.
        repeatable : collection of str
            Channels whose receivers know a double by its key: these wait again.
        """
        died = (
            self._database.mine(table),
            table.c.state == MessageState.SENDING,
            table.c.next_at <= utc(now),
        )
        with self._database.reading() as connection:
            if connection.execute(select(table.c.id).where(*died).limit(1)).first() is None:
                return
        said = "The process that sent it died before it was known whether it arrived."
        again, unsure = table.c.channel.in_(repeatable), table.c.channel.not_in(repeatable)
        with self._database.writing() as connection:
            for state, which in ((MessageState.WAITING, again), (MessageState.UNSURE, unsure)):
                connection.execute(
                    table.update()
                    .where(*died, which)
                    .values(state=state, message=said, next_at=utc(now))
                )

    def newest(self, *, limit: int = 20) -> tuple[Message, ...]:
        """The newest messages, the newest first."""
        query = select(table).where(self._database.mine(table)).order_by(table.c.id.desc())
        with self._database.reading() as connection:
            return tuple(map(_message, connection.execute(query.limit(limit))))

    def of(self, event: str) -> tuple[Message, ...]:
        """The messages of an event."""
        query = select(table).where(self._database.mine(table), table.c.event == event)
        with self._database.reading() as connection:
            return tuple(map(_message, connection.execute(query.order_by(table.c.id))))


def _message(found: Row[Any]) -> Message:
    return Message(
        found.id,
        found.event,
        found.channel,
        found.body,
        found.state,
        found.n_tries,
        found.next_at,
        found.message,
        found.made_at,
    )
