"""The guidelines that people read while they label: each version's text is kept once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, func, select

from leadline.record import tables
from leadline.record.opening import Store
from leadline.record.tables import utc


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


class GuidelinesKept:
    """The part of the record that holds guidelines."""

    _store: Store

    def keep_guidelines(self, text: str) -> Guidelines:
        """The version of a text, which is kept if it is new."""
        digest = sha256(text.encode()).hexdigest()
        with self._store.reading() as connection:
            version = self._version(connection, digest)
        if version is None:
            with self._store.writing() as connection:
                version = self._version(connection, digest) or self._add_version(
                    connection, digest, text
                )
        return Guidelines(version, text)

    def guidelines(self) -> tuple[Guidelines, ...]:
        """Every version, the newest last."""
        columns = tables.guidelines.c
        query = select(columns.version, columns.body).where(
            columns.project_id == self._store.project_id
        )
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(columns.version)).all()
        return tuple(Guidelines(row.version, row.body) for row in found)

    def _version(self, connection: Connection, digest: str) -> int | None:
        columns = tables.guidelines.c
        query = select(columns.version).where(
            columns.project_id == self._store.project_id, columns.digest == digest
        )
        return connection.execute(query).scalar_one_or_none()

    def _add_version(self, connection: Connection, digest: str, text: str) -> int:
        columns = tables.guidelines.c
        newest = select(func.max(columns.version)).where(
            columns.project_id == self._store.project_id
        )
        version = (connection.execute(newest).scalar_one() or 0) + 1
        values = {
            "project_id": self._store.project_id,
            "version": version,
            "digest": digest,
            "body": text,
            "made_at": utc(),
        }
        connection.execute(tables.guidelines.insert().values(values))
        return version
