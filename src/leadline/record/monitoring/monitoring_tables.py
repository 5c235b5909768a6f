"""SQL tables of a release that is watched, and what people do about its alarms."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
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

observation = Table(
    "observation",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("release_id"),
    text_column("block"),
    text_column("block_at"),
    Column("n_rows", Integer, nullable=False),
    text_column("body"),
    moment_column("at"),
    Index(None, "project_id", "release_id"),
)


class AlarmAct(StrEnum):
    """What a person does about an alarm."""

    SEEN = "seen"
    EXPLAINED = "explained"
    CLOSED = "closed"


# what people said of the alarms of the monitor
alarm_event = Table(
    "alarm_event",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("release_id"),
    text_column("block"),
    Column("act", EnumText(AlarmAct), nullable=False),
    text_column("person"),
    text_column("why"),
    # of a closing: the newest block that was known then
    text_column("through"),
    moment_column("at"),
    user_column(),
    Index(None, "project_id", "release_id"),
)

# that rows of a person were deleted; not which
erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("person"),
    text_column("why"),
    Column("n_keys", Integer, nullable=False),
    Column("n_rows", Integer, nullable=False),
    Column("n_blocks", Integer, nullable=False),
    Column("n_lines", Integer, nullable=False),
    Column("n_labels", Integer, nullable=False),
    moment_column("at"),
    user_column(),
)

# what people said on the page of rows that the release in service has scored
block_label = Table(
    "block_label",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("release_id"),
    text_column("block"),
    text_column("key"),
    # as labels are: 1 or 0, the class, the number; None: unsure
    Column("value", Text),
    text_column("person"),
    Column("seconds", Double, nullable=False),
    moment_column("at"),
    Column("withdraws", Integer, ForeignKey("block_label.id")),
    user_column(),
    Index(None, "project_id", "release_id", "person"),
    UniqueConstraint("withdraws"),
)
