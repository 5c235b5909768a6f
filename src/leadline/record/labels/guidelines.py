"""Versions of the guidelines that annotators read while they label."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, func, select

from leadline.record import tables
from leadline.record.database import Database
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class Guidelines:
    """One version.

    Attributes
    ----------
    version : int >= 1
        Counts up with each text that had not been there before.
    text : str
        What it says.
    """

    version: int
    text: str


class GuidelinesVersions:
    """Every text that was ever used as guidelines.

    Contract
    --------
    *Append-only.* Each text is kept once. Its version counts up from 1 within the project, without
    gaps, and never changes: votes refer to it.

    *Atomic.* Concurrent writers may keep the same text at once, and are told the same version.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, text: str) -> Guidelines:
        """The version of a text, which is kept if it is new."""
        digest = sha256(text.encode()).hexdigest()
        with self._database.reading() as connection:
            version = self._version(connection, digest)
        if version is None:
            with self._database.writing() as connection:
                version = self._version(connection, digest) or self._add_version(
                    connection, digest, text
                )
        return Guidelines(version, text)

    def all(self) -> tuple[Guidelines, ...]:
        """Every version, the newest last."""
        columns = tables.guidelines.c
        mine = self._database.mine(tables.guidelines)
        query = select(columns.version, columns.body).where(mine)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(columns.version)).all()
        return tuple(Guidelines(row.version, row.body) for row in found)

    def _version(self, connection: Connection, digest: str) -> int | None:
        columns = tables.guidelines.c
        query = select(columns.version).where(
            self._database.mine(tables.guidelines), columns.digest == digest
        )
        return connection.execute(query).scalar_one_or_none()

    def _add_version(self, connection: Connection, digest: str, text: str) -> int:
        columns = tables.guidelines.c
        mine = self._database.mine(tables.guidelines)
        newest = select(func.max(columns.version)).where(mine)
        version = (connection.execute(newest).scalar_one() or 0) + 1
        values = {"version": version, "digest": digest, "body": text, "made_at": utc()}
        self._database.insert(connection, tables.guidelines, values)
        return version
