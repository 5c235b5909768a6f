"""Accounts: people with a role, known by a number and a name that stay theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from leadline.errors import RecordError
from leadline.phases.permissions import Actor, UserRole, actions_of
from leadline.record.database import Database
from leadline.record.invitations import folded
from leadline.record.people.people_tables import account as table
from leadline.record.people.people_tables import login_session
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class Account:
    """One person's account.

    Attributes
    ----------
    id : int
        Its number; stays the person's.
    name : str
        As the record keeps it; stays the person's.
    role : UserRole
        What the person is to the project.
    password : str or None
        Hash by argon2; None where no password opens it.
    subject : str or None
        Issuer and subject of an OpenID provider; None where none opens it.
    made_at : datetime
        When, UTC.
    disabled_at : datetime or None
        Since when it opens nothing; None: it does.
    """

    id: int
    name: str
    role: UserRole
    password: str | None
    subject: str | None
    made_at: datetime
    disabled_at: datetime | None

    @property
    def actor(self) -> Actor:
        """The person as somebody at work; may do nothing while disabled."""
        may = frozenset() if self.disabled_at else actions_of(self.role)
        return Actor(self.name, self.role.value, may, self.id)


class Accounts:
    """Who has an account with the project, and in which role.

    Contract
    --------
    *Nothing is removed.* A number and a name, however its case is written, stay one person's for
    good; an account that is not wanted any more is disabled.

    *An owner stays.* Of the accounts that are not disabled at least one is an owner's: the first
    one made is, and the last one can be neither disabled nor given another role.

    *Sessions end with the change.* A new password and disabling end the account's sessions in the
    same transaction.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Whether anybody has an account, disabled ones counted."""
        query = select(table.c.id).where(self._database.mine(table)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def all(self) -> tuple[Account, ...]:
        """Every account, by name."""
        query = select(table).where(self._database.mine(table)).order_by(table.c.folded)
        with self._database.reading() as connection:
            return tuple(map(account_of, connection.execute(query)))

    def named(self, name: str) -> Account | None:
        """The account of a name, however its case is written; None if there is none."""
        return self._one(table.c.folded == folded(name))

    def of_subject(self, subject: str) -> Account | None:
        """The account that a provider's subject opens; None if there is none."""
        return self._one(table.c.subject == subject)

    def add(
        self, name: str, role: UserRole, *, password: str | None = None, subject: str | None = None
    ) -> Account:
        """Make an account.

        Parameters
        ----------
        name : str
            The person's.
        role : UserRole
            The first one must be an owner's.
        password : str or None
            Hash; None for one that no password opens.
        subject : str or None
            Of an OpenID provider.

        Raises
        ------
        RecordError
            If somebody has the name or the subject, or the first one is no owner's.
        """
        values = {
            "project_id": self._database.project_id,
            "name": name,
            "folded": folded(name),
            "role": role,
            "password": password,
            "subject": subject,
            "made_at": utc(),
        }
        with self._database.writing() as connection:
            if self._one(table.c.folded == folded(name), connection) is not None:
                raise RecordError(
                    f"{name} has an account already.",
                    "A name is one person's for good.",
                    "See 'leadline user list', or take another name.",
                )
            if role is not UserRole.OWNER and self._n_owners(connection) == 0:
                raise RecordError(
                    f"The first account would be {_a(role)}'s.",
                    "An owner is needed first: nobody else can give accounts.",
                    f"leadline user add {name!r} --role owner",
                )
            made = connection.execute(table.insert().values(values).returning(table)).one()
        return account_of(made)

    def set_role(self, number: int, role: UserRole) -> Account:
        """Give an account another role.

        Raises
        ------
        RecordError
            If it is the last owner's.
        """
        return self._change(number, {"role": role}, keeps_owner=role is UserRole.OWNER)

    def set_password(self, number: int, password: str) -> Account:
        """Set the hash of an account's password; its sessions end."""
        return self._change(number, {"password": password}, ends_sessions=True)

    def set_disabled(self, number: int, *, is_disabled: bool) -> Account:
        """Disable an account, and end its sessions; or let it open the pages again.

        Raises
        ------
        RecordError
            If it is the last owner's.
        """
        at = utc() if is_disabled else None
        change = {"disabled_at": at}
        return self._change(number, change, ends_sessions=is_disabled, keeps_owner=not is_disabled)

    def _change(
        self,
        number: int,
        values: dict[str, Any],
        *,
        ends_sessions: bool = False,
        keeps_owner: bool = True,
    ) -> Account:
        which = (self._database.mine(table), table.c.id == number)
        with self._database.writing() as connection:
            connection.execute(table.update().where(*which).values(**values))
            if not keeps_owner and self._n_owners(connection) == 0:
                raise RecordError(
                    "This is the last owner's account.",
                    "Somebody must be able to give accounts.",
                    "Give another person the role of owner first.",
                )
            if ends_sessions:
                sessions = login_session
                connection.execute(
                    sessions.update()
                    .where(sessions.c.account == number, sessions.c.ended_at.is_(None))
                    .values(ended_at=utc())
                )
            return account_of(connection.execute(select(table).where(*which)).one())

    def _one(
        self, condition: ColumnElement[bool], within: Connection | None = None
    ) -> Account | None:
        query = select(table).where(self._database.mine(table), condition)
        if within is not None:
            found = within.execute(query).one_or_none()
        else:
            with self._database.reading() as connection:
                found = connection.execute(query).one_or_none()
        return None if found is None else account_of(found)

    def _n_owners(self, connection: Connection) -> int:
        query = select(func.count()).where(
            self._database.mine(table),
            table.c.role == UserRole.OWNER,
            table.c.disabled_at.is_(None),
        )
        return int(connection.scalar(query) or 0)


def account_of(row: Row[Any]) -> Account:
    """The account of a row of the table."""
    return Account(
        row.id, row.name, row.role, row.password, row.subject, row.made_at, row.disabled_at
    )


def _a(role: UserRole) -> str:
    return f"an {role}" if role[0] in "aeo" else f"a {role}"
