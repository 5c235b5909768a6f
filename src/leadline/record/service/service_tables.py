"""SQL tables of a release in service, and the states of a message to people."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from leadline.record.sql_types import (
    EnumText,
    moment_column,
    project_column,
    text_column,
    user_column,
)
from leadline.record.tables import metadata

# each move of the release in service and of its candidate; the newest says which they are
promotion = Table(
    "promotion",
    metadata,
    project_column(is_key=True),
    Column("counter", Integer, primary_key=True, autoincrement=False),
    Column("entry", Integer, nullable=False),
    text_column("person"),
    text_column("why"),
    moment_column("at"),
    Column("candidate", Integer),
    Column("share", Double),
    user_column(),
    ForeignKeyConstraint(["project_id", "entry"], ["entry.project_id", "entry.number"]),
)


class MessageState(StrEnum):
    """What became of a message to people."""

    WAITING = "waiting"  # to be sent at its next time
    SENDING = "sending"  # a process is at it, or has died at it
    SENT = "sent"
    UNSURE = "unsure"  # whoever sent it died before it was known whether it arrived
    GIVEN_UP = "given up"


# one message for each event and channel
notification = Table(
    "notification",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("event"),
    text_column("channel"),
    text_column("body"),
    Column("state", EnumText(MessageState), nullable=False),
    Column("n_tries", Integer, nullable=False),
    moment_column("next_at"),
    text_column("message"),
    moment_column("made_at"),
    UniqueConstraint("project_id", "event", "channel"),
    Index(None, "project_id", "state", "next_at"),
)
