"""SQL tables of machines that label or read: what they say, verdicts, and people's decisions."""

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
)

from leadline.record.sql_types import (
    EnumText,
    moment_column,
    project_column,
    text_column,
    user_column,
)
from leadline.record.tables import metadata

machine_vote = Table(
    "machine_vote",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("item"),
    # the name under which the settings declare it
    text_column("machine"),
    text_column("model"),
    # digest of all that the model was told beside the row
    text_column("prompt"),
    # None: unsure, or no answer that could be read
    Column("value", Text),
    # probability of its own answer, as the model says; None where it says none
    Column("confidence", Double),
    text_column("reason"),
    # version that people read, too; None: none
    Column("guidelines", Integer),
    moment_column("at"),
    user_column(),
    Index(None, "project_id", "machine", "item"),
)

delegation = Table(
    "delegation",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("machine"),
    Column("version", Integer, nullable=False),
    text_column("body"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "machine"),
)


class Permission(StrEnum):
    """What a person decided on a verdict."""

    GO = "go"
    STOP = "stop"


delegation_choice = Table(
    "delegation_choice",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("delegation", Integer, ForeignKey("delegation.id"), nullable=False),
    Column("choice", EnumText(Permission), nullable=False),
    text_column("why"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "delegation"),
)


stream_reader = Table(
    "stream_reader",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("tuning", Integer, nullable=False),
    text_column("machine"),
    text_column("model"),
    text_column("prompt"),
    # judgments of the stream that had been given by then, those taken back included
    Column("n_judged", Integer, nullable=False),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
    Index(None, "project_id", "tuning"),
)

stream_reading = Table(
    "stream_reading",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("tuning", Integer, nullable=False),
    text_column("machine"),
    text_column("model"),
    text_column("prompt"),
    Column("row", Integer, nullable=False),
    # of the model that is tried: pages read no stream
    Column("score", Double, nullable=False),
    # None: unsure, or no answer that could be read
    Column("value", Text),
    moment_column("at"),
    user_column(),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
    Index(None, "project_id", "tuning"),
)
