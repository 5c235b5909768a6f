"""Login sessions: from a password or a provider's word until they end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from leadline.record.database import Database
from leadline.record.people.accounts import Account, account_of
from leadline.record.people.people_tables import account, login_session
from leadline.record.sql_types import utc

LONGEST = timedelta(hours=12)
"""How long a session lasts: a working day, whatever is done in it."""

# asked at every request: to make it takes longer than to run it
_WHOSE = (
    select(account)
    .join(login_session, login_session.c.account == account.c.id)
    .where(
        login_session.c.project_id == bindparam("of_project"),
        login_session.c.digest == bindparam("of_digest"),
        login_session.c.ended_at.is_(None),
        login_session.c.expires_at > bindparam("now", type_=login_session.c.expires_at.type),
        account.c.disabled_at.is_(None),
    )
)


class LoginSessions:
    """Who is logged in.

    Contract
    --------
    *A session begins with a new random token* that the browser keeps; the record has its hash only,
    so that whoever reads the record can be nobody.

    *It ends* twelve hours later, at logout, when the account's password is changed or it is
    disabled; and never opens again.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, number: int, *, now: datetime | None = None) -> str:
        """Begin a session of an account; the token that opens it, which is kept nowhere else."""
        token = secrets.token_urlsafe(32)
        at = utc(now)
        values = {"digest": _digest(token), "account": number, "made_at": at}
        with self._database.writing() as connection:
            self._database.insert(connection, login_session, values | {"expires_at": at + LONGEST})
        return token

    def whose(self, token: str, *, now: datetime | None = None) -> Account | None:
        """The account of a session that is good now; None if it is not."""
        which = {"of_project": self._database.project_id, "of_digest": _digest(token)}
        with self._database.reading() as connection:
            found = connection.execute(_WHOSE, which | {"now": utc(now)}).one_or_none()
        return None if found is None else account_of(found)

    def end(self, token: str) -> None:
        """End a session."""
        with self._database.writing() as connection:
            connection.execute(
                login_session.update()
                .where(
                    self._database.mine(login_session),
                    login_session.c.digest == _digest(token),
                    login_session.c.ended_at.is_(None),
                )
                .values(ended_at=utc())
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
