"""Log of delegations: verdicts on machines that label, and what people decided on each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from leadline.errors import OutdatedAnswerError
from leadline.phases.delegation import Delegation
from leadline.record.append_only import latest, rows_of
from leadline.record.codec import decode, encode, to_json
from leadline.record.database import Database
from leadline.record.delegation.delegation_tables import Permission, delegation_choice
from leadline.record.delegation.delegation_tables import delegation as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class DelegationChoice:
    """What a person decided on a verdict.

    Attributes
    ----------
    choice : Permission
        Go or stop.
    why, by : str
        The reason, and who.
    at : datetime
        When, UTC.
    """

    choice: Permission
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class DelegationEntry:
    """A verdict on one machine, as it is on the record.

    Attributes
    ----------
    number : int
        Its key: later ones are higher.
    verdict : Delegation
        What was concluded.
    by : str
        Who put it there.
    at : datetime
        When, UTC.
    decided : DelegationChoice or None
        The newest decision of a person on this very verdict; None: nobody has decided.
    """

    number: int
    verdict: Delegation
    by: str
    at: datetime
    decided: DelegationChoice | None = None


class DelegationLog:
    """Verdicts on whether a machine may label here, and what people decided on them.

    Contract
    --------
    *Append-only.* The newest verdict on a machine counts, and of the decisions on it the newest.

    *A decision is on one verdict.* A newer verdict on the machine has none until somebody decides.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, verdict: Delegation, by: str) -> DelegationEntry:
        """Put a verdict on the record.

        Raises
        ------
        ValueError
            If nobody is named, or it holds a number that is not finite.
        """
        _require_name(by)
        body, at = to_json(encode(verdict)), utc()
        values = {"machine": verdict.machine, "version": verdict.VERSION, "body": body}
        with self._database.writing() as connection:
            self._database.insert(connection, table, values | {"made_by": by, "made_at": at})
            number = self._newest(connection, verdict.machine)
        assert number is not None
        return DelegationEntry(number, verdict, by, at)

    def decide(self, machine: str, seen: int, choice: Permission, why: str, by: str) -> None:
        """Keep a person's decision on the verdict they have seen.

        Raises
        ------
        OutdatedAnswerError
            If there is a newer verdict on the machine.
        ValueError
            If nobody or no reason is named.
        """
        _require_name(by)
        if not why.strip():
            raise ValueError("a decision says why")
        values = {"delegation": seen, "choice": choice, "why": why, "made_by": by}
        with self._database.writing() as connection:
            newest = self._newest(connection, machine)
            if newest != seen:
                raise OutdatedAnswerError(
                    f"You decided on verdict {seen} on the machine {machine!r}, but verdict "
                    f"{newest} has since taken its place.",
                    next="Look again, then decide.",
                )
            at = {"made_at": utc()}
            self._database.insert(connection, delegation_choice, values | at)

    def all(self) -> tuple[DelegationEntry, ...]:
        """Every verdict, in the order they came."""
        found = rows_of(self._database, table)
        choices = {row.delegation: row for row in rows_of(self._database, delegation_choice)}
        return tuple(_entry(row, choices.get(row.id)) for row in found)

    def newest(self) -> dict[str, DelegationEntry]:
        """The newest verdict on each machine by its name, in the order they came."""
        newest = latest((entry.verdict.machine, entry) for entry in self.all())
        return {entry.verdict.machine: entry for entry in newest}

    def _newest(self, connection: Connection, machine: str) -> int | None:
        mine = self._database.mine(table)
        query = select(func.max(table.c.id)).where(mine, table.c.machine == machine)
        newest: int | None = connection.scalar(query)
        return newest


def _require_name(by: str) -> None:
    if not by.strip():
        raise ValueError("what is on the record says who put it there; 'by' is empty")


def _entry(row: Row[Any], choice: Row[Any] | None) -> DelegationEntry:
    verdict = decode(Delegation, json.loads(row.body), row.version)
    decided = (
        None
        if choice is None
        else DelegationChoice(choice.choice, choice.why, choice.made_by, choice.made_at)
    )
    return DelegationEntry(row.id, verdict, row.made_by, row.made_at, decided)
