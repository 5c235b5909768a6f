"""SQL table of the work on a release and on its upkeep, and the states of a piece of work."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, Table, Text

from leadline.record.sql_types import EnumText, Moment
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
    Column("project_id", Integer, ForeignKey("project.id"), nullable=False),
    Column("item", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", EnumText(WorkState), nullable=False),
    # hours; None while nobody has estimated it
    Column("least", Double),
    Column("likely", Double),
    Column("most", Double),
    Column("owner", Text, nullable=False),
    # a day, ISO; None: no date
    Column("due", Text),
    # how often it comes again; empty: once
    Column("every", Text, nullable=False),
    # hours it took; None until it is done
    Column("hours", Double),
    Column("why", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "project_id", "item"),
)
