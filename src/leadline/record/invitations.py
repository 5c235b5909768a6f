"""Invitations to label, to review or to adjudicate: one person, one name."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from leadline.errors import RecordError
from leadline.record import tables
from leadline.record.database import Database
from leadline.record.sql_types import utc
from leadline.record.tables import Role

_ONE = select(tables.invitation).where(
    tables.invitation.c.project_id == bindparam("of_project"),
    tables.invitation.c.id == bindparam("number"),
)


@dataclass(frozen=True)
class Invitation:
    """One invitation; its link carries its number, signed.

    Attributes
    ----------
    id : int
        Its number.
    person : str
        The name that whoever has the link goes by.
    role : Role
        What the person may do, and nothing else.
    made_by : str
        Who invites.
    made_at, expires_at : datetime
        From when to when it is good, UTC.
    revoked_at : datetime or None
        When it was taken back; None: it was not.
    first_used_at : datetime or None
        When something was first sent by it.
    """

    id: int
    person: str
    role: Role
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    first_used_at: datetime | None = None

    def is_good(self, at: datetime) -> bool:
        """Whether it opens anything at this time."""
        return self.revoked_at is None and at < self.expires_at


class Invitations:
    """Who was invited to what, and until when.

    Contract
    --------
    *Nothing is removed.* An invitation changes twice at most: when it is revoked, and when it is
    first used. Neither is ever undone.

    *Atomic.* `invite` looks up the name, revokes what was there and adds the new one in one
    transaction; `revoke` takes back all that is good, or refuses.

    *Concurrent writers* may rely on it that a person has at most one good invitation to a role,
    and one way of writing the name.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite(self, person: str, role: Role, *, by: str, expires_at: datetime) -> Invitation:
        """Invite a person; an earlier invitation of theirs to the same role is revoked.

        Parameters
        ----------
        person : str
            The name; written as in an earlier invitation where it differs by case only.
        role : Role
            What they may do.
        by : str
            Who invites.
        expires_at : datetime
            Until when the link is good, with a time zone.
        """
        now = utc()
        with self._database.writing() as connection:
            earlier = self._of_person(connection, person)
            name = earlier[-1].person if earlier else person
            self._revoke(connection, [one for one in earlier if one.role is role], now)
            values = {
                "project_id": self._database.project_id,
                "user_id": self._database.user_id,
                "person": name,
                "role": role,
                "made_by": by,
                "made_at": now,
                "expires_at": utc(expires_at),
            }
            insert = tables.invitation.insert().values(values).returning(tables.invitation)
            return _invitation(connection.execute(insert).one())

    def revoke(self, person: str) -> tuple[Invitation, ...]:
        """Take back every invitation of a person that is still good; return those.

        Raises
        ------
        RecordError
            If there is none.
        """
        now = utc()
        with self._database.writing() as connection:
            good = [one for one in self._of_person(connection, person) if one.is_good(now)]
            if not good:
                raise RecordError(
                    f"{person} has no invitation that is still good.",
                    "Only such a one can be revoked.",
                    "See 'leadline invite --list'.",
                )
            self._revoke(connection, good, now)
        return tuple(good)

    def all(self) -> tuple[Invitation, ...]:
        """Every invitation, the newest last."""
        with self._database.reading() as connection:
            return tuple(self._all(connection))

    def get(self, number: int) -> Invitation | None:
        """One invitation; None if there is none of this number."""
        which = {"of_project": self._database.project_id, "number": number}
        with self._database.reading() as connection:
            found = connection.execute(_ONE, which).one_or_none()
        return None if found is None else _invitation(found)

    def of(self, person: str) -> tuple[Invitation, ...]:
        """Invitations of a person, however the name's case is written, the newest last."""
        with self._database.reading() as connection:
            return tuple(self._of_person(connection, person))

    def is_invited(self, person: str) -> bool:
        """Whether a person has an invitation that is good now."""
        now = utc()
        return any(one.is_good(now) for one in self.of(person))

    def use(self, number: int) -> None:
        """Note that something was sent by a link for the first time."""
        table = tables.invitation
        change = table.update().where(
            self._database.mine(table),
            table.c.id == number,
            table.c.first_used_at.is_(None),
        )
        with self._database.writing() as connection:
            connection.execute(change.values(first_used_at=utc()))

    def _all(self, connection: Connection) -> list[Invitation]:
        columns = tables.invitation.c
        mine = self._database.mine(tables.invitation)
        query = select(tables.invitation).where(mine).order_by(columns.id)
        return [_invitation(row) for row in connection.execute(query)]

    def _of_person(self, connection: Connection, person: str) -> list[Invitation]:
        wanted = folded(person)
        return [one for one in self._all(connection) if folded(one.person) == wanted]

    def _revoke(self, connection: Connection, found: list[Invitation], at: datetime) -> None:
        table = tables.invitation
        numbers = [one.id for one in found if one.is_good(at)]
        change = table.update().where(table.c.id.in_(numbers)).values(revoked_at=at)
        connection.execute(change)


def folded(person: str) -> str:
    """A name as it is compared: two that look the same are the same.

    Examples
    --------
    >>> folded("ADA  Lovelace ") == folded("Ada Lovelace")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", person).casefold().split())


def _invitation(row: Row[Any]) -> Invitation:
    values = dict(row._mapping)
    del values["project_id"], values["user_id"]
    return Invitation(**values)
