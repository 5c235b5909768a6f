"""Notes of changes beside the verdicts: to accounts and to settings, by whom and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadline.record.database import Database
from leadline.record.people.people_tables import ChangeKind
from leadline.record.people.people_tables import change_note as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class ChangeNote:
    """What one person changed.

    Attributes
    ----------
    kind : ChangeKind
        An account, or the settings.
    subject : str
        The account's name, or the file.
    body : str
        What was changed, in words or as a diff.
    by : str
        Who.
    at : datetime or None, default=None
        When, UTC; None: now.
    user_id : int or None, default=None
        Account of who changed it.
    """

    kind: ChangeKind
    subject: str
    body: str
    by: str
    at: datetime | None = None
    user_id: int | None = None


class ChangeNotes:
    """What people changed beside the verdicts.

    Contract
    --------
    *Append-only.*

    *With the change.* A note is kept only if the change that comes with it did not fail; and of two
    changes that come with notes one waits for the other.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, note: ChangeNote, change: Callable[[], None] = lambda: None) -> None:
        """Keep a note, and make the change it is of."""
        values: dict[str, object] = {"kind": note.kind, "subject": note.subject}
        values |= {"body": note.body, "made_by": note.by, "made_at": utc(note.at)}
        with self._database.writing() as connection:
            self._database.insert(connection, table, values)
            change()

    def newest(self, kind: ChangeKind, *, limit: int = 20) -> tuple[ChangeNote, ...]:
        """The newest notes of a kind, the newest first."""
        query = (
            select(table)
            .where(self._database.mine(table), table.c.kind == kind)
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(
                ChangeNote(r.kind, r.subject, r.body, r.made_by, r.made_at, r.user_id)
                for r in connection.execute(query)
            )
