"""Comments of people on entries, stages and the project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, Integer, Row, Table, select, union

from leadline.record.append_only import rows_of
from leadline.record.database import Database
from leadline.record.sql_types import moment_column, project_column, text_column, user_column, utc
from leadline.record.tables import entry, invitation, metadata

# what people said; a comment is never changed and never removed
comment = Table(
    "comment",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    # "project", the name of a stage, or "entry" and its number
    text_column("about"),
    text_column("text"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "about"),
)


@dataclass(frozen=True)
class Comment:
    """What somebody said.

    Attributes
    ----------
    number : int
        Its key: later ones are higher.
    about : str
        "project", the name of a stage, or "entry" and its number.
    text : str
        As it was typed.
    by : str
        Who.
    at : datetime
        When, UTC.
    """

    number: int
    about: str
    text: str
    by: str
    at: datetime


class Comments:
    """What people said on entries, stages and the project.

    Contract
    --------
    *Append-only.* A comment is never changed and never removed.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, about: str, text: str, by: str) -> Comment:
        """Keep a comment.

        Raises
        ------
        ValueError
            If it says nothing, is about nothing, or nobody is named.
        """
        if not (about.strip() and text.strip() and by.strip()):
            raise ValueError("a comment says something about something, and who says it")
        at = utc()
        values = {"about": about, "text": text, "made_by": by, "made_at": at}
        with self._database.writing() as connection:
            self._database.insert(connection, comment, values)
            # the transaction holds the write lock, so the newest row is the one just added
            newest = select(comment.c.id).where(self._database.mine(comment))
            number = connection.scalar(newest.order_by(comment.c.id.desc()).limit(1))
        assert number is not None
        return Comment(number, about, text, by, at)

    def of(self, *about: str) -> tuple[Comment, ...]:
        """Comments on any of these, the newest last."""
        found = rows_of(self._database, comment, comment.c.about.in_(about))
        return tuple(map(_comment_of, found))

    def newest(self, *, limit: int | None = None) -> tuple[Comment, ...]:
        """The newest comments of the project, the newest last; None: all."""
        query = select(comment).where(self._database.mine(comment)).order_by(comment.c.id.desc())
        with self._database.reading() as connection:
            found = connection.execute(query.limit(limit)).all()
        return tuple(_comment_of(row) for row in reversed(found))

    def people(self) -> tuple[str, ...]:
        """Everybody who put an entry or a comment on the record, or was invited; by name."""
        mine = self._database.mine
        query = union(
            select(entry.c.made_by).where(mine(entry)),
            select(comment.c.made_by).where(mine(comment)),
            select(invitation.c.person).where(mine(invitation)),
        )
        with self._database.reading() as connection:
            return tuple(sorted(connection.scalars(query)))


def _comment_of(row: Row[tuple[object, ...]]) -> Comment:
    return Comment(row.id, row.about, row.text, row.made_by, row.made_at)
