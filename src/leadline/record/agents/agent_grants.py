"""Grants: what a person lets an agent use, and until when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from leadline.record.agents.agent_tables import agent_grant as table
from leadline.record.append_only import add, latest, rows_of
from leadline.record.database import Database
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class AgentGrant:
    """An allowance.

    Attributes
    ----------
    agent : str
        Whose.
    runs : int >= 0
        Rows it may start.
    machine_s : float >= 0
        Seconds of machine that these may take altogether.
    money : int >= 0
        Micro-units of the project's currency that these may cost altogether.
    ends_at : datetime
        Until when, UTC.
    by : str
        The person who grants it.
    made_at : datetime or None, default=None
        Since when, UTC; None: now.
    is_revoked : bool, default=False
        Whether it is the end of the allowance.
    """

    agent: str
    runs: int
    machine_s: float
    money: int
    ends_at: datetime
    by: str
    made_at: datetime | None = None
    is_revoked: bool = False


class AgentGrants:
    """What agents may use.

    Contract
    --------
    *Append-only.* A new grant, or its revocation, takes the place of the one before. What was used
    since the newest grant counts against it; what was used before does not.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, grant: AgentGrant) -> None:
        """Keep a grant, or a revocation.

        Raises
        ------
        ValueError
            If an amount is negative or not finite.
        """
        amounts = (grant.runs, grant.machine_s, grant.money)
        if not all(math.isfinite(amount) and amount >= 0 for amount in amounts):
            raise ValueError(f"runs, seconds and money must be at least 0; got {amounts}")
        add(
            self._database,
            table,
            agent=grant.agent,
            is_revoked=grant.is_revoked,
            runs=grant.runs,
            machine_s=grant.machine_s,
            money=grant.money,
            ends_at=grant.ends_at,
            made_by=grant.by,
            made_at=utc(grant.made_at),
        )

    def of(self, agent: str) -> AgentGrant | None:
        """The newest grant of an agent, revoked or not; None if there never was one."""
        found = rows_of(self._database, table, table.c.agent == agent)
        return _grant_of(found[-1]) if found else None

    def newest(self) -> tuple[AgentGrant, ...]:
        """The newest grant of every agent, the newest last."""
        found = rows_of(self._database, table)
        return tuple(_grant_of(row) for row in latest((row.agent, row) for row in found))


def _grant_of(row: Row[Any]) -> AgentGrant:
    return AgentGrant(
        agent=row.agent,
        runs=row.runs,
        machine_s=row.machine_s,
        money=row.money,
        ends_at=row.ends_at,
        by=row.made_by,
        made_at=row.made_at,
        is_revoked=row.is_revoked,
    )
