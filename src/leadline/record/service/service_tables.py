"""SQL tables of a release in service, and the states of a message to people."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from leadline.record.sql_types import EnumText, Moment
from leadline.record.tables import metadata

# each move of the release in service; the newest says which it is
promotion = Table(
    "promotion",
    metadata,
    Column("project_id", Integer, ForeignKey("project.id"), primary_key=True),
    Column("counter", Integer, primary_key=True, autoincrement=False),
    Column("entry", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["project_id", "entry"], ["entry.project_id", "entry.number"]),
)

# what people said on the page of rows that the release in service has scored
block_label = Table(
    "block_label",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("project_id", Integer, ForeignKey("project.id"), nullable=False),
    Column("release_id", Text, nullable=False),
    Column("block", Text, nullable=False),
    Column("key", Text, nullable=False),
    # as labels are: 1 or 0, the class, the number; None: unsure
    Column("value", Text),
    Column("person", Text, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdraws", Integer, ForeignKey("block_label.id")),
    Index(None, "project_id", "release_id", "person"),
    UniqueConstraint("withdraws"),
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
    Column("project_id", Integer, ForeignKey("project.id"), nullable=False),
    Column("event", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", EnumText(MessageState), nullable=False),
    Column("n_tries", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("message", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("project_id", "event", "channel"),
    Index(None, "project_id", "state", "next_at"),
)
