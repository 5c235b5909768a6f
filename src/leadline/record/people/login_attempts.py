"""Attempts to log in: guesses are slowed, by account and by address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from leadline.record.database import Database
from leadline.record.people.people_tables import login_attempt as table
from leadline.record.sql_types import utc

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 5, 20
"""Wrong attempts in a row before the first pause."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 900.0
_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Attempt:
    """An attempt that was counted, or one that must wait.

    Attributes
    ----------
    number : int or None
        Its number; None if it was not counted.
    pause_s : float
        Seconds to wait before the next one is heard; 0 if this one is.
    """

    number: int | None
    pause_s: float = 0.0


class LoginAttempts:
    """Attempts of the last day to log in with a password.

    Contract
    --------
    *Counted before the password is looked at*, in one transaction: of guesses sent together each
    counts. It stays wrong until `succeed` says otherwise.

    *Pauses double*, from 2 seconds to 15 minutes, with each wrong attempt after the free ones; an
    attempt within a pause is refused without a look at the password, and does not lengthen it.

    *A right password* sets its account's count back to 0, not the address's.

    *Forgotten after a day*, as addresses are personal data.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, account: str, address: str, *, now: datetime | None = None) -> Attempt:
        """Count an attempt, or refuse it.

        Parameters
        ----------
        account : str
            The name typed, as names are compared.
        address : str
            Where it comes from.
        now : datetime, optional
            The time, with a zone; now by default.

        Returns
        -------
        Attempt
            Without a number if it must wait.
        """
        at = utc(now)
        with self._database.writing() as connection:
            connection.execute(
                table.delete().where(self._database.mine(table), table.c.at < at - _KEPT)
            )
            pause = max(
                self._pause(connection, table.c.account == account, FREE_BY_ACCOUNT, at),
                self._pause(connection, table.c.address == address, FREE_BY_ADDRESS, at),
            )
            if pause > 0:
                return Attempt(None, pause)
            values: dict[str, Any] = {
                "project_id": self._database.project_id,
                "account": account,
                "address": address,
                "is_good": False,
                "at": at,
            }
            made = table.insert().values(values).returning(table.c.id)
            return Attempt(int(connection.execute(made).scalar_one()))

    def succeed(self, number: int) -> None:
        """Say that the password of an attempt was right."""
        mine = self._database.mine(table)
        with self._database.writing() as connection:
            connection.execute(
                table.update().where(mine, table.c.id == number).values(is_good=True)
            )

    def _pause(
        self, connection: Connection, condition: ColumnElement[bool], n_free: int, at: datetime
    ) -> float:
        """Seconds until the next attempt is heard; 0 if it is heard now."""
        which = (self._database.mine(table), condition)
        good = select(func.max(table.c.id)).where(*which, table.c.is_good.is_(True))
        last_good = connection.scalar(good) if n_free == FREE_BY_ACCOUNT else None
        wrong = select(func.count(), func.max(table.c.at)).where(
            *which, table.c.is_good.is_(False), table.c.id > (last_good or 0)
        )
        n_wrong, newest = connection.execute(wrong).one()
        if n_wrong < n_free:
            return 0.0
        pause: float = min(_FIRST_PAUSE_S * 2.0 ** min(n_wrong - n_free, 30), _LONGEST_PAUSE_S)
        since: float = (at - newest).total_seconds()
        return max(pause - since, 0.0)
