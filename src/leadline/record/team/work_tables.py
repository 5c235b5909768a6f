"""SQL table of the work on a release and on its upkeep, and the states of a piece of work."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Double, Index, Integer, Table, Text

from leadline.record.sql_types import (
    EnumText,
    moment_column,
    project_column,
    text_column,
    user_column,
)
from leadline.record.tables import metadata


class WorkState(StrEnum):
    """How far a piece of work is."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    DROPPED = "dropped"  # somebody said that it is not needed


# each row states a piece of work anew and whole; the newest one of an item counts
work = Table(
    "work",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("item"),
    text_column("stage"),
    text_column("title"),
    Column("state", EnumText(WorkState), nullable=False),
    # hours; None while nobody has estimated it
    Column("least", Double),
    Column("likely", Double),
    Column("most", Double),
    text_column("owner"),
    # a day, ISO; None: no date
    Column("due", Text),
    # how often it comes again; empty: once
    text_column("every"),
    # hours it took; None until it is done
    Column("hours", Double),
    text_column("why"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "item"),
)
