"""Calls: everything an agent asked for, and what it started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadline.record.agents.agent_tables import agent_call as table
from leadline.record.append_only import rows_of
from leadline.record.database import Database
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class AgentCall:
    """One call of a tool.

    Attributes
    ----------
    agent, tool : str
        Who called what.
    arguments : str
        JSON of what was given.
    refusal : str, default=""
        Why it was refused; empty: it was not.
    job : int or None, default=None
        The job that it put.
    made_at : datetime or None, default=None
        When, UTC; None: now.
    """

    agent: str
    tool: str
    arguments: str
    refusal: str = ""
    job: int | None = None
    made_at: datetime | None = None


class AgentCalls:
    """What agents asked for.

    Contract
    --------
    *Append-only*, refused calls too.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, call: AgentCall) -> None:
        """Keep a call."""
        values = dict(vars(call)) | {"made_at": utc(call.made_at)}
        with self._database.writing() as connection:
            self._database.insert(connection, table, values)

    def newest(self, *, agent: str | None = None, limit: int = 100) -> tuple[AgentCall, ...]:
        """The newest calls, of one agent or all; the newest first."""
        query = select(table).where(self._database.mine(table))
        if agent is not None:
            query = query.where(table.c.agent == agent)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(table.c.id.desc()).limit(limit))
            return tuple(
                AgentCall(r.agent, r.tool, r.arguments, r.refusal, r.job, r.made_at) for r in found
            )

    def jobs_of(self, agent: str, since: datetime | None = None) -> tuple[int, ...]:
        """Numbers of the jobs that an agent put, from a moment on; in the order of the calls."""
        mine = [table.c.agent == agent, table.c.job.is_not(None)]
        if since is not None:
            mine.append(table.c.made_at >= since)
        return tuple(row.job for row in rows_of(self._database, table, *mine))

    def agent_of_job(self, number: int) -> str | None:
        """The agent that put a job; None if a person did."""
        found = rows_of(self._database, table, table.c.job == number)
        return found[0].agent if found else None
